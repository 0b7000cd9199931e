"""Values that are like examples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import deepcopy
from typing import Final, TypeAlias

from hypothesis import strategies as st

from asl import timestamps
from asl.errors import InputError
from asl.values import JSON

_Way: TypeAlias = tuple[str | int, ...]
_NUMBERS: Final = (0, 1, -1)


def from_examples(examples: Iterable[JSON], *, drop: bool = False) -> st.SearchStrategy[JSON]:
    """The examples, and values with up to two places that differ from one of them.

    There a value is another one of its type, an array is empty or shorter or longer, or, with `drop`, a field is
    missing. The examples as they are are the simplest. Raises InputError when there are none.
    """
    found = [deepcopy(each) for each in examples]
    if not found:
        raise InputError("there are no examples")
    return _varied(found, drop)


@st.composite
def _varied(draw: st.DrawFn, examples: list[JSON], drop: bool) -> JSON:
    value = deepcopy(draw(st.sampled_from(examples)))
    for _ in range(draw(st.integers(0, 2))):
        places = list(_places(value))
        value = _changed(draw, value, draw(st.sampled_from(places)), drop)
    return value


def _places(value: JSON, way: _Way = ()) -> Iterator[_Way]:
    """The ways to all values in a value, itself first."""
    yield way
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        yield from _places(member, (*way, key))


def _changed(draw: st.DrawFn, value: JSON, way: _Way, drop: bool) -> JSON:
    """The value, changed in place at the end of a way, or its own other value when the way is empty."""
    if not way:
        return draw(_like(value))
    holder = value
    for key in way[:-1]:
        holder = holder[key]
    last = way[-1]
    if drop and isinstance(holder, dict) and draw(st.booleans()):
        del holder[last]
    else:
        holder[last] = draw(_like(holder[last]))
    return value


def _like(value: JSON) -> st.SearchStrategy[JSON]:
    """Values of the same type."""
    match value:
        case bool():
            return st.booleans()
        case int():
            return st.one_of(
                st.sampled_from([value + each for each in _NUMBERS] + [0, -value]), st.integers(-1000, 1000)
            )
        case float():
            return st.one_of(st.sampled_from([value, 0.0, -value]), st.floats(-1e6, 1e6, allow_nan=False))
        case str() if timestamps.parse(value) is not None:
            return st.sampled_from([value, "2026-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "2099-12-31T23:59:59.999Z"])
        case str():
            return st.one_of(st.sampled_from([value, "", f"{value}x"]), st.text(max_size=20))
        case list():
            longer = [*value, *value[:1]]
            return st.sampled_from([value, [], value[:1], longer]).map(deepcopy)
        case _:
            return st.just(value).map(deepcopy)
