"""The compiled forms of fields and paths: the common case first, without a further call."""

from __future__ import annotations

import math

from asl.jsonata import operators
from asl.jsonata.runtime import Code, Run, Scope
from asl.jsonata.sequences import SEQUENCES, Filter, Step, field_step, joined
from asl.jsonata.values import UNDEFINED, Constructed, Kept, Sequence, Value, collapsed


def field(name: str) -> Code:
    """A field of the context."""
    several = path_fields((name,))

    def read(input: Value, scope: Scope, run: Run) -> Value:
        if type(input) is dict:
            value = input.get(name, UNDEFINED)
            return value if type(value) not in SEQUENCES else several([input], scope, run)
        return several(input, scope, run) if isinstance(input, list) else UNDEFINED

    return read


def variable_fields(variable: str, hops: int, names: tuple[str, ...]) -> Code:
    """A field of a field ... of a variable that is in the scope `hops` steps out or undefined."""
    general = _variable_fields(variable, hops, names)
    *before, last = names
    of_each = path_fields((last,))

    def near(input: Value, scope: Scope, run: Run) -> Value:
        try:
            value = scope[variable]
            for name in before:
                value = value[name]
            if type(value) is list:
                return of_each(value, scope, run)
            value = value[last]
        except (KeyError, TypeError):
            return general(input, scope, run)
        return value if type(value) not in SEQUENCES else general(input, scope, run)

    return near if hops == 0 else general


def _variable_fields(variable: str, hops: int, names: tuple[str, ...]) -> Code:
    rests = [path_fields(names[index:]) for index in range(len(names))]

    def read(input: Value, scope: Scope, run: Run) -> Value:
        for _ in range(hops):
            scope = scope[None]
        first = value = scope.get(variable, UNDEFINED)
        for index, name in enumerate(names):
            if type(value) is not dict:
                if not isinstance(value, list):
                    return UNDEFINED
                return rests[index](value if type(value) is list else joined([value], False, run), scope, run)
            value = value.get(name, UNDEFINED)
        return value if type(value) not in SEQUENCES else rests[0]([first], scope, run)

    return read


def variable_item(fields: Code, index: float, general: Code) -> Code:
    """The item at a position of the array that `fields` gives; `general` does the same for anything."""
    position = math.floor(index)

    def read(input: Value, scope: Scope, run: Run) -> Value:
        value = fields(input, scope, run)
        if type(value) is list and -len(value) <= position < len(value):
            item = value[position]
            if not isinstance(item, list):
                return item
        return general(input, scope, run)

    return read


def path(steps: list[Step], iterates: bool) -> Code:
    """A path of any steps. `iterates`: it begins with the items of an array, not with the array as one value."""

    def walk(input: Value, scope: Scope, run: Run) -> Value:
        items: list[Value] = input if iterates and isinstance(input, list) else Sequence((input,))
        for step in steps:
            items = step(items, scope, run)
            if not items:
                break
        return items

    return walk


def kept(code: Code) -> Code:
    """A path with `[]` in it."""

    def keep(input: Value, scope: Scope, run: Run) -> Value:
        items = code(input, scope, run)
        return kept_items(items) if isinstance(items, list) else items

    return keep


def path_from_fields(
    variable: str, hops: int, names: tuple[str, ...], filters: list[Filter], steps: list[Step], general: Code
) -> Code:
    """A path that begins with fields of a variable, perhaps with predicates on the last, and goes on in `steps`.

    `general` does it all, where there are arrays on the way. The result may be a sequence.
    """

    def read(input: Value, scope: Scope, run: Run) -> Value:
        outer = scope
        if hops:
            for _ in range(hops):
                outer = outer[None]
        try:
            value = outer[variable]
            for name in names:
                value = value[name]
        except (KeyError, TypeError):
            return general(input, scope, run)
        if type(value) in SEQUENCES:
            return general(input, scope, run)
        for passes in filters:
            value = passes(value, scope, run)
        if value is UNDEFINED:
            return UNDEFINED
        kind = type(value)
        if kind is list:
            items = value if len(value) > 1 or not steps else Sequence(value)
        else:
            items = value if kind is Sequence or operators.is_flat(value) else Sequence((value,))
        for step in steps:
            if not items:
                break
            items = step(items, scope, run)
        return items

    return read


def path_fields(names: tuple[str, ...]) -> Code:
    """A field of a field ... of the context, or of each value in it when it is an array."""
    steps = [field_step(name, index == len(names) - 1) for index, name in enumerate(names)]

    def read(input: Value, scope: Scope, run: Run) -> Value:
        items = input if isinstance(input, list) else [input]
        for step in steps:
            items = step(items, scope, run)
            if not items:
                break
        return items if len(items) > 1 else collapsed(items)

    return read


def kept_items(items: list[Value]) -> list[Value]:
    """The results of a path with `[]`."""
    if isinstance(items, Constructed):
        return Kept([items])
    return Kept(items) if isinstance(items, Sequence) else items
