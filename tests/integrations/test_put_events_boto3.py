"""`events:putEvents` through boto3: against moto where moto is right, botocore's Stubber where it is not."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import asl_aws
import boto3
import pytest
from asl_aws.clients import Clients
from asl_aws.events import PutEvents
from asl_eventbridge import EventBus
from botocore.stub import Stubber
from moto import mock_aws

from asl.errors import HostError
from asl.integration import Settings
from tests.integrations.calls import EXECUTION, STATE_MACHINE, call, failure, output

PUT_EVENTS = "arn:aws:states:::events:putEvents"
ENTRY = {"Source": "some.source", "DetailType": "kind", "Detail": {"a": 1}}
SENT = {**ENTRY, "Detail": '{"a":1}', "Resources": [STATE_MACHINE, EXECUTION]}


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_EVENTBRIDGE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture
def stubbed() -> Iterator[tuple[PutEvents, Stubber]]:
    clients = Clients(Settings(aws="real"))
    with Stubber(clients._client("events", call(PUT_EVENTS, {}))) as stubber:
        yield PutEvents(clients, EventBus()), stubber


def real() -> PutEvents:
    return put_events(Settings(aws="real"))


def put_events(settings: Settings) -> PutEvents:
    (found,) = [each for each in asl_aws.integrations(settings) if isinstance(each, PutEvents)]
    return found


@mock_aws
def test_events_reach_a_queue() -> None:
    sqs = boto3.client("sqs", "us-east-1")
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events = boto3.client("events", "us-east-1")
    events.put_rule(Name="all", EventPattern=json.dumps({"source": ["some.source"]}))
    events.put_targets(Rule="all", Targets=[{"Id": "q", "Arn": arn}])
    integration = real()
    arguments = {"Entries": [ENTRY, {**ENTRY, "Detail": '{"b": 2}', "Resources": ["mine"], "Time": 1_600_000_000}]}
    answers = [output(integration.perform(call(PUT_EVENTS, arguments))) for _ in range(2)]
    integration.close()
    for answer in answers:
        assert list(answer) == ["Entries", "FailedEntryCount"]
        assert answer["FailedEntryCount"] == 0
    messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    received = sorted((json.loads(each["Body"]) for each in messages), key=lambda event: "b" in event["detail"])
    assert [event["detail"] for event in received] == [{"a": 1}, {"a": 1}, {"b": 2}, {"b": 2}]
    assert received[0]["resources"] == [STATE_MACHINE, EXECUTION]
    assert received[3]["resources"] == ["mine", STATE_MACHINE, EXECUTION]
    assert received[3]["time"] == "2020-09-13T12:26:40Z"


@mock_aws
def test_a_failed_entry_of_moto() -> None:
    arguments = {"Entries": [{key: value for key, value in ENTRY.items() if key != "Source"}]}
    error, cause = failure(real().perform(call(PUT_EVENTS, arguments)))
    assert error == "EventBridge.FailedEntry"
    assert cause == (
        '{"Entries":[{"ErrorCode":"InvalidArgument","ErrorMessage":"Parameter Source is not valid. '
        'Reason: Source is a required argument."}],"FailedEntryCount":1}'
    )


def test_the_response_is_put_in_order(stubbed: tuple[PutEvents, Stubber]) -> None:
    integration, stubber = stubbed
    response = {"FailedEntryCount": 1, "Entries": [{"EventId": "1"}, {"ErrorMessage": "m", "ErrorCode": "c"}]}
    stubber.add_response("put_events", response, {"Entries": [SENT, SENT]})
    assert failure(integration.perform(call(PUT_EVENTS, {"Entries": [ENTRY, ENTRY]}))) == (
        "EventBridge.FailedEntry",
        '{"Entries":[{"EventId":"1"},{"ErrorCode":"c","ErrorMessage":"m"}],"FailedEntryCount":1}',
    )


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ("2020-09-13T12:26:40Z", datetime(2020, 9, 13, 12, 26, 40, tzinfo=UTC)),
        ("2020-09-13T14:26:40.25+02:00", datetime(2020, 9, 13, 12, 26, 40, 250_000, tzinfo=UTC)),
        (1_600_000_000, datetime(2020, 9, 13, 12, 26, 40, tzinfo=UTC)),
        (1_600_000_000.5, datetime(2020, 9, 13, 12, 26, 40, 500_000, tzinfo=UTC)),
    ],
)
def test_time_reaches_boto3_as_a_datetime(time: Any, expected: datetime, stubbed: tuple[PutEvents, Stubber]) -> None:
    integration, stubber = stubbed
    response = {"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]}
    stubber.add_response("put_events", response, {"Entries": [{**SENT, "Time": expected}]})
    assert output(integration.perform(call(PUT_EVENTS, {"Entries": [{**ENTRY, "Time": time}]}))) == {
        "Entries": [{"EventId": "1"}],
        "FailedEntryCount": 0,
    }


@pytest.mark.parametrize(
    ("code", "status", "name"),
    [
        ("ValidationException", 400, "EventBridge.AmazonEventBridgeException"),
        ("ThrottlingException", 400, "EventBridge.AmazonEventBridgeException"),
        ("InternalException", 500, "EventBridge.InternalException"),
    ],
)
def test_errors_of_the_service(code: str, status: int, name: str, stubbed: tuple[PutEvents, Stubber]) -> None:
    integration, stubber = stubbed
    stubber.add_client_error("put_events", code, "No.", status, response_meta={"RequestId": "r-1"})
    assert failure(integration.perform(call(PUT_EVENTS, {"Entries": [ENTRY]}))) == (
        name,
        f"No. (Service: AmazonEventBridge; Status Code: {status}; Error Code: {code}; Request ID: r-1; Proxy: null)",
    )


def test_an_endpoint_that_does_not_answer() -> None:
    settings = Settings(endpoint_urls={"events": "http://127.0.0.1:9"}, call_timeout_seconds=2)
    integration = put_events(settings)
    error, cause = failure(integration.perform(call(PUT_EVENTS, {"Entries": [ENTRY]})))
    assert error == "EventBridge.SdkClientException"
    assert (cause or "").startswith("Unable to execute HTTP request: ")


def test_no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, "/nonexistent")
    error, cause = failure(real().perform(call(PUT_EVENTS, {"Entries": [ENTRY]})))
    assert error == "EventBridge.SdkClientException"
    assert "credentials" in (cause or "")


def test_a_profile_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "no-such-profile")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    error, cause = failure(real().perform(call(PUT_EVENTS, {"Entries": [ENTRY]})))
    assert error == "EventBridge.SdkClientException"
    assert "no-such-profile" in (cause or "")


def test_an_endpoint_that_is_no_url() -> None:
    integration = put_events(Settings(endpoint_urls={"events": "nonsense"}))
    with pytest.raises(HostError, match="'nonsense' cannot be used"):
        integration.perform(call(PUT_EVENTS, {"Entries": [ENTRY]}))
