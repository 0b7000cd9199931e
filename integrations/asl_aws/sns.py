"""`arn:aws:states:::sns:publish`.

Source: Developer Guide, "Publish messages to an Amazon SNS topic with Step Functions"; recordings of 2023 to 2025. A
message that is an object or an array goes out as its JSON text.
"""

import json
from typing import Any, Final

from asl.integration import Answer, Call, Failure, Integration
from asl.values import JSON
from asl_aws import message_attributes, parameters
from asl_aws.clients import Clients
from asl_aws.one_call import Action, OneCall, Wire, given, json_text, refused
from asl_aws.service_errors import Service

SERVICE: Final = "sns"
SNS: Final = Service(
    prefix="SNS",
    name="AmazonSNS",
    unmodeled="AmazonSNSException",
    modeled=frozenset(
        {
            "AuthorizationError",
            "EndpointDisabled",
            "InternalError",
            "InvalidParameter",
            "InvalidParameterValue",
            "InvalidSecurity",
            "KMSAccessDenied",
            "KMSDisabled",
            "KMSInvalidState",
            "KMSNotFound",
            "KMSOptInRequired",
            "KMSThrottling",
            "NotFound",
            "PlatformApplicationDisabled",
            "ValidationException",
        }
    ),
    codes={"ParameterValueInvalid": "InvalidParameterValue"},
)
_EMPTY_RESPONSE: Final = 258
"""Bytes of a response's XML without the MessageId; with a UUID in it they are the 294 that are recorded."""
_SEQUENCE_ELEMENT: Final = len("    <SequenceNumber></SequenceNumber>\n")
_FIELDS: Final = {
    "Message": parameters.text_or_json,
    "MessageAttributes": message_attributes.check,
    "MessageDeduplicationId": parameters.text,
    "MessageGroupId": parameters.text,
    "MessageStructure": parameters.text,
    "PhoneNumber": parameters.text,
    "Subject": parameters.text,
    "TargetArn": parameters.text,
    "TopicArn": parameters.text,
}
_REQUIRED: Final = ("Message",)


class Publish(OneCall):
    """The integration."""

    def perform(self, call: Call) -> Answer:
        answer = super().perform(call)
        if isinstance(answer, Failure) and answer.error == "SNS.NotFoundException" and call.arguments.get("TopicArn"):
            # moto calls every target an endpoint; for a topic the other text is recorded
            return Failure(
                answer.error, (answer.cause or "").replace("Endpoint does not exist", "Topic does not exist")
            )
        return answer


def integration(clients: Clients) -> Integration:
    action = Action(
        operation="Publish",
        fields=_FIELDS,
        required=_REQUIRED,
        nullable=_REQUIRED,
        request=_request,
        answer="MessageId",
    )
    return Publish(clients, SERVICE, SNS, {"publish": action}, _WIRE, callback=True)


def _request(call: Call) -> dict[str, Any]:
    made = given(call.arguments)
    if "Message" not in made:
        # unrecorded: code and text are those of SNS for a request without a message
        text = (
            "1 validation error detected: Value null at 'message' failed to satisfy constraint: Member must not be null"
        )
        raise refused("ValidationError", text, call)
    made["Message"] = json_text(made["Message"])
    if problem := _problem(made):
        raise refused("InvalidParameter", f"Invalid parameter: {problem}", call)
    if "MessageAttributes" in made:
        made["MessageAttributes"] = message_attributes.for_botocore(made["MessageAttributes"])
    return made


def _problem(made: dict[str, JSON]) -> str | None:
    """Why SNS refuses a request whatever topics there are; recorded for FIFO topics."""
    # unrecorded: the other texts are from users' reports
    if not any(made.get(field) for field in ("TopicArn", "TargetArn", "PhoneNumber")):
        return "TopicArn or TargetArn Reason: no value for required parameter"
    if not made["Message"]:
        return "Empty message"
    if str(made.get("TopicArn", "")).endswith(".fifo") and not made.get("MessageGroupId"):
        return "The MessageGroupId parameter is required for FIFO topics"
    return _problem_of_structure(made["Message"]) if made.get("MessageStructure") == "json" else None


def _problem_of_structure(message: str) -> str | None:
    """Why a message with a text for each protocol is none."""
    try:
        texts = json.loads(message)
    except (ValueError, RecursionError):
        return "Message Structure - JSON message body failed to parse"
    if not isinstance(texts, dict) or not isinstance(texts.get("default"), str):
        return "Message Structure - No default entry in JSON message body"
    return None


def _body(data: dict[str, JSON]) -> str:
    """A text as long as the XML of the response."""
    length = _EMPTY_RESPONSE + len(data.get("MessageId", ""))
    if "SequenceNumber" in data:
        length += _SEQUENCE_ELEMENT + len(data["SequenceNumber"])
    return " " * length


_WIRE: Final = Wire(
    {
        "x-amzn-requestid": "x-amzn-RequestId",
        "connection": "connection",
        "content-length": "Content-Length",
        "date": "Date",
        "content-type": "Content-Type",
    },
    "text/xml",
    _body,
)
