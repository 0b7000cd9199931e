"""What moves a debugged execution on: by itself, or because somebody says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

from asl import events as ev
from asl.integration import Failure, Output
from asl.values import JSON

if TYPE_CHECKING:
    from asl.history import HistoryEvent


@dataclass(frozen=True, slots=True)
class Edit:
    """Data of a thread of control are changed; `place` is as in `asl.events.Edited`."""

    arn: str
    frame: str
    place: str
    value: JSON


@dataclass(frozen=True, slots=True)
class Skip:
    """A state is left without its work."""

    arn: str
    frame: str


@dataclass(frozen=True, slots=True)
class AnswerCall:
    """A task that is about to be asked is answered by hand: the first, or the attempt of an execution that is named.

    Where the answer is not `final`, it is that of the start call, and the task goes on until its token is answered.
    """

    answer: Output | Failure
    final: bool = True
    arn: str | None = None
    ref: str | None = None


@dataclass(frozen=True, slots=True)
class AnswerToken:
    """A task that waits for an answer from outside gets one; None: a heartbeat."""

    token: str
    answer: Output | Failure | None


@dataclass(frozen=True, slots=True)
class EndWait:
    """A Wait, or a back-off before a retry, is over now."""

    arn: str
    frame: str


@dataclass(frozen=True, slots=True)
class Jump:
    """The clock moves on, to the next moment at which anything is due, at most to `at` (milliseconds)."""

    at: int


Action: TypeAlias = Edit | Skip | AnswerCall | AnswerToken | EndWait | Jump
"""What somebody does to an execution."""

Move: TypeAlias = Action | None
"""A move of the world: an action, or (None) whatever comes next by itself."""


# -- recordings ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MoveFrame:
    """The frame with that id moves by a phase."""

    frame: str


@dataclass(frozen=True, slots=True)
class Deliver:
    """An event comes from outside."""

    event: ev.Event


class Script(Protocol):
    """Says what comes next in the execution that was started first, instead of its world: a recording does."""

    def next(self) -> MoveFrame | Deliver | None:
        """The next move; None when it has nothing more to say, and the world goes on by itself. Changes nothing."""

    def moved(self, events: Sequence[HistoryEvent]) -> None:
        """Told what came of the move: the new events of the history."""

    def leave(self) -> None:
        """Told that somebody does something else; from here on it has nothing more to say."""

    def leaves(self) -> str | None:
        """Why the next move is not as in the recording any more; None as long as it is."""

    def recorded_id(self, id: int) -> int | None:
        """The recorded id of an event of the history, given by its id; None where it is not recorded."""

    def own_id(self, recorded_id: int) -> int | None:
        """The id in the history of a recorded event; None where it did not come again."""

    @property
    def tells_name(self) -> bool:
        """Whether it is recorded which execution it is, so that its ARN is the true one."""

    def mark(self) -> object:
        """Where it is, for `reset`."""

    def reset(self, mark: object) -> None:
        """Has it be where it was."""
