"""Step Functions itself, as far as tasks call it, on the executions of the world that they run in."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

from asl.integration import Call, ExecutionRefused, Executions, NotAnswered
from asl.json_text import dumps
from asl_aws.clients import IN_THIS_PROCESS, Local, Response
from asl_aws.sdk_metadata import JSON_1_0, http_date, request_id
from asl_aws.service_errors import ServiceError

_Operation: TypeAlias = Callable[[Executions, dict[str, Any], Call], dict[str, Any]]


def local(executions: Executions | None) -> Local:
    """Answers the operations of OPERATIONS with botocore's shapes; NotAnswered for unknown machines.

    Without a world there are no operations.
    """

    def respond(operation: str, parameters: dict[str, Any], call: Call) -> Response:
        assert executions is not None, "else nothing is answered"
        request = request_id(call.seed, operation)
        try:
            data = OPERATIONS[operation](executions, parameters, call)
        except ExecutionRefused as refused:
            raise ServiceError(refused.code, refused.message, 400, request) from refused
        headers = {
            "x-amzn-requestid": request,
            "connection": "keep-alive",
            "content-length": str(_length(data)),
            "date": http_date(call.at // 1000),
            "content-type": JSON_1_0,
        }
        return Response(_with_moments(data), 200, headers, request)

    operations = {} if executions is None else {name: _ANSWERED_BY.get(name, IN_THIS_PROCESS) for name in OPERATIONS}
    return Local(respond, operations, {"StartExecution": (_OPTION,)})


def unknown_machine(state_machine: str) -> NotAnswered:
    return NotAnswered(f"there is no definition for the state machine '{state_machine}'", (_OPTION, "--aws real"))


def _start_execution(executions: Executions, parameters: dict[str, Any], call: Call) -> dict[str, Any]:
    machine = parameters["stateMachineArn"]
    if not executions.knows(machine):
        raise unknown_machine(machine)
    arn = executions.start(machine, parameters.get("input", "{}"), parameters.get("name"), call)
    return {"executionArn": arn, "startDate": executions.describe(arn)["startDate"]}


def _describe_execution(executions: Executions, parameters: dict[str, Any], call: Call) -> dict[str, Any]:
    described = executions.describe(parameters["executionArn"])
    succeeded = described["status"] == "SUCCEEDED"
    described["inputDetails"] = {"included": True}
    if "output" in described:
        described["outputDetails"] = {"included": True}
    described["redriveCount"] = 0
    described["redriveStatus"] = "NOT_REDRIVABLE" if succeeded or described["status"] == "RUNNING" else "REDRIVABLE"
    if described["redriveStatus"] == "NOT_REDRIVABLE":
        described["redriveStatusReason"] = f"Execution is {described['status']} and cannot be redriven"
    return described


def _list_executions(executions: Executions, parameters: dict[str, Any], call: Call) -> dict[str, Any]:
    machine, status = parameters.get("stateMachineArn", ""), parameters.get("statusFilter")
    shown = ("executionArn", "stateMachineArn", "name", "status", "startDate", "stopDate")
    found = [
        {name: described[name] for name in shown if name in described}
        for described in executions.list(machine)
        if status in (None, described["status"])
    ]
    most = parameters.get("maxResults") or _MOST_LISTED
    return {"executions": found[:most]}


def _stop_execution(executions: Executions, parameters: dict[str, Any], call: Call) -> dict[str, Any]:
    arn = parameters["executionArn"]
    executions.stop(arn, parameters.get("error"), parameters.get("cause"))
    return {"stopDate": executions.describe(arn).get("stopDate", call.at)}


def _send_task_success(executions: Executions, parameters: dict[str, Any], call: Call) -> dict[str, Any]:
    output = parameters["output"]
    executions.send_task_success(parameters["taskToken"], output if isinstance(output, str) else dumps(output))
    return {}


def _send_task_failure(executions: Executions, parameters: dict[str, Any], call: Call) -> dict[str, Any]:
    executions.send_task_failure(parameters["taskToken"], parameters.get("error"), parameters.get("cause"))
    return {}


def _send_task_heartbeat(executions: Executions, parameters: dict[str, Any], call: Call) -> dict[str, Any]:
    executions.send_task_heartbeat(parameters["taskToken"])
    return {}


_MOST_LISTED: Final = 100
_OPTION: Final = "--machine ARN-or-name=FILE"
_ANSWERED_BY: Final = {"StartExecution": "machines given with --machine"}

OPERATIONS: Final[dict[str, _Operation]] = {
    "StartExecution": _start_execution,
    "DescribeExecution": _describe_execution,
    "ListExecutions": _list_executions,
    "StopExecution": _stop_execution,
    "SendTaskSuccess": _send_task_success,
    "SendTaskFailure": _send_task_failure,
    "SendTaskHeartbeat": _send_task_heartbeat,
}


def _length(data: dict[str, Any]) -> int:
    """The length of the response's body, which shows in the metadata."""
    times = list(_times(data))
    return len(dumps(data).encode()) + sum(len(_in_seconds(time)) - len(str(time)) for time in times)


def _times(value: Any) -> Iterator[int]:
    """The times in the data, in milliseconds."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield from (member,) if name.endswith("Date") else _times(member)
    elif isinstance(value, list):
        for element in value:
            yield from _times(element)


def _in_seconds(time: int) -> str:
    """A time as the service writes it, such as 1.767225600123E9: recorded lengths of responses leave no other form."""
    digits = str(time)
    fraction = digits[1:].rstrip("0") or "0"
    return f"{digits[0]}.{fraction}E{len(digits) - 4}"


def _with_moments(value: Any) -> Any:
    """The data with times as botocore gives them."""
    if isinstance(value, dict):
        return {
            name: datetime.fromtimestamp(member / 1000, UTC) if name.endswith("Date") else _with_moments(member)
            for name, member in value.items()
        }
    return [_with_moments(element) for element in value] if isinstance(value, list) else value
