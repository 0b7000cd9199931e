"""Map: runs its item processor once for each item; its result is the array of the outputs, in the items' order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from asl.json_text import size
from asl.limits import INLINE_MAP_CONCURRENCY, PAYLOAD_BYTES
from asl.model import Map
from asl.payload import dataflow
from asl.states import item_reader, map_fields
from asl.states.compiled import CompiledState, leave, stand_in
from asl.states.item_batcher import batching
from asl.states.recovery import Recovery
from asl.states.tolerance import tolerance
from asl.values import JSON
from asl.wording import EvaluationError, result_too_large

if TYPE_CHECKING:
    from asl.engine import Execution, StateTest
    from asl.frame import Frame


class CompiledMap:
    __slots__ = (
        "batches",
        "dataflow",
        "first",
        "item_selector",
        "items",
        "max_concurrency",
        "max_items",
        "name",
        "next",
        "phases",
        "pointer",
        "reader",
        "reader_arguments",
        "recovery",
        "tolerance",
        "type",
    )

    def __init__(self, state: Map) -> None:
        self.type = "Map"
        self.name = state.name
        self.pointer = state.pointer
        self.next: CompiledState | None = None
        self.first: CompiledState | None = None  # of the item processor
        self.items = map_fields.items(state)
        self.item_selector = map_fields.item_selector(state)
        self.max_concurrency = map_fields.max_concurrency(state)
        self.tolerance = tolerance(state)
        self.reader = state.item_reader
        self.reader_arguments = map_fields.reader_arguments(state)
        self.max_items = map_fields.max_items(state)
        self.batches = None if state.item_batcher is None else batching(state.item_batcher, state.io.language)
        self.dataflow = dataflow(state.io, result_name="result")
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
        if execution.test is not None:
            self._test(execution, frame, data, execution.test)
            return
        items = self._items(execution, frame, data)
        at_once = min(self.max_concurrency(data, frame) or INLINE_MAP_CONCURRENCY, INLINE_MAP_CONCURRENCY)
        started_id = execution.record(frame, "MapStateStarted", {"length": len(items)})
        keys = None if type(items) is list else list(items)
        frame.effective = {"data": data, "items": items if keys is None else list(items.values()), "keys": keys}
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

    def _start_next(self, execution: Execution, frame: Frame, previous_id: int) -> bool:
        """Starts the next iteration; False when its input cannot be made, which fails the Map."""
        index = frame.next_index
        frame.next_index = index + 1
        value = frame.effective["items"][index]
        keys = frame.effective["keys"]
        item = map_fields.item(index, value, None if keys is None else keys[index])
        if self.item_selector is not None:
            try:
                value = self._selected(frame, frame.effective["data"], item)
            except EvaluationError as failure:
                execution.abort_children(frame)
                execution.fail_evaluation(frame, failure)
                return False
            if execution.trace is not None:
                value = execution.trace.after("afterItemSelector", value, frame.id)
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

    def _items(self, execution: Execution, frame: Frame, data: JSON) -> Any:
        """The items: an array, or an object whose members are the items."""
        items = self.items(data, frame)
        if execution.trace is not None:
            items = execution.trace.after("afterItemsPath", items)
        return items

    def _selected(self, frame: Frame, data: JSON, item: dict[str, Any]) -> JSON:
        """The input of an item's iteration."""
        assert self.item_selector is not None, "asked for where there is one"
        around, frame.item = frame.item, item
        try:
            return self.item_selector(data, frame)
        finally:
            frame.item = around

    # -- tested alone ----------------------------------------------------------------------------------------------

    def _test(self, execution: Execution, frame: Frame, data: JSON, test: StateTest) -> None:
        """Makes the inputs of the iterations, and ends with what stands for their results."""
        trace = execution.trace
        assert trace is not None, "a test traces"
        inputs = self._inputs(execution, frame, data, test)
        trace.after("iterations", None if inputs is None else len(inputs))
        trace.after("maxConcurrency", self.max_concurrency(data, frame))
        tolerance = self.tolerance(data, frame)
        if tolerance.count is not None:
            trace.after("toleratedFailureCount", tolerance.count)
        if tolerance.percentage is not None:
            trace.after("toleratedFailurePercentage", tolerance.percentage)
        execution.record(frame, "MapStateStarted", {"length": len(inputs or ())})
        exceeded = None if inputs is None else tolerance.exceeded(test.failed, len(inputs))
        if exceeded is not None and test.error is None:
            execution.fail(frame, exceeded)
        else:
            stand_in(execution, frame, test)

    def _inputs(self, execution: Execution, frame: Frame, data: JSON, test: StateTest) -> Sequence[JSON] | None:
        """The inputs of all iterations; None where an ItemReader is said to read nothing that is known."""
        trace = execution.trace
        assert trace is not None, "a test traces"
        keys = None
        items: Sequence[JSON]
        if self.reader is None:
            items = self._items(execution, frame, data)
            if isinstance(items, dict):
                keys, items = list(items), list(items.values())
        else:
            self.reader_arguments(data, frame)
            most = self.max_items(data, frame)
            if test.read is None:
                return None
            found = item_reader.pointed(test.read, self.reader.config)
            if "ItemsPointer" in self.reader.config:
                trace.after("afterItemsPointer", found)
            items = item_reader.read(found, most)
        if self.item_selector is not None:
            items = [
                self._selected(frame, data, map_fields.item(index, value, None if keys is None else keys[index]))
                for index, value in enumerate(items)
            ]
            trace.after("afterItemSelector", items)
        if self.batches is not None:
            items = self.batches(items, data, frame)
            trace.after("afterItemBatcher", items)
        return items

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
        results: JSON = frame.results
        if execution.trace is not None:
            results = execution.trace.after("result", results)
        leave(execution, frame, self.dataflow, results, "MapStateExited", self.next)
