"""`$now`, `$millis`, `$fromMillis` and `$toMillis`."""

from __future__ import annotations

from typing import Final

from asl.jsonata.datetime_parsing import parse_datetime
from asl.jsonata.datetime_pictures import ISO_8601, format_datetime
from asl.jsonata.doubles import double
from asl.jsonata.functions.native import Native, Run, native
from asl.jsonata.iso_dates import parse_iso_8601
from asl.jsonata.values import UNDEFINED, Undefined

TABLE: Final[dict[str, Native]] = {}
LATER: Final[dict[str, Native]] = {}


@native(TABLE, "millis", "<:n>", run=True)
def _millis(run: Run) -> int:
    return run.millis()


@native(TABLE, "now", "<s?s?:s>", run=True)
def _now(run: Run, picture: str | Undefined = UNDEFINED, timezone: str | Undefined = UNDEFINED) -> str:
    return _formatted(run, run.millis(), picture, timezone, later=False)


@native(LATER, "now", "<s?s?:s>", run=True)
def _later_now(run: Run, picture: str | Undefined = UNDEFINED, timezone: str | Undefined = UNDEFINED) -> str:
    return _formatted(run, run.millis(), picture, timezone, later=True)


@native(TABLE, "fromMillis", "<n-s?s?:s>", run=True)
def _from_millis(
    run: Run, millis: float | Undefined, picture: str | Undefined = UNDEFINED, timezone: str | Undefined = UNDEFINED
) -> str | Undefined:
    return UNDEFINED if millis is UNDEFINED else _formatted(run, millis, picture, timezone, later=False)


@native(LATER, "fromMillis", "<n-s?s?:s>", run=True)
def _later_from_millis(
    run: Run, millis: float | Undefined, picture: str | Undefined = UNDEFINED, timezone: str | Undefined = UNDEFINED
) -> str | Undefined:
    return UNDEFINED if millis is UNDEFINED else _formatted(run, millis, picture, timezone, later=True)


def _formatted(run: Run, millis: float, picture: str | Undefined, timezone: str | Undefined, *, later: bool) -> str:
    zone = None if timezone is UNDEFINED else timezone
    wanted = ISO_8601 if picture is UNDEFINED else picture
    return format_datetime(double(millis), wanted, zone, run.allocate, later=later)


@native(TABLE, "toMillis", "<s-s?:n>", run=True)
def _to_millis(run: Run, timestamp: str | Undefined, picture: str | Undefined = UNDEFINED) -> float | Undefined:
    return UNDEFINED if timestamp is UNDEFINED else _parsed(run, timestamp, picture, later=False)


@native(LATER, "toMillis", "<s-s?:n>", run=True)
def _later_to_millis(run: Run, timestamp: str | Undefined, picture: str | Undefined = UNDEFINED) -> float | Undefined:
    return UNDEFINED if timestamp is UNDEFINED else _parsed(run, timestamp, picture, later=True)


def _parsed(run: Run, timestamp: str, picture: str | Undefined, *, later: bool) -> float | Undefined:
    if picture is UNDEFINED:
        return parse_iso_8601(timestamp, later=later)
    millis = parse_datetime(timestamp, picture, run.millis(), run.spend, later=later)
    return UNDEFINED if millis is None else millis
