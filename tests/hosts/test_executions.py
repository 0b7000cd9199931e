"""Executions that start others in the same world: what the parent gets, what ends with it, names taken twice."""

import json
import threading
from typing import Any

import pytest

import asl
from tests.hosts.starting import ARN, FAIL, LAMBDA, PASS, SFN, SLOW, START, ended, machine, starting, task, types, wait

# -- the four patterns -----------------------------------------------------------------------------------------------


def test_a_child_that_is_not_waited_for() -> None:
    run, (child,) = ended(machine(starting("Child")), {"Child": SLOW})
    assert (run.duration_ms, child.duration_ms) == (0, 60_000)
    assert run.output["ExecutionArn"] == child.arn
    assert run.output["StartDate"] == child.execution.started_at
    assert next(iter(run.output)) == "ExecutionArn"
    assert run.output["SdkHttpMetadata"]["HttpStatusCode"] == 200
    assert (child.input, child.parent_arn) == ({"n": 1}, run.arn)


def test_a_child_that_is_waited_for_gives_its_output_as_text() -> None:
    run, (child,) = ended(machine(starting("Child", ".sync")), {"Child": machine(wait(30), PASS["States"]["A"])})
    assert run.duration_ms == child.duration_ms == 30_000
    assert run.output["Output"] == '{"done":true}'
    assert run.output["Input"] == '{"n":1}'
    assert run.output["Status"] == "SUCCEEDED"
    assert run.output["StopDate"] - run.output["StartDate"] == 30_000
    assert list(run.output) == sorted(run.output)
    assert types(run)[2:6] == ["TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded"]
    submitted = json.loads(run.history[4]["taskSubmittedEventDetails"]["output"])
    assert submitted["ExecutionArn"] == child.arn


def test_a_child_that_is_waited_for_gives_its_output_as_json() -> None:
    run, _ = ended(machine(starting("Child", ".sync:2")), {"Child": PASS})
    assert run.output["Output"] == {"done": True}
    assert run.output["Input"] == {"n": 1}


def test_a_child_that_gets_the_token_answers_its_parent() -> None:
    child = machine(wait(5), task(SFN + "sendTaskSuccess", {"TaskToken.$": "$.token", "Output": '{"by":"the child"}'}))
    parent = machine(starting("Child", ".waitForTaskToken", Input={"token.$": "$$.Task.Token"}))
    run, (child_run,) = ended(parent, {"Child": child})
    assert (run.output, run.duration_ms, child_run.status) == ({"by": "the child"}, 5_000, "SUCCEEDED")
    assert types(run)[2:6] == ["TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded"]


def test_an_object_is_the_output_of_a_task_too() -> None:
    output = {"token.$": "$.token", "by": ["the child"]}
    child = machine(task(SFN + "sendTaskSuccess", {"TaskToken.$": "$.token", "Output": output}))
    parent = machine(starting("Child", ".waitForTaskToken", Input={"token.$": "$$.Task.Token"}))
    run, (child_run,) = ended(parent, {"Child": child})
    assert run.output == {"token": child_run.input["token"], "by": ["the child"]}, child_run.cause


@pytest.mark.parametrize("live", [False, True])
def test_a_child_may_answer_at_once(live: bool) -> None:
    child = machine(task(SFN + "sendTaskSuccess", {"TaskToken.$": "$.token", "Output": '{"by":"the child"}'}))
    parent = machine(starting("Child", ".waitForTaskToken", Input={"token.$": "$$.Task.Token"}))
    for _ in range(20 if live else 1):
        run, (child_run,) = ended(parent, {"Child": child}, live=live)
        assert (run.output, child_run.status) == ({"by": "the child"}, "SUCCEEDED"), child_run.cause
        assert types(run)[2:6] == ["TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded"]


def test_a_child_fails_its_parents_task() -> None:
    child = machine(task(SFN + "sendTaskFailure", {"TaskToken.$": "$.token", "Error": "No", "Cause": "because"}))
    parent = machine(starting("Child", ".waitForTaskToken", Input={"token.$": "$$.Task.Token"}))
    run, _ = ended(parent, {"Child": child})
    assert (run.status, run.error, run.cause) == ("FAILED", "No", "because")


