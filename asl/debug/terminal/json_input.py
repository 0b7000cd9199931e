"""JSON that somebody types: where it goes on in the next line, and what is wrong with it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Final

from asl import source_json
from asl.errors import DefinitionError, InputError
from asl.findings import Finding, render
from asl.source_json_scan import Malformed, scan
from asl.values import JSON

FORMS: Final = 'JSON is a value such as 12, "text" or {"a": [1, 2]}, or @FILE'
_SHOWN: Final = 100  # columns of a line
_WORDS: Final = re.compile(r"[\w .-]+")


def is_open(text: str) -> bool:
    """Whether a text is the beginning of an object or array that is not closed, and may go on in the next line."""
    return text.startswith(("{", "[")) and _is_unclosed(text) and not _is_wrong_before_its_end(text)


def _is_unclosed(text: str) -> bool:
    """Whether a bracket is left open at the end of a text."""
    depth, position = 0, 0
    while position < len(text):
        char = text[position]
        if char == '"':
            position = _end_of_string(text, position)
        elif char in "{[":
            depth += 1
        elif char in "}]":
            depth -= 1
        if depth <= 0:
            return False
        position += 1
    return position == len(text)  # beyond it where a string is not closed, which cannot go on in another line


def _is_wrong_before_its_end(text: str) -> bool:
    """Whether something is wrong with an unclosed text that cannot be mended in the next line."""
    try:
        scan(text)
    except Malformed as error:
        return text[error.start] not in "{["  # else that bracket has no end yet
    except RecursionError:
        return True
    return False


def _end_of_string(text: str, start: int) -> int:
    """Where the quotes are that close a string, beyond the end of the text where there are none."""
    position = start + 1
    while position < len(text) and text[position] != '"':
        position += 2 if text[position] == "\\" else 1
    return position if position < len(text) else len(text) + 1


def value(text: str, what: str) -> JSON:
    """The value that a JSON text is, or that a file has whose name stands behind `@`. Raises InputError."""
    if not text:
        raise InputError(f"{what} is missing: {FORMS}")
    file = None
    if text.startswith("@"):
        file = text[1:]
        try:
            text = Path(file).read_text(encoding="utf-8-sig")
        except (OSError, ValueError) as error:
            raise InputError(f"{file} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    try:
        return source_json.read(text, file or what, {})[0]
    except DefinitionError as error:
        raise InputError(_told(error.findings[0], text, what, file)) from None


def _told(finding: Finding, text: str, what: str, file: str | None) -> str:
    """What is wrong with a JSON text, with the place in it and a hint."""
    place = "" if file is None else f"{finding.location}: "
    if _WORDS.fullmatch(text):
        finding = replace(finding, hint=f"a text has quotes: {json.dumps(text)}")
    _, *excerpt = render(finding, _SHOWN).split("\n")
    message = finding.message.replace("the definition", "the JSON")
    return "\n".join([f"{place}{what} is not JSON: {message}", *excerpt])
