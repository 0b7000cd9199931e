"""Scripted sessions of the debugger, each in a folder of its own in `sessions`.

    commands.txt   calls such as `$ asl debug machine.asl.json`, each with the lines that are typed after it
    expected.txt   what is said, call by call, each with its exit code

`WRITE_TRANSCRIPTS=1 python -m pytest tests/debug/test_sessions.py` writes `expected.txt` anew, to be read before it is
kept.
"""

from __future__ import annotations

import io
import os
import shlex
import shutil
import sys
from collections.abc import Iterator
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from asl.cli import main

ROOT: Final = Path(__file__).parents[2]
SESSIONS: Final = Path(__file__).parent / "sessions"
NAMES: Final = sorted(path.parent.name for path in SESSIONS.glob("*/commands.txt"))
_CALL: Final = "$ asl "
_OF_SCREENS: Final = ("COLUMNS", "FORCE_COLOR", "NO_COLOR")


@dataclass(frozen=True, slots=True)
class Call:
    """A call of `asl` with its arguments, and the lines that are typed after it."""

    text: str
    lines: tuple[str, ...]

    @property
    def arguments(self) -> list[str]:
        return shlex.split(self.text)

    @property
    def typed(self) -> str:
        """The lines as they come from a pipe."""
        return "".join(f"{line}\n" for line in self.lines)


def calls(name: str) -> list[Call]:
    """The calls of a session."""
    found: list[tuple[str, list[str]]] = []
    for line in (SESSIONS / name / "commands.txt").read_text("utf-8").splitlines():
        if line.startswith(_CALL):
            found.append((line.removeprefix(_CALL), []))
        else:
            found[-1][1].append(line)
    return [Call(text, tuple(lines)) for text, lines in found]


def expected(name: str) -> str:
    """The transcript that a session is to have."""
    return (SESSIONS / name / "expected.txt").read_text("utf-8")


def expected_of(name: str) -> list[str]:
    """The same, call by call."""
    return [f"{_CALL}{each}" for each in f"\n{expected(name)}".split(f"\n{_CALL}")[1:]]


def in_copy(name: str, folder: Path) -> Path:
    """A folder, to which the files of a session are copied."""
    return Path(shutil.copytree(SESSIONS / name, folder))


def transcripts(name: str, folder: Path) -> list[str]:
    """What each call of a session says when its lines come from a pipe; `folder` becomes a copy of its files."""
    with chdir(in_copy(name, folder)), _own_modules(folder):
        return [transcript(call) for call in calls(name)]


def transcript(call: Call) -> str:
    """What a call says, in the current folder."""
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(said), _typed(call.typed):
        try:
            code = main.main(call.arguments, prog_name="asl")
        except SystemExit as ending:
            code = ending.code
    return f"{_CALL}{call.text}\n{said.getvalue()}[exit code {code}]\n"


@contextmanager
def _typed(text: str) -> Iterator[None]:
    """Has a text be standard input, and no screen be known."""
    screen = {name: os.environ.pop(name) for name in _OF_SCREENS if name in os.environ}
    before, sys.stdin = sys.stdin, io.StringIO(text)
    try:
        yield
    finally:
        sys.stdin = before
        os.environ.update(screen)


@contextmanager
def _own_modules(folder: Path) -> Iterator[None]:
    """Has modules of functions that are imported from a folder be forgotten."""
    path = [*sys.path]
    try:
        yield
    finally:
        sys.path[:] = path
        for name, module in [*sys.modules.items()]:
            if str(getattr(module, "__file__", None)).startswith(f"{folder}{os.sep}"):
                del sys.modules[name]
