"""The listing: every page, the limit, the pauses, and a service that refuses."""

from pathlib import Path
from typing import Any

import asl
from asl.testing import mock_config

HERE = Path(__file__).parent
MACHINE = asl.load(HERE / "machine.asl.yaml")
MOCKS = HERE / "mocks.json"


def test_all_pages_up_to_the_limit() -> None:
    run = MACHINE.run({"query": {"owner": "ada"}, "limit": 5}, mocks=mock_config.load(MOCKS, "ThreePages"))
    assert run.output == {"pages": 3, "problem": None, "items": ["a", "b", "c", "d", "e"], "complete": True}
    assert run.duration_ms == (1 + 30 + 1) * 1000


def test_a_service_that_refuses_gives_what_there_is() -> None:
    run = MACHINE.run({"query": {}, "limit": 9}, mocks=mock_config.load(MOCKS, "Refused"))
    problem = "TooManyRequests on page 1"
    assert run.output == {"pages": 1, "problem": problem, "items": ["a", "b"], "complete": False}


def test_what_is_asked_for() -> None:
    asked: list[Any] = []

    def pages(arguments: Any) -> Any:
        asked.append(arguments["Payload"])
        return {"Payload": {"items": [len(asked)], "next": f"p{len(asked) + 1}"} if len(asked) < 3 else {"items": []}}

    run = MACHINE.run({"query": {"owner": "ada"}, "pause": 60}, tasks={"List": pages})
    assert asked == [{"owner": "ada"}, {"owner": "ada", "cursor": "p2"}, {"owner": "ada", "cursor": "p3"}]
    assert run.output["items"] == [1, 2]
    assert run.duration_ms == 2 * 60 * 1000
