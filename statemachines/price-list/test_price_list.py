"""The price list: one line for each item, also for one without a price."""

import json
from pathlib import Path
from typing import Any

import asl

HERE = Path(__file__).parent
MACHINE = asl.load(HERE / "machine.asl.json")


class NoSuchItem(Exception):
    pass


def price(event: Any, context: Any) -> Any:
    if event["sku"] == "unicorn":
        raise NoSuchItem(event["sku"])
    return {"text": f"{event['position']}. {event['sku']}: 1 {event['currency']}"}


def test_every_item_has_a_line() -> None:
    run = MACHINE.run(json.loads((HERE / "input.json").read_text()), lambdas={"price": price})
    lines = ["0. tea: 1 EUR", "1. cup: 1 EUR", "2. unicorn: no price", "3. pot: 1 EUR"]
    assert run.output == {"lines": lines, "count": 4}
    assert run.path.count("Price") == 4


def test_three_at_a_time() -> None:
    run = MACHINE.run(
        {"currency": "EUR", "items": [{"sku": str(number)} for number in range(9)]}, lambdas={"price": price}
    )
    open_iterations = most = 0
    for event in run.history:
        open_iterations += (event["type"] == "MapIterationStarted") - (event["type"] == "MapIterationSucceeded")
        most = max(most, open_iterations)
    assert most == 3
