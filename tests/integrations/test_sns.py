"""`sns:publish`: against moto in this process, and botocore's Stubber for what moto does not do."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from asl_aws import sns
from asl_aws.clients import Clients
from botocore.stub import Stubber

from asl.integration import Integration, NotAnswered, Settings
from tests.integrations.calls import call, failure, output

PUBLISH = "arn:aws:states:::sns:publish"
TOPIC = "arn:aws:sns:us-east-1:123456789012:t"


_clients = Clients(Settings(endpoint_urls={"sns": "http://127.0.0.1:9"}))


class Embedded:
    """A topic whose messages go to a queue."""

    def __init__(self) -> None:
        self.clients = Clients(Settings(aws="embedded"))
        self.integration = sns.integration(self.clients)
        self.sns, self.sqs = (self.clients.embedded.client(service) for service in ("sns", "sqs"))
        self.url = self.sqs.create_queue(QueueName="q")["QueueUrl"]
        assert self.sns.create_topic(Name="t")["TopicArn"] == TOPIC
        self.sns.subscribe(TopicArn=TOPIC, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:123456789012:q")

    def publish(self, **arguments: Any) -> Any:
        assert self.integration.check(PUBLISH, arguments) == []
        return self.integration.perform(call(PUBLISH, arguments))

    def received(self) -> list[Any]:
        """What has come to the queue; then it is there no more."""
        messages = self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages", [])
        for message in messages:
            self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(message["Body"]) for message in messages]


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
    with Stubber(_clients._client("sns", call(PUBLISH, {}))) as stubber:
        yield sns.integration(_clients), stubber


def test_the_answer(embedded: Embedded) -> None:
    answer = output(embedded.publish(TopicArn=TOPIC, Message="Grüße", Subject="s"))
    request = answer["SdkResponseMetadata"]["RequestId"]
    UUID(request)
    headers = {
        "x-amzn-RequestId": request,
        "connection": "keep-alive",
        "Content-Length": "294",
        "Date": "Thu, 01 Jan 2026 00:00:00 GMT",
        "Content-Type": "text/xml",
    }
    assert json.dumps(answer) == json.dumps(
        {
            "MessageId": answer["MessageId"],
            "SdkHttpMetadata": {
                "AllHttpHeaders": {name: [value] for name, value in headers.items()},
                "HttpHeaders": {name: headers[name] for name in sorted(headers, key=str.lower)},
                "HttpStatusCode": 200,
            },
            "SdkResponseMetadata": {"RequestId": request},
        }
    )
    UUID(answer["MessageId"])
    (received,) = embedded.received()
    assert (received["Message"], received["Subject"], received["MessageId"]) == ("Grüße", "s", answer["MessageId"])


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ({"TaskToken": "t", "arg": [1, None, "ü"]}, '{"TaskToken":"t","arg":[1,null,"ü"]}'),
        (["x"], '["x"]'),
        ({}, "{}"),
        ('"HelloWorld"', '"HelloWorld"'),
    ],
)
def test_the_message(embedded: Embedded, message: Any, text: str) -> None:
    output(embedded.publish(TopicArn=TOPIC, Message=message, Subject=None))
    assert embedded.received()[0]["Message"] == text


def test_attributes(embedded: Embedded) -> None:
    attributes = {
        "text": {"DataType": "String", "StringValue": "Hello"},
        "bytes": {"DataType": "Binary", "BinaryValue": "AAH/"},
    }
    output(embedded.publish(TopicArn=TOPIC, Message="m", MessageAttributes=attributes))
    assert embedded.received()[0]["MessageAttributes"] == {
        "text": {"Type": "String", "Value": "Hello"},
        "bytes": {"Type": "Binary", "Value": "AAH/"},
    }


@pytest.mark.parametrize("message", [{"default": "d", "sqs": "for sqs"}, '{"default": "d", "sqs": "for sqs"}'])
def test_a_message_with_a_text_for_each_protocol(embedded: Embedded, message: Any) -> None:
    output(embedded.publish(TargetArn=TOPIC, Message=message, MessageStructure="json"))


def test_a_fifo_topic(embedded: Embedded) -> None:
    topic = embedded.sns.create_topic(Name="t.fifo", Attributes={"FifoTopic": "true"})["TopicArn"]
    arguments = {"TopicArn": topic, "Message": "m", "MessageGroupId": "g", "MessageDeduplicationId": "d"}
    assert output(embedded.publish(**arguments))["MessageId"]


def test_the_request_that_goes_out(stubbed: tuple[Integration, Stubber]) -> None:
    integration, stubber = stubbed
    arguments = {"PhoneNumber": "+15550100", "Message": {"a": 1}, "MessageAttributes": None}
    stubber.add_response(
        "publish",
        {"MessageId": "m", "SequenceNumber": "10000000000000000000"},
        {"PhoneNumber": "+15550100", "Message": '{"a":1}'},
    )
    answer = output(integration.perform(call(PUBLISH, arguments)))
    assert list(answer) == ["MessageId", "SdkHttpMetadata", "SdkResponseMetadata", "SequenceNumber"]


# -- errors --------------------------------------------------------------------------------------------------------


def _cause(cause: str | None) -> str:
    """A cause without the id of its request."""
    before, id_field, rest = (cause or "").partition("Request ID: ")
    assert id_field
    return before + rest.partition(";")[2].strip()


def test_a_topic_that_there_is_not(embedded: Embedded) -> None:
    error, cause = failure(embedded.publish(TopicArn=f"{TOPIC}x", Message="m"))
    assert error == "SNS.NotFoundException"
    assert _cause(cause) == (
        "Topic does not exist (Service: AmazonSNS; Status Code: 404; Error Code: NotFound; Proxy: null)"
    )


def test_a_fifo_topic_without_a_group(embedded: Embedded) -> None:
    error, cause = failure(embedded.publish(TopicArn=f"{TOPIC}.fifo", Message={"Message": "HelloWorld!"}))
    assert error == "SNS.InvalidParameterException"
    assert _cause(cause) == (
        "Invalid parameter: The MessageGroupId parameter is required for FIFO topics "
        "(Service: AmazonSNS; Status Code: 400; Error Code: InvalidParameter; Proxy: null)"
    )


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"TopicArn": TOPIC, "Message": None}, "SNS.AmazonSNSException", "Value null at 'message' failed to satisfy"),
        ({"TopicArn": TOPIC, "Message": ""}, "SNS.InvalidParameterException", "Invalid parameter: Empty message ("),
        ({"Message": "m"}, "SNS.InvalidParameterException", "TopicArn or TargetArn Reason: no value for required"),
        ({"TopicArn": "", "Message": "m"}, "SNS.InvalidParameterException", "TopicArn or TargetArn Reason: no value"),
        ({"TopicArn": "x", "Message": "m"}, "SNS.InvalidParameterException", "(Service: AmazonSNS; Status Code: 400"),
        (
            {"TopicArn": TOPIC, "Message": "{", "MessageStructure": "json"},
            "SNS.InvalidParameterException",
            "Message Structure - JSON message body failed to parse",
        ),
        (
            {"TopicArn": TOPIC, "Message": {"default": {}}, "MessageStructure": "json"},
            "SNS.InvalidParameterException",
            "Message Structure - No default entry in JSON message body",
        ),
        (
            {"TopicArn": TOPIC, "Message": "m", "Subject": "s" * 101},
            "SNS.InvalidParameterException",
            "Error Code: InvalidParameter",
        ),
    ],
)
def test_what_the_service_refuses(embedded: Embedded, arguments: Any, error: str, text: str) -> None:
    name, cause = failure(embedded.publish(**arguments))
    assert name == error
    assert text in (cause or "")


@pytest.mark.parametrize(
    ("code", "status", "name"),
    [
        ("AuthorizationError", 403, "SNS.AuthorizationErrorException"),
        ("Throttling", 400, "SNS.AmazonSNSException"),
        ("ParameterValueInvalid", 400, "SNS.InvalidParameterValueException"),
        ("EndpointDisabled", 400, "SNS.EndpointDisabledException"),
        ("InternalError", 500, "SNS.InternalErrorException"),
        ("KMSDisabled", 400, "SNS.KMSDisabledException"),
    ],
)
def test_errors_of_the_service(code: str, status: int, name: str, stubbed: tuple[Integration, Stubber]) -> None:
    integration, stubber = stubbed
    stubber.add_client_error("publish", code, "No.", status, response_meta={"RequestId": "r-1"})
    assert failure(integration.perform(call(PUBLISH, {"TopicArn": TOPIC, "Message": "m"}))) == (
        name,
        f"No. (Service: AmazonSNS; Status Code: {status}; Error Code: {code}; Request ID: r-1; Proxy: null)",
    )


def test_a_phone_or_an_endpoint_that_there_is_not_keeps_its_text(stubbed: tuple[Integration, Stubber]) -> None:
    integration, stubber = stubbed
    stubber.add_client_error("publish", "NotFound", "Endpoint does not exist", 404)
    _, cause = failure(integration.perform(call(PUBLISH, {"TargetArn": "arn:endpoint", "Message": "m"})))
    assert (cause or "").startswith("Endpoint does not exist (Service: AmazonSNS; Status Code: 404; ")


# -- parameters ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "problems"),
    [
        ({}, ["The field 'Message' is required but was missing"]),
        ({"Message": 5, "TopicArn": TOPIC}, ["The value for the field 'Message' must be a STRING"]),
        ({"Message": "m", "Topic": TOPIC}, ['The field "Topic" is not supported by Step Functions']),
        (
            {"Message": "m", "MessageAttributes": {"a": {"DataType": "Number", "StringValue": 5}}},
            ["The value for the field 'StringValue' must be a STRING"],
        ),
        ({"Message": "m", "MessageAttributes": []}, ["The value for the field 'MessageAttributes' must be an OBJECT"]),
    ],
)
def test_parameters_that_cannot_be_used(arguments: Any, problems: list[str]) -> None:
    assert sns.integration(_clients).check(PUBLISH, arguments) == problems


def test_describe() -> None:
    integration = sns.integration(Clients(Settings()))
    described = integration.describe(f"{PUBLISH}.waitForTaskToken")
    assert described is not None
    assert described.patterns == ("request_response", "wait_for_task_token")
    assert described.answered_by == ""
    assert "SNS.NotFoundException" in described.errors
    for other in ("sns:publish.sync", "sns:subscribe", "aws-sdk:sns:publish", "sns:publishBatch"):
        assert integration.describe(f"arn:aws:states:::{other}") is None
    with pytest.raises(NotAnswered):
        integration.perform(call(PUBLISH, {"TopicArn": TOPIC, "Message": "m"}))
