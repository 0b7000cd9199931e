"""The values of JSONata: JSON as Python's `json` reads it, the absence of a value, and functions.

A number is an `int` or a `float`, never a `bool`. JavaScript has only doubles: a result that is a whole number is kept
as an `int` while that is exact (below 2 to the 53rd), so that 4 / 2 prints as 2. Data is never changed in place.

An array is a `list` or one of the subclasses here, which remember where it came from, as the language wants it: test
with `isinstance(value, list)`. What an evaluation gives out holds plain lists only.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any, Final, Literal, TypeAlias

Value: TypeAlias = Any
"""None, bool, int, float, str, list, dict, UNDEFINED or a Function."""


class _Undefined(Enum):
    UNDEFINED = "undefined"

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "UNDEFINED"


Undefined: TypeAlias = Literal[_Undefined.UNDEFINED]
UNDEFINED: Final = _Undefined.UNDEFINED
"""The value of an expression that has none; unlike None, which is JSON's null."""


class Sequence(list[Any]):
    """The results of a query: where its expression ends, a sequence of one is that one, an empty one is undefined."""

    __slots__ = ()


class Kept(Sequence):
    """A sequence that stays an array when it holds one value, because of `[]`."""

    __slots__ = ()


class Outer(Sequence):
    """Holds an array that is the input of the whole expression, so that it counts as one value."""

    __slots__ = ()


class Tuples(Sequence):
    """Values with the variables bound beside them by `@`, `#` and `%`: dicts, the value itself under "@"."""

    __slots__ = ()


class Constructed(list[Any]):
    """An array that `[...]` made as a step of a path: the step after it does not flatten it."""

    __slots__ = ()


class Function:
    """Something that can be called: a built-in function, a lambda, a partial application, a regular expression.

    `call(arguments)` gives the result. `arity`: how many arguments higher-order functions give it.
    """

    __slots__ = ("_do", "arity")

    def __init__(self, do: Callable[[list[Value]], Value], arity: int) -> None:
        self._do = do
        self.arity = arity

    def call(self, arguments: list[Value]) -> Value:
        return self._do(arguments)

    def apply(self, arguments: list[Value], context: Value) -> Value:
        """The result of a call where `context` may stand in for an argument that is missing."""
        return self.call(arguments)


EXACT: Final = 2**53
"""From here on a double cannot tell an integer from the next."""


def number(result: float) -> float:
    """A computed number as this package keeps it: whole numbers as int where a double is exact, else a double."""
    if type(result) is int:
        return result if -EXACT <= result <= EXACT else float(result)
    if -EXACT <= result <= EXACT and result == (whole := int(result)):
        return whole
    return result


def is_number(value: Value) -> bool:
    kind = type(value)
    return kind is int or kind is float


def collapsed(value: Value) -> Value:
    """The value of an expression that gave `value`: a sequence of one is its element, an empty one undefined."""
    if isinstance(value, Sequence):
        if not value:
            return UNDEFINED if not isinstance(value, Tuples) else value
        if len(value) == 1 and not isinstance(value, Kept | Tuples):
            return value[0]
    return value
