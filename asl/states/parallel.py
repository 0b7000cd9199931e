"""Parallel: runs every branch on the same input; its result is the array of their outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl.json_text import size
from asl.limits import PAYLOAD_BYTES
from asl.model import Parallel
from asl.payload import dataflow
from asl.states.compiled import CompiledState, leave, stand_in
from asl.states.recovery import Recovery
from asl.values import JSON
from asl.wording import result_too_large

if TYPE_CHECKING:
    from asl.engine import Execution
    from asl.frame import Frame


class CompiledParallel:
    __slots__ = ("branches", "dataflow", "name", "next", "phases", "pointer", "recovery", "type")

    def __init__(self, state: Parallel) -> None:
        self.type = "Parallel"
        self.name = state.name
        self.pointer = state.pointer
        self.next: CompiledState | None = None
        self.branches: tuple[CompiledState, ...] = ()  # the first state of each
        self.dataflow = dataflow(state.io, result_name="result")
        self.recovery = Recovery(state.retry, state.catch, "ParallelStateExited", "ParallelStateFailed")
        self.phases = {
            "enter": self.enter,
            "attempt": self.attempt,
            "exit": self.exit,
            "error": self.recovery.handle,
        }

    def enter(self, execution: Execution, frame: Frame) -> None:
        execution.enter(frame, "ParallelStateEntered")
        frame.phase = "attempt"
        self.attempt(execution, frame)

    def attempt(self, execution: Execution, frame: Frame) -> None:
        branch_input = self.dataflow.take_in(frame.value, frame, execution.trace)
        if branch_input is not frame.value and size(branch_input) > PAYLOAD_BYTES:
            # unrecorded: as for a Task's Parameters
            execution.fail(frame, result_too_large(self.name, terminal=True))
            return
        started_id = execution.record(frame, "ParallelStateStarted")
        if execution.test is not None:
            stand_in(execution, frame, execution.test)
            return
        frame.phase = "branching"
        frame.results = [None] * len(self.branches)
        frame.children = {}
        execution.block(frame)
        for index, first in enumerate(self.branches):
            execution.spawn(frame, index, first, branch_input, started_id)

    def child_done(self, execution: Execution, frame: Frame, child: Frame, output: JSON) -> None:
        assert frame.results is not None, "a branching frame collects results"
        frame.results[child.index] = output
        if not frame.children:
            frame.previous_id = child.previous_id
            execution.join(frame)

    def child_failed(self, execution: Execution, frame: Frame, child: Frame) -> None:
        frame.previous_id = child.previous_id
        execution.abort_children(frame, failed=child)

    def exit(self, execution: Execution, frame: Frame) -> None:
        execution.record_aside(frame.previous_id, "ParallelStateSucceeded")
        results: JSON = frame.results
        if execution.trace is not None:
            results = execution.trace.after("result", results)
        leave(execution, frame, self.dataflow, results, "ParallelStateExited", self.next)
