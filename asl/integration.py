"""The extension point: how a task reaches a service.

A host hands each task to the first integration whose `describe(resource)` is not None. Other packages add integrations
through the entry-point group `asl.integrations`: the entry names a function that takes `Settings` and gives a list of
integrations.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias

from asl.errors import HostError
from asl.values import ABSENT, JSON, Absent

Pattern: TypeAlias = Literal["request_response", "sync", "sync:2", "wait_for_task_token"]
FailurePhase: TypeAlias = Literal["schedule", "start", "submit", "run", "timeout"]
Handler: TypeAlias = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One attempt at a task. Times are milliseconds since the epoch, UTC.

    `ref` names the attempt: unique in its execution, and with the execution's ARN in a world, so it serves as
    idempotency key. `seed` is a string from which an answer's random parts (request ids, event ids) are to be made:
    the same seed, the same ids. `resource` is as written, with the pattern's suffix.
    """

    ref: str
    resource: str
    arguments: JSON
    pattern: Pattern
    state_name: str
    execution_arn: str
    state_machine_arn: str
    at: int
    seed: str
    attempt: int = 0
    token: str | None = None
    credentials: JSON = None
    timeout_seconds: int | None = None
    heartbeat_seconds: int | None = None
    region: str = "us-east-1"
    account: str = "123456789012"
    parent_arn: str | None = None
    """The ARN of the execution whose task started this one's execution, None for one that was started from outside."""
    item: JSON = None
    """`Map.Item` of the context object, in an iteration of a Map: its "Index" and its "Value"."""
    pending: JSON | Absent = ABSENT
    """The state of the `Pending` that this attempt goes on from; ABSENT when it begins."""


@dataclass(frozen=True, slots=True)
class Output:
    """A task that succeeded (or, for a callback task, was submitted) with `value`, after `duration_ms`.

    `submitted` is the answer of the start call where a task has both (a `.sync` job, or a mocked callback).
    `worker_name` is that of the worker that took an activity.
    """

    value: JSON
    duration_ms: int = 0
    submitted: JSON | Absent = ABSENT
    worker_name: str | None = None


@dataclass(frozen=True, slots=True)
class Pending:
    """A job that goes on: perform again with `state` after `poll_after_ms`, or when an execution has ended.

    One of `poll_after_ms` and `until_ended`, an execution's ARN, is not None; or neither is, and the task goes on until
    its token is answered or its time is over. `submitted` is the answer of the start call.
    """

    state: JSON
    poll_after_ms: int | None = None
    submitted: JSON | Absent = ABSENT
    until_ended: str | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """A task that failed after `duration_ms`. `phase` chooses the history event.

    "run" gives TaskFailed or LambdaFunctionFailed, "timeout" TaskTimedOut, "schedule" LambdaFunctionScheduleFailed,
    "start" TaskStartFailed, "submit" TaskSubmitFailed. `submitted` and `worker_name` are as in `Output`.
    """

    error: str | None
    cause: str | None = None
    phase: FailurePhase = "run"
    duration_ms: int = 0
    submitted: JSON | Absent = ABSENT
    worker_name: str | None = None


Answer: TypeAlias = Output | Pending | Failure


@dataclass(frozen=True, slots=True)
class Description:
    """What an integration says of a resource: its patterns, its parameters, how its answer looks, in words, its errors.

    `answered_by` says who answers with the settings that there are: "" when nobody does, and then `ways` are those in
    which it could be: "--aws embedded", "--aws real", "--machine NAME=FILE" ...
    """

    resource: str
    patterns: tuple[Pattern, ...]
    parameters: tuple[str, ...] = ()
    answered_by: str = ""
    answer: str = ""
    errors: tuple[str, ...] = ()
    ways: tuple[str, ...] = ()


class NotAnswered(HostError):
    """Raised by `perform` when the settings leave no way to answer a task. `ways` are those that would, as options."""

    def __init__(self, reason: str, ways: Sequence[str] = ()) -> None:
        super().__init__(reason)
        self.ways = tuple(ways)


class Integration(Protocol):
    """Answers the tasks of some resources.

    One that has to add something to the arguments before the task is scheduled also has a pure method
    `arranged(resource, arguments) -> arguments`; applied twice it must change nothing more. One that knows the shape of
    its answers also has a pure method `result_problem(resource, result, complete)`, which gives what is wrong with a
    result that somebody made up, in the words of Step Functions' TestState ("Field 'StatusCode' must be a number"), or
    None; with `complete`, required fields must be there.
    """

    def describe(self, resource: str) -> Description | None:
        """What this integration does for `resource` (without pattern suffix), None if it is not its own."""

    def check(self, resource: str, arguments: JSON) -> Sequence[str]:
        """What is wrong with the arguments, in the service's words; a task with any of that is not even scheduled."""

    def perform(self, call: Call) -> Answer:
        """The answer of one attempt, whose arguments were checked.

        May raise NotAnswered, or another HostError when it cannot even try; must not raise otherwise.
        """

    def cancel(self, call: Call) -> None:
        """Told when an attempt is given up: its execution ended, or its state timed out."""

    def close(self) -> None:
        """Told when the world that uses it ends."""


class Executions(Protocol):
    """The executions of a world, for integrations that start others, or answer tasks by their tokens.

    Raises `ExecutionRefused` with the code and the message of Step Functions' API ("ExecutionAlreadyExists",
    "InvalidToken" ...). May be used from any thread.
    """

    def knows(self, state_machine: str) -> bool:
        """Whether there is a definition for the machine with that ARN or name."""

    def start(self, state_machine: str, input_text: str, name: str | None, parent: Call, express: bool = False) -> str:
        """Starts an execution of a machine that is known; gives the execution's ARN."""

    def describe(self, execution_arn: str) -> dict[str, JSON]:
        """What DescribeExecution answers, by botocore's names: times in milliseconds, no field without a value."""

    def list(self, state_machine: str) -> "Sequence[dict[str, JSON]]":
        """The executions of a machine as `describe` gives them, the newest first."""

    def stop(self, execution_arn: str, error: str | None, cause: str | None) -> None: ...

    def get_activity_task(self, activity: str, worker_name: str | None = None) -> tuple[str, JSON] | None:
        """The token and the input of the next task of an activity (its ARN or name), None when there is none."""

    def send_task_success(self, token: str, output_text: str) -> None: ...

    def send_task_failure(self, token: str, error: str | None, cause: str | None) -> None: ...

    def send_task_heartbeat(self, token: str) -> None: ...


class ExecutionRefused(Exception):
    """Step Functions would refuse a request: the code and the message of its API."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


AwsMode: TypeAlias = Literal["off", "embedded", "real"]
Warn: TypeAlias = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user chose, handed to the integrations of every package.

    `functions` maps an ARN, a name or a glob of Lambda functions to a handler. `aws` says where calls of services go
    that nothing else answers: nowhere, to stand-ins in this process, or to AWS. `endpoint_urls` sends those of a
    service, by botocore's name ("sqs"; "*" for all others), elsewhere. `executions` are those of the world;
    `warn` takes a text for the user.
    """

    functions: Mapping[str, Handler] = field(default_factory=dict)
    aws: AwsMode = "off"
    endpoint_urls: Mapping[str, str] = field(default_factory=dict)
    executions: "Executions | None" = None
    region: str = "us-east-1"
    account: str = "123456789012"
    call_timeout_seconds: float = 60.0
    options: Mapping[str, Any] = field(default_factory=dict)
    warn: Warn = print
