"""What tasks ask of Step Functions itself: executions described, listed and stopped, tokens answered."""

from typing import Any

import pytest

import asl
from tests.hosts.starting import ARN, FAIL, PASS, SFN, SLOW, ended, machine, starting, task, types, wait

# -- the API of Step Functions ---------------------------------------------------------------------------------------


def test_start_execution_by_the_sdk() -> None:
    run, (child,) = ended(
        machine(task(SFN + "startExecution", {"StateMachineArn": ARN.format("Child"), "Input": '{"n": 1}'})),
        {"Child": PASS},
    )
    assert run.output.keys() == {"ExecutionArn", "StartDate"}
    assert (run.output["ExecutionArn"], child.input) == (child.arn, {"n": 1})
    assert run.output["StartDate"] == "2026-01-01T00:00:00Z"


def test_describe_execution() -> None:
    start = starting("Child", Name="mine")
    describe = task(SFN + "describeExecution", {"ExecutionArn.$": "$.ExecutionArn"})
    running, (child,) = ended(machine(start, describe), {"Child": SLOW})
    assert {name: running.output[name] for name in ("ExecutionArn", "Name", "Status", "Input")} == {
        "ExecutionArn": child.arn,
        "Name": "mine",
        "Status": "RUNNING",
        "Input": '{"n":1}',
    }
    assert "StopDate" not in running.output
    assert "Output" not in running.output
    done, _ = ended(machine(start, describe), {"Child": PASS})
    assert (done.output["Status"], done.output["Output"]) == ("SUCCEEDED", '{"done":true}')
    failed, _ = ended(machine(start, describe), {"Child": FAIL})
    assert (failed.output["Status"], failed.output["Error"], failed.output["Cause"]) == (
        "FAILED",
        "Broken",
        "by design",
    )


@pytest.mark.parametrize(
    ("action", "code", "text"),
    [
        ("describeExecution", "Sfn.ExecutionDoesNotExistException", "Execution Does Not Exist: 'arn:nobody'"),
        ("stopExecution", "Sfn.ExecutionDoesNotExistException", "Execution Does Not Exist: 'arn:nobody'"),
    ],
)
def test_executions_that_there_are_not(action: str, code: str, text: str) -> None:
    run, _ = ended(machine(task(SFN + action, {"ExecutionArn": "arn:nobody"})), {})
    assert run.error == code
    assert (run.cause or "").startswith(text + " (Service: Sfn, Status Code: 400, Request ID: ")


def test_list_executions() -> None:
    listing = {"StateMachineArn": ARN.format("Child")}
    start = [starting("Child", Name=name, ResultPath=None) for name in ("one", "two")]
    parent = machine(
        *start, wait(61), starting("Child", Name="three", ResultPath=None), task(SFN + "listExecutions", listing)
    )
    run, _ = ended(parent, {"Child": SLOW})
    assert [(each["Name"], each["Status"]) for each in run.output["Executions"]] == [
        ("three", "RUNNING"),
        ("two", "SUCCEEDED"),
        ("one", "SUCCEEDED"),
    ]
    parent["States"]["E"]["Parameters"] = {**listing, "StatusFilter": "SUCCEEDED", "MaxResults": 1}
    run, _ = ended(parent, {"Child": SLOW})
    assert [each["Name"] for each in run.output["Executions"]] == ["two"]


def test_stop_execution() -> None:
    stop = task(SFN + "stopExecution", {"ExecutionArn.$": "$.ExecutionArn", "Error": "Mine", "Cause": "enough"})
    run, (child,) = ended(machine(starting("Child"), wait(4), stop), {"Child": SLOW})
    assert (child.status, child.error, child.cause, child.duration_ms) == ("ABORTED", "Mine", "enough", 4_000)
    assert run.output == {"StopDate": "2026-01-01T00:00:04Z"}


def test_stop_execution_of_one_that_has_ended() -> None:
    stop = task(SFN + "stopExecution", {"ExecutionArn.$": "$.ExecutionArn"})
    run, (child,) = ended(machine(starting("Child"), wait(100), stop), {"Child": SLOW})
    assert (child.status, run.output) == ("SUCCEEDED", {"StopDate": "2026-01-01T00:01:00Z"})


def test_an_execution_that_stops_itself() -> None:
    stop = task(SFN + "stopExecution", {"ExecutionArn.$": "$$.Execution.Id", "Error": "Mine"})
    run, _ = ended(machine(stop, wait(10)), {})
    assert (run.status, run.error) == ("ABORTED", "Mine")


def test_a_child_that_stops_its_parent_is_stopped_too() -> None:
    stop = task(SFN + "stopExecution", {"ExecutionArn.$": "$.parent"})
    run, (child,) = ended(
        machine(starting("Child", ".sync", Input={"parent.$": "$$.Execution.Id"})), {"Child": machine(stop)}
    )
    assert (run.status, child.status) == ("ABORTED", "ABORTED")


def test_a_synchronous_express_execution() -> None:
    sync = task(SFN + "startSyncExecution", {"StateMachineArn": ARN.format("Child"), "Input": {"n": 1}})
    run, (child,) = ended(machine(sync), {"Child": machine(wait(2), PASS["States"]["A"])})
    assert child.arn.startswith("arn:aws:states:us-east-1:123456789012:express:Child:")
    assert (run.output["Status"], run.output["Output"], run.output["Input"]) == (
        "SUCCEEDED",
        '{"done":true}',
        '{"n":1}',
    )
    assert (run.output["StartDate"], run.output["StopDate"]) == ("2026-01-01T00:00:00.000Z", "2026-01-01T00:00:02.000Z")
    assert run.duration_ms == 2_000


