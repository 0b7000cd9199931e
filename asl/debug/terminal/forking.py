"""Commands for lines of time: to try something else from a stop, and to compare what came of it."""

from __future__ import annotations

from typing import Final

from asl.debug.stop import Stop
from asl.debug.terminal import looking, names
from asl.debug.terminal.commands import Group, nothing, split_word
from asl.debug.terminal.session import Session
from asl.debug.terminal.trail import Trail
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
        last = line.stops[-1]
        room = screen.width - len(name) - 4
        screen.line(f"{mark} {plain(name)}  {session.headline(last, room)}")


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
    "compare A [B]",
    "How two lines of time differ: the ways, the ends.",
    "compare main declined",
    completions=lambda session, typed: names.forks(session),
)
def compare(session: Session, argument: str) -> None:
    first, second = split_word(argument)
    if not first:
        raise InputError(f"which line is missing; there are {', '.join(names.forks(session))}")
    second = second or session.debugger.line.name
    ends = []
    for name in (first, second):
        if name not in session.debugger.lines:
            raise InputError(f"there is no line '{name}'; there are {', '.join(names.forks(session))}")
        ends.append(session.debugger.lines[name].stops)
    _show_ways(session, (first, second), ends)
    looking.show_difference(session, ends[0][-1], ends[1][-1])


def _show_ways(session: Session, lines: tuple[str, str], ends: list[list[Stop]]) -> None:
    screen = session.screen
    longest = max(map(len, lines))
    for name, stops in zip(lines, ends, strict=True):
        screen.line(f"{plain(name):{longest}}  {Trail().crumbs(stops, stops[-1], screen.style)}")
