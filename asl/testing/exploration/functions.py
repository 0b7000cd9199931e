"""What JSONata's functions want of abstract values, and what they give."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from asl.testing.exploration.objects import merged
from asl.testing.exploration.shapes import (
    OPAQUE,
    Constant,
    Elements,
    Kind,
    Known,
    Listed,
    Value,
    either,
    element,
    member,
)
from asl.testing.exploration.wanted import may_be_missing, only_one, parsed, want

Function: TypeAlias = Callable[[list[Value]], Value]
"""A function that an expression defines itself."""

_OF_ELEMENTS: Final = frozenset(("map", "filter", "sift", "each", "single"))
_OF_NUMBERS: Final = frozenset(("average", "max", "min", "sum"))
_ARGUMENTS: Final[dict[str, tuple[Kind | None, ...]]] = {
    "abs": ("number",),
    "average": ("array",),
    "base64decode": ("base64",),
    "ceil": ("number",),
    "contains": ("string",),
    "count": ("array",),
    "floor": ("number",),
    "join": ("array",),
    "keys": ("object",),
    "length": ("string",),
    "lowercase": ("string",),
    "max": ("array",),
    "min": ("array",),
    "number": ("digits",),
    "partition": ("array", "positive"),
    "replace": ("string",),
    "reverse": ("array",),
    "round": ("number",),
    "shuffle": ("array",),
    "split": ("string",),
    "substring": ("string", "number"),
    "substringAfter": ("string",),
    "substringBefore": ("string",),
    "sum": ("array",),
    "toMillis": ("timestamp",),
    "trim": ("string",),
    "uppercase": ("string",),
}
"""The types that functions take which fail with others."""


def built_in(name: str, arguments: list[Value], functions: list[Function | None]) -> Value:
    """What the function of that name gives. `functions` are those of its arguments that are functions, else None."""
    for argument, kind in zip(arguments, _ARGUMENTS.get(name, ()), strict=False):
        if kind == "array":
            each = element(argument)
            if name in _OF_NUMBERS:
                want(each, "number")
        elif kind is not None:
            want(argument, kind)
    function = functions[1] if len(functions) > 1 else None
    match name, arguments:
        case "exists", [value]:
            may_be_missing(value)
        case "parse", [value]:
            return parsed(value)
        case "merge", [Listed(elements)]:
            return _merged(elements)
        case "merge", [value]:
            want(element(value), "object")
        case "append", [one, other]:
            return Elements(either((element(one), element(other))))
        case "lookup", [value, Constant(str(key))]:
            return member(value, key)
        case "reverse" | "sort" | "distinct" | "shuffle", [value, *_]:
            return value
        case "reduce", [value, *_]:
            if function is not None:
                return function([OPAQUE, element(value), OPAQUE, value])
        case _, [value, *_] if name in _OF_ELEMENTS and function is not None:
            return _of_elements(name, value, function)
    return OPAQUE


def _of_elements(name: str, value: Value, function: Function) -> Value:
    if name in ("each", "sift"):
        function([OPAQUE])
        return OPAQUE
    if name == "single":
        only_one(value)
    each = element(value)
    made = function([each, OPAQUE, value])
    return each if name == "single" else Elements(made if name == "map" else each)


def _merged(values: tuple[Value, ...]) -> Value:
    found: Value = Known({})
    for each in values:
        found = merged(found, each)
    return found
