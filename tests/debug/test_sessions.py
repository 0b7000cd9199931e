"""Whole sessions of the debugger, from the commands in a file to all that is said."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from asl.debug.terminal.commands import Command, Commands
from asl.debug.terminal.shell import GROUPS
from asl.errors import InputError
from tests.debug.transcripts import (
    NAMES,
    ROOT,
    SESSIONS,
    Call,
    calls,
    expected,
    expected_of,
    in_copy,
    transcript,
    transcripts,
)

COMMANDS = Commands(GROUPS)
PROMPT = "(asl) "
WRITES = bool(os.environ.get("WRITE_TRANSCRIPTS"))


@pytest.mark.parametrize("name", NAMES)
def test_session(name: str, tmp_path: Path) -> None:
    text = "\n".join(transcripts(name, tmp_path / name))
    if WRITES:
        (SESSIONS / name / "expected.txt").write_text(text, "utf-8")
    assert text == expected(name)


@pytest.mark.parametrize("name", ["kept", "approval"])
def test_session_of_a_process(name: str, tmp_path: Path) -> None:
    """A shell that has `asl` read a pipe is told the same."""
    folder = in_copy(name, tmp_path / name)
    for call, text in zip(calls(name), expected_of(name), strict=True):
        assert said_by_process(call, folder) == text.rstrip()


def said_by_process(call: Call, folder: Path) -> str:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "integrations")]),
        "PYTHONUTF8": "1",
    }
    done = subprocess.run(
        [sys.executable, "-m", "asl", *call.arguments],
        input=call.typed, cwd=folder, env=environment, text=True, encoding="utf-8",
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
    )  # fmt: skip
    return f"$ asl {call.text}\n{done.stdout}[exit code {done.returncode}]"


def test_a_test_that_a_session_has_written_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    transcripts("by-hand", tmp_path / "by-hand")
    monkeypatch.chdir(tmp_path / "by-hand")
    said = transcript(Call("test journey.asltest.yaml", ()))
    assert "✓ journey.asltest.yaml · 2 passed" in said
    assert said.endswith("[exit code 0]\n")


def test_there_are_enough_machines() -> None:
    machines = {path.read_text("utf-8") for path in SESSIONS.glob("*/machine.asl.*")}
    assert len(machines) == len(NAMES) >= 12


@pytest.mark.parametrize("command", list(COMMANDS), ids=lambda command: command.name)
def test_every_command_is_used_well_and_badly(command: Command) -> None:
    answers = [answer for found, answer in uses() if found is command]
    assert any("\nerror:" not in answer for answer in answers), "it is never used well"
    assert any("\nerror:" in answer for answer in answers), "it is never used badly"


def uses() -> Iterator[tuple[Command, str]]:
    """The commands that stand alone on a line of the transcripts, with what is said to each."""
    for name in NAMES:
        for block in expected(name).split(f"\n{PROMPT}")[1:]:
            line, _, answer = block.partition("\n")
            word = "print" if line.startswith("$") else line.partition("/")[0].split()[0]
            try:
                command = COMMANDS.find(word)
            except InputError:
                continue
            if ";;" not in line:
                yield command, f"\n{answer}"
