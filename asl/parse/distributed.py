"""Reads the fields of a Map that are for Mode DISTRIBUTED: where items come from, batches, tolerated failures."""

from typing import Final

from asl.model import ItemBatcher, ItemReader
from asl.parse import expressions, paths
from asl.parse.expressions import any_number, whole_number
from asl.parse.fields import (
    ITEM_BATCHER_FIELDS,
    ITEM_READER_FIELDS,
    READER_CONFIG_FIELDS,
    check_fields,
    exclusive,
    require,
)
from asl.parse.io import optional_path, template
from asl.parse.report import Node, kind_of, member, one_of, report, text, wrong_type
from asl.source_text import below
from asl.values import ABSENT

_READER_CONFIG: Final = {
    "InputType": ("CSV", "JSON", "JSONL", "MANIFEST", "PARQUET"),
    "CSVDelimiter": ("COMMA", "PIPE", "SEMICOLON", "SPACE", "TAB"),
    "CSVHeaderLocation": ("FIRST_ROW", "GIVEN"),
}
"""The values that fields of a ReaderConfig may have."""


def item_reader(node: Node) -> ItemReader | None:
    """The ItemReader of a Map, None where it has none."""
    reader = member(node, "ItemReader", "an ItemReader")
    if reader is None:
        return None
    check_fields(reader, ITEM_READER_FIELDS)
    require(reader, "Resource")
    if reader.language == "JSONata":
        arguments = expressions.template(reader, "Arguments")
    else:
        arguments = paths.template(reader, "Parameters")
    config = member(reader, "ReaderConfig", "a ReaderConfig")
    resource = text(reader, "Resource") or ""
    if config is None:
        return ItemReader(resource, arguments)
    check_fields(config, READER_CONFIG_FIELDS)
    for name, allowed in _READER_CONFIG.items():
        one_of(config, name, allowed)
    _headers(config)
    text(config, "ItemsPointer")
    exclusive(config, "MaxItems", "MaxItemsPath")
    return ItemReader(
        resource, arguments, config.value, whole_number(config, "MaxItems", 0), optional_path(config, "MaxItemsPath")
    )


def _headers(config: Node) -> None:
    headers = config.value.get("CSVHeaders", [])
    if not isinstance(headers, list):
        wrong_type(config, "CSVHeaders", "an array")
        return
    for number, header in enumerate(headers):
        if not isinstance(header, str):
            place = below(below(config.pointer, "CSVHeaders"), number)
            report(config.report, "wrong-type", place, f"a header must be a string, not {kind_of(header)}")


def item_batcher(node: Node) -> ItemBatcher | None:
    """The ItemBatcher of a Map, None where it has none."""
    batcher = member(node, "ItemBatcher", "an ItemBatcher")
    if batcher is None:
        return None
    check_fields(batcher, ITEM_BATCHER_FIELDS)
    for name in ("MaxItemsPerBatch", "MaxInputBytesPerBatch"):
        exclusive(batcher, name, f"{name}Path")
    return ItemBatcher(
        whole_number(batcher, "MaxItemsPerBatch", 1),
        optional_path(batcher, "MaxItemsPerBatchPath"),
        whole_number(batcher, "MaxInputBytesPerBatch", 1),
        optional_path(batcher, "MaxInputBytesPerBatchPath"),
        template(batcher, "BatchInput") if "BatchInput" in batcher.value else ABSENT,
    )


def tolerated_failures(node: Node) -> tuple[int | str | None, float | str | None]:
    """ToleratedFailureCount and ToleratedFailurePercentage. An inline Map may have them: AWS ignores them there."""
    for name in ("ToleratedFailureCount", "ToleratedFailurePercentage"):
        exclusive(node, name, f"{name}Path")
    count = whole_number(node, "ToleratedFailureCount", 0)
    return count, any_number(node, "ToleratedFailurePercentage", 0, 100)
