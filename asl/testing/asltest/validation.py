"""What a test file has that its schema does not allow, as findings with their places.

Works on the part of JSON Schema that `asl.testing.asltest.schema` uses. A general validator would say of a mistake in
one of several alternatives only that none of them holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from asl.findings import Finding, did_you_mean
from asl.json_text import dumps
from asl.source import Document
from asl.source_text import below, pointer_tokens
from asl.testing.asltest.schema import DEFINITIONS, GRAMMAR
from asl.values import JSON

_KINDS: Final = {
    "object": "an object",
    "array": "a list",
    "string": "a text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "null": "null",
}


def validate(document: Document) -> list[Finding]:
    """All that is wrong with the form of a test file, in its order; [] when it is as the schema says."""
    found = _Validator(document).check(GRAMMAR, document.value, "")
    return sorted(found, key=lambda each: (each.location.line, each.location.column) if each.location else (0, 0))


@dataclass(frozen=True, slots=True)
class _Validator:
    document: Document

    def finding(self, pointer: str, message: str, hint: str | None = None, key: bool = False) -> Finding:
        place = self.document.locate(pointer, key=key) or self.document.locate(pointer)
        return Finding("test-file", message, pointer, hint, place)

    def check(self, schema: dict[str, Any], value: JSON, pointer: str) -> Iterator[Finding]:
        if "$ref" in schema:
            schema = DEFINITIONS[schema["$ref"].rpartition("/")[2]]
        if "anyOf" in schema:
            chosen = next((each for each in schema["anyOf"] if _is_of(_types(each), value)), None)
            if chosen is None:
                yield self._wrong_type(pointer, [kind for each in schema["anyOf"] for kind in _types(each)], value)
            else:
                yield from self.check(chosen, value, pointer)
            return
        if not _is_of(_types(schema), value):
            yield self._wrong_type(pointer, _types(schema), value)
        elif "const" in schema and value is not schema["const"]:
            yield self.finding(pointer, f"{_name(pointer)} can only be true, not {_kind(value)}")
        elif "enum" in schema and value not in schema["enum"]:
            listed = ", ".join(schema["enum"])
            hint = (did_you_mean(value, schema["enum"]) if isinstance(value, str) else None) or f"it is one of {listed}"
            yield self.finding(pointer, f"{_name(pointer)} cannot be {_shown(value)}", hint)
        elif isinstance(value, dict):
            yield from self._members(schema, value, pointer)
        elif isinstance(value, list):
            if len(value) < schema.get("minItems", 0):
                yield self.finding(pointer, f"{_name(pointer)} has nothing in it")
            for index, element in enumerate(value if "items" in schema else ()):
                yield from self.check(schema["items"], element, below(pointer, index))
        elif isinstance(value, str):
            yield from self._text(schema, value, pointer)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            low, high = schema.get("minimum", value), schema.get("maximum", value)
            if not low <= value <= high:
                upper = f" to {high}" if "maximum" in schema else ""
                yield self.finding(pointer, f"{_name(pointer)} must be from {low}{upper}, not {_shown(value)}")

    def _wrong_type(self, pointer: str, types: list[str], value: JSON) -> Finding:
        wanted = " or ".join(_KINDS[each] for each in dict.fromkeys(types))
        return self.finding(pointer, f"{_name(pointer)} must be {wanted}, not {_kind(value)}")

    def _text(self, schema: dict[str, Any], value: str, pointer: str) -> Iterator[Finding]:
        if len(value) < schema.get("minLength", 0):
            yield self.finding(pointer, f"{_name(pointer)} is empty")
        elif "pattern" in schema and not re.search(schema["pattern"], value):
            yield self.finding(pointer, f"{_name(pointer)} must be {schema['patternMeaning']}, not '{value}'")

    def _members(self, schema: dict[str, Any], value: dict[str, JSON], pointer: str) -> Iterator[Finding]:
        known: dict[str, Any] = schema.get("properties", {})
        others = schema.get("additionalProperties", {})
        if not value and schema.get("minProperties"):
            yield self.finding(pointer, f"{_name(pointer)} has nothing in it")
        for name, member in value.items():
            at = below(pointer, name)
            if name in known:
                yield from self.check(known[name], member, at)
            elif others is False:
                hint = did_you_mean(name, known) or f"there are {', '.join(each for each in known if each[0] != '$')}"
                yield self.finding(at, f"{_owner(pointer)} has no '{name}'", hint, key=True)
            else:
                yield from self.check(others, member, at)
        for name in schema.get("required", ()):
            if name not in value:
                yield self.finding(pointer, f"{_owner(pointer)} needs '{name}'", key=True)
        yield from self._combined(schema, value, pointer)

    def _combined(self, schema: dict[str, Any], value: dict[str, JSON], pointer: str) -> Iterator[Finding]:
        """What is wrong with members that exclude or need each other."""
        choices = [each["required"][0] for each in schema.get("oneOf", ())]
        chosen = [name for name in choices if name in value]
        is_misspelt = not chosen and not value.keys() <= schema.get("properties", {}).keys()
        if choices and len(chosen) != 1 and not is_misspelt:
            listed = f"{', '.join(choices[:-1])} and {choices[-1]}"
            has = f"; this has {' and '.join(chosen)}" if chosen else ""
            yield self.finding(pointer, f"{_owner(pointer)} needs one of {listed}{has}")
        excluded = [name for name in schema.get("excludes", ()) if name in value]
        if len(excluded) > 1:
            text = f"'{excluded[0]}' and '{excluded[1]}' exclude each other"
            yield self.finding(below(pointer, excluded[1]), text, key=True)
        for name, needed in schema.get("dependentRequired", {}).items():
            for other in needed:
                if name in value and other not in value:
                    yield self.finding(below(pointer, name), f"'{name}' is for cases with '{other}'", key=True)


def _types(schema: dict[str, Any]) -> list[str]:
    if "$ref" in schema:
        schema = DEFINITIONS[schema["$ref"].rpartition("/")[2]]
    types = schema.get("type", [])
    return [types] if isinstance(types, str) else types


def _is_of(types: list[str], value: JSON) -> bool:
    return not types or any(_is_a(kind, value) for kind in types)


def _is_a(kind: str, value: JSON) -> bool:
    match value:
        case None:
            return kind == "null"
        case bool():
            return kind == "boolean"
        case int():
            return kind in ("integer", "number")
        case float():
            return kind == "number" or (kind == "integer" and value.is_integer())
        case str():
            return kind == "string"
        case list():
            return kind == "array"
    return kind == "object"


def _name(pointer: str) -> str:
    """What a value is called: by its key, `mocks.Charge` where that alone says little."""
    tokens = pointer_tokens(pointer)
    if not tokens:
        return "a test file"
    if tokens[-1].isdecimal() and len(tokens) > 1:
        return f"element {tokens[-1]} of '{tokens[-2]}'"
    return f"'{tokens[-1]}'"


def _owner(pointer: str) -> str:
    tokens = pointer_tokens(pointer)
    if not tokens:
        return "a test file"
    if len(tokens) == 2 and tokens[0] == "cases":
        return f"the case '{tokens[1]}'"
    return _name(pointer)


def _kind(value: JSON) -> str:
    if isinstance(value, bool | None):
        return dumps(value)
    return next(_KINDS[kind] for kind in ("object", "array", "string", "number") if _is_a(kind, value))


def _shown(value: JSON) -> str:
    return f"'{value}'" if isinstance(value, str) else str(value) if isinstance(value, int | float) else _kind(value)
