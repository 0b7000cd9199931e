"""Reads JSON: by the standard library, and by a reader of our own to say what is wrong and where each value stands."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final, NoReturn

from asl.errors import DefinitionError
from asl.findings import Finding
from asl.source_text import PLACEHOLDER, Edits, Locator, Place, below, location, placeholders, replace
from asl.values import JSON

_SPACE: Final = re.compile(r"[ \t\r\n]*")
_STRING: Final = re.compile(r'"(?:[^"\\\x00-\x1f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"')
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![\w.+-])")
_WORD: Final = re.compile(r"[^\s,:\[\]{}\"]+")
_NAME: Final = re.compile(r"[^\W\d][\w.-]*")
_ROUGH_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_ROUGH_STRING_OR_PLACEHOLDER: Final = re.compile(_ROUGH_STRING.pattern + "|" + PLACEHOLDER.pattern, re.DOTALL)
_CHARACTER: Final = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u.{4}|\\.|.", re.DOTALL)
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


class _Malformed(Exception):
    """What is wrong at an offset; never leaves this module."""

    def __init__(self, message: str, start: int, end: int, hint: str | None = None, rule: str = "json-syntax") -> None:
        super().__init__(message)
        self.message, self.start, self.end, self.hint, self.rule = message, start, end, hint, rule


@dataclass(frozen=True, slots=True)
class _Scan:
    """The spans of every value and key by pointer, and the keys that stand twice: (key, first offset, span)."""

    values: dict[str, tuple[int, int]] = field(default_factory=dict)
    keys: dict[str, tuple[int, int]] = field(default_factory=dict)
    twice: list[tuple[str, int, int, int]] = field(default_factory=list)


def read(text: str, name: str, defines: Mapping[str, str]) -> tuple[JSON, Locator]:
    """The value of a JSON text with its placeholders filled, and the locator of its parts. Raises DefinitionError."""
    filled, edits = replace(text, _fillings(text, defines)) if defines and "${" in text else (text, Edits())
    try:
        value = json.loads(filled, object_pairs_hook=_object, parse_constant=_refuse_constant, parse_float=_finite)
    except (ValueError, RecursionError):
        raise DefinitionError(_diagnose(text, filled, edits, name)) from None

    @cache
    def scan() -> _Scan:
        return _scan(filled)

    def locate(pointer: str) -> Place | None:
        try:
            spans = scan()
        except RecursionError:
            return None
        span = spans.values.get(pointer)
        if span is None:
            return None
        key = spans.keys.get(pointer)

        def at(index: int) -> int:
            return edits.back(_character_offset(filled, span[0], index))

        return Place(
            edits.back(span[0]),
            edits.back(span[1], end=True),
            None if key is None else edits.back(key[0]),
            None if key is None else edits.back(key[1], end=True),
            at,
        )

    return value, locate


def _object(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("duplicate key")
    return members


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(word)


def _finite(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise ValueError(digits)
    return number


def _fillings(text: str, defines: Mapping[str, str]) -> Iterator[tuple[int, int, str]]:
    """What to put where: as JSON text inside strings, as it is outside."""
    for found in _ROUGH_STRING_OR_PLACEHOLDER.finditer(text):
        if found[0][0] != '"':
            if found[1] in defines:
                yield found.start(), found.end(), defines[found[1]]
            continue
        for inner in PLACEHOLDER.finditer(text, found.start(), found.end()):
            if inner[1] in defines:
                yield inner.start(), inner.end(), json.dumps(defines[inner[1]], ensure_ascii=False)[1:-1]


def _character_offset(text: str, start: int, index: int) -> int:
    """The offset of the character `index` of the string whose opening quote is at `start`."""
    offset = start + 1
    for _ in range(index):
        found = _CHARACTER.match(text, offset)
        if found is None or found[0] == '"':
            break
        offset = found.end()
    return offset


# -- what is wrong ---------------------------------------------------------------------------------------------------


def _diagnose(text: str, filled: str, edits: Edits, name: str) -> list[Finding]:
    try:
        twice = _scan(filled).twice
    except _Malformed as error:
        return _malformed(text, error, edits, name)
    except RecursionError:
        return [Finding("json-syntax", "the definition is nested too deeply", location=location(name, text, 0, 0))]
    findings = []
    for key, first, start, end in twice:
        earlier = location(name, text, edits.back(first), edits.back(first) + 1)
        findings.append(
            Finding(
                "duplicate-key",
                f"the key {json.dumps(key, ensure_ascii=False)} stands twice in this object: "
                f"first at line {earlier.line}, column {earlier.column}",
                hint="keys must be unique: remove or rename one of the two",
                location=location(name, text, edits.back(start), edits.back(end, end=True)),
            )
        )
    return findings or [Finding("json-syntax", "the text is not JSON", location=location(name, text, 0, 0))]


def _malformed(text: str, error: _Malformed, edits: Edits, name: str) -> list[Finding]:
    if error.rule == "placeholder":
        return [
            _outside_quotes(text, name, found.start(), found.end(), found[1])
            for found in _ROUGH_STRING_OR_PLACEHOLDER.finditer(text)
            if found[1] is not None and not any(s <= found.start() < e for s, e in _originals(edits))
        ]
    start = edits.back(error.start)
    hint = error.hint
    if edits.covers(error.start) and (found := PLACEHOLDER.match(text, start)):
        hint = f"this is the value given for ${{{found[1]}}}; a placeholder for text must stand in double quotes"
    return [
        Finding(error.rule, error.message, hint=hint, location=location(name, text, start, edits.back(error.end, True)))
    ]


def _originals(edits: Edits) -> list[tuple[int, int]]:
    return list(zip(edits.original_starts, edits.original_ends, strict=True))


def _outside_quotes(text: str, name: str, start: int, end: int, placeholder: str) -> Finding:
    return Finding(
        "placeholder",
        f"the placeholder ${{{placeholder}}} has no value, and outside quotes it is not JSON",
        hint=f"give it a value: --define {placeholder}=value",
        location=location(name, text, start, end),
    )


# -- the reader ------------------------------------------------------------------------------------------------------


def _scan(text: str) -> _Scan:
    """The spans of all values of a JSON text. Raises _Malformed at the first thing that is not JSON."""
    scan = _Scan()
    if text.startswith("\ufeff"):
        raise _Malformed(
            "the file begins with a byte order mark (U+FEFF), which JSON does not allow",
            0,
            1,
            "save it as UTF-8 without a byte order mark",
        )
    end = _skip(text, _value(text, _skip(text, 0), "", scan))
    if end < len(text):
        if found := _comment(text, end):
            raise found
        raise _Malformed("there is text after the end of the definition", end, _word_end(text, end))
    return scan


def _skip(text: str, offset: int) -> int:
    found = _SPACE.match(text, offset)
    return found.end() if found else offset


def _word_end(text: str, offset: int) -> int:
    found = _WORD.match(text, offset)
    return found.end() if found else offset + 1


def _value(text: str, offset: int, pointer: str, scan: _Scan) -> int:
    """Records the value at `offset`; gives the offset after it."""
    first = text[offset : offset + 1]
    if first == "{":
        end = _members(text, offset, pointer, scan)
    elif first == "[":
        end = _elements(text, offset, pointer, scan)
    elif first == '"':
        end = _string(text, offset)
    elif found := _NUMBER.match(text, offset):
        digits = found[0]
        if len(digits) > 4000 or abs(float(digits)) == float("inf"):
            raise _Malformed("the number is too big", offset, found.end())
        end = found.end()
    else:
        end = _word_end(text, offset)
        if text[offset:end] not in _LITERALS:
            raise _no_value(text, offset)
    scan.values[pointer] = (offset, end)
    return end


def _members(text: str, start: int, pointer: str, scan: _Scan) -> int:
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
            scan.twice.append((key, seen[key], offset, key_end))
        else:
            seen[key] = offset
        colon = _skip(text, key_end)
        if text[colon : colon + 1] != ":":
            raise _expected("':' after the key", text, colon, start)
        member = below(pointer, key)
        scan.keys[member] = (offset, key_end)
        value_start = _skip(text, colon + 1)
        if text[value_start : value_start + 1] in ("}", ","):
            raise _Malformed(f"the key {text[offset:key_end]} has no value", value_start, value_start + 1)
        if value_start >= len(text):
            raise _unclosed(text, start)
        offset = _skip(text, _value(text, value_start, member, scan))
        first = text[offset : offset + 1]
        if first == "}":
            return offset + 1
        if first != ",":
            raise _expected("',' or '}' after the value", text, offset, start)
        comma = offset
        offset = _skip(text, offset + 1)


def _elements(text: str, start: int, pointer: str, scan: _Scan) -> int:
    offset = _skip(text, start + 1)
    if text[offset : offset + 1] == "]":
        return offset + 1
    number = 0
    while True:
        if offset >= len(text):
            raise _unclosed(text, start)
        offset = _skip(text, _value(text, offset, below(pointer, number), scan))
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
            raise _Malformed(
                "the string is not closed on its line",
                offset,
                index,
                'close it with ", or write a line break in it as \\n',
            )
        if char < " ":
            written = {"\t": "\\t"}.get(char, f"\\u{ord(char):04x}")
            raise _Malformed("a control character stands in a string", index, index + 1, f"write it as {written}")
        if char == "\\":
            good = re.compile(r'\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})').match(text, index)
            if not good:
                shown = text[index : index + 2]
                raise _Malformed(
                    f"JSON has no escape {shown}", index, index + 2, "write a backslash in a string as two: \\\\"
                )
            index = good.end()
            continue
        index += 1
    raise _Malformed("the string is not closed", offset, len(text), 'close it with "')


def _unclosed(text: str, start: int) -> _Malformed:
    kind = "object" if text[start] == "{" else "array"
    closing = "}" if text[start] == "{" else "]"
    return _Malformed(f"the {kind} that begins here is never closed", start, start + 1, f"add the missing '{closing}'")


def _trailing_comma(comma: int, closing: str) -> _Malformed:
    return _Malformed(
        f"a comma stands before the closing '{closing}'", comma, comma + 1, "JSON allows no trailing comma: remove it"
    )


def _comment(text: str, offset: int) -> _Malformed | None:
    if text.startswith(("//", "/*", "#"), offset):
        line_end = text.find("\n", offset)
        return _Malformed(
            "JSON has no comments",
            offset,
            len(text) if line_end < 0 else line_end,
            'use the field "Comment", or write the definition in YAML',
        )
    return None


def _placeholder(text: str, offset: int) -> _Malformed | None:
    found = PLACEHOLDER.match(text, offset)
    return _Malformed("", offset, found.end(), rule="placeholder") if found else None


def _expected(what: str, text: str, offset: int, container: int) -> _Malformed:
    if offset >= len(text):
        return _unclosed(text, container)
    if found := _comment(text, offset) or _placeholder(text, offset):
        return found
    end = _word_end(text, offset)
    if text[offset] == '"':
        rough = _ROUGH_STRING.match(text, offset)
        end = rough.end() if rough else end
    hint = "a comma seems to be missing before it" if what.startswith("','") and text[offset] in '"{[' else None
    return _Malformed(f"expected {what}, but found {_shown(text[offset:end])}", offset, end, hint)


def _no_key(text: str, offset: int, container: int, comma: int | None) -> _Malformed:
    if offset >= len(text):
        return _unclosed(text, container)
    if text[offset] == "}" and comma is not None:
        return _trailing_comma(comma, "}")
    if found := _comment(text, offset) or _placeholder(text, offset):
        return found
    end = _word_end(text, offset)
    if text[offset] == "'":
        return _Malformed("keys stand in double quotes in JSON, not in single ones", offset, end)
    if found_name := _NAME.match(text, offset):
        word = found_name[0]
        return _Malformed(f"the key {word} must stand in double quotes", offset, found_name.end(), f'write "{word}"')
    return _Malformed(f"expected a key in double quotes, but found {_shown(text[offset:end])}", offset, end)


def _no_value(text: str, offset: int) -> _Malformed:
    if offset >= len(text):
        return _Malformed("the text ends where a value should stand", max(0, len(text) - 1), len(text))
    if found := _comment(text, offset) or _placeholder(text, offset):
        return found
    end = _word_end(text, offset)
    word = text[offset:end]
    if word[0] == "'":
        return _Malformed(
            "strings stand in double quotes in JSON, not in single ones", offset, end, "write \" in the place of '"
        )
    if word in _FOREIGN_LITERALS:
        return _Malformed(f"{word} is not JSON", offset, end, f"write {_FOREIGN_LITERALS[word]}")
    if word.lstrip("+-") in ("NaN", "Infinity", "inf", "nan"):
        return _Malformed(f"{word} is not a JSON number", offset, end, "JSON has finite numbers only")
    if word[0] in "+-.0123456789":
        return _Malformed(f"{word} is not a JSON number", offset, end, "JSON numbers look like 0, -1, 2.5 or 1e3")
    if _NAME.match(word):
        hint = "strings stand in double quotes"
        return _Malformed(f"unrecognized word {_shown(word)} where a value should stand", offset, end, hint)
    return _Malformed(f"expected a value, but found {_shown(word)}", offset, end)


def _shown(text: str) -> str:
    names = placeholders(text)
    if names:
        return f"${{{names[0]}}}"
    return text if len(text) <= 40 else text[:37] + "..."
