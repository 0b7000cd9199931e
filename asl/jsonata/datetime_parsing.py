"""Reading a moment from a text as a date/time picture says."""

from __future__ import annotations

import math
from collections.abc import Callable, Container
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Final, TypeAlias

from asl.jsonata.civil import MILLIS_PER_DAY, Moment, moment, utc
from asl.jsonata.date_components import component_value
from asl.jsonata.datetime_matching import Item, Literal, Run, Words, canonical, match
from asl.jsonata.datetime_pictures import DAYS, MONTHS, Marker, Part, datetime_picture
from asl.jsonata.doubles import joined, parse_int, units
from asl.jsonata.errors import JsonataError
from asl.jsonata.number_names import WORD_VALUES
from asl.jsonata.pictures import IntegerPicture, parse_integer
from asl.jsonata.values import number

Components: TypeAlias = "dict[str, float | str | None]"
"""What was read, by the letter of the component; None for a name that is none."""

_DIGITS: Final = "0123456789"
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_NUMERALS: Final = "MDCLXVI"
_NUMBER_WORDS: Final = Words((*map(str.upper, WORD_VALUES), "AND", "-", ",", " "), repeated=True)
_ORDINALS: Final = Words(("TH", "ST", "ND", "RD"), repeated=False)
_HALVES_OF_DAY: Final = {"am": 0, "AM": 0, "pm": 1, "PM": 1}
_LONGEST_NAME: Final = max(map(len, MONTHS))
_LINE_ENDS: Final = frozenset("\n\r\u2028\u2029")

_YEAR_MONTH_DAY: Final = frozenset("YMD")
_YEAR_DAY: Final = frozenset("Yd")
_WEEKS: Final = (frozenset("Xxw"), frozenset("XW"))
"""Ways to say a date by its week: known, but not supported."""
_CLOCK: Final = frozenset("Hmsf")
_CLOCK_12: Final = frozenset("Phmsf")
_DATE: Final = frozenset("YXMxWwdD")
_TIME: Final = frozenset("PHhmsf")

_LONGEST_CACHED: Final = 256


@dataclass(frozen=True, slots=True)
class _Field:
    """A part of a picture: what it matches, and for a marker how its text is read."""

    items: tuple[Item, ...]
    component: str = ""
    read: Callable[[str], float | None] | None = None


def parse_datetime(text: str, picture: str, now: float, spend: Callable[[int], None], *, later: bool) -> float | None:
    """Milliseconds since the epoch, NaN for a date that cannot be represented; None when the text does not match.

    `now`, in milliseconds, gives what stands in front of the parts that the picture has. `later` is for level 2.2.
    Raises D3130 to D3135 for a picture that is wrong, D3136 for one that leaves a gap or says a date by its week.
    """
    fields = (_cached if len(picture) <= _LONGEST_CACHED else _fields)(picture, later)
    components = _components(fields, units(text), spend)
    return _timestamp(components, moment(now)) if components else None


def _fields(picture: str, later: bool) -> tuple[_Field, ...]:
    return tuple(_field(part, later) for part in datetime_picture(picture, later=later))


_cached = lru_cache(maxsize=256)(_fields)


def _field(part: Part, later: bool) -> _Field:
    if isinstance(part, str):
        return _Field((Literal(canonical(part)),))
    if part.component in ("Z", "z"):
        return _timezone_field(part)
    if part.component == "f" and later:
        return _Field((Run(_DIGITS),), "f", _fraction)
    if part.integer is not None:
        items = _integer_items(part.integer, part, later)
        return _Field(items, part.component, partial(_integer, picture=part.integer))
    return _Field((Run(_LETTERS),), part.component, _names(part).get)


def _fraction(digits: str) -> float:
    return float(f"0.{digits[:3]}") * 1000


def _integer(text: str, picture: IntegerPicture) -> float:
    return parse_integer(joined(text), picture)


def _integer_items(picture: IntegerPicture, marker: Marker, later: bool) -> tuple[Item, ...]:
    match picture.style:
        case "letters":
            return (Run(_LETTERS),)
        case "roman":
            return (Run(_NUMERALS),)
        case "words":
            return (_NUMBER_WORDS,)
        case "decimal":
            items = _later_digit_items(marker) if later else _digit_items(picture, marker)
            return (*items, _ORDINALS) if picture.ordinal else items
        case "sequence":
            raise JsonataError("D3130", value=picture.token)


def _digit_items(picture: IntegerPicture, marker: Marker) -> tuple[Item, ...]:
    width = marker.modulus
    if not width > 0:
        return (Run(_DIGITS),)
    least = width - (picture.optional or 0)
    if least < 0:
        return (Run(_DIGITS, 1, 1), Literal(f"{{{least},{width}}}"))
    return (Run(_DIGITS, least, width),)


