"""The compiled forms of variables, fields, operators and calls of built-in functions: what the compiler puts together.

They are written for speed: the common case first, without a further call; everything else goes to `operators`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from asl.jsonata import operators
from asl.jsonata.errors import JsonataError
from asl.jsonata.functions.objects import to_boolean
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
