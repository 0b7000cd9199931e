"""The transition as pure functions: a snapshot and an event in, a snapshot, history and effects out.

The same as `asl.engine.Execution`, for those who keep snapshots rather than an execution: durable hosts, debuggers that
go back, forks. A snapshot is a JSON value (`asl.snapshot`) and is never changed.
"""

from typing import NamedTuple

from asl import events as ev
from asl.effects import Effect
from asl.engine import Execution, ExecutionInfo
from asl.history import HistoryEvent
from asl.payload import Stage
from asl.snapshot import restore, snapshot
from asl.states import Program
from asl.values import JSON


class SnapshotStep(NamedTuple):
    """A `Step` with the snapshot that it led to."""

    snapshot: JSON
    history: list[HistoryEvent]
    effects: list[Effect]
    trace: list[Stage]
    more: bool = False


def start(program: Program, info: ExecutionInfo) -> JSON:
    """The snapshot of an execution that awaits its `Started` event."""
    return snapshot(Execution(program, info))


def apply(program: Program, before: JSON, event: ev.Event) -> SnapshotStep:
    """Takes in one event and runs nothing."""
    execution = restore(program, before)
    execution.apply(event)
    return SnapshotStep(snapshot(execution), *execution.take())


def microstep(program: Program, before: JSON, frame: str | None = None) -> SnapshotStep | None:
    """Moves one ready frame, the next or the one named, by one phase; None when there is none to move."""
    execution = restore(program, before)
    execution.start_trace()
    if not execution.microstep(frame):
        return None
    return SnapshotStep(snapshot(execution), *execution.take())


def advance(program: Program, before: JSON, event: ev.Event, budget: int | None = None) -> SnapshotStep:
    """`apply`, then microsteps until nothing is ready or the budget is spent."""
    execution = restore(program, before)
    step = execution.advance(event, budget)
    return SnapshotStep(snapshot(execution), *step)
