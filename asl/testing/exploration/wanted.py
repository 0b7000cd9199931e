"""Notes in shapes what a definition wants of values. Of values that it makes itself nothing can be wanted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from asl import timestamps
from asl.testing.exploration.shapes import OPAQUE, Either, Kind, Shape, Value, either
from asl.values import JSON


def may_be_empty(value: Value) -> None:
    """Notes that the definition asks whether an array has elements."""
    match value:
        case Shape():
            value.items()
            value.may_be_empty = True
        case Either(values):
            for each in values:
                may_be_empty(each)


def only_one(value: Value) -> None:
    """Notes that of the elements of an array just one is looked for: of several that are made, all would be alike."""
    match value:
        case Shape():
            value.items(1)
            value.is_single = True
        case Either(values):
            for each in values:
                only_one(each)


def want(value: Value, kind: Kind) -> None:
    """Notes that a value is used as one of that type."""
    match value:
        case Shape():
            value.kinds.add(kind)
        case Either(values):
            for each in values:
                want(each, kind)


def compare(value: Value, constant: JSON, *, is_open: bool, ordered: bool = False) -> None:
    """Notes that a value is compared with a constant, and with `ordered` that its neighbours matter too.

    `is_open`: what follows when it differs from all constants is provided for.
    """
    match value:
        case Shape():
            for each in (constant, *(neighbours(constant) if ordered else ())):
                if not any(type(known) is type(each) and known == each for known in value.constants):
                    value.constants.append(each)
            value.is_open = value.is_open or (is_open and not ordered)
        case Either(values):
            for each in values:
                compare(each, constant, is_open=is_open, ordered=ordered)


def vary(value: Value) -> None:
    """Notes that a value is compared with one that the definition does not write out either."""
    match value:
        case Shape():
            value.varies = True
        case Either(values):
            for each in values:
                vary(each)


def neighbours(constant: JSON) -> tuple[JSON, ...]:
    """What comes just before and just after a number or a timestamp."""
    if type(constant) in (int, float):
        return constant - 1, constant + 1
    at = timestamps.parse_ms(constant) if isinstance(constant, str) else None
    return () if at is None else (_moment(at - 1000), _moment(at + 1000))


def _moment(at: int) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at)).isoformat().replace("+00:00", "Z")


def may_be_missing(value: Value) -> None:
    """Notes that the definition asks whether a value is there."""
    match value:
        case Shape():
            value.optional = True
        case Either(values):
            for each in values:
                may_be_missing(each)


def parsed(value: Value) -> Value:
    """What the value is the JSON text of."""
    match value:
        case Shape():
            return value.text()
        case Either(values):
            return either(parsed(each) for each in values)
        case _:
            return OPAQUE
