"""What chance and time bring is adopted where it may have been so, and where it may not, it is a difference."""

from __future__ import annotations

from typing import Any

import pytest

from asl.replay.script import go_on
from asl.values import JSON
from tests.replay.machines import changed
from tests.replay.recordings import history, replayed, said

MADE: dict[str, Any] = {
    "QueryLanguage": "JSONata",
    "StartAt": "Draw",
    "States": {
        "Draw": {
            "Type": "Pass",
            "Output": {
                "short": "{% $substring($uuid(), 0, 8) %}",
                "roll": "{% $floor($random() * 6) + 1 %}",
                "ttl": "{% $floor($millis() / 1000) + 86400 %}",
                "day": "{% $fromMillis($millis(), '[Y]-[M01]-[D01] [H01]:[m01]:[s01]') %}",
                "key": "{% 'a/' & $fromMillis($millis(), '[D01]') & '/' & $substring($uuid(), 0, 4) %}",
                "all": "{% $shuffle([1..7]) %}",
            },
            "Next": "Rest",
        },
        "Rest": {"Type": "Wait", "Seconds": 100, "Next": "Late"},
        "Late": {"Type": "Pass", "Output": "{% $states.context.State.EnteredTime %}", "End": True},
    },
}


def place(name: str) -> str:
    return f"/States/Draw/Output/{name}"


@pytest.mark.parametrize("seed", range(1, 6))
@pytest.mark.parametrize("timed", [True, False])
def test_what_is_made_up_the_same_way_is_adopted(seed: int, timed: bool) -> None:
    events = history(MADE, seed=seed, start="2031-01-31T23:59:59.678Z")
    if not timed:
        events = [{**event, "timestamp": None} for event in events]
    done = replayed(events, MADE)
    assert said(done) == ""
    assert done.execution.output == replayed(events, MADE).execution.output
    assert {"output.short", "output.roll"} & {each.difference.place for each in done.adopted}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ((place("short"), "{% $substring($uuid(), 0, 7) %}"), "(it has 7 characters whatever comes out, not 8)"),
        ((place("roll"), "{% $floor($random() * 6) + 100 %}"), "(by chance it comes out between 100 and 105)"),
        ((place("roll"), "{% $random() * 6 + 100 %}"), "(by chance it comes out between 10"),
        ((place("ttl"), "{% $floor($millis() / 1000) + 86300 %}"), "(at the recorded time it is 1809598"),
        ((place("day"), "{% $fromMillis($millis(), '[M01]-[D01]-[Y] [H01]:[m01]:[s01]') %}"), "(at the recorded time"),
        ((place("day"), "{% $fromMillis($millis() + 60000, '[Y]-[M01]-[D01] [H01]:[m01]:[s01]') %}"), "(at the"),
        ((place("key"), "{% 'b/' & $fromMillis($millis(), '[D01]') & '/' & $substring($uuid(), 0, 4) %}"), "(it comes"),
        ((place("all"), "{% $shuffle([101..107]) %}"), "(by chance it comes out between 101 and 107)"),
        (("/States/Late/Output", "{% $states.context.Execution.StartTime %}"), "(at the recorded time it is 2027"),
    ],
)  # fmt: skip
def test_what_is_made_up_in_another_way_is_not_adopted(changes: tuple[str, JSON], words: str) -> None:
    assert words in said(replayed(history(MADE, start="2027-05-05T10:20:30.123Z"), changed(MADE, changes)))


def test_without_recorded_times_any_time_is_adopted() -> None:
    events = [{**event, "timestamp": None} for event in history(MADE)]
    later = changed(MADE, (place("ttl"), "{% $floor($millis() / 1000) + 86300 %}"))
    assert said(replayed(events, later)) == ""


def test_each_value_is_listed() -> None:
    done = replayed(history(MADE), MADE)
    short = next(each for each in done.adopted if each.difference.place == "output.short")
    text = short.difference.recorded
    assert str(short) == f"event 3 (PassStateExited), output.short: {text}"
    told = {"event": 3, "type": "PassStateExited", "path": "output.short"}
    assert short.as_dict() == {**told, "value": text, "now": short.difference.now}


CHOOSE: dict[str, Any] = {
    "QueryLanguage": "JSONata",
    "StartAt": "Which",
    "States": {
        "Which": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $random() < 0.3 %}", "Next": "Low"}],
            "Default": "High",
        },
        "Low": {"Type": "Succeed"},
        "High": {"Type": "Succeed"},
    },
}


def test_a_choice_that_draws_goes_where_it_went() -> None:
    paths = set()
    for seed in range(8):
        events = history(CHOOSE, seed=seed)
        went = events[3]["stateEnteredEventDetails"]["name"]
        done = replayed(events, CHOOSE)
        assert said(done) == ""
        assert [each.difference.recorded for each in done.adopted] in ([], [went])
        assert go_on(done).path[-1] == went, "also in a world"
        paths.add((went, len(done.adopted)))
    assert len(paths) == 2, "of the two ways, one needs another number"


def test_a_choice_that_draws_and_never_goes_there() -> None:
    events = next(events for seed in range(9) if _went(events := history(CHOOSE, seed=seed)) == "Low")
    never = changed(CHOOSE, ("/States/Which/Choices/0/Condition", "{% $random() > 2 %}"))
    done = replayed(events, never)
    assert done.divergence is not None
    assert done.divergence.pointer == "/States/Which/Default"
    assert "Choices[0] does not hold now" in said(done)
    assert "its conditions are a matter of chance or time, but in 50 trials it never goes to 'Low'" in said(done)


def test_a_choice_that_reads_the_time_goes_by_the_recorded_time() -> None:
    condition = "{% $millis() > $toMillis('2027-05-05T10:00:00.200Z') %}"
    definition = changed(CHOOSE, ("/States/Which/Choices/0/Condition", condition))
    for start, went in (("2027-05-05T10:00:00.100Z", "High"), ("2027-05-05T10:00:00.300Z", "Low")):
        events = history(definition, start=start)
        assert _went(events) == went
        events[0]["timestamp"] = "2027-05-05T10:00:00.000Z"
        assert said(replayed(events, definition)) == ""


def _went(events: list[dict[str, Any]]) -> str:
    return str(events[3]["stateEnteredEventDetails"]["name"])
