"""Reads the states, by type."""

from collections.abc import Callable
from typing import Final

from asl.limits import CAUSE_LENGTH, ERROR_LENGTH
from asl.model import Branch, Choice, Fail, Map, Parallel, Pass, QueryLanguage, State, Succeed, Task, Wait
from asl.parse.choice import choice_rules, is_rfc3339
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
from asl.parse.paths import checker
from asl.parse.recovery import catchers, retriers
from asl.parse.report import (
    SECONDS,
    Node,
    Report,
    add,
    elements,
    integer,
    is_expression,
    kind_of,
    member,
    number,
    one_of,
    report,
    text,
    wrong_type,
)
from asl.parse.resources import is_activity, resource
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
    elif value == "JSONata" and node.language == "JSONPath":
        add(node, "not-yet", "the query language JSONata is not supported yet", "QueryLanguage")
        return "JSONata"
    return node.language


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


def _path(node: Node, name: str) -> str | None:
    """A path such as InputPath: "$" when it is absent, None when it is null."""
    value = checker(node.language).nullable_path(node, name)
    return "$" if value is ABSENT else value


def _result_path(node: Node) -> str | None:
    value = checker(node.language).result_path(node, "ResultPath")
    return "$" if value is ABSENT else value


def _optional_path(node: Node, name: str) -> str | None:
    value = checker(node.language).path(node, name)
    return None if value is ABSENT else value


def _template(node: Node, name: str) -> JSON | Absent:
    return checker(node.language).template(node, name)


def _timestamp(node: Node) -> str | None:
    value = text(node, "Timestamp")
    if value is not None and not is_rfc3339(value) and not (node.language == "JSONata" and is_expression(value)):
        hint = "write it as 2026-01-31T12:00:00Z"
        add(node, "bad-timestamp", "String does not match RFC3339 timestamp", "Timestamp", hint)
    return value


# -- by type ---------------------------------------------------------------------------------------------------------


def _pass(node: Node, name: str, branch: BranchReader) -> Pass:
    return Pass(
        name,
        node.pointer,
        _onward(node),
        node.value.get("Result", ABSENT),
        _template(node, "Parameters"),
        _path(node, "InputPath"),
        _result_path(node),
        _path(node, "OutputPath"),
        node.language,
    )


def _task(node: Node, name: str, branch: BranchReader) -> Task:
    require(node, "Resource")
    target = resource(node)
    exclusive(node, "TimeoutSeconds", "TimeoutSecondsPath")
    exclusive(node, "HeartbeatSeconds", "HeartbeatSecondsPath")
    timeout = integer(node, "TimeoutSeconds", 1, SECONDS)
    heartbeat = integer(node, "HeartbeatSeconds", 1, SECONDS)
    if timeout is not None and heartbeat is not None and heartbeat >= timeout:
        message = f"HeartbeatSeconds ({heartbeat}) must be smaller than TimeoutSeconds ({timeout})"
        add(node, "out-of-range", message, "HeartbeatSeconds")
    return Task(
        name,
        node.pointer,
        _onward(node),
        target or "",
        _template(node, "Parameters"),
        _path(node, "InputPath"),
        _template(node, "ResultSelector"),
        _result_path(node),
        _path(node, "OutputPath"),
        timeout,
        _optional_path(node, "TimeoutSecondsPath"),
        heartbeat,
        _optional_path(node, "HeartbeatSecondsPath"),
        _credentials(node, target),
        retriers(node),
        catchers(node),
        node.language,
    )


def _credentials(node: Node, target: str | None) -> JSON | Absent:
    credentials = member(node, "Credentials", "Credentials")
    if credentials is None:
        return ABSENT
    if target is not None and is_activity(target):
        add(node, "unknown-field", "Field 'Credentials' is not supported for activities", "Credentials", key=True)
    if "RoleArn" not in credentials.value and "RoleArn.$" not in credentials.value:
        hint = "Credentials hold a RoleArn, or a RoleArn.$ in JSONPath states"
        add(credentials, "missing-field", "The field 'RoleArn' is required but was missing", hint=hint)
    return _template(node, "Credentials")


