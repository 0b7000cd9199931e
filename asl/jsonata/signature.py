"""Signatures of functions, such as `<s-nn?:s>`: which types the arguments have, which may be missing, and which are
taken from the context.

Each type has a letter. The signature becomes a regular expression over these letters, which the letters of the given
arguments must match; it tells which parameter each argument is for. How one row of types is arranged never changes, so
it is worked out once and kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from asl.jsonata.errors import JsonataError
from asl.jsonata.values import UNDEFINED, Function, Value

MISSING: Final = "m"
ANY: Final = "asnblfom"
PLURALS: Final = {
    "a": "arrays",
    "b": "booleans",
    "f": "functions",
    "n": "numbers",
    "o": "objects",
    "s": "strings",
}
LETTERS: Final[dict[type, str]] = {
    str: "s",
    int: "n",
    float: "n",
    bool: "b",
    type(None): "l",
    list: "a",
    dict: "o",
    type(UNDEFINED): MISSING,
    Function: "f",
}

Move: TypeAlias = Callable[[list[Value], Value], Value]
"""(arguments, context) -> one argument as the function wants it."""

Plan: TypeAlias = Callable[[list[Value], Value], list[Value]]
"""(arguments, context) -> the arguments as the function wants them."""


def letter(value: Value) -> str:
    """The letter of a value's type."""
    kind = type(value)
    return LETTERS.get(kind) or _letter_of(kind)


def _letter_of(kind: type) -> str:
    for base in kind.__mro__:
        if base in LETTERS:
            return LETTERS[base]
    return MISSING


@dataclass(slots=True)
class Parameter:
    """One parameter: its type (a letter, or several in brackets) and how often it may come."""

    type: str
    accepts: str
    """The letters of the arguments that it takes."""
    repeats: str = ""
    """"?", "+" or nothing, as in a regular expression."""
    context: bool = False
    """The context stands in for a missing argument."""
    items: str | None = None
    """The type of an array's items."""

    @property
    def pattern(self) -> str:
        return f"[{self.accepts}]{self.repeats}"


class Signature:
    """A signature as written between angle brackets. Raises JsonataError S0401 and S0402 (position: in the text)."""

    def __init__(self, text: str, *, later: bool = False) -> None:
        self.parameters = _parse(text)
        self._pattern = re.compile("".join(f"({parameter.pattern})" for parameter in self.parameters))
        self._later = later
        self._plans: dict[tuple[type, ...], Plan | None] = {}
        self.single: dict[type, Plan | None] = {}
        """The plans for a single argument of a type that need nothing but that argument."""

    def takes_functions(self) -> bool:
        """Whether a function may be among the arguments, or in an array among them."""
        return any(parameter.type not in "snbo" and not parameter.items for parameter in self.parameters)

    def arrange(self, arguments: list[Value], context: Value) -> list[Value]:
        """The arguments as the function wants them: the context filled in, arrays made of single values.

        Raises JsonataError T0410 for a wrong argument, T0411 for a wrong context, T0412 for wrong items of an array.
        """
        kinds = tuple(map(type, arguments))
        try:
            plan = self._plans[kinds]
        except KeyError:
            plan = self._plans[kinds] = self._plan(arguments)
            if len(kinds) == 1:
                self.single[kinds[0]] = plan
        return arguments if plan is None else plan(arguments, context)

    def _plan(self, arguments: list[Value]) -> Plan | None:
        """How arguments of these types become those that the function wants; None when they are that already."""
        letters = "".join(map(letter, arguments))
        match = self._pattern.fullmatch(letters)
        if match is None:
            raise self._mismatch(arguments, letters)
        moves: list[Move] = []
        kept: list[int] = []
        at = 0
        for parameter, taken in zip(self.parameters, match.groups(), strict=True):
            if not taken and parameter.context:
                moves.append(_from_context(parameter, at))
                continue
            first = at
            for single in taken or MISSING:
                source = at if self._later or parameter.type == "a" else first
                move = _to_array(parameter, source, single, taken) if taken and parameter.type == "a" else None
                if move is None:
                    kept.append(source)
                moves.append(move or _same(source))
                at += 1
        if kept == list(range(len(arguments))) and len(moves) == len(kept):
            return None
        if len(moves) == 1:
            only = moves[0]
            return lambda arguments, context: [only(arguments, context)]
        return lambda arguments, context: [move(arguments, context) for move in moves]

    def _mismatch(self, arguments: list[Value], letters: str) -> JsonataError:
        """Which argument is wrong: the first that the parameters before it leave over."""
        good = 0
        pattern = ""
        for parameter in self.parameters:
            pattern += parameter.pattern
            match = re.match(pattern, letters)
            if match is None:
                break
            good = match.end()
        value = arguments[good] if good < len(arguments) else UNDEFINED
        return JsonataError("T0410", value=value, index=good + 1)


