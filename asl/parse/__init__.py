"""From a document to a `StateMachine`: everything that AWS would refuse is found here, all at once, with its place.

`parse` is the whole interface. `fields` is the table of what may stand where, `report` collects findings, `paths` is
the seam for query languages; the rest reads the definition part by part.
"""

from typing import Final

from asl.errors import DefinitionError
from asl.findings import Finding
from asl.limits import NAME_LENGTH, NESTING, SECONDS, WorkflowType
from asl.model import Branch, QueryLanguage, State, StateMachine
from asl.parse.fields import BRANCH_FIELDS, MACHINE_FIELDS, PROCESSOR_FIELDS, check_fields
from asl.parse.report import Node, Report, add, in_text_order, integer, one_of, report, text, wrong_type
from asl.parse.states import state
from asl.parse.transitions import check_transitions, scopes
from asl.recursion import is_deeper, make_room
from asl.source import Document
from asl.source_text import below

__all__ = ["parse", "read_machine"]

_DEFINITION_CHARACTERS: Final = 1_048_576


def parse(document: Document, type: WorkflowType = "STANDARD") -> StateMachine:
    """The state machine that a document defines, valid for a workflow of that type.

    Raises DefinitionError with all findings, in the order of the text.
    """
    machine, findings = read_machine(document, type)
    if machine is None:
        raise DefinitionError(findings)
    return machine


def read_machine(
    document: Document, type: WorkflowType = "STANDARD", distributed: bool = False
) -> tuple[StateMachine | None, list[Finding]]:
    """The state machine and no findings, or None and what is wrong with the definition, in the order of the text.

    With `distributed`, a Distributed Map is read like any other state: it can be tested alone, but not be run.
    """
    make_room()
    to = Report(document, type, distributed=distributed)
    machine = None
    if is_deeper(document.value, NESTING):
        report(to, "too-deep", "", f"the definition is nested more than {NESTING} levels deep")
    else:
        machine = _machine(to)
    if to.findings:
        return None, in_text_order(document, to.findings)
    return machine, []


def _machine(to: Report) -> StateMachine | None:
    document = to.document
    value = document.value
    if not isinstance(value, dict):
        hint = "a definition has at least StartAt and States"
        report(to, "wrong-type", "", "Definition must be a valid JSON object", hint)
        return None
    if "Resources" in value and "States" not in value:
        message = "this is a CloudFormation or SAM template, not a state machine definition"
        hint = "take the definition out into a file of its own (DefinitionUri)"
        report(to, "not-a-definition", below("", "Resources"), message, hint, key=True)
        return None
    if len(document.text) > _DEFINITION_CHARACTERS:
        message = (
            f"the definition has {len(document.text):,} characters; at most {_DEFINITION_CHARACTERS:,} are allowed"
        )
        report(to, "too-long", "", message)
    language: QueryLanguage = "JSONata" if value.get("QueryLanguage") == "JSONata" else "JSONPath"
    # All names first: the hints of transitions that leave their scope tell where their target is.
    _collect_names(to)
    node = Node(to, value, "", "a state machine", language)
    check_fields(node, MACHINE_FIELDS)
    one_of(node, "QueryLanguage", ("JSONPath", "JSONata"))
    one_of(node, "Version", ("1.0",))
    comment = text(node, "Comment", payload=True)
    timeout = integer(node, "TimeoutSeconds", 0, SECONDS)
    scope = _scope(node)
    return StateMachine(scope.start_at, scope.states, comment, "1.0", timeout, language, value)


def _collect_names(to: Report) -> None:
    for pointer, scope in scopes(to.document.value):
        states = scope.get("States")
        for name in states if isinstance(states, dict) else ():
            place = below(below(pointer, "States"), name)
            if len(name) > NAME_LENGTH:
                message = f"the state name has {len(name)} characters; at most {NAME_LENGTH} are allowed"
                report(to, "bad-name", place, message, key=True)
            if (earlier := to.state_pointers.setdefault(name, place)) != place:
                # unrecorded: no recorded or published definition has a name twice; the specification forbids it
                first = to.document.locate(earlier, key=True)
                where = f"line {first.line}" if first else earlier
                message = f"the state name '{name}' stands twice in the state machine: first at {where}"
                hint = "names must be unique in the whole machine, branches and processors included"
                report(to, "duplicate-state-name", place, message, hint, key=True)


def _scope(node: Node) -> Branch:
    """The states of a machine, a branch or a processor, with where they start."""
    missing = [name for name in ("States", "StartAt") if name not in node.value]
    if missing:
        # AWS's words and order.
        hint = "StartAt names the first state, States holds them all"
        add(node, "missing-field", f"These fields are required: [{', '.join(missing)}]", hint=hint)
    start_at = text(node, "StartAt")
    values = node.value.get("States")
    found: dict[str, State] = {}
    if isinstance(values, dict):
        if not values:
            add(node, "empty", "Value cannot be empty", "States", "a state machine has at least one state")
        place = below(node.pointer, "States")
        for name, value in values.items():
            read = state(node.report, name, below(place, name), value, _machine_language(node), _branch)
            if read is not None:
                found[name] = read
        check_transitions(node, values)
    elif "States" in node.value:
        wrong_type(node, "States", "an object")
    return Branch(start_at or "", found)


def _branch(node: Node) -> Branch:
    check_fields(node, BRANCH_FIELDS if node.kind == "a branch" else PROCESSOR_FIELDS)
    text(node, "Comment", payload=True)
    return _scope(node)


def _machine_language(node: Node) -> QueryLanguage:
    """States inherit the machine's language, not that of the state around them (recorded by AWS's validation)."""
    return "JSONata" if node.report.document.value.get("QueryLanguage") == "JSONata" else "JSONPath"
