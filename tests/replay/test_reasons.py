"""What is said of why a definition does something else, and of the place of what was changed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from asl.integration import Answer, Failure, Output
from asl.values import ABSENT, JSON
from tests.replay.machines import ORDER, ORDER_INPUT, QUERY, QUERY_INPUT, answers, changed
from tests.replay.recordings import history, replayed, said

EVENTS = history(ORDER, ORDER_INPUT, tasks=answers)
QUERY_EVENTS = history(QUERY, QUERY_INPUT, tasks=answers)
PACK = "/States/Ship/ItemProcessor/States/Pack"
MAIL = "/States/Tell/Branches/0/States/Mail"


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (("/States/Charge/Retry", ABSENT), "'Charge' has no Retry"),
        (("/States/Charge/Retry", [{"ErrorEquals": ["Idle"]}]), "no retrier of 'Charge' matches Busy"),
        (("/States/Charge/Retry/0/MaxAttempts", 0), "retrier 0 of 'Charge' is used up: MaxAttempts 0"),
        ((f"{PACK}/Catch", ABSENT), "'Pack' has no Catch"),
        ((f"{PACK}/Catch/0/ErrorEquals", ["Found"]), "no catcher of 'Pack' matches Lost"),
        (("/States/Enough/Choices/0/NumericGreaterThan", 11), "Choices[0] holds now: $.charge.paid is 12"),
        (("/States/Enough/Choices/1/NumericGreaterThan", 12), "Choices[1] does not hold now: $.charge.paid is 12"),
    ],
)
def test_a_sentence_tells_why(change: tuple[str, JSON], line: str) -> None:
    assert f"  {line}" in said(replayed(EVENTS, changed(ORDER, change))).splitlines()


def test_the_error_of_an_iteration_that_fails_is_told() -> None:
    told = said(replayed(EVENTS, changed(ORDER, (f"{PACK}/Catch", ABSENT))))
    assert "now: iteration 1 of 'Ship' fails, with Lost" in told


def test_a_condition_in_jsonata_is_told_with_its_variables_and_its_input() -> None:
    condition = "{% $total > 20 and $count($states.input.said.of) = 1 %}"
    told = said(replayed(QUERY_EVENTS, changed(QUERY, ("/States/Enough/Choices/0/Condition", condition))))
    assert "  Choices[0] does not hold now: $total is 11, $states.input.said.of is " in told


def test_a_condition_of_several_comparisons_is_told_with_all_that_it_looks_at() -> None:
    either = [
        {"Variable": "$.nothing", "IsPresent": True},
        {"Not": {"Variable": "$$.Execution.Name", "StringEquals": "x"}},
        {"Variable": "$order", "StringGreaterThanEqualsPath": "$.items[0]"},
    ]
    told = said(replayed(EVENTS, changed(ORDER, ("/States/Enough/Choices/1", {"Or": either[::2], "Next": "Ship"}))))
    assert "  Choices[1] does not hold now: $.nothing is missing, $order is o-1, $.items[0] is pen" in told
    told = said(replayed(EVENTS, changed(ORDER, ("/States/Enough/Choices/0", {"Or": either, "Next": "Thank"}))))
    assert "  Choices[0] holds now: $.nothing is missing, $order is o-1, $.items[0] is pen" in told


def test_a_retrier_that_is_used_up() -> None:
    definition = changed(ORDER, ("/States/Charge/Catch", ABSENT))
    calls = iter(range(9))
    events = history(
        definition, ORDER_INPUT, tasks=lambda call: answers(call) if call.state_name != "Charge" else _busy(calls)
    )
    less = changed(definition, ("/States/Charge/Retry/0/MaxAttempts", 1))
    done = replayed(events, less)
    assert done.divergence is not None
    assert done.divergence.why == ("retrier 0 of 'Charge' is used up: MaxAttempts 1",)
    assert done.divergence.as_dict()["why"] == list(done.divergence.why)


def _busy(calls: Iterator[int]) -> Answer:
    return Failure("Busy", None) if next(calls) < 2 else Output({"Payload": {"paid": 12}})


def test_a_state_that_is_not_there_any_more() -> None:
    renamed = changed(ORDER, ("/States/Shipp", ORDER["States"]["Ship"]), ("/States/Ship", ABSENT))
    renamed = changed(renamed, ("/States/Thank/Next", "Shipp"), ("/States/Enough/Choices/1/Next", "Shipp"))
    assert "  this definition has no state 'Ship'; did you mean 'Shipp'?" in said(replayed(EVENTS, renamed))


def test_another_definition_altogether() -> None:
    assert "  this definition has no state 'Prepare'; is it the right one?" in said(replayed(EVENTS, QUERY))


def test_a_placeholder_names_the_option() -> None:
    told = said(replayed(EVENTS, changed(ORDER, ("/States/Charge/Parameters/FunctionName", "${Charge}"))))
    assert "${Charge} is a placeholder without a value: --define Charge=VALUE" in told


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        (("/StartAt", "Charge"), "/StartAt"),
        (("/States/Enough/Choices/0/Variable", "$.paid"), "/States/Enough/Choices/0/Variable"),
        (("/States/Ship/ItemProcessor/StartAt", "Label"), "/States/Ship/ItemProcessor/StartAt"),
        (("/States/Charge/Parameters/Payload/limit.$", "$.nothing"), "/States/Charge/Parameters/Payload/limit.$"),
        (("/States/Charge/ResultSelector/paid.$", "$.Payload.no"), "/States/Charge/ResultSelector/paid.$"),
        (("/States/Prepare/Assign/order.$", "$.items"), "/States/Prepare/Assign/order.$"),
        ((f"{MAIL}/Parameters/TopicArn", "x"), f"{MAIL}/Parameters/TopicArn"),
    ],
)
def test_the_place_is_that_of_what_was_changed(change: tuple[str, JSON], pointer: str) -> None:
    done = replayed(EVENTS, changed(ORDER, change))
    assert done.divergence is not None
    assert done.divergence.pointer == pointer


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        (("/States/Ask/Arguments/Payload/total", "{% $nothing.x %}"), "/States/Ask/Arguments/Payload/total"),
        (("/States/Enough/Choices/0/Condition", "{% 'x' %}"), "/States/Enough/Choices/0/Condition"),
    ],
)
def test_the_place_of_an_error_is_the_field_that_it_names(change: tuple[str, JSON], pointer: str) -> None:
    done = replayed(QUERY_EVENTS, changed(QUERY, change))
    assert done.divergence is not None
    assert done.divergence.pointer == pointer
