"""Effects: what an execution asks its host to do. They are values; the engine does nothing itself."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from asl.events import TimerPurpose
from asl.integration import Pattern
from asl.values import JSON

Status: TypeAlias = Literal["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"]


@dataclass(frozen=True, slots=True)
class CallTask:
    """Perform a task; answer with TaskStarted, then TaskSucceeded or TaskFailed, all with this `ref`.

    `attempt` counts from 0 and grows with each retry. `token` is set for callback tasks and activities.
    """

    ref: str
    resource: str
    pattern: Pattern
    arguments: JSON
    state_name: str
    pointer: str
    attempt: int = 0
    token: str | None = None
    credentials: JSON = None
    timeout_seconds: int | None = None
    heartbeat_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class StartTimer:
    """Answer with TimerFired when it is `due` (milliseconds since the epoch)."""

    ref: str
    purpose: TimerPurpose
    due: int


@dataclass(frozen=True, slots=True)
class Cancel:
    """Nothing more is wanted for `ref`: its timers are off, its call (if it still runs) is to be given up."""

    ref: str


@dataclass(frozen=True, slots=True)
class Finish:
    """The execution has ended."""

    status: Status
    output: JSON = None
    error: str | None = None
    cause: str | None = None


Effect: TypeAlias = CallTask | StartTimer | Cancel | Finish
