"""What each visit of a state was given, sent and answered."""

from typing import Any

import pytest

import asl

TASK = {"Type": "Task", "Resource": "arn:aws:states:::example:work", "End": True}


def machine(**states: Any) -> asl.Machine:
    return asl.load({"StartAt": next(iter(states)), "States": states})


def flaky(failures: int) -> Any:
    calls: list[Any] = []

    def work(arguments: Any) -> Any:
        calls.append(arguments)
        if len(calls) <= failures:
            raise asl.TaskError("Busy", f"call {len(calls)}")
        return {"done": arguments}

    return work


def retried(**fields: Any) -> dict[str, Any]:
    return {**TASK, "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 10, "BackoffRate": 1}], **fields}


def test_a_task_that_is_tried_again() -> None:
    work = retried(Parameters={"n.$": "$.n"}, ResultPath="$.result")
    run = machine(Work=work).run({"n": 1}, tasks={"Work": flaky(2)})
    found = run.state("Work")
    assert (len(found), found.attempts, found.waited) == (1, 3, 20)
    assert found.input == {"n": 1}
    assert found.output == {"n": 1, "result": {"done": {"n": 1}}}
    assert found.calls == [{"n": 1}] * 3
    assert (found.error, found.cause) == ("Busy", "call 2")
    assert found[0].calls == found.calls
    assert (found[0].type, found[0].item) == ("Task", None)


def test_values_are_copies() -> None:
    run = machine(Work=TASK).run([1], tasks={"Work": 2})
    run.state("Work").calls[0].append(2)
    run.state("Work").input.append(2)
    assert run.state("Work").calls == [[1]]
    assert run.state("Work").input == [1]


def test_a_state_that_was_not_entered() -> None:
    run = machine(A={"Type": "Pass", "Next": "B"}, B={"Type": "Pass", "End": True}).run({}, start_at="B")
    found = run.state("A")
    assert (len(found), found.attempts, found.calls, found.input, found.error) == (0, 0, [], None, None)


def test_an_unknown_state() -> None:
    run = machine(Work=TASK).run({}, tasks={"Work": 1})
    with pytest.raises(asl.InputError, match="has no state 'Wrok'; did you mean 'Work'"):
        run.state("Wrok")


def iterations(**fields: Any) -> asl.Machine:
    processor = {"StartAt": "Work", "States": {"Work": {**TASK, "End": False, "Next": "After"}}}
    del processor["States"]["Work"]["End"]
    processor["States"]["After"] = {"Type": "Pass", "End": True}
    each = {"Type": "Map", "ItemProcessor": processor, "Next": "Last", **fields}
    return machine(Each=each, Last={"Type": "Pass", "End": True})


@pytest.mark.parametrize("at_once", [0, 1, 2])
def test_iterations_of_a_map(at_once: int) -> None:
    run = iterations(MaxConcurrency=at_once).run(["a", "b", "c"], tasks={"Work": lambda item: item * 2})
    work = run.state("Work")
    assert [(visit.item, visit.input, visit.output) for visit in sorted(work, key=lambda each: each.item or 0)] == [
        (0, "a", "aa"),
        (1, "b", "bb"),
        (2, "c", "cc"),
    ]
    assert work.item(1).input == "b"
    assert run.state("After").item(2).output == "cc"
    assert run.state("Each").output == ["aa", "bb", "cc"]
    assert [(visit.item, visit.around) for visit in run.state("Last")] == [(None, None)]
    assert all(visit.around and visit.around.name == "Each" for visit in work)


def test_a_map_in_a_map_and_in_a_parallel() -> None:
    inner = {"StartAt": "Work", "States": {"Work": TASK}}
    outer = {"StartAt": "Inner", "States": {"Inner": {"Type": "Map", "ItemProcessor": inner, "End": True}}}
    branch = {"StartAt": "Outer", "States": {"Outer": {"Type": "Map", "ItemProcessor": outer, "End": True}}}
    other = {"StartAt": "Beside", "States": {"Beside": {"Type": "Pass", "End": True}}}
    both = {"Type": "Parallel", "Branches": [branch, other], "Next": "Last"}
    run = machine(Both=both, Last={"Type": "Pass", "End": True}).run([[1, 2], [3]], tasks={"Work": lambda item: item})
    work = run.state("Work")
    assert sorted((visit.input, visit.item) for visit in work) == [(1, 0), (2, 1), (3, 0)]
    around = {visit.input: visit.around.item for visit in work if visit.around}
    assert around == {1: 0, 2: 0, 3: 1}
    assert run.state("Inner").item(1).output == [3]
    assert run.state("Both").output == [[[1, 2], [3]], [[1, 2], [3]]]
    assert run.state("Beside")[0].item is None
    assert run.state("Last")[0].around is None


def test_a_parallel_that_is_tried_again() -> None:
    branch = {"StartAt": "Work", "States": {"Work": TASK}}
    both = {"Type": "Parallel", "Branches": [branch], "End": True}
    both["Retry"] = [{"ErrorEquals": ["Busy"], "IntervalSeconds": 3}]
    run = machine(Both=both).run({}, tasks={"Work": flaky(1)})
    assert run.succeeded
    assert (run.state("Both").attempts, run.state("Both").waited) == (2, 3)
    assert [visit.error for visit in run.state("Work")] == ["Busy", None]


def test_an_expression_that_fails() -> None:
    state = {"Type": "Pass", "Output": "{% $states.input.a + 'x' %}", "End": True}
    run = asl.load({"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": state}}).run({"a": 1})
    assert run.state("A").error == "States.QueryEvaluationError"


