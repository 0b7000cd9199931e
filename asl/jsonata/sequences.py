"""How values flow through a path: steps, predicates, and the variables bound beside the values."""

from __future__ import annotations

import math
from collections.abc import Callable
from collections.abc import Sequence as Row
from dataclasses import dataclass
from itertools import compress, repeat
from typing import Any, Final, TypeAlias

from asl.jsonata.calls import ODD_LISTS
from asl.jsonata.functions.objects import to_boolean
from asl.jsonata.operators import FieldTest, is_flat, is_numeric, looked_up
from asl.jsonata.runtime import NUMBER_BYTES, Code, Run, Scope
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


def joined(results: list[Value], last: bool, run: Run) -> list[Value]:
    """The results of a step in one sequence, arrays among them flattened. A last step's only array stays itself.

    Raises U1003.
    """
    if LISTS.isdisjoint(map(type, results)):
        return Sequence(results)
    if last and len(results) == 1 and not isinstance(results[0], Sequence):
        only: list[Value] = results[0]
        return only
    if len(results) > 1:
        run.allocate(sum([len(result) if is_flat(result) else 1 for result in results]), NUMBER_BYTES)
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
        if LISTS.isdisjoint(map(type, results)):
            return Sequence(results)
        if not SEQUENCES.isdisjoint(map(type, results)):
            results = [value for value in map(collapsed, results) if value is not UNDEFINED]
        return joined(results, last, run)

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
        return joined(results, last, run)

    def bare_step(items: list[Value], scope: Scope, run: Run) -> list[Value]:
        run.spend(len(items))
        return joined([result for item in items if (result := code(item, scope, run)) is not UNDEFINED], last, run)

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


def field_filter(test: FieldTest, general: Filter) -> Filter:
    """The predicate that compares a field of each item; `general` does the same for anything."""
    _, name, operate, constant, kinds = test

    def passes(value: Value, scope: Scope, run: Run) -> list[Value]:
        if type(value) is not list and type(value) is not Sequence:
            return general(value, scope, run)
        try:
            fields = [item[name] for item in value]
        except (KeyError, TypeError):
            return general(value, scope, run)
        if not kinds.issuperset(map(type, fields)):
            return general(value, scope, run)
        run.steps -= len(value)
        return Sequence(compress(value, map(operate, fields, repeat(constant))))

    return passes


def times_chosen(answer: Value, index: int, size: int, later: bool) -> int:
    """How often the item at `index` of `size` passes a predicate with this answer: numbers are positions."""
    if is_numeric(answer):
        answer = [answer]
    if not isinstance(answer, list) or not all(map(is_numeric, answer)):
        return int(to_boolean(answer, function=not later))
    positions = (math.floor(position) for position in answer)
    return sum((position if position >= 0 else size + position) == index for position in positions)


# Tuples.


def beside(item: dict[str, Value], scope: Scope) -> tuple[Value, Scope]:
    """The value of a tuple, and a scope with the variables bound beside it."""
    return item[VALUE], {None: scope, **item}


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
