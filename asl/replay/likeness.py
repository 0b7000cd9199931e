"""Whether a recorded value can be one that is made up as it is now: by the values that come out in trials."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from asl.json_text import shown
from asl.story_text import counted
from asl.values import ABSENT, JSON

UUID: Final = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
TIME: Final = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)"

_ENOUGH: Final = 5  # values of a kind that tell its range
_FORMATS: Final = 3  # that a time has within seconds: more, and it is no time that can be read
_LONGEST: Final = 300  # digits that are read as a number
_SHOWN: Final = 60
_KINDS: Final = (frozenset("0123456789"), frozenset("abcdef"), frozenset("ABCDEF"))
"""Characters that are of one kind."""


def unlike(recorded: JSON, values: Sequence[JSON]) -> str | None:
    """Why a recorded value can be none like those that came out in trials, whose chance was another one each time; None
    where it can."""
    same = [value for value in values if kind(value) is kind(recorded)]
    if not same:
        return f"it comes out as {_short(values[0])} or the like"
    if isinstance(recorded, bool) or len(same) < _ENOUGH:
        return None
    if isinstance(recorded, int | float):
        return _unlike_number(recorded, [value for value in same if isinstance(value, int | float)])
    if isinstance(recorded, str):
        return _unlike_text(recorded, [value for value in same if isinstance(value, str)])
    if isinstance(recorded, list):
        return _unlike_length(len(recorded), [len(value) for value in same if isinstance(value, list)], "element")
    return None


def unlike_at(recorded: JSON, values: Sequence[JSON]) -> str | None:
    """Why a recorded value can be none like those that came out within seconds of the recorded time; None where it can.

    The one in the middle is that of the recorded time.
    """
    if any(same(recorded, value) for value in values):
        return None
    told = f"at the recorded time it is {_short(values[len(values) // 2])}"
    if isinstance(recorded, str) and all(isinstance(value, str) for value in values):
        return _unlike_time(recorded, [str(value) for value in values], told)
    numbers = [value for value in values if _is_number(value)]
    if _is_number(recorded) and len(numbers) == len(values):
        return None if _is_within(recorded, numbers, 0.25) else told
    return told


def kind(value: JSON) -> type:
    """The type of a value; numbers are all of one."""
    return float if type(value) is int else type(value)


def same(left: JSON, right: JSON) -> bool:
    """Whether two values are the same of the same type."""
    return type(left) is type(right) and bool(left == right)


def times_in(text: str) -> list[str]:
    """The times in a text, as written there."""
    return re.findall(TIME, text)


# -- numbers ----------------------------------------------------------------------------------------------------------


def _is_number(value: JSON) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _unlike_number(recorded: float, values: Sequence[float]) -> str | None:
    if _is_within(recorded, values, 0.5) and (recorded == int(recorded) or any(each != int(each) for each in values)):
        return None
    return f"by chance it comes out between {shown(min(values))} and {shown(max(values))}"


def _is_within(number: JSON, values: Sequence[JSON], margin: float) -> bool:
    """Whether a number lies between the least and the greatest, or beyond by no more than a part of their distance."""
    least, greatest = min(values), max(values)
    more = (greatest - least) * margin
    return bool(least - more <= number <= greatest + more)


def _unlike_length(recorded: int, lengths: Sequence[int], what: str) -> str | None:
    if len(set(lengths)) == 1:
        return (
            None if recorded == lengths[0] else f"it has {counted(lengths[0], what)} whatever comes out, not {recorded}"
        )
    if _is_within(recorded, lengths, 0.5):
        return None
    return f"it has {min(lengths)} to {counted(max(lengths), what)}, not {recorded}"


# -- texts ------------------------------------------------------------------------------------------------------------


def _unlike_text(recorded: str, values: Sequence[str]) -> str | None:
    texts, text = [_without_generated(value) for value in values], _without_generated(recorded)
    begin = _common_beginning(texts)
    end = _common_beginning([each[len(begin) :][::-1] for each in texts])[::-1]
    if all(each == begin for each in texts):
        return None if text == begin else f"it comes out as {_short(values[0])} or the like"
    if not text.startswith(begin) or not text[len(begin) :].endswith(end):
        return f"it comes out as {_short(values[0])} or the like"
    lengths = [len(each) for each in texts]
    wrong = _unlike_length(len(text), lengths, "character")
    if wrong is not None:
        return wrong
    if len(set(lengths)) == 1 and not _kinds(text) <= _kinds("".join(texts)):
        return f"it comes out as {_short(values[0])} or the like"
    return None


def _without_generated(text: str) -> str:
    """The text with marks in the place of all ids and times in it."""
    return re.sub(TIME, "\0t", re.sub(UUID, "\0u", text))


def _common_beginning(texts: Sequence[str]) -> str:
    first, last = min(texts), max(texts)
    return next((first[:index] for index, char in enumerate(first) if char != last[index : index + 1]), first)


def _kinds(text: str) -> set[str]:
    return {_kind_of(char) for char in set(text)}


def _kind_of(char: str) -> str:
    """What stands for all characters of a kind: digits, letters that digits may be written with, other letters."""
    if char.isalpha() and not any(char in kind for kind in _KINDS[1:]):
        return "Z" if char.isupper() else "z"
    return next((min(kind) for kind in _KINDS if char in kind), char)


def _unlike_time(recorded: str, values: Sequence[str], told: str) -> str | None:
    """A text that a time was made into: its numbers lie between those of the times shortly before and after."""
    words = re.split(r"\d+", recorded)
    alike = [value for value in values if re.split(r"\d+", value) == words]
    if not alike:
        opaque = len({tuple(re.split(r"\d+", value)) for value in values}) > _FORMATS
        return unlike(recorded, values) if opaque else told
    numbers = re.findall(r"\d+", recorded)
    for number, *others in zip(numbers, *(re.findall(r"\d+", value) for value in alike), strict=True):
        if max(map(len, (number, *others))) > _LONGEST:
            continue
        if len(number) not in map(len, others) or not _is_within(int(number), [int(each) for each in others], 0.25):
            return told
    return None


def _short(value: JSON) -> str:
    text = "nothing" if value is ABSENT else shown(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
