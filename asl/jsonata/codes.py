"""The compiled forms of variables, fields, operators and calls of built-in functions: what the compiler puts together.

They are written for speed: the common case first, without a further call; everything else goes to `operators`.
"""

from __future__ import annotations

from collections.abc import Callable

from asl.jsonata import operators
from asl.jsonata.errors import JsonataError
from asl.jsonata.functions.objects import to_boolean
from asl.jsonata.operators import NUMBERS
from asl.jsonata.runtime import Code, Run, Scope
from asl.jsonata.sequences import SEQUENCES, Filter
from asl.jsonata.values import (
    EXACT,
    UNDEFINED,
    Kept,
    Sequence,
    Tuples,
    Value,
    collapsed,
    number,
)


def at(error: JsonataError, position: int, token: str) -> JsonataError:
    """`error`, said to be at an operator."""
    error.position = position
    error.token = token
    return error


# What follows the value of an expression.


def collapsing(code: Code) -> Code:
    def collapse(input: Value, scope: Scope, run: Run) -> Value:
        value = code(input, scope, run)
        kind = type(value)
        if kind is Sequence and value:
            return value if len(value) > 1 else value[0]
        return collapsed(value) if kind in SEQUENCES else value

    return collapse


def keeping(code: Code) -> Code:
    """For `[]`: a sequence stays an array."""

    def keep(input: Value, scope: Scope, run: Run) -> Value:
        value = code(input, scope, run)
        if isinstance(value, Sequence) and not isinstance(value, Tuples):
            return Kept(value) if value else UNDEFINED
        return value

    return keep


def filtered(code: Code, passes: Filter) -> Code:
    """A predicate."""
    return lambda input, scope, run: passes(code(input, scope, run), scope, run)


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


def arithmetic_with_constant(name: str, left: Code, right: Code, constant: float, position: int) -> Code:
    """As `arithmetic`, where `right` always gives `constant`."""
    if not -EXACT < constant < EXACT:
        return arithmetic(name, left, right, position)
    operate = operators.ARITHMETIC[name]

    def code(input: Value, scope: Scope, run: Run) -> Value:
        first = left(input, scope, run)
        if type(first) in NUMBERS and -EXACT < first < EXACT:
            result = operate(first, constant)
            return result if type(result) is int and -EXACT < result < EXACT else number(result)
        try:
            return operators.arithmetic(name, first, constant)
        except JsonataError as error:
            raise at(error, position, name) from None

    return code


def field_arithmetic(name: str, variable: str | None, left: str, right: str, general: Code) -> Code:
    """Two fields of the same object: of the context, or of a variable of the nearest scope.

    `general` does the same for anything.
    """
    operate = operators.ARITHMETIC[name]

    def code(input: Value, scope: Scope, run: Run) -> Value:
        item = input if variable is None else scope[variable]
        if type(item) is dict:
            first: Value = item.get(left)
            second: Value = item.get(right)
            if (
                type(first) in NUMBERS
                and type(second) in NUMBERS
                and -EXACT < first < EXACT
                and -EXACT < second < EXACT
            ):
                result = operate(first, second)
                if (type(result) is int and -EXACT < result < EXACT) or result % 1:
                    return result
                return number(result)
        return general(input, scope, run)

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


def field_comparison(test: operators.FieldTest, general: Code) -> Code:
    """`general` does the same for anything."""
    variable, name, operate, constant, kinds = test

    def code(input: Value, scope: Scope, run: Run) -> Value:
        item = input if variable is None else scope[variable]
        if type(item) is dict:
            value = item.get(name)
            if type(value) in kinds:
                return operate(value, constant)
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


def concatenation(parts: list[Code], positions: list[int], to_text: Callable[[Run, Value], str]) -> Code:
    """`a & b & c`. `positions`: those of the operators, one between any two parts."""
    first, *others = parts
    rest = list(zip(others, positions, strict=True))

    def code(input: Value, scope: Scope, run: Run) -> Value:
        text = first(input, scope, run)
        for part, position in rest:
            value = part(input, scope, run)
            try:
                if type(text) is not str:
                    text = operators.text_of(text, to_text, run)
                if type(value) is not str:
                    value = operators.text_of(value, to_text, run)
                text += value
                if len(text) > run.limits.memory:
                    raise JsonataError("U1003")
            except JsonataError as error:
                raise at(error, position, "&") from None
        return text

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
