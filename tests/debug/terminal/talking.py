"""Sessions of the debugger for tests: a machine with a bit of everything, and what is said when lines are typed."""

import io
from pathlib import Path
from typing import Any

import asl
from asl.debug import Debugger
from asl.debug.terminal import shell
from asl.debug.terminal.reader import LineReader
from asl.machine import Machine

SHOP = """{
  "StartAt": "IsOpen",
  "States": {
    "IsOpen": {
      "Type": "Choice",
      "Choices": [{"Variable": "$.items[0]", "IsPresent": true, "Next": "Charge"}],
      "Default": "Closed"
    },
    "Closed": {"Type": "Fail", "Error": "Closed", "Cause": "There is nothing to buy."},
    "Charge": {
      "Type": "Task",
      "Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge",
      "Parameters": {"card.$": "$.card"},
      "ResultPath": "$.payment",
      "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 2, "MaxAttempts": 3, "BackoffRate": 2}],
      "Catch": [{"ErrorEquals": ["Declined"], "ResultPath": "$.failure", "Next": "Closed"}],
      "Next": "Each"
    },
    "Each": {
      "Type": "Map",
      "ItemsPath": "$.items",
      "ItemSelector": {"item.$": "$$.Map.Item.Value"},
      "ItemProcessor": {
        "StartAt": "Price",
        "States": {
          "Price": {"Type": "Pass", "Parameters": {"price": 3}, "Assign": {"seen": true}, "Next": "Pack"},
          "Pack": {"Type": "Pass", "End": true}
        }
      },
      "ResultPath": "$.prices",
      "Next": "Pause"
    },
    "Pause": {"Type": "Wait", "Seconds": 60, "Next": "Approve"},
    "Approve": {
      "Type": "Task",
      "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
      "Parameters": {"FunctionName": "ask", "Payload": {"token.$": "$$.Task.Token"}},
      "TimeoutSeconds": 3600,
      "HeartbeatSeconds": 600,
      "ResultPath": "$.approval",
      "Next": "Done"
    },
    "Done": {"Type": "Succeed"}
  }
}
"""
INPUT = {"card": "4111", "items": ["tea", "cup"]}
FUNCTIONS = {"charge": lambda event, context: {"receipt": "r-1"}, "ask": lambda event, context: None}


def shop(folder: Path) -> Machine:
    """The machine, read from a file of the folder."""
    file = folder / "shop.asl.json"
    file.write_text(SHOP)
    return asl.load(file)


def debugger(folder: Path, **options: Any) -> Debugger:
    """A debugger of the machine; its functions answer, and the last one waits for somebody to approve."""
    return Debugger(shop(folder), INPUT, **{"lambdas": FUNCTIONS, **options})


def talk(to: Debugger, *lines: str) -> tuple[str, int]:
    """What is said when these lines come from a pipe, and the exit code."""
    out = io.StringIO()
    code = shell.run(to, reader=LineReader(io.StringIO("\n".join(lines) + "\n")), out=out)
    return out.getvalue(), code


def said(to: Debugger, *lines: str) -> str:
    """What is said in answer to the last of these lines."""
    text, _ = talk(to, *lines)
    return text.rpartition(f"(asl) {lines[-1]}\n")[2]
