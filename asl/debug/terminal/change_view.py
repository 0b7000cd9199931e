"""What has changed in data, for a person: what is new, what is otherwise, what is gone, and where.

Parts that are the same are not looked into: mostly they are the very same object.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal, TypeAlias

from asl.debug.comparison import same
from asl.debug.terminal import highlight
from asl.debug.terminal.data_view import BESIDE, INDENT, SHORTEST, Fold, Painter, brief, text
from asl.story_text import Style
from asl.values import JSON

Mark: TypeAlias = Literal[" ", "+", "~", "-"]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of changed data: added, changed, removed or neither."""

    mark: Mark
    text: str

    def painted(self, style: Style) -> str:
        match self.mark:
            case "+":
                return style.green(f"+ {self.text}")
            case "~":
                return style.yellow(f"~ {self.text}")
            case "-":
                return style.red(f"- {self.text}")
            case _:
                return f"  {highlight.json(self.text, style)}"


def changes(before: JSON, after: JSON, fold: Fold) -> list[Line] | None:
    """The value after, with what is new, changed and gone since before; None where they have nothing in common.

    What is the same stands folded; where that still takes more lines than there are, it is left out, and then the
    changes beyond them.
    """
    if not _comparable(before, after):
        return None
    for with_same in (True, False):
        lines = list(islice(_Changes(fold, with_same).value(before, after, "", 0), fold.lines + 1))
        if len(lines) <= fold.lines:
            return lines
    return [*lines[: fold.lines - 1], Line(" ", "…")]


def _comparable(before: JSON, after: JSON) -> bool:
    """Whether both are objects, or both arrays, that share a member."""
    if isinstance(before, dict) and isinstance(after, dict):
        return not before or not after or any(key in before for key in after)
    return isinstance(before, list) and isinstance(after, list)


class _Changes:
    def __init__(self, fold: Fold, with_same: bool) -> None:
        self.fold = fold
        self.with_same = with_same

    def value(self, before: JSON, after: JSON, head: str, indent: int) -> Iterator[Line]:
        margin = INDENT * indent
        if not _comparable(before, after):
            yield self._line("~", indent, f"{head}{brief(before, self._half(indent))} → ", after)
            return
        opening, closing = "{}" if isinstance(after, dict) else "[]"
        yield Line(" ", f"{margin}{head}{opening}")
        inside = self._object if isinstance(after, dict) else self._array
        yield from inside(before, after, indent + 1)
        yield Line(" ", f"{margin}{closing}")

    def _object(self, before: dict[str, JSON], after: dict[str, JSON], indent: int) -> Iterator[Line]:
        alike = 0
        for key, member in after.items():
            head = f"{text(key)}: "
            if key not in before:
                yield from self._added("+", head, member, indent)
            elif not same(before[key], member):
                yield from self.value(before[key], member, head, indent)
            elif self.with_same:
                yield self._line(" ", indent, head, member)
            else:
                alike += 1
        for key, member in before.items():
            if key not in after:
                yield self._line("-", indent, f"{text(key)}: ", member)
        yield from self._alike(alike, indent)

    def _array(self, before: list[JSON], after: list[JSON], indent: int) -> Iterator[Line]:
        """Items that are the same at both ends are left out; those between are compared one by one."""
        shorter = min(len(before), len(after))
        start = next((at for at in range(shorter) if not same(before[at], after[at])), shorter)
        end = next((at for at in range(shorter - start) if not same(before[-1 - at], after[-1 - at])), shorter - start)
        yield from self._alike(start, indent)
        for at in range(start, max(len(before), len(after)) - end):
            if at >= len(after) - end:
                yield self._line("-", indent, f"[{at}] ", before[at])
            elif at >= len(before) - end:
                yield from self._added("+", f"[{at}] ", after[at], indent)
            elif not same(before[at], after[at]):
                yield from self.value(before[at], after[at], f"[{at}] ", indent)
        yield from self._alike(end, indent)

    def _added(self, mark: Mark, head: str, value: JSON, indent: int) -> Iterator[Line]:
        """A new member, a large one unfolded by one level."""
        room = self.fold.width - len(INDENT * indent) - len(head)
        for line in Painter(Fold(self.fold.lines, room)).value(value, 1):
            yield Line(mark, INDENT * indent + head + line)
            head = ""

    def _alike(self, count: int, indent: int) -> Iterator[Line]:
        if count:
            yield Line(" ", f"{INDENT * indent}… {count:,} as before")

    def _line(self, mark: Mark, indent: int, head: str, value: JSON) -> Line:
        room = self.fold.width - len(INDENT * indent) - len(head)
        if mark == " ":
            room = min(room, BESIDE)
        return Line(mark, INDENT * indent + head + brief(value, room))

    def _half(self, indent: int) -> int:
        return max(SHORTEST, (self.fold.width - len(INDENT * indent)) // 2 - 4)