def test_a_child_keeps_its_parents_task_alive() -> None:
    beat = task(SFN + "sendTaskHeartbeat", {"TaskToken.$": "$.token"}, ResultPath=None)
    send = task(SFN + "sendTaskSuccess", {"TaskToken.$": "$.token", "Output": "{}"})
    asking = {"Input": {"token.$": "$$.Task.Token"}, "HeartbeatSeconds": 10}
    parent = machine(starting("Child", ".waitForTaskToken", **asking))
    alive, _ = ended(parent, {"Child": machine(wait(8), beat, wait(8), beat, wait(8), send)})
    assert (alive.output, alive.duration_ms) == ({}, 24_000)
    silent, (child,) = ended(parent, {"Child": machine(wait(8), beat, wait(18), send)})
    assert (silent.error, silent.duration_ms) == ("States.Timeout", 18_000)
    assert child.error == "Sfn.TaskTimedOutException"


# -- children that do not succeed ------------------------------------------------------------------------------------


@pytest.mark.parametrize("pattern", [".sync", ".sync:2"])
def test_a_child_that_fails(pattern: str) -> None:
    run, (child,) = ended(machine(starting("Child", pattern)), {"Child": FAIL})
    assert (run.status, run.error) == ("FAILED", "States.TaskFailed")
    cause = json.loads(run.cause or "")
    assert (cause["Status"], cause["Error"], cause["Cause"]) == ("FAILED", "Broken", "by design")
    assert cause["ExecutionArn"] == child.arn
    assert "Output" not in cause


def test_a_child_that_is_not_waited_for_may_fail() -> None:
    run, (child,) = ended(machine(starting("Child")), {"Child": FAIL})
    assert (run.status, child.status) == ("SUCCEEDED", "FAILED")


def test_a_child_that_times_out() -> None:
    run, (child,) = ended(machine(starting("Child", ".sync:2")), {"Child": {**SLOW, "TimeoutSeconds": 7}})
    assert (child.status, child.duration_ms) == ("TIMED_OUT", 7_000)
    assert (run.error, json.loads(run.cause or "")["Status"]) == ("States.TaskFailed", "TIMED_OUT")


def test_a_child_that_is_stopped() -> None:
    with asl.World(machines={"Child": SLOW}) as world:
        run = world.start(asl.load(machine(starting("Child", ".sync:2"))))
        world.run(until=world.now + 1_000)
        world.stop(world.runs[1], "Enough", "of this")
        world.run()
    cause = json.loads(run.cause or "")
    assert (run.status, run.duration_ms) == ("FAILED", 1_000)
    assert (cause["Status"], cause["Error"], cause["Cause"]) == ("ABORTED", "Enough", "of this")


def test_a_failing_child_is_retried_as_another_execution() -> None:
    retry = [{"ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": 1, "MaxAttempts": 2}]
    run, children = ended(machine(starting("Child", ".sync", Retry=retry)), {"Child": FAIL})
    assert (run.status, len(children)) == ("FAILED", 3)
    assert len({child.name for child in children}) == 3


def test_a_caught_failure_of_a_child() -> None:
    caught = starting("Child", ".sync", Catch=[{"ErrorEquals": ["States.TaskFailed"], "Next": "B"}])
    run, _ = ended(machine(caught, {"Type": "Pass"}), {"Child": FAIL})
    assert (run.status, run.output["Error"]) == ("SUCCEEDED", "States.TaskFailed")


# -- what ends with its parent ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("pattern", "expected"), [(".sync", "ABORTED"), (".sync:2", "ABORTED"), ("", "SUCCEEDED")])
def test_a_parent_that_is_stopped(pattern: str, expected: str) -> None:
    with asl.World(machines={"Child": SLOW}) as world:
        run = world.start(asl.load(machine(starting("Child", pattern), wait(10))))
        world.run(until=world.now + 1_000)
        world.stop(run)
        world.run()
        assert world.finished
    assert (run.status, world.runs[1].status) == ("ABORTED", expected)


