"""The bounds on what is small in memory and large when it is walked or written; and that the caller's stack is no bound
of ours.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from asl import jsonata
from asl.jsonata import UNDEFINED, JsonataError, Level, dumps

DOUBLINGS = 40


def outcome(text: str, data: Any = None, level: Level = "2.0.6") -> str | None:
    """The code of the error, or the JSON text of the value."""
    try:
        result = jsonata.compile(text, level).evaluate(data)
        return "undefined" if result is UNDEFINED else dumps(result)
    except JsonataError as error:
        return error.code if error.message else None


def doubled(start: Any, times: int = DOUBLINGS) -> Any:
    value = start
    for _ in range(times):
        value = {"a": value, "b": value}
    return value


OBJECT = '$reduce([1..40], function($x, $i) { {"a": $x, "b": $x} }, "x")'
OTHER = OBJECT.replace('"x")', '"y")')
ARRAY = "$reduce([1..40], function($x, $i) { [[$x], [$x]] }, [1, 2])"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        *((f"$string({OBJECT})", "U1003"), (f"{OBJECT} & 'x'", "U1003"), (OBJECT, "U1003"), (ARRAY, "U1003")),
        *((f"$clone({OBJECT})", "U1003"), (f"{OBJECT} ~> |$|{{'c': 1}}|", "U1003"), (f"{OBJECT} + 1", "T2001")),
        *((f"$map([1, 2], $string)[0] & $string([{OBJECT}])", "U1003"), (f"$boolean({ARRAY})", "U1002")),
        (f"({ARRAY}).name", "U1002"),
        ("([[1..800000]]; $a := [1..800000]; [1..800000].$a)", "U1003"),
        ("($t := $pad('', 100000, 'x'); [1..800000].$t)", "U1003"),
        ("($t := $pad('', 100000, 'x'); $string([1..800000].$t))", "U1003"),
        ("{'x': 1}" + ".{'a': $, 'b': $}" * 40, "U1003"),
        ("($x := 1; " + '$x := {"a": $x, "b": $x}; ' * 40 + "$x)", "U1003"),
        (f"$count({OBJECT}.**)", "U1003"),
    ],
)
def test_what_expands_meets_a_bound(text: str, code: str) -> None:
    begin = time.process_time()
    assert outcome(text) == code
    assert time.process_time() - begin < 5


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        *((f"{OBJECT} = {OBJECT}", "true"), (f"{OBJECT} = {OTHER}", "false")),
        *((f"$count($distinct([{OBJECT}, {OBJECT}, 1]))", "2"), (f"$exists({OBJECT}.a.b.a)", "true")),
        *((f"$keys({OBJECT})", '["a","b"]'), (f"{OBJECT} in [1]", "false"), (f"$type({OBJECT})", '"object"')),
    ],
)
def test_what_need_not_expand_does_not(text: str, wanted: str) -> None:
    begin = time.process_time()
    assert outcome(text) == wanted
    assert time.process_time() - begin < 2


def test_shared_data_is_bounded_too() -> None:
    assert outcome("$string($)", doubled("x")) == "U1003"
    assert outcome("$ = $$.a", doubled("x")) == "false"
    assert (
        outcome("$string($)", doubled("x", 2)) == r'"{\"a\":{\"a\":\"x\",\"b\":\"x\"},\"b\":{\"a\":\"x\",\"b\":\"x\"}}"'
    )
    with pytest.raises(JsonataError, match="U1003"):
        dumps(doubled("x"))


def test_a_result_may_hold_a_value_more_than_once() -> None:
    assert jsonata.compile("($x := [1..9]; {'a': $x, 'b': [[$x], $x]})").evaluate(None) == {
        "a": [*range(1, 10)],
        "b": [[*range(1, 10)], *range(1, 10)],
    }


# The stack of the caller.


def under(frames: int, do: Callable[[], Any]) -> Any:
    return under(frames - 1, do) if frames else do()


NESTED: dict[str, Callable[[int], str]] = {
    "blocks": lambda levels: "(" * levels + "1" + ")" * levels,
    "arrays": lambda levels: "[" * levels + "1" + "]" * levels,
    "sums": lambda levels: "+".join(["1"] * levels),
    "texts": lambda levels: "&".join(["1"] * levels),
    "steps": lambda levels: ".".join(["a"] * levels),
    "conditions": lambda levels: "false ? 1 : " * levels + "1",
    "calls": lambda levels: "$string(" * levels + "1" + ")" * levels,
    "lambdas": lambda levels: "$map([1], function($v) {" * levels + "1" + "})" * levels,
    "recursion": lambda levels: f"($f := function($n) {{ $n = 0 ? 0 : 1 + $f($n - 1) }}; $f({levels}))",
}


@pytest.mark.parametrize("kind", NESTED)
def test_how_deep_the_caller_is_makes_no_difference(kind: str) -> None:
    seen = set()
    for levels, level in (
        (10, "2.0.6"),
        (90, "2.0.6"),
        (100, "2.0.6"),
        (240, "2.2"),
        (490, "2.2"),
        (590, "2.2"),
        (700, "2.0.6"),
    ):
        text = NESTED[kind](levels)
        shallow = under(10, lambda text=text, level=level: outcome(text, level=level))  # type: ignore[misc]
        assert under(900, lambda text=text, level=level: outcome(text, level=level)) == shallow, levels  # type: ignore[misc]
        seen.add(shallow == "U1001")
    assert seen == {True, False}
