"""What a line of a definition stands for: a state, a field of it, or a transition."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import Final

from asl.debug.places import Field, Place, State, Transitions
from asl.debug.stages import FIELDS, ITEM_SELECTOR
from asl.errors import InputError
from asl.machine import Machine
from asl.source_text import below
from asl.values import JSON

_FIELDS: Final = dict.fromkeys((*chain.from_iterable(FIELDS.values()), *ITEM_SELECTOR))


def place_at(machine: Machine, line: int) -> Place:
    """The place that a line of a machine's file stands for, counted from 1.

    A line of a field that is evaluated is that field; a line of a choice rule, of a catcher or of Default is the
    transition that it says; any other line is the innermost state whose text holds it. Raises InputError for a line
    that is in no state, and says which is the nearest that is in one.
    """
    if machine.document.format == "value":
        raise InputError(f"'{machine.name}' was not read from a file: name a state instead of a line")
    pointer = _state(machine, line)
    if pointer is None:
        raise InputError(_nowhere(machine, line))
    state = machine.document.at(pointer)
    return _inside(machine, pointer, state, line) or State(machine, pointer)


def _state(machine: Machine, line: int) -> str | None:
    """The innermost state that holds a line; of those that are wholly on it the first, and what is in none of these."""
    return _holder(machine, machine.program.states, line)


def _holder(machine: Machine, pointers: Iterable[str], line: int) -> str | None:
    """Of things that may be in one another, the one that a line is of: the first that begins on it, else the innermost
    that goes on there."""
    goes_on = None
    for pointer in pointers:
        span = machine.document.lines(pointer)
        if span is None or not span[0] <= line <= span[1]:
            continue
        if span[0] == line:
            return pointer
        if goes_on is None or len(pointer) > len(goes_on):
            goes_on = pointer
    return goes_on


def _inside(machine: Machine, pointer: str, state: JSON, line: int) -> Place | None:
    """The field or transition of the state that the line is of; None where it is of the state itself."""
    span = machine.document.lines(pointer)
    if span is not None and span[0] == line:
        return None
    for name in ("Choices", "Catch"):
        rules = [below(below(pointer, name), number) for number in range(len(state.get(name) or ()))]
        rule = _only(machine, rules, line)
        if rule is not None:
            inner = _field(machine, rule, machine.document.at(rule), line)
            return inner or _transition(machine, pointer, below(rule, "Next"))
    if "Default" in state and _holder(machine, [below(pointer, "Default")], line) is not None:
        return _transition(machine, pointer, below(pointer, "Default"))
    return _field(machine, pointer, state, line)


def _only(machine: Machine, rules: list[str], line: int) -> str | None:
    """The rule that a line is of; None where it holds several of them."""
    beginning = [rule for rule in rules if (span := machine.document.lines(rule)) is not None and span[0] == line]
    return None if len(beginning) > 1 else _holder(machine, rules, line)


def _field(machine: Machine, pointer: str, holder: JSON, line: int) -> Place | None:
    found = _holder(machine, [below(pointer, name) for name in _FIELDS if name in holder], line)
    return None if found is None else Field(machine, found)


def _transition(machine: Machine, state: str, pointer: str) -> Place:
    scope, _, _ = state.rpartition("/")
    return Transitions(machine, {pointer: below(scope, machine.document.at(pointer))})


def _nowhere(machine: Machine, line: int) -> str:
    last = machine.document.text.count("\n") + (not machine.document.text.endswith("\n"))
    where = f"line {line} of {machine.document.name} is in no state"
    if not 1 <= line <= last:
        where = f"{machine.document.name} has lines 1 to {last}, no line {line}"
    spans = [(machine.document.lines(pointer), state.name) for pointer, state in machine.program.states.items()]
    near, name = min(
        ((near, name) for span, name in spans if span is not None for near in span),
        key=lambda each: abs(each[0] - line),
    )
    return f"{where}; the nearest that works is {near}, of state '{name}'"
