"""`sqs:sendMessage`: against moto in this process, and botocore's Stubber for what moto does not do."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from asl_aws import sqs
from asl_aws.clients import Clients
from botocore.stub import Stubber

from asl.integration import Integration, NotAnswered, Settings
from tests.integrations.calls import call, failure, output

SEND = "arn:aws:states:::sqs:sendMessage"
URL = "https://sqs.us-east-1.amazonaws.com/123456789012/q"


_settings = Settings(endpoint_urls={"sqs": "http://127.0.0.1:9"})
_clients = Clients(_settings)


class Embedded:
    def __init__(self) -> None:
        settings = Settings(aws="embedded")
        self.clients = Clients(settings)
        self.integration = sqs.integration(settings, self.clients)
        self.sqs = self.clients.embedded.client("sqs")
        self.url = self.sqs.create_queue(QueueName="q")["QueueUrl"]

    def send(self, **arguments: Any) -> Any:
        resource = SEND
        assert self.integration.check(resource, {"QueueUrl": self.url, **arguments}) == []
        return self.integration.perform(call(resource, {"QueueUrl": self.url, **arguments}))

    def received(self) -> list[Any]:
        """The messages that are in the queue; then they are not any more."""
        answer = self.sqs.receive_message(QueueUrl=self.url, MessageAttributeNames=["All"], MaxNumberOfMessages=10)
        messages = answer.get("Messages", [])
        for message in messages:
            self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return list(messages)


@pytest.fixture(scope="module")
def world() -> Iterator[Embedded]:
    made = Embedded()
    yield made
    made.clients.close()


@pytest.fixture
def embedded(world: Embedded) -> Embedded:
    world.received()
    return world


@pytest.fixture
def stubbed() -> Iterator[tuple[Integration, Stubber]]:
    with Stubber(_clients._client("sqs", call(SEND, {}))) as stubber:
        yield sqs.integration(_settings, _clients), stubber


def test_the_answer(embedded: Embedded) -> None:
    attributes = {"a": {"DataType": "String", "StringValue": "Hello"}}
    answer = output(embedded.send(MessageBody="test_message_body", MessageAttributes=attributes))
    request = answer["SdkResponseMetadata"]["RequestId"]
    UUID(request)
    headers = {
        "x-amzn-RequestId": request,
        "connection": "keep-alive",
        "Content-Length": "166",
        "Date": "Thu, 01 Jan 2026 00:00:00 GMT",
        "Content-Type": "application/x-amz-json-1.0",
    }
    assert json.dumps(answer) == json.dumps(
        {
            "MD5OfMessageAttributes": answer["MD5OfMessageAttributes"],
            "MD5OfMessageBody": hashlib.md5(b"test_message_body").hexdigest(),
            "MessageId": answer["MessageId"],
            "SdkHttpMetadata": {
                "AllHttpHeaders": {name: [value] for name, value in headers.items()},
                "HttpHeaders": {name: headers[name] for name in sorted(headers, key=str.lower)},
                "HttpStatusCode": 200,
            },
            "SdkResponseMetadata": {"RequestId": request},
        }
    )
    (message,) = embedded.received()
    assert message["Body"] == "test_message_body"
    assert message["MessageAttributes"] == attributes
    assert message["MD5OfBody"] == answer["MD5OfMessageBody"]


def test_the_same_seed_gives_the_same_answer() -> None:
    first, again = (output(Embedded().send(MessageBody="x")) for _ in range(2))
    assert first == again


def test_a_length_as_recorded_without_attributes(embedded: Embedded) -> None:
    answer = output(embedded.send(MessageBody="x"))
    assert answer["SdkHttpMetadata"]["HttpHeaders"]["Content-Length"] == "106"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"Context": {"a": [1, None]}, "TaskToken": "tök"}, '{"Context":{"a":[1,null]},"TaskToken":"tök"}'),
        (["x", 1.5], '["x",1.5]'),
        ('"quoted"', '"quoted"'),
        ({}, "{}"),
    ],
)
def test_the_body_of_the_message(embedded: Embedded, body: Any, text: str) -> None:
    output(embedded.send(MessageBody=body, DelaySeconds=None))
    assert embedded.received()[0]["Body"] == text


def test_bytes_in_attributes(embedded: Embedded) -> None:
    attributes = {"b": {"DataType": "Binary", "BinaryValue": "AAH/", "StringValue": None}, "none": None}
    output(embedded.send(MessageBody="x", MessageAttributes=attributes))
    assert embedded.received()[0]["MessageAttributes"] == {"b": {"DataType": "Binary", "BinaryValue": b"\x00\x01\xff"}}


def test_a_fifo_queue(embedded: Embedded) -> None:
    url = embedded.sqs.create_queue(QueueName="f.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    arguments = {"QueueUrl": url, "MessageBody": "x", "MessageGroupId": "g", "MessageDeduplicationId": "d"}
    answer = output(embedded.send(**arguments))
    assert list(answer)[-2:] == ["SdkResponseMetadata", "SequenceNumber"]
    error, cause = failure(embedded.send(QueueUrl=url, MessageBody="x"))
    assert error == "SQS.AmazonSQSException"
    assert "Error Code: MissingParameter" in (cause or "")


def test_the_request_that_goes_out(stubbed: tuple[Integration, Stubber]) -> None:
    integration, stubber = stubbed
    arguments = {
        "QueueUrl": "http://emulator:4566/000000000000/q",
        "MessageBody": {"a": 1},
        "DelaySeconds": 5,
        "MessageAttributes": {"l": {"DataType": "Binary", "BinaryListValues": ["YQ=="], "StringListValues": ["b"]}},
        "MessageGroupId": None,
    }
    sent = {
        "QueueUrl": "http://emulator:4566/000000000000/q",
        "MessageBody": '{"a":1}',
        "DelaySeconds": 5,
        "MessageAttributes": {"l": {"DataType": "Binary", "BinaryListValues": [b"a"], "StringListValues": ["b"]}},
    }
    before = json.dumps(arguments)
    received = {"content-length": "7", "date": "now", "content-type": "application/x-amz-json-1.0"}
    metadata = {"RequestId": "r-1", "HTTPStatusCode": 200, "HTTPHeaders": received}
    stubber.add_response("send_message", {"MessageId": "m", "ResponseMetadata": metadata}, sent)
    answer = output(integration.perform(call(SEND, arguments)))
    assert answer["MessageId"] == "m"
    assert answer["SdkHttpMetadata"]["HttpHeaders"]["Content-Length"] == "7"
    assert answer["SdkHttpMetadata"]["AllHttpHeaders"]["Date"] == ["now"]
    assert json.dumps(arguments) == before


# -- errors --------------------------------------------------------------------------------------------------------


def _cause(cause: str | None) -> str:
    """A cause without the id of its request."""
    before, id_field, rest = (cause or "").partition("Request ID: ")
    assert id_field
    return before + rest.partition(";")[2].strip()


@pytest.mark.parametrize("body", [None, ""])
def test_no_body(embedded: Embedded, body: Any) -> None:
    error, cause = failure(embedded.send(MessageBody=body))
    assert error == "SQS.AmazonSQSException"
    assert _cause(cause) == (
        "The request must contain the parameter MessageBody. "
        "(Service: AmazonSQS; Status Code: 400; Error Code: MissingParameter; Proxy: null)"
    )


def test_a_host_that_there_is_not(embedded: Embedded) -> None:
    assert failure(embedded.send(QueueUrl="http://no-such-queue-f7ceba9d", MessageBody="x")) == (
        "SQS.SdkClientException",
        "Unable to execute HTTP request: no-such-queue-f7ceba9d: Name or service not known",
    )


@pytest.mark.parametrize(
    "url", [URL.replace("/q", "/none"), "http://localhost:4566/000000000000/none", "none", "http://["]
)
def test_a_queue_that_there_is_not(embedded: Embedded, url: str) -> None:
    error, cause = failure(embedded.send(QueueUrl=url, MessageBody="x"))
    assert error == "SQS.QueueDoesNotExistException"
    assert _cause(cause) == (
        "The specified queue does not exist. (Service: AmazonSQS; Status Code: 400; "
        "Error Code: AWS.SimpleQueueService.NonExistentQueue; Proxy: null)"
    )


def test_a_value_that_the_service_refuses(embedded: Embedded) -> None:
    error, cause = failure(embedded.send(MessageBody="x", DelaySeconds=901))
    assert error == "SQS.AmazonSQSException"
    assert "Error Code: InvalidParameterValue" in (cause or "")


@pytest.mark.parametrize(
    ("code", "status", "name"),
    [
        ("RequestThrottled", 403, "SQS.RequestThrottledException"),
        ("ThrottlingException", 400, "SQS.AmazonSQSException"),
        ("AccessDenied", 403, "SQS.AmazonSQSException"),
        ("KMS.DisabledException", 400, "SQS.KmsDisabledException"),
        ("AWS.SimpleQueueService.NonExistentQueue", 400, "SQS.QueueDoesNotExistException"),
    ],
)
def test_errors_of_the_service(code: str, status: int, name: str, stubbed: tuple[Integration, Stubber]) -> None:
    integration, stubber = stubbed
    stubber.add_client_error("send_message", code, "No.", status, response_meta={"RequestId": "r-1"})
    assert failure(integration.perform(call(SEND, {"QueueUrl": URL, "MessageBody": "x"}))) == (
        name,
        f"No. (Service: AmazonSQS; Status Code: {status}; Error Code: {code}; Request ID: r-1; Proxy: null)",
    )


# -- parameters ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "problems"),
    [
        (
            {},
            ["The field 'MessageBody' is required but was missing", "The field 'QueueUrl' is required but was missing"],
        ),
        ({"QueueUrl": 5, "MessageBody": "x"}, ["The value for the field 'QueueUrl' must be a STRING"]),
        ({"QueueUrl": "u", "MessageBody": 5}, ["The value for the field 'MessageBody' must be a STRING"]),
        ({"QueueUrl": "u", "MessageBody": True}, ["The value for the field 'MessageBody' must be a STRING"]),
        (
            {"QueueUrl": "u", "MessageBody": "x", "MessageSystemAttributes": {}},
            ['The field "MessageSystemAttributes" is not supported by Step Functions'],
        ),
        (
            {"QueueUrl": "u", "MessageBody": "x", "DelaySeconds": True},
            ["The value for the field 'DelaySeconds' must be an INTEGER"],
        ),
        (
            {"QueueUrl": "u", "MessageBody": "x", "MessageAttributes": {"a": {"StringValue": 5, "Type": "String"}}},
            [
                "The value for the field 'StringValue' must be a STRING",
                'The field "Type" is not supported by Step Functions',
            ],
        ),
        (
            {"QueueUrl": "u", "MessageBody": "x", "MessageAttributes": {"a": {"BinaryValue": "?"}}},
            ["The value of the field 'BinaryValue' has an invalid format"],
        ),
    ],
)
def test_parameters_that_cannot_be_used(arguments: Any, problems: list[str]) -> None:
    assert sqs.integration(_settings, _clients).check(SEND, arguments) == problems


def test_describe() -> None:
    settings = Settings()
    integration = sqs.integration(settings, Clients(settings))
    described = integration.describe(f"{SEND}.waitForTaskToken")
    assert described is not None
    assert described.resource == SEND
    assert described.patterns == ("request_response", "wait_for_task_token")
    assert described.answered_by == ""
    assert "--aws embedded" in described.ways
    assert "SQS.QueueDoesNotExistException" in described.errors
    assert "SQS.SdkClientException" in described.errors
    for other in ("sqs:sendMessage.sync", "sqs:receiveMessage", "aws-sdk:sqs:sendMessage", "sqs:sendMessageBatch"):
        assert integration.describe(f"arn:aws:states:::{other}") is None
    with pytest.raises(NotAnswered):
        integration.perform(call(SEND, {"QueueUrl": URL, "MessageBody": "x"}))
