"""The parts of a JSONPath, as its parser leaves them."""

import re
from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Name:
    name: str


@dataclass(frozen=True, slots=True)
class Index:
    index: int


@dataclass(frozen=True, slots=True)
class Wildcard:
    pass


@dataclass(frozen=True, slots=True)
class Slice:
    start: int | None
    stop: int | None
    step: int | None


@dataclass(frozen=True, slots=True)
class Names:
    """`['a','b']`: the object of these members."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Indexes:
    indexes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Descendants:
    """`..`: what follows is looked for in the value and in everything below it."""


@dataclass(frozen=True, slots=True)
class Filter:
    test: "Test"


@dataclass(frozen=True, slots=True)
class Function:
    """`.length()` and its like, of what the path before it gives."""

    name: str
    arguments: tuple["Operand", ...] = ()


Segment: TypeAlias = Name | Index | Wildcard | Slice | Names | Indexes | Descendants | Filter | Function

# -- filters ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Literal:
    value: Any


@dataclass(frozen=True, slots=True)
class Regex:
    pattern: "re.Pattern[str]"


@dataclass(frozen=True, slots=True)
class Query:
    """A path in a filter: `@...` from the element that is tested, `$...` from the root."""

    from_root: bool
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Compare:
    operator: str
    left: "Operand"
    right: "Operand"


@dataclass(frozen=True, slots=True)
class Exists:
    query: Query


@dataclass(frozen=True, slots=True)
class Both:
    tests: tuple["Test", ...]


@dataclass(frozen=True, slots=True)
class Either:
    tests: tuple["Test", ...]


@dataclass(frozen=True, slots=True)
class Negated:
    test: "Test"


Operand: TypeAlias = Literal | Regex | Query
Test: TypeAlias = Compare | Exists | Both | Either | Negated
