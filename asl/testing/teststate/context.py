"""The context object of the state under test: what the request says, or what the API makes."""

from collections.abc import Mapping
from typing import Any, Final

from asl.frame import iso_time, task_token
from asl.testing.teststate.definition import STATE_NAME, Tested
from asl.testing.teststate.errors import ApiError, invalid
from asl.testing.teststate.request import Request
from asl.values import JSON

_FIELDS: Final[Mapping[str, Mapping[str, str]]] = {
    "Execution": {
        "Id": "string",
        "Input": "",
        "Name": "string",
        "RoleArn": "string",
        "StartTime": "string",
        "RedriveCount": "number",
        "RedriveTime": "string",
    },
    "State": {"EnteredTime": "string", "Name": "string", "RetryCount": "number"},
    "StateMachine": {"Id": "string", "Name": "string"},
    "Task": {"Token": "string"},
}
"""The fields of the context object with their types; "" is any."""

_TYPES: Final = {"string": (str,), "number": (int, float)}


def check(context: Mapping[str, JSON], tested: Tested) -> None:
    """Raises ApiError for a context object that the API does not take for this state."""
    if "Map" in context:
        raise _wrong("'Map' field is not supported when mocking a Context object")
    for name, part in context.items():
        if name not in _FIELDS:
            raise _wrong(f"Field '{name}' is not allowed")
        if not isinstance(part, dict):
            raise _wrong(f"{name} must be an object")  # unrecorded: the text follows that of fields
        for field, value in part.items():
            if field not in _FIELDS[name]:
                raise _wrong(f"Field '{field}' is not allowed")
            kind = _FIELDS[name][field]
            if kind and (not isinstance(value, _TYPES[kind]) or isinstance(value, bool)):
                raise _wrong(f"{name}.{field} must be a {kind}")
    if "Task" in context and not waits(tested):
        raise _wrong(
            "Context object contains 'Task' when state is not a Task state with a '.sync' or '.waitForTaskToken'"
            " service integration pattern"
        )


def _wrong(message: str) -> ApiError:
    return invalid(f"Invalid Context object provided: {message}")


def waits(tested: Tested) -> bool:
    """Whether the state is a Task with the pattern .sync, .sync:2 or .waitForTaskToken."""
    resource = str(tested.written.get("Resource", ""))
    return tested.type == "Task" and resource.endswith((".sync", ".sync:2", ".waitForTaskToken"))


def made(request: Request, tested: Tested, names: tuple[str, str], account: str, region: str, at: int) -> JSON:
    """The context object that the API makes; `names` are those of its state machine and its execution."""
    machine, execution = names
    prefix = f"arn:aws:states:{region}:{account}"
    arn = f"{prefix}:express:{machine}:{execution}"
    state: dict[str, Any] = {"Name": STATE_NAME, "EnteredTime": iso_time(at)}
    if tested.type in ("Task", "Parallel", "Map"):
        state["RetryCount"] = 0
    context: dict[str, Any] = {
        "Execution": {
            "Id": arn,
            "Input": request.input,
            "Name": execution,
            "RoleArn": request.role_arn,
            "StartTime": iso_time(at),
        },
        "StateMachine": {"Id": f"{prefix}:stateMachine:{machine}", "Name": machine},
        "State": state,
    }
    if waits(tested):
        context["Task"] = {"Token": task_token(arn, execution, STATE_NAME)}  # unrecorded: that there is one
    return context
