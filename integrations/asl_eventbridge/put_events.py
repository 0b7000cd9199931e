"""What PutEvents refuses: whole requests, by `PutEventsError`, and single entries, by a code and a message.

Texts are those of recordings against EventBridge (2025-01) unless they are marked.
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from math import isfinite
from typing import Any, Final, NamedTuple, NoReturn

MAX_ENTRIES: Final = 10
LIMIT_BYTES: Final = 1_048_576
"""The largest request in bytes (1 MB since January 2026; 262,144 before)."""

_TIME_BYTES: Final = 14
_DETAIL_TYPE_LENGTH: Final = 128
_EVENT_BUS_NAME: Final = r"(arn:aws[\w-]*:events:[a-z]+-[a-z]+-[\w-]+:[0-9]{12}:event-bus\/)?[\.\-_A-Za-z0-9]+"
_event_bus_name: Final = re.compile(_EVENT_BUS_NAME, re.ASCII)
_TEXT_FIELDS: Final = ("Source", "DetailType", "Detail", "EventBusName", "TraceHeader")


class PutEventsError(Exception):
    """The service refused the whole request: `code` such as "ValidationException", `message`, HTTP `status`."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


class Refusal(NamedTuple):
    """Why one entry failed: the `ErrorCode` and `ErrorMessage` of its result."""

    code: str
    message: str


def entry_size(entry: Mapping[str, Any]) -> int:
    """How many bytes an entry counts: 14 for a Time, and the UTF-8 bytes of Source, DetailType, Detail and Resources.

    The formula is the user guide's ("Calculating Amazon EventBridge event entry size").
    """
    size = _TIME_BYTES if entry.get("Time") is not None else 0
    for field in ("Source", "DetailType", "Detail"):
        size += _utf8_length(entry.get(field) or "")
    return size + sum(_utf8_length(resource) for resource in entry.get("Resources") or ())


def check_request(entries: Any, limit_bytes: int) -> None:
    """Raises PutEventsError when the request as a whole cannot be taken: wrong types, counts, lengths, or size."""
    if entries is not None:
        if not isinstance(entries, Sequence) or isinstance(entries, str | bytes):
            raise _not_deserializable("Entries")
        for entry in entries:
            _check_types(entry)
    violations = _violations(entries)
    if violations:
        count = len(violations)
        text = f"{count} validation error{'s' if count > 1 else ''} detected: {'; '.join(violations)}"
        raise PutEventsError("ValidationException", text)
    # unrecorded: the guide says "less than" the limit and a request of just more is recorded as refused
    if sum(entry_size(entry) for entry in entries) > limit_bytes:
        raise PutEventsError("ValidationException", "Total size of the entries in the request is over the limit.")


def check_entry(entry: Mapping[str, Any]) -> tuple[dict[str, Any] | None, Refusal | None]:
    """The parsed Detail of a good entry, or why the entry fails; exactly one of the two is not None."""
    for field in ("Source", "DetailType", "Detail"):
        if not entry.get(field):
            return None, _invalid(field, f"{field} is a required argument.")
    if len(entry["DetailType"]) > _DETAIL_TYPE_LENGTH:
        # unrecorded: the API reference gives the length, not what happens beyond it
        return None, _invalid("DetailType", f"DetailType must be at most {_DETAIL_TYPE_LENGTH} characters long.")
    detail = _json_object(entry["Detail"])
    if detail is None:
        return None, Refusal("MalformedDetail", "Detail is malformed.")
    # unrecorded: code and text are from users' reports, its place after the other checks is a guess
    if entry["Source"].startswith("aws."):
        return None, Refusal("NotAuthorizedForSourceException", "Not authorized for the source.")
    return detail, None


