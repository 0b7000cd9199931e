"""The debugger without a user interface: other data, other answers, states skipped, waits ended."""

from __future__ import annotations

from typing import Any

import pytest

from asl.debug import Debugger, Stop
from asl.debug.moves import AnswerCall
from asl.errors import InputError
from asl.integration import Output, Pending
from asl.snapshot import snapshot
from tests.debug.machines import (
    BUSY,
    CALLBACK,
    FUNCTION,
    JSONATA,
    LOOP,
    ORDER,
    WAITS,
    machine,
    order,
    seen,
    steps,
)  # fmt: skip


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


def test_an_answer_for_a_call_that_is_not_there_is_refused() -> None:
    debugger = order()
    debugger.next()
    with pytest.raises(InputError, match="is not asked here"):
        debugger.stepper.move(0, AnswerCall(Output(1), True, debugger.run.arn, "0#99"))
