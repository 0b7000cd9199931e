"""Runs whose tasks meet what is broken: each ends with the error AWS would give, or one that says what is wrong.

Nothing hangs, and no thread or process is left behind.
"""

import asyncio
import json
import multiprocessing
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

import asl
from asl.hosts.answers import _entry_points
from asl.integration import Call, Description
from tests.integrations.servers import Reply, free_port, http_server, raw_server, says, silent, slow

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f"
INVOKE = "arn:aws:states:::lambda:invoke"
GET = "arn:aws:states:::dynamodb:getItem"
ITEM = {"TableName": "t", "Key": {"id": {"S": "1"}}}
JSON_1_0 = [("Content-Type", "application/x-amz-json-1.0"), ("x-amzn-RequestId", "R1")]
ONCE = [("Content-Type", "application/x-amz-json-1.1"), ("Connection", "close")]
IN_BOTH_TIMES = pytest.mark.parametrize("live", [False, True], ids=["virtual", "live"])


@pytest.fixture(autouse=True)
def _nothing_is_left_behind() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + 5
    while (left := set(threading.enumerate()) - before) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not left
    assert not multiprocessing.active_children()


def one(resource: str, parameters: Any = None, **fields: Any) -> asl.Machine:
    state = {"Type": "Task", "Resource": resource, "End": True, **fields}
    if parameters is not None:
        state["Parameters"] = parameters
    return asl.load({"StartAt": "T", "States": {"T": state}})


def kinds(run: asl.Run) -> list[str]:
    return [event["type"] for event in run.history[2:]]


# -- Lambda handlers -------------------------------------------------------------------------------------------------


def raising(event: Any, context: Any) -> Any:
    raise LookupError("nothing here")


def exiting(event: Any, context: Any) -> Any:
    sys.exit(3)


def interrupting(event: Any, context: Any) -> Any:
    raise BaseException("base")


def unprintable(event: Any, context: Any) -> Any:
    class OddError(Exception):
        def __str__(self) -> str:
            raise ValueError("no text")

    raise OddError


HANDLERS = [
    (raising, "LookupError", "nothing here"),
    (exiting, "Runtime.ExitError", "Runtime exited with error: exit status 3"),
    (interrupting, "Runtime.ExitError", "Runtime exited with error: exit status 1"),
    (unprintable, "OddError", "no text"),
    (lambda event, context: {1, 2}, "Runtime.MarshalError", "Unable to marshal response"),
]


@IN_BOTH_TIMES
@pytest.mark.parametrize(("resource", "parameters"), [(FUNCTION, None), (INVOKE, {"FunctionName": "f"})])
@pytest.mark.parametrize(("handler", "error", "said"), HANDLERS, ids=[error for _, error, _ in HANDLERS])
def test_a_handler_that_breaks(handler: Any, error: str, said: str, resource: str, parameters: Any, live: bool) -> None:
    run = one(resource, parameters).run({}, lambdas={"f": handler}, live=live)
    assert (run.status, run.error) == ("FAILED", error)
    assert said in json.loads(run.cause or "")["errorMessage"]
    kind = "LambdaFunction" if resource == FUNCTION else "Task"
    assert kinds(run) == [f"{kind}Scheduled", f"{kind}Started", f"{kind}Failed", "ExecutionFailed"]


@IN_BOTH_TIMES
def test_a_handler_that_never_returns(live: bool) -> None:
    released = threading.Event()
    try:
        run = one(FUNCTION).run(
            {}, lambdas={"f": lambda event, context: released.wait(30)}, live=live, call_timeout_seconds=0.2
        )
        assert (run.status, run.error) == ("FAILED", "Sandbox.Timedout")
        assert "Task timed out after 0.20 seconds" in (run.cause or "")
    finally:
        released.set()


