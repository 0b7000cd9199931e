"""Pass: hands on its input, or `Result`, or what `Parameters` or `Output` makes of the input."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl.model import Pass
from asl.payload import dataflow
from asl.states.compiled import CompiledState, leave, unrecovered
from asl.values import ABSENT

if TYPE_CHECKING:
    from asl.engine import Execution
    from asl.frame import Frame


class CompiledPass:
    __slots__ = ("dataflow", "name", "next", "phases", "pointer", "result", "type")

    def __init__(self, state: Pass) -> None:
        self.type = "Pass"
        self.name = state.name
        self.pointer = state.pointer
        self.next: CompiledState | None = None
        self.result = state.result
        self.dataflow = dataflow(state.io)
        self.phases = {"enter": self.enter, "exit": self.exit, "error": unrecovered}

    def enter(self, execution: Execution, frame: Frame) -> None:
        raw = frame.value
        execution.enter(frame, "PassStateEntered")
        dataflow = self.dataflow
        if dataflow.plain_in and execution.trace is None:
            taken = raw
        else:
            taken = dataflow.take_in(raw, frame, execution.trace)
        frame.effective = taken if self.result is ABSENT else self.result
        if execution.trace is not None and self.result is not ABSENT:
            frame.effective = execution.trace.after("result", self.result)
        frame.phase = "exit"

    def exit(self, execution: Execution, frame: Frame) -> None:
        leave(execution, frame, self.dataflow, frame.effective, "PassStateExited", self.next)
