"""A state machine with mocks of its tasks."""

import json
from pathlib import Path
from typing import Any

import pytest

import asl
from asl.testing import Workflow, partial

ORDER = Path(__file__).parents[2] / "statemachines" / "order" / "machine.asl.json"
INPUT = {"orderId": "o-1", "card": "4111", "items": [{"price": 3, "quantity": 2}]}
WORK = "arn:aws:states:::example:work"


def task(resource: str = WORK, **fields: Any) -> dict[str, Any]:
    return {"Type": "Task", "Resource": resource, "End": True, **fields}


RETRIED = task(Retry=[{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 9, "BackoffRate": 1}])


def workflow(options: dict[str, Any] | None = None, **states: Any) -> Workflow:
    return Workflow({"StartAt": next(iter(states)), "States": states}, **(options or {}))


def each(state: dict[str, Any], **fields: Any) -> dict[str, Any]:
    processor = {"StartAt": "Work", "States": {"Work": state}}
    return {"Type": "Map", "ItemProcessor": processor, "End": True, **fields}


# -- answers ---------------------------------------------------------------------------------------------------------


def test_an_order() -> None:
    with Workflow(ORDER) as order:
        order.mock("Reserve").returns_payload({"total": 6})
        charge = order.mock("Charge").fails("CardServiceBusy", "later").then.returns({"receipt": "r-1"})
        run = order.run(INPUT)
        assert run.succeeded
        assert run.path == ["IsEmpty", "Reserve", "Charge", "PublishPlaced", "Placed"]
        assert run.output == partial({"payment": {"receipt": "r-1"}, "status": "placed"})
        assert (run.state("Charge").attempts, run.state("Charge").waited) == (2, 2)
        assert charge.calls == run.state("Charge").calls == [{"card": "4111", "amount": 6}] * 2
        assert partial({"detail-type": "OrderPlaced"}) in run.events


def test_the_last_answer_is_for_all_calls_that_come() -> None:
    test = workflow(All=each(task(), MaxConcurrency=1))
    test.mock("Work").returns(1).then.returns(2)
    assert test.run([0] * 4).output == [1, 2, 2, 2]


def test_times() -> None:
    test = workflow(Work=RETRIED)
    test.mock("Work").fails("A", times=2).then.fails("B", times=3).then.returns("done")
    run = test.run()
    assert run.output == "done"
    assert run.state("Work").attempts == 6


def test_counts_begin_anew_in_each_run() -> None:
    test = workflow(Work=RETRIED)
    mock = test.mock("Work").fails("A").then.returns("done")
    assert [test.run().state("Work").attempts for _ in range(3)] == [2, 2, 2]
    assert len(mock.calls) == 6


def test_another_answer_needs_then() -> None:
    test = workflow(Work=task())
    mock = test.mock("Work").fails("A")
    with pytest.raises(asl.InputError, match=r"has an answer: add another with `\.then`, or make a new mock"):
        mock.returns("B")
    test.mock("Work").returns("B")
    assert test.run().output == "B"


def test_exceptions_of_functions_are_those_of_the_test() -> None:
    test = workflow(Work=RETRIED)
    test.mock("Work").returns(lambda arguments: arguments["nope"])
    with pytest.raises(KeyError, match="nope"):
        test.run()


@pytest.mark.parametrize("live", [False, True])
def test_exceptions_of_mocks_are_those_of_the_test(live: bool) -> None:
    def checks(arguments: Any) -> Any:
        assert arguments == 1, "as the test says"

    test = workflow({"live": live}, Work=task())
    test.mock("Work").returns(checks)
    with pytest.raises(AssertionError, match="as the test says"):
        test.run({})
    test.mock("Work", input=lambda arguments: arguments["missing"])
    with pytest.raises(KeyError, match="missing"):
        test.run({})


def test_functions_of_many_kinds() -> None:
    test = workflow(All=each(task(), MaxConcurrency=1))

    class Answers:
        def __call__(self, arguments: Any) -> Any:
            return arguments

        def method(self, arguments: Any, *, more: int = 1) -> Any:
            return more

    for function in (Answers(), Answers().method, lambda *arguments: len(arguments), str, lambda a, call=None: 1):
        test.mock("Work").returns(function)
        assert test.run([1]).succeeded


