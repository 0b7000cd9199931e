"""The values of JSONata: JSON as Python's `json` reads it, the absence of a value, functions, and regular expressions.

A number is an `int` or a `float`, never a `bool`. JavaScript has only doubles: a result that is a whole number is kept as
an `int` while that is exact (below 2 to the 53rd), so that 4 / 2 prints as 2. Data is never changed in place.
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
    """The results of a query. Where the expression that made it ends, a sequence of one is that one, an empty one undefined.

    Only what makes a sequence and the node right above it ever see this type; every other list is a plain `list`.
    """

    __slots__ = ()


class Function:
    """Something that can be called: a built-in function, a lambda, a partial application, a regular expression.

    `call(arguments)` gives the result, already collapsed. `arity`: how many arguments higher-order functions give it.
    """

    __slots__ = ("arity", "call")

    def __init__(self, call: Callable[[list[Value]], Value], arity: int) -> None:
        self.call = call
        self.arity = arity


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
