"""The attempts at tasks that a history tells of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from asl.history import HistoryEvent

_TASKS: Final = ("Task", "LambdaFunction", "Activity")


def last_events(history: Iterable[HistoryEvent]) -> dict[int, HistoryEvent]:
    """The last event of each attempt, by the id of the event that scheduled it."""
    origins: dict[int, int] = {}
    found: dict[int, HistoryEvent] = {}
    for event in history:
        if not event.type.startswith(_TASKS) or event.type.startswith("TaskState"):
            continue
        origin = event.id if event.type.endswith("Scheduled") else origins.get(event.previous_id)
        if origin is not None:
            origins[event.id] = origin
            found[origin] = event
    return found
