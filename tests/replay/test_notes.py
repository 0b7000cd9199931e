"""What is worth knowing of a replay, and no difference: fields that are not known, and waits that are longer now."""

from __future__ import annotations

import json
from typing import Any

import pytest

from asl.values import JSON
from tests.replay.machines import ORDER, ORDER_INPUT, answers, changed
from tests.replay.recordings import history, replayed, said

EVENTS = history(ORDER, ORDER_INPUT, tasks=answers)
REST = "/States/Tell/Branches/1/States/Rest/Seconds"
INTERVAL = "/States/Charge/Retry/0/IntervalSeconds"


def test_there_is_none_of_a_replay_of_the_same() -> None:
    assert replayed(EVENTS, ORDER).notes == ()


def test_a_field_that_is_not_known_is_noted() -> None:
    events: list[dict[str, Any]] = json.loads(json.dumps(EVENTS))
    for event in events:
        if event["type"] == "TaskStateExited":
            event["stateExitedEventDetails"] |= {"shiny": "new", "shinyDetails": {"truncated": False}}
    done = replayed(events, ORDER)
    assert said(done) == ""
    assert done.notes == (
        "'shiny' in the details of event 11 (TaskStateExited) and 4 more is not known here, and not compared",
    )


@pytest.mark.parametrize(
    ("place", "value", "note"),
    [
        (REST, 500, "Wait 'Rest' lasted 5 s (event 55), and would now last 8 min 20 s"),
        (REST, 1, "Wait 'Rest' lasted 5 s (event 55), and would now last 1 s"),
        (REST, 6, None),
        (INTERVAL, 60, "the wait before attempt 2 of 'Charge' lasted 2 s (event 8), and would now last 1 min"),
        (INTERVAL, 3, None),
    ],
)
def test_another_wait_is_noted(place: str, value: JSON, note: str | None) -> None:
    done = replayed(EVENTS, changed(ORDER, (place, value)))
    assert said(done) == ""
    assert done.notes == (() if note is None else (note,))


def test_without_times_no_wait_is_noted() -> None:
    events = [{**event, "timestamp": None} for event in EVENTS]
    assert replayed(events, changed(ORDER, (REST, 500))).notes == ()
