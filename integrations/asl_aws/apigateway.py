"""`arn:aws:states:::apigateway:invoke`: requests to APIs behind API Gateway, over HTTP.

Source: Developer Guide, "Create API Gateway REST APIs with Step Functions"; recordings of 2024. The request goes to the
API at AWS, or with an endpoint for "apigateway" to a server there: the path is the same, and so is the Host header.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, quote, urlencode, urlsplit

from asl.errors import HostError
from asl.integration import Answer, Call, Description, Failure, Integration, NotAnswered, Output, Settings
from asl.json_text import dumps
from asl.values import JSON
from asl_aws import parameters

if TYPE_CHECKING:
    from asl_aws.http_exchange import HttpRequest, HttpResponse

SERVICE: Final = "apigateway"
METHODS: Final = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS")
AUTH_TYPES: Final = ("NO_AUTH", "IAM_ROLE", "RESOURCE_POLICY")
WAYS: Final = ("--endpoint-url apigateway=URL", "--aws real")
# unrecorded: the guide says "ApiGateway.<Exception>" where there is no HTTP status; this is what other services have
UNREACHED: Final = "ApiGateway.SdkClientException"

_WITH_BODY: Final = ("PATCH", "POST", "PUT")
_LONGEST_RESPONSE: Final = 10 * 1024 * 1024  # bytes, API Gateway's own limit
_UNQUOTED: Final = "/$@:~!&'()*+,;=%"
_FORBIDDEN_PREFIXES: Final = ("x-forwarded", "x-amz")
_FORBIDDEN: Final = frozenset(
    {
        "authorization",
        "connection",
        "content-md5",
        "expect",
        "host",
        "max-forwards",
        "proxy-authenticate",
        "server",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "via",
        "www-authenticate",
    }
)
_resource: Final = parameters.resource(SERVICE, "invoke")


# -- parameters ------------------------------------------------------------------------------------------------------


def _lists_of_values(field: str, value: JSON) -> list[str]:
    """An object of lists; recorded for a header that is a text."""
    good = isinstance(value, dict) and all(
        isinstance(values, list) and all(isinstance(each, str | int | float) for each in values)
        for values in value.values()
    )
    return [] if good else [parameters.invalid_format(field)]


def _headers(field: str, value: JSON) -> list[str]:
    if problems := _lists_of_values(field, value):
        return problems
    forbidden = [name.lower() for name in value if _is_forbidden(name.lower())]
    # unrecorded: the text is from a user's report of a definition that was refused
    return [f"The '{field}' field contains unsupported values: [{', '.join(forbidden)}]"] if forbidden else []


def _is_forbidden(name: str) -> bool:
    return name in _FORBIDDEN or name.startswith(_FORBIDDEN_PREFIXES)


_FIELDS: Final = {
    "AllowNullValues": parameters.boolean,
    "ApiEndpoint": parameters.text,
    "AuthType": parameters.one_of(*AUTH_TYPES),
    "Headers": _headers,
    "Method": parameters.one_of(*METHODS),
    "Path": parameters.text,
    "QueryParameters": _lists_of_values,
    "RequestBody": parameters.text_or_json,
    "Stage": parameters.text,
}
_parameters: Final = parameters.structure(_FIELDS, required=("ApiEndpoint", "Method"))


# -- the integration -------------------------------------------------------------------------------------------------


class Invoke:
    """The integration."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def describe(self, resource: str) -> Description | None:
        if not _resource.fullmatch(resource):
            return None
        return Description(
            resource=resource.removesuffix(".waitForTaskToken"),
            patterns=("request_response", "wait_for_task_token"),
            parameters=tuple(_FIELDS),
            answered_by=self._endpoint_url or ("the API at AWS" if self._settings.aws == "real" else ""),
            answer="Headers, ResponseBody, StatusCode, StatusText",
            errors=("ApiGateway.<HTTP status code>", UNREACHED),
            ways=WAYS,
        )

    def check(self, resource: str, arguments: JSON) -> list[str]:
        return _parameters("Parameters", arguments)

    def perform(self, call: Call) -> Answer:
        if not self._endpoint_url and self._settings.aws != "real":
            raise NotAnswered("nothing answers for APIs behind API Gateway", WAYS)
        from asl_aws.http_exchange import Unreached, exchange  # modules of HTTP and TLS take their time

        arguments = {field: value for field, value in call.arguments.items() if value is not None}
        try:
            request = self._request(arguments, call.state_name)
            if arguments.get("AuthType", "NO_AUTH") != "NO_AUTH":
                request = self._signed(request, call.region)
            return _answer(exchange(request, self._settings.call_timeout_seconds, _LONGEST_RESPONSE))
        except Unreached as reason:
            return Failure(UNREACHED, f"Unable to execute HTTP request: {reason}")

    def cancel(self, call: Call) -> None:
        """Nothing to give up: a request ends by itself in time."""

    def close(self) -> None:
        """Nothing is kept open."""

    @property
    def _endpoint_url(self) -> str:
        urls = self._settings.endpoint_urls
        return urls.get(SERVICE, urls.get("*", ""))

    def _request(self, arguments: dict[str, JSON], state: str) -> "HttpRequest":
        from asl_aws.http_exchange import HttpRequest

        api = _url(arguments["ApiEndpoint"])
        if api is None:
            raise HostError(f"the ApiEndpoint '{arguments['ApiEndpoint']}' of state '{state}' is not a host's name")
        server = api._replace(scheme="https", path="")
        if self._endpoint_url:
            given = _url(self._endpoint_url)
            if given is None or given.scheme not in ("http", "https"):
                raise HostError(f"the endpoint '{self._endpoint_url}' cannot be used: write http://host:port")
            server = given
        parts = [part.strip("/") for part in (server.path, api.path, arguments.get("Stage", ""))]
        parts.append(arguments.get("Path", "").lstrip("/"))
        target = "/" + "/".join(quote(part, safe=_UNQUOTED) for part in parts if part)
        if query := urlencode(list(_pairs(arguments.get("QueryParameters", {})))):
            target += f"?{query}"
        headers = [("Host", api.netloc), *_pairs(arguments.get("Headers", {}))]
        if arguments["Method"] not in _WITH_BODY or "RequestBody" not in arguments:
            return HttpRequest(server, arguments["Method"], target, tuple(headers))
        if not any(name.lower() == "content-type" for name, _ in headers):
            headers.append(("Content-Type", "application/json"))  # unrecorded
        return HttpRequest(server, arguments["Method"], target, tuple(headers), _body(arguments))

    def _signed(self, request: "HttpRequest", region: str) -> "HttpRequest":
        """The request signed with the user's keys, or with made-up ones towards an endpoint: stand-ins take any.

        With RESOURCE_POLICY Step Functions signs as a service.
        """
        # differs-from-aws: with RESOURCE_POLICY too the user signs; the role of a task's credentials is not assumed
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials
        from botocore.session import Session

        from asl_aws.http_exchange import Unreached

        credentials = Credentials("test", "test") if self._endpoint_url else Session().get_credentials()
        if credentials is None:
            raise Unreached("Unable to load AWS credentials")
        host = request.headers[0][1]
        to_sign = AWSRequest(request.method, f"https://{host}{request.target}", data=request.body or b"")
        SigV4Auth(credentials, "execute-api", region).add_auth(to_sign)
        return replace(request, headers=(*request.headers, *to_sign.headers.items()))


