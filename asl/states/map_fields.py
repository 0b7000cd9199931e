"""The fields of a Map as functions of its effective input: its items, where they are read, how many run at once."""

from __future__ import annotations

import re
from typing import Any

from asl.model import Map
from asl.payload import Evaluator, Scope, constant, jsonata_io, jsonpath_io
from asl.values import ABSENT, JSON
from asl.wording import EvaluationError, items_not_an_array, not_an_integer

_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,18}")


def item(index: int, value: JSON, key: str | None) -> dict[str, Any]:
    """`Map.Item` of the context object."""
    # unrecorded: the order of the fields of an item that has a key
    return {"Index": index, "Value": value} if key is None else {"Index": index, "Key": key, "Value": value}


def items(state: Map) -> Evaluator:
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
            # unrecorded: the text is recorded for TestState, with $$ as $
            shown = state.items_path[1:] if state.items_path.startswith("$$") else state.items_path
            raise EvaluationError(f'Reference path "{shown}" must point to array.')
        return value

    return items


def _whole_input(data: JSON, scope: Scope) -> JSON:
    if type(data) is not list:
        raise items_not_an_array(data)
    return data


def item_selector(state: Map) -> Evaluator | None:
    """What makes the input of an iteration; None where that is the item itself."""
    if state.item_selector is ABSENT:
        return None
    if state.io.language == "JSONata":
        return jsonata_io.template(state.item_selector, "ItemSelector")
    return jsonpath_io.template(state.item_selector)


def reader_arguments(state: Map) -> Evaluator:
    """What the ItemReader asks its service for; None where it says nothing."""
    if state.item_reader is None or state.item_reader.arguments is ABSENT:
        return constant(None)
    if state.io.language == "JSONata":
        return jsonata_io.template(state.item_reader.arguments, "ItemReader/Arguments")
    return jsonpath_io.template(state.item_reader.arguments)


def most(place: str, value: int | str | None, path: str | None) -> Evaluator:
    """How many there may be at the most: what a field holds, or its expression or path gives; None for no such field.

    `place` is the field with those that it stands in: "ItemBatcher/MaxItemsPerBatch".
    """
    if isinstance(value, str):
        return jsonata_io.whole_number(value, place, 1)
    if path is None:
        return constant(value)
    evaluate = jsonpath_io.field_path(path)

    def limit(data: JSON, scope: Scope) -> JSON:
        found = evaluate(data, scope)
        if type(found) is not int or found < 1:
            raise not_an_integer(f"{place.rpartition('/')[2]}Path", found, path)
        return found

    return limit


def max_items(state: Map) -> Evaluator:
    """How many items the ItemReader hands on; None and 0 are no limit."""
    reader = state.item_reader
    if reader is None:
        return constant(None)
    return most("ItemReader/ReaderConfig/MaxItems", reader.max_items, reader.max_items_path)


def max_concurrency(state: Map) -> Evaluator:
    """How many iterations may run at once; 0 is no limit."""
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
