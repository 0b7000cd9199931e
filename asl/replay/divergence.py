"""Where a replay leaves its recording, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from asl.findings import Location
from asl.json_text import shown
from asl.machine import Machine
from asl.replay.differences import Difference
from asl.replay.recording import RecordedEvent
from asl.values import ABSENT, JSON

_SHOWN: Final = 300
_LISTED: Final = 10  # differences of an event


@dataclass(frozen=True, slots=True)
class Divergence:
    """The first event from which on the definition does something else than was recorded.

    `event` is None when the definition does something more after the last event. `recorded` and `now` say in words what
    happened and what would happen now; where both are the same kind of event, `differences` has the parts that differ.
    `pointer` is the JSON pointer of the part of the definition that it is about, `location` its place in the file.
    `why` are sentences about what has led to it.
    """

    event: RecordedEvent | None
    recorded: str
    now: str
    state: str | None = None
    pointer: str | None = None
    location: Location | None = None
    differences: tuple[Difference, ...] = ()
    why: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [self._where()]
        if self.differences:
            lines += [str(each) for each in self.differences[:_LISTED]]
            if len(self.differences) > _LISTED:
                lines.append(f"and {len(self.differences) - _LISTED} more")
        else:
            lines += [f"recorded: {self.recorded}", f"now: {self.now}"]
        lines += self.why
        return "\n  ".join(lines)

    def as_dict(self) -> dict[str, JSON]:
        """The same as a JSON object; what is not there is left out of a difference."""
        event = self.event
        return {
            "event": None if event is None else event.id,
            "type": None if event is None else event.type,
            "state": self.state,
            "pointer": self.pointer,
            "location": None if self.location is None else str(self.location),
            "recorded": self.recorded,
            "now": self.now,
            "why": list(self.why),
            "differences": [
                {"place": each.place}
                | {
                    name: value
                    for name, value in (("recorded", each.recorded), ("now", each.now))
                    if value is not ABSENT
                }
                | ({"why": each.why} if each.why else {})
                for each in self.differences
            ],
        }

    @property
    def kind(self) -> tuple[object, ...]:
        """What is the same where the same change of the definition was met in several histories."""
        type = None if self.event is None else self.event.type
        what = tuple(each.place for each in self.differences) or (self.recorded, self.now)
        return type, self.state, self.pointer, *what

    def _where(self) -> str:
        event = "after the last event" if self.event is None else f"event {self.event.id} ({self.event.type})"
        state = "" if self.state is None else f", state '{self.state}'"
        place = self.location or self.pointer
        return f"{event}{state}" + ("" if place is None else f" ({place})")


@dataclass(frozen=True, slots=True)
class Gap:
    """An event whose data the recording does not have, and the execution cannot go on without."""

    event: RecordedEvent
    state: str | None
    what: str
    advice: str

    def __str__(self) -> str:
        state = "" if self.state is None else f" of state '{self.state}'"
        return f"event {self.event.id} ({self.event.type}){state}: {self.what}; {self.advice}"


def place_of(machine: Machine, pointer: str) -> Location | None:
    """The place in the definition's file of the key that a JSON pointer leads to."""
    return machine.document.locate(pointer, key=True)


def told(event_type: str, details: Mapping[str, Any]) -> str:
    """What an event says, as a part of a sentence."""
    name = details.get("name")
    kind = event_type
    for ending, words in _ENDINGS:
        if kind.endswith(ending):
            return words.format(name=name, **_of(details), **{"what": _what(kind)})
    return kind


_ENDINGS: Final = (
    ("ExecutionSucceeded", "the execution succeeds with {output}"),
    ("ExecutionFailed", "the execution fails{error}"),
    ("ExecutionTimedOut", "the execution times out"),
    ("ExecutionAborted", "the execution is stopped{error}"),
    ("ExecutionStarted", "the execution starts"),
    ("EvaluationFailed", "a field of state '{state}' cannot be evaluated{error}"),
    ("MapIterationStarted", "iteration {index} of '{name}' starts"),
    ("MapIterationSucceeded", "iteration {index} of '{name}' succeeds"),
    ("MapIterationFailed", "iteration {index} of '{name}' fails"),
    ("MapIterationAborted", "iteration {index} of '{name}' is aborted"),
    ("StateEntered", "{what} state '{name}' is entered"),
    ("StateExited", "state '{name}' is left with {output}"),
    ("MapStateStarted", "the Map starts on {length} items"),
    ("ParallelStateStarted", "the Parallel starts its branches"),
    ("StateSucceeded", "the {what} succeeds"),
    ("StateFailed", "the {what} fails"),
    ("StateAborted", "a {what} state is aborted"),
    ("SubmitFailed", "the task cannot be submitted{error}"),
    ("ScheduleFailed", "the task cannot be scheduled{error}"),
    ("StartFailed", "the task cannot be started{error}"),
    ("Scheduled", "a task is scheduled: {resource} with {arguments}"),
    ("Started", "the task is started"),
    ("Submitted", "the task is submitted"),
    ("Succeeded", "the task succeeds with {output}"),
    ("TimedOut", "the task times out{error}"),
    ("Failed", "the task fails{error}"),
)  # fmt: skip


def _what(event_type: str) -> str:
    return event_type.partition("State")[0]


def _of(details: Mapping[str, Any]) -> dict[str, str]:
    error = ": ".join(_text(details[name]) for name in ("error", "cause") if details.get(name))
    resource = ":".join(str(details[name]) for name in ("resourceType", "resource") if details.get(name))
    return {
        "output": _text(details["output"]) if "output" in details else "an output that is not in the recording",
        "error": f" with {error}" if error else "",
        "state": str(details.get("state")),
        "index": str(details.get("index")),
        "length": str(details.get("length")),
        "resource": resource,
        "arguments": _text(details.get("parameters", details.get("input"))),
    }


def _text(value: JSON) -> str:
    text = shown(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
