"""Reads the fields of a Map that are for Mode DISTRIBUTED: where items come from, batches, tolerated failures."""

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
from asl.parse.report import Node, member, text
from asl.values import ABSENT


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
    text(config, "ItemsPointer")
    exclusive(config, "MaxItems", "MaxItemsPath")
    return ItemReader(
        resource, arguments, config.value, whole_number(config, "MaxItems", 0), optional_path(config, "MaxItemsPath")
    )


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
