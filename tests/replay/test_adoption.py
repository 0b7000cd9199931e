"""What AWS makes up is adopted from the recording, and nothing else is."""

from __future__ import annotations

from typing import Any

import pytest

import asl
from asl import events as ev
from asl.integration import Answer, Call, Output
from asl.replay import replay
from asl.replay.recording import from_values
from asl.values import JSON
from tests.replay.machines import changed
from tests.replay.recordings import history, replayed, said


def machine(*, jsonata: bool = False, **first: Any) -> dict[str, Any]:
    """A machine of a Pass state with these fields, and one that hands its data on."""
    language = {"QueryLanguage": "JSONata"} if jsonata else {}
    return {
        **language,
        "StartAt": "Make",
        "States": {"Make": {"Type": "Pass", **first, "Next": "Keep"}, "Keep": {"Type": "Pass", "End": True}},
    }


def test_nothing_is_adopted_where_nothing_is_made_up() -> None:
    definition = machine(Parameters={"x.$": "$.x", "sum.$": "States.MathAdd($.x, 1)"})
    assert replayed(history(definition, {"x": 1}), definition).adopted == ()


@pytest.mark.parametrize(
    "value",
    [
        "States.UUID()",
        "States.MathRandom(1, 1000000)",
        "States.Hash(States.UUID(), 'MD5')",
        "States.Base64Encode(States.Format('{}-{}', States.UUID(), States.MathRandom(1, 100)))",
        "States.Format('at {} no {}', $$.State.EnteredTime, States.MathRandom(1, 1000))",
        "$$.State.EnteredTime",
        "$$.Execution.StartTime",
        "$$.Execution.Id",
        "$$.StateMachine.Id",
        "$$.StateMachine.Name",
        "States.ArrayGetItem(States.StringSplit($$.Execution.Id, ':'), 3)",
        "States.Hash($$.StateMachine.Id, 'MD5')",
        "States.Array(States.UUID(), $$.State.EnteredTime, 1)",
    ],
)
def test_values_of_intrinsic_functions_and_the_context_are_adopted(value: str) -> None:
    definition = machine(Parameters={"made.$": value, "x": 1})
    events = history(definition, start="2031-01-02T03:04:05.678Z")
    started = {**events[0], "timestamp": "2031-01-02T03:04:05.000000+00:00"}
    done = replayed([started, *events[1:]], definition)
    assert said(done) == ""
    assert done.execution.output == _output(events)
    assert "x: recorded 1, now 2" in said(replayed(events, changed(definition, ("/States/Make/Parameters/x", 2))))


@pytest.mark.parametrize(
    "value",
    [
        "$uuid()",
        "$random()",
        "$now()",
        "$millis()",
        "$fromMillis($millis(), '[D01].[M01].[Y0001]')",
        "$shuffle([1..20])",
        "{'id': $uuid(), 'n': $floor($random() * 1000000)}",
        "$states.context.State.EnteredTime",
        "'id: ' & $uuid() & ', ' & $string($random())",
        "$hash($uuid(), 'MD5')",
    ],
)
@pytest.mark.parametrize("field", ["Output", "Assign"])
def test_values_of_jsonata_are_adopted(value: str, field: str) -> None:
    members = {"made": f"{{% {value} %}}", "x": 1}
    last = {"Output": "{% $made %}"} if field == "Assign" else {}
    definition = changed(
        machine(jsonata=True, **{field: members}), *((f"/States/Keep/{k}", v) for k, v in last.items())
    )
    events = history(definition, start="2031-11-12T13:14:15.678Z")
    done = replayed([{**event, "timestamp": None} for event in events], definition)
    assert said(done) == ""
    assert done.adopted
    assert done.execution.output == _output(events)
    assert "x: recorded 1, now 2" in said(replayed(events, changed(definition, (f"/States/Make/{field}/x", 2))))


@pytest.mark.parametrize(
    ("recorded", "now"),
    [
        ("States.UUID()", "States.Format('id-{}', States.UUID())"),
        ("States.Format('id-{}', States.UUID())", "States.Format('no-{}', States.UUID())"),
        ("States.Format('{} of {}', States.UUID(), $.x)", "States.Format('{} at {}', States.UUID(), $.x)"),
        ("States.UUID()", "States.MathRandom(1, 1000)"),
        ("States.UUID()", "$$.State.EnteredTime"),
        ("$$.State.EnteredTime", "States.UUID()"),
        ("$$.Execution.Id", "States.UUID()"),
        ("$.x", "States.UUID()"),
        ("States.UUID()", "$.x"),
    ],
)
def test_another_value_that_is_made_up_is_not_adopted(recorded: str, now: str) -> None:
    events = history(machine(Parameters={"made.$": recorded}), {"x": "one"})
    assert "output.made: recorded" in said(replayed(events, machine(Parameters={"made.$": now})))


def test_constants_that_look_made_up_are_compared() -> None:
    one, other = "11111111-2222-4333-8444-555555555555", "66666666-2222-4333-8444-555555555555"
    events = history(machine(Parameters={"id": one, "u.$": "States.UUID()"}))
    done = replayed(events, machine(Parameters={"id": other, "u.$": "States.UUID()"}))
    assert [each.place for each in done.divergence.differences] == ["output.id"]


