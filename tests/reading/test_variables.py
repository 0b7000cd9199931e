"""Which variables states read and assign: warnings, and what DescribeStateMachine would list."""

from typing import Any

import pytest

from asl.check import check
from asl.parse.variables import variable_references
from asl.source import from_value


def machine(**states: Any) -> dict[str, Any]:
    return {"StartAt": next(iter(states)), "States": states}


def warnings(definition: dict[str, Any]) -> list[str]:
    found = check(from_value(definition))
    assert [finding.severity for finding in found] == ["warning"] * len(found)
    return [
        f"{finding.pointer}: {finding.message}" + (f" ({finding.hint})" if finding.hint else "") for finding in found
    ]


PASS = {"Type": "Pass", "End": True}
JSONATA = {**PASS, "QueryLanguage": "JSONata"}


def test_a_variable_that_nothing_assigns() -> None:
    states = machine(
        A={"Type": "Pass", "Assign": {"total": 1}, "Next": "B"}, B={**PASS, "Parameters": {"x.$": "$totl"}}
    )
    assert warnings(states) == ["/States/B/Parameters/x.$: nothing assigns the variable $totl (did you mean '$total'?)"]


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("$nope + 1", "nothing assigns the variable $nope"),
        ("$eval('1')", "there is no function $eval (Step Functions has all functions of JSONata but this one)"),
        ("$states.contxt", "$states.contxt is not a part of $states (did you mean '$states.context'?)"),
        ("($x := 1; $x + $sum([1]))", None),
        ("$map([1], function($v) { $v })", None),
        ("($fact := function($n) { $n <= 1 ? 1 : $n * $fact($n - 1) }; $fact(5))", None),
        (
            "($fact := function($n) { $n <= 1 ? 1 : $n * $fct($n - 1) }; $fact(5))",
            "nothing assigns the variable $fct (did you mean '$fact'?)",
        ),
        ("$input.x", "nothing assigns the variable $input (did you mean '$states.input'?)"),
        ("$context.x", "nothing assigns the variable $context (did you mean '$states.context'?)"),
        ("$state.input", "nothing assigns the variable $state (did you mean '$states'?)"),
        ("$sume([1])", "nothing assigns the variable $sume (did you mean '$sum'?)"),
        ("$uppercase2('a')", "nothing assigns the variable $uppercase2 (did you mean '$uppercase'?)"),
        ("$sume", "nothing assigns the variable $sume"),
        ("($f := function() { $g() }; $g := function() { 1 }; $f())", None),
        ("($f := function() { $map([1], function($v) { $v + $g }) }; $g := 1; $f())", None),
        ("($f := function() { $g }; ($g := 1); $f())", "nothing assigns the variable $g"),
        ("($f := function() { ($g := 1) }; $g)", "nothing assigns the variable $g"),
        ("($x := $y; $y := 1; $x)", "nothing assigns the variable $y"),
        ("$map([1], function($v) { $v }) ~> $append($v)", "nothing assigns the variable $v"),
    ],
)
def test_names_in_expressions(expression: str, said: str | None) -> None:
    expected = [] if said is None else [f"/States/A/Output: {said}"]
    assert warnings(machine(A={**JSONATA, "Output": f"{{% {expression} %}}"})) == expected


def test_only_paths_are_read_in_jsonpath_states() -> None:
    definition = machine(
        A={
            **PASS,
            "Comment": "$no",
            "Parameters": {"S3Path": "$no", "Variable": "$no", "inner": {"x.$": "States.Format('{} {}', $a, $b.c)"}},
        }
    )
    assert variable_references(definition) == {"A": ["a", "b"]}
    assert variable_references(machine(A={**PASS, "Result": {"LocalPath": "$no", "x.$": "$no"}})) == {}
    assert variable_references(machine(A={**JSONATA, "Comment": "{% $no %}"})) == {}


def test_conditions_and_times_are_read() -> None:
    definition = machine(
        A={
            "Type": "Choice",
            "Choices": [
                {"And": [{"Variable": "$a", "NumericEqualsPath": "$b.c"}], "Next": "W", "Assign": {"n.$": "$d"}}
            ],
            "Default": "W",
        },
        W={"Type": "Wait", "SecondsPath": "$e", "End": True},
    )
    assert variable_references(definition) == {"A": ["a", "b", "d"], "W": ["e"]}


def test_a_variable_with_the_name_of_a_function() -> None:
    definition = machine(
        A={"Type": "Pass", "Assign": {"count": 1}, "Next": "B"}, B={**JSONATA, "Output": "{% $count + $sum([1]) %}"}
    )
    assert variable_references(definition) == {"B": ["count"]}


def processor(**assign: Any) -> dict[str, Any]:
    return machine(I={**PASS, "Assign": assign})


@pytest.mark.parametrize("first", [True, False])
def test_a_variable_that_is_assigned_inside_and_outside(first: bool) -> None:
    outside = {"Type": "Pass", "Assign": {"x": 1}, "Next": "M"}
    around = {"Type": "Map", "ItemProcessor": processor(x=2), "End": True}
    states = {"Q": outside, "M": around} if first else {"M": around, "Q": outside}
    found = warnings({"StartAt": "Q", "States": states})
    assert found == [
        "/States/M/ItemProcessor/States/I/Assign/x: the variable 'x' is assigned outside too, at /States/Q/Assign/x"
        " (a Parallel or Map reads the variables around it and assigns only its own: choose another name)"
    ]


def test_what_a_map_assigns_when_it_is_left_is_no_conflict() -> None:
    around = {
        "Type": "Map",
        "ItemProcessor": processor(x=2),
        "Assign": {"x": 1},
        "Catch": [{"ErrorEquals": ["States.ALL"], "Assign": {"x": 3}, "Next": "E"}],
        "Next": "E",
    }
    assert warnings(machine(M=around, E=PASS)) == []


def test_inner_states_see_the_variables_around_and_not_the_other_way() -> None:
    inner = machine(I={**PASS, "Assign": {"mine": 1}, "Parameters": {"x.$": "$outer"}})
    definition = machine(
        A={"Type": "Pass", "Assign": {"outer": 1}, "Next": "P"},
        P={"Type": "Parallel", "Branches": [inner], "Next": "Z"},
        Z={**PASS, "InputPath": "$mine"},
    )
    assert warnings(definition) == ["/States/Z/InputPath: nothing assigns the variable $mine"]
