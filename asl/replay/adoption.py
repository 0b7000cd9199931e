"""Which differences are only of what AWS makes up, and how the recorded values are adopted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from asl import events as ev
from asl.engine import Execution
from asl.machine import Machine
from asl.payload.jsonata_io import JSONataDataflow
from asl.replay.adopted import Adopted
from asl.replay.chance import Before, Trials
from asl.replay.differences import Difference, Keys
from asl.replay.facts import Facts
from asl.replay.generated import Generated
from asl.replay.live_threads import Mover
from asl.replay.pairing import Pair, Wrong
from asl.values import ABSENT, JSON


class Verdict(NamedTuple):
    """What is to be done about the differences of a phase.

    `better` are better facts of the execution, with which it is to start again; `real` is the first pair that really
    differs, with its differences; `edits` are what the phase is to be done again with, so that it has the recorded
    values, which are `adopted`.
    """

    better: Facts | None = None
    real: tuple[Pair, list[Difference]] | None = None
    edits: tuple[ev.Edited, ...] = ()
    adopted: tuple[Adopted, ...] = ()


def judge(
    machine: Machine,
    generated: Generated,
    execution: Execution,
    ids: dict[int, int],
    mover: Mover,
    wrong: Sequence[Wrong],
    before: Before | None,
) -> Verdict:
    """What is to be done about differences. `before` is None where nothing in the phase can be generated anew."""
    edits: list[ev.Edited] = []
    taken: list[Adopted] = []
    for index, pair, found in wrong:
        now, recorded = pair
        assert recorded is not None, "it differs from one"
        others = [each for each in found if not generated.adopted(each, recorded.id, execution, ids)]
        if others and before is not None:
            trials = Trials(machine, before, mover.frame, now, index, generated.unknown, generated.times)
            made_up = trials.wrong(others)
            others = [
                each._replace(why=made_up.get(each.keys) or "")
                for each in others
                if made_up.get(each.keys, "") is not None
            ]
        if others:
            return Verdict(real=(pair, others))
        taken += [Adopted(recorded, each) for each in found]
        if before is not None:
            edits += _edits(mover, pair, found, before.phase["now"])
    return Verdict(better=generated.learnt(), edits=tuple(edits), adopted=tuple(taken))


def _edits(mover: Mover, pair: Pair, found: Sequence[Difference], at: int) -> list[ev.Edited]:
    """What puts the recorded values in the place of ours."""
    now, _ = pair
    details: dict[str, Any] = now.details or {}
    edits = []
    for name in dict.fromkeys(each.keys[0] for each in found):
        place = _place(mover, now.type, str(name))
        if place is not None:
            value = details.get(str(name), ABSENT)
            for each in found:
                if each.keys[0] == name:
                    value = _with(value, each.keys[1:], each.recorded)
            edits.append(ev.Edited(at, mover.frame, place, value))
    return edits


def _place(mover: Mover, event_type: str, name: str) -> str | None:
    """Where a part of an event's details comes from, as `Edited` names it; None for what leads no further."""
    if event_type.endswith("StateEntered"):
        return "input" if name == "input" else None
    if event_type.endswith("StateExited"):
        return {"output": "output", "assignedVariables": "assigned"}.get(name)
    if event_type.endswith("Scheduled") and name in ("parameters", "input"):
        dataflow = getattr(mover.state, "dataflow", None)
        return "afterArguments" if isinstance(dataflow, JSONataDataflow) else "afterParameters"
    return None


def _with(value: JSON, keys: Keys, new: JSON) -> JSON:
    """The value with another one at the place that the keys lead to; the value itself stays as it is."""
    if not keys:
        return new
    copy: Any = value.copy()
    if new is ABSENT and len(keys) == 1:
        del copy[keys[0]]
    else:
        copy[keys[0]] = _with(copy[keys[0]] if len(keys) > 1 else None, keys[1:], new)
    return copy
