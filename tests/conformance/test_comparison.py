"""The comparison itself: a wrong history must not pass for a recorded one."""

import copy
from typing import Any

import pytest

from asl.values import JSON
from tests.conformance import histories
from tests.conformance.normalisation import Normalised
from tests.conformance.recordings import Case


def _case(*transformers: JSON, recorded: str = "", literals: str = "") -> Case:
    return Case("id", "area", "execution", (), transformers, None, literals, recorded, ())


def _event(id: int, previous: int, type: str, **details: Any) -> JSON:
    return {"id": id, "previousEventId": previous, "type": type, "timestamp": "timestamp", **details}


MAP_OF_TWO = [
    _event(1, 0, "ExecutionStarted"),
    _event(2, 0, "MapStateEntered", name="M"),
    _event(3, 2, "MapStateStarted"),
    _event(4, 3, "MapIterationStarted", index=0),
    _event(5, 4, "PassStateEntered", input="a"),
    _event(6, 5, "PassStateExited", output="a"),
    _event(7, 6, "MapIterationSucceeded", index=0),
    _event(8, 3, "MapIterationStarted", index=1),
    _event(9, 8, "PassStateEntered", input="b"),
    _event(10, 9, "PassStateExited", output="b"),
    _event(11, 10, "MapIterationSucceeded", index=1),
    _event(12, 11, "MapStateSucceeded"),
    _event(13, 12, "MapStateExited", name="M"),
    _event(14, 13, "ExecutionSucceeded"),
]
"""One iteration after the other."""

INTERLEAVED = [
    *MAP_OF_TWO[:3],
    _event(4, 3, "MapIterationStarted", index=1),
    _event(5, 3, "MapIterationStarted", index=0),
    _event(6, 4, "PassStateEntered", input="b"),
    _event(7, 5, "PassStateEntered", input="a"),
    _event(8, 6, "PassStateExited", output="b"),
    _event(9, 8, "MapIterationSucceeded", index=1),
    _event(10, 7, "PassStateExited", output="a"),
    _event(11, 10, "MapIterationSucceeded", index=0),
    *MAP_OF_TWO[11:],
]


def test_an_interleaving_of_the_same_threads_is_equal_only_where_threads_run_side_by_side() -> None:
    assert histories.difference(Normalised(_case()), MAP_OF_TWO, INTERLEAVED, side_by_side=True) is None
    assert histories.difference(Normalised(_case()), MAP_OF_TWO, INTERLEAVED, side_by_side=False) is not None


@pytest.mark.parametrize("index", range(len(MAP_OF_TWO)))
@pytest.mark.parametrize("field", ["id", "previousEventId", "type"])
def test_any_other_field_of_any_event_is_a_difference(index: int, field: str) -> None:
    wrong = copy.deepcopy(MAP_OF_TWO)
    wrong[index][field] = wrong[index][field] * 2 + 1 if field != "type" else "FailStateEntered"
    assert histories.difference(Normalised(_case()), MAP_OF_TWO, wrong, side_by_side=True) is not None


@pytest.mark.parametrize("index", range(len(MAP_OF_TWO)))
def test_a_missing_event_is_a_difference(index: int) -> None:
    wrong = MAP_OF_TWO[:index] + MAP_OF_TWO[index + 1 :]
    assert histories.difference(Normalised(_case()), MAP_OF_TWO, wrong, side_by_side=True) is not None


def test_an_event_of_the_wrong_thread_is_a_difference() -> None:
    wrong = copy.deepcopy(INTERLEAVED)
    wrong[5]["input"], wrong[6]["input"] = "a", "b"
    assert histories.difference(Normalised(_case()), MAP_OF_TWO, wrong, side_by_side=True) is not None


def test_a_counted_placeholder_stands_for_one_value() -> None:
    normalised = Normalised(_case())
    first, second = "01234567-89ab-cdef-0123-456789abcdef", "11234567-89ab-cdef-0123-456789abcdef"
    assert normalised.difference({"a": "<uuid:1>", "b": "of <uuid:1>"}, {"a": first, "b": f"of {first}"}) is None
    assert normalised.difference("<uuid:1>", second) is not None
    assert normalised.difference("<uuid:2>", "no uuid") is not None
    assert normalised.difference("<uuid:2>", second) is None


def test_a_masked_value_is_masked_under_its_key_only() -> None:
    masking = {"kind": "jsonpath", "jsonpath": "$..output.StartDate", "replacement": "x", "replace_reference": False}
    normalised = Normalised(_case(masking))
    assert normalised.difference({"StartDate": "x"}, {"StartDate": 12}) is None
    assert normalised.difference({"StopDate": "x"}, {"StopDate": 12}) is not None
    assert normalised.difference({"StartDate": "y"}, {"StartDate": 12}) is not None


def test_headers_are_of_their_kind() -> None:
    normalised = Normalised(_case())
    date, trace = "Sat, 21 Nov 2026 00:00:00 GMT", f"Root=1-6b00df00-{'0' * 24};Parent={'a' * 16};Sampled=0"
    assert normalised.difference({"Date": "date"}, {"Date": date}) is None
    assert normalised.difference({"Date": "date"}, {"Date": [date]}) is None
    assert normalised.difference({"Date": "date"}, {"Date": [date, date]}) is not None
    assert normalised.difference({"Date": "date"}, {"Date": "2026-11-21"}) is not None
    assert normalised.difference({"When": "date"}, {"When": date}) is not None
    assert normalised.difference({"X-Amzn-Trace-Id": "X-Amzn-Trace-Id"}, {"X-Amzn-Trace-Id": trace}) is None
    assert normalised.difference({"X-Amzn-Trace-Id": "X-Amzn-Trace-Id"}, {"X-Amzn-Trace-Id": date}) is not None


def test_lengths_differ_only_where_they_may() -> None:
    normalised = Normalised(_case())
    assert normalised.difference({"Content-Length": "161"}, {"Content-Length": "158"}) is not None
    normalised.any_length = True
    assert normalised.difference({"Content-Length": "161"}, {"Content-Length": "158"}) is None
    assert normalised.difference({"Content-Type": "161"}, {"Content-Type": "158"}) is not None


def test_numbers_and_booleans_of_another_type_differ() -> None:
    normalised = Normalised(_case())
    for recorded, got in ((1, 1.0), (1, True), (0, False), (None, False), ("1", 1)):
        assert normalised.difference({"a": recorded}, {"a": got}) is not None


def test_json_objects_in_strings_are_opened_once() -> None:
    normalised = Normalised(_case())
    got = normalised.of({"output": '{"a":"{}","at":"2026-01-01T00:00:00Z"}', "input": "[1]", "region": "us-east-1"})
    assert got == {"output": {"a": "{}", "at": "date"}, "input": "[1]", "region": "<region>"}


def test_literal_names_are_replaced_where_the_recording_shows_the_placeholder() -> None:
    naming = {"kind": "regex", "regex": "machine_1", "replacement": "<ArnPart_0idx>"}
    shown = Normalised(_case(naming, recorded="<ArnPart_0idx>", literals="machine_1"))
    assert shown.of({"a": "arn:aws:states:us-east-1:1:machine_1"}) == {
        "a": "arn:<partition>:states:<region>:1:<ArnPart_0idx>"
    }
    assert Normalised(_case(naming, literals="machine_1")).of({"a": "machine_1"}) == {"a": "machine_1"}
