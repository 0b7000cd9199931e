"""The parallel checks: all pass, or one ends the others."""

from pathlib import Path

import asl
from asl.testing import mock_config

HERE = Path(__file__).parent
MACHINE = asl.load(HERE / "machine.asl.json")


def test_accepted() -> None:
    run = MACHINE.run({"applicant": "a-7"}, mocks=mock_config.load(HERE / "mocks.json", "GoodScore"))
    checks = {"identity": {"known": True}, "credit": 720, "address": "known"}
    assert run.output == {"decision": "accepted", "checks": checks}
    assert run.duration_ms == 3600 * 1000


def test_refused_without_waiting_for_the_other_branches() -> None:
    run = MACHINE.run({"applicant": "a-7"}, mocks=mock_config.load(HERE / "mocks.json", "LowScore"))
    assert run.output == {"decision": "refused", "why": "The score is below 600."}
    assert run.duration_ms == 0
    types = [event["type"] for event in run.history]
    assert "WaitStateAborted" in types
    assert types.index("ParallelStateFailed") > types.index("WaitStateAborted")
