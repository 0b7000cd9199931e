"""Collects findings while a definition is read, and reads single fields of its objects with a check of their types.

Each function gives the field's value, or None when it is absent or wrong; what is wrong is added to the report.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from asl.findings import Finding, Severity, did_you_mean
from asl.limits import WorkflowType
from asl.model import QueryLanguage
from asl.source import Document
from asl.source_text import below, placeholders, pointer_tokens
from asl.values import ABSENT, JSON, Absent


@dataclass(frozen=True, slots=True)
class Report:
    """What is known while a document is read: its findings so far, and the pointers of the states by name.

    `distributed` says that a Distributed Map may stand in it, for those who do not run it.
    """

    document: Document
    type: WorkflowType
    findings: list[Finding] = field(default_factory=list)
    state_pointers: dict[str, str] = field(default_factory=dict)
    distributed: bool = False


@dataclass(frozen=True, slots=True)
class Node:
    """An object of the definition; `kind` names it in messages: "a Task state", "a retrier"."""

    report: Report
    value: Mapping[str, JSON]
    pointer: str
    kind: str
    language: QueryLanguage


def report(
    to: Report,
    rule: str,
    pointer: str,
    message: str,
    hint: str | None = None,
    key: bool = False,
    offset: int | None = None,
    severity: Severity = "error",
) -> None:
    """Adds a finding about the value at a pointer, its key, or one character of it."""
    location = to.document.locate(pointer, key, offset)
    to.findings.append(Finding(rule, message, pointer, hint, location, severity))


def add(
    node: Node,
    rule: str,
    message: str,
    name: str | None = None,
    hint: str | None = None,
    key: bool = False,
    offset: int | None = None,
) -> None:
    """Adds a finding about an object (the place is then its key, if it has one) or one of its fields."""
    if name is None:
        report(node.report, rule, node.pointer, message, hint, key=True)
    else:
        report(node.report, rule, below(node.pointer, name), message, hint, key, offset)


def in_text_order(document: Document, findings: list[Finding]) -> list[Finding]:
    """The findings sorted by place; by the order of the document's keys where there are no places."""

    def order(finding: Finding) -> tuple[int, ...]:
        if finding.location is not None:
            return (finding.location.line, finding.location.column)
        value, indexes = document.value, []
        for token in pointer_tokens(finding.pointer):
            if isinstance(value, dict) and token in value:
                indexes.append(list(value).index(token))
                value = value[token]
            elif isinstance(value, list) and token.isdecimal() and int(token) < len(value):
                indexes.append(int(token))
                value = value[int(token)]
        return tuple(indexes)

    return sorted(findings, key=order)


# -- single fields ---------------------------------------------------------------------------------------------------


def kind_of(value: JSON) -> str:
    """What a JSON value is, for messages: "a string", "null" ..."""
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "a string"
        case list():
            return "an array"
    return "an object"


def unfilled(to: Report, pointer: str, text: str, what: str) -> bool:
    """Whether the text has a placeholder that was left; reports it."""
    names = placeholders(text)
    if names:
        report(
            to,
            "placeholder",
            pointer,
            f"the placeholder ${{{names[0]}}} in {what} has no value",
            f"give it a value: --define {names[0]}=value",
        )
    return bool(names)


def wrong_type(node: Node, name: str, expected: str, hint: str | None = None) -> None:
    """Reports that a field holds another type than it must; or an unfilled placeholder in its place."""
    value = node.value[name]
    if isinstance(value, str) and unfilled(node.report, below(node.pointer, name), value, name):
        return
    add(node, "wrong-type", f"{name} must be {expected}, not {kind_of(value)}", name, hint)


def text(node: Node, name: str, payload: bool = False) -> str | None:
    """The string of a field. Only in a payload text may a placeholder be left."""
    value = node.value.get(name, ABSENT)
    if value is ABSENT:
        return None
    if not isinstance(value, str):
        wrong_type(node, name, "a string")
        return None
    if not payload and unfilled(node.report, below(node.pointer, name), value, name):
        return None
    return value


def one_of(node: Node, name: str, allowed: tuple[str, ...]) -> str | None:
    """The string of a field that must be one of a few."""
    value = text(node, name)
    if value is None or value in allowed:
        return value
    add(
        node,
        "wrong-value",
        f"The field '{name}' should have one of these values: [{', '.join(allowed)}]",
        name,
        did_you_mean(value, allowed),
    )
    return None


def integer(node: Node, name: str, low: int, high: int | None = None) -> int | None:
    """The whole number of a field, between `low` and `high`."""
    value = _number(node, name, "a whole number")
    if value is None:
        return None
    if not isinstance(value, int):
        add(node, "wrong-type", f"{name} must be a whole number, not {value}", name)
        return None
    return int(value) if _in_range(node, name, value, low, high) else None


def number(node: Node, name: str, low: float, high: float | None = None) -> float | None:
    """The number of a field, between `low` and `high`."""
    value = _number(node, name, "a number")
    return float(value) if value is not None and _in_range(node, name, value, low, high) else None


def _number(node: Node, name: str, expected: str) -> int | float | None:
    value = node.value.get(name, ABSENT)
    if value is ABSENT:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        is_quoted = isinstance(value, str) and value.strip().removeprefix("-").isdecimal()
        wrong_type(node, name, expected, f"write {value} without quotes" if is_quoted else None)
        return None
    return value


def _in_range(node: Node, name: str, value: float, low: float, high: float | None) -> bool:
    if value < low or (high is not None and value > high):
        wanted = f"at least {low}" if high is None else f"between {low} and {high}"
        add(node, "out-of-range", f"{name} must be {wanted}, not {value}", name)
        return False
    return True


def elements(node: Node, name: str, kind: str) -> list[Node]:
    """The objects of a field that holds an array of them; [] when it is absent. An empty array is reported."""
    value = node.value.get(name, ABSENT)
    if value is ABSENT:
        return []
    if not isinstance(value, list):
        wrong_type(node, name, "an array")
        return []
    pointer = below(node.pointer, name)
    if not value:
        # The text is AWS's own, recorded for the Branches of a Parallel state.
        add(node, "empty", "Value cannot be empty", name)
    found = []
    for number, element in enumerate(value):
        place = below(pointer, number)
        if isinstance(element, dict):
            found.append(Node(node.report, element, place, kind, node.language))
        else:
            report(node.report, "wrong-type", place, f"{kind} must be an object, not {kind_of(element)}")
    return found


def member(node: Node, name: str, kind: str) -> Node | None:
    """The object that a field holds."""
    value: JSON | Absent = node.value.get(name, ABSENT)
    if value is ABSENT:
        return None
    if not isinstance(value, dict):
        wrong_type(node, name, "an object")
        return None
    return Node(node.report, value, below(node.pointer, name), kind, node.language)
