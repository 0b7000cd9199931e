"""The 18 intrinsic functions (Developer Guide, "Intrinsic functions"): one table, and what each does."""

import base64
import hashlib
import json
import math
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from asl.intrinsics.text import format_template, java_text
from asl.json_text import dumps
from asl.values import JSON


class Scope(Protocol):
    """Where randomness comes from."""

    def uuid(self) -> str: ...

    def random(self) -> float:
        """A number in [0, 1)."""


class IntrinsicFailure(Exception):
    """A call fails with these arguments; str() is the message."""


@dataclass(frozen=True, slots=True)
class Function:
    """One intrinsic function. `evaluate` takes the scope, then the arguments."""

    fewest: int
    most: int
    evaluate: Callable[..., JSON]

    @property
    def arity(self) -> str:
        """The number of arguments it takes, in words."""
        if self.most > 100:
            return f"{self.fewest} arguments or more" if self.fewest else "any number of arguments"
        count = str(self.fewest) if self.fewest == self.most else f"{self.fewest} to {self.most}"
        return f"{count} argument{'' if count == '1' else 's'}"


_ANY: Final = 10**6
_TEXT_LENGTH: Final = 10_000
_RANGE_LENGTH: Final = 1_000
_INT_MIN, _INT_MAX = -(2**31), 2**31 - 1
_LONG: Final = 2**63


# -- what arguments must be ------------------------------------------------------------------------------------------


def _array(value: JSON) -> list[JSON]:
    if type(value) is not list:
        raise IntrinsicFailure(f"an array is needed, not {_kind(value)}")
    return value


def _string(value: JSON) -> str:
    if type(value) is not str:
        raise IntrinsicFailure(f"a string is needed, not {_kind(value)}")
    return value


def _short(value: JSON) -> str:
    text = _string(value)
    if len(text) > _TEXT_LENGTH:
        raise IntrinsicFailure(f"a string of at most {_TEXT_LENGTH:,} characters is needed, not {len(text):,}")
    return text


def _integer(value: JSON) -> int:
    """An integer; other numbers are rounded, halves up, as recorded."""
    if type(value) is int:
        number = value
    elif type(value) is float and math.isfinite(value):
        number = math.floor(value + 0.5)
    else:
        raise IntrinsicFailure(f"an integer is needed, not {_kind(value)}")
    if not -_LONG <= number < _LONG:
        raise IntrinsicFailure(f"an integer of at most 64 bits is needed, not {_kind(value)}")
    return number


def _kind(value: JSON) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return f"the number {dumps(value)}"
        case str():
            return f"'{value}'" if len(value) < 40 else "a string"
        case list():
            return "an array"
        case _:
            return "an object"


def equal_key(value: JSON) -> Any:
    """A hashable key that is equal for values that are the same JSON: true is not 1, and 1 is not 1.0."""
    # unrecorded: that 1 is not 1.0
    match value:
        case list():
            return ("list", tuple(equal_key(each) for each in value))
        case dict():
            return ("dict", frozenset((key, equal_key(each)) for key, each in value.items()))
        case _:
            return (type(value).__name__, value)


# -- arrays ----------------------------------------------------------------------------------------------------------


def _array_of(scope: Scope, *values: JSON) -> JSON:
    return list(values)


def _array_partition(scope: Scope, array: JSON, size: JSON) -> JSON:
    values, length = _array(array), _integer(size)
    if length < 1:
        raise IntrinsicFailure(f"the size of a chunk must be positive, not {length}")
    return [values[start : start + length] for start in range(0, len(values), length)]


def _array_contains(scope: Scope, array: JSON, wanted: JSON) -> JSON:
    key = equal_key(wanted)
    return any(equal_key(value) == key for value in _array(array))


def _array_range(scope: Scope, first: JSON, last: JSON, step: JSON) -> JSON:
    start, end, by = _integer(first), _integer(last), _integer(step)
    if by == 0:
        raise IntrinsicFailure("the step must not be 0")
    length = max(0, (end - start) // by + 1)
    if length > _RANGE_LENGTH:
        raise IntrinsicFailure(f"a range has at most {_RANGE_LENGTH:,} elements, not {length:,}")
    return list(range(start, start + length * by, by))


def _array_get_item(scope: Scope, array: JSON, index: JSON) -> JSON:
    values, position = _array(array), _integer(index)
    if not 0 <= position < len(values):
        raise IntrinsicFailure(f"index {position} is outside the array of {len(values)} elements")
    return values[position]


def _array_length(scope: Scope, array: JSON) -> JSON:
    return len(_array(array))


def _array_unique(scope: Scope, array: JSON) -> JSON:
    return list({equal_key(value): value for value in reversed(_array(array))}.values())[::-1]


# -- encoding and hashing --------------------------------------------------------------------------------------------


def _base64_encode(scope: Scope, text: JSON) -> JSON:
    # unrecorded: that long texts are in one line, although the guide calls the encoding MIME
    return base64.b64encode(_short(text).encode("utf-8", "surrogatepass")).decode("ascii")


def _base64_decode(scope: Scope, text: JSON) -> JSON:
    # unrecorded: as in MIME, other characters are passed over and the padding may be missing
    digits = _NOT_BASE64.sub("", _short(text)).rstrip("=")
    if "=" in digits or len(digits) % 4 == 1:
        raise IntrinsicFailure("the string is not Base64")
    return base64.b64decode(digits + "=" * (-len(digits) % 4)).decode("utf-8", "replace")


_NOT_BASE64: Final = re.compile("[^A-Za-z0-9+/=]")
_ALGORITHMS: Final = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}


