"""Task: asks its host to perform a call, and goes on with the answer.

The three kinds differ in their history events only: a function named by its ARN (`LambdaFunction...`), an activity
(`Activity...`), and everything else (`Task...`, with the service as `resourceType` and the action as `resource`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from asl.effects import CallTask
from asl.events import TaskFailed
from asl.frame import Frame, task_token
from asl.integration import Pattern
from asl.json_text import size
from asl.limits import PAYLOAD_BYTES, SECONDS
from asl.model import Task
from asl.payload import Evaluator, constant, dataflow, jsonata_io, jsonpath_io
from asl.states.compiled import CompiledState, leave
from asl.states.recovery import Recovery
from asl.values import ABSENT, JSON
from asl.wording import (
    EvaluationError,
    arguments_refused,
    heartbeat_missed,
    limited,
    not_an_integer,
    result_too_large,
    timed_out,
)

if TYPE_CHECKING:
    from asl.engine import Execution


class CompiledTask:
    __slots__ = (
        "credentials",
        "dataflow",
        "heartbeat",
        "kind",
        "name",
        "next",
        "pattern",
        "phases",
        "pointer",
        "recovery",
        "resource",
        "service",
        "started_details",
        "timeout",
        "type",
        "with_token",
    )

    def __init__(self, state: Task) -> None:
        self.type = "Task"
        self.name = state.name
        self.pointer = state.pointer
        self.next: CompiledState | None = None
        self.dataflow = dataflow(state.io, result_name="result")
        self.recovery = Recovery(state.retry, state.catch, "TaskStateExited")
        self.credentials = _credentials(state)
        self.timeout = _seconds("TimeoutSeconds", state.timeout_seconds, state.timeout_seconds_path)
        self.heartbeat = _seconds("HeartbeatSeconds", state.heartbeat_seconds, state.heartbeat_seconds_path)
        self.kind, self.service, action, self.pattern = describe_resource(state.resource)
        self.resource = state.resource
        self.with_token = self.pattern != "request_response" or self.kind == "Activity"
        self.started_details = {"resourceType": self.service, "resource": action} if self.kind == "Task" else None
        self.phases = {
            "enter": self.enter,
            "attempt": self.attempt,
            "exit": self.exit,
            "error": self.recovery.handle,
        }

    def enter(self, execution: Execution, frame: Frame) -> None:
        execution.enter(frame, "TaskStateEntered")
        frame.phase = "attempt"
        self.attempt(execution, frame)

    def attempt(self, execution: Execution, frame: Frame) -> None:
        """Schedules the call, at first and again for each retry; the fields are evaluated anew each time."""
        ref = execution.new_ref(frame)
        frame.token = task_token(execution.info.arn, execution.seed, ref) if self.with_token else None
        data = self.dataflow.effective_input(frame.value, frame, execution.trace)
        timeout, heartbeat = self.timeout(data, frame), self.heartbeat(data, frame)
        if timeout is not None and heartbeat is not None and heartbeat >= timeout:
            # unrecorded: the specification wants it smaller; error and text are ours
            raise EvaluationError(f"HeartbeatSeconds ({heartbeat}) must be smaller than TimeoutSeconds ({timeout}).")
        credentials = self.credentials(data, frame) if self.credentials is not None else None
        arguments = self.dataflow.arguments(data, frame, execution.trace)
        if arguments is not frame.value and size(arguments) > PAYLOAD_BYTES:
            # unrecorded: the guide names the quota; that nothing catches it, and the text, are taken from its output
            execution.fail(frame, result_too_large(self.name, terminal=True))
            return
        if execution.check is not None:
            problems = execution.check(self.resource, arguments)
            if problems:
                raise arguments_refused(arguments, problems)
        if execution.arrange is not None:
            arguments = execution.arrange(self.resource, arguments)
        execution.record(
            frame, f"{self.kind}Scheduled", self._scheduled(execution, arguments, timeout, heartbeat, credentials)
        )
        frame.effective = {
            "arguments": arguments,
            "credentials": credentials,
            "timeout": timeout,
            "timeout_due": None,
            "heartbeat": heartbeat,
            "heartbeat_due": None,
        }
        frame.phase = "calling"
        frame.call_state = "scheduled"
        execution.block(frame)
        execution.effects.append(
            CallTask(
                ref, self.resource, self.pattern, arguments, self.name, self.pointer, frame.attempt, frame.token,
                credentials, timeout, heartbeat,
            )
        )  # fmt: skip

    def _scheduled(
        self, execution: Execution, arguments: JSON, timeout: int | None, heartbeat: int | None, credentials: JSON
    ) -> dict[str, Any]:
        details: dict[str, Any]
        if self.started_details is not None:
            details = {**self.started_details, "region": execution.info.region, "parameters": arguments}
        else:
            details = {"resource": self.resource, "input": arguments}
        if timeout is not None:
            details["timeoutInSeconds"] = timeout
        if heartbeat is not None:
            details["heartbeatInSeconds"] = heartbeat
        if credentials is not None and self.kind != "Activity":
            details["taskCredentials"] = {"roleArn": credentials.get("RoleArn")}
        return details

    # -- answers ---------------------------------------------------------------------------------------------------

    def started(self, execution: Execution, frame: Frame, worker_name: str | None = None) -> None:
        """The call is on its way: time-outs count from here (Developer Guide, "Task state")."""
        frame.call_state = "started"
        details = {"workerName": worker_name} if worker_name is not None else self.started_details
        execution.record(frame, f"{self.kind}Started", details)
        self._start_timer(execution, frame, "timeout")
        self._start_timer(execution, frame, "heartbeat")

    def _start_timer(self, execution: Execution, frame: Frame, purpose: Literal["timeout", "heartbeat"]) -> None:
        """Starts one of the call's timers, if it has it; the frame remembers when it is due."""
        seconds = frame.effective[purpose]
        if seconds is not None and frame.ref is not None:
            due = execution.now + seconds * 1000
            frame.effective = {**frame.effective, f"{purpose}_due": due}
            execution.start_timer(frame, frame.ref, purpose, due)

    def submitted(self, execution: Execution, frame: Frame, output: JSON) -> None:
        frame.call_state = "submitted"
        execution.record(frame, "TaskSubmitted", {**(self.started_details or {}), "output": output})

    def heard(self, execution: Execution, frame: Frame) -> None:
        """A heartbeat: its timer starts again."""
        self._start_timer(execution, frame, "heartbeat")

    def succeeded(self, execution: Execution, frame: Frame, output: JSON) -> None:
        if size(output) > PAYLOAD_BYTES:
            what = self.service if self.kind == "Task" else self.resource
            error = result_too_large(what, terminal=False)
            self.failed(execution, frame, TaskFailed(execution.now, "", error.error, error.cause))
            return
        execution.record(frame, f"{self.kind}Succeeded", {**(self.started_details or {}), "output": output})
        execution.answered(frame)
        frame.effective = output
        frame.phase = "exit"

    def failed(self, execution: Execution, frame: Frame, event: TaskFailed) -> None:
        error = limited(event.error, event.cause)
        details = dict(self.started_details or {})
        if error.error is not None:
            details["error"] = error.error
        if error.cause:
            details["cause"] = error.cause
        execution.record(frame, _failed_event(self.kind, event.phase), details)
        execution.answered(frame)
        frame.effective = None
        frame.error = error
        frame.phase = "error"

    def expired(self, execution: Execution, frame: Frame, heartbeat: bool) -> None:
        error = heartbeat_missed() if heartbeat else timed_out()
        execution.record(frame, f"{self.kind}TimedOut", {**(self.started_details or {}), "error": error.error})
        execution.answered(frame)
        frame.effective = None
        frame.error = error
        frame.phase = "error"

    def exit(self, execution: Execution, frame: Frame) -> None:
        if execution.trace is not None:
            frame.effective = execution.trace.after("result", frame.effective)
        leave(execution, frame, self.dataflow, frame.effective, "TaskStateExited", self.next)


