"""A stop on the screen: what happens there, the way to it, the definition, the data, what can be typed."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator

from asl.debug.comparison import same
from asl.debug.stop import Stop
from asl.debug.terminal import change_view, data_view, error_view, highlight, source_view, trail
from asl.debug.terminal.data_view import Fold
from asl.debug.terminal.screen import Screen
from asl.effects import Status
from asl.states.compiled import CompiledState
from asl.story_text import Style, duration, plain
from asl.values import JSON

_LABELS = {
    "enter": "input",
    "stage": "data",
    "call": "arguments",
    "answer": "result",
    "error": "input",
    "retry": "input",
    "wait": "input",
    "exit": "output",
    "outside": "input",
    "end": "output",
}


def clock(ms: int) -> str:
    """Milliseconds as `00:00:02.500`, with days before that where there are any: `3d 00:00:02.500`."""
    seconds, rest = divmod(max(0, ms), 1000)
    days, seconds = divmod(seconds, 86_400)
    text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:03}"
    return f"{days}d {text}" if days else text


def what(stop: Stop, style: Style) -> str:
    """What happens at a stop, in words: `enter Charge (Task)`."""
    name = style.bold(plain(stop.state.name))
    match stop.kind:
        case "enter":
            return f"enter {name} ({stop.state.type})"
        case "stage":
            if trail.is_of_iteration(stop):
                name = style.bold(plain(str(stop.levels[-1])))
            return f"{stop.field} of {name}"
        case "call":
            return f"call by {name}" + (f", attempt {stop.scope.attempt + 1}" if stop.scope.attempt else "")
        case "answer":
            return f"{'answer to' if stop.state.type == 'Task' else 'result of'} {name}"
        case "error":
            return f"{style.red('error')} in {name}"
        case "retry":
            return f"attempt {stop.scope.attempt + 1} of {name}"
        case "wait":
            return _waiting(stop, name)
        case "exit":
            return f"exit {name}" + (f" → {plain(stop.next)}" if stop.next is not None else ", end")
        case "outside":
            return f"{name} awaits an answer" + (f", for {duration(stop.due - stop.at)} at most" if stop.due else "")
        case "end":
            return _ending(stop, style)


def _waiting(stop: Stop, name: str) -> str:
    left = duration(stop.due - stop.at) if stop.due is not None else "some time"
    match stop.scope.phase:
        case "backoff":
            return f"{left} before attempt {stop.scope.attempt + 1} of {name}"
        case "calling":
            return f"{name} is at work, for {left}"
        case _:
            return f"wait in {name} for {left}"


def awaits_token(state: CompiledState) -> bool:
    """Whether somebody outside answers the task of a state, by its token."""
    return getattr(state, "pattern", "") == "wait_for_task_token" or getattr(state, "kind", "") == "Activity"


def _ending(stop: Stop, style: Style) -> str:
    took = duration(stop.at - stop.run.execution.started_at)
    status = ending(stop)
    paint = style.green if status == "SUCCEEDED" else style.red
    return f"{paint('execution ' + status.lower().replace('_', ' '))} after {took}"


def ending(stop: Stop) -> Status:
    """How the execution has come to its end at a stop; the execution itself may be on another line of time by now."""
    execution = stop.run.execution
    if execution.status not in (None, "RUNNING") and execution.error == stop.error:
        return execution.status
    return "SUCCEEDED" if stop.error is None else "FAILED"


def place(stop: Stop) -> str:
    """`order.asl.json:31`, "" for a machine that was not read from a file."""
    machine = stop.run.machine
    found = machine.document.locate(stop.pointer, key=True) or machine.document.locate(stop.state.pointer, key=True)
    return "" if found is None else f"{plain(found.file)}:{found.line}"


def headline(stop: Stop, time: str, width: int, style: Style) -> str:
    """`stop 12  enter Charge (Task)  order.asl.json:31  00:00:02.500 virtual`; a long path is cut at its beginning."""
    execution = f"[{plain(stop.run.machine.name)}]" if stop.run.parent_arn is not None else ""
    where = place(stop) if stop.kind != "end" else ""
    others = (f"stop {stop.number}", execution, what(stop, Style(False)), time)
    room = width - sum(len(part) + 2 for part in others if part)
    if len(where) > room:
        where = f"…{where[len(where) - max(12, room) + 1 :]}"
    parts = (style.blue(style.bold(others[0])), execution, what(stop, style), where, style.dim(time))
    return "  ".join(part for part in parts if part)


def details(stop: Stop, width: int, style: Style) -> Iterator[str]:
    """What there is to say of a stop beside its data: who is asked, which error it is."""
    if stop.kind == "call" and stop.call is not None:
        yield f"  {style.dim('asks')} {plain(stop.call.resource)}"
    if stop.error is not None:
        yield from error_view.lines(stop.error, width, style)


def source(stop: Stop, height: int, width: int, style: Style) -> list[str]:
    """The definition around a stop."""
    state = (stop.levels[-1].state if trail.is_of_iteration(stop) else stop.state).pointer
    shown = source_view.excerpt(stop.run.machine, state, stop.pointer)
    return source_view.painted(shown, *source_view.window(shown, height), width, style)


def data(stop: Stop, before: Stop | None, fold: Fold, style: Style) -> list[str]:
    """The data at a stop under their name, with what has changed since a stop before: of the variables too."""
    label = "variables" if stop.field == "Assign" else _LABELS[stop.kind]
    if stop.kind == "end" and stop.error is not None:
        return []
    return [*_value(label, stop, before, fold, style), *_variables(stop, before, fold, style)]


def _value(label: str, stop: Stop, before: Stop | None, fold: Fold, style: Style) -> list[str]:
    room = fold.width - len(label) - 3
    label = f"  {style.dim(label)} "
    if stop.kind == "end":
        before = None  # what came of it all is shown as it is
    if before is not None and same(before.value, stop.value):
        text = data_view.brief(stop.value, room - 20)
        return [f"{label}{highlight.json(text, style)}" + style.dim(f"  as at stop {before.number}")]
    inside = Fold(fold.lines, fold.width - 6, fold.members)
    lines = None
    if before is not None and (trail.is_flow(stop) or before.number == stop.number):  # it was changed here
        lines = change_view.changes(before.value, stop.value, inside)
    if lines is not None:
        return [label.rstrip(), *(f"    {line.painted(style)}" for line in lines)]
    text = data_view.inline(stop.value, room) or ""
    if text:
        return [f"{label}{highlight.json(text, style)}"]
    shown = data_view.shown(stop.value, inside).lines
    return [label.rstrip(), *(f"      {highlight.json(line, style)}" for line in shown)]


def _variables(stop: Stop, before: Stop | None, fold: Fold, style: Style) -> Iterator[str]:
    if before is None or stop.scope.variables is before.scope.variables or stop.field == "Assign":
        return
    for line in variable_changes(before.scope.variables, stop.scope.variables, fold.width - 6):
        yield f"    {line.painted(style)}"


def variable_changes(before: dict[str, JSON], after: dict[str, JSON], width: int) -> Iterator[change_view.Line]:
    """What is new, changed and gone among the variables, a line each."""
    half = width // 2
    for name, value in after.items():
        if name not in before:
            yield change_view.Line("+", f"${name}: {data_view.brief(value, width - len(name))}")
        elif not same(before[name], value):
            old = data_view.brief(before[name], half - len(name))
            yield change_view.Line("~", f"${name}: {old} → {data_view.brief(value, half)}")
    for name in before:
        if name not in after:
            yield change_view.Line("-", f"${name}")


def hints(stop: Stop, width: int, style: Style) -> Iterator[str]:
    """What can be typed where the execution does not go on by itself."""
    if stop.problem is not None:
        yield from _unanswered(stop, stop.problem, width, style)
    elif stop.kind == "outside":
        yield from _awaited(stop)
    elif stop.kind == "end" and stop.run.parent_arn is None:
        yield style.dim("  back, goto N or restart go on from here; export test writes a test")


def _unanswered(stop: Stop, problem: str, width: int, style: Style) -> Iterator[str]:
    """Why a task cannot be asked, and how it can be answered: here, and with options when the debugger is started."""
    located = stop.run.machine.locate(stop.pointer)
    problem = problem.removeprefix(f"{located}: ")
    first, *others = problem.splitlines()
    ways = [line for line in others if line.startswith("  - ") and "in Python:" not in line]
    if ways:
        told = style.yellow("nothing answers this task")
        yield f"  {told}: succeed JSON, fail ERROR CAUSE, skip; or start with"
        yield from (f"  {plain(way)}" for way in ways)
        return
    yield f"  {style.yellow('this task cannot be asked')}:"
    for line in (first, *others):
        yield from textwrap.wrap(plain(line), width - 4, initial_indent="    ", subsequent_indent="    ")
    yield "  here: succeed JSON, fail ERROR CAUSE or skip"


def _awaited(stop: Stop) -> Iterator[str]:
    """How the tasks that await an answer from outside are answered: that of the stop, and others."""
    after = "; step goes on to its time-out" if stop.due is not None else ""
    yield f"  here: succeed JSON, or fail ERROR CAUSE{after}"
    waiting = [*stop.run.waiting_for.values()]
    if stop.state.name in waiting:
        waiting.remove(stop.state.name)
    for state in dict.fromkeys(waiting):
        is_one = waiting.count(state) == 1 and state != stop.state.name
        option = json.dumps(state, ensure_ascii=False) if " " in state else state
        yield f"  also: {plain(f'succeed --token {option} JSON' if is_one else f'{state}, by its token: effects')}"


def screenful(stop: Stop, path: str, before: Stop | None, is_new: bool, screen: Screen) -> Iterator[str]:
    """The lines of a stop, below its headline.

    `path` is the way to it; `before` is the stop that its data are compared with; `is_new` says that another state was
    shown before.
    """
    style, width, height = screen.style, screen.width, screen.height
    if path != style.bold(plain(stop.state.name)) and stop.kind != "end":
        yield f"  {style.dim('path')} {path}"
    yield from details(stop, width, style)
    if stop.kind != "end":
        yield from source(stop, max(7, height // 4) if is_new else 5, width, style)
    yield from data(stop, before, Fold(max(8, height // 2 - 4), width), style)
    yield from hints(stop, width, style)
