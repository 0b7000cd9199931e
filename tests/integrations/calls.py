"""Calls as a host would make them, for tests of integrations."""

from dataclasses import replace
from typing import Any

from asl.integration import Answer, Call, Failure, Output
from asl.values import JSON

STATE_MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:orders"
EXECUTION = "arn:aws:states:us-east-1:123456789012:execution:orders:run-1"
AT = 1_767_225_600_123  # 2026-01-01T00:00:00.123Z


def call(resource: str, arguments: JSON, **changes: Any) -> Call:
    """The first attempt of a task."""
    first = Call(
        ref="1.1",
        resource=resource,
        arguments=arguments,
        pattern="request_response",
        state_name="Send",
        execution_arn=EXECUTION,
        state_machine_arn=STATE_MACHINE,
        at=AT,
        seed="seed/1.1",
    )
    return replace(first, **changes)


def output(answer: Answer) -> Any:
    assert isinstance(answer, Output), answer
    return answer.value


def failure(answer: Answer) -> tuple[str | None, str | None]:
    """The error's name and its cause."""
    assert isinstance(answer, Failure), answer
    return answer.error, answer.cause
