"""What happens when standard output or error cannot be written, when a function prints, and on SIGTERM."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
FULL = Path("/dev/full")
PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
ENVIRONMENT = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'integrations'}"}

needs_full_device = pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")


def asl(folder: Path, *arguments: str, **streams: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "asl", *arguments]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams}
    return subprocess.run(command, cwd=folder, env=ENVIRONMENT, text=True, check=False, **pipes)


def write(folder: Path, definition: Any) -> str:
    (folder / "machine.json").write_text(json.dumps(definition))
    return "machine.json"


@needs_full_device
def test_a_story_that_cannot_be_told_loses_no_result(tmp_path: Path) -> None:
    with FULL.open("w") as full:
        done = asl(tmp_path, "run", write(tmp_path, PASS), stderr=full)
    assert (done.returncode, done.stdout) == (0, "{}\n")


@needs_full_device
def test_output_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    with FULL.open("w") as full:
        done = asl(tmp_path, "run", write(tmp_path, PASS), stdout=full)
    assert done.returncode == 2
    assert "error: cannot write the output: No space left on device" in done.stderr
    assert "bug" not in done.stderr


def test_what_a_function_prints_is_not_in_the_output(tmp_path: Path) -> None:
    (tmp_path / "functions.py").write_text("def talk(event, context):\n    print('hello')\n    return 1\n")
    resource = "arn:aws:lambda:us-east-1:123456789012:function:talk"
    definition = {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": resource, "End": True}}}
    done = asl(tmp_path, "run", write(tmp_path, definition), "--lambda", "talk=functions:talk", "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "1\n", "hello\n")


def test_sigterm_is_an_interrupt(tmp_path: Path) -> None:
    definition = {"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 60, "End": True}}}
    command = [sys.executable, "-m", "asl", "run", write(tmp_path, definition), "--real-time", "--history", "h.json"]
    with subprocess.Popen(command, cwd=tmp_path, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "(Wait)" in line:
                break
        process.send_signal(signal.SIGTERM)
        process.stderr.read()
    assert process.returncode == 1
    events = json.loads((tmp_path / "h.json").read_text())["events"]
    assert events[-1]["type"] == "ExecutionAborted"


def test_events_for_a_bus_that_is_declared(tmp_path: Path) -> None:
    entry = {"Source": "s", "DetailType": "d", "Detail": {}, "EventBusName": "orders"}
    state = {"Type": "Task", "Resource": "arn:aws:states:::events:putEvents", "Parameters": {"Entries": [entry]}}
    file = write(tmp_path, {"StartAt": "A", "States": {"A": {**state, "End": True}}})
    dropped = asl(tmp_path, "run", file, "--events", "e.jsonl")
    assert "--event-bus NAME" in dropped.stderr
    assert (tmp_path / "e.jsonl").read_text() == ""
    asl(tmp_path, "run", file, "--events", "e.jsonl", "--event-bus", "orders")
    assert json.loads((tmp_path / "e.jsonl").read_text())["source"] == "s"


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ([], "The history has no events."),
        ([{"id": 1, "type": "ExecutionStarted", "previousEventId": 0}], "The history ends before the execution does."),
    ],
)
def test_a_history_that_is_not_whole_says_so(tmp_path: Path, events: list[Any], said: str) -> None:
    (tmp_path / "h.json").write_text(json.dumps({"events": events}))
    done = asl(tmp_path, "history", "h.json")
    assert (done.returncode, said in done.stderr) == (0, True)
