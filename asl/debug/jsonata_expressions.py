"""JSONata as a function of a stop."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from asl.debug.jsonpath_expressions import Look, path
from asl.debug.paths import NotThere, obstacle
from asl.debug.scope import SPECIAL, Host, variable
from asl.errors import InputError
from asl.jsonpath import JSONPathError
from asl.jsonpath.segments import Name
from asl.payload.jsonata_io import as_json
from asl.values import ABSENT, JSON
from asl.wording import EvaluationError

if TYPE_CHECKING:
    from asl.debug.stop import Stop
    from asl.jsonata import Expression, JsonataError

_CONTEXT: Final = "§"
"""The variable that stands for `$$`, a name that nobody gives: `$$` itself cannot be given to an expression."""

_TOKEN: Final = re.compile(
    r"""
    "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' | `[^`]*` | /\*.*?\*/      # these stay
  | (?P<context>\$\$(?!\w))
  | (?<=[\w$)\]}])\[(?:'(?P<single>[^'`\\]*)'|"(?P<double>[^"`\\]*)"|(?P<star>\*))\]
    """,
    re.VERBOSE | re.DOTALL,
)
_PATH: Final = re.compile(r"""(?<![\w$])\$\$?\w*(?:\.\w+|\[\d+\])*(?![\w(])""")
_OTHER_LANGUAGES: Final = {"==": "equal is written =", "&&": "write and", "||": "write or", "!$": "write $not(...)"}


class NotJsonataError(InputError):
    """A text is no expression. `position` counts its characters from 0."""

    def __init__(self, text: str, position: int, message: str) -> None:
        super().__init__(f"invalid expression {text} at character {position + 1}: {message}")
        self.position = position


def compile_jsonata(text: str) -> Look:
    """The expression `text`, without marks. Raises NotJsonataError."""
    from asl import jsonata

    prepared = _prepared(text)
    try:
        expression = jsonata.compile(prepared)
    except jsonata.JsonataError as error:
        at_end = error.token == "(end)"
        position = len(text) if at_end else error.start_in(prepared) or 0
        raise NotJsonataError(text, position, _message(error) + _hint(text, position)) from None
    read = {reference.name for reference in expression.references}

    def value(stop: Stop) -> JSON:
        try:
            found = expression.evaluate(stop.value, _bindings(stop, read), Host(stop))
            if found is jsonata.UNDEFINED:
                raise NotThere(text, lambda: _why_nothing(text, expression, stop))
            return as_json(found, text, "")
        except jsonata.JsonataError as error:
            position = error.start_in(prepared)
            where = "" if position is None else f" (at character {position + 1})"
            raise InputError(f"{text}: {_message(error)}{where}") from None
        except EvaluationError:
            raise InputError(f"{text}: gives a function, which is not JSON") from None
        except RecursionError:
            raise InputError(f"{text}: the value is nested too deeply") from None

    return value


def _prepared(text: str) -> str:
    """The text with what is JSONPath's written as JSONata writes it, each character where it was."""

    def replaced(found: re.Match[str]) -> str:
        name = found["single"] if found["double"] is None else found["double"]
        if name is not None:
            return f".`{name}` "
        if found["star"]:
            return "   "
        return f"${_CONTEXT}" if found["context"] else found[0]

    return _TOKEN.sub(replaced, text)


def _bindings(stop: Stop, read: set[str]) -> dict[str, Any]:
    """The variables that an expression reads, as far as they have a value."""
    variables = stop.scope.variables
    found = {name: variables[name] for name in read if name in variables}
    for name in SPECIAL:
        if name in read and (value := variable(stop, name)) is not ABSENT:
            found[name] = value
    if _CONTEXT in read:
        found[_CONTEXT] = stop.scope.context()
    return found


def _why_nothing(text: str, expression: Expression, stop: Stop) -> str:
    """Why an expression has no value: the first path in it that leads nowhere, as far as it can be told."""
    for found in _PATH.findall(_TOKEN.sub(lambda token: token[0] if token["context"] else " ", text)):
        if (reason := _missing(found, stop)) is not None:
            return reason
    for name, _ in expression.context_names:
        if name not in ("", "$") and not (isinstance(stop.value, dict) and name in stop.value):
            return obstacle((Name(name),), stop.value, "$")
    return "it has no value here"


def _missing(text: str, stop: Stop) -> str | None:
    from asl.jsonata import FUNCTION_NAMES

    try:
        path(text)(stop)
    except NotThere as nothing:
        return None if text[1:] in FUNCTION_NAMES else nothing.reason
    except JSONPathError:  # `$1` is a variable of JSONata alone
        pass
    return None


def _message(error: JsonataError) -> str:
    if error.code == "S0201" and error.token == "":
        return "$ cannot stand here"
    return error.message.replace(f"${_CONTEXT}", "$$")


def _hint(text: str, position: int) -> str:
    """How JSONata writes what is written as in another language at that position."""
    if text.startswith("not "):
        return "; write $not(...)"
    around = text[max(0, position - 1) : position + 2]
    return next((f"; {advice}" for sign, advice in _OTHER_LANGUAGES.items() if sign in around), "")
