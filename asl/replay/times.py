"""Which recorded times stand for ours: between two answers our clock stands still, and the recorded one does not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from asl.replay.recording import RecordedEvent

_TOLERANCE_MS: Final = 1000


class Times:
    """The times of our clock, in milliseconds, with those of the recorded events that happened meanwhile."""

    def __init__(self) -> None:
        self._recorded: dict[int, tuple[int, int] | None] = {}

    def __contains__(self, at: object) -> bool:
        """Whether anything happened at a time of our clock."""
        return at in self._recorded

    def happened(self, now: int, events: Iterable[RecordedEvent | None]) -> None:
        """Takes note that these recorded events happened while our clock was at `now`."""
        moments = [event.at for event in events if event is not None and event.at is not None]
        known = self._recorded.setdefault(now, None)
        if moments:
            self._recorded[now] = min((*moments, *(known or ()))), max((*moments, *(known or ())))

    def recorded(self, now: int) -> tuple[int, int] | None:
        """From when until when what happened at a time of ours may have been recorded; None where that is not known."""
        known = self._recorded.get(now)
        return None if known is None else (known[0] - _TOLERANCE_MS, known[1] + _TOLERANCE_MS)

    def fits(self, now: int, recorded: int | None) -> bool:
        """Whether a recorded time may stand for one of ours."""
        between = self.recorded(now)
        return between is None or recorded is None or between[0] <= recorded <= between[1]