@IN_BOTH_TIMES
def test_a_broken_handler_is_tried_again_and_caught(live: bool) -> None:
    tries: list[int] = []

    def handler(event: Any, context: Any) -> Any:
        tries.append(1)
        sys.exit(1)

    definition = {
        "StartAt": "T",
        "States": {
            "T": {
                "Type": "Task",
                "Resource": FUNCTION,
                "Retry": [{"ErrorEquals": ["Runtime.ExitError"], "MaxAttempts": 1, "IntervalSeconds": 1}],
                "Catch": [{"ErrorEquals": ["States.TaskFailed"], "Next": "H"}],
                "End": True,
            },
            "H": {"Type": "Pass", "End": True},
        },
    }
    run = asl.load(definition).run({}, lambdas={"f": handler}, live=live)
    assert (run.status, len(tries), run.output["Error"]) == ("SUCCEEDED", 2, "Runtime.ExitError")


# -- functions that answer tasks -------------------------------------------------------------------------------------


async def cancelled(arguments: Any) -> Any:
    raise asyncio.CancelledError("given up")


TASKS = [
    (lambda arguments: sys.exit(3), "SystemExit", "3"),
    (lambda arguments: sys.exit(), "SystemExit", ""),
    (lambda arguments: 1 / 0, "ZeroDivisionError", "division by zero"),
    (lambda arguments: unprintable({}, None), "OddError", "<no text: str() of OddError failed>"),
    (cancelled, "CancelledError", "given up"),
]


@IN_BOTH_TIMES
@pytest.mark.parametrize(("function", "error", "cause"), TASKS, ids=["exit 3", "exit", "exception", "text", "async"])
def test_a_function_that_breaks(function: Any, error: str, cause: str, live: bool) -> None:
    run = one("arn:aws:states:::example:work").run({}, tasks={"T": function}, live=live)
    assert (run.status, run.error, run.cause or "") == ("FAILED", error, cause)


@IN_BOTH_TIMES
def test_a_worker_of_an_activity_that_exits(live: bool) -> None:
    machine = one("arn:aws:states:us-east-1:123456789012:activity:work")
    run = machine.run({}, activities={"work": lambda task: sys.exit(3)}, live=live)
    assert (run.error, run.cause) == ("SystemExit", "3")


def test_a_function_that_never_returns() -> None:
    async def sleeping(arguments: Any) -> Any:
        await asyncio.sleep(60)

    for function in (lambda arguments: time.sleep(60), sleeping):
        began = time.monotonic()
        with pytest.raises(asl.HostError, match=r"the function that answers state 'T' did not end within 0\.1 s"):
            one("arn:aws:states:::example:work").run({}, tasks={"T": function}, call_timeout_seconds=0.1)
        assert time.monotonic() - began < 5


@IN_BOTH_TIMES
@pytest.mark.parametrize("answer", [{"ok": True}, "text", 0, asl.Output])
def test_an_answer_that_is_none(answer: Any, live: bool) -> None:
    with pytest.raises(asl.HostError, match=r"'T' gave \w+, not an Output, a Failure, a Pending or None"):
        one("arn:aws:states:::example:work").run({}, tasks=lambda call: answer, live=live)


# -- integrations that break -----------------------------------------------------------------------------------------


class Broken:
    """An integration that raises where it may not."""

    def __init__(self, perform: Any = None, cancel: Any = None) -> None:
        self._perform = perform
        self._cancel = cancel

    def describe(self, resource: str) -> Description | None:
        return Description(resource, ("request_response", "sync")) if ":example:" in resource else None

    def check(self, resource: str, arguments: Any) -> list[str]:
        return []

    def perform(self, call: Call) -> Any:
        if self._perform is not None:
            raise self._perform
        return asl.Pending(1, 60_000)

    def cancel(self, call: Call) -> None:
        if self._cancel is not None:
            raise self._cancel

    def close(self) -> None:
        pass


