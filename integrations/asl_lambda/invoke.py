"""The integration: tasks whose resource is a function's ARN, and `arn:aws:states:::lambda:invoke`.

Source: Developer Guide, "Invoke a Lambda function with Step Functions"; recordings of 2023 to 2025. A payload crosses
into the handler and its result back as JSON text, so a handler can neither change a state's data nor return what is no
JSON. Each call runs on a kept thread and ends after `settings.call_timeout_seconds` of wall-clock time. A function
without a handler is called through boto3, if the settings let calls leave.
"""

import json
import re
from base64 import b64decode
from collections.abc import Callable
from inspect import iscoroutinefunction
from shlex import quote
from types import SimpleNamespace
from typing import Any, Final, NoReturn

from asl_aws import job_shapes, parameters
from asl_aws.lambda_invoke import LAMBDA, RemoteFunctions
from asl_aws.lambda_invoke import WAYS as REMOTE_WAYS
from asl_aws.service_errors import ServiceError, failure

from asl.findings import did_you_mean
from asl.hosts import alarm
from asl.integration import Answer, Call, Description, Failure, Handler, NotAnswered, Output, Settings
from asl.json_text import dumps
from asl.values import JSON
from asl_lambda import response
from asl_lambda.functions import FunctionName, Functions, is_function_arn, parse_function_name
from asl_lambda.runtime import Context, Raised, Returned, run_handler, timed_out
from asl_lambda.workers import Workers

_invoke: Final = parameters.resource("lambda", "invoke")
# unrecorded: that these are all; the guide lists them without LogType, which is recorded as taken
_parameters: Final = parameters.structure(
    {
        "ClientContext": parameters.anything,
        "FunctionName": parameters.text,
        "InvocationType": parameters.text,
        "LogType": parameters.text,
        "Payload": parameters.text_or_json,
        "Qualifier": parameters.text,
    },
    required=("FunctionName",),
)
_CHOICES: Final = {"InvocationType": ("Event", "RequestResponse", "DryRun"), "LogType": ("None", "Tail")}


