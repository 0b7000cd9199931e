"""Hypothesis strategies: small machines of every state type, and a host that answers them by chance."""

import random
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from asl import events as ev
from asl.effects import CallTask, Cancel, Effect, Finish, StartTimer
from asl.engine import Execution, ExecutionInfo
from asl.history import HistoryEvent
from asl.machine import Machine, load

Definition = dict[str, Any]

ERRORS = ["Boom", "Bang", "States.Timeout"]
_paths = st.sampled_from(["$", "$.a", "$.b.c", None])
_retriers = st.fixed_dictionaries(
    {"ErrorEquals": st.sampled_from([["Boom"], ["Bang", "Boom"], ["States.TaskFailed"], ["States.Timeout"]])},
    optional={
        "MaxAttempts": st.integers(0, 2),
        "IntervalSeconds": st.integers(1, 5),
        "BackoffRate": st.sampled_from([1.0, 2.0]),
        "JitterStrategy": st.sampled_from(["FULL", "NONE"]),
    },
)


@st.composite
def _state(draw: st.DrawFn, name: str, names: list[str], depth: int) -> Definition:
    """The state `name`, which goes on to one of `names`, or ends."""
    following = names[0] if names else None
    kinds = ["Pass", "Task", "Wait", "Choice", "Fail", "Succeed"]
    if depth:
        kinds += ["Parallel", "Map", "Parallel", "Map", "Task"]
    kind = draw(st.sampled_from(kinds if following else [each for each in kinds if each != "Choice"]))
    state: Definition = {"Type": kind}
    if kind not in ("Choice", "Fail", "Succeed"):
        state.update({"Next": following} if following else {"End": True})
    fields = _jsonata_fields if draw(st.booleans()) else _jsonpath_fields
    state.update(fields(draw, kind, names))
    match kind:
        case "Task":
            state["Resource"] = draw(
                st.sampled_from(
                    [
                        "arn:aws:lambda:us-east-1:123456789012:function:f",
                        "arn:aws:states:::sqs:sendMessage",
                        "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
                    ]
                )
            )
            if draw(st.booleans()):
                state["TimeoutSeconds"] = draw(st.integers(2, 20))
                if draw(st.booleans()):
                    state["HeartbeatSeconds"] = 1
        case "Parallel":
            count = draw(st.integers(1, 3))
            state["Branches"] = [draw(_scope(f"{name}b{index}", depth - 1)) for index in range(count)]
        case "Map":
            state["ItemProcessor"] = draw(_scope(f"{name}m", depth - 1))
            state["MaxConcurrency"] = draw(st.integers(0, 2))
    if kind in ("Task", "Parallel", "Map"):
        state["Retry"] = draw(st.lists(_retriers, max_size=2))
    return state


def _jsonpath_fields(draw: st.DrawFn, kind: str, names: list[str]) -> Definition:
    """The fields of a state of this type that its query language has to do with."""
    state: Definition = {}
    if kind not in ("Fail", "Succeed") and draw(st.booleans()):
        state["Assign"] = {"v.$": "$", "w": draw(st.integers(0, 9))}
    match kind:
        case "Pass":
            state["Result"] = draw(st.sampled_from([1, {"a": 1, "b": {"c": 2}}, [1, 2, 3]]))
            state["ResultPath"] = draw(_paths)
            state["InputPath"] = draw(st.sampled_from(["$", "$v", "$$.Execution.Input"]))
        case "Wait":
            state["Seconds"] = draw(st.integers(0, 10))
        case "Choice":
            variable = draw(st.sampled_from(["$.a", "$w"]))
            state["Choices"] = [{"Variable": variable, "IsPresent": True, "Next": draw(st.sampled_from(names))}]
            state["Default"] = draw(st.sampled_from(names))
        case "Fail":
            state["Error"] = draw(st.sampled_from(ERRORS))
        case "Task":
            state["Parameters"] = {"id.$": "States.UUID()", "n.$": "$$.State.RetryCount"}
        case "Parallel":
            state["ResultSelector"] = {"a.$": "States.ArrayLength($)"}  # else the data grow exponentially
        case "Map":
            state["ResultSelector"] = {"a.$": "$[*].a"}
            state["ItemsPath"] = "$$.Execution.Input.items"
            state["ItemSelector"] = {"a.$": "$$.Map.Item.Value", "i.$": "$$.Map.Item.Index"}
    if kind in ("Task", "Parallel", "Map"):
        state["ResultPath"] = draw(_paths)
        if names and draw(st.booleans()):
            state["Catch"] = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.a", "Next": names[0]}]
    return state