def test_payloads_of_functions_by_their_arns() -> None:
    test = workflow(Work=task("arn:aws:lambda:us-east-1:123456789012:function:f"))
    test.mock("Work").returns_payload({"n": 1})
    assert test.run().output == {"n": 1}
    test.mock("Work").returns_payload(lambda event: event["n"] + 1)
    assert test.run({"n": 2}).output == 3
    other = workflow(Work=task())
    other.mock("Work").returns_payload({"n": 1})
    with pytest.raises(asl.HostError, match="returns_payload is for tasks that invoke a Lambda function"):
        other.run()


def test_a_mock_that_ran_out() -> None:
    test = workflow(Work=RETRIED)
    test.mock("Work").fails("A", times=2)
    with pytest.raises(asl.HostError, match="ran out: it has 2 answers, and this is call 2 of state 'Work'"):
        test.run()


def test_a_mock_without_an_answer() -> None:
    test = workflow(Work=task())
    test.mock("Work")
    with pytest.raises(asl.HostError, match=r"has no answer: add \.returns"):
        test.run()


def test_functions_of_the_arguments() -> None:
    test = workflow(All=each(task(Parameters={"n.$": "$"})))
    test.mock("Work").returns(lambda arguments: arguments["n"] * 10)
    assert test.run([1, 2]).output == [10, 20]


def test_a_function_of_a_lambda_functions_payload() -> None:
    def price(payload: Any) -> Any:
        if payload["sku"] == "unicorn":
            raise asl.TaskError("NoSuchItem")
        return {"price": 4}

    fields = {"Parameters": {"FunctionName": "price", "Payload.$": "$"}, "OutputPath": "$.Payload"}
    test = workflow(Price=task("arn:aws:states:::lambda:invoke", **fields))
    test.mock("Price").returns_payload(price)
    assert test.run({"sku": "tea"}).output == {"price": 4}
    assert test.run({"sku": "unicorn"}).error == "NoSuchItem"


def test_a_function_that_takes_the_call_fails_and_is_late() -> None:
    def work(arguments: Any, call: asl.Call) -> Any:
        if call.attempt == 0:
            raise asl.TaskError("Busy")
        return asl.Failure("Broken", "now") if call.attempt == 1 else asl.Output({"at": call.at}, 500)

    test = workflow(Work=RETRIED)
    test.mock("Work").returns(work, after=3)
    run = test.run(start=0)
    assert [visit.error for visit in run.state("Work")] == ["Broken"]
    assert (run.output, run.duration_ms) == ({"at": 3000 + 1000 + 3000 + 1000}, 8000 + 500)


def test_late_answers_and_time_outs() -> None:
    test = workflow(Work={**RETRIED, "TimeoutSeconds": 60})
    test.mock("Work").times_out().then.returns(1, after=90).then.fails("Busy", after=30).then.returns(2, after=10)
    run = test.run()
    assert (run.output, run.state("Work").waited) == (2, 60 + 1 + 60 + 1 + 30 + 1 + 10)


def test_returned_values_are_those_of_the_time_they_were_given() -> None:
    test = workflow(Work=task())
    value = {"a": 1}
    test.mock("Work").returns(value)
    value["a"] = 2
    assert test.run().output == {"a": 1}


def test_functions_of_files_beside_the_test(tmp_path: Path) -> None:
    (tmp_path / "functions.py").write_text("def work(event, context):\n    return {'worked': event}\n")
    (tmp_path / "m.asl.json").write_text(
        json.dumps({"StartAt": "A", "States": {"A": task("arn:aws:lambda:us-east-1:123456789012:function:work")}})
    )
    test = Workflow("m.asl.json", folders=[tmp_path], lambdas={"work": "functions:work"})
    assert test.run({"n": 1}).output == {"worked": {"n": 1}}
    with pytest.raises(asl.InputError, match="has no function 'wrok'; did you mean 'work'"):
        test.run({"n": 1}, lambdas={"work": "functions:wrok"})


