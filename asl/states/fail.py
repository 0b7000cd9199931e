"""Fail: ends its machine, branch or iteration with an error of the author's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl.json_text import shown
from asl.model import Fail
from asl.payload import Evaluator, constant, jsonata_io, jsonpath_io
from asl.states.compiled import CompiledState, unrecovered
from asl.values import JSON
from asl.wording import limited

if TYPE_CHECKING:
    from asl.engine import Execution
    from asl.frame import Frame


class CompiledFail:
    __slots__ = ("cause", "error", "name", "next", "phases", "pointer", "type")

    def __init__(self, state: Fail) -> None:
        self.type = "Fail"
        self.name = state.name
        self.pointer = state.pointer
        self.next: CompiledState | None = None
        self.error = _part(state, "Error", state.error, state.error_path)
        self.cause = _part(state, "Cause", state.cause, state.cause_path)
        self.phases = {"enter": self.enter, "error": unrecovered}

    def enter(self, execution: Execution, frame: Frame) -> None:
        execution.enter(frame, "FailStateEntered")
        error, cause = self.error(frame.value, frame), self.cause(frame.value, frame)
        execution.fail(frame, limited(_text(error), _text(cause)))


def _part(state: Fail, field: str, literal: str | None, path: str | None) -> Evaluator:
    if path is not None:
        return jsonpath_io.expression(path, f"{field}Path")
    if state.io.language == "JSONata" and literal is not None:
        return jsonata_io.of_type(literal, field, "string")
    return constant(literal)


def _text(value: JSON) -> str | None:
    # unrecorded: a path that leads to something other than a string is shown as its JSON text
    return None if value is None else shown(value)
