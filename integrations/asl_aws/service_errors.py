"""What a service or its SDK answers instead of a result, and the names that Step Functions gives to it."""

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Final

from asl.integration import Call, Failure

SDK_CLIENT_EXCEPTION: Final = "SdkClientException"


@dataclass(frozen=True, slots=True)
class Service:
    """How a service's errors are named and worded.

    `prefix` stands before the dot of an error's name, `name` in its cause. `unmodeled` is the name for an error that is
    not among `modeled`, the errors of the operation in the API's model. `codes` are the error codes that differ from
    the name of their error in the model.
    """

    prefix: str
    name: str
    unmodeled: str
    modeled: frozenset[str] = frozenset()
    codes: Mapping[str, str] = field(default_factory=dict)

    @property
    def errors(self) -> tuple[str, ...]:
        """The names of all errors that a task can fail with."""
        return _error_names(self.prefix, self.unmodeled, self.modeled)


@cache
def _error_names(prefix: str, unmodeled: str, modeled: frozenset[str]) -> tuple[str, ...]:
    names = sorted({*map(_exception, modeled), unmodeled, SDK_CLIENT_EXCEPTION})
    return tuple(f"{prefix}.{name}" for name in names)


class ServiceError(Exception):
    """The service answered with an error: its code, its message, the HTTP status, the id of the request.

    `extended_request_id` is the second id that some services give ("x-amz-id-2" of S3). `shape` is the error's name in
    the API's model where it came with one beside the code, as errors of SQS do.
    """

    def __init__(
        self,
        code: str,
        message: str,
        status: int,
        request_id: str,
        extended_request_id: str | None = None,
        shape: str | None = None,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.request_id = request_id
        self.extended_request_id = extended_request_id
        self.shape = shape


class SdkClientError(Exception):
    """The service was not reached, or was not asked: no connection, no credentials, a request that is no request."""


class RoleNotAssumed(SdkClientError):
    """The role of a task's Credentials could not be assumed."""

    def __init__(self, role: str, reason: str) -> None:
        # differs-from-aws: there the role of the execution is named, which is not known here, and no reason
        super().__init__(
            f"The role of the execution is not authorized to assume the task state's role, {role}. {reason}"
        )


def failure(service: Service, error: ServiceError | SdkClientError) -> Failure:
    """The error as the failure of a task, named and worded as recorded for the older optimized integrations."""
    if isinstance(error, SdkClientError):
        return not_reached(service.prefix, error)
    modeled = service.codes.get(error.code, error.code)
    name = _exception(modeled if modeled in service.modeled else service.unmodeled)
    cause = (
        f"{error.message} (Service: {service.name}; Status Code: {error.status}; Error Code: {error.code}; "
        f"Request ID: {error.request_id}; Proxy: null)"
    )
    return Failure(f"{service.prefix}.{name}", cause)


def not_reached(prefix: str, error: SdkClientError) -> Failure:
    """The failure of a task whose service, with that prefix of errors, was not asked."""
    if isinstance(error, RoleNotAssumed):
        return Failure("States.TaskFailed", str(error))
    return Failure(f"{prefix}.{SDK_CLIENT_EXCEPTION}", str(error))


def not_started(call: Call, failed: Failure) -> Failure:
    """The failure of a task's start call. Recorded by users for `batch:submitJob.sync`: it is a TaskSubmitFailed."""
    # unrecorded: that of tasks with a token, taken for a TaskFailed
    return replace(failed, phase="submit") if call.pattern in ("sync", "sync:2") else failed


def request_id(seed: str) -> str:
    """The id of a request that is answered in this process."""
    return str(uuid.UUID(bytes=hashlib.sha256(f"{seed}/request".encode()).digest()[:16], version=4))


def _exception(name: str) -> str:
    return name if name.endswith("Exception") else f"{name}Exception"
