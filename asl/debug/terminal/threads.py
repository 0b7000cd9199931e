"""Commands that look at threads of control: the levels around a stop, and the others that are alive."""

from __future__ import annotations

import re
from typing import Final

from asl.debug.stop import Stop
from asl.debug.terminal import headline
from asl.debug.terminal.commands import Group, nothing, number
from asl.debug.terminal.fitting import columns, flowed, with_names, without_beginning
from asl.debug.terminal.session import Session
from asl.errors import InputError

GROUP: Final = Group("Threads of control")


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
        screen.line(f"{mark} {level}  {_place_of(session, stop, outer=level > 0)}")
    screen.lines(_path(session))


def _path(session: Session) -> list[str]:
    """The whole way, on as many lines as it takes."""
    head = f"  {session.screen.style.dim('path')} "
    parts = re.split(r" (?=[→›] )", head + session.path(session.stop))
    return flowed(parts, session.screen.width, "       ", " ")


def _place_of(session: Session, stop: Stop, outer: bool = False) -> str:
    """A thread of control on one line: where it is, in what, and where that stands.

    `outer`: others run in its state.
    """
    style = session.screen.style

    def told(longest: int | None) -> str:
        name = style.bold(headline.shortened(stop.state.name, longest))
        what = f"{name} ({stop.state.type})" if outer else headline.what(stop, style, longest)
        machine = headline.shortened(stop.run.machine.name, longest)
        inside = f"in {headline.level_name(stop.levels[-1], longest)}" if stop.levels else f"of {machine}"
        return "  ".join(part for part in (what, style.dim(inside), place) if part)

    place = headline.place(stop)
    room = session.screen.width - len("> 10  ")
    if columns(told(20)) > room:
        place = without_beginning(place, max(20, room // 3))
    return with_names(told, room)


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


@GROUP.command(
    "branches",
    "The iterations and branches that are alive.",
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
    "Look at another one, by its number in branches.",
    "branch 2",
    more=("succeed, fail, submit and skip are for it then. The next move begins again where the debugger stands."),
    aliases=("thread",),
)
def branch(session: Session, argument: str) -> None:
    which = number(argument, "the number of a branch", least=0)
    found = session.debugger.branches()
    if which >= len(found):
        raise InputError(f"there is no branch {which}; branches lists them, 0 to {len(found) - 1}")
    session.choose(found[which])
    session.show(session.stop)
