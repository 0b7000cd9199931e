"""Texts that seem to be meant as expressions or paths: warnings; and what to write instead of the other language."""

from typing import Any

import pytest

from asl.check import check
from asl.findings import Finding
from asl.source import from_value

PASS = {"Type": "Pass", "End": True}
MARKED = "{% $states.input.x %}"


def findings(state: dict[str, Any], language: str = "JSONata") -> list[Finding]:
    found = check(from_value({"QueryLanguage": language, "StartAt": "A", "States": {"A": state}}))
    return [finding for finding in found if finding.rule != "missing-end-state"]


def warned(state: dict[str, Any], language: str = "JSONata") -> list[tuple[str, str | None]]:
    found = findings(state, language)
    assert {(finding.rule, finding.severity) for finding in found} <= {("not-an-expression", "warning")}
    return [(finding.pointer, finding.hint) for finding in found]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("$states.input.x", MARKED),
        ("$states", "{% $states %}"),
        ("{{ $states.input.x }}", MARKED),
        ("{{% $states.input.x %}}", MARKED),
        ("{ % $states.input.x % }", MARKED),
        (" {% $states.input.x %} ", MARKED),
        ("$.x", MARKED),
        ("$$.Execution.Id", "{% $states.context.Execution.Id %}"),
        ("$uppercase($states.input.x)", "{% $uppercase($states.input.x) %}"),
        (MARKED, None),
        ("$5.00", None),
        ("$statesman", None),
        ("costs $.50", None),
        ("{{ name }}", None),
        ("$upper(case)", None),
        ("{}", None),
    ],
)
def test_texts_of_jsonata_states(text: str, meant: str | None) -> None:
    expected = [] if meant is None else [("/States/A/Output/x/0", f'for an expression write "{meant}"')]
    assert warned({**PASS, "Output": {"x": [text]}}) == expected


def test_long_texts_take_no_time() -> None:
    for text in ("{{" + " " * 100_000, "{" + " %" * 100_000, "$a(" + "$states" * 20_000, "{{$" + "}" * 100_000 + "x"):
        assert warned({**PASS, "Output": text}) == []


@pytest.mark.parametrize(
    ("field", "state"),
    [
        ("Error", {"Type": "Fail", "Error": "$.x"}),
        ("Assign/v", {**PASS, "Assign": {"v": "$.x"}}),
        ("Choices/0/Output", {"Type": "Choice", "Choices": [{"Condition": True, "Output": "$.x", "Next": "A"}]}),
    ],
)
def test_fields_that_are_looked_at(field: str, state: dict[str, Any]) -> None:
    assert (f"/States/A/{field}", f'for an expression write "{MARKED}"') in warned(state)


def test_members_that_hold_paths_of_a_service_and_comments_are_left_alone() -> None:
    state = {"Comment": "$states.input", **PASS, "Output": {"InputPath": "$.detail", "InputPathsMap": {"a": "$.b"}}}
    assert warned(state) == []


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        (MARKED, '"QueryLanguage": "JSONata"'),
        ("$states.input.x", '"QueryLanguage": "JSONata"'),
        ("$.x", 'name the field "x.$"'),
        ("{{ $.x }}", 'name the field "x.$"'),
        ("$x", None),
        ("plain", None),
    ],
)
def test_texts_of_jsonpath_states(text: str, hint: str | None) -> None:
    found = warned({**PASS, "Parameters": {"x": text}}, "JSONPath")
    assert [pointer for pointer, _ in found] == ([] if hint is None else ["/States/A/Parameters/x"])
    assert all(hint in (said or "") for _, said in found if hint)


def test_paths_in_their_place_are_no_texts() -> None:
    assert warned({**PASS, "Parameters": {"x.$": "$.x"}, "InputPath": "$.y"}, "JSONPath") == []
    (found,) = warned({"Type": "Fail", "Error": "$.x"}, "JSONPath")
    assert found == ("/States/A/Error", 'for a path name the field "ErrorPath"')


INNER = {"StartAt": "I", "States": {"I": {"Type": "Succeed"}}}


@pytest.mark.parametrize(
    ("state", "message", "hint"),
    [
        (
            {"Type": "Map", "Items": "$states.input.x", "ItemProcessor": INNER, "End": True},
            "Items must be an array, an object or an expression, not a string",
            f'for an expression write "{MARKED}"',
        ),
        (
            {"Type": "Wait", "Seconds": "$states.input.x", "End": True},
            "Seconds must be a whole number, not a string",
            f'for an expression write "{MARKED}"',
        ),
        (
            {"Type": "Wait", "Timestamp": "$states.input.x", "End": True},
            "String does not match RFC3339 timestamp",
            f'for an expression write "{MARKED}"',
        ),
    ],
)
def test_fields_that_refuse_texts_say_how_an_expression_is_written(
    state: dict[str, Any], message: str, hint: str
) -> None:
    (found,) = findings(state)
    assert (found.severity, found.message, found.hint) == ("error", message, hint)


