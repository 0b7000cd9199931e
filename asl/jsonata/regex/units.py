"""Texts as JavaScript sees them: in UTF-16 units, where a character beyond U+FFFF is two, a pair of surrogates."""

from __future__ import annotations

import re
from typing import Final

_ASTRAL: Final = re.compile("[\U00010000-\U0010ffff]")
_PAIR: Final = re.compile("[\ud800-\udbff][\udc00-\udfff]")


def is_astral(text: str) -> bool:
    """Whether the text holds a character that is two units in UTF-16."""
    return not text.isascii() and _ASTRAL.search(text) is not None


def to_units(text: str) -> str:
    """The text with a pair of surrogates for each character beyond U+FFFF."""
    if not is_astral(text):
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
