"""Measures what tests of state machines cost, and prints a table.

    python bench/testing.py

The first part runs a workflow of ten states 1,000 times: with the mocks of `asl.testing.Workflow`, and as the baseline
by `Machine.run` with constant answers. The second starts pytest on one empty
test with and without the plugin. Times are the best of several; the second part takes turns, so that noise hits both.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "integrations")]

import asl  # noqa: E402
from asl.testing import Workflow  # noqa: E402

RUNS = 1_000
STARTS = 11
CHARGE = "arn:aws:lambda:us-east-1:123456789012:function:charge"


def ten_states() -> dict[str, Any]:
    """A workflow as people write them: four tasks, two choices, a wait, three passes."""
    return {
        "StartAt": "Validate",
        "States": {
            "Validate": {"Type": "Pass", "Parameters": {"id.$": "$.id", "amount.$": "$.amount"}, "Next": "IsEmpty"},
            "IsEmpty": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.amount", "NumericLessThanEquals": 0, "Next": "Nothing"}],
                "Default": "Reserve",
            },
            "Nothing": {"Type": "Succeed"},
            "Reserve": {
                "Type": "Task",
                "Resource": "arn:aws:states:::lambda:invoke",
                "Parameters": {"FunctionName": "reserve", "Payload": {"id.$": "$.id"}},
                "ResultSelector": {"shelf.$": "$.Payload.shelf"},
                "ResultPath": "$.reserved",
                "Next": "Charge",
            },
            "Charge": {
                "Type": "Task",
                "Resource": CHARGE,
                "ResultPath": "$.payment",
                "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 5}],
                "Next": "Rest",
            },
            "Rest": {"Type": "Wait", "Seconds": 3600, "Next": "IsPaid"},
            "IsPaid": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.payment.ok", "BooleanEquals": True, "Next": "Store"}],
                "Default": "Nothing",
            },
            "Store": {
                "Type": "Task",
                "Resource": "arn:aws:states:::dynamodb:putItem",
                "Parameters": {"TableName": "orders", "Item": {"id": {"S.$": "$.id"}}},
                "ResultPath": None,
                "Next": "Tell",
            },
            "Tell": {
                "Type": "Task",
                "Resource": "arn:aws:states:::sqs:sendMessage",
                "Parameters": {"QueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/q", "MessageBody.$": "$"},
                "ResultPath": "$.sent",
                "Next": "Done",
            },
            "Done": {"Type": "Pass", "Result": "done", "ResultPath": "$.status", "End": True},
        },
    }


def with_mocks() -> None:
    with Workflow(ten_states()) as workflow:
        workflow.mock("Reserve").returns_payload({"shelf": 4})
        workflow.mock("Charge").fails("Busy").then.returns({"ok": True})
        workflow.mock(resource="dynamodb:*").returns({})
        workflow.mock("Tell").returns({"MessageId": "m-1"})
        for number in range(RUNS):
            run = workflow.run({"id": f"o-{number}", "amount": 12})
            assert run.path[-1] == "Done", run


def with_constants() -> None:
    machine = asl.load(ten_states())
    answers = {"Reserve": {"Payload": {"shelf": 4}}, "Charge": {"ok": True}, "Store": {}, "Tell": {}}
    for number in range(RUNS):
        run = machine.run({"id": f"o-{number}", "amount": 12}, tasks=answers)
        assert run.path[-1] == "Done", run


def seconds(work: Callable[[], None], times: int = 3) -> float:
    taken = []
    for _ in range(times):
        begin = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begin)
    return min(taken)


def starts() -> dict[str, float]:
    """Seconds that pytest takes for one empty test, with the plugin and without."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "test_it.py").write_text("def test_it():\n    pass\n")
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        commands = {"without the plugin": [*command, "-p", "no:asl"], "with the plugin": command}
        taken: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(STARTS):
            for name, each in commands.items():
                begin = time.perf_counter()
                subprocess.run(each, cwd=folder, check=True, capture_output=True)
                taken[name].append(time.perf_counter() - begin)
    return {name: min(each) for name, each in taken.items()}


def main() -> None:
    baseline, mocked = seconds(with_constants), seconds(with_mocks)
    print(f"{RUNS:,} runs of ten states{'seconds':>14}{'us/run':>10}{'ratio':>8}")
    for name, taken in (("constant answers", baseline), ("mocks, one retry", mocked)):
        print(f"  {name:26}{taken:>13.3f}{taken / RUNS * 1e6:>10.0f}{taken / baseline:>8.2f}")
    print(f"\n{'start of pytest':28}{'seconds':>13}{'more, ms':>12}")
    first = None
    for name, taken in starts().items():
        first = taken if first is None else first
        print(f"  {name:26}{taken:>13.3f}{(taken - first) * 1000:>12.1f}")


if __name__ == "__main__":
    main()
