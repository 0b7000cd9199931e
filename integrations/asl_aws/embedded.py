"""Stand-ins for AWS services in this process: moto, for the clients of one world only.

moto's own switch, `mock_aws()`, reroutes every boto3 client of the process and empties everything that moto holds. Here
it stays off: our clients hand their requests over one by one, and while moto answers one, what this world has stored
stands where moto keeps its state. So worlds share no queues and tables, a `mock_aws` of the user and ours do not see
each other, and calls of other clients go where they always went. (With `mock_aws` on and aws="real" our calls reach
the user's mocks like those of any other client.)

moto's clock shows the time of the world while it answers, and its random ids come from the seed of the call.
"""

import os
import re
import sys
import weakref
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import cached_property, partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from threading import RLock
from time import time as wall_time
from types import SimpleNamespace
from typing import Any, Final, TypeAlias

from asl.errors import HostError, InputError
from asl.integration import Call, NotAnswered, Settings
from asl.values import JSON
from asl_aws import moto_gaps, resources, sdk_model

SERVICES: Final = frozenset(
    {
        "acm",
        "athena",
        "autoscaling",
        "cloudwatch",
        "codebuild",
        "comprehend",
        "dynamodb",
        "ec2",
        "ecr",
        "ecs",
        "efs",
        "glue",
        "iam",
        "kinesis",
        "kms",
        "logs",
        "organizations",
        "rds",
        "redshift-data",
        "route53",
        "s3",
        "s3control",
        "scheduler",
        "secretsmanager",
        "ses",
        "sesv2",
        "sns",
        "sqs",
        "ssm",
        "sts",
        "transcribe",
    }
)
"""What moto answers without Docker and well enough. events and stepfunctions are answered by the world itself."""

_BEYOND_MOTO: Final = ("--endpoint-url URL", "--aws real")
_CLOCKS: Final = (
    ("core.utils", "datetime"),
    ("athena.models", "datetime"),
    ("athena.models", "time"),
    ("s3.models", "datetime"),
    ("secretsmanager.models", "time"),
)
"""Where moto's modules read the time; most ask `core.utils`."""

_NO_MOTO: Final = "--aws embedded needs moto (pip install 'aslkit[embedded]')"
_NO_REGION: Final = "aws"
_FORBIDDEN_PROTOCOLS: Final = ("http", "https")

Handler: TypeAlias = Callable[..., tuple[int, Mapping[str, str], str | bytes]]


