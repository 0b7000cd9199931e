"""Measures the engine and prints a table; with `--moto`, side by side with moto in the same process.

    python bench/run.py [--moto] [--quick]

`--moto` needs the package `moto[stepfunctions]`. Times are the best of three (one for moto); ratios are to moto on the
same workload, or on a shorter one where moto would take minutes (then per unit of work). The columns "us/unit" and
"vs small" show whether the cost of a unit grows with the size: a unit is a transition, an item, a state, a task or an
execution.
"""

import argparse
import gc
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "integrations"), str(ROOT / "bench")]

import moto_peer  # noqa: E402
import workloads  # noqa: E402

import asl  # noqa: E402


def best(function: Callable[[], Any], times: int = 3) -> float:
    taken = []
    for _ in range(times):
        gc.collect()
        begin = time.perf_counter()
        function()
        taken.append(time.perf_counter() - begin)
    return min(taken)


def running(definition: dict[str, Any], data: Any, **options: Any) -> Callable[[], None]:
    machine = asl.load(definition)

    def run() -> None:
        done = machine.run(data, **options)
        if not done.succeeded:
            raise RuntimeError(f"{done!r}: {done.cause}")

    return run


def many_waits() -> None:
    machine = asl.load(workloads.wait(2))
    with asl.World() as world:
        for _ in range(200):
            world.start(machine)
        world.run()
        assert all(run.succeeded for run in world.runs)


def increment(event: Any, context: Any) -> Any:
    return {"i": event["i"] + 1, "n": event["n"]}


def cold_start() -> float:
    """Seconds of the whole process `asl run` with one Pass state."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "one.asl.json"
        file.write_text(json.dumps(workloads.one_pass()))
        command = [sys.executable, "-m", "asl", "run", str(file), "--quiet"]
        path = f"{ROOT}:{ROOT / 'integrations'}"
        return best(lambda: subprocess.run(command, check=True, capture_output=True, env={"PYTHONPATH": path}), 5)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--moto", action="store_true", help="run moto too")
    options.add_argument("--quick", action="store_true", help="small sizes only")
    given = options.parse_args()
    payload = workloads.rows()
    tasks = {"Send": {"MessageId": "1"}}
    table: list[tuple[str, int, Callable[[], None], Callable[[], float] | None, int]] = []

    def add(
        name: str, units: int, run: Callable[[], None], peer: Callable[[], float] | None = None, peer_units: int = 0
    ) -> None:
        table.append((name, units, run, peer, peer_units or units))

    def loop(n: int) -> dict[str, int]:
        return {"i": 0, "n": n}

    for n in (100,) if given.quick else (100, 1_000, 6_000):
        peer = (lambda n=n: moto_peer.run(workloads.counter_loop(), loop(n))) if n <= 6_000 else None
        add(f"W2 loop {n:,}", 2 * n, running(workloads.counter_loop(), loop(n)), peer)
    if not given.quick:
        add("W2 loop 100,000 EXPRESS", 200_000, running(workloads.counter_loop(), loop(100_000), type="EXPRESS"))
    for n in (100,) if given.quick else (100, 1_000, 3_000):
        add(
            f"W3 map {n:,}", n, running(workloads.inline_map(), workloads.items(n)),
            lambda n=n: moto_peer.run(workloads.inline_map(), workloads.items(n)),
        )  # fmt: skip
    if not given.quick:
        add("W3 map 10,000 EXPRESS", 10_000, running(workloads.inline_map(), workloads.items(10_000), type="EXPRESS"))
    for n in (100,) if given.quick else (100, 3_000):
        add(
            f"W3 map of tasks {n:,}", n, running(workloads.task_map(), workloads.items(n), tasks=tasks),
            lambda n=n: moto_peer.run(workloads.task_map(), workloads.items(n)),
        )  # fmt: skip
    states = 100 if given.quick else 1_000
    add(
        f"W4 chain {states:,} x 200 KB", states, running(workloads.chain(states), payload),
        lambda: moto_peer.run(workloads.chain(50), payload), 50,
    )  # fmt: skip
    for n in (100,) if given.quick else (100, 1_000, 6_000):
        add(f"W5 jsonata loop {n:,}", n, running(workloads.jsonata_loop(), {"n": n}))
    add("W6a lambda tasks 1,000", 1_000, running(workloads.lambda_loop(), loop(1_000), lambdas={"inc": increment}))
    add("W7 200 waits of 2 s", 200, many_waits)

    of_moto = f" {'moto us/unit':>13} {'ratio':>8}" if given.moto else ""
    print(f"{'workload':28} {'seconds':>9} {'us/unit':>9} {'vs small':>9}{of_moto}")
    first: dict[str, float] = {}
    for name, units, run, peer, peer_units in table:
        run()
        seconds = best(run)
        per_unit = seconds / units * 1e6
        family = " ".join(word for word in name.split() if not word[0].isdigit() and word != "EXPRESS")
        grown = per_unit / first.setdefault(family, per_unit)
        line = f"{name:28} {seconds:9.4f} {per_unit:9.2f} {grown:9.2f}"
        if given.moto and peer is not None:
            peer_per_unit = peer() / peer_units * 1e6
            line += f" {peer_per_unit:13.1f} {peer_per_unit / per_unit:8.0f}"
        print(line, flush=True)
    print(f"{'W1 asl run, cold':28} {cold_start():9.4f}")


if __name__ == "__main__":
    main()
