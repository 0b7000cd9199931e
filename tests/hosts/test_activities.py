"""Activities: workers that are functions, and workers that ask for tasks."""

import json
import threading
import time
from typing import Any

import pytest

import asl

ARN = "arn:aws:states:us-east-1:123456789012:activity:{}"


def activity(name: str = "work", **fields: Any) -> asl.Machine:
    state = {"Type": "Task", "Resource": ARN.format(name), "End": True, **fields}
    return asl.load({"StartAt": "Work", "States": {"Work": state}})


def types(run: asl.Run) -> list[str]:
    return [event["type"] for event in run.history]


def double(task: Any) -> Any:
    return task["n"] * 2


def polled(**fields: Any) -> tuple[asl.World, asl.Run]:
    """A run of an activity that workers ask for."""
    world = asl.World(activities={"work": None})
    run = world.start(activity(**fields), {"n": 21})
    world.run()
    return world, run


def taken(world: asl.World, name: str = "work", worker: str | None = None) -> tuple[str, Any]:
    task = world.get_activity_task(name, worker)
    assert task is not None
    return task


# -- functions -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("live", [False, True])
@pytest.mark.parametrize("key", ["work", ARN.format("work"), "wo*", "*"])
def test_a_function_works(key: str, live: bool) -> None:
    run = activity().run({"n": 21}, activities={key: double}, live=live)
    assert run.output == 42
    assert types(run)[2:5] == ["ActivityScheduled", "ActivityStarted", "ActivitySucceeded"]
    scheduled = run.history[2]["activityScheduledEventDetails"]
    assert (scheduled["resource"], scheduled["input"]) == (ARN.format("work"), '{"n":21}')
    assert run.history[3]["activityStartedEventDetails"] == {"workerName": f"{__name__}:double"}
    assert run.history[4]["activitySucceededEventDetails"]["output"] == "42"


@pytest.mark.parametrize("live", [False, True])
def test_a_function_that_fails(live: bool) -> None:
    def broken(task: Any) -> Any:
        raise asl.TaskError("Tired", "of it")

    run = activity().run({"n": 1}, activities={"work": broken}, live=live)
    assert (run.status, run.error, run.cause) == ("FAILED", "Tired", "of it")
    assert types(run)[2:5] == ["ActivityScheduled", "ActivityStarted", "ActivityFailed"]


def test_a_function_is_tried_again() -> None:
    tries: list[int] = []

    def flaky(task: Any) -> Any:
        tries.append(len(tries))
        if len(tries) < 3:
            raise asl.TaskError("Flaky")
        return len(tries)

    retry = [{"ErrorEquals": ["Flaky"], "IntervalSeconds": 10, "BackoffRate": 2, "MaxAttempts": 2}]
    run = activity(Retry=retry).run({}, activities={"work": flaky})
    assert (run.output, run.duration_ms) == (3, 30_000)


def test_an_exact_name_comes_before_a_glob() -> None:
    run = activity().run({}, activities={"*": lambda task: "any", "work": lambda task: "exact"})
    assert run.output == "exact"


def test_a_function_gives_json() -> None:
    with pytest.raises(asl.HostError, match="'Work' is not a JSON value"):
        activity().run({}, activities={"work": lambda task: {1, 2}})


def test_a_function_cannot_change_the_states_data() -> None:
    def meddling(task: Any) -> Any:
        task["list"].append(2)

    run = activity(ResultPath="$.result").run({"list": [1]}, activities={"work": meddling})
    assert run.output == {"list": [1], "result": None}


def test_a_function_that_never_returns_is_ended() -> None:
    before = set(threading.enumerate())
    with pytest.raises(asl.HostError, match=r"'Work' did not end within 0\.05 s"):
        activity().run({}, activities={"work": lambda task: time.sleep(60)}, call_timeout_seconds=0.05)
    for thread in set(threading.enumerate()) - before:
        thread.join(30)
    assert set(threading.enumerate()) == before


def test_a_live_function_that_takes_too_long_times_out() -> None:
    released = threading.Event()
    run = activity(TimeoutSeconds=1).run({}, activities={"work": lambda task: released.wait(10)}, live=True)
    released.set()
    assert (run.error, types(run)[-2]) == ("States.Timeout", "ActivityTimedOut")
    assert 1_000 <= run.duration_ms < 5_000