def test_answers_as_constants() -> None:
    test = workflow({"tasks": {"Work": asl.Failure("Busy", "now")}}, Work=task())
    assert (test.run().error, test.run().cause) == ("Busy", "now")


# -- which mock answers ----------------------------------------------------------------------------------------------


def test_items_of_a_map() -> None:
    test = workflow(All=each({**RETRIED}))
    test.mock("Work").returns("ok")
    third = test.mock("Work", item=2).fails("Busy").then.returns("late")
    run = test.run(["a", "b", "c", "d"])
    assert run.output == ["ok", "ok", "late", "ok"]
    assert third.calls == ["c", "c"]
    assert run.state("Work").item(2).attempts == 2


def test_calls_by_number_and_by_input() -> None:
    test = workflow(All=each(task(), MaxConcurrency=1))
    test.mock("Work").returns("other")
    test.mock("Work", call=1).returns("second")
    test.mock("Work", input={"kind": "tea"}).returns("tea")
    test.mock("Work", input=lambda arguments: arguments["n"] > 8).returns("many")
    items = [{"n": 1}, {"n": 2}, {"n": 3, "kind": "tea"}, {"n": 9, "kind": "tea"}, {"n": 4}]
    assert test.run(items).output == ["other", "second", "tea", "many", "other"]


def test_a_spent_mock_leaves_the_call_to_the_one_before() -> None:
    test = workflow(All=each(task(), MaxConcurrency=1))
    test.mock("Work").returns("usual")
    test.mock("Work").returns("once", times=1)
    assert test.run([1, 2, 3]).output == ["once", "usual", "usual"]


@pytest.mark.parametrize("resource", [WORK, "example:work", "example:*", "arn:aws:states:::example:*", "*"])
def test_resources(resource: str) -> None:
    states = {"A": {"Type": "Task", "Resource": WORK, "Next": "B"}, "B": task("arn:aws:states:::other:work")}
    test = workflow(**states)
    test.mock("B").returns("B")
    mock = test.mock(resource=resource).returns({"from": "resource"})
    test.mock("B").returns("B")
    assert test.run({"n": 1}).output == "B"
    assert mock.calls == [{"n": 1}]


