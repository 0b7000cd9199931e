"""`$formatNumber`, `$formatBase`, `$formatInteger` and `$parseInteger`."""

from __future__ import annotations

import math
from typing import Any, Final

from asl.jsonata.decimal_pictures import STANDARD, Symbols, format_number
from asl.jsonata.doubles import double, floor, joined, radix_text, round_half_even
from asl.jsonata.errors import JsonataError
from asl.jsonata.functions.native import Native, Run, native
from asl.jsonata.pictures import IntegerPicture, format_integer, integer_picture, parse_integer
from asl.jsonata.values import UNDEFINED, Undefined

TABLE: Final[dict[str, Native]] = {}
LATER: Final[dict[str, Native]] = {}


@native(TABLE, "formatNumber", "<n-so?:s>")
def _format_number(
    value: float | Undefined, picture: str | Undefined, options: dict[str, Any] | Undefined = UNDEFINED
) -> str | Undefined:
    return _number_formatted(value, picture, options, later=False)


@native(LATER, "formatNumber", "<n-so?:s>")
def _later_format_number(
    value: float | Undefined, picture: str | Undefined, options: dict[str, Any] | Undefined = UNDEFINED
) -> str | Undefined:
    return _number_formatted(value, picture, options, later=True)


def _number_formatted(
    value: float | Undefined, picture: str | Undefined, options: dict[str, Any] | Undefined, *, later: bool
) -> str | Undefined:
    if value is UNDEFINED:
        return UNDEFINED
    symbols = STANDARD if options is UNDEFINED else Symbols.of(options)
    return format_number(double(value), _given(picture, "split"), symbols, later=later)


@native(TABLE, "formatBase", "<n-n?:s>")
def _format_base(value: float | Undefined, radix: float | Undefined = UNDEFINED) -> str | Undefined:
    if value is UNDEFINED:
        return UNDEFINED
    base = 10 if radix is UNDEFINED else round_half_even(double(radix))
    if base < 2 or base > 36:
        raise JsonataError("D3100", value=base)
    if math.isnan(base):
        raise JsonataError(None, message="toString() radix argument must be between 2 and 36")
    return radix_text(round_half_even(double(value)), int(base))


@native(TABLE, "formatInteger", "<n-s:s>", run=True)
def _format_integer(run: Run, value: float | Undefined, picture: str | Undefined) -> str | Undefined:
    if value is UNDEFINED:
        return UNDEFINED
    return joined(format_integer(floor(double(value)), _integer_picture(picture), run.allocate))


@native(TABLE, "parseInteger", "<s-s:n>")
def _parse_integer(text: str | Undefined, picture: str | Undefined) -> float | Undefined:
    return UNDEFINED if text is UNDEFINED else parse_integer(text, _integer_picture(picture))


def _integer_picture(picture: str | Undefined) -> IntegerPicture:
    return integer_picture(_given(picture, "lastIndexOf"))


def _given(picture: str | Undefined, wanted: str) -> str:
    """The picture; without one the reference implementation fails where it wants something of the picture."""
    if picture is UNDEFINED:
        raise JsonataError(None, message=f"Cannot read properties of undefined (reading '{wanted}')")
    return picture
