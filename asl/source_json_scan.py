"""Reads JSON strictly: where every value and key stands, or what is wrong with the text, in words that help."""

import json
import re
from dataclasses import dataclass, field
from typing import Final

from asl.source_text import PLACEHOLDER, below, placeholders

_SPACE: Final = re.compile(r"[ \t\r\n]*")
_STRING: Final = re.compile(r'"(?:[^"\\\x00-\x1f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"')
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![\w.+-])")
_WORD: Final = re.compile(r"[^\s,:\[\]{}\"]+")
_NAME: Final = re.compile(r"[^\W\d][\w.-]*")
_ROUGH_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
ROUGH_STRING_OR_PLACEHOLDER: Final = re.compile(_ROUGH_STRING.pattern + "|" + PLACEHOLDER.pattern, re.DOTALL)
_LITERALS: Final = {"true", "false", "null"}
_FOREIGN_LITERALS: Final = {
    "True": "true",
    "False": "false",
    "None": "null",
    "TRUE": "true",
    "FALSE": "false",
    "NULL": "null",
    "undefined": "null",
    "yes": "true",
    "no": "false",
}


class Malformed(Exception):
    """What is wrong with a text: `text[start:end]`. For a leftover placeholder the message is empty."""

    def __init__(self, message: str, start: int, end: int, hint: str | None = None, rule: str = "json-syntax") -> None:
        super().__init__(message)
        self.message, self.start, self.end, self.hint, self.rule = message, start, end, hint, rule


@dataclass(frozen=True, slots=True)
class Scan:
    """The spans of every value and key by pointer, and the keys that stand twice: (key, first offset, span)."""

    values: dict[str, tuple[int, int]] = field(default_factory=dict)
    keys: dict[str, tuple[int, int]] = field(default_factory=dict)
    twice: list[tuple[str, int, int, int]] = field(default_factory=list)


def scan(text: str) -> Scan:
    """The spans of all values of a JSON text. Raises Malformed at the first thing that is not JSON."""
    result = Scan()
    if text.startswith("\ufeff"):
        raise Malformed(
            "the file begins with a byte order mark (U+FEFF), which JSON does not allow",
            0,
            1,
            "save it as UTF-8 without a byte order mark",
        )
    end = _skip(text, _value(text, _skip(text, 0), "", result))
    if end < len(text):
        if found := _comment(text, end):
            raise found
        raise Malformed("there is text after the end of the definition", end, _word_end(text, end))
    return result


def _skip(text: str, offset: int) -> int:
    found = _SPACE.match(text, offset)
    return found.end() if found else offset


def _word_end(text: str, offset: int) -> int:
    found = _WORD.match(text, offset)
    return found.end() if found else offset + 1


def _value(text: str, offset: int, pointer: str, result: Scan) -> int:
    """Records the value at `offset`; gives the offset after it."""
    first = text[offset : offset + 1]
    if first == "{":
        end = _members(text, offset, pointer, result)
    elif first == "[":
        end = _elements(text, offset, pointer, result)
    elif first == '"':
        end = _string(text, offset)
    elif found := _NUMBER.match(text, offset):
        digits = found[0]
        if len(digits) > 4000 or abs(float(digits)) == float("inf"):
            raise Malformed("the number is too big", offset, found.end())
        end = found.end()
    else:
        end = _word_end(text, offset)
        if text[offset:end] not in _LITERALS:
            raise _no_value(text, offset)
    result.values[pointer] = (offset, end)
    return end


def _members(text: str, start: int, pointer: str, result: Scan) -> int:
    seen: dict[str, int] = {}
    comma: int | None = None
    offset = _skip(text, start + 1)
    while True:
        first = text[offset : offset + 1]
        if first == "}" and comma is None:
            return offset + 1
        if first != '"':
            raise _no_key(text, offset, start, comma)
        key_end = _string(text, offset)
        key = json.loads(text[offset:key_end])
        if key in seen:
            result.twice.append((key, seen[key], offset, key_end))
        else:
            seen[key] = offset
        colon = _skip(text, key_end)
        if text[colon : colon + 1] != ":":
            raise _expected("':' after the key", text, colon, start)
        member = below(pointer, key)
        result.keys[member] = (offset, key_end)
        value_start = _skip(text, colon + 1)
        if text[value_start : value_start + 1] in ("}", ","):
            raise Malformed(f"the key {text[offset:key_end]} has no value", value_start, value_start + 1)
        if value_start >= len(text):
            raise _unclosed(text, start)
        offset = _skip(text, _value(text, value_start, member, result))
        first = text[offset : offset + 1]
        if first == "}":
            return offset + 1
        if first != ",":
            raise _expected("',' or '}' after the value", text, offset, start)
        comma = offset
        offset = _skip(text, offset + 1)


