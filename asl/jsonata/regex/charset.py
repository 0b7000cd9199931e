"""Sets of UTF-16 units, and which units JavaScript takes for the same letter when case is ignored.

A set is a sorted tuple of inclusive ranges that neither overlap nor touch.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from functools import cache
from typing import Final, TypeAlias

CharSet: TypeAlias = tuple[tuple[int, int], ...]

LAST: Final = 0xFFFF
EMPTY: Final[CharSet] = ()
ALL: Final[CharSet] = ((0, LAST),)
_ASCII_LAST: Final = 0x7F


def char_set(ranges: Iterable[tuple[int, int]]) -> CharSet:
    """The set of all units in the ranges, which may overlap and come in any order."""
    merged: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(merged)


def of(chars: str) -> CharSet:
    return char_set((ord(char), ord(char)) for char in chars)


def complement(units: CharSet) -> CharSet:
    gaps: list[tuple[int, int]] = []
    start = 0
    for low, high in units:
        if low > start:
            gaps.append((start, low - 1))
        start = high + 1
    if start <= LAST:
        gaps.append((start, LAST))
    return tuple(gaps)


def contains(units: CharSet, code: int) -> bool:
    index = bisect_right(units, (code, LAST)) - 1
    return index >= 0 and units[index][1] >= code


def size(units: CharSet) -> int:
    return sum(high - low + 1 for low, high in units)


def overlap(left: CharSet, right: CharSet) -> bool:
    i = j = 0
    while i < len(left) and j < len(right):
        if left[i][1] < right[j][0]:
            i += 1
        elif right[j][1] < left[i][0]:
            j += 1
        else:
            return True
    return False


DIGITS: Final = char_set([(0x30, 0x39)])
WORD: Final = char_set([(0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A)])
LINE_ENDS: Final = of("\n\r\u2028\u2029")
SPACE: Final = of(
    "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006"
    "\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
)
NOT_LINE_END: Final = complement(LINE_ENDS)
ESCAPED: Final = {
    "d": DIGITS,
    "D": complement(DIGITS),
    "s": SPACE,
    "S": complement(SPACE),
    "w": WORD,
    "W": complement(WORD),
}
"""What stands for a whole set behind a backslash."""


def canonical(unit: str) -> str:
    """The unit that stands for `unit` and its other cases: the upper case, where that is one unit as well.

    What is not ASCII never becomes ASCII, so that U+017F is no `s`.
    """
    upper = unit.upper()
    if len(upper) != 1 or (unit > "\x7f" and upper <= "\x7f") or ord(upper) > LAST:
        return unit
    return upper


@cache
def _cases() -> tuple[tuple[int, ...], ...]:
    """The groups of two units and more that are cases of each other."""
    groups: dict[str, list[int]] = {}
    for code in range(LAST + 1):
        groups.setdefault(canonical(chr(code)), []).append(code)
    return tuple(tuple(codes) for codes in groups.values() if len(codes) > 1)


def with_cases(units: CharSet) -> CharSet:
    """The set, and everything that is another case of one of its units."""
    if not units or units == ALL:
        return units
    if units[-1][1] <= _ASCII_LAST:
        return char_set([*units, *_other_ascii_case(units)])
    extra = [(code, code) for codes in _cases() if any(contains(units, code) for code in codes) for code in codes]
    return char_set([*units, *extra])


def _other_ascii_case(units: CharSet) -> Iterable[tuple[int, int]]:
    for first, last, offset in ((0x41, 0x5A, 0x20), (0x61, 0x7A, -0x20)):
        for low, high in units:
            if low <= last and high >= first:
                yield max(low, first) + offset, min(high, last) + offset
