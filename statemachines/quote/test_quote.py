"""The quote: totals, the discount that applies, and what is published."""

import json
from pathlib import Path
from typing import Any

import pytest

import asl

HERE = Path(__file__).parent
BASKET = json.loads((HERE / "input.json").read_text())
MACHINE = asl.load(HERE / "machine.asl.json")


def quoted(**customer: Any) -> asl.Run:
    return MACHINE.run({**BASKET, "customer": {"name": "Ada", **customer}})


def test_what_is_quoted_and_published() -> None:
    run = quoted(tier="gold")
    assert run.output["total"] == 111.6
    assert run.output["saved"] == 12.4
    assert run.output["byCategory"] == {"food": 27, "kitchen": 97}
    assert run.output["dearest"] == "pot"
    (event,) = run.events
    assert event["detail"] == {"customer": "Ada", "total": 111.6}
    assert event["id"] == run.output["eventId"]


@pytest.mark.parametrize(
    ("customer", "saved"),
    [({}, 0), ({"tier": "gold"}, 12.4), ({"coupon": "SAVE25"}, 31), ({"coupon": "none"}, 0), ({"tier": "silver"}, 0)],
)
def test_the_discount(customer: dict[str, Any], saved: float) -> None:
    assert quoted(**customer).output["saved"] == saved


def test_a_basket_without_prices_fails_with_the_place() -> None:
    run = MACHINE.run({"customer": {"name": "Ada"}, "lines": []})
    assert run.error == "States.QueryEvaluationError"
    assert "specified for the field 'Assign/" in str(run.cause)
    assert "returned nothing (undefined)" in str(run.cause)


def test_what_each_state_reads() -> None:
    assert MACHINE.variable_references == {
        "Discount": ["total"],
        "Quote": ["byCategory", "dearest", "rate", "total"],
    }
