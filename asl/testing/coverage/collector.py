"""Gathers what every execution of a session takes.

It costs a set's `add` for each state and transition: all runs of a definition share one set, and everything else is
worked out when a report is asked for.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import astuple, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from weakref import WeakKeyDictionary

from asl.errors import InputError
from asl.hosts.watchers import watchers

if TYPE_CHECKING:
    from asl.hosts.run import Run
    from asl.machine import Machine
    from asl.testing.coverage.items import Item

_FORMAT: Final = 1

Key: TypeAlias = tuple[str, str]
"""A definition's file, or the name of one without a file, and a hash that tells its versions apart."""


@dataclass(slots=True)
class Covered:
    """A definition, and what the executions of it took.

    `file` is its absolute path, None for one that was not read from a file; `taken` holds JSON pointers as
    `Execution.taken` has them. A file that is loaded many times, with other defines or as another type, is one.
    """

    name: str
    file: str | None
    source: Machine | tuple[Item, ...]
    """What the items come from."""
    taken: set[str] = field(default_factory=set)

    @property
    def items(self) -> tuple[Item, ...]:
        """What there is to cover."""
        if not isinstance(self.source, tuple):
            from asl.testing.coverage.items import items

            self.source = items(self.source.document)
        return self.source

    @property
    def counted(self) -> tuple[int, int]:
        """How many items are covered, and how many there are. What is a transition and a rule too is counted once."""
        return sum(item.pointer in self.taken for item in self.items), len(self.items)

    @property
    def one_line(self) -> bool:
        """Whether the whole definition stands in one line of its file, so that lines tell nothing."""
        return self.file is not None and len({item.line for item in self.items}) < 2


class Collector:
    """What the executions of a session cover, from `start()` to `stop()`; also a context manager.

    Definitions in the folder for temporary files are left out of reports (they are written by tests, for one of them),
    unless the working folder is in it too.
    """

    def __init__(self) -> None:
        self._definitions: dict[Key, Covered] = {}
        self._of: WeakKeyDictionary[Machine, Covered] = WeakKeyDictionary()

    def __enter__(self) -> Collector:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Collects from every execution that starts from now on, in any world of this process."""
        if self._watch not in watchers:
            watchers.append(self._watch)

    def stop(self) -> None:
        """Collects from no further execution."""
        if self._watch in watchers:
            watchers.remove(self._watch)

    def _watch(self, run: Run) -> None:
        found = self._of.get(run.machine) or self.add(run.machine)
        run.execution.taken = found.taken

    def add(self, machine: Machine) -> Covered:
        """The entry of a machine; adding one makes it count although no execution of it ever starts."""
        found = self._of.get(machine)
        if found is None:
            key, file = _key(machine)
            found = self._of[machine] = self._definitions.setdefault(key, Covered(machine.name, file, machine))
        return found

    @property
    def definitions(self) -> list[Covered]:
        """The definitions that reports are about: by file, then those without a file by name."""
        temporary = _temporary_folder()
        kept = [each for each in self._definitions.values() if not (temporary and _is_in(each.file, temporary))]
        return sorted(kept, key=lambda each: (each.file is None, each.file or each.name))

    @property
    def percent(self) -> float:
        """How much of all items of all definitions is covered, from 0 to 100; 100 when there is nothing to cover."""
        counts = [each.counted for each in self.definitions]
        total = sum(count for _, count in counts)
        return 100.0 * sum(covered for covered, _ in counts) / total if total else 100.0

    # -- from process to process -------------------------------------------------------------------------------------

    def to_json(self) -> dict[str, Any]:
        """All that was collected, as plain JSON for `merge` of another process."""
        definitions = [
            {
                "file": each.file,
                "name": each.name,
                "version": version,
                "items": [astuple(item) for item in each.items],
                "taken": sorted(each.taken),
            }
            for (_, version), each in self._definitions.items()
        ]
        return {"format": _FORMAT, "definitions": definitions}

    def merge(self, data: Mapping[str, Any]) -> None:
        """Adds what the `to_json` of another collector gave. Raises `InputError` for what is not that."""
        if data.get("format") != _FORMAT:
            raise InputError("these are not coverage data of this version of aslkit")
        from asl.testing.coverage.items import Item

        for each in data["definitions"]:
            key = (each["file"] or each["name"], each["version"])
            if key not in self._definitions:
                source = tuple(Item(*values) for values in each["items"])
                self._definitions[key] = Covered(each["name"], each["file"], source)
            self._definitions[key].taken |= set(each["taken"])

    # -- reports -----------------------------------------------------------------------------------------------------

    def report(self, width: int = 80) -> str:
        """The report by name, as plain text of lines that are at most `width` columns wide where that can be."""
        from asl.testing.coverage.report import text

        return text(self.definitions, width)

    def report_json(self) -> dict[str, Any]:
        """The report by name as plain JSON: counts, percentages, and what is not covered, for each definition."""
        from asl.testing.coverage.report import as_json

        return as_json(self.definitions)

    def write_to_coverage_py(self, pytest_config: Any = None) -> bool:
        """Adds the lines of the definitions to what the coverage.py that measures this process reports, if one does.

        Tells whether it did. They are added to its data if its configuration has the plugin; else, with pytest's
        configuration, to the reports that pytest-cov makes, whose data stay as they are. Call it when the tests have
        run, before coverage.py stops.
        """
        from asl.testing.coverage.measured import write

        return write(self.definitions, pytest_config)


def _key(machine: Machine) -> tuple[Key, str | None]:
    """What a machine is known by, and the absolute path of its file, if it has one."""
    document = machine.document
    if not document.text or not os.path.isfile(document.name):
        return (machine.name, machine.program.hash), None
    # The pointers too: placeholders may be in the names of states. And the place: a template may hold several.
    start = document.locate("")
    place = "" if start is None else f"{start.line}:{start.column}"
    text = "\n".join((document.text, place, *machine.program.states))
    file = os.path.abspath(document.name)
    return (file, hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()), file


def _temporary_folder() -> str | None:
    """The folder for temporary files; None when the working folder is in it."""
    import tempfile

    folder = os.path.realpath(tempfile.gettempdir())
    return None if _is_in(os.getcwd(), folder) else folder


def _is_in(file: str | None, folder: str) -> bool:
    return file is not None and Path(os.path.realpath(file)).is_relative_to(folder)
