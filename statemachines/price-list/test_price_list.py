"""The price list: one line for each item, also for one without a price."""

from typing import Any

import pytest

from asl import TaskError
from asl.testing import AslFixture, Workflow

BASKET = {"currency": "EUR", "items": [{"sku": "tea"}, {"sku": "cup"}, {"sku": "unicorn"}, {"sku": "pot"}]}


def price(item: Any) -> Any:
    if item["sku"] == "unicorn":
        raise TaskError("NoSuchItem")
    return {"text": f"{item['position']}. {item['sku']}: 1 {item['currency']}"}


@pytest.fixture
def price_list(asl: AslFixture) -> Workflow:
    """Each price is worked out from the payload that an iteration sends."""
    workflow = asl("machine.asl.json")
    workflow.mock("Price").returns_payload(price)
    return workflow


def test_every_item_has_a_line(price_list: Workflow) -> None:
    run = price_list.run(BASKET)
    lines = ["0. tea: 1 EUR", "1. cup: 1 EUR", "2. unicorn: no price", "3. pot: 1 EUR"]
    assert run.output == {"lines": lines, "count": 4}
    assert run.path.count("Price") == 4
    assert run.state("Price").item(2).attempts == 2  # any failed task is tried once more


def test_an_item_that_fails_once(price_list: Workflow) -> None:
    """A mock of one iteration; the others are answered as before."""
    price_list.mock("Price", item=1).fails("Busy").then.returns_payload({"text": "1. cup: 7 EUR"})
    run = price_list.run(BASKET)
    assert run.output["lines"][:2] == ["0. tea: 1 EUR", "1. cup: 7 EUR"]
    assert [visit.attempts for visit in run.state("Price")] == [1, 2, 2, 1]


def test_a_price_by_what_is_asked_for(price_list: Workflow) -> None:
    price_list.mock("Price", input={"Payload": {"sku": "pot"}}).returns_payload({"text": "a pot"})
    assert price_list.run(BASKET).output["lines"][3] == "a pot"


def test_three_at_a_time(price_list: Workflow) -> None:
    run = price_list.run({"currency": "EUR", "items": [{"sku": str(number)} for number in range(9)]})
    open_iterations = most = 0
    for event in run.history:
        open_iterations += (event["type"] == "MapIterationStarted") - (event["type"] == "MapIterationSucceeded")
        most = max(most, open_iterations)
    assert most == 3


class NoSuchItem(Exception):
    pass


def test_a_local_function_in_place_of_mocks(asl: AslFixture) -> None:
    def function(event: Any, context: Any) -> Any:
        raise NoSuchItem(event["sku"])

    run = asl("machine.asl.json", lambdas={"price": function}).run(BASKET)
    assert run.output["lines"][0] == "0. tea: no price"
