"""What is wrong with a definition, where, and what would be right."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final, Literal, TypeAlias

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


def render(finding: Finding) -> str:
    """The finding as text for a person: `file:line:col: error: message [rule]`, the source line, a caret, the hint."""
    place = f"{finding.location}: " if finding.location else (f"{finding.pointer}: " if finding.pointer else "")
    lines = [f"{place}{finding.severity}: {finding.message} [{finding.rule}]"]
    location = finding.location
    if location and location.source_line:
        number = str(location.line)
        shown, column, width = _excerpt(location)
        indent = "".join("\t" if char == "\t" else " " for char in shown[: column - 1])
        lines.append(f"  {number} | {shown}")
        lines.append(f"  {' ' * len(number)} | {indent}{'^' * width}")
    if finding.hint:
        lines.append(f"  hint: {finding.hint}")
    return "\n".join(lines).translate(_PRINTABLE)


def _excerpt(location: Location) -> tuple[str, int, int]:
    """The part of a long line around the place, with column and width in it: minified JSON is one line of 50 KB."""
    line = location.source_line
    if len(line) <= _LINE_SHOWN:
        return line, location.column, max(1, location.width)
    start = max(0, min(location.column - 1 - _LINE_SHOWN // 3, len(line) - _LINE_SHOWN))
    end = start + _LINE_SHOWN
    before = "..." if start else ""
    column = location.column - start + len(before)
    width = max(1, min(location.width, end - location.column + 1))
    return f"{before}{line[start:end]}{'...' if end < len(line) else ''}", column, width


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """`did you mean 'X'?` for the known name nearest to `word`, ignoring case; None when none is near."""
    by_lower = {name.lower(): name for name in known}
    near = get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return f"did you mean '{by_lower[near[0]]}'?" if near else None
