"""The pictures of `$formatNumber`: XPath's format-number, "#,##0.00;(#,##0.00)".

Positions count UTF-16 units, and the oddities of the reference implementation are kept: they show in its results.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Any, Final

from asl.jsonata.doubles import double, joined, round_half_even, to_fixed, units
from asl.jsonata.errors import JsonataError
from asl.jsonata.pictures import evenly_grouped, regular_interval
from asl.jsonata.power import power
from asl.jsonata.text import dumps
from asl.jsonata.values import number

_DEFAULTS: Final = {
    "decimal-separator": ".",
    "grouping-separator": ",",
    "exponent-separator": "e",
    "minus-sign": "-",
    "percent": "%",
    "per-mille": "\u2030",
    "zero-digit": "0",
    "digit": "#",
    "pattern-separator": ";",
}
_LONGEST_CACHED: Final = 256
_MOST_PLACES: Final = 100
"""The largest argument of `toFixed`."""


@dataclass(frozen=True, slots=True)
class Symbols:
    """The characters that mean something in a picture, and the signs that are written.

    An option that is no text counts as its JSON text.
    """

    family: str
    """The ten digits, from zero to nine."""
    decimal: str
    grouping: str
    exponent: str
    minus: str
    percent: str
    per_mille: str
    zero: str
    digit: str
    pattern: str

    @classmethod
    def of(cls, options: dict[str, Any]) -> Symbols:
        """The symbols with those that the options of a call give. Raises an error for a zero digit that is no text."""
        given = _DEFAULTS | options
        if not isinstance(given["zero-digit"], str):
            raise JsonataError(None, message=_no_text(given["zero-digit"]))
        texts = [_text(given[name]) for name in _DEFAULTS]
        zero = units(given["zero-digit"])[:1]
        family = "".join(chr(ord(zero) + digit & 0xFFFF) for digit in range(10)) if zero else ""
        return cls(family, *texts)

    def is_active(self, char: str) -> bool:
        return char in self.family or char in (self.decimal, self.exponent, self.grouping, self.digit, self.pattern)

    def bounds(self, char: str) -> bool:
        """Whether the character ends the prefix and begins the suffix."""
        return self.is_active(char) and char != self.exponent

    def count_digits(self, part: str) -> int:
        return sum(char in self.family for char in part)

    def count_places(self, part: str) -> int:
        """How many digits there are in the part, those that may be left out included."""
        return sum(char in self.family or char == self.digit for char in part)


def _text(value: Any) -> str:
    return units(value if isinstance(value, str) else dumps(value))


def _no_text(zero: Any) -> str:
    if zero is None:
        return "Cannot read properties of null (reading 'charCodeAt')"
    return "properties.zero-digit.charCodeAt is not a function"


STANDARD: Final = Symbols.of({})


@dataclass(frozen=True, slots=True)
class _Parts:
    """A sub-picture taken apart."""

    picture: str
    prefix: str
    suffix: str
    active: str
    mantissa: str
    integer: str
    fraction: str
    exponent: str | None


@dataclass(frozen=True, slots=True)
class _Layout:
    """What a sub-picture says about the text of a number."""

    picture: str
    prefix: str
    suffix: str
    scale: int
    least_integer: int
    least_fraction: int
    most_fraction: int
    least_exponent: int
    interval: int
    """How far apart the grouping separators are when they repeat evenly; else 0."""
    integer_groups: tuple[int, ...]
    fraction_groups: tuple[int, ...]


def format_number(value: float, picture: str, symbols: Symbols, *, later: bool) -> str:
    """The number as the picture says. Raises D3080 to D3093 for a picture that is wrong.

    `later`: as level 2.2 does it, which knows what to do with a number that is not positive and an exponent.
    """
    layouts = (_cached if len(picture) <= _LONGEST_CACHED else _layouts)(units(picture), symbols, later)
    layout = layouts[0] if value >= 0 else layouts[-1]
    mantissa, exponent = _scaled(_multiplied(value, layout, symbols), layout, later)
    if layout.most_fraction > _MOST_PLACES:
        raise JsonataError(None, message="toFixed() digits argument must be between 0 and 100")
    text = _mantissa_text(round_half_even(mantissa, layout.most_fraction), layout, symbols)
    if exponent is not None:
        text += symbols.exponent + _exponent_text(exponent, layout, symbols)
    sign = symbols.minus if len(layouts) == 1 and not value >= 0 else ""
    return joined(sign + layout.prefix + text + layout.suffix)


def _layouts(picture: str, symbols: Symbols, later: bool) -> tuple[_Layout, ...]:
    pictures = picture.split(symbols.pattern) if symbols.pattern else list(picture)
    if len(pictures) > 2:
        raise JsonataError("D3080")
    parts = [_split(part, symbols, later) for part in pictures]
    for part in parts:
        _validate(part, symbols)
    return tuple(_layout(part, symbols) for part in parts)


_cached = lru_cache(maxsize=256)(_layouts)


def _split(picture: str, symbols: Symbols, later: bool) -> _Parts:
    active = [position for position, char in enumerate(picture) if symbols.bounds(char)]
    if not active and not later:
        raise JsonataError(None, message="Cannot read properties of undefined (reading 'length')")
    start, end = (active[0], active[-1] + 1) if active else (0, len(picture))
    part = picture[start:end]
    exponent_at = picture.find(symbols.exponent, start)
    mantissa, exponent = part, None
    if 0 <= exponent_at <= end:
        mantissa, exponent = part[:exponent_at], part[exponent_at + 1 :]
    suffix = picture[end:]
    decimal_at = mantissa.find(symbols.decimal)
    integer, fraction = mantissa, suffix
    if decimal_at >= 0:
        integer, fraction = mantissa[:decimal_at], mantissa[decimal_at + 1 :]
    return _Parts(picture, picture[:start], suffix, part, mantissa, integer, fraction, exponent)


def _validate(parts: _Parts, symbols: Symbols) -> None:
    """Where more than one rule is broken the last one is reported."""
    broken = [code for code, is_broken in _rules(parts, symbols) if is_broken]
    if broken:
        raise JsonataError(broken[-1])


def _rules(parts: _Parts, symbols: Symbols) -> Iterator[tuple[str, bool]]:
    picture, exponent = parts.picture, parts.exponent
    has_percent, has_per_mille = symbols.percent in picture, symbols.per_mille in picture
    decimal_at = picture.find(symbols.decimal)
    yield "D3081", decimal_at != picture.rfind(symbols.decimal)
    yield "D3082", picture.find(symbols.percent) != picture.rfind(symbols.percent)
    yield "D3083", picture.find(symbols.per_mille) != picture.rfind(symbols.per_mille)
    yield "D3084", has_percent and has_per_mille
    yield "D3085", symbols.count_places(parts.mantissa) == 0
    yield "D3086", not all(map(symbols.is_active, parts.active))
    if decimal_at >= 0:
        before, after = picture[max(decimal_at - 1, 0) : decimal_at], picture[decimal_at + 1 : decimal_at + 2]
        yield "D3087", symbols.grouping in (before, after)
    else:
        yield "D3088", parts.integer[-1:] == symbols.grouping
    yield "D3089", symbols.grouping * 2 in picture
    integer_digits, optional, _ = parts.integer.partition(symbols.digit) if symbols.digit else ("", "", "")
    yield "D3090", bool(optional) and symbols.count_digits(integer_digits) > 0
    _, optional, fraction_digits = parts.fraction.rpartition(symbols.digit) if symbols.digit else ("", "", "")
    yield "D3091", bool(optional) and symbols.count_digits(optional + fraction_digits) > 0
    yield "D3092", bool(exponent) and (has_percent or has_per_mille)
    if exponent is not None:
        yield "D3093", not exponent or symbols.count_digits(exponent) < len(exponent)


def _layout(parts: _Parts, symbols: Symbols) -> _Layout:
    has_exponent = parts.exponent is not None
    scale = least_integer = symbols.count_digits(parts.integer)
    least_fraction, most_fraction = symbols.count_digits(parts.fraction), symbols.count_places(parts.fraction)
    if least_integer == 0 and most_fraction == 0:
        if has_exponent:
            least_fraction = most_fraction = 1
        else:
            least_integer = 1
    if has_exponent and least_integer == 0 and symbols.digit in parts.integer:
        least_integer = 1
    if least_integer == 0 and least_fraction == 0:
        least_fraction = 1
    integer_groups = _integer_groups(parts, symbols)
    return _Layout(
        picture=parts.picture,
        prefix=parts.prefix,
        suffix=parts.suffix,
        scale=scale,
        least_integer=least_integer,
        least_fraction=least_fraction,
        most_fraction=most_fraction,
        least_exponent=symbols.count_digits(parts.exponent or ""),
        interval=regular_interval(integer_groups),
        integer_groups=tuple(integer_groups),
        fraction_groups=tuple(_fraction_groups(parts, symbols)),
    )


def _integer_groups(parts: _Parts, symbols: Symbols) -> list[int]:
    """How many digits are to the right of each grouping separator."""
    to_the_left = _places_before(parts.integer, symbols)
    return [to_the_left[-1] - to_the_left[at] for at in _positions(parts.integer, symbols.grouping, 0)]


def _fraction_groups(parts: _Parts, symbols: Symbols) -> list[int]:
    """How many digits are to the left of each grouping separator.

    After the first one the reference implementation goes on searching in the integer part.
    """
    first = parts.fraction.find(symbols.grouping)
    if first < 0:
        return []
    places = [first, *_positions(parts.integer, symbols.grouping, first + 1)]
    to_the_left = _places_before(parts.fraction, symbols)
    return [to_the_left[min(at, len(parts.fraction))] for at in places]


def _places_before(part: str, symbols: Symbols) -> list[int]:
    """How many digits there are in front of each position of the part, its end included."""
    return list(accumulate((char in symbols.family or char == symbols.digit for char in part), initial=0))


def _positions(part: str, sign: str, start: int) -> Iterator[int]:
    at = part.find(sign, start)
    while at >= 0:
        yield at
        at = part.find(sign, at + 1)


def _multiplied(value: float, layout: _Layout, symbols: Symbols) -> float:
    if symbols.percent in layout.picture:
        return double(value * 100)
    if symbols.per_mille in layout.picture:
        return double(value * 1000)
    return value


def _scaled(value: float, layout: _Layout, later: bool) -> tuple[float, int | None]:
    """The mantissa and, where the picture has one, the exponent."""
    if layout.least_exponent == 0:
        return value, None
    most, least = power(10.0, float(layout.scale)), power(10.0, float(layout.scale - 1))
    if later and value == 0:
        return value, 0
    size = abs(float(value)) if later else float(value)
    if size <= 0 < least or size == math.inf > most:
        # The reference implementation searches for the exponent without end.
        raise JsonataError("U1002")  # unrecorded: what AWS answers
    exponent = 0
    while size < least:
        size *= 10
        exponent -= 1
    while size > most:
        size /= 10
        exponent += 1
    return number(math.copysign(size, value)), exponent


def _digits_text(value: float, places: int, symbols: Symbols) -> str:
    text = to_fixed(abs(value), places)
    if symbols.zero == "0":
        return text
    return "".join(symbols.family[int(char) : int(char) + 1] if "0" <= char <= "9" else char for char in text)


def _mantissa_text(value: float, layout: _Layout, symbols: Symbols) -> str:
    text = _digits_text(value, layout.most_fraction, symbols)
    text = text.replace(".", symbols.decimal, 1) if "." in text else text + symbols.decimal
    text = _padded(_stripped(text, symbols.zero), layout, symbols)
    text = _grouped(text, layout, symbols)
    decimal_at = text.find(symbols.decimal)
    if symbols.decimal not in layout.picture or decimal_at == len(text) - 1:
        return text[:-1]
    return text


def _stripped(text: str, zero: str) -> str:
    return text.strip(zero) if len(zero) == 1 else text


def _padded(text: str, layout: _Layout, symbols: Symbols) -> str:
    decimal_at = text.find(symbols.decimal)
    left = layout.least_integer - decimal_at
    right = layout.least_fraction - (len(text) - decimal_at - 1)
    return symbols.zero * left + text + symbols.zero * right


def _grouped(text: str, layout: _Layout, symbols: Symbols) -> str:
    decimal_at = text.find(symbols.decimal)
    if layout.interval and decimal_at > 0:
        text = evenly_grouped(text[:decimal_at], layout.interval, symbols.grouping) + text[decimal_at:]
    elif not layout.interval:
        for index, group in enumerate(layout.integer_groups):
            place = decimal_at - group + index
            text = text[:place] + symbols.grouping + text[place:]
    decimal_at = text.find(symbols.decimal)
    for group in layout.fraction_groups:
        text = text[: group + decimal_at + 1] + symbols.grouping + text[group + decimal_at + 1 :]
    return text


def _exponent_text(exponent: int, layout: _Layout, symbols: Symbols) -> str:
    text = _digits_text(exponent, 0, symbols)
    text = symbols.zero * (layout.least_exponent - len(text)) + text
    return symbols.minus + text if exponent < 0 else text
