"""Wait: asks for a timer, and goes on when it fires."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl import timestamps
from asl.json_text import dumps
from asl.jsonpath import PathNotFound
from asl.limits import WAIT_SECONDS
from asl.model import Wait
from asl.payload import Dataflow, path
from asl.states.compiled import CompiledState, leave
from asl.values import JSON
from asl.wording import EvaluationError

if TYPE_CHECKING:
    from asl.engine import Execution
    from asl.frame import Frame


class CompiledWait:
    __slots__ = ("dataflow", "name", "next", "phases", "pointer", "state", "type")

    def __init__(self, state: Wait) -> None:
        self.type = "Wait"
        self.name = state.name
        self.pointer = state.pointer
        self.next: CompiledState | None = None
        self.state = state
        self.dataflow = Dataflow(state.input_path, output_path=state.output_path)
        self.phases = {"enter": self.enter, "exit": self.exit}

    def enter(self, execution: Execution, frame: Frame) -> None:
        execution.enter(frame, "WaitStateEntered")
        frame.effective = self.dataflow.take_in(frame.value, frame, execution.trace)
        due = self.due(frame.effective, frame, execution.now)
        if due - execution.now > WAIT_SECONDS * 1000:
            raise EvaluationError("Wait state delay is too long.")
        frame.phase = "waiting"
        execution.block(frame)
        execution.start_timer(frame, execution.new_ref(frame), "wait", max(due, execution.now))

    def due(self, data: JSON, frame: Frame, now: int) -> int:
        """When the wait ends, in milliseconds since the epoch."""
        state = self.state
        if state.seconds is not None:
            return now + state.seconds * 1000
        if state.timestamp is not None:
            due = timestamps.parse_ms(state.timestamp)
            assert due is not None, "refused by the parser"
            return due
        if state.seconds_path is not None:
            return now + _seconds(state.seconds_path, _referenced("SecondsPath", state.seconds_path, data, frame)) * 1000
        assert state.timestamp_path is not None, "a Wait state has one of four times"
        value = _referenced("TimestampPath", state.timestamp_path, data, frame)
        due = timestamps.parse_ms(value) if isinstance(value, str) else None
        if due is None:
            raise EvaluationError(
                "The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format"
                f" string: {state.timestamp_path} == {_shown(value)}"
            )
        return due

    def exit(self, execution: Execution, frame: Frame) -> None:
        output = self.dataflow.give_out(frame.value, frame.effective, frame, execution.trace)
        leave(execution, frame, "WaitStateExited", output, self.next)


def _referenced(field: str, text: str, data: JSON, frame: Frame) -> JSON:
    try:
        return path(text)(data, frame)
    except PathNotFound:
        raise EvaluationError(f"The {field} parameter does not reference an input value: {text}") from None


def _seconds(text: str, value: JSON) -> int:
    if type(value) is not int:
        raise EvaluationError(
            f"The SecondsPath parameter cannot be parsed as a long value: {text} == {_shown(value)}"
        )
    if value < 0:
        raise EvaluationError(f"The SecondsPath parameter references a negative value: {text} == {value}")
    return value


def _shown(value: JSON) -> str:
    return value if isinstance(value, str) else dumps(value)
