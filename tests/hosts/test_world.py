"""Worlds in virtual time: many executions on one clock, answers from outside, time-outs, what callers may not give."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

import asl
from asl.hosts.answers import Answers
from asl.integration import Settings

CALLBACK = {
    "StartAt": "Ask",
    "States": {
        "Ask": {
            "Type": "Task",
            "Resource": "arn:aws:states:::events:putEvents.waitForTaskToken",
            "Parameters": {
                "Entries": [{"Source": "s", "DetailType": "d", "Detail": {"token.$": "$$.Task.Token"}}],
            },
            "HeartbeatSeconds": 60,
            "TimeoutSeconds": 600,
            "End": True,
        }
    },
}
TASK = {
    "StartAt": "T",
    "States": {
        "T": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:1:function:f", "TimeoutSeconds": 10, "End": True}
    },
}


def wait(seconds: int) -> dict[str, Any]:
    return {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": seconds, "End": True}}}


def waiting() -> tuple[asl.World, asl.Run, str]:
    world = asl.World()
    run = world.start(asl.load(CALLBACK))
    world.run(until=world.now)
    (token,) = run.waiting_for
    return world, run, token


def test_executions_share_a_clock() -> None:
    with asl.World(start="2026-03-01T00:00:00Z") as world:
        runs = [world.start(asl.load(wait(seconds), name=f"w{seconds}")) for seconds in (30, 10, 20)]
        world.run()
    assert [run.history[-1]["timestamp"][11:19] for run in runs] == ["00:00:30", "00:00:10", "00:00:20"]
    assert world.finished


def test_the_world_stops_at_a_time() -> None:
    world = asl.World()
    run = world.start(asl.load(wait(100)))
    begin = world.now
    world.run(until=begin + 99_000)
    assert (run.status, world.now) == ("RUNNING", begin + 99_000)
    world.run()
    assert run.succeeded


def test_token_is_answered_from_outside() -> None:
    world, run, token = waiting()
    assert run.waiting_for == {token: "Ask"}
    assert json.loads(json.dumps(world.events[0]["detail"])) == {"token": token}
    world.send_task_heartbeat(token)
    world.send_task_success(token, {"answer": 42})
    assert run.output == {"answer": 42}
    types = [event["type"] for event in run.history]
    assert types[2:6] == ["TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded"]
    with pytest.raises(asl.InputError, match="no task awaits"):
        world.send_task_success(token, {})


def test_token_fails_from_outside() -> None:
    world, run, token = waiting()
    world.send_task_failure(token, "Refused", "by hand")
    assert (run.error, run.cause) == ("Refused", "by hand")


def test_heartbeats_keep_a_task_alive() -> None:
    world, run, token = waiting()
    begin = world.now
    for second in (50, 100, 150):
        world.run(until=begin + second * 1000)
        world.send_task_heartbeat(token)
    world.run()
    assert (run.status, run.error) == ("FAILED", "States.Timeout")
    assert run.duration_ms == 210_000
    assert run.history[-2]["type"] == "TaskTimedOut"


def test_waiting_for_an_answer_only_is_no_jump_in_time() -> None:
    definition = json.loads(json.dumps(CALLBACK))
    del definition["States"]["Ask"]["HeartbeatSeconds"], definition["States"]["Ask"]["TimeoutSeconds"]
    world = asl.World()
    run = world.start(asl.load(definition))
    world.run()
    assert (run.status, run.duration_ms) == ("RUNNING", 0)
    assert list(run.waiting_for.values()) == ["Ask"]


def test_a_call_takes_the_time_that_its_answer_says() -> None:
    assert asl.load(TASK).run(tasks=lambda call: asl.Output(1, duration_ms=9_999)).output == 1
    late = asl.load(TASK).run(tasks=lambda call: asl.Output(1, duration_ms=10_001))
    assert (late.error, late.duration_ms) == ("States.Timeout", 10_000)


def test_pending_is_polled_in_virtual_time() -> None:
    definition = {
        "StartAt": "Job",
        "States": {
            "Job": {
                "Type": "Task",
                "Resource": "arn:aws:states:::glue:startJobRun.sync",
                "Parameters": {"JobName": "j"},
                "End": True,
            }
        },
    }

    def job(call: asl.Call) -> asl.Output | asl.Pending:
        asked = call.pending or 0
        if asked == 3:
            return asl.Output({"State": "SUCCEEDED"})
        return asl.Pending(asked + 1, 60_000, **({"submitted": {"JobRunId": "j"}} if not asked else {}))

    run = asl.load(definition).run(tasks=job)
    assert (run.output, run.duration_ms) == ({"State": "SUCCEEDED"}, 180_000)
    assert [event["type"] for event in run.history].count("TaskSubmitted") == 1


def test_stopping() -> None:
    world = asl.World()
    run = world.start(asl.load(wait(100)))
    world.stop(run, "Mine", "enough")
    assert (run.status, run.error, run.cause) == ("ABORTED", "Mine", "enough")
    assert [event["type"] for event in run.history][-2:] == ["WaitStateEntered", "ExecutionAborted"]
    world.run()
    assert world.finished


def test_task_functions_cannot_change_state_data() -> None:
    def meddling(arguments: Any) -> Any:
        arguments["list"].append(4)
        return arguments

    definition = json.loads(json.dumps(TASK))
    definition["States"]["T"]["ResultPath"] = "$.result"
    run = asl.load(definition).run({"list": [1]}, tasks={"T": meddling})
    assert run.output == {"list": [1], "result": {"list": [1, 4]}}


def test_task_functions_take_the_call_too() -> None:
    run = asl.load(TASK).run({}, tasks={"T": lambda arguments, call: call.resource})
    assert run.output == TASK["States"]["T"]["Resource"]  # type: ignore[index]


def test_tasks_by_resource_and_glob() -> None:
    for key in ("arn:aws:lambda:us-east-1:1:function:f", "arn:aws:lambda:*", "T*"):
        assert asl.load(TASK).run({}, tasks={key: {"by": key}}).output == {"by": key}


def test_error_of_a_task_function() -> None:
    def broken(arguments: Any) -> Any:
        raise LookupError("nothing here")

    run = asl.load(TASK).run({}, tasks={"T": broken})
    assert (run.error, run.cause) == ("LookupError", "nothing here")


def test_answer_that_is_no_json() -> None:
    for answer in (object(), float("nan"), {"x": {1, 2}}):
        with pytest.raises(asl.HostError, match="'T' is not a JSON value"):
            asl.load(TASK).run({}, tasks={"T": lambda arguments, answer=answer: answer})


def test_nothing_answers_and_no_catch_hides_it() -> None:
    definition = {
        "StartAt": "T",
        "States": {
            "T": {
                "Type": "Task",
                "Resource": "arn:aws:states:::example:publish",
                "Retry": [{"ErrorEquals": ["States.ALL"]}],
                "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "H"}],
                "End": True,
            },
            "H": {"Type": "Succeed"},
        },
    }
    with pytest.raises(asl.HostError, match=r"'T', resource arn:aws:states:::example:publish(.|\n)*--mock"):
        asl.load(definition).run()


async def _async_output() -> Any:
    return (await asl.load(TASK).run_async({}, tasks={"T": {"ok": True}})).output


def test_run_async() -> None:
    import asyncio

    assert asyncio.run(_async_output()) == {"ok": True}


@pytest.mark.parametrize("input", [{1, 2}, object(), float("nan"), "x" * 262_144])
def test_input_that_is_refused(input: Any) -> None:
    with pytest.raises(asl.InputError):
        asl.load(wait(0)).run(input)


@pytest.mark.parametrize("name", ["", "a b", "a/b", "x" * 81, "a\n", "ä#"])
def test_names_that_are_refused(name: str) -> None:
    with pytest.raises(asl.InputError, match="name"):
        asl.load(wait(0)).run({}, name=name)


def test_a_name_is_taken_once() -> None:
    world, machine = asl.World(), asl.load(wait(0))
    world.start(machine, name="one")
    with pytest.raises(asl.InputError, match="exists already"):
        world.start(machine, name="one")


def test_context_is_laid_over_the_context_object() -> None:
    definition = {"StartAt": "P", "States": {"P": {"Type": "Pass", "Parameters": {"c.$": "$$"}, "End": True}}}
    run = asl.load(definition).run({}, context={"Execution": {"Name": "mine"}, "Extra": 1}, name="n", seed=3)
    context = run.output["c"]
    assert (context["Execution"]["Name"], context["Extra"]) == ("mine", 1)
    assert context["Execution"]["Id"] == "arn:aws:states:us-east-1:123456789012:execution:StateMachine:n"
    assert context["State"] == {"Name": "P", "EnteredTime": "2026-01-01T00:00:00Z"}
    assert list(context["Execution"]) == ["Id", "Input", "StartTime", "Name", "RoleArn", "RedriveCount"]


def test_a_task_that_nothing_answers_does_not_lose_the_others() -> None:
    world = asl.World(tasks={"B": {"ok": True}})
    task = {"Type": "Task", "Resource": "arn:aws:states:::example:publish", "End": True}
    runs = [world.start(asl.load({"StartAt": name, "States": {name: task}}, name=name)) for name in ("A", "B")]
    with pytest.raises(asl.HostError, match="'A'"):
        world.run()
    world.stop(runs[0])
    world.run()
    assert (runs[0].status, runs[1].output) == ("ABORTED", {"ok": True})


def test_runs_do_not_share_data_with_their_users() -> None:
    definition = {"StartAt": "P", "States": {"P": {"Type": "Pass", "Result": {"list": []}, "End": True}}}
    machine = asl.load(definition)
    definition["States"]["P"]["Result"]["list"].append("changed")  # type: ignore[index]
    first = machine.run()
    first.output["list"].append("changed")
    assert machine.run().output == {"list": []}
    assert json.loads(first.history[-1]["executionSucceededEventDetails"]["output"]) == {"list": []}


def test_a_standard_execution_ends_after_a_year() -> None:
    year = 365 * 24 * 3600
    assert asl.load(wait(year)).run().succeeded
    run = asl.load(wait(year + 1)).run()
    assert (run.status, run.duration_ms) == ("TIMED_OUT", year * 1000)


def test_an_endless_express_loop_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("asl.hosts.world.ENDLESS", 10_000)
    states = {
        "A": {"Type": "Choice", "Choices": [{"Variable": "$.stop", "IsPresent": True, "Next": "B"}], "Default": "A"},
        "B": {"Type": "Succeed"},
    }
    with pytest.raises(asl.HostError, match="an endless loop"):
        asl.load({"StartAt": "A", "States": states}).run(type="EXPRESS")


def test_pending_jobs_time_out() -> None:
    definition = {
        "StartAt": "Job",
        "States": {
            "Job": {
                "Type": "Task",
                "Resource": "arn:aws:states:::glue:startJobRun.sync",
                "Parameters": {"JobName": "j"},
                "TimeoutSeconds": 90,
                "End": True,
            }
        },
    }
    run = asl.load(definition).run(tasks=lambda call: asl.Pending(None, 60_000))
    assert (run.error, run.duration_ms) == ("States.Timeout", 90_000)


def test_many_heartbeats_leave_nothing_behind() -> None:
    world, run, token = waiting()
    for _ in range(5_000):
        world.send_task_heartbeat(token)
    assert len(world.timers.due) < 2_500
    world.send_task_success(token, 1)
    assert run.succeeded


def test_a_task_function_that_hangs_is_ended() -> None:
    import threading

    with pytest.raises(asl.HostError, match="'T' did not end within"):
        asl.load(TASK).run(tasks={"T": lambda arguments: threading.Event().wait(30)}, call_timeout_seconds=0.05)


def test_a_coroutine_answers_within_a_running_loop() -> None:
    import asyncio

    async def answer(arguments: Any) -> Any:
        await asyncio.sleep(0)
        return arguments

    async def main() -> Any:
        return asl.load(TASK).run({"x": 1}, tasks={"T": answer}).output

    assert asyncio.run(main()) == {"x": 1}


@pytest.mark.parametrize("answer", [asl.Output({1, 2}), asl.Output(float("nan"))])
def test_answers_of_one_function_are_checked(answer: asl.Output) -> None:
    with pytest.raises(asl.HostError, match="not a JSON value"):
        asl.load(TASK).run(tasks=lambda call: answer)


@pytest.mark.parametrize(
    "wrong",
    [
        {"context": {"x": {1, 2}}},
        {"input_text": "[1e999]"},
        {"input_text": "[" * 600 + "]" * 600},
        {"start": 10**16},
        {"start": "yesterday"},
    ],
)
def test_more_that_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(asl.InputError):
        asl.load(wait(0)).run(**wrong)


def test_an_answer_from_outside_is_a_copy_and_is_json() -> None:
    world, run, token = waiting()
    with pytest.raises(asl.InputError, match="output is not a JSON value"):
        world.send_task_success(token, {1, 2})
    answer = {"list": [1]}
    world.send_task_success(token, answer)
    answer["list"].append(2)
    assert run.output == {"list": [1]}


def test_a_job_answered_by_token_is_asked_no_more() -> None:
    states = {
        "Job": {
            "Type": "Task",
            "Resource": "arn:aws:states:::glue:startJobRun.sync",
            "Parameters": {"JobName.$": "$$.Task.Token"},
            "End": True,
        }
    }
    asked: list[asl.Call] = []

    def job(call: asl.Call) -> asl.Pending:
        asked.append(call)
        return asl.Pending(None, 60_000)

    world = asl.World(tasks=job)
    run = world.start(asl.load({"StartAt": "Job", "States": states}))
    begin = world.now
    world.run(until=begin)
    world.send_task_success(asked[0].arguments["JobName"], "done")
    world.run()
    assert (run.output, len(asked), world.now) == ("done", 1, begin)


# -- what a world stores ---------------------------------------------------------------------------------------------

PASS = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
SEND = {
    "StartAt": "S",
    "States": {
        "S": {
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage",
            "Parameters": {"QueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/jobs", "MessageBody": "new"},
            "End": True,
        }
    },
}


@pytest.mark.parametrize("suffix", ["value", "json", "yaml"])
def test_resources(tmp_path: Path, suffix: str) -> None:
    resources: Any = {"queues": {"jobs": ["old"]}}
    if suffix != "value":
        path = tmp_path / f"resources.{suffix}"
        path.write_text(json.dumps(resources) if suffix == "json" else "queues:\n  jobs: [old]\n")
        resources = path
    with asl.World(aws="embedded", resources=resources) as world:
        assert world.stored == {"queues": {"jobs": ["old"]}}
        assert world.start(asl.load(SEND)).status == "RUNNING"
        world.run()
        assert world.stored == {"queues": {"jobs": ["old", "new"]}}
    with pytest.raises(asl.HostError, match="the world is closed"):
        _ = world.stored


def test_what_is_stored_seeds_an_equal_world(tmp_path: Path) -> None:
    (tmp_path / "k.txt").write_text("from the file")
    (tmp_path / "resources.json").write_text('{"buckets": {"files": {"k": {"file": "k.txt"}}}}')
    with asl.World(aws="embedded", resources=str(tmp_path / "resources.json")) as world:
        stored = world.stored
    assert stored == {"buckets": {"files": {"k": "from the file"}}}
    with asl.World(aws="embedded", resources=stored) as world:
        assert world.stored == stored


def test_nothing_is_stored_without_embedded_services() -> None:
    with asl.World() as world:
        assert world.stored == {}


def test_resources_are_there_from_the_start_of_the_world() -> None:
    head = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:s3:headObject",
        "Parameters": {"Bucket": "files", "Key": "k"},
        "End": True,
    }
    waiting = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 100, "Next": "T"}, "T": head}}
    resources = {"buckets": {"files": {"k": "text"}}}
    run = asl.load(waiting).run(aws="embedded", resources=resources, start="2026-03-01T00:00:00Z")
    assert run.output["LastModified"] == "2026-03-01T00:00:00Z"


def test_runs_take_resources() -> None:
    assert asl.load(SEND).run(aws="embedded", resources={"queues": {"jobs": []}}).succeeded


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"tables": []}', r"resources\.json: resources\.tables must be an object"),
        (
            '{"tables": {"t": {"key": "id", "items": [{"x": 1}]}}}',
            r"resources\.json: resources\.tables\.t\.items\[0\] cannot",
        ),
        ("{", r"resources\.json:1:"),
        (None, r"resources\.json: no such file"),
    ],
)
def test_resources_that_are_wrong(tmp_path: Path, text: str | None, said: str) -> None:
    path = tmp_path / "resources.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(asl.InputError, match=said):
        asl.World(aws="embedded", resources=path)


def test_resources_are_for_embedded_services() -> None:
    with pytest.raises(asl.InputError, match='aws="embedded"'):
        asl.World(resources={"queues": {}})


def test_embedded_services_without_moto(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "moto", None)
    with pytest.raises(asl.HostError, match="needs moto"):
        asl.World(aws="embedded")
    asl.World().close()


# -- what a caller is told -------------------------------------------------------------------------------------------


def told(tasks: Any, *machines: Any, **options: Any) -> list[str]:
    texts: list[str] = []
    with asl.World(tasks=tasks, warn=texts.append, **options) as world:
        for machine in machines:
            world.start(asl.load(machine))
        world.run()
        world.run()
    return texts


def test_tasks_that_no_machine_has() -> None:
    nested = {"Type": "Parallel", "Branches": [named("Reserve")], "End": True}
    machine = {"StartAt": "Both", "States": {"Both": nested}}
    assert told({"Reserve": 1, "Reserv": 1}, machine) == [
        "tasks: no Task state and no resource is 'Reserv'; did you mean 'Reserve'?"
    ]
    assert told({"Reserve": 1, "Both": 1}, machine) == ["tasks: no Task state and no resource is 'Both'"]
    assert told({"Reserve": 1, "P": 1}, machine, PASS) == ["tasks: no Task state and no resource is 'P'"]


@pytest.mark.parametrize("key", ["Reserve", "Res*", "Nothing*", "arn:aws:states:::example:Reserve"])
def test_tasks_that_a_machine_has(key: str) -> None:
    assert told({"*:Reserve": 1, key: 1}, named("Reserve")) == []
    assert told({"*:Reserve": 1, key: 1}, PASS, named("Reserve")) == []
    assert told({key: 1}, PASS, machines={"Child": named("Reserve")}) == []


def test_a_function_for_all_tasks_has_no_names() -> None:
    assert told(lambda call: asl.Output(1), named("Reserve")) == []


def test_unknown_tasks_are_warned_of() -> None:
    with pytest.warns(UserWarning, match="did you mean 'Reserve'"):
        asl.load(named("Reserve")).run(tasks={"Reserve": 1, "reserve": 1})


def named(name: str) -> dict[str, Any]:
    state = {"Type": "Task", "Resource": f"arn:aws:states:::example:{name}", "End": True}
    return {"StartAt": name, "States": {name: state}}


def test_ways_of_a_function_are_those_of_python_too() -> None:
    with pytest.raises(asl.HostError) as refused:
        asl.load(TASK).run()
    ways = str(refused.value).splitlines()
    assert '  - in Python: run(..., tasks={"T": function})' in ways
    assert '  - in Python: run(..., lambdas={"f": handler})' in ways
    assert len([way for way in ways if "in Python" in way]) == 2


def test_runs_show_their_errors() -> None:
    state = {"Type": "Fail", "Error": "Bad", "Cause": "c" * 201}
    run = asl.load({"StartAt": "F", "States": {"F": state}}, name="m").run(name="n")
    assert repr(run) == f"<asl.Run 'n' of 'm': FAILED, error='Bad', cause='{'c' * 200}'>"
    assert repr(asl.load(PASS, name="m").run(name="n")) == "<asl.Run 'n' of 'm': SUCCEEDED>"


def test_integrations_are_found_whatever_else_there_is() -> None:
    resource = "arn:aws:states:::aws-sdk:codebuild:listBuilds"
    alone = Answers(None, None, Settings())
    with asl.World() as world:
        found = [each.integration(resource) for each in (alone, world.answers, alone)]
    assert [type(each).__name__ for each in found] == ["AwsSdk"] * 3


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"context": "x"}, "context must be a dict, not 'x'"),
        ({"variables": [1]}, "variables must be a dict, not \\[1\\]"),
        ({"variables": {"a": {1}}}, "the value of variables is not a JSON value"),
        ({"tasks": "T"}, "tasks must be a dict of states or resources and what answers them, not 'T'"),
        ({"start": 1.5}, "'1.5' is not a time such as"),
        ({"type": "express"}, "the type of a state machine is STANDARD or EXPRESS, not 'express'"),
    ],
)
def test_options_of_a_wrong_kind(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(asl.InputError, match=said):
        asl.load(wait(1)).run({}, **wrong)
