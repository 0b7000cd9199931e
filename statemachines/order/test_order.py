"""The order workflow: what it publishes, how it fails, and what it does when EventBridge refuses an entry."""

import json
from pathlib import Path
from typing import Any

import asl

HERE = Path(__file__).parent
ORDER = json.loads((HERE / "input.json").read_text())
MACHINE = asl.load(HERE / "machine.asl.json")


class CardDeclined(Exception):
    pass


class CardServiceBusy(Exception):
    pass


def reserve(event: Any, context: Any) -> Any:
    return {"total": sum(item["price"] * item["quantity"] for item in event["items"])}


def charge(event: Any, context: Any) -> Any:
    return {"receipt": "r-1"}


def declined(event: Any, context: Any) -> Any:
    raise CardDeclined("the bank said no")


def test_placed() -> None:
    run = MACHINE.run(ORDER, lambdas={"reserve": reserve, "charge": charge})
    assert run.succeeded
    assert run.path == ["IsEmpty", "Reserve", "Charge", "PublishPlaced", "Placed"]
    assert run.output["reservation"] == {"total": 15}
    assert run.output["published"]["FailedEntryCount"] == 0
    placed, paid = run.events
    assert (placed["detail-type"], placed["detail"]) == ("OrderPlaced", {"orderId": "o-1001", "total": 15})
    state_machine = "arn:aws:states:us-east-1:123456789012:stateMachine:order"
    assert placed["resources"] == ["o-1001", state_machine, run.arn]
    assert paid["resources"] == [state_machine, run.arn]


def test_busy_card_service_is_tried_again() -> None:
    attempts: list[Any] = []

    def busy_twice(event: Any, context: Any) -> Any:
        attempts.append(event)
        if len(attempts) < 3:
            raise CardServiceBusy
        return {"receipt": "r-3"}

    run = MACHINE.run(ORDER, lambdas={"reserve": reserve, "charge": busy_twice})
    assert run.succeeded
    assert len(attempts) == 3
    assert run.duration_ms == (2 + 4) * 1000


def test_declined_card() -> None:
    run = MACHINE.run(ORDER, lambdas={"reserve": reserve, "charge": declined})
    assert (run.status, run.error) == ("FAILED", "CardDeclined")
    assert run.path == ["IsEmpty", "Reserve", "Charge", "PublishDeclined", "Declined"]
    assert [event["detail-type"] for event in run.events] == ["PaymentDeclined"]


def test_refused_entry_is_sent_again_with_all_others() -> None:
    """The receipt is no text that EventBridge takes as Source, so the second entry fails at each of three attempts."""
    definition = json.loads((HERE / "machine.asl.json").read_text())
    definition["States"]["PublishPlaced"]["Parameters"]["Entries"][1]["Source"] = ""
    run = asl.load(definition, name="order").run(ORDER, lambdas={"reserve": reserve, "charge": charge})
    assert run.path[-2:] == ["PublishPlaced", "ParkOrder"]
    assert run.output["failure"]["Error"] == "EventBridge.FailedEntry"
    assert json.loads(run.output["failure"]["Cause"])["FailedEntryCount"] == 1
    assert [event["detail-type"] for event in run.events] == ["OrderPlaced"] * 3
    assert {len(event["resources"]) for event in run.events} == {3}
    assert run.duration_ms == (5 + 10) * 1000


def test_empty_order() -> None:
    run = MACHINE.run({"orderId": "o-2", "items": []})
    assert (run.error, run.cause) == ("EmptyOrder", "Order o-2 has no items.")
