"""The state under test: the one that a definition is, or one of a machine's, at any depth.

A state that comes alone is put into a machine of its own, where it is called StateName as on AWS, and where the states
that it goes on to are mere ends.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from asl import source
from asl.errors import DefinitionError
from asl.findings import Finding
from asl.machine import Machine
from asl.model import Branch, Map, Parallel, QueryLanguage, State, StateMachine
from asl.parse import read_machine
from asl.parse.transitions import scopes, transitions
from asl.source import Document
from asl.source_text import below, pointer_tokens
from asl.testing.teststate.errors import ApiError, invalid
from asl.values import JSON

STATE_NAME: Final = "StateName"
"""The name of the state under test, whatever its definition calls it."""

_CODES: Final = {
    "missing-transition-target": "MISSING_TRANSITION_TARGET",
    "missing-end-state": "MISSING_END_STATE",
}
_OF_OBJECTS: Final = frozenset({"unknown-field", "query-language"})
"""Rules whose findings AWS places at the object, not at its field."""


@dataclass(frozen=True, slots=True)
class Tested:
    """The state under test in its machine; `written` is its definition."""

    machine: Machine
    state: State
    written: Mapping[str, JSON]

    @property
    def type(self) -> str:
        return type(self.state).__name__

    @property
    def language(self) -> QueryLanguage:
        return self.state.io.language

    @property
    def inner_names(self) -> Iterator[str]:
        """The names of the states in it, at any depth."""
        return (each.name for each in _below(self.state))


def tested(text: str, state_name: str | None, defines: Mapping[str, str]) -> Tested:
    """The state that a definition is, or that has the name in it; `defines` fill its `${Name}` placeholders.

    Raises ApiError for a definition that AWS refuses.
    """
    try:
        document = source.read_text(text, "definition", "json", defines)
    except DefinitionError as error:
        raise _refused(error.findings, "INVALID_JSON_DESCRIPTION") from None
    if state_name is None:
        document = _alone(document)
        pointer = below("/States", STATE_NAME) if isinstance(document.value, dict) else ""
    else:
        pointer = _pointer(document.value, state_name)
    model, findings = read_machine(document, distributed=True)
    if model is None:
        raise _refused(findings)
    state = next(each for each in _all(model) if each.pointer == pointer)
    return Tested(Machine(document, model, STATE_NAME, "STANDARD"), state, _at(document.value, pointer))


def _alone(document: Document) -> Document:
    """A machine of the one state that a document is."""
    value = document.value
    if not isinstance(value, dict):
        return document
    ends = {target: {"Type": "Succeed"} for _, target in transitions(value, "") if target != STATE_NAME}
    return source.from_value({"StartAt": STATE_NAME, "States": {STATE_NAME: value, **ends}}, "definition")


def _pointer(value: JSON, name: str) -> str:
    for pointer, scope in scopes(value):
        states = scope.get("States")
        if isinstance(states, dict) and name in states:
            return below(below(pointer, "States"), name)
    raise invalid("State not found in definition")


def _all(machine: StateMachine) -> Iterator[State]:
    for state in machine.states.values():
        yield state
        yield from _below(state)


def _below(state: State) -> Iterator[State]:
    inner: Sequence[Branch] = ()
    if isinstance(state, Parallel):
        inner = state.branches
    elif isinstance(state, Map):
        inner = (state.item_processor,)
    for branch in inner:
        for each in branch.states.values():
            yield each
            yield from _below(each)


def _at(value: Any, pointer: str) -> Any:
    for token in pointer_tokens(pointer):
        value = value[int(token) if isinstance(value, list) else token]
    return value


# -- in AWS's words --------------------------------------------------------------------------------------------------


def _refused(findings: Sequence[Finding], code: str = "SCHEMA_VALIDATION_FAILED") -> ApiError:
    """The findings as the API says them."""
    # unrecorded: most of the messages within; those that are recorded are AWS's own
    listed = ", ".join(f"{_CODES.get(each.rule, code)}: {_message(each)} at {_place(each)}" for each in findings)
    return ApiError("InvalidDefinition", f"Invalid State Machine Definition: '{listed}'")


def _message(finding: Finding) -> str:
    return f"{finding.message} ({finding.hint})" if finding.rule == "placeholder" else finding.message


def _place(finding: Finding) -> str:
    if finding.rule == "missing-end-state":
        return "null"
    tokens = pointer_tokens(finding.pointer)
    if finding.rule in _OF_OBJECTS:
        tokens = tokens[:-1]
    place = ""
    for before, token in zip(["", *tokens], tokens, strict=False):
        is_index = token.isdecimal() and before in ("Choices", "Branches", "Retry", "Catch", "And", "Or")
        place += f"[{token}]" if is_index else f"/{token}"
    return place or "/"
