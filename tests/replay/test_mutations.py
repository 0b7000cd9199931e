"""A definition that was changed is caught: at the right event, with the right place and the right words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from asl.values import ABSENT, JSON
from tests.replay.machines import ORDER, ORDER_INPUT, QUERY, QUERY_INPUT, answers, changed
from tests.replay.recordings import history, replayed, said


class Mutation(NamedTuple):
    """What is changed in a definition (JSON pointers and values), and what is then said: of which event, with which
    place in the definition, and how the first line of it begins."""

    name: str
    changes: list[tuple[str, JSON]]
    event: int
    type: str
    pointer: str
    words: str


def _mutations(machine: str) -> list[Mutation]:
    """Those of a machine; a change without a value takes the member away."""
    found = json.loads(Path(__file__).with_name("mutations.json").read_text("utf-8"))[machine]
    return [
        Mutation(**{**each, "changes": [(place, value[0] if value else ABSENT) for place, *value in each["changes"]]})
        for each in found
    ]


def _first_line(done: Any) -> str:
    divergence = done.divergence
    return str(divergence.differences[0]) if divergence.differences else f"now: {divergence.now}"


def _check(definition: dict[str, Any], events: list[dict[str, Any]], mutation: Mutation) -> None:
    done = replayed(events, changed(definition, *mutation.changes))
    assert done.divergence is not None
    assert done.divergence.event is not None
    assert (done.divergence.event.id, done.divergence.event.type) == (mutation.event, mutation.type)
    assert done.divergence.pointer == mutation.pointer
    assert _first_line(done).startswith(mutation.words)


ORDER_HISTORY = history(ORDER, ORDER_INPUT, tasks=answers)
QUERY_HISTORY = history(QUERY, QUERY_INPUT, tasks=answers)


@pytest.mark.parametrize("mutation", [pytest.param(each, id=each.name) for each in _mutations("order")])
def test_a_change_is_caught(mutation: Mutation) -> None:
    _check(ORDER, ORDER_HISTORY, mutation)


@pytest.mark.parametrize("mutation", [pytest.param(each, id=each.name) for each in _mutations("query")])
def test_a_change_is_caught_where_values_are_made_up(mutation: Mutation) -> None:
    _check(QUERY, QUERY_HISTORY, mutation)


@pytest.mark.parametrize(
    ("definition", "events"), [(ORDER, ORDER_HISTORY), (QUERY, QUERY_HISTORY)], ids=["order", "query"]
)
def test_without_a_change_nothing_is_caught(definition: dict[str, Any], events: list[dict[str, Any]]) -> None:
    done = replayed(events, definition)
    assert said(done) == ""
    assert done.verified == len(events)
    assert done.execution.status == ("SUCCEEDED" if definition is ORDER else "FAILED")


def test_what_no_event_tells_is_not_caught() -> None:
    unvisited = changed(ORDER, ("/States/Broken", {"Type": "Pass", "Result": 1, "End": True}))
    longer = changed(ORDER, ("/States/Tell/Branches/1/States/Rest/Seconds", 500))
    assert said(replayed(ORDER_HISTORY, unvisited)) == ""
    assert said(replayed(ORDER_HISTORY, longer)) == "", "order decides, not times"


def test_a_name_that_was_learnt_may_be_any_but_one_that_is_given_is_compared() -> None:
    other = changed(QUERY, ("/States/Ask/Output/name", "{% $states.context.StateMachine.Name %}"))
    assert said(replayed(QUERY_HISTORY, other)) == ""
    arn = "arn:aws:states:eu-west-1:999999999999:execution:Orders:nightly-17"
    assert 'output.name: recorded "nightly-17", now "Orders"' in said(replayed(QUERY_HISTORY, other, execution_arn=arn))
    assert said(replayed(QUERY_HISTORY, QUERY, execution_arn=arn)) == ""
    assert said(replayed(QUERY_HISTORY, QUERY, name="nightly-17")) == ""
    assert 'output.name: recorded "nightly-17", now "other"' in said(replayed(QUERY_HISTORY, QUERY, name="other"))


def test_of_many_differences_the_first_are_told() -> None:
    many = {f"k{number:02}": number for number in range(30)}
    definition = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": many, "End": True}}}
    other = changed(definition, ("/States/A/Result", dict.fromkeys(many, -1)))
    done = replayed(history(definition), other)
    lines = said(done).splitlines()
    assert (len(lines), lines[1], lines[-1]) == (12, "  output.k00: recorded 0, now -1", "  and 20 more")
    assert len(done.as_dict()["divergence"]["differences"]) == 30


def test_of_long_texts_the_part_that_differs_is_told() -> None:
    definition = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": "x" * 500 + "one", "End": True}}}
    other = changed(definition, ("/States/A/Result", "x" * 500 + "two"))
    xs = "x" * 40
    assert f'output: recorded ..."{xs}one", now ..."{xs}two"' in said(replayed(history(definition), other))


def test_the_first_of_several_differences_of_a_phase_is_told() -> None:
    definition = {
        "StartAt": "A",
        "States": {"A": {"Type": "Pass", "Result": 1, "Next": "B"}, "B": {"Type": "Pass", "End": True}},
    }
    other = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": 2, "End": True}}}
    assert said(replayed(history(definition), other)).splitlines() == [
        "event 3 (PassStateExited), state 'A' (/States/A/Result)",
        "  output: recorded 1, now 2",
    ]
