"""Reading ISO 8601 timestamps without a picture: what `Date.parse` makes of those that `$toMillis` lets through.

V8, which runs the reference implementation, falls back to an older and laxer reading where the date in front of the
time is not as ISO 8601 has it ("2018-0005", "2018.5Z"); that reading is here as far as such texts can reach it.
"""

from __future__ import annotations

import math
import re
from typing import Final

from asl.jsonata.civil import utc_of_full_year
from asl.jsonata.errors import JsonataError
from asl.jsonata.values import number

_TIME: Final = "T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]"
_END: Final = r"(?:\.[0-9]++)?(?:[+-][0-2][0-9]:?[0-5][0-9]|Z)?"
_ACCEPTED: Final = re.compile(f"[0-9]{{4}}(?:-[0-3][0-9])*(?:{_TIME})*{_END}")
"""What level 2.0 lets through: months, days and times may be repeated."""
_ACCEPTED_LATER: Final = re.compile(f"[0-9]{{4}}(?:-[01][0-9])?(?:-[0-3][0-9])?(?:{_TIME})?{_END}")
_ISO_8601: Final = re.compile(
    "(?P<year>[0-9]{4})(?:-(?P<month>0[1-9]|1[0-2])(?:-(?P<day>0[1-9]|[12][0-9]|3[01]))?)?"
    "(?P<time>T(?P<hour>[01][0-9]|2[0-4]):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})(?:\\.(?P<fraction>[0-9]+))?"
    "(?P<zone>Z|(?P<sign>[+-])(?P<ahead>[01][0-9]|2[0-3]):?(?P<minutes>[0-9]{2}))?)?"
)
_TOKEN: Final = re.compile("[0-9]+|.")
_LAX_BEGIN: Final = re.compile(
    "([0-9]{4})(?:-(?:(0[1-9]|1[0-2])(?![0-9])(?:-(?:(0[1-9]|[12][0-9]|3[01])(?![0-9]))?)?)?)?"
)
"""As much of a date as is as it should be, with the hyphen in front of what is not."""
_SIGNIFICANT_DIGITS: Final = 9
_LAST_MONTH: Final = 12
_LAST_DAY: Final = 31


def parse_iso_8601(timestamp: str, *, later: bool) -> float:
    """Milliseconds since the epoch, NaN for a date there is not. `later` is for level 2.2.

    Raises D3110 for what does not look like a timestamp.
    """
    if not (_ACCEPTED_LATER if later else _ACCEPTED).fullmatch(timestamp):
        raise JsonataError("D3110", value=timestamp)
    found = _ISO_8601.fullmatch(timestamp)
    if found is not None:
        return _from_iso(found)
    return math.nan if "T" in timestamp else _lax(timestamp)


def _from_iso(found: re.Match[str]) -> float:
    fraction = _millis(found["fraction"] or "0")
    hour, minute, second = (int(found[part] or 0) for part in ("hour", "minute", "second"))
    if hour == 24 and (minute or second or _whole(found["fraction"] or "0")):
        return math.nan
    ahead = int(found["ahead"] or 0) * 60 + int(found["minutes"] or 0)
    minute -= -ahead if found["sign"] == "-" else ahead
    date = int(found["year"]), int(found["month"] or 1), int(found["day"] or 1)
    return number(utc_of_full_year(*date, hour, minute, second, fraction))


def _whole(digits: str) -> int:
    """A number as V8 reads it: leading zeros and all but nine digits behind them do not count."""
    return int(digits.lstrip("0")[:_SIGNIFICANT_DIGITS] or "0")


def _millis(digits: str) -> int:
    """The milliseconds of a fraction, read from its significant digits as if no zeros stood in front of them."""
    length = min(len(digits), _SIGNIFICANT_DIGITS)
    return int(_whole(digits) * 1000 // 10**length)


def _lax(timestamp: str) -> float:
    """The older reading of a timestamp without T: numbers are parts of the date, or of the time behind a colon."""
    begin = _LAX_BEGIN.match(timestamp)
    assert begin is not None  # every timestamp let through begins with a year
    date = [int(part) for part in begin.groups() if part]
    time: list[int] = []
    tokens = _TOKEN.findall(timestamp, begin.end())[::-1]
    while tokens:
        token = tokens.pop()
        if token in ("-", "+"):
            return math.nan
        if not token.isdecimal():
            continue
        following = tokens[-1] if tokens else ""
        if following in (":", ".", "-"):
            tokens.pop()
        if following == ":" or time:
            time.append(_whole(token))
        elif len(date) < len(("year", "month", "day")):
            date.append(_whole(token))
        else:
            return math.nan
    return _lax_moment(date, time)


def _lax_moment(date: list[int], time: list[int]) -> float:
    year, month, day = (*date, 1, 1)[:3]
    if 1 <= year <= _LAST_DAY:
        month, day, year = year, month, day
    if not (1 <= month <= _LAST_MONTH and 1 <= day <= _LAST_DAY):
        return math.nan
    hour, minute = (*time, 0, 0)[:2]
    if hour > 24 or (hour == 24 and minute):
        return math.nan
    return number(utc_of_full_year(_century(year), month, day, hour, minute))


def _century(year: int) -> int:
    """Years of two digits are those from 1950 to 2049."""
    if year < 50:
        return year + 2000
    return year + 1900 if year < 100 else year
