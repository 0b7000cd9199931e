"""Abstract values: what is known of the data that flow through a definition, without running it.

A `Shape` is a part of an execution's input, or of a task's answer, of which nothing is known but what the definition
reads of it: reading a field of a shape notes that the field is wanted. Everything else is made from shapes by the
definition itself: objects of known fields, arrays, constants.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

from asl.json_text import dumps
from asl.values import JSON

Kind: TypeAlias = Literal[
    "string",
    "number",
    "integer",
    "positive",
    "digits",
    "boolean",
    "truth",
    "timestamp",
    "null",
    "object",
    "array",
    "base64",
]
"""How a value is used. "digits" is a number as text; "truth" is what is only asked whether it is true,
which any value may be."""

MOST: Final = 8
"""How many values one place may have before the others are given up: definitions have no more that differ."""


@dataclass(slots=True, eq=False)
class Shape:
    """What a definition reads of a value that it does not make itself.

    `fields` are those it reads by name, `element` what it reads of the elements of an array, which has at least `least`
    of them, or none when `may_be_empty`, and no more than one when `is_single`. `kinds` are the types it is used as,
    `constants` what it is compared with; `is_open` when values that equal none of them are provided for; `varies` when
    it is compared with another such value, and what follows when they differ is. `optional` when the definition asks
    whether it is there; `parsed` when it is read as JSON text; `is_made` when the definition itself puts something into
    it, so that it need not be there unless something else of it is read.
    """

    fields: dict[str, Shape] = field(default_factory=dict)
    element: Shape | None = None
    least: int = 0
    kinds: set[Kind] = field(default_factory=set)
    constants: list[JSON] = field(default_factory=list)
    is_open: bool = False
    varies: bool = False
    optional: bool = False
    may_be_empty: bool = False
    is_single: bool = False
    is_made: bool = False
    parsed: Shape | None = None

    def member(self, name: str) -> Shape:
        """The field of that name, which from now on is wanted."""
        return self.fields.setdefault(name, Shape())

    def items(self, least: int = 0) -> Shape:
        """The elements, of which there are from now on at least so many."""
        self.kinds.add("array")
        self.least = max(self.least, least)
        if self.element is None:
            self.element = Shape()
        return self.element

    def text(self) -> Shape:
        """What is read of the value that it is the JSON text of."""
        if self.parsed is None:
            self.parsed = Shape()
        return self.parsed


@dataclass(frozen=True, slots=True)
class Constant:
    """A value that the definition writes out."""

    value: JSON


@dataclass(frozen=True, slots=True)
class Known:
    """An object with these fields; what it has beside them is in `rest`, None: nothing."""

    fields: dict[str, Value]
    rest: Value | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """An array of these elements."""

    elements: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Elements:
    """An array of any length, its elements alike."""

    element: Value


@dataclass(frozen=True, slots=True)
class Either:
    """One of several values."""

    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Opaque:
    """A value of which nothing is known, and of which nothing can be wanted: one that is computed."""


Value: TypeAlias = "Shape | Constant | Known | Listed | Elements | Either | Opaque"
OPAQUE: Final = Opaque()


def member(value: Value, name: str) -> Value:
    """The field of that name."""
    match value:
        case Shape():
            if value.element is not None and not value.fields:
                return member(value.element, name)  # JSONata looks into arrays
            return value.member(name)
        case Known(fields, rest):
            if name in fields:
                return fields[name]
            return OPAQUE if rest is None else member(rest, name)
        case Constant(dict() as constants) if name in constants:
            return Constant(constants[name])
        case Either(values):
            return either(member(each, name) for each in values)
        case Elements(element):
            return member(element, name)
        case Listed(elements):
            return either(member(each, name) for each in elements)
        case _:
            return OPAQUE


def element(value: Value, index: int | None = None) -> Value:
    """The element at an index, or any of them."""
    match value:
        case Shape():
            return value.items(0 if index is None else index + 1 if index >= 0 else -index)
        case Listed(elements):
            if index is None:
                return either(elements)
            return elements[index] if -len(elements) <= index < len(elements) else OPAQUE
        case Constant(list() as constants):
            return element(Listed(tuple(map(Constant, constants))), index)
        case Elements(each):
            return each
        case Either(values):
            return either(element(each, index) for each in values)
        case _:
            return OPAQUE


def either(values: Iterable[Value]) -> Value:
    """One of several values; of those that are the same, one."""
    found: dict[Hashable, Value] = {}
    for value in values:
        for each in value.values if isinstance(value, Either) else (value,):
            found.setdefault(signature(each), each)
    several = tuple(found.values())[:MOST]
    if not several:
        return OPAQUE
    return several[0] if len(several) == 1 else Either(several)


def signature(value: Value) -> Hashable:
    """The same for values that are the same."""
    match value:
        case Shape():
            return id(value)
        case Constant(constant):
            return "constant", dumps(constant)
        case Known(fields, rest):
            own = tuple((name, signature(each)) for name, each in sorted(fields.items()))
            return "known", own, None if rest is None else signature(rest)
        case Listed(elements):
            return "listed", tuple(map(signature, elements))
        case Elements(each):
            return "elements", signature(each)
        case Either(values):
            return "either", frozenset(map(signature, values))
        case _:
            return "opaque"


def depth(value: Any) -> int:
    """How deep a value is nested: what grows in a loop of the definition is given up at some depth."""
    match value:
        case Known(fields, rest):
            inner = [*fields.values(), *([rest] if rest is not None else [])]
            return 1 + max(map(depth, inner), default=0)
        case Listed(elements) | Either(elements):
            return 1 + max(map(depth, elements), default=0)
        case Elements(each):
            return 1 + depth(each)
        case _:
            return 0
