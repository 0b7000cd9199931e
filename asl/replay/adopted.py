"""What a replay has taken from its recording, because AWS had made it up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from asl.json_text import shown
from asl.replay.differences import Difference
from asl.replay.recording import RecordedEvent
from asl.values import ABSENT, JSON

_SHOWN: Final = 80
_FACTS: Final = {
    "name": "the execution's name",
    "machine_name": "the machine's name",
    "arn": "the execution's ARN",
    "machine_arn": "the machine's ARN",
}


@dataclass(frozen=True, slots=True)
class Adopted:
    """A value that was taken from an event; the difference has its place, and what came out here."""

    event: RecordedEvent
    difference: Difference

    def __str__(self) -> str:
        recorded = self.difference.recorded
        value = "left out" if recorded is ABSENT else _short(recorded)
        return f"event {self.event.id} ({self.event.type}), {self.difference.place}: {value}"

    def as_dict(self) -> dict[str, JSON]:
        """The same as a JSON object; a value that is not there is left out."""
        values = {"value": self.difference.recorded, "now": self.difference.now}
        told = {name: value for name, value in values.items() if value is not ABSENT}
        return {"event": self.event.id, "type": self.event.type, "path": self.difference.place, **told}


@dataclass(frozen=True, slots=True)
class Learnt:
    """A fact of the whole execution ("name", "machine_name", "arn", "machine_arn"), and the text that told it."""

    fact: str
    value: str
    event: int
    place: str

    def __str__(self) -> str:
        return f"{_FACTS[self.fact]}: {_short(self.value)} (event {self.event}, {self.place})"

    def as_dict(self) -> dict[str, JSON]:
        """The same as a JSON object."""
        return {"fact": self.fact, "value": self.value, "event": self.event, "path": self.place}


def _short(value: JSON) -> str:
    text = shown(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
