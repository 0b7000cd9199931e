"""A machine that is run state by state, each alone, goes the way that it goes when it is run at once."""

from typing import Any
from zlib import crc32

from hypothesis import HealthCheck, given, settings

import asl
from asl.hosts.run import Run
from tests.engine.machines import ERRORS, machines

INPUT: dict[str, Any] = {"items": [1, 2, 3], "a": 0}


def answer(call: asl.Call) -> asl.Output | asl.Failure:
    """The same for the same attempt of a state, whatever went before."""
    chance = crc32(f"{call.state_name}/{call.attempt}".encode())
    if chance % 3 == 0:
        return asl.Failure(ERRORS[chance % len(ERRORS)], "by chance")
    return asl.Output({"a": chance % 9})


def assigned(run: Run) -> dict[str, Any]:
    """The variables that the only state of a run assigned, not those that states inside of it did."""
    details = run.recorded[-2].details or {}
    found: dict[str, Any] = details.get("assignedVariables", {})
    return found


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(machines())
def test_state_by_state(machine: asl.Machine) -> None:
    whole = machine.run(INPUT, tasks=answer)
    path: list[str] = []
    value: Any = INPUT
    variables: dict[str, Any] = {}
    state: str | None = machine.program.start.name
    while state is not None:
        step = machine.run(
            value,
            tasks=answer,
            start_at=state,
            single=True,
            variables=variables,
            context={"Execution": {"Input": INPUT}},
        )
        path += step.path
        value, state = step.output, step.next_state
        if step.succeeded:
            variables |= assigned(step)
    if whole.status != "TIMED_OUT" and step.status != "TIMED_OUT":
        assert (path, step.status, step.error) == (whole.path, whole.status, whole.error)
