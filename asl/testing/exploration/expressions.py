"""What JSONata expressions read of abstract values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from asl.jsonata import JsonataError
from asl.jsonata.analysis import analyse
from asl.jsonata.parser import parse
from asl.jsonata.syntax import Node, Stage
from asl.payload.jsonata_io import is_expression
from asl.testing.exploration.functions import built_in
from asl.testing.exploration.shapes import (
    OPAQUE,
    Constant,
    Known,
    Listed,
    Opaque,
    Shape,
    Value,
    either,
    element,
    member,
)
from asl.testing.exploration.wanted import compare, may_be_missing, want
from asl.values import JSON

_ARITHMETIC: Final = frozenset("+-*/%")
_EQUALITY: Final = frozenset(("=", "!="))
_ORDER: Final = frozenset(("<", "<=", ">", ">="))


@dataclass(frozen=True, slots=True)
class _Lambda:
    """A function of an expression: its parameters, its body, and the variables that it sees."""

    parameters: list[str]
    body: Node
    variables: Mapping[str, Value | _Lambda]


def template(value: JSON, variables: Mapping[str, Value]) -> Value:
    """The value of a field that may hold expressions at any depth; `variables` holds `states` too."""
    if is_expression(value):
        return expression(value, variables)
    if isinstance(value, dict):
        return Known({name: template(inner, variables) for name, inner in value.items()})
    if isinstance(value, list):
        return Listed(tuple(template(each, variables) for each in value))
    return Constant(value)


def expression(text: str, variables: Mapping[str, Value]) -> Value:
    """The value of the expression between the marks of a text."""
    tree = tree_of(text)
    return OPAQUE if tree is None else Reader(variables).value(tree, OPAQUE)


def tree_of(text: str) -> Node | None:
    """The tree of the expression between the marks of a text; None for a wrong one, which no valid definition has."""
    try:
        return analyse(parse(text[2:-2].strip()))
    except JsonataError:
        return None


class Reader:
    """Evaluates a tree on abstract values. A block binds into its own copy of the variables."""

    def __init__(self, variables: Mapping[str, Value | _Lambda]) -> None:
        self.variables = dict(variables)

    def value(self, node: Node, item: Value) -> Value:
        """The value of a node, `item` being the context item."""
        found = self._value(node, item)
        for stage in node.predicates:
            found = self._staged(stage, found)
        return OPAQUE if node.group is not None and self._grouped(node, found) else found

    def _value(self, node: Node, item: Value) -> Value:
        match node.kind:
            case "path":
                return self._path(node, item)
            case "name":
                return member(item, node.value)
            case "variable":
                return self._variable(node.value, item)
            case "string" | "number" | "value":
                return Constant(node.value)
            case "binary":
                return self._binary(node, item)
            case "bind":
                return self._bind(node, item)
            case "block":
                inner = Reader(self.variables)
                values = [inner.value(each, item) for each in node.items]
                return values[-1] if values else OPAQUE
            case "condition":
                return self._condition(node, item)
            case "object":
                return self._object(node, item)
            case "array":
                return Listed(tuple(self.value(each, item) for each in node.items))
            case "call":
                return self._call(node, item)
            case "apply":
                return self._apply(node, item)
            case "lambda":
                return OPAQUE
            case "order":
                return self.value(node.left, item) if node.left is not None else OPAQUE
            case _:
                self._walk(node, item)
                return OPAQUE

    def _walk(self, node: Node, item: Value) -> None:
        for each in (node.left, node.right, *node.items):
            if each is not None:
                self.value(each, item)

    # -- parts -----------------------------------------------------------------------------------------------------

    def _path(self, node: Node, item: Value) -> Value:
        for step in node.items:
            item = self.value(step, item) if step.kind != "sort" else item
            for stage in step.stages:
                item = self._staged(stage, item)
            if step.group is not None and self._grouped(step, item):
                return OPAQUE
        return item

    def _staged(self, stage: Stage, value: Value) -> Value:
        """What a predicate leaves of a value: an element at an index, or those that a test holds for."""
        test = stage.expression
        if test is None:
            return value
        if test.kind == "number":
            return element(value, int(test.value))
        tested = element(value)
        self.truth(test, tested)
        return tested

    def _grouped(self, node: Node, item: Value) -> bool:
        for key, value in node.group.pairs if node.group is not None else ():
            self.value(key, item)
            self.value(value, item)
        return True

    def _variable(self, name: str, item: Value) -> Value:
        if name == "":
            return item
        found = self.variables.get(name, OPAQUE)
        return OPAQUE if isinstance(found, _Lambda) else found

    def _bind(self, node: Node, item: Value) -> Value:
        name, given = node.left, node.right
        if name is None or given is None:
            return OPAQUE
        value = self.value(given, item)
        self.variables[name.value] = self._function(given) or value
        return value

    def _object(self, node: Node, item: Value) -> Value:
        fields: dict[str, Value] = {}
        for key, value in node.pairs:
            made = self.value(value, item)
            if key.kind == "string":
                fields[key.value] = made
            else:
                self.value(key, item)
        return Known(fields)

    def _binary(self, node: Node, item: Value) -> Value:
        operator = node.value
        if node.left is None or node.right is None:
            return OPAQUE
        if operator in ("and", "or"):
            self.truth(node.left, item)
            self.truth(node.right, item)
            return OPAQUE
        left, right = self.value(node.left, item), self.value(node.right, item)
        for one, other in ((left, right), (right, left)):
            if operator in _ARITHMETIC or (operator in _ORDER and isinstance(other, Opaque)):
                want(one, "number")
            elif operator in (_EQUALITY | _ORDER) and isinstance(other, Constant):
                compare(one, other.value, is_open=True, ordered=operator in _ORDER)
        if operator == "in":
            members = right.elements if isinstance(right, Listed) else (right,)
            for each in members:
                if isinstance(each, Constant):
                    compare(left, each.value, is_open=True)
        return OPAQUE

    def _condition(self, node: Node, item: Value) -> Value:
        """`a ? b : c`; `a ? a : c` says what stands for an `a` that is missing."""
        asked = self.truth(node.items[0], item)
        values = [self.value(each, item) for each in node.items[1:]]
        if isinstance(asked, Shape) and values[0] is asked:
            may_be_missing(asked)
        return either(values)

    def truth(self, node: Node, item: Value) -> Value:
        """Notes what a condition reads."""
        read = self.value(node, item)
        if isinstance(read, Shape) and not read.fields and read.element is None:
            want(read, "truth")
        return read

    # -- functions -------------------------------------------------------------------------------------------------

    def _function(self, node: Node) -> _Lambda | None:
        """The function that a node is, where the expression itself defines it."""
        if node.kind == "lambda" and node.left is not None:
            return _Lambda([each.value for each in node.items], node.left, self.variables)
        if node.kind == "variable":
            found = self.variables.get(node.value)
            return found if isinstance(found, _Lambda) else None
        return None

    def _run(self, function: _Lambda, arguments: list[Value]) -> Value:
        if sum(name.startswith("$depth") for name in function.variables) > 2:  # a function that calls itself
            return OPAQUE
        deeper = f"$depth{len(function.variables)}"
        given = dict(zip(function.parameters, arguments, strict=False))
        return Reader({**function.variables, deeper: OPAQUE, **given}).value(function.body, OPAQUE)

    def _apply(self, node: Node, item: Value) -> Value:
        if node.left is None or node.right is None:
            return OPAQUE
        first = self.value(node.left, item)
        if node.right.kind == "call":
            return self._call(node.right, item, first)
        if (function := self._function(node.right)) is not None:
            return self._run(function, [first])
        if node.right.kind == "transform":
            return self._transformed(first, node.right)
        return built_in(str(node.right.value), [first], [None]) if node.right.kind == "variable" else OPAQUE

    def _transformed(self, value: Value, node: Node) -> Value:
        """What `value ~> | pattern | update |` gives."""
        want(value, "object")
        pattern, update, *_ = node.items
        changed = self.value(pattern, value)
        want(changed, "object")
        want(self.value(update, changed), "object")
        return value

    def _call(self, node: Node, item: Value, *first: Value) -> Value:
        called = node.left
        assert called is not None, "a call has a function"
        functions = [None] * len(first) + [self._callable(each) for each in node.items]
        arguments = [*first, *(self.value(each, item) for each in node.items)]
        if (own := self._function(called)) is not None:
            return self._run(own, arguments)
        if called.kind != "variable":
            return OPAQUE
        return built_in(called.value, arguments, functions)

    def _callable(self, node: Node) -> Callable[[list[Value]], Value] | None:
        function = self._function(node)
        return None if function is None else partial(self._run, function)
