"""What exploring does not reach, and what nothing can."""

from typing import Any

import pytest

import asl
from asl.testing import find_problems
from asl.testing.exploration.services import services_of
from asl.testing.exploration.unreached import tasks_behind, unreached

INVOKE = "arn:aws:states:::lambda:invoke"
PUT = "arn:aws:states:::aws-sdk:dynamodb:putItem"


def invoke(name: str, **fields: Any) -> dict[str, Any]:
    end = {} if "Next" in fields else {"End": True}
    return {"Type": "Task", "Resource": INVOKE, "Parameters": {"FunctionName": name}, **end, **fields}


def missed(start: str, **states: Any) -> dict[str, str]:
    """What was not reached, and why it cannot be."""
    report = find_problems({"StartAt": start, "States": states}, max_examples=150)
    return {str(each.item): each.why for each in unreached(report)}


DONE = {"Type": "Succeed"}


def test_all_is_reached() -> None:
    retry = [{"ErrorEquals": ["Busy"]}, {"ErrorEquals": ["Never"], "MaxAttempts": 0}]
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "Done"}]
    assert missed("A", A=invoke("a", Retry=retry, Catch=catch), Done=DONE) == {}


def test_a_state_that_nothing_leads_to() -> None:
    states = {"A": invoke("a"), "Lost": invoke("lost", Next="Too"), "Too": {"Type": "Pass", "End": True}}
    assert missed("A", **states) == {
        "Lost": "no transition leads there",
        "Too": "only Lost: Next → Too leads there, which cannot be taken",
    }


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        (["States.ALL"], ["Busy"], "those before it match all that it names"),
        (["Busy"], ["Busy"], "those before it match all that it names"),
        (["States.TaskFailed"], ["Busy"], "those before it match all that it names"),
        (["Busy"], ["States.BranchFailed"], "nothing here can fail with States.BranchFailed"),
        (["Busy"], ["States.HeartbeatTimeout"], None),
        (["States.TaskFailed"], ["States.Timeout"], None),
        (["Busy"], ["Late", "Busy"], None),
    ],
)
def test_catchers_behind_others(first: list[str], second: list[str], why: str | None) -> None:
    """The second rule is a retrier here: a catcher of States.ALL must be the last."""
    retry = [{"ErrorEquals": first, "MaxAttempts": 2}, {"ErrorEquals": second}]
    if first == ["States.ALL"]:
        retry = [{"ErrorEquals": ["States.ALL"]}]
    catch = [{"ErrorEquals": each, "Next": "Done"} for each in (first, second) if each != ["States.ALL"]]
    found = missed("A", A=invoke("a", Retry=retry, Catch=catch), Done=DONE)
    reasons = {reason for item, reason in found.items() if str(second[0]) in item and reason}
    expected = {why} if why is not None and first != ["States.ALL"] else set()
    assert reasons == expected


@pytest.mark.parametrize(
    ("resource", "error", "possible"),
    [
        (PUT, "DynamoDb.ConditionalCheckFailedException", True),
        (PUT, "DynamoDB.ConditionalCheckFailedException", False),
        (PUT, "ConditionalCheckFailedException", False),
        ("arn:aws:states:::dynamodb:putItem", "DynamoDB.ConditionalCheckFailedException", True),
        ("arn:aws:states:::dynamodb:putItem", "DynamoDb.ConditionalCheckFailedException", False),
        (INVOKE, "AnythingAtAll", True),
        (INVOKE, "Lambda.TooManyRequestsException", True),
        (f"{PUT}.waitForTaskToken", "Rejected", True),
        ("arn:aws:states:::sqs:sendMessage", "Rejected", False),
        ("arn:aws:states:::http:invoke", "States.Http.StatusCode.404", True),
        ("arn:aws:states:us-east-1:123456789012:activity:work", "Broken", True),
        (INVOKE, "States.DataLimitExceeded", True),
        (PUT, "States.Timeout", False),
    ],
)  # fmt: skip
def test_errors_that_a_service_can_raise(resource: str, error: str, possible: bool) -> None:
    state = {"Type": "Task", "Resource": resource, "End": True, "Parameters": {"TableName": "t", "Item": {}}}
    machine = asl.load({"StartAt": "A", "States": {"A": state}})
    assert services_of(machine)["/States/A"].can_fail_with(error) is possible


def test_an_error_that_is_spelled_for_the_other_integration() -> None:
    put = {"Type": "Task", "Resource": PUT, "Parameters": {"TableName": "t", "Item": {}}, "End": True}
    catch = [{"ErrorEquals": ["DynamoDB.ConditionalCheckFailedException"], "Next": "There"}]
    found = missed("Put", Put={**put, "Catch": catch}, There=DONE)
    assert found["Put: Catch[0] (DynamoDB.ConditionalCheckFailedException) → There"].startswith("nothing here can fail")
    assert found["There"].startswith("only Put: Catch[0]")


def test_rules_that_repeat_another() -> None:
    rule = {"Variable": "$.kind", "StringEquals": "a", "Next": "Done"}
    choice = {"Type": "Choice", "Choices": [rule, {**rule, "Next": "Else"}], "Default": "Done"}
    found = missed("Kind", Kind=choice, Done=DONE, Else=DONE)
    assert found["Kind: Choices[1] → Else"] == "its condition is that of Choices[0]"


def test_errors_of_states_inside_others() -> None:
    inside = {"StartAt": "I", "States": {"I": invoke("i", Catch=[{"ErrorEquals": ["Own"], "Next": "F"}]), "F": {}}}
    inside["States"]["F"] = {"Type": "Fail", "Error": "Mine"}  # type: ignore[index]
    catch = [{"ErrorEquals": [each], "Next": "Done"} for each in ("Mine", "States.ItemReaderFailed", "CustomError")]
    each = {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": inside, "Catch": catch, "End": True}
    assert missed("Each", Each=each, Done=DONE) == {"Each: Catch[1] (States.ItemReaderFailed) → Done": ""}


def test_what_was_not_reached_but_could_be() -> None:
    choice = {"Type": "Choice", "Choices": [{"Variable": "$.a", "NumericEqualsPath": "$.b", "Next": "Same"}]}
    states = {"Kind": {**choice, "Default": "Done"}, "Same": invoke("same"), "Done": DONE}
    report = find_problems({"StartAt": "Kind", "States": states}, faults=False, max_examples=1)
    assert [each.item.name for each in unreached(report) if each.item.kind == "state"] == ["Done"]
    assert all(each.why == "" for each in unreached(report))


def test_tasks_behind() -> None:
    branch = {"StartAt": "C", "States": {"C": invoke("c")}}
    states = {
        "A": invoke("a", Next="B"),
        "B": {"Type": "Parallel", "Branches": [branch], "Next": "D"},
        "D": invoke("d"),
    }
    machine = asl.load({"StartAt": "A", "States": states})
    assert tasks_behind(machine, "/States/B") == ["C", "D"]
    assert tasks_behind(machine, "/States/B/Branches/0/States/C") == ["C", "D"]
    assert tasks_behind(machine, "/States/D") == ["D"]
