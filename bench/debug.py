"""Measures the debugger, and prints a table.

    python bench/debug.py

The first part starts `asl debug` on a terminal and takes the time until it asks for a command, beside `asl run` of the
same machine and an empty Python. The second steps through a loop with a payload of 200 KB, forwards and back, beside
what a copy of the payload for each step would cost. The third keeps 10,000 steps and looks at the memory. Times are
medians; the starts take turns, so that noise hits all.
"""

import copy
import json
import os
import pty
import resource
import select
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "integrations")]

import asl  # noqa: E402
from asl.debug import Debugger  # noqa: E402

STARTS = 7
STEPS = 10_000
MACHINE = ROOT / "statemachines/order/machine.asl.json"
PAYLOAD = [{"id": number, "name": "x" * 80} for number in range(1_900)]


def loop(rounds: int) -> dict[str, Any]:
    """A counter beside a large payload, which every state passes on."""
    return {
        "StartAt": "Begin",
        "States": {
            "Begin": {"Type": "Pass", "Result": {"n": 0}, "ResultPath": "$.counter", "Next": "Add"},
            "Add": {
                "Type": "Pass",
                "Parameters": {"n.$": "States.MathAdd($.counter.n, 1)"},
                "ResultPath": "$.counter",
                "Next": "IsDone",
            },
            "IsDone": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.counter.n", "NumericLessThan": rounds, "Next": "Add"}],
                "Default": "Done",
            },
            "Done": {"Type": "Succeed"},
        },
    }


def row(what: str, value: float, unit: str, note: str = "") -> None:
    print(f"{what:<52}{value:>10.3f} {unit:<4}{note}")


def first_prompt() -> float:
    """Seconds from the start of `asl debug` on a terminal to its first prompt."""
    begin = time.perf_counter()
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(ROOT)
        os.environ.update(PYTHONPATH=f"{ROOT}{os.pathsep}{ROOT / 'integrations'}", TERM="xterm", COLUMNS="100")
        os.execv(sys.executable, [sys.executable, "-m", "asl", "debug", str(MACHINE)])
    shown = b""
    try:
        while b"(asl)" not in shown:
            if not select.select([terminal], [], [], 10)[0]:
                raise SystemExit(f"no prompt: {shown.decode()}")
            shown += os.read(terminal, 65_536)
            if b"\x1b[6n" in shown:  # asked where the cursor is
                os.write(terminal, b"\x1b[1;1R")
                shown = shown.replace(b"\x1b[6n", b"")
        return time.perf_counter() - begin
    finally:
        os.close(terminal)
        os.waitpid(child, 0)


def process(*arguments: str) -> float:
    begin = time.perf_counter()
    subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, check=False)
    return time.perf_counter() - begin


def starts() -> None:
    times: dict[str, list[float]] = {"empty": [], "run": [], "debug": []}
    for _ in range(STARTS):
        times["empty"].append(process("-c", "pass"))
        times["run"].append(process("-m", "asl", "run", str(MACHINE), "--input", "{}"))
        times["debug"].append(first_prompt())
    empty, run, debug = (statistics.median(each) for each in times.values())
    row("start of an empty Python", empty, "s")
    row("start and end of asl run", run, "s", f"{run / empty:5.1f} x")
    row("start of asl debug to the first prompt", debug, "s", f"{debug / empty:5.1f} x, wanted: under 0.5 s")


def timed(work: Callable[[], object], times: int) -> float:
    """Milliseconds that something takes, the median of so many times."""
    found = []
    for _ in range(times):
        begin = time.perf_counter()
        work()
        found.append((time.perf_counter() - begin) * 1000)
    return statistics.median(found)


def steps() -> None:
    payload = {"payload": PAYLOAD}
    row("payload", len(json.dumps(payload)) / 1000, "KB")
    row("a copy of it (copy.deepcopy)", timed(lambda: copy.deepcopy(payload), 5), "ms")
    row("a copy of it (through JSON)", timed(lambda: json.loads(json.dumps(payload)), 5), "ms")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    debugger = Debugger(asl.load(loop(STEPS)), payload)
    row("step", timed(debugger.step, STEPS), "ms", "wanted: under 5 ms")
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    row("back", timed(debugger.back, 100), "ms", "wanted: under 5 ms")
    row("step again", timed(debugger.step, 100), "ms")
    row("back by 9,000 steps", timed(lambda: debugger.back(9_000), 1), "ms")
    row("set, which forgets 9,000 steps", timed(lambda: debugger.set("$.new", 1), 1), "ms")
    row("next", timed(debugger.next, 100), "ms")
    row("evaluate $.counter.n", timed(lambda: debugger.evaluate("$.counter.n"), 100), "ms")
    row(f"memory of {STEPS:,} steps", (after - before) / 1024, "MB", "wanted: under 200 MB")


if __name__ == "__main__":
    starts()
    print()
    steps()
