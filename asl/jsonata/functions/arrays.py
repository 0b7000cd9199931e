"""Functions on arrays."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, Final

from asl.jsonata.errors import JsonataError
from asl.jsonata.functions.native import Native, Run, native
from asl.jsonata.runtime import Walk
from asl.jsonata.values import UNDEFINED, Function, Sequence, Undefined, Value, is_number

TABLE: dict[str, Native] = {}


@native(TABLE, "count", "<a:n>")
def count(array: list[Value] | Undefined) -> int:
    return 0 if array is UNDEFINED else len(array)


@native(TABLE, "append", "<xx:a>")
def append(first: Value, second: Value) -> Value:
    if first is UNDEFINED:
        return second
    if second is UNDEFINED:
        return first
    return [*_as_array(first), *_as_array(second)]


def _as_array(value: Value) -> list[Value]:
    return value if isinstance(value, list) else [value]


@native(TABLE, "exists", "<x:b>")
def exists(value: Value) -> bool:
    return value is not UNDEFINED


@native(TABLE, "reverse", "<a:a>")
def reverse(array: list[Value] | Undefined) -> list[Value] | Undefined:
    return array if array is UNDEFINED or len(array) <= 1 else array[::-1]


@native(TABLE, "zip", "<a+>", arity=0)
def zip_(*arrays: list[Value] | Undefined) -> list[Value]:
    return [list(row) for row in zip(*(array if isinstance(array, list) else [] for array in arrays), strict=False)]


@native(TABLE, "shuffle", "<a:a>", run=True)
def shuffle(run: Run, array: list[Value] | Undefined) -> list[Value] | Undefined:
    if array is UNDEFINED:
        return UNDEFINED
    if len(array) <= 1:
        return array
    result: list[Value] = []
    for index, element in enumerate(array):
        place = math.floor(run.random() * (index + 1))
        result.append(element)
        result[index], result[place] = result[place], element
    return result


@native(TABLE, "sort", "<af?:a>")
def sort(array: list[Value] | Undefined, comparator: Function | Undefined = UNDEFINED) -> list[Value] | Undefined:
    """In ascending order, or as `comparator(a, b)` says: true puts `b` before `a`. Equals stay in their order."""
    if array is UNDEFINED or len(array) <= 1:
        return array
    if comparator is UNDEFINED:
        return _sorted(array)
    call = comparator.call
    return merge_sort(array, lambda left, right: is_truthy(call([left, right])))


def _sorted(array: list[Any]) -> list[Any]:
    for element in array:
        if type(element) is float and math.isinf(element):
            raise JsonataError("D1001", value=element)
    if all(type(element) is str for element in array):
        return sorted(array, key=_code_units) if _has_astral("".join(array)) else sorted(array)
    if all(is_number(element) and element == element for element in array):
        return sorted(array)
    raise JsonataError("D3070", index=1)


def _has_astral(text: str) -> bool:
    return text != "" and max(text) > "\uffff"


def _code_units(text: str) -> bytes:
    """JavaScript orders strings by their UTF-16 units."""
    return text.encode("utf-16-be", "surrogatepass")


def is_truthy(value: Value) -> bool:
    """What JavaScript itself takes for true: also empty arrays and objects."""
    if isinstance(value, list | dict):
        return True
    return bool(value) and value == value


def merge_sort(array: list[Value], swap: Callable[[Value, Value], bool]) -> list[Value]:
    """A stable sort. `swap(left, right)` says that `right` comes first; it is asked in the reference's order."""
    if len(array) <= 1:
        return array
    middle = len(array) // 2
    left, right = merge_sort(array[:middle], swap), merge_sort(array[middle:], swap)
    merged: list[Value] = []
    at_left = at_right = 0
    while at_left < len(left) and at_right < len(right):
        if swap(left[at_left], right[at_right]):
            merged.append(right[at_right])
            at_right += 1
        else:
            merged.append(left[at_left])
            at_left += 1
    return merged + left[at_left:] + right[at_right:]


@native(TABLE, "distinct", "<x:x>")
def distinct(array: Value) -> Value:
    if not isinstance(array, list) or len(array) <= 1:
        return array
    result: list[Value] = Sequence() if isinstance(array, Sequence) else []
    identities = _Identities()
    seen: set[object] = set()
    for element in array:
        identity = identities.of(element)
        if identity not in seen:
            seen.add(identity)
            result.append(element)
    return result


class _Identities:
    """Gives each value something hashable that is the same for values that are deeply equal.

    Arrays and objects are numbered by the identities of their members, so that comparing stays flat.
    """

    def __init__(self) -> None:
        self._numbers: dict[object, object] = {}
        self._known: dict[int, object] = {}
        """By `id`: the same array or object may be in many places."""

    def of(self, value: Value) -> object:
        kind = type(value)
        if kind is str or kind is int:
            return value
        if kind is bool:
            return _TRUE if value else _FALSE
        if kind is float:
            return value if value == value else object()
        if not isinstance(value, list | dict):
            return value
        known = self._known.get(id(value))
        if known is None:
            try:
                known = self._known[id(value)] = self._numbered(self._members(value))
            except RecursionError:
                raise JsonataError("U1001") from None
        return known

    def _members(self, value: list[Value] | dict[str, Value]) -> object:
        if isinstance(value, list):
            return tuple([self.of(element) for element in value])
        return frozenset([(key, self.of(member)) for key, member in value.items()])

    def _numbered(self, members: object) -> object:
        return self._numbers.setdefault(members, object())


_TRUE: Final = object()
_FALSE: Final = object()


def leaves(array: list[Value]) -> Iterator[Value]:
    """The elements of an array and of the arrays in it, in order, that are not arrays themselves.

    Raises U1002 for very many.
    """
    walk = Walk()
    pending = [iter(array)]
    while pending:
        for element in pending[-1]:
            if isinstance(element, list):
                walk.enter(element)
                pending.append(iter(element))
                break
            yield element
        else:
            pending.pop()
