"""How a call reaches a service: a stand-in in this process, another endpoint, moto in this process, or AWS.

The ways are tried in this order: the operations that the world itself answers (`local`), unless the user named an
endpoint for that very service or wants AWS; the service's endpoint, or the one for all services; moto; AWS. Without any
of them a call raises NotAnswered. Nothing of boto3 or moto is imported before a call needs it.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property, partial
from threading import Lock
from typing import Any, Final, TypeAlias

from asl.errors import AslError, HostError
from asl.hosts import alarm
from asl.integration import Call, NotAnswered, Settings
from asl_aws import embedded
from asl_aws.service_errors import RoleNotAssumed, SdkClientError, ServiceError

IN_THIS_PROCESS: Final = "in this process"
_CONNECT_SECONDS: Final = 5.0
_GRACE_SECONDS: Final = 1.0
"""So that botocore's own time-outs, which say more, come first."""
_ALL_SERVICES: Final = "*"
_WRITTEN_KEYS: Final = ("env", "shared-credentials-file", "config-file")
_STAND_IN_KEYS: Final = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
_ROLE_SESSION: Final = "aslkit"


@dataclass(frozen=True, slots=True)
class Response:
    """A service's answer: botocore's response without its ResponseMetadata, and what that said.

    `headers` are as received, their names in lower case as botocore gives them.
    """

    data: dict[str, Any]
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    request_id: str = ""


LocalBackend: TypeAlias = Callable[[str, dict[str, Any], Call], Response]
"""Answers an operation ("PutEvents") with its parameters. Raises ServiceError."""


@dataclass(frozen=True, slots=True)
class Local:
    """The part of a service that the world itself answers.

    `operations` says of each such operation who answers it, in words; `options` which ones that needs, if it does.
    """

    respond: LocalBackend
    operations: Mapping[str, str]
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class Clients:
    """Calls of services by botocore's names ("sqs", "stepfunctions"), for all threads of a world."""

    def __init__(self, settings: Settings, local: Mapping[str, Local] | None = None) -> None:
        self._settings = settings
        self._local = dict(local or {})
        self._clients: dict[tuple[str, str], Any] = {}
        self._sessions: dict[str, Any] = {}
        self._lock = Lock()

    @cached_property
    def embedded(self) -> "embedded.Embedded":
        """The stand-ins of `aws="embedded"`, with what is in them."""
        return embedded.Embedded(self._settings)

    def way(self, service: str, operation: str | None = None) -> str:
        """How calls of an operation, or of a service as such, are answered, in words: "" when they are not."""
        if self._is_local(service, operation):
            return IN_THIS_PROCESS if operation is None else self._local[service].operations[operation]
        if endpoint_url := self._endpoint_url(service):
            return endpoint_url
        if self._is_embedded(service):
            return "moto in this process"
        if self._settings.aws == "real":
            profile = os.environ.get("AWS_PROFILE") or os.environ.get("AWS_DEFAULT_PROFILE")
            return f"AWS (profile {profile}, {self._settings.region})" if profile else f"AWS ({self._settings.region})"
        return ""

    def ways(self, service: str, operation: str | None = None) -> tuple[str, ...]:
        """The options that would have calls of an operation, or of a service as such, answered."""
        local = self._local.get(service)
        if local is not None and operation is not None and operation in local.operations:
            return (*local.options.get(operation, ()), f"--endpoint-url {service}=URL", "--aws real")
        stand_in = ("--aws embedded",) if service in embedded.SERVICES else ()
        return (*stand_in, "--endpoint-url URL", "--aws real")

    def call(self, service: str, operation: str, parameters: dict[str, Any], call: Call) -> Response:
        """The response of an operation ("PutEvents") of a service ("events"), for the attempt `call`.

        Raises ServiceError, SdkClientError; NotAnswered without a way, HostError when the client cannot be made.
        """
        if self._is_local(service, operation):
            return self._local[service].respond(operation, parameters, call)
        if not self.way(service, operation):
            what = f"'{operation}' of the service '{service}'" if service in self._local else f"the service '{service}'"
            raise NotAnswered(f"nothing answers {what}", self.ways(service, operation))
        with _errors_of_ours(self._role(service, call)), embedded.during(call):
            client = self._client(service, call)
            if self._endpoint_url(service) is None and self._is_embedded(service):
                return _send(client, operation, parameters)
            return self._in_time(lambda: _send(client, operation, parameters))

    def _in_time(self, send: Callable[[], Response]) -> Response:
        """The response, unless it takes too long to come as a whole; botocore looks at the time of each piece only."""
        # off the main thread, or where somebody else uses the alarm, a response may come in pieces for ever
        seconds = self._settings.call_timeout_seconds
        response = alarm.run(send, seconds + _GRACE_SECONDS) if alarm.install() else send()
        if response is None:
            raise SdkClientError(f"Unable to execute HTTP request: no whole response within {seconds:g} s")
        return response

    def close(self) -> None:
        with self._lock:
            for client in self._clients.values():
                client.close()
            self._clients.clear()
            self._sessions.clear()
        if "embedded" in self.__dict__:
            self.embedded.close()

    def _is_local(self, service: str, operation: str | None) -> bool:
        settings, local = self._settings, self._local.get(service)
        if local is None or service in settings.endpoint_urls or settings.aws == "real":
            return False
        return operation is None or operation in local.operations

    def _is_embedded(self, service: str) -> bool:
        return self._settings.aws == "embedded" and service in embedded.SERVICES

    def _endpoint_url(self, service: str) -> str | None:
        return self._settings.endpoint_urls.get(service, self._settings.endpoint_urls.get(_ALL_SERVICES))

    def _client(self, service: str, call: Call) -> Any:
        with self._lock:
            key = service, self._role(service, call)
            if key not in self._clients:
                self._clients[key] = self._make(*key)
            return self._clients[key]

    def _role(self, service: str, call: Call) -> str:
        """The role to assume for a call, "" for none: only AWS itself is asked under a task's credentials."""
        if self._settings.aws != "real" or self._endpoint_url(service) or not isinstance(call.credentials, dict):
            return ""
        role = call.credentials.get("RoleArn")
        return role if isinstance(role, str) else ""

    def _make(self, service: str, role: str) -> Any:
        from botocore.config import Config

        config = {
            "connect_timeout": min(_CONNECT_SECONDS, self._settings.call_timeout_seconds),
            "read_timeout": self._settings.call_timeout_seconds,
            "retries": {"total_max_attempts": 1},  # retrying is the state machine's business
            "parameter_validation": False,  # what is missing is for the service to find
            "response_checksum_validation": "when_required",  # recorded: S3 is not asked for checksums of what is read
        }
        endpoint_url = self._endpoint_url(service)
        if endpoint_url is None and self._is_embedded(service):
            return self.embedded.client(service, **config)
        if endpoint_url is not None:
            config["inject_host_prefix"] = False  # the host of a stand-in has no other names, such as sync-localhost
        try:
            return self._session(role).client(service, endpoint_url=endpoint_url, config=Config(**config))
        except ValueError as error:
            raise HostError(f"the endpoint '{endpoint_url}' cannot be used: {error}") from error

    def _session(self, role: str) -> Any:
        if role not in self._sessions:
            self._sessions[role] = self._assuming(role) if role else self._own_session()
        return self._sessions[role]

    def _own_session(self) -> Any:
        """A session with the user's credentials; for a stand-in for AWS, with keys that can be had without network."""
        import botocore.session
        from boto3.session import Session

        region = self._settings.region
        if self._settings.aws == "real":
            return Session(region_name=region)
        core = botocore.session.Session()
        resolver = core.get_component("credential_provider")
        for provider in list(resolver.providers):
            if provider.METHOD not in _WRITTEN_KEYS:
                resolver.remove(provider.METHOD)
        session = Session(region_name=region, botocore_session=core)
        if session.get_credentials() is None:  # a stand-in needs a signature, not a true one
            return Session(region_name=region, **_STAND_IN_KEYS)
        return session

    def _assuming(self, role: str) -> Any:
        """A session with the credentials of a role, which are asked for when needed, and anew before they expire."""
        import botocore.session
        from boto3.session import Session
        from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials
        from botocore.exceptions import NoCredentialsError

        own = self._session("")
        credentials = own.get_credentials()
        if credentials is None:
            raise NoCredentialsError
        fetcher = AssumeRoleCredentialFetcher(
            client_creator=partial(own.client, endpoint_url=self._endpoint_url("sts")),
            source_credentials=credentials,
            role_arn=role,
            extra_args={"RoleSessionName": _ROLE_SESSION},
        )
        core = botocore.session.Session()
        core._credentials = DeferredRefreshableCredentials(fetcher.fetch_credentials, method="assume-role")
        return Session(region_name=self._settings.region, botocore_session=core)


