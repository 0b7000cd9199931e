"""The visits of states that a history tells of: what each was given, what it asked for, what came of it.

History events name no visit. They are a chain by `previousEventId`, so an event belongs to the visit of the event
before it, except where a state is entered, where a Map starts or ends an iteration, and where a state that ran others
goes on: those name their state, which is then looked for in the visits around.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from json import loads
from typing import Any, overload

from asl.history import HistoryEvent
from asl.json_text import dumps
from asl.values import JSON


class Visit:
    """One visit of a state, from when it was entered until it was left, retries included. Values are copies."""

    def __init__(self, name: str, type: str, input: JSON, entered_at: int, around: Visit | None, item: int | None):
        self.name = name
        self.type = type
        self.around = around
        """The visit of the Map or Parallel inside which this one is."""
        self.item = item
        """The index of the iteration of a Map inside which this visit is, the innermost; None outside of Maps."""
        self.entered_at = entered_at
        """In ms since the epoch."""
        self.left_at: int | None = None
        self.error: str | None = None
        """The error of its last attempt that failed; None where the history does not tell, as inside of a Map or
        Parallel of a Fail state."""
        self.cause: str | None = None
        self.caught = False
        """Whether it was left by a catcher, as far as the history tells of errors."""
        self.asked: list[tuple[int, JSON]] = []
        self.begun = 0
        self.has_failed = False
        """Whether a Map or Parallel has failed for good, caught or not."""
        self._is_failing = False
        self._input = input
        self._output: JSON = None

    def __repr__(self) -> str:
        item = "" if self.item is None else f", item {self.item}"
        return f"<asl.Visit of {self.name!r}{item}: {'left' if self.left_at is not None else self.error or 'not left'}>"

    @property
    def input(self) -> JSON:
        """The state's raw input."""
        return loads(dumps(self._input))

    @property
    def output(self) -> JSON:
        """The state's output; None when it was not left."""
        return loads(dumps(self._output))

    @property
    def calls(self) -> list[JSON]:
        """What a Task sent, for each attempt: its arguments as they are scheduled."""
        return [loads(dumps(arguments)) for _, arguments in self.asked]

    @property
    def attempts(self) -> int:
        """How often the state's work was begun: 1, and 1 more for each retry."""
        return max(1, len(self.asked), self.begun)

    @property
    def waited(self) -> float:
        """How long the visit took, retries included, in seconds of the run's own time; 0 when it was not left."""
        return 0.0 if self.left_at is None else (self.left_at - self.entered_at) / 1000

    def leave(self, at: int, output: JSON) -> None:
        self.left_at = at
        self.caught = self._is_failing
        self._output = output

    def begin(self) -> None:
        """An attempt begins."""
        self._is_failing = False

    def fail(self, error: str | None, cause: str | None) -> None:
        self._is_failing = True
        if error is not None:
            self.error, self.cause = error, cause


class Visits(Sequence[Visit]):
    """All visits of one state, in the order they began. `input`, `output`, `error` and `cause` are those of the last.

    Empty, with `attempts` 0, when the state was not entered; then there is no last one, and these are None.
    """

    def __init__(self, name: str, visits: Iterable[Visit]) -> None:
        self.name = name
        self._visits = tuple(visits)

    def __repr__(self) -> str:
        return f"<asl.Visits of {self.name!r}: visits={len(self)}, attempts={self.attempts}>"

    def __len__(self) -> int:
        return len(self._visits)

    @overload
    def __getitem__(self, index: int) -> Visit: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Visit]: ...
    def __getitem__(self, index: int | slice) -> Visit | Sequence[Visit]:
        return self._visits[index]

    def __iter__(self) -> Iterator[Visit]:
        return iter(self._visits)

    def item(self, index: int) -> Visits:
        """Those of the iteration with that index of the Map around, counted from 0."""
        return Visits(self.name, (visit for visit in self if visit.item == index))

    @property
    def attempts(self) -> int:
        """How often the state's work was begun, in all visits."""
        return sum(visit.attempts for visit in self)

    @property
    def calls(self) -> list[JSON]:
        """What a Task sent, for each attempt, in the order of time."""
        asked = sorted((each for visit in self for each in visit.asked), key=lambda each: each[0])
        return [loads(dumps(arguments)) for _, arguments in asked]

    @property
    def waited(self) -> float:
        """How long the visits took together, in seconds of the run's own time."""
        return sum(visit.waited for visit in self)

    @property
    def input(self) -> JSON:
        return self[-1].input if self else None

    @property
    def output(self) -> JSON:
        return self[-1].output if self else None

    @property
    def error(self) -> str | None:
        return self[-1].error if self else None

    @property
    def cause(self) -> str | None:
        return self[-1].cause if self else None


