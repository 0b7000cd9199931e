"""A recording that was damaged is refused or told of, whatever is wrong with it: nothing breaks."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

import pytest

from asl.errors import InputError
from tests.replay.machines import ORDER, ORDER_INPUT, QUERY, QUERY_INPUT, answers
from tests.replay.recordings import history, replayed

HISTORIES = [(ORDER, history(ORDER, ORDER_INPUT, tasks=answers)), (QUERY, history(QUERY, QUERY_INPUT, tasks=answers))]
OTHER_TYPES = [
    "MapIterationFailed", "TaskStateAborted", "ExecutionTimedOut", "TaskTimedOut", "TaskSubmitted", "ExecutionAborted",
    "ActivityStarted", "Nonsense",
]  # fmt: skip
TYPES = [*sorted({event["type"] for _, events in HISTORIES for event in events}), *OTHER_TYPES]
VALUES = [None, 5, "x", [], {}, True, '{"a":1}']


def damaged(events: list[dict[str, Any]], chance: random.Random) -> list[dict[str, Any]]:
    """The events with one thing or another changed."""
    events = copy.deepcopy(events)
    for _ in range(chance.randint(1, 3)):
        event = chance.choice(events)
        details = next((value for key, value in event.items() if key.endswith("EventDetails")), None) or {}
        match chance.randrange(6):
            case 0:
                event["type"] = chance.choice(TYPES)
            case 1:
                event["previousEventId"] = chance.randrange(event["id"])
            case 2 if details:
                details.pop(chance.choice(sorted(details)))
            case 3 if details:
                details[chance.choice(sorted(details))] = chance.choice(VALUES)
            case 4:
                events.insert(events.index(event), copy.deepcopy(event))
                events = [{**each, "id": number} for number, each in enumerate(events, 1)]
            case _:
                del events[chance.randint(1, len(events)) :]
    return events


@pytest.mark.parametrize("part", range(8))
def test_nothing_breaks(part: int) -> None:
    for seed in range(part * 40, part * 40 + 40):
        chance = random.Random(seed)
        definition, events = chance.choice(HISTORIES)
        try:
            done = replayed(damaged(events, chance), definition)
        except InputError:
            continue
        assert done.told()
        assert json.dumps(done.as_dict())
        assert done.verified <= len(done.recording.events)
        assert (done.verified == len(done.recording.events)) == done.is_faithful


def test_a_part_of_the_wrong_type_is_refused() -> None:
    definition, events = HISTORIES[0]
    wrong = copy.deepcopy(events)
    wrong[1]["stateEnteredEventDetails"]["name"] = 5
    with pytest.raises(InputError, match=r"event 2 \(PassStateEntered\): 'name' is not a text, but 5"):
        replayed(wrong, definition)


def test_an_answer_that_comes_twice() -> None:
    definition, events = HISTORIES[0]
    twice = [*events[:6], {**events[5], "id": 7, "previousEventId": 6}]
    assert replayed(twice, definition).told() == (
        "differs from the recording at event 7 (TaskStarted), state 'Charge' (/States/Charge)\n"
        "  recorded: the task is started\n"
        "  now: the task of state 'Charge' is still awaited"
    )
