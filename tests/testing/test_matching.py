"""What is equal in part, and where it is not."""

from typing import Any
from unittest.mock import ANY

import pytest

from asl.testing import partial
from asl.testing.matching import differences


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        ({}, {"a": 1}),
        ({"a": {"b": 1}}, {"a": {"b": 1, "c": 2}, "d": 3}),
        ([{"a": 1}], [{"a": 1, "b": 2}]),
        ({"a": ANY}, {"a": [1]}),
        (1.0, 1),
        (None, None),
        ({"a": partial({"b": 1})}, {"a": {"b": 1, "c": 1}}),
    ],
)
def test_equal_in_part(expected: Any, actual: Any) -> None:
    assert partial(expected) == actual
    assert actual == partial(expected)
    assert [actual] == [partial(expected)]


@pytest.mark.parametrize(
    ("expected", "actual", "lines"),
    [
        ({"a": 1}, {"b": 1}, ["$.a: expected 1, but it is missing"]),
        ({"a": {"b": [1, 2]}}, {"a": {"b": [1, 3]}}, ["$.a.b[1]: expected 2, got 3"]),
        ([1], [1, 2], ["$: expected 1 element, got 2: [1,2]"]),
        ([1, 2], [], ["$: expected 2 elements, got 0: []"]),
        ({"a": True}, {"a": 1}, ["$.a: expected true, got 1"]),
        ({"a": 0}, {"a": False}, ["$.a: expected 0, got false"]),
        ({"a b": 1}, {"a b": 2}, ['$["a b"]: expected 1, got 2']),
        ({"a": 1}, None, ['$: expected {"a":1}, got null']),
        ({"a": 1, "b": 2}, {"a": 2, "b": 1}, ["$.a: expected 1, got 2", "$.b: expected 2, got 1"]),
    ],
)
def test_not_equal(expected: Any, actual: Any, lines: list[str]) -> None:
    assert partial(expected) != actual
    assert list(differences(expected, actual)) == lines


def test_whole() -> None:
    assert list(differences({"a": {}}, {"a": {"b": 1}, "c": 2}, whole=True)) == [
        "$.a.b: not expected, got 1",
        "$.c: not expected, got 2",
    ]
    assert list(differences({"a": partial({})}, {"a": {"b": 1}}, whole=True)) == []


def test_what_is_long_is_cut() -> None:
    (line,) = differences("x" * 1000, "y")
    assert len(line) < 300
