"""Data for a person: folded to a screen.

Nothing below a fold is looked at, so that showing a large value costs as much as showing the lines that are seen.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from asl.story_text import plain
from asl.values import JSON

INDENT: Final = "  "
_DEEPEST: Final = 12
_LONGEST: Final = 72  # characters of an object or array that stands on one line
BESIDE: Final = 40  # characters of a value that has not changed, beside those that have
SHORTEST: Final = 20  # characters of a text that are shown at least
_ASIDE: Final = frozenset(('"SdkHttpMetadata": ', '"SdkResponseMetadata": '))
"""Keys of what the services' answers have beside what was asked for: headers."""


@dataclass(frozen=True, slots=True)
class Fold:
    """How much of a value is shown: at most so many lines, each of so many columns, and of a nested list or object so
    many members."""

    lines: int
    width: int
    members: int = 6


@dataclass(slots=True)
class Shown:
    """The lines of a value, without colours, and whether they tell all of it."""

    lines: list[str]
    whole: bool


def shown(value: JSON, fold: Fold) -> Shown:
    """The value as indented JSON, folded as deep down as there is room for it."""
    best = Shown([brief(value, fold.width)], not isinstance(value, dict | list))
    for depth in range(_DEEPEST):
        painter = Painter(fold)
        lines = list(islice(painter.value(value, depth), fold.lines + 1))
        if len(lines) > fold.lines:
            break
        best = Shown(lines, painter.whole)
        if painter.whole:
            break
    return best


class Painter:
    """Paints a value to a depth; `whole` is False once something was left out."""

    def __init__(self, fold: Fold) -> None:
        self.fold = fold
        self.whole = True

    def value(self, value: JSON, depth: int, head: str = "", tail: str = "", indent: int = 0) -> Iterator[str]:
        """The lines of a value below `head`, which is its key."""
        margin = INDENT * indent
        room = self.fold.width - len(margin) - len(head) - len(tail)
        text = inline(value, min(room, _LONGEST) if isinstance(value, dict | list) else room)
        if text is None and isinstance(value, dict | list) and value and depth:
            yield from self._members(value, depth, head, tail, indent)
            return
        if text is None:
            self.whole = False
            text = _closed(value) if head in _ASIDE and isinstance(value, dict | list) else brief(value, room)
        yield f"{margin}{head}{text}{tail}"

    def _members(
        self, value: dict[str, JSON] | list[JSON], depth: int, head: str, tail: str, indent: int
    ) -> Iterator[str]:
        margin, below = INDENT * indent, INDENT * (indent + 1)
        opening, closing = "{}" if isinstance(value, dict) else "[]"
        yield f"{margin}{head}{opening}"
        limit = max(self.fold.members, self.fold.lines - 3) if indent == 0 else self.fold.members
        count = len(value)
        limit = count if count <= limit + 1 else limit
        for number, (key, member) in enumerate(islice(_items(value), limit)):
            comma = "" if number + 1 == count else ","
            yield from self.value(member, 0 if key in _ASIDE else depth - 1, key, comma, indent + 1)
        if limit < count:
            self.whole = False
            yield f"{below}… {count - limit:,} more"
        yield f"{margin}{closing}{tail}"


def _items(value: dict[str, JSON] | list[JSON]) -> Iterator[tuple[str, JSON]]:
    """The members of an object or array, each with what stands before it."""
    if isinstance(value, dict):
        return ((f"{text(key)}: ", member) for key, member in value.items())
    return (("", member) for member in value)


def inline(value: JSON, room: int) -> str | None:
    """The value on one line, None when it takes more than so many columns; no more of it is looked at."""
    pieces: list[str] = []
    return "".join(pieces) if _fits(value, room, pieces) >= 0 else None


def _fits(value: JSON, room: int, pieces: list[str]) -> int:
    """Adds the value's text to the pieces; how much room is left then, below 0 when there is not enough."""
    if isinstance(value, dict | list):
        if 2 * len(value) > room:
            return -1
        opening, closing = "{}" if isinstance(value, dict) else "[]"
        room -= 2
        pieces.append(opening)
        for number, (key, member) in enumerate(_items(value)):
            before = f"{', ' if number else ''}{key}"
            pieces.append(before)
            room = _fits(member, room - len(before), pieces)
            if room < 0:
                return room
        pieces.append(closing)
        return room
    if isinstance(value, str) and len(value) > room:
        return -1
    pieces.append(text(value))
    return room - len(pieces[-1])


def text(value: JSON) -> str:
    """A scalar as JSON text that cannot drive the terminal."""
    return plain(json.dumps(value, ensure_ascii=False))


def brief(value: JSON, room: int) -> str:
    """The value on one line: whole if there is room, else its beginning and how much there is more: `{"a": 1, …3}`,
    `[…120]`, `"abc…" (5,000 characters)`."""
    whole = inline(value, room)
    if whole is not None:
        return whole
    match value:
        case dict() | list():
            return _beginning(value, room)
        case str():
            length = f" ({len(value):,} characters)"
            return text(value[: max(SHORTEST, room - len(length) - 3)])[:-1] + "…" + f'"{length}'
        case _:
            return text(value)


def _beginning(value: dict[str, JSON] | list[JSON], room: int) -> str:
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    rest = len(value)
    pieces: list[str] = []
    room -= len(f"{opening}, …{rest:,}{closing}")
    for key, member in _items(value):
        left = room - len(key)
        shown = inline(member, min(left, BESIDE))
        if shown is None and isinstance(member, dict | list) and key:
            folded = _closed(member)
            shown = folded if len(folded) <= left else None
        elif shown is None and isinstance(member, str) and left > SHORTEST:
            shown = text(member[: min(left, BESIDE) - 3])[:-1] + '…"'
        if shown is None:
            break
        pieces.append(f"{key}{shown}")
        room -= len(pieces[-1]) + 2
        rest -= 1
    return f"{opening}{', '.join([*pieces, f'…{rest:,}'] if rest else pieces)}{closing}"


def _closed(value: dict[str, JSON] | list[JSON]) -> str:
    """An object or array that is not looked into: `{…3}`."""
    return f"{{…{len(value):,}}}" if isinstance(value, dict) else f"[…{len(value):,}]"
