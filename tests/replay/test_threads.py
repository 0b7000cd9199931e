"""What runs side by side may be recorded in any order; what fails, ends or is cut off in its midst replays too."""

from __future__ import annotations

import json
from typing import Any

import pytest

from asl import World, load
from asl.integration import Failure, Output
from asl.replay.recorded_answers import attempts
from asl.replay.recording import from_events
from asl.replay.threads import MACHINE, Thread
from asl.values import JSON
from tests.replay.machines import ORDER, ORDER_INPUT, answers, changed
from tests.replay.recordings import history, replayed, said

EVENTS = history(ORDER, ORDER_INPUT, tasks=answers)
TASK: dict[str, Any] = {"Type": "Task", "Resource": "arn:aws:lambda:eu-west-1:9:function:work", "End": True}


def in_order(events: list[dict[str, Any]], *order: int) -> list[dict[str, Any]]:
    """The events from the lowest of the ids `order` on in that order, with ids that fit; the others stay."""
    first = min(order)
    moved = [*events[: first - 1], *(events[id - 1] for id in order), *events[first - 1 + len(order) :]]
    ids = {0: 0, **{event["id"]: number for number, event in enumerate(moved, 1)}}
    return [{**event, "id": ids[event["id"]], "previousEventId": ids[event["previousEventId"]]} for event in moved]


def test_each_event_has_its_thread() -> None:
    threads = from_events(EVENTS).threads
    assert [event.type for event in threads.events[MACHINE]][-3:] == [
        "SucceedStateEntered",
        "SucceedStateExited",
        "ExecutionSucceeded",
    ]
    assert [event.id for event in threads.events[Thread(15, 1)]] == [17, 20, 21, 23, 32, 33, 34, 35, 36]
    assert [event.id for event in threads.events[Thread(46, "Note")]] == [49, 50, 51, 55]
    assert threads.of[43] == threads.of[44] == threads.of[57] == MACHINE
    assert threads.around[Thread(15, 2)] == MACHINE
    assert all(map(threads.is_done, threads.events))


@pytest.mark.parametrize(
    "order",
    [
        (18, 20, 19, 21),
        (20, 18, 21, 19, 23, 22),
        (17, 16),
        (17, 20, 21, 16, 18, 19),
        (29, 28),
        (30, 32, 33, 31, 34, 37, 35, 36),
        (49, 50, 47, 51, 48),
    ],
)
def test_threads_are_recorded_in_any_order(order: tuple[int, ...]) -> None:
    done = replayed(in_order(EVENTS, *order), ORDER)
    assert said(done) == ""
    assert done.verified == len(EVENTS)


def test_a_change_is_caught_in_any_order() -> None:
    events = in_order(EVENTS, 20, 18, 21, 19, 23, 22)
    other = changed(ORDER, ("/States/Ship/ItemProcessor/States/Pack/Resource", "arn:aws:lambda:eu-west-1:9:function:f"))
    assert said(replayed(events, other)).startswith("event 20 (LambdaFunctionScheduled), state 'Pack'")


def failing(kind: str, recovery: dict[str, JSON]) -> dict[str, Any]:
    """Three threads side by side, of which one fails and others wait."""
    if kind == "Map":
        threads: dict[str, JSON] = {"ItemProcessor": {"StartAt": "Work", "States": {"Work": TASK}}}
    else:
        rest = {"Type": "Wait", "Seconds": 50, "End": True}
        threads = {
            "Branches": [
                {"StartAt": name, "States": {name: state}}
                for name, state in (("Work", TASK), ("Rest", rest), ("More", TASK))
            ]
        }
    return {
        "StartAt": "Side",
        "States": {"Side": {"Type": kind, **threads, **recovery, "End": True}, "Caught": {"Type": "Pass", "End": True}},
    }


RETRY: JSON = [{"ErrorEquals": ["Bad"], "MaxAttempts": 1}]
CATCH: JSON = [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}]


@pytest.mark.parametrize("kind", ["Map", "Parallel"])
@pytest.mark.parametrize("recovery", [{}, {"Retry": RETRY}, {"Catch": CATCH}, {"Retry": RETRY, "Catch": CATCH}])
def test_threads_that_are_cut_short(kind: str, recovery: dict[str, JSON]) -> None:
    definition = failing(kind, recovery)
    if "Catch" not in recovery:
        del definition["States"]["Caught"]
    items = {"Work": Failure("Bad", "one", duration_ms=1500), "More": Output(1, 2000)}
    options = {"tasks": lambda call: items[call.state_name]}
    events = history(definition, [1, 2, 3], **options)
    assert any(event["type"].endswith("Aborted") for event in events)
    done = replayed(events, definition)
    assert said(done) == ""
    assert done.verified == len(events)
    other = {**recovery, "Catch": []} if "Catch" in recovery else {**recovery, "Catch": CATCH}
    changed_definition = failing(kind, other)
    if "Catch" in recovery:
        del changed_definition["States"]["Caught"]
    now = "the execution fails" if "Catch" in recovery else "state 'Side' is left with"
    assert now in said(replayed(events, changed_definition))


