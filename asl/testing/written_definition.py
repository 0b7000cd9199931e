"""How a written test names the definition that it runs: by its file, by a copy beside the test, or in the test."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final

from asl import source
from asl.errors import AslError, DefinitionError
from asl.machine import Machine, default_name
from asl.source import Document
from asl.source_text import pseudo_parameters
from asl.testing.written_values import python
from asl.values import JSON

_FEW: Final = 8  # lines of a definition that a test holds itself
_NO_FILE_NAME: Final = re.compile(r"[^\w-]+")


@dataclass(frozen=True, slots=True)
class WrittenDefinition:
    """The definition of a machine as a test has it.

    `file` is its file as seen from the test, None where it stands in the test. `define` fills its placeholders, `name`
    is that of the machine where the test gives it none. `copy` is the text of a file that is there for the test alone.
    """

    file: str | None
    define: dict[str, str]
    name: str
    copy: str | None = None


def written_definition(machine: Machine, folder: Path, *, of_pytest: bool) -> WrittenDefinition:
    """The definition as a test in that folder has it.

    The file that the machine was read from is named if it still holds the definition that ran. Otherwise a test for
    pytest has the definition in itself if it is short, and others name a copy beside them.
    """
    document = machine.document
    if is_in_its_file(document):
        file = Path(os.path.relpath(document.name, folder)).as_posix()
        return WrittenDefinition(file, _defines(document), default_name(document.name))
    if of_pytest and python(document.value).count("\n") < _FEW:
        return WrittenDefinition(None, {}, default_name({}))
    return _copy(machine, folder)


def is_in_its_file(document: Document) -> bool:
    """Whether the file that the document was read from holds the same definition now."""
    if document.format == "value" or not Path(document.name).is_file():
        return False
    try:
        return _is_same(source.read(document.name, document.filled), document)
    except AslError:
        return False


def is_whole(document: Document) -> bool:
    """Whether the text of a document is the definition's, and nothing else: that of a template has others beside it."""
    if document.format == "value":
        return False
    try:
        return _is_same(source.read_text(document.text, document.name, None, document.filled), document)
    except DefinitionError:
        return False


def _is_same(one: Document, other: Document) -> bool:
    same: JSON = one.value == other.value
    return bool(same)


def _defines(document: Document) -> dict[str, str]:
    """What filled placeholders, but for what always does."""
    usual = pseudo_parameters()
    return {key: value for key, value in document.filled.items() if usual.get(key) != value}


def _copy(machine: Machine, folder: Path) -> WrittenDefinition:
    """The definition in a file of the folder: a new one, or one that has the same text."""
    document = machine.document
    as_it_was = is_whole(document)
    text = document.text if as_it_was else json.dumps(document.value, indent=2, ensure_ascii=False) + "\n"
    ending = "asl.yaml" if as_it_was and document.format == "yaml" else "asl.json"
    path = next(each for each in _names(folder, machine.name, ending) if not each.exists() or _holds(each, text))
    return WrittenDefinition(path.name, _defines(document) if as_it_was else {}, default_name(path), text)


def _names(folder: Path, name: str, ending: str) -> Iterator[Path]:
    stem = _NO_FILE_NAME.sub("-", name)
    for number in count(1):
        yield folder / f"{stem}{'' if number == 1 else f'-{number}'}.{ending}"


def _holds(path: Path, text: str) -> bool:
    try:
        return path.read_text("utf-8") == text
    except (OSError, UnicodeDecodeError):
        return False
