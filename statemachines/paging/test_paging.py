"""The listing: every page, the limit, the pauses, and a service that refuses."""

from typing import Any

import pytest

from asl.testing import AslFixture, Workflow


@pytest.fixture
def listing(asl: AslFixture) -> Workflow:
    return asl("machine.asl.yaml")


def test_all_pages_up_to_the_limit(listing: Workflow) -> None:
    """Answers from a mock file, as Step Functions Local takes it."""
    run = listing.run({"query": {"owner": "ada"}, "limit": 5}, mocks="mocks.json#ThreePages")
    assert run.output == {"pages": 3, "problem": None, "items": ["a", "b", "c", "d", "e"], "complete": True}
    assert run.duration_ms == (1 + 30 + 1) * 1000


def test_a_service_that_is_busy_is_asked_again(listing: Workflow) -> None:
    pages = listing.mock("List").returns_payload({"items": ["a"], "next": "p2"})
    pages.then.fails("TooManyRequests", times=2).then.returns_payload({"items": ["b"]})
    run = listing.run()
    assert run.output == {"pages": 2, "problem": None, "items": ["a", "b"], "complete": True}
    first, second = run.state("List")  # two visits; retries are attempts of one visit
    assert (first.attempts, second.attempts) == (1, 3)
    assert second.waited == 30 + 60


def test_a_service_that_refuses_gives_what_there_is(listing: Workflow) -> None:
    pages = listing.mock("List").returns_payload({"items": ["a", "b"], "next": "p2"})
    pages.then.fails("TooManyRequests", "go away")
    run = listing.run({"query": {}, "limit": 9})
    problem = "TooManyRequests on page 1"
    assert run.output == {"pages": 1, "problem": problem, "items": ["a", "b"], "complete": False}


def test_what_is_asked_for(listing: Workflow) -> None:
    """The answer is worked out from the payload."""

    def page(payload: Any) -> Any:
        cursor = payload.get("cursor", "p1")
        return {"items": [cursor], "next": {"p1": "p2", "p2": "p3"}.get(cursor)}

    listing.mock("List").returns_payload(page)
    run = listing.run({"query": {"owner": "ada"}, "pause": 60})
    asked = [call["Payload"] for call in run.state("List").calls]
    assert asked == [{"owner": "ada"}, {"owner": "ada", "cursor": "p2"}, {"owner": "ada", "cursor": "p3"}]
    assert run.output["items"] == ["p1", "p2", "p3"]
    assert run.state("Pause").waited == 2 * 60


def test_nothing_to_list(listing: Workflow) -> None:
    listing.mock("List").returns_payload({"items": []})
    assert listing.run().output == {"pages": 1, "problem": None, "items": [], "complete": True}