def test_a_machine_within_a_machine_that_fails_deep_inside() -> None:
    inner = failing("Map", {})["States"]["Side"]
    outer = {
        "StartAt": "Outer",
        "States": {
            "Outer": {
                "Type": "Map",
                "ItemProcessor": {"StartAt": "Side", "States": {"Side": inner}},
                "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 1}],
                "End": True,
            }
        },
    }
    events = history(outer, [[1], [2, 3]], tasks=lambda call: Failure("Bad", "deep", duration_ms=call.arguments * 100))
    done = replayed(events, outer)
    assert said(done) == ""
    assert done.verified == len(events)


@pytest.mark.parametrize("seconds", ["TimeoutSeconds", "HeartbeatSeconds"])
def test_tasks_that_time_out(seconds: str) -> None:
    task = {**TASK, seconds: 5}
    if seconds == "HeartbeatSeconds":
        task["Resource"] = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"
        task["Parameters"] = {"QueueUrl": "q", "MessageBody": {"token.$": "$$.Task.Token"}}
    definition = {"StartAt": "Work", "States": {"Work": task}}
    events = history(definition, tasks=lambda call: Output(None, 1_000_000))
    assert events[-2]["type"].endswith("TimedOut")
    assert said(replayed(events, definition)) == ""
    assert f"{seconds.removesuffix('Seconds').lower()}InSeconds: recorded 5, now 9" in said(
        replayed(events, changed(definition, (f"/States/Work/{seconds}", 9)))
    )


@pytest.mark.parametrize("timeout", [30, None])
def test_an_execution_that_times_out(timeout: int | None) -> None:
    definition = {"StartAt": "Rest", "States": {"Rest": {"Type": "Wait", "Seconds": 100, "End": True}}}
    events = history({**definition, "TimeoutSeconds": 30})
    done = replayed(events, {**definition, **({} if timeout is None else {"TimeoutSeconds": timeout})})
    if timeout is None:
        assert "now: the definition has no TimeoutSeconds, so the execution goes on" in said(done)
    else:
        assert said(done) == ""
        assert done.execution.status == "TIMED_OUT"


def test_an_execution_that_is_stopped_or_still_runs() -> None:
    definition = {"StartAt": "Rest", "States": {"Rest": {"Type": "Wait", "Seconds": 100, "End": True}}}
    with World() as world:
        run = world.start(load(definition))
        world.run(until=world.now + 1000)
        running = json.loads(json.dumps(run.history))
        world.stop(run, "Enough", "really")
        stopped = json.loads(json.dumps(run.history))
    assert replayed(running, definition).told() == (
        "2 events, all as recorded; the recording ends before the execution does"
    )
    done = replayed(stopped, definition)
    assert said(done) == ""
    assert done.execution.status == "ABORTED"
    assert done.execution.error is not None
    assert done.execution.error.error == "Enough"


def test_an_activity_and_its_worker() -> None:
    task = {**TASK, "Resource": "arn:aws:states:eu-west-1:9:activity:dig"}
    definition = {"StartAt": "Work", "States": {"Work": task}}
    events = history(definition, activities={"dig": lambda input: {"dug": True}})
    assert said(replayed(events, definition)) == ""
    assert events[3]["activityStartedEventDetails"]["workerName"]


@pytest.mark.parametrize(
    ("resource", "failure"),
    [
        ("arn:aws:lambda:eu-west-1:9:function:work", Failure("Bad", None, "schedule")),
        ("arn:aws:lambda:eu-west-1:9:function:work", Failure("Bad", "why", "start")),
        ("arn:aws:lambda:eu-west-1:9:function:work", Failure("States.Timeout", None, "timeout")),
        ("arn:aws:states:::lambda:invoke", Failure("Bad", "why", "start")),
        ("arn:aws:states:::lambda:invoke.waitForTaskToken", Failure("Bad", "why", "submit")),
        ("arn:aws:states:::lambda:invoke.waitForTaskToken", Failure("Bad", "why", "run", 0, {"MessageId": "1"})),
    ],
)
def test_tasks_that_fail_in_any_phase(resource: str, failure: Failure) -> None:
    parameters = {"FunctionName": "work", "Payload": {"token.$": "$$.Task.Token"}}
    own = (
        {} if ":lambda:eu" in resource else {"Parameters": parameters if "Token" in resource else {"FunctionName": "f"}}
    )
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}]
    task = {"Type": "Task", "Resource": resource, **own, "Catch": catch, "End": True}
    definition = {"StartAt": "Work", "States": {"Work": task, "Caught": {"Type": "Pass", "End": True}}}
    events = history(definition, tasks=lambda call: failure)
    assert said(replayed(events, definition)) == ""
    (attempt,) = attempts(from_events(events))
    assert isinstance(attempt.answer, Failure)
    assert (attempt.answer.error, attempt.answer.cause) == (failure.error, failure.cause)
    assert attempt.answer.phase == failure.phase
    again = history(definition, tasks=lambda call: attempt.answer)
    assert [event["type"] for event in again] == [event["type"] for event in events]
