"""Which thread of control a history event belongs to: the execution, an iteration of a Map, a branch of a Parallel.

History events name no thread. They are a chain by `previousEventId`, which leads into an iteration with
MapIterationStarted and into a branch with the first StateEntered after ParallelStateStarted; what ends a Map, a
Parallel or an iteration follows an event inside, and belongs to the thread around it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

SHOWN_ITERATIONS: Final = 10
"""A Map of more iterations is told as a count."""


@dataclass(slots=True)
class Line:
    """A line that is not written yet. `joins` is what may still complete it: "scheduled", "started", "exit", "next"."""

    at: int
    label: str
    depth: int
    head: str
    tail: str = ""
    joins: str = ""


@dataclass(slots=True)
class Scope:
    """A thread of control, and the state that it is in. Times are in ms."""

    parent: Scope | None
    label: str
    depth: int
    hidden: bool = False
    """Inside a Map of many iterations: not told."""
    is_new: bool = True
    """No state was entered yet."""
    held: Line | None = None

    state: str | None = None
    type: str = ""
    input: Any = ""
    entered_at: int = 0
    answer: Any = None
    """Of a task that succeeded."""
    outcome: str = ""
    """Of the present attempt: "" while it runs, else "succeeded" or "failed"."""
    error: str = ""
    failed_at: int = 0
    retries: int = 0

    attempted: bool = False
    """A Map or Parallel has begun its iterations or branches at least once."""
    children: int = 0
    iterations: int = 0
    done: int = 0
    retries_before: int = 0
    """How many retries the whole execution had when the Map began."""
    inside: dict[str, Scope] = field(default_factory=dict)
    """The iterations that run, by index, or the branches, by name."""

    def enter(self, state: str, type: str, input: Any, at: int) -> None:
        """Into another state, of which nothing is known yet."""
        self.state, self.type, self.input, self.entered_at = state, type, input, at
        self.answer, self.outcome, self.error = None, "", ""
        self.retries = self.children = self.iterations = self.done = 0
        self.is_new = self.attempted = False

    def mark_failed(self, at: int) -> None:
        """Something failed here: a retry waits from then on, of what is around it too."""
        each: Scope | None = self
        while each is not None:
            each.failed_at = at
            each = each.parent

    def child(self, name: str) -> Scope:
        """A new iteration or branch inside."""
        self.children += 1
        label = f"{self.label}.{name}" if self.label else name
        made = Scope(self, label, self.depth + 1, self.hidden or self.iterations > SHOWN_ITERATIONS)
        self.inside[name] = made
        return made


class Scopes:
    """The scope of each event of a history, given in order. `branch_name` gives that of a branch of a Parallel."""

    def __init__(self, branch_name: Callable[[int], str]) -> None:
        self.root = Scope(None, "", 0)
        self._branch_name = branch_name
        self.by_event: dict[int, Scope] = {0: self.root}
        self._parallel_starts: set[int] = set()

    def find(self, event: Mapping[str, Any], kind: str, details: Mapping[str, Any]) -> Scope:
        """The scope of the next event; a MapIterationStarted belongs to the Map's scope, and begins another."""
        previous = event.get("previousEventId", 0)
        scope = self._find(self.by_event.get(previous, self.root), previous, kind, details)
        self.by_event[event["id"]] = scope
        if kind == "ParallelStateStarted":
            self._parallel_starts.add(event["id"])
        elif kind == "MapIterationStarted":
            self.by_event[event["id"]] = scope.child(str(details.get("index", 0)))
        return scope

    def _find(self, scope: Scope, previous: int, kind: str, details: Mapping[str, Any]) -> Scope:
        if kind.endswith("StateEntered"):
            return scope.child(self._branch_name(scope.children)) if previous in self._parallel_starts else scope
        if kind.endswith("StateExited"):
            return _outwards(scope, lambda each: each.state == details.get("name"))
        if kind.startswith("MapIteration"):
            return _outwards(scope, lambda each: each.type == "Map" and each.state == details.get("name"))
        if kind.startswith("Execution"):
            return self.root
        if kind.startswith(("MapState", "MapRun", "ParallelState")) and not kind.endswith("Aborted"):
            container = "Map" if kind.startswith("Map") else "Parallel"
            return _outwards(scope, lambda each: each.type == container and each.outcome != "failed")
        return scope


def _outwards(scope: Scope, wanted: Callable[[Scope], bool]) -> Scope:
    """The nearest scope around, or the scope itself, that is wanted; the scope itself when there is none."""
    each: Scope | None = scope
    while each is not None and not wanted(each):
        each = each.parent
    return each or scope


def letters(number: int) -> str:
    """0 is "a", 25 "z", 26 "aa"."""
    text = ""
    number += 1
    while number:
        number, digit = divmod(number - 1, 26)
        text = chr(ord("a") + digit) + text
    return text
