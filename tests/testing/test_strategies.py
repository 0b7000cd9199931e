"""Hypothesis strategies: JSON Schema, examples, inputs that a definition expects, plans of faults."""

import re
import sys
from typing import Any

import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

import asl
from asl.errors import InputError
from asl.testing import Workflow, strategies

quick = settings(max_examples=60, database=None, deadline=None, suppress_health_check=list(HealthCheck))

CHOICE = {
    "StartAt": "Kind",
    "States": {
        "Kind": {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.kind", "StringEquals": "letter", "Next": "Send"},
                {
                    "And": [
                        {"Variable": "$.weight", "IsPresent": True},
                        {"Variable": "$.weight", "NumericGreaterThan": 20},
                    ],
                    "Next": "Refuse",
                },
            ],
            "Default": "Send",
        },
        "Send": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": "send", "Payload": {"to.$": "$.address.street"}},
            "Retry": [{"ErrorEquals": ["Busy"]}],
            "TimeoutSeconds": 10,
            "End": True,
        },
        "Refuse": {"Type": "Fail"},
    },
}


def values(strategy: Any, number: int = 60) -> list[Any]:
    """Some values of a strategy, always the same ones."""
    found = []

    @settings(quick, max_examples=number, derandomize=True)
    @given(strategy)
    def note(value: Any) -> None:
        found.append(value)

    note()
    return found


# -- JSON Schema -----------------------------------------------------------------------------------------------------

INT = {"type": "integer"}


