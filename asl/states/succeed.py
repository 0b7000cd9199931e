"""Succeed: ends its machine, branch or iteration with success."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl.model import Succeed
from asl.payload import dataflow
from asl.states.compiled import CompiledState, leave, unrecovered

if TYPE_CHECKING:
    from asl.engine import Execution
    from asl.frame import Frame


class CompiledSucceed:
    __slots__ = ("dataflow", "name", "next", "phases", "pointer", "type")

    def __init__(self, state: Succeed) -> None:
        self.type = "Succeed"
        self.name = state.name
        self.pointer = state.pointer
        self.next: CompiledState | None = None
        self.dataflow = dataflow(state.io)
        self.phases = {"enter": self.enter, "exit": self.exit, "error": unrecovered}

    def enter(self, execution: Execution, frame: Frame) -> None:
        execution.enter(frame, "SucceedStateEntered")
        frame.effective = self.dataflow.take_in(frame.value, frame, execution.trace)
        frame.phase = "exit"

    def exit(self, execution: Execution, frame: Frame) -> None:
        leave(execution, frame, self.dataflow, frame.effective, "SucceedStateExited", None)
