"""The regular expressions of JSONata, which are JavaScript's: `compile_regex` and what it returns.

A pattern is translated to Python's `re` where that finds exactly the same and its work is bounded for the text at hand.
Else a matcher of this package runs it, whose work grows with the product of pattern and text: no pattern makes a search
hang. Texts with characters beyond U+FFFF are searched as UTF-16, as JavaScript does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

from asl.jsonata.regex import matcher
from asl.jsonata.regex.cost import Unbounded, longest_text, starts_at_text_start
from asl.jsonata.regex.parser import parse
from asl.jsonata.regex.program import Program, program
from asl.jsonata.regex.translate import compiled, translated
from asl.jsonata.regex.tree import Tree
from asl.jsonata.regex.units import Utf16, from_units, to_units, utf16

__all__ = ["Match", "Regex", "compile_regex", "from_units", "to_units"]

_BUDGET: Final = 10_000_000
"""The most steps that a search may cost in `re`, which cannot be interrupted."""
_SCANNED: Final = 1000
"""Characters that `re` passes over for each step that is reported."""


@dataclass(slots=True)
class Match:
    """A match: where it starts and ends, in characters, and the text of each capture, None for one that took no part.

    Where a match starts or ends between the two UTF-16 units of a character, `start` and `end` take the character in.
    """

    start: int
    end: int
    groups: list[str | None]


class Regex:
    """A compiled regular expression, which may be used from several threads."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._at_text_start = starts_at_text_start(tree.root)
        pattern = translated(tree)
        self._longest = 0 if pattern is None else _longest(tree)
        self._re = compiled(pattern) if pattern is not None and self._longest else None

    @cached_property
    def _program(self) -> Program:
        return program(self._tree)

    def search(self, text: str, start: int, spend: Callable[[int], None]) -> Match | None:
        """The first match at or after `start`, if there is one; a negative `start` is 0.

        `spend` is told of work done, and may raise.
        """
        start = max(start, 0)
        if start > len(text):
            return None
        split = None if text.isascii() else utf16(text)
        if split is None:
            return self._search(text, start, spend)
        match = self._search(split.units, split.unit(start), spend)
        return match and _in_characters(match, split)

    def _search(self, text: str, start: int, spend: Callable[[int], None]) -> Match | None:
        if self._re is None or len(text) > self._longest:
            return self._search_step_by_step(text, start, spend)
        if self._at_text_start:
            found = self._re.match(text) if start == 0 else None
        else:
            found = self._re.search(text, start)
        scanned = (found.end() if found else len(text)) - start
        if scanned >= _SCANNED:
            spend(scanned // _SCANNED)
        return found and Match(found.start(), found.end(), list(found.groups()))

    def _search_step_by_step(self, text: str, start: int, spend: Callable[[int], None]) -> Match | None:
        found = matcher.search(self._program, text, start, spend)
        if found is None:
            return None
        first, end, captures = found
        edges = zip(captures[::2], captures[1::2], strict=True)
        return Match(first, end, [None if low is None or high is None else text[low:high] for low, high in edges])


def _longest(tree: Tree) -> int:
    try:
        return longest_text(tree.root, _BUDGET)
    except Unbounded:
        return 0


def _in_characters(match: Match, text: Utf16) -> Match:
    groups = [group if group is None else from_units(group) for group in match.groups]
    return Match(text.char(match.start), text.char(match.end, behind=True), groups)


@lru_cache(maxsize=512)
def compile_regex(pattern: str, flags: str) -> Regex:
    """The regular expression of a literal, with the flags `i` (ignore case) and `m` (lines).

    Raises JsonataError without a code, and with the text of JavaScript's SyntaxError, when the pattern is not valid.
    """
    return Regex(parse(pattern, flags))
