"""Machines whose executions are recorded, and then replayed with a changed definition."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, Final

from asl.integration import Answer, Call, Failure, Output
from asl.source_text import pointer_tokens
from asl.values import ABSENT, JSON

ORDER: Final[dict[str, Any]] = {
    "StartAt": "Prepare",
    "States": {
        "Prepare": {
            "Type": "Pass",
            "Parameters": {"order.$": "$.order", "items.$": "$.items", "limit": 10},
            "Assign": {"order.$": "$.order"},
            "Next": "Charge",
        },
        "Charge": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": "charge", "Payload": {"order.$": "$order", "limit.$": "$.limit"}},
            "TimeoutSeconds": 60,
            "ResultSelector": {"paid.$": "$.Payload.paid"},
            "ResultPath": "$.charge",
            "Retry": [
                {"ErrorEquals": ["Busy"], "IntervalSeconds": 2, "MaxAttempts": 2},
                {"ErrorEquals": ["States.ALL"], "MaxAttempts": 0},
            ],
            "Catch": [
                {"ErrorEquals": ["Declined"], "ResultPath": "$.problem", "Next": "Refuse"},
                {"ErrorEquals": ["States.ALL"], "Next": "Broken"},
            ],
            "Next": "Enough",
        },
        "Enough": {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.charge.paid", "NumericGreaterThan": 50, "Next": "Thank"},
                {"Variable": "$.charge.paid", "NumericGreaterThan": 10, "Next": "Ship"},
            ],
            "Default": "Refuse",
        },
        "Thank": {"Type": "Pass", "Result": "a big one", "ResultPath": "$.thanks", "Next": "Ship"},
        "Ship": {
            "Type": "Map",
            "ItemsPath": "$.items",
            "MaxConcurrency": 2,
            "ItemSelector": {"item.$": "$$.Map.Item.Value", "number.$": "$$.Map.Item.Index", "limit.$": "$.limit"},
            "ResultPath": "$.shipped",
            "ItemProcessor": {
                "StartAt": "Pack",
                "States": {
                    "Pack": {
                        "Type": "Task",
                        "Resource": "arn:aws:lambda:eu-west-1:999999999999:function:pack",
                        "Catch": [{"ErrorEquals": ["Lost"], "ResultPath": "$.lost", "Next": "Label"}],
                        "Next": "Label",
                    },
                    "Label": {"Type": "Pass", "End": True},
                },
            },
            "Next": "Tell",
        },
        "Tell": {
            "Type": "Parallel",
            "Branches": [
                {
                    "StartAt": "Mail",
                    "States": {
                        "Mail": {
                            "Type": "Task",
                            "Resource": "arn:aws:states:::sns:publish",
                            "Parameters": {"TopicArn": "arn:aws:sns:eu-west-1:9:mail", "Message.$": "$order"},
                            "End": True,
                        }
                    },
                },
                {
                    "StartAt": "Note",
                    "States": {
                        "Note": {"Type": "Pass", "Next": "Rest"},
                        "Rest": {"Type": "Wait", "Seconds": 5, "End": True},
                    },
                },
            ],
            "ResultPath": None,
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Broken"}],
            "Next": "Done",
        },
        "Done": {"Type": "Succeed", "OutputPath": "$.shipped"},
        "Refuse": {"Type": "Fail", "Error": "Refused", "Cause": "not enough"},
        "Broken": {"Type": "Pass", "End": True},
    },
}  # fmt: skip
"""Nearly every kind of state and field."""

QUERY: Final[dict[str, Any]] = {
    "QueryLanguage": "JSONata",
    "StartAt": "Count",
    "States": {
        "Count": {
            "Type": "Pass",
            "Assign": {"total": "{% $sum($states.input.prices) %}", "id": "{% $uuid() %}", "at": "{% $now() %}"},
            "Output": {"number": "{% $count($states.input.prices) %}", "lot": "{% $random() %}"},
            "Next": "Ask",
        },
        "Ask": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
            "Arguments": {
                "FunctionName": "ask",
                "Payload": {"token": "{% $states.context.Task.Token %}", "id": "{% $id %}", "total": "{% $total %}"},
            },
            "HeartbeatSeconds": 60,
            "Assign": {"total": "{% $total + $states.result.more %}"},
            "Output": {"said": "{% $states.result %}", "name": "{% $states.context.Execution.Name %}"},
            "Next": "Enough",
        },
        "Enough": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $total > 10 %}", "Next": "Each"}],
            "Default": "Poor",
        },
        "Each": {
            "Type": "Map",
            "Items": "{% [1..3] %}",
            "MaxConcurrency": 1,
            "ItemSelector": {"n": "{% $states.context.Map.Item.Value %}", "id": "{% $uuid() %}"},
            "ItemProcessor": {
                "StartAt": "Half",
                "States": {
                    "Half": {
                        "Type": "Pass",
                        "Output": "{% $states.input.n / ($states.input.n = 2 ? 'x' : 2) %}",
                        "End": True,
                    }
                },
            },
            "Catch": [
                {
                    "ErrorEquals": ["States.QueryEvaluationError"],
                    "Output": {"why": "{% $states.errorOutput.Error %}", "total": "{% $total %}"},
                    "Next": "Poor",
                }
            ],
            "End": True,
        },
        "Poor": {"Type": "Fail", "Error": "Poor", "Cause": "{% 'only ' & $total & ' of ' & $id %}"},
    },
}  # fmt: skip
"""JSONata, variables, values that are made up, and an execution that fails."""

QUERY_INPUT: Final[JSON] = {"prices": [4, 5]}

ORDER_INPUT: Final[JSON] = {"order": "o-1", "items": ["pen", "ink", "paper"]}


def answers(call: Call) -> Answer | None:
    """Charging is busy at first; ink gets lost."""
    if call.state_name == "Charge":
        return (
            Failure("Busy", "try later") if call.attempt == 0 else Output({"Payload": {"paid": 12}, "StatusCode": 200})
        )
    if call.state_name == "Pack":
        return Failure("Lost", None) if call.arguments["item"] == "ink" else Output({**call.arguments, "packed": True})
    if call.state_name == "Ask":
        return Output({"more": 2, "of": call.arguments["Payload"]["id"]})
    return Output({"MessageId": "5f"}, 1000)


def changed(definition: Mapping[str, Any], *changes: tuple[str, JSON]) -> dict[str, Any]:
    """The definition with other values at JSON pointers; ABSENT takes a member away."""
    result: dict[str, Any] = copy.deepcopy(dict(definition))
    for pointer, value in changes:
        *path, last = pointer_tokens(pointer)
        place: Any = result
        for token in path:
            place = place[int(token)] if isinstance(place, list) else place[token]
        if isinstance(place, list):
            place[int(last) : int(last) + 1] = [] if value is ABSENT else [value]
        elif value is ABSENT:
            del place[last]
        else:
            place[last] = value
    return result
