"""Whether a JSON value is as expected, in whole or in part, and where it is not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from asl.json_text import dumps
from asl.values import JSON

_SHOWN: Final = 200


class Partial:
    """Equal to every value that has at least what `expected` has: the fields of its objects, at every depth.

    Arrays must have as many elements, each of which is compared so. What compares by an `__eq__` of its own, such as
    `unittest.mock.ANY`, may stand anywhere.
    """

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, expected: Any) -> None:
        self.expected = expected

    def __eq__(self, actual: object) -> bool:
        return next(differences(self.expected, actual), None) is None

    def __repr__(self) -> str:
        return f"partial({self.expected!r})"


def partial(expected: Any) -> Partial:
    """What is equal to every value that has at least what `expected` has.

    For example `run.output == partial({"status": "placed"})`, `partial({"detail": {"id": 1}}) in run.events`.
    """
    return Partial(expected)


def differences(expected: Any, actual: Any, *, whole: bool = False, at: str = "$") -> Iterator[str]:
    """A line for each place where `actual` is not as expected: `$.total: expected 15, got 12`.

    With `whole`, objects may have no fields that `expected` does not have.
    """
    if isinstance(expected, Partial):
        yield from differences(expected.expected, actual, at=at)
    elif isinstance(expected, dict) and isinstance(actual, dict):
        for key, member in expected.items():
            if key in actual:
                yield from differences(member, actual[key], whole=whole, at=_member(at, key))
            else:
                yield f"{_member(at, key)}: expected {shown(member)}, but it is missing"
        for key in actual if whole else ():
            if key not in expected:
                yield f"{_member(at, key)}: not expected, got {shown(actual[key])}"
    elif isinstance(expected, list | tuple) and isinstance(actual, list):
        for index, (wanted, element) in enumerate(zip(expected, actual, strict=False)):
            yield from differences(wanted, element, whole=whole, at=f"{at}[{index}]")
        if len(expected) != len(actual):
            yield f"{at}: expected {_count(len(expected))}, got {len(actual)}: {shown(actual)}"
    elif not _equal(expected, actual):
        yield f"{at}: expected {shown(expected)}, got {shown(actual)}"


def shown(value: Any) -> str:
    """A value as short JSON text, or its repr where it is not JSON."""
    try:
        text = dumps(value)
    except (TypeError, ValueError):
        text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _equal(expected: Any, actual: JSON) -> bool:
    if isinstance(expected, bool) is not isinstance(actual, bool) and isinstance(expected, bool | int | float):
        return False  # 1 is not true
    return bool(expected == actual)


def _member(at: str, key: str) -> str:
    return f"{at}.{key}" if key.isidentifier() else f"{at}[{dumps(key)}]"


def _count(number: int) -> str:
    return f"{number} element{'' if number == 1 else 's'}"