def _hash(scope: Scope, data: JSON, algorithm: JSON) -> JSON:
    text = _short(data if type(data) is str else _json_text(data))
    if type(algorithm) is not str or algorithm not in _ALGORITHMS:
        raise IntrinsicFailure(f"the algorithm must be one of {', '.join(_ALGORITHMS)}, not {_kind(algorithm)}")
    return hashlib.new(_ALGORITHMS[algorithm], text.encode("utf-8", "surrogatepass")).hexdigest()


# -- JSON ------------------------------------------------------------------------------------------------------------


def _json_merge(scope: Scope, first: JSON, second: JSON, deep: JSON) -> JSON:
    if type(first) is not dict or type(second) is not dict:
        raise IntrinsicFailure("two objects are needed")
    if deep is not False:
        raise IntrinsicFailure("only the shallow merge is supported: the third argument must be false")
    return {**first, **second}


def _string_to_json(scope: Scope, text: JSON) -> JSON:
    content = _string(text)
    if not content.strip():
        return None
    try:
        return json.loads(content, parse_constant=_no_constant, parse_float=_finite)
    except (ValueError, RecursionError):
        raise IntrinsicFailure("the string is not JSON") from None


def _no_constant(name: str) -> JSON:
    raise ValueError(name)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(digits)
    return number


def _json_to_string(scope: Scope, value: JSON) -> JSON:
    return _json_text(value)


def _json_text(value: JSON) -> str:
    try:
        return dumps(value)
    except RecursionError:
        raise IntrinsicFailure("the value is nested too deep") from None


# -- numbers ---------------------------------------------------------------------------------------------------------


def _math_add(scope: Scope, first: JSON, second: JSON) -> JSON:
    # unrecorded: that the sum may be out of the range that holds for the arguments
    total = 0
    for value in (first, second):
        number = value if type(value) is int else _integer(value)
        if not _INT_MIN <= number <= _INT_MAX:
            raise IntrinsicFailure(f"{number} is not between {_INT_MIN} and {_INT_MAX}")
        total += number
    return total


def _math_random(scope: Scope, start: JSON, end: JSON, seed: JSON = None) -> JSON:
    low, high = _integer(start), _integer(end)
    if low >= high:
        raise IntrinsicFailure(f"the start {low} must be below the end {high}")
    # unrecorded: which numbers a seed gives; here, too, the same seed gives the same number
    chance = scope.random() if seed is None else random.Random(_integer(seed)).random()
    return low + int(chance * (high - low))


# -- text ------------------------------------------------------------------------------------------------------------


def _string_split(scope: Scope, text: JSON, delimiters: JSON) -> JSON:
    """Each character of `delimiters` splits; empty parts are dropped, as recorded."""
    content, marks = _string(text), set(_string(delimiters))
    parts: list[str] = []
    start = 0
    for position, char in enumerate(content):
        if char in marks:
            if position > start:
                parts.append(content[start:position])
            start = position + 1
    if start < len(content):
        parts.append(content[start:])
    return parts


def _uuid(scope: Scope) -> JSON:
    return scope.uuid()


def _format(scope: Scope, template: JSON, *values: JSON) -> JSON:
    parts = format_template(_string(template))
    if len(parts) - 1 != len(values):
        raise IntrinsicFailure(f"the template has {len(parts) - 1} places '{{}}' for {len(values)} arguments")
    return fill(parts, values)


def fill(parts: list[str], values: Sequence[JSON]) -> str:
    """The parts of a template with the texts of the values between them."""
    pieces = [parts[0]]
    try:
        for value, part in zip(values, parts[1:], strict=True):
            pieces.append(value if type(value) is str else java_text(value))
            pieces.append(part)
    except RecursionError:
        raise IntrinsicFailure("a value is nested too deep") from None
    return "".join(pieces)


FUNCTIONS: Final[dict[str, Function]] = {
    "States.Array": Function(0, _ANY, _array_of),
    "States.ArrayContains": Function(2, 2, _array_contains),
    "States.ArrayGetItem": Function(2, 2, _array_get_item),
    "States.ArrayLength": Function(1, 1, _array_length),
    "States.ArrayPartition": Function(2, 2, _array_partition),
    "States.ArrayRange": Function(3, 3, _array_range),
    "States.ArrayUnique": Function(1, 1, _array_unique),
    "States.Base64Decode": Function(1, 1, _base64_decode),
    "States.Base64Encode": Function(1, 1, _base64_encode),
    "States.Format": Function(1, _ANY, _format),
    "States.Hash": Function(2, 2, _hash),
    "States.JsonMerge": Function(3, 3, _json_merge),
    "States.JsonToString": Function(1, 1, _json_to_string),
    "States.MathAdd": Function(2, 2, _math_add),
    "States.MathRandom": Function(2, 3, _math_random),
    "States.StringSplit": Function(2, 2, _string_split),
    "States.StringToJson": Function(1, 1, _string_to_json),
    "States.UUID": Function(0, 0, _uuid),
}
"""Every intrinsic function by its name."""
