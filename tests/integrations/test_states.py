"""`states:startExecution`: what it takes, what it sends to an endpoint, what it makes of the answers."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import asl_aws
import pytest

import asl
from asl.integration import Call, Failure, Integration, NotAnswered, Output, Pending, Settings
from tests.integrations.calls import call, failure, output
from tests.integrations.servers import Received, Reply, free_port, http_server

START = "arn:aws:states:::states:startExecution"
START_SYNC = "arn:aws:states:::aws-sdk:sfn:startSyncExecution"
MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:Child"
EXECUTION = "arn:aws:states:us-east-1:123456789012:execution:Child:e"
ARGUMENTS = {"StateMachineArn": MACHINE, "Input": {"n": 1}}
HEADERS = [
    ("Content-Type", "application/x-amz-json-1.0"),
    ("x-amzn-RequestId", "11111111-2222-4333-8444-555555555555"),
    ("Date", "Thu, 01 Jan 2026 00:00:00 GMT"),
]
STARTED = {"executionArn": EXECUTION, "startDate": 1_767_225_600.123}
DESCRIBED = {
    "executionArn": EXECUTION,
    "stateMachineArn": MACHINE,
    "name": "e",
    "startDate": 1_767_225_600.123,
    "stopDate": 1_767_225_605.5,
    "input": '{"n": 1}',
    "inputDetails": {"included": True},
    "redriveCount": 0,
}


@contextmanager
def integrations(settings: Settings) -> Iterator[list[Integration]]:
    made = asl_aws.integrations(settings)
    try:
        yield made
    finally:
        for each in made:
            each.close()


def states(resource: str, settings: Settings | None = None) -> Integration:
    with integrations(settings or Settings()) as made:
        return next(each for each in made if each.describe(resource))


def performed(body: Any, made: Call, status: int = 200) -> tuple[Any, list[Received]]:
    """The answer of a call to an endpoint that replies so, and what was sent to it."""
    with http_server(Reply(status, json.dumps(body).encode(), HEADERS)) as (url, received):
        settings = Settings(endpoint_urls={"stepfunctions": url})
        with integrations(settings) as all_:
            answer = next(each for each in all_ if each.describe(made.resource)).perform(made)
    return answer, received


def sent(received: list[Received]) -> list[tuple[str, Any]]:
    return [(dict(each.headers)["X-Amz-Target"].partition(".")[2], json.loads(each.body)) for each in received]


# -- what it is ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["", ".sync", ".sync:2", ".waitForTaskToken"])
def test_it_describes_itself(suffix: str) -> None:
    description = states(START).describe(START + suffix)
    assert description is not None
    assert description.resource == START
    assert description.patterns == ("request_response", "sync", "sync:2", "wait_for_task_token")
    assert description.parameters == ("Input", "Name", "StateMachineArn", "TraceHeader")
    assert description.answered_by == "machines given with --machine"
    assert description.ways == ("--machine ARN-or-name=FILE", "--endpoint-url stepfunctions=URL", "--aws real")
    assert "StepFunctions.ExecutionAlreadyExistsException" in description.errors
    assert "StepFunctions.SdkClientException" in description.errors


@pytest.mark.parametrize(
    ("settings", "who"),
    [
        (Settings(endpoint_urls={"stepfunctions": "http://localhost:1"}), "http://localhost:1"),
        (Settings(endpoint_urls={"*": "http://localhost:1"}), "machines given with --machine"),
        (Settings(aws="embedded"), "machines given with --machine"),
    ],
)
def test_who_answers(settings: Settings, who: str) -> None:
    description = states(START, settings).describe(START)
    assert description is not None
    assert description.answered_by == who


@pytest.mark.parametrize(
    "resource",
    [START + ".sync:3", START + "s", START.replace("startExecution", "stopExecution"), START_SYNC + ".sync", ""],
)
def test_what_is_not_its_own(resource: str) -> None:
    described = [each.describe(resource) for each in asl_aws.integrations(Settings())]
    assert not any(described)


@pytest.mark.parametrize(
    ("arguments", "problems"),
    [
        (ARGUMENTS, []),
        ({"StateMachineArn": MACHINE, "Name": "n", "TraceHeader": "t", "Input": "text"}, []),
        ({"StateMachineArn": MACHINE, "Input": None}, []),
        ({}, ["The field 'StateMachineArn' is required but was missing"]),
        ({"StateMachineArn": 1}, ["The value for the field 'StateMachineArn' must be a STRING"]),
        ({"StateMachineArn": MACHINE, "Name": 7}, ["The value for the field 'Name' must be a STRING"]),
        ({"StateMachineArn": MACHINE, "Inputs": {}}, ['The field "Inputs" is not supported by Step Functions']),
    ],
)
def test_parameters(arguments: Any, problems: list[str]) -> None:
    assert list(states(START).check(START, arguments)) == problems


# -- over the wire ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "text"),
    [({"n": 1}, '{"n":1}'), ([1], "[1]"), (7, "7"), ("no json", "no json"), (None, "{}"), ({}, "{}")],
)
def test_the_request(given: Any, text: str) -> None:
    arguments = {"StateMachineArn": MACHINE, "Input": given, "Name": "e", "TraceHeader": "Root=1"}
    _, received = performed(STARTED, call(START, arguments))
    expected = {"stateMachineArn": MACHINE, "input": text, "name": "e", "traceHeader": "Root=1"}
    assert sent(received) == [("StartExecution", expected)]


def test_the_response() -> None:
    answer, _ = performed(STARTED, call(START, ARGUMENTS))
    value = output(answer)
    assert list(value) == ["ExecutionArn", "SdkHttpMetadata", "SdkResponseMetadata", "StartDate"]
    assert (value["ExecutionArn"], value["StartDate"]) == (EXECUTION, 1_767_225_600_123)
    assert value["SdkResponseMetadata"] == {"RequestId": "11111111-2222-4333-8444-555555555555"}
    assert value["SdkHttpMetadata"]["HttpStatusCode"] == 200
    assert list(value["SdkHttpMetadata"]["AllHttpHeaders"]) == [
        "x-amzn-RequestId",
        "Content-Length",
        "Date",
        "Content-Type",
    ]


@pytest.mark.parametrize("pattern", ["sync", "sync:2"])
def test_a_child_elsewhere_is_polled(pattern: Any) -> None:
    made = call(f"{START}.{pattern}", ARGUMENTS, pattern=pattern)
    started, _ = performed(STARTED, made)
    assert isinstance(started, Pending)
    assert (started.poll_after_ms, started.until_ended) == (5_000, None)
    assert isinstance(started.submitted, dict)
    assert started.submitted["ExecutionArn"] == EXECUTION
    polled = replace(made, pending=started.state)
    running, received = performed({**DESCRIBED, "status": "RUNNING"}, polled)
    assert sent(received) == [("DescribeExecution", {"executionArn": EXECUTION})]
    assert running == Pending(EXECUTION, 5_000)
    ended, _ = performed({**DESCRIBED, "status": "SUCCEEDED", "output": '{"ok": true}'}, polled)
    as_json = pattern == "sync:2"
    assert output(ended) == {
        "ExecutionArn": EXECUTION,
        "Input": {"n": 1} if as_json else '{"n": 1}',
        "InputDetails": {"Included": True},
        "Name": "e",
        "Output": {"ok": True} if as_json else '{"ok": true}',
        "RedriveCount": 0,
        "StartDate": 1_767_225_600_123,
        "StateMachineArn": MACHINE,
        "Status": "SUCCEEDED",
        "StopDate": 1_767_225_605_500,
    }


@pytest.mark.parametrize("status", ["FAILED", "TIMED_OUT", "ABORTED"])
def test_a_child_elsewhere_that_does_not_succeed(status: str) -> None:
    made = call(START + ".sync", ARGUMENTS, pattern="sync", pending=EXECUTION)
    ended, _ = performed({**DESCRIBED, "status": status, "error": "E", "cause": "c"}, made)
    error, cause = failure(ended)
    assert error == "States.TaskFailed"
    shown = json.loads(cause or "")
    assert (shown["Status"], shown["Error"], shown["Cause"]) == (status, "E", "c")


ERRORS = [
    ("ExecutionAlreadyExists", "StepFunctions.ExecutionAlreadyExistsException"),
    ("ExecutionLimitExceeded", "StepFunctions.ExecutionLimitExceededException"),
    ("StateMachineDoesNotExist", "StepFunctions.StateMachineDoesNotExistException"),
    ("InvalidArn", "StepFunctions.InvalidArnException"),
    ("ThrottlingException", "StepFunctions.AWSStepFunctionsException"),
]


@pytest.mark.parametrize(("code", "error"), ERRORS)
def test_errors(code: str, error: str) -> None:
    body = {"__type": f"com.amazonaws.swf.service.v2.model#{code}", "message": "Not this one."}
    answer, _ = performed(body, call(START, ARGUMENTS), status=400)
    assert failure(answer) == (
        error,
        f"Not this one. (Service: AWSStepFunctions; Status Code: 400; Error Code: {code}; "
        "Request ID: 11111111-2222-4333-8444-555555555555; Proxy: null)",
    )


def test_nobody_listens() -> None:
    settings = Settings(endpoint_urls={"stepfunctions": f"http://127.0.0.1:{free_port()}"})
    with integrations(settings) as made:
        for resource, prefix in ((START, "StepFunctions"), (START_SYNC, "Sfn")):
            found = next(each for each in made if each.describe(resource))
            error, cause = failure(found.perform(call(resource, {"StateMachineArn": MACHINE})))
            assert error == f"{prefix}.SdkClientException"
            assert (cause or "").startswith("Unable to execute HTTP request: ")


@pytest.mark.parametrize(
    ("pattern", "pending", "told"), [("sync", True, True), ("sync", False, False), ("", True, False)]
)
def test_what_is_given_up_is_stopped(pattern: Any, pending: bool, told: bool) -> None:
    changes = {"pending": EXECUTION} if pending else {}
    made = call(START, ARGUMENTS, pattern=pattern or "request_response", **changes)
    with http_server(Reply(200, b'{"stopDate": 1767225600}', HEADERS)) as (url, received):
        settings = Settings(endpoint_urls={"stepfunctions": url})
        with integrations(settings) as all_:
            next(each for each in all_ if each.describe(START)).cancel(made)
    assert sent(received) == ([("StopExecution", {"executionArn": EXECUTION})] if told else [])


def test_what_is_given_up_has_ended_meanwhile() -> None:
    body = json.dumps({"__type": "ExecutionDoesNotExist", "message": "gone"}).encode()
    made = call(START + ".sync", ARGUMENTS, pattern="sync", pending=EXECUTION)
    with http_server(Reply(400, body, HEADERS)) as (url, received):
        with integrations(Settings(endpoint_urls={"stepfunctions": url})) as all_:
            next(each for each in all_ if each.describe(START)).cancel(made)
        assert len(received) == 1


def test_a_whole_run_over_the_wire() -> None:
    definition = {
        "StartAt": "T",
        "States": {"T": {"Type": "Task", "Resource": START, "Parameters": ARGUMENTS, "End": True}},
    }
    with http_server(Reply(200, json.dumps(STARTED).encode(), HEADERS)) as (url, _):
        run = asl.load(definition).run({}, endpoint_url={"stepfunctions": url})
    assert run.output["ExecutionArn"] == EXECUTION


def test_a_machine_that_is_given_runs_here_whatever_the_endpoint() -> None:
    definition = {
        "StartAt": "T",
        "States": {"T": {"Type": "Task", "Resource": START + ".sync:2", "Parameters": ARGUMENTS, "End": True}},
    }
    child = {"StartAt": "C", "States": {"C": {"Type": "Pass", "End": True}}}
    url = f"http://127.0.0.1:{free_port()}"
    run = asl.load(definition).run({}, endpoint_url={"stepfunctions": url}, machines={"Child": child})
    assert run.output["Output"] == {"n": 1}


# -- a synchronous execution -----------------------------------------------------------------------------------------


def test_a_synchronous_execution_elsewhere() -> None:
    body = {
        **DESCRIBED,
        "status": "SUCCEEDED",
        "output": '{"ok": true}',
        "billingDetails": {"billedMemoryUsedInMB": 64},
    }
    with http_server(Reply(200, json.dumps(body).encode(), HEADERS)) as (url, received):
        settings = Settings(endpoint_urls={"stepfunctions": url})
        with integrations(settings) as all_:
            found = next(each for each in all_ if each.describe(START_SYNC))
            answer = found.perform(call(START_SYNC, {"StateMachineArn": MACHINE, "Input": "{}"}))
    assert sent(received) == [("StartSyncExecution", {"stateMachineArn": MACHINE, "input": "{}"})]
    assert isinstance(answer, Output)
    value: Any = answer.value
    assert (value["Status"], value["Output"]) == ("SUCCEEDED", '{"ok": true}')
    assert (value["StartDate"], value["StopDate"]) == ("2026-01-01T00:00:00.123Z", "2026-01-01T00:00:05.500Z")
    assert value["BillingDetails"] == {"BilledMemoryUsedInMB": 64}
    assert "RedriveCount" not in value


def test_errors_of_a_synchronous_execution() -> None:
    body = {"__type": "StateMachineTypeNotSupported", "message": "Not this one."}
    answer, _ = performed(body, call(START_SYNC, {"StateMachineArn": MACHINE}), status=400)
    assert isinstance(answer, Failure)
    assert failure(answer) == (
        "Sfn.StateMachineTypeNotSupportedException",
        "Not this one. (Service: Sfn, Status Code: 400, Request ID: 11111111-2222-4333-8444-555555555555)"
        " (SDK Attempt Count: 1)",
    )


# -- nobody knows the machine ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("resource", [START, START + ".sync", START_SYNC])
@pytest.mark.parametrize("settings", [Settings(), Settings(aws="embedded"), Settings(endpoint_urls={"*": "http://x"})])
def test_an_unknown_machine(resource: str, settings: Settings) -> None:
    with integrations(settings) as made:
        found = next(each for each in made if each.describe(resource))
        with pytest.raises(NotAnswered, match=f"there is no definition for the state machine '{MACHINE}'") as refused:
            found.perform(call(resource, {"StateMachineArn": MACHINE}, pattern="sync"))
    assert refused.value.ways == ("--machine ARN-or-name=FILE", "--aws real")


@pytest.mark.parametrize(
    "action", ["createStateMachine", "getExecutionHistory", "redriveExecution", "listStateMachines"]
)
def test_operations_that_are_not_answered_here(action: str) -> None:
    resource = f"arn:aws:states:::aws-sdk:sfn:{action}"
    arguments = {
        "createStateMachine": {"Name": "n", "Definition": "{}", "RoleArn": "r"},
        "listStateMachines": {},
    }.get(action, {"ExecutionArn": EXECUTION})
    definition = {
        "StartAt": "T",
        "States": {"T": {"Type": "Task", "Resource": resource, "Parameters": arguments, "End": True}},
    }
    with pytest.raises(asl.HostError, match=r"nothing answers '\w+' of the service 'stepfunctions'(.|\n)*--aws real"):
        asl.load(definition).run()
