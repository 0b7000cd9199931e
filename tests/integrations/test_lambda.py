"""Lambda tasks answered by local handlers."""

import asyncio
import base64
import json
import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from asl_lambda import Lambda

from asl.hosts import alarm
from asl.integration import NotAnswered, Settings
from tests.integrations.calls import call, failure, output

ROOT = Path(__file__).parents[2]
CONFORMANCE = Path(os.environ.get("ASL_CONFORMANCE", ROOT.parent / "shared/conformance"))
RECORDED = sorted((CONFORMANCE / "aws/cases/services").glob("test_lambda_task_service.*test_invoke*.json"))
INVOKE = "arn:aws:states:::lambda:invoke"
ARN = "arn:aws:lambda:us-east-1:123456789012:function:f"
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def echo(event: Any, context: Any) -> Any:
    return event


def functions(handlers: dict[str, Callable[..., Any]], **settings: Any) -> Lambda:
    return Lambda(Settings(functions=handlers, **settings))


def run(handler: Callable[..., Any], event: Any = None, **settings: Any) -> Any:
    """The answer of a task whose resource is the ARN of a function with this handler."""
    return functions({"f": handler}, **settings).perform(call(ARN, event))


# -- which handler -------------------------------------------------------------------------------------------------

PLACES = [
    ("f", ARN),
    ("f", f"{ARN}:prod"),
    ("f", "arn:aws-cn:lambda:cn-north-1:999999999999:function:f"),
    ("f", "arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:f"),
    ("${Function}", "arn:aws:lambda:us-east-1:123456789012:function:${Function}"),
    ("${FunctionArn}", "${FunctionArn}"),
    ("f:prod", f"{ARN}:prod"),
    ("f:$LATEST", ARN),
    (ARN, ARN),
    (ARN, f"{ARN}:1"),
    ("123456789012:function:f", ARN),
    ("function:f", ARN),
    ("*", ARN),
    ("[ef]", ARN),
    ("arn:aws:lambda:*:function:?", ARN),
]


@pytest.mark.parametrize(("key", "resource"), PLACES)
def test_a_function_is_found(key: str, resource: str) -> None:
    integration = functions({key: echo})
    described = integration.describe(resource)
    assert described is not None
    assert described.answered_by.endswith(":echo")
    assert output(integration.perform(call(resource, {"a": 1}))) == {"a": 1}


@pytest.mark.parametrize(
    ("key", "resource"),
    [
        ("g", ARN),
        ("F", ARN),
        ("f:prod", ARN),
        ("f:prod", f"{ARN}:test"),
        (ARN, "arn:aws:lambda:us-east-1:999999999999:function:f"),
        ("*", "arn:aws:states:::sqs:sendMessage"),
        ("*", "arn:aws:states:us-east-1:123456789012:activity:a"),
    ],
)
def test_a_function_is_not_found(key: str, resource: str) -> None:
    described = functions({key: echo}).describe(resource)
    if ":lambda:" not in resource:
        assert described is None
        return
    assert described is not None
    assert described.answered_by == ""
    assert described.ways == ("--lambda f=package.module:function", "--endpoint-url lambda=URL", "--aws real")


def test_the_exact_name_wins_and_then_the_first_glob() -> None:
    handlers = {name: (lambda event, context, name=name: name) for name in ("*", "f*", "f", "f:prod", "foo*")}
    integration = functions(handlers)
    found = [output(integration.perform(call(f"{ARN}{rest}", None))) for rest in ("", ":prod", ":test", "oo")]
    assert found == ["f", "f:prod", "f", "*"]


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("f", "f"),
        ("f", ARN),
        ("f", "123456789012:function:f"),
        ("f", "f:prod"),
        (ARN, "f"),
        ("arn:aws:lambda:eu-west-1:111111111111:function:f", "f"),
        ("f*", "function:foo"),
    ],
)
def test_invoke_finds_a_function_by_its_parameter(key: str, name: str) -> None:
    answer = functions({key: echo}).perform(call(INVOKE, {"FunctionName": name, "Payload": {"a": 1}}))
    assert output(answer)["Payload"] == {"a": 1}


def test_a_function_that_nobody_answers_for_stops_the_run() -> None:
    integration = functions({"orders": echo})
    with pytest.raises(NotAnswered) as stopped:
        integration.perform(call(INVOKE, {"FunctionName": "order"}))
    text = str(stopped.value)
    assert "'order'" in text
    assert "state 'Send'" in text
    assert "did you mean 'orders'?" in text
    assert "a local function: --lambda order=package.module:function" in stopped.value.ways


