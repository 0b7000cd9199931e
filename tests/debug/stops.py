"""Stops made by hand, for tests of what looks at them; and those of a whole run."""

from typing import Any

import asl
from asl.debug.stop import Kind, Stop
from asl.frame import Frame
from asl.hosts.run import Run
from asl.hosts.world import World
from asl.machine import Machine
from asl.values import JSON

AT = 1_767_225_600_000  # 2026-01-01T00:00:00Z

MACHINE = asl.load(
    {
        "StartAt": "Check",
        "States": {
            "Check": {"Type": "Pass", "Next": "Query"},
            "Query": {"Type": "Pass", "QueryLanguage": "JSONata", "End": True},
        },
    }
)


def run_of(machine: Machine = MACHINE) -> Run:
    """An execution that has just started."""
    with World(start="2026-01-01T00:00:00Z") as world:
        return world.start(machine, {"from": "start"}, name="first")


_RUN = run_of()


def stop(
    value: JSON = None,
    *,
    state: str = "Check",
    kind: Kind = "enter",
    raw: JSON = None,
    effective: JSON = None,
    phase: str = "enter",
    run: Run = _RUN,
    frame: str = "0",
    number: int = 0,
    pointer: str | None = None,
    variables: dict[str, JSON] | None = None,
    **more: Any,
) -> Stop:
    """A stop at a state; `raw` is the state's raw input where that is not `value`."""
    compiled = run.machine.program.states[run.machine.pointer(state)]
    scope = Frame(run.execution, frame, None, 0, compiled, value if raw is None else raw, 0)
    scope.variables = variables or {}
    scope.effective, scope.phase = effective, phase
    pointer = pointer or compiled.pointer
    return Stop(number, kind, run, frame, compiled, pointer, AT, value, scope, (), 0, 0, **more)
