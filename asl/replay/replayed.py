"""What comes of a replay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from asl.debug.moves import Deliver, MoveFrame
from asl.engine import Execution
from asl.machine import Machine
from asl.replay.adopted import Adopted
from asl.replay.divergence import Divergence, Gap
from asl.replay.facts import Facts
from asl.replay.recording import Recording
from asl.story_text import counted
from asl.values import JSON


@dataclass(frozen=True, slots=True)
class Step:
    """A move that was made, and the types of the history events that came of it.

    `answered` is the id of the recorded event that it brought, where that is the outcome of a task.
    """

    move: MoveFrame | Deliver
    events: tuple[str, ...] = ()
    answered: int | None = None


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of a replay.

    `verified` is how many recorded events came again as recorded, `adopted` are the values that were taken from the
    recording because AWS had made them up. `steps` are all moves that were made after the start, so that a script makes
    them again; `facts` and `input_text` are what the execution is to be started with. `divergence` is where the
    definition first does something else, `gap` where the recording does not tell how it goes on. `ids` are the recorded
    ids of the events that came again, by theirs now; `faithful` is how many of the steps came as recorded. `notes` tell
    what is no divergence, but worth knowing.
    """

    recording: Recording
    machine: Machine
    facts: Facts
    input_text: str
    verified: int
    adopted: tuple[Adopted, ...]
    steps: tuple[Step, ...]
    execution: Execution
    divergence: Divergence | None
    gap: Gap | None
    ids: dict[int, int]
    faithful: int
    notes: tuple[str, ...] = ()

    @property
    def options(self) -> dict[str, Any]:
        """The options of `Machine.run`, and of a debugger, with which the execution starts as it was recorded."""
        return {**self.facts.of_world(), **self.facts.of_start(), "input_text": self.input_text}

    def told(self, *, verbose: bool = False) -> str:
        """What came of it, for a person: lines of text; `verbose` lists what was adopted and learnt."""
        lines = [self._outcome(), *(f"  note: {each}" for each in self.notes)]
        if verbose:
            lines += [f"  learnt {each}" for each in self.facts.learnt_from]
            lines += [f"  adopted from {each}" for each in self.adopted]
        return "\n".join(lines)

    def _outcome(self) -> str:
        if self.divergence is not None:
            return f"differs from the recording at {self.divergence}"
        if self.gap is not None:
            return f"cannot go on: {self.gap}"
        adopted = f" ({counted(len(self.adopted), 'value')} adopted)" if self.adopted else ""
        if not self.recording.is_complete:
            rest = "; this is not the whole history: the file has a nextToken"
        else:
            rest = "" if self.recording.has_ended else "; the recording ends before the execution does"
        return f"{counted(len(self.recording.events), 'event')}, all as recorded{adopted}{rest}"

    def as_dict(self) -> dict[str, JSON]:
        """The same as a JSON object."""
        divergence, gap = self.divergence, self.gap
        return {
            "events": len(self.recording.events),
            "verified": self.verified,
            "adopted": [each.as_dict() for each in self.adopted],
            "learnt": [each.as_dict() for each in self.facts.learnt_from],
            "notes": list(self.notes),
            "ended": self.recording.has_ended,
            "divergence": None if divergence is None else divergence.as_dict(),
            "gap": None if gap is None else {"event": gap.event.id, "type": gap.event.type, "text": str(gap)},
        }

    @property
    def is_faithful(self) -> bool:
        """Whether the whole recording came again as recorded."""
        return self.divergence is None and self.gap is None
