"""Answers of Step Functions that are made in this process: how long they would have been on the wire."""

import pytest

import asl

CHILD = {"StartAt": "S", "States": {"S": {"Type": "Pass", "End": True}}}
PARENT = {
    "StartAt": "Start",
    "States": {
        "Start": {
            "Type": "Task",
            "Resource": "arn:aws:states:::states:startExecution",
            "Parameters": {"StateMachineArn": f"arn:aws:states:us-east-1:111111111111:stateMachine:{'c' * 49}",
                           "Name": "TestStartTarget"},
            "End": True,
        }
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("start", "length"),
    [
        ("2026-01-01T00:00:00.123Z", 161),  # recorded for names as long as these
        ("2026-01-01T00:00:00.120Z", 160),
        ("2026-01-01T00:00:00Z", 156),
    ],
)
def test_lengths_are_those_of_times_in_seconds(start: str, length: int) -> None:
    machines = {"c" * 49: CHILD}
    run = asl.load(PARENT, name="parent").run(machines=machines, start=start, account="111111111111")
    assert run.output["SdkHttpMetadata"]["HttpHeaders"]["Content-Length"] == str(length)
