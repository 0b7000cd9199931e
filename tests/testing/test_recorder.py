"""What a recorder writes of the answers that an integration gives, and that mocks made of it answer the same."""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import asl
from asl.integration import Answer, Call, Description
from asl.testing import mock_config
from asl.testing.recorder import Recorder

RESOURCE = "arn:aws:states:::example:work"


class Service:
    """An integration whose answers the test gives, as if a service did."""

    def __init__(self, answer: Callable[[Call], Answer], answered_by: str) -> None:
        self.perform = answer
        self.answered_by = answered_by
        self.cancelled: list[Call] = []

    def describe(self, resource: str) -> Description | None:
        if not resource.startswith("arn:aws:states:::example:"):
            return None
        return Description(resource, ("request_response", "sync", "wait_for_task_token"), (), self.answered_by)

    def check(self, resource: str, arguments: Any) -> list[str]:
        return []

    def cancel(self, call: Call) -> None:
        self.cancelled.append(call)

    def close(self) -> None:
        pass


Recording = Callable[..., tuple[asl.World, Recorder]]


@pytest.fixture
def recording(monkeypatch: pytest.MonkeyPatch) -> Recording:
    def make(answer: Callable[[Call], Answer], by: str = "AWS (test)", **options: Any) -> tuple[asl.World, Recorder]:
        recorder = Recorder()
        monkeypatch.setattr("asl.hosts.answers._built_in", lambda settings: [Service(answer, by)])
        return asl.World(on_answer=recorder, **options), recorder

    return make


def work(pattern: str = "", **fields: Any) -> dict[str, Any]:
    return {"Type": "Task", "Resource": RESOURCE + pattern, "End": True, **fields}


def one(state: dict[str, Any], name: str = "M") -> asl.Machine:
    return asl.load({"StartAt": "T", "States": {"T": state}}, name=name)


def each(state: dict[str, Any]) -> asl.Machine:
    """A machine that does its task for each item of its input at once."""
    iterate = {"Type": "Map", "ItemProcessor": {"StartAt": "T", "States": {"T": state}}, "End": True}
    return asl.load({"StartAt": "Map", "States": {"Map": iterate}}, name="M")


def answers(document: Any, state: str = "M/T") -> dict[str, Any]:
    found: dict[str, Any] = document["MockedResponses"][state]
    return found


def replayed(document: Any, machine: asl.Machine, value: Any, tmp_path: Path) -> asl.Run:
    path = tmp_path / "mocks.json"
    path.write_text(json.dumps(document))
    return machine.run(value, mocks=mock_config.load(path, machine=machine))


def test_equal_answers_are_one_range(recording: Recording, tmp_path: Path) -> None:
    world, recorder = recording(lambda call: asl.Output(call.arguments))
    run = world.start(each(work()), [1, 1, 1, True, 1.0, "x", "x"])
    world.run()
    document = recorder.document(world.runs)
    assert {key: entry["Return"] for key, entry in answers(document).items()} == {
        "0-2": 1,
        "3": True,
        "4": 1.0,
        "5-6": "x",
    }
    assert answers(document)["3"]["Return"] is True
    again = replayed(document, each(work()), [0] * 7, tmp_path)
    assert json.dumps(again.output) == json.dumps(run.output)


@pytest.mark.parametrize(
    ("given", "written"),
    [
        (asl.Failure("E", "why"), {"Error": "E", "Cause": "why"}),
        (asl.Failure("E"), {"Error": "E", "Cause": ""}),
        (asl.Failure(None, None), {"Error": "", "Cause": ""}),
    ],
)
def test_failures(recording: Recording, tmp_path: Path, given: asl.Failure, written: dict[str, str]) -> None:
    world, recorder = recording(lambda call: given)
    run = world.start(one(work()))
    world.run()
    document = recorder.document(world.runs)
    assert answers(document) == {"0": {"Throw": written}}
    again = replayed(document, one(work()), {}, tmp_path)
    assert (again.status, again.error, again.cause) == (run.status, run.error, run.cause)


def test_how_long_a_call_takes(recording: Recording, tmp_path: Path) -> None:
    world, recorder = recording(lambda call: asl.Output(1, duration_ms=2_500))
    run = world.start(one(work()))
    world.run()
    assert answers(recorder.document(world.runs)) == {"0": {"Return": 1, "DurationSeconds": 2.5}}
    assert run.duration_ms == replayed(recorder.document(world.runs), one(work()), {}, tmp_path).duration_ms == 2_500


def test_a_job(recording: Recording, tmp_path: Path) -> None:
    def job(call: Call) -> Answer:
        polls = call.pending if isinstance(call.pending, int) else 0
        if polls == 3:
            return asl.Output("done", duration_ms=500)
        submitted = {"submitted": {"Id": 1}} if not polls else {}
        return asl.Pending(polls + 1, 60_000, **submitted)

    world, recorder = recording(job)
    run = world.start(one(work(".sync")))
    world.run()
    document = recorder.document(world.runs)
    assert answers(document) == {"0": {"Submit": {"Id": 1}, "Return": "done", "DurationSeconds": 180.5}}
    again = replayed(document, one(work(".sync")), {}, tmp_path)
    assert (again.output, again.duration_ms) == (run.output, run.duration_ms)
    assert [event["type"] for event in again.history] == [event["type"] for event in run.history]


