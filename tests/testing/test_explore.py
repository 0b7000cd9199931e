"""Exploring: what is found in machines that have a fault of their own, and that nothing is found in those without."""

import json
from pathlib import Path
from typing import Any

import pytest

import asl
from asl import Run
from asl.errors import HostError, InputError
from asl.source import read_text
from asl.testing import AslFixture, Workflow, asltest, find_problems, strategies
from asl.testing.exploration import compensated, happens_at_most, published_at_most_once, reaches, succeeded
from asl.testing.exploration.explorer import Explorer
from asl.testing.exploration.faults import Fault
from asl.testing.exploration.ready_test import as_asltest, as_pytest
from asl.testing.exploration.search import Report

INVOKE = "arn:aws:states:::lambda:invoke"
ROOT = Path(__file__).parents[2]


def invoke(name: str, **fields: Any) -> dict[str, Any]:
    end = {} if "Next" in fields else {"End": True}
    return {"Type": "Task", "Resource": INVOKE, "Parameters": {"FunctionName": name}, **end, **fields}


def machine(start: str, **states: Any) -> dict[str, Any]:
    return {"StartAt": start, "States": states}


def found(report: Report) -> list[tuple[str, str, Any]]:
    """The kind, the state and the faults of each problem."""
    return [
        (each.problem.rule, each.problem.pointer.rpartition("/")[2], each.plan)
        for each in report.examples
        if each.problem is not None
    ]


# -- what is found ---------------------------------------------------------------------------------------------------

CATCH = [{"ErrorEquals": ["States.ALL"], "Next": "Tell"}]


def test_a_catcher_that_hands_on_nothing_but_its_error() -> None:
    tell = {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "End": True}
    tell |= {"Parameters": {"TopicArn": "t", "Message.$": "$.orderId"}}
    report = find_problems(machine("Pay", Pay=invoke("pay", Catch=CATCH), Tell=tell), max_examples=300)
    assert found(report) == [("runtime-error", "Tell", [{"state": "Pay", "fails": "CustomError"}])]
    assert "'$.orderId'" in report.problems[0].message
    assert report.examples[0].input == {}


def test_a_way_on_which_a_field_gets_lost() -> None:
    choice = {"Type": "Choice", "Default": "Keep"}
    choice["Choices"] = [{"Variable": "$.kind", "StringEquals": "box", "Next": "Drop"}]  # type: ignore[assignment]
    report = find_problems(
        machine(
            "Kind",
            Kind=choice,
            Drop={"Type": "Pass", "Parameters": {"kind": "box"}, "Next": "Use"},
            Keep={"Type": "Pass", "Next": "Use"},
            Use={"Type": "Pass", "InputPath": "$.address", "End": True},
        ),
        max_examples=200,
    )
    assert found(report) == [("runtime-error", "Use", [])]
    assert report.examples[0].input == {"kind": "box", "address": "x"}


def test_a_cause_that_is_no_json() -> None:
    """Functions tell their errors as JSON, Lambda itself does not."""
    handle = {"Type": "Pass", "Parameters": {"why.$": "States.StringToJson($.Cause)"}, "Next": "Say"}
    say = {"Type": "Pass", "InputPath": "$.why.errorMessage", "End": True}
    report = find_problems(machine("Pay", Pay=invoke("pay", Catch=CATCH), Tell=handle, Say=say), max_examples=300)
    ((rule, state, (fault,)),) = found(report)
    assert (rule, state) == ("runtime-error", "Tell")
    assert fault["fails"].startswith("Lambda.")
    assert fault["cause"] == "because"


def test_an_item_that_is_not_in_the_table() -> None:
    get = {"Type": "Task", "Resource": "arn:aws:states:::dynamodb:getItem", "Next": "Use"}
    get["Parameters"] = {"TableName": "t", "Key": {"id": {"S.$": "$.id"}}}  # type: ignore[assignment]
    use = {"Type": "Pass", "InputPath": "$.Item.price.N", "End": True}
    assert found(find_problems(machine("Get", Get=get, Use=use), max_examples=100)) == [("runtime-error", "Use", [])]


def test_task_failed_does_not_stand_for_timeout() -> None:
    catch = [{"ErrorEquals": ["States.TaskFailed"], "ResultPath": "$.e", "Next": "Tell"}]
    subject = machine("Pay", Pay=invoke("pay", TimeoutSeconds=9, Catch=catch), Tell={"Type": "Fail", "Error": "E"})
    report = find_problems(subject, max_examples=200)
    assert found(report) == [("unhandled-error", "Pay", [{"state": "Pay", "timesOut": True}])]
    assert "does not stand for States.Timeout" in report.problems[0].message


