"""What is wrong with a definition, where, and what would be right."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal, TypeAlias

Severity: TypeAlias = Literal["error", "warning"]


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
        indent = "".join("\t" if char == "\t" else " " for char in location.source_line[: location.column - 1])
        lines.append(f"  {number} | {location.source_line}")
        lines.append(f"  {' ' * len(number)} | {indent}{'^' * max(1, location.width)}")
    if finding.hint:
        lines.append(f"  hint: {finding.hint}")
    return "\n".join(lines)


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """`did you mean 'X'?` for the known name nearest to `word`, ignoring case; None when none is near."""
    by_lower = {name.lower(): name for name in known}
    near = get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return f"did you mean '{by_lower[near[0]]}'?" if near else None
