"""Reads the rules of Choice states."""

import re
from collections.abc import Container
from typing import Final

from asl import timestamps
from asl.findings import did_you_mean
from asl.model import IO, And, ChoiceRule, Comparison, Condition, Not, Or
from asl.parse import expressions
from asl.parse.fields import COMPARISONS, CONDITION_FIELDS, RULE_FIELDS, check_fields, require
from asl.parse.io import rule_io
from asl.parse.paths import check_path
from asl.parse.report import Node, add, elements, kind_of, member, text, unfilled, wrong_type
from asl.source_text import below

_SECONDS: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
_NOTHING: Final = And(())


def choice_rules(node: Node, state: IO) -> tuple[ChoiceRule, ...]:
    """The rules of a Choice state, whose own `IO` is given; those that are wrong are reported."""
    rules = []
    for rule in elements(node, "Choices", "a choice rule"):
        check_fields(rule, RULE_FIELDS)
        require(rule, "Next")
        target = text(rule, "Next")
        condition: Condition | str | bool
        if rule.language == "JSONata":
            require(rule, "Condition")
            condition = expressions.condition(rule)
        else:
            condition = _condition(rule, RULE_FIELDS)
        rules.append(ChoiceRule(condition, target or "", rule_io(rule, state)))
    return tuple(rules)


def is_rfc3339(value: str) -> bool:
    """Whether a text is a timestamp as definitions must write it."""
    # unrecorded: that AWS wants the seconds too, as RFC 3339, which its message names, does
    return bool(_SECONDS.match(value)) and timestamps.parse(value) is not None


def _nested(node: Node) -> Condition:
    check_fields(node, CONDITION_FIELDS)
    return _condition(node, CONDITION_FIELDS)


def _condition(node: Node, fields: Container[str]) -> Condition:
    combinators = [name for name in node.value if name in ("And", "Or", "Not")]
    operators = [name for name in node.value if name in COMPARISONS]
    for extra in (combinators + operators)[1:]:
        first = (combinators + operators)[0]
        hint = "a rule has exactly one operator: combine several with And or Or"
        add(node, "exclusive-fields", f"{first} and {extra} exclude each other", extra, hint, key=True)
    if combinators:
        if "Variable" in node.value:
            hint = "the Variable belongs to the rules within"
            add(
                node,
                "exclusive-fields",
                f"Variable and {combinators[0]} exclude each other",
                "Variable",
                hint,
                key=True,
            )
        return _combination(node, combinators[0])
    if not operators:
        if not any(name not in fields and did_you_mean(name, COMPARISONS) for name in node.value):
            hint = "a rule has a Variable with an operator such as StringEquals, or And, Or, Not"
            add(node, "missing-field", "the rule has no comparison", hint=hint)
        return _NOTHING
    operator = operators[0]
    variable = text(node, "Variable") if require(node, "Variable") else None
    if variable is not None:
        check_path(node.report, below(node.pointer, "Variable"), variable, "Variable")
    _check_operand(node, operator)
    return Comparison(variable or "$", operator, node.value[operator])


def _combination(node: Node, name: str) -> Condition:
    if name == "Not":
        inner = member(node, "Not", "a condition")
        return _NOTHING if inner is None else Not(_nested(inner))
    rules = tuple(_nested(element) for element in elements(node, name, "a condition"))
    return And(rules) if name == "And" else Or(rules)


def _check_operand(node: Node, operator: str) -> None:
    value = node.value[operator]
    pointer = below(node.pointer, operator)
    match COMPARISONS[operator]:
        case "flag" | "boolean":
            if not isinstance(value, bool):
                wrong_type(node, operator, "true or false")
        case "numeric":
            if isinstance(value, bool) or not isinstance(value, int | float):
                hint = f"{operator.replace('Numeric', 'String')} compares strings" if isinstance(value, str) else None
                wrong_type(node, operator, "a number", hint)
        case "path":
            if isinstance(value, str):
                check_path(node.report, pointer, value, operator)
            else:
                wrong_type(node, operator, "a path (a string)", f"to compare with a value, use {operator[:-4]}")
        case "timestamp":
            if not isinstance(value, str):
                wrong_type(node, operator, "a timestamp (a string)")
            elif not is_rfc3339(value) and not unfilled(node.report, pointer, value, operator):
                hint = "write it as 2026-01-31T12:00:00Z"
                add(node, "bad-timestamp", "String does not match RFC3339 timestamp", operator, hint)
        case _:
            if not isinstance(value, str):
                add(
                    node,
                    "wrong-type",
                    f"{operator} must be a string, not {kind_of(value)}",
                    operator,
                    _other_operator(operator, value),
                )


def _other_operator(operator: str, value: object) -> str | None:
    match value:
        case bool():
            return "BooleanEquals compares booleans" if operator == "StringEquals" else None
        case int() | float() if operator != "StringMatches":
            return f"{operator.replace('String', 'Numeric')} compares numbers"
        case None:
            return "IsNull tests for null"
    return None
