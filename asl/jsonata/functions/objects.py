"""Functions on objects, and those on values of any type: $boolean, $type, $error ..."""

from __future__ import annotations

import json
import math
from typing import Any, Final

from asl.jsonata.errors import JsonataError
from asl.jsonata.functions.arrays import leaves
from asl.jsonata.functions.native import Native, Run, native
from asl.jsonata.functions.strings import digits_limited
from asl.jsonata.sizes import expanded_size
from asl.jsonata.text import ordered, stringify
from asl.jsonata.values import UNDEFINED, Function, Sequence, Undefined, Value, number

TABLE: dict[str, Native] = {}
LATER: dict[str, Native] = {}


@native(TABLE, "keys", "<x-:a<s>>")
def keys(value: Value) -> list[str]:
    """The names of an object's members; of an array's objects, each once."""
    if isinstance(value, dict):
        return Sequence(ordered(value))
    if not isinstance(value, list):
        return Sequence()
    merged: dict[str, Value] = {}
    for leaf in leaves(value):
        if isinstance(leaf, dict):
            merged.update(ordered(leaf))
    return Sequence(ordered(merged))


@native(TABLE, "lookup", "<x-s:x>")
def lookup(value: Value, key: str | Undefined) -> Value:
    name = "undefined" if key is UNDEFINED else key
    if isinstance(value, dict):
        return value.get(name, UNDEFINED)
    if not isinstance(value, list):
        return UNDEFINED
    found = Sequence()
    for leaf in leaves(value):
        member = leaf.get(name, UNDEFINED) if isinstance(leaf, dict) else UNDEFINED
        if isinstance(member, list):
            found.extend(member)
        elif member is not UNDEFINED:
            found.append(member)
    return found


@native(TABLE, "spread", "<x-:a<o>>")
def spread(value: Value) -> Value:
    """An object as objects of one member each; what is neither an object nor an array stays as it is."""
    if isinstance(value, dict):
        return Sequence(_members(value))
    if not isinstance(value, list):
        return value
    parts: list[Value] = [] if value else Sequence()
    for leaf in leaves(value):
        if isinstance(leaf, dict):
            parts.extend(_members(leaf))
        else:
            parts.append(leaf)
    return parts


def _members(value: dict[str, Value]) -> list[dict[str, Value]]:
    return [{key: member} for key, member in ordered(value).items()]


@native(TABLE, "merge", "<a<o>:o>")
def merge(objects: list[dict[str, Value]] | Undefined) -> dict[str, Value] | Undefined:
    if objects is UNDEFINED:
        return UNDEFINED
    merged: dict[str, Value] = {}
    for members in objects:
        if isinstance(members, dict):
            merged.update(members)
    return merged


@native(TABLE, "clone", "<(oa)-:o>", run=True)
def clone(run: Run, value: Value) -> Value:
    """A deep copy as `$string` would write it: numbers of 15 digits, functions as empty strings."""
    if value is UNDEFINED:
        return UNDEFINED
    run.allocate(expanded_size(value))
    return _copy(stringify(value, 0, digits_limited))


def _copy(text: str) -> Value:
    try:
        return json.loads(text, parse_int=_number, parse_float=_number)
    except RecursionError:
        raise JsonataError("U1001") from None


def _number(text: str) -> float:
    return number(float(text))


@native(TABLE, "boolean", "<x-:b>")
def boolean(value: Value) -> bool | Undefined:
    return UNDEFINED if value is UNDEFINED else to_boolean(value, function=True)


@native(TABLE, "not", "<x-:b>")
def not_(value: Value) -> bool | Undefined:
    return UNDEFINED if value is UNDEFINED else not to_boolean(value, function=True)


@native(LATER, "boolean", "<x-:b>")
def boolean_later(value: Value) -> bool | Undefined:
    return UNDEFINED if value is UNDEFINED else to_boolean(value, function=False)


@native(LATER, "not", "<x-:b>")
def not_later(value: Value) -> bool | Undefined:
    return UNDEFINED if value is UNDEFINED else not to_boolean(value, function=False)


def to_boolean(value: Value, *, function: bool) -> bool:
    """The cast to boolean, undefined being false.

    Empty texts, arrays and objects are false, and arrays without a true element. Raises D1001 for infinite numbers.
    `function`: what a function counts as: true in 2.0.6, later false. One that was given to another as an argument, a
    plain `Function`, is false in both.
    """
    kind = type(value)
    if kind is bool:
        return value is True
    if kind is str or kind is dict:
        return bool(value)
    if kind is int:
        return bool(value != 0)
    if kind is float:
        if math.isinf(value):
            raise JsonataError("D1001", value=value)
        return bool(value == value and value != 0)
    if isinstance(value, list):
        return _any_true(value, function)
    return function and isinstance(value, Function) and type(value) is not Function


def _any_true(array: list[Any], function: bool) -> bool:
    """Whether any element is true. It looks at all of them, because each may raise an error."""
    result = False
    for leaf in leaves(array):
        result = to_boolean(leaf, function=function) or result
    return result


@native(TABLE, "type", "<x:s>")
def type_(value: Value) -> str | Undefined:
    return UNDEFINED if value is UNDEFINED else _type_name(value)


def _type_name(value: Value) -> str:
    if isinstance(value, list):
        return "array"
    if isinstance(value, Function):
        return "function"
    if isinstance(value, float) and not math.isfinite(value):
        if math.isinf(value):
            raise JsonataError("D1001", value=value)
        return "object"
    return _TYPE_NAMES[type(value)]


_TYPE_NAMES: Final[dict[type, str]] = {
    type(None): "null",
    bool: "boolean",
    int: "number",
    float: "number",
    str: "string",
    dict: "object",
}


@native(TABLE, "error", "<s?:x>")
def error(message: str | Undefined = UNDEFINED) -> Value:
    raise JsonataError("D3137", message=message or "$error() function evaluated")


@native(TABLE, "assert", "<bs?:x>")
def assert_(condition: bool | Undefined, message: str | Undefined = UNDEFINED) -> Undefined:
    if not condition:
        raise JsonataError("D3141", message=message or "$assert() statement failed")
    return UNDEFINED
