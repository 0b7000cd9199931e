"""The approval: what comes of an answer, and of none. In virtual time three days pass at once."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import asl

HERE = Path(__file__).parent
MACHINE = asl.load(HERE / "machine.asl.json")
EXPENSE = json.loads((HERE / "input.json").read_text())
DAY_MS = 86_400_000


class Office:
    """A world with one expense in it, and the token that came with the question."""

    def __init__(self, world: asl.World, asked: list[Any]) -> None:
        self.world = world
        self.run = world.start(MACHINE, EXPENSE)
        self.pass_days(2)
        (question,) = asked
        assert question["expense"] == EXPENSE
        self.token: str = question["token"]

    def pass_days(self, days: int) -> None:
        self.world.run(until=self.world.now + days * DAY_MS)


def pay(event: Any, context: Any) -> Any:
    return {"transfer": f"{event['amount']} to {event['to']}"}


@pytest.fixture
def office() -> Iterator[Office]:
    asked: list[Any] = []

    def ask(event: Any, context: Any) -> None:
        asked.append(event)

    with asl.World(lambdas={"ask": ask, "pay": pay}) as world:
        yield Office(world, asked)


def test_approved(office: Office) -> None:
    assert office.run.status == "RUNNING"
    assert office.run.waiting_for == {office.token: "AskForApproval"}
    office.world.send_task_success(office.token, {"by": "bob"})
    office.world.run()
    assert office.run.output == {**EXPENSE, "approval": {"by": "bob"}, "payment": {"transfer": "480 to ann"}}
    assert office.run.duration_ms == 2 * DAY_MS


def test_rejected(office: Office) -> None:
    office.world.send_task_failure(office.token, "Rejected", "too dear")
    office.world.run()
    assert (office.run.error, office.run.cause) == ("Rejected", "too dear")
    assert "Pay" not in office.run.path


def test_nobody_answers(office: Office) -> None:
    office.pass_days(1)
    assert office.run.error == "NobodyAnswered"
    assert office.run.cause == "Nobody has looked at the 480 of ann for three days."
    with pytest.raises(asl.InputError):
        office.world.send_task_success(office.token, {"by": "bob"})


def test_small_expenses_need_no_approval() -> None:
    run = MACHINE.run({**EXPENSE, "amount": 100}, lambdas={"pay": pay})
    assert run.path == ["IsLarge", "Pay"]