# -- what goes in and comes out ------------------------------------------------------------------------------------


def test_a_handler_cannot_change_the_data_of_a_state() -> None:
    def handler(event: Any, context: Any) -> Any:
        event["list"].append(1)
        return event

    data: dict[str, Any] = {"list": []}
    assert output(run(handler, data)) == {"list": [1]}
    assert data == {"list": []}


@pytest.mark.parametrize("value", [None, 0, 0.0, True, "HelloWorld", "", [], {}, {"ü": [1, None]}])
def test_values_pass_through(value: Any) -> None:
    answer = output(run(echo, value))
    assert json.dumps(answer) == json.dumps(value)


def test_a_result_crosses_as_json_text() -> None:
    assert output(run(lambda event, context: {1: (1, 2), "b": None})) == {"1": [1, 2], "b": None}


@pytest.mark.parametrize(
    ("result", "text"),
    [
        ({1, 2}, "Object of type set is not JSON serializable"),
        (object, "Object of type type is not JSON serializable"),
        (float("nan"), "Out of range float values are not JSON compliant"),
    ],
)
def test_a_result_that_is_no_json(result: Any, text: str) -> None:
    error, cause = failure(run(lambda event, context: result))
    assert error == "Runtime.MarshalError"
    report = json.loads(cause or "")
    assert report["errorMessage"].startswith(f"Unable to marshal response: {text}")
    assert list(report) == ["errorMessage", "errorType", "requestId", "stackTrace"]
    assert report["stackTrace"] == []


def test_invoke_answers_as_recorded() -> None:
    answer = output(functions({"f": echo}).perform(call(INVOKE, {"FunctionName": "f", "Payload": {"body": "ü"}})))
    request = answer["SdkResponseMetadata"]["RequestId"]
    assert UUID.fullmatch(request)
    trace = answer["SdkHttpMetadata"]["HttpHeaders"]["X-Amzn-Trace-Id"]
    assert re.fullmatch(r"Root=1-6955b900-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0", trace)
    headers = {
        "Connection": "keep-alive",
        "Content-Length": "14",
        "Content-Type": "application/json",
        "Date": "Thu, 01 Jan 2026 00:00:00 GMT",
        "X-Amz-Executed-Version": "$LATEST",
        "x-amzn-Remapped-Content-Length": "0",
        "x-amzn-RequestId": request,
        "X-Amzn-Trace-Id": trace,
    }
    order = ["X-Amz-Executed-Version", "x-amzn-Remapped-Content-Length", "Connection", "x-amzn-RequestId",
             "Content-Length", "Date", "X-Amzn-Trace-Id", "Content-Type"]  # fmt: skip
    expected = {
        "ExecutedVersion": "$LATEST",
        "Payload": {"body": "ü"},
        "SdkHttpMetadata": {
            "AllHttpHeaders": {name: [headers[name]] for name in order},
            "HttpHeaders": headers,
            "HttpStatusCode": 200,
        },
        "SdkResponseMetadata": {"RequestId": request},
        "StatusCode": 200,
    }
    assert json.dumps(answer) == json.dumps(expected)


@pytest.mark.skipif(not RECORDED, reason=f"no recordings at {CONFORMANCE}")
@pytest.mark.parametrize("file", RECORDED, ids=lambda file: file.stem)
def test_recorded_invocations(file: Path) -> None:
    case = json.loads(file.read_text())
    (expected,) = case["executions"][0]["answers"]

    def handler(event: Any, context: Any) -> Any:
        return "HelloWorld!" if "bytes_payload" in file.name else event

    answer = output(functions({"*": handler}).perform(call(INVOKE, case["input"])))
    recorded = expected["output"]
    assert answer["Payload"] == recorded["Payload"]
    assert type(answer["Payload"]) is type(recorded["Payload"])
    assert answer.keys() == recorded.keys()
    assert answer["StatusCode"] == recorded["StatusCode"]
    sent, wanted = (each["SdkHttpMetadata"] for each in (answer, recorded))
    for part in ("AllHttpHeaders", "HttpHeaders"):
        assert list(sent[part]) == list(wanted[part])
        for name in ("Connection", "Content-Length", "Content-Type", "X-Amz-Executed-Version"):
            assert sent[part][name] == wanted[part][name]


def test_ids_come_from_the_seed() -> None:
    integration = functions({"f": echo})
    first, second, other = (
        output(integration.perform(call(INVOKE, {"FunctionName": "f"}, seed=seed))) for seed in ("a", "a", "b")
    )
    assert first == second
    assert first != other


