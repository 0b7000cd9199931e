"""Writes a tree as a pattern of Python's `re`, where that means exactly the same."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from asl.jsonata.regex import charset
from asl.jsonata.regex.charset import CharSet
from asl.jsonata.regex.tree import (
    At,
    Capture,
    Choice,
    Look,
    Node,
    One,
    Place,
    Reference,
    Repeat,
    Sequence,
    Tree,
    can_be_empty,
    has_captures,
    width,
)

_LINE_END: Final = "\\n\\r\\u2028\\u2029"
_PLACES: Final = {
    Place.TEXT_START: r"\A",
    Place.TEXT_END: r"\Z",
    Place.LINE_START: f"(?<![^{_LINE_END}])",
    Place.LINE_END: f"(?![^{_LINE_END}])",
    Place.WORD_EDGE: r"\b",
    Place.NO_WORD_EDGE: r"(?!\b)",
}


@lru_cache(maxsize=1024)
def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern as `re` has it, with the words of ASCII only."""
    return re.compile(pattern, re.ASCII)


def translated(tree: Tree) -> str | None:
    """The pattern for `re`, or None where `re` would find something else or refuses it."""
    if tree.references or not _is_faithful(tree.root):
        return None
    return written(tree.root)


def _is_faithful(node: Node) -> bool:
    """Whether `re` treats it alike: it keeps captures from round to round and ends empty rounds in its own way."""
    match node:
        case One() | At():
            return True
        case Sequence(nodes) | Choice(nodes):
            return all(map(_is_faithful, nodes))
        case Capture(_, body):
            return _is_faithful(body)
        case Repeat(body, low, high, greedy):
            if node.captures and (high != 1 or not greedy):
                return False
            empty_rounds = can_be_empty(body) and (low, high) != (1, 1)
            return not empty_rounds and _is_faithful(body)
        case Look(body, back):
            return not has_captures(body) and (not back or width(body) is not None) and _is_faithful(body)
        case Reference():
            return False


def written(node: Node) -> str:
    """The node as `re` writes it. The caller knows that it means the same there."""
    match node:
        case One(units):
            return in_brackets(units)
        case At(place):
            return _PLACES[place]
        case Sequence(items):
            return "".join(map(_as_item, items))
        case Choice(options):
            return "|".join(map(written, options))
        case Capture(_, body):
            return f"({written(body)})"
        case Repeat(body, low, high, greedy):
            each = written(body) if isinstance(body, One) else f"(?:{written(body)})"
            return each + _count(low, high) + ("" if greedy else "?")
        case Look(body, back, negative):
            return f"(?{'<' if back else ''}{'!' if negative else '='}{written(body)})"
        case Reference():
            raise AssertionError("a reference is never written for re")


def _as_item(node: Node) -> str:
    return f"(?:{written(node)})" if isinstance(node, Choice) else written(node)


def _count(low: int, high: int | None) -> str:
    match low, high:
        case 0, None:
            return "*"
        case 1, None:
            return "+"
        case 0, 1:
            return "?"
        case _:
            return f"{{{low},{'' if high is None else high}}}"


def in_brackets(units: CharSet) -> str:
    """One unit of the set: as itself, in brackets, or in inverted brackets, whichever is shortest."""
    if units == charset.ALL:
        return r"[\s\S]"
    if not units:
        return r"[^\s\S]"
    if len(units) == 1 and units[0][0] == units[0][1]:
        return re.escape(chr(units[0][0]))
    others = charset.complement(units)
    if len(others) < len(units):
        return f"[^{_ranges(others)}]"
    return f"[{_ranges(units)}]"


def _ranges(units: CharSet) -> str:
    return "".join(f"\\u{low:04x}" if low == high else f"\\u{low:04x}-\\u{high:04x}" for low, high in units)
