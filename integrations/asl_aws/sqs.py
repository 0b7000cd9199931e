"""`arn:aws:states:::sqs:sendMessage`.

Source: Developer Guide, "Perform Amazon SQS actions in Step Functions"; recordings of 2023 to 2025. A message body that
is an object or an array goes out as its JSON text.
"""

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

from asl.integration import Call, Integration, Settings
from asl_aws import message_attributes, parameters
from asl_aws.clients import Clients
from asl_aws.one_call import Action, OneCall, Wire, given, json_text, refused
from asl_aws.sdk_metadata import JSON_1_0
from asl_aws.service_errors import SdkClientError, Service

SERVICE: Final = "sqs"
# unrecorded: the names of modeled errors follow the SDK for Java; AmazonSQSException is recorded for MissingParameter
SQS: Final = Service(
    prefix="SQS",
    name="AmazonSQS",
    unmodeled="AmazonSQSException",
    modeled=frozenset(
        {
            "InvalidAddress",
            "InvalidMessageContents",
            "InvalidSecurity",
            "KmsAccessDenied",
            "KmsDisabled",
            "KmsInvalidKeyUsage",
            "KmsInvalidState",
            "KmsNotFound",
            "KmsOptInRequired",
            "KmsThrottled",
            "QueueDoesNotExist",
            "RequestThrottled",
            "UnsupportedOperation",
        }
    ),
    codes={
        "AWS.SimpleQueueService.NonExistentQueue": "QueueDoesNotExist",
        "AWS.SimpleQueueService.UnsupportedOperation": "UnsupportedOperation",
        "KMS.AccessDeniedException": "KmsAccessDenied",
        "KMS.DisabledException": "KmsDisabled",
        "KMS.InvalidKeyUsageException": "KmsInvalidKeyUsage",
        "KMS.InvalidStateException": "KmsInvalidState",
        "KMS.NotFoundException": "KmsNotFound",
        "KMS.OptInRequired": "KmsOptInRequired",
        "KMS.ThrottlingException": "KmsThrottled",
    },
)
_WIRE: Final = Wire(
    {
        "x-amzn-requestid": "x-amzn-RequestId",
        "connection": "connection",
        "content-length": "Content-Length",
        "date": "Date",
        "content-type": "Content-Type",
    },
    JSON_1_0,
)
_FIELDS: Final = {
    "DelaySeconds": parameters.integer,
    "MessageAttributes": message_attributes.check,
    "MessageBody": parameters.text_or_json,
    "MessageDeduplicationId": parameters.text,
    "MessageGroupId": parameters.text,
    "QueueUrl": parameters.text,
}
_REQUIRED: Final = ("MessageBody", "QueueUrl")


def integration(settings: Settings, clients: Clients) -> Integration:
    elsewhere = bool({SERVICE, "*"} & settings.endpoint_urls.keys())
    action = Action(
        operation="SendMessage",
        fields=_FIELDS,
        required=_REQUIRED,
        nullable=_REQUIRED,
        request=_request(hosts_matter=not elsewhere),
        answer="MD5OfMessageBody, MessageId",
    )
    return OneCall(clients, SERVICE, SQS, {"sendMessage": action}, _WIRE, callback=True)


def _request(hosts_matter: bool) -> Callable[[Call], dict[str, Any]]:
    """The parameters of SendMessage. `hosts_matter` where the queue's URL, not an endpoint, says where it is."""

    def request(call: Call) -> dict[str, Any]:
        made = given(call.arguments)
        for field in reversed(_REQUIRED):
            if made.get(field, "") == "":
                # recorded for a MessageBody that is null
                raise refused("MissingParameter", f"The request must contain the parameter {field}.", call)
        if hosts_matter:
            _check_host(made["QueueUrl"])
        made["MessageBody"] = json_text(made["MessageBody"])
        if "MessageAttributes" in made:
            made["MessageAttributes"] = message_attributes.for_botocore(made["MessageAttributes"])
        return made

    return request


def _check_host(queue_url: str) -> None:
    """Raises SdkClientError for a host that cannot be found: AWS sends the request to the host of the queue's URL."""
    # differs-from-aws: any host but one without a dot is taken for that of SQS
    try:
        host = urlsplit(queue_url).hostname
    except ValueError:
        host = None
    if host is not None and "." not in host and ":" not in host and host != "localhost":
        raise SdkClientError(f"Unable to execute HTTP request: {host}: Name or service not known")
