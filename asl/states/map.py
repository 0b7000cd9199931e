"""Map: runs its item processor once for each item; its result is the array of the outputs, in the items' order."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from asl.json_text import size
from asl.limits import INLINE_MAP_CONCURRENCY, PAYLOAD_BYTES
from asl.model import Map
from asl.payload import Evaluator, Scope, Stage, constant, dataflow, jsonata_io, jsonpath_io
from asl.states.compiled import CompiledState, leave
from asl.states.recovery import Recovery
from asl.values import ABSENT, JSON
from asl.wording import EvaluationError, items_not_an_array, not_an_integer, result_too_large

if TYPE_CHECKING:
    from asl.engine import Execution
    from asl.frame import Frame


_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,18}")


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
        "type",
    )

    def __init__(self, state: Map) -> None:
        self.type = "Map"
        self.name = state.name
        self.pointer = state.pointer
        self.next: CompiledState | None = None
        self.first: CompiledState | None = None  # of the item processor
        self.items = _items(state)
        self.item_selector = _item_selector(state)
        self.max_concurrency = _max_concurrency(state)
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
        items = self.items(data, frame)
        if execution.trace is not None:
            execution.trace.append(("afterItemsPath", items))
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
        # unrecorded: the order of the fields of an item that has a key
        item = (
            {"Index": index, "Value": value} if keys is None else {"Index": index, "Key": keys[index], "Value": value}
        )
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
        leave(execution, frame, self.dataflow, frame.results, "MapStateExited", self.next)


def _items(state: Map) -> Evaluator:
    """The items: an array, or in JSONata an object, whose members are the items."""
    if state.io.language == "JSONata":
        if state.items is ABSENT:
            return _whole_input
        # Recordings of 2024 refuse an object; the guide has allowed it since September 2025.
        return jsonata_io.of_type(state.items, "Items", "array", "object")
    evaluate = jsonpath_io.field_path(state.items_path)

    def items(data: JSON, scope: Scope) -> JSON:
        value = evaluate(data, scope)
        if type(value) is not list:
            # unrecorded: the text is recorded for TestState, which gives it without our opening
            raise EvaluationError(f'Reference path "{state.items_path}" must point to array.')
        return value

    return items


def _whole_input(data: JSON, scope: Scope) -> JSON:
    if type(data) is not list:
        raise items_not_an_array(data)
    return data


def _item_selector(state: Map) -> Evaluator | None:
    if state.item_selector is ABSENT:
        return None
    if state.io.language == "JSONata":
        return jsonata_io.template(state.item_selector, "ItemSelector")
    return jsonpath_io.template(state.item_selector)


def _max_concurrency(state: Map) -> Evaluator:
    path = state.max_concurrency_path
    if isinstance(state.max_concurrency, str):
        return jsonata_io.whole_number(state.max_concurrency, "MaxConcurrency", 0)
    if path is None:
        return constant(state.max_concurrency)
    evaluate = jsonpath_io.field_path(path)

    def limit(data: JSON, scope: Scope) -> JSON:
        value = evaluate(data, scope)
        if isinstance(value, str) and _WHOLE_NUMBER.fullmatch(value):
            value = int(value)  # recorded: a text that is a number will do
        if type(value) is not int:
            raise not_an_integer("MaxConcurrencyPath", value, path)
        if value < 0:
            # differs-from-aws: there, such an execution is recorded as never going on after ExecutionStarted
            raise EvaluationError(f"The MaxConcurrencyPath field refers to a negative value: {path} == {value}")
        return value

    return limit
