"""The parameters of TestState: which there are, what an AWS SDK refuses of them, and what the service does.

Source: botocore's model of the API. The texts are the SDK's for Python and those that all AWS services share.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from asl.findings import did_you_mean
from asl.testing.teststate.errors import PARAMETERS, ApiError, invalid


@dataclass(frozen=True, slots=True)
class Text:
    """A text of `least` to `most` characters, or one of a few."""

    least: int = 0
    most: int | None = None
    among: tuple[str, ...] = ()
    is_secret: bool = False


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number of at least `least`."""

    least: int = 0


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""


@dataclass(frozen=True, slots=True)
class Fields:
    """An object with some of these fields."""

    members: "Mapping[str, Shape]"
    required: tuple[str, ...] = field(default=())


Shape: TypeAlias = Text | Whole | Flag | Fields

_DATA: Final = Text(most=262_144, is_secret=True)
_STATE_NAME: Final = Text(1, 80, is_secret=True)
REQUEST: Final = Fields(
    {
        "definition": Text(1, 1_048_576, is_secret=True),
        "roleArn": Text(1, 256),
        "input": _DATA,
        "inspectionLevel": Text(among=("INFO", "DEBUG", "TRACE")),
        "revealSecrets": Flag(),
        "variables": _DATA,
        "stateName": _STATE_NAME,
        "mock": Fields(
            {
                "result": _DATA,
                "errorOutput": Fields(
                    {"error": Text(most=256, is_secret=True), "cause": Text(most=32_768, is_secret=True)}
                ),
                "fieldValidationMode": Text(among=("STRICT", "PRESENT", "NONE")),
            }
        ),
        "context": _DATA,
        "stateConfiguration": Fields(
            {
                "retrierRetryCount": Whole(),
                "errorCausedByState": _STATE_NAME,
                "mapIterationFailureCount": Whole(),
                "mapItemReaderData": _DATA,
            }
        ),
    },
    required=("definition",),
)
"""The parameters of the API, in its order."""


def check(request: Mapping[str, Any]) -> None:
    """Raises ApiError for parameters that an SDK would not send, or that the service would not look at."""
    if problems := list(_unsendable(REQUEST, request, "")):
        raise ApiError(PARAMETERS, "\n".join(problems))
    if refused := list(_refused(REQUEST, request, "")):
        # unrecorded: the service's own checks of lengths and enumerations; their texts are those of other services
        count = f"{len(refused)} validation error{'s' if len(refused) > 1 else ''} detected: "
        raise invalid(count + "; ".join(refused))


def _unsendable(shape: Shape, value: Any, name: str) -> Iterator[str]:
    match shape:
        case Fields(members, required):
            if not isinstance(value, dict):
                yield _wrong_type(name, value, dict)
                return
            where = name or "input"
            for missing in required:
                if missing not in value:
                    yield f'Missing required parameter in {where}: "{missing}"'
            for key, member in value.items():
                if key in members:
                    yield from _unsendable(members[key], member, f"{name}.{key}" if name else key)
                else:
                    hint = did_you_mean(key, members)
                    known = ", ".join(members)
                    text = f'Unknown parameter in {where}: "{key}", must be one of: {known}'
                    yield f"{text} ({hint})" if hint else text
        case Text():
            if not isinstance(value, str):
                yield _wrong_type(name, value, str)
            elif len(value) < shape.least:
                yield f"Invalid length for parameter {name}, value: {len(value)}, valid min length: {shape.least}"
        case Whole():
            if not isinstance(value, int) or isinstance(value, bool):
                yield _wrong_type(name, value, int)
            elif value < shape.least:
                yield f"Invalid value for parameter {name}, value: {value}, valid min value: {shape.least}"
        case Flag():
            if not isinstance(value, bool):
                yield _wrong_type(name, value, bool)


def _wrong_type(name: str, value: Any, expected: type) -> str:
    return f"Invalid type for parameter {name}, value: {value}, type: {type(value)}, valid types: {expected}"


def _refused(shape: Shape, value: Any, name: str) -> Iterator[str]:
    match shape:
        case Fields(members):
            for key, member in value.items():
                yield from _refused(members[key], member, f"{name}.{key}" if name else key)
        case Text():
            what = f"Value at '{name}'" if shape.is_secret else f"Value '{value}' at '{name}'"
            if shape.among and value not in shape.among:
                wanted = f"Member must satisfy enum value set: [{', '.join(shape.among)}]"
                yield f"{what} failed to satisfy constraint: {wanted}"
            elif shape.most is not None and len(value.encode("utf-8", "surrogatepass")) > shape.most:
                wanted = f"Member must have length less than or equal to {shape.most}"
                yield f"{what} failed to satisfy constraint: {wanted}"