def _jsonata_fields(draw: st.DrawFn, kind: str, names: list[str]) -> Definition:
    """The same in JSONata."""
    state: Definition = {"QueryLanguage": "JSONata"}
    if kind not in ("Fail", "Succeed") and draw(st.booleans()):
        state["Assign"] = {
            "v": "{% $states.input %}",
            "w": draw(st.sampled_from([1, "{% $w + 1 %}", "{% $random() %}"])),
        }
    match kind:
        case "Pass" | "Succeed":
            state["Output"] = draw(st.sampled_from([1, {"a": "{% $uuid() %}"}, "{% $states.input %}", "{% [$v] %}"]))
        case "Wait":
            state["Seconds"] = draw(st.sampled_from([1, "{% $floor($random() * 10) %}"]))
        case "Choice":
            condition = draw(st.sampled_from(["{% $exists($states.input.a) %}", "{% $exists($w) %}"]))
            state["Choices"] = [{"Condition": condition, "Assign": {"w": 5}, "Next": draw(st.sampled_from(names))}]
            state["Default"] = draw(st.sampled_from(names))
        case "Fail":
            state["Error"] = draw(st.sampled_from(ERRORS))
        case "Task":
            state["Arguments"] = {"id": "{% $uuid() %}", "n": "{% $states.context.State.RetryCount %}"}
            state["Output"] = draw(st.sampled_from(["{% $states.result %}", "{% $states.result.a > 4 ? 1 %}"]))
        case "Parallel":
            state["Output"] = {"a": "{% $count($states.result) %}"}
        case "Map":
            state["Items"] = "{% $states.context.Execution.Input.items %}"
            state["ItemSelector"] = {"a": "{% $states.context.Map.Item.Value %}"}
            state["Output"] = {"a": "{% $count($states.result) %}"}
    if names and kind in ("Task", "Parallel", "Map") and draw(st.booleans()):
        caught = {"ErrorEquals": ["States.ALL"], "Output": {"a": "{% $states.errorOutput.Error %}"}, "Next": names[0]}
        state["Catch"] = [{**caught, "Assign": {"v": "{% $states.input %}"}}]
    return state


@st.composite
def _scope(draw: st.DrawFn, prefix: str, depth: int) -> Definition:
    names = [f"{prefix}{index}" for index in range(draw(st.integers(1, 4)))]
    states = {name: draw(_state(name, names[index + 1 :], depth)) for index, name in enumerate(names)}
    reachable, waiting = set(), [names[0]]
    while waiting:
        name = waiting.pop()
        if name not in reachable:
            reachable.add(name)
            state = states[name]
            waiting += [state[key] for key in ("Next", "Default") if key in state]
            waiting += [each["Next"] for key in ("Choices", "Catch") for each in state.get(key, ())]
    return {"StartAt": names[0], "States": {name: states[name] for name in names if name in reachable}}


@st.composite
def machines(draw: st.DrawFn, depth: int = 2) -> Machine:
    """A valid machine that ends, whatever its tasks answer."""
    definition = draw(_scope("s", depth))
    if draw(st.booleans()):
        definition["TimeoutSeconds"] = draw(st.integers(1, 60))
    return load(definition, name="generated")


INFO = ExecutionInfo(
    arn="arn:aws:states:us-east-1:123456789012:execution:generated:one",
    name="one",
    state_machine_arn="arn:aws:states:us-east-1:123456789012:stateMachine:generated",
    state_machine_name="generated",
    role_arn="arn:aws:iam::123456789012:role/generated",
    input={"items": [1, 2, 3], "a": 0},
    seed="law",
)

Step = Callable[[Execution, ev.Event], Execution]


def advance(execution: Execution, event: ev.Event) -> Execution:
    execution.apply(event)
    execution.run()
    return execution


def drive(machine: Machine, seed: int, step: Step = advance) -> tuple[list[ev.Event], list[HistoryEvent], list[Effect]]:
    """Runs a machine, answering its calls and firing its timers as `seed` chooses.

    Gives the events that went in, the history and the effects that came out. `step` takes in one event and runs.
    """
    chance = random.Random(seed)
    execution = Execution(machine.program, INFO)
    calls: dict[str, str] = {}
    timers: list[StartTimer] = []
    events: list[ev.Event] = []
    history: list[HistoryEvent] = []
    effects: list[Effect] = []
    event: ev.Event = ev.Started(1_000)
    for _ in range(400):
        events.append(event)
        execution = step(execution, event)
        taken = execution.take()
        history += taken.history
        effects += taken.effects
        for effect in taken.effects:
            match effect:
                case CallTask():
                    calls[effect.ref] = "scheduled"
                case StartTimer():
                    timers.append(effect)
                case Cancel(ref):
                    calls.pop(ref, None)
                    timers = [timer for timer in timers if timer.ref != ref]
                case Finish():
                    return events, history, effects
        now = event.at
        if calls and (not timers or chance.random() < 0.7):
            ref = chance.choice(sorted(calls))
            event = _answer(chance, now, ref, calls)
        elif timers:
            timers.sort(key=lambda timer: (timer.due, timer.ref, timer.purpose))
            timer = timers.pop(0)
            event = ev.TimerFired(max(now, timer.due), timer.ref, timer.purpose)
        else:
            event = ev.Stopped(now, "Stopped", "nothing is awaited")
    raise AssertionError("the machine does not end")


def _answer(chance: random.Random, now: int, ref: str, calls: dict[str, str]) -> ev.Event:
    at = now + chance.randrange(3) * 500
    match chance.randrange(6):
        case 0 if calls[ref] == "scheduled":
            calls[ref] = "started"
            return ev.TaskStarted(at, ref)
        case 1 if calls[ref] != "submitted":
            calls[ref] = "submitted"
            return ev.TaskSubmitted(at, ref, {"MessageId": "1"})
        case 2:
            return ev.Heartbeat(at, ref)
        case 3:
            del calls[ref]
            return ev.TaskFailed(at, ref, chance.choice(ERRORS), "by chance")
        case _:
            del calls[ref]
            return ev.TaskSucceeded(at, ref, {"a": chance.randrange(9)})
