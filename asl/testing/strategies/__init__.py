"""Hypothesis strategies for state machines: inputs, and faults of tasks. They need the extra `aslkit[explore]`.

    from asl.testing import strategies

    @given(strategies.inputs(schema="order.schema.json"))
    def test_any_order(order): ...

Values are plain JSON.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from asl.errors import InputError
from asl.values import JSON

try:
    from hypothesis import strategies as st
except ModuleNotFoundError as missing:
    if missing.name != "hypothesis":
        raise
    raise InputError("exploring needs Hypothesis: pip install 'aslkit[explore]'") from None

from asl.testing.exploration.faults import KINDS, USUAL, Fault, Kind, faults_of, handlers_of, names_read
from asl.testing.exploration.reads import reads_of
from asl.testing.exploration.services import services_of
from asl.testing.exploration.simulation import Subject
from asl.testing.exploration.values import Choose
from asl.testing.strategies.examples import from_examples
from asl.testing.strategies.schema import from_schema

if TYPE_CHECKING:
    from pathlib import Path

    from asl.machine import Machine
    from asl.testing.workflow import Workflow

__all__ = ["add_faults", "chooser", "faults", "from_examples", "from_schema", "inputs", "inputs_of"]


def inputs(
    *, schema: Mapping[str, JSON] | bool | str | Path | None = None, examples: Iterable[JSON] | None = None
) -> st.SearchStrategy[JSON]:
    """Inputs that a JSON Schema allows (a schema, or its JSON or YAML file), or that are like the examples."""
    if (schema is None) is (examples is None):
        raise InputError("inputs takes schema=... or examples=..., one of them")
    if examples is not None:
        return from_examples(examples)
    if isinstance(schema, bool | Mapping):
        return from_schema(schema)
    from asl.source import read

    assert schema is not None, "one is given"
    return from_schema(read(schema).value)


def inputs_of(machine: Machine, *, unexpected: bool = False) -> st.SearchStrategy[JSON]:
    """Inputs as the machine's definition expects them: what it reads is there, with values on both sides of each rule.

    What a Choice asks the presence or the type of is sometimes not there, or of another type. With `unexpected`, so is
    everything else.
    """
    subject = Subject(machine, unexpected=unexpected)
    return _inputs(subject)


@st.composite
def _inputs(draw: st.DrawFn, subject: Subject) -> JSON:
    return subject.input(chooser(draw))


def faults(
    machine: Machine, *, kinds: Iterable[Kind] = USUAL, states: Iterable[str] | None = None, most: int = 3
) -> st.SearchStrategy[list[dict[str, JSON]]]:
    """Plans of faults: lists of at most so many, each as plain JSON (see `asl.testing.exploration.faults`).

    Any task, or any of `states`, may fail with any error that its service raises, or that the definition handles by its
    name; time out; answer late; never be answered; with the kind "answers", answer something unexpected. The empty plan
    is the simplest. `add_faults` puts a plan into a Workflow. Raises InputError for states that there are not.
    """
    wanted = None if states is None else set(states)
    for name in wanted or ():
        machine.check_state(name)
    reads, handlers = reads_of(machine), handlers_of(machine)
    found: list[Fault] = []
    for pointer, service in services_of(machine).items():
        if wanted is None or service.task.name in wanted:
            named = [*names_read(reads, pointer), *(name for rule in handlers[pointer] for name in rule)]
            found += faults_of(service, checked_kinds(kinds), named)
    if not found:
        return st.just([])
    calls = st.sampled_from([None, 0, 1, 2])
    one = st.builds(_planned, st.sampled_from(found), calls)
    return st.lists(one, max_size=most, unique_by=lambda each: (each["state"], each.get("call")))


def _planned(fault: Fault, call: int | None) -> dict[str, JSON]:
    return {**({} if call is None else {"call": call}), **fault.as_json()}


def checked_kinds(kinds: Iterable[Kind]) -> tuple[Kind, ...]:
    """The kinds of faults. Raises InputError for what is none."""
    found = tuple(kinds)
    for kind in found:
        if kind not in KINDS:
            raise InputError(f"there are no faults of the kind {kind!r}; the kinds are {', '.join(KINDS)}")
    return found


def add_faults(workflow: Workflow, plan: Iterable[Mapping[str, Any]]) -> None:
    """Puts a plan of faults into a workflow, before its other mocks.

    An answer that is late is an empty object. Raises InputError for what is no plan of faults of this workflow.
    """
    from asl.testing.exploration.faults import from_json

    for fault in from_json(plan):
        mock = workflow.mock(fault.state, call=fault.call)
        if fault.error is not None:
            mock.fails(fault.error, fault.cause)
        elif fault.times_out:
            mock.times_out()
        elif fault.waits:
            mock.waits()
        else:
            mock.returns(fault.returns or {}, after=fault.after or 0)


_OCTETS: Final = st.binary(min_size=3, max_size=3)
"""A number, for the choices. Integers would do, if Hypothesis did not prefer small ones."""


def chooser(draw: st.DrawFn) -> Choose:
    """The choices of Hypothesis, of which the first is the simplest.

    Several small choices are made of one drawn number, which costs little more than a draw for one of them: the range
    of the number is cut into as many parts as there are choices, and the part in which it is into those of the next. So
    a smaller number never makes the first choices less simple, and Hypothesis can go straight to the smallest.
    """
    number = room = 0

    def choose(count: int) -> int:
        nonlocal number, room
        if room < count:
            number, room = int.from_bytes(draw(_OCTETS)), 2**24
        chosen = number * count // room
        start, end = -(-chosen * room // count), -(-(chosen + 1) * room // count)
        number, room = number - start, end - start
        return chosen

    return choose