def test_an_activity_without_workers_says_how_to_have_one() -> None:
    with pytest.raises(asl.HostError, match=r"nothing answers(.|\n)*--activity work=package\.module:function"):
        activity().run({}, activities={"other": double})


# -- workers that ask ------------------------------------------------------------------------------------------------


def test_a_worker_takes_a_task_and_answers_it() -> None:
    world, run = polled()
    assert (run.status, types(run)[-1]) == ("RUNNING", "ActivityScheduled")
    token, task = taken(world, worker="me")
    assert (task, types(run)[-1]) == ({"n": 21}, "ActivityStarted")
    assert run.history[-1]["activityStartedEventDetails"] == {"workerName": "me"}
    world.send_task_success(token, {"done": task["n"]})
    assert run.output == {"done": 21}
    assert types(run)[2:5] == ["ActivityScheduled", "ActivityStarted", "ActivitySucceeded"]


def test_a_worker_without_a_name() -> None:
    world, run = polled()
    token, _ = taken(world)
    world.send_task_failure(token, "No", "never")
    assert (run.error, run.cause) == ("No", "never")
    assert types(run)[3:5] == ["ActivityStarted", "ActivityFailed"]


def test_a_task_is_taken_once() -> None:
    world, _ = polled()
    taken(world)
    assert world.get_activity_task("work") is None


@pytest.mark.parametrize("name", ["other", "ork", "k", "", "activity:work", "*"])
def test_other_activities_have_no_task(name: str) -> None:
    world, _ = polled()
    assert world.get_activity_task(name) is None
    assert world.get_activity_task(ARN.format("work")) is not None


def test_the_task_of_a_worker_is_its_own() -> None:
    world, run = polled(ResultPath="$.result")
    token, task = taken(world)
    task["n"] = "changed"
    world.send_task_success(token, 1)
    assert run.output == {"n": 21, "result": 1}


def test_tasks_come_in_their_order() -> None:
    definition = {
        "StartAt": "M",
        "States": {
            "M": {
                "Type": "Map",
                "ItemProcessor": {
                    "StartAt": "Work",
                    "States": {"Work": {"Type": "Task", "Resource": ARN.format("work"), "End": True}},
                },
                "End": True,
            }
        },
    }
    with asl.World(activities={"work": None}) as world:
        run = world.start(asl.load(definition), [1, 2, 3])
        world.run()
        tasks = [taken(world) for _ in range(3)]
        assert [task for _, task in tasks] == [1, 2, 3]
        for token, task in reversed(tasks):
            world.send_task_success(token, task * 10)
    assert run.output == [10, 20, 30]


def test_time_counts_from_when_the_task_is_taken() -> None:
    world, run = polled(TimeoutSeconds=10)
    world.run(until=world.now + 100_000)
    assert run.status == "RUNNING"
    token, _ = taken(world)
    world.run()
    assert (run.error, run.duration_ms, types(run)[-2]) == ("States.Timeout", 110_000, "ActivityTimedOut")
    with pytest.raises(asl.InputError, match="no task awaits"):
        world.send_task_success(token, 1)


def test_heartbeats_keep_the_task() -> None:
    world, run = polled(HeartbeatSeconds=10)
    token, _ = taken(world)
    begin = world.now
    for second in (8, 16, 24):
        world.run(until=begin + second * 1000)
        world.send_task_heartbeat(token)
    world.run()
    assert (run.error, run.duration_ms, types(run)[-2]) == ("States.Timeout", 34_000, "ActivityTimedOut")


def test_a_task_given_up_is_not_handed_out() -> None:
    world, run = polled()
    world.stop(run)
    assert world.get_activity_task("work") is None


def test_a_task_that_timed_out_comes_again() -> None:
    world, run = polled(TimeoutSeconds=5, Retry=[{"ErrorEquals": ["States.Timeout"], "MaxAttempts": 1}])
    first, _ = taken(world)
    world.run()
    second, _ = taken(world)
    assert first != second
    with pytest.raises(asl.InputError, match="no task awaits"):
        world.send_task_success(first, "late")
    world.send_task_success(second, "in time")
    assert run.output == "in time"


