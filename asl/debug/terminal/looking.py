"""Commands that look at the data, the definition, and the threads of control; they change nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Final

from asl.debug.comparison import same
from asl.debug.stop import Stop
from asl.debug.terminal import data_view, highlight, names, source_view, stop_view, trail
from asl.debug.terminal.commands import Group, nothing, number
from asl.debug.terminal.data_view import Fold
from asl.debug.terminal.session import Session
from asl.errors import InputError
from asl.machine import Machine
from asl.story_text import plain

GROUP: Final = Group("Looking")
_PRINT: Final = re.compile(r"/(\w+)\s*(.*)", re.DOTALL)
_ALL: Final = 100_000  # lines


def _expressions(session: Session, typed: str) -> Iterable[str]:
    from asl.debug.completions import completions

    return completions(session.stop, typed)


def _places(session: Session, typed: str) -> Iterable[str]:
    return names.states(session)


# -- data ------------------------------------------------------------------------------------------------------------


@GROUP.command(
    "print[/all|/json] [EXPRESSION]",
    "Print data: JSONPath, JSONata, $$, a $variable, an intrinsic function.",
    "print $.items[0].price",
    aliases=("p", "pp"),
    more=(
        "Without an expression it prints the data here. Large values are folded: print/all unfolds all of it,\n"
        "print/json gives it on one line. JSONata may stand in {% %}: print {% $sum(items.price) %}"
    ),
    completions=_expressions,
)
def print_(session: Session, argument: str) -> None:
    flagged = _PRINT.match(argument)
    flag, expression = (flagged[1], flagged[2].strip()) if flagged else ("", argument)
    if flag not in ("", "all", "json"):
        raise InputError(f"print/{flag}: there are print/all and print/json")
    value = session.debugger.evaluate(expression, session.stop) if expression else session.stop.value
    if flag == "json":
        session.screen.write(plain(json.dumps(value, ensure_ascii=False)))
    elif flag == "all":
        for line in json.dumps(value, ensure_ascii=False, indent=2).split("\n"):
            session.screen.write(highlight.json(plain(line), session.screen.style))
    elif not session.show_value(value):
        session.screen.line(session.screen.style.dim(f"folded; whole: print/all {expression}".rstrip()))


@GROUP.command(
    "display [EXPRESSION]",
    "Print an expression at each stop; without one, list what is displayed.",
    "display $.total",
    completions=_expressions,
)
def display(session: Session, argument: str) -> None:
    if not argument:
        _list_displays(session)
        return
    session.debugger.check(argument)
    new = max(session.displays, default=0) + 1
    session.displays[new] = argument
    session.show_display(new)


def _list_displays(session: Session) -> None:
    if not session.displays:
        session.screen.line("nothing is displayed")
    for each in session.displays:
        session.show_display(each)


@GROUP.command(
    "undisplay [N]",
    "Display an expression no more, or none.",
    "undisplay 1",
    completions=lambda session, typed: map(str, session.displays),
)
def undisplay(session: Session, argument: str) -> None:
    if not argument:
        session.displays.clear()
        return
    which = number(argument, "the number of a display")
    if which not in session.displays:
        known = ", ".join(map(str, session.displays)) or "none"
        raise InputError(f"there is no display {which}; there are: {known}")
    del session.displays[which]


@GROUP.command(
    "diff N [M]",
    "What differs in the data and the variables from stop N to stop M, or to here.",
    "diff 3 12",
)
def diff(session: Session, argument: str) -> None:
    first, _, second = argument.partition(" ")
    before = stop_of(session, first)
    after = stop_of(session, second.strip()) if second.strip() else session.stop
    show_difference(session, before, after)


def stop_of(session: Session, text: str) -> Stop:
    """The stop of that number. Raises InputError."""
    which = number(text, "the number of a stop", least=0)
    stops = session.debugger.stops
    if which >= len(stops):
        raise InputError(f"there is no stop {which}; the last one is {len(stops) - 1}")
    return stops[which]


def show_difference(session: Session, before: Stop, after: Stop) -> None:
    """Shows what differs in the data and the variables of two stops."""
    screen = session.screen
    for stop in (before, after):
        screen.line(stop_view.headline(stop, session.started_at, screen.style))
    lines = data_view.changes(before.value, after.value, Fold(screen.height, screen.width - 4))
    if lines is None:
        lines = [
            data_view.Line("-", data_view.brief(before.value, screen.width - 4)),
            data_view.Line("+", data_view.brief(after.value, screen.width - 4)),
        ]
    if same(before.value, after.value):
        lines = []
    old, new = before.scope.variables, after.scope.variables
    lines += stop_view.variable_changes(old, new, screen.width - 4)
    screen.lines(f"  {line.painted(screen.style)}" for line in lines)
    if not lines:
        screen.line("  the same data, the same variables")


# -- threads of control ----------------------------------------------------------------------------------------------


@GROUP.command(
    "where",
    "The iterations and branches that this stop is in, the innermost first.",
    "where",
    aliases=("w", "bt", "backtrace"),
)
def where(session: Session, argument: str) -> None:
    nothing(argument, "where")
    screen = session.screen
    for level, stop in enumerate(session.around):
        mark = screen.style.yellow(">") if level == session.level else " "
        screen.line(f"{mark} {level}  {_place_of(session, stop)}")
    screen.line(f"  {screen.style.dim('path')} {trail.crumbs(session.debugger.stops, session.stop, screen.style)}")


def _place_of(session: Session, stop: Stop) -> str:
    """A thread of control on one line: where it is, in what, and where that stands."""
    style = session.screen.style
    inside = f"in {plain(str(stop.levels[-1]))}" if stop.levels else f"of {plain(stop.run.machine.name)}"
    return "  ".join(part for part in (stop_view.what(stop, style), style.dim(inside), stop_view.place(stop)) if part)


@GROUP.command(
    "up [N]",
    "Look at the Map or Parallel around: its data, its source.",
    "up",
    repeats=True,
)
def up(session: Session, argument: str) -> None:
    session.climb(number(argument, "the number of levels", 1))
    session.show(session.stop)


@GROUP.command(
    "down [N]",
    "Look further in again, after up.",
    "down",
    repeats=True,
)
def down(session: Session, argument: str) -> None:
    session.climb(-number(argument, "the number of levels", 1))
    session.show(session.stop)


@GROUP.command(
    "branches",
    "The threads of control that are alive: iterations, branches, executions.",
    "branches",
    aliases=("threads",),
)
def branches(session: Session, argument: str) -> None:
    nothing(argument, "branches")
    screen = session.screen
    for which, stop in enumerate(session.debugger.branches()):
        is_looked_at = (stop.run.arn, stop.frame) == (session.stop.run.arn, session.stop.frame)
        mark = screen.style.yellow("*") if is_looked_at else " "
        screen.line(f"{mark} {which}  {_place_of(session, stop)}")


@GROUP.command(
    "branch N",
    "Look at another thread of control, by its number in branches; the next move looks here again.",
    "branch 2",
    aliases=("thread",),
)
def branch(session: Session, argument: str) -> None:
    which = number(argument, "the number of a branch", least=0)
    found = session.debugger.branches()
    if which >= len(found):
        raise InputError(f"there is no branch {which}; branches lists them, 0 to {len(found) - 1}")
    session.choose(found[which])
    session.show(session.stop)


# -- the definition --------------------------------------------------------------------------------------------------


@GROUP.command(
    "list [STATE|LINE]",
    "Show the definition of this state, of another one, or around a line.",
    "list Charge",
    aliases=("l",),
    completions=_places,
)
def list_(session: Session, argument: str) -> None:
    screen, machine = session.screen, session.stop.run.machine
    if not argument:
        screen.lines(stop_view.source(session.stop, screen.height - 4, screen.width, screen.style))
        return
    pointer = _state_at(machine, int(argument)) if argument.isdigit() else machine.pointer(argument)
    shown = source_view.excerpt(machine, pointer, pointer)
    if argument.isdigit() and not shown.note:
        start, end = int(argument) - screen.height // 4, int(argument) + screen.height // 4
    else:
        start, end = source_view.window(shown, screen.height - 4)
    screen.lines(source_view.painted(shown, start, end, screen.width, screen.style))


def _state_at(machine: Machine, line: int) -> str:
    """The JSON pointer of the innermost state that stands on a line, or of the first state. Raises InputError."""
    document = machine.document
    count = document.text.count("\n") + 1
    if document.format == "value":
        raise InputError("the definition was not read from a file, and has no lines: list STATE")
    if not 1 <= line <= count:
        raise InputError(f"{document.name} has lines 1 to {count}, not {line}")
    found = ""
    for pointer in machine.program.states:
        shown = source_view.excerpt(machine, pointer, pointer)
        if shown.first <= line <= shown.last and len(pointer) > len(found):
            found = pointer
    return found or next(iter(machine.program.states))
