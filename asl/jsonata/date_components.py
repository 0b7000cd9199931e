"""What the letters of a date/time picture stand for: the year, the week in the month, the half of the day."""

from __future__ import annotations

from asl.jsonata.civil import MILLIS_PER_DAY, Moment, moment, utc
from asl.jsonata.doubles import floor
from asl.jsonata.values import number

_MILLIS_PER_WEEK = 7 * MILLIS_PER_DAY
_THURSDAY = 4
"""The first week of a year or of a month is that of its first Thursday."""


def component_value(at: Moment, component: str) -> float | str | None:
    """A number, NaN for a moment that is none; a text for P, C and E; None for unknown letters and time zones."""
    match component:
        case "Y":
            return at.year
        case "M":
            return at.month
        case "D":
            return at.day
        case "d":
            return number((_midnight(at) - utc(at.year)) / MILLIS_PER_DAY + 1)
        case "F":
            return at.weekday
        case "W":
            return _week_in_year(at)
        case "w":
            return _week_in_month(at)
        case "X":
            return at.year + _week_shift(at, _first_week(at.year), _first_week(at.year + 1))
        case "x":
            return _month_of_week(at)
        case "H":
            return at.hour
        case "h":
            return 12 if at.hour % 12 == 0 else at.hour % 12
        case "P":
            return "pm" if at.hour >= 12 else "am"
        case "m":
            return at.minute
        case "s":
            return at.second
        case "f":
            return at.milli
        case "C" | "E":
            return "ISO"
    return None


def _midnight(at: Moment) -> float:
    return utc(at.year, at.month, at.day)


def _first_week(year: float, month: float = 1) -> float:
    """The start of the first week, a Monday."""
    first = utc(year, month)
    weekday = moment(first).weekday
    if weekday > _THURSDAY:
        return first + (8 - weekday) * MILLIS_PER_DAY
    return first - (weekday - 1) * MILLIS_PER_DAY


def _week(start: float, today: float) -> float:
    return (today - start) / _MILLIS_PER_WEEK + 1


def _week_in_year(at: Moment) -> float:
    today = _midnight(at)
    week = _week(_first_week(at.year), today)
    if week > 52 and today >= _first_week(at.year + 1):
        week = 1
    elif week < 1:
        week = _week(_first_week(at.year - 1), today)
    return floor(week)


def _week_in_month(at: Moment) -> float:
    today = _midnight(at)
    week = _week(_first_week(at.year, at.month), today)
    if week > 4 and today >= _first_week(*_next_month(at)):
        week = 1
    elif week < 1:
        week = _week(_first_week(*_previous_month(at)), today)
    return floor(week)


def _month_of_week(at: Moment) -> float:
    following, previous = _next_month(at), _previous_month(at)
    shift = _week_shift(at, _first_week(at.year, at.month), _first_week(*following))
    return {-1: previous[1], 0: at.month, 1: following[1]}[shift]


def _week_shift(at: Moment, start: float, end: float) -> int:
    """-1 before the weeks of a year or a month, 1 behind them, else 0."""
    if at.millis < start:
        return -1
    return 1 if at.millis >= end else 0


def _next_month(at: Moment) -> tuple[float, float]:
    return (at.year + 1, 1) if at.month == 12 else (at.year, at.month + 1)


def _previous_month(at: Moment) -> tuple[float, float]:
    return (at.year - 1, 12) if at.month == 1 else (at.year, at.month - 1)