def seconds_since_epoch(time: Any) -> int:
    """Whole seconds since the epoch of an entry's Time: a number of seconds, ISO 8601 text, or an aware datetime.

    Raises ValueError when it is none of these.
    """
    if isinstance(time, str):
        time = datetime.fromisoformat(time)
        if time.tzinfo is None:
            raise ValueError("a time needs a time zone")
    if isinstance(time, datetime):
        return int(time.timestamp() // 1)
    if isinstance(time, bool) or not isinstance(time, int | float):
        raise ValueError("not a time")
    datetime.fromtimestamp(time, UTC)  # refuses what no calendar has
    return int(time // 1)


def _check_types(entry: Any) -> None:
    if not isinstance(entry, Mapping):
        raise _not_deserializable("Entries")
    for field in _TEXT_FIELDS:
        if not isinstance(entry.get(field), str | None):
            raise _not_deserializable(field)
    resources = entry.get("Resources")
    if not isinstance(resources, list | tuple | None) or not all(isinstance(each, str) for each in resources or ()):
        raise _not_deserializable("Resources")
    if entry.get("Time") is not None:
        try:
            seconds_since_epoch(entry["Time"])
        except (ValueError, OverflowError, OSError):
            raise _not_deserializable("Time") from None


def _not_deserializable(field: str) -> PutEventsError:
    # unrecorded: SDKs never send a wrong type; the code is the protocol's, the text is ours
    return PutEventsError("SerializationException", f"The field {field} has a value of the wrong type.")


def _violations(entries: Sequence[Mapping[str, Any]] | None) -> list[str]:
    """The constraints of the API model that the request does not keep, in the order of the request."""
    if entries is None:
        # unrecorded: the null form of a constraint is recorded for other services only
        return [_constraint(None, "entries", "Member must not be null")]
    found = []
    if not entries:
        # unrecorded: the same validator as for too many entries, which is recorded
        found.append(_constraint("[]", "entries", "Member must have length greater than or equal to 1"))
    if len(entries) > MAX_ENTRIES:
        shown = ", ".join(_as_java(entry) for entry in entries)
        text = f"Member must have length less than or equal to {MAX_ENTRIES}"
        found.append(_constraint(f"[{shown}]", "entries", text))
    for number, entry in enumerate(entries, start=1):
        for field, longest in (("EventBusName", 1600), ("TraceHeader", 500)):
            value = entry.get(field)
            if value is None:
                continue
            # unrecorded: the constraints are those of the API model, the texts those of the validator of AWS's services
            place = f"entries.{number}.member.{field[0].lower()}{field[1:]}"
            if not value:
                found.append(_constraint(value, place, "Member must have length greater than or equal to 1"))
            if len(value) > longest:
                found.append(_constraint(value, place, f"Member must have length less than or equal to {longest}"))
            if field == "EventBusName" and not _event_bus_name.fullmatch(value):
                text = f"Member must satisfy regular expression pattern: {_EVENT_BUS_NAME}"
                found.append(_constraint(value, place, text))
    return found


def _constraint(value: str | None, place: str, text: str) -> str:
    shown = "null" if value is None else f"'{value}'"
    return f"Value {shown} at '{place}' failed to satisfy constraint: {text}"


def _as_java(entry: Mapping[str, Any]) -> str:
    """An entry as the service's validator prints it."""
    resources = entry.get("Resources")
    fields = {
        "time": entry.get("Time"),
        "source": entry.get("Source"),
        "resources": None if resources is None else f"[{', '.join(resources)}]",
        "detailType": entry.get("DetailType"),
        "detail": entry.get("Detail"),
        "eventBusName": entry.get("EventBusName"),
        "traceHeader": entry.get("TraceHeader"),
        "kmsKeyIdentifier": None,
        "internalMetadata": None,
    }
    shown = ", ".join(f"{name}={'null' if value is None else value}" for name, value in fields.items())
    return f"PutEventsRequestEntry({shown})"


def _invalid(field: str, reason: str) -> Refusal:
    return Refusal("InvalidArgument", f"Parameter {field} is not valid. Reason: {reason}")


def _json_object(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text, parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number of JSON")


def _finite(digits: str) -> float:
    value = float(digits)
    return value if isfinite(value) else _refuse(digits)


def _utf8_length(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
