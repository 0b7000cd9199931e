"""`apigateway:invoke` against servers on this machine."""

import json
import os
import socket
import threading
from pathlib import Path
from typing import Any

import asl_aws
import pytest
from asl_aws.apigateway import Invoke
from asl_aws.http_exchange import HttpRequest, HttpResponse

import asl
from asl.errors import HostError
from asl.integration import NotAnswered, Settings
from tests.integrations.calls import call, failure, output
from tests.integrations.servers import Reply, free_port, http_server, raw_server, says, silent, slow

INVOKE = "arn:aws:states:::apigateway:invoke"
API = "abc123.execute-api.us-east-1.amazonaws.com"
CONFORMANCE = Path(os.environ.get("ASL_CONFORMANCE", Path(__file__).parents[3] / "shared/conformance"))
RECORDED = sorted((CONFORMANCE / "aws/cases/services").glob("test_apigetway*.json"))
JSON_TYPE = ("Content-Type", "application/json")


def integration(url: str | None = None, seconds: float = 5.0) -> Invoke:
    urls = {} if url is None else {"apigateway": url}
    found = [
        each
        for each in asl_aws.integrations(Settings(endpoint_urls=urls, call_timeout_seconds=seconds))
        if each.describe(INVOKE)
    ]
    assert isinstance(found[0], Invoke)
    return found[0]


def given(**changes: Any) -> dict[str, Any]:
    return {"ApiEndpoint": API, "Method": "POST", **changes}


def sent(**changes: Any) -> Any:
    """The request that went out for these parameters."""
    with http_server(Reply(200, b"{}", [JSON_TYPE])) as (url, received):
        output(integration(url).perform(call(INVOKE, given(**changes))))
    (request,) = received
    return request


# -- the request ---------------------------------------------------------------------------------------------------


def test_the_request() -> None:
    request = sent(
        Stage="prod",
        Path="/bills/ä b",
        QueryParameters={"billId": ["1", "2 3"], "x": ["ü"], "none": []},
        Headers={"key": ["value1", "value2"], "n": [1]},
        RequestBody={"a": 1, "none": None},
    )
    assert (request.method, request.target) == (
        "POST",
        "/prod/bills/%C3%A4%20b?billId=1&billId=2+3&x=%C3%BC",
    )
    assert request.all("host") == [API]
    assert request.all("key") == ["value1", "value2"]
    assert request.all("n") == ["1"]
    assert request.all("content-type") == ["application/json"]
    assert request.body == b'{"a":1}'


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("HelloWorld", b'"HelloWorld"'),
        ({"message": "Grüße"}, '{"message":"Grüße"}'.encode()),
        ([1, {"a": None, "b": [None, {"c": None}]}], b'[1,{"b":[null,{}]}]'),
        (None, b""),
    ],
)
def test_the_body_is_json(body: Any, text: bytes) -> None:
    request = sent(RequestBody=body)
    assert request.body == text
    assert request.all("content-length") == [str(len(text))]
    assert bool(request.all("content-type")) == bool(text)


def test_null_values_when_they_are_allowed() -> None:
    assert sent(RequestBody={"a": None}, AllowNullValues=True).body == b'{"a":null}'


def test_a_content_type_of_the_user() -> None:
    request = sent(RequestBody="x", Headers={"content-type": ["application/vnd.api+json"]})
    assert request.all("content-type") == ["application/vnd.api+json"]


@pytest.mark.parametrize("method", ["GET", "DELETE", "HEAD", "OPTIONS"])
def test_methods_without_a_body(method: str) -> None:
    request = sent(Method=method, RequestBody={"a": 1})
    assert (request.method, request.target, request.body) == (method, "/", b"")
    assert request.all("content-length") == []


@pytest.mark.parametrize("auth_type", ["IAM_ROLE", "RESOURCE_POLICY"])
def test_a_signed_request(auth_type: str) -> None:
    request = sent(AuthType=auth_type, Stage="prod", Path="@connections/x=", RequestBody={"a": 1})
    (authorization,) = request.all("authorization")
    assert authorization.startswith("AWS4-HMAC-SHA256 Credential=test/")
    assert "/us-east-1/execute-api/aws4_request, SignedHeaders=host;x-amz-date, Signature=" in authorization
    assert request.target == "/prod/@connections/x="
    assert sent().all("authorization") == []


