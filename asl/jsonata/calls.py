"""Functions at work: lambdas, built-in functions, partial applications, and the calls that end a lambda."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from asl.jsonata.errors import JsonataError
from asl.jsonata.functions.native import Native
from asl.jsonata.runtime import Code, Run, Scope
from asl.jsonata.signature import Signature
from asl.jsonata.values import UNDEFINED, Constructed, Function, Kept, Outer, Sequence, Value

ODD_LISTS: Final = frozenset({Sequence, Kept, Outer, Constructed})
"""Arrays that are not to be given out as they are."""

CALL_STEPS: Final = 10
"""What a call of a lambda counts, in steps over an item."""


class Body:
    """What a lambda does: compiled, how many levels deep it goes without calling others, and whether it may give a
    TailCall.

    `counted` is the same, compiled to count its levels: it takes over where the bound is near.
    """

    __slots__ = ("_compile_counted", "_counted", "code", "depth", "parameters", "signature", "tail_calls")

    def __init__(
        self,
        parameters: tuple[str, ...],
        signature: Signature | None,
        code: Code,
        depth: int,
        tail_calls: bool,
        compile_counted: Callable[[], Code],
    ) -> None:
        self.parameters = parameters
        self.signature = signature
        self.code = code
        self.depth = depth
        self.tail_calls = tail_calls
        self._compile_counted = compile_counted
        self._counted: Code | None = None

    def counted(self) -> Code:
        if self._counted is None:
            self._counted = self._compile_counted()
        return self._counted


class TailCall:
    """A call that is the last thing a lambda does. Its caller makes it instead, so that the stack does not grow."""

    __slots__ = ("arguments", "function", "position", "token")

    def __init__(self, function: Function, arguments: list[Value], position: int, token: Any) -> None:
        self.function = function
        self.arguments = arguments
        self.position = position
        self.token = token


class Callee(Function):
    """A function as the language sees it, before it has been given to another as an argument."""

    __slots__ = ()


class Lambda(Callee):
    """A function of the expression, with the scope and the context it was made in."""

    __slots__ = ("body", "bound", "context", "parameters", "run", "scope", "signature")

    def __init__(self, body: Body, context: Value, scope: Scope, run: Run) -> None:
        self.body = body
        self.parameters = body.parameters
        self.signature = body.signature
        self.arity = len(body.parameters)
        self.context = context
        self.scope = scope
        self.run = run
        self.bound: dict[str, Value] | None = None

    def call(self, arguments: list[Value]) -> Value:
        return self.apply(arguments, None)

    def apply(self, arguments: list[Value], context: Value) -> Value:
        result = self.enter(arguments, context)
        while type(result) is TailCall:
            result = _continued(result, context)
        if type(result) in ODD_LISTS:
            self.run.nested = True
        return result

    def enter(self, arguments: list[Value], context: Value) -> Value:
        """The result of the body, which may be a TailCall."""
        run = self.run
        run.steps -= CALL_STEPS
        if run.steps < 0:
            raise JsonataError("U1002")
        if self.signature is not None:
            arguments = self.signature.arrange(arguments, context)
        parameters = self.parameters
        scope: Scope = dict(zip(parameters, arguments, strict=False))
        for missing in parameters[len(arguments) :]:
            scope[missing] = UNDEFINED
        if self.bound is not None:
            scope.update(self.bound)
        scope[None] = self.scope
        body = self.body
        code = body.code if run.base + body.depth <= run.limits.depth else body.counted()
        return code(self.context, scope, run)

    def partial(self, arguments: list[Value]) -> Lambda:
        """This function with all arguments given but those that are HOLE."""
        result = Lambda(self.body, self.context, self.scope, self.run)
        padded = arguments + [UNDEFINED] * (len(self.parameters) - len(arguments))
        given = dict(zip(self.parameters, padded, strict=False))
        result.parameters = tuple(name for name, value in given.items() if value is HOLE)
        result.arity = len(result.parameters)
        result.signature = None
        result.bound = {**(self.bound or {}), **{name: value for name, value in given.items() if value is not HOLE}}
        return result


class _Hole:
    """The `?` of a partial application."""


HOLE: Final = _Hole()


class Builtin(Callee):
    """A built-in function as a value."""

    __slots__ = ("_given", "_native", "_run", "_signature")

    def __init__(self, native: Native, signature: Signature, run: Run, given: list[Value] | None = None) -> None:
        self._native = native
        self._signature = signature
        self._run = run
        self._given = given
        self.arity = native.arity if given is None else sum(value is HOLE for value in given)

    def call(self, arguments: list[Value]) -> Value:
        return self.apply(arguments, None)

    def apply(self, arguments: list[Value], context: Value) -> Value:
        if self._given is not None:
            rest = iter(arguments)
            arguments = [next(rest, UNDEFINED) if value is HOLE else value for value in self._given]
        arguments = self._signature.arrange(arguments, context)
        native = self._native
        result = native.do(self._run, *arguments) if native.run else native.do(*arguments)
        if type(result) in ODD_LISTS:
            self._run.nested = True
        return result

    def partial(self, arguments: list[Value]) -> Builtin:
        """This function with all arguments given but those that are HOLE."""
        if self._given is not None:
            rest = iter(arguments)
            arguments = [next(rest, UNDEFINED) if value is HOLE else value for value in self._given]
        return Builtin(self._native, self._signature, self._run, arguments)


def wrapped(value: Value) -> Value:
    """A function given as an argument can only be called from then on."""
    return Function(value.call, value.arity) if isinstance(value, Callee) else value


def _continued(tail: TailCall, context: Value) -> Value:
    function = tail.function
    try:
        if type(function) is Lambda:
            return function.enter(tail.arguments, context)
        return function.apply(tail.arguments, context)
    except JsonataError as error:
        raise located(error, function, tail.position, tail.token) from None


def located(error: JsonataError, function: Value, position: int, token: Any) -> JsonataError:
    """`error` with the place of the call that it came through: the outermost position counts, the innermost token."""
    if error.position is None or isinstance(function, Callee):
        error.position = position
    if error.token is None and token is not UNDEFINED:
        error.token = token
    return error
