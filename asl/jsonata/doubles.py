"""Arithmetic on doubles and on UTF-16 text as JavaScript does it, where Python's own answers differently or raises.

The functions that write and read numbers and dates are built on these.
"""

from __future__ import annotations

import math
import re
from typing import Final

from asl.jsonata.text import number_text
from asl.jsonata.values import EXACT, number

WHITESPACE: Final = "\t\n\v\f\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
r"""What JavaScript trims and its `\s` matches, as the inside of a character class."""
_INTEGER: Final = re.compile(f"[{WHITESPACE}]*+(?P<sign>[-+]?)(?:0[xX](?P<hex>[0-9a-fA-F]*)|(?P<decimal>[0-9]+))")
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_FIXED_LIMIT: Final = 1e21
"""From here on `toFixed` writes as `toString` does."""


def double(value: float) -> float:
    """A number of the data as computing sees it: an int that no double can hold is rounded."""
    if type(value) is int and not -EXACT <= value <= EXACT:
        try:
            return float(value)
        except OverflowError:
            return math.inf if value > 0 else -math.inf
    return value


def floor(value: float) -> float:
    """`Math.floor`: infinities and NaN stay what they are."""
    return number(math.floor(value)) if math.isfinite(value) else value


def remainder(value: float, divisor: float) -> float:
    """The operator `%`: the result has the sign of the value."""
    if divisor == 0 or math.isinf(value):
        return math.nan
    return number(math.fmod(value, divisor))


def round_half_even(value: float, places: int = 0) -> float:
    """What `$round` gives: the decimal text of the number is rounded, not its binary value."""
    shifted = number(_shifted(value, places)) if places else value
    if math.isfinite(shifted):
        below = math.floor(shifted)
        above_half = shifted - below > 0.5 or (shifted - below == 0.5 and below % 2 == 1)
        shifted = number(below + above_half)
    return number(_shifted(shifted, -places)) if places else shifted


def _shifted(value: float, places: int) -> float:
    digits, _, exponent = number_text(value).partition("e")
    return float(f"{digits}e{int(exponent or 0) + places}") if math.isfinite(value) else math.nan


def to_fixed(value: float, places: int) -> str:
    """`toFixed` of a number that is not negative: its exact binary value rounded, halves upwards."""
    if not value < _FIXED_LIMIT:
        return number_text(value)
    numerator, denominator = value.as_integer_ratio()
    scaled = (2 * numerator * 10**places + denominator) // (2 * denominator)
    if places == 0:
        return str(scaled)
    digits = str(scaled).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}"


def radix_text(value: float, radix: int) -> str:
    """The text of a whole number in a base from 2 to 36.

    It is computed with doubles, so that the last digits of a large number are inexact or zeros.
    """
    if radix == 10 or not math.isfinite(value):
        return number_text(value)
    rest = abs(float(value))
    digits: list[str] = []
    while rest / radix >= EXACT:
        rest /= radix
        digits.append("0")
    while rest > 0 or not digits:
        digit = math.fmod(rest, radix)
        digits.append(_DIGITS[int(digit)])
        rest = (rest - digit) / radix
    return ("-" if value < 0 else "") + "".join(reversed(digits))


def parse_int(text: str) -> float:
    """`parseInt` without a radix: the number the text starts with, also hexadecimal; NaN when there is none."""
    found = _INTEGER.match(text)
    if found is None or found["hex"] == "":
        return math.nan
    value = double(int(found["hex"], 16)) if found["hex"] else float(found["decimal"])
    return number(-value if found["sign"] == "-" else value)


def units(text: str) -> str:
    """The text as UTF-16 units: characters outside the basic plane become two surrogates."""
    if text.isascii() or max(text) <= "\uffff":
        return text
    return "".join(_surrogates(char) for char in text)


def _surrogates(char: str) -> str:
    if char <= "\uffff":
        return char
    high, low = divmod(ord(char) - 0x10000, 0x400)
    return chr(0xD800 + high) + chr(0xDC00 + low)


def joined(text: str) -> str:
    """The text with pairs of surrogates put together again."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