def test_an_endpoint_with_a_path_and_an_api_that_is_a_url() -> None:
    with http_server(Reply(200)) as (url, received):
        arguments = given(ApiEndpoint="http://localhost:4566/restapis/abc", Stage="dev", Path="p/")
        output(integration(f"{url}/base/").perform(call(INVOKE, arguments)))
    assert received[0].target == "/base/restapis/abc/dev/p/"
    assert received[0].all("host") == ["localhost:4566"]


# -- the response --------------------------------------------------------------------------------------------------


def test_the_answer() -> None:
    headers = [("x-amzn-RequestId", "r"), ("b", "1"), ("Via", "v"), ("B2", "2"), ("b", "3"), JSON_TYPE]
    with http_server(Reply(200, b'"HelloWorld"', headers)) as (url, _):
        answer = output(integration(url).perform(call(INVOKE, given())))
    assert json.dumps(answer) == json.dumps(
        {
            "Headers": {
                "b": ["1", "3"],
                "B2": ["2"],
                "Content-Length": ["12"],
                "Content-Type": ["application/json"],
                "Via": ["v"],
                "x-amzn-RequestId": ["r"],
            },
            "ResponseBody": "HelloWorld",
            "StatusCode": 200,
            "StatusText": "OK",
        }
    )


@pytest.mark.parametrize(
    ("content_type", "body", "shown"),
    [
        ("application/json", '{"a":[1,null]}', {"a": [1, None]}),
        ("application/json; charset=utf-8", '"Grüße"', "Grüße"),
        ("application/problem+json", "{}", {}),
        ("application/json", "no JSON", "no JSON"),
        ("application/json", "NaN", "NaN"),
        ("application/json", "", ""),
        ("text/plain", "5", "5"),
        (None, "5", 5),
    ],
)
def test_the_body_of_an_answer(content_type: str | None, body: str, shown: Any) -> None:
    headers = [] if content_type is None else [("Content-Type", content_type)]
    with http_server(Reply(201, body.encode(), headers, "Made")) as (url, _):
        answer = output(integration(url).perform(call(INVOKE, given())))
    assert answer["ResponseBody"] == shown
    assert type(answer["ResponseBody"]) is type(shown)
    assert (answer["StatusCode"], answer["StatusText"]) == (201, "Made")


@pytest.mark.parametrize("status", [403, 404, 422, 429, 500, 503, 302, 304])
def test_any_status_but_success_is_an_error_with_the_body_as_cause(status: int) -> None:
    body = b"" if status == 304 else b'{"message":"Missing Authentication Token"}'
    with http_server(Reply(status, body, [JSON_TYPE, ("Location", "/elsewhere")])) as (url, received):
        answer = integration(url).perform(call(INVOKE, given(Method="GET")))
    assert failure(answer) == (f"ApiGateway.{status}", body.decode())
    assert len(received) == 1


@pytest.mark.parametrize("file", RECORDED, ids=lambda file: file.stem.rpartition("test_")[2])
def test_recorded_answers(file: Path) -> None:
    case = json.loads(file.read_text())
    arguments = {**case["input"], "ApiEndpoint": API}
    (recorded,) = case["executions"][0].get("answers") or (None,)
    if recorded is None:
        assert integration().check(INVOKE, arguments) == ["The value of the field 'Headers' has an invalid format"]
        return
    assert integration().check(INVOKE, arguments) == []
    if "error" in recorded:
        body, headers = json.dumps(recorded["cause"], separators=(",", ":")), {}
    else:
        body = json.dumps(recorded["output"]["ResponseBody"], separators=(",", ":"))
        headers = {name: value for name, value in recorded["output"]["Headers"].items() if name != "Content-Length"}
    sent_headers = [(name, "".join(value)) for name, value in reversed(headers.items())]
    status = int(recorded["error"].rpartition(".")[2]) if "error" in recorded else recorded["output"]["StatusCode"]
    with http_server(Reply(status, body.encode(), sent_headers)) as (url, received):
        answer = integration(url).perform(call(INVOKE, arguments))
    assert received[0].target.partition("?")[0] == f"/{arguments['Stage']}/{arguments['Path']}"
    sent = arguments["RequestBody"]
    assert received[0].body == (b"" if sent is None else json.dumps(sent, separators=(",", ":")).encode())
    if "error" in recorded:
        assert failure(answer) == (recorded["error"], body)
        return
    value = output(answer)
    assert {name: type(each) for name, each in value.items()} == {
        name: type(each) for name, each in recorded["output"].items()
    }
    assert list(value["Headers"]) == list(recorded["output"]["Headers"])
    assert {name: each for name, each in value.items() if name != "Headers"} == {
        name: each for name, each in recorded["output"].items() if name != "Headers"
    }


