"""Reads the states, by type."""

from collections.abc import Callable
from typing import Final

from asl.limits import CAUSE_LENGTH, ERROR_LENGTH, SECONDS
from asl.model import Branch, Choice, Fail, Map, Parallel, Pass, QueryLanguage, State, Succeed, Task, Wait
from asl.parse import expressions, paths
from asl.parse.choice import choice_rules, is_rfc3339
from asl.parse.distributed import item_batcher, item_reader, tolerated_failures
from asl.parse.expressions import expression_hint, is_marked, items, whole_number
from asl.parse.fields import (
    DISTRIBUTED_FIELDS,
    MACHINE_FIELDS,
    PROCESSOR_CONFIG_FIELDS,
    STATE_FIELDS,
    check_fields,
    exactly_one,
    exclusive,
    require,
)
from asl.parse.io import optional_path, state_io, template
from asl.parse.recovery import catchers, retriers
from asl.parse.report import (
    Node,
    Report,
    add,
    elements,
    kind_of,
    member,
    one_of,
    report,
    text,
    wrong_type,
)
from asl.parse.resources import is_activity, resource
from asl.payload.jsonata_io import is_expression
from asl.values import ABSENT, JSON, Absent

BranchReader = Callable[[Node], Branch]
"""Reads a scope: handed down, as scopes hold states and states hold scopes."""


def state(
    to: Report, name: str, pointer: str, value: JSON, language: QueryLanguage, branch: BranchReader
) -> State | None:
    """The state of a name; None, and findings, when it is not even an object of a known type."""
    if not isinstance(value, dict):
        hint = f"{name} is a field of the state machine: move it out of States" if name in MACHINE_FIELDS else None
        report(to, "wrong-type", pointer, f"the state '{name}' must be an object, not {kind_of(value)}", hint, key=True)
        return None
    node = Node(to, value, pointer, "a state", language)
    kind = value.get("Type")
    if not isinstance(kind, str) or kind not in STATE_FIELDS:
        if require(node, "Type"):
            one_of(node, "Type", tuple(STATE_FIELDS))
        return None
    own = _query_language(node)
    node = Node(to, value, pointer, f"{'an' if kind[0] in 'AEIOU' else 'a'} {kind} state", own)
    check_fields(node, STATE_FIELDS[kind])
    text(node, "Comment", payload=True)
    return _READERS[kind](node, name, branch)


def _query_language(node: Node) -> QueryLanguage:
    """The language of a state: its own, else the machine's, which `node` brings along."""
    value = one_of(node, "QueryLanguage", ("JSONPath", "JSONata"))
    if value == "JSONPath" and node.language == "JSONata":
        message = "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine"
        add(
            node,
            "query-language",
            message,
            "QueryLanguage",
            "set JSONata on the states that use it, not on the machine",
        )
    return "JSONata" if value == "JSONata" else node.language


# -- fields that several types have ----------------------------------------------------------------------------------


def _onward(node: Node) -> str | None:
    """The Next of a state, None where it ends. Reports when there is not exactly one of Next and End."""
    end = node.value.get("End", ABSENT)
    if end is not ABSENT and not isinstance(end, bool):
        wrong_type(node, "End", "true or false")
        return None
    if end is True and "Next" in node.value:
        add(node, "exclusive-fields", "Next and End exclude each other", "End", "remove one of the two", key=True)
    elif end is not True and "Next" not in node.value:
        add(node, "missing-field", f'{node.kind} needs Next, or "End": true', hint="say where it goes on")
    return text(node, "Next")


def _timestamp(node: Node) -> str | None:
    value = _text(node, "Timestamp")
    is_written = not (node.language == "JSONata" and is_marked(value))
    if value is not None and is_written and not is_rfc3339(value):
        meant = expression_hint(value) if node.language == "JSONata" else None
        hint = meant or "write it as 2026-01-31T12:00:00Z"
        add(node, "bad-timestamp", "String does not match RFC3339 timestamp", "Timestamp", hint)
    return value


def _text(node: Node, name: str, payload: bool = False) -> str | None:
    """A text that may be an expression."""
    if node.language == "JSONata" and is_expression(node.value.get(name)):
        payload = True  # a placeholder in an expression may stand in one of its texts
    value = text(node, name, payload)
    if value is not None and node.language == "JSONata":
        expressions.template(node, name)
    return value


# -- by type ---------------------------------------------------------------------------------------------------------


def _pass(node: Node, name: str, branch: BranchReader) -> Pass:
    return Pass(name, node.pointer, _onward(node), state_io(node), node.value.get("Result", ABSENT))


def _task(node: Node, name: str, branch: BranchReader) -> Task:
    require(node, "Resource")
    target = resource(node)
    exclusive(node, "TimeoutSeconds", "TimeoutSecondsPath")
    exclusive(node, "HeartbeatSeconds", "HeartbeatSecondsPath")
    timeout = whole_number(node, "TimeoutSeconds", 1, SECONDS)
    heartbeat = whole_number(node, "HeartbeatSeconds", 1, SECONDS)
    if isinstance(timeout, int) and isinstance(heartbeat, int) and heartbeat >= timeout:
        message = f"HeartbeatSeconds ({heartbeat}) must be smaller than TimeoutSeconds ({timeout})"
        add(node, "out-of-range", message, "HeartbeatSeconds")
    return Task(
        name,
        node.pointer,
        _onward(node),
        target or "",
        state_io(node),
        timeout,
        optional_path(node, "TimeoutSecondsPath"),
        heartbeat,
        optional_path(node, "HeartbeatSecondsPath"),
        _credentials(node, target),
        retriers(node),
        catchers(node),
    )


