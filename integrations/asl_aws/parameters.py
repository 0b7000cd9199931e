"""Checks of a task's parameters before the service is called, and how Step Functions words what they find.

A check takes a field's name and its value, and gives back a list of problems. A field that is null counts as missing.
"""

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
    return [] if isinstance(value, str) else [_invalid(field)]


def time(field: str, value: JSON) -> list[str]:
    """ISO 8601 text with a zone, or seconds since the epoch."""
    # unrecorded: that a number is taken; SDK integrations document ISO 8601 text for times
    if isinstance(value, str):
        good = timestamps.parse(value) is not None
    else:
        good = isinstance(value, int | float) and not isinstance(value, bool) and _FIRST_YEAR <= value < _YEAR_10000
    return [] if good else [_invalid(field)]


def list_of(check: Check) -> Check:
    def problems(field: str, value: JSON) -> list[str]:
        if not isinstance(value, list):
            return [_invalid(field)]
        return [problem for member in value for problem in check(field, member)]

    return problems


def structure(fields: Mapping[str, Check], required: Collection[str] = ()) -> Check:
    """An object with no other fields than these, and with the required ones."""

    def problems(field: str, value: JSON) -> list[str]:
        if not isinstance(value, dict):
            return [_invalid(field)]
        # unrecorded: both texts are recorded for definitions ("SCHEMA_VALIDATION_FAILED") and other fields only
        found = [f"The field '{name}' is required but was missing" for name in required if value.get(name) is None]
        for name, member in value.items():
            if name not in fields:
                found.append(f'The field "{name}" is not supported by Step Functions')
            elif member is not None:
                found += fields[name](name, member)
        return found

    return problems


def _invalid(field: str) -> str:
    return f"The value of the field '{field}' has an invalid format"
