"""The compiled forms of calls of built-in functions that nothing shadows."""

from __future__ import annotations

from typing import Final

from asl.jsonata.calls import ODD_LISTS, Body, Lambda
from asl.jsonata.errors import JsonataError
from asl.jsonata.functions.native import Native
from asl.jsonata.functions.objects import to_boolean
from asl.jsonata.runtime import NUMBER_BYTES, Code, Run, Scope
from asl.jsonata.signature import Signature
from asl.jsonata.values import UNDEFINED, Sequence, Value, collapsed

SIZED: Final = frozenset({str, list, Sequence})


class NativeCall:
    """A call of a built-in function at `position`. What it calls in turn is `level` levels deep.

    With `raw` its result may be a sequence; otherwise that is collapsed.
    """

    __slots__ = ("depth", "do", "name", "needs_run", "position", "raw", "signature")

    def __init__(self, native: Native, signature: Signature, position: int, level: int, raw: bool) -> None:
        self.do = native.do
        self.name = native.name
        self.needs_run = native.run
        self.signature = signature
        self.position = position
        self.depth = level if "f" in native.signature else 0
        self.raw = raw

    def call(self, arguments: list[Value], context: Value, run: Run) -> Value:
        run.base += self.depth
        try:
            arguments = self.signature.arrange(arguments, context)
            result = self.do(run, *arguments) if self.needs_run else self.do(*arguments)
        except JsonataError as error:
            raise self.located(error) from None
        run.base -= self.depth
        kind = type(result)
        if kind in SIZED and len(result) * (1 if kind is str else NUMBER_BYTES) > run.limits.memory:
            raise JsonataError("U1003")
        return result if self.raw or kind is not Sequence else collapsed(result)

    def located(self, error: JsonataError) -> JsonataError:
        error.position = self.position
        if error.token is None:
            error.token = self.name
        return error


def native_call(called: NativeCall, codes: list[Code]) -> Code:
    """The call with the values of `codes` as arguments."""
    if len(codes) == 1 and not called.depth and not called.needs_run:
        return _call_of_one(called, codes[0])

    call = called.call
    if len(codes) == 2:
        one, other = codes
        return lambda input, scope, run: call([one(input, scope, run), other(input, scope, run)], input, run)
    return lambda input, scope, run: call([each(input, scope, run) for each in codes], input, run)


def _call_of_one(called: NativeCall, argument: Code) -> Code:
    do, raw, plans = called.do, called.raw, called.signature.single

    def code(input: Value, scope: Scope, run: Run) -> Value:
        value = argument(input, scope, run)
        kind = type(value)
        if kind not in plans:
            return called.call([value], input, run)
        plan = plans[kind]
        try:
            result = do(value) if plan is None else do(*plan([value], input))
        except JsonataError as error:
            raise called.located(error) from None
        return result if raw or type(result) is not Sequence else collapsed(result)

    return code


def inlined_loop(called: NativeCall, array: Code, body: Body, function: bool) -> Code:
    """`$map` or `$filter` with a lambda of one or two parameters written in place: its body runs without further ado.

    `function`: what a function that it gives counts as.
    """
    filtering = called.name == "filter"
    one, *more = body.parameters
    other = more[0] if more else None
    code, depth = body.code, called.depth + body.depth

    def loop(input: Value, scope: Scope, run: Run) -> Value:
        value = array(input, scope, run)
        if value is UNDEFINED:
            return UNDEFINED
        items = value if isinstance(value, list) else [value]
        if run.base + depth > run.limits.depth:
            return called.call([items, Lambda(body, input, scope, run)], input, run)
        run.spend(len(items))
        run.base += called.depth
        try:
            results = over(items, input, scope, run)
        except JsonataError as error:
            raise called.located(error) from None
        run.base -= called.depth
        if filtering:
            kept = [item for item, result in zip(items, results, strict=True) if result is True or holds(result)]
        else:
            kept = [result for result in results if result is not UNDEFINED]
            if not ODD_LISTS.isdisjoint(map(type, kept)):
                run.nested = True
        return Sequence(kept) if called.raw or len(kept) > 1 else collapsed(Sequence(kept))

    def over(items: list[Value], input: Value, scope: Scope, run: Run) -> list[Value]:
        if other is None:
            return [code(input, {None: scope, one: item}, run) for item in items]
        return [code(input, {None: scope, one: item, other: index}, run) for index, item in enumerate(items)]

    def holds(result: Value) -> bool:
        return result is not False and to_boolean(result, function=function)

    return loop
