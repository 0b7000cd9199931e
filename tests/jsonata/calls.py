"""Calls of functions of the library, and their answers compared with those of the reference implementation."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from asl.jsonata import JsonataError, Level, compile

NOW = 1700000000123


class Failure(NamedTuple):
    """The code and the text of an error; errors of JavaScript itself have no code."""

    code: str | None
    message: str


class Clock:
    """A host whose time stands still."""

    def millis(self) -> int:
        return NOW

    def random(self) -> float:
        return 0.5

    def uuid(self) -> str:
        return "00000000-0000-4000-8000-000000000000"


def answer(name: str, arguments: list[Any], level: Level = "2.0.6") -> Any:
    names = [f"argument{index}" for index in range(len(arguments))]
    expression = compile(f"${name}({', '.join(f'${argument}' for argument in names)})", level)
    try:
        return expression.evaluate(None, dict(zip(names, arguments, strict=True)), Clock())
    except JsonataError as error:
        return Failure(error.code, error.message)


def same(left: Any, right: Any) -> bool:
    """Equal, in kind too; NaN equals itself. A whole number may be an int or a float."""
    if isinstance(left, float) and math.isnan(left):
        return isinstance(right, float) and math.isnan(right)
    return bool(left == right) and isinstance(left, str) == isinstance(right, str)
