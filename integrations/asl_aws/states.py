"""`arn:aws:states:::states:startExecution`, `.sync`, `.sync:2` and `.waitForTaskToken`: executions that start others.

Source: Developer Guide, "Start workflow executions from a task state in Step Functions"; recordings of 2023 to 2025.
The machine is one of the world's where its definition is known; such a child runs in the same world and time as its
parent, and `.sync` goes on when it has ended. `aws-sdk:sfn:startSyncExecution` is here too: it waits for an execution.
"""

import json
import re
from datetime import UTC, datetime
from typing import Any, Final

from asl.integration import (
    Answer,
    Call,
    Description,
    ExecutionRefused,
    Executions,
    Failure,
    Integration,
    Output,
    Pattern,
    Pending,
    Settings,
)
from asl.json_text import dumps
from asl.values import ABSENT, JSON
from asl_aws import job_shapes, parameters, sdk_model
from asl_aws.clients import IN_THIS_PROCESS, Clients, LocalBackend, Response
from asl_aws.sdk_metadata import metadata, request_id, shown_headers
from asl_aws.service_errors import SdkClientError, Service, ServiceError, failure, not_reached, not_started
from asl_aws.stepfunctions_backend import unknown_machine

STEP_FUNCTIONS: Final = Service(
    prefix="StepFunctions",
    name="AWSStepFunctions",
    unmodeled="AWSStepFunctionsException",
    modeled=frozenset(
        {
            "ExecutionAlreadyExists",
            "ExecutionLimitExceeded",
            "InvalidArn",
            "InvalidExecutionInput",
            "InvalidName",
            "StateMachineDeleting",
            "StateMachineDoesNotExist",
        }
    ),
)
_SERVICE: Final = "stepfunctions"
_SDK_PREFIX: Final = "Sfn"
_start_execution: Final = re.compile(
    r"arn:[^:]+:states:[^:]*:[^:]*:states:startExecution(\.sync(:2)?|\.waitForTaskToken)?"
)
_start_sync: Final = re.compile(r"arn:[^:]+:states:[^:]*:[^:]*:aws-sdk:sfn:startSyncExecution")
_PATTERNS: Final[tuple[Pattern, ...]] = ("request_response", "sync", "sync:2", "wait_for_task_token")
_FIELDS: Final = {
    "Input": parameters.anything,
    "Name": parameters.text,
    "StateMachineArn": parameters.text,
    "TraceHeader": parameters.text,
}
_parameters: Final = parameters.structure(_FIELDS, required=("StateMachineArn",))
_HEADERS: Final = {
    "x-amzn-requestid": "x-amzn-RequestId",
    "connection": "connection",
    "content-length": "Content-Length",
    "date": "Date",
    "content-type": "Content-Type",
}
_SYNC_FIELDS: Final = frozenset(
    {
        "billingDetails",
        "cause",
        "error",
        "executionArn",
        "input",
        "inputDetails",
        "name",
        "output",
        "outputDetails",
        "startDate",
        "stateMachineArn",
        "status",
        "stopDate",
        "traceHeader",
    }
)
_POLL_MS: Final = 5_000  # unrecorded: how often Step Functions asks for an execution that it does not run itself


