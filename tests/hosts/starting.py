"""Definitions of state machines that start others, and runs of them."""

from __future__ import annotations

from typing import Any

import asl

ARN = "arn:aws:states:us-east-1:123456789012:stateMachine:{}"
START = "arn:aws:states:::states:startExecution"
SFN = "arn:aws:states:::aws-sdk:sfn:"
LAMBDA = "arn:aws:lambda:us-east-1:123456789012:function:{}"


def machine(*states: dict[str, Any], query: str | None = None) -> dict[str, Any]:
    """A definition of states in a row, named A, B, C ..."""
    names = "ABCDEFGH"[: len(states)]
    definition: dict[str, Any] = {"StartAt": "A", "States": {}}
    for index, (name, state) in enumerate(zip(names, states, strict=True)):
        ending = {} if state["Type"] == "Fail" else {"Next": names[index + 1]} if states[index + 1 :] else {"End": True}
        definition["States"][name] = {**state, **ending}
    return {"QueryLanguage": query, **definition} if query else definition


def task(resource: str, parameters: Any = None, **fields: Any) -> dict[str, Any]:
    return {"Type": "Task", "Resource": resource, **({"Parameters": parameters} if parameters else {}), **fields}


def starting(name: str, pattern: str = "", **fields: Any) -> dict[str, Any]:
    """A task that starts the machine of that name with `{"n": 1}`; fields with a capital are those of the task."""
    arguments = {"StateMachineArn": ARN.format(name), "Input": {"n": 1}}
    for field in ("Name", "Input"):
        if field in fields:
            arguments[field] = fields.pop(field)
    return task(START + pattern, arguments, **fields)


def wait(seconds: int) -> dict[str, Any]:
    return {"Type": "Wait", "Seconds": seconds}


PASS = machine({"Type": "Pass", "Result": {"done": True}})
FAIL = machine({"Type": "Fail", "Error": "Broken", "Cause": "by design"})
SLOW = machine(wait(60))


def ended(parent: dict[str, Any], children: dict[str, Any], **options: Any) -> tuple[asl.Run, list[asl.Run]]:
    """The run of a parent, and those of the children, when all have ended."""
    with asl.World(machines=children, **options) as world:
        run = world.start(asl.load(parent, name="Parent"))
        world.run()
        assert world.finished
    return run, world.runs[1:]


def types(run: asl.Run) -> list[str]:
    return [event["type"] for event in run.history]