@IN_BOTH_TIMES
def test_an_integration_that_raises(live: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("asl.hosts.answers._built_in", lambda settings: [Broken(KeyError("lost"))])
    with pytest.raises(asl.HostError, match="an integration broke: KeyError: 'lost'"):
        one("arn:aws:states:::example:work").run({}, live=live)


def test_an_integration_that_raises_when_told_of_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("asl.hosts.answers._built_in", lambda settings: [Broken(cancel=KeyError("lost"))])
    with pytest.raises(asl.HostError, match="an integration broke: KeyError: 'lost'"):
        one("arn:aws:states:::example:work.sync", TimeoutSeconds=10).run({})


@IN_BOTH_TIMES
def test_a_job_that_starts_when_its_task_is_given_up_already_is_cancelled(
    live: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_up: list[Call] = []
    released = threading.Event()

    class Slow(Broken):
        def perform(self, call: Call) -> Any:
            if live:
                released.wait(10)
            return asl.Pending("job 1", 60_000)

        def cancel(self, call: Call) -> None:
            given_up.append(call)

    monkeypatch.setattr("asl.hosts.answers._built_in", lambda settings: [Slow()])
    states = {
        "T": {
            "Type": "Task",
            "Resource": "arn:aws:states:::example:work.sync",
            "TimeoutSeconds": 1,
            "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "W"}],
            "End": True,
        },
        "W": {"Type": "Wait", "Seconds": 1, "End": True},
    }
    if live:
        threading.Timer(1.3, released.set).start()
    run = asl.load({"StartAt": "T", "States": states}).run({}, live=live)
    released.set()
    assert run.status == "SUCCEEDED"
    assert "job 1" in [call.pending for call in given_up]


# -- endpoints -------------------------------------------------------------------------------------------------------


@IN_BOTH_TIMES
def test_an_endpoint_where_nobody_listens(live: bool) -> None:
    run = one(GET, ITEM).run({}, endpoint_url=f"http://127.0.0.1:{free_port()}", live=live)
    assert (run.status, run.error) == ("FAILED", "DynamoDB.SdkClientException")
    assert (run.cause or "").startswith("Unable to execute HTTP request: ")


@IN_BOTH_TIMES
@pytest.mark.parametrize("text", [b"", b"garbage\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"])
def test_an_endpoint_that_talks_no_http(text: bytes, live: bool) -> None:
    with raw_server(says(text)) as url:
        run = one(GET, ITEM).run({}, endpoint_url=url, live=live)
    assert run.error == "DynamoDB.SdkClientException"


@pytest.mark.parametrize("talk", [silent, slow])
def test_an_endpoint_that_does_not_end(talk: Any) -> None:
    began = time.monotonic()
    with raw_server(talk) as url:
        run = one(GET, ITEM).run({}, endpoint_url=url, call_timeout_seconds=0.2)
    assert run.error == "DynamoDB.SdkClientException"
    assert time.monotonic() - began < 5


def test_a_live_call_that_does_not_end_times_out_with_its_state() -> None:
    with raw_server(slow) as url:
        run = one(GET, ITEM, TimeoutSeconds=1).run({}, endpoint_url=url, live=True)
    assert (run.error, kinds(run)[-2]) == ("States.Timeout", "TaskTimedOut")


ERRORS = [
    (400, "ProvisionedThroughputExceededException", "DynamoDB.ProvisionedThroughputExceededException"),
    (400, "ThrottlingException", "DynamoDB.AmazonDynamoDBException"),
    (400, "ResourceNotFoundException", "DynamoDB.ResourceNotFoundException"),
    (500, "InternalServerError", "DynamoDB.InternalServerErrorException"),
    (503, "ServiceUnavailable", "DynamoDB.AmazonDynamoDBException"),
    (403, "AccessDeniedException", "DynamoDB.AmazonDynamoDBException"),
]


@pytest.mark.parametrize(("status", "code", "error"), ERRORS, ids=[code for _, code, _ in ERRORS])
def test_a_service_that_refuses(status: int, code: str, error: str) -> None:
    body = json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "Not now."}).encode()
    with http_server(Reply(status, body, JSON_1_0)) as (url, received):
        run = one(GET, ITEM).run({}, endpoint_url=url)
    assert (run.error, len(received)) == (error, 1)
    assert (run.cause or "").startswith(f"Not now. (Service: AmazonDynamoDBv2; Status Code: {status}; ")


