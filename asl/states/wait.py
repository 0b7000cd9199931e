"""Wait: asks for a timer, and goes on when it fires."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from asl import timestamps
from asl.json_text import shown
from asl.jsonpath import PathNotFound
from asl.limits import SECONDS, WAIT_SECONDS
from asl.model import Wait
from asl.payload import Evaluator, Scope, constant, dataflow, jsonata_io
from asl.payload.jsonpath_io import path
from asl.states.compiled import CompiledState, leave, unrecovered
from asl.values import JSON
from asl.wording import EvaluationError, not_a_timestamp

if TYPE_CHECKING:
    from asl.engine import Execution
    from asl.frame import Frame


class CompiledWait:
    __slots__ = ("dataflow", "due", "name", "next", "phases", "pointer", "type")

    def __init__(self, state: Wait) -> None:
        self.type = "Wait"
        self.name = state.name
        self.pointer = state.pointer
        self.next: CompiledState | None = None
        self.dataflow = dataflow(state.io)
        self.due = _due(state)
        self.phases = {"enter": self.enter, "exit": self.exit, "error": unrecovered}

    def enter(self, execution: Execution, frame: Frame) -> None:
        execution.enter(frame, "WaitStateEntered")
        frame.effective = self.dataflow.take_in(frame.value, frame, execution.trace)
        due = self.due(frame.effective, frame, execution.now)
        if due - execution.now > WAIT_SECONDS * 1000:
            raise EvaluationError("Wait state delay is too long.")
        frame.phase = "waiting"
        execution.block(frame)
        execution.start_timer(frame, execution.new_ref(frame), "wait", max(due, execution.now))

    def exit(self, execution: Execution, frame: Frame) -> None:
        leave(execution, frame, self.dataflow, frame.effective, "WaitStateExited", self.next)


def _due(state: Wait) -> Callable[[JSON, Scope, int], int]:
    """A function of the effective input, the scope and the present that gives the end of the wait; all times in ms."""
    if state.seconds is not None:
        seconds = state.seconds
        wait = (
            constant(seconds) if isinstance(seconds, int) else jsonata_io.whole_number(seconds, "Seconds", 0, SECONDS)
        )
        return lambda data, scope, now: now + wait(data, scope) * 1000
    if state.timestamp is not None and state.io.language == "JSONata":
        moment_of = jsonata_io.of_type(state.timestamp, "Timestamp", "string")
        return lambda data, scope, now: _moment(moment_of(data, scope))
    if state.timestamp is not None:
        end = timestamps.parse_ms(state.timestamp)
        assert end is not None, "refused by the parser"
        return lambda data, scope, now: end
    if state.seconds_path is not None:
        text = state.seconds_path
        referenced = _referenced("SecondsPath", text)
        return lambda data, scope, now: now + _seconds(text, referenced(data, scope)) * 1000
    assert state.timestamp_path is not None, "a Wait state has one of four times"
    text = state.timestamp_path
    moment = _referenced("TimestampPath", text)
    return lambda data, scope, now: _timestamp(text, moment(data, scope))


def _referenced(field: str, text: str) -> Evaluator:
    evaluate = path(text)

    def value(data: JSON, scope: Scope) -> JSON:
        try:
            return evaluate(data, scope)
        except PathNotFound:
            raise EvaluationError(f"The {field} parameter does not reference an input value: {text}") from None

    return value


def _seconds(text: str, value: JSON) -> int:
    if type(value) is not int:
        raise EvaluationError(f"The SecondsPath parameter cannot be parsed as a long value: {text} == {shown(value)}")
    if value < 0:
        raise EvaluationError(f"The SecondsPath parameter references a negative value: {text} == {value}")
    return value


def _timestamp(text: str, value: JSON) -> int:
    end = timestamps.parse_ms(value) if isinstance(value, str) else None
    if end is None:
        raise EvaluationError(
            "The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string:"
            f" {text} == {shown(value)}"
        )
    return end


def _moment(text: str) -> int:
    end = timestamps.parse_ms(text)
    if end is None:
        raise not_a_timestamp(text)
    return end
