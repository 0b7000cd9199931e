"""What a definition reads of its input and of its tasks' answers, and the values that are made from that."""

from typing import Any

import pytest

import asl
from asl.testing.exploration.reads import reads_of
from asl.testing.exploration.shapes import Shape
from asl.testing.exploration.values import make

LAMBDA = "arn:aws:lambda:us-east-1:123456789012:function:work"


def machine(*states: dict[str, Any], **others: Any) -> asl.Machine:
    """States A, B, C ... one after the other, those that say where they lead left alone."""
    names = [chr(ord("A") + number) for number in range(len(states))]
    linked = {}
    for name, following, state in zip(names, [*names[1:], None], states, strict=True):
        leads = {"Next", "End", "Choices"} & state.keys() or state["Type"] in ("Succeed", "Fail")
        linked[name] = state if leads else {**state, **({"Next": following} if following else {"End": True})}
    return asl.load({"StartAt": "A", "States": linked, **others})


def task(**fields: Any) -> dict[str, Any]:
    return {"Type": "Task", "Resource": LAMBDA, **fields}


def simplest(shape: Shape) -> Any:
    return make(shape, lambda number: 0)


def every(shape: Shape) -> list[Any]:
    """The values of a shape for every way to choose among up to three choices."""
    found: list[Any] = []
    for code in range(8**3):
        digits = iter((code // 64, code // 8 % 8, code % 8))
        value = make(shape, lambda number, digits=digits: next(digits, 0) % number)  # type: ignore[misc]
        if value not in found:
            found.append(value)
    return found


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (task(Parameters={"to.$": "$.address.street"}), {"address": {"street": "x"}}),
        (task(InputPath="$.order", Parameters={"id.$": "$.id"}), {"order": {"id": "x"}}),
        (task(Parameters={"first.$": "$.lines[1].sku"}), {"lines": [{"sku": "x"}, {"sku": "x"}]}),
        (task(Parameters={"skus.$": "$.lines[*].sku"}), {"lines": [{"sku": "x"}]}),
        (task(Parameters={"big.$": "$.lines[?(@.price > 10)].sku"}), {"lines": [{"price": 10, "sku": "x"}]}),
        (task(Parameters={"n.$": "States.MathAdd($.n, 1)"}), {"n": 1}),
        (task(Parameters={"n.$": "States.ArrayGetItem($.list, $.at)"}), {"list": ["x"], "at": 1}),
        (task(Parameters={"n.$": "States.StringToJson($.text)"}), {"text": "{}"}),
        (task(Parameters={"n.$": "States.Format($.template, 1)"}), {"template": "{}"}),
        (task(Parameters={"in.$": "$$.Execution.Input.where"}), {"where": "x"}),
        (task(TimeoutSecondsPath="$.limit"), {"limit": 1}),
        ({"Type": "Wait", "TimestampPath": "$.until"}, {"until": "2026-01-01T00:00:00Z"}),
        ({"Type": "Map", "ItemsPath": "$.lines", "ItemProcessor": {
            "StartAt": "I", "States": {"I": {"Type": "Pass", "InputPath": "$.sku", "End": True}}}},
         {"lines": [{"sku": "x"}]}),
        ({"Type": "Map", "ItemsPath": "$.lines", "ItemSelector": {"it.$": "$$.Map.Item.Value", "of.$": "$.id"},
          "ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Pass", "InputPath": "$.it.sku", "End": True}}}},
         {"lines": [{"sku": "x"}], "id": "x"}),
        ({"Type": "Parallel", "Branches": [
            {"StartAt": "P", "States": {"P": {"Type": "Pass", "InputPath": "$.a", "End": True}}},
            {"StartAt": "Q", "States": {"Q": {"Type": "Pass", "InputPath": "$.b", "End": True}}}]},
         {"a": "x", "b": "x"}),
    ],
)  # fmt: skip
def test_the_input_that_a_state_reads(state: dict[str, Any], expected: Any) -> None:
    assert simplest(reads_of(machine(state)).input) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("$states.input.order.id", {"order": {"id": "x"}}),
        ("$states.input.price * 2", {"price": 1}),
        ("$sum($states.input.prices)", {"prices": [1]}),
        ("$states.input.lines[0].sku", {"lines": [{"sku": "x"}]}),
        ("$states.input.lines[price > 10].sku", {"lines": [{"price": 10, "sku": "x"}]}),
        ("$map($states.input.lines, function($l) { $l.sku })", {"lines": [{"sku": "x"}]}),
        ("$states.input.lines ~> $map(function($l) { $l.sku })", {"lines": [{"sku": "x"}]}),
        ("($order := $states.input.order; $order.id)", {"order": {"id": "x"}}),
        ("($f := function($o) { $o.id }; $f($states.input.order))", {"order": {"id": "x"}}),
        ("$merge([$states.input.order, {'a': 1}]).id", {"order": {"id": "x"}}),
        ("$parse($states.input.text).id", {"text": '{"id":"x"}'}),
        ("$states.input.kind in ['letter', 'box'] ? 1 : 2", {"kind": "letter"}),
        ("$number($states.input.count)", {"count": "1"}),
        ("$states.context.Execution.Input.where", {"where": "x"}),
        ("$states.input.order ~> | $.lines | {'sku': $states.input.sku} |", {"order": {"lines": {}}, "sku": "x"}),
        ("{} ~> | $ | $states.input.more |", {"more": {}}),
        ("$single($states.input.lines, function($l) { $l.sku = 'a' }).name", {"lines": [{"sku": "a", "name": "x"}]}),
    ],
)
def test_the_input_that_an_expression_reads(expression: str, expected: Any) -> None:
    subject = machine({"Type": "Pass", "Output": f"{{% {expression} %}}"}, QueryLanguage="JSONata")
    assert simplest(reads_of(subject).input) == expected


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"Variable": "$.n", "NumericEquals": 5}, [{"n": 5}, {"n": 6}]),
        ({"Variable": "$.n", "NumericLessThan": 5}, [{"n": 5}, {"n": 4}, {"n": 6}]),
        ({"Variable": "$.s", "StringEquals": "a"}, [{"s": "a"}, {"s": "other"}]),
        ({"Variable": "$.s", "StringMatches": "log-*.txt"}, [{"s": "log-.txt"}, {"s": "other"}]),
        ({"Variable": "$.b", "BooleanEquals": True}, [{"b": True}, {"b": False}]),
        ({"Variable": "$.x", "IsPresent": True}, [{"x": "x"}, {}]),
        ({"Variable": "$.x[0]", "IsPresent": True}, [{"x": ["x"]}, {"x": []}, {"x": ["x", "x"]}]),
        ({"Variable": "$.x", "IsNull": True}, [{"x": "x"}, {"x": None}]),
        ({"Variable": "$.x", "IsNumeric": True}, [{"x": None}, {"x": 1}, {"x": 0}, {"x": 2}]),
        ({"Variable": "$.a", "NumericEqualsPath": "$.b"}, [{"a": x, "b": y} for x in (1, 0, 2) for y in (1, 0, 2)]),
        ({"Variable": "$.a", "StringEqualsPath": "$.b"}, [{"a": "x", "b": "x"}, {"a": "other", "b": "x"}]),
        ({"Not": {"Variable": "$.s", "StringEquals": "a"}}, [{"s": "a"}, {"s": "other"}]),
        ({"Variable": "$.t", "TimestampGreaterThan": "2026-05-01T00:00:00Z"},
         [{"t": f"{each}Z"} for each in ("2026-05-01T00:00:00", "2026-04-30T23:59:59", "2026-05-01T00:00:01")]),
    ],
)  # fmt: skip
def test_values_on_both_sides_of_a_rule(rule: dict[str, Any], expected: list[Any]) -> None:
    subject = machine(
        {"Type": "Choice", "Choices": [{**rule, "Next": "B"}], "Default": "B"}, {"Type": "Succeed"}
    )  # fmt: skip
    found = every(reads_of(subject).input)
    assert sorted(found, key=str) == sorted(expected, key=str)