def _failed_event(kind: str, phase: str) -> str:
    match phase, kind:
        case "timeout", _:
            return f"{kind}TimedOut"
        case "schedule", "LambdaFunction" | "Activity":
            return f"{kind}ScheduleFailed"
        case "start", "LambdaFunction":
            return "LambdaFunctionStartFailed"
        case "start", "Task":
            return "TaskStartFailed"
        case "submit", "Task":
            return "TaskSubmitFailed"
        case _:
            return f"{kind}Failed"


def describe_resource(resource: str) -> tuple[str, str, str, Pattern]:
    """What the resource's ARN says: the kind of its events, `resourceType`, `resource`, and the pattern.

    ("LambdaFunction", "", "", ...), ("Activity", "", "", ...), or ("Task", "aws-sdk:s3", "getObject", ...).
    """
    parts = resource.split(":", 5)
    if len(parts) < 6:
        return "Task", "", resource, "request_response"
    service, rest = parts[2], parts[5]
    if service == "lambda":
        return "LambdaFunction", "", "", "request_response"
    if service == "states" and parts[3] and rest.startswith("activity:"):
        return "Activity", "", "", "request_response"
    sdk = rest.startswith("aws-sdk:")
    service_name, _, action = rest.removeprefix("aws-sdk:").partition(":")
    pattern: Pattern = "request_response"
    if action.endswith(".waitForTaskToken"):
        pattern = "wait_for_task_token"
    elif action.endswith(".sync"):
        pattern = "sync"
    elif action.endswith(".sync:2"):
        pattern = "sync:2"
    return "Task", f"aws-sdk:{service_name}" if sdk else service_name, action, pattern


def _credentials(state: Task) -> Evaluator | None:
    if state.credentials is ABSENT:
        return None
    if state.io.language == "JSONPath":
        return jsonpath_io.template(state.credentials)
    credentials = jsonata_io.template(state.credentials, "Credentials")
    role = jsonata_io.of_type(state.credentials["RoleArn"], "Credentials/RoleArn", "string")
    return lambda data, scope: {**credentials(data, scope), "RoleArn": role(data, scope)}


def _seconds(field: str, value: int | str | None, text: str | None) -> Evaluator:
    """A time in seconds: a number, a JSONata expression, or what a path leads to; None where there is none."""
    if isinstance(value, str):
        return jsonata_io.whole_number(value, field, 1, SECONDS)
    if text is None:
        return constant(value)
    evaluate = jsonpath_io.field_path(text)

    def seconds(data: JSON, scope: Any) -> JSON:
        value = evaluate(data, scope)
        if type(value) is not int:
            raise not_an_integer(f"{field}Path", value, text)
        if not 0 < value <= SECONDS:
            # unrecorded: the guide asks for a positive integer and names the maximum; the text is ours
            raise EvaluationError(f"The {field}Path field refers to value {value}, not 1 to {SECONDS}: {text}")
        return value

    return seconds
