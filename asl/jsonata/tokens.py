"""Cuts the text of an expression into tokens, one at a time: whether `/` divides or opens a regular expression depends
on what the parser has seen.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from asl.jsonata.errors import JsonataError
from asl.jsonata.values import number

TokenKind: TypeAlias = Literal["operator", "name", "variable", "string", "number", "value", "regex", "end"]

WHITE_SPACE: Final = re.compile(r"[ \t\n\r\v]*")
NUMBER: Final = re.compile(r"(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[Ee][-+]?[0-9]+)?")
NAME: Final = re.compile(r"[^ \t\n\r\v.\[\]{}(),@#;:?+\-*/%|=<>^&!~]*")
HEX_DIGITS: Final = re.compile(r"[0-9a-fA-F]{1,4}")
SURROGATES: Final = re.compile("[\ud800-\udbff][\udc00-\udfff]")

SINGLE_OPERATORS: Final = frozenset(".[]{}(),@#;:?+-*/%|=<>^&!~")
DOUBLE_OPERATORS: Final = frozenset({"..", ":=", "!=", ">=", "<=", "**", "~>"})
LATER_OPERATORS: Final = frozenset({"?:", "??"})
WORDS: Final[dict[str, tuple[TokenKind, Any]]] = {
    "or": ("operator", "or"),
    "in": ("operator", "in"),
    "and": ("operator", "and"),
    "true": ("value", True),
    "false": ("value", False),
    "null": ("value", None),
}
ESCAPES: Final = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


@dataclass(frozen=True, slots=True)
class RegexLiteral:
    """The pattern and the flags of `/pattern/flags`."""

    pattern: str
    flags: str


@dataclass(frozen=True, slots=True)
class Token:
    """`start` is the offset of its first character in the text, `position` the offset behind it, which errors quote."""

    kind: TokenKind
    value: Any
    start: int
    position: int


class Tokenizer:
    """Gives the tokens of `text` in order; the last one is of the kind "end".

    Raises JsonataError S01xx for what is no token, S03xx for a broken regular expression.
    """

    def __init__(self, text: str, *, later: bool) -> None:
        self._text = text
        self._at = 0
        self._double = DOUBLE_OPERATORS | LATER_OPERATORS if later else DOUBLE_OPERATORS

    def next(self, *, infix: bool) -> Token:
        """The next token. With `infix` an operator is expected, so that `/` divides."""
        self._skip_blanks()
        text, start = self._text, self._at
        if start >= len(text):
            return Token("end", "(end)", len(text), len(text))
        first = text[start]
        if first == "/" and not infix:
            return self._regex(start)
        if text[start : start + 2] in self._double:
            return self._token("operator", text[start : start + 2], start, start + 2)
        if first in SINGLE_OPERATORS:
            return self._token("operator", first, start, start + 1)
        if first in "\"'":
            return self._string(start, first)
        if first in "0123456789":
            return self._number(start)
        if first == "`":
            return self._quoted_name(start)
        return self._name(start)

    def _token(self, kind: TokenKind, value: Any, start: int, end: int) -> Token:
        self._at = end
        return Token(kind, value, start, end)

    def _skip_blanks(self) -> None:
        text = self._text
        while True:
            self._at = _match(WHITE_SPACE, text, self._at)
            if not text.startswith("/*", self._at):
                return
            end = text.find("*/", self._at + 2)
            if end < 0:
                raise JsonataError("S0106", position=self._at)
            self._at = end + 2

    def _string(self, start: int, quote: str) -> Token:
        text, at = self._text, start + 1
        parts: list[str] = []
        while at < len(text):
            char = text[at]
            if char == quote:
                joined = "".join(parts)
                return self._token("string", _paired(joined) if "\\u" in text[start:at] else joined, start, at + 1)
            if char == "\\":
                value, at = self._escape(at + 1)
                parts.append(value)
            else:
                parts.append(char)
                at += 1
        raise JsonataError("S0101", position=at)

    def _escape(self, at: int) -> tuple[str, int]:
        """What the escape with its letter at `at` stands for, and the offset behind it."""
        letter = self._text[at : at + 1]
        if letter in ESCAPES:
            return ESCAPES[letter], at + 1
        if letter != "u":
            raise JsonataError("S0103", position=at, token=letter)
        digits = self._text[at + 1 : at + 5]
        if not HEX_DIGITS.fullmatch(digits):
            raise JsonataError("S0104", position=at)
        return chr(int(digits, 16)), at + 5

    def _number(self, start: int) -> Token:
        end = _match(NUMBER, self._text, start)
        digits = self._text[start:end]
        value = float(digits)
        if math.isinf(value):
            raise JsonataError("S0102", position=start, token=digits)
        return self._token("number", number(value), start, end)

    def _quoted_name(self, start: int) -> Token:
        end = self._text.find("`", start + 1)
        if end < 0:
            raise JsonataError("S0105", position=len(self._text))
        return self._token("name", self._text[start + 1 : end], start, end + 1)

    def _name(self, start: int) -> Token:
        end = _match(NAME, self._text, start)
        name = self._text[start:end]
        if name.startswith("$"):
            return self._token("variable", name[1:], start, end)
        kind, value = WORDS.get(name, ("name", name))
        return self._token(kind, value, start, end)

    def _regex(self, start: int) -> Token:
        text, begin = self._text, start + 1
        end = _closing_slash(text, begin)
        if end == begin:
            raise JsonataError("S0301", position=begin)
        at = end + 1
        while text[at : at + 1] in ("i", "m"):
            at += 1
        return self._token("regex", RegexLiteral(text[begin:end], text[end + 1 : at]), start, at)


def _match(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at


def _paired(text: str) -> str:
    """Two escapes that name the halves of a surrogate pair are one character."""
    return SURROGATES.sub(lambda pair: pair.group().encode("utf-16", "surrogatepass").decode("utf-16"), text)


def _closing_slash(text: str, begin: int) -> int:
    """The offset of the `/` that closes a regular expression: not escaped, not within brackets."""
    depth = 0
    escaped = False
    for at in range(begin, len(text)):
        char = text[at]
        if char == "/" and depth == 0 and not escaped:
            return at
        if text[at - 1] != "\\":
            depth += (char in "([{") - (char in ")]}")
        escaped = char == "\\" and not escaped
    raise JsonataError("S0302", position=len(text))
