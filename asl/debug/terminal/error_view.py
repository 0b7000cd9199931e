"""An error of a state, or of an execution, with its cause."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final, cast

from asl.debug.terminal import data_view, highlight
from asl.debug.terminal.data_view import Fold
from asl.debug.terminal.fitting import wrapped
from asl.errors import StateError
from asl.story_text import Style, plain
from asl.values import JSON

_SHOWN: Final = 1_000  # characters of a cause that is a text
_LINES: Final = 12  # of a cause that is JSON


def lines(error: StateError, width: int, style: Style) -> Iterator[str]:
    """The name and the cause: as data where it is JSON, as that of a function or of an execution is, else as text."""
    name, cause = plain(error.error or "an error without a name"), error.cause or ""
    value = _object(cause)
    if value is None:
        yield from _text(name, cause, width, style)
        return
    whole = data_view.inline(value, width - len(name) - 4)
    yield f"  {style.red(name)}: {highlight.json(whole or '', style)}".rstrip()
    for line in data_view.shown(value, Fold(_LINES, width - 6)).lines if whole is None else ():
        yield f"      {highlight.json(line, style)}"


def refusal(text: str, width: int, style: Style) -> list[str]:
    """Why a command could not be done, after `error:`, broken between words; a line that has carets below it is not."""
    lines = [plain(line) for line in f"error: {text.removeprefix('error: ')}".splitlines()]
    told: list[str] = []
    for number, line in enumerate(lines):
        indent = " " * (len(line) - len(line.lstrip()))
        is_excerpt = any(set(each) <= set(" |^") and "^" in each for each in lines[number : number + 2])
        told += [line] if is_excerpt else wrapped(line.lstrip(), width, indent, f"{indent}  ")
    told[0] = style.red("error:") + told[0].removeprefix("error:")
    return told


def _text(name: str, cause: str, width: int, style: Style) -> Iterator[str]:
    told = f"{name}: {plain(cause[:_SHOWN])}" if cause else name
    first, *others = wrapped(told, width, "  ", "    ")
    yield first.replace(name, style.red(name), 1)
    yield from others


def _object(text: str) -> JSON:
    """The object that a text is as JSON, None where it is none."""
    if not text.startswith("{"):
        return None
    try:
        return cast(JSON, json.loads(text))
    except (ValueError, RecursionError):
        return None
