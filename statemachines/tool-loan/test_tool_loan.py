"""The loan as it was, and mended: what `asl explore` finds in the one, and nothing in the other."""

import json
import shutil
from pathlib import Path

import pytest

import asl
from asl import Run
from asl.testing import AslFixture, Workflow, find_problems

HERE = Path(__file__).parent
LOAN = json.loads((HERE / "input.json").read_text())


@pytest.fixture
def loan(asl: AslFixture) -> Workflow:
    workflow = asl("machine.asl.json")
    workflow.mock("TellBorrower").returns({})
    workflow.mock("WithdrawQuestion").returns({})
    return workflow


def test_lent(loan: Workflow) -> None:
    loan.mock("AskOwner").returns({"day": "Saturday"}, after=3600)
    run = loan.run(LOAN)
    assert run.output == {**LOAN, "answer": {"day": "Saturday"}}
    assert run.state("TellBorrower").calls[0]["Message"] == "You may fetch the long ladder on Saturday."


def test_refused(loan: Workflow) -> None:
    loan.mock("AskOwner").fails("Refused", "It is broken.")
    run = loan.run(LOAN)
    assert (run.error, run.cause) == ("Refused", "It is broken.")


def test_the_question_is_withdrawn_when_nobody_answers(loan: Workflow) -> None:
    loan.mock("AskOwner").times_out()
    run = loan.run(LOAN)
    assert (run.error, run.duration_ms) == ("NoAnswer", 86_400_000)
    assert run.state("WithdrawQuestion").calls[0]["MessageBody"] == {"withdrawn": "l-7"}


def test_exploring_finds_what_was_wrong(tmp_path: Path) -> None:
    """The definition as it was is copied, so that it does not count among those that tests have to cover."""
    report = find_problems(shutil.copy(HERE / "before.json", tmp_path))
    (example,) = report.examples
    (problem,) = report.problems
    assert (problem.rule, problem.pointer) == ("runtime-error", "/States/WithdrawQuestion")
    assert "'$$.Task.Token'" in problem.message
    assert example.plan == [{"state": "AskOwner", "timesOut": True}]


@asl.explore("machine.asl.json", max_examples=500)
def test_nothing_is_wrong_any_more(run: Run) -> None:
    """Whatever happens, the execution ends, and with no error of the definition's own."""
    if run.state("AskOwner").error == "States.Timeout":
        assert "WithdrawQuestion" in run.path
