"""What is kept of a debugger's session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from asl import source
from asl.debug.moves import Move
from asl.debug.stepper import Answered, Asked
from asl.limits import WorkflowType
from asl.machine import Machine, from_document
from asl.source import Document
from asl.values import JSON


@dataclass(frozen=True, slots=True)
class SavedMachine:
    """A state machine of a session: its file, and what stood in it. `type` is None for one that is only a document."""

    name: str
    type: WorkflowType | None
    file: Path | None
    text: str | None
    value: JSON
    define: Mapping[str, str]

    def document(self, define: Mapping[str, str] | None = None) -> Document:
        """What stands in the file now, or where there is none, what stood in it; `define` goes over what filled it."""
        if self.text is None:
            return source.from_value(self.value, self.name)
        values = {**self.define, **(define or {})}
        if self.file is not None and self.file.is_file():
            return source.read(self.file, values)
        return source.read_text(self.text, str(self.file or "<session>"), None, values)

    def machine(self) -> Machine:
        """The machine of `document`. Raises DefinitionError."""
        return from_document(self.document(), self.name, self.type or "STANDARD")


@dataclass(frozen=True, slots=True)
class SavedLine:
    """A line of a session: the moves that led along it, and at which stop the debugger stood.

    `given` are answers by hand, `changes` what else was done by hand, in words.
    """

    name: str
    moves: list[Move]
    given: dict[Asked, Answered]
    position: int
    changes: list[str]


@dataclass(frozen=True, slots=True)
class SavedBreakpoint:
    """A breakpoint, or a watch. The fields are those of `asl.debug.breakpoint.Stopper`."""

    kind: str
    number: int
    text: str
    condition: str | None
    temporary: bool
    enabled: bool
    ignored: int


@dataclass(frozen=True, slots=True)
class SavedSession:
    """What is in a session's file.

    `of_world` and `of_start` are options of `asl.World` and `World.start`, `machines` another one of the former;
    `named_again` are those that the file lacks, as the command line has them. `line` is the name of the present line,
    `displays` are the expressions that a terminal shows at each stop, by number.
    """

    path: Path
    machine: SavedMachine
    machines: Mapping[str, SavedMachine]
    of_world: Mapping[str, Any]
    of_start: Mapping[str, Any]
    answers: list[tuple[Asked, Answered]]
    lines: list[SavedLine]
    line: str
    breakpoints: list[SavedBreakpoint]
    displays: dict[int, str]
    named_again: list[str]
