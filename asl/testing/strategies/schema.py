"""Values that a JSON Schema allows: the keywords that people write, of drafts 4 to 2020-12.

Keywords that only say what a value is not (`not`, `if`, `contains` ...) are refused rather than ignored, so that every
value that comes is valid; but what one branch of `oneOf` allows, another may allow too, and of what stands beside
`const` and `enum` only `type` counts. `format` counts for the formats named here; others are taken for any text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any, Final, TypeAlias

from hypothesis import strategies as st

from asl.errors import InputError
from asl.json_text import dumps
from asl.source_text import pointer_tokens
from asl.testing.strategies.schema_merging import ANNOTATIONS, both
from asl.testing.strategies.schema_values import TEXT, WORD, integers, numbers, texts
from asl.values import JSON

Schema: TypeAlias = Mapping[str, Any] | bool
Strategy: TypeAlias = st.SearchStrategy[JSON]

_REFUSED: Final = (
    "not", "if", "contains", "dependencies", "dependentRequired", "dependentSchemas", "propertyNames",
    "unevaluatedItems", "unevaluatedProperties", "$dynamicRef", "$recursiveRef",
)  # fmt: skip
_TYPES: Final = ("null", "boolean", "integer", "number", "string", "array", "object")
_OF_TYPE: Final[Mapping[str, tuple[str, ...]]] = {
    "object": ("properties", "required", "additionalProperties", "minProperties", "maxProperties", "patternProperties"),
    "array": ("items", "prefixItems", "minItems", "maxItems", "uniqueItems"),
    "string": ("pattern", "format", "minLength", "maxLength"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
}
"""The type that is meant where a schema has one of these keywords and does not say its type."""

_ANYTHING: Final[Strategy] = st.one_of(
    st.none(), st.booleans(), st.integers(-100, 100), st.text(TEXT, max_size=5), st.just([]), st.just({})
)


def from_schema(schema: Schema) -> Strategy:
    """Values that the schema allows.

    Raises InputError for a schema that is none, that allows nothing, or that has a keyword which is not understood.
    """
    return _Reader(schema).read(schema)


class _Reader:
    def __init__(self, root: Schema) -> None:
        self._root = root
        self._referenced: dict[str, Strategy] = {}
        self._made: dict[str, Strategy] = {}
        """What each reference leads to, made while others may refer to it already."""

    def read(self, schema: Any) -> Strategy:
        """The strategy of a part of the schema."""
        if schema is True:
            return _ANYTHING
        if schema is False:
            raise InputError("the JSON Schema allows nothing here: false")
        if not isinstance(schema, Mapping):
            raise InputError(f"a JSON Schema is an object, true or false, not {dumps(schema)}")
        for keyword in _REFUSED:
            if keyword in schema:
                raise InputError(f"the JSON Schema has '{keyword}', of which no values can be made; leave it out here")
        if "$ref" in schema:
            return self._reference(schema)
        if "allOf" in schema:
            whole: Any = reduce(both, (self._plain(each) for each in schema["allOf"]), {})
            return self.read(both({key: value for key, value in schema.items() if key != "allOf"}, whole))
        for keyword in ("anyOf", "oneOf"):
            if keyword in schema:
                rest = {key: value for key, value in schema.items() if key != keyword}
                return st.one_of([self.read(both(rest, self._plain(each))) for each in schema[keyword]])
        return self._nullable(schema, self._typed(schema))

    def _nullable(self, schema: Mapping[str, Any], strategy: Strategy) -> Strategy:
        return st.one_of(strategy, st.none()) if schema.get("nullable") is True else strategy

    def _reference(self, schema: Mapping[str, Any]) -> Strategy:
        """What is referred to; with keywords beside it, both hold."""
        reference = schema["$ref"]
        rest = {key: value for key, value in schema.items() if key != "$ref" and key not in ANNOTATIONS}
        if rest:
            return self.read(both(rest, self._plain({"$ref": reference})))
        if reference not in self._referenced:
            target = self._target(reference)
            self._referenced[reference] = st.deferred(lambda: self._made[reference])
            self._made[reference] = self.read(target)
        return self._referenced[reference]

    def _target(self, reference: Any) -> Any:
        if not isinstance(reference, str) or not reference.startswith("#"):
            raise InputError(f"$ref '{reference}' is in another document; only '#/$defs/...' is followed")
        value: Any = self._root
        for token in pointer_tokens(reference[1:]):
            if isinstance(value, list) and token.isdigit() and int(token) < len(value):
                value = value[int(token)]
            elif isinstance(value, Mapping) and token in value:
                value = value[token]
            else:
                raise InputError(f"$ref '{reference}' leads nowhere in the JSON Schema")
        return value

    def _plain(self, schema: Any) -> Any:
        """A schema as an object without $ref, to be laid together with another one."""
        while isinstance(schema, Mapping) and "$ref" in schema:
            rest = {key: value for key, value in schema.items() if key != "$ref"}
            schema = both(rest, self._target(schema["$ref"]))
        return {} if schema is True else schema

    # -- types -----------------------------------------------------------------------------------------------------

    def _typed(self, schema: Mapping[str, Any]) -> Strategy:
        if "const" in schema or "enum" in schema:
            return _listed(schema)
        types = schema.get("type")
        if types is None:
            types = [type for type, keywords in _OF_TYPE.items() if any(each in schema for each in keywords)]
            if not types:
                return _ANYTHING
        makers: Mapping[str, Callable[[Mapping[str, Any]], Strategy]] = {
            "null": lambda _: st.none(),
            "boolean": lambda _: st.booleans(),
            "integer": integers,
            "number": numbers,
            "string": texts,
            "array": self._array,
            "object": self._object,
        }
        wanted = [types] if isinstance(types, str) else types
        for type in wanted:
            if type not in makers:
                raise InputError(f"the JSON Schema has the type {type!r}; the types are {', '.join(_TYPES)}")
        return st.one_of([makers[type](schema) for type in wanted])

    def _object(self, schema: Mapping[str, Any]) -> Strategy:
        properties, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
        others = schema.get("additionalProperties", True)
        needed = schema.get("required", [])
        needed = needed if isinstance(needed, list) else []  # draft 3 had a boolean there
        least, most = schema.get("minProperties", 0), schema.get("maxProperties")
        required = {name: self.read(self._property(schema, name)) for name in needed}
        optional = {
            name: self.read(self._property(schema, name))
            for name, each in properties.items()
            if name not in required and each is not False
        }
        known: Strategy = st.fixed_dictionaries(required, optional=optional)
        lacking = least - len(required)
        if isinstance(others, Mapping) or (lacking > len(optional) and others is not False):
            free = WORD.filter(
                lambda word: word not in properties and not any(re.search(each, word) for each in patterns)
            )
            more = st.dictionaries(free, self.read(others), min_size=max(0, lacking), max_size=max(2, lacking))
            known = st.builds(lambda extra, own: {**extra, **own}, more, known)
        if least or most is not None:
            known = known.filter(lambda value: least <= len(value) and (most is None or len(value) <= most))
        return known

    def _property(self, schema: Mapping[str, Any], name: str) -> Any:
        """What the schema of an object says of the property of that name."""
        properties, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
        found = [properties[name]] if name in properties else []
        found += [each for pattern, each in patterns.items() if re.search(pattern, name)]
        if not found:
            found = [schema.get("additionalProperties", True)]
        if found == [False]:
            raise InputError(f"the JSON Schema allows nothing: it requires '{name}', and forbids it")
        return found[0] if len(found) == 1 else reduce(both, map(self._plain, found))

    def _array(self, schema: Mapping[str, Any]) -> Strategy:
        items = schema.get("items", True)
        first = schema.get("prefixItems", items if isinstance(items, list) else [])
        if isinstance(items, list):  # before 2020-12
            items = schema.get("additionalItems", True)
        least = schema.get("minItems", 0)
        most = schema.get("maxItems", max(least + 3, len(first)))
        own = [self.read(each) for each in first[:most]]
        rest = 0 if items is False else max(0, most - len(own))
        unique_by = dumps if schema.get("uniqueItems") is True else None
        if not own:
            element = st.nothing() if items is False else self.read(items)
            return st.lists(element, min_size=least, max_size=rest, unique_by=unique_by)
        others = st.lists(st.nothing() if items is False else self.read(items), max_size=rest)
        if least > len(own):
            others = st.lists(self.read(items), min_size=least - len(own), max_size=rest)
        whole: Strategy = st.builds(lambda head, tail: [*head, *tail], st.tuples(*own), others)
        return whole if unique_by is None else whole.filter(lambda value: len({*map(dumps, value)}) == len(value))


def _listed(schema: Mapping[str, Any]) -> Strategy:
    """The values that `const` or `enum` names, those of another type than `type` says left out."""
    values = [schema["const"]] if "const" in schema else schema["enum"]
    if not values:
        raise InputError("the JSON Schema has an empty enum, which allows nothing")
    types = schema.get("type", _TYPES)
    types = [types] if isinstance(types, str) else types
    found = [value for value in values if any(_is_of_type(value, type) for type in types)]
    if not found:
        raise InputError(f"the JSON Schema allows nothing: {dumps(values)} and the type {dumps(types)}")
    return st.sampled_from(found)


def _is_of_type(value: JSON, type: str) -> bool:
    match value:
        case None:
            return type == "null"
        case bool():
            return type == "boolean"
        case int():
            return type in ("integer", "number")
        case float():
            return type == "number" or (type == "integer" and value.is_integer())
        case str():
            return type == "string"
        case list():
            return type == "array"
        case _:
            return type == "object"
