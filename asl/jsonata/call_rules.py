"""Compiles functions and calls: lambdas, calls, partial applications, `~>` and the transform operator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from asl.jsonata import call_codes
from asl.jsonata.calls import HOLE, Body, Builtin, Callee, Lambda, TailCall, located, wrapped
from asl.jsonata.errors import JsonataError
from asl.jsonata.functions.native import Native
from asl.jsonata.rules import Place, Rules, is_followed, signature_of
from asl.jsonata.runtime import Code, Run, Scope
from asl.jsonata.scopes import Frame, bound_names
from asl.jsonata.sequences import SEQUENCES
from asl.jsonata.signature import Signature
from asl.jsonata.syntax import Node
from asl.jsonata.values import UNDEFINED, Function, Value, collapsed

NEVER_FUNCTIONS: Final = frozenset({"string", "number", "value", "binary", "object", "array", "negation"})
"""Expressions that give no function."""
INLINED: Final = frozenset({"map", "filter"})
"""Built-in functions whose loop is compiled with the lambda that they are given."""


class CallRules(Rules):
    def _lambda(self, node: Node, place: Place) -> Code:
        body = self._body(node, place)
        return lambda input, scope, run: Lambda(body, input, scope, run)

    def _body(self, node: Node, place: Place) -> Body:
        parameters = tuple(parameter.value for parameter in node.items)
        assert node.left is not None
        tree = node.left
        certain = frozenset(parameters)
        frame = Frame(place.frame, certain | bound_names([tree]), certain)

        def compiled(counting: bool) -> tuple[Code, int]:
            outer, self._deepest = self._deepest, 0
            code = self.code(tree, Place(frame, 1, counting))
            depth, self._deepest = self._deepest, outer
            return code, depth

        outer, self._tail_calls = self._tail_calls, False
        code, depth = compiled(place.counting)
        tail_calls, self._tail_calls = self._tail_calls, outer
        return Body(parameters, node.signature, code, depth, tail_calls, lambda: compiled(True)[0])

    def _arguments(self, nodes: list[Node], place: Place) -> list[Code]:
        """The arguments of a call: functions among them can only be called from then on."""
        made = [(node.kind, self.code(node, place)) for node in nodes]
        return [code if kind in NEVER_FUNCTIONS else _wrapping(code) for kind, code in made]

    def _static_native(self, node: Node) -> Native | None:
        """The built-in function that a call is certain to reach."""
        name = node.value
        if node.kind == "variable" and name in self._static and not (node.predicates or node.group):
            self.static_names.add(name)
            return self._natives[name]
        return None

    def _call(self, node: Node, place: Place) -> Code:
        assert node.left is not None
        return self._calling(node, place, None)

    def _calling(self, node: Node, place: Place, first: Code | None) -> Code:
        """A call; `first` gives the argument before the others, from the left of `~>`."""
        assert node.left is not None
        native = self._static_native(node.left)
        if native is not None:
            signature = signature_of(native.signature, self._later)
            given = len(node.items) + (first is not None)
            if not node.tail_call or given >= len(signature.parameters):
                return self._native_call(native, signature, node, place, first)
        if node.tail_call:
            return self._tail_call(node, place)
        procedure = self._part(node.left, place)
        arguments = self._arguments(node.items, place.below())
        missing = self._forgotten(node.left, place)
        call = _dynamic_call(procedure, arguments, missing, _token(node.left), node.position, place.level)
        if first is None:
            return lambda input, scope, run: call([], input, scope, run)
        return lambda input, scope, run: call([first(input, scope, run)], input, scope, run)

    def _native_call(self, native: Native, signature: Signature, node: Node, place: Place, first: Code | None) -> Code:
        inner = replace(place, level=1) if node.tail_call else place.below()
        self._reach(inner.level)
        raw = node.tail_call or is_followed(node)
        called = call_codes.NativeCall(native, signature, node.position, place.level, raw)
        if native.name in INLINED and not place.counting:
            rest = node.items[1:] if first is None else node.items
            body = self._inlined_body(rest, inner)
            if body is not None:
                array = self._arguments(node.items[:1], inner)[0] if first is None else first
                return call_codes.inlined_loop(called, array, body, not self._later)
        arguments = (
            self._arguments(node.items, inner)
            if signature.takes_functions()
            else [self.code(item, inner) for item in node.items]
        )
        return call_codes.native_call(called, arguments if first is None else [first, *arguments])

    def _inlined_body(self, rest: list[Node], place: Place) -> Body | None:
        """The body of the lambda that is the only argument beside the array, when it can run in place."""
        if len(rest) != 1 or rest[0].kind != "lambda" or is_followed(rest[0]):
            return None
        function = rest[0]
        names = {parameter.value for parameter in function.items}
        if function.signature is not None or not 1 <= len(function.items) <= 2 or len(names) < len(function.items):
            return None
        self._reach(place.level)
        body = self._body(function, place)
        return None if body.tail_calls else body

    def _tail_call(self, node: Node, place: Place) -> Code:
        assert node.left is not None
        self._tail_calls = True
        inner = replace(place, level=1)
        procedure = self.code(node.left, inner)
        arguments = [self.code(item, inner) for item in node.items]
        token = node.left.value if node.left.kind == "variable" else UNDEFINED
        position = node.left.position

        def code(input: Value, scope: Scope, run: Run) -> Value:
            function = procedure(input, scope, run)
            values = [each(input, scope, run) for each in arguments]
            if not isinstance(function, Function):
                raise JsonataError("T1006", position=position, token=token)
            return TailCall(function, values, position, token)

        return code

    def _forgotten(self, node: Node, place: Place) -> Code | None:
        """Reads the variable that may have been meant where a name is called, `sum(...)` for `$sum(...)`."""
        if node.kind != "path":
            return None
        return self._reading(str(node.items[0].value), place)

    def _partial(self, node: Node, place: Place) -> Code:
        assert node.left is not None
        procedure = self._part(node.left, place)
        parts: list[Code] = [
            (lambda input, scope, run: HOLE) if item.kind == "operator" else self._part(item, place)
            for item in node.items
        ]
        missing, token, position = self._forgotten(node.left, place), _token(node.left), node.position

        def code(input: Value, scope: Scope, run: Run) -> Value:
            arguments = [each(input, scope, run) for each in parts]
            function = procedure(input, scope, run)
            if function is UNDEFINED and missing is not None and missing(input, scope, run):
                raise JsonataError("T1007", position=position, token=token)
            if isinstance(function, Lambda | Builtin):
                return function.partial(arguments)
            if isinstance(function, Function):
                return _partial_of(function, arguments)
            raise JsonataError("T1008", position=position, token=token)

        return code

    def _apply(self, node: Node, place: Place) -> Code:
        assert node.left is not None
        assert node.right is not None
        left = self._part(node.left, place)
        if node.right.kind == "call":
            return self._calling(node.right, place, left)
        right = self._part(node.right, place)
        position, level = node.position, place.level

        def code(input: Value, scope: Scope, run: Run) -> Value:
            first = left(input, scope, run)
            function = right(input, scope, run)
            if not isinstance(function, Function):
                raise JsonataError("T2006", position=position, value=function)
            if isinstance(first, Function):
                inner = first
                return Callee(lambda arguments: function.call([inner.call(arguments[:1])]), 1)
            run.base += level
            result = function.call([first])
            run.base -= level
            return result

        return code

    def _transform(self, node: Node, place: Place) -> Code:
        from asl.jsonata.transforms import Transform

        inner = Place(place.frame, 1, place.counting)
        outer, self._deepest = self._deepest, 0
        pattern, update, *rest = (self.code(item, inner) for item in node.items)
        self._deepest = outer
        positions = [item.position for item in node.items]
        clone = self._reading("clone", place)
        transform = Transform(pattern, update, rest[0] if rest else None, clone, node.position, positions)
        signature = signature_of("<(oa):o>", self._later)

        def code(input: Value, scope: Scope, run: Run) -> Value:
            native = Native("", "<(oa):o>", lambda value=UNDEFINED: transform(value, input, scope, run), 1, False)
            return Builtin(native, signature, run)

        return code


def _wrapping(code: Code) -> Code:
    def wrap(input: Value, scope: Scope, run: Run) -> Value:
        value = code(input, scope, run)
        return wrapped(value) if isinstance(value, Callee) else value

    return wrap


def _token(node: Node) -> Any:
    """How an error names the function that was called."""
    value = node.items[0].value if node.kind == "path" else node.value
    return UNDEFINED if value is None else value


def _dynamic_call(
    procedure: Code, parts: list[Code], forgotten: Code | None, token: Any, position: int, level: int
) -> Callable[[list[Value], Value, Scope, Run], Value]:
    """The call of whatever `procedure` gives, with the given arguments before those of `parts`."""

    def call(given: list[Value], input: Value, scope: Scope, run: Run) -> Value:
        function = procedure(input, scope, run)
        if function is UNDEFINED and forgotten is not None and forgotten(input, scope, run):
            raise JsonataError("T1005", position=position, token=token)
        arguments = given + [each(input, scope, run) for each in parts]
        if not isinstance(function, Function):
            raise JsonataError("T1006", position=position, token=token)
        run.base += level
        try:
            result = function.apply(arguments, input)
        except JsonataError as error:
            raise located(error, function, position, token) from None
        run.base -= level
        return result if type(result) not in SEQUENCES else collapsed(result)

    return call


def _partial_of(function: Function, arguments: list[Value]) -> Function:
    def call(rest: list[Value]) -> Value:
        given = iter(rest)
        return function.call([next(given, UNDEFINED) if value is HOLE else value for value in arguments])

    return Callee(call, sum(value is HOLE for value in arguments))
