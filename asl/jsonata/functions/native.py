"""How a built-in function is declared."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol


class Run(Protocol):
    """What a built-in function may ask of the evaluation it runs in."""

    def millis(self) -> int:
        """The time of the evaluation, in milliseconds since the epoch: the same from its start to its end."""

    def random(self) -> float:
        """A number in [0, 1)."""

    def uuid(self) -> str: ...

    def spend(self, steps: int) -> None:
        """Count work done; raises U1002 when it was too much."""

    def allocate(self, size: int) -> None:
        """Check a list or a text of `size` bytes before it is made; raises U1003 when it is too large.

        A character counts 1, an element of a list 8.
        """


@dataclass(frozen=True, slots=True)
class Native:
    """A built-in function: its name without `$`, its signature, and the Python function that does it.

    The Python function gets the arguments as the signature arranged them; those not given are UNDEFINED (its defaults
    say so). With `run` it gets the Run first. `arity` is how many arguments higher-order functions give it. It returns
    a Sequence where a result of one element stands for that element, raises JsonataError without position and token.
    """

    name: str
    signature: str
    do: Callable[..., Any]
    arity: int
    run: bool


def native(
    table: dict[str, Native], name: str, signature: str, *, arity: int | None = None, run: bool = False
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declares a function in a module's table. `arity` is counted from the parameters when it is not given."""

    def declare(do: Callable[..., Any]) -> Callable[..., Any]:
        count = len(inspect.signature(do).parameters) - run if arity is None else arity
        table[name] = Native(name, signature, do, count, run)
        return do

    return declare
