"""Which values of a phase are a matter of chance or time: those that come out otherwise when it is run again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

from asl.engine import Execution, ExecutionInfo
from asl.history import HistoryEvent
from asl.machine import Machine
from asl.replay.differences import Difference, Keys
from asl.replay.likeness import same, times_in, unlike, unlike_at
from asl.replay.times import Times
from asl.snapshot import restore
from asl.values import ABSENT, JSON

_SEEDS: Final = 20
_MOMENTS: Final = 9
_SHIFT_MS: Final = 97 * 366 * 86_400_000 - 12_345_679  # so much that all digits of a time change


@dataclass(frozen=True, slots=True)
class Before:
    """Snapshots of before a phase that may generate values: `phase`, and `work`, before the phase in which the values
    are made that it shows; `phases` is how many phases there are from there to its end."""

    phase: JSON
    work: JSON
    phases: int = 1


class Trial(NamedTuple):
    """How a phase is run again: with another seed, at a time that is later by `shift`, under other names. `part` tells
    a moment between those of recorded events (0.0 the first, 1.0 the last) that it is run at."""

    seed: int = 0
    shift: int = 0
    names: int = 0
    part: float | None = None


class Trials:
    """Runs of the phase of a frame that made an event, each with its own chance, time and names.

    `number` is how many events the phase makes before that one. `unknown` are the facts whose values are stand-ins.
    """

    def __init__(
        self,
        machine: Machine,
        before: Before,
        frame: str,
        event: HistoryEvent,
        number: int,
        unknown: frozenset[str],
        times: Times,
    ) -> None:
        self._machine = machine
        self._before = before
        self._frame = frame
        self._event = event
        self._number = number
        self._unknown = unknown
        self._times = times

    def wrong(self, places: Sequence[Difference]) -> dict[Keys, str | None]:
        """Those of the places in the details of the event whose values are a matter of chance or time: why the recorded
        value cannot be one that is made up now; None where it can."""
        made_up: dict[Keys, str | None] = {}
        by_seed = self._details(Trial(seed=number) for number in range(1, _SEEDS + 1))
        by_time = self._details(Trial(shift=number * _SHIFT_MS) for number in (1, 2, 3))
        by_name = self._details(Trial(names=number) for number in (1, 2, 3))
        joint: list[Any] = []
        moments: list[Any] = []
        for keys, recorded, *_ in places:
            now = _at(self._event.details or {}, keys)
            seeds, times, names = (_values(keys, now, details) for details in (by_seed, by_time, by_name))
            if now is ABSENT or not (_varies(seeds) or _varies(times) or _varies(names)):
                continue
            if not (_varies(times) or _varies(names)):
                made_up[keys] = unlike(recorded, seeds)
                continue
            joint = joint or self._details(self._joint())
            like = _values(keys, now if _varies(names) else _at(joint[0], keys), joint)
            made_up[keys] = unlike(recorded, like)
            if self._is_timed and not _varies(names):
                moments = moments or self._details(Trial(part=part / (_MOMENTS - 1)) for part in range(_MOMENTS))
                at = [_at(details, keys) for details in moments]
                made_up[keys] = made_up[keys] or _timed(recorded, at) if _varies(seeds) else unlike_at(recorded, at)
        return made_up

    @property
    def _is_timed(self) -> bool:
        return self._times.recorded(self._now) is not None

    @property
    def _now(self) -> int:
        now: Any = self._before.phase
        return int(now["now"])

    def _joint(self) -> Iterable[Trial]:
        """With another seed and other names each time, at the recorded time, or at any where that is not known."""
        for number in range(1, _SEEDS + 1):
            if self._is_timed:
                yield Trial(number, names=number, part=number / _SEEDS)
            else:
                yield Trial(number, number * _SHIFT_MS, number)

    def _details(self, trials: Iterable[Trial]) -> list[dict[str, Any]]:
        """The details of the event as they come out in trials; without those in which another event comes."""
        found = []
        for trial in trials:
            events = self._run(trial)
            if len(events) > self._number and events[self._number].type == self._event.type:
                found.append(events[self._number].details or {})
        return found or [self._event.details or {}]

    def _run(self, trial: Trial) -> Sequence[HistoryEvent]:
        """The events of the last one of the phases that are run again."""
        execution = restore(self._machine.program, self._before.work)
        frame = execution.frames[self._frame]
        if trial.seed:
            execution.seed = f"{execution.seed}/{trial.seed}"
        if trial.names:
            execution.info = _renamed(execution.info, trial.names, self._unknown)
            if frame.token is not None:
                frame.token = f"{trial.names}{frame.token}"
        execution.started_at += trial.shift
        frame.entered_at = self._moment(frame.entered_at, trial)
        execution.now = self._moment(execution.now, trial)
        execution.set_context()
        for _ in range(self._before.phases):
            execution.history = []
            execution.microstep(self._frame)
        return execution.history

    def _moment(self, at: int, trial: Trial) -> int:
        """The time of a trial for one of ours."""
        recorded = self._times.recorded(at)
        if trial.part is None or recorded is None:
            return at + trial.shift
        earliest, latest = recorded
        return round(earliest + trial.part * (latest - earliest))


def recorded_choice(
    machine: Machine, before: JSON, frame: str, wanted: str, at: int | None, most: int
) -> tuple[int, int] | None:
    """How many numbers are to be drawn before, and the time, so that a Choice goes to the state of that name whose
    conditions are a matter of chance or time; None when it never does in so many trials."""
    for more in range(most):
        execution = restore(machine.program, before)
        execution.now = max(execution.now, at or 0)
        execution.draws += more
        draws, now = execution.draws, execution.now
        execution.microstep(frame)
        if chosen(execution, frame) == wanted:
            return draws, now
    return None


def chosen(execution: Execution, frame: str) -> str | None:
    """The name of the state that a Choice has chosen, and that its frame goes to next; None where it has failed."""
    moved = execution.frames.get(frame)
    if moved is None or moved.phase != "exit":
        return None
    state: Any = moved.state
    target = state.default if moved.next_index < 0 else state.targets[moved.next_index]
    return None if target is None else str(target.name)


def _timed(recorded: JSON, values: Sequence[JSON]) -> str | None:
    """Why a value of chance and time cannot be one of the recorded time, by the times that stand in it."""
    if not isinstance(recorded, str) or not all(isinstance(value, str) for value in values):
        return None
    found, others = " ".join(times_in(recorded)), [" ".join(times_in(str(value))) for value in values]
    return unlike_at(found, others) if found else None


def _renamed(info: ExecutionInfo, trial: int, unknown: frozenset[str]) -> ExecutionInfo:
    """What an execution is started with, with other names in the place of stand-ins."""
    long = trial % 7 + 1
    place = f"arn:aws:states:{'x' * long}-{'west' * (trial % 4)}-{trial}:{trial}{trial:011d}"
    name = f"{trial}name{trial}" * long if "name" in unknown else info.name
    machine = f"{trial}machine{trial}" * long if "machine_name" in unknown else info.state_machine_name
    return replace(
        info,
        name=name,
        state_machine_name=machine,
        arn=f"{place}:execution:{machine}:{name}" if "arn" in unknown else info.arn,
        state_machine_arn=f"{place}:stateMachine:{machine}" if "machine_arn" in unknown else info.state_machine_arn,
    )


def _values(keys: Keys, now: JSON, details: Sequence[Mapping[str, Any]]) -> list[JSON]:
    """What comes out at a place: now, and in trials."""
    return [now, *(_at(each, keys) for each in details)]


def _varies(values: Sequence[JSON]) -> bool:
    return any(not same(value, values[0]) for value in values)


def _at(details: Mapping[str, Any], keys: Keys) -> JSON:
    value: Any = details
    for key in keys:
        try:
            value = value[key]
        except (KeyError, IndexError, TypeError):
            return ABSENT
    return value
