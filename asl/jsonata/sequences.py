"""How values flow through a path: steps, predicates, order-by, grouping, and the variables bound beside the values."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from collections.abc import Sequence as Row
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from asl.jsonata.calls import ODD_LISTS
from asl.jsonata.errors import JsonataError
from asl.jsonata.functions.objects import to_boolean
from asl.jsonata.operators import appended, is_flat, is_numeric, looked_up, text_order
from asl.jsonata.runtime import Code, Run, Scope
from asl.jsonata.values import UNDEFINED, Constructed, Sequence, Tuples, Value, collapsed

Step: TypeAlias = Callable[[list[Value], Scope, Run], list[Value]]
"""(the values that come in, scope, run) -> the values that go out."""

Filter: TypeAlias = Callable[[Value, Scope, Run], list[Value]]
"""(value or array, scope, run) -> what passes the predicate."""

VALUE: Final = "@"
"""Where a tuple has the value itself."""

LISTS: Final = frozenset({list, *ODD_LISTS, Tuples})
SEQUENCES: Final = LISTS - {list, Constructed}


def as_items(value: Value) -> list[Value]:
    return value if isinstance(value, list) else Sequence((value,))


def joined(results: list[Value], last: bool) -> list[Value]:
    """The results of a step in one sequence, arrays among them flattened. A last step's only array stays itself."""
    if LISTS.isdisjoint(map(type, results)):
        return Sequence(results)
    if last and len(results) == 1 and not isinstance(results[0], Sequence):
        only: list[Value] = results[0]
        return only
    sequence = Sequence()
    for result in results:
        if is_flat(result):
            sequence.extend(result)
        else:
            sequence.append(result)
    return sequence


# Steps.


def field_step(name: str, last: bool) -> Step:
    """The step to a field, without predicates."""

    def step(items: list[Value], scope: Scope, run: Run) -> list[Value]:
        run.steps -= len(items)
        try:
            results = [item[name] for item in items]
        except (KeyError, TypeError):
            found = [item.get(name, UNDEFINED) if type(item) is dict else looked_up(item, name) for item in items]
            results = [value for value in map(collapsed, found) if value is not UNDEFINED]
        kinds = set(map(type, results))
        if kinds.isdisjoint(LISTS):
            return Sequence(results)
        if not kinds.isdisjoint(SEQUENCES):
            results = [value for value in map(collapsed, results) if value is not UNDEFINED]
        return joined(results, last)

    return step


def expression_step(code: Code, filters: Row[Filter], last: bool) -> Step:
    """The step to whatever `code` makes of each value."""

    def step(items: list[Value], scope: Scope, run: Run) -> list[Value]:
        run.spend(len(items))
        results: list[Value] = []
        for item in items:
            result = code(item, scope, run)
            for passes in filters:
                result = passes(result, scope, run)
            if result is not UNDEFINED:
                results.append(result)
        return joined(results, last)

    def bare_step(items: list[Value], scope: Scope, run: Run) -> list[Value]:
        run.spend(len(items))
        return joined([result for item in items if (result := code(item, scope, run)) is not UNDEFINED], last)

    return step if filters else bare_step


def whole_step(code: Code) -> Step:
    """The array constructor that a path begins with: made once."""

    def step(items: list[Value], scope: Scope, run: Run) -> list[Value]:
        result: list[Value] = code(items, scope, run)
        return result

    return step


# Predicates.


def index_filter(index: float) -> Filter:
    """The predicate `[1]`: the item at a position, counted from the end when negative."""
    position = math.floor(index)

    def passes(value: Value, scope: Scope, run: Run) -> list[Value]:
        items = as_items(value)
        at = position if position >= 0 else len(items) + position
        item = items[at] if 0 <= at < len(items) else UNDEFINED
        if isinstance(item, list):
            return item
        result: list[Value] = Tuples() if isinstance(value, Tuples) else Sequence()
        if item is not UNDEFINED:
            result.append(item)
        return result

    return passes


def expression_filter(code: Code, framed: bool, later: bool) -> Filter:
    """Any other predicate: a condition, or the positions of those that pass. `framed`: there may be tuples."""

    def passes(value: Value, scope: Scope, run: Run) -> list[Value]:
        items = as_items(value)
        run.spend(len(items))
        result: list[Value] = Sequence()
        for index, item in enumerate(items):
            answer = code(item, scope, run)
            if answer is True:
                result.append(item)
            elif answer is not False and answer is not UNDEFINED:
                result.extend([item] * times_chosen(answer, index, len(items), later))
        return result

    def framed_passes(value: Value, scope: Scope, run: Run) -> list[Value]:
        items = as_items(value)
        run.spend(len(items))
        tuples = isinstance(items, Tuples)
        result: list[Value] = Tuples() if tuples else Sequence()
        for index, item in enumerate(items):
            context, inner = beside(item, scope) if tuples else (item, {None: scope})
            answer = code(context, inner, run)
            result.extend([item] * times_chosen(answer, index, len(items), later))
        return result

    return framed_passes if framed else passes


def times_chosen(answer: Value, index: int, size: int, later: bool) -> int:
    """How often the item at `index` of `size` passes a predicate with this answer: numbers are positions."""
    if is_numeric(answer):
        answer = [answer]
    if not isinstance(answer, list) or not all(map(is_numeric, answer)):
        return int(to_boolean(answer, function=not later))
    positions = (math.floor(position) for position in answer)
    return sum((position if position >= 0 else size + position) == index for position in positions)


