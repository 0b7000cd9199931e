"""Text with places in it, and the placeholders `${Name}` that a deployment tool fills before AWS sees a definition."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final, TypeAlias

from asl.findings import Location
from asl.values import JSON

PLACEHOLDER: Final = re.compile(r"\$\{\s*([^\s${}\"'\\][^${}\"'\\\n]*?)\s*\}")
"""`${Name}`, the name in group 1. Names are whatever SAM, CDK, Terraform and others write: `AWS::Region`, `fn.arn`."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value, and the key that leads to it, stand in a text, as offsets from 0; `end` is exclusive.

    `at` turns the index of a character of a string value into its offset in the text.
    """

    start: int
    end: int
    key_start: int | None
    key_end: int | None
    at: Callable[[int], int]


Locator: TypeAlias = Callable[[str], Place | None]
"""The place of the value at a JSON pointer; None when there is none."""


def location(name: str, text: str, start: int, end: int) -> Location:
    """The location of `text[start:end]`; the caret's width stops at the end of the first line."""
    start = min(start, len(text))
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", start)
    source_line = text[line_start : len(text) if line_end < 0 else line_end].removesuffix("\r")
    column = start - line_start + 1
    width = max(1, min(end - start, len(source_line) - column + 1))
    return Location(name, text.count("\n", 0, start) + 1, column, width, source_line)


def pointer_tokens(pointer: str) -> list[str]:
    """The names and indexes along a JSON pointer (RFC 6901), unescaped; [] for the whole document."""
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]


def below(pointer: str, token: str | int) -> str:
    """The pointer of a member of the value at `pointer`."""
    return (
        f"{pointer}/{token}" if isinstance(token, int) else f"{pointer}/{token.replace('~', '~0').replace('/', '~1')}"
    )


# -- placeholders ----------------------------------------------------------------------------------------------------


def pseudo_parameters(region: str = "us-east-1", account: str = "123456789012") -> dict[str, str]:
    """CloudFormation's pseudo parameters, which need no define (its User Guide, "Pseudo parameters reference")."""
    return {
        "AWS::AccountId": account,
        "AWS::Partition": "aws",
        "AWS::Region": region,
        "AWS::URLSuffix": "amazonaws.com",
    }


def placeholders(text: str) -> tuple[str, ...]:
    """The names of the placeholders in a text, each once, in the order of the text."""
    return tuple(dict.fromkeys(PLACEHOLDER.findall(text))) if "${" in text else ()


def placeholders_of(value: JSON) -> Iterator[str]:
    """The names of the placeholders in the keys and strings of a JSON value."""
    match value:
        case str():
            yield from placeholders(value)
        case dict():
            for key, member in value.items():
                yield from placeholders(key)
                yield from placeholders_of(member)
        case list():
            for member in value:
                yield from placeholders_of(member)


def substitute(text: str, defines: Mapping[str, str]) -> str:
    """The text with the placeholders that `defines` names replaced; the others stay as they are."""
    if "${" not in text:
        return text
    return PLACEHOLDER.sub(lambda found: defines.get(found[1], found[0]), text)


def unused_defines(defines: Iterable[str], names: Iterable[str]) -> str | None:
    """What is wrong with defines that fill nothing, as text; None when each of them fills a placeholder of `names`.

    Those of pseudo parameters may fill nothing.
    """
    known = list(dict.fromkeys(names))
    problems = []
    for define in defines:
        if define not in known and define not in pseudo_parameters():
            near = get_close_matches(define, known, n=1)
            if near:
                problems.append(f"no placeholder ${{{define}}} to fill: did you mean '{near[0]}'?")
            elif known:
                listed = ", ".join(known[:8]) + (" ..." if len(known) > 8 else "")
                problems.append(f"no placeholder ${{{define}}} to fill; the placeholders are {listed}")
            else:
                problems.append(f"no placeholder ${{{define}}} to fill: the definition has none")
    return "\n".join(problems) or None


@dataclass(frozen=True, slots=True)
class Edits:
    """Replacements made in a text, to lead offsets in the result back to the original. Each list is ascending."""

    starts: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()
    original_starts: tuple[int, ...] = ()
    original_ends: tuple[int, ...] = ()

    def back(self, offset: int, end: bool = False) -> int:
        """The original offset of `offset`; within a replacement its start, or its end when `end` is asked for."""
        number = bisect_right(self.starts, offset - 1 if end else offset) - 1
        if number < 0:
            return offset
        if offset < self.ends[number] or (end and offset == self.ends[number]):
            return self.original_ends[number] if end else self.original_starts[number]
        return offset - self.ends[number] + self.original_ends[number]

    def covers(self, offset: int) -> bool:
        """Whether the character at `offset` of the result came from a replacement."""
        number = bisect_right(self.starts, offset) - 1
        return number >= 0 and offset < self.ends[number]


def replace(text: str, replacements: Iterable[tuple[int, int, str]]) -> tuple[str, Edits]:
    """The text with `[start:end]` replaced by the string, for ascending pieces, and the way back."""
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    original_starts: list[int] = []
    original_ends: list[int] = []
    done = length = 0
    for start, end, value in replacements:
        pieces += (text[done:start], value)
        length += start - done
        starts.append(length)
        length += len(value)
        ends.append(length)
        original_starts.append(start)
        original_ends.append(end)
        done = end
    pieces.append(text[done:])
    return "".join(pieces), Edits(tuple(starts), tuple(ends), tuple(original_starts), tuple(original_ends))
