"""What is told of a run whose test failed."""

from typing import Any

import pytest

from asl.testing import Workflow
from asl.testing.run_report import ending, folded, hints, outcome, parting, path, path_difference, story

WORK = {"Type": "Task", "Resource": "arn:aws:states:::example:work"}


def workflow(**states: Any) -> Workflow:
    return Workflow({"StartAt": next(iter(states)), "States": states}, name="m")


def polling() -> Workflow:
    choice = {"Type": "Choice", "Choices": [{"Variable": "$.s", "StringEquals": "DONE", "Next": "Done"}]}
    return workflow(
        Begin={"Type": "Pass", "Next": "Rest"},
        Rest={"Type": "Wait", "Seconds": 60, "Next": "Ask"},
        Ask={**WORK, "Next": "Which"},
        Which={**choice, "Default": "Rest"},
        Done={"Type": "Succeed"},
    )


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ("", ""),
        ("A B C", "A B C"),
        ("A A", "A A"),
        ("A A A", "A × 3"),
        ("A B A B A B", "(A → B) × 3"),
        ("X A B A B A B A Y", "X (A → B) × 3 A Y"),
        ("A B C C C C D", "A B C × 4 D"),
    ],
)
def test_what_goes_round_is_told_once(names: str, told: str) -> None:
    assert " ".join(folded(names.split())) == told


def test_an_endless_loop() -> None:
    test = polling()
    test.mock("Ask").returns({"s": "RUNNING"})
    run = test.run()
    assert run.error == "States.Runtime"
    assert path(run).startswith("Begin → (Rest → Ask → Which) × ")
    assert len(path(run)) < 100
    assert len(story(run).splitlines()) < 65
    assert "lines are left out" in story(run)
    assert len(story(run, whole=True).splitlines()) > 1000
    (hint,) = hints(run)
    assert "goes round: Rest → Ask → Which; a mock that always answers the same may be why" in hint
    difference = list(path_difference(run, ["Begin", "Rest", "Ask", "Which", "Done"]))
    assert len(difference) < 20
    assert "- Done   (expected)" in difference
    assert any(line.startswith("+ … 8,3") for line in difference)


def test_a_long_path_that_is_as_expected_is_shortened() -> None:
    test = polling()
    test.mock("Ask").returns({"s": "RUNNING"}, times=9).then.returns({"s": "DONE"})
    run = test.run()
    lines = list(path_difference(run, [*run.path[:-1], "Other"]))
    assert lines[:3] == ["  Begin", "  … 29 states as expected", "  Which"]
    assert lines[-2:] == ["- Other   (expected)", "+ Done"]


@pytest.mark.parametrize(
    ("path", "expected", "told"),
    [
        ("A B C", "A X C", "after A, expected X, got B"),
        ("A", "B", "expected B, got A"),
        ("A", "A B", "after A, expected B, got the end"),
        ("A B", "A", "after A, expected the end, got B"),
        ("", "A", "expected A, got the end"),
    ],
)
def test_where_a_path_leaves_the_expected_one(path: str, expected: str, told: str) -> None:
    assert parting(path.split(), expected.split()) == told


def test_a_task_that_was_not_answered_in_time() -> None:
    ask = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "TimeoutSeconds": 9}
    ask |= {"Parameters": {"QueueUrl": "q", "MessageBody": "m"}, "End": True}
    test = workflow(Ask=ask)
    test.mock("Ask").waits()
    assert "Ask was not answered in time; `until` stops the clock before" in next(hints(test.run()))


def test_mocks_that_answered_nothing() -> None:
    test = workflow(Work={**WORK, "End": True})
    test.mock("Work").returns(1)
    test.mock("Work", call=7).returns(2)
    test.mock("Work", input={"a": {"b": 3}}).returns(3)
    assert list(hints(test.run({"a": {"b": "3"}}))) == [
        "the mock of state 'Work', call 7 answered nothing",
        "the mock of state 'Work', some input answered nothing: $.a.b: expected 3, got \"3\"",
    ]
    assert list(hints(test.run({"a": {"b": 3}}))) == ["the mock of state 'Work', call 7 answered nothing"]


def test_the_error_that_was_caught_before() -> None:
    caught = {**WORK, "Catch": [{"ErrorEquals": ["Boom"], "Next": "Stop"}], "End": True}
    test = workflow(Try=caught, Stop={"Type": "Fail"})
    test.mock("Try").fails("Boom", "it broke")
    run = test.run()
    assert ending(run) == "FAILED at /States/Stop: an error without a name"
    assert outcome(run)[1:] == ['hint: Try failed before with Boom: "it broke", which was caught']


def test_an_error_that_was_tried_again_is_no_reason() -> None:
    test = workflow(Try={**WORK, "Retry": [{"ErrorEquals": ["Boom"]}], "Next": "Stop"}, Stop={"Type": "Fail"})
    test.mock("Try").fails("Boom").then.returns(1)
    assert outcome(test.run())[1:] == []


def test_placeholders_without_a_value() -> None:
    state = {**WORK, "Parameters": {"Bus": "${EventBus}"}, "End": True}
    test = workflow(Put=state)
    test.mock("Put").fails("Refused")
    assert "placeholders of the definition have no value: ${EventBus}; `define` gives them one" in list(
        hints(test.run())
    )


def test_a_run_that_succeeded_or_goes_on() -> None:
    test = workflow(Rest={"Type": "Wait", "Seconds": 9, "End": True})
    assert outcome(test.run()) == []
    told, hint = outcome(test.run(until=1))
    assert told == "RUNNING 1 s after its start"
    assert "run.advance() goes on" in hint
    assert path(test.start()) == "Rest"