TASK: dict[str, Any] = {
    "StartAt": "Ask",
    "States": {
        "Ask": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
            "Parameters": {
                "FunctionName": "f",
                "Payload": {"token.$": "$$.Task.Token", "execution.$": "$$.Execution.Id", "id.$": "States.UUID()"},
            },
            "ResultSelector": {"answer.$": "$.id", "token.$": "$$.Task.Token"},
            "Next": "Same",
        },
        "Same": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.answer", "StringEqualsPath": "$.answer", "Next": "Good"}],
        },
        "Good": {"Type": "Succeed"},
    },
}


def echo(call: Call) -> Answer:
    return Output({"id": call.arguments["Payload"]["id"]})


def test_the_token_of_a_task_and_the_names_of_the_execution_are_learnt() -> None:
    events = history(TASK, tasks=echo)
    done = replayed(events, TASK)
    assert said(done) == ""
    assert (done.facts.name, done.facts.machine_name) == ("nightly-17", "Orders")
    assert (done.facts.region, done.facts.account) == ("eu-west-1", "999999999999")
    assert done.execution.info.arn == "arn:aws:states:eu-west-1:999999999999:execution:Orders:nightly-17"
    assert done.execution.output == _output(events)


def test_more_than_the_token_is_compared() -> None:
    prefixed = ("/States/Ask/Parameters/Payload/token.$", "States.Format('token:{}', $$.Task.Token)")
    assert "parameters.Payload.token: recorded" in said(replayed(history(TASK, tasks=echo), changed(TASK, prefixed)))


@pytest.mark.parametrize("kind", ["STANDARD", "EXPRESS"])
def test_names_are_learnt_one_by_one(kind: str) -> None:
    names = {"id.$": "$$.StateMachine.Id", "name.$": "$$.Execution.Name", "x": 1}
    definition = machine(Parameters=names)
    events = history(definition, type=kind)
    recording = from_values([{"events": events}, {"type": kind}])
    done = replay(recording, asl.load(definition, type=kind))
    assert said(done) == ""
    assert (done.facts.region, done.facts.machine_name, done.facts.name) == ("eu-west-1", "Orders", "nightly-17")
    assert done.facts.unknown == ({"arn"} if kind == "EXPRESS" else set())
    other = changed(definition, ("/States/Make/Parameters/name.$", "$$.StateMachine.Name"))
    assert 'output.name: recorded "nightly-17"' in said(replay(recording, asl.load(other, type=kind)))


def test_an_adopted_value_goes_in_as_an_edit() -> None:
    done = replayed(history(TASK, tasks=echo), TASK)
    edits = [step.move.event for step in done.steps if isinstance(getattr(step.move, "event", None), ev.Edited)]
    assert [edit.place for edit in edits] == ["afterParameters", "output"]
    assert edits[0].value["Payload"]["execution"].endswith(":nightly-17")


def test_a_branch_decides_by_what_was_recorded() -> None:
    """The number that was drawn here would lead elsewhere."""
    definition = {
        "QueryLanguage": "JSONata",
        "StartAt": "Draw",
        "States": {
            "Draw": {"Type": "Pass", "Assign": {"n": "{% $random() %}"}, "Next": "Which"},
            "Which": {"Type": "Choice", "Choices": [{"Condition": "{% $n < 0.5 %}", "Next": "Low"}], "Default": "High"},
            "Low": {"Type": "Succeed"},
            "High": {"Type": "Succeed"},
        },
    }
    paths = set()
    for seed in range(6):
        events = history(definition, seed=seed)
        assert said(replayed(events, definition)) == ""
        paths.add(events[-2]["stateExitedEventDetails"]["name"])
    assert paths == {"Low", "High"}


@pytest.mark.parametrize("kind", ["Parallel", "Map"])
def test_what_a_map_or_parallel_makes_up_for_its_threads_is_adopted_in_each(kind: str) -> None:
    inner = {"StartAt": "In", "States": {"In": {"Type": "Pass", "End": True}}}
    fields: dict[str, JSON] = {"Branches": [inner], "Parameters": {"id.$": "States.UUID()", "x": 1}}
    if kind == "Map":
        fields = {"ItemProcessor": inner, "ItemSelector": fields["Parameters"], "ItemsPath": "$.items"}
    definition = {"StartAt": "Out", "States": {"Out": {"Type": kind, **fields, "End": True}}}
    events = history(definition, {"items": [1, 2, 3]})
    done = replayed(events, definition)
    assert said(done) == ""
    assert len(done.adopted) == (3 if kind == "Map" else 1)
    selector = "/States/Out/ItemSelector/x" if kind == "Map" else "/States/Out/Parameters/x"
    assert "input.x: recorded 1, now 2" in said(replayed(events, changed(definition, (selector, 2))))


def _output(events: list[dict[str, Any]]) -> JSON:
    import json

    return json.loads(events[-1]["executionSucceededEventDetails"]["output"])
