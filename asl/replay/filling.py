"""Answers that were cut off in a recording, given by mocks: the rest of it can be replayed then."""

from __future__ import annotations

from asl.effects import CallTask
from asl.engine import Execution
from asl.hosts.answers import Mocks
from asl.hosts.attempts import call_of
from asl.integration import Output
from asl.values import ABSENT, JSON


def filled(effect: CallTask, execution: Execution, mocks: Mocks) -> JSON:
    """The output that mocks have for a task; ABSENT where they have none."""
    answer = mocks.answer(call_of(effect, execution, execution.now))
    return answer.value if isinstance(answer, Output) else ABSENT
