"""Dates as JavaScript computes with them: milliseconds since 1970 in the Gregorian calendar without beginning or end.

Python's datetime knows the years 1 to 9999 only. A moment outside of what JavaScript represents is NaN.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

MILLIS_PER_DAY: Final = 86_400_000
_LAST_MILLIS: Final = 8_640_000_000_000_000
_EPOCH_DAY: Final = 719_162
"""The days from 0001-01-01 to 1970-01-01."""
_DAYS_PER_400_YEARS: Final = 146_097
_DAYS_BEFORE_MONTH: Final = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)
_YEARS_OF_THE_1900S: Final = range(100)


class Moment(NamedTuple):
    """A moment in UTC taken apart; all members are NaN when there is none. The month counts from 1."""

    millis: float
    year: float
    month: float
    day: float
    weekday: float
    """1 for Monday to 7 for Sunday."""
    hour: float
    minute: float
    second: float
    milli: float


NO_MOMENT: Final = Moment(*[math.nan] * 9)


def time_clip(millis: float) -> float:
    """Whole milliseconds; NaN outside of 100,000,000 days around 1970."""
    if not math.isfinite(millis) or abs(millis) > _LAST_MILLIS:
        return math.nan
    return int(millis)


def utc(
    year: float,
    month: float = 1,
    day: float = 1,
    hour: float = 0,
    minute: float = 0,
    second: float = 0,
    milli: float = 0,
) -> float:
    """`Date.UTC`, but the month counts from 1: parts may be too large or negative; the years 0 to 99 are 1900 to 1999.

    Fractions are cut off. NaN where a part is not finite.
    """
    parts = (year, month, day, hour, minute, second, milli)
    if not all(map(math.isfinite, parts)):
        return math.nan
    whole_year, *rest = map(int, parts)
    return utc_of_full_year(whole_year + 1900 if whole_year in _YEARS_OF_THE_1900S else whole_year, *rest)


def utc_of_full_year(
    year: int, month: int = 1, day: int = 1, hour: int = 0, minute: int = 0, second: int = 0, milli: int = 0
) -> float:
    """As `utc`, for any year as it is."""
    days = days_before_month(year, month) + day - 1
    return time_clip(days * MILLIS_PER_DAY + ((hour * 60 + minute) * 60 + second) * 1000 + milli)


def days_before_month(year: int, month: int) -> int:
    """The days from 1970-01-01 to the first of a month; a month above 12 or below 1 is one of another year."""
    years, index = divmod(month - 1, 12)
    year += years
    leap_day = index > 1 and _is_leap(year)
    return _days_before_year(year) + _DAYS_BEFORE_MONTH[index] + leap_day - _EPOCH_DAY


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _days_before_year(year: int) -> int:
    """The days from 0001-01-01 to the first of January."""
    past = year - 1
    return past * 365 + past // 4 - past // 100 + past // 400


def moment(millis: float) -> Moment:
    """The moment so many milliseconds since the epoch, taken apart."""
    whole = time_clip(millis)
    if math.isnan(whole):
        return NO_MOMENT
    days, milli = divmod(int(whole), MILLIS_PER_DAY)
    second, milli = divmod(milli, 1000)
    minute, second = divmod(second, 60)
    hour, minute = divmod(minute, 60)
    year, month, day = _civil(days)
    return Moment(whole, year, month, day, (days + 3) % 7 + 1, hour, minute, second, milli)


def _civil(days: int) -> tuple[int, int, int]:
    since_year_1 = days + _EPOCH_DAY
    year = since_year_1 * 400 // _DAYS_PER_400_YEARS + 1
    while _days_before_year(year) > since_year_1:
        year -= 1
    while _days_before_year(year + 1) <= since_year_1:
        year += 1
    month = next(month for month in range(12, 0, -1) if days_before_month(year, month) <= days)
    return year, month, days - days_before_month(year, month) + 1