class Embedded:
    """The stand-ins of one world and all that is stored in them. Safe to use from several threads.

    `options["resources"]` describes what is stored at the start (see `asl_aws.resources`), with files looked for in
    `options["resources_folder"]`; it is there before the first call is answered. `at` is the time, in milliseconds,
    for clients that are used outside of tasks: at first that of `open`, else the wall clock's (None), then that of the
    last task. Raises InputError, and HostError without moto.
    """

    def __init__(self, settings: Settings) -> None:
        if find_spec("moto") is None:
            raise HostError(_NO_MOTO)
        self.at: int | None = None
        self._settings = settings
        self._folder = Path(settings.options.get("resources_folder", "."))
        self._lock = RLock()
        self._holdings = _Holdings()
        self._routes: dict[str, list[tuple[re.Pattern[str], Handler]]] = {}
        self._requests: Counter[str] = Counter()
        self._to_do = self._calls(settings.options.get("resources", {}))
        weakref.finalize(self, self._holdings.drop)

    def open(self, at: int) -> None:
        """Stores at once what is to be there at the start, at that time. Raises InputError for what cannot be made."""
        self.at = at
        self._fill()

    def client(self, service: str, **config: Any) -> Any:
        """A boto3 client all of whose requests are answered here. `config` are options of botocore's Config."""
        self._fill()
        return self._client(service, **config)

    def seed(self, document: JSON) -> None:
        """Adds what the document describes. Raises InputError."""
        self._fill()
        self._to_do = self._calls(document)
        self._fill()

    def dump(self) -> dict[str, JSON]:
        """What is stored now, as a document that `seed` takes. Messages are all those that were not deleted.

        Those of a topic are all that were published there.
        """
        self._fill()
        with ExitStack() as clients:
            return resources.document_of(
                lambda service: clients.enter_context(closing(self._client(service))),
                self._messages,
                self._publications,
            )

    def close(self) -> None:
        """Forgets all that is stored."""
        self._holdings.drop()

    def _calls(self, document: JSON) -> list[resources.ApiCall]:
        return resources.calls(document, self._folder, self._settings.region, self._settings.account)

    def _fill(self) -> None:
        """Stores what is to be there and is not yet."""
        with self._lock, ExitStack() as stack:
            to_do, self._to_do = self._to_do, []
            clients: dict[str, Any] = {}
            for each in to_do:
                if each.service not in clients:
                    clients[each.service] = stack.enter_context(closing(self._client(each.service)))
                _perform(clients[each.service], each)

    def _client(self, service: str, **config: Any) -> Any:
        from botocore.config import Config

        options = {"ignore_configured_endpoint_urls": True, "retries": {"total_max_attempts": 1}, **config}
        with self._lock:
            client = self._session.client(service, config=Config(**options))
        events = client.meta.events
        events.unregister("before-send", _moto("core.models").botocore_stubber)  # that of the user's mock_aws
        events.register_first("before-send", partial(self._answer, service))
        events.register("provide-client-params.sqs.ReceiveMessage", _without_waiting)
        events.register("provide-client-params.sns.Subscribe", _without_network)
        moto_gaps.register(events, _seed, unchecked=not options.get("parameter_validation", True))
        return client

    def _messages(self, queue: str) -> list[str]:
        with self._holdings.in_place():
            queues = _moto("sqs.models").sqs_backends[self._settings.account][self._settings.region].queues
            return [message.body for message in queues[queue]._messages]

    def _publications(self, topic: str) -> list[JSON]:
        with self._holdings.in_place():
            topics = _moto("sns.models").sns_backends[self._settings.account][self._settings.region].topics
            return [resources.publication(*sent[1:]) for sent in topics[topic].sent_notifications]

    @cached_property
    def _session(self) -> Any:
        """A session that reads no file and no profile of the user."""
        import botocore.session
        from boto3.session import Session

        nothing_of_the_user = {
            "profile": (None, None, None, None),
            "config_file": (None, None, os.devnull, None),
            "credentials_file": (None, None, os.devnull, None),
        }
        core = botocore.session.Session(nothing_of_the_user)
        core.register_component("data_loader", sdk_model.loader())  # has read the models already
        return Session(
            aws_access_key_id="test",
            aws_secret_access_key="test",
            region_name=self._settings.region,
            botocore_session=core,
        )

    def _answer(self, service: str, request: Any, **_: Any) -> Any:
        from botocore.awsrequest import AWSResponse

        status, headers, body = self._handled(service, request)
        if service == "s3":
            headers = {**moto_gaps.ids_of_s3(headers, _seed), **headers}
        raw = _moto("core.botocore_stubber").MockRawResponse(body)
        return AWSResponse(request.url, status, headers, raw)

    def _handled(self, service: str, request: Any) -> tuple[int, Mapping[str, str], str | bytes]:
        refused = _moto("core.exceptions").HTTPException
        request.headers["x-moto-account-id"] = self._settings.account
        url, _ = _moto("core.utils").get_equivalent_url_in_aws_domain(request.url)
        address = f"{url.scheme}://{url.netloc}{url.path}"
        normalized = _moto("core.request").normalize_request(request)
        with self._holdings.in_place():
            handler = self._handler(service, address)
            try:
                with self._moment():
                    return handler(normalized, normalized.raw_url, normalized.headers)
            except HostError:
                raise
            except refused as error:
                return error.code or 500, dict(error.get_headers()), error.get_body()
            except NotImplementedError as error:
                reason = str(error) or f"an operation of {service}"
                raise NotAnswered(f"moto does not answer it: {reason}", _BEYOND_MOTO) from error
            except Exception as error:
                raise HostError(f"moto broke at a request for {service}: {error!r}") from error

    def _handler(self, service: str, address: str) -> Handler:
        if service not in self._routes:
            self._routes[service] = _routes(service)
        for pattern, handler in self._routes[service]:
            if pattern.match(address):
                return handler
        raise NotAnswered(f"moto does not answer '{address}'", _BEYOND_MOTO)

    @contextmanager
    def _moment(self) -> Iterator[None]:
        """moto's clock stands at the time of the call, or of the last one, and its ids come from the call's seed."""
        mock_random = _moto("moto_api._internal").mock_random
        call = _call.get()
        if call is not None:
            self.at = call.at
        seed = _seed()
        self._requests[seed] += 1
        randomness = mock_random.getstate()
        mock_random.seed(f"{seed}/{self._requests[seed]}")
        token = _now.set(self.at)
        try:
            with _virtual_clocks():
                yield
        finally:
            _now.reset(token)
            mock_random.setstate(randomness)


@contextmanager
def during(call: Call) -> Iterator[None]:
    """What clients ask within happens at the time of the call."""
    token = _call.set(call)
    try:
        yield
    finally:
        _call.reset(token)


