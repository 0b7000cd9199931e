"""Which variables the states of a definition assign and read, for its check and for `DescribeStateMachine`.

Read from the definition itself, so that it works for definitions that are not valid.
"""

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from asl import intrinsics
from asl.findings import did_you_mean
from asl.parse.jsonata_hints import variable_hint, with_prefix
from asl.parse.report import Report, report
from asl.parse.transitions import scopes
from asl.payload.jsonata_io import compiled, is_expression
from asl.payload.jsonpath_io import split_variable
from asl.source_text import below
from asl.values import JSON

_NESTED: Final = ("Branches", "ItemProcessor", "Iterator")
_PAYLOADS: Final = ("Parameters", "ResultSelector", "ItemSelector", "Assign", "Credentials")
_STATES: Final = ("input", "result", "errorOutput", "context")


class VariableReference(NamedTuple):
    """A place where a variable is read: the pointer of a string, the string, and where in it the name begins."""

    name: str
    pointer: str
    text: str
    offset: int


# -- assigned --------------------------------------------------------------------------------------------------------


def check_variables(to: Report) -> None:
    """Warns of variables that are read where nothing assigns them, and of those that are assigned around too."""
    definition = to.document.value
    assigned = _assigned_by_scope(definition)
    everywhere = {name for names in assigned.values() for name in names}
    for pointer, scope in scopes(definition):
        around: dict[str, list[str]] = {}
        for outer, names in assigned.items():
            if pointer.startswith(f"{outer}/States/"):
                for name, places in names.items():
                    around.setdefault(name, []).extend(places)
        own = assigned[pointer]
        for name, places in own.items():
            # unrecorded: what the state around assigns when it is left; for its catchers it is recorded as no conflict
            outside = [place for place in around.get(name, ()) if not pointer.startswith(_holder(place))]
            if outside:
                _warn_of_shadow(to, name, places[0], outside[0])
        for _, state, place in _states(scope, pointer):
            for reference in _read_by(state, place, definition, everywhere):
                if reference.name not in own and reference.name not in around:
                    _warn_of_unknown(to, reference, [*own, *around])


def _warn_of_unknown(to: Report, reference: VariableReference, known: Iterable[str]) -> None:
    name, pointer, text, offset = reference
    hint: str | None
    if name == "eval":
        message, hint = "there is no function $eval", "Step Functions has all functions of JSONata but this one"
    elif name.startswith("states."):
        message = f"${name} is not a part of $states"
        near = did_you_mean(name.removeprefix("states."), _STATES)
        hint = with_prefix("$states.", near) or f"$states has {', '.join(_STATES)}"
    else:
        parts = _STATES if is_expression(text) else ()
        message, hint = f"nothing assigns the variable ${name}", variable_hint(name, text, offset, known, parts)
    report(to, "unknown-variable", pointer, message, hint, offset=offset, severity="warning")


def _holder(pointer: str) -> str:
    """The pointer of the state whose Assign, or whose catcher's or rule's, is at `pointer`, with a slash."""
    state, _, _ = pointer.rpartition("/Assign/")
    return re.sub(r"/(Catch|Choices)/[0-9]+$", "", state) + "/"


def _warn_of_shadow(to: Report, name: str, pointer: str, outer: str) -> None:
    first = to.document.locate(outer, key=True)
    where = f"line {first.line}" if first else outer
    # unrecorded: the specification forbids it; what AWS does of it, and when, is not known
    message = f"the variable '{name}' is assigned outside too, at {where}"
    hint = "a Parallel or Map reads the variables around it and assigns only its own: choose another name"
    report(to, "shadowed-variable", pointer, message, hint, key=True, severity="warning")


def _assigned_by_scope(definition: JSON) -> dict[str, dict[str, list[str]]]:
    """The variables that the states of each scope assign, with the pointers of all places, by the scope's pointer.

    What branches and item processors assign is theirs alone.
    """
    found: dict[str, dict[str, list[str]]] = {}
    for pointer, scope in scopes(definition):
        names = found[pointer] = {}
        for _, state, place in _states(scope, pointer):
            for where, holder in _assigners(state, place):
                assign = holder.get("Assign")
                for written in assign if isinstance(assign, dict) else ():
                    names.setdefault(written.removesuffix(".$"), []).append(below(below(where, "Assign"), written))
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
    everywhere = {name for names in _assigned_by_scope(definition).values() for name in names}
    for pointer, scope in scopes(definition):
        for name, state, place in _states(scope, pointer):
            read = {reference.name for reference in _read_by(state, place, definition, everywhere)}
            if names := sorted(each for each in read if "." not in each):
                found[name] = names
    return found


def _read_by(
    state: Mapping[str, JSON], pointer: str, definition: JSON, assigned: Container[str]
) -> Iterator[VariableReference]:
    """Where a state reads variables, the states within it aside. `assigned` are those that any state assigns.

    A part of `$states` that there is none counts as a variable, named with its dot.
    """
    jsonata = "JSONata" in (definition.get("QueryLanguage"), state.get("QueryLanguage"))
    for field, value in state.items():
        if field in _NESTED or field == "Comment":
            continue
        place = below(pointer, field)
        if jsonata:
            yield from _read_in_expressions(value, place, assigned)
        elif field != "Result":
            yield from _read_in_paths(value, field, place, is_payload=field in _PAYLOADS)


def _read_in_paths(value: JSON, key: str, pointer: str, is_payload: bool) -> Iterator[VariableReference]:
    """Inside a payload only fields that end in `.$` are paths."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _read_in_paths(member, name, below(pointer, name), is_payload or name in _PAYLOADS)
    elif isinstance(value, list):
        for index, element in enumerate(value):
            yield from _read_in_paths(element, key, below(pointer, index), is_payload)
    elif isinstance(value, str) and (key.endswith(".$") or (not is_payload and key.endswith(("Path", "Variable")))):
        for path in _paths(value):
            if (variable := split_variable(path)[0]) is not None:
                yield VariableReference(variable, pointer, value, value.index(path))


def _read_in_expressions(value: JSON, pointer: str, assigned: Container[str]) -> Iterator[VariableReference]:
    if isinstance(value, dict):
        for name, member in value.items():
            if name != "Comment":
                yield from _read_in_expressions(member, below(pointer, name), assigned)
    elif isinstance(value, list):
        for index, element in enumerate(value):
            yield from _read_in_expressions(element, below(pointer, index), assigned)
    elif isinstance(value, str) and is_expression(value):
        yield from _read_in_expression(value, pointer, assigned)


def _read_in_expression(text: str, pointer: str, assigned: Container[str]) -> Iterator[VariableReference]:
    from asl.jsonata import FUNCTION_NAMES, JsonataError

    try:
        expression = compiled(text)
    except JsonataError:
        return
    start = text.index(expression.text)
    for name, fields, position in expression.references:
        if name == "states":
            if fields and fields[0] not in _STATES:
                yield VariableReference(f"states.{fields[0]}", pointer, text, start + position)
        elif name in assigned or name not in FUNCTION_NAMES:
            yield VariableReference(name, pointer, text, start + position)


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
