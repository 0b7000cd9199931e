"""Live: calls on threads, the wall clock, and an interrupt that stops the execution cleanly."""

import _thread
import threading
import time
from typing import Any

import pytest

import asl

PARALLEL = {
    "StartAt": "P",
    "States": {
        "P": {
            "Type": "Parallel",
            "End": True,
            "Branches": [
                {
                    "StartAt": name,
                    "States": {name: {"Type": "Task", "Resource": "arn:aws:states:::example:work", "End": True}},
                }
                for name in ("A", "B")
            ],
        }
    },
}


def test_calls_run_at_once() -> None:
    both = threading.Barrier(2, timeout=10)
    run = asl.load(PARALLEL).run({}, tasks={"*": lambda arguments: both.wait() >= 0}, live=True)
    assert run.output == [True, True]


def test_the_wall_clock_stamps_events() -> None:
    before = time.time_ns() // 1_000_000
    definition = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 0, "End": True}}}
    run = asl.load(definition).run({}, live=True)
    assert run.succeeded
    assert before <= run.recorded[0].at <= run.recorded[-1].at <= time.time_ns() // 1_000_000


def test_an_interrupt_stops_the_execution() -> None:
    released = threading.Event()

    def interrupting(arguments: Any) -> Any:
        _thread.interrupt_main()
        released.wait(10)

    run = asl.load(PARALLEL).run({}, tasks={"*": interrupting}, live=True)
    released.set()
    assert run.status == "ABORTED"
    assert run.history[-1]["type"] == "ExecutionAborted"


def test_a_task_that_takes_too_long() -> None:
    released = threading.Event()
    definition = {
        "StartAt": "T",
        "States": {
            "T": {"Type": "Task", "Resource": "arn:aws:states:::example:work", "TimeoutSeconds": 1, "End": True}
        },
    }
    run = asl.load(definition).run({}, tasks={"*": lambda arguments: released.wait(10)}, live=True)
    released.set()
    assert (run.status, run.error) == ("FAILED", "States.Timeout")


def test_an_unanswered_task_stops_the_run() -> None:
    with pytest.raises(asl.HostError, match="nothing answers"):
        asl.load(PARALLEL).run({}, live=True)


def test_what_mocks_raise_ends_the_drive() -> None:
    class Broken:
        def answer(self, call: asl.Call) -> Any:
            raise RuntimeError("out of order")

    with pytest.raises(RuntimeError, match="out of order"):
        asl.load(PARALLEL).run({}, mocks=Broken(), live=True)


def test_a_drive_that_ends_early_loses_nothing() -> None:
    begun, let_go = threading.Event(), threading.Event()

    def task(arguments: Any) -> Any:
        begun.set()
        return let_go.wait(10)

    world = asl.World(tasks={"*": task}, live=True)
    run = world.start(asl.load(PARALLEL))
    begin = world.now
    world.run(until=begin + 20)
    assert run.status == "RUNNING"
    assert begun.wait(10)
    let_go.set()
    world.run()
    assert run.output == [True, True]


def test_the_clock_goes_on_between_drives() -> None:
    definition = {
        "StartAt": "T",
        "States": {
            "T": {
                "Type": "Task",
                "Resource": "arn:aws:states:::events:putEvents.waitForTaskToken",
                "Parameters": {"Entries": [{"Source": "s", "DetailType": "d", "Detail": {}}]},
                "TimeoutSeconds": 1,
                "End": True,
            }
        },
    }
    world = asl.World(live=True)
    run = world.start(asl.load(definition))
    while not run.waiting_for:
        world.run(until=world.now + 10)
    (token,) = run.waiting_for
    while time.time_ns() // 1_000_000 <= run.recorded[-1].at + 1_000:
        threading.Event().wait(0.05)
    with pytest.raises(asl.InputError, match="no task awaits"):
        world.send_task_success(token, {})
    assert run.error == "States.Timeout"
