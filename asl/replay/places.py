"""Which part of a definition has made a difference: the field that the difference, or the text of an error, names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from asl import jsonpath
from asl.jsonpath import JSONPathError
from asl.machine import Machine
from asl.replay.differences import Difference, Keys
from asl.source_text import below, pointer_tokens
from asl.values import ABSENT, JSON

_TEMPLATES: Final = ("Parameters", "Arguments", "ItemSelector", "ResultSelector", "Assign", "Output", "Result")
"""Fields whose members are those of what they make."""
_MACHINES: Final = ("ItemProcessor", "Iterator", "Branches", "States")
_FIELDS: Final = {
    "parameters": ("Parameters", "Arguments"),
    "input": ("Parameters", "Arguments"),
    "output": ("Output", "OutputPath", "ResultPath", "ResultSelector", "Result"),
    "assignedVariables": ("Assign",),
    "resource": ("Resource",),
    "resourceType": ("Resource",),
    "timeoutInSeconds": ("TimeoutSeconds", "TimeoutSecondsPath"),
    "heartbeatInSeconds": ("HeartbeatSeconds", "HeartbeatSecondsPath"),
    "taskCredentials": ("Credentials",),
    "length": ("Items", "ItemsPath"),
    "start of the iteration": ("MaxConcurrency", "MaxConcurrencyPath"),
    "error": ("Error", "ErrorPath"),
    "cause": ("Cause", "CausePath"),
}
"""Which fields of a state may have made a part of an event's details."""


def of_difference(machine: Machine, state: str, found: Sequence[Difference], names: Sequence[str] | None = None) -> str:
    """The pointer of the part of a state (given by its pointer) that has made the first of the differences, where that
    can be told, else the state's; `names` are the fields that may have made it."""
    first = found[0]
    value: Any = machine.document.at(state)
    fields = _FIELDS.get(str(first.keys[0]), ()) if names is None else names
    written = [name for name in fields if name in value]
    if len(written) > 1 and isinstance(value.get("ResultPath"), str) and "ResultPath" in written:
        return _by_result_path(machine, state, value, found)
    pointer = of_field(machine, state, fields)
    return _deepest(machine, pointer, first.keys[1:]) if len(written) == 1 and written[0] in _TEMPLATES else pointer


def of_field(machine: Machine, state: str, names: Sequence[str]) -> str:
    """The pointer of the only one of these fields that a state has; else the state's."""
    value: Any = machine.document.at(state)
    written = [name for name in names if name in value]
    return below(state, written[0]) if len(written) == 1 else state


def _by_result_path(machine: Machine, state: str, value: dict[str, Any], found: Sequence[Difference]) -> str:
    """Of a state with a ResultPath and others: below its place it is the field before it, else the ResultPath."""
    before = [name for name in ("Result", "ResultSelector") if name in value]
    if "OutputPath" in value or len(before) > 1:
        return state
    at = _keys(value["ResultPath"])
    if at is None:
        return state
    places = [each.keys[1:] for each in found]
    if all(place[: len(at)] == at and len(place) > len(at) for place in places) and before:
        return _deepest(machine, below(state, before[0]), places[0][len(at) :])
    if any(each.keys[1:] == at and each.recorded is ABSENT for each in found):
        return below(state, "ResultPath")
    return state


def _keys(path: str) -> Keys | None:
    """The keys of a Reference Path: `$.a.b`."""
    try:
        if not jsonpath.compile(path).is_reference:
            return None
    except JSONPathError:
        return None
    return tuple(re.findall(r"\w+", path)) if re.fullmatch(r"\$(\.\w+)*", path) else None


def _deepest(machine: Machine, pointer: str, keys: Keys) -> str:
    """The pointer of the member of a template that makes the value at these keys, as deep as it is written there."""
    value: Any = machine.document.at(pointer)
    for key in keys:
        if isinstance(value, dict) and f"{key}.$" in value:
            return below(pointer, f"{key}.$")
        value = _member(value, key)
        if value is ABSENT:
            break
        pointer = below(pointer, key)
    return pointer


def _member(value: JSON, key: str | int) -> JSON:
    """The member of an object or array with that key or index; ABSENT for none."""
    if isinstance(value, dict):
        return value.get(str(key), ABSENT)
    if isinstance(value, list) and str(key).isdigit() and int(key) < len(value):
        return value[int(key)]
    return ABSENT


def of_error(machine: Machine, state: str, cause: JSON) -> str | None:
    """The pointer of the field of a state that the text of an error names; None where it names none."""
    owner = re.search(r"executing the state '([^']+)'", cause) if isinstance(cause, str) else None
    if owner is not None and owner[1] != pointer_tokens(state)[-1]:
        return None
    named = re.search(r"specified for the field '([^']+)'", cause) if isinstance(cause, str) else None
    if named is not None:
        tokens = [token for token in re.split(r"[/\[\]]+", named[1]) if token]
        return _exact(machine, state, tokens) or _search(machine, state, lambda key, _: key == named[1])
    path = re.search(r"Invalid path '([^']+)'", cause) if isinstance(cause, str) else None
    return None if path is None else _search(machine, state, lambda _, value: value == path[1])


def _exact(machine: Machine, state: str, tokens: Sequence[str]) -> str | None:
    value: Any = machine.document.at(state)
    pointer = state
    for token in tokens:
        value = _member(value, token)
        if value is ABSENT:
            return None
        pointer = below(pointer, token)
    return pointer


def _search(machine: Machine, state: str, fits: Any) -> str | None:
    """The pointer of the first member of a state, at any depth, whose key and value fit."""
    waiting: list[tuple[str, JSON]] = [(state, machine.document.at(state))]
    while waiting:
        pointer, value = waiting.pop(0)
        members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for key, each in members:
            if key in _MACHINES:
                continue
            if fits(key, each):
                return below(pointer, key)
            waiting.append((below(pointer, key), each))
    return None


def of_start(machine: Machine, state: str) -> str:
    """The pointer of the StartAt that leads to a state which is the first one of its machine, branch or iteration."""
    around = state.rpartition("/States/")[0]
    pointer = f"{around}/StartAt"
    value: Any = machine.document.at(around) if around else machine.document.value
    first = value.get("StartAt") if isinstance(value, dict) else None
    return pointer if pointer_tokens(state)[-1] == first else state
