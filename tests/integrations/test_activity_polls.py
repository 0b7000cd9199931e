"""`aws-sdk:sfn:getActivityTask`: a machine that works on the activities of other executions."""

from typing import Any

import pytest

import asl

POLL = "arn:aws:states:::aws-sdk:sfn:getActivityTask"
ACTIVITY = "arn:aws:states:us-east-1:123456789012:activity:work"
MACHINE = asl.load(
    {"StartAt": "Work", "States": {"Work": {"Type": "Task", "Resource": ACTIVITY, "End": True}}}, name="asks"
)


def worker(activity: str = ACTIVITY) -> asl.Machine:
    """Takes one task, and answers it with its own input."""
    states = {
        "Take": {
            "Type": "Task",
            "Resource": POLL,
            "Parameters": {"ActivityArn": activity, "WorkerName": "machine"},
            "Next": "HasTask",
        },
        "HasTask": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.TaskToken", "IsPresent": True, "Next": "Answer"}],
            "Default": "None",
        },
        "None": {"Type": "Pass", "End": True},
        "Answer": {
            "Type": "Task",
            "Resource": "arn:aws:states:::aws-sdk:sfn:sendTaskSuccess",
            "Parameters": {"TaskToken.$": "$.TaskToken", "Output.$": "$.Input"},
            "End": True,
        },
    }
    return asl.load({"StartAt": "Take", "States": states}, name="works")


@pytest.fixture
def world() -> Any:
    with asl.World(activities={"work": None}) as world:
        yield world


@pytest.mark.parametrize("worker_first", [False, True])
def test_a_machine_works_on_an_activity(worker_first: bool, world: asl.World) -> None:
    machines = [(MACHINE, {"a": [1, "ü"]}), (worker(), {})]
    runs = [world.start(machine, value) for machine, value in machines[:: -1 if worker_first else 1]]
    world.run()
    asking = runs[worker_first]
    assert asking.output == {"a": [1, "ü"]}
    (started,) = [each for each in asking.history if each["type"] == "ActivityStarted"]
    assert started["activityStartedEventDetails"] == {"workerName": "machine"}


def test_a_task_that_comes_later_is_waited_for(world: asl.World) -> None:
    working = world.start(worker())
    world.run(until=world.now + 40_500)
    asking = world.start(MACHINE, "late")
    world.run()
    assert (asking.output, working.status) == ("late", "SUCCEEDED")
    assert asking.duration_ms < 1_000


def test_without_a_task_the_answer_comes_after_a_minute(world: asl.World) -> None:
    working = world.start(worker())
    world.run()
    assert (working.output, working.duration_ms) == ({}, 60_000)


def test_tasks_of_other_activities_are_left(world: asl.World) -> None:
    asking = world.start(MACHINE, "mine")
    working = world.start(worker(ACTIVITY.replace(":work", ":other")))
    world.run(until=world.now + 120_000)
    assert (working.output, asking.status) == ({}, "RUNNING")


def test_parameters_are_those_of_the_service(world: asl.World) -> None:
    run = world.start(
        asl.load({"StartAt": "S", "States": {"S": {"Type": "Task", "Resource": POLL, "Parameters": {}, "End": True}}})
    )
    world.run()
    assert run.status == "FAILED"
    assert "The field 'ActivityArn' is required but was missing" in (run.cause or "")
