"""Where two values differ."""

import json
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asl import jsonpath
from asl.debug.comparison import Change, between, changes, same
from asl.values import ABSENT
from tests.debug.stops import stop


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (1, 2, [("$", 1, 2)]),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, []),
        ({"a": 1}, {"a": {"b": 1}}, [("$.a", 1, {"b": 1})]),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3}}, [("$.a.c", 2, 3)]),
        ({"a": 1}, {"b": 1}, [("$.a", 1, ABSENT), ("$.b", ABSENT, 1)]),
        ({"a b": {"it's": 1}}, {"a b": {"it's": 2}}, [(r"$['a b']['it\'s']", 1, 2)]),
        ([1, 2], [1, 3], [("$[1]", 2, 3)]),
        ([1, 2], [1, 2, 3, 4], [("$[2]", ABSENT, 3), ("$[3]", ABSENT, 4)]),
        ([{"n": 1}, {"n": 2}, {"n": 3}], [{"n": 2}, {"n": 3}], [("$[0]", {"n": 1}, ABSENT)]),
        ([1, 2, 3], [1, 9, 2, 3], [("$[1]", ABSENT, 9)]),
        ([1, 2, 3], [7, 3], [("$[0]", 1, 7), ("$[1]", 2, ABSENT)]),
        ([], [[]], [("$[0]", ABSENT, [])]),
        ({}, [], [("$", {}, [])]),
        (None, ABSENT, [("$", None, ABSENT)]),
        (1, 1.0, []),
        (1, True, [("$", 1, True)]),
        ("1", 1, [("$", "1", 1)]),
        ([0], [False], [("$[0]", 0, False)]),
    ],
)
def test_changes(before: Any, after: Any, expected: list[tuple[str, Any, Any]]) -> None:
    found = changes(before, after)
    assert [(each.path, each.before, each.after) for each in found] == expected
    assert [type(each.after) for each in found] == [type(after) for _, _, after in expected]
    assert same(before, after) is (expected == [])


def test_kinds() -> None:
    assert [each.kind for each in changes({"a": 1, "b": 1}, {"b": 2, "c": 3})] == ["removed", "changed", "added"]


def test_at_most_so_many() -> None:
    many = {str(number): number for number in range(1000)}
    assert changes({}, many, "$x", most=2) == [Change("$x['0']", ABSENT, 0), Change("$x['1']", ABSENT, 1)]


class Unlooked(dict[str, Any]):
    """An object that nobody may look into."""

    def items(self) -> Any:
        raise AssertionError("was looked into")

    __iter__ = __getitem__ = get = items  # type: ignore[assignment]


def test_what_is_the_same_object_is_not_looked_into() -> None:
    shared = Unlooked()
    assert changes({"big": shared, "n": 1}, {"big": shared, "n": 2}) == [Change("$.n", 1, 2)]
    assert same([shared, shared], [shared, shared])


def test_deeply_nested() -> None:
    def nested(innermost: int) -> Any:
        value: Any = innermost
        for _ in range(500):
            value = {"a": [value]}
        return value

    assert [each.path for each in changes(nested(1), nested(2))] == ["$" + ".a[0]" * 500]
    assert sys.getrecursionlimit() >= 4000


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.text("ab '", max_size=2),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("ab .'", max_size=2), inner, max_size=3),
    max_leaves=8,
)


@given(json_values, json_values)
def test_paths_lead_to_what_differs(before: Any, after: Any) -> None:
    found = changes(before, after)
    for change in found:
        path = jsonpath.compile(change.path)
        assert change.before is ABSENT or path.get(before) is change.before
        assert change.after is ABSENT or path.get(after) is change.after
    assert bool(found) is not same(before, after)


@given(json_values)
def test_a_copy_is_the_same(value: Any) -> None:
    assert changes(value, json.loads(json.dumps(value))) == []


def test_between_stops() -> None:
    before = stop({"a": 1}, variables={"n": 1, "gone": [1]})
    after = stop({"a": 2}, variables={"n": 2, "new": {"x": 1}})
    assert [(each.path, each.kind) for each in between(before, after)] == [
        ("$.a", "changed"),
        ("$n", "changed"),
        ("$gone", "removed"),
        ("$new", "added"),
    ]
    assert [each.path for each in between(before, after, most=2)] == ["$.a", "$n"]
    assert between(before, before) == []
