"""What was meant by an expression that is not JSONata, or that reads what is not there: hints, for people."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from asl.findings import did_you_mean

if TYPE_CHECKING:
    from asl.jsonata import JsonataError

_OPERATORS: Final = {
    "===": "= compares",
    "==": "= compares",
    "!==": "!= compares",
    "<>": "!= compares",
    "&&": "the operator is: and",
    "||": "the operator is: or",
    "=>": "a function is written function($v){ ... }",
    "??": "write $exists(a) ? a : b",
    "?:": "write a ? a : b",
    "++": "variables of a block are bound with :=",
    "+=": "variables of a block are bound with :=",
}
"""Operators of other languages, and of later levels of this one."""

_SYMBOLS: Final = "=!<>&|?:+"
_BOUND: Final = re.compile(r"\$(\w+)\s*:=")


def syntax_hint(text: str, error: JsonataError) -> str | None:
    """What to write in the place of the operator at which the expression `text` stops being JSONata."""
    at = error.start_in(text)
    if at is None or at >= len(text) or text[at] not in _SYMBOLS:
        return None
    begin, end = at, at + 1
    while begin > 0 and text[begin - 1] in _SYMBOLS:
        begin -= 1
    while end < len(text) and text[end] in _SYMBOLS:
        end += 1
    written = text[begin:end]
    for operator, hint in _OPERATORS.items():
        if written == operator or (written.startswith(operator) and set(written[len(operator) :]) == {"!"}):
            return hint
    return "write $not(...)" if text[at] == "!" else None


def variable_hint(name: str, text: str, offset: int, assigned: Iterable[str], parts: Iterable[str]) -> str | None:
    """What was meant by `$name` at `offset` of a path or an expression, where there is no such variable or function.

    `assigned` are the variables of the definition, `parts` the names that `$states` has.
    """
    from asl.jsonata import FUNCTION_NAMES

    if name in parts:
        return f"did you mean '$states.{name}'?"
    if name == "state":
        return "did you mean '$states'?"
    known = [each for each in (*_BOUND.findall(text), *assigned) if each != name]
    if text.startswith("{%") and text[offset:].removeprefix(f"${name}").lstrip().startswith("("):
        known += sorted(FUNCTION_NAMES)
    return with_prefix("$", did_you_mean(name, known))


def with_prefix(prefix: str, hint: str | None) -> str | None:
    """The hint of `did_you_mean` for a name that is written with a prefix."""
    return hint and hint.replace("'", f"'{prefix}", 1)


def name_hint(text: str, name: str, position: int) -> str:
    """What was meant by a name at `position`, which is looked for in a context item that there is not."""
    if name.startswith("$"):
        return "there is no context item: the state's input is $states.input"
    if name == "states":
        path = re.match(r"[\w.]+", text[position:])
        return f"did you mean '${path[0].rstrip('.') if path else name}'?"
    behind = text[position + len(name) :].lstrip()
    before = text[:position].rstrip()
    if behind.startswith(":") and not behind.startswith(":=") and before.endswith(("{", ",")):
        return f'a key that is text stands in quotes: "{name}"'
    return f"the state's input is $states.input, a variable is ${name}"
