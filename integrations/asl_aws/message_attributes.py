"""The attributes of messages, which SQS and SNS share."""

from base64 import b64decode
from typing import Any, Final

from asl.values import JSON
from asl_aws import parameters

check: Final = parameters.map_of(
    parameters.structure(
        {
            "BinaryListValues": parameters.list_of(parameters.blob),
            "BinaryValue": parameters.blob,
            "DataType": parameters.text,
            "StringListValues": parameters.list_of(parameters.text),
            "StringValue": parameters.text,
        }
    )
)


def for_botocore(attributes: dict[str, JSON]) -> dict[str, Any]:
    """The attributes with their bytes; parts that are null are left out."""
    return {name: _attribute(value) for name, value in attributes.items() if value is not None}


def _attribute(attribute: dict[str, JSON]) -> dict[str, Any]:
    made: dict[str, Any] = {part: value for part, value in attribute.items() if value is not None}
    if "BinaryValue" in made:
        made["BinaryValue"] = b64decode(made["BinaryValue"])
    if "BinaryListValues" in made:
        made["BinaryListValues"] = [b64decode(value) for value in made["BinaryListValues"]]
    return made
