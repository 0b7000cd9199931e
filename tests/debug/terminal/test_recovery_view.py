"""What is said to come of an error, and that it then comes so."""

from typing import Any

import pytest

from asl.debug import Debugger
from asl.debug.terminal.recovery_view import following, time_out
from tests.debug.machines import CALLBACK, FUNCTION, machine
from tests.debug.terminal.talking import said

RETRY = [{"ErrorEquals": ["Busy", "States.Timeout"], "IntervalSeconds": 2, "MaxAttempts": 2}]
ARGUMENTS = {"QueueUrl": "https://q", "MessageBody": {"token.$": "$$.Task.Token"}}
CATCH = [{"ErrorEquals": ["Declined"], "Next": "Refuse"}]
REFUSE = {"Type": "Pass", "End": True}


def task(**more: Any) -> dict[str, Any]:
    return {"Type": "Task", "Resource": FUNCTION, "End": True, **more}


def failing(state: dict[str, Any], error: str) -> Debugger:
    """A debugger that stands where the state has failed."""
    to = Debugger(machine({"A": state, "Refuse": REFUSE}))
    to.fail(error)
    return to


@pytest.mark.parametrize(
    ("state", "error", "told"),
    [
        (task(Retry=RETRY), "Busy", "Retry 0 takes it: attempt 2 comes after 2 s, retry 1 of 2"),
        (task(Retry=RETRY), "Declined", "no retrier matches; nothing handles it: the execution fails"),
        (task(Retry=RETRY, Catch=CATCH), "Declined", "no retrier matches; Catch 0 takes it → Refuse"),
        (task(Catch=CATCH), "Other", "no catcher matches, the execution fails"),
        (task(), "Other", "nothing handles it: the execution fails"),
        (task(Retry=[{**RETRY[0], "JitterStrategy": "FULL"}]), "Busy", "Retry 0 takes it: attempt 2 comes after at "),
        (task(Retry=[{**RETRY[0], "MaxAttempts": 0}]), "Busy", "Retry 0 matches, but none of its 0 retries is left; "),
        (task(Catch=[{"ErrorEquals": ["States.ALL"], "Next": "Refuse"}]), "Other", "Catch 0 takes it → Refuse"),
    ],
)  # fmt: skip
def test_what_comes_of_an_error(state: dict[str, Any], error: str, told: str) -> None:
    assert following(failing(state, error).stop).startswith(told)


def test_what_is_said_comes() -> None:
    to = failing(task(Retry=RETRY, Catch=CATCH), "Busy")
    assert "attempt 2 comes after 2 s" in following(to.stop)
    assert to.step().kind == "wait"
    assert to.step().kind == "retry"
    to.fail("Declined")
    assert following(to.stop) == "no retrier matches; Catch 0 takes it → Refuse"
    to.next()
    assert to.stop.state.name == "Refuse"


def test_the_map_around_gets_it() -> None:
    inner = {"StartAt": "B", "States": {"B": task()}}
    to = Debugger(machine({"Each": {"Type": "Map", "ItemProcessor": inner, "End": True}}), [1])
    to.advance("B")
    to.fail("Broken")
    assert following(to.stop) == "the Map Each around gets it"
    assert (to.step().kind, to.stop.state.name) == ("error", "Each")
    assert following(to.stop) == "nothing handles it: the execution fails"


@pytest.mark.parametrize(
    ("times", "told"),
    [
        ({"TimeoutSeconds": 60, "HeartbeatSeconds": 10}, "HeartbeatSeconds: 10 s are over"),
        ({"TimeoutSeconds": 60}, "TimeoutSeconds: 60 s are over"),
    ],
)
def test_a_time_out_says_which(times: dict[str, int], told: str) -> None:
    to = Debugger(machine({"A": {**task(**times), "Resource": CALLBACK, "Parameters": ARGUMENTS}}))
    to.submit()
    to.step()
    assert to.stop.kind == "error"
    assert time_out(to.stops, to.stop) == told


def test_a_time_out_that_a_task_gives_itself_says_nothing() -> None:
    to = failing(task(TimeoutSeconds=60), "States.Timeout")
    assert time_out(to.stops, to.stop) == ""


def test_the_screen_of_an_error_says_what_comes_next() -> None:
    text = said(Debugger(machine({"A": task(Catch=CATCH), "Refuse": REFUSE}), {"id": 1}), "fail Declined")
    assert '  input {"id": 1}\n  next: Catch 0 takes it → Refuse\n' in text
