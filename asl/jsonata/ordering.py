"""Order-by: the step `^(...)` of a path."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import eq
from typing import Final

from asl.jsonata.errors import JsonataError
from asl.jsonata.operators import NUMBERS, TEXTS, text_order
from asl.jsonata.runtime import Code, Run, Scope
from asl.jsonata.sequences import Step, beside
from asl.jsonata.values import UNDEFINED, Tuples, Value

SCALARS: Final = NUMBERS | TEXTS


@dataclass(frozen=True, slots=True)
class Key:
    """One term of an order-by clause."""

    code: Code
    descending: bool
    field: str | None = None
    """The field of the context that it reads, when it does no more than that."""


def ordering(keys: list[Key], position: int, framed: bool) -> Step:
    """The step `^(...)`. `framed`: there may be tuples. Raises T2007 and T2008 for keys that cannot be compared."""

    def keyed(key: Key, items: list[Value], scope: Scope, run: Run) -> list[Value]:
        if isinstance(items, Tuples):
            return [key.code(*beside(item, scope), run) for item in items]
        return [key.code(item, {None: scope}, run) for item in items]

    def step(items: list[Value], scope: Scope, run: Run) -> list[Value]:
        if len(items) <= 1:
            return items
        run.steps -= len(items)
        if framed:
            columns = [keyed(key, items, scope, run) for key in keys]
        else:
            columns = [_column(key, items, scope, run) for key in keys]
        if len(columns) == 1 and _in_python_order(columns[0]):
            order = sorted(range(len(items)), key=columns[0].__getitem__, reverse=keys[0].descending)
            return [items[index] for index in order]
        if all(map(_comparable, columns)):
            return _sorted(items, columns, keys)
        return _merge_sorted(items, columns, keys, position)

    return step


def _column(key: Key, items: list[Value], scope: Scope, run: Run) -> list[Value]:
    """The key of each item."""
    if key.field is not None:
        try:
            column = [item[key.field] for item in items]
        except (KeyError, TypeError):
            pass
        else:
            if SCALARS.issuperset(map(type, column)):
                return column
    code = key.code
    return [code(item, scope, run) for item in items]


def _in_python_order(column: list[Value]) -> bool:
    """Whether all are numbers, or all are texts that Python orders as JavaScript does."""
    if NUMBERS.issuperset(map(type, column)):
        return all(map(eq, column, column))  # not so for NaN
    return TEXTS.issuperset(map(type, column)) and "".join(column).isascii()


def _comparable(column: list[Value]) -> bool:
    """Whether any two keys can be compared: all numbers or all texts, some undefined."""
    kinds = set(map(type, column))
    kinds.discard(type(UNDEFINED))
    if float in kinds and any(value != value for value in column):
        return False
    return kinds <= TEXTS or kinds <= NUMBERS


def _sorted(items: list[Value], columns: list[list[Value]], keys: list[Key]) -> list[Value]:
    order = list(range(len(items)))
    for column, key in zip(reversed(columns), reversed(keys), strict=True):
        missing = [index for index in order if column[index] is UNDEFINED]
        present = [index for index in order if column[index] is not UNDEFINED] if missing else order
        ranks = column
        if any(type(value) is str and not value.isascii() for value in column):
            ranks = [text_order(value) if type(value) is str else value for value in column]
        present.sort(key=ranks.__getitem__, reverse=key.descending)
        order = present + missing
    return [items[index] for index in order]


def _merge_sorted(items: list[Value], columns: list[list[Value]], keys: list[Key], position: int) -> list[Value]:
    """Compares in the order of the reference implementation, so that the same two values are reported."""

    def precedes(left: int, right: int) -> int:
        for column, key in zip(columns, keys, strict=True):
            result = _order_of(column[left], column[right], key.descending, position)
            if result:
                return result
        return 0

    return [items[index] for index in _merged(list(range(len(items))), precedes)]


def _merged(order: list[int], precedes: Callable[[int, int], int]) -> list[int]:
    if len(order) <= 1:
        return order
    middle = len(order) // 2
    left, right = _merged(order[:middle], precedes), _merged(order[middle:], precedes)
    result: list[int] = []
    at, other = 0, 0
    while at < len(left) and other < len(right):
        if precedes(left[at], right[other]) == 1:
            result.append(right[other])
            other += 1
        else:
            result.append(left[at])
            at += 1
    return result + left[at:] + right[other:]


def _order_of(left: Value, right: Value, descending: bool, position: int) -> int:
    """-1, 0 or 1: how two keys compare; undefined comes last in any case."""
    if left is UNDEFINED or right is UNDEFINED:
        return (left is UNDEFINED) - (right is UNDEFINED)
    scalar = (str, int, float)
    if type(left) not in scalar or type(right) not in scalar:
        raise JsonataError("T2008", position=position, value=right if type(left) in scalar else left)
    if (type(left) is str) is not (type(right) is str):
        raise JsonataError("T2007", position=position, value=left, value2=right)
    if left == right:
        return 0
    if type(left) is str:
        left, right = text_order(left), text_order(right)
    result = -1 if left < right else 1
    return -result if descending else result