def test_a_parent_whose_time_is_over() -> None:
    run, (child,) = ended({**machine(starting("Child", ".sync")), "TimeoutSeconds": 5}, {"Child": SLOW})
    assert (run.status, child.status, child.duration_ms) == ("TIMED_OUT", "ABORTED", 5_000)


def test_a_task_whose_time_is_over() -> None:
    caught = starting("Child", ".sync", TimeoutSeconds=5, Catch=[{"ErrorEquals": ["States.Timeout"], "Next": "B"}])
    run, (child,) = ended(machine(caught, wait(100)), {"Child": SLOW})
    assert (run.status, child.status, child.duration_ms) == ("SUCCEEDED", "ABORTED", 5_000)


def test_a_branch_that_fails_stops_the_children_of_the_others() -> None:
    parallel = {
        "Type": "Parallel",
        "Branches": [machine(starting("Child", ".sync")), machine(wait(3), FAIL["States"]["A"])],
    }
    parallel["Branches"][1]["States"] = {
        f"F{name}": {**state, **({"Next": "FB"} if "Next" in state else {})}
        for name, state in parallel["Branches"][1]["States"].items()
    }
    parallel["Branches"][1]["StartAt"] = "FA"
    parallel["Branches"][0] = json.loads(json.dumps(parallel["Branches"][0]).replace('"A"', '"Inner"'))
    run, (child,) = ended(machine(parallel), {"Child": SLOW})
    assert (run.status, run.error) == ("FAILED", "Broken")
    assert (child.status, child.duration_ms) == ("ABORTED", 3_000)


def test_grandchildren_end_too() -> None:
    machines = {"Child": machine(starting("Grandchild", ".sync")), "Grandchild": SLOW}
    run, (child, grandchild) = ended({**machine(starting("Child", ".sync")), "TimeoutSeconds": 5}, machines)
    assert (run.status, child.status, grandchild.status) == ("TIMED_OUT", "ABORTED", "ABORTED")


def test_a_child_that_ends_when_its_parents_time_is_over() -> None:
    run, (child,) = ended({**machine(starting("Child", ".sync")), "TimeoutSeconds": 60}, {"Child": SLOW})
    assert (run.status, child.duration_ms) == ("TIMED_OUT", 60_000)
    assert child.status in ("SUCCEEDED", "ABORTED")


# -- children of children --------------------------------------------------------------------------------------------


def test_children_of_children() -> None:
    machines = {
        "One": machine(wait(1), starting("Two", ".sync:2", Input={}), {"Type": "Pass", "OutputPath": "$.Output"}),
        "Two": machine(wait(2), starting("Three", ".sync:2", Input={}), {"Type": "Pass", "OutputPath": "$.Output"}),
        "Three": machine(wait(3), PASS["States"]["A"]),
    }
    run, children = ended(machine(starting("One", ".sync:2")), machines)
    assert run.output["Output"] == {"done": True}
    assert run.duration_ms == 6_000
    assert [child.machine.name for child in children] == ["One", "Two", "Three"]
    assert [child.parent_arn for child in children] == [run.arn, children[0].arn, children[1].arn]


def test_a_machine_that_starts_itself() -> None:
    definition = {
        "StartAt": "More",
        "States": {
            "More": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.n", "NumericGreaterThan": 0, "Next": "Count"}],
                "Default": "Done",
            },
            "Count": {"Type": "Pass", "Parameters": {"n.$": "States.MathAdd($.n, -1)"}, "Next": "Again"},
            "Again": {
                "Type": "Task",
                "Resource": START + ".sync:2",
                "Parameters": {"StateMachineArn.$": "$$.StateMachine.Id", "Input.$": "$"},
                "OutputPath": "$.Output",
                "End": True,
            },
            "Done": {"Type": "Pass", "Result": "bottom", "End": True},
        },
    }
    with asl.World() as world:
        run = world.start(asl.load(definition, name="Self"), {"n": 30})
        world.run()
    assert run.output == "bottom"
    assert len(world.runs) == 31


