"""A regular expression as a tree. Case is folded into the sets already, `.` and `$` say which kind they are.

What walks over a tree does it with one Python frame for a node: patterns may be nested deeply.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias

from asl.jsonata.regex.charset import CharSet


class Place(Enum):
    """An assertion about the position alone."""

    TEXT_START = 1
    TEXT_END = 2
    LINE_START = 3
    LINE_END = 4
    WORD_EDGE = 5
    NO_WORD_EDGE = 6


@dataclass(frozen=True, slots=True)
class One:
    """One unit out of a set."""

    units: CharSet


@dataclass(frozen=True, slots=True)
class At:
    place: Place


@dataclass(frozen=True, slots=True)
class Sequence:
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    options: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Capture:
    index: int
    body: Node


@dataclass(frozen=True, slots=True)
class Repeat:
    """`body` from `low` to `high` times (None: without end). The captures from `first` to before `behind` are in it."""

    body: Node
    low: int
    high: int | None
    greedy: bool
    first: int
    behind: int

    @property
    def captures(self) -> bool:
        return self.first < self.behind


@dataclass(frozen=True, slots=True)
class Look:
    """A look ahead, or `back`, that must find `body`, or must not."""

    body: Node
    back: bool
    negative: bool


@dataclass(frozen=True, slots=True)
class Reference:
    """The text of a capture once more."""

    index: int


Node: TypeAlias = One | At | Sequence | Choice | Capture | Repeat | Look | Reference
NOTHING: Final = Sequence(())


@dataclass(frozen=True, slots=True)
class Tree:
    root: Node
    captures: int
    ignore_case: bool
    references: frozenset[int]
    """The captures that are referred to."""


def width(node: Node) -> int | None:
    """How many units the node takes where that is the same for every match, else None."""
    match node:
        case One():
            return 1
        case At() | Look():
            return 0
        case Sequence(items):
            widths = list(map(width, items))
            return None if None in widths else sum(each for each in widths if each is not None)
        case Choice(options):
            first, *others = set(map(width, options))
            return None if others else first
        case Capture(_, body):
            return width(body)
        case Repeat(body, low, high):
            each = width(body)
            return 0 if high == 0 else each * low if low == high and each is not None else None
        case Reference():
            return None


def can_be_empty(node: Node) -> bool:
    """Whether the node may match without taking a unit; True where only the text can tell."""
    match node:
        case One():
            return False
        case At() | Look() | Reference():
            return True
        case Sequence(items):
            return all(map(can_be_empty, items))
        case Choice(options):
            return any(map(can_be_empty, options))
        case Capture(_, body):
            return can_be_empty(body)
        case Repeat(body, low):
            return low == 0 or can_be_empty(body)


def has_captures(node: Node) -> bool:
    match node:
        case Sequence(nodes) | Choice(nodes):
            return any(map(has_captures, nodes))
        case Capture():
            return True
        case Repeat():
            return node.captures
        case Look(body):
            return has_captures(body)
        case _:
            return False
