"""What became of a case: passed, skipped, or where what happened is not what was expected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import TypeAlias

from asl.errors import AslError
from asl.findings import Location
from asl.hosts.run import Run
from asl.machine import Machine
from asl.testing.run_report import ending, hints, path, story


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that is not as expected: `lines` say what, the first one in short; `location` is who expected it."""

    lines: tuple[str, ...]
    location: Location | None = None

    def __str__(self) -> str:
        place = f"{self.location.file}:{self.location.line}: " if self.location else ""
        return place + "\n  ".join(self.lines)


@dataclass(frozen=True, slots=True)
class Performed:
    """What performing a case gave: the run, None if it could not be started, and what of it is not as expected."""

    run: Run | None
    failures: tuple[Failure, ...] = ()
    notes: tuple[str, ...] = ()
    """Warnings of the world in which it ran."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a case. `seconds` are of the wall clock; `run` is its execution, where it was started.

    `printed` is what its functions wrote to standard output, where somebody caught it.
    """

    case: Case
    run: Run | None
    failures: tuple[Failure, ...]
    notes: tuple[str, ...]
    seconds: float
    printed: str = ""

    @property
    def passed(self) -> bool:
        """Whether the case ran, and all was as expected."""
        return not self.failures and not self.skipped

    @property
    def skipped(self) -> str | None:
        """Why the case was not run, None if it was."""
        return self.case.skip

    @property
    def text(self) -> str:
        """All that is to be told of a failed case, without colours: what was expected and what happened instead."""
        lines = [str(failure) for failure in self.failures]
        run = self.run
        if run is not None:
            if not any(failure.lines[0].startswith("path:") for failure in self.failures):
                lines.append(f"path: {path(run)}")
            if (told := ending(run)) not in ("", "RUNNING"):
                lines.append(f"ended: {told}")
            lines += [f"hint: {hint}" for hint in hints(run)]
        return "\n".join([*lines, *(f"warning: {note}" for note in self.notes)])

    @property
    def story(self) -> str:
        """All that happened, a line for each step, with the data; empty if nothing did."""
        return "" if self.run is None else story(self.run, whole=True)


Perform: TypeAlias = Callable[[], Performed]


@dataclass(frozen=True, slots=True)
class Case:
    """One test case: its name, where it stands, why it is to be skipped (None: it is not)."""

    name: str
    location: Location
    perform: Perform = field(repr=False)
    skip: str | None = None

    def run(self) -> Outcome:
        """What becomes of the case, each time in a world of its own; nothing is run where it is to be skipped.

        An `AslError` (a task that nothing answers ...) is a failure of the case. Other exceptions are bugs.
        """
        started = perf_counter()
        try:
            performed = Performed(None) if self.skip is not None else self.perform()
        except AslError as error:
            performed = Performed(None, (Failure(tuple(str(error).splitlines()), self.location),))
        seconds = perf_counter() - started
        return Outcome(self, performed.run, performed.failures, performed.notes, seconds)


@dataclass(frozen=True, slots=True)
class Suite:
    """The cases of one file. `machines` are those that they are about, the one under test first."""

    path: Path
    cases: tuple[Case, ...]
    machines: tuple[Machine, ...]
