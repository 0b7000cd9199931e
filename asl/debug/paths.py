"""Paths into the data as a person reads and writes them: why one leads nowhere, and a new value at one."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from asl import jsonpath
from asl.errors import InputError
from asl.findings import did_you_mean
from asl.jsonpath import JSONPathError, PathNotAssignable
from asl.jsonpath.parser import parse
from asl.jsonpath.segments import Index, Name, Segment
from asl.payload.jsonpath_io import split_variable
from asl.values import JSON

_PLAIN: Final = re.compile(r"[^\W\d]\w*")
_NAMES_SHOWN: Final = 8


def step(key: str | int) -> str:
    """What follows the path of an object or array to lead to one of its members: `.name`, `['odd name']` or `[0]`."""
    if isinstance(key, int):
        return f"[{key}]"
    if _PLAIN.fullmatch(key):
        return f".{key}"
    escaped = key.replace("\\", "\\\\").replace("'", "\\'")
    return f"['{escaped}']"


class NotThere(InputError):
    """An expression has no value at a stop: a path that leads nowhere, a variable that is not assigned.

    `reason` says what is missing and what there is; worked out when it is asked for.
    """

    def __init__(self, text: str, reason: Callable[[], str]) -> None:
        super().__init__(text)
        self._text = text
        self._reason = reason

    @property
    def reason(self) -> str:
        return self._reason()

    def __str__(self) -> str:
        return f"{self._text}: {self.reason}"


class Place(NamedTuple):
    """A place that can be set: in the data (`variable` is None), or in a variable. `path` is the way from its root."""

    variable: str | None
    path: str


def place(text: str) -> Place:
    """The place that `$`, `$.a.b[0]`, `$name` or `$name.a` means. Raises InputError for what is no place to set."""
    text = text.strip()
    if text.startswith("$$"):
        raise InputError(f"{text}: the context object cannot be set; the data are $, a variable is $name")
    if not text.startswith("$"):
        raise InputError(f"{text!r} is no place: the data are $.a.b, a variable is $name")
    variable, path = split_variable(text)
    if variable == "states":
        raise InputError(f"{text}: $states cannot be set; the data are $, a variable is $name")
    try:
        compiled = jsonpath.compile(path)
    except JSONPathError as error:
        raise InputError(f"invalid path '{text}' at character {_at(text, path, error)}: {error.message}") from None
    if not compiled.is_reference:
        raise InputError(f"{text}: a place has only names and indexes, such as $.a.b[0]")
    return Place(variable, path)


def assigned(value: JSON, text: str, new: JSON) -> JSON:
    """A value like `value` with `new` at a place, all else shared; objects that are missing on the way are made.

    `value` is the data for `$.a.b`, the variable's value for `$name.a.b`. Raises InputError where the place cannot be.
    """
    variable, path = place(text)
    try:
        return jsonpath.compile(path).assign(value, new)
    except PathNotAssignable:
        root = "$" if variable is None else f"${variable}"
        raise InputError(f"{text}: {obstacle(parse(path), value, root, placing=True)}") from None


def obstacle(segments: Sequence[Segment], value: JSON, root: str, placing: bool = False) -> str:
    """Why a way of names and indexes leads nowhere in `value`, which stands at `root`, and what is there instead.

    `placing`: members that objects do not have are no obstacle.
    """
    path = root
    for position, segment in enumerate(segments):
        match segment:
            case Name(name) if isinstance(value, dict):
                if name in value:
                    value = value[name]
                elif placing:
                    value = {}
                else:
                    return _no_member(path, name, value)
                path += step(name)
            case Name(name):
                return _no_object(path, value, "".join(map(_written, segments[position:])))
            case Index(index) if isinstance(value, list):
                if not -len(value) <= index < len(value):
                    return _no_element(path, index, value)
                value = value[index]
                path += step(index)
            case Index(index):
                return f"{path} is {described(value)}, and has no element [{index}]"
    return f"nothing is at {path}"


def described(value: JSON) -> str:
    """What kind of value it is, in a few words: "null", "a number", "an array of 3 elements"."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return "a number"
        case str():
            return "a string"
        case list():
            return f"an array of {len(value)} element{'' if len(value) == 1 else 's'}" if value else "an empty array"
        case dict():
            return "an object" if value else "an empty object"
    return "no JSON value"


def listed(names: Sequence[str]) -> str:
    """Names in a message, the first few of many."""
    return ", ".join(names[:_NAMES_SHOWN]) + (" ..." if len(names) > _NAMES_SHOWN else "")


def _no_member(path: str, name: str, value: dict[str, JSON]) -> str:
    if not value:
        return f"{path} is an empty object, and has no '{name}'"
    return f"{path} has no '{name}'; {did_you_mean(name, value) or f'it has {listed(list(value))}'}"


def _no_object(path: str, value: JSON, rest: str) -> str:
    reason = f"{path} is {described(value)}, not an object"
    if isinstance(value, list) and value:
        return f"{reason}; its first element is {path}[0]{rest}, all are {path}[*]{rest}"
    return reason


def _no_element(path: str, index: int, value: list[JSON]) -> str:
    if not value:
        return f"{path} is an empty array, and has no element [{index}]"
    known = "one element, [0]" if len(value) == 1 else f"{len(value)} elements, [0] to [{len(value) - 1}]"
    return f"{path} has {known}, not [{index}]"


def _written(segment: Segment) -> str:
    match segment:
        case Name(name):
            return step(name)
        case Index(index):
            return step(index)
    return ""


def _at(text: str, path: str, error: JSONPathError) -> int:
    """Where in the text as it was written an error of its path is, counted from 1."""
    return error.position + len(text) - len(path) + 1
