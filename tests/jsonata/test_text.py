"""JSON text as JavaScript writes it."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asl.jsonata.text import dumps, number_text, ordered, quoted, stringify
from asl.jsonata.values import UNDEFINED, Function, Value

FUNCTION = Function(lambda arguments: UNDEFINED, 0)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (-0.0, "0"),
        (1.0, "1"),
        (0.1, "0.1"),
        (1e16, "10000000000000000"),
        (123456789012345680000.0, "123456789012345680000"),
        (1e20, "100000000000000000000"),
        (1e21, "1e+21"),
        (-1.5e300, "-1.5e+300"),
        (1e-5, "0.00001"),
        (-1.25e-6, "-0.00000125"),
        (1e-7, "1e-7"),
        (5e-324, "5e-324"),
        (2**53 + 1, "9007199254740993"),
        (10**30, "1" + "0" * 30),
        (float("inf"), "Infinity"),
        (float("-inf"), "-Infinity"),
        (float("nan"), "NaN"),
    ],
)
def test_numbers_are_written_as_javascript_writes_them(number: float, text: str) -> None:
    assert number_text(number) == text


def test_an_integer_with_more_digits_than_python_writes_is_infinite() -> None:
    assert number_text(10**5000) == "Infinity"
    assert number_text(-(10**5000)) == "-Infinity"
    assert dumps([10**5000]) == "[null]"


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_the_text_of_a_number_reads_back_as_that_number(number: float) -> None:
    assert float(number_text(number)) == number


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ([1.0, [2.5], {}, [], {"a": None, "b": True, "c": False}], '[1,[2.5],{},[],{"a":null,"b":true,"c":false}]'),
        ([float("inf"), float("nan")], "[null,null]"),
        ({"a": UNDEFINED, "b": [UNDEFINED]}, '{"b":[null]}'),
        ({"a": FUNCTION, "b": [FUNCTION]}, '{"b":[null]}'),
        (UNDEFINED, "undefined"),
        (FUNCTION, "undefined"),
        ({"b": 1, "10": 2, "9": 3, "a": 4, "01": 5, "-1": 6}, '{"9":3,"10":2,"b":1,"a":4,"01":5,"-1":6}'),
        ({"4294967295": 1, "4294967294": 2}, '{"4294967294":2,"4294967295":1}'),
        ('1.0 e-5 "', '"1.0 e-5 \\""'),
        (["release 1.0", 2], '["release 1.0",2]'),
    ],
)
def test_values_are_written_as_javascript_writes_them(value: Value, text: str) -> None:
    assert dumps(value) == text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ('\b\f\n\r\t"\\/', '"\\b\\f\\n\\r\\t\\"\\\\/"'),
        ("\0\x1f\x7f", '"\\u0000\\u001f\x7f"'),
        ("\u2028é😀", '"\u2028é😀"'),
        ("\ud800", '"\\ud800"'),
        ("a\udfffb", '"a\\udfffb"'),
        ("\ud83d\ude00", '"😀"'),
        ("\ude00\ud83d", '"\\ude00\\ud83d"'),
    ],
)
def test_strings_are_escaped_as_javascript_escapes_them(text: str, written: str) -> None:
    assert quoted(text) == written
    assert dumps({text: [text, 1.0]}) == f"{{{written}:[{written},1]}}"


def test_an_indent_sets_members_on_lines_of_their_own() -> None:
    value = {"a": [1, {"b": []}], "c": {}}
    assert dumps(value, 2) == json.dumps(value, indent=2)
    assert dumps([], 2) == "[]"


@pytest.mark.parametrize("wrap", [lambda inner: [inner], lambda inner: {"a": inner}])
def test_nesting_has_no_bound(wrap: Callable[[Value], Value]) -> None:
    value: Value = 1.5
    for _ in range(20_000):
        value = wrap(value)
    text = dumps(value)
    assert "1.5" in text
    assert text.count("[") + text.count("{") == 20_000


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(json_values)
def test_the_text_reads_back_as_the_value(value: Value) -> None:
    assert json.loads(dumps(value), parse_int=float) == value
    assert json.loads(dumps(value, 3), parse_int=float) == value


@given(json_values)
def test_both_ways_of_writing_agree(value: Value) -> None:
    by_the_walk_over_values = dumps([value, UNDEFINED])
    assert dumps([value, None]) == by_the_walk_over_values


def test_a_function_is_an_empty_string_where_asked_for() -> None:
    assert stringify({"a": FUNCTION, "b": [FUNCTION, 1]}, 0, lambda number: "one") == '{"a":"","b":["",one]}'


def test_objects_without_numbers_as_keys_stay_as_they_are() -> None:
    members = {"b": 1, "a": 2, "x1": 3}
    assert ordered(members) is members
    assert list(ordered({"b": 1, "2": 2, "1": 3})) == ["1", "2", "b"]
