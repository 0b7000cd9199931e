"""Which variables the states of a definition assign and read, for its check and for `DescribeStateMachine`.

Read from the definition itself, so that it works for definitions that are not valid.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from asl import intrinsics
from asl.findings import did_you_mean
from asl.parse.report import Report, report
from asl.parse.transitions import scopes
from asl.payload.jsonata_io import compiled, is_expression
from asl.payload.jsonpath_io import split_variable
from asl.source_text import below
from asl.values import JSON

_NESTED: Final = ("Branches", "ItemProcessor", "Iterator")


class VariableReference(NamedTuple):
    """A place where a variable is read: the pointer of a string, and where in it the name begins."""

    name: str
    pointer: str
    offset: int


# -- assigned --------------------------------------------------------------------------------------------------------


def check_variables(to: Report) -> None:
    """Warns of variables that are read where nothing assigns them, and of those that are assigned around too."""
    definition = to.document.value
    assigned = _assigned_by_scope(definition)
    for pointer, scope in scopes(definition):
        own = assigned[pointer]
        around: dict[str, str] = {}
        for outer, names in assigned.items():
            if pointer.startswith(f"{outer}/States/"):
                around |= names
        for name, place in own.items():
            # What the state around assigns when it is left is recorded as no conflict.
            if name in around and not pointer.startswith(_holder(around[name])):
                _warn_of_shadow(to, name, place, around[name])
        for _, state, place in _states(scope, pointer):
            for name, where, offset in _read_by(state, place, definition):
                if name not in own and name not in around:
                    hint = did_you_mean(name, [*own, *around])
                    message = f"nothing assigns the variable ${name}"
                    report(to, "unknown-variable", where, message, hint, offset=offset, severity="warning")


def _holder(pointer: str) -> str:
    """The pointer of the state whose Assign, or whose catcher's or rule's, is at `pointer`, with a slash."""
    state, _, _ = pointer.rpartition("/Assign/")
    return re.sub(r"/(Catch|Choices)/[0-9]+$", "", state) + "/"


def _warn_of_shadow(to: Report, name: str, pointer: str, outer: str) -> None:
    first = to.document.locate(outer, key=True)
    where = f"line {first.line}" if first else outer
    # unrecorded: the guide says that it cannot be; what AWS does of it, and when, is not known
    message = f"the variable '{name}' is assigned outside too, at {where}"
    hint = "a Parallel or Map reads the variables around it and assigns only its own: choose another name"
    report(to, "shadowed-variable", pointer, message, hint, key=True, severity="warning")


def _assigned_by_scope(definition: JSON) -> dict[str, dict[str, str]]:
    """The variables that the states of each scope assign, with the pointer of the first place, by the scope's pointer.

    What branches and item processors assign is theirs alone.
    """
    found: dict[str, dict[str, str]] = {}
    for pointer, scope in scopes(definition):
        names = found[pointer] = {}
        for _, state, place in _states(scope, pointer):
            for where, holder in _assigners(state, place):
                assign = holder.get("Assign")
                for written in assign if isinstance(assign, dict) else ():
                    names.setdefault(written.removesuffix(".$"), below(below(where, "Assign"), written))
    return found


def _assigners(state: Mapping[str, JSON], pointer: str) -> Iterator[tuple[str, Mapping[str, JSON]]]:
    """A state, its catchers and its choice rules, with their pointers."""
    yield pointer, state
    for field in ("Catch", "Choices"):
        elements = state.get(field)
        for index, element in enumerate(elements if isinstance(elements, list) else ()):
            if isinstance(element, dict):
                yield below(below(pointer, field), index), element


def _states(scope: Mapping[str, JSON], pointer: str) -> Iterator[tuple[str, Mapping[str, JSON], str]]:
    """The name, the value and the pointer of each state of a scope."""
    states = scope.get("States")
    for name, state in states.items() if isinstance(states, dict) else ():
        if isinstance(state, dict):
            yield name, state, below(below(pointer, "States"), name)


# -- read ------------------------------------------------------------------------------------------------------------


def variable_references(definition: JSON) -> dict[str, list[str]]:
    """The variables that each state reads, by the state's name, sorted: `variableReferences` of DescribeStateMachine.

    States that read none are left out.
    """
    found: dict[str, list[str]] = {}
    for pointer, scope in scopes(definition):
        for name, state, place in _states(scope, pointer):
            if names := sorted({reference.name for reference in _read_by(state, place, definition)}):
                found[name] = names
    return found


def _read_by(state: Mapping[str, JSON], pointer: str, definition: JSON) -> Iterator[VariableReference]:
    """Where a state reads variables, the states within it aside."""
    jsonata = "JSONata" in (definition.get("QueryLanguage"), state.get("QueryLanguage"))
    for field, value in state.items():
        if field not in _NESTED:
            yield from _read_in(value, field, below(pointer, field), jsonata)


def _read_in(value: JSON, key: str, pointer: str, jsonata: bool) -> Iterator[VariableReference]:
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _read_in(member, name, below(pointer, name), jsonata)
    elif isinstance(value, list):
        for index, element in enumerate(value):
            yield from _read_in(element, key, below(pointer, index), jsonata)
    elif isinstance(value, str):
        if jsonata:
            yield from _read_in_expression(value, pointer)
        elif key.endswith((".$", "Path")) or key == "Variable":
            for path in _paths(value):
                if (variable := split_variable(path)[0]) is not None:
                    yield VariableReference(variable, pointer, value.index(path))


def _read_in_expression(text: str, pointer: str) -> Iterator[VariableReference]:
    if not is_expression(text):
        return
    from asl.jsonata import FUNCTION_NAMES, JsonataError

    try:
        expression = compiled(text)
    except JsonataError:
        return
    start = text.index(expression.text)
    for reference in expression.references:
        if reference.name != "states" and reference.name not in FUNCTION_NAMES:
            yield VariableReference(reference.name, pointer, start + reference.position)


def _paths(text: str) -> list[str]:
    """The paths that a path or an intrinsic call is made of."""
    if not intrinsics.is_intrinsic(text):
        return [text]
    found: list[str] = []

    def note(path: str) -> intrinsics.Evaluate:
        found.append(path)
        return lambda data, scope: None

    try:
        intrinsics.compile(text, note)
    except intrinsics.IntrinsicError:
        return []
    return found