def test_child_machines_have_mocks_of_their_own() -> None:
    child = Workflow({"StartAt": "Work", "States": {"Work": task()}}, name="child")
    child.mock("Work").returns({"n": 1})
    arguments = {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:child", "Input": {}}
    parent = {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "Parameters": arguments}
    test = workflow({"machines": {"child": child}}, Work={**parent, "End": True})
    assert test.run().output["Output"] == {"n": 1}
    test.mock("Work").returns("mocked")
    assert test.run().output == "mocked"


STARTED = {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "End": True}
CHILD = {**STARTED, "Parameters": {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:child"}}


@pytest.mark.parametrize("key", ["child", "arn:aws:states:us-east-1:123456789012:stateMachine:child"])
def test_a_child_machine_has_the_name_that_tasks_know(key: str) -> None:
    child = workflow(Work=task())
    child.mock("Work").returns({"n": 1})
    test = workflow({"machines": {key: child}}, Work=CHILD)
    run = test.run()
    assert run.output["Output"] == {"n": 1}
    assert [each.machine.name for each in run.world.runs] == ["StateMachine", "child"]


def test_a_child_machine_of_the_same_name_is_refused() -> None:
    test = workflow({"machines": {"*": workflow(Work=task())}}, Work=CHILD)
    with pytest.raises(asl.InputError, match="'StateMachine' is the name of one of `machines` and of the machine"):
        test.run()


def test_an_unmocked_task_of_a_child_tells_the_fix() -> None:
    test = workflow({"machines": {"child": {"StartAt": "A", "States": {"A": task()}}}}, Work=CHILD)
    with pytest.raises(asl.HostError) as told:
        test.run()
    assert 'a Workflow for it: machines={"child": child}, and child.mock("A").returns({...})' in str(told.value)


def test_mocks_that_are_added_while_an_execution_runs() -> None:
    test = workflow(Rest={"Type": "Wait", "Seconds": 60, "Next": "Work"}, Work=task())
    run = test.run(until=30)
    test.mock("Work").returns("late")
    assert run.advance().output == "late"


def test_mock_files(tmp_path: Path) -> None:
    file = tmp_path / "mocks.json"
    responses = {"R": {"0-9": {"Return": "of the file"}}}
    file.write_text(
        json.dumps({"StateMachines": {"M": {"TestCases": {"C": {"A": "R", "B": "R"}}}}, "MockedResponses": responses})
    )
    states = {"A": {"Type": "Task", "Resource": WORK, "Next": "B"}, "B": task()}
    test = workflow({"mocks": f"{file}#C"}, **states)
    test.mock("B").returns("of the test", times=1)
    run = test.run()
    assert (run.state("A").output, run.output) == ("of the file", "of the test")


def test_sam_templates(tmp_path: Path) -> None:
    (tmp_path / "work.asl.json").write_text(
        json.dumps({"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "${WorkArn}", "End": True}}})
    )
    (tmp_path / "app.py").write_text("def handler(event, context):\n    return {'worked': event}\n")
    (tmp_path / "template.yaml").write_text("""
Transform: AWS::Serverless-2016-10-31
Resources:
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: work.asl.json
      DefinitionSubstitutions: {WorkArn: !GetAtt Work.Arn}
  Other:
    Type: AWS::Serverless::StateMachine
    Properties: {DefinitionUri: work.asl.json, DefinitionSubstitutions: {WorkArn: !GetAtt Work.Arn}}
  Work:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: ., Handler: app.handler, Runtime: python3.12}
""")
    test = Workflow(tmp_path / "template.yaml", resource="Machine")
    assert test.run({"n": 1}).output == {"worked": {"n": 1}}
    test.mock("A").returns("mocked")
    assert test.run({"n": 1}).output == "mocked"
    with pytest.raises(asl.InputError, match="has 2 state machines"):
        Workflow(tmp_path / "template.yaml")


@pytest.mark.parametrize("function", ["pay", "arn:aws:lambda:*:function:pay", "p*"])
def test_functions_however_they_are_invoked(function: str) -> None:
    invoked = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "ResultSelector": {"n.$": "$.Payload.n"}}
    names = ("pay", "arn:aws:lambda:us-east-1:123456789012:function:pay", "arn:aws:lambda:us-east-1:1:function:pay:3")
    states = {f"S{index}": {**invoked, "Parameters": {"FunctionName": name}} for index, name in enumerate(names)}
    states["Last"] = {"Type": "Task", "Resource": names[1], "End": True}
    for name, following in zip(states, [*list(states)[1:], None], strict=True):
        if following is not None:
            states[name]["Next"] = following
    test = workflow(**states)
    if function != "arn:aws:lambda:*:function:pay":
        mock = test.mock(function=function).returns_payload({"n": 1})
        assert test.run().output == {"n": 1}
        assert len(mock.calls) == 4
    test.mock(function=function)


def test_functions_that_the_input_names() -> None:
    test = workflow(Work=task("arn:aws:states:::lambda:invoke", Parameters={"FunctionName.$": "$.f"}))
    test.mock(function="a").returns_payload("A")
    test.mock(function="b").returns_payload("B")
    assert [test.run({"f": name}).output["Payload"] for name in "ab"] == ["A", "B"]


def test_why_a_mock_is_not_for_a_call() -> None:
    test = workflow(All=each(task()))
    test.mock("Work", call=1).returns(1)
    test.mock("Work", item=3).returns(1)
    test.mock("Work", input={"a": 2}).returns(1)
    with pytest.raises(asl.HostError) as told:
        test.run([{"a": 1}])
    for text in (
        "There is a mock for it, but not for this call: it is for call 1, and this is call 0",
        "it is for item 3, and this is item 0",
        "it is for other arguments: $.a: expected 2, got 1",
    ):
        assert text in str(told.value)


# -- time, tokens, the middle ----------------------------------------------------------------------------------------

APPROVAL = task(
    "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    Parameters={"QueueUrl": "https://sqs.us-east-1.amazonaws.com/1/q", "MessageBody": {"token.$": "$$.Task.Token"}},
)


def test_a_task_token_is_answered_at_a_chosen_time() -> None:
    test = workflow(
        Approve={**APPROVAL, "HeartbeatSeconds": 3600},
    )
    test.mock("Approve").waits({"MessageId": "m-1"})
    run = test.run(until=3000)
    assert (run.status, list(run.waiting_for.values())) == ("RUNNING", ["Approve"])
    run.send_task_heartbeat("Approve").advance(3000).send_task_success("Approve", {"by": "Ann"})
    assert (run.output, run.duration_ms) == ({"by": "Ann"}, 6_000_000)
    assert "TaskSubmitted" in [event["type"] for event in run.history]


def test_a_task_token_that_fails_and_one_that_nobody_answers() -> None:
    test = workflow(Approve={**APPROVAL, "TimeoutSeconds": 60})
    test.mock("Approve").waits()
    assert test.run().error == "States.Timeout"
    run = test.run(until=1).send_task_failure("Approve", "Refused", "no")
    assert (run.error, run.cause, run.duration_ms) == ("Refused", "no", 1000)
    with pytest.raises(asl.InputError, match="no task of state 'Approve' awaits an answer"):
        run.send_task_success("Approve", 1)


def test_a_task_without_a_token_cannot_wait_for_ever() -> None:
    test = workflow(Work=task())
    test.mock("Work").waits()
    with pytest.raises(asl.HostError, match="nobody can answer the task of state 'Work'"):
        test.run()
    test = workflow(Work=task(TimeoutSeconds=5))
    test.mock("Work").waits()
    assert test.run().error == "States.Timeout"
    activity = "arn:aws:states:us-east-1:123456789012:activity:work"
    test = workflow(Work=task(activity))
    test.mock("Work").waits()
    assert test.run(until=9).send_task_success("Work", "done").output == "done"


def test_tokens_of_a_map_by_item() -> None:
    test = workflow(All=each({**APPROVAL, "TimeoutSeconds": 60}))
    test.mock("Work").waits()
    run = test.run(["a", "b", "c"], until=5)
    for token in run.waiting_for:
        assert run.world.item_of(token) in (0, 1, 2)
    with pytest.raises(asl.InputError, match="3 tasks of state 'Work' await an answer; say which by its item: 0, 1, 2"):
        run.send_task_success("Work", 1)
    for index, token in enumerate(run.waiting_for):
        if index != 1:
            run.send_task_success(token, index)
    run.send_task_success("Work", "one", item=1)
    assert run.output == [0, "one", 2]


def test_a_token_whose_time_is_over_says_so() -> None:
    test = workflow(Approve={**APPROVAL, "TimeoutSeconds": 60})
    test.mock("Approve").waits()
    with pytest.raises(asl.InputError, match=r"those that do: none \(it has timed out; .* run with `until`\)"):
        test.run().send_task_success("Approve", 1)


def test_until_and_advance() -> None:
    test = workflow(Rest={"Type": "Wait", "Seconds": 86400, "End": True})
    run = test.run(until="2026-01-01T23:00:00Z")
    assert run.status == "RUNNING"
    assert run.advance(3599).status == "RUNNING"
    assert run.advance(1).succeeded
    started = test.start()
    assert (started.status, started.advance().status) == ("RUNNING", "SUCCEEDED")
    assert test.start().advance(until="2026-01-02T00:00:00Z").succeeded
    assert test.start().advance(until=86399).status == "RUNNING"
    assert test.start().advance(until=86400).succeeded


def test_from_a_state_to_the_end_and_a_single_state() -> None:
    after = {"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $states.input & $who %}", "End": True}
    first = {"Type": "Pass", "Next": "Work"}
    test = workflow(First=first, Work={"Type": "Task", "Resource": WORK, "Next": "After"}, After=after)
    test.mock("Work").returns("hello ")
    run = test.run({"n": 1}, start_at="Work", variables={"who": "you"})
    assert (run.path, run.output) == (["Work", "After"], "hello you")
    single = test.run({"n": 1}, start_at="Work", single=True)
    assert (single.path, single.output, single.next_state) == (["Work"], "hello ", "After")


def test_an_item_processor_alone() -> None:
    inner = task(Parameters={"index.$": "$$.Map.Item.Index"})
    test = workflow(All=each(inner))
    test.mock("Work").returns(lambda arguments: arguments)
    run = test.run("x", start_at="Work", context={"Map": {"Item": {"Index": 7, "Value": "x"}}})
    assert run.output == {"index": 7}


# -- what is wrong ---------------------------------------------------------------------------------------------------


def test_an_unmocked_task_tells_the_fix() -> None:
    with Workflow(ORDER) as order, pytest.raises(asl.HostError) as told:
        order.run(INPUT)
    text = str(told.value)
    assert "machine.asl.json:17:19: nothing answers the task of state 'Reserve'" in text
    assert '.mock("Reserve").returns_payload({...})' in text


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda order: order.mock("Chrage"), "no state 'Chrage'; did you mean 'Charge'"),
        (
            lambda order: order.mock("IsEmpty"),
            "state 'IsEmpty' is a Choice state: it calls nothing that could be mocked",
        ),
        (lambda order: order.mock(), "mock takes one of: the name of a state, resource=..., function=..."),
        (lambda order: order.mock("Charge", resource="*"), "mock takes one of"),
        (lambda order: order.mock(resource="sqs:*"), "no task of 'order' has a resource sqs:*; they have arn:aws:"),
        (lambda order: order.mock(function="chrge"), "invokes a function chrge; they have reserve, arn:aws:lambda:"),
        (lambda order: order.mock("Charge").returns(lambda: 1), "called with the task's arguments, and the asl.Call"),
        (
            lambda order: order.mock("Charge").returns_payload(lambda e, c: 1),
            "given with `lambdas`; this one takes 2",
        ),
        (lambda order: order.mock("Charge", item=0), "item 0 of state 'Charge': the state is in no Map"),
        (lambda order: order.mock("Charge").fails(None), "fails takes the name of an error"),
        (lambda order: order.mock("Charge").fails("E", times=0), "times is how many calls"),
        (lambda order: order.mock("Charge").returns(1, after=-1), "after is a number of seconds"),
        (lambda order: order.mock("Charge").returns({1, 2}), "must be a JSON value or a function"),
        (lambda order: order.run({}, start_at="Nowhere"), "has no state 'Nowhere'"),
        (
            lambda order: order.run({}, until="tomorrow"),
            "a number of seconds after the start, or a time: 'tomorrow' is not",
        ),
        (lambda order: order.mock("Charge", item=-1), "item is counted from 0: a whole number, not -1"),
        (lambda order: order.mock("Charge", call="1"), "call is counted from 0: a whole number, not '1'"),
        (lambda order: order.run({}, until=float("nan")), "until is a number of seconds, not nan"),
        (lambda order: order.start({}).advance(-1), "advance is a number of seconds, not -1"),
        (lambda order: order.start({}).advance(1, until=2), "a number of seconds, or until=..., not both"),
        (lambda order: order.run({}, parent="x"), "run has no option 'parent'"),
        (lambda order: order.run({}, nonsense=1), "run has no option 'nonsense'"),
        (lambda order: order.run({}, startat="Charge"), "run has no option 'startat'; did you mean 'start_at'?"),
        (lambda order: Workflow(ORDER, defin={}), "Workflow has no option 'defin'; did you mean 'define'?"),
        (lambda order: order.run({}, aws="moto"), "aws is 'off', 'embedded' or 'real', not 'moto'"),
        (lambda order: Workflow(ORDER, resource="Order"), "and the definition is none"),
    ],
)
def test_wrong_calls(wrong: Any, message: str) -> None:
    with Workflow(ORDER) as order, pytest.raises((asl.InputError, TypeError)) as told:
        wrong(order)
    assert message in str(told.value)
