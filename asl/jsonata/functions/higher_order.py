"""Functions that call functions. A function gets as many of the arguments offered as it has parameters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from asl.jsonata.errors import JsonataError
from asl.jsonata.functions.native import Native, native
from asl.jsonata.functions.objects import to_boolean
from asl.jsonata.text import ordered
from asl.jsonata.values import UNDEFINED, Function, Sequence, Undefined, Value

TABLE: dict[str, Native] = {}
LATER: dict[str, Native] = {}


def _results(function: Function, array: list[Value]) -> Iterator[Value]:
    """The function's result for each element, its index, and the array."""
    call = function.call
    if function.arity < 2:
        return (call([element]) for element in array)
    return _results_of_entries(function, enumerate(array), array)


def _results_of_entries(
    function: Function, entries: Iterable[tuple[int | str, Value]], whole: Value
) -> Iterator[Value]:
    """The function's result for each value, its index or name, and the whole it is in."""
    call = function.call
    if function.arity < 2:
        return (call([value]) for _, value in entries)
    if function.arity == 2:
        return (call([value, place]) for place, value in entries)
    return (call([value, place, whole]) for place, value in entries)


@native(TABLE, "map", "<af>")
def map_(array: list[Value] | Undefined, function: Function) -> Value:
    if array is UNDEFINED:
        return UNDEFINED
    return Sequence(result for result in _results(function, array) if result is not UNDEFINED)


@native(TABLE, "each", "<o-f:a>")
def each(members: dict[str, Value] | Undefined, function: Function) -> Value:
    if members is UNDEFINED:
        return UNDEFINED
    results = _results_of_entries(function, ordered(members).items(), members)
    return Sequence(result for result in results if result is not UNDEFINED)


@native(TABLE, "reduce", "<afj?:j>")
def reduce_(array: list[Value] | Undefined, function: Function, initial: Value = UNDEFINED) -> Value:
    if array is UNDEFINED:
        return UNDEFINED
    if function.arity < 2:
        raise JsonataError("D3050", index=1)
    start = 1 if initial is UNDEFINED and array else 0
    result = array[0] if start else initial
    call, offered = function.call, function.arity
    for index in range(start, len(array)):
        result = call([result, array[index], index, array][:offered])
    return result


def _filter(array: list[Value] | Undefined, function: Function, function_is_true: bool) -> Value:
    if array is UNDEFINED:
        return UNDEFINED
    results = zip(array, _results(function, array), strict=True)
    return Sequence(element for element, result in results if to_boolean(result, function=function_is_true))


def _single(array: list[Value] | Undefined, function: Function | Undefined, function_is_true: bool) -> Value:
    if array is UNDEFINED:
        return UNDEFINED
    results = [True] * len(array) if function is UNDEFINED else _results(function, array)
    found: list[Value] = []
    for index, result in enumerate(results):
        if to_boolean(result, function=function_is_true):
            if found:
                raise JsonataError("D3138", index=index)
            found.append(array[index])
    if not found:
        raise JsonataError("D3139")
    return found[0]


def _sift(members: dict[str, Value] | Undefined, function: Function | Undefined, function_is_true: bool) -> Value:
    if members is UNDEFINED or not members:
        return UNDEFINED
    if function is UNDEFINED:
        raise JsonataError(None, message=_NO_FUNCTION)
    entries = ordered(members)
    results = zip(entries.items(), _results_of_entries(function, entries.items(), members), strict=True)
    kept = {name: value for (name, value), result in results if to_boolean(result, function=function_is_true)}
    return kept or UNDEFINED


_NO_FUNCTION = "Cannot read properties of undefined (reading 'arity')"
"""The reference forgets to check, and answers with the error of its own language."""


@native(TABLE, "filter", "<af>")
def filter_(array: list[Value] | Undefined, function: Function) -> Value:
    return _filter(array, function, True)


@native(LATER, "filter", "<af>")
def filter_later(array: list[Value] | Undefined, function: Function) -> Value:
    return _filter(array, function, False)


@native(TABLE, "single", "<af?>")
def single(array: list[Value] | Undefined, function: Function | Undefined = UNDEFINED) -> Value:
    return _single(array, function, True)


@native(LATER, "single", "<af?>")
def single_later(array: list[Value] | Undefined, function: Function | Undefined = UNDEFINED) -> Value:
    return _single(array, function, False)


@native(TABLE, "sift", "<o-f?:o>")
def sift(members: dict[str, Value] | Undefined, function: Function | Undefined = UNDEFINED) -> Value:
    return _sift(members, function, True)


@native(LATER, "sift", "<o-f?:o>")
def sift_later(members: dict[str, Value] | Undefined, function: Function | Undefined = UNDEFINED) -> Value:
    return _sift(members, function, False)
