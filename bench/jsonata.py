"""Times JSONata expressions, side by side with jsonata-js under node and with the package jsonata-python.

    python bench/jsonata.py [--node-modules DIR] [--seconds S]

Each expression runs with `$states` as a variable, as in a state machine, once on about 100 bytes and once on about
200 KB. A time is the least of many short runs, in microseconds per evaluation, so that other work on the machine
matters little; a ratio is to the peer, below 1 is faster. The peers run where they are there: node with the package
`jsonata` in the folder `--node-modules` (or `$NODE_MODULES`), and `jsonata` importable from jsonata-python.
"""

import argparse
import importlib.util
import json
import math
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != Path(__file__).parent]

import asl.jsonata  # noqa: E402

EXPRESSIONS = {
    "field and sum": "$states.input.customer.age + 1",
    "object": '{"id": $states.input.customer.id, "name": $states.input.customer.name, "first": $states.input.items[0]}',
    "filter": "$states.input.items[price > 10].name",
    "map": "$map($states.input.items, function($item) { $item.price * $item.quantity })",
    "sort": "$states.input.items^(>price).name",
    "$sum": "$sum($states.input.items.(price * quantity))",
    "text": '$states.input.customer.name & " #" & $states.input.customer.id & $join($states.input.items.name, ", ")',
    "$merge": '$merge([$states.input.customer, {"count": $count($states.input.items)}])',
    "grouping": "$states.input.items{group: $sum(price)}",
}

REPEATS = 30

NODE = """
const jsonata = require(process.argv[1]);
const job = JSON.parse(require('fs').readFileSync(0));
(async () => {
  const times = {};
  for (const [name, text] of Object.entries(job.expressions)) {
    const expression = jsonata(text);
    times[name] = job.inputs.map(() => null);
    for (let at = 0; at < job.inputs.length; at++) {
      const bindings = {states: {input: job.inputs[at]}};
      let count = 1, taken = 0;
      const batch = async () => {
        const begin = process.hrtime.bigint();
        for (let i = 0; i < count; i++) await expression.evaluate(undefined, bindings);
        taken = Number(process.hrtime.bigint() - begin) / 1e9;
      };
      for (await batch(); taken < job.seconds; await batch())
        count = Math.ceil(count * Math.max(1.5, Math.min(10, job.seconds / (taken || 1e-9))));
      let best = taken;
      for (let i = 0; i < job.repeats; i++) { await batch(); best = Math.min(best, taken); }
      times[name][at] = best / count * 1e6;
    }
  }
  console.log(JSON.stringify(times));
})();
"""


def order(count: int) -> dict[str, Any]:
    """An order with `count` items."""
    items = [
        {"id": index, "name": f"item {index}", "price": (index * 7919) % 97 + 0.5, "quantity": index % 5 + 1}
        | {"group": f"group {index % 10}", "tags": ["new", "sale"]}
        for index in range(count)
    ]
    return {"customer": {"id": 42, "name": "Ada", "age": 36}, "items": items}


def small_order() -> dict[str, Any]:
    items = [{"name": "a", "price": 12, "quantity": 2, "group": "g"}, {"name": "b", "price": 5, "quantity": 1}]
    return {"customer": {"id": 42, "name": "Ada", "age": 36}, "items": [items[0], items[1] | {"group": "h"}]}


def microseconds(run: Callable[[], Any], seconds: float) -> float:
    """The least of many times per call, each over so many calls that they take about `seconds`."""
    count, taken = 1, 0.0
    while taken < seconds:
        count = max(count, math.ceil(count * min(10.0, max(1.5, seconds / (taken or 1e-9))))) if taken else 1
        taken = batch(run, count)
    return min([taken, *(batch(run, count) for _ in range(REPEATS))]) / count * 1e6


def batch(run: Callable[[], Any], count: int) -> float:
    begin = time.perf_counter()
    for _ in range(count):
        run()
    return time.perf_counter() - begin


def own_times(inputs: list[Any], seconds: float) -> dict[str, list[float]]:
    def timed(text: str, data: Any) -> float:
        expression = asl.jsonata.compile(text)
        bindings = {"states": {"input": data}}
        return microseconds(lambda: expression.evaluate(asl.jsonata.UNDEFINED, bindings), seconds)

    return {name: [timed(text, data) for data in inputs] for name, text in EXPRESSIONS.items()}


def node_times(inputs: list[Any], seconds: float, modules: str | None) -> dict[str, list[float]] | None:
    node = shutil.which("node")
    package = Path(modules or "node_modules") / "jsonata"
    if node is None or not package.exists():
        return None
    job = json.dumps({"expressions": EXPRESSIONS, "inputs": inputs, "seconds": seconds, "repeats": REPEATS})
    done = subprocess.run(
        [node, "-e", NODE, str(package.resolve())], input=job, text=True, capture_output=True, check=True
    )
    times: dict[str, list[float]] = json.loads(done.stdout)
    return times


def python_times(inputs: list[Any], seconds: float) -> dict[str, list[float]] | None:
    """The times of jsonata-python, on the input bound to `$states`."""
    if importlib.util.find_spec("jsonata") is None:
        return None
    from jsonata import Jsonata

    def timed(text: str, data: Any) -> float:
        expression = Jsonata(text)
        frame = expression.create_frame()
        frame.bind("states", {"input": data})
        return microseconds(lambda: expression.evaluate(None, frame), seconds)

    return {name: [timed(text, data) for data in inputs] for name, text in EXPRESSIONS.items()}


def mean(ratios: list[float]) -> float:
    return math.exp(sum(map(math.log, ratios)) / len(ratios))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--node-modules", default=os.environ.get("NODE_MODULES"), help="where jsonata-js is")
    options.add_argument("--seconds", type=float, default=0.01, help="how long a single run takes")
    given = options.parse_args()
    inputs = [small_order(), order(1650)]
    print(", ".join(f"{len(json.dumps(data)):,} bytes" for data in inputs))
    own = own_times(inputs, given.seconds)
    peers = {
        "jsonata-js": node_times(inputs, given.seconds, given.node_modules),
        "jsonata-python": python_times(inputs, given.seconds),
    }
    there = {name: times for name, times in peers.items() if times is not None}
    for at, size in enumerate(("small", "large")):
        print(f"\n{size:16}{'own us':>12}" + "".join(f"{name + ' us':>20}{'ratio':>8}" for name in there))
        for name, times in own.items():
            columns = [f"{peer[name][at]:20.1f}{times[at] / peer[name][at]:8.3f}" for peer in there.values()]
            print(f"{name:16}{times[at]:12.2f}" + "".join(columns))
        means = [mean([own[name][at] / peer[name][at] for name in own]) for peer in there.values()]
        print(f"{'geometric mean':28}" + "".join(f"{ratio:28.3f}" for ratio in means))
    for name in peers.keys() - there.keys():
        print(f"\n{name}: not here")


if __name__ == "__main__":
    main()
