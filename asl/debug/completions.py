"""What a path that is being typed may go on to be: members of the data, variables, functions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from asl.debug.jsonpath_expressions import path
from asl.debug.paths import step
from asl.debug.scope import names
from asl.errors import InputError
from asl.intrinsics import FUNCTIONS
from asl.jsonpath import JSONPathError
from asl.values import JSON

if TYPE_CHECKING:
    from asl.debug.stop import Stop

_TYPED: Final = re.compile(
    r"""
    (?P<root> \$\$? \w* )
    (?P<steps> (?: \.[^\W\d]\w* | \[\d+\] | \['(?:[^'\\]|\\.)*'\] )*? )
    (?P<last> \.\w* | \[ (?: \d* | '[^']* ) )?
    $""",
    re.VERBOSE,
)
_CALL: Final = re.compile(r"States\.\w*$")
_FUNCTION: Final = re.compile(r"(?<![\w$])\$(?P<name>\w+)$")
_ELEMENTS_SHOWN: Final = 20


def completions(stop: Stop, text: str) -> list[str]:
    """The texts that an expression, typed as far as `text`, may become; [] where nothing is known.

    Only its end is completed: the path, variable or function that it ends with. Members of an object come after its own
    name is complete: `$.ord` gives `$.order`, and `$.order` its members.
    """
    if call := _CALL.search(text):
        return _completed(text, call.start(), (f"{name}(" for name in FUNCTIONS if name.startswith(call[0])))
    typed = _begin(text)
    if typed is None:
        return []
    root, last = typed["root"], typed["last"]
    if last is None and not typed["steps"]:
        found = [*_variables(stop, root), *_below(stop, root, "")]
    elif last is None:
        found = _below(stop, typed[0], "")
    else:
        holder = typed[0].removesuffix(last)
        found = _below(stop, holder, last)
        if f"{holder}{last}" in found:  # complete as it is
            found += _below(stop, typed[0], "")
    return _completed(text, typed.start(), found or _functions(text))


def _begin(text: str) -> re.Match[str] | None:
    """The longest path that the text ends with: `$.a` in `$x + $.a`."""
    return next(
        (found for each in re.finditer(r"(?<![\w$])\$", text) if (found := _TYPED.match(text, each.start()))), None
    )


def _completed(text: str, start: int, found: Iterable[str]) -> list[str]:
    return [text[:start] + each for each in dict.fromkeys(found)]


def _variables(stop: Stop, typed: str) -> list[str]:
    if typed == "$$":
        return []
    return [f"${name}" for name in (*names(stop), "$") if f"${name}".startswith(typed) and f"${name}" != typed]


def _functions(text: str) -> list[str]:
    """JSONata's functions, where no variable has a name that begins so."""
    from asl.jsonata import FUNCTION_NAMES

    typed = _FUNCTION.search(text)
    return [] if typed is None else sorted(f"${name}(" for name in FUNCTION_NAMES if name.startswith(typed["name"]))


def _below(stop: Stop, holder: str, typed: str) -> list[str]:
    """The paths of the members of the value at `holder`, as far as they begin with what is typed behind it."""
    try:
        value: JSON = path(holder)(stop)
    except (InputError, JSONPathError):
        return []
    if isinstance(value, list):
        steps = [step(index) for index in range(min(len(value), _ELEMENTS_SHOWN))]
        return [f"{holder}{each}" for each in [*steps, *(["[*]"] if value else [])] if each.startswith(typed)]
    if not isinstance(value, dict):
        return []
    name = typed.removeprefix("['").removeprefix("[").removeprefix(".")
    keys = [key for key in value if key.startswith(name)] or [
        key for key in value if key.lower().startswith(name.lower())
    ]
    return [f"{holder}{_member(key) if typed.startswith('[') else step(key)}" for key in keys]


def _member(key: str) -> str:
    """The step to a member for somebody who has begun to write it in brackets."""
    plain = step(key)
    return f"['{key}']" if plain.startswith(".") else plain