def _later_digit_items(marker: Marker) -> tuple[Item, ...]:
    width = marker.parsed_width
    if not width or math.isnan(width):
        return (Run(_DIGITS),)
    if width < 0:
        return (Run(_DIGITS, 1, 1), Literal(f"{{{width}}}"))
    return (Run(_DIGITS, width, width),)


def _names(marker: Marker) -> dict[str, int]:
    """The numbers of the names. Raises D3133 for a component that has none."""
    if marker.component == "P":
        return _HALVES_OF_DAY
    if marker.component not in ("M", "x", "F"):
        raise JsonataError("D3133", value=marker.component)
    most = marker.width.most if marker.width else None
    end = max(int(min(most, _LONGEST_NAME)), 0) if most is not None and _is_truthy(most) else None
    names = DAYS if marker.component == "F" else MONTHS
    return {name[:end]: index for index, name in enumerate(names, 1)}


class _AnyChar:
    """What the dot of a regular expression matches."""

    def __contains__(self, unit: object) -> bool:
        return unit not in _LINE_ENDS


_SEPARATORS: Final[dict[str, Container[str]]] = {".": _AnyChar(), "^": "", "$": ""}
"""The separators of hours and minutes that the reference implementation takes for parts of a regular expression."""
# differs-from-aws: ( ) * + ? | [ and the backslash stand for themselves here; there some of them are syntax errors.


def _timezone_field(marker: Marker) -> _Field:
    assert marker.integer is not None
    separator = marker.integer.separators[0].sign if marker.integer.interval else ""
    items: list[Item] = [Literal("GMT")] if marker.component == "z" else []
    items += [Run("+-", 1, 1), Run(_DIGITS)]
    if separator:
        special = _SEPARATORS.get(separator)
        items += [Literal(canonical(units(separator))) if special is None else Run(special, 1, 1), Run(_DIGITS)]
    read = partial(_offset, start=len("GMT") if marker.component == "z" else 0, separator=units(separator))
    return _Field(tuple(items), marker.component, read)


def _offset(text: str, start: int, separator: str) -> float:
    """The minutes that a time zone is ahead of UTC. The sign is taken for one of the hours only."""
    value = text[start:]
    if separator:
        at = value.find(separator)
        hours, minutes = parse_int(value[: max(at, 0)]), parse_int(value[at + 1 :])
    elif len(value) <= 3:
        hours, minutes = parse_int(value), 0
    else:
        hours, minutes = parse_int(value[:3]), parse_int(value[3:])
    return number(hours * 60 + minutes)


def _components(fields: tuple[_Field, ...], text: str, spend: Callable[[int], None]) -> Components | None:
    starts = match([item for field in fields for item in field.items], text, spend)
    if starts is None:
        return None
    components: Components = {}
    bounds = [*starts, len(text)]
    first = 0
    for field in fields:
        last = first + len(field.items)
        if field.read is not None:
            components[field.component] = field.read(text[bounds[first] : bounds[last]])
        first = last
    return components


def _timestamp(components: Components, now: Moment) -> float:
    said = {letter for letter, value in components.items() if _is_truthy(value)}
    date, time = said & _DATE, said & _TIME
    if any(date and date <= week for week in _WEEKS):
        raise JsonataError("D3136")
    by_day_of_year = bool(date) and not date <= _YEAR_MONTH_DAY and date <= _YEAR_DAY
    by_halves = bool(time) and not time <= _CLOCK and time <= _CLOCK_12
    _complete(components, ("YD" if by_day_of_year else "YMD") + ("Phmsf" if by_halves else "Hmsf"), now)
    values = {letter: value for letter, value in components.items() if value is not None and not isinstance(value, str)}
    year, month, day = values["Y"], values.get("M", 0), values["D"]
    month = month if month > 0 else 1
    if by_day_of_year:
        derived = moment(utc(year) + (values["d"] - 1) * MILLIS_PER_DAY)
        month, day = derived.month, derived.day
    hour = _hour(values) if by_halves else values["H"]
    millis = utc(year, month, day, hour, values["m"], values["s"], values["f"])
    zone = next((values[letter] for letter in "Zz" if letter in said), 0)
    return number(millis - zone * 60_000)


def _is_truthy(value: float | str | None) -> bool:
    return bool(value) and value == value


def _complete(components: Components, letters: str, now: Moment) -> None:
    """Fill in what is not said: in front of what is said as it is now, behind it the least. Raises D3136 for gaps."""
    begun = ended = False
    for letter in letters:
        if components.get(letter) is not None:
            begun = True
            if ended:
                raise JsonataError("D3136")
        elif begun:
            components[letter] = 1 if letter in "MD" else 0
            ended = True
        else:
            components[letter] = component_value(now, letter)


def _hour(values: dict[str, float]) -> float:
    hour = 0 if values["h"] == 12 else values["h"]
    return hour + 12 if values.get("P") == 1 else hour
