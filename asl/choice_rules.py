"""The conditions of Choice rules, compiled to predicates: JSONPath's data-test expressions, and JSONata's.

A test of a value of another type than the operator's is false; a `Variable` that leads nowhere fails the execution,
except for `IsPresent` (Developer Guide, "Choice state").
"""

import operator
from collections.abc import Callable
from typing import Final, TypeAlias

from asl import timestamps
from asl.jsonpath import PathNotFound
from asl.model import And, Comparison, Condition, Not, Or
from asl.payload import Evaluator, Scope, jsonata_io
from asl.payload.jsonpath_io import path
from asl.values import JSON
from asl.wording import choice_variable_not_found

Predicate: TypeAlias = Callable[[JSON, Scope], bool]

_RELATIONS: Final[dict[str, Callable[[JSON, JSON], bool]]] = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "LessThanEquals": operator.le,
    "GreaterThan": operator.gt,
    "GreaterThanEquals": operator.ge,
}


def _number(value: JSON) -> JSON:
    return value if type(value) is int or type(value) is float else None


def _string(value: JSON) -> JSON:
    """A key that orders text as Java does, by UTF-16 code units."""
    if type(value) is not str:
        return None
    return value.encode("utf-16-be", "surrogatepass")


def _boolean(value: JSON) -> JSON:
    return value if type(value) is bool else None


def _timestamp(value: JSON) -> JSON:
    return timestamps.parse(value) if type(value) is str else None


_KINDS: Final[dict[str, Callable[[JSON], JSON]]] = {
    "String": _string,
    "Numeric": _number,
    "Boolean": _boolean,
    "Timestamp": _timestamp,
}

_TYPE_TESTS: Final[dict[str, Callable[[JSON], bool]]] = {
    "IsNull": lambda value: value is None,
    "IsBoolean": lambda value: type(value) is bool,
    "IsNumeric": lambda value: _number(value) is not None,
    "IsString": lambda value: type(value) is str,
    "IsTimestamp": lambda value: _timestamp(value) is not None,
}


def compile_condition(condition: Condition | str | bool, field: str = "Condition") -> Predicate:
    """The condition as a predicate of the state's input and scope. The predicate raises EvaluationError.

    `field` is where in its state the condition of a JSONata rule stands.
    """
    match condition:
        case str() | bool():
            return jsonata_io.of_type(condition, field, "boolean")
        case And(rules):
            tests = [compile_condition(rule) for rule in rules]
            return lambda data, scope: all(test(data, scope) for test in tests)
        case Or(rules):
            tests = [compile_condition(rule) for rule in rules]
            return lambda data, scope: any(test(data, scope) for test in tests)
        case Not(rule):
            negated = compile_condition(rule)
            return lambda data, scope: not negated(data, scope)
        case Comparison():
            return _comparison(condition)


def _comparison(test: Comparison) -> Predicate:
    name, operand = test.operator, test.value
    if name == "IsPresent":
        return _is_present(path(test.variable), operand)
    variable = _required(test.variable)
    if name in _TYPE_TESTS:
        of_type = _TYPE_TESTS[name]
        return lambda data, scope: of_type(variable(data, scope)) is operand
    if name == "StringMatches":
        matches = wildcard(operand)
        return lambda data, scope: type(value := variable(data, scope)) is str and matches(value)
    kind = next(kind for kind in _KINDS if name.startswith(kind))
    relation = _RELATIONS[name.removeprefix(kind).removesuffix("Path")]
    typed = _KINDS[kind]
    if name.endswith("Path"):
        other = _required(operand)

        def compares_with_path(data: JSON, scope: Scope) -> bool:
            left, right = typed(variable(data, scope)), typed(other(data, scope))
            return left is not None and right is not None and relation(left, right)

        return compares_with_path
    right = typed(operand)

    def compares(data: JSON, scope: Scope) -> bool:
        left = typed(variable(data, scope))
        return left is not None and relation(left, right)

    return compares


def _required(text: str) -> Evaluator:
    evaluate = path(text)

    def value(data: JSON, scope: Scope) -> JSON:
        try:
            return evaluate(data, scope)
        except PathNotFound:
            raise choice_variable_not_found(text) from None

    return value


def _is_present(evaluate: Evaluator, wanted: bool) -> Predicate:
    def present(data: JSON, scope: Scope) -> bool:
        try:
            evaluate(data, scope)
        except PathNotFound:
            return not wanted
        return wanted

    return present


def wildcard(pattern: str) -> Callable[[str], bool]:
    """A test for text that matches `pattern`, in which `*` stands for any text and `\\\\*` for an asterisk.

    Linear in the text for each literal part, so that no pattern can stall it.
    """
    parts = [""]
    escaped = False
    for char in pattern:
        if escaped:
            parts[-1] += char
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == "*":
            parts.append("")
        else:
            parts[-1] += char
    if len(parts) == 1:
        return parts[0].__eq__
    first, *middle, last = parts

    def matches(text: str) -> bool:
        if len(text) < len(first) + len(last) or not text.startswith(first) or not text.endswith(last):
            return False
        position, end = len(first), len(text) - len(last)
        for part in middle:
            found = text.find(part, position, end)
            if found < 0:
                return False
            position = found + len(part)
        return True

    return matches