def test_the_one_state_that_catches_nothing() -> None:
    states = {
        "A": invoke("a", Catch=CATCH, Next="B"),
        "B": invoke("b", Catch=CATCH, Next="C"),
        "C": invoke("c"),
        "Tell": invoke("tell", Next="Failed"),
        "Failed": {"Type": "Fail", "Error": "Failed"},
    }
    report = find_problems(machine("A", **states), max_examples=300)
    assert found(report) == [("unhandled-error", "C", [{"state": "C", "fails": "CustomError"}])]
    assert "2 of the 3 states beside it catch all errors" in report.problems[0].message
    states["B"] = invoke("b", Next="C")
    assert not found(find_problems(machine("A", **states), max_examples=300)), "one of three is no habit"


def test_an_endless_loop() -> None:
    again = {"Type": "Pass", "Next": "Again?"}
    choice = {"Type": "Choice", "Default": "Done"}
    choice["Choices"] = [{"Variable": "$.n", "NumericEquals": 3, "Next": "Again"}]  # type: ignore[assignment]
    subject = machine("Again?", **{"Again?": choice, "Again": again, "Done": {"Type": "Succeed"}})
    report = find_problems(subject, max_examples=100)
    assert [(rule, plan) for rule, _, plan in found(report)] == [("endless", [])]
    assert report.examples[0].input == {"n": 3}
    assert "the history is full" in report.problems[0].message


def test_a_job_that_is_polled_is_no_endless_loop() -> None:
    ask = invoke("ask", ResultSelector={"status.$": "$.Payload.status"}, Next="Ready?")
    choice = {"Type": "Choice", "Default": "Later"}
    choice["Choices"] = [{"Variable": "$.status", "StringEquals": "DONE", "Next": "Done"}]  # type: ignore[assignment]
    later = {"Type": "Wait", "Seconds": 60, "Next": "Ask"}
    subject = machine("Ask", **{"Ask": ask, "Ready?": choice, "Later": later, "Done": {"Type": "Succeed"}})
    assert not find_problems(subject, max_examples=300).examples


def test_a_task_that_is_tried_for_ever_is_no_endless_loop() -> None:
    """An error does not last for ever; who tries again until it is over means to."""
    retry = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 99999, "BackoffRate": 1}]
    assert not find_problems(machine("Ask", Ask=invoke("ask", Retry=retry)), max_examples=100).examples


def test_nobody_answers() -> None:
    ask = invoke("ask", Resource=f"{INVOKE}.waitForTaskToken")
    report = find_problems(machine("Ask", Ask=ask), max_examples=100)
    assert found(report) == [("waits-for-ever", "Ask", [{"state": "Ask", "waits": True}])]
    assert not find_problems(machine("Ask", Ask={**ask, "TimeoutSeconds": 60}), max_examples=100).examples


def test_all_that_nobody_may_answer_is_named_at_once() -> None:
    ask = invoke("ask", Resource=f"{INVOKE}.waitForTaskToken")
    branches = [machine(name, **{name: ask}) for name in ("First", "Second")]
    subject = machine("Both", Both={"Type": "Parallel", "Branches": branches, "End": True})
    (problem,) = find_problems(subject, max_examples=100).problems
    assert problem.hint is not None
    named = problem.pointer.rpartition("/")[2], problem.hint.partition("; the same goes for ")[2]
    assert sorted(named) == ["First", "Second"]


def test_of_faults_that_do_the_same_the_likeliest_is_shown() -> None:
    explorer = Explorer(Workflow(machine("Ask", Ask=invoke("ask"))))
    errors = ("CustomError", "Lambda.ServiceException")
    one, other = (explorer.run({}, lambda: lambda number: 0, [Fault("Ask", error=error)]) for error in errors)
    assert one.complexity < other.complexity


# -- how it is explored ----------------------------------------------------------------------------------------------

ORDER = machine(
    "Charge",
    Charge=invoke("charge", ResultPath="$.charge", Next="Ship"),
    Ship=invoke("ship", ResultPath="$.ship", Catch=[{**CATCH[0], "ResultPath": "$.e", "Next": "Refund"}]),
    Refund=invoke("refund", Next="Failed", Retry=[{"ErrorEquals": ["States.ALL"], "MaxAttempts": 1}]),
    Failed={"Type": "Fail", "Error": "NotShipped"},
)


