"""Every case of the mock file, and what no catcher sees."""

from pathlib import Path
from typing import Any

import pytest

import asl
from asl.testing import mock_config

HERE = Path(__file__).parent
MACHINE = asl.load(HERE / "machine.asl.json")


@pytest.mark.parametrize(
    ("case", "output", "seconds"),
    [
        ("FlakyThenFine", {"value": 42}, 10 + 30 + 60),
        ("FlakyForEver", {"handled": "flaky", "error": "Flaky"}, 10 + 30 + 60 + 60),
        ("TooSlow", {"handled": "slow", "error": "States.Timeout"}, 60),
        ("Other", {"handled": "failed", "error": "Never"}, 0),
        ("TooLarge", {"handled": "failed", "error": "States.DataLimitExceeded"}, 0),
    ],
)
def test_handled(case: str, output: Any, seconds: int) -> None:
    run = MACHINE.run(mocks=mock_config.load(HERE / "mocks.json", case))
    assert run.output == output
    assert run.duration_ms == seconds * 1000


def test_a_path_that_leads_nowhere_is_not_caught() -> None:
    run = MACHINE.run(mocks=mock_config.load(HERE / "mocks.json", "NoPayload"))
    assert (run.status, run.error) == ("FAILED", "States.Runtime")


def test_a_task_that_takes_too_long() -> None:
    run = MACHINE.run(tasks=lambda call: asl.Output({"Payload": {}}, duration_ms=61_000))
    assert run.output == {"handled": "slow", "error": "States.Timeout"}
    assert run.duration_ms == 60_000


def test_full_jitter_is_drawn_from_the_seed() -> None:
    def polite(arguments: Any) -> Any:
        raise asl.TaskError("Polite")

    durations = {MACHINE.run(tasks={"Work": polite}, seed=seed).duration_ms for seed in (1, 1, 2)}
    assert len(durations) == 2
    assert all(0 <= duration <= 30_000 for duration in durations)


def test_the_machine_itself_times_out() -> None:
    run = MACHINE.run(tasks=lambda call: asl.Failure("Flaky", duration_ms=59_000))
    assert run.output == {"handled": "flaky", "error": "Flaky"}, "the task is given up before the machine is"
    assert run.duration_ms == (5 * 59 + 10 + 30 + 60 + 60) * 1000
