"""Whole sessions over a pipe: what is echoed, joined, repeated and remembered, and the exit code."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

import asl
from asl.debug import Debugger
from asl.debug.terminal import shell
from asl.debug.terminal.command_files import CommandFile
from asl.debug.terminal.commands import split_line
from asl.debug.terminal.reader import PROMPT, LineReader
from asl.debug.terminal.session import Session
from asl.hosts.start import wall_clock
from tests.debug.terminal.talking import debugger, said, talk

ROOT = Path(__file__).parents[3]
FAILS = {"StartAt": "A", "States": {"A": {"Type": "Fail", "Error": "No"}}}
PASSES = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}


class Typist:
    """Types lines as a person does, one after another; None is Ctrl-C."""

    is_script = False

    def __init__(self, *lines: str | None) -> None:
        self.lines = [*lines]

    def read(self, session: Session, prompt: str = PROMPT) -> str | None:
        if not self.lines:
            return None
        line = self.lines.pop(0)
        if line is None:
            raise KeyboardInterrupt
        return line


def typed(to: Debugger, *lines: str | None) -> str:
    """What a person sees who types these lines."""
    out = io.StringIO()
    assert shell.run(to, reader=Typist(*lines), out=out) == 0
    return out.getvalue()


# -- a script ----------------------------------------------------------------------------------------------------------


def test_a_script_is_echoed_so_that_the_transcript_can_be_read() -> None:
    text, code = talk(Debugger(asl.load(PASSES)), "step", "", "# a remark", "print $")
    assert code == 0
    assert text == (
        "stop 0  enter A (Pass)  00:00:00.000 virtual\n"
        "    defined in Python; as JSON:\n"
        '  → ┃ "A": {"Type": "Pass", "End": true}\n'
        "  input {}\n"
        "(asl) step\n"
        "stop 1  exit A, end  00:00:00.000 virtual\n"
        "    defined in Python; as JSON:\n"
        '  → ┃ "A": {"Type": "Pass", "End": true}\n'
        "  output {}\n"
        "(asl) print $\n"
        "{}\n"
    )


def test_exit_codes() -> None:
    assert talk(Debugger(asl.load(PASSES)), "continue")[1] == 0
    assert talk(Debugger(asl.load(FAILS)), "step")[1] == 0
    assert talk(Debugger(asl.load(FAILS)), "continue")[1] == 1
    assert talk(Debugger(asl.load(FAILS)), "continue", "back")[1] == 0
    assert talk(Debugger(asl.load(FAILS)), "frobnicate", "continue")[1] == 2


def test_a_script_goes_on_after_an_error() -> None:
    text, _ = talk(Debugger(asl.load(PASSES)), "frobnicate", "print 1 + 1")
    assert text.endswith("(asl) print 1 + 1\n2\n")


def test_an_empty_line_of_a_script_repeats_nothing() -> None:
    assert talk(Debugger(asl.load(PASSES)), "step", "", "")[0].count("stop 1 ") == 1


def test_lines_of_a_file_come_before_those_of_the_reader() -> None:
    out = io.StringIO()
    reader = LineReader(io.StringIO("print 2\n"))
    shell.run(
        Debugger(asl.load(PASSES)),
        reader=reader,
        out=out,
        commands=CommandFile("first.txt", ["print 1", "# no", "print 1 + 0.5"]),
    )
    assert out.getvalue().endswith("(asl) print 1\n1\n(asl) print 1 + 0.5\n1.5\n(asl) print 2\n2\n")


def test_nothing_is_done_after_quit() -> None:
    text, code = talk(Debugger(asl.load(FAILS)), "quit ;; frobnicate", "continue")
    assert (text.rpartition("(asl) ")[2], code) == ("quit ;; frobnicate\n", 0)


def test_sourced_lines_may_source_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.txt").write_text("print 1\nsource b.txt\nprint 3\n")
    Path("b.txt").write_text("print 2")
    text = said(Debugger(asl.load(PASSES)), "source a.txt")
    assert text == "(asl) print 1\n1\n(asl) source b.txt\n(asl) print 2\n2\n(asl) print 3\n3\n"


def test_a_file_that_is_being_read_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither in its last line, nor by way of another file; one that has been read is."""
    monkeypatch.chdir(tmp_path)
    Path("a.txt").write_text("source b.txt\nsource b.txt\nsource ./a.txt")
    Path("b.txt").write_text("print 1\n")
    text, code = talk(Debugger(asl.load(PASSES)), "source a.txt", "source b.txt")
    assert text.count("\nerror: ") == 1
    assert "(asl) source ./a.txt\nerror: ./a.txt is being read already: it cannot source itself\n" in text
    assert (text.count("(asl) print 1\n1\n"), code) == (3, 2)
    Path("b.txt").write_text("source a.txt\n")
    text, _ = talk(Debugger(asl.load(PASSES)), "source a.txt")
    assert "error: a.txt is being read already: it cannot source itself, by way of b.txt\n" in text


