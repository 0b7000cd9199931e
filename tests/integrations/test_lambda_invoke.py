"""Lambda functions at another endpoint: what goes out to them, and their answers as a task's."""

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from asl_aws.clients import Clients
from asl_lambda import Lambda
from botocore.response import StreamingBody
from botocore.stub import Stubber

from asl.integration import NotAnswered, Settings
from tests.integrations.calls import call, failure, output
from tests.integrations.servers import Reply, http_server

INVOKE = "arn:aws:states:::lambda:invoke"
ARN = "arn:aws:lambda:us-east-1:123456789012:function:f"
REQUEST = "11111111-2222-4333-8444-555555555555"
RECEIVED = {
    "date": "Thu, 01 Jan 2026 00:00:00 GMT",
    "content-type": "application/json",
    "content-length": "9",
    "connection": "keep-alive",
    "x-amzn-requestid": REQUEST,
    "x-amzn-remapped-content-length": "0",
    "x-amz-executed-version": "$LATEST",
    "x-amzn-trace-id": "Root=1;Sampled=0",
}
_settings = Settings(endpoint_urls={"lambda": "http://127.0.0.1:9"}, functions={"local": lambda event, context: "here"})
_functions = Lambda(_settings)


@pytest.fixture
def stubbed() -> Iterator[tuple[Lambda, Stubber]]:
    clients: Clients = _functions._remote._clients
    with Stubber(clients._client("lambda", call(INVOKE, {}))) as stubber:
        yield _functions, stubber


def answers(stubber: Stubber, payload: str, sent: dict[str, Any], **changes: Any) -> None:
    """Has the next Invoke, with the parameters `sent`, answered with that payload."""
    body = StreamingBody(io.BytesIO(payload.encode()), len(payload.encode()))
    metadata = {"RequestId": REQUEST, "HTTPStatusCode": changes.get("StatusCode", 200), "HTTPHeaders": RECEIVED}
    response = {"StatusCode": 200, "ExecutedVersion": "$LATEST", "ResponseMetadata": metadata, "Payload": body}
    stubber.add_response("invoke", {**response, **changes}, sent)


def test_the_answer_of_invoke(stubbed: tuple[Lambda, Stubber]) -> None:
    functions, stubber = stubbed
    sent = {"FunctionName": "far", "Payload": b'{"a":[1,null]}', "Qualifier": "prod"}
    answers(stubber, '{"b": 1}', sent)
    arguments = {"FunctionName": "far", "Payload": {"a": [1, None]}, "Qualifier": "prod", "ClientContext": None}
    answer = output(functions.perform(call(INVOKE, arguments)))
    headers = {
        "X-Amz-Executed-Version": "$LATEST",
        "x-amzn-Remapped-Content-Length": "0",
        "Connection": "keep-alive",
        "x-amzn-RequestId": REQUEST,
        "Content-Length": "9",
        "Date": "Thu, 01 Jan 2026 00:00:00 GMT",
        "X-Amzn-Trace-Id": "Root=1;Sampled=0",
        "Content-Type": "application/json",
    }
    assert json.dumps(answer) == json.dumps(
        {
            "ExecutedVersion": "$LATEST",
            "Payload": {"b": 1},
            "SdkHttpMetadata": {
                "AllHttpHeaders": {name: [value] for name, value in headers.items()},
                "HttpHeaders": {name: headers[name] for name in sorted(headers, key=str.lower)},
                "HttpStatusCode": 200,
            },
            "SdkResponseMetadata": {"RequestId": REQUEST},
            "StatusCode": 200,
        }
    )


@pytest.mark.parametrize(
    ("payload", "text"),
    [(None, b"{}"), ('"text"', b'"text"'), ("no JSON", b"no JSON"), ({"ü": 1}, '{"ü":1}'.encode()), ([], b"[]")],
)
def test_payloads(payload: Any, text: bytes, stubbed: tuple[Lambda, Stubber]) -> None:
    functions, stubber = stubbed
    answers(stubber, "null", {"FunctionName": "far", "Payload": text})
    assert output(functions.perform(call(INVOKE, {"FunctionName": "far", "Payload": payload})))["Payload"] is None


def test_a_call_that_is_not_waited_for(stubbed: tuple[Lambda, Stubber]) -> None:
    functions, stubber = stubbed
    sent = {"FunctionName": "far", "Payload": b"{}", "InvocationType": "Event", "ClientContext": "eyJhIjoxfQ=="}
    metadata = {"RequestId": REQUEST, "HTTPStatusCode": 202, "HTTPHeaders": {"connection": "keep-alive"}}
    stubber.add_response("invoke", {"StatusCode": 202, "ResponseMetadata": metadata}, sent)
    arguments = {"FunctionName": "far", "InvocationType": "Event", "ClientContext": {"a": 1}}
    answer = output(functions.perform(call(INVOKE, arguments)))
    assert list(answer) == ["SdkHttpMetadata", "SdkResponseMetadata", "StatusCode"]
    assert (answer["StatusCode"], answer["SdkHttpMetadata"]["HttpStatusCode"]) == (202, 202)


