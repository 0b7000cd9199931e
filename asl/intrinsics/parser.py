"""Text to call: the grammar of intrinsic functions (States Language specification, appendix B).

call     = "States." name "(" [argument ("," argument)*] ")"
argument = call | "'" text "'" | number | true | false | null | path
"""

import json
import math
import re
from dataclasses import dataclass
from typing import Any, Final, NoReturn, TypeAlias

from asl.errors import AslError
from asl.findings import did_you_mean
from asl.intrinsics.functions import FUNCTIONS

NESTING: Final = 10
"""Calls within calls in one field, at most (Developer Guide, "Intrinsic functions")."""

_NAME: Final = re.compile(r"States\.[A-Za-z0-9_]+")
_SPACE: Final = re.compile(r"[ \t\r\n]*")
_NUMBER: Final = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_LONGEST_NUMBER: Final = 300
_WORD: Final = re.compile(r"[A-Za-z]+")


class IntrinsicError(AslError):
    """A call that is not written as it should be. `position` counts characters of `text` from 0."""

    def __init__(self, text: str, position: int, message: str, hint: str | None = None) -> None:
        super().__init__(f"invalid call {text} at character {position + 1}: {message}" + (f" ({hint})" if hint else ""))
        self.text = text
        self.position = position
        self.message = message
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Constant:
    value: Any


@dataclass(frozen=True, slots=True)
class PathArgument:
    """A path, and where it stands in the text."""

    text: str
    position: int


@dataclass(frozen=True, slots=True)
class Call:
    name: str
    arguments: tuple["Argument", ...]
    position: int


Argument: TypeAlias = Constant | PathArgument | Call


def parse(text: str) -> Call:
    """The call that the text is. Raises IntrinsicError."""
    parser = _Parser(text)
    parser.space()
    call = parser.call(1)
    parser.space()
    if parser.at < len(text):
        parser.fail(f"unexpected {text[parser.at]!r} after the call")
    return call


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def fail(self, message: str, at: int | None = None, hint: str | None = None) -> NoReturn:
        raise IntrinsicError(self.text, self.at if at is None else at, message, hint)

    def space(self) -> None:
        match = _SPACE.match(self.text, self.at)
        if match:
            self.at = match.end()

    def call(self, depth: int) -> Call:
        start = self.at
        match = _NAME.match(self.text, self.at)
        if match is None:
            self.fail("a call such as States.Format(...) is expected")
        name = match.group()
        if name not in FUNCTIONS:
            self.fail(f"there is no intrinsic function '{name}'", start, did_you_mean(name, FUNCTIONS))
        if depth > NESTING:
            self.fail(f"calls are nested more than {NESTING} deep", start)
        self.at = match.end()
        self.space()
        if not self.text.startswith("(", self.at):
            self.fail(f"'(' is missing after {name}")
        self.at += 1
        arguments: list[Argument] = []
        self.space()
        if self.text.startswith(")", self.at):
            self.at += 1
        else:
            while True:
                self.space()
                arguments.append(self.argument(depth))
                self.space()
                following = self.text[self.at : self.at + 1]
                if following not in (",", ")") or not following:
                    self.fail(f"',' or ')' is expected in the arguments of {name}")
                self.at += 1
                if following == ")":
                    break
        function = FUNCTIONS[name]
        if not function.fewest <= len(arguments) <= function.most:
            self.fail(f"{name} takes {function.arity}, not {len(arguments)}", start)
        return Call(name, tuple(arguments), start)

    def argument(self, depth: int) -> Argument:
        text, start = self.text, self.at
        head = text[start : start + 1]
        if head == "'":
            return Constant(self.quoted())
        if head == "$":
            return self.path()
        if text.startswith("States.", start):
            return self.call(depth + 1)
        number = _NUMBER.match(text, start)
        if number:
            if len(number.group()) > _LONGEST_NUMBER or not math.isfinite(value := json.loads(number.group())):
                self.fail("the number is too large")
            self.at = number.end()
            return Constant(value)
        word = _WORD.match(text, start)
        if word and word.group() in ("true", "false", "null"):
            self.at = word.end()
            return Constant(json.loads(word.group()))
        hint = "texts stand in single quotes" if head == '"' or word else None
        self.fail("an argument is a path, a 'text', a number, true, false, null or another call", hint=hint)

    def quoted(self) -> str:
        """The text in single quotes, its escapes still in it: only States.Format tells \\\\{ from {."""
        start = self.at
        self.at += 1
        while self.at < len(self.text):
            char = self.text[self.at]
            if char == "\\":
                if self.at + 1 >= len(self.text):
                    self.fail("nothing follows the backslash")
                self.at += 2
                continue
            self.at += 1
            if char == "'":
                return self.text[start + 1 : self.at - 1]
        self.fail("the quote is never closed", start)

    def path(self) -> PathArgument:
        """A path: up to the comma or parenthesis that is in none of its brackets and quotes."""
        start = self.at
        brackets = 0
        quote = ""
        while self.at < len(self.text):
            char = self.text[self.at]
            if quote:
                if char == "\\":
                    self.at += 1
                elif char == quote:
                    quote = ""
            elif char in "'\"" and brackets:
                quote = char
            elif char in "[(":
                brackets += 1
            elif char in "])" and brackets:
                brackets -= 1
            elif char in ",)" and not brackets:
                break
            self.at += 1
        text = self.text[start : self.at].rstrip()
        return PathArgument(text, start)


def unescaped(text: str) -> str:
    """A quoted text without its escapes: a backslash stands for the character after it."""
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)