def test_a_callback_task_is_submitted_with_the_same_answer() -> None:
    integration = functions({"f": echo})
    described = integration.describe(f"{INVOKE}.waitForTaskToken")
    assert described is not None
    assert described.patterns == ("request_response", "wait_for_task_token")
    arguments = {"FunctionName": "f", "Payload": {"token": "t"}}
    answer = integration.perform(call(f"{INVOKE}.waitForTaskToken", arguments, pattern="wait_for_task_token"))
    assert output(answer)["Payload"] == {"token": "t"}


@pytest.mark.parametrize(
    ("kind", "status", "calls"), [("Event", 202, 1), ("DryRun", 204, 0), ("RequestResponse", 200, 1)]
)
def test_invocation_types(kind: str, status: int, calls: int) -> None:
    seen: list[Any] = []
    integration = functions({"f": lambda event, context: seen.append(event)})
    answer = output(integration.perform(call(INVOKE, {"FunctionName": "f", "InvocationType": kind})))
    assert answer["StatusCode"] == answer["SdkHttpMetadata"]["HttpStatusCode"] == status
    assert ("Payload" in answer) == (kind == "RequestResponse")
    assert len(seen) == calls


def test_a_function_that_fails_as_an_event_does_not_fail_the_task() -> None:
    warnings: list[str] = []

    def handler(event: Any, context: Any) -> Any:
        raise ValueError("broken")

    integration = functions({"f": handler}, warn=warnings.append)
    answer = integration.perform(call(INVOKE, {"FunctionName": "f", "InvocationType": "Event"}))
    assert output(answer)["StatusCode"] == 202
    assert len(warnings) == 1
    assert "broken" in warnings[0]


def test_the_log_of_a_call() -> None:
    answer = output(functions({"f": echo}).perform(call(INVOKE, {"FunctionName": "f", "LogType": "Tail"})))
    log = base64.b64decode(answer["LogResult"]).decode()
    assert log.startswith(f"START RequestId: {answer['SdkResponseMetadata']['RequestId']} Version: $LATEST\n")
    assert answer["SdkHttpMetadata"]["HttpHeaders"]["X-Amz-Log-Result"] == answer["LogResult"]


def test_the_context() -> None:
    seen: list[Any] = []
    client = base64.b64encode(json.dumps({"custom": {"k": "v"}}).encode()).decode()
    arguments = {"FunctionName": "f", "Qualifier": "3", "ClientContext": client}
    integration = functions({"f": lambda event, context: seen.append(context)})
    answer = output(integration.perform(call(INVOKE, arguments)))
    (context,) = seen
    assert context.function_name == "f"
    assert context.function_version == answer["ExecutedVersion"] == "3"
    assert context.invoked_function_arn == f"{ARN}:3"
    assert context.memory_limit_in_mb == "128"
    assert context.aws_request_id == answer["SdkResponseMetadata"]["RequestId"]
    assert context.log_group_name == "/aws/lambda/f"
    assert re.fullmatch(r"2026/01/01/\[3\][0-9a-f]{32}", context.log_stream_name)
    assert 0 < context.get_remaining_time_in_millis() <= 60_000
    assert context.identity.cognito_identity_id is None
    assert context.client_context.custom == {"k": "v"}


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({}, "The field 'FunctionName' is required but was missing"),
        ({"FunctionName": 5}, "The value for the field 'FunctionName' must be a STRING"),
        ({"FunctionName": "f", "Payload": 5}, "The value for the field 'Payload' must be a STRING"),
        ({"FunctionName": "f", "TaskToken": "t"}, 'The field "TaskToken" is not supported by Step Functions'),
        ("f", "The value for the field 'Parameters' must be an OBJECT"),
    ],
)
def test_parameters_that_cannot_be_used(arguments: Any, text: str) -> None:
    assert functions({"f": echo}).check(INVOKE, arguments) == [text]


