"""Texts as JavaScript sees them: in UTF-16 units, where a character beyond U+FFFF is two, a pair of surrogates."""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import lru_cache
from typing import Final

_ASTRAL: Final = re.compile("[\U00010000-\U0010ffff]")
_PAIR: Final = re.compile("[\ud800-\udbff][\udc00-\udfff]")


class Utf16:
    """A text in UTF-16 units, and which unit belongs to which character."""

    def __init__(self, text: str) -> None:
        self.units = to_units(text)
        self._astral = [match.start() for match in _ASTRAL.finditer(text)]
        self._pairs = [char + index for index, char in enumerate(self._astral)]

    def unit(self, char: int) -> int:
        """The position in units of a position in characters."""
        return char + bisect_left(self._astral, char)

    def char(self, unit: int, *, behind: bool = False) -> int:
        """The position in characters of a position in units: between two units of a character, where that begins.

        With `behind`, where it ends.
        """
        pairs = bisect_left(self._pairs, unit)
        within = pairs > 0 and self._pairs[pairs - 1] == unit - 1
        return unit - pairs + (behind and within)


@lru_cache(maxsize=4)
def utf16(text: str) -> Utf16 | None:
    """The text in units, None where these are its characters.

    Matches are asked for one by one: the last texts are kept.
    """
    return Utf16(text) if _ASTRAL.search(text) else None


def to_units(text: str) -> str:
    """The text with a pair of surrogates for each character beyond U+FFFF."""
    if text.isascii():
        return text
    return _ASTRAL.sub(lambda match: _split(match[0]), text)


def from_units(units: str) -> str:
    """The text with one character for each pair of surrogates."""
    if units.isascii():
        return units
    return _PAIR.sub(lambda match: _join(match[0]), units)


def _split(char: str) -> str:
    offset = ord(char) - 0x10000
    return chr(0xD800 + (offset >> 10)) + chr(0xDC00 + (offset & 0x3FF))


def _join(pair: str) -> str:
    return chr(0x10000 + ((ord(pair[0]) - 0xD800) << 10) + (ord(pair[1]) - 0xDC00))
