"""The pictures of `$formatInteger` and `$parseInteger`: how a whole number is written.

XPath's format-integer: "A", "I", "w", "Ww", or a pattern of digits such as "#,##0", with ";o" behind it for ordinals.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, reduce
from typing import Final, Literal, NamedTuple, TypeAlias

from asl.jsonata.doubles import joined, parse_int, units
from asl.jsonata.errors import JsonataError
from asl.jsonata.number_names import from_letters, from_roman, from_words, to_letters, to_roman, to_words
from asl.jsonata.text import number_text

Style: TypeAlias = Literal["decimal", "letters", "roman", "words", "sequence"]
Case: TypeAlias = Literal["upper", "lower", "title"]

_ZEROS: Final = (
    *(0x30, 0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0DE6),
    *(0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40),
    *(0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10),
)
"""The zeros of the digit families that a picture may be written in."""
_FAMILIES: Final = {chr(zero + digit): zero for zero in _ZEROS for digit in range(10)}
_STYLES: Final[dict[str, tuple[Style, Case]]] = {
    "A": ("letters", "upper"),
    "a": ("letters", "lower"),
    "I": ("roman", "upper"),
    "i": ("roman", "lower"),
    "W": ("words", "upper"),
    "Ww": ("words", "title"),
    "w": ("words", "lower"),
}
_ASCII_ZERO: Final = 0x30
_LONGEST_TEXT: Final = 2**29 - 24
"""The length of the longest string JavaScript makes."""
_LONGEST_CACHED: Final = 256


class Separator(NamedTuple):
    """A sign between digits, and how many digits are to its right."""

    position: int
    sign: str


@dataclass(frozen=True, slots=True)
class IntegerPicture:
    """An analysed picture. The members below `ordinal` are those of a pattern of digits."""

    style: Style
    case: Case = "lower"
    ordinal: bool = False
    zero: int = _ASCII_ZERO
    digits: float | None = None
    """How many digits there are at least; NaN when the width in a date/time picture is not a number."""
    optional: int | None = None
    interval: int = 0
    """How far apart the separators are when all are the same and repeat evenly; else 0."""
    separators: tuple[Separator, ...] = ()
    token: str = ""
    """What the picture says when it is of an unknown kind."""


def integer_picture(picture: str) -> IntegerPicture:
    """Raises D3131 for digits of more than one family."""
    return _cached(picture) if len(picture) <= _LONGEST_CACHED else _analysed(picture)


def _analysed(picture: str) -> IntegerPicture:
    primary, semicolon, modifier = picture.rpartition(";")
    if not semicolon:
        primary, modifier = picture, ""
    ordinal = modifier.startswith("o")
    if primary in _STYLES:
        style, case = _STYLES[primary]
        return IntegerPicture(style, case, ordinal)
    return _pattern(joined(primary), ordinal)


_cached = lru_cache(maxsize=256)(_analysed)


def _pattern(pattern: str, ordinal: bool) -> IntegerPicture:
    family = None
    digits = optional = 0
    separators = []
    for char in reversed(pattern):
        zero = _FAMILIES.get(char)
        if zero is not None:
            if family not in (None, zero):
                raise JsonataError("D3131")
            family = zero
            digits += 1
        elif char == "#":
            optional += 1
        else:
            separators.append(Separator(digits + optional, char))
    if family is None:
        return IntegerPicture("sequence", ordinal=ordinal, token=pattern)
    return IntegerPicture(
        "decimal",
        ordinal=ordinal,
        zero=family,
        digits=digits,
        optional=optional,
        interval=_even_interval(separators),
        separators=tuple(separators),
    )


def _even_interval(separators: list[Separator]) -> int:
    if len({separator.sign for separator in separators}) != 1:
        return 0
    return regular_interval([separator.position for separator in separators])


def regular_interval(positions: list[int]) -> int:
    """The distance at which positions repeat evenly from 0 on; 0 when they do not."""
    if not positions:
        return 0
    interval = reduce(math.gcd, positions)
    present = set(positions)
    return interval if all(count * interval in present for count in range(1, len(positions) + 1)) else 0


def format_integer(value: float, picture: IntegerPicture, allocate: Callable[[int], None]) -> str:
    """The text, in UTF-16 units, of a whole number, infinity or NaN. Raises D3130 for a picture of an unknown kind."""
    text = _formatted(abs(value), picture, allocate)
    return f"-{text}" if value < 0 else text


def _formatted(value: float, picture: IntegerPicture, allocate: Callable[[int], None]) -> str:
    match picture.style:
        case "letters":
            return to_letters(value, _first_letter(picture))
        case "roman":
            return _cased(to_roman(value), picture.case)
        case "words":
            return _cased(to_words(value, ordinal=picture.ordinal), picture.case)
        case "decimal":
            return _digits(value, picture, allocate)
        case "sequence":
            raise JsonataError("D3130", value=picture.token)


def _first_letter(picture: IntegerPicture) -> str:
    return "A" if picture.case == "upper" else "a"


def _cased(text: str, case: Case) -> str:
    match case:
        case "upper":
            return text.upper()
        case "lower":
            return text.lower()
        case "title":
            return text


def _digits(value: float, picture: IntegerPicture, allocate: Callable[[int], None]) -> str:
    text = number_text(value)
    if picture.digits is not None and picture.digits > len(text):
        text = text.rjust(_checked(picture.digits, allocate), "0")
    if picture.zero != _ASCII_ZERO:
        text = "".join(chr(ord(char) - _ASCII_ZERO + picture.zero) for char in text)
    text = _grouped(text, picture)
    return text + ordinal_suffix(text) if picture.ordinal else text


def _checked(size: float, allocate: Callable[[int], None]) -> int:
    allocate(int(min(size, _LONGEST_TEXT)))
    if size > _LONGEST_TEXT:
        raise JsonataError(None, message="Invalid string length")
    return int(size)


def _grouped(text: str, picture: IntegerPicture) -> str:
    if not picture.separators:
        return text
    if picture.interval:
        return evenly_grouped(text, picture.interval, units(picture.separators[0].sign))
    return _separated(text, picture.separators)


def evenly_grouped(text: str, interval: int, sign: str) -> str:
    """The text with a sign between every so many characters, counted from the right."""
    first = (len(text) - 1) % interval + 1
    return sign.join([text[:first], *(text[start : start + interval] for start in range(first, len(text), interval))])


def _separated(text: str, separators: tuple[Separator, ...]) -> str:
    """The text with each separator where it belongs, counted from the right.

    One whose place is beyond the left end comes first, and takes away as many characters as JavaScript's `substr` does.
    """
    inside = list(separators)
    while inside and inside[-1].position > len(text):
        position, sign = inside.pop()
        text = units(sign) + text[len(text) - position :]
    pieces = []
    end = len(text)
    for position, sign in inside:
        start = len(text) - position
        pieces.append(units(sign) + text[start:end])
        end = start
    return text[:end] + "".join(reversed(pieces))


def ordinal_suffix(text: str) -> str:
    """What English puts behind a number: "st" behind "21", "th" behind "11"."""
    suffix = {"1": "st", "2": "nd", "3": "rd"}.get(text[-1:])
    return "th" if suffix is None or text[-2:-1] == "1" else suffix


def parse_integer(text: str, picture: IntegerPicture) -> float:
    """The number that a text says; NaN when it says none. Raises D3130 for a picture of an unknown kind."""
    match picture.style:
        case "letters":
            return from_letters(text, _first_letter(picture))
        case "roman":
            return from_roman(text if picture.case == "upper" else text.upper())
        case "words":
            return from_words(text.lower())
        case "decimal":
            return _parsed_digits(text, picture)
        case "sequence":
            raise JsonataError("D3130", value=picture.token)


def _parsed_digits(text: str, picture: IntegerPicture) -> float:
    digits = units(text)
    if picture.ordinal:
        digits = digits[:-2]
    signs = "," if picture.interval else dict.fromkeys(separator.sign for separator in picture.separators)
    for sign in signs:
        digits = digits.replace(units(sign), "")
    if picture.zero != _ASCII_ZERO:
        digits = "".join(_ascii(char, picture.zero) for char in digits)
    return parse_int(digits)


def _ascii(digit: str, zero: int) -> str:
    code = ord(digit) - zero + _ASCII_ZERO
    if code < 0:
        raise JsonataError(None, message=f"Invalid code point {code}")
    return chr(code)
