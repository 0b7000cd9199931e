"""The language: values and errors as the reference implementation has them, bounds, threads, and that nothing else but
JsonataError ever comes out.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asl import jsonata
from asl.jsonata import AWS, UNDEFINED, Function, JsonataError, Level, Limits, dumps

TABLE = json.loads((Path(__file__).parents[1] / "cases" / "jsonata.json").read_text("utf-8"))
LEVELS: tuple[Level, ...] = ("2.0.6", "2.2")
SMALL = Limits(depth=60, memory=100_000, steps=20_000)


def evaluate(text: str, data: Any = None, limits: Limits | None = None, **bindings: Any) -> Any:
    return jsonata.compile(text).evaluate(data, bindings, limits=limits)


def code(text: str, data: Any = None, limits: Limits | None = None) -> str | None:
    with pytest.raises(JsonataError) as caught:
        evaluate(text, data, limits)
    return caught.value.code


def answer(case: dict[str, Any]) -> dict[str, Any]:
    try:
        result = evaluate(case["expr"], TABLE["data"])
    except JsonataError as error:
        place = {"position": error.position} if "position" in case else {}
        return {"code": error.code, "message": error.message, **place}
    if result is UNDEFINED:
        return {"undefined": True}
    return {"function": True} if isinstance(result, Function) else {"text": dumps(result)}


@pytest.mark.parametrize("case", TABLE["cases"], ids=lambda case: case["expr"])
def test_answers_as_the_reference_does(case: dict[str, Any]) -> None:
    assert answer(case) == {key: value for key, value in case.items() if key != "expr"}


def test_data_is_never_changed() -> None:
    before = json.dumps(TABLE["data"])
    for case in TABLE["cases"]:
        answer(case)
    assert json.dumps(TABLE["data"]) == before


def test_a_transform_does_not_change_what_it_was_given() -> None:
    data = {"a": {"b": 1}}
    assert evaluate('$ ~> |$$.a|{"b": 2}|', data) == {"a": {"b": 1}}
    assert data == {"a": {"b": 1}}


# What an expression is given and gives.


def test_variables_are_bound() -> None:
    assert evaluate("$states.input.a + 1", UNDEFINED, states={"input": {"a": 4}}) == 5


def test_a_variable_with_the_name_of_a_function_is_that_variable() -> None:
    expression = jsonata.compile("$sum([1, 2])")
    assert expression.evaluate(None, {"sum": Function(lambda arguments: len(arguments[0]), 1)}) == 2
    assert expression.evaluate(None) == 3
    with pytest.raises(JsonataError, match="T1006"):
        expression.evaluate(None, {"sum": 5})


def test_results_are_plain() -> None:
    result = evaluate("{'a': [1..3], 'b': orders.[id, price], 'c': $map([1], function($v) { [$v] })}", TABLE["data"])
    assert [type(part) for part in (result, *result.values(), result["b"][0])] == [dict, list, list, list, list]


def test_the_level_decides_about_operators() -> None:
    assert jsonata.compile("nothing ?? 1", "2.2").evaluate({}) == 1
    assert jsonata.compile("'' ?: 1", "2.2").evaluate({}) == 1
    with pytest.raises(JsonataError, match="S0211"):
        jsonata.compile("nothing ?? 1")


def test_what_an_expression_reads_is_known() -> None:
    expression = jsonata.compile("($a := 1; $states.result.Payload[0].x & $a & $sum(phone) & $b)")
    assert [reference[:2] for reference in expression.references] == [
        ("states", ("result", "Payload")),
        ("sum", ()),
        ("b", ()),
    ]
    assert [(name.name, name.position) for name in expression.context_names] == [("phone", 50)]


def test_large_integers_pass_through_and_computed_ones_are_doubles() -> None:
    large = 123456789012345678901234567890
    assert evaluate("$", large) == large
    assert evaluate("$x", x=[large]) == [large]
    assert evaluate("$ + 1", large) == float(large)
    for text in ("$ + 1", "[1..$]", "$split('a', 'b', $)"):
        assert code(text, 10**400) == "D1001"


def test_halves_of_characters_are_kept() -> None:
    assert evaluate("$ & 'x'", "\ud800") == "\ud800x"
    assert evaluate('"\\ud83d\\ude00"') == "\U0001f600"


# Bounds.


def test_the_depth_of_an_expression_is_bounded() -> None:
    assert evaluate("+".join(["1"] * 100)) == 100
    assert code("+".join(["1"] * 101)) == "U1001"
    assert code("+".join(["1"] * 200)) == "U1001"


def test_the_depth_of_calls_is_bounded() -> None:
    recursive = "($f := function($n) { $n = 0 ? 0 : 1 + $f($n - 1) }; $f(%d))"
    assert evaluate(recursive % 10) == 10
    assert code(recursive % 1000) == "U1001"
    assert code("($f := function($n) { [$map([$n], $f)] }; $f(1))") == "U1001"


def test_calls_at_the_end_of_a_function_do_not_count() -> None:
    assert evaluate("($f := function($n) { $n = 0 ? 'done' : $f($n - 1) }; $f(5000))") == "done"


@pytest.mark.parametrize("text", ["(" * 5000 + "1" + ")" * 5000, "[" * 5000, "-" * 5000 + "1", ".".join(["a"] * 9000)])
def test_nesting_in_the_text_is_bounded(text: str) -> None:
    assert code(text) == "U1001"


def test_memory_is_bounded() -> None:
    assert len(evaluate("[1..873782]")) == 873_782
    assert code("[1..873783]") == "U1003"
    assert code("[1..10000000]") == "U1003"
    assert code("[1..10000001]") == "D2014"
    double = "$reduce([1..%d], function($text, $i) { $text & $text }, 'x')"
    assert len(evaluate(double % 22)) == 2**22
    assert code(double % 23) == "U1003"
    assert code("$reduce([1..60], function($all, $i) { $append($all, $all) }, [1])") == "U1003"
    assert code("$reduce([1..60], function($all, $i) { [$all, $all] }, [1])") == "U1003"


def test_work_is_bounded() -> None:
    few = Limits(AWS.depth, AWS.memory, steps=10_000)
    assert code("($f := function() { $f() }; $f())", limits=few) == "U1002"
    assert code("$count([1..100].([1..100].([1..100])))", limits=few) == "U1002"
    assert code("$count(items[$count($$.items[$ > 0]) > 0])", {"items": list(range(1000))}, limits=few) == "U1002"


def test_an_object_cannot_become_part_of_itself() -> None:
    with pytest.raises(JsonataError, match="circular"):
        evaluate('$ ~> |$|{"self": $}|', {"a": 1})


DEPTH = 4_500


def nested(wrap: Callable[[Any], Any]) -> Any:
    value: Any = 1
    for _ in range(DEPTH):
        value = wrap(value)
    return value


@pytest.mark.parametrize("wrap", [lambda value: [value], lambda value: {"a": value}], ids=["arrays", "objects"])
@pytest.mark.parametrize(
    "text",
    [
        *("$count(**)", "$count(*)", "$ = $$", "$string($)", "$[0]", "a.a.a", "{'x': $}", "[$, [$]]", "$boolean($)"),
        *("$distinct([$, $])", "$keys($)", "$merge([$])", "$spread($)", "$ in [$]", "$ ~> |$|{'x': 1}|", "$^(a)"),
        *("${'k': $}", "$each($, function($v) { $v })", "$map($, $string)", "$type($)", "$lookup($, 'a')", "$clone($)"),
    ],
)
def test_deeply_nested_data_is_an_answer_or_an_error(text: str, wrap: Callable[[Any], Any]) -> None:
    try:
        found = dumps(evaluate(text, nested(wrap)))
    except JsonataError as error:
        found = error.message
    assert found


def test_little_stack_left_is_an_error() -> None:
    def under(levels: int) -> Any:
        if levels:
            return under(levels - 1)
        try:
            return evaluate("($f := function($n) { $n = 0 ? 0 : 1 + $f($n - 1) }; $f(20))")
        except JsonataError as error:
            return error.code

    frames, frame = 0, sys._getframe()
    while frame.f_back is not None:
        frame, frames = frame.f_back, frames + 1
    left = sys.getrecursionlimit() - frames
    assert under(left - 40) == "U1001"
    assert under(0) == 20


def test_an_expression_is_shared_by_threads() -> None:
    expression = jsonata.compile(
        "($f := function($n, $all) { $n = 0 ? $all : $f($n - 1, $all + $sum($states.rows.(v * $n))) };"
        " $states.rows^(>v)[v > 2]{k: $f(5, $sum(v))})"
    )
    inputs = [{"states": {"rows": [{"k": f"k{i % 3}", "v": i + n} for i in range(20)]}} for n in range(40)]
    expected = [expression.evaluate(UNDEFINED, bindings) for bindings in inputs]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda bindings: expression.evaluate(UNDEFINED, bindings), inputs * 4)) == expected * 4


# Nothing but JsonataError.

TOKENS = """
a b $ $$ $x $sum $map $string function λ 1 2.5 0 "s" 'q' true null and or in . [ ] { } ( ) , ; : ? + - * / % ** ..
:= != <= >= < > = & @ # ^ ~> | ! ~ `n` /r/ /* */
"""


def check(text: str, data: Any) -> None:
    for level in LEVELS:
        try:
            result = jsonata.compile(text, level).evaluate(data, {"x": [1, {"a": 2}]}, limits=SMALL)
            found = dumps(result)
        except JsonataError as error:
            found = error.message
        assert isinstance(found, str)


@given(st.text(max_size=30))
def test_any_text_is_an_expression_or_an_error(text: str) -> None:
    check(text, {"a": 1})


@settings(max_examples=200)
@given(st.lists(st.sampled_from(TOKENS.split()), max_size=14).map(" ".join))
def test_any_tokens_are_an_expression_or_an_error(text: str) -> None:
    check(text, {"a": [{"b": 1}, 2]})


TEMPLATES = """
%s.%s; %s[%s]; %s[]; (%s!; %s); ($x := %s!; %s); [%s, %s]; [%s..%s]; {'k': %s}; {%s: %s}; %s{%s: %s}; -%s; %s ? %s : %s
%s + %s; %s * %s; %s = %s; %s < %s; %s and %s; %s in %s; %s & %s; %s ~> %s; %s^(%s); %s^(>%s, %s); %s@$x.%s; %s#$i.%s
%s.%%; $map(%s, function($v, $i) { %s }); $filter(%s, function($v) { %s }); $reduce(%s, function($m, $n) { %s })
$sum(%s); $string(%s); $append(%s, %s); $sort(%s); $keys(%s); $merge(%s); $each(%s, $string); %s(%s)
$lookup(?, %s)(%s); (function($a)<x-:x> { %s })(%s); %s ~> $split(%s); $replace(%s, /a/, %s); %s ~> |%s|{'u': %s}, %s|
"""
LEAVES = "a b $ $$ $x * ** % 1 0 1.5 'a' true null none $sum"


def larger(part: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def made(template: str) -> st.SearchStrategy[str]:
        return st.tuples(*[part] * template.count("%s")).map(lambda parts: template % parts)

    lines = TEMPLATES.strip().replace("!;", "\0").replace("\n", "; ")
    return st.sampled_from([template.replace("\0", ";") for template in lines.split("; ")]).flatmap(made)


EXPRESSIONS = st.recursive(st.sampled_from(LEAVES.split()), larger, max_leaves=12)


@settings(max_examples=250)
@given(EXPRESSIONS, st.sampled_from([None, 1, "a", [], {}, {"a": [1, {"b": 2}], "b": {"a": "a"}}, [[1], [{"a": 1}]]]))
def test_any_expression_gives_a_value_or_an_error(text: str, data: Any) -> None:
    check(text, data)
