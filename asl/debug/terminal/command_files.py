"""Files of commands: their lines are done before those that somebody types."""

from __future__ import annotations

from collections import deque
from pathlib import Path
from typing import NamedTuple

from asl.errors import InputError


class CommandFile(NamedTuple):
    """The lines of a file of commands, and its name as it was given."""

    name: str
    lines: list[str]


def read_commands(file: str) -> CommandFile:
    """The file of that name. Raises InputError when it cannot be read."""
    try:
        return CommandFile(file, Path(file).read_text(encoding="utf-8").splitlines())
    except (OSError, ValueError) as error:
        raise InputError(f"{file} cannot be read: {getattr(error, 'strerror', None) or error}") from None


class WaitingLines:
    """Lines of files of commands that are still to be done, and the files that the line in hand comes from."""

    def __init__(self) -> None:
        self._lines: deque[tuple[str, tuple[CommandFile, ...]]] = deque()
        self._files: tuple[CommandFile, ...] = ()
        """Each of them is read by a line of the one before."""

    def __bool__(self) -> bool:
        return bool(self._lines)

    def add(self, file: CommandFile) -> None:
        """Has the lines of a file done before any others. Raises InputError for one that is being read already."""
        names = [each.name for each in self._files]
        paths = [Path(name).resolve() for name in names]
        if (path := Path(file.name).resolve()) in paths:
            between = "".join(f", by way of {name}" for name in names[paths.index(path) + 1 :])
            raise InputError(f"{file.name} is being read already: it cannot source itself{between}")
        files = (*self._files, file)
        self._lines.extendleft((line, files) for line in reversed(file.lines))

    def next(self) -> str:
        """Takes the next line in hand."""
        line, self._files = self._lines.popleft()
        return line

    def pass_over(self) -> None:
        """Told that the line in hand is of no file."""
        self._files = ()
