"""A stop: one place on the way of an execution that a debugger can stand at. It never changes.

Stops share the data of the execution, which is never changed in place, so that keeping all of them costs little and
going back copies nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from asl.errors import StateError
from asl.frame import Frame
from asl.integration import Call
from asl.states.compiled import CompiledState
from asl.values import JSON

if TYPE_CHECKING:
    from asl.hosts.run import Run

Kind: TypeAlias = Literal["enter", "stage", "call", "answer", "error", "retry", "wait", "exit", "outside", "end"]
"""Where in its state the thread of control is, and what `Stop.value` is there:

* enter: about to enter a state; its raw input
* stage: a field was evaluated; the data after it, of Assign the variables that are assigned
* call: a task is about to be asked; its arguments
* answer: the task has answered, or the iterations of a Map or the branches of a Parallel are done; the result
* error: the state has an error, which Retry and Catch have not seen; the raw input
* retry: the next attempt begins; the raw input
* wait: nothing else can happen, and the clock is about to move on to `due` (but for the next poll of a job, which has
  no stop); the raw input
* exit: the state was left; its output
* outside: only an answer from outside can help, until the time for it is over at `due`; the raw input
* end: the execution has ended; its output
"""

WAITING: Final = frozenset(("waiting", "backoff", "calling"))
"""The phases of a frame that awaits something from outside."""


@dataclass(frozen=True, slots=True)
class Level:
    """A Map or Parallel around a stop, and which of its iterations or branches it is in, counted from 0."""

    state: CompiledState
    index: int

    def __str__(self) -> str:
        if self.state.type == "Map":
            return f"{self.state.name}[{self.index}]"
        return f"{self.state.name} branch {self.index}"


@dataclass(frozen=True, slots=True)
class Stop:
    """Where an execution is. Times are milliseconds since the epoch, UTC.

    `number` counts the stops of a line from 0. `frame` is the id of the thread of control: "0" is the machine, "0.2"
    its third iteration or branch. `pointer` is the JSON pointer of the field or the state that is shown in the
    definition. `scope` is a copy of the frame: its variables, the context object, the raw input (`scope.value`), the
    attempt. `levels` are the Maps and Parallels around, the outermost first. `field` is the name of the field of a
    stage, `error` the error of an error stop and of an end, `call` what a task is asked; `problem` says why nothing
    answers it. `due` is when the clock will be after a wait, `next` the state that comes after an exit, None where an
    End is. `events` is how many history events its run had, `moves` how many moves came before.
    """

    number: int
    kind: Kind
    run: Run
    frame: str
    state: CompiledState
    pointer: str
    at: int
    value: JSON
    scope: Frame
    levels: tuple[Level, ...]
    events: int
    moves: int
    field: str | None = None
    error: StateError | None = None
    call: Call | None = None
    problem: str | None = None
    due: int | None = None
    next: str | None = None
    edits: str | None = None
    """Where a changed value goes: see `asl.events.Edited`."""

    def __repr__(self) -> str:
        what = f"{self.kind} {self.field}" if self.field else self.kind
        where = "".join(f"{level}: " for level in self.levels)
        return f"<asl.Stop {self.number}: {what} {where}{self.state.name}>"

    @property
    def is_ahead(self) -> bool:
        """Whether this is before the next move, not what the last one came by."""
        return self.edits == "input" or self.kind in ("call", "answer")

    @property
    def depth(self) -> int:
        """How many Maps and Parallels are around."""
        return len(self.levels)