def test_the_log(stubbed: tuple[Lambda, Stubber]) -> None:
    functions, stubber = stubbed
    answers(stubber, "1", {"FunctionName": "far", "Payload": b"{}", "LogType": "Tail"}, LogResult="bG9n")
    answer = output(functions.perform(call(INVOKE, {"FunctionName": "far", "LogType": "Tail"})))
    assert list(answer)[:3] == ["ExecutedVersion", "LogResult", "Payload"]


def test_a_task_whose_resource_is_the_function(stubbed: tuple[Lambda, Stubber]) -> None:
    functions, stubber = stubbed
    answers(stubber, '{"b":1}', {"FunctionName": ARN, "Payload": b'"input"'})
    assert output(functions.perform(call(ARN, "input"))) == {"b": 1}


REPORT = '{"errorMessage": "Some exception was raised.", "errorType": "CustomException", "stackTrace": []}'


@pytest.mark.parametrize("resource", [INVOKE, ARN])
@pytest.mark.parametrize(
    ("payload", "error", "cause"),
    [
        (REPORT, "CustomException", REPORT),
        (
            '{"errorMessage":"2026-01-01T00:00:00.000Z Task timed out after 3.00 seconds"}',
            "Lambda.Unknown",
            "The cause could not be determined because Lambda did not return an error type. Returned payload: "
            '{"errorMessage":"2026-01-01T00:00:00.000Z Task timed out after 3.00 seconds"}',
        ),
        (
            "null",
            "Lambda.Unknown",
            "The cause could not be determined because Lambda did not return an error type. Returned payload: null",
        ),
    ],
)
def test_a_function_that_fails(
    resource: str, payload: str, error: str, cause: str, stubbed: tuple[Lambda, Stubber]
) -> None:
    functions, stubber = stubbed
    name = ARN if resource == ARN else "far"
    arguments: Any = {} if resource == ARN else {"FunctionName": "far"}
    answers(stubber, payload, {"FunctionName": name, "Payload": b"{}"}, FunctionError="Unhandled")
    if resource == INVOKE:
        cause = cause.replace('": ', '":').replace(', "', ',"')
    assert failure(functions.perform(call(resource, arguments))) == (error, cause)


@pytest.mark.parametrize("resource", [INVOKE, ARN])
@pytest.mark.parametrize(
    ("code", "status", "name"),
    [
        ("ResourceNotFoundException", 404, "Lambda.ResourceNotFoundException"),
        ("TooManyRequestsException", 429, "Lambda.TooManyRequestsException"),
        ("ServiceException", 500, "Lambda.ServiceException"),
        ("AccessDeniedException", 403, "Lambda.AWSLambdaException"),
    ],
)
def test_errors_of_the_service(
    resource: str, code: str, status: int, name: str, stubbed: tuple[Lambda, Stubber]
) -> None:
    functions, stubber = stubbed
    stubber.add_client_error("invoke", code, "No.", status, response_meta={"RequestId": "r-1"})
    assert failure(functions.perform(call(resource, {"FunctionName": "far"}))) == (
        name,
        f"No. (Service: AWSLambda; Status Code: {status}; Error Code: {code}; Request ID: r-1; Proxy: null)",
    )


def test_a_local_function_comes_first(stubbed: tuple[Lambda, Stubber]) -> None:
    functions, _ = stubbed
    assert output(functions.perform(call(INVOKE, {"FunctionName": "local"})))["Payload"] == "here"
    assert output(functions.perform(call(f"{ARN[:-1]}local", {}))) == "here"
    described = functions.describe(INVOKE)
    assert described is not None
    assert described.answered_by == "local functions, http://127.0.0.1:9"


def test_over_the_wire() -> None:
    with http_server(Reply(200, b'{"b": "\xc3\xbc"}', [("x-amz-executed-version", "3")])) as (url, received):
        functions = Lambda(Settings(endpoint_urls={"lambda": url}))
        answer = output(functions.perform(call(INVOKE, {"FunctionName": "far", "Payload": {"a": "ü"}})))
        functions.close()
    assert (received[0].method, received[0].target) == ("POST", "/2015-03-31/functions/far/invocations")
    assert received[0].body == '{"a":"ü"}'.encode()
    assert answer["Payload"] == {"b": "ü"}
    assert answer["ExecutedVersion"] == "3"
    headers = answer["SdkHttpMetadata"]["HttpHeaders"]
    assert headers["Content-Length"] == "11"
    assert headers["x-amzn-RequestId"] == answer["SdkResponseMetadata"]["RequestId"]


@pytest.mark.parametrize("settings", [Settings(), Settings(aws="embedded")])
@pytest.mark.parametrize("resource", [INVOKE, ARN])
def test_nobody_answers_without_a_way(settings: Settings, resource: str) -> None:
    functions = Lambda(settings)
    described = functions.describe(resource)
    assert described is not None
    assert described.answered_by == ""
    with pytest.raises(NotAnswered) as stopped:
        functions.perform(call(resource, {"FunctionName": "far"}))
    name = "far" if resource == INVOKE else "f"
    local, *elsewhere = stopped.value.ways
    assert local == f"a local function: --lambda {name}=package.module:function"
    assert elsewhere == ["--endpoint-url lambda=URL", "--aws real"] == list(described.ways[1:])
