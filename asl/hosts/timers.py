"""What a world has to do later: timers of executions, answers that take their time, the next polls of jobs."""

from __future__ import annotations

import heapq
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from asl import events as ev

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asl.hosts.attempts import Attempt
    from asl.hosts.run import Run

_CLEAN_AFTER = 1_000  # entries called off, before the heaps are cleaned of them


class Due:
    """An entry of a timer heap: an event for a run, or the next poll of a pending call."""

    __slots__ = ("at", "attempt", "cancelled", "event", "order", "run")

    def __init__(self, at: int, order: int, run: Run, event: ev.Event | None, attempt: Attempt | None = None) -> None:
        self.at = at
        self.order = order
        self.run = run
        self.event = event
        self.attempt = attempt
        self.cancelled = False

    def __deepcopy__(self, memo: dict[int, Any]) -> Due:
        """A copy that goes its own way; what never changes is shared."""
        copy = Due(self.at, self.order, self.run, self.event, deepcopy(self.attempt, memo))
        copy.cancelled = self.cancelled
        return copy

    def __lt__(self, other: Due) -> bool:
        return (self.at, self.order) < (other.at, other.order)


class Timers:
    """The timer heaps of a world. Entries of the same moment come in the order they were made."""

    def __init__(self) -> None:
        self.due: list[Due] = []
        self.lifetimes: list[Due] = []
        """When executions have run as long as the service allows: a bound, nothing that virtual time jumps to."""
        self._of_runs: dict[str, dict[str, dict[str, Due]]] = {}
        self._order = 0
        self._called_off = 0

    def open(self, run: Run) -> None:
        """Begins to keep what is due for a run."""
        self._of_runs[run.arn] = {}

    def start(self, run: Run, event: ev.TimerFired) -> None:
        """Starts a timer, or starts it again: a heartbeat does."""
        before = self._of_runs[run.arn].get(event.ref, {}).get(event.purpose)
        if before is not None:
            self._call_off(before)
        heap = self.lifetimes if event.purpose == "lifetime" else self.due
        self._push(heap, Due(event.at, self._order, run, event), event.ref, event.purpose)

    def answer(self, run: Run, ref: str, at: int, event: ev.Event) -> None:
        """The answer of a call comes at a known time."""
        self._push(self.due, Due(at, self._order, run, event), ref, "answer")

    def poll(self, attempt: Attempt, at: int) -> None:
        """A pending call is to be asked for again."""
        self._push(self.due, Due(at, self._order, attempt.run, None, attempt), attempt.ref, "poll")

    def _push(self, heap: list[Due], due: Due, ref: str, purpose: str) -> None:
        self._order += 1
        heapq.heappush(heap, due)
        self._of_runs[due.run.arn].setdefault(ref, {})[purpose] = due

    def cancel(self, run: Run, ref: str) -> None:
        """Calls off all that is due for a call or a wait."""
        for due in self._of_runs[run.arn].pop(ref, {}).values():
            self._call_off(due)

    def refs(self, run: Run) -> Iterable[str]:
        """The calls and waits of a run for which something is due."""
        return self._of_runs[run.arn]

    def _call_off(self, due: Due) -> None:
        due.cancelled = True
        self._called_off += 1
        if self._called_off > _CLEAN_AFTER and self._called_off * 2 > len(self.due) + len(self.lifetimes):
            for heap in (self.due, self.lifetimes):
                heap[:] = [each for each in heap if not each.cancelled]
                heapq.heapify(heap)
            self._called_off = 0


def first_due(timers: Timers) -> Due | None:
    """What comes first of all that is due, a lifetime that ends before it too; None when nothing is."""
    for heap in (timers.due, timers.lifetimes):
        while heap and heap[0].cancelled:
            heapq.heappop(heap)
    ends = timers.lifetimes[0] if timers.lifetimes else None
    first = timers.due[0] if timers.due else None
    return ends if first is not None and ends is not None and ends.at < first.at else first


def pop_due(heap: list[Due], before: int) -> Due | None:
    """Takes the first entry that is due before a time off a timer heap; None when there is none."""
    while heap and (heap[0].cancelled or heap[0].at < before):
        due = heapq.heappop(heap)
        if not due.cancelled:
            return due
    return None