def test_throttling_is_for_the_state_machine_to_retry() -> None:
    body = b'{"__type": "ProvisionedThroughputExceededException", "message": "Slow down."}'
    retry = [{"ErrorEquals": ["DynamoDB.ProvisionedThroughputExceededException"], "MaxAttempts": 3}]
    with http_server(Reply(400, body, JSON_1_0)) as (url, received):
        run = one(GET, ITEM, Retry=retry).run({}, endpoint_url=url)
    assert (run.status, len(received), run.duration_ms) == ("FAILED", 4, 7_000)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (200, b"[]", "DynamoDb.SdkClientException"),
        (500, b"", "DynamoDb.DynamoDbException"),
        (502, b"<html>bad gateway</html>", "DynamoDb.DynamoDbException"),
        (400, b'{"__type": "LimitExceededException", "message": "m"}', "DynamoDb.LimitExceededException"),
    ],
)
def test_the_sdk_meets_the_same(status: int, body: bytes, error: str) -> None:
    with http_server(Reply(status, body, JSON_1_0)) as (url, _):
        run = one("arn:aws:states:::aws-sdk:dynamodb:getItem", ITEM).run({}, endpoint_url=url)
    assert run.error == error


def test_an_endpoint_that_is_gone_when_a_job_is_asked_for() -> None:
    body = json.dumps({"QueryExecutionId": "q"}).encode()
    machine = one("arn:aws:states:::athena:startQueryExecution.sync", {"QueryString": "select 1"})
    with asl.World(endpoint_url=f"http://127.0.0.1:{(port := free_port())}") as world:
        run = world.start(machine)
        with http_server(Reply(200, body, ONCE), port) as (_, received):
            world.run(until=world.now)
        assert run.status == "RUNNING"
        world.run()
    assert len(received) == 1
    assert (run.status, (run.error or "").split(".")[0]) == ("FAILED", "Athena")


def test_an_endpoint_that_is_gone_when_a_child_is_to_be_stopped() -> None:
    arn = "arn:aws:states:us-east-1:123456789012:execution:Child:e"
    body = json.dumps({"executionArn": arn, "startDate": 1_767_225_600}).encode()
    parameters = {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:Child"}
    machine = one("arn:aws:states:::states:startExecution.sync", parameters, TimeoutSeconds=1)
    with asl.World(endpoint_url={"stepfunctions": f"http://127.0.0.1:{(port := free_port())}"}) as world:
        run = world.start(machine)
        with http_server(Reply(200, body, ONCE), port) as (_, received):
            world.run(until=world.now)
        world.run()
    assert len(received) == 1
    assert (run.status, run.error) == ("FAILED", "States.Timeout")


# -- functions that answer their own token ---------------------------------------------------------------------------


@IN_BOTH_TIMES
def test_a_function_that_answers_its_token_and_then_breaks(live: bool) -> None:
    worlds: list[asl.World] = []

    def ask(event: Any, context: Any) -> Any:
        worlds[0].executions.send_task_success(event["token"], '"answered"')
        raise LookupError("after all")

    machine = one(INVOKE + ".waitForTaskToken", {"FunctionName": "f", "Payload": {"token.$": "$$.Task.Token"}})
    with asl.World(lambdas={"f": ask}, live=live) as world:
        worlds.append(world)
        run = world.start(machine)
        world.run()
    # unrecorded: which of the two comes first on AWS
    assert (run.status, run.error) == ("FAILED", "LookupError")


@IN_BOTH_TIMES
def test_a_function_that_answers_twice(live: bool) -> None:
    worlds: list[asl.World] = []
    refused: list[str] = []

    def ask(event: Any, context: Any) -> Any:
        worlds[0].executions.send_task_success(event["token"], '"first"')
        try:
            worlds[0].executions.send_task_success(event["token"], '"second"')
        except Exception as failure:
            refused.append(str(failure))

    machine = one(INVOKE + ".waitForTaskToken", {"FunctionName": "f", "Payload": {"token.$": "$$.Task.Token"}})
    with asl.World(lambdas={"f": ask}, live=live) as world:
        worlds.append(world)
        run = world.start(machine)
        world.run()
    assert run.output == "first"
    assert refused == ["TaskTimedOut: Task Timed Out: 'Provided task does not exist anymore'"]


def test_what_is_installed_is_looked_through_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: asked.append(group) or ())
    _entry_points.cache_clear()
    for _ in range(2):
        assert one("arn:aws:states:::nobody:works").run({}, tasks={"T": 1}).succeeded
    _entry_points.cache_clear()
    assert asked == ["asl.integrations"]
