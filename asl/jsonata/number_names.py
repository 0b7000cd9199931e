"""Whole numbers as English words, as Roman numerals and as the letters of spreadsheet columns, there and back."""

from __future__ import annotations

import math
import re
from typing import Final

from asl.jsonata.doubles import WHITESPACE, floor, remainder, units
from asl.jsonata.errors import JsonataError
from asl.jsonata.power import power
from asl.jsonata.values import number

_SMALL: Final = (
    *("Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve"),
    *("Thirteen", "Fourteen", "Fifteen", "Sixteen", "Seventeen", "Eighteen", "Nineteen"),
)
_SMALL_ORDINALS: Final = (
    *("Zeroth", "First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth", "Tenth"),
    *("Eleventh", "Twelfth", "Thirteenth", "Fourteenth", "Fifteenth", "Sixteenth", "Seventeenth", "Eighteenth"),
    "Nineteenth",
)
_TENS: Final = ("Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety", "Hundred")
_MAGNITUDES: Final = ("Thousand", "Million", "Billion", "Trillion")
_ROMAN: Final = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl")),
    *((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)
_ROMAN_VALUES: Final = {"M": 1000, "D": 500, "C": 100, "L": 50, "X": 10, "V": 5, "I": 1}
_LARGEST_ROMAN: Final = 10_000_000  # unrecorded: where the stack of AWS ends
"""Larger numbers exhaust the stack of the reference implementation, which writes the numerals by recursion."""
_SEPARATORS: Final = re.compile(rf",[{WHITESPACE}]|[{WHITESPACE}]and[{WHITESPACE}]|[{WHITESPACE}\\-]")
_LAST_FINITE_PLACE: Final = 217
"""The highest power of 26 that is a double."""
_STACK_OVERFLOW: Final = "Maximum call stack size exceeded"


def _word_values() -> dict[str, int]:
    values = {word.lower(): value for names in (_SMALL, _SMALL_ORDINALS) for value, word in enumerate(names)}
    for index, word in enumerate(_TENS):
        values[word.lower()] = values[f"{word[:-1].lower()}ieth"] = 10 * index + 20
    values["hundredth"] = 100
    for index, word in enumerate(_MAGNITUDES):
        values[word.lower()] = values[f"{word.lower()}th"] = 1000 ** (index + 1)
    return values


WORD_VALUES: Final = _word_values()
"""What each word that may stand in a number counts; in the order in which they are tried when a text is read."""


def to_words(value: float, *, ordinal: bool) -> str:
    """A number that is not negative in title case: "One Hundred and Twenty-First"."""
    if not math.isfinite(value):
        raise JsonataError(None, message=_STACK_OVERFLOW)
    return _words(value, ordinal=ordinal, follows=False)


def _words(value: float, *, ordinal: bool, follows: bool) -> str:
    if value < 20:
        return (" and " if follows else "") + (_SMALL_ORDINALS if ordinal else _SMALL)[int(value)]
    if value < 100:
        tens, ones = divmod(int(value), 10)
        return (" and " if follows else "") + _tens(_TENS[tens - 2], ones, ordinal=ordinal)
    factor = 100 if value < 1000 else next(1000**groups for groups in (4, 3, 2, 1) if value >= 1000**groups)
    count = floor(value / factor)
    rest = number(value - count * factor)
    name = "Hundred" if factor == 100 else _MAGNITUDES[len(str(factor)) // 3 - 1]
    counted = f"{_words(count, ordinal=False, follows=False)} {name}"
    end = _words(rest, ordinal=ordinal, follows=True) if rest > 0 else "th" if ordinal else ""
    return (", " if follows else "") + counted + end


def _tens(name: str, ones: int, *, ordinal: bool) -> str:
    if ones:
        return f"{name}-{_words(ones, ordinal=ordinal, follows=False)}"
    return f"{name[:-1]}ieth" if ordinal else name


def from_words(text: str) -> float:
    """The number that words in lower case say; NaN when one of them is unknown."""
    segments = [0.0]
    for word in _SEPARATORS.split(text):
        value = WORD_VALUES.get(word)
        if value is None:
            return math.nan
        if value >= 100:
            segments.append(segments.pop() * value)
        elif segments[-1] >= 1000:
            segments.append(float(value))
        else:
            segments[-1] += value
    total = 0.0
    for segment in segments:
        total += segment
    return number(total)


def to_roman(value: float) -> str:
    """A number that is not negative in lower case; nothing for 0 and NaN."""
    if value > _LARGEST_ROMAN:
        raise JsonataError(None, message=_STACK_OVERFLOW)
    numerals = []
    for worth, numeral in _ROMAN:
        while value >= worth:
            count = int(value // worth)
            numerals.append(numeral * count)
            value -= worth * count
    return "".join(numerals)


def from_roman(text: str) -> float:
    """The number that numerals in upper case say; NaN when one of them is unknown."""
    total, largest = 0, 1
    for numeral in reversed(text):
        value = _ROMAN_VALUES.get(numeral)
        if value is None:
            return math.nan
        if value < largest:
            total -= value
        else:
            largest = value
            total += value
    return number(total)


def to_letters(value: float, first: str) -> str:
    """A number that is not negative as a column of a spreadsheet, 27 as "aa"; `first` is the letter of 1."""
    if math.isinf(value):
        raise JsonataError("U1002")
    letters = []
    while value > 0:
        letters.append(chr(int(remainder(value - 1, 26) + ord(first))))
        value = floor((value - 1) / 26)
    return "".join(reversed(letters))


def from_letters(text: str, first: str) -> float:
    """The number of a column of a spreadsheet. Other characters than letters count by their distance to `first`."""
    total = 0.0
    for place, letter in enumerate(reversed(units(text))):
        worth = power(26.0, float(place)) if place <= _LAST_FINITE_PLACE else math.inf
        total += (ord(letter) - ord(first) + 1) * worth
    return number(total)
