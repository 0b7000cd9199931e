"""What a service or its SDK answers instead of a result, and the names that Step Functions gives to it."""

from dataclasses import dataclass

from asl.integration import Failure


@dataclass(frozen=True, slots=True)
class Service:
    """How a service's errors are named and worded.

    `prefix` stands before the dot of an error's name, `name` in its cause. `unmodeled` is the name for an error that is
    not among `modeled`, the errors of the operation in the API's model.
    """

    prefix: str
    name: str
    unmodeled: str
    modeled: frozenset[str] = frozenset()


class ServiceError(Exception):
    """The service answered with an error: its code, its message, the HTTP status, the id of the request."""

    def __init__(self, code: str, message: str, status: int, request_id: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.request_id = request_id


class SdkClientError(Exception):
    """The service was not reached, or was not asked: no connection, no credentials, a request that is no request."""


def failure(service: Service, error: ServiceError | SdkClientError) -> Failure:
    """The error as the failure of a task, named and worded as recorded for the older optimized integrations."""
    if isinstance(error, SdkClientError):
        return Failure(f"{service.prefix}.SdkClientException", str(error))
    name = error.code if error.code in service.modeled else service.unmodeled
    if not name.endswith("Exception"):
        name += "Exception"
    cause = (
        f"{error.message} (Service: {service.name}; Status Code: {error.status}; Error Code: {error.code}; "
        f"Request ID: {error.request_id}; Proxy: null)"
    )
    return Failure(f"{service.prefix}.{name}", cause)