def integration(settings: Settings) -> Integration:
    return Invoke(settings)


# -- the request -----------------------------------------------------------------------------------------------------


def _url(endpoint: str) -> SplitResult | None:
    """The parts of an ApiEndpoint, which is a host's name or (with emulators) a URL; None when it is neither."""
    try:
        parts = urlsplit(endpoint if "://" in endpoint else f"//{endpoint}")
        port = parts.port
    except ValueError:
        return None
    return parts if parts.hostname and port != 0 else None


def _pairs(lists: dict[str, JSON]) -> Iterator[tuple[str, str]]:
    for name, values in lists.items():
        for value in values:
            yield name, value if isinstance(value, str) else dumps(value)


def _body(arguments: dict[str, JSON]) -> bytes:
    """The body as JSON text, also of one that is a text (recorded)."""
    content = arguments["RequestBody"]
    text = dumps(content if arguments.get("AllowNullValues") else _without_nulls(content))
    return text.encode("utf-8", "surrogatepass")


def _without_nulls(value: JSON) -> JSON:
    """The value without fields that are null, at any depth (Developer Guide, AllowNullValues)."""
    if isinstance(value, dict):
        return {name: _without_nulls(member) for name, member in value.items() if member is not None}
    return [_without_nulls(member) for member in value] if isinstance(value, list) else value


# -- the response ----------------------------------------------------------------------------------------------------


def _answer(response: "HttpResponse") -> Answer:
    text = response.body.decode("utf-8", "replace")
    if not 200 <= response.status < 300:
        return Failure(f"ApiGateway.{response.status}", text)
    headers = _grouped(response.headers)
    content_type = next((values[0] for name, values in headers.items() if name.lower() == "content-type"), "")
    return Output(
        {
            "Headers": headers,
            "ResponseBody": _parsed(text, content_type),
            "StatusCode": response.status,
            "StatusText": response.reason or _phrase(response.status),
        }
    )


def _grouped(headers: Iterable[tuple[str, str]]) -> dict[str, JSON]:
    """The headers with all their values, in the order of their names, whatever their case (recorded)."""
    grouped: dict[str, list[JSON]] = {}
    for name, value in headers:
        grouped.setdefault(name, []).append(value)
    return {name: grouped[name] for name in sorted(grouped, key=str.lower)}


def _parsed(text: str, content_type: str) -> JSON:
    # unrecorded: what becomes of a body that is not said to be JSON, or is said to be but is not: it stays text here
    if content_type and "json" not in content_type.lower():
        return text
    try:
        return json.loads(text, parse_constant=_no_json)
    except (ValueError, RecursionError):
        return text


def _no_json(name: str) -> JSON:
    raise ValueError(f"{name} is not JSON")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