@pytest.mark.parametrize(
    ("schema", "holds"),
    [
        ({"type": "string"}, lambda v: isinstance(v, str)),
        ({"type": "null"}, lambda v: v is None),
        ({"type": ["integer", "null"]}, lambda v: v is None or type(v) is int),
        ({"type": "integer", "nullable": True}, lambda v: v is None or type(v) is int),
        ({"const": {"a": 1}}, lambda v: v == {"a": 1}),
        ({"enum": ["a", 2, None]}, lambda v: v in ("a", 2, None)),
        ({"type": "integer", "minimum": 3, "exclusiveMaximum": 6}, lambda v: v in (3, 4, 5)),
        ({"type": "integer", "minimum": 0, "exclusiveMinimum": True, "maximum": 2}, lambda v: v in (1, 2)),
        ({"type": "integer", "multipleOf": 5, "minimum": 1, "maximum": 12}, lambda v: v in (5, 10)),
        ({"type": "number", "exclusiveMinimum": 0, "maximum": 1}, lambda v: 0 < v <= 1),
        ({"type": "number", "multipleOf": 0.5, "minimum": 0, "maximum": 1}, lambda v: v in (0, 0.5, 1)),
        ({"type": "string", "minLength": 2, "maxLength": 3}, lambda v: 2 <= len(v) <= 3),
        ({"type": "string", "pattern": "^[A-Z]{2}[0-9]+$"}, lambda v: re.search("^[A-Z]{2}[0-9]+$", v)),
        ({"pattern": "^x", "maxLength": 4}, lambda v: v.startswith("x") and len(v) <= 4),
        ({"type": "string", "format": "date-time"}, lambda v: re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", v)),
        ({"type": "string", "format": "uuid"}, lambda v: re.fullmatch(r"[0-9a-f-]{36}", v)),
        ({"type": "string", "format": "email"}, lambda v: re.fullmatch(r"[a-z]+@[a-z]+\.example\.com", v)),
        ({"type": "array", "items": INT, "minItems": 1, "maxItems": 2}, lambda v: 1 <= len(v) <= 2),
        ({"type": "array", "items": {"enum": [1, 2, 3]}, "uniqueItems": True}, lambda v: len(set(v)) == len(v)),
        ({"prefixItems": [INT, {"const": "x"}], "items": False, "minItems": 2}, lambda v: v[1:] == ["x"]),
        ({"items": [INT, {"const": "x"}], "minItems": 2}, lambda v: v[1] == "x"),
        ({"prefixItems": [INT], "items": {"const": 0}, "minItems": 3}, lambda v: v[1:3] == [0, 0]),
        ({"properties": {"a": INT}, "required": ["a", "b"]}, lambda v: type(v["a"]) is int and "b" in v),
        ({"properties": {"a": INT, "b": False}}, lambda v: set(v) <= {"a"}),
        ({"type": "object", "additionalProperties": INT}, lambda v: all(type(each) is int for each in v.values())),
        ({"type": "object", "minProperties": 2}, lambda v: len(v) >= 2),
        ({"anyOf": [INT, {"const": "x"}]}, lambda v: v == "x" or type(v) is int),
        ({"oneOf": [{"required": ["a"]}, {"required": ["b"]}]}, lambda v: "a" in v or "b" in v),
        ({"allOf": [{"required": ["a"]}, {"properties": {"a": INT}}]}, lambda v: type(v["a"]) is int),
        ({"allOf": [{"type": "number"}, {"type": "integer", "minimum": 7, "maximum": 7}]}, lambda v: v == 7),
        ({"$ref": "#/$defs/n", "$defs": {"n": {"const": 4}}}, lambda v: v == 4),
        ({"$ref": "#/$defs/n", "maximum": 5, "$defs": {"n": {**INT, "minimum": 5}}}, lambda v: v == 5),
        ({"type": ["string", "null"], "enum": ["a", None, 3]}, lambda v: v in ("a", None)),
        ({"type": "number", "multipleOf": 0.1, "minimum": 0, "maximum": 9}, lambda v: v == round(v, 1)),
        ({"type": "integer", "multipleOf": 2.5, "minimum": 1, "maximum": 12}, lambda v: v in (5, 10)),
        ({"patternProperties": {"^x": INT}, "properties": {"x1": {}}, "required": ["x1", "x2"]},
         lambda v: type(v["x1"]) is type(v["x2"]) is int),
        ({"properties": {"a": {"type": "string"}}, "additionalProperties": INT, "minProperties": 1},
         lambda v: all(type(each) is (str if name == "a" else int) for name, each in v.items())),
        ({"allOf": [{"additionalProperties": False, "properties": {"a": INT}}, {"properties": {"b": INT}}]},
         lambda v: v.keys() <= {"a"}),
        (True, lambda v: True),
    ],
)  # fmt: skip
def test_every_value_is_what_the_schema_allows(schema: Any, holds: Any) -> None:
    found = values(strategies.from_schema(schema))
    assert found
    assert all(holds(value) for value in found), found


def test_a_schema_may_refer_to_itself() -> None:
    tree = {"type": "object", "properties": {"left": {"$ref": "#"}}, "additionalProperties": False}
    found = find(strategies.from_schema(tree), lambda value: "left" in value.get("left", {}), settings=quick)
    assert found == {"left": {"left": {}}}


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        (False, "allows nothing"),
        ({"not": INT}, "'not'"),
        ({"type": "text"}, "the types are null, boolean"),
        ({"enum": []}, "empty enum"),
        ({"pattern": "("}, "cannot be read"),
        ({"$ref": "other.json#/x"}, "another document"),
        ({"$ref": "#/$defs/none"}, "leads nowhere"),
        ({"type": "integer", "minimum": 2, "maximum": 1}, "allows no integer"),
        ({"allOf": [INT, {"type": "string"}]}, "allows nothing"),
        ("integer", "an object, true or false"),
        ({"type": "string", "enum": [1, 2]}, "allows nothing"),
        ({"required": ["a"], "additionalProperties": False}, "requires 'a', and forbids it"),
        ({"type": "number", "multipleOf": 5, "minimum": 1, "maximum": 4}, "allows no multiple of 5"),
    ],
)
def test_schemas_that_cannot_be_used(schema: Any, said: str) -> None:
    with pytest.raises(InputError, match=re.escape(said)):
        strategies.from_schema(schema)


def test_inputs_of_a_schema_file(tmp_path: Any) -> None:
    file = tmp_path / "order.schema.yaml"
    file.write_text("const: 12\n")
    assert values(strategies.inputs(schema=file)) == [12]
    assert values(strategies.inputs(schema={"const": 13})) == [13]
    with pytest.raises(InputError, match="one of them"):
        strategies.inputs()


# -- examples --------------------------------------------------------------------------------------------------------

ORDER = {"id": "o-1", "lines": [{"sku": "tea", "count": 2}], "gift": False, "at": "2026-03-01T10:00:00Z", "price": 1.5}


def test_examples_come_as_they_are_and_varied() -> None:
    found = values(strategies.from_examples([ORDER]), 300)
    assert ORDER in found
    assert all("id" in each for each in found)
    assert any(each.get("lines") == [] for each in found)
    assert any(len(each.get("lines", [])) == 2 for each in found)
    assert any(each.get("gift") is True for each in found)
    kinds = {type(each["id"]) for each in found if "id" in each}
    assert kinds == {str}, "values keep their types"
    assert ORDER["lines"] == [{"sku": "tea", "count": 2}], "the example itself is not changed"


