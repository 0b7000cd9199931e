"""Where the characters of a YAML scalar's value stand in the text, however the scalar is written.

The value is worked out again from the text, each character with its offset, and compared with the value that the
parser found: where the two differ (breaks that are no line feeds, odd escapes), nothing is known.
"""

import re
from collections.abc import Iterator
from typing import Final

_BREAK: Final = r"(?:\r\n|\r|\n|\x85)"
_LINE: Final = re.compile(rf"(?P<content>[^\r\n\x85]*)(?P<break>{_BREAK}|\Z)")
_FOLD: Final = rf"(?P<fold>[ \t]*{_BREAK}(?:[ \t]*{_BREAK})*[ \t]*)"
_ONE_BREAK: Final = re.compile(_BREAK)
_PLAIN: Final = re.compile(rf"{_FOLD}|.", re.DOTALL)
_SINGLE: Final = re.compile(rf"{_FOLD}|''|.", re.DOTALL)
_DOUBLE: Final = re.compile(
    rf"{_FOLD}|(?P<joined>\\{_BREAK}[ \t]*)|(?P<escape>\\(?:x..|u.{{4}}|U.{{8}}|.))|.", re.DOTALL
)
_ESCAPED: Final = {
    **dict(zip('0abtnvfre "/\\N_LP', '\0\a\b\t\n\v\f\r\x1b "/\\\x85\xa0\u2028\u2029', strict=True)),
    "\t": "\t",
}


def offsets(text: str, start: int, end: int, style: str | None, value: str) -> list[int] | None:
    """The offset in the text of each character of the value; None when it cannot be told.

    `text[start:end]` is the scalar without anchor and tag, `style` what PyYAML says of it. What stands for several
    characters (an escape, a line break with the indentation after it) stands where it begins.
    """
    if style in ("|", ">"):
        found = list(_block(text, start, end, style == ">", value))[: len(value)]
    elif style in ("'", '"'):
        found = list(_flow(text, start + 1, end - 1, _SINGLE if style == "'" else _DOUBLE))
    else:
        found = list(_flow(text, start, end, _PLAIN))
    return [offset for _, offset in found] if "".join(char for char, _ in found) == value else None


def _block(text: str, start: int, end: int, folded: bool, value: str) -> Iterator[tuple[str, int]]:
    """The characters of a literal or folded block, with all the line breaks that may end it."""
    lines = _LINE.finditer(text, start, end)
    next(lines)  # the header: | or > with its indicators
    start_of_value = value.lstrip("\n")
    empty_lines = len(value) - len(start_of_value)
    indent: int | None = None
    breaks: list[int] = []
    was_indented = True
    for line in lines:
        content = line["content"]
        if len(breaks) == empty_lines and indent is None:
            indent = _leading(content) - _leading(start_of_value)
        if indent is None or not content[indent:]:
            breaks.append(line.start("break"))
            continue
        is_indented = content[indent] in " \t"
        if folded and breaks and not was_indented and not is_indented:
            # The first break is folded: to a space if it is the only one.
            yield from ((" ", breaks[0]),) if len(breaks) == 1 else (("\n", offset) for offset in breaks[1:])
        else:
            yield from (("\n", offset) for offset in breaks)
        was_indented = is_indented
        first = line.start("content") + indent
        yield from zip(content[indent:], range(first, line.end("content")), strict=True)
        breaks = [line.start("break")]
    yield from (("\n", offset) for offset in breaks)


def _leading(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _flow(text: str, start: int, end: int, token: re.Pattern[str]) -> Iterator[tuple[str, int]]:
    """The characters of a plain or quoted scalar, which may stand on several lines."""
    for found in token.finditer(text, start, end):
        offset, kind, written = found.start(), found.lastgroup, found[0]
        if kind == "fold":
            breaks = [offset + each.start() for each in _ONE_BREAK.finditer(written)]
            yield from (("\n", each) for each in breaks[1:]) if len(breaks) > 1 else ((" ", breaks[0]),)
        elif kind == "escape":
            code = written[2:]
            yield (chr(int(code, 16)) if code else _ESCAPED.get(written[1], ""), offset)
        elif kind != "joined":
            yield written[0], offset
