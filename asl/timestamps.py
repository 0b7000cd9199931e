"""ISO 8601 times as the Amazon States Language takes them: RFC 3339, with a capital T and a time zone."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

_OFFSET_DATE_TIME: Final = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:\d{2})", re.ASCII
)


def parse(text: str) -> int | None:
    """Nanoseconds since the epoch of an ISO 8601 extended offset date-time; None for any other text.

    The profile is Java's ISO_OFFSET_DATE_TIME, which the service's texts name: seconds and up to nine digits of
    fraction may be missing, the zone may not.
    """
    match = _OFFSET_DATE_TIME.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    try:
        if zone == "Z":
            offset = UTC
        else:
            sign = -1 if zone[0] == "-" else 1
            offset = timezone(sign * timedelta(hours=int(zone[1:3]), minutes=int(zone[4:6])))
        moment = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second or 0), tzinfo=offset)
        seconds = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1)
    except (ValueError, OverflowError):
        return None
    return seconds * 1_000_000_000 + int((fraction or "0").ljust(9, "0"))


def parse_ms(text: str) -> int | None:
    """Milliseconds since the epoch, rounded up so that a wait never ends early; None for text that is no time."""
    nanoseconds = parse(text)
    return None if nanoseconds is None else -(-nanoseconds // 1_000_000)
