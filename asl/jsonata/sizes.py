"""How large a value is when it is written out.

A value may hold the same array or object in many places: a few steps of `{"a": $x, "b": $x}` make one that takes little
memory and whose text would fill any. What writes values asks here first.
"""

from __future__ import annotations

from typing import Final

from asl.jsonata.values import Value

LONGEST_TEXT: Final = 2**29 - 24
"""The longest text that the reference implementation's language can hold."""


_NUMBERS: Final = frozenset({int, float})


def expanded_size(value: Value) -> int:
    """About how many characters the JSON text of a value has at the least. What it holds twice counts twice.

    The time is in proportion to the memory that the value takes.
    """
    if not isinstance(value, list | dict):
        return len(value) if type(value) is str else 1
    if isinstance(value, list) and _NUMBERS.issuperset(map(type, value)):
        return len(value)
    sizes: dict[int, int] = {}
    waiting: list[Value] = [value]
    while waiting:
        container = waiting[-1]
        members = list(container.values()) if isinstance(container, dict) else container
        below = [id(member) for member in members if isinstance(member, list | dict)]
        if any(each not in sizes for each in below):
            waiting.extend(each for each in members if isinstance(each, list | dict) and id(each) not in sizes)
            continue
        texts = sum([len(member) for member in members if type(member) is str])
        names = sum(map(len, container)) if isinstance(container, dict) else 0
        sizes[id(container)] = len(container) + texts + names + sum([sizes[each] for each in below])
        waiting.pop()
    return sizes[id(value)]