def test_without_default_only_what_the_rules_name() -> None:
    choice = {"Type": "Choice", "Choices": [{"Variable": "$.s", "StringEquals": each, "Next": "B"} for each in "ab"]}
    assert every(reads_of(machine(choice, {"Type": "Succeed"})).input) == [{"s": "a"}, {"s": "b"}]


def test_without_default_a_later_rule_about_something_else_can_be_come_to() -> None:
    rules = [
        {"Variable": "$.a", "StringEquals": "1", "Next": "B"},
        {"Variable": "$.b", "StringEquals": "2", "Next": "B"},
    ]
    subject = machine({"Type": "Choice", "Choices": rules}, {"Type": "Succeed"})
    assert every(reads_of(subject).input) == [{"a": "1", "b": "2"}, {"a": "other", "b": "2"}]


def test_without_default_what_is_not_another_thing() -> None:
    rules = [
        {"Variable": "$.a", "StringEquals": "1", "Next": "B"},
        {"Not": {"Variable": "$.a", "StringEquals": "1"}, "Next": "B"},
    ]
    subject = machine({"Type": "Choice", "Choices": rules}, {"Type": "Succeed"})
    assert every(reads_of(subject).input) == [{"a": "1"}, {"a": "other"}]


@pytest.mark.parametrize("condition", ["$states.input.a = $states.input.b", "($states.input.a != $states.input.b)"])
def test_values_that_a_condition_compares_with_each_other(condition: str) -> None:
    rule = {"Condition": f"{{% {condition} %}}", "Next": "B"}
    subject = machine(
        {"Type": "Choice", "Choices": [rule], "Default": "B"}, {"Type": "Succeed"}, QueryLanguage="JSONata"
    )
    assert every(reads_of(subject).input) == [{"a": "x", "b": "x"}, {"a": "other", "b": "x"}]


