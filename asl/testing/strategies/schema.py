"""Values that a JSON Schema allows: the keywords that people write, of drafts 4 to 2020-12.

Keywords that only say what a value is not (`not`, `if`, `contains` ...) are refused rather than ignored, so that every
value that comes is valid. `format` counts for the formats named here; others are taken for any text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import reduce
from typing import Any, Final, TypeAlias

from hypothesis import strategies as st

from asl.errors import InputError
from asl.json_text import dumps
from asl.source_text import pointer_tokens
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

_TEXT: Final = st.characters(exclude_categories=["Cs"])
_ANYTHING: Final[Strategy] = st.one_of(
    st.none(), st.booleans(), st.integers(-100, 100), st.text(_TEXT, max_size=5), st.just([]), st.just({})
)
_WORD: Final = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=8)


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
            whole: Any = reduce(_both, (self._plain(each) for each in schema["allOf"]), {})
            return self.read(_both({key: value for key, value in schema.items() if key != "allOf"}, whole))
        for keyword in ("anyOf", "oneOf"):
            if keyword in schema:
                rest = {key: value for key, value in schema.items() if key != keyword}
                return st.one_of([self.read(_both(rest, self._plain(each))) for each in schema[keyword]])
        return self._nullable(schema, self._typed(schema))

    def _nullable(self, schema: Mapping[str, Any], strategy: Strategy) -> Strategy:
        return st.one_of(strategy, st.none()) if schema.get("nullable") is True else strategy

    def _reference(self, schema: Mapping[str, Any]) -> Strategy:
        """What is referred to; with keywords beside it, both hold."""
        reference = schema["$ref"]
        rest = {key: value for key, value in schema.items() if key != "$ref" and key not in _ANNOTATIONS}
        if rest:
            return self.read(_both(rest, self._plain({"$ref": reference})))
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
            schema = _both(rest, self._target(schema["$ref"]))
        return {} if schema is True else schema

    # -- types -----------------------------------------------------------------------------------------------------

    def _typed(self, schema: Mapping[str, Any]) -> Strategy:
        if "const" in schema:
            return st.just(schema["const"])
        if "enum" in schema:
            if not schema["enum"]:
                raise InputError("the JSON Schema has an empty enum, which allows nothing")
            return st.sampled_from(schema["enum"])
        types = schema.get("type")
        if types is None:
            types = [type for type, keywords in _OF_TYPE.items() if any(each in schema for each in keywords)]
            if not types:
                return _ANYTHING
        makers: Mapping[str, Callable[[Mapping[str, Any]], Strategy]] = {
            "null": lambda _: st.none(),
            "boolean": lambda _: st.booleans(),
            "integer": _integer,
            "number": _number,
            "string": _string,
            "array": self._array,
            "object": self._object,
        }
        wanted = [types] if isinstance(types, str) else types
        for type in wanted:
            if type not in makers:
                raise InputError(f"the JSON Schema has the type {type!r}; the types are {', '.join(_TYPES)}")
        return st.one_of([makers[type](schema) for type in wanted])

    def _object(self, schema: Mapping[str, Any]) -> Strategy:
        properties = dict(schema.get("properties", {}))
        others = schema.get("additionalProperties", True)
        needed = schema.get("required", [])
        needed = needed if isinstance(needed, list) else []  # draft 3 had a boolean there
        for name in needed:
            properties.setdefault(name, others if others is not False else True)
        least, most = schema.get("minProperties", 0), schema.get("maxProperties")
        required = {name: self.read(properties[name]) for name in needed}
        optional = {
            name: self.read(each) for name, each in properties.items() if name not in required and each is not False
        }
        known: Strategy = st.fixed_dictionaries(required, optional=optional)
        lacking = least - len(required)
        if isinstance(others, Mapping) or (lacking > len(optional) and others is not False):
            more = st.dictionaries(_WORD, self.read(others), min_size=max(0, lacking), max_size=max(2, lacking))
            known = st.builds(lambda extra, own: {**extra, **own}, more, known)
        if least or most is not None:
            known = known.filter(lambda value: least <= len(value) and (most is None or len(value) <= most))
        return known

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


_ANNOTATIONS: Final = frozenset(("title", "description", "default", "examples", "$comment", "deprecated", "readOnly"))


def _both(one: Any, other: Any) -> Any:
    """A schema that allows what both allow, where that can be said in one."""
    if one is False or other is False:
        return False
    one, other = ({} if each is True else each for each in (one, other))
    merged = dict(one)
    for key, value in other.items():
        if key not in merged or key in _ANNOTATIONS or merged[key] == value:
            merged[key] = value
        else:
            merged[key] = _combined(key, merged[key], value)
    return merged


def _combined(key: str, one: Any, other: Any) -> Any:
    match key:
        case "properties" | "$defs" | "definitions":
            return {**one, **{name: _both(one.get(name, {}), each) for name, each in other.items()}}
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
            return _both(one, other)
        case "allOf":
            return [*one, *other]
        case "anyOf" | "oneOf":
            return [_both(each, {key: other}) for each in one]
        case _:
            raise InputError(f"the JSON Schema has '{key}' twice in an allOf, with values that cannot be laid together")


# -- numbers and texts -----------------------------------------------------------------------------------------------


def _bounds(schema: Mapping[str, Any]) -> tuple[Any, Any, bool, bool]:
    """The least and the greatest number, and whether each is excluded."""
    low, high = schema.get("minimum"), schema.get("maximum")
    over, under = schema.get("exclusiveMinimum", False), schema.get("exclusiveMaximum", False)
    if not isinstance(over, bool):  # a number since draft 6, a boolean before
        low, over = (over, True) if low is None or over >= low else (low, False)
    if not isinstance(under, bool):
        high, under = (under, True) if high is None or under <= high else (high, False)
    return low, high, over and low is not None, under and high is not None


def _integer(schema: Mapping[str, Any]) -> Strategy:
    low, high, over, under = _bounds(schema)
    step = schema.get("multipleOf", 1)
    low = None if low is None else -int(-low // 1) + (1 if over and low == int(low) else 0)
    high = None if high is None else int(high // 1) - (1 if under and high == int(high) else 0)
    if low is not None and high is not None and low > high:
        raise InputError(f"the JSON Schema allows no integer: {dumps(dict(schema))}")
    if step == 1:
        return st.integers(low, high)
    least = None if low is None else int(-(-low // step))
    most = None if high is None else int(high // step)
    return st.integers(least, most).map(lambda number: number * step)


def _number(schema: Mapping[str, Any]) -> Strategy:
    low, high, over, under = _bounds(schema)
    if "multipleOf" in schema:
        step = schema["multipleOf"]
        least = None if low is None else int(-(-low // step)) + int(over)
        most = None if high is None else int(high // step) - int(under)
        return st.integers(least, most).map(lambda number: number * step)
    inside = (lambda value: (not over or value > low) and (not under or value < high)) if over or under else None
    floats: Strategy = st.floats(low, high, allow_nan=False, allow_infinity=False)
    whole_low, whole_high = None if low is None else -int(-low // 1), None if high is None else int(high // 1)
    found: Strategy = floats
    if whole_low is None or whole_high is None or whole_low <= whole_high:
        found = st.one_of(st.integers(whole_low, whole_high), floats)
    return found.filter(inside) if inside is not None else found


def _string(schema: Mapping[str, Any]) -> Strategy:
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    if "pattern" in schema:
        try:
            pattern = re.compile(schema["pattern"])
        except re.error as wrong:
            raise InputError(f"the pattern {schema['pattern']!r} of the JSON Schema cannot be read: {wrong}") from None
        found = st.from_regex(pattern, alphabet=_TEXT)
    elif schema.get("format") in _FORMATS:
        found = _FORMATS[schema["format"]]
    else:
        return st.text(_TEXT, min_size=least, max_size=max(least + 20, least) if most is None else most)
    if least or most is not None:
        found = found.filter(lambda text: least <= len(text) and (most is None or len(text) <= most))
    return found


_EARLIEST, _LATEST = datetime(1970, 1, 1), datetime(2100, 1, 1)
_MOMENTS: Final = st.datetimes(_EARLIEST, _LATEST).map(lambda each: each.replace(tzinfo=UTC, microsecond=0))
_HOST: Final = _WORD.map(lambda word: f"{word}.example.com")
_FORMATS: Final[Mapping[str, st.SearchStrategy[str]]] = {
    "date-time": _MOMENTS.map(lambda each: each.isoformat().replace("+00:00", "Z")),
    "date": _MOMENTS.map(lambda each: each.date().isoformat()),
    "time": _MOMENTS.map(lambda each: f"{each.time().isoformat()}Z"),
    "duration": st.integers(0, 10_000).map(lambda seconds: f"PT{seconds}S"),
    "uuid": st.uuids().map(str),
    "email": st.builds(lambda name, host: f"{name}@{host}", _WORD, _HOST),
    "hostname": _HOST,
    "ipv4": st.ip_addresses(v=4).map(str),
    "ipv6": st.ip_addresses(v=6).map(str),
    "uri": st.builds(lambda host, word: f"https://{host}/{word}", _HOST, _WORD),
}
