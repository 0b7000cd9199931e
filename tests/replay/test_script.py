"""The moves of a replay in a world: in a debugger, and to go on where the recording, or the likeness, ends."""

from __future__ import annotations

from typing import Any

import pytest

from asl.debug.debugger import Debugger
from asl.errors import HostError
from asl.hosts.world import watchers
from asl.integration import Call, Failure, Output
from asl.replay.recorded_answers import RecordedAnswers, attempts
from asl.replay.recording import from_events
from asl.replay.replayed import Replayed
from asl.replay.script import RecordedScript, go_on
from asl.values import ABSENT, JSON
from tests.replay.machines import ORDER, ORDER_INPUT, QUERY, QUERY_INPUT, answers, changed
from tests.replay.recordings import history, replayed, said

EVENTS = history(ORDER, ORDER_INPUT, tasks=answers)
QUERY_EVENTS = history(QUERY, QUERY_INPUT, tasks=answers)


class Table:
    """Answers of states, in order; the last one again and again."""

    def __init__(self, **answers: list[Output | Failure]) -> None:
        self._answers = answers
        self.calls: list[Call] = []

    def answer(self, call: Call) -> Output | Failure | None:
        mine = self._answers.get(call.state_name)
        if mine is None:
            return None
        self.calls.append(call)
        return mine.pop(0) if len(mine) > 1 else mine[0]

    def rewind(self, calls: list[Call]) -> None:
        self.calls = [call for call in calls if call.state_name in self._answers]


def test_to_its_end_it_is_the_same_in_a_world() -> None:
    run = go_on(replayed(EVENTS, ORDER))
    assert run.succeeded
    assert [event["type"] for event in run.history] == [event["type"] for event in EVENTS]
    assert run.name == "00000000-0000-4000-8000-00000000a51a", "nothing tells the name"
    assert run.machine.name == "StateMachine"


def test_only_an_execution_that_goes_on_is_watched() -> None:
    seen: list[str] = []
    watchers.append(lambda run: seen.append(run.name))
    try:
        done = replayed(QUERY_EVENTS, QUERY)
        assert seen == []
        go_on(done)
    finally:
        watchers.pop()
    assert seen == ["nightly-17"]


def test_what_is_adopted_is_adopted_in_a_world() -> None:
    run = go_on(replayed(QUERY_EVENTS, QUERY))
    assert (run.status, run.error) == ("FAILED", "Poor")
    assert run.cause == QUERY_EVENTS[-1]["executionFailedEventDetails"]["cause"]
    assert run.name == "nightly-17"


@pytest.mark.parametrize("length", range(1, len(EVENTS)))
def test_it_goes_on_from_anywhere_with_mocks(length: int) -> None:
    done = replayed(EVENTS[:length], ORDER)
    mocks = Table(Charge=[Output({"Payload": {"paid": 12}})], Pack=[Output("packed")], Mail=[Output("sent")])
    run = go_on(done, mocks=mocks)
    assert run.succeeded
    assert [event["type"] for event in run.history][:5] == [event["type"] for event in EVENTS][:5]
    assert run.state("Charge").calls[-1] == {"FunctionName": "charge", "Payload": {"order": "o-1", "limit": 10}}


def test_somebody_answers_otherwise_than_was_recorded() -> None:
    done = replayed(QUERY_EVENTS, QUERY)
    script = RecordedScript(done)
    answers = RecordedAnswers(done.recording, script)
    with Debugger(done.machine, script=script, mocks=answers, **done.options) as debugger:
        debugger.breakpoints.add("resource *")
        debugger.continue_()
        debugger.fail("Closed")
        assert debugger.stop.error is not None
        assert (debugger.stop.kind, debugger.stop.error.error) == ("error", "Closed")
        debugger.breakpoints.delete(1)
        debugger.continue_()
        assert debugger.is_at_end
        assert debugger.stop.kind == "end"


def test_it_goes_on_with_a_definition_that_was_mended() -> None:
    """It failed; with the catcher, the answers after it are those that were recorded."""
    events = history(changed(ORDER, ("/States/Charge/Retry", ABSENT), ("/States/Charge/Catch", ABSENT)), ORDER_INPUT,
                     tasks=answers)  # fmt: skip
    assert events[-1]["type"] == "ExecutionFailed"
    done = replayed(events, ORDER)
    assert done.divergence is not None
    assert done.divergence.now.startswith("state 'Charge' is tried again, at 2027-05-05T10:00:02.123Z (attempt 2)")
    mocks = Table(Charge=[Output({"Payload": {"paid": 99}})], Pack=[Output(1)], Mail=[Output(1)])
    run = go_on(done, mocks=mocks)
    assert run.succeeded
    assert run.path[-2:] == ["Rest", "Done"]
    assert "Thank" in run.path
    assert len(mocks.calls) == 5, "the first call of Charge was answered from the recording"


