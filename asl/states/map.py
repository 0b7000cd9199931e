"""Map: runs its item processor once for each item; its result is the array of the outputs, in the items' order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asl.json_text import size
from asl.limits import INLINE_MAP_CONCURRENCY, PAYLOAD_BYTES
from asl.model import Map
from asl.payload import Dataflow, Stage, field_path, template
from asl.states.compiled import CompiledState, leave
from asl.states.recovery import Recovery
from asl.values import ABSENT, JSON
from asl.wording import EvaluationError, not_an_integer, result_too_large

if TYPE_CHECKING:
    from asl.engine import Execution
    from asl.frame import Frame


class CompiledMap:
    __slots__ = (
        "dataflow",
        "first",
        "item_selector",
        "items",
        "max_concurrency",
        "name",
        "next",
        "phases",
        "pointer",
        "recovery",
        "state",
        "type",
    )

    def __init__(self, state: Map) -> None:
        self.type = "Map"
        self.name = state.name
        self.pointer = state.pointer
        self.next: CompiledState | None = None
        self.first: CompiledState | None = None  # of the item processor
        self.state = state
        self.items = field_path(state.items_path)
        self.item_selector = None if state.item_selector is ABSENT else template(state.item_selector)
        path = state.max_concurrency_path
        self.max_concurrency = field_path(path) if path is not None else None
        self.dataflow = Dataflow(
            state.input_path,
            result_selector=state.result_selector,
            result_path=state.result_path,
            output_path=state.output_path,
        )
        self.recovery = Recovery(state.retry, state.catch, "MapStateExited", "MapStateFailed")
        self.phases = {
            "enter": self.enter,
            "attempt": self.attempt,
            "exit": self.exit,
            "error": self.recovery.handle,
        }

    def enter(self, execution: Execution, frame: Frame) -> None:
        execution.enter(frame, "MapStateEntered")
        frame.phase = "attempt"
        self.attempt(execution, frame)

    def attempt(self, execution: Execution, frame: Frame) -> None:
        data = self.dataflow.take_in(frame.value, frame, execution.trace)
        items = self.items(data, frame)
        if execution.trace is not None:
            execution.trace.append(("afterItemsPath", items))
        if type(items) is not list:
            # unrecorded: the text is recorded for TestState, which gives it without our opening
            raise EvaluationError(f'Reference path "{self.state.items_path}" must point to array.')
        at_once = self._concurrency(data, frame)
        started_id = execution.record(frame, "MapStateStarted", {"length": len(items)})
        frame.effective = {"data": data, "items": items}
        frame.results = [None] * len(items)
        frame.children = {}
        frame.next_index = 0
        execution.block(frame)
        frame.phase = "branching"
        if not items:
            execution.join(frame)
            return
        for _ in range(min(at_once, len(items))):
            if not self._start_next(execution, frame, started_id):
                return

    def _concurrency(self, data: JSON, frame: Frame) -> int:
        limit: Any = self.state.max_concurrency
        if self.max_concurrency is not None:
            limit = self.max_concurrency(data, frame)
            path = self.state.max_concurrency_path
            if type(limit) is not int:
                raise not_an_integer("MaxConcurrencyPath", limit, str(path))
            if limit < 0:
                # differs-from-aws: there, such an execution is recorded as never going on after ExecutionStarted
                raise EvaluationError(f"The MaxConcurrencyPath field refers to a negative value: {path} == {limit}")
        return min(limit or INLINE_MAP_CONCURRENCY, INLINE_MAP_CONCURRENCY)

    def _start_next(self, execution: Execution, frame: Frame, previous_id: int) -> bool:
        """Starts the next iteration; False when its input cannot be made, which fails the Map."""
        index = frame.next_index
        frame.next_index = index + 1
        items = frame.effective["items"]
        item = {"Index": index, "Value": items[index]}
        value = items[index]
        if self.item_selector is not None:
            around, frame.item = frame.item, item
            try:
                value = self.item_selector(frame.effective["data"], frame)
            except EvaluationError as failure:
                execution.abort_children(frame)
                execution.fail_evaluation(frame, failure)
                return False
            finally:
                frame.item = around
            if execution.trace is not None:
                execution.trace.append(Stage(frame.id, "afterItemSelector", value))
            if size(value) > PAYLOAD_BYTES:
                # unrecorded: as for a Task's Parameters
                execution.abort_children(frame)
                execution.fail(frame, result_too_large(self.name, terminal=True))
                return False
        started_id = execution.record_aside(previous_id, "MapIterationStarted", {"name": self.name, "index": index})
        assert self.first is not None, "linked"
        child = execution.spawn(frame, index, self.first, value, started_id)
        child.item = item
        return True

    def child_done(self, execution: Execution, frame: Frame, child: Frame, output: JSON) -> None:
        assert frame.results is not None, "a branching frame collects results"
        frame.results[child.index] = output
        succeeded_id = execution.record_aside(
            child.previous_id, "MapIterationSucceeded", {"name": self.name, "index": child.index}
        )
        if frame.next_index < len(frame.results):
            self._start_next(execution, frame, child.previous_id)
        elif not frame.children:
            frame.previous_id = succeeded_id
            execution.join(frame)

    def child_failed(self, execution: Execution, frame: Frame, child: Frame) -> None:
        frame.previous_id = child.previous_id
        execution.abort_children(frame, failed=child)

    def exit(self, execution: Execution, frame: Frame) -> None:
        execution.record_aside(frame.previous_id, "MapStateSucceeded")
        output = self.dataflow.give_out(frame.value, frame.results, frame, execution.trace)
        leave(execution, frame, "MapStateExited", output, self.next)
