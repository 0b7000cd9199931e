"""The laws of the debugger, over generated machines: however one walks, the execution is that of a straight run."""

import json
import random
from collections import deque
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asl.debug import Debugger, Stop
from asl.debug.moves import Move
from asl.debug.stepper import Stepper
from asl.debug.timeline import Timeline
from asl.errors import InputError
from asl.hosts.run import Run
from asl.hosts.world import World
from asl.integration import Answer, Call, Failure, Output
from asl.machine import Machine
from asl.snapshot import snapshot
from tests.engine.machines import ERRORS, machines

law = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
INPUT = {"items": [1, 2, 3], "a": 0}
NAMES = st.sampled_from(
    [
        "step", "step", "next", "finish", "continue", "until", "back", "reverse-continue", "goto", "restart",
        "set-data", "set-variable", "succeed", "fail", "submit", "succeed-elsewhere", "fail-elsewhere", "skip",
        "skip-elsewhere", "retry-now", "jump", "fork", "switch",
    ]
)  # fmt: skip
walks = st.lists(st.tuples(NAMES, st.integers(0, 40)), max_size=25)


def answer(call: Call, unanswered: bool = True) -> Answer | None:
    """An answer by chance, the same for the same attempt with the same arguments; now and then there is none."""
    chance = random.Random(f"{call.ref}{json.dumps(call.arguments, sort_keys=True)}")
    if unanswered and chance.random() < 0.2:
        return None
    duration = chance.choice([0, 0, 700, 3000])
    if chance.random() < 0.3:
        return Failure(chance.choice(ERRORS), "by chance", duration_ms=duration)
    return Output({"a": chance.randrange(9)}, duration)


def always(call: Call) -> Answer | None:
    return answer(call, unanswered=False)


def debugger(machine: Machine) -> Debugger:
    return Debugger(machine, INPUT, tasks=answer)


def do(debugger: Debugger, name: str, number: int) -> None:
    """Does one thing of a walk, if it can be done there."""
    lines = [*debugger.lines]

    def elsewhere() -> Stop:
        branches = debugger.branches()
        return branches[number % len(branches)]

    acts: dict[str, Any] = {
        "step": lambda: debugger.step(number % 5 + 1),
        "next": debugger.next,
        "finish": debugger.finish,
        "continue": debugger.continue_,
        "until": debugger.until,
        "back": lambda: debugger.back(number % 9 + 1),
        "reverse-continue": debugger.reverse_continue,
        "goto": lambda: debugger.goto(number),
        "restart": debugger.restart,
        "set-data": lambda: debugger.set("$", {"a": number, "items": [number]}),
        "set-variable": lambda: debugger.set("$w", number),
        "succeed": lambda: debugger.succeed({"a": number}),
        "fail": lambda: debugger.fail(ERRORS[number % 2], "by hand"),
        "submit": lambda: debugger.submit({"id": number}),
        "succeed-elsewhere": lambda: debugger.succeed({"a": number}, stop=elsewhere()),
        "fail-elsewhere": lambda: debugger.fail(ERRORS[number % 2], stop=elsewhere()),
        "skip": debugger.skip,
        "skip-elsewhere": lambda: debugger.skip(stop=elsewhere()),
        "retry-now": debugger.retry_now,
        "jump": lambda: debugger.jump(number / 4),
        "fork": lambda: debugger.fork(f"line {len(lines)}"),
        "switch": lambda: debugger.switch(lines[number % len(lines)]),
    }
    try:
        acts[name]()
    except InputError:
        return


def straight(machine: Machine, line: Timeline, moves: list[Move]) -> Run:
    """The execution after these moves, none of them taken back, with the answers by hand of a line."""
    world = World(tasks=answer)
    world.moving = deque()
    world.start(machine, INPUT)
    stepper = Stepper(world)
    stepper.given = dict(line.given)
    for move in moves:
        stepper.move(0, move)
    return stepper.run


def state(run: Run) -> tuple[str, Any]:
    return json.dumps(snapshot(run.execution), sort_keys=True), run.recorded


@law
@given(machines())
def test_stepping_comes_to_what_running_does(machine: Machine) -> None:
    with Debugger(machine, INPUT, tasks=always) as stepped:
        while not stepped.is_at_end:
            stepped.step()
        run = machine.run(INPUT, tasks=always)
        assert stepped.run.recorded == run.recorded
        assert (stepped.run.status, stepped.run.output) == (run.status, run.output)


@law
@given(machines(), walks)
def test_any_walk_ends_in_the_snapshot_of_a_straight_run(machine: Machine, walk: list[tuple[str, int]]) -> None:
    with debugger(machine) as walked:
        for name, number in walk:
            do(walked, name, number)
            assert [stop.number for stop in walked.stops] == list(range(len(walked.stops)))
        assert state(walked.run) == state(straight(machine, walked.line, walked.line.moves))
        moves = walked.line.moves[: walked.line.moves_to(walked.stop)]
        walked.fork("here")
        assert state(walked.run) == state(straight(machine, walked.line, moves))


@law
@given(machines(), walks)
def test_the_stops_of_a_line_are_those_of_its_moves(machine: Machine, walk: list[tuple[str, int]]) -> None:
    with debugger(machine) as walked, debugger(machine) as again:
        for name, number in walk:
            do(walked, name, number)
        again.stepper.given.update(walked.line.given)
        again.walk(walked.line.moves)
        known = min(len(walked.stops), len(again.stops))
        assert [shown(stop) for stop in again.stops[:known]] == [shown(stop) for stop in walked.stops[:known]]
        assert known >= len(walked.stops) - 2, "at most the stops before a move that was not made are missing"


def shown(stop: Any) -> tuple[Any, ...]:
    return (stop.kind, stop.frame, stop.pointer, stop.at, stop.value, stop.scope.variables, stop.error, stop.events)


@law
@given(machines(), st.integers(1, 30))
def test_going_back_and_on_shows_the_same_stops(machine: Machine, count: int) -> None:
    with debugger(machine) as walked:
        for _ in range(40):
            if not walked.is_at_end:
                walked.step()
            if walked.reason == "unanswered":
                walked.succeed(1)
        before = [*walked.stops]
        walked.back(count)
        while walked.stop.number + 1 < len(before):
            assert walked.step() is before[walked.stop.number]
        assert [*walked.stops] == before
