"""JSON text as `JSON.stringify` writes it.

Python's own encoder is much faster than a walk over the values, and mostly writes the same: its text is taken unless
something in it shows that JavaScript would have written it in another way.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from asl.jsonata.values import UNDEFINED, Function, Value

_HIGHEST_INDEX: Final = 2**32 - 2
"""The largest key that JavaScript orders as a number."""
_LAST_PLAIN_EXPONENT: Final = 20
_FIRST_PLAIN_EXPONENT: Final = -6
"""Between them JavaScript writes a number without an exponent."""


def number_text(value: float) -> str:
    """A number as ECMAScript's Number::toString writes it; an integer that no double can hold, exactly."""
    if type(value) is int:
        try:
            return str(value)
        except ValueError:  # more digits than Python likes to write, and far beyond the largest double
            return "-Infinity" if value < 0 else "Infinity"
    text = repr(value)
    if "e" in text:
        return _exponent_text(text)
    if text.endswith(".0"):
        return "0" if value == 0 else text[:-2]
    return _NOT_FINITE.get(text, text)


_NOT_FINITE: Final = {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}


def _exponent_text(text: str) -> str:
    """Python's text of a float with an exponent, as JavaScript writes it."""
    mantissa, _, power = text.partition("e")
    sign = "-" if mantissa.startswith("-") else ""
    digits = mantissa.lstrip("-").replace(".", "")
    exponent = int(power)
    if _FIRST_PLAIN_EXPONENT <= exponent < 0:
        return f"{sign}0.{'0' * (-exponent - 1)}{digits}"
    if 0 <= exponent <= _LAST_PLAIN_EXPONENT:
        return sign + digits.ljust(exponent + 1, "0")
    return f"{mantissa}e{exponent:+d}"


def _json_number(value: float) -> str:
    text = number_text(value)
    return "null" if text[-1] in "yN" else text


def quoted(text: str) -> str:
    """A string as JSON: control characters and lone surrogates escaped, all else as it is."""
    return _well_formed(_encode_string(text))


_encode_string: Final[Callable[[str], str]] = json.JSONEncoder(ensure_ascii=False).encode
_SURROGATES: Final = re.compile("[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]")


def _well_formed(text: str) -> str:
    if text.isascii() or _SURROGATES.search(text) is None:
        return text
    return _SURROGATES.sub(_surrogate_text, text)


def _surrogate_text(found: re.Match[str]) -> str:
    units = found.group()
    if len(units) == 2:
        return chr(0x10000 + (ord(units[0]) - 0xD800) * 0x400 + ord(units[1]) - 0xDC00)
    return f"\\u{ord(units):04x}"


def _is_index(key: str) -> bool:
    return key.isdecimal() and key.isascii() and (key[0] != "0" or key == "0") and int(key[:11]) <= _HIGHEST_INDEX


def ordered(members: dict[str, Value]) -> dict[str, Value]:
    """The members in the order a JavaScript object has them: keys that are array indexes come first, by number.

    The same dict when there is no such key.
    """
    if not members or min(members) > ":":
        return members
    indexes = sorted((key for key in members if _is_index(key)), key=int)
    if not indexes:
        return members
    return {key: members[key] for key in indexes} | members


def dumps(value: Value, indent: int = 0) -> str:
    """What `JSON.stringify(value, null, indent)` gives.

    Members without a value and functions are left out of objects and are null in arrays; one that stands alone is the
    word undefined. Numbers that are not finite are null.
    """
    return _dumps(value, indent, _PLAIN)


def stringify(value: Value, indent: int, number: Callable[[float], str]) -> str:
    """As `dumps`, with the function that writes a number; a function is an empty string. For `$string`."""
    return _dumps(value, indent, _Style(number, '""', _LONG_NUMBER))


class _Style(NamedTuple):
    number: Callable[[float], str]
    function: str | None
    """The text of a function; None leaves it out."""
    long_number: re.Pattern[str] | None
    """Where a number may be one that `number` writes in another way than `_json_number`."""


_PLAIN: Final = _Style(_json_number, None, None)
_LONG_NUMBER: Final = re.compile(r"[0-9.]{16}")


def _dumps(value: Value, indent: int, style: _Style) -> str:
    if value is UNDEFINED or isinstance(value, Function):
        return "undefined" if style.function is None else style.function
    if not indent:
        try:
            text = _encode(value)
        except (_NotPlain, RecursionError, ValueError):
            pass
        else:
            if _is_javascript(text) and not (style.long_number and style.long_number.search(text)):
                return _well_formed(text)
    return _write(value, indent, style)


class _NotPlain(Exception):
    """A value that is not JSON."""


def _refuse(value: object) -> object:
    raise _NotPlain


_encode: Final[Callable[[Value], str]] = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, allow_nan=False, separators=(",", ":"), default=_refuse
).encode
_NUMBER_OF_PYTHON: Final = re.compile(r"\.0(?![0-9])|[0-9]e[-+]")
_INDEX_AS_KEY: Final = re.compile(r'"[0-9]+":')


def _is_javascript(text: str) -> bool:
    """Whether nothing in the encoder's text hints at a float or an object that JavaScript writes in another way."""
    if (".0" in text or "e-" in text or "e+" in text) and _NUMBER_OF_PYTHON.search(text):
        return False
    return _INDEX_AS_KEY.search(text) is None


class _Level(NamedTuple):
    """An array or object that is being written."""

    members: Iterator[tuple[str, Value]]
    """The values still to write, each with the text in front of it."""
    end: str


def _write(value: Value, indent: int, style: _Style) -> str:
    """Writes without recursion: values may be nested deeper than Python's stack."""
    parts: list[str] = []
    levels = [_Level(iter([("", value)]), "")]
    while levels:
        level = levels[-1]
        for before, member in level.members:
            parts.append(before)
            if isinstance(member, list | dict):
                parts.append("{" if isinstance(member, dict) else "[")
                levels.append(_level(member, indent, len(levels), style))
                break
            parts.append(_scalar(member, style))
        else:
            parts.append(levels.pop().end)
    return "".join(parts)


def _level(value: list[Value] | dict[str, Value], indent: int, depth: int, style: _Style) -> _Level:
    if isinstance(value, dict):
        members, end = _members(value, ": " if indent else ":", style), "}"
    else:
        members, end = [("", element) for element in value], "]"
    if not members or not indent:
        return _Level(_separated(members, "", ","), end)
    line = "\n" + " " * (indent * depth)
    return _Level(_separated(members, line, "," + line), line[:-indent] + end)


def _members(members: dict[str, Value], colon: str, style: _Style) -> list[tuple[str, Value]]:
    return [
        (quoted(key) + colon, member)
        for key, member in ordered(members).items()
        if member is not UNDEFINED and not (style.function is None and isinstance(member, Function))
    ]


def _separated(members: list[tuple[str, Value]], first: str, others: str) -> Iterator[tuple[str, Value]]:
    before = first
    for key, member in members:
        yield before + key, member
        before = others


def _scalar(value: Any, style: _Style) -> str:
    kind = type(value)
    if kind is str:
        return quoted(value)
    if kind is int or kind is float:
        return style.number(value)
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, Function) and style.function is not None:
        return style.function
    return "null"