def test_invariants() -> None:
    by = [compensated("Charge", by="Refund")]
    report = find_problems(ORDER, invariants=by, max_examples=300)
    ((rule, _, plan),) = found(report)
    assert rule == "invariant"
    assert [each["state"] for each in plan] == ["Ship", "Refund"]
    assert report.problems[0].message.startswith("Charge succeeded once and the execution failed with")
    assert report.problems[0].asserts == "compensated('Charge', by='Refund')(run)"
    assert not find_problems(ORDER, invariants=by, states=["Charge", "Ship"], max_examples=300).examples


def test_allowed_errors() -> None:
    report = find_problems(ORDER, allowed_errors=[], max_examples=300)
    assert {(rule, state) for rule, state, _ in found(report)} == {
        ("unhandled-error", "Charge"),
        ("unhandled-error", "Refund"),
    }
    errors = ["CustomError", *dict.fromkeys(each.run.error or "" for each in report.examples)]
    more = find_problems(ORDER, allowed_errors=errors, max_examples=300).problems
    assert not any(error in each.key for each in more for error in errors)


def test_no_faults() -> None:
    report = find_problems(ORDER, faults=False, invariants=[succeeded], max_examples=50)
    assert not report.examples
    assert "/States/Refund" not in report.reached
    with pytest.raises(InputError, match="the kinds are"):
        find_problems(ORDER, faults=["error"])  # type: ignore[list-item]


def test_mocks_answer_where_nothing_goes_wrong() -> None:
    def mocks(workflow: Workflow) -> None:
        workflow.mock("Charge").returns_payload({"receipt": 7})
        workflow.mock("Ship").fails("NoLorry")

    seen = set()

    def look(run: Run) -> None:
        seen.update(each["Payload"]["receipt"] for each in [run.state("Ship").input["charge"]] if "Ship" in run.path)

    report = find_problems(ORDER, mocks=mocks, invariants=[look], states=[], max_examples=20)
    assert seen == {7}
    assert "/States/Refund" in report.reached


def test_a_mock_file_answers_every_run_from_its_first_answer_on(tmp_path: Path) -> None:
    """All runs have the same ids; a retry of the first task gives the second another one."""
    case = {"StateMachines": {"M": {"TestCases": {"C": {"Ask": "Answer"}}}}}
    file = tmp_path / "mocks.json"
    file.write_text(json.dumps({**case, "MockedResponses": {"Answer": {"0": {"Return": {"Payload": {}}}}}}))
    retry = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 3}]
    subject = machine("First", First=invoke("first", Retry=retry, Next="Ask"), Ask=invoke("ask"))
    assert not find_problems(subject, mocks=f"{file}#C", max_examples=100).examples
    assert not find_problems(subject, mocks="mocks.json#C", max_examples=20, folders=[tmp_path]).examples


def test_mocks_of_each_run_know_its_calls_alone() -> None:
    made = []

    def mocks(workflow: Workflow) -> None:
        made.append(workflow.mock("Charge").returns_payload({}))

    def asked_once(run: Run) -> bool:
        return len(made[0].calls) == len(run.state("Charge")) == 1

    assert not find_problems(ORDER, mocks=mocks, invariants=[asked_once], states=[], max_examples=20).examples


def test_machines_are_known_by_their_keys_and_answered_by_their_mocks() -> None:
    child = Workflow(machine("Ask", Ask=invoke("ask")))
    child.mock("Ask").returns_payload({"n": 7})
    start = {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "End": True}
    name = "arn:aws:states:us-east-1:123456789012:stateMachine:child"
    subject = machine("Start", Start={**start, "Parameters": {"StateMachineArn": name}})
    runs: list[Run] = []
    find_problems(subject, machines={"child": child}, faults=False, max_examples=5, invariants=[runs.append])
    assert runs
    assert all(run.output["Output"]["Payload"] == {"n": 7} for run in runs)


def test_functions_answer_and_what_they_do_not_is_an_error() -> None:
    report = find_problems(ORDER, lambdas={"*": lambda event, context: {}}, max_examples=20)
    assert not report.examples
    with pytest.raises(HostError, match="nothing answers"):
        find_problems(ORDER, lambdas={"charge": lambda event, context: {}}, max_examples=20)


