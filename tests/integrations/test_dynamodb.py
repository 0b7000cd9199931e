"""`dynamodb:getItem` and its three siblings: against moto in this process, and botocore's Stubber."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from asl_aws import dynamodb
from asl_aws.clients import Clients
from botocore.stub import Stubber

import asl
from asl.integration import Integration, NotAnswered, Settings
from tests.integrations.calls import call, failure, output

RESOURCE = "arn:aws:states:::dynamodb:"
ACTIONS = ("getItem", "putItem", "updateItem", "deleteItem")


_clients = Clients(Settings(endpoint_urls={"dynamodb": "http://127.0.0.1:9"}))


class Embedded:
    def __init__(self) -> None:
        self.clients = Clients(Settings(aws="embedded"))
        self.integration = dynamodb.integration(self.clients)
        self.dynamodb = self.clients.embedded.client("dynamodb")
        self.dynamodb.create_table(
            TableName="t",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )

    def answer(self, action: str, **arguments: Any) -> Any:
        arguments = {"TableName": "t", **arguments}
        assert self.integration.check(f"{RESOURCE}{action}", arguments) == []
        return self.integration.perform(call(f"{RESOURCE}{action}", arguments))


@pytest.fixture(scope="module")
def embedded() -> Iterator[Embedded]:
    made = Embedded()
    yield made
    made.clients.close()


@pytest.fixture
def stubbed() -> Iterator[tuple[Integration, Stubber]]:
    with Stubber(_clients._client("dynamodb", call(RESOURCE, {}))) as stubber:
        yield dynamodb.integration(_clients), stubber


def test_put_update_get_delete(embedded: Embedded) -> None:
    key = {"id": {"S": "id1"}}
    put = output(embedded.answer("putItem", Item={"data": {"S": "HelloWorld"}, **key}))
    assert list(put) == ["SdkHttpMetadata", "SdkResponseMetadata"]
    update = output(
        embedded.answer(
            "updateItem",
            Key=key,
            UpdateExpression="set S=:r",
            ExpressionAttributeValues={":r": {"S": "HelloWorldUpdated"}},
            ReturnValues="UPDATED_NEW",
        )
    )
    assert update["Attributes"] == {"S": {"S": "HelloWorldUpdated"}}
    got = output(embedded.answer("getItem", Key=key, ConsistentRead=True))
    assert list(got) == ["Item", "SdkHttpMetadata", "SdkResponseMetadata"]
    assert got["Item"] == {"data": {"S": "HelloWorld"}, "S": {"S": "HelloWorldUpdated"}, **key}
    deleted = output(embedded.answer("deleteItem", Key=key, ReturnValues="ALL_OLD"))
    assert deleted["Attributes"] == got["Item"]
    assert "Item" not in output(embedded.answer("getItem", Key=key))


def test_the_metadata(embedded: Embedded) -> None:
    answer = output(embedded.answer("putItem", Item={"id": {"S": "1"}}))
    request = answer["SdkResponseMetadata"]["RequestId"]
    http = answer["SdkHttpMetadata"]
    headers = {
        "Server": "Server",
        "Connection": "keep-alive",
        "x-amzn-RequestId": request,
        "x-amz-crc32": "2745614147",  # of "{}"
        "Content-Length": "2",
        "Date": "Thu, 01 Jan 2026 00:00:00 GMT",
        "Content-Type": "application/x-amz-json-1.0",
    }
    assert list(http["AllHttpHeaders"].items()) == [(name, [value]) for name, value in headers.items()]
    assert list(http["HttpHeaders"].items()) == [(name, headers[name]) for name in sorted(headers, key=str.lower)]
    assert http["HttpStatusCode"] == 200


VALUES: list[dict[str, Any]] = [
    {"S": "ü"},
    {"N": "1.50"},
    {"B": "AAH/"},
    {"BOOL": True},
    {"NULL": True},
    {"SS": ["a", "b"]},
    {"NS": ["1", "2.5"]},
    {"BS": ["AAE=", "/w=="]},
    {"L": [{"S": "a"}, {"B": "AAE="}, {"L": []}]},
    {"M": {"a": {"N": "1"}, "b": {"M": {"c": {"B": "AAE="}}}}},
]


def test_every_type_of_value_goes_in_and_comes_out(stubbed: tuple[Integration, Stubber]) -> None:
    integration, stubber = stubbed
    item = {f"v{index}": value for index, value in enumerate(VALUES)}
    assert integration.check(f"{RESOURCE}putItem", {"TableName": "t", "Item": item}) == []
    bytes_of = {"AAH/": b"\x00\x01\xff", "AAE=": b"\x00\x01", "/w==": b"\xff"}

    def sent(value: Any, kind: str = "") -> Any:
        if isinstance(value, dict):
            return {name: sent(member, name) for name, member in value.items()}
        if isinstance(value, list):
            return [sent(member, kind) for member in value]
        return bytes_of[value] if kind in ("B", "BS") else value

    stubber.add_response("put_item", {"Attributes": sent(item)}, {"TableName": "t", "Item": sent(item)})
    answer = output(integration.perform(call(f"{RESOURCE}putItem", {"TableName": "t", "Item": item})))
    assert answer["Attributes"] == item


def test_short_forms_of_values(embedded: Embedded) -> None:
    item = {"id": "short", "l": {"L": ["a", {"S": "b"}]}, "yes": {"BOOL": "true"}, "no": {"BOOL": "false"}}
    output(embedded.answer("putItem", Item=item))
    assert output(embedded.answer("getItem", Key={"id": "short"}))["Item"] == {
        "id": {"S": "short"},
        "l": {"L": [{"S": "a"}, {"S": "b"}]},
        "yes": {"BOOL": True},
        "no": {"BOOL": False},
    }


@pytest.mark.parametrize(
    ("action", "operation", "arguments"),
    [
        ("getItem", "get_item", {"Key": {}, "AttributesToGet": ["a"], "ProjectionExpression": "a"}),
        (
            "updateItem",
            "update_item",
            {
                "Key": {"id": {"S": "1"}},
                "AttributeUpdates": {"a": {"Action": "PUT", "Value": {"S": "x"}}},
                "Expected": {"a": {"ComparisonOperator": "IN", "AttributeValueList": [{"N": "1"}], "Exists": True}},
                "ExpressionAttributeNames": {"#a": "a"},
                "ReturnConsumedCapacity": "TOTAL",
                "ReturnItemCollectionMetrics": "SIZE",
            },
        ),
        ("deleteItem", "delete_item", {"Key": {"id": {"S": "1"}}, "ConditionExpression": "a", "ReturnValues": "NONE"}),
    ],
)
def test_the_request_that_goes_out(
    action: str, operation: str, arguments: Any, stubbed: tuple[Integration, Stubber]
) -> None:
    integration, stubber = stubbed
    arguments = {"TableName": "t", **arguments}
    assert integration.check(f"{RESOURCE}{action}", arguments) == []
    stubber.add_response(operation, {"ConsumedCapacity": {"TableName": "t", "CapacityUnits": 1.0}}, arguments)
    answer = output(integration.perform(call(f"{RESOURCE}{action}", {**arguments, "ConditionalOperator": None})))
    assert answer["ConsumedCapacity"] == {"TableName": "t", "CapacityUnits": 1.0}


# -- errors --------------------------------------------------------------------------------------------------------


def _cause(cause: str | None) -> str:
    """A cause without the id of its request."""
    before, id_field, rest = (cause or "").partition("Request ID: ")
    assert id_field
    return before + rest.partition(";")[2].strip()


INVALID = "(Service: AmazonDynamoDBv2; Status Code: 400; Error Code: ValidationException; Proxy: null)"


@pytest.mark.parametrize("action", ACTIONS)
def test_a_table_that_there_is_not(action: str, embedded: Embedded) -> None:
    what = "Item" if action == "putItem" else "Key"
    error, cause = failure(embedded.answer(action, TableName="none", **{what: {"id": {"S": "1"}}}))
    assert error == "DynamoDB.ResourceNotFoundException"
    assert _cause(cause) == "Requested resource not found " + INVALID.replace("Validation", "ResourceNotFound")


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (
            {"Item": None},
            "1 validation error detected: Value null at 'item' failed to satisfy constraint: Member must not be null",
        ),
        (
            {"TableName": "/t", "Item": {"id": {"S": "1"}}},
            "1 validation error detected: Value '/t' at 'tableName' failed to satisfy constraint: "
            "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+",
        ),
        (
            {"TableName": None, "Item": None},
            "2 validation errors detected: Value null at 'item' failed to satisfy constraint: Member must not be null; "
            "Value null at 'tableName' failed to satisfy constraint: Member must not be null",
        ),
        (
            {"Item": {"id": {"S": None}}},
            "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
        ),
        (
            {"Item": {"id": {"S": "1"}, "m": {"M": {"l": {"L": [{"S": "1", "N": "1"}]}}}}},
            "Supplied AttributeValue has more than one datatypes set, "
            "must contain exactly one of the supported datatypes",
        ),
    ],
)
def test_what_the_service_refuses(arguments: Any, text: str, embedded: Embedded) -> None:
    error, cause = failure(embedded.answer("putItem", **arguments))
    assert error == "DynamoDB.AmazonDynamoDBException"
    assert _cause(cause) == f"{text} {INVALID}"


def test_an_item_without_its_key(embedded: Embedded) -> None:
    error, cause = failure(embedded.answer("putItem", Item={"a": {"S": "1"}}))
    assert error == "DynamoDB.AmazonDynamoDBException"
    assert _cause(cause).endswith(f"Missing the key id in the item {INVALID}")


def test_a_condition_that_does_not_hold(embedded: Embedded) -> None:
    item, condition = {"id": {"S": "new"}}, "attribute_not_exists(id)"
    output(embedded.answer("putItem", Item=item, ConditionExpression=condition))
    error, cause = failure(embedded.answer("putItem", Item=item, ConditionExpression=condition))
    assert error == "DynamoDB.ConditionalCheckFailedException"
    assert _cause(cause) == "The conditional request failed " + INVALID.replace("Validation", "ConditionalCheckFailed")


@pytest.mark.parametrize(
    ("code", "status", "name"),
    [
        ("ProvisionedThroughputExceededException", 400, "DynamoDB.ProvisionedThroughputExceededException"),
        ("ThrottlingException", 400, "DynamoDB.AmazonDynamoDBException"),
        ("RequestLimitExceeded", 400, "DynamoDB.RequestLimitExceededException"),
        ("InternalServerError", 500, "DynamoDB.InternalServerErrorException"),
        ("AccessDeniedException", 400, "DynamoDB.AmazonDynamoDBException"),
    ],
)
def test_errors_of_the_service(code: str, status: int, name: str, stubbed: tuple[Integration, Stubber]) -> None:
    integration, stubber = stubbed
    stubber.add_client_error("get_item", code, "No.", status, response_meta={"RequestId": "R1"})
    assert failure(integration.perform(call(f"{RESOURCE}getItem", {"TableName": "t", "Key": {}}))) == (
        name,
        f"No. (Service: AmazonDynamoDBv2; Status Code: {status}; Error Code: {code}; Request ID: R1; Proxy: null)",
    )


# -- parameters ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "arguments", "problems"),
    [
        (
            "putItem",
            {},
            ["The field 'Item' is required but was missing", "The field 'TableName' is required but was missing"],
        ),
        ("getItem", {"TableName": "t"}, ["The field 'Key' is required but was missing"]),
        (
            "getItem",
            {"TableName": "t", "Key": {}, "UpdateExpression": "x"},
            ['The field "UpdateExpression" is not supported by Step Functions'],
        ),
        ("putItem", {"TableName": "t", "Item": {"n": {"N": 5}}}, ["The value for the field 'N' must be a STRING"]),
        ("putItem", {"TableName": "t", "Item": {"s": {"S": {}}}}, ["The value for the field 'S' must be a STRING"]),
        (
            "putItem",
            {"TableName": "t", "Item": {"m": {"M": {"l": {"L": [{"BOOL": "yes"}, {"S": "x"}, {"Q": 1}]}}}}},
            [
                "The value for the field 'BOOL' must be a BOOLEAN",
                'The field "Q" is not supported by Step Functions',
            ],
        ),
        ("putItem", {"TableName": "t", "Item": {"id": 5}}, ["The value for the field 'id' must be an OBJECT"]),
        ("getItem", {"TableName": "t", "Key": {"b": {"B": "?"}}}, ["The value of the field 'B' has an invalid format"]),
    ],
)
def test_parameters_that_cannot_be_used(action: str, arguments: Any, problems: list[str]) -> None:
    assert dynamodb.integration(_clients).check(f"{RESOURCE}{action}", arguments) == problems


def test_describe() -> None:
    integration = dynamodb.integration(Clients(Settings()))
    for action in ACTIONS:
        described = integration.describe(f"{RESOURCE}{action}")
        assert described is not None
        assert described.patterns == ("request_response",)
        assert "TableName" in described.parameters
        assert described.answered_by == ""
        assert "--aws embedded" in described.ways
        assert "DynamoDB.ConditionalCheckFailedException" in described.errors
        what = "Item" if action == "putItem" else "Key"
        with pytest.raises(NotAnswered):
            integration.perform(call(f"{RESOURCE}{action}", {"TableName": "t", what: {}}))
    assert integration.describe("arn:${AWS::Partition}:states:::dynamodb:getItem") is not None
    for other in ("dynamodb:query", "dynamodb:getItem.waitForTaskToken", "dynamodb:getItem.sync", "dynamodb:scan"):
        assert integration.describe(f"arn:aws:states:::{other}") is None


def test_in_a_workflow() -> None:
    put = {"TableName": "none", "Item": {"id": {"S.$": "$.id"}}}
    state = {"Type": "Task", "Resource": f"{RESOURCE}putItem", "Parameters": put, "ResultPath": None, "End": True}
    state["Catch"] = [{"ErrorEquals": ["DynamoDB.ResourceNotFoundException"], "Next": "NoTable", "ResultPath": None}]
    machine = asl.load({"StartAt": "Put", "States": {"Put": state, "NoTable": {"Type": "Succeed"}}})
    run = machine.run({"id": "1"}, aws="embedded")
    assert (run.status, run.output) == ("SUCCEEDED", {"id": "1"})
    refused = machine.run({"id": 1}, aws="embedded")
    assert refused.error == "States.Runtime"
    assert (refused.cause or "").endswith(
        """The Parameters '{"TableName":"none","Item":{"id":{"S":1}}}' could not be used to start the Task: """
        "[The value for the field 'S' must be a STRING]"
    )


def test_arguments_are_left_as_they_are(embedded: Embedded) -> None:
    arguments = {"Item": {"id": {"S": "1"}, "b": {"B": "AAE="}, "n": {"NULL": True}}, "ReturnValues": None}
    before = json.dumps(arguments)
    output(embedded.answer("putItem", **arguments))
    assert json.dumps(arguments) == before
