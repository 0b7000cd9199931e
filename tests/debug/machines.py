"""Machines that the debugger's tests step through."""

from typing import Any

import asl
from asl.debug import Debugger
from asl.machine import Machine

Definition = dict[str, Any]

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:charge"

CALLBACK = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"


def machine(states: Definition, **more: Any) -> Machine:
    """A machine of these states, the first of which it starts with."""
    return asl.load({"StartAt": next(iter(states)), "States": states, **more}, name="m")


ORDER = machine(
    {
        "Price": {"Type": "Pass", "Parameters": {"total.$": "$.n"}, "ResultPath": "$.p", "Next": "Charge"},
        "Charge": {
            "Type": "Task",
            "Resource": FUNCTION,
            "Parameters": {"amount.$": "$.p.total"},
            "ResultPath": "$.charged",
            "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 3, "MaxAttempts": 2}],
            "Catch": [{"ErrorEquals": ["Declined"], "ResultPath": "$.why", "Next": "Refuse"}],
            "Next": "Big?",
        },
        "Big?": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.n", "NumericGreaterThan": 10, "Next": "Rest"}],
            "Default": "Done",
        },
        "Rest": {"Type": "Wait", "Seconds": 60, "Next": "Done"},
        "Refuse": {"Type": "Fail", "Error": "Refused", "Cause": "declined"},
        "Done": {"Type": "Succeed"},
    }
)

LOOP = machine(
    {
        "All": {
            "Type": "Map",
            "ItemsPath": "$.items",
            "ItemSelector": {"i.$": "$$.Map.Item.Value"},
            "MaxConcurrency": 1,
            "ItemProcessor": {
                "StartAt": "Double",
                "States": {
                    "Double": {"Type": "Pass", "Next": "Both"},
                    "Both": {
                        "Type": "Parallel",
                        "Branches": [
                            {"StartAt": name, "States": {name: {"Type": "Pass", "Result": name, "End": True}}}
                            for name in ("L", "R")
                        ],
                        "End": True,
                    },
                },
            },
            "Next": "Done",
        },
        "Done": {"Type": "Succeed"},
    }
)

JSONATA = machine(
    {
        "Sum": {
            "Type": "Pass",
            "Assign": {"total": "{% $sum($states.input.prices) %}"},
            "Output": {"count": "{% $count($states.input.prices) %}"},
            "Next": "Ask",
        },
        "Ask": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Arguments": {"FunctionName": "f", "Payload": {"total": "{% $total %}"}},
            "Assign": {"answer": "{% $states.result.Payload %}"},
            "Output": "{% $states.result.Payload %}",
            "End": True,
        },
    },
    QueryLanguage="JSONata",
)

WAITS = machine(
    {
        "Ask": {
            "Type": "Task",
            "Resource": CALLBACK,
            "Parameters": {"QueueUrl": "https://q", "MessageBody": {"token.$": "$$.Task.Token"}},
            "HeartbeatSeconds": 600,
            "TimeoutSeconds": 3600,
            "End": True,
        }
    }
)


def seen(debugger: Debugger) -> str:
    """Where it stands, in a few words: "stage Parameters Charge"."""
    stop = debugger.stop
    around = "".join(f"{level}: " for level in stop.levels)
    return f"{stop.kind}{' ' + stop.field if stop.field else ''} {around}{stop.state.name}"


def steps(debugger: Debugger, most: int = 200) -> list[str]:
    """Where it comes by, a step at a time, to the end."""
    found = [seen(debugger)]
    while not debugger.is_at_end and len(found) < most:
        number = debugger.stop.number
        debugger.step()
        if debugger.stop.number == number:
            break
        found.append(seen(debugger))
    return found


def order(*answers: Any, n: int = 1) -> Debugger:
    """A debugger of the machine ORDER, whose task gives these answers one after the other; exceptions are raised."""
    waiting = list(answers)

    def charge(arguments: Any) -> Any:
        answer = waiting.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return Debugger(ORDER, {"n": n}, tasks={"Charge": charge} if answers else None)


BUSY = asl.TaskError("Busy", "later")
DECLINED = asl.TaskError("Declined")
