"""Checks of what JSONPath states hold: paths, reference paths, intrinsic calls and payload templates."""

import re
from collections.abc import Callable
from typing import Any, Final

from asl import intrinsics, jsonpath
from asl.parse.report import Node, Report, add, kind_of, report, unfilled, wrong_type
from asl.payload.jsonata_io import is_expression
from asl.payload.jsonpath_io import split_variable
from asl.source_text import below
from asl.values import ABSENT, JSON, Absent

_STRING_FUNCTIONS: Final = re.compile(
    r"States\.(?:ArrayGetItem|Base64Decode|Base64Encode|Format|Hash|JsonToString|UUID)\b"
)
_QUOTED_ARGUMENT: Final = re.compile(r"[(,]\s*'((?:[^'\\]|\\.)*)'", re.DOTALL)
_WRONG_ESCAPE: Final = re.compile(r"(?:[^\\]|\\['{}\\])*?(\\[^'{}\\])", re.DOTALL)


class _BadArgument(Exception):
    """A path that is an argument of an intrinsic call is wrong at `position`."""

    def __init__(self, path: str, error: jsonpath.JSONPathError) -> None:
        super().__init__(error.message)
        self.path, self.message = path, error.message
        self.position = error.position + _shift(path)


# -- fields ----------------------------------------------------------------------------------------------------------


def path(node: Node, name: str) -> str | Absent:
    """A field that selects."""
    if name not in node.value:
        return ABSENT
    value = node.value[name]
    if not isinstance(value, str):
        wrong_type(node, name, "a path (a string)")
        return ABSENT
    check_path(node.report, below(node.pointer, name), value, name)
    return value


def nullable_path(node: Node, name: str) -> str | Absent | None:
    """A field such as InputPath: a path, or null."""
    return None if node.value.get(name, ABSENT) is None else path(node, name)


def result_path(node: Node, name: str) -> str | Absent | None:
    """Where a result goes: a reference path, or null."""
    value = node.value.get(name, ABSENT)
    if value is None or value is ABSENT:
        return value
    if not isinstance(value, str):
        wrong_type(node, name, "a path (a string) or null")
        return ABSENT
    pointer = below(node.pointer, name)
    if value.startswith("$$"):
        add(node, "bad-path", f"{name} cannot write to the context object", name, "write to a path such as $.result")
    elif split_variable(value)[0] is not None:
        add(node, "bad-path", f"{name} cannot write to a variable", name, "assign variables with Assign")
    elif (found := check_path(node.report, pointer, value, name)) is not None and not found.is_reference:
        hint = "a reference path names one place: only names and indexes, such as $.a.b[0]"
        add(node, "bad-path", f"{name} must be a reference path, which {value!r} is not", name, hint)
    return value


def template(node: Node, name: str) -> JSON | Absent:
    """A payload template."""
    if name not in node.value:
        return ABSENT
    value = node.value[name]
    # unrecorded: that AWS takes an array as a payload template (a published, deployed definition has one)
    if not isinstance(value, dict | list):
        is_path = isinstance(value, str) and value.startswith("$")
        hint = f'use InputPath to select {value}, or an object with a field such as "name.$"' if is_path else None
        wrong_type(node, name, "an object", hint)
        return ABSENT
    check_template(node.report, below(node.pointer, name), value)
    return value


def text_or_call(node: Node, name: str) -> str | Absent:
    """A field such as ErrorPath, which a path or an intrinsic call can give."""
    if name not in node.value:
        return ABSENT
    value = node.value[name]
    if not isinstance(value, str):
        wrong_type(node, name, "a path or an intrinsic call (a string)")
        return ABSENT
    check_expression(node.report, below(node.pointer, name), value, name)
    if intrinsics.is_intrinsic(value) and not _STRING_FUNCTIONS.match(value):
        hint = "ArrayGetItem, Base64Decode, Base64Encode, Format, Hash, JsonToString and UUID can stand here"
        add(node, "bad-intrinsic", f"{name} takes only intrinsic functions that give a string", name, hint)
    return value


# -- values ----------------------------------------------------------------------------------------------------------


