"""What commands take: states, transitions between them, lines of time, stops, expressions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from asl.debug.completions import completions
from asl.debug.terminal import headline
from asl.debug.terminal.fitting import PLAIN
from asl.machine import Machine
from asl.parse.transitions import transitions as leading

if TYPE_CHECKING:
    from asl.debug.terminal.session import Session

_OFFERED: Final = 40  # stops


def machines(session: Session) -> list[Machine]:
    """The machine that is debugged, and that of the execution that is looked at."""
    return list(dict.fromkeys(stop.run.machine for stop in (session.debugger.stops[0], session.stop)))


def states(session: Session) -> list[str]:
    """The names of all states, at any depth, each once."""
    return list(dict.fromkeys(each.name for machine in machines(session) for each in machine.program.states.values()))


def places(session: Session, typed: str) -> list[str]:
    """The same, as completions of what is typed."""
    return states(session)


def expressions(session: Session, typed: str) -> list[str]:
    """Expressions of the data at the stop that is looked at, which begin as is typed."""
    return completions(session.stop, typed)


def transitions(session: Session) -> list[str]:
    """All transitions from one state to another: `Charge -> Refused`."""
    found: dict[str, None] = {}
    for machine in machines(session):
        for pointer, state in machine.program.states.items():
            for _, target in leading(machine.document.at(pointer), pointer):
                found[f"{state.name} -> {target}"] = None
    return list(found)


def forks(session: Session) -> list[str]:
    """The names of the lines of time that there are."""
    return list(session.debugger.lines)


def stops(session: Session, typed: str) -> dict[str, str]:
    """The numbers of the stops that begin as is typed, with what happens there: the nearest to the present one."""
    here = session.debugger.stop.number
    found = [each for each in session.debugger.stops if str(each.number).startswith(typed)]
    nearest = sorted(found, key=lambda each: abs(each.number - here))[:_OFFERED]
    return {
        str(each.number): headline.what(each, PLAIN, 30)
        for each in sorted(nearest, key=lambda each: each.number)
        if each.number != here
    }
