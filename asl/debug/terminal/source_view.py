"""The definition around a place: numbered lines, the state's marked in the margin, an arrow at the current one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from asl.debug.terminal import highlight
from asl.debug.terminal.fitting import columns, without_beginning
from asl.machine import Machine
from asl.source_text import below, pointer_tokens
from asl.story_text import Style, cut, plain
from asl.values import JSON

_MINIFIED: Final = 400  # characters of a line that no person has written
_TAB: Final = 4


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Lines of a definition around a place.

    Lines count from 1; `first` to `last` are those of the state, `current` is the one in question. What is meant begins
    in its `column`, and takes `width` of them. `note` says why the lines are not those of the file, and then they have
    no numbers.
    """

    lines: list[str]
    first: int
    last: int
    current: int
    column: int = 1
    width: int = 0
    format: str = "json"
    note: str = ""


def excerpt(machine: Machine, state: str, pointer: str) -> Excerpt:
    """The lines of the definition that has the state at the JSON pointer `state`, the current one that of `pointer`.

    A pointer to nothing, of a field that has a default say, gives the line of the state.
    """
    document = machine.document
    whole = document.locate(state)
    if whole is None or len(whole.source_line) > _MINIFIED:
        note = "" if whole is None else f"{whole.file} has it all on line {whole.line}; laid out:"
        return _laid_out(document.at(state), state, pointer, note or "defined in Python; as JSON:")
    place = document.locate(pointer, key=True) or document.locate(state, key=True) or whole
    first, last = document.lines(state) or (whole.line, whole.line)
    lines = document.text.removesuffix("\n").split("\n")
    return Excerpt(lines, first, last, place.line, place.column, place.width, document.format)


def _laid_out(value: JSON, state: str, pointer: str, note: str) -> Excerpt:
    """The state as indented JSON."""
    lines = _written(value, state, json.dumps(pointer_tokens(state)[-1], ensure_ascii=False) + ": ")
    current = next((number for number, (_, each) in enumerate(lines, 1) if each == pointer), 1)
    return Excerpt([line for line, _ in lines], 1, len(lines), current, note=note)


def _written(value: JSON, pointer: str, head: str = "", margin: str = "") -> list[tuple[str, str]]:
    """The lines of a value as JSON, each with the pointer of what begins there."""
    text = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or len(margin + head + text) <= 60:
        return [(margin + head + text, pointer)]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    members = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
    lines = [(margin + head + opening, pointer)]
    for number, (key, member) in enumerate(members):
        name = f"{json.dumps(key, ensure_ascii=False)}: " if isinstance(value, dict) else ""
        inside = _written(member, below(pointer, key), name, margin + "  ")
        if number + 1 < len(members):
            inside[-1] = (inside[-1][0] + ",", inside[-1][1])
        lines += inside
    return [*lines, (margin + closing, "")]


def painted(shown: Excerpt, start: int, end: int, width: int, style: Style) -> list[str]:
    """Lines `start` to `end` of an excerpt as they are shown."""
    start, end = max(1, start), min(len(shown.lines), end)
    digits = 0 if shown.note else len(str(end))
    lines = [style.dim(f"    {plain(shown.note)}")] if shown.note else []
    for number in range(start, end + 1):
        is_current = number == shown.current
        edge = style.blue("┃") if shown.first <= number <= shown.last else style.dim("│")
        arrow = style.bold(style.yellow("→")) if is_current else " "
        margin = f"{number:{digits}} " if digits else ""
        margin = style.bold(margin) if is_current else style.dim(margin)
        room = max(20, width - digits - 7)
        line = shown.lines[number - 1]
        text, column = _visible(line, shown.column if is_current else 1, room)
        paint = highlight.yaml if shown.format == "yaml" else highlight.json
        lines.append(f"  {arrow} {margin}{edge} {paint(text, style)}".rstrip())
        if is_current and line[: shown.column - 1].strip():  # something else stands before it
            marked = columns(line[shown.column - 1 : shown.column - 1 + shown.width])
            carets = "^" * max(1, min(marked, room - column))
            lines.append(f"    {' ' * (digits + 1 if digits else 0)}{edge} {' ' * column}{style.yellow(carets)}")
    return lines


def _visible(line: str, column: int, room: int) -> tuple[str, int]:
    """The part of a line that fits, with a column in it, and how many columns are before that.

    What could drive the terminal is written out.
    """
    whole = line.rstrip("\r\n").expandtabs(_TAB)
    at = len(line[: column - 1].expandtabs(_TAB))
    before, text = plain(whole[:at]), plain(whole)
    if columns(text) > room and columns(before) > room * 2 // 3:
        kept = without_beginning(before, max(room // 3, room - 1 - columns(text[len(before) :])))
        before, text = kept, kept + text[len(before) :]
    return cut(text, room), columns(before)


def window(shown: Excerpt, height: int) -> tuple[int, int]:
    """The first and the last of `height` lines around the current one: the state's own before those around it."""
    if shown.last - shown.first < height:
        spare = height - (shown.last - shown.first + 1)
        start = shown.first - min(1, spare)
        return start, min(shown.last + min(1, max(0, spare - 1)), start + height - 1)
    start = max(shown.first, min(shown.current - height // 3, shown.last - height + 1))
    return start, start + height - 1