# -- parameters ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "problems"),
    [
        ({}, ["The field 'ApiEndpoint' is required but was missing", "The field 'Method' is required but was missing"]),
        (given(Headers={"custom_header": "text"}), ["The value of the field 'Headers' has an invalid format"]),
        (given(Headers=[]), ["The value of the field 'Headers' has an invalid format"]),
        (given(Headers={"a": [{}]}), ["The value of the field 'Headers' has an invalid format"]),
        (given(QueryParameters="?a=b"), ["The value of the field 'QueryParameters' has an invalid format"]),
        (
            given(Headers={"Authorization": ["x"], "ok": ["y"], "X-Amzn-Trace-Id": ["z"], "X-Forwarded-For": []}),
            ["The 'Headers' field contains unsupported values: [authorization, x-amzn-trace-id, x-forwarded-for]"],
        ),
        (given(Body={}), ['The field "Body" is not supported by Step Functions']),
        (given(RequestBody=5), ["The value for the field 'RequestBody' must be a STRING"]),
        (given(AllowNullValues="yes"), ["The value for the field 'AllowNullValues' must be a BOOLEAN"]),
        (
            given(Method="get"),
            ["The value for the field 'Method' must be one of: GET, POST, PUT, DELETE, PATCH, HEAD, OPTIONS"],
        ),
        (
            given(AuthType="IAM_AUTH"),
            ["The value for the field 'AuthType' must be one of: NO_AUTH, IAM_ROLE, RESOURCE_POLICY"],
        ),
    ],
)
def test_parameters_that_cannot_be_used(arguments: Any, problems: list[str]) -> None:
    assert integration().check(INVOKE, arguments) == problems


def test_parameters_that_can() -> None:
    arguments = given(
        Headers={"key": ["value1", "value2"], "TaskToken": ["t"]},
        Stage="prod",
        Path="bills",
        QueryParameters={"billId": ["123456"]},
        RequestBody={},
        AuthType="NO_AUTH",
    )
    assert integration().check(f"{INVOKE}.waitForTaskToken", arguments) == []
    assert integration().check(INVOKE, {**dict.fromkeys(("Headers", "RequestBody", "Stage")), **given()}) == []


# -- who answers ---------------------------------------------------------------------------------------------------


def test_describe() -> None:
    described = integration().describe(f"{INVOKE}.waitForTaskToken")
    assert described is not None
    assert described.resource == INVOKE
    assert described.patterns == ("request_response", "wait_for_task_token")
    assert described.answered_by == ""
    assert described.ways == ("--endpoint-url apigateway=URL", "--aws real")
    assert integration("http://h").describe(INVOKE).answered_by == "http://h"  # type: ignore[union-attr]
    assert Invoke(Settings(aws="real")).describe(INVOKE).answered_by == "the API at AWS"  # type: ignore[union-attr]
    assert integration().describe(f"{INVOKE}.sync") is None
    assert integration().describe("arn:aws:states:::apigateway:delete") is None


@pytest.mark.parametrize("settings", [Settings(), Settings(aws="embedded")])
def test_nobody_answers_without_an_endpoint(settings: Settings) -> None:
    with pytest.raises(NotAnswered) as stopped:
        Invoke(settings).perform(call(INVOKE, given()))
    assert stopped.value.ways == ("--endpoint-url apigateway=URL", "--aws real")


@pytest.fixture
def at_aws(monkeypatch: pytest.MonkeyPatch) -> list[HttpRequest]:
    """The requests that would go to AWS."""
    requests: list[HttpRequest] = []

    def exchanged(request: HttpRequest, seconds: float, longest: int) -> HttpResponse:
        requests.append(request)
        return HttpResponse(200, "OK", (), b"")

    monkeypatch.setattr("asl_aws.http_exchange.exchange", exchanged)
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, "/nonexistent")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return requests


def test_the_api_at_aws(at_aws: list[HttpRequest]) -> None:
    output(Invoke(Settings(aws="real")).perform(call(INVOKE, given(Stage="prod", Path="x"))))
    (request,) = at_aws
    assert (request.server.scheme, request.server.netloc, request.target) == ("https", API, "/prod/x")
    assert dict(request.headers)["Host"] == API


