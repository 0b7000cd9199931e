"""Commands for lines of time: to try something else from a stop, and to compare what came of it."""

from __future__ import annotations

from typing import Final

from asl.debug.terminal import line_view, looking, names
from asl.debug.terminal.commands import Group, nothing, split_word
from asl.debug.terminal.fitting import columns
from asl.debug.terminal.session import Session
from asl.errors import InputError
from asl.story_text import plain

GROUP: Final = Group("Lines of time")


@GROUP.command(
    "fork [NAME]",
    "Try something else from here, in another line of time.",
    "fork declined",
    more="The present line stays as it is: switch goes back to it, compare says how they differ.",
)
def fork(session: Session, argument: str) -> None:
    if " " in argument:
        raise InputError(f"the name of a line is one word: fork {argument.replace(' ', '-')}")
    known = names.forks(session)
    name = argument or next(f"fork{n}" for n in range(1, len(known) + 2) if f"fork{n}" not in known)
    session.debugger.fork(name)
    session.screen.line(f"this is line {plain(name)}, from stop {session.debugger.stop.number} on")


@GROUP.command(
    "forks",
    "The lines of time, and how far each has come.",
    "forks",
)
def forks(session: Session, argument: str) -> None:
    nothing(argument, "forks")
    screen = session.screen
    for name, line in session.debugger.lines.items():
        mark = screen.style.yellow("*") if line is session.debugger.line else " "
        first, *others = session.headline(line.stops[-1], screen.width - columns(name) - 4)
        screen.lines([f"{mark} {plain(name)}  {first}", *(f"  {each}" for each in others)])


@GROUP.command(
    "switch NAME",
    "Go to another line of time.",
    "switch main",
    completions=lambda session, typed: names.forks(session),
)
def switch(session: Session, argument: str) -> None:
    if not argument:
        raise InputError(f"which line is missing; there are {', '.join(names.forks(session))}")
    session.debugger.switch(argument)
    session.arrived()


@GROUP.command(
    "compare [A [B]]",
    "How two lines of time differ: the ways, the ends.",
    "compare main declined",
    more=(
        "Without B it is the present line. Without names they are the present line and the first one, or the only\n"
        "other one. It shows the states that each visited, where they part, and what differs where each has come to."
    ),
    completions=lambda session, typed: names.forks(session),
)
def compare(session: Session, argument: str) -> None:
    first, second = _compared(session, *split_word(argument))
    ways = [session.debugger.lines[name].stops for name in (first, second)]
    screen = session.screen
    for name, stops in zip((first, second), ways, strict=True):
        screen.lines(line_view.way(name, stops, screen.width, screen.style))
    screen.lines(line_view.parting((first, second), (ways[0], ways[1]), screen.width))
    labels = (f"{plain(first)}: ", f"{plain(second)}: ")
    looking.show_difference(session, ways[0][-1], ways[1][-1], labels)


def _compared(session: Session, first: str, second: str) -> tuple[str, str]:
    """The names of the lines to compare. Raises InputError for one that is not there, or is not said."""
    known, present = names.forks(session), session.debugger.line.name
    listed = f"there are {', '.join(known)}"
    if len(known) == 1:
        raise InputError("there is one line of time alone, nothing to compare it with: fork NAME makes another")
    if not first:
        others = [name for name in known if name != present]
        if present == known[0] and len(others) > 1:
            raise InputError(f"which line is missing: compare {others[0]}; {listed}")
        first, second = known[0], present if present != known[0] else others[0]
    for name in (first, second or present):
        if name not in known:
            raise InputError(f"there is no line '{name}'; {listed}")
    if first == (second or present):
        raise InputError(f"'{first}' cannot be compared with itself: compare {known[0]} {known[1]}")
    return first, second or present
