"""What a project says once instead of on every command line: `asl.toml`, or the table `[tool.asl]` of `pyproject.toml`.

    aws = "embedded"
    region = "eu-west-1"
    resources = "tests/resources.json"
    [endpoint-url]
    sqs = "http://localhost:4566"
    [lambda]
    charge = "handlers:charge"
    [machine]
    Child = "child.asl.json"

Keys are the options of `asl run` without their dashes in front. Files are relative to the file that names them, and
modules of functions are looked for in its folder too.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from asl.errors import InputError
from asl.findings import did_you_mean

_TABLES: Final = ("lambda", "machine", "activity", "define", "endpoint-url")
_TEXTS: Final = ("aws", "region", "account", "role-arn", "resources", "seed", "start-time", "type", "endpoint-url")
_LISTS: Final = ("event-bus",)
_FILES: Final = ("resources",)
_CHOICES: Final = {"aws": ("off", "embedded", "real"), "type": ("STANDARD", "EXPRESS")}


@dataclass(frozen=True, slots=True)
class Config:
    """The settings by their names; `path` is the file that they come from, None when there is none."""

    values: Mapping[str, Any]
    path: Path | None = None

    def table(self, name: str) -> dict[str, str]:
        """A setting that maps names to texts; `{"*": text}` where it is one text."""
        value = self.values.get(name, {})
        return {"*": value} if isinstance(value, str) else dict(value)


def read(folder: str | Path = ".") -> Config:
    """The settings that hold in a folder: those of the nearest file, in it or above.

    Raises InputError for a file that cannot be read, and for what no option means.
    """
    start = Path(folder).resolve()
    for place in (start, *start.parents):
        own = place / "asl.toml"
        if own.is_file():
            return _checked(_load(own), own)
        project = place / "pyproject.toml"
        if project.is_file():
            tools = _load(project).get("tool")
            table = tools.get("asl") if isinstance(tools, dict) else None
            return Config({}) if table is None else _checked(table, project)
    return Config({})


def _load(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(f"{path}: error: not TOML: {error}") from None


def _checked(table: Any, path: Path) -> Config:
    if not isinstance(table, dict):
        raise InputError(f"{path}: [tool.asl] must be a table of settings")
    values: dict[str, Any] = {}
    for name, value in table.items():
        values[name] = _value(name, value, path)
    return Config(values, path)


def _value(name: str, value: Any, path: Path) -> Any:
    known = [*_TEXTS, *_TABLES, *_LISTS]
    if name not in known:
        hint = did_you_mean(name, known) or f"the settings are {', '.join(dict.fromkeys(known))}"
        raise InputError(f"{path}: there is no setting '{name}'; {hint}")
    if name in _TABLES and isinstance(value, dict) and all(isinstance(each, str) for each in value.values()):
        if name == "machine":
            return {key: str(path.parent / file) for key, file in value.items()}
        return value
    if name in _TEXTS and isinstance(value, str | int) and not isinstance(value, bool):
        return _text(name, str(value), path)
    if name in _LISTS and isinstance(value, list) and all(isinstance(each, str) for each in value):
        return value
    kinds = {"a text": _TEXTS, "a table of texts": _TABLES, "a list of texts": _LISTS}
    wanted = " or ".join(kind for kind, names in kinds.items() if name in names)
    raise InputError(f"{path}: the setting '{name}' must be {wanted}")


def _text(name: str, value: str, path: Path) -> str:
    choices = _CHOICES.get(name)
    if choices is not None and value not in choices:
        hint = did_you_mean(value, choices) or f"it is one of {', '.join(choices)}"
        raise InputError(f"{path}: the setting '{name}' cannot be '{value}'; {hint}")
    return str(path.parent / value) if name in _FILES else value