def test_a_request_signed_for_aws(at_aws: list[HttpRequest], monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = given(AuthType="IAM_ROLE", RequestBody={})
    assert failure(Invoke(Settings(aws="real")).perform(call(INVOKE, arguments))) == (
        "ApiGateway.SdkClientException",
        "Unable to execute HTTP request: Unable to load AWS credentials",
    )
    assert at_aws == []
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKID")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "session")
    output(Invoke(Settings(aws="real")).perform(call(INVOKE, arguments, region="eu-west-1")))
    headers = dict(at_aws[0].headers)
    assert headers["X-Amz-Security-Token"] == "session"
    assert "Credential=AKID/" in headers["Authorization"]
    assert "/eu-west-1/execute-api/" in headers["Authorization"]


def test_in_a_workflow() -> None:
    state = {
        "Type": "Task",
        "Resource": INVOKE,
        "Parameters": {"ApiEndpoint": API, "Method": "GET", "Path.$": "$.path"},
        "ResultSelector": {"body.$": "$.ResponseBody"},
        "Retry": [{"ErrorEquals": ["ApiGateway.404"], "MaxAttempts": 2}],
        "End": True,
    }
    machine = asl.load({"StartAt": "Get", "States": {"Get": state}})
    with http_server(Reply(200, b'{"a": 1}', [JSON_TYPE])) as (url, _):
        run = machine.run({"path": "x"}, endpoint_url={"apigateway": url})
        assert (run.status, run.output) == ("SUCCEEDED", {"body": {"a": 1}})
    with http_server(Reply(404)) as (url, received):
        run = machine.run({"path": "x"}, endpoint_url={"apigateway": url})
        assert (run.status, run.error, len(received)) == ("FAILED", "ApiGateway.404", 3)


# -- faults --------------------------------------------------------------------------------------------------------


def unreached(url: str, seconds: float = 5.0, **changes: Any) -> str:
    error, cause = failure(integration(url, seconds).perform(call(INVOKE, given(**changes))))
    assert error == "ApiGateway.SdkClientException"
    assert cause is not None
    prefix = "Unable to execute HTTP request: "
    assert cause.startswith(prefix)
    return cause.removeprefix(prefix)


def test_nobody_listens() -> None:
    port = free_port()
    assert unreached(f"http://127.0.0.1:{port}").startswith(f"Connect to 127.0.0.1:{port} failed: ")


def test_a_host_that_there_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*arguments: Any, **options: Any) -> Any:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "create_connection", unknown)
    assert unreached("http://no-such-host.invalid") == "no-such-host.invalid: Name or service not known"


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\x00\xff garbage\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 200 + b"\r\n",
    ],
    ids=["nothing", "no HTTP", "cut off", "bad chunks", "many headers"],
)
def test_garbage(text: bytes) -> None:
    with raw_server(says(text)) as url:
        assert unreached(url)


def test_a_response_that_is_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("asl_aws.apigateway._LONGEST_RESPONSE", 10)
    with http_server(Reply(200, b"x" * 11)) as (url, _):
        assert "longer than 10 bytes" in unreached(url)
    with http_server(Reply(200, b"x" * 10)) as (url, _):
        assert output(integration(url).perform(call(INVOKE, given())))["ResponseBody"] == "x" * 10


@pytest.mark.parametrize("talk", [silent, slow])
def test_a_server_that_does_not_end(talk: Any) -> None:
    threads = set(threading.enumerate())
    with raw_server(talk) as url:
        assert unreached(url, seconds=0.3) == "Read timed out"
    for thread in set(threading.enumerate()) - threads:
        thread.join(30)
    assert set(threading.enumerate()) == threads


def test_a_header_that_is_none() -> None:
    with http_server(Reply(200)) as (url, received):
        assert "Invalid header" in unreached(url, Headers={"a": ["b\r\nc: d"]})
    assert received == []


@pytest.mark.parametrize("endpoint", ["", "http://[", "h:99999", "${Api}.execute-api.${AWS::Region}.amazonaws.com"])
def test_an_api_that_is_none(endpoint: str) -> None:
    assert integration().check(INVOKE, given(ApiEndpoint=endpoint)) == []
    with pytest.raises(HostError, match="of state 'Send' is not a host's name"):
        integration("http://127.0.0.1:9").perform(call(INVOKE, given(ApiEndpoint=endpoint)))


@pytest.mark.parametrize("url", ["nonsense", "ftp://h", "http://", "http://h:x"])
def test_an_endpoint_that_is_none(url: str) -> None:
    with pytest.raises(HostError, match="cannot be used"):
        integration(url).perform(call(INVOKE, given()))
