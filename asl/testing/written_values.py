"""Writes JSON values down in tests: as Python, and as YAML."""

from __future__ import annotations

import json
import pprint
import re
from typing import Final

from asl.json_text import dumps
from asl.values import JSON

_WIDTH: Final = 100
_WORDS: Final = frozenset(("true", "false", "yes", "no", "on", "off", "null", "none"))


def python_text(value: str) -> str:
    """A Python string, in double quotes where that is readable."""
    return json.dumps(value, ensure_ascii=False) if value.isprintable() else repr(value)


def python(value: JSON) -> str:
    """A value as Python, over several lines where it is long: for the body of a function."""
    if isinstance(value, str):
        return python_text(value)
    text = pprint.pformat(value, width=_WIDTH, sort_dicts=False).replace("'", '"') if _is_simple(value) else repr(value)
    return text.replace("\n", "\n        ")


def _is_simple(value: JSON) -> bool:
    """Whether quotes of one kind can stand for those of the other in what is printed."""
    text = dumps(value)
    return "'" not in text and "\\" not in text


def yaml(value: JSON) -> str:
    """A value on one line of YAML; plain where it is a simple text."""
    if (
        isinstance(value, str)
        and re.fullmatch(r"(\.{0,2}/)*[A-Za-z][\w./ -]*\w", value)
        and value.lower() not in _WORDS
    ):
        return value
    text = json.dumps(value, ensure_ascii=False)
    return text if text.isprintable() else "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in text)


def identifier(title: str) -> str:
    """A title as a part of a Python name."""
    return re.sub(r"\W+", "_", title.lower()).strip("_")[:70].strip("_")
