"""Which files belong together: a history, and the definition of the machine whose history it is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from asl import source
from asl.errors import InputError
from asl.machine import Machine, default_name, from_document
from asl.replay.recording import Recording

_DEFINITIONS: Final = (".definition.json", ".asl.json", ".asl.yaml", ".asl.yml", ".definition.yaml", ".definition.yml")
_HOW: Final = (
    "aws stepfunctions describe-state-machine-for-execution --execution-arn ARN --query definition --output text"
)


def machine_of(
    history: str, recording: Recording, definition: str | None, defines: Mapping[str, str] | None = None
) -> Machine:
    """The machine of the definition that is named; else of the one in the recording, else of the one in a file beside.

    `history` is the recording's file: beside `NAME.json`, the definition is in `NAME.definition.json` or
    `NAME.asl.json`. Raises InputError where there is none, DefinitionError for one that is not valid.
    """
    path = definition
    if path is None and recording.definition is None:
        path = _beside(history)
    if path is not None:
        name = "StateMachine" if path == "-" else default_name(path)
        document = source.read(path, defines)
        if isinstance(document.value, dict) and isinstance(document.value.get("events"), list):
            raise InputError(f"{path}: is a history; the second argument is the definition of its machine")
        return from_document(document, name, recording.type)
    found, place = recording.definition, f"{recording.name}#definition"
    if found is None:
        raise InputError(
            f"{recording.name}: the definition is not in the history; give it as the second argument. The one that the"
            f" execution had: {_HOW} > order.asl.json"
        )
    text = isinstance(found, str)
    document = source.read_text(found, place, defines=defines) if text else source.from_value(found, place, defines)
    return from_document(document, str(recording.described.get("name") or "StateMachine"), recording.type)


def look_at(definition: str, defines: Mapping[str, str]) -> None:
    """Raises InputError or DefinitionError for a file that has no definition that can be run."""
    from_document(source.read(definition, defines), "StateMachine")


def _beside(history: str) -> str | None:
    if history == "-":
        return None
    path = Path(history)
    stems = dict.fromkeys((path.name.removesuffix(".json"), path.name.split(".")[0]))
    found = (path.with_name(stem + ending) for stem in stems for ending in _DEFINITIONS)
    return next((str(each) for each in found if each != path and each.is_file()), None)


def histories(folder: str) -> list[str]:
    """The files in a folder and below that may be histories, in order. Raises InputError where there are none."""
    if not Path(folder).is_dir():
        raise InputError(f"--all takes a folder; '{folder}' is none")
    files = sorted(str(path) for path in Path(folder).rglob("*.json") if path.is_file())
    found = [file for file in files if not file.endswith(_DEFINITIONS)]
    if not found:
        raise InputError(f"--all: there is no history (*.json) in '{folder}' or below")
    return found