def test_inputs_of_a_strategy() -> None:
    inputs = strategies.inputs(examples=[{"n": 1}])
    seen: list[Any] = []
    find_problems(ORDER, inputs=inputs, invariants=[lambda run: seen.append(run.input)], faults=False, max_examples=30)
    assert {"n": 1} in seen
    assert {} not in seen
    assert all(type(each.get("n", 1)) is int for each in seen)


def test_unexpected_answers() -> None:
    subject = machine("Pay", Pay=invoke("pay", OutputPath="$.Payload.receipt"))
    assert not find_problems(subject, max_examples=100).examples
    ((rule, state, _), *_) = found(find_problems(subject, unexpected=True, max_examples=300))
    assert (rule, state) == ("runtime-error", "Pay")


def test_the_same_seed_finds_the_same() -> None:
    invariants = [compensated("Charge", by="Refund"), happens_at_most("Ship", 0)]
    reports = [find_problems(ORDER, invariants=invariants, seed=5, max_examples=150) for _ in range(2)]
    assert found(reports[0]) == found(reports[1])
    assert reports[0].reached == reports[1].reached
    assert reports[0].events == reports[1].events


# -- invariants ------------------------------------------------------------------------------------------------------


@pytest.fixture
def order() -> Workflow:
    workflow = Workflow(ORDER)
    for name in ("Charge", "Ship", "Refund"):
        workflow.mock(name).returns({})
    return workflow


def test_compensated(order: Workflow) -> None:
    check = compensated("Charge", by="Refund")
    check(order.run())
    order.mock("Ship").fails("NoLorry")
    check(order.run())
    order.mock("Refund").fails("Bank")
    with pytest.raises(AssertionError, match="but Refund succeeded never"):
        check(order.run())
    order.mock("Charge").fails("Declined")
    check(order.run())


def test_reaches_and_happens_at_most(order: Workflow) -> None:
    run = order.run()
    reaches("Ship")(run)
    with pytest.raises(AssertionError, match="never came to Refund; its path was Charge, Ship"):
        reaches("Refund")(run)
    happens_at_most("Ship")(run)
    with pytest.raises(AssertionError, match="Ship succeeded once, not at most never"):
        happens_at_most("Ship", 0)(run)
    with pytest.raises(InputError, match="did you mean 'Ship'"):
        reaches("Shop")(run)


def test_published_at_most_once() -> None:
    put = {"Type": "Task", "Resource": "arn:aws:states:::events:putEvents", "ResultPath": None}
    put["Parameters"] = {"Entries": [{"DetailType": "Placed", "Source": "s", "Detail": {}}]}
    twice = machine("A", A={**put, "Next": "B"}, B={**put, "End": True})
    with Workflow(twice) as workflow:
        workflow.mock("A").fails("Busy").then.returns({})
        workflow.mock("B").returns({})
        run = workflow.run()
        published_at_most_once("Placed")(run)
        workflow.mock("A").returns({})
        run = workflow.run()
        published_at_most_once("Shipped")(run)
        with pytest.raises(AssertionError, match="Placed was published twice"):
            published_at_most_once("Placed")(run)


# -- ready tests -----------------------------------------------------------------------------------------------------


def test_the_test_that_is_written_fails_until_it_is_mended(tmp_path: Path) -> None:
    file = tmp_path / "tool.asl.json"
    text = (ROOT / "statemachines/tool-loan/before.json").read_text()
    file.write_text(text)
    (example,) = find_problems(file, max_examples=200).examples
    functions: dict[str, Any] = {}
    exec(as_pytest(example, file.name), functions)
    with pytest.raises(AssertionError, match=r"\$\$\.Task\.Token"):
        functions["test_askowner_times_out"](AslFixture([tmp_path]))
    (tmp_path / "tool.asltest.yaml").write_text(as_asltest(example, file.name))
    (case,) = asltest.read(tmp_path / "tool.asltest.yaml").cases
    assert case.name == "AskOwner times out"
    assert "error: expected another than States.Runtime, or none" in case.run().text
    file.write_text(text.replace('"withdrawn.$": "$$.Task.Token"', '"withdrawn.$": "$.loan"'))
    functions["test_askowner_times_out"](AslFixture([tmp_path]))


