"""Lambda functions at AWS or at another endpoint, for the tasks that no function of this process answers.

Source: Developer Guide, "Invoke a Lambda function with Step Functions"; recordings of 2023 to 2025.
"""

import json
from base64 import b64encode
from typing import Any, Final

from asl.integration import Answer, Call, Failure, Output, Settings
from asl.json_text import dumps
from asl.values import JSON
from asl_aws.clients import Clients, Response
from asl_aws.sdk_metadata import http_date, metadata, request_id, shown_headers
from asl_aws.service_errors import SdkClientError, Service, ServiceError, failure

SERVICE: Final = "lambda"
LAMBDA: Final = Service(
    prefix="Lambda",
    name="AWSLambda",
    unmodeled="AWSLambdaException",
    modeled=frozenset(
        {
            "EC2AccessDeniedException",
            "EC2ThrottledException",
            "EC2UnexpectedException",
            "EFSIOException",
            "EFSMountConnectivityException",
            "EFSMountFailureException",
            "EFSMountTimeoutException",
            "ENILimitReachedException",
            "InvalidParameterValueException",
            "InvalidRequestContentException",
            "InvalidRuntimeException",
            "InvalidSecurityGroupIDException",
            "InvalidSubnetIDException",
            "InvalidZipFileException",
            "KMSAccessDeniedException",
            "KMSDisabledException",
            "KMSInvalidStateException",
            "KMSNotFoundException",
            "RecursiveInvocationException",
            "RequestTooLargeException",
            "ResourceConflictException",
            "ResourceNotFoundException",
            "ResourceNotReadyException",
            "ServiceException",
            "SnapStartException",
            "SnapStartNotReadyException",
            "SnapStartTimeoutException",
            "SubnetIPAddressLimitReachedException",
            "TooManyRequestsException",
            "UnsupportedMediaTypeException",
        }
    ),
)
WAYS: Final = ("--endpoint-url lambda=URL", "--aws real")
"""The options with which functions are called elsewhere."""
UNKNOWN: Final = "Lambda.Unknown"

_HEADERS: Final = {
    "x-amz-log-result": "X-Amz-Log-Result",
    "x-amz-executed-version": "X-Amz-Executed-Version",
    "x-amzn-remapped-content-length": "x-amzn-Remapped-Content-Length",
    "connection": "Connection",
    "x-amzn-requestid": "x-amzn-RequestId",
    "content-length": "Content-Length",
    "date": "Date",
    "x-amzn-trace-id": "X-Amzn-Trace-Id",
    "content-type": "Content-Type",
}


class RemoteFunctions:
    """Functions that are called through boto3, if the settings let calls leave."""

    def __init__(self, settings: Settings) -> None:
        self._clients = Clients(settings)

    @property
    def way(self) -> str:
        """Who answers, "" when nobody does."""
        return self._clients.way(SERVICE)

    def invoke(self, call: Call) -> Answer:
        """The answer of `lambda:invoke`: the response with the SDK's metadata, fields in the order of their names."""
        try:
            response, payload = self._call(_request(call.arguments), call)
        except (ServiceError, SdkClientError) as error:
            return failure(LAMBDA, error)
        if response.data.get("FunctionError"):
            # recorded: compact here, and as Lambda wrote it where the resource is the function
            return _function_error(_compact(payload))
        fields = ("ExecutedVersion", "LogResult", "StatusCode")
        answer: dict[str, JSON] = {field: response.data[field] for field in fields if field in response.data}
        if payload:
            answer["Payload"] = _parsed(payload)
        request = response.request_id or request_id(call.seed, SERVICE)
        answer |= metadata(_headers(response, payload, request, call.at), response.status, request)
        return Output(dict(sorted(answer.items())))

    def run(self, call: Call) -> Answer:
        """The answer of a task whose resource is the function's ARN: what the function returns."""
        try:
            response, payload = self._call(
                {"FunctionName": call.resource, "Payload": dumps(call.arguments).encode("utf-8", "surrogatepass")}, call
            )
        except (ServiceError, SdkClientError) as error:
            return failure(LAMBDA, error)
        return _function_error(payload) if response.data.get("FunctionError") else Output(_parsed(payload))

    def close(self) -> None:
        self._clients.close()

    def _call(self, request: dict[str, Any], call: Call) -> tuple[Response, str]:
        """The response and its payload as text."""
        from botocore.exceptions import BotoCoreError

        response = self._clients.call(SERVICE, "Invoke", request, call)
        payload = response.data.get("Payload", b"")
        try:
            content = payload.read() if hasattr(payload, "read") else payload
        except BotoCoreError as error:
            raise SdkClientError(f"Unable to execute HTTP request: {error}") from error
        return response, content if isinstance(content, str) else content.decode("utf-8", "replace")


def _request(arguments: dict[str, JSON]) -> dict[str, Any]:
    request: dict[str, Any] = {field: value for field, value in arguments.items() if value is not None}
    payload = request.get("Payload", {})  # null is sent as an empty object (recorded)
    text = payload if isinstance(payload, str) else dumps(payload)
    request["Payload"] = text.encode("utf-8", "surrogatepass")
    context = request.get("ClientContext")
    if context is not None and not isinstance(context, str):
        request["ClientContext"] = b64encode(dumps(context).encode()).decode()
    return request


def _function_error(payload: str) -> Failure:
    """The failure of a task whose function failed: named by the function's own error."""
    report = _parsed(payload)
    error_type = report.get("errorType") if isinstance(report, dict) else None
    if isinstance(error_type, str) and error_type:
        return Failure(error_type, payload)
    # unrecorded: the text is from users' reports
    text = "The cause could not be determined because Lambda did not return an error type. Returned payload: "
    return Failure(UNKNOWN, text + payload)


def _compact(payload: str) -> str:
    parsed = _parsed(payload)
    return payload if isinstance(parsed, str) else dumps(parsed)


def _headers(response: Response, payload: str, request: str, at: int) -> dict[str, str]:
    """The headers as recorded; an emulator leaves some out."""
    made = {
        "content-length": str(len(payload.encode("utf-8", "surrogatepass"))),
        "content-type": "application/json",
        "date": http_date(at // 1000),
        "x-amzn-remapped-content-length": "0",
        "x-amzn-requestid": request,
    }
    received = {name.lower(): value for name, value in response.headers.items()}
    return shown_headers({**made, **received, "connection": "keep-alive"}, _HEADERS)


def _parsed(payload: str) -> JSON:
    try:
        return json.loads(payload)
    except (ValueError, RecursionError):
        return payload  # unrecorded: what becomes of a payload that is no JSON
