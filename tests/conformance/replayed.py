"""The recordings of the corpus as `GetExecutionHistory` gave them, as far as that can be told, for replaying them.

The corpus has opened the JSON texts in the events: they are texts again here. Names, times and ids were replaced by
placeholders: those are the patterns of what is redacted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from asl.machine import load
from asl.replay.driver import replay
from asl.replay.recording import from_events, from_values
from asl.replay.replayed import Replayed
from asl.values import JSON
from tests.conformance.recordings import Case, Execution, corpus
from tests.conformance.replay import _texts_by_value

_PLACEHOLDERS: Final = (
    r"<[^<>]+>", r"\bdate\b", r"^(timestamp|datetime|date|RequestId|X-Amzn-Trace-Id|x-amz-crc32)$",
    r"^x-amzn-[rR]equest[iI]d$",
)  # fmt: skip
_DATA: Final = ("input", "output", "parameters")


@dataclass(frozen=True, slots=True)
class Recorded:
    """One execution whose history the corpus has."""

    case: Case
    execution: Execution

    @property
    def id(self) -> str:
        return f"{self.case.id}#{self.execution.index}"

    def replayed(self, definition: JSON = None) -> Replayed:
        """What comes of it with its own definition, or with another one."""
        execution = self.execution
        machine = load(
            execution.definition if definition is None else definition,
            name=execution.machine_name,
            type="EXPRESS" if execution.type == "EXPRESS" else "STANDARD",
        )
        return replay(
            from_events(restored(execution.events or ()), self.id),
            machine,
            input_text=execution.input_text or "{}",
            name=execution.name,
            redacted=redacted(self.case),
        )


@dataclass(frozen=True, slots=True)
class Logged:
    """One execution whose log the corpus has."""

    case: Case
    events: tuple[JSON, ...]

    def replayed(self) -> Replayed:
        """What comes of it with its own definition. Raises InputError for a log that has not all events."""
        events = [{**event, "details": _details(event["details"], {})} for event in self.events]
        execution = self.case.executions[0]
        machine = load(execution.definition)
        recording = from_values([{"events": events}], self.case.id)
        return replay(recording, machine, input_text=execution.input_text, redacted=redacted(self.case))


def logged(case: Case) -> Iterator[Logged]:
    """The execution of a case whose log was recorded."""
    events = case.data["snapshot"].get("logged_execution_events")
    if events:
        yield Logged(case, tuple(events))


def recorded(case: Case) -> Iterator[Recorded]:
    """The executions of a case that have a history."""
    for execution in case.executions:
        if execution.events is not None:
            yield Recorded(case, execution)


def refused() -> Iterator[list[JSON]]:
    """The histories of the corpus that have a Distributed Map, which cannot be replayed."""
    folder = corpus("aws")
    for file in sorted((folder / "cases").glob("*/*.json")) if folder is not None else ():
        for value in json.loads(file.read_text("utf-8")).get("snapshot", {}).values():
            events = value.get("events") if isinstance(value, dict) else None
            if isinstance(events, list) and any(str(each.get("type")).startswith("MapRun") for each in events):
                yield restored(tuple(events))


def restored(events: tuple[JSON, ...]) -> list[JSON]:
    """The events with the JSON texts in them that the corpus has opened."""
    texts = _texts_by_value(events)
    return [_restored(event, texts) for event in events]


def redacted(case: Case) -> list[str]:
    """Patterns of what the corpus has put in the place of values."""
    names = [each["replacement"] for each in case.transformers if "replacement" in each]
    return [*_PLACEHOLDERS, *(f"^{re.escape(name)}$" for name in names if name)]


def _restored(event: JSON, texts: dict[str, str]) -> JSON:
    return {
        key: _details(value, texts) if key.endswith("EventDetails") else value for key, value in dict(event).items()
    }


def _details(details: JSON, texts: dict[str, str]) -> JSON:
    copy = dict(details)
    for name, member in details.items():
        if isinstance(member, dict | list) and (name in _DATA or name == "cause"):
            known = texts.get(json.dumps(member, sort_keys=True)) if name == "cause" else None
            copy[name] = known or json.dumps(member, separators=(",", ":"), ensure_ascii=False)
        elif name == "assignedVariables":
            copy[name] = {each: text if isinstance(text, str) else json.dumps(text) for each, text in member.items()}
    return copy
