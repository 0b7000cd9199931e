"""What is told of other threads of control: branches, the tasks that wait in them, executions that tasks start."""

from typing import Any

import asl
from asl.debug import Debugger
from tests.debug.machines import FUNCTION
from tests.debug.terminal.talking import said

ACTIVITY = "arn:aws:states:us-east-1:123456789012:activity:work"
START = {
    "Type": "Task",
    "Resource": "arn:aws:states:::states:startExecution.sync:2",
    "Parameters": {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:child"},
    "End": True,
}
CHILD = {"StartAt": "Inner", "States": {"Inner": {"Type": "Wait", "Seconds": 5, "End": True}}}


def both(**states: dict[str, Any]) -> asl.Machine:
    """A machine whose Parallel has a branch for each of the states."""
    branches = [{"StartAt": name, "States": {name: state}} for name, state in states.items()]
    return asl.load(
        {"StartAt": "P", "States": {"P": {"Type": "Parallel", "Branches": branches, "End": True}}}, name="m"
    )


def answered_and_waiting(**options: Any) -> Debugger:
    """A debugger that stands before the call of Quick; the worker of Slow has its task by then."""
    machine = both(
        Slow={"Type": "Task", "Resource": ACTIVITY, "End": True},
        Quick={"Type": "Task", "Resource": FUNCTION, "End": True},
    )
    to = Debugger(machine, activities={"work": None}, tasks={"Quick": lambda _: 1}, **options)
    to.advance(f"resource {FUNCTION}")
    return to


def test_a_task_that_was_asked_awaits_an_answer() -> None:
    """At the last stop, and at an earlier one; before its call it does not."""
    to = answered_and_waiting()
    assert "\n  1  Slow awaits an answer  in P branch 0\n* 2  call by Quick  in P branch 1\n" in said(to, "branches")
    to.continue_()
    number = next(stop.number for stop in to.stops if stop.kind == "call" and stop.state.name == "Quick")
    assert "\n  1  Slow awaits an answer  in P branch 0\n" in said(to, f"goto {number}", "branches")
    assert "\n  1  enter Slow (Task)  in P branch 0\n" in said(to, f"goto {number - 1}", "branches")


def test_a_task_that_has_answered_does_not_wait() -> None:
    to = Debugger(
        both(One={"Type": "Task", "Resource": FUNCTION, "End": True}, Two={"Type": "Pass", "End": True}),
        tasks={"One": lambda _: 1},
    )
    to.advance(f"resource {FUNCTION}")
    assert "call by One" in said(to, "branches")
    assert "awaits" not in said(to, "step", "branches")


def test_the_execution_that_has_started_another_one_is_alive_too() -> None:
    to = Debugger(both(Call=START, Other={"Type": "Wait", "Seconds": 60, "End": True}), machines={"child": CHILD})
    text = said(to, "until Inner", "branches")
    assert text.startswith("  0  enter P (Parallel)  of m\n  1  Call is at work  in P branch 0\n")
    assert text.endswith("* 3  enter Inner (Wait)  of child\n")
    assert "stop 0  enter P (Parallel)" in said(to, "branch 0")
    pending = said(to, "step", "effects")
    assert "  call       P branch 0 › Call  arn:aws:states:::states:startExecution.sync:2\n" in pending
    assert "  wait       Inner  at 00:00:05.000, in 5 s\n" in pending
    assert "token" not in pending  # who answers is the other execution
    assert "Call" not in said(to, "advance Call.exit", "finish", "branches")


def test_the_history_names_branches_as_all_else_does() -> None:
    text = said(both_done(), "continue", "history")
    assert "[branch 0] ● One (Pass)" in text
    assert "[branch 1] ● Two (Pass)" in text


def both_done() -> Debugger:
    return Debugger(both(One={"Type": "Pass", "End": True}, Two={"Type": "Pass", "End": True}))


def test_at_the_end_of_an_execution_that_failed_the_state_is_that_of_the_error() -> None:
    to = Debugger(both(Good={"Type": "Pass", "End": True}, Bad={"Type": "Pass", "InputPath": "$.no", "End": True}), {})
    text = said(to, "continue", "info state")
    assert "state       Bad (Pass)\npointer     /States/P/Branches/1/States/Bad\n" in text
    assert "inside      P branch 1\n" in text
