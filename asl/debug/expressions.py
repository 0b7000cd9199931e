"""Expressions at a stop: what a person types to look at the data, or as the condition of a breakpoint.

Two languages are understood everywhere, told apart by how the text looks:

* JSONPath: a path of the data (`$.a[0]`), of the context object (`$$.Execution.Name`) or of a variable (`$name.a`), and
  the intrinsic functions (`States.Format(...)`)
* JSONata: all else, and what stands in `{% %}`; `$` is the stop's value there, `$$` the context object, and a name or a
  star in brackets (`$['a b']`) what it is in JSONPath

A path that leads nowhere in a state of the query language JSONata is tried as JSONata, which looks into arrays. In both
languages there are `$states.input`, `.result`, `.errorOutput` and `.context`, and `$error` where there is an error.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from asl import intrinsics
from asl.debug.jsonata_expressions import NotJsonataError, compile_jsonata
from asl.debug.jsonpath_expressions import Look, intrinsic, path
from asl.debug.paths import NotThere
from asl.errors import InputError
from asl.intrinsics import IntrinsicError
from asl.jsonpath import JSONPathError
from asl.model import QueryLanguage
from asl.payload.jsonata_io import is_expression
from asl.values import JSON

if TYPE_CHECKING:
    from asl.debug.stop import Stop
    from asl.machine import Machine

__all__ = ["Look", "NotThere", "compile", "evaluate", "holds", "language_of"]


def evaluate(text: str, stop: Stop) -> JSON:
    """The value of an expression at a stop; it shares the stop's data.

    Raises NotThere where the expression has no value, other InputErrors for what is none or fails.
    """
    return compile(text, language_of(stop.run.machine, stop.state.pointer))(stop)


def holds(text: str, stop: Stop) -> bool:
    """Whether a condition is true at a stop: its value is not false, null or an empty array.

    It does not hold where it has no value. Raises InputError for what is no expression, or fails.
    """
    try:
        value = evaluate(text, stop)
    except NotThere:
        return False
    return not (value is None or value is False or value == [])


@lru_cache(maxsize=1024)
def compile(text: str, language: QueryLanguage = "JSONPath") -> Look:
    """An expression in a state of that query language, as a function of the stop. Raises InputError."""
    text = text.strip()
    if not text:
        raise InputError("an expression is missing, such as $.order.total, $name, or $.total > 100")
    if is_expression(text):
        return compile_jsonata(text[2:-2].strip())
    if text.startswith("{%"):
        raise InputError(f"{text}: an expression that begins with {{% ends with %}}")
    try:
        if intrinsics.is_intrinsic(text):
            return intrinsic(text)
        if text.startswith("$"):
            return _path_or_jsonata(text, language)
    except IntrinsicError as error:
        if error.message.startswith("unexpected"):
            raise InputError(f"{error}; to compare it use JSONata, such as $count($.items) > 2") from None
        raise InputError(str(error)) from None
    except JSONPathError as error:
        raise InputError(str(error)) from None
    return compile_jsonata(text)


def language_of(machine: Machine, pointer: str) -> QueryLanguage:
    """The query language of the state at a JSON pointer."""
    document = machine.document
    languages = (document.value.get("QueryLanguage"), document.at(pointer).get("QueryLanguage"))
    return "JSONata" if "JSONata" in languages else "JSONPath"


def _path_or_jsonata(text: str, language: QueryLanguage) -> Look:
    """Raises JSONPathError or NotJsonataError, by which of the two languages understands more of the text."""
    try:
        at_path = path(text)
    except JSONPathError as no_path:
        try:
            return compile_jsonata(text)
        except NotJsonataError as no_jsonata:
            if no_jsonata.position > no_path.position:
                raise
            raise no_path from None
    if language == "JSONPath":
        return at_path
    try:
        mapped = compile_jsonata(text)
    except NotJsonataError:
        return at_path

    def value(stop: Stop) -> JSON:
        try:
            return at_path(stop)
        except NotThere:
            try:
                return mapped(stop)
            except InputError:
                pass
            raise

    return value