def test_an_array_that_may_contain_something() -> None:
    check = {"Type": "Pass", "Parameters": {"is.$": "States.ArrayContains($.labels[*].name, 'bad')"}}
    found = every(reads_of(machine(check)).input)
    assert {"labels": [{"name": "bad"}]} in found
    assert {"labels": [{"name": "other"}]} in found


def test_what_comes_from_where() -> None:
    """Paths lead through ResultPath, ResultSelector, Assign and OutputPath to where the data come from."""
    subject = machine(
        task(ResultPath="$.found", ResultSelector={"number.$": "$.total.n"}, Assign={"who.$": "$.name"}),
        {"Type": "Pass", "Parameters": {"a.$": "$.id", "b.$": "$.found.number", "c.$": "$who"}, "ResultPath": "$.p.q"},
        task(InputPath="$.p.q.a", OutputPath="$.mail", ResultPath="$.mail"),
        {"Type": "Succeed", "OutputPath": "$.to"},
    )
    reads = reads_of(subject)
    assert simplest(reads.input) == {"id": "x"}
    assert simplest(reads.results["/States/A"]) == {"total": {"n": "x"}, "name": "x"}
    assert simplest(reads.results["/States/C"]) == {"to": "x"}


def test_causes_that_are_read_as_json() -> None:
    catcher = {"ErrorEquals": ["States.ALL"], "ResultPath": "$.e", "Next": "B"}
    subject = machine(
        task(Catch=[catcher], End=True),
        {"Type": "Pass", "Parameters": {"why.$": "States.StringToJson($.e.Cause)"}, "ResultPath": "$.cause"},
        {"Type": "Choice", "Choices": [{"Variable": "$.e.Error", "StringEquals": "Late", "Next": "D"}], "Default": "D"},
        {"Type": "Pass", "InputPath": "$.cause.why.errorMessage"},
    )
    error = reads_of(subject).errors["/States/A"]
    assert error.fields["Error"].constants == ["Late"]
    assert simplest(error.fields["Cause"]) == '{"errorMessage":"x"}'


def test_loops_come_to_an_end() -> None:
    subject = machine(
        {"Type": "Pass", "Parameters": {"before.$": "$", "n.$": "States.MathAdd($.n, 1)"}},
        {"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericLessThan": 3, "Next": "A"}], "Default": "C"},
        {"Type": "Succeed"},
    )
    assert simplest(reads_of(subject).input) == {"n": 1}