def test_a_wait_and_how_long_it_took() -> None:
    run = machine(Rest={"Type": "Wait", "Seconds": 90, "End": True}).run({})
    assert run.state("Rest").waited == 90


def test_a_task_that_times_out() -> None:
    work = {**TASK, "TimeoutSeconds": 5, "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "Late"}]}
    late = machine(Work=work, Late={"Type": "Pass", "End": True})
    run = late.run({}, tasks=lambda call: asl.Output(1, 9000))
    assert (run.state("Work").error, run.state("Work").waited) == ("States.Timeout", 5)


def test_an_expression_that_fails_in_one_of_several_iterations() -> None:
    work = {**TASK, "Assign": {"n": "{% $states.input = 1 ? 1 + 'x' : 1 %}"}}
    each = {"Type": "Map", "ItemProcessor": {"StartAt": "Work", "States": {"Work": work}}, "End": True}
    definition = {"QueryLanguage": "JSONata", "StartAt": "Each", "States": {"Each": each}}
    run = asl.load(definition).run([1, 2], tasks={"Work": 1})
    assert [visit.error for visit in run.state("Work")] == ["States.QueryEvaluationError", None]


@pytest.mark.parametrize("retrier", [{}, {"Retry": [{"ErrorEquals": ["Busy"], "MaxAttempts": 1}]}])
def test_the_error_of_a_map_is_that_of_what_failed_in_it(retrier: dict[str, Any]) -> None:
    inner = {"StartAt": "Both", "States": {"Both": {"Type": "Parallel", "Branches": [work_scope()], "End": True}}}
    each = {"Type": "Map", "ItemProcessor": inner, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Last"}]}
    run = machine(Each={**each, **retrier, "End": True}, Last={"Type": "Succeed"}).run([1], tasks={"Work": flaky(9)})
    assert run.succeeded
    calls = 2 if retrier else 1
    assert (run.state("Each").error, run.state("Each").cause) == ("Busy", f"call {calls}")
    assert (run.state("Each").attempts, run.state("Both").error) == (calls, "Busy")


def work_scope() -> dict[str, Any]:
    return {"StartAt": "Work", "States": {"Work": TASK}}


def test_the_time_out_of_an_execution_is_no_states_error() -> None:
    rest = {"Type": "Wait", "Seconds": 90, "End": True}
    run = asl.load({"TimeoutSeconds": 5, "StartAt": "Rest", "States": {"Rest": rest}}).run({})
    assert (run.status, run.state("Rest").error) == ("TIMED_OUT", None)


def test_what_was_caught_and_what_was_tried_again() -> None:
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "Last"}]
    work = {**retried(Catch=catch), "Next": "Last"}
    del work["End"]
    test = machine(Work=work, Last={"Type": "Succeed"})
    assert [visit.caught for visit in test.run({}, tasks={"Work": flaky(2)}).visits] == [False, False]
    assert [visit.caught for visit in test.run({}, tasks={"Work": flaky(9)}).visits] == [True, False]
