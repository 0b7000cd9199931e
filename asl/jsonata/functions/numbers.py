"""Functions on numbers. Arithmetic is that of doubles: integers too large for one are rounded as a double is."""

from __future__ import annotations

import math
import operator
import re
from functools import reduce
from typing import Final

from asl.jsonata.doubles import WHITESPACE, double, floor, round_half_even
from asl.jsonata.errors import JsonataError
from asl.jsonata.functions.native import Native, Run, native
from asl.jsonata.power import power
from asl.jsonata.values import UNDEFINED, Undefined, Value, number

TABLE: dict[str, Native] = {}


@native(TABLE, "sum", "<a<n>:n>")
def sum_(values: list[float] | Undefined) -> float | Undefined:
    return UNDEFINED if values is UNDEFINED else number(_total(values))


def _total(values: list[float]) -> float:
    """Added one after the other, without the correction of rounding errors that Python's sum makes."""
    try:
        return reduce(operator.add, values, 0.0)
    except OverflowError:
        return reduce(operator.add, map(double, values), 0.0)


@native(TABLE, "max", "<a<n>:n>")
def max_(values: list[float] | Undefined) -> float | Undefined:
    if values is UNDEFINED or not values:
        return UNDEFINED
    return math.nan if any(value != value for value in values) else max(values)


@native(TABLE, "min", "<a<n>:n>")
def min_(values: list[float] | Undefined) -> float | Undefined:
    if values is UNDEFINED or not values:
        return UNDEFINED
    return math.nan if any(value != value for value in values) else min(values)


@native(TABLE, "average", "<a<n>:n>")
def average(values: list[float] | Undefined) -> float | Undefined:
    if values is UNDEFINED or not values:
        return UNDEFINED
    return number(_total(values) / len(values))


_DECIMAL: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?([Ee][-+]?[0-9]+)?")
_MENTIONS_RADIX: Final = re.compile(r"^0[xX][0-9A-Fa-f]+|0[oO][0-7]+|0[bB][01]+\Z")
"""What `$number` takes for a number with a radix. It looks at a part of the text only: the rest may make it NaN."""
_WITH_RADIX: Final = re.compile(r"0[xX][0-9A-Fa-f]+|0[oO][0-7]+|0[bB][01]+")
_OUTER_SPACES: Final = re.compile(rf"^[{WHITESPACE}]+|[{WHITESPACE}]+\Z")
_RADIX: Final = {"x": 16, "o": 8, "b": 2}


@native(TABLE, "number", "<(nsb)-:n>")
def number_(value: float | str | bool | Undefined) -> float | Undefined:
    if value is UNDEFINED:
        return UNDEFINED
    if isinstance(value, bool):
        return int(value)
    if not isinstance(value, str):
        return value
    if _DECIMAL.fullmatch(value) and math.isfinite(result := float(value)):
        return number(result)
    if _MENTIONS_RADIX.search(value):
        return _with_radix(value)
    raise JsonataError("D3030", value=value, index=1)


def _with_radix(text: str) -> float:
    digits = _OUTER_SPACES.sub("", text)
    if not _WITH_RADIX.fullmatch(digits):
        return math.nan
    return number(double(int(digits[2:], _RADIX[digits[1].lower()])))


@native(TABLE, "abs", "<n-:n>")
def abs_(value: float | Undefined) -> float | Undefined:
    return UNDEFINED if value is UNDEFINED else number(abs(double(value)))


@native(TABLE, "floor", "<n-:n>")
def floor_(value: float | Undefined) -> float | Undefined:
    return UNDEFINED if value is UNDEFINED else floor(double(value))


@native(TABLE, "ceil", "<n-:n>")
def ceil(value: float | Undefined) -> float | Undefined:
    return UNDEFINED if value is UNDEFINED else -floor(-double(value))


@native(TABLE, "round", "<n-n?:n>")
def round_(value: float | Undefined, precision: float | Undefined = UNDEFINED) -> float | Undefined:
    """To the nearest number with `precision` digits behind the point (before it when negative), halves to even."""
    if value is UNDEFINED:
        return UNDEFINED
    if precision is UNDEFINED or precision != precision:
        return round_half_even(double(value))
    if not math.isfinite(precision) or precision != int(precision):
        return math.nan
    return round_half_even(double(value), int(precision))


@native(TABLE, "sqrt", "<n-:n>")
def sqrt(value: float | Undefined) -> float | Undefined:
    if value is UNDEFINED:
        return UNDEFINED
    if value < 0:
        raise JsonataError("D3060", value=value, index=1)
    return number(math.sqrt(double(value)))


@native(TABLE, "power", "<n-n:n>")
def power_(base: float | Undefined, exponent: float | Undefined) -> float | Undefined:
    if base is UNDEFINED:
        return UNDEFINED
    result = math.nan if exponent is UNDEFINED else power(float(double(base)), float(double(exponent)))
    if not math.isfinite(result):
        raise JsonataError("D3061", value=base, exp=exponent, index=1)
    return number(result)


@native(TABLE, "random", "<:n>", run=True)
def random(run: Run) -> Value:
    return run.random()