def test_colours_and_width_of_a_script(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in talk(debugger(tmp_path))[0]
    monkeypatch.delenv("FORCE_COLOR")
    monkeypatch.setenv("COLUMNS", "60")
    assert max(map(len, talk(debugger(tmp_path), "n 3")[0].splitlines())) == 60
    monkeypatch.delenv("COLUMNS")
    assert max(map(len, talk(debugger(tmp_path), "n 3")[0].splitlines())) == 120


def test_a_stream_that_is_ascii_gets_ascii(tmp_path: Path) -> None:
    octets = io.BytesIO()
    out = io.TextIOWrapper(octets, encoding="ascii", newline="\n")
    shell.run(debugger(tmp_path), reader=LineReader(io.StringIO('print "ä" & "→"\n')), out=out)
    out.flush()
    text = octets.getvalue().decode("ascii")
    assert '-> 4 |     "IsOpen": {' in text
    assert '"\\xe4' in text


# -- a person ----------------------------------------------------------------------------------------------------------


def test_a_person_is_greeted_and_not_echoed() -> None:
    text = typed(Debugger(asl.load(PASSES)), "print 1")
    assert text.startswith("<definition>, 1 state; help lists the commands\nstop 0  enter A")
    assert "(asl)" not in text


def test_enter_repeats_the_last_command_that_moves(tmp_path: Path) -> None:
    assert "stop 3  Parameters" in typed(debugger(tmp_path), "step", "", "")
    assert "stop 4  " in typed(debugger(tmp_path), "step 2", "")
    assert "stop 2  enter" in typed(debugger(tmp_path), "step", "print 7", "")
    assert "stop 1 " not in typed(debugger(tmp_path), "", "")


def test_ctrl_c_cancels_the_line_and_repeats_nothing(tmp_path: Path) -> None:
    text = typed(debugger(tmp_path), "step", None, "print 7")
    assert text.endswith("7\n")
    assert "stop 2 " not in text


def test_ctrl_c_in_a_command_goes_back_to_the_prompt(tmp_path: Path) -> None:
    def interrupted(event: object, context: object) -> None:
        raise KeyboardInterrupt

    text = typed(debugger(tmp_path, lambdas={"charge": interrupted}), "continue", "where", "print 7")
    assert "interrupted\nstop 4  call by Charge" in text
    assert "> 0  call by Charge" in text
    assert text.endswith("7\n")


def test_each_ctrl_c_is_told_of(tmp_path: Path) -> None:
    def interrupted(event: object, context: object) -> None:
        raise KeyboardInterrupt

    text = typed(debugger(tmp_path, lambdas={"charge": interrupted}), "continue", "continue", "continue")
    assert text.count("interrupted\nstop 4  call by Charge") == 3


def test_the_wall_clock_begins_again_with_the_execution() -> None:
    to = Debugger(asl.load(PASSES), live=True)
    while wall_clock() == to.stop.at:
        pass
    assert said(to, "restart").startswith("stop 0  enter A (Pass)  00:00:00.000 real\n")


def test_an_error_of_a_person_does_not_count() -> None:
    assert "error: there is no command 'frobnicate'" in typed(Debugger(asl.load(PASSES)), "frobnicate")


# -- lines -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "commands"),
    [
        ("step", ["step"]),
        ("step;;next ;; print 1", ["step", "next", "print 1"]),
        (";; ;;", []),
        ('print "a;;b" ;; step', ['print "a;;b"', "step"]),
        ('print "a\\";;b" ;; step', ['print "a\\";;b"', "step"]),
        ("print $a; ; b", ["print $a; ; b"]),
    ],
)
def test_commands_of_a_line(line: str, commands: list[str]) -> None:
    assert split_line(line) == commands


def test_joined_commands_stop_at_an_error(tmp_path: Path) -> None:
    assert said(debugger(tmp_path), "step ;; frobnicate ;; step").count("stop ") == 1


def test_what_is_typed_cannot_drive_the_terminal() -> None:
    text, _ = talk(Debugger(asl.load(PASSES)), "frob\x1b[2J", 'print "\x9b2J"', "break \x07")
    assert not set("\x1b\x9b\x07") & set(text)


# -- in other programs -------------------------------------------------------------------------------------------------


def test_importing_it_loads_no_prompt_toolkit() -> None:
    code = "import asl.debug.terminal.shell, sys; print({'prompt_toolkit', 'yaml', 'asyncio'} & set(sys.modules))"
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'integrations'}"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout == "set()\n"