class StartExecution:
    """The integration."""

    def __init__(self, clients: Clients, executions: Executions | None, local: LocalBackend) -> None:
        self._clients = clients
        self._executions = executions
        self._local = local

    def describe(self, resource: str) -> Description | None:
        if _start_sync.fullmatch(resource):
            patterns: tuple[Pattern, ...] = ("request_response",)
            answer = "the fields of StartSyncExecution's response"
            operation = sdk_model.operation("sfn", "startSyncExecution")
            assert operation is not None, "botocore knows it"
            errors = operation.errors
        elif _start_execution.fullmatch(resource):
            patterns = _PATTERNS
            answer = "ExecutionArn, StartDate; with .sync the fields of DescribeExecution, with .sync:2 Output as JSON"
            errors = STEP_FUNCTIONS.errors
        else:
            return None
        way = self._clients.way(_SERVICE)
        return Description(
            resource=re.sub(r"\.(sync(:2)?|waitForTaskToken)$", "", resource),
            patterns=patterns,
            parameters=tuple(_FIELDS),
            answered_by="machines given with --machine" if way == IN_THIS_PROCESS else way,
            answer=answer,
            errors=errors,
            ways=("--machine ARN-or-name=FILE", "--endpoint-url stepfunctions=URL", "--aws real"),
        )

    def check(self, resource: str, arguments: JSON) -> list[str]:
        return _parameters("Parameters", arguments)

    def result_problem(self, resource: str, result: JSON, complete: bool) -> str | None:
        """Of an execution that is waited for, the shape is that of DescribeExecution, for `.sync:2` too."""
        if _start_sync.fullmatch(resource):
            operation = sdk_model.operation("sfn", "startSyncExecution")
            assert operation is not None, "botocore knows it"
            return operation.result_problem(result, complete)
        waits = resource.endswith((".sync", ".sync:2"))
        name = "DescribeExecution" if waits else "StartExecution"
        return job_shapes.operation(_SERVICE, name).result_problem(result, complete)

    def perform(self, call: Call) -> Answer:
        try:
            return self._perform(call)
        except (ServiceError, SdkClientError) as error:
            if _start_sync.fullmatch(call.resource):
                return _sdk_failure(error)
            failed = failure(STEP_FUNCTIONS, error)
            return not_started(call, failed) if call.pending is ABSENT else failed

    def _perform(self, call: Call) -> Answer:
        if call.pending is not ABSENT:
            return self._ended(call, call.pending)
        if _start_sync.fullmatch(call.resource):
            return self._start_sync(call)
        response = self._call("StartExecution", _request(call), call)
        arn = response.data["executionArn"]
        answer = {
            "ExecutionArn": arn,
            **metadata(shown_headers(response.headers, _HEADERS), response.status, response.request_id),
            "StartDate": _milliseconds(response.data["startDate"]),
        }
        if call.pattern in ("sync", "sync:2"):
            return self._await(arn, call, answer)
        return Output(answer)

    def _await(self, arn: str, call: Call, submitted: JSON) -> Pending:
        if self._is_local(call):
            return Pending(arn, submitted=submitted, until_ended=arn)
        return Pending(arn, _POLL_MS, submitted)

    def _ended(self, call: Call, arn: str) -> Answer:
        described = self._call("DescribeExecution", {"executionArn": arn}, call).data
        if described["status"] == "RUNNING":
            return Pending(arn, _POLL_MS)
        if _start_sync.fullmatch(call.resource):
            return Output(_sync_answer(described))
        answer = _answer(described, parsed=call.pattern == "sync:2")
        if described["status"] == "SUCCEEDED":
            return Output(answer)
        return Failure("States.TaskFailed", dumps(answer))

    def _start_sync(self, call: Call) -> Answer:
        if not self._is_local(call):
            response = self._call("StartSyncExecution", _request(call), call).data
            return Output(_sync_answer(response))
        assert self._executions is not None, "a local machine"
        request = _request(call)
        machine, name = request["stateMachineArn"], request.get("name")
        try:
            arn = self._executions.start(machine, request["input"], name, call, express=True)
        except ExecutionRefused as refused:
            raise ServiceError(refused.code, refused.message, 400, request_id(call.seed, _SERVICE)) from refused
        return Pending(arn, until_ended=arn)

    def cancel(self, call: Call) -> None:
        """Stops the execution that a `.sync` task waits for."""
        if call.pending is not ABSENT and call.pattern in ("sync", "sync:2"):
            try:
                # unrecorded: the cause that the child is stopped with
                self._call("StopExecution", {"executionArn": call.pending}, call)
            except (ServiceError, SdkClientError):
                return  # it has ended meanwhile

    def close(self) -> None:
        """The clients belong to the package."""

    def _call(self, operation: str, request: dict[str, Any], call: Call) -> Response:
        if self._is_local(call):
            return self._local(operation, request, call)
        if self._clients.way(_SERVICE) == IN_THIS_PROCESS:
            raise unknown_machine(call.arguments["StateMachineArn"])
        return self._clients.call(_SERVICE, operation, request, call)

    def _is_local(self, call: Call) -> bool:
        """Whether the machine's definition is known: then it runs here, wherever other calls go."""
        return self._executions is not None and self._executions.knows(call.arguments["StateMachineArn"])


def integration(settings: Settings, clients: Clients, local: LocalBackend) -> Integration:
    return StartExecution(clients, settings.executions, local)


def _request(call: Call) -> dict[str, Any]:
    arguments = call.arguments
    request = {"stateMachineArn": arguments["StateMachineArn"], "input": _input_text(arguments.get("Input"))}
    for field, name in (("Name", "name"), ("TraceHeader", "traceHeader")):
        if arguments.get(field) is not None:
            request[name] = arguments[field]
    return request


def _input_text(value: JSON) -> str:
    if value is None:
        return "{}"  # recorded
    return value if isinstance(value, str) else dumps(value)


def _answer(described: dict[str, Any], parsed: bool) -> dict[str, JSON]:
    """What DescribeExecution says, as a task shows it: fields in the order of their names."""
    shown: dict[str, JSON] = {}
    for name, value in described.items():
        field = name[0].upper() + name[1:]
        if isinstance(value, datetime):
            shown[field] = _milliseconds(value)
        elif isinstance(value, dict):
            shown[field] = {member[0].upper() + member[1:]: below for member, below in value.items()}
        elif parsed and name in ("input", "output"):
            shown[field] = json.loads(value)
        else:
            shown[field] = value
    return dict(sorted(shown.items()))


def _sync_answer(described: dict[str, Any]) -> dict[str, JSON]:
    shown = _answer({name: value for name, value in described.items() if name in _SYNC_FIELDS}, parsed=False)
    # unrecorded: BillingDetails, of which a run on one's own machine has none
    return {
        name: _iso(value) if name in ("StartDate", "StopDate") and isinstance(value, int) else value
        for name, value in shown.items()
    }


def _sdk_failure(error: ServiceError | SdkClientError) -> Failure:
    """An error as that of an `aws-sdk:sfn` task."""
    if isinstance(error, SdkClientError):
        return not_reached(_SDK_PREFIX, error)
    name = error.code if error.code.endswith("Exception") else f"{error.code}Exception"
    cause = f"{error.message} (Service: {_SDK_PREFIX}, Status Code: {error.status}, Request ID: {error.request_id})"
    return Failure(f"{_SDK_PREFIX}.{name}", f"{cause} (SDK Attempt Count: 1)")


def _iso(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