def _send(client: Any, operation: str, parameters: dict[str, Any]) -> Response:
    from botocore import xform_name
    from botocore.exceptions import BotoCoreError, ClientError

    _check_address(client.meta.service_model.operation_model(operation), parameters)
    try:
        answer: dict[str, Any] = getattr(client, xform_name(operation))(**parameters)
        answer = {name: each.read() if hasattr(each, "read") else each for name, each in answer.items()}
    except (AslError, BotoCoreError, ClientError):
        raise
    except Exception as error:  # a body that is no response breaks botocore in many ways
        raise SdkClientError(f"Unable to unmarshall response: {error!r}") from error
    metadata = answer.pop("ResponseMetadata", {})
    return Response(
        answer,
        int(metadata.get("HTTPStatusCode", 200)),
        metadata.get("HTTPHeaders", {}),
        str(metadata.get("RequestId", "")),
    )


def _check_address(model: Any, parameters: Mapping[str, Any]) -> None:
    """A request whose address lacks a part cannot be sent."""
    for name, shape in (model.input_shape.members if model.input_shape else {}).items():
        if shape.serialization.get("location") == "uri" and parameters.get(name) in (None, ""):
            raise SdkClientError(f"Parameter '{name}' must not be null or empty")  # unrecorded: text


@contextmanager
def _errors_of_ours(role: str) -> Iterator[None]:
    """Has exceptions of botocore come as ServiceError and SdkClientError. `role` is the one that may be assumed."""
    from botocore.exceptions import (
        BotoCoreError,
        ClientError,
        NoCredentialsError,
        ParamValidationError,
        PartialCredentialsError,
    )

    try:
        yield
    except ClientError as error:
        if role and error.operation_name == "AssumeRole":
            raise RoleNotAssumed(role, str(error)) from error
        raise _service_error(error.response) from error
    except (NoCredentialsError, PartialCredentialsError) as error:
        raise SdkClientError(f"Unable to load AWS credentials: {error}") from error
    except ParamValidationError as error:
        raise SdkClientError(str(error)) from error
    except BotoCoreError as error:
        raise SdkClientError(f"Unable to execute HTTP request: {error}") from error


def _service_error(answer: Mapping[str, Any]) -> ServiceError:
    details, metadata = answer.get("Error", {}), answer.get("ResponseMetadata", {})
    return ServiceError(
        str(details.get("Code", "Unknown")),
        str(details.get("Message", "")),
        int(metadata.get("HTTPStatusCode", 400)),
        str(metadata.get("RequestId", "null")),
        metadata.get("HostId") or metadata.get("HTTPHeaders", {}).get("x-amz-id-2"),
        details.get("QueryErrorCode"),
    )
