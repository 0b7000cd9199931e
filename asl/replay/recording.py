"""What was recorded of an execution: the events that `GetExecutionHistory` gives, read from files that hold its output.

A file may hold several JSON values, one behind the other: the pages of a history, and beside them what
`describe-execution` or `describe-state-machine-for-execution` printed, which tell names and the definition.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from asl.errors import InputError
from asl.history import details_field
from asl.limits import WorkflowType
from asl.replay.threads import MACHINE, Threads, threads
from asl.values import JSON

ENDINGS: Final = frozenset(("ExecutionSucceeded", "ExecutionFailed", "ExecutionTimedOut", "ExecutionAborted"))

_SHOWN: Final = 200
_DATA: Final = ("input", "output", "parameters")
_TYPES: Final = {
    **dict.fromkeys(("name", "state", "error", "cause", "resource", "resourceType", "region", "workerName"), str),
    "index": int,
    "length": int,
}  # fmt: skip
"""Of which type parts of an event's details are, where they are there."""
_ORDER: Final = "aws stepfunctions get-execution-history --execution-arn ... > history.json"
_PAGES: Final = f"all pages are needed: {_ORDER}"
_LOGGED: Final = "a log has all events where its level is ALL"


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """One event. `at` is in milliseconds since the epoch, None when the recording does not tell the time.

    `details` are as recorded: `input`, `output` and `parameters` are JSON text.
    """

    id: int
    previous_id: int
    type: str
    at: int | None
    details: dict[str, Any]

    @property
    def is_truncated(self) -> bool:
        """Whether it says that its data was cut off, or left out."""
        flags = [value for name, value in self.details.items() if name.endswith("Details")]
        flags = [flag for flag in flags if isinstance(flag, dict)]
        return any(flag.get("truncated") is True or flag.get("included") is False for flag in flags)


@dataclass(frozen=True)
class Recording:
    """The recorded events of one execution, in order, their ids 1, 2, 3 ...

    `described` is what else the file tells of the execution and its machine, with the names of the API.
    """

    events: tuple[RecordedEvent, ...]
    name: str = "<recording>"
    is_complete: bool = True
    """False when there are more pages."""
    type: WorkflowType = "STANDARD"
    described: dict[str, JSON] = field(default_factory=dict)

    @cached_property
    def threads(self) -> Threads:
        """Which thread of control each event belongs to."""
        return threads(self.events)

    @cached_property
    def has_data(self) -> bool:
        """False for what was fetched with `--no-include-execution-data`."""
        return any(name in event.details for event in self.events for name in _DATA)

    @property
    def has_ended(self) -> bool:
        """Whether the execution's end was recorded."""
        return self.events[-1].type in ENDINGS

    @property
    def definition(self) -> JSON:
        """The definition, as text or as an object, where the file has it; else None."""
        return self.described.get("definition")

    def next_state(self, event: RecordedEvent) -> str | None:
        """The name of the state that the thread of control of an event enters next; None where that is not recorded."""
        own = self.threads.events[self.threads.of[event.id]]
        later = (each for each in own if each.id > event.id and each.type.endswith("StateEntered"))
        entered = next(later, None)
        return None if entered is None else entered.details.get("name")

    def told_end(self) -> str:
        """How the execution ended, as far as it was recorded: `FAILED at event 53, in Charge: Busy: try later`."""
        last = self.events[-1]
        if last.type not in ENDINGS:
            return f"RUNNING still at event {last.id}, the last one"
        status = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", last.type.removeprefix("Execution")).upper()
        entered = [each for each in self.threads.events[MACHINE] if each.type.endswith("StateEntered")]
        state = f", in {entered[-1].details.get('name')}" if entered and status == "FAILED" else ""
        error = ": ".join(str(last.details[name]) for name in ("error", "cause") if last.details.get(name))
        shown = error if len(error) <= _SHOWN else f"{error[:_SHOWN]}..."
        return f"{status} at event {last.id}{state}" + (f": {shown}" if shown else "")

    def event(self, id: int) -> RecordedEvent | None:
        """The event with that id."""
        return self.events[id - 1] if 0 < id <= len(self.events) else None


class NoHistoryError(InputError):
    """A file that holds something else than a history."""