def check_path(to: Report, pointer: str, text: str, what: str) -> jsonpath.Path | None:
    """The compiled path; None, and a finding, when the text is none."""
    if unfilled(to, pointer, text, what):
        return None
    if not text.startswith("$"):
        if intrinsics.is_intrinsic(text):
            message = f"{what} takes a path, not an intrinsic function"
            hint = "intrinsic functions stand in payload templates, in fields that end in .$"
            report(to, "bad-path", pointer, message, hint)
            return None
        near = f"did you mean '$.{text}'?" if re.fullmatch(r"[^\W\d][\w.]*", text) else None
        report(to, "bad-path", pointer, f"{what} must be a JSONPath, which begins with $", near)
        return None
    try:
        return _compile(text)
    except jsonpath.JSONPathError as error:
        message = f"{what} is not a valid JSONPath: {error.message}"
        report(to, "bad-path", pointer, message, offset=error.position + _shift(text))
    return None


def check_expression(to: Report, pointer: str, text: str, name: str) -> None:
    """Reports a text that is neither a path nor an intrinsic call; `name` is the field that holds it."""
    if text.startswith("$"):
        check_path(to, pointer, text, name)
        return
    # AWS's own words, recorded for intrinsic calls with a wrong escape.
    message = f"The value for the field '{name}' must be a valid JSONPath or a valid intrinsic function call"
    if not intrinsics.is_intrinsic(text):
        if not unfilled(to, pointer, text, name):
            bare = name.removesuffix(".$")
            hint = f'to pass the text itself, name the field "{bare}"' if bare != name else None
            if is_expression(text):
                hint = '{% ... %} is JSONata: set "QueryLanguage": "JSONata" for the state, or write a path'
            report(to, "bad-path", pointer, message, hint)
        return
    # AWS refuses other escapes when a state machine is created (recorded for States.Format and States.StringToJson).
    for argument in _QUOTED_ARGUMENT.finditer(text):
        if (escape := _WRONG_ESCAPE.match(argument[1])) and not unfilled(to, pointer, text, name):
            hint = r"only \' \{ \} and \\ are escapes in the quoted texts of intrinsic calls"
            offset = argument.start(1) + escape.start(1)
            report(to, "bad-intrinsic", pointer, f"{message}: {escape[1]} is no escape", hint, offset=offset)
            return
    try:
        intrinsics.compile(text, _argument)
    except intrinsics.IntrinsicError as error:
        if not unfilled(to, pointer, text, name):
            report(to, "bad-intrinsic", pointer, f"{message}: {error.message}", error.hint, offset=error.position)
    except _BadArgument as error:
        if not unfilled(to, pointer, text, name):
            offset = text.find(error.path) + error.position
            report(to, "bad-intrinsic", pointer, f"{message}: {error.message}", offset=offset)


def check_template(to: Report, pointer: str, value: JSON) -> None:
    """Reports what is wrong in a payload template, at any depth."""
    if isinstance(value, list):
        for number, element in enumerate(value):
            check_template(to, below(pointer, number), element)
    if not isinstance(value, dict):
        return
    for name, inner in value.items():
        place = below(pointer, name)
        if not name.endswith(".$"):
            check_template(to, place, inner)
            continue
        if name[:-2] in value:
            message = f"the fields '{name[:-2]}' and '{name}' would both give '{name[:-2]}'"
            report(to, "duplicate-key", place, message, "remove one of the two", key=True)
        if isinstance(inner, str):
            check_expression(to, place, inner, name)
        else:
            report(
                to,
                "wrong-type",
                place,
                f"The value for the field '{name}' must be a valid JSONPath or a valid intrinsic function call, "
                f"not {kind_of(inner)}",
                f'to pass the value itself, name the field "{name[:-2]}"',
            )


def _compile(text: str) -> jsonpath.Path:
    """The path of a text that begins with $ (the data), $$ (the context object) or $name (a variable)."""
    if text.startswith("$$"):
        return jsonpath.compile("$" + text[2:])
    return jsonpath.compile(split_variable(text)[1])


def _shift(text: str) -> int:
    """How much further a position in the text is than in the path that `_compile` makes of it."""
    if text.startswith("$$"):
        return 1
    variable, _ = split_variable(text)
    return len(variable) if variable is not None else 0


def _argument(text: str) -> Callable[[JSON, Any], JSON]:
    """A path as an argument of an intrinsic call, for its check alone."""
    try:
        get = _compile(text).get
    except jsonpath.JSONPathError as error:
        raise _BadArgument(text, error) from None
    return lambda data, scope: get(data)
