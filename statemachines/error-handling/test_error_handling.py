"""Retriers and catchers: what is tried again and when, which catcher takes what is left, and what none takes."""

from typing import Any

import pytest

from asl.testing import AslFixture, Workflow


@pytest.fixture
def workflow(asl: AslFixture) -> Workflow:
    return asl("machine.asl.json")


def test_a_flaky_task_is_tried_again(workflow: Workflow) -> None:
    workflow.mock("Work").fails("Flaky", "the line dropped", times=3).then.returns_payload({"value": 42})
    run = workflow.run()
    assert run.output == {"value": 42}
    work = run.state("Work")
    assert work.attempts == 4
    assert work.waited == 10 + 30 + 60  # three times as long each time, but no longer than MaxDelaySeconds
    assert [call["Payload"] for call in work.calls] == [{"attempt": number} for number in range(4)]


def test_a_task_that_stays_flaky_is_given_up(workflow: Workflow) -> None:
    workflow.mock("Work").fails("Flaky")
    run = workflow.run()
    assert run.path == ["Work", "StillFlaky"]
    assert run.output == {"handled": "flaky", "error": "Flaky"}
    assert run.state("Work").attempts == 1 + 4


def test_some_errors_are_not_tried_again(workflow: Workflow) -> None:
    workflow.mock("Work").fails("Never")
    run = workflow.run()
    assert run.path == ["Work", "Failed"]
    assert run.state("Work").attempts == 1


def test_a_task_that_never_ends_is_given_up_after_its_timeout(workflow: Workflow) -> None:
    workflow.mock("Work").times_out()
    run = workflow.run()
    assert run.output == {"handled": "slow", "error": "States.Timeout"}
    assert run.state("Work").waited == 60


def test_an_answer_that_comes_too_late_is_not_awaited(workflow: Workflow) -> None:
    workflow.mock("Work").returns_payload({}, after=61)
    run = workflow.run()
    assert run.output == {"handled": "slow", "error": "States.Timeout"}
    assert run.duration_ms == 60_000


def test_the_task_is_given_up_before_the_machine_is(workflow: Workflow) -> None:
    workflow.mock("Work").fails("Flaky", after=59)
    run = workflow.run()
    assert run.output == {"handled": "flaky", "error": "Flaky"}
    assert run.duration_ms == (5 * 59 + 10 + 30 + 60 + 60) * 1000


def test_full_jitter_is_drawn_from_the_seed(workflow: Workflow) -> None:
    workflow.mock("Work").fails("Polite")
    waited = [workflow.run(seed=seed).state("Work").waited for seed in (1, 1, 2)]
    assert waited[0] == waited[1] != waited[2]
    assert all(0 <= seconds <= 30 for seconds in waited)


@pytest.mark.parametrize(
    ("case", "output", "seconds"),
    [
        ("FlakyThenFine", {"value": 42}, 10 + 30 + 60),
        ("FlakyForEver", {"handled": "flaky", "error": "Flaky"}, 10 + 30 + 60 + 60),
        ("TooSlow", {"handled": "slow", "error": "States.Timeout"}, 60),
        ("Other", {"handled": "failed", "error": "Never"}, 0),
        ("TooLarge", {"handled": "failed", "error": "States.DataLimitExceeded"}, 0),
    ],
)
def test_the_cases_of_the_mock_file(workflow: Workflow, case: str, output: Any, seconds: int) -> None:
    run = workflow.run(mocks=f"mocks.json#{case}")
    assert run.output == output
    assert run.duration_ms == seconds * 1000


def test_a_path_that_leads_nowhere_is_not_caught(workflow: Workflow) -> None:
    run = workflow.run(mocks="mocks.json#NoPayload")
    assert (run.status, run.error) == ("FAILED", "States.Runtime")
