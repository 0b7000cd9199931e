"""What coverage.py asks about a definition's file when it makes a report."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from coverage.exceptions import NoSource
from coverage.plugin import CoveragePlugin, FileReporter
from coverage.types import TArc, TConfigurable, TLineNo, TSourceTokenLines

from asl import source
from asl.errors import AslError
from asl.source import Document
from asl.source_text import placeholders
from asl.testing.coverage.items import Item, items
from asl.testing.coverage.lines import Branch, branches, branches_run, innermost
from asl.testing.coverage.tokens import token_lines

if TYPE_CHECKING:
    from coverage.plugin import CodeRegion


class Definitions(CoveragePlugin):
    """The plugin: it makes the reports of the files whose data `asl.testing.coverage.measured` writes."""

    def configure(self, config: TConfigurable) -> None:
        """Changes nothing of coverage.py's configuration."""

    def file_reporter(self, filename: str) -> FileReporter:
        return DefinitionReporter(filename)


class DefinitionReporter(FileReporter):
    """One definition. Raises `NoSource` for a file that is gone, or is no definition any more."""

    @cached_property
    def document(self) -> Document:
        return read(self.filename)

    @cached_property
    def items(self) -> tuple[Item, ...]:
        return items(self.document)

    @cached_property
    def branches(self) -> dict[TArc, Branch]:
        return branches(self.items)

    def source(self) -> str:
        return self.document.text

    def source_token_lines(self) -> TSourceTokenLines:
        return token_lines(self.source(), self.document.format)

    def lines(self) -> set[TLineNo]:
        return {item.line for item in self.items}

    def arcs(self) -> set[TArc]:
        return set(self.branches)

    def translate_arcs(self, arcs: Iterable[TArc]) -> set[TArc]:
        return branches_run(self.items, arcs)

    def exit_counts(self) -> dict[TLineNo, int]:
        return Counter(start for start, _ in self.branches)

    def missing_arc_description(self, start: TLineNo, end: TLineNo, executed_arcs: Iterable[TArc] | None = None) -> str:
        return self.branches[start, end].missed()

    def arc_description(self, start: TLineNo, end: TLineNo) -> str:
        # Commas end the field of an lcov record that this is for.
        return str(self.branches[start, end]).replace(",", " or")

    def multiline_map(self) -> dict[TLineNo, TLineNo]:
        """For the HTML report: the line that gives each other line its colour."""
        own = self.lines()
        return {line: item.line for line, item in innermost(self.items).items() if line not in own}

    def code_regions(self) -> list[CodeRegion]:
        """The states: the HTML report has a page on them, as on the functions of Python files."""
        from coverage.plugin import CodeRegion

        of_state = {item.pointer: item for item in self.items if item.kind == "state"}
        lines: defaultdict[str, set[int]] = defaultdict(set)
        for line, item in innermost(of_state.values()).items():
            lines[item.pointer].add(line)
        return [CodeRegion("state", of_state[pointer].name, min(each), each) for pointer, each in lines.items()]

    def code_region_kinds(self) -> Iterable[tuple[str, str]]:
        return [("state", "states")]


def read(filename: str) -> Document:
    """The document in a file, its placeholders filled with anything where it cannot be read otherwise."""
    try:
        try:
            return source.read(filename)
        except AslError:
            with open(filename, encoding="utf-8") as file:
                names = placeholders(file.read())
            return source.read(filename, dict.fromkeys(names, "0"))
    except (AslError, OSError, ValueError) as error:
        raise NoSource(f"No source for the state machine definition: {error}") from None
