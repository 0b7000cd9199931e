"""A line of events: the stops that a debugged execution came by, and what is needed to come to each of them again."""

from __future__ import annotations

from asl.debug.moves import Move
from asl.debug.stepper import Answered, Asked, Mark
from asl.debug.stop import Stop


class Timeline:
    """The stops of one line, the first one first, and the moves that led to them."""

    def __init__(self, name: str, stops: list[Stop], moves: list[Move], marks: list[Mark], position: int) -> None:
        self.name = name
        self.stops = stops
        self.moves = moves
        """Every move of the world so far; actions are what somebody did to it."""
        self.marks = marks
        """Some places on the way that the world can be put back to, the earliest first."""
        self.position = position
        """The number of the stop where the debugger stands."""
        self.given: dict[Asked, Answered] = {}
        """Answers by hand."""
        self.is_shown = False
        """Whether the stops before the next move are among the stops."""

    def __repr__(self) -> str:
        return f"<asl.Timeline {self.name!r}: stop {self.position} of {len(self.stops)}>"

    def cut(self, moves: int, stops: int) -> None:
        """Forgets all but the first `moves` moves and the first `stops` stops."""
        del self.moves[moves:], self.stops[stops:]
        self.marks = [mark for mark in self.marks if mark.moves <= moves]
        self.is_shown = bool(self.stops) and self.stops[-1].moves == moves

    def forked(self, name: str) -> Timeline:
        """A line of its own that is the same as this one up to where the debugger stands."""
        here = self.stops[self.position]
        after = next((each for each in self.stops[here.number :] if each.moves > here.moves), None)
        stops = self.stops[: len(self.stops) if after is None else after.number]
        made = not here.is_ahead
        moves = self.moves[: here.moves + made]
        if not made:
            stops = [each for each in stops if each.moves < here.moves or each.is_ahead]
        marks = [mark for mark in self.marks if mark.moves <= len(moves)]
        line = Timeline(name, stops, moves, marks, self.position)
        line.is_shown = not made
        line.given = dict(self.given)
        return line