def test_many_children_of_one_map() -> None:
    iterate = {
        "Type": "Map",
        "ItemsPath": "$",
        "ItemProcessor": machine(starting("Child", ".sync:2", Input={"i.$": "$"})),
    }
    iterate["ItemProcessor"] = json.loads(json.dumps(iterate["ItemProcessor"]).replace('"A"', '"Inner"'))
    child = machine(wait(10), {"Type": "Pass"})
    with asl.World(machines={"Child": child}) as world:
        run = world.start(asl.load(machine(iterate)), list(range(40)))
        world.run()
    assert [each["Output"]["i"] for each in run.output] == list(range(40))
    assert (run.duration_ms, len({child.arn for child in world.runs})) == (10_000, 41)


def test_thousands_of_children_in_a_row_take_no_stack() -> None:
    definition = {
        "StartAt": "Next",
        "States": {
            "Next": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.n", "NumericGreaterThan": 0, "Next": "Start"}],
                "Default": "Done",
            },
            "Start": {
                "Type": "Task",
                "Resource": START,
                "Parameters": {"StateMachineArn.$": "$$.StateMachine.Id", "Input": {"n.$": "States.MathAdd($.n, -1)"}},
                "End": True,
            },
            "Done": {"Type": "Succeed"},
        },
    }
    with asl.World() as world:
        world.start(asl.load(definition, name="Chain"), {"n": 1_500})
        world.run()
    assert len(world.runs) == 1_501
    assert all(run.succeeded for run in world.runs)


# -- names -----------------------------------------------------------------------------------------------------------


def test_a_name_given() -> None:
    _, (child,) = ended(machine(starting("Child", Name="mine")), {"Child": PASS})
    assert child.name == "mine"
    assert child.arn == "arn:aws:states:us-east-1:123456789012:execution:Child:mine"


def test_the_same_name_and_input_while_it_runs_is_the_same_execution() -> None:
    run, children = ended(
        machine(starting("Child", Name="mine", ResultPath="$.one"), starting("Child", Name="mine", ResultPath="$.two")),
        {"Child": SLOW},
    )
    assert len(children) == 1
    assert run.output["one"]["ExecutionArn"] == run.output["two"]["ExecutionArn"]
    assert run.output["one"]["StartDate"] == run.output["two"]["StartDate"]


@pytest.mark.parametrize(
    ("second", "between"),
    [
        (starting("Child", Name="mine", Input={"n": 2}), wait(0)),
        (starting("Child", Name="mine", Input={"n": True}), wait(0)),
        (starting("Child", Name="mine"), wait(61)),
    ],
    ids=["another input", "an input equal in Python only", "ended"],
)
def test_a_name_that_is_taken(second: dict[str, Any], between: dict[str, Any]) -> None:
    run, (child,) = ended(machine(starting("Child", Name="mine"), between, second), {"Child": SLOW})
    assert (run.status, run.error) == ("FAILED", "StepFunctions.ExecutionAlreadyExistsException")
    assert (run.cause or "").startswith(
        f"Execution Already Exists: '{child.arn}' (Service: AWSStepFunctions; Status Code: 400; "
        "Error Code: ExecutionAlreadyExists; Request ID: "
    )


@pytest.mark.parametrize(("pattern", "event"), [("", "TaskFailed"), (".sync", "TaskSubmitFailed")])
def test_how_a_refused_start_is_recorded(pattern: str, event: str) -> None:
    first, second = starting("Child", Name="mine"), starting("Child", pattern, Name="mine", Input=1)
    run, _ = ended(machine(first, second), {"Child": SLOW})
    assert run.history[-2]["type"] == event


def test_the_same_name_for_another_machine_is_free() -> None:
    run, children = ended(
        machine(starting("One", Name="mine"), starting("Two", Name="mine")), {"One": PASS, "Two": PASS}
    )
    assert (run.status, len(children)) == ("SUCCEEDED", 2)


def test_express_executions_may_share_a_name() -> None:
    sync = task(SFN + "startSyncExecution", {"StateMachineArn": ARN.format("Child"), "Name": "mine"})
    run, children = ended(machine(sync, sync), {"Child": PASS})
    assert (run.status, len({child.arn for child in children})) == ("SUCCEEDED", 2), run.cause