def test_what_is_written() -> None:
    retried = machine(
        "Pay", Pay=invoke("pay", Retry=[{"ErrorEquals": ["Busy"]}], ResultPath="$.p", Catch=CATCH, Next="Wait"),
        Wait={"Type": "Wait", "SecondsPath": "$.seconds", "End": True},
        Tell={"Type": "Pass", "InputPath": "$.order", "End": True},
    )  # fmt: skip
    report = find_problems(retried, max_examples=200)
    (example,) = report.examples
    written = as_pytest(example, "pay.asl.json", define={"Name": "x"}, type="EXPRESS")
    assert written == (
        "def test_pay_fails_with_customerror(asl):\n"
        "    workflow = asl(\"pay.asl.json\", define={'Name': 'x'}, type=\"EXPRESS\")\n"
        '    workflow.mock("Pay").fails("CustomError")\n'
        '    run = workflow.run({"seconds": 1})\n'
        '    assert "$.order" not in (run.cause or ""), run.cause\n'
    )
    compile(written, "test", "exec")


@pytest.mark.parametrize("value", [".5", ".inf", "yes", "1_000", "2026-01-01", "a: b", "- a", "../a b.json", "x"])
def test_texts_stay_texts_in_yaml(value: str) -> None:
    example = Explorer(Workflow(machine("Ask", Ask=invoke("ask")))).run(value, lambda: lambda number: 0)
    written = read_text(as_asltest(example, "ask.asl.json"), format="yaml").value
    (case,) = written["cases"].values()
    assert case["input"] == value


# -- as a test -------------------------------------------------------------------------------------------------------


@asl.explore(ORDER, max_examples=60, allowed_errors=["CustomError"], faults=["late"])
def test_decorated(run: Run, tmp_path: Path) -> None:
    """Fixtures of pytest come beside the run."""
    assert run.succeeded
    assert tmp_path.exists()


def test_a_decorated_test_that_fails() -> None:
    @asl.explore(ORDER, max_examples=200)
    def never_fails(run: Run) -> None:
        assert run.error is None

    with pytest.raises(AssertionError) as failure:
        never_fails()
    (note,) = failure.value.__notes__
    assert "fails with CustomError. As a test:" in note
    assert "never_fails.check(run)" in note
    assert ".asltest.yaml" not in note  # what the test asserts is Python


def test_a_decorated_test_whose_definition_has_a_problem() -> None:
    @asl.explore(ORDER, max_examples=200, invariants=[compensated("Charge", by="Refund")])
    def compensates(run: Run) -> None: ...

    with pytest.raises(AssertionError, match="Charge succeeded once") as failure:
        compensates()
    assert "from asl.testing.exploration import compensated\n" in failure.value.__notes__[0]


def test_wrong_calls() -> None:
    with pytest.raises(InputError, match="no such file"):
        find_problems("nowhere.asl.json")
    with pytest.raises(InputError, match="mocks is a function"):
        find_problems(ORDER, mocks=5)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="did you mean 'Ship'"):
        find_problems(ORDER, states=["Shop"])


def test_a_fail_state_that_cannot_say_why() -> None:
    """An error of a Fail state is wanted, but not one of its own fields."""
    state = {"Type": "Fail", "Error": "Rejected", "CausePath": "States.Format('claim: {}', $.problem.Error)"}
    states = {"Check": {"Type": "Pass", "Result": {"n": 1}, "Next": "Reject"}, "Reject": state}
    report = find_problems({"StartAt": "Check", "States": states}, max_examples=20)
    (problem,) = report.problems
    assert (problem.rule, problem.pointer) == ("runtime-error", "/States/Reject")
    good = {"Type": "Fail", "Error": "States.Runtime", "Cause": "on purpose"}
    assert not find_problems({"StartAt": "A", "States": {"A": good}}, max_examples=20).problems


def test_an_invariant_that_is_false() -> None:
    def never_rejected(run: Run) -> bool:
        return run.error != "Rejected"

    states = {"Reject": {"Type": "Fail", "Error": "Rejected"}}
    (problem,) = find_problems({"StartAt": "Reject", "States": states}, invariants=[never_rejected]).problems
    assert problem.message == "the invariant never_rejected does not hold"


def test_written_tests_have_the_answers_of_the_callers_mocks() -> None:
    def mocks(workflow: Workflow) -> None:
        workflow.mock("First").returns({"n": 7})

    task = {"Type": "Task", "Resource": "arn:aws:states:::example:work"}
    states = {
        "First": {**task, "Next": "Second"},
        "Second": {"Type": "Pass", "Parameters": {"m.$": "$.m"}, "End": True},
    }
    report = find_problems({"StartAt": "First", "States": states}, mocks=mocks, faults=False, max_examples=20)
    (example,) = report.examples
    assert 'workflow.mock("First").returns({"n": 7})' in as_pytest(example, "m.asl.json")
