"""A terminal with somebody who types: `asl` runs in it, and all that it has ever shown can be read."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

pexpect: Any = pytest.importorskip("pexpect", reason="pexpect types into the terminal")
pyte: Any = pytest.importorskip("pyte", reason="pyte knows what a terminal shows")

COLUMNS: Final = 120
LINES: Final = 40
PROMPTS: Final = ("(asl)", "  ...")
"""Of a command, and of a line in which it goes on."""
PATIENCE: Final = 20.0  # seconds
_ROOT: Final = Path(__file__).parents[2]


class _Screen(pyte.Screen):  # type: ignore[misc]
    """A screen that keeps the lines that have gone off its top."""

    def __init__(self) -> None:
        super().__init__(COLUMNS, LINES)
        self.above: list[str] = []

    def index(self) -> None:
        if self.cursor.y == LINES - 1:
            self.above.append(self.row(0))
        super().index()

    def row(self, number: int) -> str:
        line = self.buffer[number]
        return "".join(line[column].data for column in range(max(line, default=-1) + 1)).rstrip()


class Terminal:
    """`asl` with these arguments in a terminal of 120 columns and 40 lines. Use it as a context manager."""

    def __init__(self, arguments: list[str], folder: Path, **variables: str) -> None:
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join([str(_ROOT), str(_ROOT / "integrations")]),
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "TERM": "xterm-256color",
            "PROMPT_TOOLKIT_NO_CPR": "1",
            "XDG_STATE_HOME": str(folder / "state"),
        }
        environment["PYTHONPATH"] = os.pathsep.join(
            filter(None, [variables.pop("PYTHONPATH", ""), environment["PYTHONPATH"]])
        )
        self._child = pexpect.spawn(
            sys.executable, ["-m", "asl", *arguments], dimensions=(LINES, COLUMNS), cwd=str(folder),
            env={**environment, **variables},
        )  # fmt: skip
        self._child.delaybeforesend = None
        self._screen = _Screen()
        self._screen.write_process_input = self._child.send  # says where the cursor is, if asked
        self._stream = pyte.ByteStream(self._screen)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        self._child.close(force=True)

    @property
    def rows(self) -> list[str]:
        """All lines from the start, those that have gone off the top too, without blanks at their ends."""
        rows = [*self._screen.above, *(self._screen.row(number) for number in range(LINES))]
        while rows and not rows[-1]:
            rows.pop()
        return rows

    @property
    def text(self) -> str:
        return "\n".join(self.rows)

    @property
    def typed(self) -> str:
        """The line behind the prompt, as far as it is typed."""
        return self._screen.row(self._screen.cursor.y)[len(PROMPTS[0]) :].strip()

    def prompts(self) -> int:
        """How many lines begin with a prompt, the last one of them empty, with the cursor on it; 0 without that."""
        cursor = self._screen.cursor
        if cursor.x != len(PROMPTS[0]) + 1 or self._screen.row(cursor.y) not in PROMPTS:
            return 0
        return sum(row.startswith(PROMPTS) for row in self.rows)

    def type(self, keys: str) -> None:
        self._child.send(keys)

    def wait(self, until: Callable[[], object], wanted: str) -> None:
        """Waits until something is so; fails with what is on the screen when it does not come."""
        end = time.monotonic() + PATIENCE
        while not until():
            assert time.monotonic() < end, f"{wanted} does not come:\n{self.text}"
            try:
                self._stream.feed(self._child.read_nonblocking(65536, timeout=PATIENCE))
            except pexpect.EOF:
                assert until(), f"it ended before {wanted}:\n{self.text}"
            except pexpect.TIMEOUT:
                pass

    def wait_for(self, text: str) -> None:
        """Waits until a text is on the screen."""
        self.wait(lambda: text in self.text, repr(text))

    def wait_for_prompt(self, number: int) -> None:
        """Waits for the prompt of that number, counted from 1."""
        self.wait(lambda: self.prompts() == number, f"prompt {number}")

    def ended(self) -> int:
        """The exit code, once it has ended."""
        while True:
            try:
                self._stream.feed(self._child.read_nonblocking(65536, timeout=PATIENCE))
            except pexpect.EOF:
                break
        self._child.close()
        return int(self._child.exitstatus)
