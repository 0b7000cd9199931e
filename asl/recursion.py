"""Room on Python's stack: how deep definitions, expressions and data may be nested must not depend on who calls us."""

import sys
from typing import Final

from asl.values import JSON

_LIMIT: Final = 4_000
"""Nested calls. Our own bounds on nesting are met far below it, also where the caller's stack is deep."""


def make_room() -> None:
    """Raises Python's limit on nested calls, if it is lower. It is never lowered: other threads may be deep."""
    if sys.getrecursionlimit() < _LIMIT:
        sys.setrecursionlimit(_LIMIT)


def is_deeper(value: JSON, levels: int) -> bool:
    """Whether arrays and objects are nested in more levels than these."""
    level = [value]
    for _ in range(levels):
        level = [
            below
            for each in level
            if isinstance(each, list | dict)
            for below in (each if isinstance(each, list) else each.values())
            if isinstance(below, list | dict)
        ]
        if not level:
            return False
    return True