@pytest.mark.parametrize("name", ["a b", "a/b", "x" * 81])
def test_a_name_that_is_refused(name: str) -> None:
    run, children = ended(machine(starting("Child", Name=name)), {"Child": PASS})
    assert (run.error, children) == ("StepFunctions.InvalidNameException", [])


@pytest.mark.parametrize("text", ["no json", "{", "[1, NaN]", '"' + "x" * 262_144 + '"', ""])
@pytest.mark.parametrize("name", [None, "mine"])
def test_an_input_that_is_refused(text: str, name: str | None) -> None:
    first = starting("Child", Name="mine", ResultPath=None)
    second = starting("Child", Input=text, **({"Name": name} if name else {}))
    run, children = ended(machine(first, second), {"Child": SLOW})
    assert (run.status, len(children)) == ("FAILED", 1)
    assert run.error in ("StepFunctions.InvalidExecutionInputException", "States.DataLimitExceeded"), run.cause


# -- machines --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["Child", ARN.format("Child"), "Chi*", "arn:*:Child", "*"])
def test_machines_by_name_arn_and_glob(key: str) -> None:
    run, (child,) = ended(machine(starting("Child", ".sync:2")), {key: PASS})
    assert (run.output["Output"], child.machine.name) == ({"done": True}, "Child")


@pytest.mark.parametrize("qualifier", [":7", ":live"])
def test_a_version_or_an_alias_is_the_machine(qualifier: str) -> None:
    run, (child,) = ended(machine(starting("Child" + qualifier, ".sync:2")), {"Child": PASS})
    assert (run.succeeded, child.machine.name) == (True, "Child")


def test_machines_from_files(tmp_path: Any) -> None:
    path = tmp_path / "other-name.asl.json"
    path.write_text(json.dumps(PASS))
    run, (child,) = ended(machine(starting("Child", ".sync:2")), {"Child": str(path)})
    assert (run.output["Output"], child.machine.name) == ({"done": True}, "Child")


def test_a_machine_that_is_loaded_already() -> None:
    run, _ = ended(machine(starting("Child", ".sync:2")), {"Child": asl.load(PASS, name="Child")})
    assert run.output["Output"] == {"done": True}


@pytest.mark.parametrize("resource", [START, START + ".sync", SFN + "startExecution", SFN + "startSyncExecution"])
@pytest.mark.parametrize("live", [False, True])
def test_a_machine_that_is_not_known(resource: str, live: bool) -> None:
    parent = asl.load(machine(task(resource, {"StateMachineArn": ARN.format("Unknown")})))
    said = r"'arn:.*:Unknown'\n(.|\n)*--machine ARN-or-name=FILE(.|\n)*--aws real"
    with pytest.raises(asl.HostError, match=said):
        parent.run(machines={"Child": PASS}, live=live)


def test_machines_of_a_glob_have_each_its_own_name() -> None:
    with asl.World(machines={"*": PASS}) as world:
        for name in ("One", "Two", "One"):
            world.start(asl.load(machine(starting(name, ".sync:2"))), name=f"{name}-{len(world.runs)}")
        world.run()
    started = [run.machine for run in world.runs if run.parent_arn is not None]
    assert [each.name for each in started] == ["One", "Two", "One"]
    assert started[0].program is started[1].program


def test_the_name_of_a_machine_that_is_loaded_already_stays() -> None:
    _, (child,) = ended(machine(starting("Child", ".sync:2")), {"Child": asl.load(PASS, name="Other")})
    assert child.machine.name == "Other"


@pytest.mark.parametrize("key", ["Child", "Chi*", ARN.format("Child")])
def test_a_child_whose_definition_is_wrong_says_so_at_the_start(key: str) -> None:
    with pytest.raises(asl.DefinitionError):
        asl.World(machines={key: {"StartAt": "Nowhere", "States": {}}})


def test_a_child_whose_file_there_is_not_says_so_at_the_start() -> None:
    with pytest.raises(asl.InputError, match=r"the machine 'Child': nofile\.yaml: no such file"):
        asl.World(machines={"Child": "nofile.yaml"})


