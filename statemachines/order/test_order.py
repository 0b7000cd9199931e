"""The order workflow: what it publishes, how it fails, and what it does when EventBridge refuses an entry."""

import json
from pathlib import Path
from typing import Any

import pytest

from asl.testing import AslFixture, Workflow

ORDER = {
    "orderId": "o-1001",
    "card": "4111",
    "items": [{"sku": "tea", "price": 4, "quantity": 2}, {"sku": "cup", "price": 7, "quantity": 1}],
}


@pytest.fixture
def order(asl: AslFixture) -> Workflow:
    """An order for which everything goes well; a test says what does not."""
    workflow = asl("machine.asl.json")
    workflow.mock("Reserve").returns_payload({"total": 15})
    workflow.mock("Charge").returns({"receipt": "r-1"})
    return workflow


def test_placed(order: Workflow, asl: AslFixture) -> None:
    run = order.run(ORDER)
    assert run.succeeded
    assert run.path == ["IsEmpty", "Reserve", "Charge", "PublishPlaced", "Placed"]
    assert run.output == asl.partial({"reservation": {"total": 15}, "published": {"FailedEntryCount": 0}})
    assert run.state("Charge").calls == [{"card": "4111", "amount": 15}]


def test_what_is_published(order: Workflow) -> None:
    """Events go to a stand-in of EventBridge in this process."""
    run = order.run(ORDER)
    placed, paid = run.events
    assert (placed["detail-type"], placed["detail"]) == ("OrderPlaced", {"orderId": "o-1001", "total": 15})
    state_machine = "arn:aws:states:us-east-1:123456789012:stateMachine:order"
    assert placed["resources"] == ["o-1001", state_machine, run.arn]
    assert paid["resources"] == [state_machine, run.arn]


def test_busy_card_service_is_tried_again(order: Workflow) -> None:
    order.mock("Charge").fails("CardServiceBusy", times=2).then.returns({"receipt": "r-3"})
    run = order.run(ORDER)
    assert run.succeeded
    assert run.state("Charge").attempts == 3
    assert run.state("Charge").waited == 2 + 4


def test_declined_card(order: Workflow, asl: AslFixture) -> None:
    order.mock("Charge").fails("CardDeclined", "the bank said no")
    run = order.run(ORDER)
    assert (run.status, run.error, run.cause) == ("FAILED", "CardDeclined", "the bank said no")
    assert run.path == ["IsEmpty", "Reserve", "Charge", "PublishDeclined", "Declined"]
    assert run.events == [asl.partial({"detail-type": "PaymentDeclined", "detail": {"why": "CardDeclined"}})]


def test_an_order_is_parked_when_its_events_are_refused(order: Workflow) -> None:
    order.mock("PublishPlaced").fails("EventBridge.FailedEntry")
    run = order.run(ORDER)
    assert run.path[-2:] == ["PublishPlaced", "ParkOrder"]
    assert run.output["status"] == "parked"
    assert run.state("PublishPlaced").waited == 5 + 10


def test_refused_entry_is_sent_again_with_all_others(asl: AslFixture, tmp_path: Path) -> None:
    """An empty text is no Source that EventBridge takes, so the second entry fails at each of three attempts."""
    definition = json.loads((Path(__file__).parent / "machine.asl.json").read_text())
    definition["States"]["PublishPlaced"]["Parameters"]["Entries"][1]["Source"] = ""
    changed = tmp_path / "order.asl.json"
    changed.write_text(json.dumps(definition))
    order = asl(changed, lambdas={"reserve": lambda event, context: {"total": 15}, "charge": charge})
    run = order.run(ORDER)
    assert run.path[-2:] == ["PublishPlaced", "ParkOrder"]
    assert run.output["failure"]["Error"] == "EventBridge.FailedEntry"
    assert json.loads(run.output["failure"]["Cause"])["FailedEntryCount"] == 1
    assert [event["detail-type"] for event in run.events] == ["OrderPlaced"] * 3
    assert {len(event["resources"]) for event in run.events} == {3}
    assert run.duration_ms == (5 + 10) * 1000


def test_empty_order(order: Workflow) -> None:
    run = order.run({"orderId": "o-2", "items": []})
    assert (run.error, run.cause) == ("EmptyOrder", "Order o-2 has no items.")


class CardDeclined(Exception):
    pass


def reserve(event: Any, context: Any) -> Any:
    return {"total": sum(item["price"] * item["quantity"] for item in event["items"])}


def charge(event: Any, context: Any) -> Any:
    if event["card"] == "0000":
        raise CardDeclined("the bank said no")
    return {"receipt": f"r-{event['amount']}"}


def test_local_functions_in_place_of_mocks(asl: AslFixture) -> None:
    """Both ways of naming a function reach the same; an exception's class is the name of the error."""
    order = asl("machine.asl.json", lambdas={"reserve": reserve, "charge": charge})
    assert order.run(ORDER).output["payment"] == {"receipt": "r-15"}
    assert order.run({**ORDER, "card": "0000"}).error == "CardDeclined"