def test_a_condition_in_other_marks() -> None:
    rule = {"Condition": "{{ $states.input.x }}", "Next": "A"}
    (found,) = findings({"Type": "Choice", "Choices": [rule]})
    assert found.hint == f'write it as "{MARKED}"'


# -- fields of the other language ------------------------------------------------------------------------------------

TASK = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "End": True}
MAP = {"Type": "Map", "ItemProcessor": INNER, "End": True}


def hint_of(state: dict[str, Any], language: str) -> str:
    (found,) = [each for each in findings(state, language) if each.rule == "query-language"]
    assert found.hint is not None
    return found.hint


@pytest.mark.parametrize(
    ("state", "hint"),
    [
        ({**TASK, "ResultPath": "$.x"}, "in JSONata use Output or Assign"),
        ({**TASK, "ResultSelector": {}}, "in JSONata use Output or Assign"),
        ({**TASK, "OutputPath": "$"}, "in JSONata use Output"),
        ({**TASK, "Parameters": {}}, "in JSONata use Arguments, with expressions that read $states.input"),
        ({**TASK, "InputPath": "$"}, "in JSONata use Arguments, with expressions that read $states.input"),
        ({**PASS, "Parameters": {}}, "in JSONata use Output, with expressions that read $states.input"),
        ({**PASS, "Result": 1}, "in JSONata use Output"),
        ({**MAP, "Parameters": {}}, "in JSONata use ItemSelector, with"),
        ({**MAP, "ItemsPath": "$"}, "in JSONata use Items"),
        ({**MAP, "MaxConcurrencyPath": "$"}, "in JSONata MaxConcurrency itself takes an expression"),
        ({"Type": "Fail", "ErrorPath": "$"}, "in JSONata Error itself takes an expression"),
        ({"Type": "Wait", "SecondsPath": "$", "End": True}, "in JSONata Seconds itself takes an expression"),
        (
            {**TASK, "Catch": [{"ErrorEquals": ["X"], "ResultPath": "$.e", "Next": "A"}]},
            "in JSONata use Output or Assign, with expressions that read $states.errorOutput",
        ),
        *(
            (
                {"Type": "Choice", "Choices": [{"Condition": True, name: 1, "Next": "A"}]},
                "in JSONata use Condition, with an expression such as",
            )
            for name in ("Variable", "And", "NumericEquals", "StringEqualsPath")
        ),
    ],
)
def test_jsonpath_fields_of_jsonata_states(state: dict[str, Any], hint: str) -> None:
    assert hint_of(state, "JSONata").startswith(hint)


@pytest.mark.parametrize(
    ("state", "hint"),
    [
        ({**TASK, "Arguments": {}}, "Parameters"),
        ({**TASK, "Output": 1}, "ResultSelector"),
        ({**MAP, "Items": []}, "ItemsPath"),
    ],
)
def test_jsonata_fields_of_jsonpath_states(state: dict[str, Any], hint: str) -> None:
    said = hint_of(state, "JSONPath")
    assert said.startswith('set "QueryLanguage": "JSONata" for the state or the machine; or in JSONPath ')
    assert hint in said


def test_an_expression_in_the_place_of_a_path() -> None:
    (found,) = findings({**PASS, "Parameters": {"x.$": MARKED}}, "JSONPath")
    assert (found.severity, '"QueryLanguage": "JSONata"' in (found.hint or "")) == ("error", True)


# -- expressions -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "hint"),
    [
        ("$states.input.x == 1", "= compares"),
        ("$states.input.x === 1", "= compares"),
        ("$states.input.x !== 1", "!= compares"),
        ("$states.input.a && $states.input.b", "the operator is: and"),
        ("$states.input.a || $states.input.b", "the operator is: or"),
        ("!$states.input.a", "write $not(...)"),
        ("$states.input.a and !$states.input.b", "write $not(...)"),
        ("$states.input.a&&!$states.input.b", "the operator is: and"),
        ("$states.input.a ?? 1", "write $exists(a) ? a : b"),
        ("$states.input.a ?: 1", "write a ? a : b"),
        ("$map([1], $v => $v)", "a function is written function($v){ ... }"),
        ("$sum([1,", None),
        ("1 + ", None),
        ("states.input.x", "did you mean '$states.input.x'?"),
        ("$sum(states.input.items[0].x)", "did you mean '$states.input.items'?"),
        ("{a: 1}", 'a key that is text stands in quotes: "a"'),
        ("{'b': 2, a : 1}", 'a key that is text stands in quotes: "a"'),
        ("{'b': a}", "the state's input is $states.input, a variable is $a"),
        ("true ? a : 1", "the state's input is $states.input, a variable is $a"),
    ],
)
def test_hints_of_expressions_that_are_refused(expression: str, hint: str | None) -> None:
    (found,) = findings({**PASS, "Output": f"{{% {expression} %}}"})
    assert (found.rule, found.severity, found.hint) == ("bad-jsonata", "error", hint)
