"""`arn:aws:states:::aws-sdk:service:action`: any operation of any service that botocore knows.

Source: as in `asl_aws.sdk_model`. A result has no metadata of the response. Some operations of `aws-sdk:sfn` and
`aws-sdk:eventbridge` are answered by the world itself where no endpoint is set for them.
"""

import re
from functools import lru_cache
from typing import Final

from asl.integration import Answer, Call, Description, Failure, Integration, Output
from asl.values import JSON
from asl_aws import sdk_model
from asl_aws.clients import Clients
from asl_aws.sdk_model import Operation
from asl_aws.service_errors import SdkClientError, ServiceError, not_reached

_resource: Final = re.compile(r"(arn:[^:]+:states:[^:]*:[^:]*:aws-sdk:([a-z0-9]+):([A-Za-z0-9]+))(\.waitForTaskToken)?")
# Recorded since 2025; before, the cause ended with the ids.
_ATTEMPTS: Final = " (SDK Attempt Count: 1)"


class AwsSdk:
    """The integration. `clients` are those of all integrations of the package, with `clients.embedded`."""

    def __init__(self, clients: Clients) -> None:
        self.clients = clients

    def describe(self, resource: str) -> Description | None:
        operation = _operation(resource)
        if operation is None:
            return None
        return Description(
            resource=resource.removesuffix(".waitForTaskToken"),
            patterns=("request_response", "wait_for_task_token"),
            parameters=operation.parameters,
            answered_by=self.clients.way(operation.service, operation.name),
            answer=", ".join(operation.results) or "an empty object",
            errors=operation.errors,
            ways=self.clients.ways(operation.service, operation.name),
        )

    def check(self, resource: str, arguments: JSON) -> list[str]:
        operation = _operation(resource)
        assert operation is not None, "the resource was described"
        return sdk_model.problems(operation, arguments)

    def result_problem(self, resource: str, result: JSON, complete: bool) -> str | None:
        operation = _operation(resource)
        assert operation is not None, "the resource was described"
        return operation.result_problem(result, complete)

    def perform(self, call: Call) -> Answer:
        operation = _operation(call.resource)
        assert operation is not None, "the resource was described"
        request = sdk_model.request(operation, call.arguments)
        try:
            response = self.clients.call(operation.service, operation.name, request, call)
            return Output(sdk_model.result(operation, response.data))
        except ServiceError as error:
            return Failure(operation.error_name(error.shape or error.code), _cause(operation, error))
        except SdkClientError as error:
            return not_reached(operation.prefix, error)

    def cancel(self, call: Call) -> None:
        """Nothing to give up: an operation is not waited for."""

    def close(self) -> None:
        self.clients.close()


def integration(clients: Clients) -> Integration:
    return AwsSdk(clients)


@lru_cache(maxsize=256)
def _operation(resource: str) -> Operation | None:
    parts = _resource.fullmatch(resource)
    return sdk_model.operation(parts[2], parts[3]) if parts else None


def _cause(operation: Operation, error: ServiceError) -> str:
    ids = f"Request ID: {error.request_id}"
    if error.extended_request_id:
        ids += f", Extended Request ID: {error.extended_request_id}"
    # unrecorded: that a message is null where a HEAD request was answered, which has no body
    message = "null" if error.code.isdigit() else error.message
    return f"{message} (Service: {operation.prefix}, Status Code: {error.status}, {ids}){_ATTEMPTS}"
