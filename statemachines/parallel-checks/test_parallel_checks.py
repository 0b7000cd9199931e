"""The parallel checks: all pass, or one ends the others."""

import pytest

from asl.testing import AslFixture, Workflow

APPLICANT = {"applicant": "a-7"}


@pytest.fixture
def checks(asl: AslFixture) -> Workflow:
    workflow = asl("machine.asl.json")
    workflow.mock("Identity").returns({"known": True})
    workflow.mock("Credit").returns({"score": 720})
    return workflow


def test_accepted(checks: Workflow) -> None:
    run = checks.run(APPLICANT)
    found = {"identity": {"known": True}, "credit": 720, "address": "known"}
    assert run.output == {"decision": "accepted", "checks": found}
    assert run.duration_ms == 3600 * 1000


def test_a_throttled_check_is_tried_again(checks: Workflow) -> None:
    checks.mock("Credit").fails("Throttled").then.returns({"score": 600})
    run = checks.run(APPLICANT)
    assert run.succeeded
    assert (run.state("Credit").attempts, run.state("Credit").waited) == (2, 1)


def test_refused_without_waiting_for_the_other_branches(checks: Workflow) -> None:
    checks.mock("Credit").returns({"score": 480})
    run = checks.run(APPLICANT)
    assert run.output == {"decision": "refused", "why": "The score is below 600."}
    assert run.duration_ms == 0
    types = [event["type"] for event in run.history]
    assert "WaitStateAborted" in types
    assert types.index("ParallelStateFailed") > types.index("WaitStateAborted")


def test_the_cases_of_the_mock_file(asl: AslFixture) -> None:
    checks = asl("machine.asl.json")
    assert checks.run(APPLICANT, mocks="mocks.json#GoodScore").output["decision"] == "accepted"
    assert checks.run(APPLICANT, mocks="mocks.json#LowScore").output["decision"] == "refused"


@pytest.mark.parametrize(("score", "path"), [(599, ["GoodEnough", "TooLow"]), (600, ["GoodEnough", "CreditOk"])])
def test_the_limit(asl: AslFixture, score: int, path: list[str]) -> None:
    """One branch, from a state in it to its end: no check is needed."""
    assert asl("machine.asl.json").run({"score": score}, start_at="GoodEnough").path == path
