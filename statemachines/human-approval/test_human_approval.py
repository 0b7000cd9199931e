"""The approval: what comes of an answer, and of none. In virtual time three days pass at once."""

from typing import Any

import pytest

from asl import InputError
from asl.testing import AslFixture, Workflow

EXPENSE = {"employee": "ann", "amount": 480, "what": "a chair"}
DAY = 86_400


def pay(event: Any, context: Any) -> Any:
    return {"transfer": f"{event['amount']} to {event['to']}"}


@pytest.fixture
def approval(asl: AslFixture) -> Workflow:
    """Payments are made by a local function; the question is asked, and not answered."""
    workflow = asl("machine.asl.json", lambdas={"pay": pay})
    workflow.mock("AskForApproval").waits()
    return workflow


def test_what_is_asked(approval: Workflow) -> None:
    run = approval.run(EXPENSE, until=2 * DAY)
    assert run.status == "RUNNING"
    (question,) = run.state("AskForApproval").calls
    assert question["Payload"]["expense"] == EXPENSE
    assert run.waiting_for == {question["Payload"]["token"]: "AskForApproval"}


def test_approved_after_two_days(approval: Workflow) -> None:
    run = approval.run(EXPENSE, until=2 * DAY)
    run.send_task_success("AskForApproval", {"by": "bob"})
    assert run.output == {**EXPENSE, "approval": {"by": "bob"}, "payment": {"transfer": "480 to ann"}}
    assert run.duration_ms == 2 * DAY * 1000


def test_rejected(approval: Workflow) -> None:
    run = approval.run(EXPENSE, until=DAY).send_task_failure("AskForApproval", "Rejected", "too dear")
    assert (run.error, run.cause) == ("Rejected", "too dear")
    assert "Pay" not in run.path


def test_nobody_answers(approval: Workflow) -> None:
    run = approval.run(EXPENSE, until=2 * DAY)
    (token,) = run.waiting_for
    run.advance(DAY)
    assert run.error == "NobodyAnswered"
    assert run.cause == "Nobody has looked at the 480 of ann for three days."
    with pytest.raises(InputError, match="awaits an answer"):
        run.send_task_success(token, {"by": "bob"})


def test_the_function_that_asks_is_given_the_token(asl: AslFixture) -> None:
    """Here a local function asks, as a deployed one would; what it returns is no answer."""
    asked: list[Any] = []

    def ask(event: Any, context: Any) -> None:
        asked.append(event)

    run = asl("machine.asl.json", lambdas={"ask": ask, "pay": pay}).run(EXPENSE, until=DAY)
    (question,) = asked
    assert run.waiting_for == {question["token"]: "AskForApproval"}
    run.send_task_success(question["token"], {"by": "bob"})
    assert run.succeeded


def test_small_expenses_need_no_approval(approval: Workflow) -> None:
    run = approval.run({**EXPENSE, "amount": 100})
    assert run.path == ["IsLarge", "Pay"]
