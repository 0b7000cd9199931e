"""Commands that say where to stop: breakpoints and watches."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from asl.debug.completions import completions
from asl.debug.terminal import names
from asl.debug.terminal.commands import Group, number, split_word
from asl.debug.terminal.session import Session
from asl.errors import InputError
from asl.story_text import plain

if TYPE_CHECKING:
    from asl.debug.breakpoint import Breakpoint, Watch

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
    place, word, condition = typed.partition(" if ")
    if word:
        return [f"{place} if {each}" for each in completions(session.stop, condition)]
    if "->" in typed:
        return names.transitions(session)
    states = names.states(session)
    return [*states, *(f"{state}.exit" for state in states), "error ", "resource "]


def _expressions(session: Session, typed: str) -> Iterable[str]:
    return completions(session.stop, typed)


def _conditions(session: Session, typed: str) -> Iterable[str]:
    which, blank, condition = typed.partition(" ")
    if not blank:
        return _numbers(session, typed)
    return [f"{which} {each}" for each in completions(session.stop, condition)]


def _numbers(session: Session, typed: str) -> Iterable[str]:
    return [str(each.number) for each in session.debugger.breakpoints]


def _told(session: Session, found: Breakpoint | Watch) -> None:
    session.screen.write(plain(found.description))


@GROUP.command(
    "break PLACE [if CONDITION]",
    "Stop at a state, line, error, transition or resource.",
    "break Charge if $.total > 100",
    aliases=("b",),
    more=_FORMS,
    completions=_places,
)
def break_(session: Session, argument: str) -> None:
    _told(session, session.debugger.breakpoints.add(argument or session.stop.state.name))


@GROUP.command(
    "tbreak PLACE [if CONDITION]",
    "Stop at a place, only once.",
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
    completions=_expressions,
)
def watch(session: Session, argument: str) -> None:
    if not argument:
        raise InputError("what to watch is missing: watch $.order.total, watch $name")
    _told(session, session.debugger.breakpoints.watch(argument))


@GROUP.command(
    "condition N [CONDITION]",
    "Give a breakpoint a condition, or take it away.",
    "condition 1 $.total > 100",
    completions=_conditions,
)
def condition(session: Session, argument: str) -> None:
    which, text = split_word(argument)
    breakpoints, found = session.debugger.breakpoints, number(which, "the number of a breakpoint")
    breakpoints.condition(found, text or None)
    _told(session, breakpoints[found])


@GROUP.command(
    "ignore N COUNT",
    "Do not stop at a breakpoint the next COUNT times.",
    "ignore 1 3",
    completions=_numbers,
)
def ignore(session: Session, argument: str) -> None:
    which, count = split_word(argument)
    breakpoints, found = session.debugger.breakpoints, number(which, "the number of a breakpoint")
    breakpoints.ignore(found, number(count, "how often to ignore it", least=0))
    _told(session, breakpoints[found])


def _each(session: Session, argument: str, do: Callable[[int], object]) -> None:
    """Does something with each breakpoint whose number is given, or with all; none, if one of them is not there."""
    breakpoints = session.debugger.breakpoints
    texts = argument.split() or [str(each.number) for each in breakpoints]
    for found in [breakpoints[number(text, "the number of a breakpoint")] for text in texts]:
        do(found.number)
        if found in [*breakpoints]:
            _told(session, found)


@GROUP.command(
    "enable [N ...]",
    "Have breakpoints stop again.",
    "enable 1 2",
    completions=_numbers,
)
def enable(session: Session, argument: str) -> None:
    _each(session, argument, session.debugger.breakpoints.enable)


@GROUP.command(
    "disable [N ...]",
    "Do not stop at breakpoints, but keep them.",
    "disable 1",
    aliases=("dis",),
    completions=_numbers,
)
def disable(session: Session, argument: str) -> None:
    _each(session, argument, session.debugger.breakpoints.disable)


@GROUP.command(
    "delete [N ...]",
    "Delete breakpoints and watches, or all of them.",
    "delete 1",
    aliases=("d", "clear"),
    completions=_numbers,
)
def delete(session: Session, argument: str) -> None:
    _each(session, argument, session.debugger.breakpoints.delete)
