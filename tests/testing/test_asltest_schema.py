"""The schema of test files: it is JSON Schema, its words are explained, and it says the same as the reader."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from asl.source import from_value
from asl.testing.asltest import SCHEMA
from asl.testing.asltest.validation import validate

CASES: dict[str, Any] = {
    "empty": {},
    "all of a case": {
        "input": [1],
        "context": {"Execution": {}},
        "variables": {"a": 1},
        "start_at": "A",
        "single": True,
        "mock_config": "mocks.json#Case",
        "start": "2026-01-01T00:00:00Z",
        "seed": 5,
        "region": "us-east-1",
        "account": "123456789012",
        "role_arn": "arn",
        "aws": "embedded",
        "resources": {"tables": {}},
        "event_buses": ["a"],
        "lambdas": {"charge": "functions:charge"},
        "activities": {"work": "functions:work"},
        "machines": {"Child": "child.asl.json", "Other": {"machine": "x", "mocks": {"A": {"return": 1}}}},
        "until": 5.5,
        "skip": "why",
    },
    "a time": {"until": "2026-01-01T00:00:00Z"},
    "answers": {"answers": [{"at": 0, "state": "A", "success": None}, {"at": 1, "state": "A", "heartbeat": True}]},
    "a failure": {"answers": [{"at": 0, "state": "A", "failure": {"error": "E", "cause": "C"}}]},
    "two answers": {"answers": [{"at": 0, "state": "A", "success": 1, "failure": "E"}]},
    "no answer": {"answers": [{"at": 0, "state": "A"}]},
    "no state": {"answers": [{"at": 0, "success": 1}]},
    "expect": {
        "expect": {
            "status": "FAILED",
            "output": None,
            "error": "E",
            "cause": {"a": 1},
            "path": ["A"],
            "calls": {"A": [1]},
            "attempts": {"A": 0},
            "events": [{"detail": {}}],
            "variables": {"a": 1},
            "duration": 1.5,
            "next": None,
        }
    },
    "both outputs": {"expect": {"output": 1, "exact_output": 1}},
    "no status": {"expect": {"status": "DONE"}},
    "a negative count": {"expect": {"attempts": {"A": -1}}},
    "half a count": {"expect": {"attempts": {"A": 0.5}}},
    "a count as a float": {"expect": {"attempts": {"A": 1.0}}},
    "true as a count": {"expect": {"attempts": {"A": True}}},
    "a path of numbers": {"expect": {"path": [1]}},
    "an event that is none": {"expect": {"events": ["a"]}},
    "unknown": {"unknown": 1},
    "unknown below": {"expect": {"unknown": 1}},
    "both inputs": {"input": 1, "input_file": "a"},
    "single without start": {"single": True},
    "variables without start": {"variables": {}},
    "no handler": {"lambdas": {"a": "b"}},
    "two handlers": {"lambdas": {"a": "b:c:d"}},
    "an account": {"account": "1"},
    "an aws": {"aws": "real"},
    "a text too short": {"skip": ""},
    "later than ever": {"until": 1e9},
    "a machine that is a list": {"machines": {"a": []}},
}

MOCKS: dict[str, Any] = {
    "return": {"return": None},
    "payload": {"payload": 1, "times": 2, "after": 0.5, "item": 0, "call": 1, "input": {}},
    "fail": {"fail": "E"},
    "fail more": {"fail": {"error": "E", "cause": "C"}},
    "fail less": {"fail": {"cause": "C"}},
    "fail with nothing": {"fail": ""},
    "timeout": {"timeout": True},
    "no timeout": {"timeout": False},
    "one": {"timeout": 1},
    "wait": {"wait": True},
    "list": [{"return": 1}, {"fail": "E"}],
    "empty list": [],
    "list of numbers": [1],
    "nothing": {},
    "two": {"return": 1, "wait": True},
    "no times": {"return": 1, "times": 0},
    "number": 5,
    "unknown": {"return": 1, "unknown": 1},
    "input of a text": {"return": 1, "input": "a"},
    "too late": {"return": 1, "after": -1},
}

FILES: dict[str, Any] = {
    "list": [],
    "nothing": {},
    "no cases": {"machine": "a"},
    "empty cases": {"machine": "a", "cases": {}},
    "no machine": {"cases": {"a": {}}},
    "whole": {
        "$schema": "x", "description": "x", "machine": "a", "resource": "R", "name": "n", "type": "EXPRESS",
        "define": {"A": 1, "B": "b", "C": True}, "input_file": "a", "cases": {"a": {}},
    },
    "a define": {"machine": "a", "define": {"A": None}, "cases": {"a": {}}},
    "a type": {"machine": "a", "type": "FAST", "cases": {"a": {}}},
    "start_at": {"machine": "a", "start_at": "A", "cases": {"a": {}}},
    "both inputs": {"machine": "a", "input": 1, "input_file": "a", "cases": {"a": {}}},
}  # fmt: skip

DOCUMENTS = {
    **{f"case: {name}": {"machine": "a", "cases": {"c": case}} for name, case in CASES.items()},
    **{f"mock: {name}": {"machine": "a", "cases": {"c": {"mocks": {"A": mock}}}} for name, mock in MOCKS.items()},
    **{f"file: {name}": document for name, document in FILES.items()},
}

TYPES: dict[str, Any] = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}


def is_valid(schema: Any, value: Any) -> bool:
    """Whether a value is valid by JSON Schema's own rules (draft 2020-12), for the keywords that the schema has."""
    if "$ref" in schema and not is_valid(SCHEMA["$defs"][schema["$ref"].removeprefix("#/$defs/")], value):
        return False
    types = schema.get("type")
    if types is not None and not any(is_a(each, value) for each in ([types] if isinstance(types, str) else types)):
        return False
    checks = [
        "const" not in schema or (value is schema["const"]),
        "enum" not in schema or value in schema["enum"],
        "anyOf" not in schema or any(is_valid(each, value) for each in schema["anyOf"]),
        "oneOf" not in schema or sum(is_valid(each, value) for each in schema["oneOf"]) == 1,
        "not" not in schema or not is_valid(schema["not"], value),
    ]
    if isinstance(value, dict):
        known = schema.get("properties", {})
        checks += [name in value for name in schema.get("required", ())]
        checks += [is_valid(known[name], member) for name, member in value.items() if name in known]
        more = schema.get("additionalProperties", {})
        checks += [more is not False and is_valid(more, member) for name, member in value.items() if name not in known]
        checks += [len(value) >= schema.get("minProperties", 0)]
        needed = schema.get("dependentRequired", {})
        checks += [other in value for name in value for other in needed.get(name, ())]
    if isinstance(value, list):
        checks += [
            len(value) >= schema.get("minItems", 0),
            *(is_valid(schema.get("items", {}), each) for each in value),
        ]
    if isinstance(value, str):
        checks += [len(value) >= schema.get("minLength", 0), bool(re.search(schema.get("pattern", ""), value))]
    if is_a("number", value):
        checks += [schema.get("minimum", value) <= value <= schema.get("maximum", value)]
    return all(checks)


