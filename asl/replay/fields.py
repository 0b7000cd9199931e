"""Parts of recorded events that are not known here: AWS adds some now and then, and they are not compared."""

from __future__ import annotations

from asl.replay.differences import KNOWN
from asl.replay.recording import RecordedEvent, Recording


def unknown(recording: Recording) -> list[str]:
    """A note for each name in the details of events that is not known here."""
    found: dict[str, list[RecordedEvent]] = {}
    for event in recording.events:
        for name in event.details:
            if name not in KNOWN and not name.endswith("Details"):
                found.setdefault(name, []).append(event)
    return [_note(name, events) for name, events in found.items()]


def _note(name: str, events: list[RecordedEvent]) -> str:
    first = f"event {events[0].id} ({events[0].type})"
    others = f" and {len(events) - 1} more" if len(events) > 1 else ""
    return f"'{name}' in the details of {first}{others} is not known here, and not compared"