def test_ways_of_a_machine_that_is_not_known_are_those_of_python_too() -> None:
    with pytest.raises(asl.HostError) as refused:
        asl.load(machine(starting("Unknown"))).run()
    assert '\n  - in Python: run(..., machines={"ARN-or-name": "FILE"})' in str(refused.value)


def test_a_childs_task_that_nothing_answers_says_so() -> None:
    parent = asl.load(machine(starting("Child", ".sync")))
    with pytest.raises(asl.HostError, match="nothing answers the task of state 'A'"):
        parent.run(machines={"Child": machine(task("arn:aws:states:::example:publish"))})


# -- mocks, tasks, functions -----------------------------------------------------------------------------------------


def test_mocks_are_for_the_parent_only(tmp_path: Any) -> None:
    from asl.testing import mock_config

    path = tmp_path / "mocks.json"
    answers = {"R": {"0": {"Return": "mocked"}}}
    path.write_text(
        json.dumps({"StateMachines": {"Parent": {"TestCases": {"C": {"B": "R"}}}}, "MockedResponses": answers})
    )
    work = task(LAMBDA.format("work"))
    run, (child,) = ended(
        machine(starting("Child", ".sync:2", ResultPath="$.child", OutputPath="$.child.Output"), work),
        {"Child": machine({"Type": "Pass"}, work)},
        mocks=mock_config.load(path),
        lambdas={"work": lambda event, context: "worked"},
    )
    assert (run.output, child.output) == ("mocked", "worked")


def test_functions_work_for_children_too() -> None:
    run, _ = ended(
        machine(starting("Child", ".sync:2")),
        {"Child": machine(task(LAMBDA.format("double")))},
        lambdas={"double": lambda event, context: event["n"] * 2},
    )
    assert run.output["Output"] == 2


def test_a_pending_answer_of_the_callers_own_is_not_taken_for_a_child() -> None:
    parent = machine(starting("Unknown", ".sync", TimeoutSeconds=10))
    run = asl.load(parent).run(tasks=lambda call: asl.Pending("mine", 60_000))
    assert (run.error, run.duration_ms) == ("States.Timeout", 10_000)


# -- time and seed ---------------------------------------------------------------------------------------------------

FAMILY = {
    "Child": machine(wait(1), starting("Grandchild", ".sync", ResultPath="$.grandchild"), task(LAMBDA.format("work"))),
    "Grandchild": machine({"Type": "Pass", "Parameters": {"id.$": "States.UUID()"}}),
}


def everything(seed: int) -> list[Any]:
    parent = machine(starting("Child", ".sync:2"), starting("Child"))
    run, children = ended(parent, FAMILY, seed=seed, lambdas={"work": lambda event, context: event})
    return [each.history for each in (run, *children)]


def test_same_seed_same_histories() -> None:
    assert everything(1) == everything(1) != everything(2)


def test_live_children() -> None:
    begun = threading.active_count()
    parent = machine(starting("Child", ".sync:2"))
    child = machine(starting("Grandchild", ".sync"), task(LAMBDA.format("work")))
    run, children = ended(
        parent, {"Child": child, "Grandchild": PASS}, live=True, lambdas={"work": lambda event, context: "worked"}
    )
    assert (run.output["Output"], [each.status for each in children]) == ("worked", ["SUCCEEDED", "SUCCEEDED"])
    assert threading.active_count() <= begun + 1


def test_live_children_end_with_their_parent() -> None:
    run, (child,) = ended({**machine(starting("Child", ".sync")), "TimeoutSeconds": 1}, {"Child": SLOW}, live=True)
    assert (run.status, child.status) == ("TIMED_OUT", "ABORTED")


def test_live_children_of_a_map() -> None:
    iterate = {
        "Type": "Map",
        "ItemsPath": "$",
        "ItemProcessor": machine(starting("Child", ".sync:2", Input={"i.$": "$"})),
    }
    iterate["ItemProcessor"] = json.loads(json.dumps(iterate["ItemProcessor"]).replace('"A"', '"Inner"'))
    with asl.World(machines={"Child": machine({"Type": "Pass"})}, live=True) as world:
        run = world.start(asl.load(machine(iterate)), list(range(20)))
        world.run()
    assert [each["Output"]["i"] for each in run.output] == list(range(20))
