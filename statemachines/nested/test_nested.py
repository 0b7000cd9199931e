"""A parent and its children in one world: outputs, failures, time, and what becomes of the children it leaves."""

import json
from pathlib import Path

import asl

HERE = Path(__file__).parent
MACHINE = asl.load(HERE / "machine.asl.json", name="month")
MACHINES = {"report": HERE / "report.asl.json"}
INPUT = json.loads((HERE / "input.json").read_text())


def test_reports_of_all_shops() -> None:
    run = MACHINE.run(INPUT, machines=MACHINES)
    assert run.output == {
        "month": "2026-03",
        "reports": [
            {"name": "harbour", "total": 42.5},
            {"name": "station", "total": 8},
            {"name": "island", "total": 0, "problem": "island has sold nothing"},
        ],
    }
    assert run.duration_ms == 7_200_000  # the children wait side by side


def test_children_are_executions_of_their_own() -> None:
    with asl.World(machines=MACHINES) as world:
        parent = world.start(MACHINE, INPUT)
        world.run()
        assert [run.name for run in world.runs[1:]] == ["2026-03-harbour", "2026-03-station", "2026-03-island"]
        assert [run.status for run in world.runs[1:]] == ["SUCCEEDED", "SUCCEEDED", "FAILED"]
        for child in world.runs[1:]:
            assert child.input["AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID"] == parent.arn


def test_children_end_with_their_parent() -> None:
    with asl.World(machines=MACHINES) as world:
        parent = world.start(MACHINE, INPUT)
        world.run(until=world.now + 3_600_000)
        world.stop(parent)
        assert [run.status for run in world.runs] == ["ABORTED", "SUCCEEDED", "ABORTED", "FAILED"]


def test_a_month_is_reported_once() -> None:
    with asl.World(machines=MACHINES) as world:
        world.start(MACHINE, INPUT)
        world.run()
        again = world.start(MACHINE, INPUT)
        world.run()
    assert (again.status, again.error) == ("FAILED", "ReportedBefore")
