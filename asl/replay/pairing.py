"""Which recorded event each event of ours stands for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from asl.history import HistoryEvent
from asl.replay.differences import Difference, Redaction, of_events
from asl.replay.live_threads import Mover
from asl.replay.recording import RecordedEvent, Recording
from asl.replay.threads import MACHINE, Thread, is_aside


class Surplus(NamedTuple):
    """An event of ours that the recording does not have; `recorded` is the one that it has in its place, if any."""

    now: HistoryEvent
    recorded: RecordedEvent | None


Pair: TypeAlias = tuple[HistoryEvent, RecordedEvent | None]
"""None where the recording was cut off in the midst of a phase."""

Wrong: TypeAlias = tuple[int, Pair, list[Difference]]
"""A pair whose data differ, with how many pairs of the same phase come before it."""


class Pairing:
    """The recorded events that were met so far.

    `ids` are the recorded ids by ours, `count` is how many recorded events were met.
    """

    def __init__(self, recording: Recording, redaction: Redaction) -> None:
        self.ids: dict[int, int] = {0: 0}
        self.count = 0
        self._recording = recording
        self._redaction = redaction
        self._met: set[int] = set()
        self._cursor = 0
        self._heads: dict[Thread, int] = {}
        """How many events of each thread were met."""
        self._starts: dict[str, int] = {}
        """By frame, the recorded event that started its iterations."""
        self._asides = [event for event in recording.events if is_aside(event.type)]

    @property
    def met(self) -> dict[int, int]:
        """The recorded ids of the events that were met, by ours."""
        return {ours: recorded for ours, recorded in self.ids.items() if recorded in self._met}

    def next(self) -> RecordedEvent | None:
        """The first recorded event that was not met yet; None when there is none."""
        events = self._recording.events
        while self._cursor < len(events) and events[self._cursor].id in self._met:
            self._cursor += 1
        return events[self._cursor] if self._cursor < len(events) else None

    def pair(self, mover: Mover, events: Sequence[HistoryEvent]) -> tuple[list[Pair], Surplus | None]:
        """Our new events with the recorded ones that they stand for, up to the first that has none.

        Events that come in one phase with others may be missing where a thread was cut off. Changes nothing but `ids`.
        """
        heads: dict[Thread, int] = {}
        asides: set[int] = set()
        pairs: list[Pair] = []
        for event in events:
            thread = self._thread(mover, event)
            if is_aside(event.type):
                recorded = self._aside(event, asides)
            else:
                recorded = self._next_of(thread, heads)
            if event.type == "MapStateStarted":
                self._starts[mover.frame] = 0 if recorded is None else recorded.id
            if recorded is None:
                cut_off = any(paired is not None for _, paired in pairs) and not self._is_done(thread)
                if not cut_off:
                    return pairs, Surplus(event, self._next_of(mover.thread, heads))
            elif recorded.type != event.type:
                return pairs, Surplus(event, self._next_of(mover.thread, heads) or recorded)
            else:
                self.ids[event.id] = recorded.id
                if not is_aside(event.type):
                    heads[thread] = heads.get(thread, self._heads.get(thread, 0)) + 1
            pairs.append((event, recorded))
        return pairs, None

    def settle(self, pairs: Sequence[Pair]) -> None:
        """Takes the pairs for good: their recorded events are met."""
        for event, recorded in pairs:
            if recorded is None:
                continue
            self._met.add(recorded.id)
            self.count += 1
            if is_aside(event.type):
                self._asides.remove(recorded)
            else:
                thread = self._recording.threads.of[recorded.id]
                self._heads[thread] = self._heads.get(thread, 0) + 1

    def wrong(self, pairs: Sequence[Pair]) -> list[Wrong]:
        """The pairs of a phase whose data differ."""
        compared = ((index, pair, self.differences(pair)) for index, pair in enumerate(pairs))
        return [each for each in compared if each[2]]

    def differences(self, pair: Pair) -> list[Difference]:
        """How the data of our event is not what was recorded."""
        now, recorded = pair
        if recorded is None:
            return []
        found = of_events(recorded, now, self._recording, self._redaction, self.ids)
        if now.type == "MapIterationStarted":
            found += self._order(now, recorded)
        return found

    def container(self, mover: Mover, event: HistoryEvent) -> str:
        """The frame of the Map whose iteration an event tells of, when `mover` was moved."""
        name = (event.details or {}).get("name")
        return mover.frame if mover.state.type == "Map" and mover.state.name == name else mover.frame_around

    def _order(self, now: HistoryEvent, recorded: RecordedEvent) -> list[Difference]:
        """Whether an iteration starts at once, or when another one has ended: what MaxConcurrency decides."""
        start = self._recording.threads.of[recorded.id].start
        at_once = recorded.previous_id == start, self.ids.get(now.previous_id) == start
        words = {True: "at once", False: "after another iteration"}
        if at_once[0] == at_once[1]:
            return []
        return [Difference(("start of the iteration",), words[at_once[0]], words[at_once[1]])]

    def _thread(self, mover: Mover, event: HistoryEvent) -> Thread:
        if event.type.startswith("Execution"):
            return MACHINE
        if event.type == "MapIterationStarted":
            start = self._starts.get(self.container(mover, event), 0)
            return Thread(start, (event.details or {})["index"])
        return mover.thread

    def _next_of(self, thread: Thread, heads: dict[Thread, int]) -> RecordedEvent | None:
        own = self._recording.threads.events.get(thread, ())
        head = heads.get(thread, self._heads.get(thread, 0))
        return own[head] if head < len(own) else None

    def _aside(self, event: HistoryEvent, used: set[int]) -> RecordedEvent | None:
        details = event.details or {}
        for recorded in self._asides:
            same = recorded.type == event.type and recorded.id not in used
            if same and all(recorded.details.get(name) == details.get(name) for name in ("name", "index")):
                used.add(recorded.id)
                return recorded
        return None

    def _is_done(self, thread: Thread) -> bool:
        return self._recording.threads.is_done(thread)
