"""Edits of data, and states that are skipped, as events of the engine."""

import json
from dataclasses import replace
from typing import Any

import pytest

from asl import events as ev
from asl import transition
from asl.engine import Execution
from asl.machine import Machine, load
from asl.snapshot import restore, snapshot
from tests.engine.machines import INFO

ONE = {"a": {"b": 1}}


def machine(state: dict[str, Any], **others: dict[str, Any]) -> Machine:
    return load({"StartAt": "A", "States": {"A": state, **others}})


FIELDS = machine(
    {
        "Type": "Pass",
        "InputPath": "$.a",
        "Parameters": {"p.$": "$.b"},
        "ResultPath": "$.r",
        "OutputPath": "$.r",
        "Assign": {"v.$": "$.p"},
        "End": True,
    }
)


def begun(machine: Machine, input: Any) -> Execution:
    """An execution that is about to enter its first state."""
    execution = Execution(machine.program, replace(INFO, input=input))
    execution.apply(ev.Started(1))
    return execution


@pytest.mark.parametrize(
    ("place", "value", "output", "variables"),
    [
        ("input", {"a": {"b": 2}}, {"p": 2}, {"v": 2}),
        ("afterInputPath", {"b": 3}, {"p": 3}, {"v": 3}),
        ("afterParameters", {"p": 4}, {"p": 4}, {"v": 4}),
    ],
)
def test_a_value_that_is_edited_is_what_comes_after_it_sees(
    place: str, value: Any, output: Any, variables: Any
) -> None:
    execution = begun(FIELDS, ONE)
    assert execution.apply(ev.Edited(1, "0", place, value))
    execution = restore(FIELDS.program, json.loads(json.dumps(snapshot(execution))))
    execution.run()
    assert execution.output == output
    assert execution.history[-2].details is not None
    assert execution.history[-2].details["assignedVariables"] == variables
    assert execution.trace is None


@pytest.mark.parametrize(
    ("place", "value", "output"),
    [("afterResultPath", {"r": "x"}, "x"), ("output", 7, 7), ("assigned", {"v": 9}, {"p": 1})],
)
def test_a_stage_of_the_output_is_edited_before_the_state_is_left(place: str, value: Any, output: Any) -> None:
    execution = begun(FIELDS, ONE)
    execution.microstep()
    assert execution.apply(ev.Edited(1, "0", place, value))
    execution.run()
    assert execution.output == output
    assert execution.edits == {}


def test_an_edit_is_for_the_next_phase_alone() -> None:
    twice = machine({"Type": "Pass", "Next": "B"}, B={"Type": "Pass", "End": True})
    execution = begun(twice, 1)
    execution.apply(ev.Edited(1, "0", "output", 5))
    execution.run()
    assert execution.output == 1, "the phase that enters has no output"


def test_variables_are_edited() -> None:
    reads = machine({"Type": "Pass", "Parameters": {"v.$": "$v"}, "End": True})
    execution = begun_with(reads, {"v": 1})
    assert execution.apply(ev.Edited(1, "0", "variable:v", [2]))
    execution.run()
    assert execution.output == {"v": [2]}


def begun_with(machine: Machine, variables: dict[str, Any]) -> Execution:
    execution = Execution(machine.program, replace(INFO, variables=variables))
    execution.apply(ev.Started(1))
    return execution


def test_the_end_of_a_wait_is_edited() -> None:
    execution = begun(machine({"Type": "Wait", "Seconds": 60, "End": True}), {})
    execution.run()
    ref = execution.frames["0"].ref or ""
    assert not execution.apply(ev.TimerFired(2, ref, "wait")), "not due yet"
    assert execution.apply(ev.Edited(2, "0", "due", 2))
    assert execution.apply(ev.TimerFired(2, ref, "wait"))
    execution.run()
    assert execution.status == "SUCCEEDED"


TASK = {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "TimeoutSeconds": 5}


def test_a_state_that_is_skipped_hands_its_input_on_and_gives_up_its_call() -> None:
    execution = begun(machine({**TASK, "Next": "B"}, B={"Type": "Succeed"}), {"in": 1})
    execution.run()
    ref = execution.frames["0"].ref
    execution.take()
    assert execution.apply(ev.Skipped(1, "0"))
    execution.run()
    step = execution.take()
    assert [event.type for event in step.history][:2] == ["TaskStateExited", "SucceedStateEntered"]
    assert ("Cancel", ref) in [(type(each).__name__, getattr(each, "ref", None)) for each in step.effects]
    assert execution.output == {"in": 1}


def test_a_map_that_is_skipped_aborts_its_iterations() -> None:
    items = {"StartAt": "I", "States": {"I": {**TASK, "End": True}}}
    execution = begun(machine({"Type": "Map", "ItemProcessor": items, "End": True}), [1, 2])
    execution.run()
    assert execution.apply(ev.Skipped(1, "0"))
    types = [event.type for event in execution.history]
    assert types.count("MapIterationAborted") == 2
    assert (execution.status, execution.output) == ("SUCCEEDED", [1, 2])


@pytest.mark.parametrize(
    "event",
    [
        ev.Edited(1, "0.7", "input", 1),
        ev.Edited(1, "0", "due", 1),
        ev.Edited(1, "0", "variable:v", "x" * 300_000),
        ev.Skipped(1, "0.7"),
        ev.Skipped(1, "0"),
    ],
)
def test_what_cannot_be_edited_changes_nothing(event: ev.Event) -> None:
    choice = machine(
        {"Type": "Choice", "Choices": [{"Variable": "$.a", "IsPresent": True, "Next": "B"}], "Default": "B"},
        B={"Type": "Fail"},
    )
    execution = begun(choice, {})
    before = json.dumps(snapshot(execution))
    assert not execution.apply(event)
    assert json.dumps(snapshot(execution)) == before
    execution.run()
    assert not execution.apply(ev.Edited(1, "0", "input", 1)), "the execution has ended"


def test_edits_are_events_like_others() -> None:
    current = transition.apply(FIELDS.program, transition.start(FIELDS.program, INFO), ev.Started(1)).snapshot
    edited = ev.from_json(json.loads(json.dumps(ev.to_json(ev.Edited(1, "0", "input", ONE)))))
    step = transition.advance(FIELDS.program, current, edited)
    assert step.snapshot["output"] == {"p": 1}
