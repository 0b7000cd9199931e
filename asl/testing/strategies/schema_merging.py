"""Two JSON Schemas laid together: what both allow, where one schema can say that."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from asl.errors import InputError
from asl.json_text import dumps

ANNOTATIONS: Final = frozenset(("title", "description", "default", "examples", "$comment", "deprecated", "readOnly"))
"""Keywords that allow and forbid nothing."""


def both(one: Any, other: Any) -> Any:
    """A schema that allows what both allow. Raises InputError where one cannot say that, or nothing is left."""
    if one is False or other is False:
        return False
    one, other = ({} if each is True else each for each in (one, other))
    one, other = _with_properties_of(one, other), _with_properties_of(other, one)
    merged = dict(one)
    for key, value in other.items():
        if key not in merged or key in ANNOTATIONS or merged[key] == value:
            merged[key] = value
        else:
            merged[key] = _combined(key, merged[key], value)
    return merged


def _with_properties_of(schema: Mapping[str, Any], other: Mapping[str, Any]) -> Mapping[str, Any]:
    """A schema that says itself what it allows of the properties that another one names."""
    if "additionalProperties" not in schema:
        return schema
    own = schema.get("properties", {})
    named = [*other.get("properties", {}), *_listed(other.get("required"))]
    patterns = schema.get("patternProperties", {})
    added = {
        name: schema["additionalProperties"]
        for name in named
        if name not in own and not any(re.search(pattern, name) for pattern in patterns)
    }
    return {**schema, "properties": {**own, **added}} if added else schema


def _listed(names: Any) -> list[str]:
    return names if isinstance(names, list) else []


def _combined(key: str, one: Any, other: Any) -> Any:
    match key:
        case "properties" | "$defs" | "definitions":
            return {**one, **{name: both(one.get(name, {}), each) for name, each in other.items()}}
        case "required":
            return [*one, *(name for name in other if name not in one)]
        case "type":
            types, others = ([each] if isinstance(each, str) else each for each in (one, other))
            found = [each for each in types if each in others or (each == "integer" and "number" in others)]
            found += ["integer"] if "integer" in others and "number" in types and "integer" not in found else []
            if not found:
                raise InputError(f"the JSON Schema allows nothing: a value of type {dumps(one)} and {dumps(other)}")
            return found
        case "enum":
            return [each for each in one if each in other]
        case "minimum" | "exclusiveMinimum" | "minLength" | "minItems" | "minProperties":
            return max(one, other)
        case "maximum" | "exclusiveMaximum" | "maxLength" | "maxItems" | "maxProperties":
            return min(one, other)
        case "items" | "additionalProperties":
            return both(one, other)
        case "allOf":
            return [*one, *other]
        case "anyOf" | "oneOf":
            return [both(each, {key: other}) for each in one]
        case _:
            raise InputError(f"the JSON Schema has '{key}' twice in an allOf, with values that cannot be laid together")
