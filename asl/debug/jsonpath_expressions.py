"""Paths and intrinsic functions as functions of a stop."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from asl import intrinsics, jsonpath
from asl.debug.paths import NotThere, listed, obstacle
from asl.debug.scope import Host, names, variable
from asl.errors import InputError
from asl.findings import did_you_mean
from asl.jsonpath import JSONPathError, PathNotFound
from asl.jsonpath.errors import FunctionFailed
from asl.jsonpath.parser import parse
from asl.payload import Evaluator
from asl.payload.jsonpath_io import split_variable
from asl.values import ABSENT, JSON, Absent

if TYPE_CHECKING:
    from asl.debug.stop import Stop

Look: TypeAlias = "Callable[[Stop], JSON]"
"""An expression as a function of the stop at which it is evaluated. Raises InputError, NotThere among them."""


def path(text: str) -> Look:
    """The value at a path of the data (`$...`), the context object (`$$...`) or a variable (`$name...`).

    Raises JSONPathError, its position counted in `text`.
    """
    if text == "$":
        return lambda stop: stop.value
    root, rest = ("$$", text[1:]) if text.startswith("$$") else _split(text)
    try:
        get = jsonpath.compile(rest).get
    except JSONPathError as error:
        raise JSONPathError(text, error.position + len(text) - len(rest), error.message) from None
    of_root = _root(root)

    def at_path(stop: Stop) -> JSON:
        value = of_root(stop)
        if value is ABSENT:
            raise NotThere(text, lambda: unassigned(stop, root[1:]))
        try:
            return get(value)
        except FunctionFailed as failed:
            raise InputError(f"{text}: {failed.detail}") from None
        except PathNotFound:
            raise NotThere(text, lambda: obstacle(parse(rest), value, root)) from None

    return at_path


def intrinsic(text: str) -> Look:
    """The call of an intrinsic function. Raises IntrinsicError and JSONPathError."""

    def argument(argument_text: str) -> Evaluator:
        look = path(argument_text)
        return lambda data, scope: look(data)

    call = intrinsics.compile(text, argument)

    def called(stop: Stop) -> JSON:
        try:
            return call(stop, Host(stop))
        except intrinsics.IntrinsicFailure as failure:
            raise InputError(f"{text}: {failure}") from None

    return called


def unassigned(stop: Stop, name: str) -> str:
    """That a variable has no value at a stop, and which have one."""
    from asl.jsonata import FUNCTION_NAMES

    if name in FUNCTION_NAMES:
        return f"${name} is a function: write ${name}(...)"
    known = [f"${each}" for each in names(stop)]
    hint = did_you_mean(f"${name}", known)
    if hint is None and not stop.scope.variables:
        return "no variable is assigned here"
    hint = hint or f"there are {listed(known)}"
    return f"the variable ${name} is not assigned here; {hint}"


def _split(text: str) -> tuple[str, str]:
    """What a path begins with, `$` or `$name`, and the path below it."""
    name, rest = split_variable(text)
    return "$" if name is None else f"${name}", rest


def _root(root: str) -> Callable[[Stop], JSON | Absent]:
    if root == "$":
        return lambda stop: stop.value
    if root == "$$":
        return lambda stop: stop.scope.context()
    name = root[1:]
    return lambda stop: variable(stop, name)
