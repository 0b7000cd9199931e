"""The compiled forms of variables, fields, operators and calls of built-in functions: what the compiler puts together.

They are written for speed: the common case first, without a further call; everything else goes to `operators`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from asl.jsonata import operators
from asl.jsonata.calls import ODD_LISTS, Body, Lambda
from asl.jsonata.errors import JsonataError
from asl.jsonata.functions.native import Native
from asl.jsonata.functions.objects import to_boolean
from asl.jsonata.runtime import NUMBER_BYTES, Code, Run, Scope
from asl.jsonata.sequences import SEQUENCES, Filter, Step, field_step, joined
from asl.jsonata.signature import Signature
from asl.jsonata.values import (
    EXACT,
    UNDEFINED,
    Constructed,
    Kept,
    Sequence,
    Tuples,
    Value,
    collapsed,
    number,
)

NUMBERS: Final = frozenset({int, float})
SIZED: Final = frozenset({str, list, Sequence})


def at(error: JsonataError, position: int, token: str) -> JsonataError:
    """`error`, said to be at an operator."""
    error.position = position
    error.token = token
    return error


# What follows the value of an expression.


def collapsing(code: Code) -> Code:
    def collapse(input: Value, scope: Scope, run: Run) -> Value:
        value = code(input, scope, run)
        return collapsed(value) if type(value) in SEQUENCES else value

    return collapse


def keeping(code: Code) -> Code:
    """For `[]`: a sequence stays an array."""

    def keep(input: Value, scope: Scope, run: Run) -> Value:
        value = code(input, scope, run)
        if isinstance(value, Sequence) and not isinstance(value, Tuples):
            return Kept(value) if value else UNDEFINED
        return value

    return keep


def counted(code: Code, level: int) -> Code:
    """Checks at run time how deep it is nested."""

    def count(input: Value, scope: Scope, run: Run) -> Value:
        if run.base + level > run.limits.depth:
            raise JsonataError("U1001")
        return code(input, scope, run)

    return count


# Variables.


def local_variable(name: str, hops: int) -> Code:
    """A variable that is for certain in the scope `hops` steps out."""

    def near(input: Value, scope: Scope, run: Run) -> Value:
        value = scope[name]
        return value if type(value) is not Sequence else collapsed(value)

    def far(input: Value, scope: Scope, run: Run) -> Value:
        for _ in range(hops):
            scope = scope[None]
        value = scope[name]
        return value if type(value) is not Sequence else collapsed(value)

    return near if hops == 0 else far


def searched_variable(name: str, found: list[int], otherwise: Callable[[Run], Value]) -> Code:
    """A variable that may be in each of the scopes as many steps out as `found` says, nearest first."""
    strides = [after - before for before, after in zip([0, *found], found, strict=False)]

    def search(input: Value, scope: Scope, run: Run) -> Value:
        for stride in strides:
            for _ in range(stride):
                scope = scope[None]
            if name in scope:
                value = scope[name]
                return value if type(value) is not Sequence else collapsed(value)
        return otherwise(run)

    return search


# Fields.


def field(name: str) -> Code:
    """A field of the context."""
    several = path_fields((name,), False)

    def read(input: Value, scope: Scope, run: Run) -> Value:
        if type(input) is dict:
            value = input.get(name, UNDEFINED)
            return value if type(value) not in SEQUENCES else several([input], scope, run)
        return several(input, scope, run) if isinstance(input, list) else UNDEFINED

    return read


def variable_fields(variable: str, hops: int, names: tuple[str, ...]) -> Code:
    """A field of a field ... of a variable that is in the scope `hops` steps out or undefined."""
    rests = [path_fields(names[index:], False) for index in range(len(names))]

    def read(input: Value, scope: Scope, run: Run) -> Value:
        for _ in range(hops):
            scope = scope[None]
        first = value = scope.get(variable, UNDEFINED)
        for index, name in enumerate(names):
            if type(value) is not dict:
                if not isinstance(value, list):
                    return UNDEFINED
                return rests[index](value if type(value) is list else joined([value], False), scope, run)
            value = value.get(name, UNDEFINED)
        return value if type(value) not in SEQUENCES else rests[0]([first], scope, run)

    return read


def path(steps: list[Step], iterates: bool) -> Code:
    """A path of any steps. `iterates`: it begins with the items of an array, not with the array as one value."""

    def walk(input: Value, scope: Scope, run: Run) -> Value:
        items: list[Value] = input if iterates and isinstance(input, list) else Sequence((input,))
        for step in steps:
            items = step(items, scope, run)
            if not items:
                break
        return items

    return walk


def kept(code: Code) -> Code:
    """A path with `[]` in it."""

    def keep(input: Value, scope: Scope, run: Run) -> Value:
        items = code(input, scope, run)
        return kept_items(items) if isinstance(items, list) else items

    return keep


def path_from_fields(
    variable: str, hops: int, names: tuple[str, ...], filters: list[Filter], steps: list[Step], general: Code
) -> Code:
    """A path that begins with fields of a variable, perhaps with predicates on the last, and goes on in `steps`.

    `general` does it all, where there are arrays on the way. The result may be a sequence.
    """

    def read(input: Value, scope: Scope, run: Run) -> Value:
        outer = scope
        for _ in range(hops):
            outer = outer[None]
        value = outer.get(variable, UNDEFINED)
        for name in names:
            if type(value) is not dict:
                return UNDEFINED if value is UNDEFINED else general(input, scope, run)
            value = value.get(name, UNDEFINED)
        if type(value) in SEQUENCES:
            return general(input, scope, run)
        for passes in filters:
            value = passes(value, scope, run)
        if value is UNDEFINED:
            return UNDEFINED
        items = value if operators.is_flat(value) else Sequence((value,))
        if type(items) is list and len(items) <= 1 and steps:
            items = Sequence(items)
        for step in steps:
            if not items:
                break
            items = step(items, scope, run)
        return items

    return read


def path_fields(names: tuple[str, ...], keeps: bool) -> Code:
    """A field of a field ... of the context, or of each value in it when it is an array."""
    steps = [field_step(name, index == len(names) - 1) for index, name in enumerate(names)]

    def read(input: Value, scope: Scope, run: Run) -> Value:
        items = input if isinstance(input, list) else [input]
        for step in steps:
            items = step(items, scope, run)
            if not items:
                break
        return collapsed(kept_items(items) if keeps else items)

    return read


def kept_items(items: list[Value]) -> list[Value]:
    """The results of a path with `[]`."""
    if isinstance(items, Constructed):
        return Kept([items])
    return Kept(items) if isinstance(items, Sequence) else items


# Operators.


def boolean(name: str, left: Code, right: Code, position: int, function: bool) -> Code:
    """`and` and `or`. `function`: what a function counts as."""
    stop = name == "or"

    def code(input: Value, scope: Scope, run: Run) -> Value:
        first = left(input, scope, run)
        try:
            if (first if first is True or first is False else to_boolean(first, function=function)) is stop:
                return stop
            second = right(input, scope, run)
            return second if second is True or second is False else to_boolean(second, function=function)
        except JsonataError as error:
            raise at(error, position, name) from None

    return code


def arithmetic(name: str, left: Code, right: Code, position: int) -> Code:
    operate = operators.ARITHMETIC[name]

    def code(input: Value, scope: Scope, run: Run) -> Value:
        first = left(input, scope, run)
        second = right(input, scope, run)
        if type(first) in NUMBERS and type(second) in NUMBERS and -EXACT < first < EXACT and -EXACT < second < EXACT:
            result = operate(first, second)
            return result if type(result) is int and -EXACT < result < EXACT else number(result)
        try:
            return operators.arithmetic(name, first, second)
        except JsonataError as error:
            raise at(error, position, name) from None

    return code


def comparison(name: str, left: Code, right: Code, position: int) -> Code:
    operate = operators.COMPARISONS[name]

    def code(input: Value, scope: Scope, run: Run) -> Value:
        first = left(input, scope, run)
        second = right(input, scope, run)
        if type(first) in NUMBERS and type(second) in NUMBERS:
            return operate(first, second)
        try:
            return operators.compared(name, first, second)
        except JsonataError as error:
            raise at(error, position, name) from None

    return code


def field_comparison(name: str, field_name: str, constant: float, general: Code) -> Code:
    """A field of the context compared with a number; `general` does the same for anything."""
    operate = operators.COMPARISONS[name]

    def code(input: Value, scope: Scope, run: Run) -> Value:
        if type(input) is dict:
            value = input.get(field_name)
            if type(value) in NUMBERS:
                return operate(value, constant)
        return general(input, scope, run)

    return code


def field_equality(name: str, field_name: str, constant: str, general: Code) -> Code:
    """A field of the context compared with a text; `general` does the same for anything."""
    wanted = name == "="

    def code(input: Value, scope: Scope, run: Run) -> Value:
        if type(input) is dict:
            value = input.get(field_name)
            if type(value) is str:
                return (value == constant) is wanted
        return general(input, scope, run)

    return code


def equality(name: str, left: Code, right: Code) -> Code:
    wanted = name == "="

    def code(input: Value, scope: Scope, run: Run) -> Value:
        first = left(input, scope, run)
        second = right(input, scope, run)
        if type(first) is str and type(second) is str:
            return (first == second) is wanted
        if first is UNDEFINED or second is UNDEFINED:
            return False
        return operators.equal(first, second, run) is wanted

    return code


def inclusion(left: Code, right: Code) -> Code:
    return lambda input, scope, run: operators.included(left(input, scope, run), right(input, scope, run))


def concatenation(left: Code, right: Code, position: int, to_text: Callable[[Value], str]) -> Code:
    def code(input: Value, scope: Scope, run: Run) -> Value:
        first = left(input, scope, run)
        second = right(input, scope, run)
        if type(first) is str and type(second) is str and len(first) + len(second) <= run.limits.memory:
            return first + second
        try:
            return operators.concatenated(first, second, run, to_text)
        except JsonataError as error:
            raise at(error, position, "&") from None

    return code


def interval(left: Code, right: Code, position: int) -> Code:
    """`a..b`."""

    def code(input: Value, scope: Scope, run: Run) -> Value:
        first = left(input, scope, run)
        second = right(input, scope, run)
        try:
            return operators.range_of(first, second, run)
        except JsonataError as error:
            raise at(error, position, "..") from None

    return code


# Built-in functions that a call reaches for certain.


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
        if type(result) in SIZED:
            run.allocate(len(result), 1 if type(result) is str else NUMBER_BYTES)
        return result if self.raw or type(result) is not Sequence else collapsed(result)

    def located(self, error: JsonataError) -> JsonataError:
        error.position = self.position
        if error.token is None:
            error.token = self.name
        return error


def native_call(called: NativeCall, codes: list[Code]) -> Code:
    """The call with the values of `codes` as arguments."""
    if len(codes) == 1 and not called.depth and not called.needs_run:
        return _call_of_one(called, codes[0])

    def code(input: Value, scope: Scope, run: Run) -> Value:
        return called.call([each(input, scope, run) for each in codes], input, run)

    return code


def _call_of_one(called: NativeCall, argument: Code) -> Code:
    do, raw, as_it_is = called.do, called.raw, called.signature.as_it_is

    def code(input: Value, scope: Scope, run: Run) -> Value:
        value = argument(input, scope, run)
        if type(value) not in as_it_is:
            return called.call([value], input, run)
        try:
            result = do(value)
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