def read(path: str | Path) -> Recording:
    """The recording in a file; "-" is standard input. Raises InputError for what is no history, with its place."""
    name = "<stdin>" if str(path) == "-" else str(path)
    try:
        octets = sys.stdin.buffer.read() if str(path) == "-" else Path(path).read_bytes()
        text = octets.decode("utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"{name}: no such file") from None
    except UnicodeDecodeError:
        raise InputError(f"{name}: is not UTF-8 text") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{name}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    return from_values(list(_values(text, name)), name)


def from_events(events: Sequence[JSON], name: str = "<recording>") -> Recording:
    """The recording with these events, as `GetExecutionHistory` gives them. Raises InputError as `read` does."""
    return from_values([{"events": list(events)}], name)


def from_values(values: Sequence[JSON], name: str = "<recording>") -> Recording:
    """The recording that these JSON values make: pages, lists of events, log events, descriptions."""
    found: list[JSON] = []
    described: dict[str, JSON] = {}
    more = False
    for value in values:
        if isinstance(value, list):
            found += value
        elif isinstance(value, dict) and isinstance(value.get("events"), list):
            found += value["events"]
            more = bool(value.get("nextToken") or value.get("NextToken"))
            described |= {key: each for key, each in value.items() if key not in ("events", "nextToken", "NextToken")}
        elif isinstance(value, dict) and ("previousEventId" in value or "previous_event_id" in value):
            found.append(value)
        elif isinstance(value, dict) and "States" in value and "StartAt" in value:
            described["definition"] = value
        elif isinstance(value, dict):
            described |= value
        else:
            raise NoHistoryError(f"{name}: is no history, but {_shown(value)}; a history is written by: {_ORDER}")
    if not found and set(described) == {"definition"}:
        raise NoHistoryError(f"{name}: is a state machine's definition; give the history first, then the definition")
    arn = described.get("executionArn")
    if not found and isinstance(arn, str):
        fetch = _ORDER.replace("...", arn)
        raise NoHistoryError(f"{name}: is the output of describe-execution; fetch the history with: {fetch}")
    if not found:
        raise NoHistoryError(
            f'{name}: is no history: no object {{"events": [...]}} with events; write one with: {_ORDER}'
        )
    logged = any("previous_event_id" in _opened(each) for each in found if isinstance(each, dict))
    events = _in_order(
        [_event(each, index, name) for index, each in enumerate(found)], name, _LOGGED if logged else _PAGES
    )
    if logged:
        described.setdefault("executionArn", next((_opened(each).get("execution_arn") for each in found), None))
    return Recording(tuple(events), name, not more, "EXPRESS" if _is_express(described) else "STANDARD", described)


def _values(text: str, name: str) -> Iterator[JSON]:
    """The JSON values in a text, one behind the other."""
    decoder = json.JSONDecoder()
    position = 0
    while position < len(text):
        if text[position] in " \t\r\n":
            position += 1
            continue
        try:
            value, position = decoder.raw_decode(text, position)
        except json.JSONDecodeError as error:
            place = f"{name}:{error.lineno}:{error.colno}"
            raise InputError(f"{place}: error: not JSON: {error.msg}; a history is written by: {_ORDER}") from None
        except RecursionError:
            raise InputError(f"{name}: is nested too deeply for a history") from None
        yield value


# -- events ----------------------------------------------------------------------------------------------------------


def _opened(event: dict[str, Any]) -> dict[str, Any]:
    """A log event of CloudWatch is the text of the message that it carries."""
    message = event.get("message")
    if isinstance(message, str):
        try:
            value = json.loads(message)
        except ValueError:
            return event
        return value if isinstance(value, dict) else event
    return message if isinstance(message, dict) else event


def _event(value: JSON, index: int, name: str) -> RecordedEvent:
    event = _opened(value) if isinstance(value, dict) else {}
    try:
        kind = event["type"]
        id, previous_id = int(event["id"]), int(event.get("previousEventId", event.get("previous_event_id", 0)))
        details = event.get("details", event.get(details_field(kind), {}))
        if not isinstance(kind, str) or not isinstance(details, dict):
            raise ValueError
    except (KeyError, TypeError, ValueError, AttributeError):
        raise InputError(
            f"{name}: events[{index}] is no event of a history; it needs an integer id, a type, and previousEventId"
        ) from None
    for field_name, wanted in _TYPES.items():
        member = details.get(field_name)
        if member is not None and (type(member) is not wanted):
            what = "a text" if wanted is str else "a number"
            raise InputError(f"{name}: event {id} ({kind}): '{field_name}' is not {what}, but {_shown(member)}")
    return RecordedEvent(id, previous_id, kind, _moment(event.get("timestamp", event.get("event_timestamp"))), details)


def _moment(timestamp: JSON) -> int | None:
    """A timestamp in milliseconds: ISO 8601 text, or a number of seconds or milliseconds, also as text."""
    if isinstance(timestamp, str):
        try:
            moment = datetime.fromisoformat(timestamp)
            return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)
        except ValueError:
            pass
        try:
            timestamp = float(timestamp)
        except ValueError:
            return None
    if isinstance(timestamp, bool) or not isinstance(timestamp, int | float) or not 0 <= timestamp < 1e14:
        return None
    return round(timestamp if timestamp > 1e11 else timestamp * 1000)


def _in_order(events: list[RecordedEvent], name: str, wanted: str) -> list[RecordedEvent]:
    """The events by their ids. Raises InputError for what cannot be replayed: holes, for which `wanted` says what is
    needed, and what is not supported."""
    ordered = sorted({event.id: event for event in events}.values(), key=lambda event: event.id)
    for event in ordered:
        if event.type.startswith("MapRun"):
            raise InputError(
                f"{name}: event {event.id} is {event.type}: executions with a Distributed Map cannot be replayed;"
                " the histories of its child executions can, each by itself"
            )
        if event.type == "ExecutionRedriven":
            raise InputError(
                f"{name}: event {event.id} is {event.type}: a redrive cannot be replayed; what came before it can:"
                f" keep the events 1 to {event.id - 1}"
            )
    if ordered[0].type != "ExecutionStarted":
        first = f"the first event is {ordered[0].id} ({ordered[0].type})"
        raise InputError(f"{name}: {first}, not ExecutionStarted; {wanted}")
    for number, event in enumerate(ordered, 1):
        if event.id != number:
            raise InputError(f"{name}: event {number} is missing; {wanted}")
        if not 0 <= event.previous_id < event.id:
            raise InputError(f"{name}: event {event.id} follows event {event.previous_id}, which does not come before")
    return ordered


def _is_express(described: dict[str, JSON]) -> bool:
    return described.get("type") == "EXPRESS" or ":express:" in str(described.get("executionArn"))


def _shown(value: JSON) -> str:
    text = json.dumps(value)
    return text if len(text) <= 60 else f"{text[:60]}..."