# Order-by.


@dataclass(frozen=True, slots=True)
class Key:
    """One term of an order-by clause."""

    code: Code
    descending: bool


def ordering(keys: list[Key], position: int, framed: bool) -> Step:
    """The step `^(...)`. Raises T2007 and T2008 for keys that cannot be compared."""

    def keyed(key: Key, items: list[Value], scope: Scope, run: Run) -> list[Value]:
        if not framed:
            return [key.code(item, scope, run) for item in items]
        if isinstance(items, Tuples):
            return [key.code(*beside(item, scope), run) for item in items]
        return [key.code(item, {None: scope}, run) for item in items]

    def step(items: list[Value], scope: Scope, run: Run) -> list[Value]:
        if len(items) <= 1:
            return items
        run.spend(len(items))
        columns = [keyed(key, items, scope, run) for key in keys]
        if all(map(_comparable, columns)):
            return _sorted(items, columns, keys)
        return _merge_sorted(items, columns, keys, position)

    return step


def _comparable(column: list[Value]) -> bool:
    """Whether any two keys can be compared: all numbers or all texts, some undefined."""
    kinds = set(map(type, column))
    kinds.discard(type(UNDEFINED))
    if float in kinds and any(value != value for value in column):
        return False
    return kinds <= {str} or kinds <= {int, float}


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


# Grouping.


@dataclass(slots=True)
class _Entry:
    """The values with one key, and the pair of the grouping that made it."""

    data: Value
    pair: int
    own: bool = False
    """`data` is an array made here."""

    def add(self, item: Value) -> None:
        if self.own and item is not UNDEFINED:
            if isinstance(item, list):
                self.data.extend(item)
            else:
                self.data.append(item)
            return
        self.own = self.data is not UNDEFINED and item is not UNDEFINED
        self.data = appended(self.data, item)


def grouped(value: Value, pairs: Row[tuple[Code, Code]], position: int, framed: bool, scope: Scope, run: Run) -> Value:
    """The object that `{key: value, ...}` makes of the values. Raises T1003 and D1009 for keys."""
    items = as_items(value)
    if not items and not isinstance(items, Tuples):
        items = [UNDEFINED]
    tuples = isinstance(items, Tuples)
    entries: dict[str, _Entry] = {}
    run.spend(len(items))
    for item in items:
        context, inner = item, scope
        if framed:
            context, inner = beside(item, scope) if tuples else (item, {None: scope})
        for index, (key_code, _) in enumerate(pairs):
            key = key_code(context, inner, run)
            if key is UNDEFINED:
                continue
            if type(key) is not str:
                raise JsonataError("T1003", position=position, value=key)
            entry = entries.get(key)
            if entry is None:
                entries[key] = _Entry(item, index)
            elif entry.pair != index:
                raise JsonataError("D1009", position=position, value=key)
            else:
                entry.add(item)
    result: dict[str, Value] = {}
    for key, entry in entries.items():
        context, inner = entry.data, scope
        if framed:
            context, inner = beside(_reduced(entry.data), scope) if tuples else (entry.data, {None: scope})
        made = pairs[entry.pair][1](context, inner, run)
        if made is not UNDEFINED:
            if type(made) in ODD_LISTS:
                run.nested = True
            result[key] = made
    return result


# Tuples.


def beside(item: dict[str, Value], scope: Scope) -> tuple[Value, Scope]:
    """The value of a tuple, and a scope with the variables bound beside it."""
    return item[VALUE], {None: scope, **item}


def _reduced(tuples: Value) -> dict[str, Value]:
    """One tuple of several, each variable with all its values."""
    if isinstance(tuples, dict):
        return tuples
    return {name: functools.reduce(appended, (item.get(name, UNDEFINED) for item in tuples)) for name in tuples[0]}


@dataclass(frozen=True, slots=True)
class TupleStep:
    """A step that hands on variables with its values."""

    code: Code
    focus: str | None
    index: str | None
    ancestor: str | None

    def __call__(self, tuples: list[Value], scope: Scope, run: Run) -> Tuples:
        run.spend(len(tuples))
        result = Tuples()
        for item in tuples:
            context, inner = beside(item, scope)
            found = self.code(context, inner, run)
            if found is UNDEFINED:
                continue
            values = found if isinstance(found, list) else [found]
            for position, value in enumerate(values):
                made = {**item, **value} if isinstance(values, Tuples) else self._extended(item, value, position)
                result.append(made)
        return result

    def _extended(self, item: dict[str, Any], value: Value, position: int) -> dict[str, Any]:
        made = dict(item)
        if self.focus is not None:
            made[self.focus] = value
        else:
            made[VALUE] = value
        if self.index is not None:
            made[self.index] = position
        if self.ancestor is not None:
            made[self.ancestor] = item[VALUE]
        return made


def numbered(tuples: list[Value], name: str) -> None:
    """Binds the positions of the tuples to the variable `name` beside them."""
    for position, item in enumerate(tuples):
        item[name] = position


def indexed(items: list[Value], name: str | None) -> Tuples:
    """Tuples of the sorted values, each with its position in the variable `name`."""
    result = Tuples({VALUE: item} for item in items)
    if name is not None:
        numbered(result, name)
    return result
