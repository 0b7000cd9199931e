"""Commands that look at the data and at the definition; they change nothing."""

from __future__ import annotations

import json
import re
from typing import Final

from asl.debug.comparison import same
from asl.debug.expressions import compile, language_of
from asl.debug.stop import Stop
from asl.debug.terminal import change_view, data_view, highlight, names, source_view, stop_view
from asl.debug.terminal.commands import Group, number
from asl.debug.terminal.data_view import Fold
from asl.debug.terminal.fitting import columns
from asl.debug.terminal.session import Session
from asl.errors import InputError
from asl.machine import Machine
from asl.story_text import plain

GROUP: Final = Group("Looking")
_PRINT: Final = re.compile(r"/(\w+)\s*(.*)", re.DOTALL)
_ALL: Final = 100_000  # lines


# -- data ------------------------------------------------------------------------------------------------------------


@GROUP.command(
    "print[/all|/json] [EXPRESSION]",
    "Print data, or the value of an expression.",
    "print $.items[0].price",
    aliases=("p", "pp"),
    more=(
        "An expression is JSONPath ($.a, $$.Execution.Name, $variable), JSONata or an intrinsic function.\n"
        "Without one it prints the data here. Large values are folded: print/all unfolds all of it,\n"
        "print/json gives it on one line. JSONata may stand in {% %}: print {% $sum(items.price) %}\n"
        "Variables are those that the state sees: what it assigns itself, the next state sees."
    ),
    completions=names.expressions,
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
    "Print an expression at each stop, or list these.",
    "display $.total",
    completions=names.expressions,
)
def display(session: Session, argument: str) -> None:
    if not argument:
        _list_displays(session)
        return
    stop = session.stop
    compile(argument, language_of(stop.run.machine, stop.state.pointer))
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
    "Print an expression at each stop no more.",
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
    "What differs from stop N to stop M, or to here.",
    "diff 3 12",
    completions=names.stops,
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


def show_difference(session: Session, before: Stop, after: Stop, labels: tuple[str, str] = ("", "")) -> None:
    """Shows what differs in the data and the variables of two stops, each told of behind its label."""
    screen = session.screen
    for label, stop in zip(labels, (before, after), strict=True):
        first, *others = session.headline(stop, screen.width - columns(label))
        screen.lines([label + first, *others])
        if stop.kind == "end":
            screen.lines(stop_view.details(stop, screen.width, screen.style))
    lines = _data_changes(before, after, Fold(screen.height, screen.width - 4))
    old, new = before.scope.variables, after.scope.variables
    lines += stop_view.variable_changes(old, new, screen.width - 4)
    screen.lines(f"  {line.painted(screen.style)}" for line in lines)
    if not lines and before.error == after.error:
        screen.line("  the same data, the same variables")


def _data_changes(before: Stop, after: Stop, fold: Fold) -> list[change_view.Line]:
    """What differs in the data of two stops; nothing where one is the end of an execution that failed: it has none."""
    if any(stop.kind == "end" and stop.error is not None for stop in (before, after)):
        return []
    if same(before.value, after.value):
        return []
    return change_view.changes(before.value, after.value, fold) or [
        change_view.Line("-", data_view.brief(before.value, fold.width)),
        change_view.Line("+", data_view.brief(after.value, fold.width)),
    ]


# -- the definition --------------------------------------------------------------------------------------------------


@GROUP.command(
    "list [STATE|LINE]",
    "Show the definition of a state, or around a line.",
    "list Charge",
    aliases=("l",),
    completions=names.places,
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
    lines = {pointer: document.lines(pointer) for pointer in machine.program.states}
    found = [pointer for pointer, span in lines.items() if span is not None and span[0] <= line <= span[1]]
    return max(found, key=len, default=next(iter(lines)))
