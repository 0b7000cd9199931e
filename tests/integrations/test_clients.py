"""The ways by which a call reaches a service."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from asl_aws.clients import Clients, Local, Response
from asl_aws.service_errors import RoleNotAssumed, SdkClientError, ServiceError, not_reached

from asl.errors import HostError
from asl.integration import Call, NotAnswered, Settings
from tests.integrations.calls import call

CALL = call("arn:aws:states:::aws-sdk:sqs:sendMessage", {})
LOCAL = Response({"Local": True})


def local(operation: str, parameters: dict[str, Any], asking: Call) -> Response:
    return LOCAL


@pytest.fixture(autouse=True)
def no_user(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, "/nonexistent")


class Endpoint:
    """A server that answers every request with `status` and `body`, and keeps what it was sent."""

    def __init__(self) -> None:
        self.status = 200
        self.body = b"{}"
        self.headers: dict[str, str] = {}
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                endpoint.requests.append((self.path, dict(self.headers), body))
                self.send_response(endpoint.status)
                for name, value in endpoint.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(endpoint.body)))
                self.end_headers()
                self.wfile.write(endpoint.body)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    server = Endpoint()
    yield server
    server.close()


MOTO = "moto in this process"
HERE = "in this process"
THERE = "http://localhost:4566"
WAYS: list[tuple[Settings, str, str]] = [
    (Settings(), "sqs", ""),
    (Settings(), "events", HERE),
    (Settings(aws="embedded"), "sqs", MOTO),
    (Settings(aws="embedded"), "polly", ""),
    (Settings(aws="embedded"), "events", HERE),
    (Settings(aws="embedded", endpoint_urls={"*": THERE}), "sqs", THERE),
    (Settings(aws="embedded", endpoint_urls={"sns": THERE}), "sqs", MOTO),
    (Settings(aws="embedded", endpoint_urls={"sns": THERE}), "sns", THERE),
    (Settings(endpoint_urls={"*": THERE}), "events", HERE),
    (Settings(endpoint_urls={"events": THERE}), "events", THERE),
    (Settings(endpoint_urls={"*": THERE, "sqs": "http://queues"}), "sqs", "http://queues"),
    (Settings(aws="real"), "sqs", "AWS (us-east-1)"),
    (Settings(aws="real", region="eu-west-1"), "events", "AWS (eu-west-1)"),
    (Settings(aws="real", endpoint_urls={"sqs": THERE}), "sqs", THERE),
]


@pytest.mark.parametrize(("settings", "service", "way"), WAYS)
def test_ways(settings: Settings, service: str, way: str) -> None:
    clients = Clients(settings, {"events": Local(local, {"PutEvents": "the bus"})})
    assert clients.way(service) == way
    assert clients.way(service, "PutEvents") == ("the bus" if way == HERE else way)


BEYOND: list[tuple[Settings, str]] = [
    (Settings(), ""),
    (Settings(aws="embedded"), ""),
    (Settings(endpoint_urls={"*": THERE}), THERE),
    (Settings(endpoint_urls={"events": THERE}), THERE),
    (Settings(aws="real"), "AWS (us-east-1)"),
]


@pytest.mark.parametrize(("settings", "way"), BEYOND)
def test_ways_of_what_a_local_backend_does_not_do(settings: Settings, way: str) -> None:
    assert Clients(settings, {"events": Local(local, {"PutEvents": HERE})}).way("events", "EnableRule") == way


def test_what_a_local_backend_does_not_do_is_not_asked_of_it() -> None:
    clients = Clients(Settings(aws="embedded"), {"events": Local(local, {"PutEvents": HERE})})
    with pytest.raises(NotAnswered, match="nothing answers 'EnableRule' of the service 'events'") as refused:
        clients.call("events", "EnableRule", {"Name": "r"}, CALL)
    assert refused.value.ways == ("--endpoint-url URL", "--aws real")


def test_what_a_local_backend_does_not_do_goes_to_the_endpoint(endpoint: Endpoint) -> None:
    clients = Clients(Settings(endpoint_urls={"*": endpoint.url}), {"events": Local(local, {"PutEvents": HERE})})
    assert clients.call("events", "EnableRule", {"Name": "r"}, CALL).data == {}
    assert clients.call("events", "PutEvents", {"Entries": []}, CALL) is LOCAL
    clients.close()


def test_the_profile_of_the_user_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "work")
    assert Clients(Settings(aws="real")).way("sqs") == "AWS (profile work, us-east-1)"


def test_what_would_make_a_service_answerable() -> None:
    clients = Clients(Settings())
    assert clients.ways("sqs") == ("--aws embedded", "--endpoint-url URL", "--aws real")
    assert clients.ways("polly") == ("--endpoint-url URL", "--aws real")


def test_a_call_without_a_way() -> None:
    with pytest.raises(NotAnswered, match="'sqs'") as refused:
        Clients(Settings()).call("sqs", "ListQueues", {}, CALL)
    assert refused.value.ways == ("--aws embedded", "--endpoint-url URL", "--aws real")


def test_a_local_backend_answers() -> None:
    clients = Clients(Settings(), {"sqs": Local(local, {"ListQueues": HERE}, {"ListQueues": ("--queues FILE",)})})
    assert clients.call("sqs", "ListQueues", {}, CALL) is LOCAL
    assert clients.ways("sqs", "ListQueues") == ("--queues FILE", "--endpoint-url sqs=URL", "--aws real")


def test_a_response_over_the_wire(endpoint: Endpoint) -> None:
    endpoint.body = json.dumps({"MessageId": "m-1"}).encode()
    endpoint.headers = {"x-amzn-RequestId": "r-1", "Content-Type": "application/x-amz-json-1.0"}
    clients = Clients(Settings(endpoint_urls={"*": endpoint.url}))
    response = clients.call("sqs", "SendMessage", {"QueueUrl": f"{endpoint.url}/q", "MessageBody": "hi"}, CALL)
    clients.close()
    assert response.data == {"MessageId": "m-1"}
    assert (response.status, response.request_id) == (200, "r-1")
    assert response.headers["x-amzn-requestid"] == "r-1"
    ((_, headers, body),) = endpoint.requests
    assert headers["X-Amz-Target"] == "AmazonSQS.SendMessage"
    assert json.loads(body) == {"QueueUrl": f"{endpoint.url}/q", "MessageBody": "hi"}


def test_an_error_over_the_wire(endpoint: Endpoint) -> None:
    endpoint.status = 400
    endpoint.body = json.dumps({"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "No queue."}).encode()
    endpoint.headers = {
        "x-amzn-RequestId": "r-2",
        "x-amzn-query-error": "AWS.SimpleQueueService.NonExistentQueue;Sender",
        "x-amz-id-2": "x-2",
    }
    clients = Clients(Settings(endpoint_urls={"*": endpoint.url}))
    with pytest.raises(ServiceError) as refused:
        clients.call("sqs", "SendMessage", {}, CALL)
    clients.close()
    error = refused.value
    assert (error.code, error.shape) == ("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist")
    assert (error.message, error.status) == ("No queue.", 400)
    assert (error.request_id, error.extended_request_id) == ("r-2", "x-2")
    assert len(endpoint.requests) == 1  # nothing is tried twice


@pytest.mark.parametrize("body", [b"garbage", b"<html>no</html", b"\xff\x00", b"[]", b"<a/>", b""])
@pytest.mark.parametrize("status", [200, 404, 500])
def test_an_endpoint_that_answers_garbage(status: int, body: bytes, endpoint: Endpoint) -> None:
    endpoint.status, endpoint.body = status, body
    clients = Clients(Settings(endpoint_urls={"*": endpoint.url}))
    for service, operation in (("sqs", "ListQueues"), ("sns", "ListTopics")):
        try:
            response = clients.call(service, operation, {}, CALL)
        except (ServiceError, SdkClientError):
            continue
        assert status == 200
        assert response.data == {}
    clients.close()


def test_an_endpoint_that_is_not_there() -> None:
    clients = Clients(Settings(endpoint_urls={"*": "http://127.0.0.1:9"}, call_timeout_seconds=2))
    with pytest.raises(SdkClientError, match=r"^Unable to execute HTTP request: "):
        clients.call("sqs", "ListQueues", {}, CALL)
    clients.close()


def test_an_endpoint_that_is_no_url() -> None:
    with pytest.raises(HostError, match="'nonsense' cannot be used"):
        Clients(Settings(endpoint_urls={"*": "nonsense"})).call("sqs", "ListQueues", {}, CALL)


def test_no_credentials() -> None:
    with pytest.raises(SdkClientError, match="credentials"):
        Clients(Settings(aws="real")).call("sqs", "ListQueues", {}, CALL)


@pytest.mark.parametrize("parameters", [{"Bucket": "b"}, {"Bucket": "b", "Key": ""}])
def test_a_request_without_a_part_of_its_address(parameters: dict[str, str], endpoint: Endpoint) -> None:
    clients = Clients(Settings(endpoint_urls={"*": endpoint.url}))
    with pytest.raises(SdkClientError, match="Key"):
        clients.call("s3", "GetObject", parameters, CALL)
    clients.close()
    assert endpoint.requests == []


@pytest.mark.parametrize(
    ("profile", "key"),
    [("", "test"), ("written", "AKIDWRITTEN"), ("role", "test"), ("process", "test")],
)
def test_the_keys_for_an_endpoint(
    profile: str, key: str, endpoint: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config").write_text(
        "[profile written]\naws_access_key_id = AKIDWRITTEN\naws_secret_access_key = s\n"
        "[profile role]\nrole_arn = arn:aws:iam::111111111111:role/r\nsource_profile = written\n"
        f"[profile process]\ncredential_process = touch {tmp_path}/was-run\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    if profile:
        monkeypatch.setenv("AWS_PROFILE", profile)
    clients = Clients(Settings(endpoint_urls={"*": endpoint.url}))
    clients.call("sqs", "ListQueues", {}, CALL)
    clients.close()
    ((_, headers, _),) = endpoint.requests
    assert f"Credential={key}/" in headers["Authorization"]
    assert not (tmp_path / "was-run").exists()


ROLE = "arn:aws:iam::111111111111:role/other"


def test_the_role_of_a_task_is_assumed_at_aws_only(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    clients = Clients(Settings(endpoint_urls={"*": endpoint.url}))
    clients.call("sqs", "ListQueues", {}, call("r", {}, credentials={"RoleArn": ROLE}))
    clients.close()
    assert len(endpoint.requests) == 1  # no AssumeRole

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    at_aws = Clients(Settings(aws="real", endpoint_urls={"sts": endpoint.url}))
    answer = (
        "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>A</AccessKeyId><SecretAccessKey>S"
        "</SecretAccessKey><SessionToken>T</SessionToken><Expiration>2999-01-01T00:00:00Z</Expiration></Credentials>"
        "</AssumeRoleResult></AssumeRoleResponse>"
    )
    endpoint.body = answer.encode()
    asking = call("r", {}, credentials={"RoleArn": ROLE})
    client = at_aws._client("sqs", asking)
    used = client._request_signer._credentials.get_frozen_credentials()
    assert (used.access_key, used.secret_key, used.token) == ("A", "S", "T")
    assert b"RoleArn=arn%3Aaws%3Aiam%3A%3A111111111111%3Arole%2Fother" in endpoint.requests[-1][2]
    assert at_aws._client("sqs", asking) is client
    assert at_aws._client("sqs", CALL) is not client
    at_aws.close()


def test_a_role_that_cannot_be_assumed(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    endpoint.status = 403
    endpoint.body = b"<ErrorResponse><Error><Code>AccessDenied</Code><Message>No.</Message></Error></ErrorResponse>"
    clients = Clients(Settings(aws="real", endpoint_urls={"sts": endpoint.url}))
    with pytest.raises(RoleNotAssumed) as refused:
        clients.call("sqs", "ListQueues", {}, call("r", {}, credentials={"RoleArn": ROLE}))
    clients.close()
    failure = not_reached("Sqs", refused.value)
    assert failure.error == "States.TaskFailed"
    assert f"is not authorized to assume the task state's role, {ROLE}." in (failure.cause or "")
