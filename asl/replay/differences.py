"""Where the data of an event is not what was recorded."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

from asl.history import HistoryEvent
from asl.json_text import shown
from asl.replay.recording import RecordedEvent, Recording
from asl.values import ABSENT, JSON

Keys: TypeAlias = tuple[str | int, ...]

_SHOWN: Final = 160
_BEFORE: Final = 40  # characters of a long text that are shown before the first that differs
_JSON_TEXTS: Final = frozenset(("input", "output", "parameters"))
_DATA: Final = frozenset((*_JSON_TEXTS, "assignedVariables"))
_NOT_COMPARED: Final = frozenset(("stateMachineAliasArn", "stateMachineVersionArn", "text"))
KNOWN: Final = frozenset((
    "name", "input", "output", "assignedVariables", "roleArn", "error", "cause", "resource", "resourceType", "region",
    "parameters", "timeoutInSeconds", "heartbeatInSeconds", "taskCredentials", "workerName", "index", "length", "state",
    "location", *_NOT_COMPARED,
))  # fmt: skip
"""The names in the details of events, as far as they are compared."""
_ENTERED_AT: Final = re.compile(r"(?<=\(entered at the event id #)\d+(?=\))")


class Difference(NamedTuple):
    """A place in the details of an event, such as ("parameters", "items", 0), what was recorded there and what is now.

    ABSENT is where there is nothing. `why` says why a value that is made up each time cannot be the recorded one.
    """

    keys: Keys
    recorded: JSON
    now: JSON
    why: str = ""

    @property
    def place(self) -> str:
        """The place as text: `parameters.items[0]`."""
        first, *rest = self.keys
        return str(first) + "".join(f"[{key}]" if isinstance(key, int) else _member(key) for key in rest)

    def __str__(self) -> str:
        if self.recorded is ABSENT:
            return f"{self.place}: not recorded, now {_short(self.now)}"
        if self.now is ABSENT:
            return f"{self.place}: recorded {_short(self.recorded)}, now missing"
        why = f" ({self.why})" if self.why else ""
        recorded, now = _both_short(self.recorded, self.now)
        lengths = ""
        if isinstance(self.recorded, list) and isinstance(self.now, list):
            lengths = f" ({len(self.recorded)} and {len(self.now)} elements)"
        return f"{self.place}: recorded {recorded}, now {now}{lengths}{why}"


class Redaction:
    """What was blacked out of a recording: a recorded text that holds a match of a pattern equals anything."""

    def __init__(self, patterns: Sequence[re.Pattern[str]] = ()) -> None:
        self._patterns = tuple(patterns)

    def covers(self, recorded: JSON) -> bool:
        return isinstance(recorded, str) and any(pattern.search(recorded) for pattern in self._patterns)


def recorded_details(event: RecordedEvent, recording: Recording) -> dict[str, Any]:
    """The details with their JSON texts parsed; ABSENT for data that the recording does not have."""
    details: dict[str, Any] = {}
    for name, value in event.details.items():
        if name.endswith("Details") or name in _NOT_COMPARED or name not in KNOWN:
            continue
        if name in _JSON_TEXTS:
            details[name] = ABSENT if event.is_truncated else parsed(value)
        elif name == "assignedVariables" and isinstance(value, dict):
            details[name] = ABSENT if event.is_truncated else {each: parsed(text) for each, text in value.items()}
        else:
            details[name] = value
    return details


def lacks(event: RecordedEvent, recording: Recording, name: str) -> bool:
    """Whether the recording does not have that part of an event's data, so that nothing is known of it."""
    if name not in event.details:
        without = event.is_truncated or not recording.has_data or event.type == "ExecutionStarted"
        return name == "roleArn" or (name in _DATA and without)
    return name in _DATA and event.is_truncated


def parsed(value: JSON) -> JSON:
    """The value of a JSON text; any other value, and text that is no JSON, as it is."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def of_events(
    recorded: RecordedEvent, now: HistoryEvent, recording: Recording, redaction: Redaction, ids: dict[int, int]
) -> list[Difference]:
    """The differences between the details of a recorded event and those of the event that stands for it now.

    `ids` are the ids of recorded events by those of ours: messages name the event at which a state was entered.
    """
    before, after = recorded_details(recorded, recording), now.details or {}
    found: list[Difference] = []
    for name in dict.fromkeys((*before, *after)):
        if name in _NOT_COMPARED or lacks(recorded, recording, name):
            continue
        left, right = before.get(name, ABSENT), after.get(name, ABSENT)
        if name == "cause" and isinstance(right, str):
            right = with_recorded_ids(right, ids)
            if left != right and isinstance(left, str) and left[:1] in "{[" and _equal(parsed(left), parsed(right)):
                continue
        found += differences(left, right, redaction, (name,))
    return found


def differences(recorded: JSON, now: JSON, redaction: Redaction, keys: Keys = ()) -> Iterator[Difference]:
    """The places where a value is not what was recorded, the deepest ones; of arrays that differ in length the whole"""
    if redaction.covers(recorded) and now is not ABSENT:
        return
    if isinstance(recorded, dict) and isinstance(now, dict):
        for key in dict.fromkeys((*recorded, *now)):
            yield from differences(recorded.get(key, ABSENT), now.get(key, ABSENT), redaction, (*keys, key))
    elif isinstance(recorded, list) and isinstance(now, list) and len(recorded) == len(now):
        for index, (left, right) in enumerate(zip(recorded, now, strict=True)):
            yield from differences(left, right, redaction, (*keys, index))
    elif not _equal(recorded, now):
        yield Difference(keys, recorded, now)


def with_recorded_ids(text: str, ids: dict[int, int]) -> str:
    """The text with the ids of events that it names replaced by the recorded ones."""
    return _ENTERED_AT.sub(lambda found: str(ids.get(int(found[0]), found[0])), text)


def _equal(recorded: JSON, now: JSON) -> bool:
    """Whether two values are the same JSON; 1 is 1.0, but not true."""
    if isinstance(recorded, bool) is not isinstance(now, bool):
        return False
    return bool(recorded == now)


def _member(key: str) -> str:
    return f".{key}" if key.isidentifier() else f"[{json.dumps(key, ensure_ascii=False)}]"


def _both_short(left: JSON, right: JSON) -> tuple[str, str]:
    """Two values as text; of long texts the part from shortly before the place where they part."""
    if isinstance(left, str) and isinstance(right, str) and max(len(left), len(right)) > _SHOWN:
        same = next((index for index, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), 0)
        start = max(0, same - _BEFORE)
        dots = "..." if start else ""
        return dots + _short(left[start:]), dots + _short(right[start:])
    return _short(left), _short(right)


def _short(value: JSON) -> str:
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, str) else shown(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
