"""Commands that say where to stop: breakpoints and watches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from asl.debug.breakpoint import Breakpoint, Watch
from asl.debug.completions import completions
from asl.debug.terminal import names
from asl.debug.terminal.commands import Group, number, split_word
from asl.debug.terminal.fitting import wrapped
from asl.debug.terminal.session import Session
from asl.errors import InputError
from asl.story_text import counted, plain

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
    completions=names.expressions,
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
    aliases=("d",),
    completions=_numbers,
)
def delete(session: Session, argument: str) -> None:
    breakpoints = session.debugger.breakpoints
    numbers = [number(text, "the number of a breakpoint") for text in argument.split()]
    _delete(session, [breakpoints[each] for each in dict.fromkeys(numbers)] if numbers else [*breakpoints])


@GROUP.command(
    "clear [PLACE]",
    "Delete the breakpoints at this state, or at a place.",
    "clear Charge",
    more="PLACE is as in break. Without one it is the state here, or its field; delete deletes all breakpoints.",
    completions=_places,
)
def clear(session: Session, argument: str) -> None:
    stop, breakpoints = session.stop, session.debugger.breakpoints
    places = [each for each in breakpoints if isinstance(each, Breakpoint)]
    if argument:
        wanted = breakpoints.parse(argument).place
        found = [each for each in places if each.place == wanted]
    else:
        found = [each for each in places if each.place.pointer in (stop.pointer, stop.state.pointer)]
    if not found:
        where = plain(argument) if argument else f"at {plain(stop.state.name)}"
        raise InputError(f"there is no breakpoint {where}; info breakpoints lists them, delete deletes all")
    _delete(session, found)


def _delete(session: Session, found: Sequence[Breakpoint | Watch]) -> None:
    """Deletes them, and says how many, and which."""
    for each in found:
        session.debugger.breakpoints.delete(each.number)
    kinds = {
        "breakpoint": sum(isinstance(each, Breakpoint) for each in found),
        "watch": sum(not isinstance(each, Breakpoint) for each in found),
    }
    told = [counted(count, kind, f"{kind}es" if kind == "watch" else None) for kind, count in kinds.items() if count]
    which = "; ".join(f"{each.number}: {plain(each.text)}" for each in found)
    text = f"{' and '.join(told)} deleted ({which})" if found else "there are no breakpoints to delete"
    session.screen.lines(wrapped(text, session.screen.width, "", "  "))