def test_recorded_answers_are_used_after_a_divergence() -> None:
    other = changed(ORDER, ("/States/Ship/ItemSelector/limit.$", "$.charge.paid"))
    run = go_on(replayed(EVENTS, other))
    assert run.succeeded
    assert run.state("Charge").attempts == 2
    assert [call["limit"] for call in run.state("Pack").calls] == [12, 12, 12]
    assert [each.get("packed") for each in run.output] == [True, None, True]


def test_a_task_that_nothing_answers_is_told() -> None:
    with pytest.raises(HostError, match="nothing answers the task of state 'Charge'"):
        go_on(replayed(EVENTS[:5], ORDER))


def test_attempts_are_found_with_their_arguments() -> None:
    found = attempts(from_events(EVENTS))
    assert [(each.state, each.outcome) for each in found] == [
        ("Charge", 7),
        ("Charge", 10),
        ("Pack", 24),
        ("Pack", 32),
        ("Pack", 38),
        ("Mail", 53),
    ]
    assert found[0].answer == Failure("Busy", "try later")
    assert found[2].arguments == {"item": "pen", "number": 0, "limit": 10}


def test_answers_are_chosen_by_their_arguments_and_can_be_rewound() -> None:
    script = RecordedScript(replayed(EVENTS[:1], ORDER))
    table = RecordedAnswers(from_events(EVENTS), script, Table(Mail=[Output("mine")]))

    def call(state: str, arguments: JSON) -> Call:
        return Call(
            "0#1", "arn:aws:lambda:eu-west-1:9:function:f", arguments, "request_response", state, "a", "b", 0, "s"
        )

    ink = call("Pack", {"item": "ink", "number": 1, "limit": 10})
    other = call("Pack", "other")
    assert table.answer(ink) == Failure("Lost", None)
    assert table.answer(other) == Output({"item": "pen", "number": 0, "limit": 10, "packed": True})
    table.rewind([ink])
    assert table.answer(other) == Output({"item": "pen", "number": 0, "limit": 10, "packed": True})
    assert table.answer(call("Mail", {})) == Output("mine")
    assert table.answer(call("Nobody", {})) is None


# -- in a debugger -----------------------------------------------------------------------------------------------------


def debugger(done: Replayed, mocks: Any = None) -> Debugger:
    script = RecordedScript(done)
    table = RecordedAnswers(done.recording, script, mocks)
    return Debugger(done.machine, script=script, mocks=table, **done.options)


@pytest.mark.parametrize(("definition", "events"), [(ORDER, EVENTS), (QUERY, QUERY_EVENTS)], ids=["order", "query"])
def test_a_debugger_walks_through_a_replay(definition: dict[str, Any], events: list[dict[str, Any]]) -> None:
    done = replayed(events, definition)
    assert said(done) == ""
    with debugger(done) as walk:
        while not walk.is_at_end:
            walk.step()
        assert [event["type"] for event in walk.run.history] == [event["type"] for event in events]
        assert walk.run.output == done.execution.output
        last = walk.stop.number
        walk.goto(5)
        walk.back(3)
        walk.continue_()
        assert walk.stop.number == last
        walk.restart()
        walk.continue_()
        assert walk.stop.number == last


def test_a_debugger_leaves_the_recording_where_data_are_changed() -> None:
    done = replayed(EVENTS, ORDER)
    with debugger(done) as walk:
        walk.breakpoints.add("Enough")
        walk.continue_()
        walk.set("$.charge.paid", 5)
        assert walk.continue_().state.name == "Refuse"
        assert walk.reason == "here the recording is left"
        walk.continue_()
        assert (walk.run.status, walk.run.error) == ("FAILED", "Refused")
        walk.restart()
        walk.continue_()
        walk.set("$.charge.paid", 60)
        walk.continue_()
        walk.continue_()
        assert walk.run.succeeded, "the tasks that come are answered as they were"
        assert "Thank" in walk.run.path


def test_a_script_says_where_it_is() -> None:
    done = replayed(EVENTS, ORDER)
    script = RecordedScript(done)
    assert script.next() == done.steps[0].move
    assert script.next() == script.next(), "asking changes nothing"
    before = script.mark()
    script.moved([])
    assert script.is_left
    assert script.next() is None
    script.reset(before)
    assert not script.is_left
    assert script.answered == set()
