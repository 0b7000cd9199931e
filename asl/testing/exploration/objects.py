"""Objects that a definition makes of others: laid together, or with a result at some path."""

from __future__ import annotations

from asl.testing.exploration.shapes import Constant, Either, Known, Shape, Value, either, member
from asl.testing.exploration.wanted import want


def merged(below: Value, above: Value) -> Value:
    """An object with the fields of both, those of `above` where both have them."""
    match above:
        case Constant(dict() as constants):
            return Known({name: Constant(each) for name, each in constants.items()}, below)
        case Known(fields, None):
            return Known(fields, below)
        case Known(fields, rest) if rest is not None:
            return Known(fields, merged(below, rest))
        case Either(values):
            return either(merged(below, each) for each in values)
        case Shape():
            want(above, "object")
            want(below, "object")
            return Known({}, Either((above, below)))
        case _:
            return below


def placed(value: Value, names: list[str], result: Value) -> Value:
    """The object `value` with `result` at a path of names."""
    if not names:
        return result
    want(value, "object")
    name, *rest = names
    inner = result
    if rest:
        holder = member(value, name)
        if isinstance(holder, Shape):
            holder.is_made = True
        inner = placed(holder, rest, result)
    if isinstance(value, Known):
        return Known({**value.fields, name: inner}, value.rest)
    return Known({name: inner}, value)
