"""Colours for the lines of a definition in the HTML report of coverage.py."""

import re
from collections.abc import Iterator
from typing import Final

_JSON: Final = re.compile(
    r'(?P<nam>"(?:[^"\\]|\\.)*"(?=\s*:))|(?P<str>"(?:[^"\\]|\\.)*")'
    r"|(?P<num>-?\d[\d.eE+-]*)|(?P<key>true|false|null)|(?P<ws>\s+)|(?P<op>[{}\[\],:]+)|(?P<txt>.)"
)
_YAML: Final = re.compile(
    r"(?P<ws>\s+)|(?P<com>(?:(?<=\s)|(?<![^\s]))#.*)|(?P<nam>[^\s#{}\[\],&*!|>'\"%@`:-][^\s:]*(?=:(?:\s|$)))"
    r"|(?P<str>\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*')|(?P<op>[{}\[\],:|>]|-(?=\s|$))|(?P<txt>[^\s,{}\[\]]+|.)"
)


def token_lines(text: str, format: str) -> Iterator[list[tuple[str, str]]]:
    """The tokens of each line: the class that coverage.py's style sheet has for it, and its text."""
    pattern = _JSON if format == "json" else _YAML
    for line in text.splitlines():
        yield [(match.lastgroup or "txt", match[0]) for match in pattern.finditer(line)]
