"""Texts that look like an expression or a path but stand for themselves, as a mark is missing or the language another.

Such a text is valid, and passed on as it is written: a warning, for the whole definition.
"""

import re
from collections.abc import Mapping
from typing import Final

from asl.parse.report import Report, report
from asl.parse.transitions import scopes
from asl.source_text import below
from asl.values import JSON

JSONATA_FIELDS: Final = ("Arguments", "Output", "Assign", "Items", "ItemSelector", "Credentials", "Error", "Cause")
JSONPATH_FIELDS: Final = (
    "Parameters",
    "ResultSelector",
    "Assign",
    "ItemSelector",
    "Credentials",
    "Result",
    "Error",
    "Cause",
)
JSONATA_HERE: Final = (
    '{% ... %} and $states are JSONata: set "QueryLanguage": "JSONata" for the state, or give a path to "name.$"'
)
_INNER: Final = ("Catch", "Choices")

_MEANT: Final = re.compile(
    r"""
    \{\s*\{(?P<braces>.*)\}\s*\}       # {{ $x }}
  | \{\s*%(?P<marks>.*)%\s*\}          # { % $x % }, and {% $x %} with blanks around it
  | (?P<path>\$\$?\..*)               # $.x, $$.Execution
  | (?P<states>\$states(?:\b.*)?)      # $states.input.x
  | (?P<call>\$\w+\(.*\$states\b.*\)) # $uppercase($states.input.x)
    """,
    re.VERBOSE | re.DOTALL,
)
_PATH_KEY: Final = re.compile(r"(?:Path|Paths|PathsMap|JsonPath|Expression)$", re.IGNORECASE)
"""Members of the arguments of services that hold a path of their own."""


def check_texts(to: Report) -> None:
    """Warns of texts in the states of a definition that are meant as expressions, as it seems."""
    definition = to.document.value
    for pointer, scope in scopes(definition):
        states = scope.get("States")
        for name, state in states.items() if isinstance(states, dict) else ():
            if isinstance(state, dict):
                jsonata = "JSONata" in (definition.get("QueryLanguage"), state.get("QueryLanguage"))
                _check_holder(to, below(below(pointer, "States"), name), state, jsonata)


def meant_expression(text: str) -> str | None:
    """The expression that a text of a JSONata state seems to be meant as, with its marks; None for another text.

    A text with a mark in the right place is none: it is an expression, or refused.
    """
    inside = None if text.startswith("{%") or text.endswith("%}") else _meant(text)
    if inside is None:
        return None
    if inside.startswith("$$."):
        inside = "$states.context" + inside[2:]
    elif inside.startswith("$."):
        inside = "$states.input" + inside[1:]
    return f"{{% {inside} %}}"


def _meant(text: str) -> str | None:
    """What stands between the marks of a text, whatever they are."""
    found = _MEANT.fullmatch(text.strip())
    if found is None:
        return None
    if found["braces"] is not None:
        inside = found["braces"].strip().strip("%").strip()
        return inside if inside.startswith("$") else None
    return (found["marks"] or found[0]).strip()


def _check_holder(to: Report, pointer: str, holder: Mapping[str, JSON], jsonata: bool) -> None:
    """A state, one of its catchers or of its rules."""
    for field in JSONATA_FIELDS if jsonata else JSONPATH_FIELDS:
        if field in holder and not (field == "Items" and isinstance(holder[field], str)):
            _check_value(to, below(pointer, field), field, holder[field], jsonata)
    for field in _INNER:
        elements = holder.get(field)
        for index, element in enumerate(elements if isinstance(elements, list) else ()):
            if isinstance(element, dict):
                _check_holder(to, below(below(pointer, field), index), element, jsonata)


def _check_value(to: Report, pointer: str, key: str, value: JSON, jsonata: bool) -> None:
    if isinstance(value, dict):
        for name, member in value.items():
            if not _PATH_KEY.search(name):
                _check_value(to, below(pointer, name), name, member, jsonata)
    elif isinstance(value, list):
        for index, element in enumerate(value):
            _check_value(to, below(pointer, index), key, element, jsonata)
    elif isinstance(value, str) and jsonata:
        if meant := meant_expression(value):
            _warn(to, pointer, "an expression", f'for an expression write "{meant}"')
    elif isinstance(value, str) and not key.endswith(".$") and (inside := _meant(value)):
        if inside.startswith(("$.", "$$.")):
            name = f"{key}Path" if key in ("Error", "Cause") else f"{key}.$"
            _warn(to, pointer, "a path", f'for a path name the field "{name}"')
        else:
            _warn(to, pointer, "an expression", JSONATA_HERE)


def _warn(to: Report, pointer: str, what: str, hint: str) -> None:
    report(to, "not-an-expression", pointer, f"this is text, not {what}", hint, severity="warning")