class Lambda:
    """Answers Lambda tasks with the handlers of `settings.functions`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._functions = Functions(settings.functions)
        self._remote = RemoteFunctions(settings)
        self._workers: Workers[Returned | Raised] = Workers()
        self._awaiting: Workers[tuple[Any, BaseException | None]] = Workers()

    def describe(self, resource: str) -> Description | None:
        if _invoke.fullmatch(resource):
            return Description(
                resource=resource.removesuffix(".waitForTaskToken"),
                patterns=("request_response", "wait_for_task_token"),
                parameters=("ClientContext", "FunctionName", "InvocationType", "LogType", "Payload", "Qualifier"),
                answered_by=self._who(),
                answer="ExecutedVersion, Payload, SdkHttpMetadata, SdkResponseMetadata, StatusCode",
                errors=LAMBDA.errors,
                ways=_ways("NAME"),
            )
        handler = self._by_resource(resource, self._settings.region, self._settings.account)
        if handler is None:
            return self._described_elsewhere(resource)
        module, name = getattr(handler, "__module__", "?"), getattr(handler, "__qualname__", repr(handler))
        return Description(resource, ("request_response",), (), f"{module}:{name}", "what the function returns")

    def _who(self) -> str:
        """Who answers `lambda:invoke`, local functions first."""
        local = "local functions" if self._functions.names else ""
        return ", ".join(filter(None, (local, self._remote.way)))

    def _described_elsewhere(self, resource: str) -> Description | None:
        if not is_function_arn(resource):
            return None
        return Description(
            resource,
            ("request_response",),
            answered_by=self._remote.way,
            answer="what the function returns",
            errors=LAMBDA.errors,
            ways=_ways(parse_function_name(resource).name),
        )

    def check(self, resource: str, arguments: JSON) -> list[str]:
        return _parameters("Parameters", arguments) if _invoke.fullmatch(resource) else []

    def result_problem(self, resource: str, result: JSON, complete: bool) -> str | None:
        """Of `lambda:invoke`; a task whose resource is the function may give anything."""
        if not _invoke.fullmatch(resource):
            return None
        return job_shapes.operation("lambda", "Invoke").result_problem(result, complete)

    def perform(self, call: Call) -> Answer:
        if _invoke.fullmatch(call.resource):
            return self._invoke(call)
        handler = self._by_resource(call.resource, call.region, call.account)
        if handler is None:
            return self._remote.run(call) if self._remote.way else self._not_answered(call.resource, call)
        function = parse_function_name(call.resource)
        match self._run(handler, function, dumps(call.arguments), None, response.request_id(call.seed), call):
            case Raised(error, cause):
                return Failure(error, cause)
            case Returned(payload):
                return Output(json.loads(payload))

    def cancel(self, call: Call) -> None:
        for workers in (self._workers, self._awaiting):
            workers.give_up((call.execution_arn, call.ref))

    def close(self) -> None:
        self._workers.close()
        self._awaiting.close()
        self._remote.close()

    def _by_resource(self, resource: str, region: str, account: str) -> Handler | None:
        if is_function_arn(resource):
            return self._functions.find(resource, region, account)
        return self._settings.functions.get(resource)  # a placeholder that nobody filled in

    # -- lambda:invoke ---------------------------------------------------------------------------------------------

    def _invoke(self, call: Call) -> Answer:
        arguments = call.arguments
        name = arguments["FunctionName"]
        if arguments.get("Qualifier"):
            name = f"{name}:{arguments['Qualifier']}"
        handler = self._functions.find(name, call.region, call.account)
        if handler is None:
            return self._remote.invoke(call) if self._remote.way else self._not_answered(name, call)
        kind = arguments.get("InvocationType") or "RequestResponse"
        request = response.request_id(call.seed)
        try:
            _check_choices(arguments, request)
            payload = _payload(arguments.get("Payload"), request)
            client_context = _client_context(arguments.get("ClientContext"), request)
        except ServiceError as error:
            return failure(LAMBDA, error)
        if kind == "DryRun":
            return Output(response.asynchronous(response.STATUS_CODES[kind], request, call.at))
        function = parse_function_name(name)
        outcome = self._run(handler, function, payload, client_context, request, call)
        if kind == "Event":
            # differs-from-aws: a function invoked as an event runs before the task goes on, and is not tried again
            if isinstance(outcome, Raised):
                self._settings.warn(f"the function '{name}', invoked as an event, failed: {outcome.cause}")
            return Output(response.asynchronous(response.STATUS_CODES[kind], request, call.at))
        if isinstance(outcome, Raised):
            # recorded: compact here, and as Lambda wrote it where the resource is the function
            return Failure(outcome.error, dumps(json.loads(outcome.cause)))
        text = outcome.payload
        length = len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
        with_log = arguments.get("LogType") == "Tail"
        return Output(response.synchronous(json.loads(text), length, function.version, request, call.at, with_log))

    def _run(
        self, handler: Handler, function: FunctionName, payload: str, client_context: Any, request: str, call: Call
    ) -> Returned | Raised:
        arn = function.arn(call.region, call.account)
        seconds = self._settings.call_timeout_seconds
        context = Context(
            function.name,
            function.version,
            f"{arn}:{function.qualifier}" if function.qualifier else arn,
            request,
            call.at,
            client_context,
            seconds,
        )
        key = (call.execution_arn, call.ref)
        if alarm.install() and not iscoroutinefunction(handler):

            def on_a_worker(awaitable: Any) -> Any:
                return self._awaited(key, awaitable, seconds)

            outcome = alarm.run(lambda: run_handler(handler, payload, context, on_a_worker), seconds)
        else:
            outcome = self._workers.run(key, lambda complete: run_handler(handler, payload, context, complete), seconds)
        return timed_out(seconds, request) if outcome is None else outcome

    def _awaited(self, key: tuple[str, str], awaitable: Any, seconds: float) -> Any:
        """What an awaitable that a handler gave back comes to; a thread with a loop of its own awaits it."""

        def work(complete: Callable[[Any], Any]) -> tuple[Any, BaseException | None]:
            try:
                return complete(awaitable), None
            except BaseException as error:
                return None, error

        outcome = self._awaiting.run(key, work, seconds)
        if outcome is None:
            raise alarm.CallTimedOut
        result, error = outcome
        if error is not None:
            raise error
        return result

    def _not_answered(self, name: str, call: Call) -> NoReturn:
        hint = did_you_mean(name, self._functions.names)
        reason = f"no handler answers for the Lambda function '{name}' of state '{call.state_name}'"
        local, *elsewhere = _ways(quote(parse_function_name(name).name))
        ways = [f"a local function: {local}", *elsewhere]
        unfilled = re.search(r"\$\{([^}]*)\}", name)
        if unfilled:
            ways.insert(0, f"a value for the placeholder: --define {quote(unfilled[1])}=value")
        raise NotAnswered(f"{reason}; {hint}" if hint else reason, ways)


def _ways(name: str) -> tuple[str, ...]:
    """The options that have a function of that name answered."""
    return f"--lambda {name}=package.module:function", *REMOTE_WAYS


def _check_choices(arguments: dict[str, JSON], request: str) -> None:
    for field, choices in _CHOICES.items():
        value = arguments.get(field)
        if value is not None and value not in choices:
            # unrecorded: text as the validator of AWS's services words it
            text = (
                f"1 validation error detected: Value '{value}' at '{field[0].lower()}{field[1:]}' failed to satisfy "
                f"constraint: Member must satisfy enum value set: [{', '.join(choices)}]"
            )
            raise ServiceError("ValidationException", text, 400, request)


def _payload(value: JSON, request: str) -> str:
    """The request's body: a text is sent as it stands and must be JSON itself (recorded), null is sent as `{}`."""
    if value is None:
        return "{}"
    if not isinstance(value, str):
        return dumps(value)
    try:
        json.loads(value)
    except (ValueError, RecursionError):
        # unrecorded: the opening and the code are from users' reports; the rest of the text depends on the value
        token = re.split(r"\W", value, maxsplit=1)[0] or value[:1]
        text = (
            "Could not parse request body into json: Could not parse payload into json: Unrecognized token "
            f"'{token}': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
        )
        raise ServiceError("InvalidRequestContentException", text, 400, request) from None
    return value


def _client_context(value: JSON, request: str) -> Any:
    """The context object's `client_context`: from base64 of JSON text, or from the object itself."""
    if value is None:
        return None
    try:
        document = value if isinstance(value, dict) else json.loads(b64decode(value, validate=True))
        return SimpleNamespace(custom=document.get("custom"), env=document.get("env"), client=document.get("client"))
    except (ValueError, TypeError, AttributeError):
        # unrecorded: text from users' reports
        text = "Client context must be a valid Base64-encoded JSON object."
        raise ServiceError("InvalidRequestContentException", text, 400, request) from None