@pytest.mark.parametrize(
    ("change", "error", "text"),
    [
        ({"InvocationType": "Now"}, "Lambda.AWSLambdaException", "Value 'Now' at 'invocationType'"),
        ({"LogType": "All"}, "Lambda.AWSLambdaException", "enum value set: [None, Tail]"),
        ({"Payload": "test data"}, "Lambda.InvalidRequestContentException", "Unrecognized token 'test'"),
        ({"Payload": ""}, "Lambda.InvalidRequestContentException", "Could not parse request body into json"),
        ({"ClientContext": "x"}, "Lambda.InvalidRequestContentException", "valid Base64-encoded JSON object."),
    ],
)
def test_requests_that_lambda_refuses(change: dict[str, Any], error: str, text: str) -> None:
    name, cause = failure(functions({"f": echo}).perform(call(INVOKE, {"FunctionName": "f", **change})))
    assert name == error
    assert text in (cause or "")
    assert "(Service: AWSLambda; Status Code: 400; Error Code: " in (cause or "")


# -- errors --------------------------------------------------------------------------------------------------------


class CustomException(Exception):
    pass


def _deeper() -> None:
    raise CustomException("Grüße")


@pytest.mark.parametrize("resource", [ARN, INVOKE])
def test_an_exception_is_the_error_as_recorded(resource: str) -> None:
    def handler(event: Any, context: Any) -> Any:
        _deeper()

    answer = functions({"f": handler}).perform(call(resource, {"FunctionName": "f"}))
    error, cause = failure(answer)
    assert error == "CustomException"
    assert cause is not None
    report = json.loads(cause)
    separators = (",", ":") if resource == INVOKE else None
    assert cause == json.dumps(report, ensure_ascii=False, separators=separators)
    assert list(report) == ["errorMessage", "errorType", "requestId", "stackTrace"]
    assert report["errorMessage"] == "Grüße"
    assert report["errorType"] == "CustomException"
    assert UUID.fullmatch(report["requestId"])
    first, second = (handler.__code__.co_firstlineno + 1, _deeper.__code__.co_firstlineno + 1)
    assert report["stackTrace"] == [
        f'  File "{__file__}", line {first}, in handler\n    _deeper()\n',
        f'  File "{__file__}", line {second}, in _deeper\n    raise CustomException("Grüße")\n',
    ]


