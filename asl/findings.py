"""What is wrong with a definition, where, and what would be right."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final, Literal, TypeAlias
from unicodedata import combining, east_asian_width

Severity: TypeAlias = Literal["error", "warning"]

_LINE_SHOWN: Final = 160
_PRINTABLE: Final = {
    **{code: 0x2400 + code for code in range(0x20) if chr(code) not in "\t\n"},
    0x7F: 0x2421,
    **dict.fromkeys((*range(0x80, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)), 0xFFFD),
}
"""What stands for characters that command a terminal, each as wide as one column: a picture of it, or U+FFFD."""


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a text file. Lines and columns count from 1; `width` is how many columns the caret underlines."""

    file: str
    line: int
    column: int
    width: int = 1
    source_line: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a definition.

    `rule` is a stable short name in kebab-case ("unknown-field"), `pointer` the JSON pointer of the value it is about,
    `message` what is wrong, `hint` what would be right.
    """

    rule: str
    message: str
    pointer: str = ""
    hint: str | None = None
    location: Location | None = None
    severity: Severity = "error"


def render(finding: Finding, width: int | None = None) -> str:
    """The finding as text for a person: `file:line:col: error: message [rule]`, the source line, a caret, the hint.

    With a width, that of a terminal in columns, the source line is cut to it, so that the caret stays below its place.
    """
    place = f"{finding.location}: " if finding.location else (f"{finding.pointer}: " if finding.pointer else "")
    lines = [f"{place}{finding.severity}: {finding.message} [{finding.rule}]"]
    location = finding.location
    if location and location.source_line:
        number = str(location.line)
        margin = f"  {' ' * len(number)} | "
        shown, caret = _excerpt(location) if width is None else _fitted(location, max(8, width - len(margin)))
        lines.append(f"  {number} | {shown}")
        lines.append(f"{margin}{caret}")
    if finding.hint:
        lines.append(f"  hint: {finding.hint}")
    return "\n".join(lines).translate(_PRINTABLE)


def _excerpt(location: Location) -> tuple[str, str]:
    """The part of a long line around the place, and the carets below it: minified JSON is one line of 50 KB."""
    line, column = location.source_line, location.column
    start, end = 0, len(line)
    if len(line) > _LINE_SHOWN:
        start = max(0, min(column - 1 - _LINE_SHOWN // 3, len(line) - _LINE_SHOWN))
        end = start + _LINE_SHOWN
    before, after = "..." if start else "", "..." if end < len(line) else ""
    indent = "".join("\t" if char == "\t" else " " for char in before + line[start : column - 1])
    width = max(1, min(location.width, end - column + 1) if before or after else location.width)
    return f"{before}{line[start:end]}{after}", indent + "^" * width


def _fitted(location: Location, room: int) -> tuple[str, str]:
    """The part of the line around the place that fits into `room` columns, and the carets below it."""
    line = location.source_line.replace("\t", " ")
    first = min(location.column - 1, len(line))
    start, end = 0, len(line)
    if columns(line) > room:
        # Two columns are for the marks of what is cut off, a third of the others for what stands before the place.
        start = end = first
        left = room - 2 - columns(line[first : first + 1])
        while start and columns(line[start - 1 : first]) <= left // 3:
            start -= 1
        while end < len(line) and columns(line[start : end + 1]) <= room - 2:
            end += 1
        while start and columns(line[start - 1 : end]) <= room - 2:
            start -= 1
    before, after = "…" if start else "", "…" if end < len(line) else ""
    carets = columns(line[first : min(end, first + location.width)])
    return f"{before}{line[start:end]}{after}", " " * columns(before + line[start:first]) + "^" * max(1, carets)


def columns(text: str) -> int:
    """How many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text)


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """`did you mean 'X'?` for the known name nearest to `word`, ignoring case; None when none is near."""
    by_lower = {name.lower(): name for name in known}
    near = get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return f"did you mean '{by_lower[near[0]]}'?" if near else None
