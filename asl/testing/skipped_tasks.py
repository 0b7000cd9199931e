"""Tasks that somebody skipped, and what they would have to answer for their states to have the same output.

No history names a skip: it tells of a state that was left although its task had not answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from asl.history import HistoryEvent
from asl.hosts.run import Run
from asl.hosts.visits import Visit
from asl.integration import Output
from asl.machine import Machine
from asl.testing.attempts import last_events
from asl.testing.targets import INVOKE
from asl.values import JSON


def skipped_tasks(run: Run) -> dict[int, Visit]:
    """The visits of Task states that were skipped, by the id of the event that scheduled the last attempt of each.

    Where none was made, it is the id of the event that entered the state.
    """
    last = last_events(run.recorded)
    entered = (event.id for event in run.recorded if event.type.endswith("StateEntered"))
    return {
        visit.asked[-1][0] if visit.asked else number: visit
        for number, visit in zip(entered, run.visits, strict=True)
        if visit.type == "Task" and visit.left_at is not None and _is_skipped(visit, last, run.machine)
    }


def _is_skipped(visit: Visit, last: Mapping[int, HistoryEvent], machine: Machine) -> bool:
    if not visit.asked:
        return not visit.caught
    kind = last[visit.asked[-1][0]].type
    if kind.endswith(("Failed", "TimedOut")):
        return "Catch" not in _definition(visit, machine)
    return not kind.endswith("Succeeded")


def effect(visit: Visit, begun: HistoryEvent, machine: Machine, as_payload: bool) -> Output:
    """The answer that has the input go out, where the state's fields leave it as it is, as late as it was skipped.

    `as_payload`: what a Lambda function returns, where the task is one that wraps it. `begun` is the visit's event in
    `skipped_tasks`.
    """
    is_invoke = str(_definition(visit, machine).get("Resource")).startswith(INVOKE)
    value: JSON = visit.input
    if as_payload and is_invoke:
        value = {"ExecutedVersion": "$LATEST", "Payload": value, "StatusCode": 200}
    return Output(value, (visit.left_at or begun.at) - begun.at)


def _definition(visit: Visit, machine: Machine) -> dict[str, Any]:
    state: dict[str, Any] = machine.document.at(machine.pointer(visit.name))
    return state