def _perform(client: Any, call: resources.ApiCall) -> None:
    from botocore import xform_name
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        getattr(client, xform_name(call.operation))(**call.parameters)
    except (BotoCoreError, ClientError, HostError) as error:
        raise InputError(f"{call.field} cannot be made: {error}") from error


class _Holdings:
    """What moto stores for one world, put in the place of what it stores for others."""

    def __init__(self) -> None:
        self._mine = _All()

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Within, moto works on what is stored here. Other threads that ask moto wait."""
        with _moto("core.base_backend").backend_lock:
            others = _take_out()
            _put_in(self._mine)
            try:
                yield
            finally:
                self._mine = _take_out()
                _put_in(others)

    def drop(self) -> None:
        if not self._mine.backends:
            return
        with self.in_place():
            _moto("core.base_backend").BackendDict.reset()
        self._mine = _All()


@dataclass(frozen=True, slots=True)
class _Stored:
    """The contents of one of moto's backends, and of the indexes that some keep beside them."""

    backend: Any
    contents: dict[str, Any]
    indexes: dict[str, dict[Any, Any]]


@dataclass(frozen=True, slots=True)
class _All:
    backends: list[_Stored] = field(default_factory=list)
    instances: dict[Any, list[Any]] = field(default_factory=dict)


def _take_out() -> _All:
    """All that moto stores now; it is as after its start."""
    in_use = _moto("core.base_backend").BackendDict._instances
    backends = []
    for backend in in_use:
        indexes = {name: value for name, value in vars(backend).items() if isinstance(value, dict)}
        backends.append(_Stored(backend, dict(backend.items()), indexes))
        backend.clear()
        vars(backend).update({name: {} for name in indexes})
    in_use.clear()
    instances: dict[Any, list[Any]] = {}
    for models in _moto("core.model_instances").model_data.values():
        for model in models.values():
            if model.instances_tracked:
                instances[model] = model.instances_tracked
                model.instances_tracked = []
    return _All(backends, instances)


def _put_in(all_: _All) -> None:
    in_use = _moto("core.base_backend").BackendDict._instances
    for stored in all_.backends:
        stored.backend.update(stored.contents)
        vars(stored.backend).update(stored.indexes)
        in_use.append(stored.backend)
    for model, instances in all_.instances.items():
        model.instances_tracked = instances


def _routes(service: str) -> list[tuple[re.Pattern[str], Handler]]:
    try:
        regions = _moto("backends").get_backend(service)[_moto("core").DEFAULT_ACCOUNT_ID]
    except ModuleNotFoundError as error:
        raise HostError(f"moto needs '{error.name}' for {service}: pip install 'moto[{service}]'") from error
    backend = regions["us-east-1" if "us-east-1" in regions else _NO_REGION]
    return [(re.compile(pattern), handler) for pattern, handler in backend.urls.items()]


def _moto(module: str) -> Any:
    try:
        return import_module(f"moto.{module}")
    except ModuleNotFoundError as error:
        raise HostError(f"{_NO_MOTO}: {error}") from error


def _seed() -> str:
    call = _call.get()
    return call.seed if call is not None else ""


def _without_waiting(params: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Time does not pass inside a call, so a long poll would never end."""
    return {**params, "WaitTimeSeconds": 0}


def _without_network(params: dict[str, Any], **_: Any) -> None:
    if params.get("Protocol") in _FORBIDDEN_PROTOCOLS:
        raise NotAnswered(
            f"a subscription to '{params.get('Endpoint')}' would send messages out of this process", _BEYOND_MOTO
        )


@contextmanager
def _virtual_clocks() -> Iterator[None]:
    """Puts the world's time where moto's modules have the clock. Other threads still read the wall clock there."""
    clocks = []
    for module_name, name in _CLOCKS:
        module = sys.modules.get(f"moto.{module_name}")
        if module is not None:
            clocks.append((module, name, getattr(module, name)))
    for module, name, clock in clocks:
        setattr(module, name, _virtual(clock))
    try:
        yield
    finally:
        for module, name, clock in clocks:
            setattr(module, name, clock)


def _virtual(clock: Any) -> Any:
    if clock is datetime:
        return _VirtualDatetime
    return SimpleNamespace(**{**vars(clock), "datetime": _VirtualDatetime, "time": _virtual_time})


def _virtual_time() -> float:
    at = _now.get()
    return wall_time() if at is None else at / 1000


class _AnyDatetime(type):
    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, datetime)


class _VirtualDatetime(datetime, metaclass=_AnyDatetime):
    """The time that the world has, in threads that answer one of its calls."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Any:
        return datetime.fromtimestamp(_virtual_time(), tz)


_call: Final[ContextVar[Call | None]] = ContextVar("_call", default=None)
_now: Final[ContextVar[int | None]] = ContextVar("_now", default=None)
