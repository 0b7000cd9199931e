"""Answers that were cut off in a recording, given by mocks: the rest of it can be replayed then."""

from __future__ import annotations

from asl.effects import CallTask
from asl.engine import Execution
from asl.hosts.answers import Mocks
from asl.integration import Call, Output
from asl.values import ABSENT, JSON


def filled(effect: CallTask, execution: Execution, mocks: Mocks) -> JSON:
    """The output that mocks have for a task; ABSENT where they have none."""
    info = execution.info
    frame = execution.frames.get(effect.ref.partition("#")[0])
    call = Call(
        ref=effect.ref,
        resource=effect.resource,
        arguments=effect.arguments,
        pattern=effect.pattern,
        state_name=effect.state_name,
        execution_arn=info.arn,
        state_machine_arn=info.state_machine_arn,
        at=execution.now,
        seed=f"{info.seed}/{effect.ref}",
        attempt=effect.attempt,
        token=effect.token,
        credentials=effect.credentials,
        timeout_seconds=effect.timeout_seconds,
        heartbeat_seconds=effect.heartbeat_seconds,
        region=info.region,
        account=info.account,
        item=None if frame is None else frame.map_item(),
    )
    answer = mocks.answer(call)
    return answer.value if isinstance(answer, Output) else ABSENT
