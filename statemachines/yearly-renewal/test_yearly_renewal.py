"""A year passes."""

from typing import Any

import pytest

from asl.testing import AslFixture, Workflow

SUBSCRIPTION = {"customer": "c-3", "renewal": "2027-01-01T00:00:00Z"}
DAY = 86_400


@pytest.fixture
def renewal(asl: AslFixture) -> Workflow:
    """Virtual time begins at the start of 2026, unless `start` says otherwise."""
    workflow = asl("machine.asl.json")
    workflow.mock("Remind").returns_payload(None)
    workflow.mock("Renew").returns_payload({"customer": "c-3"})
    return workflow


def test_a_year_passes(renewal: Workflow) -> None:
    run = renewal.run(SUBSCRIPTION)
    assert run.output == {"customer": "c-3"}
    assert run.path == ["ElevenMonths", "Remind", "UntilRenewal", "Renew"]
    assert run.duration_ms == 365 * DAY * 1000
    assert run.history[-1]["timestamp"] == "2027-01-01T00:00:00.000000+00:00"


def test_a_year_in_steps(renewal: Workflow) -> None:
    run = renewal.run(SUBSCRIPTION, until="2026-12-01T00:00:00Z")
    assert run.path == ["ElevenMonths"]
    run.advance(DAY)
    assert run.path == ["ElevenMonths", "Remind", "UntilRenewal"]
    assert run.advance(until="2027-01-01T00:00:00Z").succeeded


def test_a_renewal_that_is_past_is_not_awaited(renewal: Workflow) -> None:
    run = renewal.run(SUBSCRIPTION, start="2026-06-01T00:00:00Z")
    assert run.state("UntilRenewal").waited == 0
    assert run.duration_ms == 335 * DAY * 1000


def test_local_functions(asl: AslFixture) -> None:
    """One function answers for all, and is told which it is."""
    called: list[str] = []

    def function(event: Any, context: Any) -> Any:
        called.append(context.function_name)
        return {"customer": event["customer"]}

    run = asl("machine.asl.json", lambdas={"*": function}).run(SUBSCRIPTION)
    assert run.output == {"customer": "c-3"}
    assert called == ["remind", "renew"]