def test_an_exception_that_has_no_text() -> None:
    class Mute(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    def handler(event: Any, context: Any) -> Any:
        raise Mute

    error, cause = failure(run(handler))
    assert error == "Mute"
    assert "no text" in json.loads(cause or "")["errorMessage"]


@pytest.mark.parametrize(
    ("leave", "reason"),
    [
        (lambda: sys.exit(), "Runtime exited without providing a reason"),
        (lambda: sys.exit(0), "Runtime exited without providing a reason"),
        (lambda: sys.exit(3), "Runtime exited with error: exit status 3"),
        (lambda: sys.exit("bye"), "Runtime exited with error: exit status 1"),
        (lambda: (_ for _ in ()).throw(GeneratorExit), "Runtime exited with error: exit status 1"),
    ],
)
def test_a_handler_that_exits_does_not_end_the_run(leave: Callable[[], Any], reason: str) -> None:
    integration = functions({"f": lambda event, context: leave(), "g": echo})
    error, cause = failure(integration.perform(call(ARN, None)))
    assert error == "Runtime.ExitError"
    request = json.loads(cause or "")["errorMessage"].split()[1]
    assert cause == f'{{"errorType":"Runtime.ExitError","errorMessage":"RequestId: {request} Error: {reason}"}}'
    assert output(integration.perform(call(f"{ARN[:-1]}g", 1))) == 1


def test_an_interrupt_on_the_main_thread_is_the_users() -> None:
    def interrupted(event: Any, context: Any) -> Any:
        raise KeyboardInterrupt

    integration = functions({"f": interrupted})
    with pytest.raises(KeyboardInterrupt):
        integration.perform(call(ARN, None))
    answers: list[Any] = []
    thread = threading.Thread(target=lambda: answers.append(integration.perform(call(ARN, None))))
    thread.start()
    thread.join(10)
    assert failure(answers[0])[0] == "Runtime.ExitError"


@pytest.fixture
def alarm_taken() -> Iterator[None]:
    """Somebody else uses the alarm, so that calls run on threads."""
    before = signal.signal(signal.SIGALRM, lambda number, frame: None)
    yield
    signal.signal(signal.SIGALRM, before)


def test_calls_run_on_the_main_thread_under_an_alarm() -> None:
    integration = functions({"f": lambda event, context: threading.current_thread().name})
    assert output(integration.perform(call(ARN, None))) == threading.main_thread().name
    alarm.uninstall()
    assert signal.getsignal(signal.SIGALRM) == signal.SIG_DFL


@pytest.mark.usefixtures("alarm_taken")
def test_the_alarm_of_others_is_left_alone() -> None:
    integration = functions({"f": lambda event, context: threading.current_thread().name})
    assert output(integration.perform(call(ARN, None))) != threading.main_thread().name
    integration.close()


def test_an_alarm_ends_a_handler_that_hangs() -> None:
    def handler(event: Any, context: Any) -> Any:
        if event == "hang":
            try:
                threading.Event().wait(30)
            except Exception:
                return "not held up"
        return "fine"

    integration = functions({"f": handler}, call_timeout_seconds=0.05)
    assert failure(integration.perform(call(ARN, "hang")))[0] == "Sandbox.Timedout"
    assert output(integration.perform(call(ARN, None))) == "fine"


def test_an_awaitable_of_a_plain_handler_is_awaited() -> None:
    async def later(event: Any) -> Any:
        if event == "fail":
            raise ValueError("no")
        if event == "hang":
            await asyncio.Event().wait()
        return event

    integration = functions({"f": lambda event, context: later(event)}, call_timeout_seconds=0.05)
    assert output(integration.perform(call(ARN, 1))) == 1
    assert failure(integration.perform(call(ARN, "fail")))[0] == "ValueError"
    assert failure(integration.perform(call(ARN, "hang")))[0] == "Sandbox.Timedout"
    integration.close()


# -- time, threads -------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("alarm_taken")
def test_a_handler_that_hangs_is_ended() -> None:
    let_go = threading.Event()

    def handler(event: Any, context: Any) -> Any:
        if event == "hang":
            let_go.wait(30)
        return threading.get_ident()

    integration = functions({"f": handler}, call_timeout_seconds=0.05)
    before = output(integration.perform(call(ARN, None)))
    error, cause = failure(integration.perform(call(ARN, "hang")))
    assert error == "Sandbox.Timedout"
    report = json.loads(cause or "")
    assert list(report) == ["errorType", "errorMessage"]
    assert re.fullmatch(r"RequestId: \S+ Error: Task timed out after 0\.05 seconds", report["errorMessage"])
    after = output(integration.perform(call(ARN, None)))
    assert after != before
    assert output(integration.perform(call(ARN, None))) == after
    let_go.set()
    integration.close()


def test_an_async_handler_that_hangs_is_cancelled() -> None:
    ended = threading.Event()

    async def handler(event: Any, context: Any) -> Any:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    error, _ = failure(run(handler, call_timeout_seconds=0.05))
    assert error == "Sandbox.Timedout"
    assert ended.wait(10)


def test_async_handlers_share_a_loop() -> None:
    async def handler(event: Any, context: Any) -> Any:
        await asyncio.sleep(0)
        if event == "fail":
            raise ValueError("no")
        return id(asyncio.get_running_loop())

    integration = functions({"f": handler})
    first, second = (output(integration.perform(call(ARN, None))) for _ in range(2))
    assert first == second
    error, cause = failure(integration.perform(call(ARN, "fail")))
    assert error == "ValueError"
    (frame,) = json.loads(cause or "")["stackTrace"]
    assert 'raise ValueError("no")' in frame
    integration.close()


def test_calls_from_several_threads_run_at_once() -> None:
    together = threading.Barrier(4, timeout=10)
    integration = functions({"f": lambda event, context: together.wait() >= 0})
    answers: list[Any] = []
    callers = [
        threading.Thread(target=lambda n=number: answers.append(integration.perform(call(ARN, None, ref=f"{n}.1"))))
        for number in range(4)
    ]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert [output(answer) for answer in answers] == [True] * 4
    integration.close()


def test_a_call_that_is_given_up_comes_back_at_once() -> None:
    begun, let_go = threading.Event(), threading.Event()

    def handler(event: Any, context: Any) -> Any:
        begun.set()
        let_go.wait(30)

    integration = functions({"f": handler}, call_timeout_seconds=30)
    attempt = call(ARN, None)
    answers: list[Any] = []
    caller = threading.Thread(target=lambda: answers.append(integration.perform(attempt)))
    caller.start()
    begun.wait(10)
    integration.cancel(attempt)
    caller.join(10)
    assert failure(answers[0])[0] == "Sandbox.Timedout"
    integration.cancel(attempt)
    let_go.set()


@pytest.mark.usefixtures("alarm_taken")
def test_threads_end_when_the_integration_is_closed() -> None:
    seen: list[threading.Thread] = []
    integration = functions({"f": lambda event, context: seen.append(threading.current_thread())})
    output(integration.perform(call(ARN, None)))
    integration.close()
    seen[0].join(10)
    assert not seen[0].is_alive()