def test_examples_with_dropped_fields() -> None:
    assert any("id" not in each for each in values(strategies.from_examples([ORDER], drop=True), 300))


def test_the_example_is_the_simplest() -> None:
    assert find(strategies.from_examples([ORDER, {}]), lambda value: True, settings=quick) == ORDER


def test_no_examples() -> None:
    with pytest.raises(InputError, match="no examples"):
        strategies.from_examples([])


# -- inputs that a definition expects --------------------------------------------------------------------------------


def test_inputs_lead_to_every_branch() -> None:
    found = values(strategies.inputs_of(asl.load(CHOICE)), 200)
    assert all(each["address"] == {"street": "x"} for each in found), "what is read is there"
    assert {each["kind"] for each in found} == {"letter", "other"}
    assert {each.get("weight") for each in found} == {None, 19, 20, 21}, "on both sides of the rule, and missing"


def test_unexpected_inputs() -> None:
    found = values(strategies.inputs_of(asl.load(CHOICE), unexpected=True), 400)
    assert any(not isinstance(each, dict) for each in found)
    assert any(isinstance(each, dict) and "kind" not in each for each in found)


# -- faults ----------------------------------------------------------------------------------------------------------


def test_the_empty_plan_is_the_simplest() -> None:
    assert find(strategies.faults(asl.load(CHOICE)), lambda plan: True, settings=quick) == []


def test_plans_shrink_to_one_fault() -> None:
    plans = strategies.faults(asl.load(CHOICE))
    options = settings(quick, max_examples=2000)
    found = find(plans, lambda plan: any(each.get("timesOut") for each in plan), settings=options)
    assert found == [{"state": "Send", "timesOut": True}]


@pytest.mark.parametrize(
    "error", ["Busy", "Lambda.TooManyRequestsException", "Lambda.SdkClientException", "CustomError"]
)
def test_any_error_that_the_service_raises_or_that_is_handled(error: str) -> None:
    plans = strategies.faults(asl.load(CHOICE), kinds=["errors"])
    options = settings(quick, max_examples=2000)
    found = find(plans, lambda plan: any(each["fails"] == error for each in plan), settings=options)
    assert [each["fails"] for each in found] == [error]


def test_faults_of_some_states_and_kinds() -> None:
    machine = asl.load(CHOICE)
    late = values(strategies.faults(machine, kinds=["late"], states=["Send"]))
    assert all(each.keys() <= {"state", "call", "after"} for plan in late for each in plan)
    with pytest.raises(NoSuchExample):
        find(strategies.faults(machine, states=[]), bool, settings=quick)
    with pytest.raises(InputError, match="the kinds are errors"):
        strategies.faults(machine, kinds=["error"])  # type: ignore[list-item]
    with pytest.raises(InputError, match="did you mean 'Send'"):
        strategies.faults(machine, states=["Sent"])


def test_a_plan_is_put_into_a_workflow() -> None:
    with Workflow(CHOICE) as workflow:
        workflow.mock("Send").returns({"sent": True})
        strategies.add_faults(workflow, [{"state": "Send", "call": 0, "fails": "Busy", "cause": "later"}])
        run = workflow.run({"kind": "letter", "address": {"street": "s"}})
        assert run.succeeded
        assert run.state("Send").attempts == 2
        strategies.add_faults(workflow, [{"state": "Send", "timesOut": True}])
        assert workflow.run({"kind": "letter", "address": {"street": "s"}}).error == "States.Timeout"
        with pytest.raises(InputError, match="a fault has a state"):
            strategies.add_faults(workflow, [{"fails": "Busy"}])


def test_every_plan_can_be_put_into_a_workflow() -> None:
    machine = asl.load(CHOICE)

    @quick
    @given(strategies.faults(machine, kinds=["errors", "timeouts", "late", "answers"]), st.booleans())
    def plans(plan: Any, letter: bool) -> None:
        with Workflow(machine) as workflow:
            workflow.mock("Send").returns({})
            strategies.add_faults(workflow, plan)
            run = workflow.run({"kind": "letter" if letter else "box", "weight": 1, "address": {"street": "s"}})
            assert run.status in ("SUCCEEDED", "FAILED")

    plans()


def test_without_hypothesis_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in sys.modules if each.startswith(("hypothesis", "asl.testing.strategies"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    with pytest.raises(InputError, match=re.escape("pip install 'aslkit[explore]'")):
        __import__("asl.testing.strategies")
