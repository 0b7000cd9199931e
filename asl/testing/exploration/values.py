"""Makes values that are as a definition reads them.

Every choice is asked of a function: Hypothesis's, which shrinks, or that of a random generator. Choices are ordered,
the simplest first, so that the simplest value is the one for which the first is always chosen.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final, TypeAlias

from asl import timestamps
from asl.json_text import dumps
from asl.testing.exploration.shapes import Kind, Shape
from asl.values import JSON

Choose: TypeAlias = Callable[[int], int]
"""Gives one of the numbers from 0 to below its argument."""

TEXT: Final = "x"
OTHER: Final = "other"
"""A text that no constant of a definition equals."""

_DEEPEST: Final = 30
_MOMENT: Final = "2026-01-01T00:00:00Z"  # when virtual time begins
_PLAIN: Final[dict[Kind, tuple[JSON, ...]]] = {
    "string": (TEXT,),
    "number": (1, 0, 2),
    "integer": (1, 0, 2),
    "positive": (1, 2),
    "digits": ("1", "0"),
    "boolean": (False, True),
    "truth": (False, True),
    "timestamp": (_MOMENT, "2026-01-02T00:00:00Z"),
    "null": (None,),
    "base64": (b64encode(TEXT.encode()).decode(),),
}
_STRAYS: Final[tuple[JSON, ...]] = (None, {}, [], "", 0, TEXT)
"""What is put in the place of a value by those who do not keep to what is expected."""


def make(shape: Shape, choose: Choose, *, unexpected: bool = False, deep: int = 0) -> JSON:
    """A value of that shape. With `unexpected`, at times something else: fields missing, other types."""
    if unexpected and choose(8) == 7:
        return _STRAYS[choose(len(_STRAYS))]
    ways = list(_ways(shape, choose, unexpected, deep))
    return ways[choose(len(ways)) if len(ways) > 1 else 0]()


def _ways(shape: Shape, choose: Choose, unexpected: bool, deep: int) -> Iterator[Callable[[], JSON]]:
    """Functions that make the value, one for each type that it can have."""
    below = partial(make, choose=choose, unexpected=unexpected, deep=deep + 1)
    is_whole = True
    if deep > _DEEPEST:
        yield dict
        return
    if shape.parsed is not None:
        parsed = shape.parsed
        yield lambda: dumps(below(parsed) if is_read(parsed) else {})
    elif shape.element is not None or "array" in shape.kinds:
        yield partial(_array, shape, choose, below)
    elif shape.fields or "object" in shape.kinds:
        yield partial(_object, shape, choose, below, unexpected)
    else:
        is_whole = False
    plain = _plain(shape, is_whole)
    if plain:
        yield lambda: plain[choose(len(plain)) if len(plain) > 1 else 0]


def _object(shape: Shape, choose: Choose, below: Callable[[Shape], JSON], unexpected: bool) -> JSON:
    return {
        name: below(field)
        for name, field in shape.fields.items()
        if not ((field.optional and choose(2) == 1) or (unexpected and choose(8) == 7) or _is_only_made(field))
    }


def _is_only_made(shape: Shape) -> bool:
    """Whether the definition makes the value itself, and reads nothing else of it."""
    return shape.is_made and shape.kinds <= {"object"} and not shape.fields


def _array(shape: Shape, choose: Choose, below: Callable[[Shape], JSON]) -> JSON:
    element = shape.element or Shape()
    for name, field in shape.fields.items():  # JSONata reads fields through arrays
        element.fields.setdefault(name, field)
    lengths = [1] if shape.is_single else [shape.least] if shape.least else [1, 0, 2]
    if shape.least and shape.may_be_empty:
        lengths.append(0)
    length = lengths[choose(len(lengths)) if len(lengths) > 1 else 0]
    return [below(element) for _ in range(length)]


def _plain(shape: Shape, is_whole: bool) -> list[JSON]:
    """The constants that the value may equal, then others, then what its types say."""
    found: list[JSON] = []
    kinds = {kind for kind in shape.kinds if kind in _PLAIN}
    for constant in shape.constants:
        found += (constant, not constant) if isinstance(constant, bool) else (constant,)
    texts = any(isinstance(constant, str) for constant in shape.constants)
    if shape.is_open and not is_whole:
        found += _others(shape.constants)
    weak = is_whole or found
    for kind in sorted(kinds):
        covered = (kind == "string" and texts) or (kind == "truth" and weak) or _is_covered(kind, found)
        if not covered:
            found += _PLAIN[kind]
    if not is_whole and all(value is None for value in found):
        found.insert(0, TEXT)
    if shape.varies and TEXT in found:
        found.append(OTHER)
    return [value for number, value in enumerate(found) if not _is_in(value, found[:number])]


def _others(constants: list[JSON]) -> list[JSON]:
    """What equals none of the constants, of their types."""
    numbers = [each for each in constants if type(each) in (int, float)]
    texts = any(isinstance(each, str) for each in constants)
    return [*([OTHER] if texts else []), *([max(numbers) + 1] if numbers else [])]


def _is_covered(kind: Kind, found: list[JSON]) -> bool:
    """Whether there are values of that type already."""
    match kind:
        case "number" | "integer" | "positive":
            return any(type(value) in (int, float) for value in found)
        case "boolean":
            return True in found and False in found
        case "timestamp":
            return any(isinstance(value, str) and timestamps.parse(value) is not None for value in found)
        case _:
            return False


def _is_in(value: JSON, found: list[JSON]) -> bool:
    return any(type(each) is type(value) and each == value for each in found)


def is_read(shape: Shape) -> bool:
    """Whether the definition reads anything of it."""
    return bool(shape.fields or shape.element or shape.kinds or shape.constants or shape.parsed)
