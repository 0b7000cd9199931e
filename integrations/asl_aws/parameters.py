"""Checks of a task's parameters before the service is called, and how Step Functions words what they find.

A check takes a field's name and its value, and gives back a list of problems.
"""

import re
from base64 import b64decode
from collections.abc import Callable, Collection, Mapping
from typing import Final, TypeAlias

from asl import timestamps
from asl.values import JSON

_FIRST_YEAR: Final = -62_135_596_800
_YEAR_10000: Final = 253_402_300_800

Check: TypeAlias = Callable[[str, JSON], list[str]]


def anything(field: str, value: JSON) -> list[str]:
    return []


def text(field: str, value: JSON) -> list[str]:
    # unrecorded: the text is from users' reports (for Payload, and for S of DynamoDB)
    return [] if isinstance(value, str) else [_must_be(field, "a STRING")]


def text_or_json(field: str, value: JSON) -> list[str]:
    """A field that goes out as text, where an object or an array may stand for its JSON text."""
    # unrecorded: that numbers and booleans are refused is from users' reports (for Payload)
    return [] if isinstance(value, str | dict | list) else [_must_be(field, "a STRING")]


def integer(field: str, value: JSON) -> list[str]:
    good = isinstance(value, int) and not isinstance(value, bool)
    return [] if good else [_must_be(field, "an INTEGER")]  # unrecorded: text follows that for strings


def boolean(field: str, value: JSON) -> list[str]:
    return (
        [] if isinstance(value, bool) else [_must_be(field, "a BOOLEAN")]
    )  # unrecorded: text follows that for strings


def blob(field: str, value: JSON) -> list[str]:
    """Bytes in base64."""
    if not isinstance(value, str):
        return text(field, value)
    try:
        b64decode(value, validate=True)
    except ValueError:
        return [invalid_format(field)]  # unrecorded: text for base64 that is none
    return []


def time(field: str, value: JSON) -> list[str]:
    """ISO 8601 text with a zone, or seconds since the epoch."""
    # unrecorded: that a number is taken; SDK integrations document ISO 8601 text for times
    if isinstance(value, str):
        good = timestamps.parse(value) is not None
    else:
        good = isinstance(value, int | float) and not isinstance(value, bool) and _FIRST_YEAR <= value < _YEAR_10000
    return [] if good else [invalid_format(field)]


def one_of(*choices: str) -> Check:
    def problems(field: str, value: JSON) -> list[str]:
        # unrecorded: text for a value that is not among the choices
        return [] if value in choices else [f"The value for the field '{field}' must be one of: {', '.join(choices)}"]

    return problems


def list_of(check: Check) -> Check:
    def problems(field: str, value: JSON) -> list[str]:
        if not isinstance(value, list):
            return [_must_be(field, "an ARRAY")]  # unrecorded: text follows that for strings
        return [problem for member in value for problem in check(field, member)]

    return problems


def map_of(check: Check) -> Check:
    """An object with fields of any name; those that are null are not checked."""

    def problems(field: str, value: JSON) -> list[str]:
        if not isinstance(value, dict):
            return [_must_be(field, "an OBJECT")]  # unrecorded: text follows that for strings
        return [problem for name, member in value.items() if member is not None for problem in check(name, member)]

    return problems


def structure(fields: Mapping[str, Check], required: Collection[str] = (), nullable: Collection[str] = ()) -> Check:
    """An object with no other fields than these, and with those that are required.

    A required field that is null counts as missing, unless it is `nullable`; any other that is null is not checked.
    """

    def problems(field: str, value: JSON) -> list[str]:
        if not isinstance(value, dict):
            return [_must_be(field, "an OBJECT")]
        # unrecorded: both texts are recorded for definitions ("SCHEMA_VALIDATION_FAILED") and other fields only
        found = [
            f"The field '{name}' is required but was missing"
            for name in required
            if name not in value or (value[name] is None and name not in nullable)
        ]
        for name, member in value.items():
            if name not in fields:
                found.append(f'The field "{name}" is not supported by Step Functions')
            elif member is not None:
                found += fields[name](name, member)
        return found

    return problems


def resource(service: str, *actions: str, callback: bool = True) -> re.Pattern[str]:
    """Matches the resources of optimized actions, and has the action's name as first group."""
    suffix = r"(?:\.waitForTaskToken)?" if callback else ""
    part = r"(?:[^:$]|\$\{[^}]*\})"  # a placeholder such as ${AWS::Partition} is one part
    return re.compile(rf"arn:{part}+:states:{part}*:{part}*:{service}:({'|'.join(actions)}){suffix}")


def invalid_format(field: str) -> str:
    """Recorded for Headers of `apigateway:invoke`."""
    return f"The value of the field '{field}' has an invalid format"


def _must_be(field: str, kind: str) -> str:
    return f"The value for the field '{field}' must be {kind}"
