"""A definition that was changed is caught: at the right event, with the right place and the right words."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from asl.values import ABSENT, JSON
from tests.replay.machines import ORDER, ORDER_INPUT, QUERY, QUERY_INPUT, answers, changed
from tests.replay.recordings import history, replayed, said


class Mutation(NamedTuple):
    """What is changed in a definition (JSON pointers and values), and what is then said: of which event, with which
    place in the definition, and how the first line of it begins."""

    name: str
    changes: list[tuple[str, JSON]]
    event: int
    type: str
    pointer: str
    words: str


OF_ORDER = [
    Mutation(
        "next",
        [("/States/Prepare/Next", "Enough")],
        4,
        "TaskStateEntered",
        "/States/Prepare/Next",
        "now: Choice state 'Enough' is entered, by Next of state 'Prepare'",
    ),
    Mutation(
        "parameters",
        [("/States/Charge/Parameters/Payload/limit.$", "$.items")],
        5,
        "TaskScheduled",
        "/States/Charge/Parameters",
        'parameters.Payload.limit: recorded 10, now ["pen","ink","paper"]',
    ),
    Mutation(
        "parameter name",
        [("/States/Charge/Parameters/Payload", {"order.$": "$order", "max.$": "$.limit"})],
        5,
        "TaskScheduled",
        "/States/Charge/Parameters",
        "parameters.Payload.limit: recorded 10, now missing",
    ),
    Mutation(
        "result path",
        [("/States/Charge/ResultPath", "$.paid")],
        11,
        "TaskStateExited",
        "/States/Charge",
        'output.charge: recorded {"paid":12}, now missing',
    ),
    Mutation(
        "result selector",
        [("/States/Charge/ResultSelector", {"paid.$": "$.StatusCode"})],
        11,
        "TaskStateExited",
        "/States/Charge",
        "output.charge.paid: recorded 12, now 200",
    ),
    Mutation(
        "no result selector",
        [("/States/Charge/ResultSelector", ABSENT)],
        11,
        "TaskStateExited",
        "/States/Charge/ResultPath",
        "output.charge.paid: recorded 12, now missing",
    ),
    Mutation(
        "no retry",
        [("/States/Charge/Retry", ABSENT)],
        8,
        "TaskScheduled",
        "/States/Charge/Catch/1/Next",
        'now: state \'Charge\' is left with {"Error":"Busy","Cause":"try later"}, by Catch/1/Next of state \'Cha',
    ),
    Mutation(
        "retry attempts",
        [("/States/Charge/Retry/0/MaxAttempts", 0)],
        8,
        "TaskScheduled",
        "/States/Charge/Catch/1/Next",
        'now: state \'Charge\' is left with {"Error":"Busy","Cause":"try later"}, by Catch/1/Next of state \'Cha',
    ),
    Mutation(
        "retry error",
        [("/States/Charge/Retry/0/ErrorEquals", ["Slow"])],
        8,
        "TaskScheduled",
        "/States/Charge/Catch/1/Next",
        'now: state \'Charge\' is left with {"Error":"Busy","Cause":"try later"}, by Catch/1/Next of state \'Cha',
    ),
    Mutation(
        "timeout",
        [("/States/Charge/TimeoutSeconds", 30)],
        5,
        "TaskScheduled",
        "/States/Charge/TimeoutSeconds",
        "timeoutInSeconds: recorded 60, now 30",
    ),
    Mutation(
        "no timeout",
        [("/States/Charge/TimeoutSeconds", ABSENT)],
        5,
        "TaskScheduled",
        "/States/Charge",
        "timeoutInSeconds: recorded 60, now missing",
    ),
    Mutation(
        "heartbeat",
        [("/States/Charge/HeartbeatSeconds", 5)],
        5,
        "TaskScheduled",
        "/States/Charge/HeartbeatSeconds",
        "heartbeatInSeconds: not recorded, now 5",
    ),
    Mutation(
        "choice threshold",
        [("/States/Enough/Choices/0/NumericGreaterThan", 11)],
        14,
        "MapStateEntered",
        "/States/Enough/Choices/0/Next",
        "now: Pass state 'Thank' is entered, by Choices/0/Next of state 'Enough'",
    ),
    Mutation(
        "choice order",
        [("/States/Enough/Choices/1", ABSENT)],
        14,
        "MapStateEntered",
        "/States/Enough/Default",
        "now: Fail state 'Refuse' is entered, by Default of state 'Enough'",
    ),
    Mutation(
        "choice next",
        [("/States/Enough/Choices/1/Next", "Tell")],
        14,
        "MapStateEntered",
        "/States/Enough/Choices/1/Next",
        "now: Parallel state 'Tell' is entered, by Choices/1/Next of state 'Enough'",
    ),
    Mutation(
        "items path",
        [("/States/Ship/ItemsPath", "$.charge")],
        15,
        "MapStateStarted",
        "/States/Ship",
        "now: the execution fails with States.Runtime: An error occurred while executing the state 'Ship' (en",
    ),
    Mutation(
        "items path other",
        [("/States/Prepare/Parameters/items.$", "$.items[0:2]")],
        3,
        "PassStateExited",
        "/States/Prepare",
        'output.items: recorded ["pen","ink","paper"], now ["pen","ink"] (3 and 2 elements)',
    ),
    Mutation(
        "max concurrency up",
        [("/States/Ship/MaxConcurrency", 3)],
        29,
        "MapIterationStarted",
        "/States/Ship/MaxConcurrency",
        'start of the iteration: recorded "after another iteration", now "at once"',
    ),
    Mutation(
        "max concurrency down",
        [("/States/Ship/MaxConcurrency", 1)],
        17,
        "MapIterationStarted",
        "/States/Ship/MaxConcurrency",
        "now: iteration 1 does not start yet",
    ),
    Mutation(
        "item selector",
        [("/States/Ship/ItemSelector/number.$", "$.limit")],
        18,
        "TaskStateEntered",
        "/States/Ship/ItemSelector",
        "input.number: recorded 0, now 10",
    ),
    Mutation(
        "inner catch",
        [("/States/Ship/ItemProcessor/States/Pack/Catch", ABSENT)],
        33,
        "TaskStateExited",
        "/States/Ship/ItemProcessor/States/Pack",
        "now: iteration 1 of 'Ship' fails",
    ),
    Mutation(
        "inner catch next",
        [("/States/Ship/ItemProcessor/States/Pack/Catch/0/ResultPath", "$.gone")],
        33,
        "TaskStateExited",
        "/States/Ship/ItemProcessor/States/Pack/Catch/0",
        'output.lost: recorded {"Error":"Lost","Cause":null}, now missing',
    ),
    Mutation(
        "inner next",
        [("/States/Ship/ItemProcessor/States/Pack/Next", ABSENT), ("/States/Ship/ItemProcessor/States/Pack/End", True)],
        26,
        "PassStateEntered",
        "/States/Ship/ItemProcessor/States/Pack/End",
        "now: iteration 0 of 'Ship' succeeds, by End of state 'Pack'",
    ),
    Mutation(
        "inner state",
        [("/States/Ship/ItemProcessor/States/Label", {"Type": "Pass", "Result": 1, "End": True})],
        27,
        "PassStateExited",
        "/States/Ship/ItemProcessor/States/Label/Result",
        'output: recorded {"number":0,"item":"pen","limit":10,"packed":true}, now 1',
    ),
    Mutation(
        "lambda arn",
        [("/States/Ship/ItemProcessor/States/Pack/Resource", "arn:aws:lambda:eu-west-1:999999999999:function:park")],
        19,
        "LambdaFunctionScheduled",
        "/States/Ship/ItemProcessor/States/Pack/Resource",
        'resource: recorded "arn:aws:lambda:eu-west-1:999999999999:function:pack", now "arn:aws:lambda:eu-wes',
    ),
    Mutation(
        "map result path",
        [("/States/Ship/ResultPath", "$")],
        44,
        "MapStateExited",
        "/States/Ship/ResultPath",
        'output: recorded {"limit":10,"items":["pen","ink","paper"],"order":"o-1","charge":{"paid":12},"shipp',
    ),
    Mutation(
        "branch dropped",
        [("/States/Tell/Branches/1", ABSENT)],
        49,
        "PassStateEntered",
        "/States/Tell",
        "now: there is no branch that begins with state 'Note', or it has ended",
    ),
    Mutation(
        "branch longer",
        [
            ("/States/Tell/Branches/1/States/Rest", {"Type": "Wait", "Seconds": 1, "Next": "More"}),
            ("/States/Tell/Branches/1/States/More", {"Type": "Pass", "End": True}),
        ],
        56,
        "ParallelStateSucceeded",
        "/States/Tell/Branches/1/States/Rest/Next",
        "now: Pass state 'More' is entered, by Next of state 'Rest'",
    ),
    Mutation(
        "branch added",
        [("/States/Tell/Branches/2", {"StartAt": "Also", "States": {"Also": {"Type": "Pass", "End": True}}})],
        56,
        "ParallelStateSucceeded",
        "/States/Tell",
        "now: state 'Tell' goes on: branch 2 (in state 'Also') not ended",
    ),
    Mutation(
        "parallel result path",
        [("/States/Tell/ResultPath", "$.told")],
        57,
        "ParallelStateExited",
        "/States/Tell/ResultPath",
        'output.told: not recorded, now [{"MessageId":"5f"},{"limit":10,"items":["pen","ink","paper"],"order"',
    ),
    Mutation(
        "output path",
        [("/States/Done/OutputPath", "$.items")],
        59,
        "SucceedStateExited",
        "/States/Done/OutputPath",
        'output[0]: recorded {"number":0,"item":"pen","limit":10,"packed":true}, now "pen"',
    ),
    Mutation(
        "variable",
        [("/States/Prepare/Assign", {"number.$": "$.order"})],
        3,
        "PassStateExited",
        "/States/Prepare/Assign",
        'assignedVariables.order: recorded "o-1", now missing',
    ),
    Mutation(
        "variable value",
        [("/States/Prepare/Assign/order.$", "$.limit")],
        3,
        "PassStateExited",
        "/States/Prepare/Assign",
        'assignedVariables.order: recorded "o-1", now 10',
    ),
    Mutation(
        "start",
        [("/StartAt", "Charge")],
        2,
        "PassStateEntered",
        "/States/Charge",
        "now: Task state 'Charge' is entered",
    ),
]
OF_QUERY = [
    Mutation(
        "assign",
        [("/States/Count/Assign/total", "{% $sum($states.input.prices) + 1 %}")],
        3,
        "PassStateExited",
        "/States/Count/Assign",
        "assignedVariables.total: recorded 9, now 10",
    ),
    Mutation(
        "variable renamed",
        [
            (
                "/States/Count/Assign",
                {"sum": "{% $sum($states.input.prices) %}", "id": "{% $uuid() %}", "at": "{% $now() %}"},
            )
        ],
        3,
        "PassStateExited",
        "/States/Count/Assign",
        "assignedVariables.total: recorded 9, now missing",
    ),
    Mutation(
        "no longer random",
        [("/States/Count/Output/lot", "{% 'x' %}")],
        3,
        "PassStateExited",
        "/States/Count/Output",
        'output.lot: recorded 0.9490071450954058, now "x"',
    ),
    Mutation(
        "uuid constant",
        [("/States/Count/Assign/id", "{% 'x' %}")],
        3,
        "PassStateExited",
        "/States/Count/Assign",
        'assignedVariables.id: recorded "5222eafd-c769-4e1c-86a8-5588bfa2c4ff", now "x"',
    ),
    Mutation(
        "id prefixed",
        [("/States/Count/Assign/id", "{% 'id-' & $uuid() %}")],
        3,
        "PassStateExited",
        "/States/Count/Assign",
        'assignedVariables.id: recorded "5222eafd-c769-4e1c-86a8-5588bfa2c4ff", now "id-fbe6f8b5-81e1-4a9f-b0',
    ),
    Mutation(
        "now to millis",
        [("/States/Count/Assign/at", "{% $millis() %}")],
        3,
        "PassStateExited",
        "/States/Count/Assign",
        'assignedVariables.at: recorded "2027-05-05T10:00:00.123Z", now 1809511200123',
    ),
    Mutation(
        "argument",
        [("/States/Ask/Arguments/Payload/total", "{% $total + 1 %}")],
        5,
        "TaskScheduled",
        "/States/Ask/Arguments",
        "parameters.Payload.total: recorded 9, now 10",
    ),
    Mutation(
        "argument 2",
        [("/States/Ask/Arguments/Payload/token", "{% $id %}")],
        5,
        "TaskScheduled",
        "/States/Ask/Arguments",
        'parameters.Payload.token: recorded "oA4vIrDK4lBEYMZQIZJ3fFNS/839r1yIjTd4srXlqaDd8nuwToX33c5SGq7kZJ+V',
    ),
    Mutation(
        "heartbeat",
        [("/States/Ask/HeartbeatSeconds", 30)],
        5,
        "TaskScheduled",
        "/States/Ask/HeartbeatSeconds",
        "heartbeatInSeconds: recorded 60, now 30",
    ),
    Mutation(
        "pattern",
        [
            ("/States/Ask/Resource", "arn:aws:states:::lambda:invoke"),
            ("/States/Ask/Arguments/Payload/token", 1),
            ("/States/Ask/HeartbeatSeconds", ABSENT),
        ],
        5,
        "TaskScheduled",
        "/States/Ask/Resource",
        'resource: recorded "invoke.waitForTaskToken", now "invoke"',
    ),
    Mutation(
        "output",
        [("/States/Ask/Output/said", "{% $states.result.more %}")],
        8,
        "TaskStateExited",
        "/States/Ask/Output",
        'output.said: recorded {"more":2,"of":"5222eafd-c769-4e1c-86a8-5588bfa2c4ff"}, now 2',
    ),
    Mutation(
        "condition",
        [("/States/Enough/Choices/0/Condition", "{% $total > 11 %}")],
        11,
        "MapStateEntered",
        "/States/Enough/Default",
        "now: Fail state 'Poor' is entered, by Default of state 'Enough'",
    ),
    Mutation(
        "items",
        [("/States/Each/Items", "{% [1..2] %}")],
        12,
        "MapStateStarted",
        "/States/Each/Items",
        "length: recorded 3, now 2",
    ),
    Mutation(
        "selector",
        [("/States/Each/ItemSelector/n", "{% $states.context.Map.Item.Index %}")],
        14,
        "PassStateEntered",
        "/States/Each/ItemSelector",
        "input.n: recorded 1, now 0",
    ),
    Mutation(
        "concurrency",
        [("/States/Each/MaxConcurrency", 0)],
        17,
        "MapIterationStarted",
        "/States/Each/MaxConcurrency",
        'start of the iteration: recorded "after another iteration", now "at once"',
    ),
    Mutation(
        "fixed",
        [("/States/Each/ItemProcessor/States/Half/Output", "{% $states.input.n / 2 %}")],
        19,
        "EvaluationFailed",
        "/States/Each/ItemProcessor/States/Half/End",
        "now: state 'Half' is left with 1, by End of state 'Half'",
    ),
    Mutation(
        "other failure",
        [("/States/Each/ItemProcessor/States/Half/Output", "{% $states.input.n / ($states.input.n = 2 ? true : 2) %}")],
        19,
        "EvaluationFailed",
        "/States/Each/ItemProcessor/States/Half",
        "cause: recorded ...\"states.input.n / ($states.input.n = 2 ? 'x' : 2)' specified for the field 'Outpu",
    ),
    Mutation(
        "catch order",
        [("/States/Each/Catch/0", {"ErrorEquals": ["States.ALL"], "Next": "Poor"})],
        22,
        "MapStateExited",
        "/States/Each/Catch/0",
        'output.why: recorded "States.QueryEvaluationError", now missing',
    ),
    Mutation(
        "catch error",
        [("/States/Each/Catch/0/ErrorEquals", ["Other"])],
        22,
        "MapStateExited",
        "/States/Each",
        "now: the execution fails with States.QueryEvaluationError: An error occurred while executing the sta",
    ),
    Mutation(
        "retry",
        [("/States/Each/Retry", [{"ErrorEquals": ["States.ALL"]}])],
        21,
        "MapStateFailed",
        "/States/Each/Retry/0",
        "now: state 'Each' is tried again, at 2027-05-05T10:00:01.123Z (attempt 2)",
    ),
    Mutation(
        "error name",
        [("/States/Poor/Error", "Bad")],
        24,
        "ExecutionFailed",
        "/States/Poor/Error",
        'error: recorded "Poor", now "Bad"',
    ),
    Mutation(
        "cause",
        [("/States/Poor/Cause", "{% 'only ' & $total %}")],
        24,
        "ExecutionFailed",
        "/States/Poor/Cause",
        'cause: recorded "only 11 of 5222eafd-c769-4e1c-86a8-5588bfa2c4ff", now "only 11"',
    ),
    Mutation(
        "cause id",
        [("/States/Poor/Cause", "{% 'merely ' & $total & ' of ' & $id %}")],
        24,
        "ExecutionFailed",
        "/States/Poor/Cause",
        'cause: recorded "only 11 of 5222eafd-c769-4e1c-86a8-5588bfa2c4ff", now "merely 11 of 5222eafd-c769-4',
    ),
    Mutation(
        "inner retry",
        [
            (
                "/States/Each/ItemProcessor/States/Half",
                {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "End": True},
            )
        ],
        14,
        "PassStateEntered",
        "/States/Each/ItemProcessor/States/Half",
        "now: Task state 'Half' is entered",
    ),
]


def _first_line(done: Any) -> str:
    divergence = done.divergence
    return str(divergence.differences[0]) if divergence.differences else f"now: {divergence.now}"


def _check(definition: dict[str, Any], events: list[dict[str, Any]], mutation: Mutation) -> None:
    done = replayed(events, changed(definition, *mutation.changes))
    assert done.divergence is not None
    assert done.divergence.event is not None
    assert (done.divergence.event.id, done.divergence.event.type) == (mutation.event, mutation.type)
    assert done.divergence.pointer == mutation.pointer
    assert _first_line(done).startswith(mutation.words)


ORDER_HISTORY = history(ORDER, ORDER_INPUT, tasks=answers)
QUERY_HISTORY = history(QUERY, QUERY_INPUT, tasks=answers)


@pytest.mark.parametrize("mutation", [pytest.param(each, id=each.name) for each in OF_ORDER])
def test_a_change_is_caught(mutation: Mutation) -> None:
    _check(ORDER, ORDER_HISTORY, mutation)


@pytest.mark.parametrize("mutation", [pytest.param(each, id=each.name) for each in OF_QUERY])
def test_a_change_is_caught_where_values_are_made_up(mutation: Mutation) -> None:
    _check(QUERY, QUERY_HISTORY, mutation)


@pytest.mark.parametrize(
    ("definition", "events"), [(ORDER, ORDER_HISTORY), (QUERY, QUERY_HISTORY)], ids=["order", "query"]
)
def test_without_a_change_nothing_is_caught(definition: dict[str, Any], events: list[dict[str, Any]]) -> None:
    done = replayed(events, definition)
    assert said(done) == ""
    assert done.verified == len(events)
    assert done.execution.status == ("SUCCEEDED" if definition is ORDER else "FAILED")


def test_what_no_event_tells_is_not_caught() -> None:
    unvisited = changed(ORDER, ("/States/Broken", {"Type": "Pass", "Result": 1, "End": True}))
    longer = changed(ORDER, ("/States/Tell/Branches/1/States/Rest/Seconds", 500))
    assert said(replayed(ORDER_HISTORY, unvisited)) == ""
    assert said(replayed(ORDER_HISTORY, longer)) == "", "order decides, not times"


def test_a_name_that_was_learnt_may_be_any_but_one_that_is_given_is_compared() -> None:
    other = changed(QUERY, ("/States/Ask/Output/name", "{% $states.context.StateMachine.Name %}"))
    assert said(replayed(QUERY_HISTORY, other)) == ""
    arn = "arn:aws:states:eu-west-1:999999999999:execution:Orders:nightly-17"
    assert 'output.name: recorded "nightly-17", now "Orders"' in said(replayed(QUERY_HISTORY, other, execution_arn=arn))
    assert said(replayed(QUERY_HISTORY, QUERY, execution_arn=arn)) == ""
    assert said(replayed(QUERY_HISTORY, QUERY, name="nightly-17")) == ""
    assert 'output.name: recorded "nightly-17", now "other"' in said(replayed(QUERY_HISTORY, QUERY, name="other"))
