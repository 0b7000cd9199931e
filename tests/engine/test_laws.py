"""The laws of the engine, over generated machines."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asl import events as ev
from asl import transition
from asl.engine import Execution
from asl.hosts.world import World
from asl.machine import Machine, load
from asl.snapshot import restore, snapshot
from tests.engine.machines import INFO, drive, machines

law = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
seeds = st.integers(0, 2**16)


def through_json(execution: Execution) -> Execution:
    """The execution, after its snapshot went through JSON text."""
    text = json.dumps(snapshot(execution))
    restored = restore(execution.program, json.loads(text))
    restored.history, restored.effects = execution.history, execution.effects
    return restored


@law
@given(machines(), seeds)
def test_snapshot_survives_json_after_every_event(machine: Machine, seed: int) -> None:
    def step(execution: Execution, event: ev.Event) -> Execution:
        execution = through_json(execution)
        execution.apply(event)
        execution = through_json(execution)
        execution.run()
        return execution

    assert drive(machine, seed, step) == drive(machine, seed)


@law
@given(machines(), seeds)
def test_folding_microsteps_is_advance(machine: Machine, seed: int) -> None:
    def step(execution: Execution, event: ev.Event) -> Execution:
        execution.apply(event)
        while execution.microstep():
            execution = through_json(execution)
        return execution

    assert drive(machine, seed, step) == drive(machine, seed)


@law
@given(machines(), seeds)
def test_pure_functions_are_the_mutable_execution(machine: Machine, seed: int) -> None:
    events, history, effects = drive(machine, seed)
    current = transition.start(machine.program, INFO)
    seen: tuple[list[Any], list[Any]] = ([], [])
    for event in events:
        before = json.dumps(current)
        step = transition.advance(machine.program, current, event)
        assert json.dumps(current) == before, "a snapshot is never changed"
        current = step.snapshot
        seen[0].extend(step.history)
        seen[1].extend(step.effects)
    assert seen == (history, effects)


@law
@given(machines(), seeds)
def test_replaying_the_events_gives_the_same_history(machine: Machine, seed: int) -> None:
    events, history, effects = drive(machine, seed)
    log = json.loads(json.dumps([ev.to_json(event) for event in events]))
    execution = Execution(machine.program, INFO)
    for entry in log:
        execution.apply(ev.from_json(entry))
        execution.run()
    step = execution.take()
    assert (step.history, step.effects) == (history, effects)


@law
@given(machines(), seeds)
def test_late_and_unknown_events_change_nothing(machine: Machine, seed: int) -> None:
    def step(execution: Execution, event: ev.Event) -> Execution:
        execution.apply(event)
        execution.run()
        before = json.dumps(snapshot(execution))
        waiting = [effect for effect in execution.effects if getattr(effect, "ref", None) == getattr(event, "ref", "")]
        strangers: list[ev.Event] = [
            ev.TaskSucceeded(event.at + 1, "0#999999", {}),
            ev.TaskFailed(event.at + 1, "9.9#1", "Late"),
            ev.TimerFired(event.at + 1, "0#999999", "wait"),
            ev.TimerFired(event.at + 1, "0#999999", "timeout"),
            ev.Heartbeat(event.at + 1, "nonsense"),
            ev.Started(event.at + 1),
        ]
        if isinstance(event, ev.TaskSucceeded | ev.TaskFailed | ev.TimerFired) and not waiting:
            strangers.append(event)
        for stranger in strangers:
            assert not execution.apply(stranger)
        assert json.dumps(snapshot(execution)) == before
        return execution

    drive(machine, seed, step)


@law
@given(machines(), seeds)
def test_same_seed_same_bytes(machine: Machine, seed: int) -> None:
    def history() -> str:
        with World(seed=seed, tasks={"*": lambda arguments: {"a": len(arguments["id"])}}) as world:
            run = world.start(machine, {"items": [1, 2], "a": 0})
            world.run()
        return json.dumps(run.history)

    assert history() == history()


@law
@given(machines(), seeds)
def test_history_is_a_chain(machine: Machine, seed: int) -> None:
    _, history, _ = drive(machine, seed)
    assert [event.id for event in history] == list(range(1, len(history) + 1))
    assert all(event.previous_id < event.id for event in history)
    assert json.loads(json.dumps(history)) is not None


def test_trace_has_the_value_after_each_stage() -> None:
    state = {
        "Type": "Pass",
        "InputPath": "$.a",
        "Parameters": {"p.$": "$.b"},
        "ResultPath": "$.r",
        "OutputPath": "$.r",
        "End": True,
    }
    program = load({"StartAt": "A", "States": {"A": state}}).program
    info = replace(INFO, input={"a": {"b": 1}})
    snapshot = transition.apply(program, transition.start(program, info), ev.Started(1)).snapshot
    stages = []
    while (step := transition.microstep(program, snapshot)) is not None:
        stages += [(stage.frame, stage.name, stage.value) for stage in step.trace]
        snapshot = step.snapshot
    assert stages == [
        ("0", "afterInputPath", {"b": 1}),
        ("0", "afterParameters", {"p": 1}),
        ("0", "afterResultSelector", {"p": 1}),
        ("0", "afterResultPath", {"a": {"b": 1}, "r": {"p": 1}}),
        ("0", "output", {"p": 1}),
    ]


def test_a_budget_is_kept_and_says_that_there_is_more() -> None:
    states = {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "End": True}}
    program = load({"StartAt": "A", "States": states}).program
    step = transition.advance(program, transition.start(program, INFO), ev.Started(1), budget=1)
    assert (step.more, [event.type for event in step.history]) == (True, ["ExecutionStarted", "PassStateEntered"])


def test_a_named_frame_moves_first() -> None:
    branches = [{"StartAt": name, "States": {name: {"Type": "Pass", "End": True}}} for name in ("A", "B")]
    program = load({"StartAt": "P", "States": {"P": {"Type": "Parallel", "Branches": branches, "End": True}}}).program
    execution = Execution(program, INFO)
    execution.apply(ev.Started(1))
    execution.microstep()
    assert not execution.microstep("0.7")
    assert execution.microstep("0.1")
    assert execution.take().history[-1].details == {"name": "B", "input": INFO.input}


def test_a_snapshot_of_another_definition_is_refused() -> None:
    programs = [
        load({"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": result, "End": True}}}).program
        for result in (1, 2)
    ]
    with pytest.raises(ValueError, match="another definition"):
        restore(programs[1], transition.start(programs[0], INFO))
    with pytest.raises(ValueError, match="version"):
        restore(programs[0], {**transition.start(programs[0], INFO), "version": 99})
