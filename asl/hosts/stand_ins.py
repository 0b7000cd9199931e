"""What is in the stand-ins of services that run in this process: at the start of a world, and later.

The stand-ins belong to the integrations; here is only how a world hands them a document, and asks for one.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

from asl import source
from asl.errors import DefinitionError, InputError
from asl.findings import render
from asl.hosts.answers import Answers
from asl.values import JSON

Resources: TypeAlias = "Mapping[str, JSON] | str | Path"
"""A document of what there is, or the JSON or YAML file that has it."""


def options(resources: Resources | None) -> dict[str, Any]:
    """The options for integrations that say what is there at the start; files are named from the document's folder.

    Raises InputError for a file that cannot be read or is not well-formed.
    """
    if resources is None:
        return {}
    if isinstance(resources, Mapping):
        return {"resources": dict(resources)}
    try:
        document = source.read(resources).value
    except DefinitionError as error:
        raise InputError("\n".join(render(each) for each in error.findings)) from None
    except InputError as error:
        raise InputError(f"the resources cannot be read: {error}") from None
    return {"resources": document, "resources_folder": str(Path(resources).parent)}


def open_at(answers: Answers, now: int, resources: Resources | None) -> None:
    """Stores what is to be there at the start. Raises InputError, which names the file; HostError without stand-ins."""
    try:
        _stand_ins(answers).open(now)
    except InputError as error:
        raise InputError(f"{resources}: {error}" if isinstance(resources, str | Path) else str(error)) from error


def stored(answers: Answers) -> dict[str, JSON]:
    """What is there now, as a document that a world can start with."""
    document: dict[str, JSON] = _stand_ins(answers).dump()
    return document


def _stand_ins(answers: Answers) -> Any:
    clients = (getattr(each, "clients", None) for each in answers.all_integrations())
    return next(each.embedded for each in clients if each is not None)
