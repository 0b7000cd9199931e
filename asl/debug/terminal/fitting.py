"""Text that fits on a line of the terminal: cut where it says least, or put on several lines.

Widths are columns of a terminal: a wide character takes two, a colour none.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterable
from typing import Final

from asl.findings import columns as columns_of_characters
from asl.story_text import Style

PLAIN: Final = Style(False)
"""No colours."""

_COLOUR: Final = re.compile(r"\x1b\[[0-9;]*m")
_DOTS: Final = "…"
_NAMES: Final = (None, 40, 28, 20, 14)
"""How many columns a name may take, from as many as it has to so few that it can still be told from others."""


def columns(text: str) -> int:
    """How many columns of a terminal a text takes, which may have colours."""
    return columns_of_characters(_COLOUR.sub("", text) if "\x1b" in text else text)


def without_middle(text: str, width: int | None) -> str:
    """A text without colours, cut in its middle where it takes more than `width` columns: `Get tok… requirements`."""
    if width is None or columns(text) <= width:
        return text
    room = max(0, width - 1)
    return _first(text, room - room // 2) + _DOTS + _last(text, room // 2)


def without_beginning(text: str, width: int) -> str:
    """A text without colours, cut at its beginning where it takes more than `width` columns."""
    return text if columns(text) <= width else _DOTS + _last(text, max(0, width - 1))


def _first(text: str, width: int) -> str:
    """As much of a text's beginning as fits."""
    end = min(len(text), width)
    while end and columns(text[:end]) > width:
        end -= 1
    return text[:end]


def _last(text: str, width: int) -> str:
    """As much of a text's end as fits."""
    start = max(0, len(text) - width)
    while start < len(text) and columns(text[start:]) > width:
        start += 1
    return text[start:]


def with_names(made: Callable[[int | None], str], width: int) -> str:
    """The first text that fits of those that `made` makes with names of at most so many columns, else the shortest."""
    text = ""
    for longest in _NAMES:
        text = made(longest)
        if columns(text) <= width:
            break
    return text


def fitted(made: Callable[[int | None], str], width: int) -> str:
    """The same for texts without colours; the shortest is cut at its beginning where it takes more than `width`."""
    return without_beginning(with_names(made, width), width)


def flowed(parts: Iterable[str], width: int, indent: str = "", separator: str = "  ") -> list[str]:
    """Lines on which parts stand one after another, as many as fit; all but the first begin with `indent`."""
    lines: list[str] = []
    line, is_empty = "", True
    for part in parts:
        if not is_empty and columns(line) + columns(separator) + columns(part) > width:
            lines.append(line.rstrip())
            line, is_empty = indent, True
        line += part if is_empty else separator + part
        is_empty = False
    return [*lines, line.rstrip()] if not is_empty else lines


def wrapped(text: str, width: int, indent: str = "", further: str | None = None) -> list[str]:
    """The lines of a text without colours that is broken between words; after the first they begin with `further`."""
    further = indent if further is None else further
    if columns(indent + text) <= width:
        return [indent + text]
    return textwrap.wrap(
        text, width, initial_indent=indent, subsequent_indent=further, break_on_hyphens=False,
        break_long_words=False,
    )  # fmt: skip
