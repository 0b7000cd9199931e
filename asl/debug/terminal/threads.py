"""Commands that look at threads of control: the levels around a stop, and the others that are alive."""

from __future__ import annotations

import re
from typing import Final

from asl.debug.stop import Stop
from asl.debug.terminal import headline
from asl.debug.terminal.commands import Group, nothing, number
from asl.debug.terminal.fitting import columns, flowed, with_names, without_beginning
from asl.debug.terminal.pending import is_asked
from asl.debug.terminal.session import Session
from asl.debug.threads import alive_anywhere
from asl.errors import InputError

GROUP: Final = Group("Threads of control")
_LONGEST: Final = 28  # columns of a name, where the place stands on the same line


@GROUP.command(
    "where",
    "The iterations and branches that this is in.",
    "where",
    aliases=("w", "bt", "backtrace"),
)
def where(session: Session, argument: str) -> None:
    nothing(argument, "where")
    screen = session.screen
    for level, stop in enumerate(session.around):
        mark = screen.style.yellow(">") if level == session.level else " "
        screen.lines(_lines(session, stop, f"{mark} {level}  ", outer=level > 0))
    screen.lines(_path(session))


def _path(session: Session) -> list[str]:
    """The whole way, on as many lines as it takes."""
    head = f"  {session.screen.style.dim('path')} "
    parts = re.split(r" (?=[→›] )", head + session.path(session.stop))
    return flowed(parts, session.screen.width, "       ", " ")


def _lines(session: Session, stop: Stop, head: str, outer: bool = False) -> list[str]:
    """A thread of control behind `head`: where it is, in what, and where that stands, which may take a second line.

    `outer`: others run in its state.
    """
    style, width = session.screen.style, session.screen.width
    place = headline.place(stop)
    is_waiting = not outer and is_asked(session, stop)

    def told(longest: int | None) -> str:
        name = style.bold(headline.shortened(stop.state.name, longest))
        what = f"{name} ({stop.state.type})" if outer else headline.what(stop, style, longest)
        if is_waiting:
            what = f"{name} awaits an answer" if headline.awaits_token(stop.state) else f"{name} is at work"
        machine = headline.shortened(stop.run.machine.name, longest)
        inside = f"in {headline.level_name(stop.levels[-1], longest)}" if stop.levels else f"of {machine}"
        return f"{head}{what}  {style.dim(inside)}"

    for longest in (None, _LONGEST):
        if columns(told(longest)) + 2 + columns(place) <= width:
            return [f"{told(longest)}  {place}".rstrip()]
    return [with_names(told, width), f"       at {without_beginning(place, width - 10)}"]


@GROUP.command(
    "up [N]",
    "Look at the Map or Parallel around.",
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


def _alive(session: Session) -> list[Stop]:
    return alive_anywhere(session.debugger.stops, session.debugger.stop)


@GROUP.command(
    "branches",
    "The iterations and branches that are alive.",
    "branches",
    aliases=("threads",),
    more="Those of the executions that tasks have started, or that have started this one, are among them.",
)
def branches(session: Session, argument: str) -> None:
    nothing(argument, "branches")
    screen = session.screen
    for which, stop in enumerate(_alive(session)):
        is_looked_at = (stop.run.arn, stop.frame) == (session.stop.run.arn, session.stop.frame)
        mark = screen.style.yellow("*") if is_looked_at else " "
        screen.lines(_lines(session, stop, f"{mark} {which}  "))


@GROUP.command(
    "branch N",
    "Look at another one, by its number in branches.",
    "branch 2",
    more="succeed, fail, submit and skip are for it then. The next move begins again where the debugger stands.",
    aliases=("thread",),
)
def branch(session: Session, argument: str) -> None:
    which = number(argument, "the number of a branch", least=0)
    found = _alive(session)
    if which >= len(found):
        raise InputError(f"there is no branch {which}; branches lists them, 0 to {len(found) - 1}")
    session.choose(found[which])
    session.show(session.stop)
