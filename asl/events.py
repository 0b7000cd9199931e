"""Events: everything that reaches an execution from outside. All carry `at`, in milliseconds since the epoch, UTC.

That is the only clock there is. `ref` names the attempt, or the wait, that an event answers; an event whose ref is not
(or no longer) awaited changes nothing.
"""

from dataclasses import dataclass, fields
from typing import Any, Literal, TypeAlias, get_args

from asl.integration import FailurePhase
from asl.values import JSON

TimerPurpose: TypeAlias = Literal["wait", "retry", "timeout", "heartbeat", "execution", "lifetime"]
"""What a timer is for. "execution" is the machine's TimeoutSeconds, "lifetime" what the service allows at most."""


@dataclass(frozen=True, slots=True)
class Started:
    """The execution begins."""

    at: int


@dataclass(frozen=True, slots=True)
class TaskStarted:
    """A call was handed to whoever performs it; its time-outs count from here. Activities have a worker's name."""

    at: int
    ref: str
    worker_name: str | None = None


@dataclass(frozen=True, slots=True)
class TaskSubmitted:
    """The start call of a callback or `.sync` task answered `output`; the task goes on."""

    at: int
    ref: str
    output: JSON


@dataclass(frozen=True, slots=True)
class TaskSucceeded:
    at: int
    ref: str
    output: JSON


@dataclass(frozen=True, slots=True)
class TaskFailed:
    """A call failed; `phase` chooses the history event as in `asl.integration.Failure`."""

    at: int
    ref: str
    error: str | None
    cause: str | None = None
    phase: FailurePhase = "run"


@dataclass(frozen=True, slots=True)
class TimerFired:
    """A timer that the execution asked for is due."""

    at: int
    ref: str
    purpose: TimerPurpose


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The worker of a callback task or activity is alive."""

    at: int
    ref: str


@dataclass(frozen=True, slots=True)
class Edited:
    """Somebody who debugs changes what a frame goes on with: `value` is now in `place`.

    `place` is "input" (the raw input of its state), "variable:NAME", "due" (when its wait ends, in milliseconds since
    the epoch), "draws" (how many random numbers the execution has drawn so far, which decides the next ones), or the
    name of a stage of input and output processing ("afterParameters"), whose value in the frame's next phase this is.
    """

    at: int
    frame: str
    place: str
    value: JSON


@dataclass(frozen=True, slots=True)
class Skipped:
    """Somebody who debugs has a frame leave its state for the next one, without its work: the raw input goes out."""

    at: int
    frame: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """Somebody stops the execution."""

    at: int
    error: str | None = None
    cause: str | None = None


Event: TypeAlias = (
    Started
    | TaskStarted
    | TaskSubmitted
    | TaskSucceeded
    | TaskFailed
    | TimerFired
    | Heartbeat
    | Edited
    | Skipped
    | Stopped
)

_BY_NAME: dict[str, type[Any]] = {kind.__name__: kind for kind in get_args(Event)}


def to_json(event: Event) -> JSON:
    """The event as a JSON object: `{"event": "TaskSucceeded", "at": ..., ...}`."""
    return {"event": type(event).__name__, **{each.name: getattr(event, each.name) for each in fields(event)}}


def from_json(value: JSON) -> Event:
    """The event that `to_json` wrote. Raises KeyError or TypeError for anything else."""
    fields = dict(value)
    event: Event = _BY_NAME[fields.pop("event")](**fields)
    return event
