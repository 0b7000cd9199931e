"""What belongs to one evaluation: its clock, its bounds, and how much of them is used up."""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeAlias

from asl.jsonata.errors import JsonataError
from asl.jsonata.values import Value


class Host(Protocol):
    """Where an evaluation gets what is not in its input."""

    def millis(self) -> int:
        """The time, in milliseconds since the epoch."""

    def random(self) -> float:
        """A number in [0, 1)."""

    def uuid(self) -> str:
        """A random UUID (version 4)."""


class SystemHost:
    """The clock and the randomness of this machine."""

    def millis(self) -> int:
        return time.time_ns() // 1_000_000

    def random(self) -> float:
        return random.random()

    def uuid(self) -> str:
        return str(uuid.uuid4())


NUMBER_BYTES: Final = 8
"""What an element of an array counts in memory."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of an evaluation."""

    depth: int
    """How deep expressions are nested while they are evaluated: each part of an expression is a level, and so is the
    body of a function below its call."""

    memory: int
    """Bytes of one array or text: a character counts 1, an element 8."""

    steps: int
    """Calls of functions and steps over items."""


AWS: Final = Limits(
    depth=100,
    memory=6_990_256,
    steps=10_000_000,  # unrecorded: AWS bounds the time; how much work fits into it is not known
)
"""As measured on AWS Step Functions: `[1..873782]` is accepted and `[1..873783]` is not."""

STANDALONE: Final = Limits(depth=500, memory=NUMBER_BYTES * 10_000_000, steps=100_000_000)
"""Wider: the range operator's own limit is what bounds arrays."""


class Run:
    """One evaluation. Satisfies `functions.native.Run`."""

    __slots__ = ("_host", "_millis", "base", "limits", "nested", "steps")

    def __init__(self, host: Host, limits: Limits) -> None:
        self._host = host
        self._millis: int | None = None
        self.limits = limits
        self.steps = limits.steps
        """How many are left."""
        self.base = 0
        """How many levels deep the body of the current lambda is."""
        self.nested = False
        """An array that is no plain list has become part of another value."""

    def millis(self) -> int:
        if self._millis is None:
            self._millis = self._host.millis()
        return self._millis

    def random(self) -> float:
        return self._host.random()

    def uuid(self) -> str:
        return self._host.uuid()

    def spend(self, steps: int) -> None:
        self.steps -= steps
        if self.steps < 0:
            raise JsonataError("U1002")

    def allocate(self, size: int, width: int = 1) -> None:
        if size * width > self.limits.memory:
            raise JsonataError("U1003")


WALK_LIMIT: Final = AWS.steps
"""Elements of arrays in arrays that one look-up or function goes through."""


ARRAY_STEPS: Final = 10
"""What an array in an array counts besides its elements."""


class Walk:
    """Bounds a walk through arrays in arrays: the same array may be in many places."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = WALK_LIMIT

    def enter(self, array: list[Value]) -> None:
        """Raises U1002."""
        self.left -= ARRAY_STEPS + len(array)
        if self.left < 0:
            raise JsonataError("U1002")


Scope: TypeAlias = dict[Any, Any]
"""Variables by name; under None the scope around it."""

Code: TypeAlias = Callable[[Value, Scope, Run], Value]
"""A compiled expression: (context, scope, run) -> value."""
