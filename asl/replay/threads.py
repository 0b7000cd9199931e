"""Which thread of control each recorded event belongs to: the machine's, a branch's, an iteration's.

AWS interleaves what runs side by side as chance has it, so that an event's place in a history says little. What holds
is the order within each thread of control. Events name the one that they follow; from that and their types the threads
can be told, those of what joins threads included (`MapStateSucceeded` follows the last event of some iteration).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from asl.replay.recording import RecordedEvent


class Thread(NamedTuple):
    """The iteration `key` of the Map, or the branch of the Parallel whose first state is `key`, that event `start`
    started."""

    start: int
    key: int | str


MACHINE: Final = Thread(0, "")
"""The thread of the machine itself."""

_CONTAINERS: Final = ("Map", "Parallel")


@dataclass(slots=True)
class Threads:
    """The threads of a recording.

    `of` is the thread that each event belongs to, by id. `events` are those of a thread, in order; without the ones
    that only tell what became of threads that were cut short.
    """

    of: dict[int, Thread] = field(default_factory=lambda: {0: MACHINE})
    events: dict[Thread, list[RecordedEvent]] = field(default_factory=lambda: {MACHINE: []})
    around: dict[Thread, Thread] = field(default_factory=dict)
    """The thread that each other one was started by."""

    def is_done(self, thread: Thread) -> bool:
        """Whether a thread came to its own end, rather than being cut short, or cut off by the recording's end."""
        own = self.events.get(thread, [])
        if thread == MACHINE:
            return bool(own) and own[-1].type in ("ExecutionSucceeded", "ExecutionFailed")
        if any(event.type == "MapIterationSucceeded" for event in own):
            return True
        if thread.start == 0 or (isinstance(thread.key, int) and own):
            return False
        return self._has_succeeded(thread.start)

    def _has_succeeded(self, start: int) -> bool:
        """Whether the Map or Parallel succeeded whose threads the event `start` started."""
        around = self.events[self.of[start]]
        kind = next(event.type for event in around if event.id == start).removesuffix("Started")
        after = next((event.type for event in around if event.id > start and event.type.startswith(kind[:-5])), None)
        return after == f"{kind}Succeeded"


def is_aside(event_type: str) -> bool:
    """Whether such an event tells what became of a thread that was cut short."""
    return event_type in ("MapIterationFailed", "MapIterationAborted") or event_type.endswith("StateAborted")


def threads(events: Sequence[RecordedEvent]) -> Threads:
    """The threads of the events of a recording."""
    found = Threads()
    inside: dict[Thread, tuple[str, str] | None] = {MACHINE: None}
    types = {0: "", **{event.id: event.type for event in events}}
    for event in events:
        thread = _thread(event, types[event.previous_id], found, inside)
        found.of[event.id] = thread
        if is_aside(event.type):
            continue
        if thread not in found.events:
            found.events[thread] = []
            found.around[thread] = found.of[thread.start]
            inside[thread] = None
        found.events[thread].append(event)
        if event.type.endswith("StateEntered"):
            inside[thread] = _kind(event), event.details.get("name", "")
        elif event.type.endswith("StateExited"):
            inside[thread] = None
    return found


def _kind(event: RecordedEvent) -> str:
    return event.type.partition("State")[0]


def _thread(event: RecordedEvent, follows: str, found: Threads, inside: dict[Thread, Any]) -> Thread:
    """The thread of an event; `follows` is the type of the event that it follows, `inside` the state each is in."""
    before, details = found.of[event.previous_id], event.details
    if event.type.startswith("Execution"):
        return MACHINE
    if event.type == "MapIterationStarted" and follows == "MapStateStarted":
        return Thread(event.previous_id, details.get("index", 0))
    if event.type in ("MapIterationStarted", "MapIterationSucceeded"):
        below = before
        while below != MACHINE and inside[found.around[below]] != ("Map", details.get("name")):
            below = found.around[below]
        return Thread(below.start, details.get("index", 0)) if below != MACHINE else before
    if event.type.endswith("StateEntered") and follows == "ParallelStateStarted":
        return Thread(event.previous_id, details.get("name", ""))
    if event.type == "EvaluationFailed":
        return _of_state(details.get("state", ""), event, before, found, inside)
    if _kind(event) in _CONTAINERS and not event.type.endswith(("StateEntered", "StateAborted")):
        return _of_container(event, follows, before, found, inside)
    return before


def _of_container(
    event: RecordedEvent, follows: str, before: Thread, found: Threads, inside: dict[Thread, Any]
) -> Thread:
    """The thread that is in the Map or Parallel which the event tells of: that of the event before, or one around."""
    kind, name = _kind(event), event.details.get("name")
    thread = before
    while True:
        state = inside[thread]
        fits = state is not None and state[0] == kind and name in (None, state[1])
        failed_before = follows == f"{kind}StateFailed" and thread == before and not event.type.endswith("Exited")
        if fits and not failed_before:
            return thread
        if thread == MACHINE:
            return before
        thread = found.around[thread]


def _of_state(name: str, event: RecordedEvent, before: Thread, found: Threads, inside: dict[Thread, Any]) -> Thread:
    """The thread that is in the state of that name: that of the event before, one around, or one that it started."""
    thread = before
    while True:
        if inside[thread] is not None and inside[thread][1] == name:
            return thread
        if thread == MACHINE:
            break
        thread = found.around[thread]
    below = Thread(event.previous_id, name)
    return below if below in found.events else before
