"""Reads a definition from a file, a text or a Python value, and finds the places of its parts.

JSON is read by the standard library and YAML by PyYAML; places are worked out only when one is asked for.
"""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, TypeAlias

from asl.errors import DefinitionError, InputError
from asl.findings import Finding, Location
from asl.source_text import (
    Locator,
    location,
    placeholders,
    placeholders_of,
    pointer_tokens,
    pseudo_parameters,
    substitute,
)
from asl.values import JSON

Format: TypeAlias = Literal["json", "yaml", "value"]

_SUFFIXES: Final[dict[str, Format]] = {".json": "json", ".asl": "json", ".yaml": "yaml", ".yml": "yaml"}


@dataclass(frozen=True, slots=True)
class Document:
    """A definition as plain JSON in `value`, with what is needed to find the places of its parts.

    `text` is the file as written, before placeholders were filled: places are those that the author sees.
    `placeholders` are the names that the document had, whether they were filled or not; `filled` are those that were,
    with their values.
    """

    value: JSON
    name: str
    text: str
    format: Format
    placeholders: tuple[str, ...] = ()
    _locator: Locator = field(default=lambda pointer: None, repr=False, compare=False)
    filled: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)

    def at(self, pointer: str) -> JSON:
        """The value at a JSON pointer. Raises LookupError or ValueError for a pointer to nothing."""
        value = self.value
        for token in pointer_tokens(pointer):
            value = value[int(token)] if isinstance(value, list) else value[token]
        return value

    def locate(self, pointer: str, key: bool = False, offset: int | None = None) -> Location | None:
        """The place of the value at a JSON pointer; None for a document without text, or a pointer to nothing.

        With `key`, the place of the key that leads to the value. With `offset`, the place of that character of a
        string value, counted from 0.
        """
        place = self._locator(pointer)
        if place is None:
            return None
        if key and place.key_start is not None and place.key_end is not None:
            return location(self.name, self.text, place.key_start, place.key_end)
        if offset is not None:
            start = place.at(offset)
            return location(self.name, self.text, start, start + 1)
        return location(self.name, self.text, place.start, place.end)

    def lines(self, pointer: str) -> tuple[int, int] | None:
        """The first and the last line of the value at a JSON pointer and of the key that leads to it, counted from 1.

        None where `locate` gives None.
        """
        place = self._locator(pointer)
        if place is None:
            return None
        start = place.start if place.key_start is None else place.key_start
        first = self.text.count("\n", 0, start) + 1
        return first, first + self.text[start : place.end].rstrip().count("\n")

    def written(self, pointer: str) -> str | None:
        """The text of the value at a JSON pointer, as it is written; None where `locate` gives None."""
        place = self._locator(pointer)
        return None if place is None else self.text[place.start : place.end].rstrip()


def read(path: str | Path, defines: Mapping[str, str] | None = None) -> Document:
    """The document in a file; "-" reads standard input. See `read_text` for the rest.

    The format goes by the ending (.asl.json .json .asl.yaml .asl.yml .yaml .yml), otherwise by the look of the text.
    Raises InputError when the file cannot be read, DefinitionError when it is not UTF-8 or not well-formed.
    """
    name = "<stdin>" if str(path) == "-" else str(path)
    try:
        octets = sys.stdin.buffer.read() if str(path) == "-" else Path(path).read_bytes()
    except FileNotFoundError:
        raise InputError(f"{name}: no such file") from None
    except IsADirectoryError:
        raise InputError(f"{name}: is a directory, not a definition") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{name}: cannot be read: {reason}") from None
    try:
        text = octets.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DefinitionError([_not_utf8(name, octets, error.start)]) from None
    return read_text(text, name, None if name == "<stdin>" else _SUFFIXES.get(Path(path).suffix.lower()), defines)


def read_text(
    text: str, name: str = "<definition>", format: Format | None = None, defines: Mapping[str, str] | None = None
) -> Document:
    """The document in a text, with `${Name}` replaced by the define of that name, everywhere.

    Inside a string the value is put in as text; outside (`"TimeoutSeconds": ${T}`) as it is. Names that neither
    `defines` nor `pseudo_parameters` has stay. Raises DefinitionError for text that is not well-formed, for duplicate
    keys, and for what JSON cannot hold.
    """
    defines = {**pseudo_parameters(), **(defines or {})}
    if not text.strip("\ufeff \t\r\n"):
        nothing = Finding("empty-file", "the file is empty", location=location(name, text, 0, 0))
        raise DefinitionError([nothing])
    names = placeholders(text)
    # Imported here so that reading JSON does not load PyYAML, which takes longer than all the rest.
    value: JSON
    if (format or _looks_like(text)) == "json":
        from asl import source_json

        value, locator = source_json.read(text, name, defines)
        return Document(value, name, text, "json", names, locator, _of(defines, names))
    from asl import source_yaml

    value, locator = source_yaml.read(text, name, defines)
    return Document(value, name, text, "yaml", names, locator, _of(defines, names))


def from_value(value: JSON, name: str = "<definition>", defines: Mapping[str, str] | None = None) -> Document:
    """The document for a Python value: findings about it carry pointers, but no positions.

    Raises DefinitionError for a value that is nested too deeply, or within itself.
    """
    try:
        names = tuple(dict.fromkeys(placeholders_of(value)))
        values = {**pseudo_parameters(), **(defines or {})}
        filled = _substituted(value, values) if names else value
        return Document(filled, name, "", "value", names, filled=_of(values, names))
    except RecursionError:
        raise DefinitionError([Finding("too-deep", "the definition is nested too deeply")]) from None


def _of(defines: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    return {name: defines[name] for name in names if name in defines}


def _looks_like(text: str) -> Format:
    return "json" if text.lstrip("\ufeff \t\r\n")[:1] in ("{", "[") else "yaml"


def _substituted(value: JSON, defines: Mapping[str, str]) -> JSON:
    match value:
        case str():
            return substitute(value, defines)
        case dict():
            return {substitute(key, defines): _substituted(member, defines) for key, member in value.items()}
        case list():
            return [_substituted(member, defines) for member in value]
    return value


def _not_utf8(name: str, octets: bytes, start: int) -> Finding:
    if octets[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return Finding(
            "encoding",
            "the file is UTF-16, not UTF-8",
            hint="save it as UTF-8",
            location=Location(name, 1, 1),
        )
    before = octets[:start].decode("utf-8")
    place = location(name, before, len(before), len(before))
    return Finding(
        "encoding",
        f"the file is not UTF-8: byte 0x{octets[start]:02x} cannot stand here",
        hint="save it as UTF-8",
        location=Location(name, place.line, place.column),
    )
