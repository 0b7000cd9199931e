"""What a caller starts an execution with, checked: its input, its name, the time at which the world begins."""

import json
import math
import time
from collections.abc import Mapping
from typing import Any

from asl import timestamps
from asl.errors import InputError
from asl.hosts.answers import refused_constant
from asl.json_text import dumps, size
from asl.limits import NAME_LENGTH, NESTING, PAYLOAD_BYTES
from asl.recursion import is_deeper
from asl.values import JSON

DEFAULT_START = 1_767_225_600_000
"""2026-01-01T00:00:00Z: when virtual time begins unless it is said, so that runs repeat byte for byte."""


_LATEST_START = 221_845_392_000_000  # year 9000: whatever runs from there ends before the calendar does


START_OPTIONS = frozenset(("name", "type", "input_text", "context", "role_arn", "start_at", "variables", "single"))
"""Options of `Machine.run` that are those of `World.start`; the others are those of `World`."""


def wall_clock() -> int:
    """Milliseconds since the epoch, now."""
    return time.time_ns() // 1_000_000


def moment(time: int | str) -> int:
    """A time in milliseconds since the epoch, given so or as ISO 8601 text. Raises InputError for other text."""
    at = timestamps.parse_ms(time) if isinstance(time, str) else time
    if not isinstance(at, int):
        raise InputError(f"'{time}' is not a time such as 2026-01-01T00:00:00Z")
    return at


def milliseconds(what: str, seconds: float) -> int:
    """A number of seconds in milliseconds; `what` is what it is called. Raises InputError for what is none."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds < float("inf"):
        raise InputError(f"{what} is a number of seconds, not {seconds!r}")
    return round(seconds * 1000)


def start_time(start: int | str | None) -> int:
    """When a world begins, in milliseconds since the epoch."""
    if start is None:
        return DEFAULT_START
    at = moment(start)
    if not 0 <= at <= _LATEST_START:
        raise InputError(f"the start time '{start}' is not between the years 1970 and 9000")
    return at


def execution_input(value: JSON, text: str | None) -> JSON:
    """The input as a JSON value of its own."""
    try:
        if text is not None:
            value = json.loads(text, parse_constant=refused_constant, parse_float=_finite)
        elif value is None:
            value = {}
        else:
            value = json.loads(dumps(value), parse_constant=refused_constant)
        length = size(value) if text is None else len(text.encode("utf-8", "surrogatepass"))
    except json.JSONDecodeError as failure:
        raise InputError(
            f"the input is not JSON: {failure.msg} at line {failure.lineno}, column {failure.colno}"
        ) from None
    except (TypeError, ValueError, RecursionError) as failure:
        raise InputError(f"the input is not a JSON value: {failure}") from None
    if is_deeper(value, NESTING):
        raise InputError(f"the input is nested more than {NESTING} levels deep")
    if length > PAYLOAD_BYTES:
        raise InputError(f"the input has {length:,} bytes as JSON; at most {PAYLOAD_BYTES:,} are allowed")
    return value


def json_copy(what: str, value: Any) -> JSON:
    """A copy of the value, through JSON. Raises InputError for what is not JSON."""
    try:
        return json.loads(dumps(value), parse_constant=refused_constant)
    except (TypeError, ValueError, RecursionError) as failure:
        raise InputError(f"the {what} is not a JSON value: {failure}") from None


def json_object(what: str, value: Mapping[str, Any] | None) -> dict[str, JSON]:
    """A copy of an object, through JSON; {} for None. Raises InputError for what is none."""
    if not isinstance(value, Mapping | None):
        raise InputError(f"{what} must be a dict, not {value!r}")
    copied: dict[str, JSON] = json_copy(f"value of {what}", dict(value or {}))
    return copied


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"the number {text[:20]} is too big")
    return number


_REFUSED_IN_NAMES = frozenset(' \t\r\n?*<>{}[]"#%\\^|~`$&,;:/')


def execution_name(name: str) -> str:
    """The name, if AWS would take it for an execution (API reference, StartExecution)."""
    wrong = next((char for char in name if char in _REFUSED_IN_NAMES or ord(char) < 32 or 127 <= ord(char) < 160), None)
    if wrong is not None:
        raise InputError(f"the execution name '{name}' has the character {wrong!r}, which is not allowed")
    if not 1 <= len(name) <= NAME_LENGTH:
        raise InputError(f"an execution name has 1 to {NAME_LENGTH} characters, not {len(name)}")
    return name


def split_options(options: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Options of `Machine.run` as those of `World` and those of `World.start`."""
    of_world = {key: value for key, value in options.items() if key not in START_OPTIONS}
    return of_world, {key: value for key, value in options.items() if key in START_OPTIONS}
