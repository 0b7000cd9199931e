"""The history of an execution: stored as plain values, rendered as `GetExecutionHistory` gives it when asked for.

A stored event is a tuple that shares its data with the execution; rendering turns `input`, `output` and `parameters`
into JSON text and adds what the service adds (`inputDetails`, the name of the details field, the timestamp as text).
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from asl.json_text import dumps
from asl.values import JSON


class HistoryEvent(NamedTuple):
    """One event. `at` is in milliseconds; `details` has the service's names, with JSON values in place of JSON text.

    `text` in `details` is the text of `input` as the caller wrote it, where the service keeps it as written.
    """

    id: int
    previous_id: int
    at: int
    type: str
    details: dict[str, Any] | None


_TRUNCATED: JSON = {"truncated": False}
_JSON_FIELDS = {"input": "inputDetails", "output": "outputDetails", "parameters": None}


def details_field(event_type: str) -> str:
    """The name of the field that holds the details of such an event: `taskScheduledEventDetails`."""
    if event_type.endswith("StateEntered"):
        return "stateEnteredEventDetails"
    if event_type.endswith("StateExited"):
        return "stateExitedEventDetails"
    return f"{event_type[0].lower()}{event_type[1:]}EventDetails"


def timestamp(at: int) -> str:
    """Milliseconds since the epoch as the AWS CLI prints a time: `2026-01-01T00:00:00.000000+00:00`."""
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="microseconds")


def render(event: HistoryEvent) -> dict[str, Any]:
    """The event as an element of `GetExecutionHistory`'s `events`, its timestamp as the AWS CLI prints it."""
    rendered: dict[str, Any] = {
        "timestamp": timestamp(event.at),
        "type": event.type,
        "id": event.id,
        "previousEventId": event.previous_id,
    }
    if event.details is not None:
        details: dict[str, Any] = {}
        for name, value in event.details.items():
            if name == "text":
                details["input"] = value
            elif name == "assignedVariables":
                details[name] = {variable: dumps(assigned) for variable, assigned in value.items()}
                details["assignedVariablesDetails"] = _TRUNCATED
            elif name in _JSON_FIELDS:
                if name not in details:
                    details[name] = dumps(value)
                truncated = _JSON_FIELDS[name]
                if truncated is not None:
                    details[truncated] = _TRUNCATED
            else:
                details[name] = value
        rendered[details_field(event.type)] = details
    return rendered


def render_all(events: Iterable[HistoryEvent]) -> list[dict[str, Any]]:
    """Each event rendered, in order: the `events` of `GetExecutionHistory`."""
    return [render(event) for event in events]


def states_entered(events: Iterable[HistoryEvent]) -> list[str]:
    """The names of the states in the order they were entered; a retry does not enter again."""
    return [event.details["name"] for event in events if event.type.endswith("StateEntered") and event.details]
