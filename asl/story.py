"""The story of an execution: its history events as lines for a person, one after another, while it happens.

A `Story` is fed with events as `GetExecutionHistory` gives them, ours or the service's, in their order. Lines of an
iteration of a Map are labelled `[3]`, those of a branch of a Parallel `[b]`, those of a branch in an iteration `[3.b]`.
A line that the next event may complete (a state entered and left at once) is held back until that event.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TextIO

from asl.history import details_field
from asl.story_scopes import SHOWN_ITERATIONS, Line, Scope, Scopes, letters
from asl.story_text import (  # fmt: skip
    Style,
    assigned_variables,
    caught_error,
    changes,
    counted,
    cut,
    duration,
    error_text,
    invocation,
    milliseconds,
    one_line,
    plain,
    untold,
)

Event = Mapping[str, Any]

_SHORT_STATES: Final = frozenset(("Pass", "Choice", "Succeed", "Fail"))
_MARKS: Final = {"entered": "●", "left": "✓", "failed": "✗", "retry": "↻", "to": "→", "dot": "·", "dots": "…"}
_ASCII_MARKS: Final = {"entered": "*", "left": "+", "failed": "x", "retry": "~", "to": "->", "dot": "-", "dots": "..."}
_ENDINGS: Final = {"Succeeded": "succeeded", "Failed": "failed", "TimedOut": "timed out", "Aborted": "stopped"}


class Story:
    """Writes the story of one execution to `stream`.

    `width` cuts lines (None: does not), `colour` adds ANSI colours, `progress` shows a line that counts the iterations
    of a long Map and is written over with a carriage return; `ascii` avoids other characters. `live` tells of an
    execution that waits while it is watched: a Wait state when it is entered too, not only when it is over. `outcome`
    says whether the output, or error and cause, are told at the end. `clock` names the kind of time in the last line
    ("virtual time"), `title` what runs; `branch_name` is what a branch is called, counted from 0.
    """

    def __init__(
        self,
        stream: TextIO,
        *,
        width: int | None = None,
        colour: bool = False,
        progress: bool = False,
        ascii: bool = False,
        live: bool = False,
        outcome: bool = True,
        clock: str = "",
        title: str = "",
        branch_name: Callable[[int], str] = letters,
    ) -> None:
        self._stream = stream
        self._width = width
        self._style = Style(colour)
        self._marks = _ASCII_MARKS if ascii else _MARKS
        self._shows_progress = progress
        self._live = live
        self._outcome = outcome
        self._clock = clock
        self._title = title
        self._scopes = Scopes(branch_name)
        self._started_at: int | None = None
        self._now = 0
        self._shown_time: str | None = None
        self._progress = False
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
        last = self._scopes.by_event.get(event.get("previousEventId", 0))
        scope = self._scopes.find(event, kind, details)
        if kind.endswith("StateEntered"):
            self._entered(scope, kind.removesuffix("StateEntered"), details)
        elif kind.endswith("StateExited"):
            self._exited(scope, details)
        elif kind.startswith("Execution"):
            self._execution(kind.removeprefix("Execution"), last, details)
        elif kind.startswith("MapIteration"):
            self._iteration(scope, kind.removeprefix("MapIteration"), details)
        elif kind.endswith("StateAborted"):
            pass  # it does not say which state; MapIterationAborted does
        elif kind.startswith(("MapState", "ParallelState", "MapRun")):
            self._container(scope, kind, details)
        elif kind == "EvaluationFailed":
            self._failed(scope, details, "evaluation failed")
        else:
            self._task(scope, kind, details)
        if self._live:
            self._stream.flush()

    def note(self, text: str) -> None:
        """Writes a line that is no part of the history, a warning say, without disturbing the story."""
        self._clear_progress()
        self._stream.write(text + "\n")
        self._stream.flush()

    def close(self) -> None:
        """Writes what was held back; to be called at the end, also when the history ends too soon."""
        self._flush_all(self._scopes.root)
        self._clear_progress()
        self._stream.flush()

    # -- states ----------------------------------------------------------------------------------------------------

    def _entered(self, scope: Scope, type: str, details: Mapping[str, Any]) -> None:
        name = details.get("name", "?")
        if scope.held is not None and scope.held.joins == "next":
            scope.held.tail = f"{scope.held.tail} {self._marks['to']} {plain(name)}".lstrip()
        self._flush(scope)
        self.states += 1
        is_first = scope.is_new and scope.parent is not None
        scope.enter(name, type, details.get("input", ""), self._now)
        if type == "Fail":
            scope.mark_failed(self._now)
        if scope.hidden:
            return
        style = self._style
        mark = style.red(self._marks["failed"]) if type == "Fail" else style.blue(self._marks["entered"])
        line = Line(self._now, scope.label, scope.depth, f"{mark} {style.bold(plain(name))} {style.dim(f'({type})')}")
        if is_first:
            line.tail = f"with {one_line(scope.input)}"
        scope.held = line
        if type in _SHORT_STATES or (type == "Wait" and not self._live):
            line.joins = "exit"
        elif type == "Wait":
            self._flush(scope)
        else:
            line.joins = "scheduled" if type == "Task" else "started"

    def _exited(self, scope: Scope, details: Mapping[str, Any]) -> None:
        output, type = details.get("output", ""), scope.type
        scope.state, scope.type = None, ""
        if scope.hidden:
            return
        difference = changes(scope.input, output, self._marks["dots"])
        changed = f"{self._marks['to']} {difference}" if difference else ""
        changed = f"{changed} {assigned_variables(details)}".strip()
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
        name = self._style.bold(plain(details.get("name", "?")))
        error = caught_error(output, scope.input, scope.answer) if type in ("Task", "Map", "Parallel") else ""
        if scope.outcome == "failed" or error:
            if scope.answer is not None:
                self._aside(scope, "answered", one_line(scope.answer))
            head = f"{self._style.yellow(self._marks['to'])} {name} caught"
            scope.held = Line(self._now, scope.label, scope.depth, head, "" if scope.error else error, "next")
            return
        answer = untold(scope.answer, output if difference else "")
        told = " ".join(part for part in (answer and f"answered {answer}", changed) if part)
        self._write(Line(self._now, scope.label, scope.depth, f"{self._style.green(self._marks['left'])} {name}", told))

    def _failed(self, scope: Scope, details: Mapping[str, Any], what: str) -> None:
        scope.outcome = "failed"
        scope.mark_failed(self._now)
        scope.error = error_text(details)
        if not scope.hidden:
            self._flush(scope)
            head = self._style.red(f"{self._marks['failed']} {what}")
            self._write(Line(self._now, scope.label, scope.depth + 1, head, scope.error))

    def _retry(self, scope: Scope) -> None:
        scope.outcome, scope.answer = "", None
        scope.retries += 1
        self.retries += 1
        if not scope.hidden:
            head = self._style.yellow(f"{self._marks['retry']} retry {scope.retries}")
            self._write(
                Line(self._now, scope.label, scope.depth + 1, head, f"after {duration(self._now - scope.failed_at)}")
            )

    def _aside(self, scope: Scope, head: str, tail: str = "") -> None:
        if not scope.hidden:
            self._flush(scope)
            self._write(Line(self._now, scope.label, scope.depth + 1, self._style.dim(head), tail))

    # -- tasks -----------------------------------------------------------------------------------------------------

    def _task(self, scope: Scope, kind: str, details: Mapping[str, Any]) -> None:
        if kind.endswith("Failed"):
            self._failed(scope, details, "failed")
        elif kind.endswith("TimedOut"):
            self._failed(scope, details, "timed out")
        elif kind.endswith("Scheduled"):
            if scope.outcome == "failed":
                self._retry(scope)
            if scope.held is not None:
                scope.held.tail = _call(kind, details)
                self._flush(scope)
        elif kind.endswith("Submitted"):
            self._aside(scope, "submitted", one_line(details.get("output", "")))
        elif kind.endswith("Succeeded"):
            scope.outcome, scope.answer = "succeeded", details.get("output", "")

    # -- Map and Parallel ------------------------------------------------------------------------------------------

    def _container(self, scope: Scope, kind: str, details: Mapping[str, Any]) -> None:
        if kind in ("MapStateStarted", "ParallelStateStarted"):
            if scope.attempted:
                self._flush_all(scope)
                self._retry(scope)
            scope.attempted = True
            scope.outcome = scope.error = ""
            scope.children = scope.done = 0
            scope.inside = {}
            if kind == "MapStateStarted":
                scope.iterations = details.get("length", 0)
                scope.retries_before = self.retries
                if scope.held is not None:
                    scope.held.tail = f"{scope.held.tail} {counted(scope.iterations, 'item')}".strip()
            self._flush(scope)
        elif kind in ("MapStateFailed", "ParallelStateFailed", "MapRunFailed"):
            self._flush_all(scope)
            self._failed(scope, {"error": scope.error, **details}, "failed")
        elif kind == "MapStateSucceeded" and scope.iterations > SHOWN_ITERATIONS:
            retries = self.retries - scope.retries_before
            also = f", {counted(retries, 'retry', 'retries')}" if retries else ""
            self._aside(scope, f"{scope.done} iterations done{also}")

    def _iteration(self, scope: Scope, what: str, details: Mapping[str, Any]) -> None:
        if what == "Started":
            return
        index = details.get("index", 0)
        child = scope.inside.pop(str(index), None)
        if child is not None:
            self._flush_all(child)
        if what == "Succeeded":
            scope.done += 1
            self._count(scope)
        elif what == "Failed":
            scope.error = (child.error if child else "") or scope.error
            if scope.iterations > SHOWN_ITERATIONS:
                where = f" in {plain(child.state)}" if child is not None and child.state is not None else ""
                self._aside(scope, f"iteration {index} failed{where}", scope.error)
        elif child is not None and not child.hidden and child.state is not None:
            self._write(Line(self._now, child.label, child.depth, self._style.dim("stopped"), plain(child.state)))

    def _count(self, scope: Scope) -> None:
        """Writes the line that counts the iterations of a long Map over itself, a hundred times at most."""
        if not self._shows_progress or scope.hidden or scope.iterations <= SHOWN_ITERATIONS:
            return
        if scope.done % max(1, scope.iterations // 100) and scope.done != scope.iterations:
            return
        text = f"{' ' * (14 + 2 * scope.depth)}{plain(scope.state or '')} {scope.done}/{scope.iterations}"
        self._stream.write(f"\r\x1b[K{cut(text, self._width, self._marks['dots'])}")
        self._stream.flush()
        self._progress = True

    # -- the execution ---------------------------------------------------------------------------------------------

    def _execution(self, what: str, last: Scope | None, details: Mapping[str, Any]) -> None:
        style, dot = self._style, f" {self._marks['dot']} "
        if what == "Started":
            head = f"{style.bold(plain(self._title))} started".lstrip()
            self._write(
                Line(self._now, "", 0, head, f"with {one_line(details['input'])}" if "input" in details else "")
            )
            return
        if last is not None and what == "Failed":
            if last.held is not None and last.type == "Fail":
                last.held.tail = f"{last.held.tail} {error_text(details)}".lstrip()
            elif last.outcome == "succeeded" and last.state is not None and last.answer is not None:
                self._aside(last, "answered", one_line(last.answer))
        self._flush_all(self._scopes.root)
        if what == "Redriven":
            self._write(Line(self._now, "", 0, "redriven"))
            return
        good = what == "Succeeded"
        mark = self._marks["left" if good else "failed"]
        head = (style.green if good else style.red)(f"{mark} {_ENDINGS.get(what, what)}")
        took = duration(self._now - (self._started_at or 0)) + (f" of {self._clock}" if self._clock else "")
        counts = counted(self.states, "state")
        if self.retries:
            counts += f", {counted(self.retries, 'retry', 'retries')}"
        self._write(Line(self._now, "", 0, head, f"{dot}{took}{dot}{counts}".lstrip()))
        for name in ("output", "error", "cause") if self._outcome else ():
            if details.get(name):
                self._write(Line(self._now, "", 1, style.dim(name), one_line(details[name])))

    # -- writing ---------------------------------------------------------------------------------------------------

    def _flush(self, scope: Scope) -> None:
        line, scope.held = scope.held, None
        if line is not None:
            self._write(line)

    def _flush_all(self, scope: Scope) -> None:
        """Writes what is held back in a scope and in all inside it; those are over."""
        self._flush(scope)
        for child in scope.inside.values():
            self._flush_all(child)

    def _write(self, line: Line) -> None:
        self._clear_progress()
        since = duration(max(0, line.at - (self._started_at or 0)))
        time = "" if since == self._shown_time else since
        self._shown_time = since
        label = self._style.cyan(f"[{line.label}]") + " " if line.label else ""
        text = f"{self._style.dim(f'{time:>12}')}  {'  ' * line.depth}{label}{line.head}"
        if line.tail:
            text += f" {line.tail}"
        self._stream.write(cut(text, self._width, self._marks["dots"]) + "\n")

    def _clear_progress(self) -> None:
        if self._progress:
            self._stream.write("\r\x1b[K")
            self._progress = False


def tell(events: Iterable[Event], story: Story) -> None:
    """Feeds a whole history, sorted by id, and closes the story."""
    for event in sorted(events, key=lambda each: each["id"]):
        story.feed(event)
    story.close()


def _call(kind: str, details: Mapping[str, Any]) -> str:
    """What a task calls, and with what; of `lambda:invoke` the function and its payload."""
    sent = details.get("parameters", details.get("input"))
    resource = _resource(kind, details)
    if resource.startswith("lambda:invoke"):
        function, payload = invocation(sent)
        if function is not None:
            return f"{resource} {plain(function)} {one_line(payload)}"
    return f"{resource} {one_line(sent)}"


def _resource(kind: str, details: Mapping[str, Any]) -> str:
    """What a task calls, in short: `events:putEvents`, a function's or an activity's name."""
    resource = str(details.get("resource", ""))
    if kind == "TaskScheduled":
        return plain(f"{details.get('resourceType', '')}:{resource}")
    for part in (":function:", ":activity:"):
        resource = resource.rpartition(part)[2]
    return plain(resource)


def _any_details(event: Event) -> Mapping[str, Any]:
    """The details of an event whose field is not named as it should be."""
    return next((value for key, value in event.items() if key.endswith("EventDetails") and value), {})
