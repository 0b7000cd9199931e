"""What the rules of Choice states read of abstract values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from asl.jsonata.syntax import Node
from asl.model import And, Comparison, Condition, Not, Or
from asl.testing.exploration import paths
from asl.testing.exploration.expressions import Reader, tree_of
from asl.testing.exploration.shapes import OPAQUE, Kind, Shape, Value
from asl.testing.exploration.wanted import compare, may_be_empty, may_be_missing, vary, want

_OPERANDS: Final[dict[str, Kind]] = {
    "String": "string",
    "Numeric": "number",
    "Boolean": "boolean",
    "Timestamp": "timestamp",
}
_TYPE_TESTS: Final[dict[str, Kind]] = {
    "IsNull": "null",
    "IsString": "string",
    "IsNumeric": "number",
    "IsBoolean": "boolean",
    "IsTimestamp": "timestamp",
}


# -- JSONata ---------------------------------------------------------------------------------------------------------


def condition(text: str, variables: Mapping[str, Value]) -> None:
    """Notes what a condition in JSONata reads."""
    tree = tree_of(text)
    if tree is not None:
        reader = Reader(variables)
        reader.truth(tree, OPAQUE)
        _note_differing(tree, reader)


def _note_differing(node: Node, reader: Reader) -> None:
    """Notes which values a condition compares with each other: it is there for those that differ, too."""
    left, right = node.left, node.right
    match node.kind, node.value:
        case "block", _:
            for each in node.items[-1:]:
                _note_differing(each, reader)
        case "binary", "and" | "or" if left is not None and right is not None:
            _note_differing(left, reader)
            _note_differing(right, reader)
        case "binary", "=" | "!=" if left is not None and right is not None:
            one, other = reader.value(left, OPAQUE), reader.value(right, OPAQUE)
            if isinstance(one, Shape) and isinstance(other, Shape):
                vary(one)


# -- JSONPath --------------------------------------------------------------------------------------------------------


def comparison(rule: Condition, data: Value, scope: paths.Scope, *, is_open: bool) -> None:
    """Notes what a rule in JSONPath reads, and what it compares that with.

    `is_open`: what follows when the rule does not hold is provided for.
    """
    match rule:
        case And(rules) | Or(rules):
            for each in rules:
                comparison(each, data, scope, is_open=is_open)
        case Not(inner):
            comparison(inner, data, scope, is_open=True)
        case Comparison(variable, operator, operand):
            if operator == "IsPresent":
                _asked_for(variable, data, scope)
                return
            tested = paths.at_path(variable, data, scope)
            if operator in _TYPE_TESTS:
                want(tested, _TYPE_TESTS[operator])
                if operator != "IsNull":
                    want(tested, "null")
            elif operator == "StringMatches":
                want(tested, "string")
                compare(tested, operand.replace("\\*", "\0").replace("*", "").replace("\0", "*"), is_open=is_open)
            else:
                prefix, kind = next(each for each in _OPERANDS.items() if operator.startswith(each[0]))
                want(tested, kind)
                if operator.endswith("Path"):
                    want(paths.at_path(operand, data, scope), kind)
                    if is_open:
                        vary(tested)
                else:
                    ordered = prefix in ("Numeric", "Timestamp") and operator != f"{prefix}Equals"
                    compare(tested, operand, is_open=is_open, ordered=ordered)


def compared(rule: Condition | bool | str) -> frozenset[str]:
    """The paths of what a rule of a Choice state compares with something."""
    match rule:
        case And(rules) | Or(rules):
            return frozenset().union(*map(compared, rules))
        case Not(inner):
            return compared(inner)
        case Comparison(variable, operator, _) if operator != "IsPresent":
            return frozenset((variable,))
        case _:
            return frozenset()


def _asked_for(variable: str, data: Value, scope: paths.Scope) -> None:
    """Notes that a rule asks whether a value is there."""
    if variable.endswith("]") and variable.rpartition("[")[2][:-1].isdigit():
        may_be_empty(paths.at_path(variable.rpartition("[")[0], data, scope))
    else:
        may_be_missing(paths.at_path(variable, data, scope))
