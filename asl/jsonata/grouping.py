"""Grouping: the object that `{key: value, ...}` makes, of one value or behind an expression of many."""

from __future__ import annotations

import functools
from collections.abc import Sequence as Row
from dataclasses import dataclass
from typing import Final

from asl.jsonata.calls import ODD_LISTS
from asl.jsonata.errors import JsonataError
from asl.jsonata.operators import appended
from asl.jsonata.runtime import NUMBER_BYTES, Code, Run, Scope
from asl.jsonata.sequences import as_items, beside
from asl.jsonata.values import UNDEFINED, Tuples, Value

OBJECTS: Final = frozenset({dict})


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
    run.spend(len(items))
    if len(pairs) == 1 and not framed and items and OBJECTS.issuperset(map(type, items)):
        return _grouped_objects(items, pairs[0], position, scope, run)
    if not items and not isinstance(items, Tuples):
        items = [UNDEFINED]
    tuples = isinstance(items, Tuples)
    entries: dict[str, _Entry] = {}
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
                if entry.own:
                    run.allocate(len(entry.data), NUMBER_BYTES)
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


def _grouped_objects(
    items: list[dict[str, Value]], pair: tuple[Code, Code], position: int, scope: Scope, run: Run
) -> dict[str, Value]:
    """As `grouped`, for objects and a single pair."""
    key_code, value_code = pair
    groups: dict[str, list[Value]] = {}
    for item in items:
        key = key_code(item, scope, run)
        if type(key) is str:
            if key in groups:
                groups[key].append(item)
            else:
                groups[key] = [item]
        elif key is not UNDEFINED:
            raise JsonataError("T1003", position=position, value=key)
    result: dict[str, Value] = {}
    for key, members in groups.items():
        made = value_code(members if len(members) > 1 else members[0], scope, run)
        if made is not UNDEFINED:
            if type(made) in ODD_LISTS:
                run.nested = True
            result[key] = made
    return result


def _reduced(tuples: Value) -> dict[str, Value]:
    """One tuple of several, each variable with all its values."""
    if isinstance(tuples, dict):
        return tuples
    return {name: functools.reduce(appended, (item.get(name, UNDEFINED) for item in tuples)) for name in tuples[0]}
