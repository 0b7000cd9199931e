"""The polling workflow, answered by its mock file and by functions."""

from pathlib import Path

import asl
from asl.testing import mock_config

HERE = Path(__file__).parent
MACHINE = asl.load(HERE / "machine.asl.yaml")


def test_done_the_third_time() -> None:
    run = MACHINE.run({"input": "x"}, mocks=mock_config.load(HERE / "mocks.json", "ThirdTime"))
    assert run.output == {"id": "j-1", "asked": 3, "status": "SUCCEEDED"}
    assert run.path.count("Ask") == 3
    assert run.duration_ms == 3 * 60_000


def test_failing_job() -> None:
    run = MACHINE.run({"input": "x"}, mocks=mock_config.load(HERE / "mocks.json", "Failing"))
    assert (run.error, run.cause) == ("JobFailed", "job j-1 is FAILED_AT_ONCE after 1 questions")


def test_gives_up_after_ten_questions() -> None:
    tasks = {"Start": {"Payload": {"id": "j-2"}}, "Ask": {"Payload": {"status": "RUNNING"}}}
    run = MACHINE.run(tasks=tasks)
    assert run.error == "JobFailed"
    assert run.path.count("Ask") == 10
