"""A world at a moment of its run, to be put back to: for debuggers that go back.

What is kept is all that the world itself knows: its clock and timers, its calls, its executions. What tasks have done
elsewhere (functions, services) is not undone.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from asl.history import HistoryEvent
from asl.hosts.run import Run
from asl.snapshot import restore, snapshot
from asl.values import JSON

if TYPE_CHECKING:
    from asl.hosts.world import World

_OWN: Final = (
    "now", "timers", "calls", "batch", "moving", "_open", "_tokens", "_ended_tokens", "_running", "_activity_tasks",
    "_awaited",
)  # fmt: skip
"""What changes in a world while it runs, its executions aside."""


@dataclass(frozen=True, slots=True)
class _RunThen:
    run: Run
    snapshot: JSON
    recorded: list[HistoryEvent]
    events: int
    awaited: dict[str, str]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Made by `take`. It shares the data of the executions."""

    own: dict[str, Any]
    runs: tuple[_RunThen, ...]


def take(world: World) -> Checkpoint:
    """The world as it is now. The time it takes grows with the number of threads of control, not with their data."""
    return Checkpoint(
        _copied({name: getattr(world, name) for name in _OWN}, world.runs),
        tuple(
            _RunThen(run, snapshot(run.execution), run.recorded, len(run.recorded), dict(run.awaited))
            for run in world.runs
        ),
    )


def put_back(world: World, then: Checkpoint) -> None:
    """Has the world be as it was at a checkpoint of its own. The history that was since is left to who holds it."""
    runs = [each.run for each in then.runs]
    for name, value in _copied(then.own, runs).items():
        setattr(world, name, value)
    for each in then.runs:
        run, before = each.run, each.run.execution
        execution = restore(run.machine.program, each.snapshot)
        execution.check, execution.arrange, execution.taken = before.check, before.arrange, before.taken
        if before.trace is not None:
            execution.start_trace()
        run.put_back(execution, each.recorded[: each.events], dict(each.awaited))
    world.keep_runs(runs)


def _copied(own: dict[str, Any], runs: list[Run]) -> dict[str, Any]:
    return deepcopy(own, {id(run): run for run in runs})
