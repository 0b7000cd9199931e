"""A regular expression as a function of the language: it finds the first match in a text, and tells how to find the
next. Its positions count UTF-16 units, as JavaScript's do.
"""

from __future__ import annotations

from asl.jsonata.errors import JsonataError
from asl.jsonata.regex import Regex, compile_regex, from_units, to_units
from asl.jsonata.runtime import Run
from asl.jsonata.tokens import RegexLiteral
from asl.jsonata.values import UNDEFINED, Function, Value


def matcher(literal: RegexLiteral, position: int, run: Run) -> Function:
    """The function (text, start) -> `{match, start, end, groups, next}`, or undefined when nothing matches."""
    regex = compile_regex(literal.pattern, literal.flags)

    def call(arguments: list[Value]) -> Value:
        text = arguments[0] if arguments else UNDEFINED
        if not isinstance(text, str):
            text = ""
        start = arguments[1] if len(arguments) > 1 and type(arguments[1]) is int else 0
        return _found(regex, to_units(text), start, literal, position, run)

    return Function(call, 2)


def _found(regex: Regex, text: str, start: int, literal: RegexLiteral, position: int, run: Run) -> Value:
    """The first match from `start` on in a text of UTF-16 units."""
    match = regex.search(text, start, run.spend)
    if match is None:
        return UNDEFINED

    def following(arguments: list[Value]) -> Value:
        if match.end >= len(text):
            return UNDEFINED
        found = _found(regex, text, match.end, literal, position, run)
        if found is not UNDEFINED and found["match"] == "":
            raise JsonataError("D1004", position=position, value=literal.pattern)
        return found

    return {
        "match": from_units(text[match.start : match.end]),
        "start": match.start,
        "end": match.end,
        "groups": [UNDEFINED if group is None else from_units(group) for group in match.groups],
        "next": Function(following, 0),
    }
