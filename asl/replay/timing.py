"""How long it was waited, and how long it would be now: order decides a replay, so that is noted only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from asl.frame import Frame
from asl.replay.pairing import Pair
from asl.replay.recording import RecordedEvent
from asl.story_text import duration

_TOLERANCE_MS: Final = 2000
_TOLERANCE: Final = 0.1  # of the time that was recorded


class Timing:
    """Compares the waits of a replay with the recorded ones, where the recording has times."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self._begun: dict[str, tuple[int, int]] = {}
        """By frame, when its wait began: by our clock, and as recorded."""
        self._last: dict[str, int] = {}
        """By frame, the time of its last recorded event."""

    def begins(self, frame: Frame | None, now: int, pairs: Sequence[Pair]) -> None:
        """Takes note of a wait that a frame has begun, if it has."""
        if frame is None:
            return
        for _, event in pairs:
            if event is not None and event.at is not None:
                self._last[frame.id] = event.at
        if frame.phase in ("waiting", "backoff") and frame.id in self._last:
            self._begun[frame.id] = now, self._last[frame.id]

    def ends(self, frame: Frame, event: RecordedEvent) -> None:
        """Compares a wait that a recorded event is the end of."""
        if frame.phase not in ("waiting", "backoff") or frame.due is None:
            return
        began = self._begun.pop(frame.id, None)
        if began is None or event.at is None:
            return
        lasted, now = event.at - began[1], max(0, frame.due - began[0])
        if abs(lasted - now) <= max(_TOLERANCE_MS, lasted * _TOLERANCE):
            return
        name = frame.state.name
        what = (
            f"Wait '{name}'" if frame.phase == "waiting" else f"the wait before attempt {frame.attempt + 1} of '{name}'"
        )
        self.notes.append(f"{what} lasted {duration(lasted)} (event {event.id}), and would now last {duration(now)}")
