"""`arn:aws:states:::dynamodb:getItem`, `putItem`, `updateItem` and `deleteItem`.

Source: Developer Guide, "Perform Amazon DynamoDB actions with Step Functions"; recordings of 2023. Items are as in
DynamoDB's own JSON; what else DynamoDB can do is reached by `aws-sdk:dynamodb:...` only.
"""

import re
from base64 import b64decode
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Final

from asl.integration import Call, Integration
from asl.values import JSON
from asl_aws import parameters
from asl_aws.clients import Clients
from asl_aws.one_call import Action, OneCall, Wire, given, refused
from asl_aws.sdk_metadata import JSON_1_0
from asl_aws.service_errors import Service

SERVICE: Final = "dynamodb"
# unrecorded: the names of the modeled errors but ResourceNotFoundException follow the SDK for Java
DYNAMODB: Final = Service(
    prefix="DynamoDB",
    name="AmazonDynamoDBv2",
    unmodeled="AmazonDynamoDBException",
    modeled=frozenset(
        {
            "ConditionalCheckFailedException",
            "InternalServerError",
            "ItemCollectionSizeLimitExceededException",
            "ProvisionedThroughputExceededException",
            "RequestLimitExceeded",
            "ResourceNotFoundException",
            "TransactionConflictException",
        }
    ),
)
_WIRE: Final = Wire(
    {
        "server": "Server",
        "connection": "Connection",
        "x-amzn-requestid": "x-amzn-RequestId",
        "x-amz-crc32": "x-amz-crc32",
        "content-length": "Content-Length",
        "date": "Date",
        "content-type": "Content-Type",
    },
    JSON_1_0,
    uuid_request_ids=False,
)
_table_name: Final = re.compile(r"[a-zA-Z0-9_.-]+")
_TABLE_NAME_PATTERN: Final = "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"


# -- parameters ------------------------------------------------------------------------------------------------------


def _attribute(field: str, value: JSON) -> list[str]:
    """An AttributeValue, such as {"S": "text"}, or a text in its place."""
    # unrecorded: the text is in published workflows; the SDK for Java can make an AttributeValue of one
    return [] if isinstance(value, str) else _typed(field, value)


def _boolean(field: str, value: JSON) -> list[str]:
    # unrecorded: the text is in published workflows
    return [] if value in ("true", "false") else parameters.boolean(field, value)


_typed: Final = parameters.structure(
    {
        "B": parameters.blob,
        "BOOL": _boolean,
        "BS": parameters.list_of(parameters.blob),
        "L": parameters.list_of(_attribute),
        "M": parameters.map_of(_attribute),
        "N": parameters.text,
        "NS": parameters.list_of(parameters.text),
        "NULL": _boolean,
        "S": parameters.text,
        "SS": parameters.list_of(parameters.text),
    }
)
_attributes: Final = parameters.map_of(_attribute)
_expected: Final = parameters.map_of(
    parameters.structure(
        {
            "AttributeValueList": parameters.list_of(_attribute),
            "ComparisonOperator": parameters.text,
            "Exists": parameters.boolean,
            "Value": _attribute,
        }
    )
)
_updates: Final = parameters.map_of(parameters.structure({"Action": parameters.text, "Value": _attribute}))
_COMMON: Final[dict[str, parameters.Check]] = {
    "ExpressionAttributeNames": parameters.map_of(parameters.text),
    "ReturnConsumedCapacity": parameters.text,
    "TableName": parameters.text,
}
_WRITING: Final[dict[str, parameters.Check]] = {
    **_COMMON,
    "ConditionExpression": parameters.text,
    "ConditionalOperator": parameters.text,
    "Expected": _expected,
    "ExpressionAttributeValues": _attributes,
    "ReturnItemCollectionMetrics": parameters.text,
    "ReturnValues": parameters.text,
}
_FIELDS: Final[dict[str, dict[str, parameters.Check]]] = {
    "getItem": {
        **_COMMON,
        "AttributesToGet": parameters.list_of(parameters.text),
        "ConsistentRead": parameters.boolean,
        "Key": _attributes,
        "ProjectionExpression": parameters.text,
    },
    "putItem": {**_WRITING, "Item": _attributes},
    "updateItem": {**_WRITING, "AttributeUpdates": _updates, "Key": _attributes, "UpdateExpression": parameters.text},
    "deleteItem": {**_WRITING, "Key": _attributes},
}


