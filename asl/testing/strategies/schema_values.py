"""Numbers and texts that a JSON Schema allows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any, Final, TypeAlias

from hypothesis import strategies as st

from asl.errors import InputError
from asl.json_text import dumps
from asl.values import JSON

Strategy: TypeAlias = st.SearchStrategy[JSON]

TEXT: Final = st.characters(exclude_categories=["Cs"])
WORD: Final = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=8)


def _bounds(schema: Mapping[str, Any]) -> tuple[Any, Any, bool, bool]:
    """The least and the greatest number, and whether each is excluded."""
    low, high = schema.get("minimum"), schema.get("maximum")
    over, under = schema.get("exclusiveMinimum", False), schema.get("exclusiveMaximum", False)
    if not isinstance(over, bool):  # a number since draft 6, a boolean before
        low, over = (over, True) if low is None or over >= low else (low, False)
    if not isinstance(under, bool):
        high, under = (under, True) if high is None or under <= high else (high, False)
    return low, high, over and low is not None, under and high is not None


def integers(schema: Mapping[str, Any]) -> Strategy:
    """Integers within the bounds. Raises InputError when there are none."""
    low, high, over, under = _bounds(schema)
    step = Fraction(str(schema.get("multipleOf", 1))).numerator  # of 2.5, every other multiple is an integer
    low = None if low is None else -int(-low // 1) + (1 if over and low == int(low) else 0)
    high = None if high is None else int(high // 1) - (1 if under and high == int(high) else 0)
    if low is not None and high is not None and low > high:
        raise InputError(f"the JSON Schema allows no integer: {dumps(dict(schema))}")
    return _multiples(Fraction(step), _fraction(low), _fraction(high), False, False)


def numbers(schema: Mapping[str, Any]) -> Strategy:
    """Integers and other numbers within the bounds."""
    low, high, over, under = _bounds(schema)
    if "multipleOf" in schema:
        step = Fraction(str(schema["multipleOf"]))  # as it is written: 0.1 is a tenth
        return _multiples(step, _fraction(low), _fraction(high), over, under)
    inside = (lambda value: (not over or value > low) and (not under or value < high)) if over or under else None
    floats: Strategy = st.floats(low, high, allow_nan=False, allow_infinity=False)
    whole_low, whole_high = None if low is None else -int(-low // 1), None if high is None else int(high // 1)
    found: Strategy = floats
    if whole_low is None or whole_high is None or whole_low <= whole_high:
        found = st.one_of(st.integers(whole_low, whole_high), floats)
    return found.filter(inside) if inside is not None else found


def _multiples(step: Fraction, low: Fraction | None, high: Fraction | None, over: bool, under: bool) -> Strategy:
    """The multiples of a number between others, which are excluded or not."""
    least = None if low is None else -(-low // step)
    most = None if high is None else high // step
    if least is not None and over and least * step == low:
        least += 1
    if most is not None and under and most * step == high:
        most -= 1
    if least is not None and most is not None and least > most:
        raise InputError(f"the JSON Schema allows no multiple of {float(step):g} between {low} and {high}")
    return st.integers(least, most).map(lambda number: _plain(number * step))


def _fraction(number: float | None) -> Fraction | None:
    return None if number is None else Fraction(str(number))


def _plain(number: Fraction) -> int | float:
    return number.numerator if number.denominator == 1 else float(number)


def texts(schema: Mapping[str, Any]) -> Strategy:
    """Texts of a pattern, a format, a length. Raises InputError for a pattern that cannot be read."""
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    if "pattern" in schema:
        try:
            pattern = re.compile(schema["pattern"])
        except re.error as wrong:
            raise InputError(f"the pattern {schema['pattern']!r} of the JSON Schema cannot be read: {wrong}") from None
        found = st.from_regex(pattern, alphabet=TEXT)
    elif schema.get("format") in _FORMATS:
        found = _FORMATS[schema["format"]]
    else:
        return st.text(TEXT, min_size=least, max_size=max(least + 20, least) if most is None else most)
    if least or most is not None:
        found = found.filter(lambda text: least <= len(text) and (most is None or len(text) <= most))
    return found


_EARLIEST, _LATEST = datetime(1970, 1, 1), datetime(2100, 1, 1)
_MOMENTS: Final = st.datetimes(_EARLIEST, _LATEST).map(lambda each: each.replace(tzinfo=UTC, microsecond=0))
_HOST: Final = WORD.map(lambda word: f"{word}.example.com")
_FORMATS: Final[Mapping[str, st.SearchStrategy[str]]] = {
    "date-time": _MOMENTS.map(lambda each: each.isoformat().replace("+00:00", "Z")),
    "date": _MOMENTS.map(lambda each: each.date().isoformat()),
    "time": _MOMENTS.map(lambda each: f"{each.time().isoformat()}Z"),
    "duration": st.integers(0, 10_000).map(lambda seconds: f"PT{seconds}S"),
    "uuid": st.uuids().map(str),
    "email": st.builds(lambda name, host: f"{name}@{host}", WORD, _HOST),
    "hostname": _HOST,
    "ipv4": st.ip_addresses(v=4).map(str),
    "ipv6": st.ip_addresses(v=6).map(str),
    "uri": st.builds(lambda host, word: f"https://{host}/{word}", _HOST, WORD),
}
