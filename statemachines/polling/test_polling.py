"""The polling workflow: done, failed, or given up after ten questions. Minutes of virtual time pass at once."""

import pytest

from asl.testing import AslFixture, Workflow


@pytest.fixture
def job(asl: AslFixture) -> Workflow:
    workflow = asl("machine.asl.yaml")
    workflow.mock("Start").returns_payload({"id": "j-1"})
    return workflow


def test_done_the_third_time(job: Workflow) -> None:
    job.mock("Ask").returns_payload({"status": "RUNNING"}, times=2).then.returns_payload({"status": "SUCCEEDED"})
    run = job.run({"input": "x"})
    assert run.output == {"id": "j-1", "asked": 3, "status": "SUCCEEDED"}
    assert run.path.count("Ask") == 3
    assert run.state("WaitAMinute").waited == 3 * 60
    assert run.duration_ms == 3 * 60_000


def test_failing_job(job: Workflow) -> None:
    job.mock("Ask").returns_payload({"status": "FAILED_AT_ONCE"})
    run = job.run({"input": "x"})
    assert (run.error, run.cause) == ("JobFailed", "job j-1 is FAILED_AT_ONCE after 1 questions")


def test_gives_up_after_ten_questions(job: Workflow) -> None:
    job.mock("Ask").returns_payload({"status": "RUNNING"})
    run = job.run()
    assert run.error == "JobFailed"
    assert run.path.count("Ask") == 10


def test_still_running_after_five_minutes(job: Workflow) -> None:
    job.mock("Ask").returns_payload({"status": "RUNNING"})
    run = job.run(until=5 * 60)
    assert run.status == "RUNNING"
    assert run.advance(60).path.count("Ask") == 6


def test_the_cases_of_the_mock_file(asl: AslFixture) -> None:
    job = asl("machine.asl.yaml")
    assert job.run(mocks="mocks.json#ThirdTime").output["asked"] == 3
    assert job.run(mocks="mocks.json#Failing").error == "JobFailed"


@pytest.mark.parametrize(
    ("status", "asked", "path"),
    [
        ("SUCCEEDED", 10, ["IsDone", "Report"]),
        ("FAILED", 1, ["IsDone", "GiveUp"]),
        ("RUNNING", 10, ["IsDone", "GiveUp"]),
        ("RUNNING", 9, ["IsDone", "WaitAMinute"]),
    ],
)
def test_what_comes_of_an_answer(asl: AslFixture, status: str, asked: int, path: list[str]) -> None:
    """From the Choice state on, for less than a minute."""
    answer = {"job": {"id": "j-1", "status": status, "asked": asked}}
    assert asl("machine.asl.yaml").run(answer, start_at="IsDone", until=59).path == path