def _elements(text: str, start: int, pointer: str, result: Scan) -> int:
    offset = _skip(text, start + 1)
    if text[offset : offset + 1] == "]":
        return offset + 1
    number = 0
    while True:
        if offset >= len(text):
            raise _unclosed(text, start)
        offset = _skip(text, _value(text, offset, below(pointer, number), result))
        number += 1
        first = text[offset : offset + 1]
        if first == "]":
            return offset + 1
        if first != ",":
            raise _expected("',' or ']' after the element", text, offset, start)
        comma = offset
        offset = _skip(text, offset + 1)
        if text[offset : offset + 1] == "]":
            raise _trailing_comma(comma, "]")


def _string(text: str, offset: int) -> int:
    found = _STRING.match(text, offset)
    if found:
        return found.end()
    index = offset + 1
    while index < len(text):
        char = text[index]
        if char in "\r\n":
            raise Malformed(
                "the string is not closed on its line",
                offset,
                index,
                'close it with ", or write a line break in it as \\n',
            )
        if char < " ":
            written = {"\t": "\\t"}.get(char, f"\\u{ord(char):04x}")
            raise Malformed("a control character stands in a string", index, index + 1, f"write it as {written}")
        if char == "\\":
            good = re.compile(r'\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})').match(text, index)
            if not good:
                shown = text[index : index + 2]
                raise Malformed(
                    f"JSON has no escape {shown}", index, index + 2, "write a backslash in a string as two: \\\\"
                )
            index = good.end()
            continue
        index += 1
    raise Malformed("the string is not closed", offset, len(text), 'close it with "')


def _unclosed(text: str, start: int) -> Malformed:
    kind = "object" if text[start] == "{" else "array"
    closing = "}" if text[start] == "{" else "]"
    return Malformed(f"the {kind} that begins here is never closed", start, start + 1, f"add the missing '{closing}'")


def _trailing_comma(comma: int, closing: str) -> Malformed:
    return Malformed(
        f"a comma stands before the closing '{closing}'", comma, comma + 1, "JSON allows no trailing comma: remove it"
    )


def _comment(text: str, offset: int) -> Malformed | None:
    if text.startswith(("//", "/*", "#"), offset):
        line_end = text.find("\n", offset)
        return Malformed(
            "JSON has no comments",
            offset,
            len(text) if line_end < 0 else line_end,
            'use the field "Comment", or write the definition in YAML',
        )
    return None


def _placeholder(text: str, offset: int) -> Malformed | None:
    found = PLACEHOLDER.match(text, offset)
    return Malformed("", offset, found.end(), rule="placeholder") if found else None


def _expected(what: str, text: str, offset: int, container: int) -> Malformed:
    if offset >= len(text):
        return _unclosed(text, container)
    if found := _comment(text, offset) or _placeholder(text, offset):
        return found
    end = _word_end(text, offset)
    if text[offset] == '"':
        rough = _ROUGH_STRING.match(text, offset)
        end = rough.end() if rough else end
    hint = "a comma seems to be missing before it" if what.startswith("','") and text[offset] in '"{[' else None
    return Malformed(f"expected {what}, but found {_shown(text[offset:end])}", offset, end, hint)


def _no_key(text: str, offset: int, container: int, comma: int | None) -> Malformed:
    if offset >= len(text):
        return _unclosed(text, container)
    if text[offset] == "}" and comma is not None:
        return _trailing_comma(comma, "}")
    if found := _comment(text, offset) or _placeholder(text, offset):
        return found
    end = _word_end(text, offset)
    if text[offset] == "'":
        return Malformed("keys stand in double quotes in JSON, not in single ones", offset, end)
    if found_name := _NAME.match(text, offset):
        word = found_name[0]
        return Malformed(f"the key {word} must stand in double quotes", offset, found_name.end(), f'write "{word}"')
    return Malformed(f"expected a key in double quotes, but found {_shown(text[offset:end])}", offset, end)


def _no_value(text: str, offset: int) -> Malformed:
    if offset >= len(text):
        return Malformed("the text ends where a value should stand", max(0, len(text) - 1), len(text))
    if found := _comment(text, offset) or _placeholder(text, offset):
        return found
    end = _word_end(text, offset)
    word = text[offset:end]
    if word[0] == "'":
        return Malformed(
            "strings stand in double quotes in JSON, not in single ones", offset, end, "write \" in the place of '"
        )
    if word in _FOREIGN_LITERALS:
        return Malformed(f"{word} is not JSON", offset, end, f"write {_FOREIGN_LITERALS[word]}")
    if word.lstrip("+-") in ("NaN", "Infinity", "inf", "nan"):
        return Malformed(f"{word} is not a JSON number", offset, end, "JSON has finite numbers only")
    if word[0] in "+-.0123456789":
        return Malformed(f"{word} is not a JSON number", offset, end, "JSON numbers look like 0, -1, 2.5 or 1e3")
    if _NAME.match(word):
        hint = "strings stand in double quotes"
        return Malformed(f"unrecognized word {_shown(word)} where a value should stand", offset, end, hint)
    return Malformed(f"expected a value, but found {_shown(word)}", offset, end)


def _shown(text: str) -> str:
    names = placeholders(text)
    if names:
        return f"${{{names[0]}}}"
    return text if len(text) <= 40 else text[:37] + "..."
