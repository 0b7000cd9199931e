"""JSON text as Step Functions writes and measures it: compact, not ASCII-escaped, keys in their order.

Sizes are remembered for large values, because states share the values they pass on: a payload that merely passes
through a hundred states is measured once.
"""

import json
from collections.abc import Callable
from typing import Any

from asl.values import JSON

_encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False)
dumps: Callable[[JSON], str] = _encoder.encode
"""The value as compact JSON text."""


def shown(value: JSON) -> str:
    """A value in a message: a string as it is, anything else as JSON text."""
    return value if isinstance(value, str) else dumps(value)


try:  # orjson is the extra `fast`
    from orjson import dumps as _orjson_dumps
except ImportError:
    _orjson_dumps = None  # type: ignore[assignment]

_REMEMBER_FROM = 512  # bytes: smaller values are measured faster than looked up
_REMEMBER_TOTAL = 16 * 1024 * 1024  # bytes of values kept alive at most
_STRUCTURE_KEYS = 24  # a larger object is data rather than structure: encoded whole


class _Remembered:
    def __init__(self) -> None:
        self.by_id: dict[int, tuple[Any, int]] = {}
        self.total = 0

    def add(self, value: JSON, size: int) -> None:
        self.total += size
        if self.total > _REMEMBER_TOTAL:
            self.by_id.clear()
            self.total = size
        self.by_id[id(value)] = (value, size)  # the reference keeps the id valid


_remembered = _Remembered()
_key_sizes: dict[str, int] = {}


def size(value: JSON) -> int:
    """How many bytes the value's compact JSON text has in UTF-8: what the service's 256 KiB quota counts."""
    kind = type(value)
    if kind is dict or kind is list:
        known = _remembered.by_id.get(id(value))
        if known is not None and known[0] is value:
            return known[1]
        if kind is dict and len(value) <= _STRUCTURE_KEYS:
            total = len(value) + 1 if value else 2  # braces and commas
            for key, member in value.items():
                total += (_key_sizes.get(key) or _key_size(key)) + size(member)
        else:
            total = _encoded_size(value)
        if total >= _REMEMBER_FROM:
            _remembered.add(value, total)
        return total
    if kind is int:
        return len(repr(value))
    return _encoded_size(value)


def _key_size(key: str) -> int:
    total = _encoded_size(key) + 1  # and the colon
    if len(_key_sizes) < 10_000:
        _key_sizes[key] = total
    return total


def _encoded_size(value: JSON) -> int:
    if _orjson_dumps is not None:
        try:
            return len(_orjson_dumps(value))
        except TypeError:  # an integer over 64 bits, a lone surrogate, nesting over 254
            pass
    text = dumps(value)
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
