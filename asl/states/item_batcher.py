"""ItemBatcher: the items of a Map put together to batches, each the input of one iteration."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from asl.json_text import size
from asl.model import ItemBatcher, QueryLanguage
from asl.payload import Evaluator, Scope, jsonata_io, jsonpath_io
from asl.states.map_fields import most
from asl.values import ABSENT, JSON

Batching: TypeAlias = Callable[[Sequence[JSON], JSON, Scope], list[JSON]]
"""A function of the items, the effective input and the scope that gives the batches."""


def batching(batcher: ItemBatcher, language: QueryLanguage) -> Batching:
    """What the ItemBatcher of a Map does. Source: Developer Guide, "ItemBatcher (Map)"."""
    most_items = most("ItemBatcher/MaxItemsPerBatch", batcher.max_items, batcher.max_items_path)
    most_bytes = most("ItemBatcher/MaxInputBytesPerBatch", batcher.max_bytes, batcher.max_bytes_path)
    extra: Evaluator | None = None
    if batcher.batch_input is not ABSENT:
        is_jsonata = language == "JSONata"
        extra = (
            jsonata_io.template(batcher.batch_input, "ItemBatcher/BatchInput")
            if is_jsonata
            else jsonpath_io.template(batcher.batch_input)
        )

    def batches(items: Sequence[JSON], data: JSON, scope: Scope) -> list[JSON]:
        head: dict[str, JSON] = {} if extra is None else {"BatchInput": extra(data, scope)}
        limits = most_items(data, scope), most_bytes(data, scope)
        return [{**head, "Items": batch} for batch in _split(items, size({**head, "Items": []}), *limits)]

    return batches


def _split(items: Sequence[JSON], around: int, most_items: int | None, most_bytes: int | None) -> Iterator[list[JSON]]:
    """The items in batches; `around` is how many bytes a batch has without items. A batch has one item at least."""
    batch: list[JSON] = []
    length = around
    for item in items:
        added = size(item) + (1 if batch else 0)
        is_full = most_items is not None and len(batch) >= most_items
        if batch and (is_full or (most_bytes is not None and length + added > most_bytes)):
            yield batch
            batch, length, added = [], around, size(item)
        batch.append(item)
        length += added
    if batch:
        yield batch