def visits(history: Iterable[HistoryEvent]) -> list[Visit]:
    """The visits, in the order in which the states were entered."""
    return _Reader().read(history)


class _Reader:
    def __init__(self) -> None:
        self._found: list[Visit] = []
        self._of_event: dict[int, Visit | None] = {0: None}
        self._iterations: dict[int, int] = {}
        """The index of the iteration that an event starts."""
        self._starts_inside: set[int] = set()
        """Events behind which states are inside the visit, rather than beside it."""
        self._entered: dict[tuple[int, str], Visit] = {}
        """Visits by the event before they began, and by the state's name: branches begin behind the same event."""

    def read(self, history: Iterable[HistoryEvent]) -> list[Visit]:
        for event in history:
            details = event.details or {}
            before = self._of_event.get(event.previous_id)
            self._of_event[event.id] = self._belonging(event, details, before)
        return self._found

    def _belonging(self, event: HistoryEvent, details: dict[str, Any], before: Visit | None) -> Visit | None:
        """The visit that an event belongs to, which takes in what the event says."""
        kind = event.type
        if kind.endswith("StateEntered"):
            return self._enter(event, details, before)
        if kind.endswith("StateExited"):
            left = _around(before, details["name"])
            if left is not None:
                left.leave(event.at, details.get("output"))
            return left
        if kind.startswith("MapIteration"):
            if kind == "MapIterationStarted":
                self._iterations[event.id] = details["index"]
                self._starts_inside.add(event.id)
            return _around(before, details["name"])
        if kind.startswith(("MapState", "ParallelState")) and not kind.endswith("Aborted"):
            return self._container(event, before)
        if kind == "EvaluationFailed":  # follows what came before the state, if nothing has happened in it
            before = self._entered.get((event.previous_id, details["state"])) or _around(before, details["state"])
        elif kind.endswith("Scheduled") and before is not None:
            before.begin()
            before.asked.append((event.id, details["parameters"] if "parameters" in details else details.get("input")))
        if kind.endswith(("Failed", "TimedOut")) and kind != "ExecutionTimedOut" and before is not None:
            before.fail(details.get("error"), details.get("cause"))
        return before

    def _container(self, event: HistoryEvent, before: Visit | None) -> Visit | None:
        """The visit of a Map or Parallel that begins its work, again perhaps, or comes to its end."""
        type, _, what = event.type.partition("State")
        visit = _of_type(before, type)
        if visit is None or before is None:
            return None
        if what != "Succeeded":
            visit.fail(*(before.error, before.cause) if before.left_at is None else (None, None))
        if what == "Started":
            self._starts_inside.add(event.id)
            visit.begin()
            visit.begun += 1
        visit.has_failed = what == "Failed"
        return visit

    def _enter(self, event: HistoryEvent, details: dict[str, Any], before: Visit | None) -> Visit:
        inside = event.previous_id in self._starts_inside
        around = before if inside else before and before.around
        item = self._iterations.get(event.previous_id)
        if item is None and before is not None:
            item = before.item
        kind = event.type.removesuffix("StateEntered")
        visit = Visit(details["name"], kind, details.get("input"), event.at, around, item)
        self._found.append(visit)
        self._entered[event.previous_id, visit.name] = visit
        return visit


def _around(visit: Visit | None, name: str) -> Visit | None:
    """The nearest visit of a state of that name: this one, or one around it."""
    while visit is not None and (visit.name != name or visit.left_at is not None):
        visit = visit.around
    return visit


def _of_type(visit: Visit | None, type: str) -> Visit | None:
    """The nearest visit of a state of that type which is at work: this one, or one around it."""
    while visit is not None and (visit.type != type or visit.has_failed or visit.left_at is not None):
        visit = visit.around
    return visit