def _credentials(node: Node, target: str | None) -> JSON | Absent:
    credentials = member(node, "Credentials", "Credentials")
    if credentials is None:
        return ABSENT
    if target is not None and is_activity(target):
        add(node, "unknown-field", "Field 'Credentials' is not supported for activities", "Credentials", key=True)
    names = ("RoleArn", "RoleArn.$") if node.language == "JSONPath" else ("RoleArn",)
    if not any(name in credentials.value for name in names):
        hint = f"Credentials hold a {' or a '.join(names)}"
        add(credentials, "missing-field", "The field 'RoleArn' is required but was missing", hint=hint)
    return template(node, "Credentials")


def _wait(node: Node, name: str, branch: BranchReader) -> Wait:
    exactly_one(node, "Seconds", "SecondsPath", "Timestamp", "TimestampPath")
    return Wait(
        name,
        node.pointer,
        _onward(node),
        whole_number(node, "Seconds", 0, SECONDS),
        optional_path(node, "SecondsPath"),
        _timestamp(node),
        optional_path(node, "TimestampPath"),
        state_io(node),
    )


def _succeed(node: Node, name: str, branch: BranchReader) -> Succeed:
    return Succeed(name, node.pointer, state_io(node))


def _fail(node: Node, name: str, branch: BranchReader) -> Fail:
    exclusive(node, "Error", "ErrorPath")
    exclusive(node, "Cause", "CausePath")
    texts = {name: _text(node, name, payload=True) for name in ("Error", "Cause")}
    for field, limit in (("Error", ERROR_LENGTH), ("Cause", CAUSE_LENGTH)):
        value = texts[field] or ""
        if len(value) > limit and not (node.language == "JSONata" and is_expression(value)):
            add(node, "out-of-range", f"{field} must have at most {limit} characters", field)
    return Fail(
        name,
        node.pointer,
        texts["Error"],
        _text_or_call(node, "ErrorPath"),
        texts["Cause"],
        _text_or_call(node, "CausePath"),
        state_io(node),
    )


def _text_or_call(node: Node, name: str) -> str | None:
    value = ABSENT if node.language == "JSONata" else paths.text_or_call(node, name)
    return None if value is ABSENT else value


def _choice(node: Node, name: str, branch: BranchReader) -> Choice:
    require(node, "Choices")
    io = state_io(node)
    return Choice(name, node.pointer, choice_rules(node, io), text(node, "Default"), io)


def _parallel(node: Node, name: str, branch: BranchReader) -> Parallel:
    require(node, "Branches")
    return Parallel(
        name,
        node.pointer,
        _onward(node),
        tuple(branch(inner) for inner in elements(node, "Branches", "a branch")),
        state_io(node),
        retriers(node),
        catchers(node),
    )


def _map(node: Node, name: str, branch: BranchReader) -> Map:
    exactly_one(node, "ItemProcessor", "Iterator")
    exclusive(node, "ItemSelector", "Parameters")
    exclusive(node, "MaxConcurrency", "MaxConcurrencyPath")
    count, percentage = tolerated_failures(node)
    processors = [member(node, field, f"an {field}") for field in ("ItemProcessor", "Iterator")]
    processor = next((found for found in processors if found is not None), None)
    _check_mode(node, processor)
    selector = template(node, "ItemSelector")
    if selector is ABSENT and node.language == "JSONPath":
        selector = template(node, "Parameters")
    return Map(
        name,
        node.pointer,
        _onward(node),
        Branch("", {}) if processor is None else branch(processor),
        selector,
        optional_path(node, "ItemsPath") or "$",
        items(node) if node.language == "JSONata" else ABSENT,
        whole_number(node, "MaxConcurrency", 0) or 0,
        optional_path(node, "MaxConcurrencyPath"),
        state_io(node),
        retriers(node),
        catchers(node),
        item_reader(node),
        item_batcher(node),
        count,
        optional_path(node, "ToleratedFailureCountPath"),
        percentage,
        optional_path(node, "ToleratedFailurePercentagePath"),
    )


def _check_mode(node: Node, processor: Node | None) -> None:
    config = None if processor is None else member(processor, "ProcessorConfig", "a ProcessorConfig")
    if config is not None:
        check_fields(config, PROCESSOR_CONFIG_FIELDS)
        one_of(config, "ExecutionType", ("STANDARD", "EXPRESS"))
        if one_of(config, "Mode", ("INLINE", "DISTRIBUTED")) == "DISTRIBUTED":
            if node.report.distributed:
                return
            add(config, "not-yet", "Distributed Map (Mode DISTRIBUTED) is not supported yet", "Mode")
            return
    for field in DISTRIBUTED_FIELDS:
        if field in node.value:
            hint = f"{field} belongs to Mode DISTRIBUTED, which this Map does not have"
            add(node, "not-yet", f"Distributed Map ({field}) is not supported yet", field, hint, key=True)


_READERS: Final[dict[str, Callable[[Node, str, BranchReader], State]]] = {
    "Task": _task,
    "Wait": _wait,
    "Pass": _pass,
    "Succeed": _succeed,
    "Fail": _fail,
    "Choice": _choice,
    "Parallel": _parallel,
    "Map": _map,
}
