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
        self.left: tuple[int, str] | None = None
        """The stop from which on it is not as in a recording any more, and why."""

    def __repr__(self) -> str:
        return f"<asl.Timeline {self.name!r}: stop {self.position} of {len(self.stops)}>"

    def moves_to(self, stop: Stop) -> int:
        """How many moves are made at a stop, the one that it is of included."""
        return stop.moves + (not stop.is_ahead and stop.moves < len(self.moves))

    def before_move(self, moves: int) -> int:
        """How many stops come before the move with that number."""
        return sum(each.moves < moves or (each.moves == moves and each.is_ahead) for each in self.stops)

    def cut(self, moves: int, stops: int) -> None:
        """Forgets all but the first `moves` moves and the first `stops` stops."""
        del self.moves[moves:], self.stops[stops:]
        self.marks = [mark for mark in self.marks if mark.moves <= moves]
        self.is_shown = bool(self.stops) and self.stops[-1].moves == moves
        if self.left is not None and self.left[0] >= stops:
            self.left = None

    def forked(self, name: str) -> Timeline:
        """A line of its own that is the same as this one up to where the debugger stands."""
        moves = self.moves_to(self.stops[self.position])
        stops = self.stops[: self.before_move(moves)]
        marks = [mark for mark in self.marks if mark.moves <= moves]
        line = Timeline(name, stops, self.moves[:moves], marks, self.position)
        line.is_shown = stops[-1].moves == moves
        line.given = dict(self.given)
        line.left = self.left if self.left is not None and self.left[0] < len(stops) else None
        return line
