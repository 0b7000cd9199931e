"""The quote: totals, the discount that applies, and what is published."""

import json
from pathlib import Path
from typing import Any

import pytest

from asl.testing import AslFixture, Workflow

BASKET = json.loads((Path(__file__).parent / "input.json").read_text())


@pytest.fixture
def quote(asl: AslFixture) -> Workflow:
    return asl("machine.asl.json")


def test_what_is_quoted_and_published(quote: Workflow, asl: AslFixture) -> None:
    """The event goes to a stand-in of EventBridge in this process, which answers as the service does."""
    run = quote.run(BASKET)
    assert run.output == asl.partial(
        {"total": 111.6, "saved": 12.4, "byCategory": {"food": 27, "kitchen": 97}, "dearest": "pot"}
    )
    (event,) = run.events
    assert event["detail"] == {"customer": "Ada", "total": 111.6}
    assert event["id"] == run.output["eventId"]


@pytest.mark.parametrize(
    ("customer", "saved"),
    [({}, 0), ({"tier": "gold"}, 12.4), ({"coupon": "SAVE25"}, 31), ({"coupon": "none"}, 0), ({"tier": "silver"}, 0)],
)
def test_the_discount(quote: Workflow, customer: dict[str, Any], saved: float) -> None:
    assert quote.run({**BASKET, "customer": {"name": "Ada", **customer}}).output["saved"] == saved


def test_the_discount_alone(quote: Workflow) -> None:
    """From the Choice state on, with the variables that the state before it assigns."""
    run = quote.run(
        {"customer": {"name": "Ada", "tier": "gold"}},
        start_at="Discount",
        variables={"total": 99, "byCategory": {}, "dearest": "pot"},
    )
    assert run.output["saved"] == 0  # gold saves from 100 on


def test_a_basket_without_prices_fails_with_the_place(quote: Workflow) -> None:
    run = quote.run({"customer": {"name": "Ada"}, "lines": []})
    assert run.error == "States.QueryEvaluationError"
    assert "specified for the field 'Assign/" in str(run.cause)
    assert "returned nothing (undefined)" in str(run.cause)


def test_what_each_state_reads(quote: Workflow) -> None:
    assert quote.machine.variable_references == {
        "Discount": ["total"],
        "Quote": ["byCategory", "dearest", "rate", "total"],
    }