@pytest.mark.parametrize("late", ["twice", "stopped", "timed out"])
def test_answers_that_come_too_late_are_refused_as_the_service_does(late: str) -> None:
    world, run = polled(TimeoutSeconds=5)
    token, _ = taken(world)
    if late == "twice":
        world.executions.send_task_success(token, "1")
    elif late == "stopped":
        world.stop(run)
    else:
        world.run()
    sends: list[Any] = [
        lambda: world.executions.send_task_success(token, "1"),
        lambda: world.executions.send_task_failure(token, "E", None),
        lambda: world.executions.send_task_heartbeat(token),
    ]
    for send in sends:
        with pytest.raises(Exception, match=r"TaskTimedOut: Task Timed Out: 'Provided task does not exist anymore'"):
            send()
    with pytest.raises(Exception, match=r"InvalidToken: Invalid Token: 'Invalid token'"):
        world.executions.send_task_success("AAAA", "1")


def test_an_output_that_is_not_json_leaves_the_task_open() -> None:
    world, run = polled()
    token, _ = taken(world)
    with pytest.raises(asl.InputError, match="not a JSON value"):
        world.send_task_success(token, object())
    with pytest.raises(Exception, match="InvalidOutput: Invalid Output: 'the output is not JSON"):
        world.executions.send_task_success(token, "{")
    world.executions.send_task_success(token, '{"ok": true}')
    assert run.output == {"ok": True}


def test_a_worker_of_one_execution_for_the_activity_of_another() -> None:
    sender = {
        "StartAt": "S",
        "States": {
            "S": {
                "Type": "Task",
                "Resource": "arn:aws:states:::aws-sdk:sfn:sendTaskSuccess",
                "Parameters": {"TaskToken.$": "$.token", "Output": '"from the other"'},
                "End": True,
            }
        },
    }
    world, run = polled()
    token, _ = taken(world)
    other = world.start(asl.load(sender), {"token": token})
    world.run()
    assert (run.output, other.output) == ("from the other", {})


def test_a_live_worker_on_a_thread_of_its_own() -> None:
    world = asl.World(activities={"work": None}, live=True)
    world.stays = True
    run = world.start(activity(), {"n": 21})
    asked: list[Any] = []

    def work() -> None:
        while not (task := world.on_driver(lambda: world.get_activity_task("work", "thread"))):
            time.sleep(0.01)
        asked.append(task[1])
        world.executions.send_task_success(task[0], json.dumps(task[1]["n"] * 2))

    worker = threading.Thread(target=work)
    worker.start()
    world.run()
    worker.join(5)
    world.close()
    assert (run.output, asked, worker.is_alive()) == (42, [{"n": 21}], False)


def test_live_polling_between_drives() -> None:
    with asl.World(activities={"work": None}, live=True) as world:
        run = world.start(activity(), {"n": 21})
        world.run()
        token, task = taken(world)
        world.send_task_success(token, task["n"] * 2)
        world.run()
    assert run.output == 42


def as_the_drive_ends() -> tuple[asl.Run, list[threading.Thread]]:
    """A run whose worker answers from a thread while a drive of two milliseconds ends."""
    with asl.World(activities={"work": None}, live=True) as world:
        run = world.start(activity(), {"n": 21})
        world.run()
        token, _ = taken(world)
        works = [lambda: world.executions.send_task_success(token, "1"), lambda: world.on_driver(lambda: None)]
        threads = [threading.Thread(target=work, daemon=True) for work in works]
        for thread in threads:
            thread.start()
        world.run(until=world.now + 2)
        for thread in threads:
            thread.join(5)
    return run, threads


def test_what_a_thread_asks_as_a_drive_ends_is_done() -> None:
    for _ in range(30):
        run, threads = as_the_drive_ends()
        assert not any(thread.is_alive() for thread in threads)
        assert run.output == 1


def test_ways_of_an_activity_are_those_of_python_too() -> None:
    with pytest.raises(asl.HostError) as refused:
        activity().run()
    assert '\n  - in Python: run(..., activities={"work": function})' in str(refused.value)