def is_a(kind: str, value: Any) -> bool:
    if kind in ("number", "integer"):
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return is_number and (kind == "number" or float(value).is_integer())
    return isinstance(value, TYPES[kind])


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_schema_and_the_reader_agree(name: str) -> None:
    document = json.loads(json.dumps(DOCUMENTS[name]))
    findings = validate(from_value(document))
    assert is_valid(SCHEMA, document) is not bool(findings), findings


def test_there_are_good_and_bad_documents() -> None:
    verdicts = [is_valid(SCHEMA, document) for document in DOCUMENTS.values()]
    assert 15 <= sum(verdicts) <= len(verdicts) - 30


def schemas(schema: Any) -> Iterator[Any]:
    if isinstance(schema, dict):
        yield schema
        for key, value in schema.items():
            if key == "dependentRequired":  # lists of names
                continue
            for each in value.values() if key in ("properties", "$defs") else [value]:
                yield from schemas(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from schemas(each)


KEYWORDS = {
    "$schema", "$defs", "$ref", "title", "description", "type", "properties", "additionalProperties", "required",
    "enum", "const", "anyOf", "oneOf", "not", "items", "minItems", "minLength", "minProperties", "minimum", "maximum",
    "pattern", "dependentRequired",
}  # fmt: skip


def test_it_has_keywords_of_the_standard_only() -> None:
    assert {key for schema in schemas(SCHEMA) for key in schema} <= KEYWORDS


def test_everything_that_may_stand_in_a_file_is_described() -> None:
    silent = [
        name
        for schema in schemas(SCHEMA)
        for name, each in schema.get("properties", {}).items()
        if not each.get("description") and "$ref" not in each and name != "$schema"
    ]
    assert silent == []


def test_alternatives_differ_in_type() -> None:
    """The reader goes by the type of a value to choose one."""
    for schema in schemas(SCHEMA):
        types = [each.get("type", each.get("$ref")) for each in schema.get("anyOf", ())]
        assert len(set(types)) == len(types)


def test_published_examples_are_valid() -> None:
    from asl.source import read

    root = Path(__file__).parents[2] / "statemachines"
    for file in sorted(root.rglob("*.asltest.*")):
        assert is_valid(SCHEMA, read(file).value), file
