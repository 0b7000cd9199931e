"""Optimized integrations of which each action is one call of one operation: SQS, SNS, DynamoDB.

What differs between them is in their own files: parameters, how the request is made of them, headers, errors.
"""

import zlib
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from uuid import UUID

from asl.integration import Answer, Call, Description, Output, Pattern
from asl.json_text import dumps
from asl.values import JSON
from asl_aws import job_shapes, parameters
from asl_aws.clients import Clients, Response
from asl_aws.sdk_metadata import http_date, metadata, request_id, shown_headers
from asl_aws.service_errors import SdkClientError, Service, ServiceError, failure

Request: TypeAlias = Callable[[Call], dict[str, Any]]
Body: TypeAlias = Callable[[dict[str, JSON]], str]


@dataclass(frozen=True, slots=True)
class Action:
    """What a resource asks for.

    `request` makes the operation's parameters of a call's arguments, and may raise ServiceError or SdkClientError for
    what the service or the SDK would refuse. `nullable` are required fields that may be null as far as the check of the
    parameters goes: the service itself refuses them.
    """

    operation: str
    fields: Mapping[str, parameters.Check]
    required: tuple[str, ...]
    nullable: tuple[str, ...]
    request: Request
    answer: str

    def problems(self, arguments: JSON) -> list[str]:
        return parameters.structure(self.fields, self.required, self.nullable)("Parameters", arguments)


@dataclass(frozen=True, slots=True)
class Wire:
    """How a service's responses show: `headers` by their names in lower case, in the order and casing recorded.

    `body` gives the text of a response, for a length and a checksum where a stand-in sends none.
    """

    headers: Mapping[str, str]
    content_type: str
    body: Body = dumps
    uuid_request_ids: bool = True

    @property
    def language(self) -> str:
        return "json" if "json" in self.content_type else "xml"


_FIXED: Final = {"connection": "keep-alive", "server": "Server"}


class OneCall:
    """The integration of a service; `service` is botocore's name, which here is the one in resources too."""

    def __init__(
        self, clients: Clients, service: str, errors: Service, actions: Mapping[str, Action], wire: Wire, callback: bool
    ) -> None:
        self._clients = clients
        self._service = service
        self._errors = errors
        self._actions = actions
        self._wire = wire
        self._patterns: tuple[Pattern, ...] = ("request_response",)
        if callback:
            self._patterns += ("wait_for_task_token",)
        self._resource = parameters.resource(service, *actions, callback=callback)

    def describe(self, resource: str) -> Description | None:
        action = self._action(resource)
        if action is None:
            return None
        return Description(
            resource=resource.removesuffix(".waitForTaskToken"),
            patterns=self._patterns,
            parameters=tuple(action.fields),
            answered_by=self._clients.way(self._service),
            answer=f"{action.answer}, SdkHttpMetadata, SdkResponseMetadata",
            errors=self._errors.errors,
            ways=self._clients.ways(self._service),
        )

    def check(self, resource: str, arguments: JSON) -> list[str]:
        action = self._action(resource)
        assert action is not None, "described"
        return action.problems(arguments)

    def result_problem(self, resource: str, result: JSON, complete: bool) -> str | None:
        action = self._action(resource)
        assert action is not None, "described"
        return job_shapes.operation(self._service, action.operation).result_problem(result, complete)

    def perform(self, call: Call) -> Answer:
        action = self._action(call.resource)
        assert action is not None, "described"
        try:
            response = self._clients.call(self._service, action.operation, action.request(call), call)
            self._check(response)
        except (ServiceError, SdkClientError) as error:
            return failure(self._errors, error)
        return Output(self._shown(response, call))

    def cancel(self, call: Call) -> None:
        """Nothing to give up: a call is over at once."""

    def close(self) -> None:
        """The clients belong to the package."""

    def _action(self, resource: str) -> Action | None:
        found = self._resource.fullmatch(resource)
        return None if found is None else self._actions[found[1]]

    def _check(self, response: Response) -> None:
        """Raises SdkClientError for what is no response of the service: botocore takes any text for an empty one."""
        received = response.headers.get("content-type", "")
        if response.headers and self._wire.language not in received:
            raise SdkClientError(f"Unable to unmarshall response: it is {received or 'of no type'}")

    def _shown(self, response: Response, call: Call) -> dict[str, JSON]:
        """The response with the SDK's metadata, its fields in the order of their names (recorded)."""
        data: dict[str, JSON] = _as_json(response.data)
        request = response.request_id
        if self._wire.uuid_request_ids and not _is_uuid(request):
            request = request_id(call.seed, self._service)
        body = self._wire.body(data).encode("utf-8", "surrogatepass")
        made = {
            "content-length": str(len(body)),
            "content-type": self._wire.content_type,
            "date": http_date(call.at // 1000),
            "x-amz-crc32": str(zlib.crc32(body)),
        }
        received = {name.lower(): value for name, value in response.headers.items()}
        headers = shown_headers({**made, **received, **_FIXED, "x-amzn-requestid": request}, self._wire.headers)
        return dict(sorted({**data, **metadata(headers, response.status, request)}.items()))


def given(arguments: Mapping[str, JSON]) -> dict[str, Any]:
    """The arguments that go out: those that are null do not."""
    return {field: value for field, value in arguments.items() if value is not None}


def json_text(value: JSON) -> str:
    """A field that goes out as text: a text as it is, anything else as its JSON text."""
    return value if isinstance(value, str) else dumps(value)


def refused(code: str, message: str, call: Call, status: int = 400) -> ServiceError:
    """The error of a request that need not be sent to know that it is refused."""
    return ServiceError(code, message, status, request_id(call.seed, code))


def _as_json(value: Any) -> Any:
    """botocore's values as JSON: bytes in base64."""
    if isinstance(value, dict):
        return {name: _as_json(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_as_json(member) for member in value]
    return b64encode(value).decode() if isinstance(value, bytes) else value


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
