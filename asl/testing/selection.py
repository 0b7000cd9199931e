"""Which cases are meant by an expression of words, such as `declined and not retry`.

A word is for the names that have it, whatever their case; words that follow one another are one text with spaces.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, TypeAlias

from asl.errors import InputError

Predicate: TypeAlias = Callable[[str], bool]

_TOKEN: Final = re.compile(r"[()]|[^\s()]+")


def selection(expression: str) -> Predicate:
    """Tells of a name whether an expression means it: words with `and`, `or`, `not` and parentheses.

    Raises InputError for what is no expression.
    """
    return _Parser(expression).parse()


class _Parser:
    """Recursive descent: `or` binds loosest, `not` tightest."""

    def __init__(self, expression: str) -> None:
        self._expression = expression
        self._tokens = _TOKEN.findall(expression)

    def parse(self) -> Predicate:
        found = self._any()
        if self._tokens:
            raise self._error(f"'{self._tokens[0]}' cannot stand there")
        return found

    def _error(self, reason: str) -> InputError:
        return InputError(f"-k '{self._expression}': {reason}; write words with and, or, not and ( )")

    def _next(self) -> str:
        return self._tokens[0].lower() if self._tokens else ""

    def _any(self) -> Predicate:
        parts = [self._all()]
        while self._next() == "or":
            self._tokens.pop(0)
            parts.append(self._all())
        return lambda name: any(part(name) for part in parts)

    def _all(self) -> Predicate:
        parts = [self._one()]
        while self._next() == "and":
            self._tokens.pop(0)
            parts.append(self._one())
        return lambda name: all(part(name) for part in parts)

    def _one(self) -> Predicate:
        token = self._next()
        if token in ("", ")", "and", "or"):
            raise self._error("a word is missing at the end" if not token else f"a word is missing before '{token}'")
        self._tokens.pop(0)
        if token == "not":
            inner = self._one()
            return lambda name: not inner(name)
        if token == "(":
            found = self._any()
            if self._next() != ")":
                raise self._error("a ) is missing")
            self._tokens.pop(0)
            return found
        words = [token]
        while self._next() not in ("", "(", ")", "and", "or", "not"):
            words.append(self._tokens.pop(0).lower())
        text = " ".join(words)
        return lambda name: text in name.lower()
