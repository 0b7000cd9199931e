"""Colours for lines of JSON and YAML. A line may be cut anywhere: what is left of it is coloured all the same."""

from __future__ import annotations

import re
from typing import Final

from asl.story_text import Style

_TOKEN: Final = re.compile(
    r'(?P<string>"(?:[^"\\]|\\.)*"?)(?P<colon>\s*:(?=\s|$))?'
    r"|(?P<fold>…\s?(?:[\d,]+(?: more| as before)?)?|\([\d,]+ characters\))"
    r"|(?<![\w.])(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.])"
    r"|\b(?P<word>true|false|null)\b"
)
_YAML_KEY: Final = re.compile(
    r"""(?P<before>\s*(?:-\s+)*)(?P<key>"[^"]*"|'[^']*'|[^\s#"'\[{&*!|>-][^#:]*?)(?P<colon>:)(?=\s|$)"""
)
_YAML_DASH: Final = re.compile(r"\s*(?:-\s+)*")
_YAML_COMMENT: Final = re.compile(r"(?:^|\s)#.*$")
_YAML_SCALAR: Final = re.compile(r"\s*(?:-?\d+(?:\.\d+)?|true|false|null|~)\s*$")


def json(line: str, style: Style) -> str:
    """The line with colours for keys, texts, numbers and literals."""
    return _TOKEN.sub(lambda found: _json_token(found, style), line) if style.on else line


def _json_token(found: re.Match[str], style: Style) -> str:
    if found["fold"] is not None:
        return style.dim(found[0])
    if found["string"] is None:
        return style.yellow(found[0])
    if found["colon"] is not None:
        return style.cyan(found["string"]) + found["colon"]
    return style.green(found["string"])


def yaml(line: str, style: Style) -> str:
    """The line with colours for keys, comments, quoted texts and simple scalars."""
    if not style.on:
        return line
    comment = _YAML_COMMENT.search(line)
    if comment is not None and line[: comment.start()].count('"') % 2 == 0:
        return yaml(line[: comment.start()], style) + style.dim(comment[0])
    key = _YAML_KEY.match(line)
    if key is not None:
        return key["before"] + style.cyan(key["key"]) + key["colon"] + _yaml_value(line[key.end() :], style)
    dash = _YAML_DASH.match(line)
    end = 0 if dash is None else dash.end()
    return line[:end] + _yaml_value(line[end:], style)


def _yaml_value(text: str, style: Style) -> str:
    if _YAML_SCALAR.match(text):
        return style.yellow(text)
    if text.lstrip()[:1] in ("'",):
        return style.green(text)
    return json(text, style) if text.lstrip()[:1] in ('"', "{", "[") else text
