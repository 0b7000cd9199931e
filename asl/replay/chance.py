"""Which values of a phase are a matter of chance or time: those that come out otherwise when it is run again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from asl.engine import ExecutionInfo
from asl.history import HistoryEvent
from asl.machine import Machine
from asl.replay.differences import Difference, Keys
from asl.replay.generated import TIME, UUID
from asl.snapshot import restore
from asl.values import ABSENT, JSON

_TRIALS: Final = 8
_SHIFT_MS: Final = 97 * 366 * 86_400_000 - 12_345_679  # so much that all digits of a time change


@dataclass(frozen=True, slots=True)
class Before:
    """Snapshots of before a phase that may generate values: `phase`, and `work`, before the phase in which the values
    are made that it shows; `phases` is how many phases there are from there to its end."""

    phase: JSON
    work: JSON
    phases: int = 1


def varying(
    machine: Machine,
    before: Before,
    frame: str,
    event: HistoryEvent,
    number: int,
    places: Sequence[Difference],
    unknown: frozenset[str],
) -> set[Keys]:
    """Those of the places in the details of an event whose recorded value may be a matter of chance or time.

    The phase of `frame` that made the event is run again, with other seeds, at other times and under other names, where
    these are `unknown`; `number` is how many events it makes before this one. What then comes out otherwise is
    generated; of a text, the part that stays the same must be in the recorded one too.
    """
    details = event.details or {}
    values: dict[Keys, list[JSON]] = {each.keys: [_at(details, each.keys)] for each in places}
    for trial in range(1, _TRIALS + 1):
        events = _otherwise(machine, before, frame, trial, unknown)
        if len(events) > number and events[number].type == event.type:
            for keys, found in values.items():
                found.append(_at(events[number].details or {}, keys))
    return {each.keys for each in places if _may_be(each.recorded, values[each.keys])}


def _may_be(recorded: JSON, values: Sequence[JSON]) -> bool:
    """Whether a recorded value may be another one of such values."""
    if values[0] is ABSENT or all(_same(value, values[0]) for value in values):
        return False
    if not all(isinstance(value, str) for value in values):
        return _kind(recorded) in {_kind(value) for value in values}
    if not isinstance(recorded, str):
        return False
    texts = [_without_generated(value) for value in values]
    text = _without_generated(recorded)
    begin = _common_beginning(texts)
    if all(each == begin for each in texts):
        return text == begin
    end = _common_beginning([each[len(begin) :][::-1] for each in texts])[::-1]
    return text.startswith(begin) and text[len(begin) :].endswith(end)


def _without_generated(text: str) -> str:
    """The text with marks in the place of all ids and times in it."""
    return re.sub(TIME, "\0t", re.sub(UUID, "\0u", text))


def _common_beginning(texts: Sequence[str]) -> str:
    first, last = min(texts), max(texts)
    return next((first[:index] for index, char in enumerate(first) if char != last[index : index + 1]), first)


def _kind(value: JSON) -> type:
    return float if type(value) is int else type(value)


def _otherwise(
    machine: Machine, before: Before, frame_id: str, trial: int, unknown: frozenset[str]
) -> Sequence[HistoryEvent]:
    """The events of the last of the phases that are run with another seed, at another time and under other names."""
    execution = restore(machine.program, before.work)
    shift = trial * _SHIFT_MS
    execution.seed = f"{execution.seed}/{trial}"
    execution.now += shift
    execution.started_at += shift
    execution.info = _renamed(execution.info, trial, unknown)
    execution.set_context()
    frame = execution.frames[frame_id]
    frame.entered_at += shift
    if frame.token is not None:
        frame.token = f"{trial}{frame.token}"
    for _ in range(before.phases):
        execution.history = []
        execution.microstep(frame_id)
    return execution.history


def _renamed(info: ExecutionInfo, trial: int, unknown: frozenset[str]) -> ExecutionInfo:
    """What an execution is started with, with other names in the place of stand-ins."""
    place = f"arn:aws:states:xx-{trial}:{trial}{trial:011d}"
    name = f"{trial}name{trial}" if "name" in unknown else info.name
    machine = f"{trial}machine{trial}" if "machine_name" in unknown else info.state_machine_name
    return replace(
        info,
        name=name,
        state_machine_name=machine,
        arn=f"{place}:execution:{machine}:{name}" if "arn" in unknown else info.arn,
        state_machine_arn=f"{place}:stateMachine:{machine}" if "machine_arn" in unknown else info.state_machine_arn,
    )


def _at(details: dict[str, Any], keys: Keys) -> JSON:
    value: Any = details
    for key in keys:
        try:
            value = value[key]
        except (KeyError, IndexError, TypeError):
            return ABSENT
    return value


def _same(left: JSON, right: JSON) -> bool:
    return type(left) is type(right) and bool(left == right)