def integration(clients: Clients) -> Integration:
    return OneCall(clients, SERVICE, DYNAMODB, _actions(), _WIRE, callback=False)


@cache
def _actions() -> dict[str, Action]:
    return {name: _action(name) for name in _FIELDS}


def _action(name: str) -> Action:
    fields = dict(sorted(_FIELDS[name].items()))
    required = ("Item" if "Item" in fields else "Key", "TableName")
    return Action(
        operation=f"{name[0].upper()}{name[1:]}",
        fields=fields,
        required=required,
        nullable=required,
        request=_request(required),
        answer="Item" if name == "getItem" else "Attributes (as ReturnValues asks for)",
    )


# -- requests --------------------------------------------------------------------------------------------------------


def _request(required: tuple[str, ...]) -> Callable[[Call], dict[str, Any]]:
    def request(call: Call) -> dict[str, Any]:
        made = given(call.arguments)
        found = list(_violations(made, required))
        if found:
            count = f"{len(found)} validation error{'s' if len(found) > 1 else ''} detected"
            raise refused("ValidationException", f"{count}: {'; '.join(found)}", call)
        return {field: _for_botocore(field, value, call) for field, value in made.items()}

    return request


def _violations(made: dict[str, JSON], required: tuple[str, ...]) -> Iterator[str]:
    """What DynamoDB refuses whatever tables there are; both texts are recorded."""
    for field in required:
        member = f"{field[0].lower()}{field[1:]}"
        if field not in made:
            yield f"Value null at '{member}' failed to satisfy constraint: Member must not be null"
        elif field == "TableName" and not made[field].startswith("arn:") and not _table_name.fullmatch(made[field]):
            yield f"Value '{made[field]}' at '{member}' failed to satisfy constraint: {_TABLE_NAME_PATTERN}"


def _for_botocore(field: str, value: JSON, call: Call) -> Any:
    match field:
        case "Item" | "Key" | "ExpressionAttributeValues":
            return {name: _value(member, call) for name, member in value.items()}
        case "AttributeUpdates" | "Expected":
            return {name: _condition(member or {}, call) for name, member in value.items()}
    return value


def _condition(condition: dict[str, JSON], call: Call) -> dict[str, Any]:
    made = given(condition)
    if "Value" in made:
        made["Value"] = _value(made["Value"], call)
    if "AttributeValueList" in made:
        made["AttributeValueList"] = [_value(member, call) for member in made["AttributeValueList"]]
    return made


def _value(value: JSON, call: Call) -> dict[str, Any]:
    """An AttributeValue with its bytes. Raises ServiceError for one that is none or several."""
    made: dict[str, Any] = {"S": value} if isinstance(value, str) else given(value or {})
    if len(made) != 1:
        # unrecorded: both texts are from users' reports
        what = "has more than one datatypes set," if made else "is empty,"
        text = f"Supplied AttributeValue {what} must contain exactly one of the supported datatypes"
        raise refused("ValidationException", text, call)
    ((kind, content),) = made.items()
    match kind:
        case "B":
            return {kind: b64decode(content)}
        case "BS":
            return {kind: [b64decode(member) for member in content]}
        case "BOOL" | "NULL":
            return {kind: content in (True, "true")}
        case "L":
            return {kind: [_value(member, call) for member in content]}
        case "M":
            return {kind: {name: _value(member, call) for name, member in content.items()}}
    return made