def _same(at: int) -> Move:
    return lambda arguments, context: arguments[at] if at < len(arguments) else UNDEFINED


def _from_context(parameter: Parameter, at: int) -> Move:
    def take(arguments: list[Value], context: Value) -> Value:
        if letter(context) not in parameter.accepts:
            raise JsonataError("T0411", value=context, index=at + 1)
        return context

    return take


def _to_array(parameter: Parameter, at: int, single: str, taken: str) -> Move | None:
    """For an array parameter: an array is checked, another value put into one. None: it stays as it is."""
    items = parameter.items
    right = {kind for kind, its_letter in LETTERS.items() if its_letter == (items or "")[:1]}

    def wrong(value: Value) -> JsonataError:
        return JsonataError("T0412", value=value, index=at + 1, type=PLURALS.get(items or "", UNDEFINED))

    def check(arguments: list[Value], context: Value) -> Value:
        value = arguments[at]
        if not right.issuperset(map(type, value)) and any(letter(item) != (items or "")[:1] for item in value):
            raise wrong(value)
        return value

    def wrap(arguments: list[Value], context: Value) -> Value:
        value = arguments[at]
        if items is not None and taken != items:
            raise wrong(value)
        return [value]

    if single == MISSING or (single == "a" and items is None):
        return None
    return check if single == "a" else wrap


def _parse(text: str) -> list[Parameter]:
    """The parameters of a signature; what it returns (behind `:`) does not matter."""
    parameters: list[Parameter] = []
    at = 1
    while at < len(text) and text[at] != ":":
        symbol = text[at]
        previous = parameters[-1] if parameters else Parameter("", "")
        if symbol in "snblo":
            parameters.append(Parameter(symbol, symbol + MISSING))
        elif symbol in "ax":
            parameters.append(Parameter(symbol, ANY))
        elif symbol == "f":
            parameters.append(Parameter(symbol, "f"))
        elif symbol == "j":
            parameters.append(Parameter(symbol, ANY.replace("f", "")))
        elif symbol == "-":
            previous.context = True
            previous.repeats = "?"
        elif symbol in "?+":
            previous.repeats = symbol
        elif symbol == "(":
            end = _closing(text, at, "(", ")")
            choice = text[at + 1 : end]
            if "<" in choice:
                raise JsonataError("S0402", position=at, value=choice)
            parameters.append(Parameter(f"({choice})", re.escape(choice) + MISSING))
            at = end
        elif symbol == "<":
            if previous.type not in ("a", "f"):
                raise JsonataError("S0401", position=at, value=previous.type or UNDEFINED)
            end = _closing(text, at, "<", ">")
            previous.items = text[at + 1 : end]
            at = end
        at += 1
    return parameters


def _closing(text: str, at: int, opening: str, closing: str) -> int:
    depth = 0
    for end in range(at, len(text)):
        depth += (text[end] == opening) - (text[end] == closing)
        if depth == 0:
            return end
    return len(text)
