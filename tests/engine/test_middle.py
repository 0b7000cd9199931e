"""Executions that start in the middle, that are of a single state, and what they take."""

from typing import Any

import asl
from asl.hosts.run import Run
from asl.hosts.watchers import watchers
from asl.snapshot import restore, snapshot

WORK = {"Type": "Task", "Resource": "arn:aws:states:::example:work"}
MACHINE = asl.load(
    {
        "StartAt": "First",
        "States": {
            "First": {"Type": "Pass", "Next": "Work"},
            "Work": {
                **WORK,
                "Retry": [
                    {"ErrorEquals": ["Never"]},
                    {"ErrorEquals": ["Busy"], "MaxAttempts": 1},
                ],
                "Catch": [
                    {"ErrorEquals": ["Never"], "Next": "Last"},
                    {"ErrorEquals": ["Busy"], "ResultPath": "$.error", "Next": "Which"},
                ],
                "ResultPath": "$.result",
                "Next": "Which",
            },
            "Which": {
                "Type": "Choice",
                "Choices": [
                    {"Variable": "$.n", "NumericEquals": 1, "Next": "Each"},
                    {"Variable": "$.n", "NumericEquals": 2, "Next": "Last"},
                ],
                "Default": "Broken",
            },
            "Each": {
                "Type": "Map",
                "ItemsPath": "$.items",
                "ItemProcessor": {"StartAt": "Inner", "States": {"Inner": {"Type": "Pass", "End": True}}},
                "Next": "Last",
            },
            "Last": {"Type": "Succeed"},
            "Broken": {"Type": "Fail", "Error": "Broken"},
        },
    }
)


def taken(input: Any, *, work: Any = 1, **options: Any) -> tuple[Run, set[str]]:
    found: set[str] = set()

    def watch(run: Run) -> None:
        run.execution.taken = found

    watchers.append(watch)
    try:
        return MACHINE.run(input, tasks={"Work": work}, **options), found
    finally:
        watchers.remove(watch)


def failing(arguments: Any) -> Any:
    raise asl.TaskError("Busy")


def test_the_states_and_transitions_taken() -> None:
    _, found = taken({"n": 1, "items": [1]})
    assert found == {
        "/States/First",
        "/States/First/Next",
        "/States/Work",
        "/States/Work/Next",
        "/States/Which",
        "/States/Which/Choices/0/Next",
        "/States/Each",
        "/States/Each/ItemProcessor/States/Inner",
        "/States/Each/ItemProcessor/States/Inner/End",
        "/States/Each/Next",
        "/States/Last",
        "/States/Last/End",
    }


def test_retriers_catchers_and_defaults_taken() -> None:
    run, found = taken({"n": 3}, work=failing)
    assert run.error == "Broken"
    assert {each for each in found if each.startswith("/States/W") and each.count("/") > 2} == {
        "/States/Work/Retry/1",
        "/States/Work/Catch/1/Next",
        "/States/Which/Default",
    }
    assert "/States/Broken" in found


def test_from_a_state_to_the_end() -> None:
    run, found = taken({"n": 2}, start_at="Which")
    assert (run.path, run.output) == (["Which", "Last"], {"n": 2})
    assert "/States/First" not in found


def test_a_single_state() -> None:
    run, _ = taken({"n": 2}, start_at="Work", single=True)
    assert (run.path, run.output, run.next_state) == (["Work"], {"n": 2, "result": 1}, "Which")
    assert run.history[-1]["type"] == "ExecutionSucceeded"
    caught, _ = taken({"n": 2}, start_at="Work", single=True, work=failing)
    assert (caught.next_state, caught.output["error"]["Error"]) == ("Which", "Busy")
    each, _ = taken({"n": 2, "items": [1, 2]}, start_at="Each", single=True)
    assert (each.path, each.next_state) == (["Each", "Inner", "Inner"], "Last")
    last, _ = taken({}, start_at="Last", single=True)
    assert (last.succeeded, last.next_state) == (True, None)


def test_a_state_inside_a_map() -> None:
    run, _ = taken({"n": 2}, start_at="Inner")
    assert (run.path, run.output) == (["Inner"], {"n": 2})


def test_variables_at_the_start() -> None:
    definition = {
        "QueryLanguage": "JSONata",
        "StartAt": "A",
        "States": {"A": {"Type": "Pass", "Output": "{% $x + $y.z %}", "End": True}},
    }
    machine = asl.load(definition)
    assert machine.run({}, variables={"x": 1, "y": {"z": 2}}).output == 3
    refused = machine.run({}, variables={"x": "x" * 300_000})
    assert (refused.status, refused.error) == ("FAILED", "States.DataLimitExceeded")


def test_a_snapshot_has_them() -> None:
    with asl.World(tasks={"Work": 1}) as world:
        run = world.start(MACHINE, {"n": 1}, start_at="Work", variables={"x": 1}, single=True)
        kept = snapshot(run.execution)
        again = restore(MACHINE.program, kept)
        assert again.info == run.execution.info
        assert again.frames["0"].variables == {"x": 1}
        assert snapshot(again) == kept
