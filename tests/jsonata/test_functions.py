"""The built-in functions, called as an evaluation calls them; the answers are those of the reference implementation."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from asl.jsonata.errors import JsonataError
from asl.jsonata.functions import arrays, aws, encoding, higher_order, numbers, objects, strings
from asl.jsonata.functions.native import Native
from asl.jsonata.power import power
from asl.jsonata.text import dumps
from asl.jsonata.values import UNDEFINED, Function, Sequence, Value

MODULES = (strings, numbers, arrays, objects, higher_order, encoding, aws)
BUILT_IN: dict[str, Native] = {name: native for module in MODULES for name, native in module.TABLE.items()}
LATER: dict[str, Native] = {
    name: native for module in (strings, objects, higher_order) for name, native in module.LATER.items()
}
INFINITY = float("inf")
NAN = float("nan")
MEMORY = 100_000_000


class Evaluation:
    """A Run with a known randomness that remembers how much memory was asked for."""

    def __init__(self) -> None:
        self.allocated = 0

    def millis(self) -> int:
        return 0

    def random(self) -> float:
        return 0.5

    def uuid(self) -> str:
        return "8f7a4e6e-0000-4000-8000-000000000000"

    def spend(self, steps: int) -> None:
        pass

    def allocate(self, size: int) -> None:
        self.allocated = max(self.allocated, size)
        if size > MEMORY:
            raise JsonataError("U1003")


def call(name: str, *arguments: Value, table: dict[str, Native] = BUILT_IN) -> Value:
    """What the function gives, as the expression around it sees it."""
    native = table[name]
    result = native.do(*([Evaluation()] if native.run else []), *arguments)
    if isinstance(result, Sequence) and len(result) <= 1:
        return result[0] if result else UNDEFINED
    return result


def function(do: Callable[..., Value], arity: int = 1) -> Function:
    return Function(lambda arguments: do(*arguments), arity)


def matcher(pattern: str) -> Function:
    """A regular expression as it reaches a function."""

    def call_with(arguments: list[Value]) -> Value:
        return following(arguments[0], 0)

    def following(text: str, position: int) -> Value:
        found = re.compile(pattern).search(text, position)
        if found is None:
            return UNDEFINED
        groups = [UNDEFINED if group is None else group for group in found.groups()]
        following_match = Function(lambda _: following(text, found.end()), 0)
        return {
            "match": found[0],
            "start": found.start(),
            "end": found.end(),
            "groups": groups,
            "next": following_match,
        }

    return Function(call_with, 1)


def failure(name: str, *arguments: Value, table: dict[str, Native] = BUILT_IN) -> tuple[str | None, str]:
    with pytest.raises(JsonataError) as caught:
        call(name, *arguments, table=table)
    return caught.value.code, caught.value.message


@pytest.mark.parametrize(
    ("name", "arguments", "text"),
    [
        ("string", ["a"], '"a"'),
        ("string", [{"a": [1.0, None, 0.1 + 0.2]}], '"{\\"a\\":[1,null,0.3]}"'),
        ("string", [{"b": 1, "1": 2}], '"{\\"1\\":2,\\"b\\":1}"'),
        ("string", [[1], True], '"[\\n  1\\n]"'),
        ("string", [123456789012345678], '"123456789012346000"'),
        ("string", [100000000000000.5], '"100000000000001"'),
        ("string", [1e20], '"100000000000000000000"'),
        ("string", [1e-7], '"1e-7"'),
        ("string", [[function(str)]], '"[\\"\\"]"'),
        ("string", [function(str)], '""'),
        ("substring", ["hello", 1.5], '"ello"'),
        ("substring", ["hello", -3.5, 2.2], '"l"'),
        ("substring", ["hello", -10, 3], '"hel"'),
        ("substring", ["hello", 1.5, 1.5], '"el"'),
        ("substring", ["hello", -1.5], '"o"'),
        ("substring", ["hello", 2, 0], '""'),
        ("substring", ["hello", 9], '""'),
        ("substring", ["😀é", 1, 1], '"é"'),
        ("substringBefore", ["abcb", "b"], '"a"'),
        ("substringBefore", ["abc", "x"], '"abc"'),
        ("substringBefore", ["is undefined here", UNDEFINED], '"is "'),
        ("substringAfter", ["abcb", "b"], '"cb"'),
        ("substringAfter", ["a", ""], '"a"'),
        ("lowercase", ["ÀİΣ"], '"ài̇ς"'),
        ("uppercase", ["ßŉ"], '"SSʼN"'),
        ("length", ["a😀"], "2"),
        ("trim", ["  a \n\t b\u00a0 "], '"a b\u00a0"'),
        ("pad", ["a", 5, "xyz"], '"axyzx"'),
        ("pad", ["a", -4, "ab"], '"abaa"'),
        ("pad", ["a", 3, ""], '"a  "'),
        ("pad", ["a", 3, "😀"], '"a😀😀"'),
        ("pad", ["abc", 2.5], '"abc"'),
        ("contains", ["abc", "b"], "true"),
        ("contains", ["abc", matcher("x")], "false"),
        ("contains", ["abc", matcher("c")], "true"),
        ("match", ["abcb", matcher("b")], '[{"match":"b","index":1,"groups":[]},{"match":"b","index":3,"groups":[]}]'),
        ("match", ["abcb", matcher("(b)"), 1], '{"match":"b","index":1,"groups":["b"]}'),
        (
            "match",
            ["abab", matcher("b"), 1.5],
            '[{"match":"b","index":1,"groups":[]},{"match":"b","index":3,"groups":[]}]',
        ),
        ("match", ["abc", matcher("b"), 0], "undefined"),
        ("replace", ["abcabc", "b", "$1"], '"a$1ca$1c"'),
        ("replace", ["abab", "a", "x", 1], '"xbab"'),
        ("replace", ["abab", "a", "x", 1.5], '"xbxb"'),
        ("replace", ["abc", "b", "x", 0], '"abc"'),
        ("replace", ["abc", "b", UNDEFINED], '"aundefinedc"'),
        ("replace", ["abc", matcher("b"), "$0$1$$z$"], '"ab$z$c"'),
        ("replace", ["abc", matcher("(b)(c)"), "[$2$1$3$12]"], '"a[cbb2]"'),
        ("replace", ["abc", matcher("(b)"), "$01 $1x $10 $-1 $+1 $ 1"], '"ab1 bx b0 $-1 $+1 $ 1c"'),
        ("replace", ["abc", matcher("(a)(b)(c)" + "(x)?" * 7), "$10 $11 $1x $9"], '" a1 ax "'),
        ("replace", ["abc", matcher("(a)(b)(c)" + "(x)?" * 7), "$ 2 $+3 $-1 $-"], '"b2 c3  $-"'),
        ("replace", ["abab", matcher("a"), "x", 0.5], '"xbab"'),
        ("replace", ["😀a😀a", "a", "b"], '"😀b😀b"'),
        ("replace", ["a1b2", matcher("[0-9]"), function(lambda match: f"<{match['match']}>")], '"a<1>b<2>"'),
        ("split", ["a,b,c", ",", 2], '["a","b"]'),
        ("split", ["a,b,c", ",", 1.9], '["a"]'),
        ("split", ["abc", ""], '["a","b","c"]'),
        ("split", ["😀", ""], '["\\ud83d","\\ude00"]'),
        ("split", ["", ""], "[]"),
        ("split", ["", ","], '[""]'),
        ("split", ["a1b2c", matcher("[0-9]")], '["a","b","c"]'),
        ("split", ["a1b2c", matcher("[0-9]"), 2], '["a","b"]'),
        ("split", ["abc", matcher("x")], '["abc"]'),
        ("split", ["abc", "b", 0], "[]"),
        ("join", [["a", "b"], "-"], '"a-b"'),
        ("join", [["a", "b"]], '"ab"'),
        ("join", [[], "-"], '""'),
    ],
)
def test_strings(name: str, arguments: list[Value], text: str) -> None:
    assert dumps(call(name, *arguments)) == text


@pytest.mark.parametrize(
    ("name", "arguments", "text"),
    [
        ("sum", [[0.1, 0.2]], "0.30000000000000004"),
        ("sum", [[]], "0"),
        ("sum", [[1e308, 1e308]], "null"),
        ("sum", [[10**400]], "null"),
        ("average", [[1, 2]], "1.5"),
        ("average", [[]], "undefined"),
        ("max", [[1, 3.5, 2]], "3.5"),
        ("max", [[1, NAN]], "null"),
        ("min", [[3, 1]], "1"),
        ("min", [[]], "undefined"),
        ("number", ["12.50"], "12.5"),
        ("number", ["00012"], "12"),
        ("number", ["-1e3"], "-1000"),
        ("number", ["9007199254740993"], "9007199254740992"),
        ("number", ["0x1F"], "31"),
        ("number", ["0o17"], "15"),
        ("number", ["0b11"], "3"),
        ("number", ["0x10\n"], "16"),
        ("number", ["0x1G"], "null"),
        ("number", ["a0o7b"], "null"),
        ("number", [True], "1"),
        ("number", [1.5], "1.5"),
        ("floor", [-0.5], "-1"),
        ("ceil", [-0.5], "0"),
        ("floor", [1e30], "1e+30"),
        ("floor", [INFINITY], "null"),
        ("abs", [-1.5], "1.5"),
        ("round", [2.5], "2"),
        ("round", [3.5], "4"),
        ("round", [-2.5], "-2"),
        ("round", [-0.5], "0"),
        ("round", [1.005, 2], "1"),
        ("round", [4.525, 2], "4.52"),
        ("round", [12350, -2], "12400"),
        ("round", [5e-7, 7], "5e-7"),
        ("round", [1.23, -400], "0"),
        ("round", [1.5, 320], "null"),
        ("round", [1.55, 1.5], "null"),
        ("round", [9007199254740991.0], "9007199254740991"),
        ("sqrt", [2], "1.4142135623730951"),
        ("sqrt", [4], "2"),
        ("power", [2, 8], "256"),
        ("power", [3, 40], "12157665459056929000"),
        ("power", [2, -2.5], "0.17677669529663687"),
        ("power", [34.62196, -3], "0.00002409600525026487"),
        ("power", [0, 0], "1"),
        ("random", [], "0.5"),
    ],
)
def test_numbers(name: str, arguments: list[Value], text: str) -> None:
    assert dumps(call(name, *arguments)) == text


@pytest.mark.parametrize(
    ("base", "exponent", "result"),
    [
        (-185.972, 6, 41369985606524.22),
        (-8, 1 / 3, None),
        (1, INFINITY, None),
        (0, -1, INFINITY),
        (-0.0, -1, -INFINITY),
        (0, -2, INFINITY),
        (2, 1024, INFINITY),
        (2, -1075, 0),
        (2, -1074, 5e-324),
        (5e-324, 2, 0),
        (5e-324, 0.25, 1.4908919308538353e-81),
        (-2, 3, -8),
        (0.5, 2.0**40, 0),
        (1 + 2**-30, 2.0**33, 2980.9579759367944),
        (-INFINITY, 3, -INFINITY),
        (NAN, 0, 1),
        (NAN, 1, None),
    ],
)
def test_powers(base: float, exponent: float, result: float | None) -> None:
    computed = power(float(base), float(exponent))
    assert computed == result or (result is None and computed != computed)


ADA = {"name": "Ada", "10": 1, "2": 2}


@pytest.mark.parametrize(
    ("name", "arguments", "text"),
    [
        ("count", [UNDEFINED], "0"),
        ("count", [[1, 2]], "2"),
        ("append", [[1], 2], "[1,2]"),
        ("append", [1, []], "[1]"),
        ("append", [UNDEFINED, [1]], "[1]"),
        ("append", [1, UNDEFINED], "1"),
        ("exists", [None], "true"),
        ("exists", [UNDEFINED], "false"),
        ("reverse", [[1, 2, 3]], "[3,2,1]"),
        ("reverse", [[1]], "[1]"),
        ("zip", [[1, 2], [3, 4, 5]], "[[1,3],[2,4]]"),
        ("zip", [[1], UNDEFINED], "[]"),
        ("shuffle", [[1, 2, 3, 4]], "[1,3,4,2]"),
        ("sort", [[3, 1.5, 2]], "[1.5,2,3]"),
        ("sort", [["b", "\uffff", "😀", "a"]], '["a","b","😀","\uffff"]'),
        ("sort", [[3, 1, 2], function(lambda a, b: a < b, 2)], "[3,2,1]"),
        ("sort", [[3, 1, 2], function(lambda a, b: [], 2)], "[2,1,3]"),
        ("sort", [[3, 1, 2], function(lambda a, b: UNDEFINED, 2)], "[3,1,2]"),
        ("sort", [[3, 1, 2], function(lambda a, b: NAN, 2)], "[3,1,2]"),
        ("sort", [[]], "[]"),
        ("distinct", [[1, 1.0, True, "1", None, None]], '[1,true,"1",null]'),
        ("distinct", [[[1], [1], [True], {"a": 1, "b": [2]}, {"b": [2], "a": 1}]], '[[1],[true],{"a":1,"b":[2]}]'),
        ("distinct", [[[], {}, [], {}]], "[[],{}]"),
        ("distinct", [[NAN, NAN]], "[null,null]"),
        ("distinct", [[1, 1]], "[1]"),
        ("distinct", [Sequence([1, 1])], "1"),
        ("distinct", ["a"], '"a"'),
        ("keys", [ADA], '["2","10","name"]'),
        ("keys", [[{"b": 1}, 7, [{"a": 1, "b": 2}]]], '["b","a"]'),
        ("keys", [{}], "undefined"),
        ("keys", ["a"], "undefined"),
        ("lookup", [ADA, "name"], '"Ada"'),
        ("lookup", [[{"a": 1}, {"a": [2, [3]]}, [{"a": 4}], 5], "a"], "[1,2,[3],4]"),
        ("lookup", [[], "a"], "undefined"),
        ("lookup", [{"undefined": 1}, UNDEFINED], "1"),
        ("spread", [ADA], '[{"2":2},{"10":1},{"name":"Ada"}]'),
        ("spread", [[{"a": 1}, [{"b": 2}], 3]], '[{"a":1},{"b":2},3]'),
        ("spread", [[[]]], "[]"),
        ("spread", [[]], "undefined"),
        ("spread", [{"a": 1}], '{"a":1}'),
        ("spread", [[{"a": 1}]], '[{"a":1}]'),
        ("spread", ["ab"], '"ab"'),
        ("merge", [[{"a": 1, "b": 2}, {"a": 3}]], '{"a":3,"b":2}'),
        ("merge", [[]], "{}"),
        ("clone", [{"a": 0.1 + 0.2, "b": [function(str), 1e21]}], '{"a":0.3,"b":["",1e+21]}'),
        ("type", [None], '"null"'),
        ("type", [True], '"boolean"'),
        ("type", [1.5], '"number"'),
        ("type", [function(str)], '"function"'),
        ("type", [NAN], '"object"'),
        ("assert", [True], "undefined"),
    ],
)
def test_arrays_and_objects(name: str, arguments: list[Value], text: str) -> None:
    assert dumps(call(name, *arguments)) == text


class Unwrapped(Function):
    """A function that was not given to another as an argument."""


@pytest.mark.parametrize(
    ("value", "result"),
    [
        (UNDEFINED, UNDEFINED),
        (None, False),
        ("", False),
        ("a", True),
        (0, False),
        (-1.5, True),
        (NAN, False),
        ({}, False),
        ({"a": 0}, True),
        ([], False),
        ([0], False),
        ([[], [0, [1]]], True),
        ([0, ""], False),
        (function(str), False),
        ([function(str)], False),
    ],
)
def test_casts_to_boolean(value: Value, result: Value) -> None:
    assert call("boolean", value) is result
    assert call("not", value) is (UNDEFINED if result is UNDEFINED else not result)
    assert call("boolean", value, table=LATER) is result
    assert call("not", value, table=LATER) is (UNDEFINED if result is UNDEFINED else not result)


def test_a_function_in_an_array_is_true_only_in_the_older_level() -> None:
    value = [Unwrapped(lambda arguments: 1, 0)]
    assert call("boolean", value) is True
    assert call("boolean", value, table=LATER) is False
    always = Function(lambda arguments: value, 1)
    assert call("filter", [1, 2], always) == [1, 2]
    assert call("filter", [1, 2], always, table=LATER) is UNDEFINED
    assert call("sift", {"a": 1}, always) == {"a": 1}
    assert call("sift", {"a": 1}, always, table=LATER) is UNDEFINED
    assert call("single", [1], always) == 1
    assert failure("single", [1], always, table=LATER)[0] == "D3139"


@pytest.mark.parametrize("arity", [0, 1, 2, 3, 4])
def test_functions_get_as_many_arguments_as_they_take(arity: int) -> None:
    seen: list[list[Value]] = []

    def record(arguments: list[Value]) -> Value:
        seen.append(arguments)
        return True

    recording = Function(record, arity)
    array, members = ["x"], {"k": "v"}
    for name, whole in (("map", array), ("filter", array), ("single", array), ("each", members), ("sift", members)):
        call(name, whole, recording)
    count = min(max(arity, 1), 3)
    assert seen == [["x", 0, array][:count]] * 3 + [["v", "k", members][:count]] * 2


@pytest.mark.parametrize(
    ("name", "arguments", "text"),
    [
        ("map", [[1, 2], function(lambda v: v + 1)], "[2,3]"),
        ("map", [[1, 2], function(lambda v: UNDEFINED if v == 1 else v)], "2"),
        ("map", [[], function(str)], "undefined"),
        ("map", [UNDEFINED, function(str)], "undefined"),
        ("map", [[1], function(lambda v: [v])], "[1]"),
        ("filter", [[1, 2, 3], function(lambda v, i: i > 0, 2)], "[2,3]"),
        ("filter", [[1, 2, 3], function(lambda v: v == 2)], "2"),
        ("single", [[1, 2], function(lambda v: v == 2)], "2"),
        ("single", [[7]], "7"),
        ("single", [UNDEFINED], "undefined"),
        ("reduce", [[1, 2, 3], function(lambda a, b: a + b, 2)], "6"),
        ("reduce", [[1, 2, 3], function(lambda a, b: a + b, 2), 10], "16"),
        ("reduce", [[1, 2, 3], function(lambda a, b, i, all: a + i + len(all), 4)], "10"),
        ("reduce", [[], function(lambda a, b: 0, 2)], "undefined"),
        ("reduce", [[], function(lambda a, b: 0, 2), 5], "5"),
        ("each", [ADA, function(lambda v, k: k, 2)], '["2","10","name"]'),
        ("each", [UNDEFINED, function(str)], "undefined"),
        ("sift", [ADA, function(lambda v: v == 1 or v == 2)], '{"2":2,"10":1}'),
        ("sift", [ADA, function(lambda v: False)], "undefined"),
    ],
)
def test_functions_of_functions(name: str, arguments: list[Value], text: str) -> None:
    assert dumps(call(name, *arguments)) == text


@pytest.mark.parametrize(
    ("name", "arguments", "text"),
    [
        ("base64encode", ["é"], '"6Q=="'),
        ("base64encode", ["€😀"], '"rD0A"'),
        ("base64decode", ["YWI="], '"ab"'),
        ("base64decode", ["4oKs"], '"â\x82¬"'),
        ("base64decode", ["a"], '""'),
        ("base64decode", ["YQ==YQ=="], '"a"'),
        ("base64decode", ["YQ!YQ"], '"a\\u0006\\u0010"'),
        ("base64decode", ["-_-_"], '"ûÿ¿"'),
        ("encodeUrl", ["a b?é#;,/?:@&=+$-_.!~*'()[]%^"], '"a%20b?%C3%A9#;,/?:@&=+$-_.!~*\'()%5B%5D%25%5E"'),
        ("encodeUrlComponent", ["a😀/?:@-_.!~*'()"], '"a%F0%9F%98%80%2F%3F%3A%40-_.!~*\'()"'),
        ("decodeUrl", ["%3B%2f%20%41%F0%9F%98%80%C3%A9"], '"%3B%2f A😀é"'),
        ("decodeUrlComponent", ["%3B%2f%20%41+"], '";/ A+"'),
    ],
)
def test_encodings(name: str, arguments: list[Value], text: str) -> None:
    assert dumps(call(name, *arguments)) == text


@pytest.mark.parametrize(
    ("name", "arguments", "code", "message"),
    [
        ("string", [INFINITY], "D3001", "Attempting to invoke string function on Infinity or NaN"),
        ("string", [[INFINITY]], "D1001", "Number out of range: null"),
        ("string", [[10**400]], "D1001", "Number out of range: null"),
        ("pad", ["a", 2.5], None, "Invalid array length"),
        (
            "match",
            ["a", matcher("a"), -1],
            "D3040",
            "Third argument of match function must evaluate to a positive number",
        ),
        ("replace", ["a", "", "x"], "D3010", "Second argument of replace function cannot be an empty string"),
        (
            "replace",
            ["a", "a", "x", -1],
            "D3011",
            "Fourth argument of replace function must evaluate to a positive number",
        ),
        (
            "replace",
            ["a", matcher("a"), function(lambda match: 1)],
            "D3012",
            "Attempted to replace a matched string with a non-string value",
        ),
        ("replace", ["a", UNDEFINED, "x"], None, "Cannot read properties of undefined (reading 'apply')"),
        ("split", ["a", ",", -1], "D3020", "Third argument of split function must evaluate to a positive number"),
        ("number", ["1."], "D3030", 'Unable to cast value to a number: "1."'),
        ("number", ["1e400"], "D3030", 'Unable to cast value to a number: "1e400"'),
        ("number", ["1\n"], "D3030", 'Unable to cast value to a number: "1\\n"'),
        ("sqrt", [-1], "D3060", "The sqrt function cannot be applied to a negative number: -1"),
        ("sort", [[1, "a"]], "D3070", None),
        ("sort", [[True, False]], "D3070", None),
        ("sort", [[1, INFINITY]], "D1001", "Number out of range: null"),
        ("boolean", [[1, INFINITY]], "D1001", "Number out of range: null"),
        ("type", [INFINITY], "D1001", "Number out of range: null"),
        ("reduce", [[1], function(str)], "D3050", None),
        (
            "single",
            [[1, 2]],
            "D3138",
            "The $single() function expected exactly 1 matching result.  Instead it matched more.",
        ),
        ("single", [[]], "D3139", "The $single() function expected exactly 1 matching result.  Instead it matched 0."),
        ("sift", [{"a": 1}], None, "Cannot read properties of undefined (reading 'arity')"),
        ("error", [], "D3137", "$error() function evaluated"),
        ("error", ["x"], "D3137", "x"),
        ("assert", [False], "D3141", "$assert() statement failed"),
        ("assert", [False, "m"], "D3141", "m"),
        ("encodeUrl", ["\ud800"], "D3140", 'Malformed URL passed to $encodeUrl(): "\\ud800"'),
        ("decodeUrl", ["%"], "D3140", 'Malformed URL passed to $decodeUrl(): "%"'),
        ("decodeUrlComponent", ["%C0%80"], "D3140", 'Malformed URL passed to $decodeUrlComponent(): "%C0%80"'),
        ("partition", [[1, 2], -2], "D3137", "Second argument must be zero or greater"),
        ("hash", ["a", "md5"], "D3137", "Hash algorithm 'md5' must be one of SHA-1, SHA-384, SHA-256, SHA-512, MD5"),
    ],
)
def test_errors(name: str, arguments: list[Value], code: str | None, message: str | None) -> None:
    found = failure(name, *arguments)
    assert found[0] == code
    assert message is None or found[1] == message


@pytest.mark.parametrize("answer", [1, None, "x", {"match": "a"}, [1]])
def test_a_matcher_that_gives_no_match_is_an_error(answer: Value) -> None:
    for name, *others in (("contains",), ("match",), ("split",), ("replace", "x")):
        assert failure(name, "abc", Function(lambda arguments: answer, 1), *others)[0] == "T1010"


@pytest.mark.parametrize("name", sorted(BUILT_IN))
def test_no_value_in_gives_no_value_out(name: str) -> None:
    exceptions = {
        "count": 0,
        "exists": False,
        "keys": UNDEFINED,
        "zip": [],
        "random": 0.5,
        "uuid": "8f7a4e6e-0000-4000-8000-000000000000",
    }
    if name in ("error", "assert", "range", "hash"):
        assert failure(name, *[UNDEFINED] * BUILT_IN[name].arity)[0] in ("D3137", "D3141", "T0410")
    else:
        arguments = [UNDEFINED] * max(BUILT_IN[name].arity, name in ("string", "zip"))
        assert call(name, *arguments) == exceptions.get(name, UNDEFINED)


def test_what_the_later_level_changes() -> None:
    assert call("string", [123456789012345678, 0.1 + 0.2, 1e21], table=LATER) == "[123456789012345678,0.3,1e+21]"
    assert call("pad", "a", 2.9, table=LATER) == "a "
    assert call("contains", "abc", UNDEFINED, table=LATER) is UNDEFINED


@pytest.mark.parametrize(
    ("name", "arguments", "text"),
    [
        ("partition", [[1, 2, 3, 4, 5], 2], "[[1,2],[3,4],[5]]"),
        ("partition", [[1, 2, 3], 2.9], "[[1,2],[3]]"),
        ("partition", [[0], 5], "[[0]]"),
        ("partition", [[1, 2, 3]], "[[1,2,3]]"),
        ("partition", [[], 2], "undefined"),
        ("partition", [[1], 0], "undefined"),
        ("partition", [[1], -0.5], "undefined"),
        ("range", [0, 10, 2], "[0,2,4,6,8,10]"),
        ("range", [0, 10, 3], "[0,3,6,9]"),
        ("range", [10, 0, -5], "[10,5,0]"),
        ("range", [-1.7, 2, 1], "[-1,0,1,2]"),
        ("range", [5, 1, -1.5], "[5,4,3,2,1]"),
        ("range", [1, 9, 9], "1"),
        ("range", [5, 1, 1], "undefined"),
        ("range", [1, 5, 0], "undefined"),
        ("range", [1, 5], "undefined"),
        ("hash", ["input", "SHA-1"], '"140f86aae51ab9e1cda9b4254fe98a74eb54c1a1"'),
        ("hash", ["ñ", "MD5"], '"94e9342ecbb1458b6043ecd3bfcbc192"'),
        ("hash", ["Hello", "SHA-256"], '"185f8db32271fe25f561a6fc938b2e264306ec304eda518007d1764826381969"'),
        ("hash", ["Hello"], "undefined"),
        ("random", [42], "0.7275636800328681"),
        ("random", [0.9], "0.730967787376657"),
        ("random", [7], "0.7306990420600421"),
        ("parse", ['{"b":1,"a":[1.0,1e2,1.5,null]}'], '{"b":1,"a":[1,100,1.5,null]}'),
        ("parse", ["-0"], "0"),
        ("parse", ["9223372036854775807"], "9223372036854775807"),
        ("parse", ["9223372036854775808"], "9223372036854776000"),
    ],
)
def test_the_functions_of_step_functions(name: str, arguments: list[Value], text: str) -> None:
    assert dumps(call(name, *arguments)) == text


def test_a_long_range_is_refused_before_it_is_made() -> None:
    assert len(call("range", 1, aws.LONGEST_RANGE, 1)) == aws.LONGEST_RANGE
    assert failure("range", 1, aws.LONGEST_RANGE + 1, 1)[0] == "U1003"
    assert len(call("range", -(2**63), 2**63 - 1, 2**63 - 1)) == 3


@pytest.mark.parametrize(
    "text",
    ["", " ", "x", '{"a":1}{"b":2}', '{"a":1,"a":2}', "1e400", "NaN", "Infinity", "[1,]", "[" * 100_000, "9" * 5000],
)
def test_what_is_not_json_is_not_parsed(text: str) -> None:
    assert failure("parse", text) == ("D3137", "Invalid JSON")


def test_large_texts_are_refused_before_they_are_made() -> None:
    assert failure("pad", "a", 4_000_000_000)[0] == "U1003"
    assert failure("replace", "a" * 20_000, "a", "b" * 10_000)[0] == "U1003"
    assert failure("replace", "a" * 20_000, matcher("a"), "b" * 10_000)[0] == "U1003"
    assert failure("join", ["a"] * 20_000, "b" * 10_000)[0] == "U1003"


def test_a_comparator_is_asked_in_the_order_of_a_merge_sort() -> None:
    asked: list[str] = []

    def greater(left: Any, right: Any) -> bool:
        asked.append(f"{left}{right}")
        return bool(left > right)

    assert call("sort", [4, 1, 3, 5, 2], function(greater, 2)) == [1, 2, 3, 4, 5]
    assert asked == ["41", "52", "32", "35", "12", "42", "43", "45"]


def test_input_is_not_changed() -> None:
    data = {"b": [{"z": 3, "1": 1}, [2, [1]]], "a": "text"}
    before = json.dumps(data)
    for name in ("spread", "keys", "clone", "string", "boolean", "type"):
        call(name, data)
    for name in ("reverse", "distinct", "shuffle", "spread", "keys", "count"):
        call(name, data["b"])
    call("append", data["b"], 4)
    call("merge", [data, {"a": 2}])
    assert json.dumps(data) == before


@pytest.mark.parametrize("name", ["keys", "spread", "boolean", "type", "string", "count"])
def test_deep_nesting_is_no_matter(name: str) -> None:
    value: Value = [1]
    for _ in range(20_000):
        value = [value]
    call(name, value)
    assert failure("distinct", [value, value])[0] == "U1001"
    assert failure("clone", value)[0] == "U1001"
