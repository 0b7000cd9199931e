"""A parent and its children in one world: outputs, failures, time, and what becomes of the children it leaves."""

import pytest

from asl.testing import AslFixture, Workflow

SHOPS = [
    {"name": "harbour", "closesInSeconds": 3600, "sales": [12, 30.5]},
    {"name": "station", "closesInSeconds": 7200, "sales": [8]},
    {"name": "island", "closesInSeconds": 60, "sales": []},
]
INPUT = {"month": "2026-03", "shops": SHOPS}


@pytest.fixture
def month(asl: AslFixture) -> Workflow:
    """The parent; executions that it starts by the name of `report` are real ones."""
    return asl("machine.asl.json", name="month", machines={"report": "report.asl.json"})


def test_reports_of_all_shops(month: Workflow) -> None:
    run = month.run(INPUT)
    assert run.output == {
        "month": "2026-03",
        "reports": [
            {"name": "harbour", "total": 42.5},
            {"name": "station", "total": 8},
            {"name": "island", "total": 0, "problem": "island has sold nothing"},
        ],
    }
    assert run.duration_ms == 7_200_000  # the children wait side by side
    assert run.state("Report").item(0).waited == 3600


def test_children_are_executions_of_their_own(month: Workflow) -> None:
    parent = month.run(INPUT)
    children = parent.world.runs[1:]
    assert [run.name for run in children] == ["2026-03-harbour", "2026-03-station", "2026-03-island"]
    assert [run.status for run in children] == ["SUCCEEDED", "SUCCEEDED", "FAILED"]
    for child in children:
        assert child.input["AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID"] == parent.arn


def test_children_end_with_their_parent(month: Workflow) -> None:
    parent = month.run(INPUT, until=3600)
    parent.world.stop(parent)
    assert [run.status for run in parent.world.runs] == ["ABORTED", "SUCCEEDED", "ABORTED", "FAILED"]


def test_a_month_is_reported_once(month: Workflow) -> None:
    """Each run has a world of its own; the second one is started in that of the first."""
    first = month.run(INPUT)
    again = first.world.start(month.machine, INPUT).advance()
    assert (again.status, again.error) == ("FAILED", "ReportedBefore")


def test_the_report_of_one_shop_is_mocked(month: Workflow) -> None:
    month.mock("Report", item=1).returns({"Output": {"name": "station", "total": 1000}})
    run = month.run(INPUT)
    assert [report["total"] for report in run.output["reports"]] == [42.5, 1000, 0]
    assert len(run.world.runs) == 1 + 2


def test_the_report_alone(asl: AslFixture) -> None:
    run = asl("report.asl.json").run({"shop": SHOPS[0]})
    assert run.path == ["HasSales", "WaitForTill", "AddUp"]
    assert run.output == {"name": "harbour", "total": 42.5}
