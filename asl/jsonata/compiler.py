"""Turns the tree of an expression into Python functions, one within the other.

Each node becomes a function of (context, scope, run). What is common gets a function of its own that does no more than
it must: fields of a variable, arithmetic with constants, objects with constant keys, calls of built-in functions that
nothing shadows.

A sequence is collapsed where its expression ends. Levels of nesting are counted while compiling; only where the bound
is near is code used that counts while it runs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from asl.jsonata import codes, functions, operators
from asl.jsonata.call_rules import CallRules
from asl.jsonata.calls import ODD_LISTS
from asl.jsonata.errors import JsonataError
from asl.jsonata.functions.native import Native
from asl.jsonata.functions.objects import to_boolean
from asl.jsonata.grouping import grouped
from asl.jsonata.path_rules import PathRules, field_of, field_test, is_constant
from asl.jsonata.rules import Place, is_followed
from asl.jsonata.runtime import NUMBER_BYTES, Code, Run, Scope
from asl.jsonata.scopes import Frame, bound_names
from asl.jsonata.syntax import Node
from asl.jsonata.values import UNDEFINED, Constructed, Outer, Value

CONSTANTS: Final = frozenset({"string", "number", "value"})
SINGLES: Final = CONSTANTS | {"object", "array", "negation"}
"""Expressions that are one item of an array constructor."""
GIVE_SEQUENCES: Final = frozenset({"name", "wildcard", "descendant", "apply"})
"""Expressions that may give a sequence; a path collapses its own."""


class Program:
    """A compiled expression: its `code`, and how many levels deep that goes by itself."""

    def __init__(self, tree: Node, *, later: bool, shadowed: frozenset[str]) -> None:
        """`shadowed`: the built-in functions whose names the bindings use for something else."""
        natives = functions.BUILT_IN | functions.LATER if later else functions.BUILT_IN
        compiler = _Compiler(tree, natives, shadowed, later)
        self._tree = tree
        self._compiler = compiler
        self.code, self.depth = compiler.top(tree, counting=False)
        self._counted: Code | None = None
        self.static_names = compiler.static_names
        """The built-in functions that are called without looking whether a variable has their name."""

    def counted(self) -> Code:
        """The same, compiled to count its levels: for when it goes deeper than is allowed."""
        if self._counted is None:
            self._counted, _ = self._compiler.top(self._tree, counting=True)
        return self._counted


class _Compiler(PathRules, CallRules):
    def __init__(self, tree: Node, natives: dict[str, Native], shadowed: frozenset[str], later: bool) -> None:
        super().__init__(tree, natives, shadowed, later)
        self._rules: dict[str, Callable[[Node, Place], Code]] = {
            "string": self._constant,
            "number": self._constant,
            "value": self._constant,
            "name": self._name,
            "variable": self._variable,
            "wildcard": self._wildcard,
            "descendant": self._descendant,
            "parent": self._parent,
            "path": self._path,
            "binary": self._binary,
            "negation": self._negation,
            "array": self._array,
            "object": self._object,
            "block": self._block,
            "bind": self._bind,
            "condition": self._condition,
            "call": self._call,
            "partial": self._partial,
            "lambda": self._lambda,
            "apply": self._apply,
            "transform": self._transform,
            "regex": self._regex,
        }

    def top(self, tree: Node, *, counting: bool) -> tuple[Code, int]:
        self._deepest = 0
        return self.code(tree, Place(Frame(), 1, counting)), self._deepest

    def code(self, node: Node, place: Place) -> Code:
        """The code of a node with all that follows it; its results are collapsed."""
        self._reach(place.level)
        code = self._rules[node.kind](node, place)
        if is_followed(node):
            for stage in node.predicates:
                code = codes.filtered(code, self._filter(stage, place))
            if node.group is not None and node.kind != "path":
                code = self._grouped(code, node.group, place)
            code = codes.keeping(code) if node.keep_array else codes.collapsing(code)
        elif node.kind in GIVE_SEQUENCES:
            code = codes.collapsing(code)
        return codes.counted(code, place.level) if place.counting else code

    # Leaves.

    def _constant(self, node: Node, place: Place) -> Code:
        value = node.value
        return lambda input, scope, run: value

    def _name(self, node: Node, place: Place) -> Code:
        name = node.value
        return lambda input, scope, run: operators.looked_up(input, name)

    def _wildcard(self, node: Node, place: Place) -> Code:
        def code(input: Value, scope: Scope, run: Run) -> Value:
            found = operators.members(input[0] if isinstance(input, Outer) and input else input)
            run.spend(len(found))
            return found

        return code

    def _descendant(self, node: Node, place: Place) -> Code:
        def code(input: Value, scope: Scope, run: Run) -> Value:
            if input is UNDEFINED:
                return UNDEFINED
            return operators.descendants(input, run)

        return code

    def _regex(self, node: Node, place: Place) -> Code:
        from asl.jsonata.regex_function import matcher

        literal = node.value
        position = node.position
        return lambda input, scope, run: matcher(literal, position, run)

    # Variables.

    def _variable(self, node: Node, place: Place) -> Code:
        if node.value == "":
            return lambda input, scope, run: input[0] if isinstance(input, Outer) else input
        return self._reading(node.value, place)

    def _parent(self, node: Node, place: Place) -> Code:
        assert node.slot is not None
        return self._reading(node.slot.label, place)

    def _bind(self, node: Node, place: Place) -> Code:
        assert node.left is not None
        name = node.left.value
        value = self._part(node.right, place)

        def code(input: Value, scope: Scope, run: Run) -> Value:
            scope[name] = result = value(input, scope, run)
            return result

        return code

    # Blocks and conditions.

    def _block(self, node: Node, place: Place) -> Code:
        names = bound_names(node.items)
        frame = Frame(place.frame, names) if names else place.frame
        parts: list[Code] = []
        for item in node.items:
            parts.append(self.code(item, place.within(frame).below()))
            if item.kind == "bind" and item.left is not None:
                frame = frame.holding(item.left.value)
        if not parts:
            return lambda input, scope, run: UNDEFINED
        *first, last = parts
        if names:

            def framed(input: Value, scope: Scope, run: Run) -> Value:
                inner: Scope = {None: scope}
                for each in first:
                    each(input, inner, run)
                return last(input, inner, run)

            return framed
        if not first:
            return last

        def code(input: Value, scope: Scope, run: Run) -> Value:
            for each in first:
                each(input, scope, run)
            return last(input, scope, run)

        return code

    def _condition(self, node: Node, place: Place) -> Code:
        test, then, *rest = (self._part(item, place) for item in node.items)
        otherwise = rest[0] if rest else None
        function = not self._later

        def code(input: Value, scope: Scope, run: Run) -> Value:
            answer = test(input, scope, run)
            if answer is not True and (answer is False or not to_boolean(answer, function=function)):
                return otherwise(input, scope, run) if otherwise is not None else UNDEFINED
            return then(input, scope, run)

        return code

    # Operators.

    def _binary(self, node: Node, place: Place) -> Code:
        if node.value == "&" and not place.counting:
            return self._concatenation(node, place)
        left, right = self._part(node.left, place), self._part(node.right, place)
        name, position = node.value, node.position
        if name in ("and", "or"):
            return codes.boolean(name, left, right, position, not self._later)
        if name in operators.ARITHMETIC:
            return self._arithmetic(node, left, right, place)
        if name in operators.COMPARISONS or name in ("=", "!="):
            return self._comparison(node, left, right, place)
        if name == "in":
            return codes.inclusion(left, right)
        if name == "&":
            return codes.concatenation([left, right], [position], self._natives["string"].do)
        return codes.interval(left, right, position)

    def _concatenation(self, node: Node, place: Place) -> Code:
        """`a & b & c`, which is `(a & b) & c`: the text is put together once."""
        parts, positions = [], []
        while True:
            assert node.left is not None
            parts.append(self._part(node.right, place))
            positions.append(node.position)
            node, place = node.left, place.below()
            self._reach(place.level)
            if node.kind != "binary" or node.value != "&" or is_followed(node):
                break
        parts.append(self.code(node, place))
        return codes.concatenation(parts[::-1], positions[::-1], self._natives["string"].do)

    def _arithmetic(self, node: Node, left: Code, right: Code, place: Place) -> Code:
        assert node.left is not None
        assert node.right is not None
        name = node.value
        if not place.counting and is_constant(node.right, "number"):
            return codes.arithmetic_with_constant(name, left, right, node.right.value, node.position)
        general = codes.arithmetic(name, left, right, node.position)
        first, second = field_of(node.left, place), field_of(node.right, place)
        if first is None or second is None or first.variable != second.variable:
            return general
        return codes.field_arithmetic(name, first.variable, first.name, second.name, general)

    def _comparison(self, node: Node, left: Code, right: Code, place: Place) -> Code:
        name = node.value
        general = (
            codes.comparison(name, left, right, node.position)
            if name in operators.COMPARISONS
            else codes.equality(name, left, right)
        )
        test = field_test(node, place)
        return general if test is None else codes.field_comparison(test, general)

    def _negation(self, node: Node, place: Place) -> Code:
        operand = self._part(node.left, place)
        position = node.position

        def code(input: Value, scope: Scope, run: Run) -> Value:
            try:
                return operators.negated(operand(input, scope, run))
            except JsonataError as error:
                raise (
                    codes.at(error, position, "-") if error.code == "D1002" and error.position is None else error
                ) from None

        return code

    # Constructors.

    def _array(self, node: Node, place: Place) -> Code:
        parts = [(self._part(item, place), item.kind == "array") for item in node.items]
        constructs = node.constructs
        if not constructs and all(item.kind in SINGLES for item in node.items):
            singles = [code for code, _ in parts]

            def simple(input: Value, scope: Scope, run: Run) -> Value:
                return [value for code in singles if (value := code(input, scope, run)) is not UNDEFINED]

            return simple

        def code(input: Value, scope: Scope, run: Run) -> Value:
            result: list[Value] = Constructed() if constructs else []
            for part, whole in parts:
                value = part(input, scope, run)
                if value is UNDEFINED:
                    continue
                if isinstance(value, list) and not whole:
                    run.allocate(len(result) + len(value), NUMBER_BYTES)
                    run.spend(len(value))
                    result.extend(value)
                else:
                    result.append(value)
            if constructs:
                run.nested = True
            return result

        return code

    def _object(self, node: Node, place: Place) -> Code:
        pairs, position, framed = self._pairs(node.pairs, place), node.position, bool(self._beside)
        keys = [key.value for key, _ in node.pairs if key.kind == "string" and not key.predicates]
        if len(set(keys)) < len(pairs) or framed:
            return lambda input, scope, run: grouped(input, pairs, position, framed, scope, run)
        fields = [(key, value) for key, (_, value) in zip(keys, pairs, strict=True)]

        def code(input: Value, scope: Scope, run: Run) -> Value:
            if isinstance(input, list):
                return grouped(input, pairs, position, framed, scope, run)
            result = {}
            for key, part in fields:
                value = part(input, scope, run)
                if value is not UNDEFINED:
                    result[key] = value
                    if type(value) in ODD_LISTS:
                        run.nested = True
            return result

        return code
