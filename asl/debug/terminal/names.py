"""The names that commands take: states, and those of forks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl.machine import Machine

if TYPE_CHECKING:
    from asl.debug.terminal.session import Session


def machines(session: Session) -> list[Machine]:
    """The machines of the executions so far, that which is debugged first."""
    return list(dict.fromkeys(stop.run.machine for stop in (session.debugger.stops[0], session.stop)))


def states(session: Session) -> list[str]:
    """The names of all states, at any depth, each once."""
    return list(dict.fromkeys(each.name for machine in machines(session) for each in machine.program.states.values()))


def forks(session: Session) -> list[str]:
    """The names of the lines of time that there are."""
    return list(session.debugger.lines)
