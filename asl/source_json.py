"""Reads JSON: by the standard library, and by a reader of our own to say what is wrong and where each value stands."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final, NoReturn

from asl.errors import DefinitionError
from asl.findings import Finding
from asl.source_json_scan import ROUGH_STRING_OR_PLACEHOLDER, Malformed, Scan, scan
from asl.source_text import PLACEHOLDER, Edits, Locator, Place, location, replace
from asl.values import JSON

_CHARACTER: Final = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u.{4}|\\.|.", re.DOTALL)


def read(text: str, name: str, defines: Mapping[str, str]) -> tuple[JSON, Locator]:
    """The value of a JSON text with its placeholders filled, and the locator of its parts. Raises DefinitionError."""
    filled, edits = replace(text, _fillings(text, defines)) if defines and "${" in text else (text, Edits())
    try:
        value = json.loads(filled, object_pairs_hook=_object, parse_constant=_refuse_constant, parse_float=_finite)
    except (ValueError, RecursionError):
        raise DefinitionError(_diagnose(text, filled, edits, name)) from None

    @cache
    def spans() -> Scan:
        return scan(filled)

    def locate(pointer: str) -> Place | None:
        try:
            found = spans()
        except RecursionError:
            return None
        span = found.values.get(pointer)
        if span is None:
            return None
        key = found.keys.get(pointer)

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
    for found in ROUGH_STRING_OR_PLACEHOLDER.finditer(text):
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
        twice = scan(filled).twice
    except Malformed as error:
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


def _malformed(text: str, error: Malformed, edits: Edits, name: str) -> list[Finding]:
    if error.rule == "placeholder":
        return [
            _outside_quotes(text, name, found.start(), found.end(), found[1])
            for found in ROUGH_STRING_OR_PLACEHOLDER.finditer(text)
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
