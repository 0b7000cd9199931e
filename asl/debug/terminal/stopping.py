"""Commands that say where to stop: breakpoints and watches."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from asl.debug.terminal import names
from asl.debug.terminal.commands import Group, number, split_word
from asl.debug.terminal.session import Session
from asl.errors import InputError
from asl.story_text import counted, plain

if TYPE_CHECKING:
    from asl.debug.breakpoints import Breakpoint, Watch

GROUP: Final = Group("Stopping")

_FORMS: Final = """PLACE is one of
  STATE            when the state is entered
  LINE, FILE:LINE  the state, or the field, that stands there
  STATE.exit       when it is left
  error NAME       when a state has that error; globs are understood, States.ALL is any
  A -> B           when B follows A
  resource GLOB    before a task calls that resource
With a condition it stops only where that holds: break Charge if $.total > 100"""


def _places(session: Session, typed: str) -> Iterable[str]:
    states = names.states(session)
    return [*states, *(f"{state}.exit" for state in states), "error ", "resource "]


def _numbers(session: Session, typed: str) -> Iterable[str]:
    return [str(each.number) for each in session.debugger.breakpoints]


def described(found: Breakpoint | Watch) -> str:
    """A breakpoint or a watch on one line: `2  break Charge if $.total > 100, hit once`."""
    return plain(str(found))


def _told(session: Session, found: Breakpoint | Watch) -> None:
    session.screen.line(described(found))


@GROUP.command(
    "break PLACE [if CONDITION]",
    "Stop at a place of the definition, each time.",
    "break Charge if $.total > 100",
    aliases=("b",),
    more=_FORMS,
    completions=_places,
)
def break_(session: Session, argument: str) -> None:
    _told(session, session.debugger.breakpoints.add(argument or session.stop.state.name))


@GROUP.command(
    "tbreak PLACE [if CONDITION]",
    "Stop at a place once.",
    "tbreak error States.ALL",
    aliases=("tb",),
    more=_FORMS,
    completions=_places,
)
def tbreak(session: Session, argument: str) -> None:
    _told(session, session.debugger.breakpoints.add(argument or session.stop.state.name, temporary=True))


@GROUP.command(
    "watch EXPRESSION",
    "Stop when the value of an expression changes.",
    "watch $.order.total",
)
def watch(session: Session, argument: str) -> None:
    if not argument:
        raise InputError("what to watch is missing: watch $.order.total, watch $name")
    _told(session, session.debugger.breakpoints.watch(argument))


@GROUP.command(
    "condition N [CONDITION]",
    "Give a breakpoint a condition, or take it away.",
    "condition 1 $.total > 100",
    completions=_numbers,
)
def condition(session: Session, argument: str) -> None:
    which, text = split_word(argument)
    session.debugger.breakpoints.condition(number(which, "the number of a breakpoint"), text or None)


@GROUP.command(
    "ignore N COUNT",
    "Do not stop at a breakpoint the next COUNT times.",
    "ignore 1 3",
    completions=_numbers,
)
def ignore(session: Session, argument: str) -> None:
    which, count = split_word(argument)
    times = number(count, "how often to ignore it", least=0)
    session.debugger.breakpoints.ignore(number(which, "the number of a breakpoint"), times)
    session.screen.line(f"breakpoint {which} is ignored {counted(times, 'time')}")


def _each(session: Session, argument: str, do: Callable[[int], object]) -> None:
    """Does something with each breakpoint whose number is given, or with all."""
    which = argument.split() or [str(each.number) for each in session.debugger.breakpoints]
    for text in which:
        do(number(text, "the number of a breakpoint"))


@GROUP.command(
    "enable [N ...]",
    "Have breakpoints and watches stop again.",
    "enable 1 2",
    completions=_numbers,
)
def enable(session: Session, argument: str) -> None:
    _each(session, argument, session.debugger.breakpoints.enable)


@GROUP.command(
    "disable [N ...]",
    "Keep breakpoints and watches, but do not stop at them.",
    "disable 1",
    aliases=("dis",),
    completions=_numbers,
)
def disable(session: Session, argument: str) -> None:
    _each(session, argument, session.debugger.breakpoints.disable)


@GROUP.command(
    "delete [N ...]",
    "Delete breakpoints and watches; without a number, all of them.",
    "delete 1",
    aliases=("d", "clear"),
    completions=_numbers,
)
def delete(session: Session, argument: str) -> None:
    _each(session, argument, session.debugger.breakpoints.delete)
