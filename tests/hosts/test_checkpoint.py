"""Worlds that are put back to where they were."""

from collections import deque
from typing import Any

import pytest

import asl
from asl.hosts import checkpoint, virtual
from asl.hosts.run import Run
from asl.hosts.world import World
from asl.integration import Call, Output, Pending

CALLBACK = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"
PARAMETERS = {"QueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/q", "MessageBody": "m"}


def branches(*states: dict[str, Any]) -> asl.Machine:
    """A machine that runs these states side by side."""
    each = [{"StartAt": f"S{index}", "States": {f"S{index}": state}} for index, state in enumerate(states)]
    return asl.load({"StartAt": "P", "States": {"P": {"Type": "Parallel", "Branches": each, "End": True}}})


MACHINE = branches(
    {"Type": "Wait", "Seconds": 30, "End": True},
    {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "TimeoutSeconds": 50, "End": True},
    {"Type": "Task", "Resource": CALLBACK, "Parameters": PARAMETERS, "HeartbeatSeconds": 40, "End": True},
    {"Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:a", "End": True},
)


def answer(call: Call) -> Any:
    if call.resource == CALLBACK:
        return Pending(None, submitted={})
    if call.pending is asl.integration.ABSENT:
        return Pending(1, poll_after_ms=5_000)
    return Output({"polls": call.pending}) if call.pending == 3 else Pending(call.pending + 1, poll_after_ms=5_000)


def world() -> World:
    made = World(tasks=answer, activities={"a": None})
    made.moving = deque()
    made.start(MACHINE, {})
    return made


def move(world: World, times: int = 1_000) -> Run:
    """Moves a world by itself, at most so many times; an answer from outside comes when nothing else does."""
    run = world.runs[0]
    for _ in range(times):
        assert world.moving is not None
        while world.moving and not world.moving[0].execution.ready:
            world.moving.popleft()
        if world.moving:
            world.moving[0].execution.microstep()
            world.take(run)
        elif world.calls:
            virtual.perform_next(world)
        elif (task := world.get_activity_task("a")) is not None:
            world.send_task_success(task[0], "worked")
        elif not virtual.move_clock(world):
            break
    return run


@pytest.mark.parametrize("moves", [0, 3, 8, 12, 15, 18, 22, 30])
def test_a_world_that_is_put_back_goes_the_same_way_again(moves: int) -> None:
    with world() as straight, world() as again:
        expected = move(straight)
        run = move(again, moves)
        then = checkpoint.take(again)
        known = len(run.recorded)
        move(again, 9)
        checkpoint.put_back(again, then)
        assert len(run.recorded) == known
        move(again)
        checkpoint.put_back(again, then)
        move(again)
        assert run.recorded == expected.recorded
        assert (run.status, run.error, again.now) == (expected.status, expected.error, straight.now)


def test_answers_from_outside_are_awaited_again() -> None:
    machine = asl.load({"StartAt": "A", "States": {"A": {
        "Type": "Task", "Resource": CALLBACK, "Parameters": PARAMETERS, "End": True}}})  # fmt: skip
    with World(tasks=answer) as world:
        run = world.start(machine, {})
        world.run()
        then = checkpoint.take(world)
        (token,) = run.waiting_for
        world.send_task_success(token, 1)
        assert (run.status, run.output) == ("SUCCEEDED", 1)
        checkpoint.put_back(world, then)
        assert (run.status, run.waiting_for) == ("RUNNING", {token: "A"})
        world.send_task_failure(token, "Late")
        assert (run.status, run.error, len(run.history)) == ("FAILED", "Late", 7)


def test_executions_that_were_started_since_are_forgotten() -> None:
    machine = asl.load({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}})
    with World() as world:
        first = world.start(machine, {}, name="first")
        then = checkpoint.take(world)
        world.start(machine, {}, name="second")
        checkpoint.put_back(world, then)
        assert world.runs == [first]
        assert world.start(machine, {}, name="second").succeeded


def test_an_execution_that_is_started_again_is_the_same_run() -> None:
    machine = asl.load({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}})
    with World() as world:
        world.start(machine, {}, name="first")
        then = checkpoint.take(world)
        second = world.start(machine, {"n": 1}, name="second")
        checkpoint.put_back(world, then)
        assert world.start(machine, {"n": 2}, name="second") is second
        assert (second.output, second.path) == ({"n": 2}, ["A"])
