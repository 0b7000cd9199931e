"""A request to TestState, read: its JSON texts as values, and what of it excludes what."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias, cast

from asl.errors import InputError, StateError
from asl.hosts.start import execution_input
from asl.json_text import dumps
from asl.limits import NESTING
from asl.recursion import is_deeper
from asl.testing.teststate import parameters
from asl.testing.teststate.errors import ApiError, invalid
from asl.values import ABSENT, JSON, Absent
from asl.wording import limited

Level: TypeAlias = Literal["INFO", "DEBUG", "TRACE"]
Validation: TypeAlias = Literal["STRICT", "PRESENT", "NONE"]

_IN_WORDS: Final = {
    "retrierRetryCount": "RetrierRetryCount",
    "errorCausedByState": "ErrorCausedByState",
    "mapIterationFailureCount": "MapIterationFailureCount",
    "mapItemReaderData": "MapItemReaderData",
}


@dataclass(frozen=True, slots=True)
class Mock:
    """What stands for the work of the state: an error, else a result."""

    result: JSON = None
    error: StateError | None = None
    validation: Validation = "STRICT"


@dataclass(frozen=True, slots=True)
class Configuration:
    """What has happened before the state's work ends. `errors_from` is a state in a Map or Parallel."""

    retries: int = 0
    errors_from: str | None = None
    failed_iterations: int = 0
    items: str | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """A request, as values. `context` is None where it is not given."""

    definition: str
    state_name: str | None = None
    input: JSON = field(default_factory=dict)
    variables: Mapping[str, JSON] = field(default_factory=dict)
    context: JSON = None
    role_arn: str | None = None
    level: Level = "INFO"
    mock: Mock | None = None
    configuration: Configuration = field(default_factory=Configuration)
    written: Mapping[str, str] = field(default_factory=dict)
    """By the compact text of the input and of the mock's result, how they were written."""


def read(given: Mapping[str, Any]) -> Request:
    """The request of these parameters of the API; those that are None count as not given.

    What is JSON text in the API may be given as a value instead, where it is no text. Raises ApiError.
    """
    request = _as_texts({name: value for name, value in given.items() if value is not None})
    parameters.check(request)
    mock = request.get("mock")
    configuration = request.get("stateConfiguration", {})
    if mock is None:
        for name in configuration:
            raise invalid(f"TestState does not support {_IN_WORDS[name]} when a mock is not specified.")
        if "context" in request:
            # unrecorded: the text, which follows those around it
            raise invalid("TestState does not support Context when a mock is not specified.")
    elif request.get("revealSecrets"):
        raise invalid("TestState does not support RevealSecrets when a mock is specified.")
    return Request(
        request["definition"],
        request.get("stateName"),
        _input(request.get("input")),
        _variables(request.get("variables")),
        _context(request.get("context")),
        request.get("roleArn"),
        request.get("inspectionLevel", "INFO"),
        None if mock is None else _mock(mock),
        Configuration(
            configuration.get("retrierRetryCount", 0),
            configuration.get("errorCausedByState"),
            configuration.get("mapIterationFailureCount", 0),
            configuration.get("mapItemReaderData"),
        ),
        _written(request.get("input", "{}"), (mock or {}).get("result")),
    )


def _written(*texts: str | None) -> dict[str, str]:
    return {dumps(_parsed(text)): text for text in texts if text is not None}


def _as_texts(given: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters with JSON values as the texts that the API takes."""
    request = dict(given)
    for holder, names in (
        (request, ("definition", "input", "variables", "context")),
        (request.get("mock"), ("result",)),
        (request.get("stateConfiguration"), ("mapItemReaderData",)),
    ):
        if not isinstance(holder, Mapping):
            continue
        texts = {name: _text(name, holder[name]) for name in names if name in holder}
        if holder is request:
            request.update(texts)
        else:
            request["mock" if "result" in names else "stateConfiguration"] = {**holder, **texts}
    return request


def _text(name: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    try:
        text = json.dumps(value, ensure_ascii=False)
        json.loads(text, parse_constant=_refused)
    except (TypeError, ValueError, RecursionError) as failure:
        raise InputError(f"{name} is not a JSON value: {failure}") from None
    return text


def _refused(constant: str) -> None:
    raise ValueError(f"{constant} is not a JSON number")


def _input(text: str | None) -> JSON:
    if text is None:
        return {}
    try:
        return execution_input(None, text)
    except InputError as problem:
        # unrecorded: the text within the quotes
        message = f"Invalid State Machine Execution Input: '{problem}'"
        raise ApiError("InvalidExecutionInput", message) from None


def _variables(text: str | None) -> Mapping[str, JSON]:
    value = {} if text is None else _parsed(text)
    if not isinstance(value, dict):
        raise invalid("Variables must be a JSON object.")  # unrecorded: the text
    return value


def _context(text: str | None) -> JSON:
    if text is None:
        return None
    value = _parsed(text)
    if not isinstance(value, dict):
        raise invalid("Invalid Context object provided: Context object must be a JSON object")  # unrecorded: the text
    return value


def _mock(given: Mapping[str, Any]) -> Mock:
    validation = cast(Validation, given.get("fieldValidationMode", "STRICT"))
    if ("result" in given) == ("errorOutput" in given):
        # unrecorded: the text, and that one of them must be there
        raise invalid("A test mock should have only one of the following fields: [result, errorOutput].")
    if "errorOutput" in given:
        output = given["errorOutput"]
        return Mock(error=limited(output.get("error"), output.get("cause")), validation=validation)
    result = _parsed(given["result"])
    if result is ABSENT:
        raise invalid("Mocked result must be valid JSON.")  # unrecorded: the text
    return Mock(result, validation=validation)


def _parsed(text: str) -> JSON | Absent:
    """The value of a JSON text; ABSENT for what is none, or is nested too deeply."""
    try:
        value = json.loads(text, parse_constant=_refused, parse_float=_finite)
    except (ValueError, RecursionError):
        return ABSENT
    return ABSENT if is_deeper(value, NESTING) else value


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"the number {text[:20]} is too big")
    return number
