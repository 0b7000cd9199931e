"""The debugger without a user interface: where it stops, how it moves, what it keeps."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import asl
from asl.debug import Debugger
from asl.debug.resuming import resume
from asl.debug.session_file import read
from asl.errors import InputError
from asl.integration import Call, Output
from asl.snapshot import snapshot
from tests.debug.machines import (
    BUSY,
    DECLINED,
    JSONATA,
    LOOP,
    ORDER,
    machine,
    order,
    seen,
    steps,
)  # fmt: skip

# -- stops -----------------------------------------------------------------------------------------------------------


def test_a_state_has_a_stop_for_each_of_its_fields_and_its_call() -> None:
    assert steps(order({"ok": True})) == [
        "enter Price", "stage Parameters Price", "stage ResultPath Price", "exit Price",
        "enter Charge", "stage Parameters Charge", "call Charge", "answer Charge", "stage ResultPath Charge",
        "exit Charge",
        "enter Big?", "exit Big?",
        "enter Done", "exit Done", "end Done",
    ]  # fmt: skip


def test_a_retry_and_a_catcher_have_stops() -> None:
    assert steps(order(BUSY, DECLINED))[6:] == [
        "call Charge", "error Charge", "wait Charge", "retry Charge", "stage Parameters Charge", "call Charge",
        "error Charge", "stage Catch Charge", "stage ResultPath Charge", "exit Charge",
        "enter Refuse", "error Refuse", "end Refuse",
    ]  # fmt: skip


def test_iterations_and_branches_are_stepped_into() -> None:
    found = steps(Debugger(LOOP, {"items": [7]}))
    assert found == [
        "enter All", "stage ItemsPath All",
        "stage ItemSelector All[0]: Double", "enter All[0]: Double", "exit All[0]: Double",
        "enter All[0]: Both",
        "enter All[0]: Both branch 0: L", "stage Result All[0]: Both branch 0: L", "exit All[0]: Both branch 0: L",
        "enter All[0]: Both branch 1: R", "stage Result All[0]: Both branch 1: R", "exit All[0]: Both branch 1: R",
        "answer All[0]: Both", "exit All[0]: Both",
        "answer All", "exit All", "enter Done", "exit Done", "end Done",
    ]  # fmt: skip


def test_jsonata_states_have_stops_for_their_fields() -> None:
    debugger = Debugger(JSONATA, {"prices": [1, 2]}, lambdas={"f": lambda event, context: event})
    assert steps(debugger) == [
        "enter Sum", "stage Output Sum", "stage Assign Sum", "exit Sum",
        "enter Ask", "stage Arguments Ask", "call Ask", "answer Ask", "stage Output Ask", "stage Assign Ask",
        "exit Ask", "end Ask",
    ]  # fmt: skip


def test_a_stop_has_the_data_the_variables_and_the_place() -> None:
    debugger = Debugger(JSONATA, {"prices": [1, 2]}, lambdas={"f": lambda event, context: event})
    debugger.step(2)
    assert (debugger.stop.value, debugger.stop.pointer) == ({"total": 3}, "/States/Sum/Assign")
    assert debugger.stop.scope.variables == {}
    debugger.step()
    assert (debugger.stop.value, debugger.stop.next, debugger.stop.pointer) == ({"count": 2}, "Ask", "/States/Sum/Next")
    assert debugger.stop.scope.variables == {"total": 3}
    assert debugger.stop.scope.context()["State"]["Name"] == "Sum"


@pytest.mark.parametrize(
    ("answers", "n", "pointers"),
    [
        ([{"ok": 1}], 1, ["/States/Big?/Default"]),
        ([{"ok": 1}], 11, ["/States/Big?/Choices/0/Next"]),
        ([DECLINED], 1, ["/States/Charge/Catch/0/Next"]),
    ],
)
def test_an_exit_is_at_the_transition_that_is_taken(answers: list[Any], n: int, pointers: list[str]) -> None:
    debugger = order(*answers, n=n)
    debugger.continue_()
    exits = [stop.pointer for stop in debugger.stops if stop.kind == "exit"]
    assert set(pointers) <= set(exits)


def test_the_clock_moves_in_waits_alone() -> None:
    debugger = order({"ok": True}, n=11)
    debugger.continue_()
    waiting = next(stop for stop in debugger.stops if stop.kind == "wait")
    assert waiting.due == waiting.at + 60_000
    assert [stop.at - waiting.at for stop in debugger.stops[waiting.number :]] == [0, *[60_000] * 4]


def test_executions_that_tasks_start_have_stops_of_their_own() -> None:
    child = machine({"Inner": {"Type": "Pass", "Result": 5, "End": True}})
    parent = machine(
        {
            "Start": {
                "Type": "Task",
                "Resource": "arn:aws:states:::states:startExecution.sync:2",
                "Parameters": {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:child"},
                "OutputPath": "$.Output",
                "End": True,
            }
        }
    )
    debugger = Debugger(parent, {}, machines={"child": child})
    found = steps(debugger)
    assert [each for each in found if "Inner" in each] == [
        "enter Inner", "stage Result Inner", "exit Inner", "end Inner",
    ]  # fmt: skip
    assert debugger.run.output == 5
    debugger.goto(0)
    debugger.set("$", {"other": 1})
    debugger.continue_()
    assert (debugger.reason, debugger.run.output) == ("end", 5)


# -- moving ----------------------------------------------------------------------------------------------------------


def test_next_goes_over_retries_iterations_and_branches() -> None:
    debugger = order(BUSY, {"ok": True})
    assert [(debugger.next(), seen(debugger))[1] for _ in range(4)] == [
        "enter Charge", "enter Big?", "enter Done", "end Done",
    ]  # fmt: skip
    loop = Debugger(LOOP, {"items": [1, 2, 3]})
    loop.next()
    assert seen(loop) == "enter Done"


def test_next_leaves_an_iteration_that_is_over() -> None:
    debugger = Debugger(LOOP, {"items": [1, 2]})
    debugger.step(3)
    debugger.next(2)
    assert seen(debugger) == "answer All"


def test_finish_goes_to_what_is_around() -> None:
    debugger = Debugger(LOOP, {"items": [1, 2]})
    debugger.advance("L")
    debugger.finish()
    assert seen(debugger) == "answer All[0]: Both"
    debugger.finish()
    assert seen(debugger) == "answer All"
    debugger.finish()
    assert (seen(debugger), debugger.reason) == ("end Done", "end")


def test_until_goes_on_to_a_place() -> None:
    debugger = order({"ok": True}, n=11)
    debugger.until("Rest")
    assert seen(debugger) == "enter Rest"
    inside = Debugger(LOOP, {"items": [1, 2]})
    inside.advance("Double")
    inside.until("Done")
    assert seen(inside) == "answer All", "at most to the end of the iteration"


def test_back_and_on_shows_the_same_and_calls_nobody() -> None:
    calls: list[Any] = []
    debugger = Debugger(ORDER, {"n": 1}, tasks={"Charge": lambda arguments: calls.append(arguments)})
    debugger.continue_()
    stops = [*debugger.stops]
    debugger.back(10)
    debugger.back(100)
    assert (debugger.stop, debugger.reason) == (stops[0], "start")
    debugger.continue_()
    assert ([*debugger.stops], len(calls)) == (stops, 1)


def test_continue_and_reverse_continue_stop_at_breakpoints() -> None:
    debugger = order(BUSY, {"ok": True})
    debugger.breakpoints.add("error Busy")
    debugger.breakpoints.add("Charge.exit")
    debugger.continue_()
    assert (seen(debugger), debugger.reason) == ("error Charge", "breakpoint 1")
    debugger.continue_()
    assert (seen(debugger), debugger.reason) == ("exit Charge", "breakpoint 2")
    debugger.continue_()
    assert debugger.reason == "end"
    debugger.reverse_continue()
    debugger.reverse_continue()
    assert (seen(debugger), debugger.reason) == ("error Charge", "breakpoint 1")
    debugger.reverse_continue()
    assert (seen(debugger), debugger.reason) == ("enter Price", "start")


def test_goto_goes_back_and_on() -> None:
    debugger = order({"ok": True})
    assert debugger.goto(9).number == 9
    assert seen(debugger.__class__(ORDER, {"n": 1}, tasks={"Charge": {"ok": True}})) == "enter Price"
    assert debugger.goto(0).number == 0
    with pytest.raises(InputError, match="there is no stop 99; the last one is 14"):
        debugger.goto(99)
    with pytest.raises(InputError, match="counted from 0"):
        debugger.goto(-1)


def test_restart_asks_the_tasks_again_and_keeps_breakpoints() -> None:
    debugger = order({"first": 1}, {"second": 2})
    debugger.breakpoints.add("Big?")
    debugger.continue_()
    debugger.restart()
    assert (seen(debugger), debugger.reason) == ("enter Price", "start")
    debugger.continue_()
    assert (seen(debugger), debugger.stop.value["charged"]) == ("enter Big?", {"second": 2})


def test_nothing_comes_before_the_start_nor_after_the_end() -> None:
    debugger = order({"ok": True})
    with pytest.raises(InputError, match="first stop"):
        debugger.back()
    debugger.continue_()
    with pytest.raises(InputError, match="the execution has ended: restart begins again"):
        debugger.step()


# -- lines -----------------------------------------------------------------------------------------------------------


def test_forks_go_their_own_ways() -> None:
    debugger = order({"ok": True})
    debugger.next()
    debugger.fork("declined")
    debugger.fail("Declined")
    debugger.continue_()
    assert debugger.run.error == "Refused"
    debugger.switch("main")
    assert seen(debugger) == "enter Charge"
    debugger.continue_()
    assert debugger.run.status == "SUCCEEDED"
    assert {name: line.stops[-1].state.name for name, line in debugger.lines.items()} == {
        "main": "Done", "declined": "Refuse",
    }  # fmt: skip
    debugger.switch("declined")
    assert (debugger.run.error, debugger.stop.kind) == ("Refused", "end")
    with pytest.raises(InputError, match="there is a line 'main' already"):
        debugger.fork("main")
    with pytest.raises(InputError, match="there is no line 'decline'; did you mean 'declined'"):
        debugger.switch("decline")


def test_mocks_count_as_if_what_is_undone_had_not_been() -> None:
    workflow = asl.testing.Workflow(ORDER)
    mock = workflow.mock("Charge").fails("Busy", times=2).then.returns({"ok": True}, times=1)
    of_world, of_start = workflow.prepare()
    debugger = Debugger(ORDER, {"n": 1}, **of_world, **of_start)
    debugger.continue_()
    assert debugger.run.output["charged"] == {"ok": True}
    debugger.goto(next(stop.number for stop in debugger.stops if stop.kind == "retry"))
    debugger.set("$.p.total", 5)
    debugger.continue_()
    assert debugger.run.output["charged"] == {"ok": True}
    assert mock.calls == [{"amount": 1}, {"amount": 5}, {"amount": 5}]


# -- law abiding -----------------------------------------------------------------------------------------------------


def test_looking_changes_nothing() -> None:
    debugger = order({"ok": True})
    debugger.next()
    before = json.dumps(snapshot(debugger.run.execution))
    debugger.evaluate("$.n + $random()")
    debugger.evaluate("States.UUID()")
    debugger.branches()
    assert json.dumps(snapshot(debugger.run.execution)) == before


def test_ctrl_c_in_a_call_stops_at_its_state() -> None:
    def interrupted(call: Call) -> Output:
        if not interrupts:
            return Output(1)
        interrupts.pop()
        raise KeyboardInterrupt

    interrupts = [1]
    debugger = Debugger(ORDER, {"n": 1}, tasks=interrupted)
    debugger.continue_()
    assert (seen(debugger), debugger.reason) == ("call Charge", "interrupted")
    debugger.continue_()
    assert debugger.run.output["charged"] == 1


def test_a_session_can_be_saved(tmp_path: Path) -> None:
    debugger = order({"ok": True})
    debugger.next()
    debugger.save(tmp_path / "order.session.json")
    resumed = resume(read(tmp_path / "order.session.json"), warn=pytest.fail)
    assert seen(resumed) == "enter Charge"


# -- what is easily overlooked -----------------------------------------------------------------------------------------


CHILD = machine({"Double": {"Type": "Pass", "Parameters": {"x.$": "$.n"}, "Next": "Rest"},
                 "Rest": {"Type": "Wait", "Seconds": 9, "End": True}})  # fmt: skip
PARENT = machine(
    {
        "Start": {
            "Type": "Task",
            "Resource": "arn:aws:states:::states:startExecution.sync:2",
            "Parameters": {
                "StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:child",
                "Input": {"n.$": "$.n"},
            },
            "OutputPath": "$.Output",
            "End": True,
        }
    }
)


def nested() -> Debugger:
    return Debugger(PARENT, {"n": 1}, machines={"child": CHILD})


def test_a_change_in_a_child_execution_comes_to_its_parent() -> None:
    debugger = nested()
    debugger.continue_()
    assert debugger.run.output == {"x": 1}
    debugger.goto(next(stop.number for stop in debugger.stops if stop.state.name == "Double"))
    debugger.set("$.n", 2)
    debugger.continue_()
    assert debugger.run.output == {"x": 2}


def test_a_wait_of_a_child_that_was_started_again_is_ended() -> None:
    debugger = nested()
    debugger.continue_()
    debugger.goto(0)
    debugger.set("$.n", 3)
    debugger.advance("Rest")
    debugger.step()
    debugger.retry_now()
    debugger.continue_()
    assert (debugger.run.output, debugger.run.duration_ms < 9_000) == ({"x": 3}, True)


def test_an_execution_that_is_over_at_its_start_is_not_debugged() -> None:
    with pytest.raises(InputError, match="the execution ends before its first state: States"):
        Debugger(ORDER, {}, variables={"v": "x" * 300_000})


def test_back_goes_back() -> None:
    debugger = order({"ok": True})
    debugger.step(3)
    with pytest.raises(InputError, match="back goes back by a number of stops, not -2"):
        debugger.back(-2)


def test_the_clock_of_the_whole_machine_is_not_the_end_of_a_branch() -> None:
    branches = [
        {"StartAt": name, "States": {name: {"Type": "Wait", "Seconds": 90, "End": True}}} for name in ("L", "R")
    ]
    both = machine({"Both": {"Type": "Parallel", "Branches": branches, "End": True}}, TimeoutSeconds=60)
    debugger = Debugger(both, {})
    debugger.advance("L")
    debugger.until("R")
    while seen(debugger) != "wait Both":
        debugger.step()
    with pytest.raises(InputError, match="branches or iterations run here"):
        debugger.set("$new", 1)
    debugger.goto(2)
    debugger.finish()
    assert (seen(debugger), debugger.run.status) == ("end Both", "TIMED_OUT")


def test_mocks_count_a_call_once_that_ctrl_c_has_ended() -> None:
    interrupts = [1]

    def slow(arguments: Any) -> Any:
        if interrupts:
            interrupts.pop()
            raise KeyboardInterrupt
        return "first"

    workflow = asl.testing.Workflow(ORDER)
    workflow.mock("Charge").returns(slow, times=1).then.returns("second")
    of_world, of_start = workflow.prepare()
    debugger = Debugger(ORDER, {"n": 1}, **of_world, **of_start)
    debugger.continue_()
    assert debugger.reason == "interrupted"
    debugger.continue_()
    assert debugger.run.output["charged"] == "first"


def test_marks_do_not_copy_long_results_again_and_again() -> None:
    items = {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": True}}}
    each = machine({"All": {"Type": "Map", "MaxConcurrency": 1, "ItemProcessor": items, "End": True}})
    debugger = Debugger(each, list(range(6_000)))
    debugger.step(6_000)
    assert len(debugger.line.marks) < 100
