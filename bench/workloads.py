"""The workloads of the benchmarks: definitions and inputs, the same for every engine that runs them."""

from typing import Any

Definition = dict[str, Any]

ROW = {"name": "row", "tags": ["a", "b", "c"], "addr": {"city": "Utrecht", "zip": "3511"}, "active": True}


def counter_loop() -> Definition:
    """W2: a Pass that adds one and a Choice that goes back to it: 2 transitions and 4 events for each iteration."""
    return {
        "StartAt": "Inc",
        "States": {
            "Inc": {
                "Type": "Pass",
                "Parameters": {"i.$": "States.MathAdd($.i, 1)", "n.$": "$.n"},
                "Next": "Check",
            },
            "Check": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.i", "NumericLessThanPath": "$.n", "Next": "Inc"}],
                "Default": "Done",
            },
            "Done": {"Type": "Succeed"},
        },
    }


def jsonata_loop() -> Definition:
    """W5: the counter of W2 in JSONata, kept in variables: 2 expressions and an Assign for each iteration."""
    return {
        "QueryLanguage": "JSONata",
        "StartAt": "Begin",
        "States": {
            "Begin": {"Type": "Pass", "Assign": {"i": 0, "n": "{% $states.input.n %}"}, "Next": "Inc"},
            "Inc": {"Type": "Pass", "Assign": {"i": "{% $i + 1 %}"}, "Next": "Check"},
            "Check": {
                "Type": "Choice",
                "Choices": [{"Condition": "{% $i < $n %}", "Next": "Inc"}],
                "Default": "Done",
            },
            "Done": {"Type": "Succeed", "Output": {"i": "{% $i %}"}},
        },
    }


def inline_map(max_concurrency: int = 0) -> Definition:
    """W3: three Pass states for each item."""
    states = {
        "A": {"Type": "Pass", "Parameters": {"v.$": "$.id", "k": "x"}, "Next": "B"},
        "B": {"Type": "Pass", "Result": {"ok": True}, "ResultPath": "$.x", "Next": "C"},
        "C": {"Type": "Pass", "Parameters": {"v.$": "$.v"}, "End": True},
    }
    return _map(states, "A", max_concurrency)


def task_map(max_concurrency: int = 0) -> Definition:
    """W3 with one Task for each item."""
    task: Definition = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage"}
    task["Parameters"] = {"QueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/q", "MessageBody.$": "$"}
    task["ResultSelector"] = {"id.$": "$.MessageId"}  # small, so that 3,000 results fit the quota
    return _map({"Send": {**task, "End": True}}, "Send", max_concurrency)


def _map(states: Definition, start_at: str, max_concurrency: int) -> Definition:
    processor = {"ProcessorConfig": {"Mode": "INLINE"}, "StartAt": start_at, "States": states}
    state = {"Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": max_concurrency, "ItemProcessor": processor}
    return {"StartAt": "Map", "States": {"Map": {**state, "End": True}}}


def items(count: int) -> Definition:
    return {"items": [{"id": index} for index in range(count)]}


def chain(length: int) -> Definition:
    """W4: Pass states in a row that carry the payload of `rows()`."""
    states: Definition = {}
    for index in range(length):
        if index % 2 == 0:
            state: Definition = {"Type": "Pass", "Parameters": {"v.$": "$.meta.k", "s": f"state {index}"}}
            state["ResultPath"] = "$.out"
        else:
            state = {"Type": "Pass", "Parameters": {"rows.$": "$.rows", "meta.$": "$.meta", "out.$": "$.out"}}
        state.update({"End": True} if index == length - 1 else {"Next": f"S{index + 1}"})
        states[f"S{index}"] = state
    return {"StartAt": "S0", "States": states}


def rows() -> Definition:
    """About 200 KB."""
    return {"rows": [{"id": index, **ROW} for index in range(1_850)], "meta": {"k": 1}, "out": None}


def lambda_loop() -> Definition:
    """W6a: a Task in a counter loop."""
    return {
        "StartAt": "Call",
        "States": {
            "Call": {
                "Type": "Task",
                "Resource": "arn:aws:lambda:us-east-1:123456789012:function:inc",
                "Next": "Check",
            },
            "Check": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.i", "NumericLessThanPath": "$.n", "Next": "Call"}],
                "Default": "Done",
            },
            "Done": {"Type": "Succeed"},
        },
    }


def wait(seconds: int) -> Definition:
    """W7: one Wait."""
    return {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": seconds, "End": True}}}


def one_pass() -> Definition:
    """W1: one Pass."""
    return {"StartAt": "Pass", "States": {"Pass": {"Type": "Pass", "End": True}}}