def test_a_synchronous_express_execution_that_fails_is_no_failed_task() -> None:
    sync = task(SFN + "startSyncExecution", {"StateMachineArn": ARN.format("Child")})
    run, _ = ended(machine(sync), {"Child": FAIL})
    assert (run.status, run.output["Status"], run.output["Error"]) == ("SUCCEEDED", "FAILED", "Broken")


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [("Name", "a b", "Sfn.InvalidNameException"), ("Input", "{", "Sfn.InvalidExecutionInputException")],
)
def test_a_synchronous_express_execution_that_is_refused(field: str, value: str, error: str) -> None:
    sync = task(SFN + "startSyncExecution", {"StateMachineArn": ARN.format("Child"), field: value})
    run, children = ended(machine(sync), {"Child": PASS})
    assert (run.error, children) == (error, [])
    assert "(Service: Sfn, Status Code: 400, Request ID: " in (run.cause or "")


def test_an_express_execution_ends_after_five_minutes() -> None:
    sync = task(SFN + "startSyncExecution", {"StateMachineArn": ARN.format("Child")})
    run, (child,) = ended(machine(sync), {"Child": machine(wait(301))})
    assert (child.status, run.output["Status"], run.duration_ms) == ("TIMED_OUT", "TIMED_OUT", 300_000)


# -- tokens ----------------------------------------------------------------------------------------------------------

ASK = starting("Child", ".waitForTaskToken", Input={"token.$": "$$.Task.Token"}, ResultPath=None)


def sending(*attempts: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    """A child that sends answers for the token that it gets, one after the other."""
    return machine(
        *(task(SFN + action, {"TaskToken.$": "$.token", **more}, ResultPath=None) for action, more in attempts)
    )


@pytest.mark.parametrize("again", ["sendTaskSuccess", "sendTaskFailure", "sendTaskHeartbeat"])
def test_a_token_used_twice(again: str) -> None:
    more = {"Output": "1"} if again == "sendTaskSuccess" else {}
    child = sending(("sendTaskSuccess", {"Output": "1"}), (again, more))
    run, (child_run,) = ended(machine(ASK), {"Child": child})
    assert (run.status, child_run.error) == ("SUCCEEDED", "Sfn.TaskTimedOutException")
    assert (child_run.cause or "").startswith("Task Timed Out: 'Provided task does not exist anymore' (Service: Sfn, ")


def test_a_token_after_its_time() -> None:
    child = machine(wait(20), sending(("sendTaskSuccess", {"Output": "1"}))["States"]["A"])
    run, (child_run,) = ended(machine({**ASK, "TimeoutSeconds": 10}), {"Child": child})
    assert (run.error, child_run.error) == ("States.Timeout", "Sfn.TaskTimedOutException")


def test_a_token_of_an_execution_that_was_stopped() -> None:
    child = machine(
        task(SFN + "stopExecution", {"ExecutionArn.$": "$.parent"}, ResultPath=None),
        task(SFN + "sendTaskSuccess", {"TaskToken.$": "$.token", "Output": "1"}),
    )
    asking = {
        **ASK,
        "Parameters": {**ASK["Parameters"], "Input": {"token.$": "$$.Task.Token", "parent.$": "$$.Execution.Id"}},
    }
    run, (child_run,) = ended(machine(asking), {"Child": child})
    assert (run.status, child_run.error) == ("ABORTED", "Sfn.TaskTimedOutException")


def test_a_token_of_an_earlier_attempt() -> None:
    retry = {
        "TimeoutSeconds": 10,
        "Retry": [{"ErrorEquals": ["States.Timeout"], "IntervalSeconds": 1, "MaxAttempts": 1}],
    }
    child = machine(wait(15), sending(("sendTaskSuccess", {"Output": "1"}))["States"]["A"])
    _, (first, second) = ended(machine({**ASK, **retry}), {"Child": child})
    assert first.error == second.error == "Sfn.TaskTimedOutException"
    assert first.input["token"] != second.input["token"]


def test_a_token_that_is_none() -> None:
    run, _ = ended(machine(task(SFN + "sendTaskSuccess", {"TaskToken": "AAAA", "Output": "1"})), {})
    assert run.error == "Sfn.InvalidTokenException"
    assert (run.cause or "").startswith("Invalid Token: 'Invalid token' (Service: Sfn, Status Code: 400, Request ID: ")


@pytest.mark.parametrize("output", ["no json", "NaN", "[1e999]", ""])
def test_an_output_that_is_not_json(output: str) -> None:
    child = sending(("sendTaskSuccess", {"Output": output}), ("sendTaskSuccess", {"Output": "1"}))
    child["States"]["A"]["Catch"] = [
        {"ErrorEquals": ["Sfn.InvalidOutputException"], "Next": "B", "ResultPath": "$.error"}
    ]
    run, (child_run,) = ended(machine(ASK), {"Child": child})
    assert (run.status, child_run.status) == ("SUCCEEDED", "SUCCEEDED"), child_run.cause


def test_a_local_function_may_answer_before_it_returns() -> None:
    answering: dict[str, Any] = {}

    def ask(event: Any, context: Any) -> Any:
        answering["world"].executions.send_task_success(event["token"], '"early"')
        return "ignored"

    invoke = task(
        "arn:aws:states:::lambda:invoke.waitForTaskToken",
        {"FunctionName": "ask", "Payload": {"token.$": "$$.Task.Token"}},
    )
    for live in (False, True):
        with asl.World(lambdas={"ask": ask}, live=live) as world:
            answering["world"] = world
            run = world.start(asl.load(machine(invoke)))
            world.run()
        assert run.output == "early"
        assert types(run)[2:6] == ["TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded"]
