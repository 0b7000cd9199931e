"""ItemReader: the items in what a Distributed Map reads, by their format.

Source: Developer Guide, "ItemReader (Map)".
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence

from asl.values import JSON
from asl.wording import EvaluationError

_DELIMITERS = {"COMMA": ",", "PIPE": "|", "SEMICOLON": ";", "SPACE": " ", "TAB": "\t"}


def pointed(text: str, config: Mapping[str, JSON]) -> JSON:
    """What is in the text of a dataset, after ItemsPointer; `config` is the ReaderConfig."""
    match config.get("InputType"):
        case "CSV":
            return _rows(text, config)
        case "JSONL":
            return [_parsed(line) for line in text.split("\n") if line.strip()]
    value = _parsed(text)
    pointer = config.get("ItemsPointer")
    return value if pointer is None else _below(value, pointer)


def read(value: JSON, most: int | None) -> Sequence[JSON]:
    """The items of what `pointed` gave: the elements of an array, or the members of an object by their keys.

    With `most`, no more of them than that. Raises EvaluationError for what has no items.
    """
    if isinstance(value, dict):
        value = [{"Key": key, "Value": member} for key, member in value.items()]  # unrecorded
    if not isinstance(value, list):
        raise _failed("Attempting to map over non-iterable node.")
    return value[:most] if most else value


def _rows(text: str, config: Mapping[str, JSON]) -> list[JSON]:
    """The rows of a CSV file as objects of strings: short ones are filled up, what is too much is dropped."""
    delimiter = _DELIMITERS.get(str(config.get("CSVDelimiter", "COMMA")), ",")
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row]
    except csv.Error as problem:
        raise _failed(f"the data is not CSV: {problem}") from None
    headers = config.get("CSVHeaders")
    if config.get("CSVHeaderLocation") != "GIVEN" or not isinstance(headers, list):
        headers, rows = (rows[0], rows[1:]) if rows else ([], [])
    if len(set(headers)) < len(headers):
        raise _failed("CSV headers cannot contain duplicates.")
    return [dict(zip(headers, [*row, *[""] * len(headers)], strict=False)) for row in rows]


def _parsed(text: str) -> JSON:
    try:
        return json.loads(text, parse_constant=_refused)
    except ValueError as problem:
        raise _failed(f"the data is not JSON: {problem}") from None


def _refused(constant: str) -> JSON:
    raise ValueError(f"{constant} is not a number of JSON")


def _below(value: JSON, pointer: str) -> JSON:
    for token in pointer.split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and name in value:
            value = value[name]
        elif isinstance(value, list) and name.isdecimal() and int(name) < len(value):
            value = value[int(name)]
        else:
            raise _failed(f"the ItemsPointer {pointer} leads to nothing in the data")
    return value


def _failed(message: str) -> EvaluationError:
    # unrecorded: the causes, but for that of duplicate headers
    return EvaluationError(message, "States.ItemReaderFailed", terminal=False)