def _wait(node: Node, name: str, branch: BranchReader) -> Wait:
    exactly_one(node, "Seconds", "SecondsPath", "Timestamp", "TimestampPath")
    return Wait(
        name,
        node.pointer,
        _onward(node),
        integer(node, "Seconds", 0, SECONDS),
        _optional_path(node, "SecondsPath"),
        _timestamp(node),
        _optional_path(node, "TimestampPath"),
        _path(node, "InputPath"),
        _path(node, "OutputPath"),
        node.language,
    )


def _succeed(node: Node, name: str, branch: BranchReader) -> Succeed:
    return Succeed(name, node.pointer, _path(node, "InputPath"), _path(node, "OutputPath"), node.language)


def _fail(node: Node, name: str, branch: BranchReader) -> Fail:
    exclusive(node, "Error", "ErrorPath")
    exclusive(node, "Cause", "CausePath")
    texts = {name: text(node, name, payload=True) for name in ("Error", "Cause")}
    for field, limit in (("Error", ERROR_LENGTH), ("Cause", CAUSE_LENGTH)):
        if len(texts[field] or "") > limit:
            add(node, "out-of-range", f"{field} must have at most {limit} characters", field)
    paths = {name: checker(node.language).text_or_call(node, name) for name in ("ErrorPath", "CausePath")}
    error_path, cause_path = (None if value is ABSENT else value for value in paths.values())
    return Fail(name, node.pointer, texts["Error"], error_path, texts["Cause"], cause_path, node.language)


def _choice(node: Node, name: str, branch: BranchReader) -> Choice:
    require(node, "Choices")
    return Choice(
        name,
        node.pointer,
        choice_rules(node),
        text(node, "Default"),
        _path(node, "InputPath"),
        _path(node, "OutputPath"),
        node.language,
    )


def _parallel(node: Node, name: str, branch: BranchReader) -> Parallel:
    require(node, "Branches")
    return Parallel(
        name,
        node.pointer,
        _onward(node),
        tuple(branch(inner) for inner in elements(node, "Branches", "a branch")),
        _template(node, "Parameters"),
        _path(node, "InputPath"),
        _template(node, "ResultSelector"),
        _result_path(node),
        _path(node, "OutputPath"),
        retriers(node),
        catchers(node),
        node.language,
    )


def _map(node: Node, name: str, branch: BranchReader) -> Map:
    exactly_one(node, "ItemProcessor", "Iterator")
    exclusive(node, "ItemSelector", "Parameters")
    exclusive(node, "MaxConcurrency", "MaxConcurrencyPath")
    _check_tolerance(node)
    processors = [member(node, field, f"an {field}") for field in ("ItemProcessor", "Iterator")]
    processor = next((found for found in processors if found is not None), None)
    _check_mode(node, processor)
    selector = _template(node, "ItemSelector")
    items_path = checker(node.language).path(node, "ItemsPath")
    return Map(
        name,
        node.pointer,
        _onward(node),
        Branch("", {}) if processor is None else branch(processor),
        _template(node, "Parameters") if selector is ABSENT else selector,
        "$" if items_path is ABSENT else items_path,
        integer(node, "MaxConcurrency", 0) or 0,
        _optional_path(node, "MaxConcurrencyPath"),
        _path(node, "InputPath"),
        _template(node, "ResultSelector"),
        _result_path(node),
        _path(node, "OutputPath"),
        retriers(node),
        catchers(node),
        node.language,
    )


def _check_tolerance(node: Node) -> None:
    """An inline Map may have these fields: AWS takes them and ignores them."""
    for field, most in (("ToleratedFailureCount", None), ("ToleratedFailurePercentage", 100)):
        exclusive(node, field, f"{field}Path")
        number(node, field, 0, most)
        checker(node.language).path(node, f"{field}Path")


def _check_mode(node: Node, processor: Node | None) -> None:
    config = None if processor is None else member(processor, "ProcessorConfig", "a ProcessorConfig")
    if config is not None:
        check_fields(config, PROCESSOR_CONFIG_FIELDS)
        one_of(config, "ExecutionType", ("STANDARD", "EXPRESS"))
        if one_of(config, "Mode", ("INLINE", "DISTRIBUTED")) == "DISTRIBUTED":
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
