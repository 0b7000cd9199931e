"""The functions that AWS Step Functions adds to JSONata, with the answers measured there.

Arguments that must be integers are cut off towards zero.
"""

from __future__ import annotations

import hashlib
import json
import math
from typing import Any, Final

from asl.jsonata.errors import JsonataError
from asl.jsonata.functions.native import Native, Run, native
from asl.jsonata.values import UNDEFINED, Sequence, Undefined, Value, number

TABLE: dict[str, Native] = {}

_LONGS: Final = range(-(2**63), 2**63)
"""The integers that AWS keeps exact."""
LONGEST_RANGE: Final = 360_145
"""The most elements that `$range` gives; one more is beyond the memory bound."""
_ELEMENT_BYTES: Final = 8

# unrecorded: the signatures. They give the recorded errors; whether a missing argument of $parse is taken from the
# context is not known, nor what $partition makes of a single value that is not an array, beyond that null is an error.


def _integer(value: float) -> int:
    """Cut off towards zero, and to what a long holds, as Java does."""
    if value != value:
        return 0
    if math.isinf(value):
        return _LONGS[-1] if value > 0 else _LONGS[0]
    return max(_LONGS[0], min(int(value), _LONGS[-1]))


@native(TABLE, "partition", "<x?n?:a>")
def partition(array: Value = UNDEFINED, size: float | Undefined = UNDEFINED) -> Value:
    """The array in pieces of `size` elements; without a size, in one piece. Raises T0412 and D3137."""
    if array is UNDEFINED:
        return UNDEFINED
    if not isinstance(array, list):
        raise JsonataError("T0412", value=array, index=1)
    length = len(array) if size is UNDEFINED else _integer(size)
    if length < 0:
        raise JsonataError("D3137", message=_NEGATIVE_SIZE)
    if length == 0 or not array:
        return UNDEFINED
    return [array[start : start + length] for start in range(0, len(array), length)]


_NEGATIVE_SIZE: Final = "Second argument must be zero or greater"


@native(TABLE, "range", "<nnn?:a>", run=True)
def range_(
    run: Run, first: float | Undefined, last: float | Undefined, step: float | Undefined = UNDEFINED
) -> list[int] | Undefined:
    """The integers from `first` to `last`, both included; no value when `step` is zero or leads away from `last`."""
    for index, bound in enumerate((first, last), 1):
        if bound is UNDEFINED:  # unrecorded: that this is the error of a missing argument
            raise JsonataError("T0410", index=index)
    if step is UNDEFINED or first is UNDEFINED or last is UNDEFINED:
        return UNDEFINED
    stride, start, end = _integer(step), _integer(first), _integer(last)
    if stride == 0:
        return UNDEFINED
    numbers = range(start, end + (1 if stride > 0 else -1), stride)
    size = max(0, (end - start) // stride + 1)
    if size > LONGEST_RANGE:
        raise JsonataError("U1003")
    run.allocate(size * _ELEMENT_BYTES)
    return Sequence(numbers)


HASH_ALGORITHMS: Final = ("SHA-1", "SHA-384", "SHA-256", "SHA-512", "MD5")
"""In the order in which the error text names them."""


@native(TABLE, "hash", "<ss?:s>")
def hash_(text: str | Undefined, algorithm: str | Undefined = UNDEFINED) -> str | Undefined:
    """The digest of the text in UTF-8, in hexadecimal. Raises T0410, and D3137 for an unknown algorithm."""
    if text is UNDEFINED:
        raise JsonataError("T0410", index=1)
    if algorithm is UNDEFINED:
        return UNDEFINED
    if algorithm not in HASH_ALGORITHMS:
        names = ", ".join(HASH_ALGORITHMS)
        raise JsonataError("D3137", message=f"Hash algorithm '{algorithm}' must be one of {names}")
    digest = hashlib.new(algorithm.replace("-", ""), _utf8(text), usedforsecurity=False)
    return digest.hexdigest()


def _utf8(text: str) -> bytes:
    """A lone surrogate becomes a question mark, as in Java."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").replace("\ufffd", "?").encode()


@native(TABLE, "random", "<n?:n>", run=True)
def random(run: Run, seed: float | Undefined = UNDEFINED) -> float:
    """A number in [0, 1); the same for the same seed."""
    return run.random() if seed is UNDEFINED else _java_random(_integer(seed))


_MULTIPLIER: Final = 0x5DEECE66D
_INCREMENT: Final = 0xB
_STATE: Final = 2**48 - 1


def _java_random(seed: int) -> float:
    """What `new java.util.Random(seed).nextDouble()` gives: 53 bits from two steps of its linear congruence."""
    first = ((seed ^ _MULTIPLIER) * _MULTIPLIER + _INCREMENT) & _STATE
    second = (first * _MULTIPLIER + _INCREMENT) & _STATE
    return number(((first >> 22) * 2**27 + (second >> 21)) / 2**53)


@native(TABLE, "uuid", "<:s>", run=True)
def uuid(run: Run) -> str:
    return run.uuid()


@native(TABLE, "parse", "<s-:x>")
def parse(text: str | Undefined) -> Value:
    """The value of a JSON text. Raises D3137 for anything else, and for an object that names a member twice."""
    if text is UNDEFINED:
        return UNDEFINED
    try:
        return json.loads(
            text,
            parse_int=_parsed_integer,
            parse_float=_parsed_float,
            parse_constant=_refuse,
            object_pairs_hook=_object,
        )
    except (ValueError, RecursionError):
        raise JsonataError("D3137", message=_INVALID) from None


_INVALID: Final = "Invalid JSON"


def _refuse(constant: str) -> Value:
    raise ValueError(constant)


def _parsed_integer(digits: str) -> float:
    """Integers beyond a long become doubles."""
    value = int(digits)
    return value if value in _LONGS else _parsed_float(digits)


def _parsed_float(digits: str) -> float:
    value = float(digits)
    return number(value) if math.isfinite(value) else _refuse(digits)


def _object(members: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(members)
    if len(result) != len(members):
        raise ValueError
    return result
