"""The story of an execution: its history events as lines for a person, one after another, while it happens.

A `Story` is fed with events as `GetExecutionHistory` gives them, ours or the service's, in their order. It finds out by
the chain of `previousEventId` which iteration of a Map, or which branch of a Parallel, an event belongs to, and labels
its lines so: `[3]` is an iteration, `[b]` a branch, `[3.b]` a branch within an iteration.

Lines that the next event may complete (a state entered and left at once) are held back per branch until that event.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TextIO

from asl.history import details_field
from asl.json_text import dumps
from asl.story_text import Style, cut, duration, milliseconds, one_line, plain

Event = Mapping[str, Any]

SHOWN_ITERATIONS: Final = 10
"""A Map of more iterations is told as a count."""

_SHORT_STATES: Final = frozenset(("Pass", "Choice", "Succeed", "Fail"))
_MARKS: Final = {"entered": "●", "left": "✓", "failed": "✗", "retry": "↻", "to": "→", "dot": "·", "dots": "…"}
_ASCII_MARKS: Final = {"entered": "*", "left": "+", "failed": "x", "retry": "~", "to": "->", "dot": "-", "dots": "..."}


@dataclass(slots=True)
class _Line:
    """A line that is not written yet. `tail` is what may be cut."""

    at: int
    label: str
    depth: int
    head: str
    tail: str = ""
    joins: str = ""
    """What the next event may complete it by: "scheduled", "exit", "next" or nothing."""


@dataclass(slots=True)
class _Scope:
    """A thread of control: the execution, an iteration, or a branch; and the state it is in."""

    parent: _Scope | None
    label: str
    depth: int
    hidden: bool = False
    first_input: bool = False
    state: str | None = None
    type: str = ""
    input: str = ""
    entered_at: int = 0
    failed_at: int = 0
    answer: str | None = None
    outcome: str = ""
    """Of the present attempt: "" while it runs, else "succeeded" or "failed"."""
    error: str = ""
    retries: int = 0
    attempted: bool = False
    """A Map or Parallel has begun its iterations or branches at least once."""
    children: int = 0
    iterations: int = 0
    done: int = 0
    failures: int = 0
    inside: dict[str, _Scope] = field(default_factory=dict)
    """The iterations that run, by index, or the branches, by letter."""
    held: _Line | None = None


class Story:
    """Writes the story of one execution to `stream`.

    `width` cuts lines (None: does not), `colour` adds ANSI colours, `live_progress` shows a line that counts the
    iterations of a long Map and is written over with a carriage return; `ascii` avoids other characters. `waits` says
    whether a Wait state is told only when it is over (False for an execution that is watched while it happens).
    `outcome` says whether the output, or error and cause, are told at the end. `clock` names the kind of time in the
    last line ("virtual time").
    """

    def __init__(
        self,
        stream: TextIO,
        *,
        width: int | None = None,
        colour: bool = False,
        live_progress: bool = False,
        ascii: bool = False,
        waits: bool = True,
        outcome: bool = True,
        clock: str = "",
        title: str = "",
    ) -> None:
        self._stream = stream
        self._width = width
        self._style = Style(colour)
        self._marks = _ASCII_MARKS if ascii else _MARKS
        self._live_progress = live_progress
        self._waits = waits
        self._outcome = outcome
        self._clock = clock
        self._title = title
        self._root = _Scope(None, "", 0)
        self._scopes: dict[int, _Scope] = {0: self._root}
        self._parallel_starts: set[int] = set()
        self._started_at: int | None = None
        self._shown_time: str | None = None
        self._now = 0
        self._progress = ""
        self._ended = False
        self.states = 0
        """How many states were entered."""
        self.retries = 0

    # -- events ----------------------------------------------------------------------------------------------------

    def feed(self, event: Event) -> None:
        """Takes in the next event, and writes what can be told by now."""
        kind: str = event["type"]
        details: Mapping[str, Any] = event.get(details_field(kind)) or _any_details(event)
        self._now = milliseconds(event.get("timestamp"), self._now)
        if self._started_at is None:
            self._started_at = self._now
        scope = self._scope_of(event, kind, details)
        self._scopes[event["id"]] = scope
        if kind.endswith("StateEntered"):
            self._entered(scope, kind.removesuffix("StateEntered"), details)
        elif kind.endswith("StateExited"):
            self._exited(scope, details)
        elif kind.startswith("Execution"):
            self._execution(kind.removeprefix("Execution"), self._scopes.get(event.get("previousEventId", 0)), details)
        elif kind.startswith("MapIteration"):
            self._iteration(scope, kind.removeprefix("MapIteration"), event["id"], details)
        elif kind.startswith(("MapState", "ParallelState", "MapRun")):
            self._container(scope, kind, event["id"], details)
        elif kind == "EvaluationFailed":
            self._failed(scope, details, "evaluation failed")
        elif kind.endswith("StateAborted"):
            pass
        else:
            self._task(scope, kind, details)

    def note(self, text: str) -> None:
        """Writes a line that is no part of the history, a warning say, without disturbing the story."""
        self._clear_progress()
        self._stream.write(text + "\n")
        self._stream.flush()

    def close(self) -> None:
        """Writes what was held back; to be called at the end, also when the history ends too soon."""
        self._flush_inside(self._root)
        self._flush(self._root)
        self._clear_progress()
        self._stream.flush()

    def _scope_of(self, event: Event, kind: str, details: Mapping[str, Any]) -> _Scope:
        previous = event.get("previousEventId", 0)
        scope = self._scopes.get(previous, self._root)
        if kind.endswith("StateEntered"):
            return self._branch(scope) if previous in self._parallel_starts else scope
        if kind.endswith("StateExited"):
            return _outwards(scope, lambda each: each.state == details.get("name"))
        if kind.startswith("MapIteration"):
            return _outwards(scope, lambda each: each.type == "Map" and each.state == details.get("name"))
        for container in ("Map", "Parallel"):
            if kind.startswith((f"{container}State", f"{container}Run")) and not kind.endswith("Aborted"):
                return _outwards(scope, lambda each, type=container: each.type == type and each.outcome != "failed")
        return self._root if kind.startswith("Execution") else scope

    def _branch(self, parent: _Scope) -> _Scope:
        return self._child(parent, _letters(parent.children))

    def _child(self, parent: _Scope, name: str) -> _Scope:
        parent.children += 1
        label = f"{parent.label}.{name}" if parent.label else name
        hidden = parent.hidden or parent.iterations > SHOWN_ITERATIONS
        child = _Scope(parent, label, parent.depth + 1, hidden, first_input=True)
        parent.inside[name] = child
        return child

    # -- states ----------------------------------------------------------------------------------------------------

    def _entered(self, scope: _Scope, type: str, details: Mapping[str, Any]) -> None:
        held = scope.held
        name = details.get("name", "?")
        if held is not None and held.joins == "next":
            held.tail = f"{held.tail} {self._marks['to']} {plain(name)}".lstrip()
        self._flush(scope)
        self.states += 1
        scope.state, scope.type = name, type
        scope.input = details.get("input", "")
        scope.entered_at, scope.answer, scope.outcome, scope.error = self._now, None, "", ""
        scope.attempted = False
        scope.retries = scope.children = scope.iterations = scope.done = scope.failures = 0
        if type == "Fail":
            _mark_failed(scope, self._now)
        if scope.hidden:
            return
        mark = self._marks["failed"] if type == "Fail" else self._marks["entered"]
        paint = self._style.red if type == "Fail" else self._style.blue
        head = f"{paint(mark)} {self._style.bold(plain(name))} {self._style.dim(type)}"
        line = _Line(self._now, scope.label, scope.depth, head)
        if scope.first_input:
            scope.first_input = False
            line.tail = f"with {one_line(scope.input)}"
        if type in _SHORT_STATES or (type == "Wait" and self._waits):
            line.joins = "exit"
        elif type == "Task":
            line.joins = "scheduled"
        scope.held = line
        if not line.joins:
            if type == "Wait":
                self._flush(scope)
            else:
                line.joins = "started"

    def _exited(self, scope: _Scope, details: Mapping[str, Any]) -> None:
        output = details.get("output", "")
        type, name = scope.type, details.get("name", "?")
        scope.state, scope.type = None, ""
        if scope.hidden:
            return
        arrow = self._marks["to"]
        changed = "" if output == scope.input or _same(output, scope.input) else f"{arrow} {one_line(output)}"
        if type == "Wait":
            changed = f"waited {duration(self._now - scope.entered_at)} {changed}".rstrip()
        held = scope.held
        if held is not None and held.joins == "exit":
            held.at = self._now
            held.tail = f"{held.tail} {changed}".strip()
            held.joins = "next" if type == "Choice" else ""
            if type != "Choice":
                self._flush(scope)
            return
        self._flush(scope)
        if scope.outcome == "failed":
            head = f"{self._style.yellow(self._marks['to'])} {self._style.bold(plain(name))} caught"
            error = "" if scope.error else _caught_error(output, scope.input)
            scope.held = _Line(self._now, scope.label, scope.depth, head, error, "next")
            return
        head = f"{self._style.green(self._marks['left'])} {self._style.bold(plain(name))}"
        answer = ""
        if (
            scope.answer is not None
            and scope.answer not in ("", output)
            and one_line(scope.answer) not in one_line(output)
        ):
            answer = f"answered {one_line(scope.answer)} "
        self._write(_Line(self._now, scope.label, scope.depth, head, answer + changed))

    def _failed(self, scope: _Scope, details: Mapping[str, Any], what: str) -> None:
        scope.outcome = "failed"
        _mark_failed(scope, self._now)
        scope.error = _error_text(details)
        if not scope.hidden:
            self._flush(scope)
            head = f"{self._style.red(self._marks['failed'])} {self._style.red(what)}"
            self._write(_Line(self._now, scope.label, scope.depth + 1, head, scope.error))

    # -- tasks -----------------------------------------------------------------------------------------------------

    def _task(self, scope: _Scope, kind: str, details: Mapping[str, Any]) -> None:
        if kind.endswith(("ScheduleFailed", "StartFailed", "SubmitFailed", "Failed")):
            self._failed(scope, details, "failed")
        elif kind.endswith("TimedOut"):
            self._failed(scope, details, "timed out")
        elif kind.endswith("Scheduled"):
            self._scheduled(scope, kind, details)
        elif kind.endswith("Submitted"):
            self._aside(scope, "submitted", one_line(details.get("output", "")))
        elif kind.endswith("Succeeded"):
            scope.outcome, scope.answer = "succeeded", details.get("output", "")

    def _scheduled(self, scope: _Scope, kind: str, details: Mapping[str, Any]) -> None:
        if scope.outcome == "failed":
            self._retry(scope)
        held = scope.held
        if held is None:
            return
        if kind == "TaskScheduled":
            resource = f"{details.get('resourceType', '')}:{details.get('resource', '')}"
        else:
            resource = str(details.get("resource", "")).rpartition(":function:")[2] or details.get("resource", "")
            resource = resource.rpartition(":activity:")[2] or resource
        arguments = details.get("parameters", details.get("input", ""))
        held.tail = f"{plain(resource)} {one_line(arguments)}"
        held.joins = ""
        self._flush(scope)

    def _retry(self, scope: _Scope) -> None:
        scope.outcome = ""
        scope.retries += 1
        self.retries += 1
        if not scope.hidden:
            head = self._style.yellow(f"{self._marks['retry']} retry {scope.retries}")
            waited = duration(self._now - scope.failed_at)
            self._write(_Line(self._now, scope.label, scope.depth + 1, head, f"after {waited}"))

    def _aside(self, scope: _Scope, head: str, tail: str) -> None:
        if not scope.hidden:
            self._flush(scope)
            self._write(_Line(self._now, scope.label, scope.depth + 1, self._style.dim(head), tail))

    # -- Map and Parallel ------------------------------------------------------------------------------------------

    def _container(self, scope: _Scope, kind: str, id: int, details: Mapping[str, Any]) -> None:
        if kind in ("MapStateStarted", "ParallelStateStarted"):
            if scope.attempted:
                self._retry(scope)
            scope.attempted = True
            scope.outcome = scope.error = ""
            scope.children = scope.done = scope.failures = 0
            self._flush_inside(scope)
            if kind == "ParallelStateStarted":
                self._parallel_starts.add(id)
            else:
                scope.iterations = details.get("length", 0)
            if scope.held is not None:
                if kind == "MapStateStarted":
                    scope.held.tail = f"{scope.held.tail} {_counted(scope.iterations, 'item')}".strip()
                self._flush(scope)
        elif kind in ("MapStateFailed", "ParallelStateFailed", "MapRunFailed"):
            self._flush_inside(scope)
            self._failed(scope, {"error": scope.error, **details}, "failed")
        elif kind == "MapStateSucceeded" and scope.iterations > SHOWN_ITERATIONS and not scope.hidden:
            self._clear_progress()
            self._aside(scope, f"{scope.done} iterations done", "")

    def _iteration(self, scope: _Scope, what: str, id: int, details: Mapping[str, Any]) -> None:
        index = details.get("index", 0)
        if what == "Started":
            self._scopes[id] = self._child(scope, str(index))
            return
        child = scope.inside.pop(str(index), None)
        if child is not None:
            self._flush_inside(child)
            self._flush(child)
        if what == "Succeeded":
            scope.done += 1
            self._count(scope)
        elif what == "Failed":
            scope.failures += 1
            scope.error = (child.error if child else "") or scope.error
            if scope.iterations > SHOWN_ITERATIONS and not scope.hidden:
                self._aside(scope, f"iteration {index} failed", scope.error)
        elif child is not None and not child.hidden and child.state is not None:
            self._write(_Line(self._now, child.label, child.depth, self._style.dim("aborted"), plain(child.state)))

    def _count(self, scope: _Scope) -> None:
        """Writes the line that counts the iterations of a long Map over itself, a hundred times at most."""
        if not self._live_progress or scope.hidden or scope.iterations <= SHOWN_ITERATIONS:
            return
        if scope.done % max(1, scope.iterations // 100) and scope.done != scope.iterations:
            return
        text = f"{' ' * (12 + 2 * scope.depth)}{plain(scope.state or '')} {scope.done}/{scope.iterations}"
        self._progress = cut(text, self._width, self._marks["dots"])
        self._stream.write(f"\r\x1b[K{self._progress}")
        self._stream.flush()

    # -- the execution ---------------------------------------------------------------------------------------------

    def _execution(self, what: str, last: _Scope | None, details: Mapping[str, Any]) -> None:
        if what == "Started":
            title = f"{plain(self._title)} " if self._title else ""
            self._write(
                _Line(
                    self._now, "", 0, f"{self._style.bold(title)}started", f"with {one_line(details.get('input', ''))}"
                )
            )
            return
        if last is not None and last.held is not None and last.type == "Fail":
            last.held.tail = _error_text(details)
        self._flush_inside(self._root)
        self._flush(self._root)
        if what == "Redriven":
            self._ended = False
            self._write(_Line(self._now, "", 0, "redriven"))
            return
        self._ended = True
        took = duration(self._now - (self._started_at or 0))
        counts = _counted(self.states, "state")
        if self.retries:
            counts += f", {_counted(self.retries, 'retry', 'retries')}"
        word = {"Succeeded": "succeeded", "Failed": "failed", "TimedOut": "timed out", "Aborted": "aborted"}.get(
            what, what
        )
        good = what == "Succeeded"
        paint = self._style.green if good else self._style.red
        mark = self._marks["left" if good else "failed"]
        after = f"{'in' if good else 'after'} {took}{f' of {self._clock}' if self._clock else ''}"
        self._write(_Line(self._now, "", 0, paint(f"{mark} {word}"), f"{after} {self._marks['dot']} {counts}"))
        if not self._outcome:
            return
        if good:
            self._write(_Line(self._now, "", 1, "output", one_line(details.get("output", ""))))
        else:
            for name in ("error", "cause"):
                if details.get(name):
                    self._write(_Line(self._now, "", 1, name, one_line(details[name])))

    # -- writing ---------------------------------------------------------------------------------------------------

    def _flush(self, scope: _Scope) -> None:
        line, scope.held = scope.held, None
        if line is not None:
            self._write(line)

    def _flush_inside(self, scope: _Scope) -> None:
        """Writes what is held back inside a Map or Parallel, whose iterations or branches are over."""
        for child in scope.inside.values():
            self._flush_inside(child)
            self._flush(child)
        scope.inside = {}

    def _write(self, line: _Line) -> None:
        self._clear_progress()
        since = duration(max(0, line.at - (self._started_at or 0)))
        time = "" if since == self._shown_time else since
        self._shown_time = since
        label = self._style.cyan(f"[{line.label}]") + " " if line.label else ""
        text = f"{self._style.dim(f'{time:>10}')}  {'  ' * line.depth}{label}{line.head}"
        if line.tail:
            text += f" {line.tail}"
        self._stream.write(cut(text, self._width, self._marks["dots"]) + "\n")

    def _clear_progress(self) -> None:
        if self._progress:
            self._stream.write("\r\x1b[K")
            self._progress = ""


def tell(events: list[Event], story: Story) -> None:
    """Feeds a whole history, sorted by id, and closes the story."""
    for event in sorted(events, key=lambda each: each["id"]):
        story.feed(event)
    story.close()


def _outwards(scope: _Scope, wanted: Any) -> _Scope:
    """The nearest scope around, or the scope itself, that is wanted; the scope itself when there is none."""
    each: _Scope | None = scope
    while each is not None and not wanted(each):
        each = each.parent
    return each or scope


def _error_text(details: Mapping[str, Any]) -> str:
    return ": ".join(one_line(details[name]) for name in ("error", "cause") if details.get(name))


def _caught_error(output: Any, input: Any) -> str:
    """The error that a catcher put into the output, where the history does not show it otherwise."""
    try:
        value, before = (json.loads(each) if isinstance(each, str) else each for each in (output, input))
    except ValueError:
        return ""
    candidates = [value]
    if isinstance(value, dict):
        known = before if isinstance(before, dict) else {}
        candidates += [member for key, member in value.items() if known.get(key) != member]
    for each in candidates:
        if isinstance(each, dict) and each.keys() == {"Error", "Cause"}:
            return _error_text({"error": each["Error"], "cause": each["Cause"]})
    return ""


def _mark_failed(scope: _Scope, at: int) -> None:
    """Notes when something failed, for what is around it too: a retry there waits from then on."""
    each: _Scope | None = scope
    while each is not None:
        each.failed_at = at
        each = each.parent


def _any_details(event: Event) -> Mapping[str, Any]:
    """The details of an event whose field is not named as it should be."""
    return next((value for key, value in event.items() if key.endswith("EventDetails") and value), {})


def _same(left: Any, right: Any) -> bool:
    """Whether two JSON texts are the same value, written otherwise."""
    if not (isinstance(left, str) and isinstance(right, str)) or len(left) + len(right) > 10_000:
        return bool(left == right)
    try:
        return bool(dumps(json.loads(left)) == dumps(json.loads(right)))
    except ValueError:
        return False


def _counted(number: int, one: str, many: str | None = None) -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def _letters(number: int) -> str:
    """0 is "a", 25 "z", 26 "aa"."""
    text = ""
    number += 1
    while number:
        number, digit = divmod(number - 1, 26)
        text = chr(ord("a") + digit) + text
    return text
