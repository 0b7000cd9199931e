"""The functions that may end a path: `$.numbers.sum()`."""

import math
from collections.abc import Callable, Sequence
from typing import Any

from asl.jsonpath.errors import FunctionFailed
from asl.values import JSON


def apply_function(name: str, value: JSON, arguments: Sequence[JSON]) -> JSON:
    """The function's result. Raises FunctionFailed for a value of a kind that it is not for."""
    if name in _NUMERIC:
        numbers = [each for each in value if type(each) in (int, float)] if isinstance(value, list) else []
        if not numbers:
            raise FunctionFailed(f"{name}() needs an array with numbers")
        try:
            result = float(_NUMERIC[name](numbers))
        except OverflowError:
            result = math.inf
        if not math.isfinite(result):
            raise FunctionFailed(f"the result of {name}() is too large")
        return result
    match name:
        case "length" | "size":
            return len(value) if isinstance(value, list | dict | str) else None
        case "keys":
            return list(value) if isinstance(value, dict) else []
        case "first" | "last" | "index":
            position = {"first": 0, "last": -1}.get(name, arguments[0] if arguments else 0)
            if not isinstance(value, list) or type(position) is not int or not -len(value) <= position < len(value):
                raise FunctionFailed(f"{name}() needs an array with such an element")
            return value[position]
        case "concat":
            return "".join(str(each) for each in [*(value if isinstance(value, list) else [value]), *arguments])
        case _:
            return [*value, *arguments] if isinstance(value, list) else value


_NUMERIC: dict[str, Callable[[list[Any]], float]] = {
    "min": min,
    "max": max,
    "sum": sum,
    "avg": lambda numbers: math.fsum(numbers) / len(numbers),
    "stddev": lambda numbers: _deviation(numbers),
}


def _deviation(numbers: list[Any]) -> float:
    mean = math.fsum(numbers) / len(numbers)
    return math.sqrt(math.fsum((number - mean) ** 2 for number in numbers) / len(numbers))
