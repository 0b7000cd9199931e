"""The debugger without a user interface: where it stops, how it moves, what can be changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import asl
from asl.debug import Debugger, Stop
from asl.debug.moves import AnswerCall
from asl.debug.resuming import resume
from asl.debug.session_file import read
from asl.errors import InputError
from asl.integration import Call, Output, Pending
from asl.snapshot import snapshot
from tests.debug.machines import CALLBACK, FUNCTION, JSONATA, LOOP, ORDER, WAITS, machine, seen, steps

Tasks = dict[str, Callable[[Any], Any]]


def order(*answers: Any, n: int = 1) -> Debugger:
    """A debugger of the machine ORDER, whose task gives these answers one after the other; exceptions are raised."""
    waiting = list(answers)

    def charge(arguments: Any) -> Any:
        answer = waiting.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return Debugger(ORDER, {"n": n}, tasks={"Charge": charge} if answers else None)


BUSY = asl.TaskError("Busy", "later")
DECLINED = asl.TaskError("Declined")


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


# -- changing --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("where", "place", "value", "shown", "output"),
    [
        ("enter Price", "$.n", 5, {"n": 5}, {"n": 5, "p": {"total": 5}, "charged": {"amount": 5}}),
        ("stage Parameters Price", "$.total", 6, {"total": 6}, {"n": 1, "p": {"total": 6}, "charged": {"amount": 6}}),
        ("stage ResultPath Price", "$", {"n": 2, "p": {"total": 7}}, {"n": 2, "p": {"total": 7}},
         {"n": 2, "p": {"total": 7}, "charged": {"amount": 7}}),
        ("exit Price", "$.p", {"total": 8}, {"n": 1, "p": {"total": 8}},
         {"n": 1, "p": {"total": 8}, "charged": {"amount": 8}}),
        ("stage Parameters Charge", "$.amount", 9, {"amount": 9},
         {"n": 1, "p": {"total": 1}, "charged": {"amount": 9}}),
        ("call Charge", "$.amount", 10, {"amount": 10}, {"n": 1, "p": {"total": 1}, "charged": {"amount": 10}}),
        ("answer Charge", "$", "mine", "mine", {"n": 1, "p": {"total": 1}, "charged": "mine"}),
        ("exit Charge", "$", {"n": 0}, {"n": 0}, {"n": 0}),
    ],
)  # fmt: skip
def test_data_can_be_changed_at_every_stop(where: str, place: str, value: Any, shown: Any, output: Any) -> None:
    def changed(first_to_the_end: bool) -> Debugger:
        debugger = Debugger(ORDER, {"n": 1}, tasks={"Charge": lambda arguments: arguments})
        number = steps(debugger).index(where)
        if not first_to_the_end:
            debugger.restart()
        debugger.goto(number)
        debugger.set(place, value)
        assert (seen(debugger), debugger.stop.value, debugger.stop.number) == (where, shown, number)
        debugger.continue_()
        return debugger

    debugger = changed(first_to_the_end=True)
    assert (debugger.run.status, debugger.run.output) == ("SUCCEEDED", output)
    assert snapshot(changed(first_to_the_end=False).run.execution) == snapshot(debugger.run.execution)


def test_variables_can_be_changed() -> None:
    debugger = Debugger(JSONATA, {"prices": [1, 2]}, lambdas={"f": lambda event, context: event})
    debugger.next()
    debugger.set("$total", 30)
    assert debugger.stop.scope.variables == {"total": 30}
    debugger.continue_()
    assert debugger.run.output == {"total": 30}
    debugger.goto(4)
    debugger.set("$new", {"a": 1})
    debugger.set("$new.b", 2)
    assert debugger.evaluate("$new") == {"a": 1, "b": 2}


@pytest.mark.parametrize(
    ("stop", "place", "value", "message"),
    [
        (0, "$v.a", 1, r"the variable \$v is not assigned; none is"),
        (0, "n", 1, "no place"),
        (0, "$.n.x", 1, r"\$\.n is a number"),
        (14, "$", 1, "the execution has ended"),
        (14, "$v", 1, "nothing comes after this"),
        (0, "$v", "x" * 300_000, "cannot be changed here to a value so large"),
    ],
)
def test_what_cannot_be_changed(stop: int, place: str, value: Any, message: str) -> None:
    debugger = order({"ok": True})
    debugger.goto(stop)
    with pytest.raises(InputError, match=message):
        debugger.set(place, value)


def test_a_task_that_nobody_answers_waits_for_an_answer_by_hand() -> None:
    debugger = order()
    debugger.continue_()
    assert (seen(debugger), debugger.reason) == ("call Charge", "unanswered")
    assert "nothing answers the task of state 'Charge'" in (debugger.stop.problem or "")
    number = debugger.stop.number
    debugger.step()
    assert (debugger.stop.number, debugger.reason) == (number, "unanswered")
    debugger.succeed({"by": "hand"})
    assert (seen(debugger), debugger.stop.value) == ("answer Charge", {"by": "hand"})
    debugger.continue_()
    assert debugger.run.output["charged"] == {"by": "hand"}


@pytest.mark.parametrize("where", ["enter Charge", "stage Parameters Charge", "call Charge", "answer Charge"])
def test_a_task_can_be_answered_otherwise_anywhere_in_its_state(where: str) -> None:
    debugger = order({"ok": True}, {"ok": True})
    number = steps(debugger).index(where)
    debugger.goto(number)
    debugger.fail("Declined", "by hand")
    assert (seen(debugger), debugger.stop.error) == ("error Charge", debugger.stop.scope.error)
    debugger.continue_()
    assert (debugger.run.status, debugger.run.error) == ("FAILED", "Refused")
    debugger.goto(number)
    debugger.succeed(1)
    debugger.continue_()
    assert debugger.run.output["charged"] == 1


def test_answers_by_hand_hold_when_something_before_is_changed() -> None:
    debugger = order()
    debugger.continue_()
    debugger.succeed({"by": "hand"})
    debugger.goto(0)
    debugger.set("$.other", True)
    debugger.continue_()
    assert debugger.run.output == {"n": 1, "other": True, "p": {"total": 1}, "charged": {"by": "hand"}}


def test_changed_arguments_are_asked_anew() -> None:
    asked = []
    debugger = Debugger(ORDER, {"n": 1}, tasks={"Charge": lambda arguments: asked.append(arguments) or len(asked)})
    debugger.continue_()
    debugger.goto(0)
    debugger.set("$.n", 2)
    debugger.continue_()
    assert (asked, debugger.run.output["charged"]) == ([{"amount": 1}, {"amount": 2}], 2)


def test_only_tasks_are_answered() -> None:
    debugger = order({"ok": True})
    with pytest.raises(InputError, match="state 'Price' is a Pass; only a Task has an answer"):
        debugger.succeed(1)
    debugger.continue_()
    with pytest.raises(InputError, match="the execution has ended; only a Task"):
        debugger.fail("E")


def test_skip_goes_to_the_next_state_with_the_raw_input() -> None:
    debugger = order()
    debugger.next()
    debugger.skip()
    assert (seen(debugger), debugger.stop.value, debugger.stop.next) == (
        "exit Charge", {"n": 1, "p": {"total": 1}}, "Big?",
    )  # fmt: skip
    types = [event["type"] for event in debugger.run.history]
    assert types[-2:] == ["TaskStateEntered", "TaskStateExited"]
    debugger.step(2)
    with pytest.raises(InputError, match="the state is left already"):
        debugger.skip()
    debugger.back()
    with pytest.raises(InputError, match="state 'Big\\?' cannot be skipped: a Choice has no one state"):
        debugger.skip()


def test_skip_leaves_a_map_with_all_that_runs_in_it() -> None:
    debugger = Debugger(LOOP, {"items": [1, 2]})
    debugger.advance("L")
    branches = {stop.frame: seen_state for stop in debugger.branches() for seen_state in [stop.state.name]}
    assert branches == {"0": "All", "0.0": "Both", "0.0.0": "L"}
    debugger.finish()
    debugger.skip()
    assert seen(debugger) == "exit All[0]: Both"
    debugger.continue_()
    assert debugger.run.output[0] == {"i": 1}


def test_retry_now_ends_the_back_off() -> None:
    debugger = order(BUSY, {"ok": True})
    debugger.advance("error Busy")
    with pytest.raises(InputError, match="nothing waits for the clock here"):
        debugger.retry_now()
    debugger.step()
    debugger.retry_now()
    assert (seen(debugger), debugger.stop.at) == ("retry Charge", debugger.stops[0].at)


def test_jump_moves_the_clock_and_what_is_due_happens() -> None:
    debugger = Debugger(WAITS, {}, tasks=lambda call: Pending(None))
    debugger.continue_()
    assert (seen(debugger), debugger.reason, debugger.stop.due) == (
        "outside Ask",
        "outside",
        debugger.stop.at + 600_000,
    )
    debugger.jump(100)
    debugger.heartbeat()
    debugger.jump(599)
    assert debugger.run.status == "RUNNING"
    debugger.jump(1)
    assert (seen(debugger), debugger.stop.at - debugger.stops[0].at) == ("error Ask", 700_000)
    debugger.continue_()
    assert (debugger.run.error, debugger.run.duration_ms) == ("States.Timeout", 700_000)
    with pytest.raises(InputError, match="only goes forwards"):
        debugger.jump(until=5)
    with pytest.raises(InputError, match="a number of seconds, or until"):
        debugger.jump()


APPROVALS = machine(
    {
        "Both": {
            "Type": "Parallel",
            "Branches": [
                {
                    "StartAt": name,
                    "States": {
                        name: {
                            "Type": "Task",
                            "Resource": CALLBACK,
                            "Parameters": {
                                "QueueUrl": f"https://sqs.us-east-1.amazonaws.com/123456789012/{name}",
                                "MessageBody": "?",
                            },
                            "TimeoutSeconds": 60,
                            "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": f"{name} late"}],
                            "End": True,
                        },
                        f"{name} late": {"Type": "Pass", "Result": "late", "End": True},
                    },
                }
                for name in ("Ann", "Bob")
            ],
            "End": True,
        }
    }
)


def branch(debugger: Debugger, name: str) -> Stop:
    return next(stop for stop in debugger.branches() if stop.state.name == name)


def test_tasks_of_other_branches_are_answered_in_any_order() -> None:
    debugger = Debugger(APPROVALS, {})
    debugger.continue_()
    assert (seen(debugger), debugger.reason) == ("call Both branch 0: Ann", "unanswered")
    debugger.succeed("yes", stop=branch(debugger, "Bob"))
    assert seen(debugger) == "answer Both branch 1: Bob"
    debugger.continue_()
    assert (seen(debugger), debugger.reason) == ("call Both branch 0: Ann", "unanswered")
    debugger.skip(stop=branch(debugger, "Ann"))
    debugger.continue_()
    assert debugger.run.output == [{}, "yes"]
    left = next(stop for stop in debugger.stops if stop.kind == "exit")
    with pytest.raises(InputError, match="the task of state 'Bob' is not asked now"):
        debugger.succeed(1, stop=left)


def test_a_callback_can_be_submitted_and_answered_later() -> None:
    debugger = Debugger(APPROVALS, {})
    debugger.continue_()
    debugger.submit({"MessageId": "1"})
    debugger.submit(stop=branch(debugger, "Bob"))
    assert (seen(debugger), sorted(debugger.run.waiting_for.values())) == ("outside Both branch 0: Ann", ["Ann", "Bob"])
    debugger.fail("No", token="Bob")
    debugger.continue_()
    assert debugger.run.error == "No"
    other = order()
    other.continue_()
    with pytest.raises(InputError, match="the task of state 'Charge' does not wait for a token"):
        other.submit()


def test_a_task_that_nobody_answers_runs_out_of_its_time() -> None:
    debugger = Debugger(APPROVALS, {})
    debugger.continue_()
    debugger.jump(59)
    assert (debugger.stop.at, seen(debugger)) == (debugger.stops[0].at + 59_000, "call Both branch 0: Ann")
    debugger.breakpoints.add("Bob late")
    debugger.jump(2)
    assert (seen(debugger), debugger.reason) == ("enter Both branch 1: Bob late", "breakpoint 1")
    debugger.continue_()
    assert (debugger.run.output, debugger.run.duration_ms) == (["late", "late"], 60_000)


def test_who_answers_a_token_comes_to_the_answer() -> None:
    debugger = Debugger(APPROVALS, {})
    debugger.continue_()
    debugger.submit()
    debugger.submit(stop=branch(debugger, "Bob"))
    debugger.succeed("yes", token="Bob")
    assert seen(debugger) == "answer Both branch 1: Bob"
    debugger.succeed("no", token="Ann")
    assert seen(debugger) == "answer Both branch 0: Ann"
    kinds = [(stop.frame, stop.kind) for stop in debugger.stops if stop.kind == "answer"]
    assert kinds == [("0.1", "answer"), ("0.0", "answer")]
    debugger.continue_()
    assert debugger.run.output == ["no", "yes"]


def test_who_answers_a_task_before_it_is_asked_comes_to_the_answer() -> None:
    debugger = order()
    debugger.until("Charge")
    debugger.step()
    assert debugger.fail("Declined").kind == "error"


def test_a_variable_that_is_set_where_a_state_was_left_is_seen_there() -> None:
    debugger = Debugger(JSONATA, {"prices": [1, 2]}, lambdas={"f": lambda event, context: event})
    debugger.advance("Sum.exit")
    debugger.set("$total", 12)
    assert (seen(debugger), debugger.evaluate("$total")) == ("exit Sum", 12)
    debugger.continue_()
    assert debugger.run.output == {"total": 12}


def test_jump_comes_to_its_time_wherever_it_begins() -> None:
    debugger = order({"ok": True}, n=11)
    debugger.jump(5)
    assert (debugger.stop.at - debugger.stops[0].at, seen(debugger)) == (5_000, "wait Rest")
    debugger.jump(54)
    debugger.step()
    assert (debugger.stop.at - debugger.stops[0].at, seen(debugger)) == (60_000, "exit Rest")


def test_the_time_of_entering_is_that_of_the_state() -> None:
    debugger = order({"ok": True}, n=11)
    debugger.advance("Done")
    assert debugger.evaluate("$$.State.EnteredTime") == "2026-01-01T00:01:00Z"


def test_the_result_is_seen_where_an_expression_of_it_fails() -> None:
    state = {"Type": "Task", "Resource": FUNCTION, "Output": {"a": "{% $states.result.none %}"}, "End": True}
    debugger = Debugger(machine({"A": state}, QueryLanguage="JSONata"), {}, tasks={"A": {"one": 1}})
    debugger.advance("error")
    assert debugger.stop.pointer == "/States/A/Output/a"
    assert debugger.evaluate("$states.result") == {"one": 1}


def test_task_tokens_are_answered_by_state_or_token() -> None:
    debugger = Debugger(WAITS, {}, tasks=lambda call: Pending(None))
    debugger.continue_()
    with pytest.raises(InputError, match="no task waits for an answer to this token; tasks that do: 'Ask'"):
        debugger.succeed(1, token="Other")
    debugger.succeed({"yes": True}, token="Ask")
    debugger.continue_()
    assert debugger.run.output == {"yes": True}
    with pytest.raises(InputError, match="no task waits"):
        debugger.heartbeat()


def test_where_only_an_answer_from_outside_helps_it_stops() -> None:
    states = {"Ask": {"Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:a", "End": True}}
    debugger = Debugger(machine(states), {}, activities={"a": None})
    debugger.continue_()
    assert (seen(debugger), debugger.reason) == ("outside Ask", "outside")
    with pytest.raises(InputError, match="nothing more can happen by itself"):
        debugger.step()
    debugger.fail("E", "no")
    debugger.continue_()
    assert (debugger.run.error, debugger.run.cause) == ("E", "no")


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


def test_an_edit_that_was_not_used_is_not_for_the_next_state() -> None:
    states = {
        "A": {"Type": "Task", "Resource": FUNCTION, "Next": "B"},
        "B": {"Type": "Pass", "Result": "own", "End": True},
    }
    debugger = Debugger(machine(states), {}, tasks={"A": 1})
    debugger.advance("A.exit")
    debugger.back()
    assert seen(debugger) == "answer A"
    debugger.set("$", "edited")
    debugger.skip()
    debugger.continue_()
    assert debugger.run.output == "own"


def test_what_a_skipped_state_gave_out_is_not_changed() -> None:
    debugger = order()
    debugger.next()
    debugger.skip()
    with pytest.raises(InputError, match="the state was skipped; step on"):
        debugger.set("$.x", 1)


def test_an_edit_that_is_refused_loses_nothing() -> None:
    debugger = order({"ok": True})
    debugger.continue_()
    stops = [*debugger.stops]
    debugger.goto(4)
    with pytest.raises(InputError, match="so large"):
        debugger.set("$v", "x" * 300_000)
    assert [*debugger.stops] == stops


def test_values_by_hand_are_copied_and_must_be_json() -> None:
    debugger = order()
    debugger.next()
    given = {"a": [1]}
    debugger.succeed(given)
    given["a"].append(2)
    debugger.continue_()
    assert debugger.run.output["charged"] == {"a": [1]}
    debugger.goto(0)
    with pytest.raises(InputError, match="JSON"):
        debugger.set("$.n", {1, 2})


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


def test_an_answer_for_a_call_that_is_not_there_is_refused() -> None:
    debugger = order()
    debugger.next()
    with pytest.raises(InputError, match="is not asked here"):
        debugger.stepper.move(0, AnswerCall(Output(1), True, debugger.run.arn, "0#99"))


def test_marks_do_not_copy_long_results_again_and_again() -> None:
    items = {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": True}}}
    each = machine({"All": {"Type": "Map", "MaxConcurrency": 1, "ItemProcessor": items, "End": True}})
    debugger = Debugger(each, list(range(6_000)))
    debugger.step(6_000)
    assert len(debugger.line.marks) < 100