def test_a_callback(recording: Recording, tmp_path: Path) -> None:
    world, recorder = recording(lambda call: asl.Output({"MessageId": 1}))
    run = world.start(one(work(".waitForTaskToken")))
    world.run(until=world.now + 7_000)
    (token,) = run.waiting_for
    world.send_task_failure(token, "No", "by hand")
    document = recorder.document(world.runs)
    expected = {"Submit": {"MessageId": 1}, "Throw": {"Error": "No", "Cause": "by hand"}, "DurationSeconds": 7.0}
    assert answers(document) == {"0": expected}
    again = replayed(document, one(work(".waitForTaskToken")), {}, tmp_path)
    assert (again.error, again.cause, again.duration_ms) == (run.error, run.cause, run.duration_ms)


@pytest.mark.parametrize("field", ["TimeoutSeconds", "HeartbeatSeconds"])
@pytest.mark.parametrize("pattern", [".sync", ".waitForTaskToken"])
def test_an_attempt_without_an_answer(recording: Recording, tmp_path: Path, field: str, pattern: str) -> None:
    retry = [{"ErrorEquals": ["States.Timeout"], "IntervalSeconds": 1, "MaxAttempts": 2}]
    state = work(pattern, Retry=retry, **{field: 10})

    def never(call: Call) -> Answer:
        if call.attempt == 2:
            return asl.Failure("Third")
        return asl.Pending(1, 60_000) if pattern == ".sync" else asl.Output("asked")

    world, recorder = recording(never)
    run = world.start(one(state))
    world.run()
    again = replayed(recorder.document(world.runs), one(state), {}, tmp_path)
    assert (run.error, run.duration_ms) == ("Third", 23_000)
    assert (again.error, again.duration_ms) == (run.error, run.duration_ms)


def test_what_goes_on_or_was_interrupted_is_not_written(recording: Recording) -> None:
    world, recorder = recording(lambda call: asl.Output("asked"))
    run = world.start(one(work(".waitForTaskToken")))
    world.run()
    assert recorder.document(world.runs)["MockedResponses"] == {}
    world.stop(run)
    assert recorder.document(world.runs)["MockedResponses"] == {}


def test_a_test_case_for_each_execution(recording: Recording) -> None:
    world, recorder = recording(lambda call: asl.Output(call.arguments))
    for machine, value in ((one(work()), 1), (one(work()), 2), (one(work(), "Other"), 3)):
        world.start(machine, value)
    world.run()
    document = recorder.document(world.runs)
    assert document["StateMachines"] == {
        "M": {"TestCases": {"Recorded": {"T": "M/T"}, "Recorded2": {"T": "M/Recorded2/T"}}},
        "Other": {"TestCases": {"Recorded": {"T": "Other/T"}}},
    }
    returned = {name: response["0"]["Return"] for name, response in document["MockedResponses"].items()}
    assert returned == {"M/T": 1, "M/Recorded2/T": 2, "Other/T": 3}


@pytest.mark.parametrize(
    ("by", "written"),
    [
        ("AWS (eu-west-1)", True),
        ("moto in this process", True),
        ("http://localhost:4566", True),
        ("local functions, AWS (eu-west-1)", True),
        ("local functions", False),
        ("in this process", False),
        ("", False),
    ],
)
def test_whose_answers_are_written(recording: Recording, by: str, written: bool) -> None:
    world, recorder = recording(lambda call: asl.Output(1), by)
    world.start(one(work()))
    world.run()
    assert bool(recorder.document(world.runs)["MockedResponses"]) is written


def test_mocked_answers_and_those_of_the_caller_are_not(recording: Recording) -> None:
    world, recorder = recording(lambda call: asl.Output(1), tasks={"T": "by the caller"})
    run = world.start(one(work()))
    world.run()
    assert (run.output, recorder.document(world.runs)["MockedResponses"]) == ("by the caller", {})


def test_the_order_is_that_of_the_calls_not_of_the_answers(recording: Recording, tmp_path: Path) -> None:
    after = [threading.Event() for _ in range(3)]

    def backwards(call: Call) -> Answer:
        number: Any = call.arguments
        if number < 2:
            assert after[number + 1].wait(10)
        after[number].set()
        return asl.Output(number)

    world, recorder = recording(backwards, live=True)
    run = world.start(each(work()), [0, 1, 2])
    world.run()
    document = recorder.document(world.runs)
    assert [entry["Return"] for entry in answers(document).values()] == run.output == [0, 1, 2]


def test_a_live_call_that_is_given_up_counts(recording: Recording, tmp_path: Path) -> None:
    released = threading.Event()

    def hanging_first(call: Call) -> Answer:
        if not call.attempt:
            released.wait(10)
        return asl.Output(call.attempt)

    retry = [{"ErrorEquals": ["States.Timeout"], "IntervalSeconds": 1, "MaxAttempts": 1}]
    state = work(TimeoutSeconds=1, Retry=retry)
    world, recorder = recording(hanging_first, live=True)
    run = world.start(one(state))
    world.run()
    released.set()
    assert run.output == 1
    assert replayed(recorder.document(world.runs), one(state), {}, tmp_path).output == 1
