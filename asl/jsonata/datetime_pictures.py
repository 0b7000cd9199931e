"""Date/time pictures, "[Y0001]-[M01]-[D01]": their analysis, and writing a moment as one says.

Pictures and texts are taken as UTF-16 units here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, TypeAlias

from asl.jsonata.civil import Moment, moment
from asl.jsonata.date_components import component_value
from asl.jsonata.doubles import WHITESPACE, floor, joined, parse_int, remainder, units
from asl.jsonata.errors import JsonataError
from asl.jsonata.pictures import Case, IntegerPicture, format_integer, integer_picture
from asl.jsonata.power import power

ISO_8601: Final = "[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01].[f001][Z01:01t]"
MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November"),
    "December",
)
DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_PRESENTATIONS: Final = {
    **dict.fromkeys("YMDdWwXxHhf", "1"),
    **dict.fromkeys("FPCE", "n"),
    **dict.fromkeys("ms", "01"),
    **dict.fromkeys("Zz", "01:01"),
}
"""How a component is written when its marker does not say it."""
_NUMBERS: Final = frozenset("YMDdFWwXxHhmsf")
_SPACES: Final = re.compile(f"[{WHITESPACE}]+")
_LONGEST_CACHED: Final = 256


@dataclass(frozen=True, slots=True)
class Width:
    """How many characters there are at least and at most; None for as many as there are, NaN for what is no number."""

    least: float | None
    most: float | None


@dataclass(frozen=True, slots=True)
class Marker:
    """A variable part of a picture."""

    component: str
    names: Case | None
    """Set where a name is written instead of a number, in which case."""
    traditional: bool
    """Whether a zero time zone is written as Z."""
    width: Width | None
    integer: IntegerPicture | None
    modulus: float = -1
    """How many digits of a year are written, -1 for all; at level 2.0 the exact width when a text is read, too."""
    parsed_width: float | None = None
    """The width of a number directly in front of another one. Level 2.2."""


Part: TypeAlias = str | Marker


def datetime_picture(picture: str, *, later: bool) -> tuple[Part, ...]:
    """The literal texts and the markers of a picture. `later` is for level 2.2.

    Raises D3132 for an unknown component, D3135 for a bracket that is not closed, D3131.
    """
    return (_cached if len(picture) <= _LONGEST_CACHED else _analysed)(picture, later)


def _analysed(picture: str, later: bool) -> tuple[Part, ...]:
    parts: list[Part] = []
    for is_marker, text in _pieces(units(picture)):
        if not is_marker:
            parts.append(text)
            continue
        marker = _marker(text, later)
        previous = parts[-1] if parts else ""
        if later and _is_number(marker) and isinstance(previous, Marker) and previous.integer:
            parts[-1] = replace(previous, parsed_width=previous.integer.digits)
        parts.append(marker)
    return tuple(parts)


_cached = lru_cache(maxsize=256)(_analysed)


def _pieces(picture: str) -> Iterator[tuple[bool, str]]:
    """Markers (True) without their brackets, and literal texts."""
    start = 0
    while (opening := picture.find("[", start)) >= 0:
        if opening > start:
            yield False, picture[start:opening].replace("]]", "]")
        if picture.startswith("[", opening + 1):
            yield False, "["
            start = opening + 2
            continue
        closing = picture.find("]", opening)
        if closing < 0:
            raise JsonataError("D3135")
        yield True, _SPACES.sub("", picture[opening + 1 : closing])
        start = closing + 1
    if start < len(picture):
        yield False, picture[start:].replace("]]", "]")


def _marker(text: str, later: bool) -> Marker:
    component = text[:1]
    comma = text.rfind(",")
    width = None
    presentation = text[1:]
    if comma >= 0:
        width = _width(text[comma + 1 :])
        presentation = text[1:comma] if comma else text[:1]
    modifier = ""
    if len(presentation) > 1 and presentation[-1] in "atco":
        presentation, modifier = presentation[:-1], presentation[-1]
    presentation = presentation or _PRESENTATIONS.get(component, "")
    if not presentation:
        raise JsonataError("D3132", value=component)
    names = _names(presentation)
    marker = Marker(component, names, modifier == "t", width, None)
    if component in ("Z", "z"):
        return replace(marker, integer=integer_picture(presentation))
    if names is not None or component not in _NUMBERS:
        return marker
    integer = integer_picture(f"{presentation};{modifier}" if modifier else presentation)
    return _sized(marker, integer, has_modulus=component == "Y" if later else component in ("Y", "M", "D"))


def _width(text: str) -> Width:
    least, dash, most = text.partition("-")
    return Width(_limit(least), _limit(most) if dash else None)


def _limit(text: str) -> float | None:
    return None if text == "*" else parse_int(text)


def _names(presentation: str) -> Case | None:
    if presentation.startswith("n"):
        return "lower"
    if presentation.startswith("Nn"):
        return "title"
    return "upper" if presentation.startswith("N") else None


def _sized(marker: Marker, integer: IntegerPicture, *, has_modulus: bool) -> Marker:
    width = marker.width or Width(None, None)
    if width.least is not None and integer.digits is not None and integer.digits < width.least:
        integer = replace(integer, digits=width.least)
    if not has_modulus:
        return replace(marker, integer=integer)
    if width.most is not None:
        return replace(marker, integer=replace(integer, digits=width.most), modulus=width.most)
    places = math.nan if integer.digits is None or integer.optional is None else integer.digits + integer.optional
    return replace(marker, integer=integer, modulus=places if places >= 2 else -1)


def _is_number(marker: Marker) -> bool:
    return marker.names is None and marker.component in _NUMBERS


@dataclass(frozen=True, slots=True)
class _Offset:
    """A time zone as hours and minutes; of a negative one with minutes both are rounded down, as the reference does."""

    hours: float
    minutes: float

    @property
    def written(self) -> float:
        """The number that is written: +0530 is 530."""
        return self.hours * 100 + self.minutes

    @property
    def millis(self) -> float:
        return (60 * self.hours + self.minutes) * 60_000


def _offset(timezone: str | None) -> _Offset:
    if timezone is None:
        return _Offset(0, 0)
    number = parse_int(timezone)
    return _Offset(floor(number / 100), remainder(number, 100))


def format_datetime(
    millis: float, picture: str, timezone: str | None, allocate: Callable[[int], None], *, later: bool
) -> str:
    """The moment so many milliseconds since the epoch, in a time zone as "+0100", as the picture says.

    Raises D3130 to D3135 for a picture that is wrong.
    """
    parts = datetime_picture(picture, later=later)
    offset = _offset(timezone)
    at = moment(millis + offset.millis)
    return joined("".join(part if isinstance(part, str) else _written(at, part, offset, allocate) for part in parts))


def _written(at: Moment, marker: Marker, offset: _Offset, allocate: Callable[[int], None]) -> str:
    if marker.component in ("Z", "z"):
        return _timezone(marker, offset, allocate)
    value = component_value(at, marker.component)
    if value is None:
        return "undefined"
    if isinstance(value, str):
        return value.upper() if marker.component == "P" and marker.names == "upper" else value
    if marker.names is not None and marker.component != "f":
        return _name(value, marker, marker.names)
    if marker.integer is None:
        raise JsonataError(None, message="Cannot read properties of undefined (reading 'primary')")
    if marker.component == "Y" and marker.modulus != -1:
        value = remainder(value, power(10.0, float(marker.modulus)))
    return format_integer(value, marker.integer, allocate)


def _name(value: float, marker: Marker, case: Case) -> str:
    if marker.component not in ("M", "x", "F"):
        raise JsonataError("D3133", value=marker.component)
    if math.isnan(value):
        return _no_name(marker, case)
    name = (DAYS if marker.component == "F" else MONTHS)[int(value) - 1]
    name = {"upper": name.upper(), "lower": name.lower(), "title": name}[case]
    most = marker.width.most if marker.width else None
    return name[: max(int(most), 0)] if most is not None and len(name) > most else name


def _no_name(marker: Marker, case: Case) -> str:
    if case == "title" and marker.width is None:
        return "undefined"
    wanted = {"upper": "toUpperCase", "lower": "toLowerCase", "title": "length"}[case]
    raise JsonataError(None, message=f"Cannot read properties of undefined (reading '{wanted}')")


def _timezone(marker: Marker, offset: _Offset, allocate: Callable[[int], None]) -> str:
    assert marker.integer is not None
    if marker.traditional and offset.written == 0:
        _offset_text(marker.integer, offset, allocate)  # a wrong picture is an error all the same
        return "Z"
    text = _offset_text(marker.integer, offset, allocate)
    return ("GMT" if marker.component == "z" else "") + ("+" if offset.written >= 0 else "") + text


def _offset_text(picture: IntegerPicture, offset: _Offset, allocate: Callable[[int], None]) -> str:
    if picture.interval or picture.digits in (3, 4):
        return format_integer(offset.written, picture, allocate)
    if picture.digits not in (1, 2):
        raise JsonataError("D3134", value=picture.digits)
    text = format_integer(offset.hours, picture, allocate)
    if offset.minutes == 0:
        return text
    return f"{text}:{format_integer(floor(offset.minutes), integer_picture('00'), allocate)}"
