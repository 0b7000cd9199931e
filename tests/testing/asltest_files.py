"""What tests of test files share: a folder with definitions, and what becomes of the cases of a file in it."""

from pathlib import Path
from textwrap import dedent

import pytest

from asl.testing import asltest

ORDER = """\
StartAt: Charge
States:
  Charge:
    Type: Task
    Resource: arn:aws:lambda:us-east-1:123456789012:function:charge
    Parameters: {card.$: $.card, amount: 8}
    TimeoutSeconds: 30
    Retry: [{ErrorEquals: [Busy], IntervalSeconds: 2, MaxAttempts: 3, BackoffRate: 2}]
    Catch: [{ErrorEquals: [Declined], ResultPath: $.failure, Next: Tell}]
    ResultPath: $.payment
    Next: Placed
  Tell:
    Type: Task
    Resource: arn:aws:states:::events:putEvents
    Parameters:
      Entries: [{Source: shop, DetailType: PaymentDeclined, Detail: {card.$: $.card}}]
    Next: Declined
  Declined: {Type: Fail, Error: Declined, Cause: '{"code": 51, "text": "the bank said no"}'}
  Placed: {Type: Pass, Result: placed, ResultPath: $.status, End: true}
"""

EACH = """\
StartAt: Each
States:
  Each:
    Type: Map
    ItemsPath: $.items
    ItemProcessor:
      StartAt: Work
      States:
        Work:
          Type: Task
          Resource: arn:aws:states:::lambda:invoke
          Parameters: {FunctionName: work, Payload: {name.$: $}}
          ResultSelector: {said.$: $.Payload}
          Retry: [{ErrorEquals: [Busy], IntervalSeconds: 1}]
          End: true
    End: true
"""

APPROVAL = """\
StartAt: Ask
States:
  Ask:
    Type: Task
    Resource: arn:aws:states:::sqs:sendMessage.waitForTaskToken
    Parameters: {QueueUrl: q, MessageBody: {token.$: $$.Task.Token}}
    TimeoutSeconds: 600
    HeartbeatSeconds: 60
    Catch: [{ErrorEquals: [States.HeartbeatTimeout], Next: Late}]
    End: true
  Late: {Type: Succeed}
"""


def fill(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder, made the current one, with the definitions above in it."""
    monkeypatch.chdir(folder)
    for name, text in (("order", ORDER), ("each", EACH), ("approval", APPROVAL)):
        (folder / f"{name}.asl.yaml").write_text(text)
    return folder


def read(text: str) -> asltest.Suite:
    Path("x.asltest.yaml").write_text(dedent(text))
    return asltest.read("x.asltest.yaml")


def outcome(text: str) -> asltest.Outcome:
    """What becomes of the only case of a file."""
    (case,) = read(text).cases
    return case.run()


def passes(text: str) -> asltest.Outcome:
    found = outcome(text)
    assert found.passed, found.text
    return found


def all_pass(suite: asltest.Suite) -> None:
    outcomes = [case.run() for case in suite.cases]
    assert [each.text for each in outcomes if not each.passed] == []
    assert outcomes
