"""Where lines come from: pipes, and a person at a terminal, with prompt_toolkit and without."""

import io
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from asl.debug.terminal.commands import Commands
from asl.debug.terminal.reader import InputReader, LineReader, history_file, reader_for, toolbar
from asl.debug.terminal.screen import Screen
from asl.debug.terminal.session import Session
from asl.debug.terminal.shell import GROUPS
from tests.debug.terminal.talking import debugger

pexpect: Any = pytest.importorskip("pexpect", reason="pexpect drives the terminal")
pyte: Any = pytest.importorskip("pyte", reason="pyte shows what a terminal shows")

ROOT = Path(__file__).parents[3]
CHILD = """
import sys
from pathlib import Path
sys.path[:0] = [{root!r}, {integrations!r}]
{before}
from tests.debug.terminal.talking import debugger
from asl.debug.terminal import shell
sys.exit(shell.run(debugger(Path())))
"""


class Terminal:
    """A session in a terminal of 40 lines and 100 columns, as a person sees it."""

    def __init__(self, folder: Path, before: str = "", **variables: str) -> None:
        code = CHILD.format(root=str(ROOT), integrations=str(ROOT / "integrations"), before=before)
        environment = {"PATH": "/usr/bin:/bin", "TERM": "xterm-256color", "LANG": "C.UTF-8", "HOME": str(folder)}
        self.child = pexpect.spawn(
            sys.executable, ["-c", code], dimensions=(40, 100), cwd=str(folder), env={**environment, **variables},
            timeout=20,
        )  # fmt: skip
        self.child.delaybeforesend = None
        self.screen = pyte.Screen(100, 40)
        self.screen.write_process_input = self.child.send  # answers where the cursor is
        self._stream = pyte.ByteStream(self.screen)

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.screen.display).rstrip()

    def type(self, keys: str, expected: str) -> str:
        """The screen after these keys, once the text expected is on it."""
        self.child.send(keys)
        return self.wait(expected)

    def wait(self, expected: str) -> str:
        end = time.monotonic() + 20
        while expected not in self.text:
            assert time.monotonic() < end, f"{expected!r} is not in\n{self.text}"
            try:
                self._stream.feed(self.child.read_nonblocking(65536, timeout=0.2))
            except pexpect.TIMEOUT:
                pass
            except pexpect.EOF:
                assert expected in self.text, f"{expected!r} is not in\n{self.text}"
        return self.text

    def leave(self, keys: str) -> int:
        """The exit code after these keys, which end the session."""
        self.child.send(keys)
        self.child.expect(pexpect.EOF)
        self.child.close()
        return int(self.child.exitstatus)


@pytest.fixture
def opened() -> Iterator[list[Terminal]]:
    terminals: list[Terminal] = []
    yield terminals
    for each in terminals:
        each.child.close(force=True)


# -- with prompt_toolkit -----------------------------------------------------------------------------------------------


def test_a_session_at_a_prompt(tmp_path: Path, opened: list[Terminal]) -> None:
    pytest.importorskip("prompt_toolkit", reason="it draws the prompt")
    opened.append(terminal := Terminal(tmp_path, XDG_STATE_HOME=str(tmp_path / "state")))
    first = terminal.wait(" IsOpen   stop 0   00:00:00.000 virtual")
    assert first.startswith("shop.asl.json, 9 states; help lists the commands\nstop 0  enter IsOpen")
    terminal.type("step\r", " IsOpen   stop 1 ")
    terminal.type("\r", " Charge   stop 2 ")
    assert "stop 2  enter Charge (Task)" in terminal.text
    terminal.type("unt\t", "(asl) until")
    terminal.type(" Pau\t", "(asl) until Pause")
    terminal.type("\r", " Pause   stop 27 ")
    terminal.type("p $.pay\t", "(asl) p $.payment")
    terminal.type("\x03", "(asl) p $.payment\n(asl)")
    menu = terminal.type("re\t", "restart")
    assert "Start again with the same input" in menu
    terminal.type("\x03", "(asl) re\n(asl)")
    assert terminal.leave("quit\r") == 0
    typed = (tmp_path / "state" / "aslkit" / "debug_history").read_text()
    assert [line for line in typed.splitlines() if line.startswith("+")] == ["+step", "+until Pause", "+quit"]


def test_json_goes_on_at_a_prompt_of_its_own(tmp_path: Path, opened: list[Terminal]) -> None:
    pytest.importorskip("prompt_toolkit", reason="it draws the prompt")
    opened.append(terminal := Terminal(tmp_path, XDG_STATE_HOME=str(tmp_path / "state")))
    terminal.wait(" stop 0 ")
    terminal.type("set $.card = {\r", "\n  ...")
    terminal.type('"a": 1}\r', '~   "card": "4111" → {"a": 1}')
    terminal.type("set $.card = [\r", "(asl) set $.card = [\n  ...")
    terminal.type("\x03", "  ...\n(asl)")
    assert terminal.leave("quit\r") == 0


def test_what_was_typed_before_comes_back_with_the_up_key(tmp_path: Path, opened: list[Terminal]) -> None:
    pytest.importorskip("prompt_toolkit", reason="it keeps what was typed")
    folder = tmp_path / "state" / "aslkit"
    folder.mkdir(parents=True)
    (folder / "debug_history").write_text("\n# 2026-01-01 00:00:00\n+print $.card\n")
    opened.append(terminal := Terminal(tmp_path, XDG_STATE_HOME=str(tmp_path / "state")))
    terminal.wait(" stop 0 ")
    terminal.type("\x1b[A", "(asl) print $.card")
    terminal.type("\r", '"4111"\n(asl)')
    assert terminal.leave("\x04") == 0


def test_a_history_that_cannot_be_kept_is_no_error(tmp_path: Path, opened: list[Terminal]) -> None:
    pytest.importorskip("prompt_toolkit", reason="it keeps what was typed")
    (tmp_path / "file").touch()
    opened.append(terminal := Terminal(tmp_path, XDG_STATE_HOME=str(tmp_path / "file")))
    terminal.wait(" stop 0 ")
    terminal.type("step\r", " stop 1 ")
    assert terminal.leave("\x04") == 0


def test_the_prompt_works_where_an_event_loop_runs(tmp_path: Path, opened: list[Terminal]) -> None:
    pytest.importorskip("prompt_toolkit", reason="it has an event loop of its own")
    before = (
        "import asyncio\nfrom asl.debug.terminal import shell\nplain = shell.run\n"
        "async def within(debugger): return plain(debugger)\n"
        "shell.run = lambda debugger: asyncio.run(within(debugger))"
    )
    opened.append(terminal := Terminal(tmp_path, before, XDG_STATE_HOME=str(tmp_path)))
    terminal.wait(" stop 0 ")
    terminal.type("step\r", " stop 1 ")
    assert terminal.leave("\x04") == 0


# -- without -----------------------------------------------------------------------------------------------------------


def test_without_prompt_toolkit_lines_are_edited_by_readline(tmp_path: Path, opened: list[Terminal]) -> None:
    pytest.importorskip("readline", reason="it completes")
    without = "sys.modules['prompt_toolkit'] = None"
    opened.append(terminal := Terminal(tmp_path, without, XDG_STATE_HOME=str(tmp_path / "state")))
    terminal.wait("\n(asl)")
    terminal.type("step\r", "stop 1  exit")
    terminal.type("\r", "stop 2  enter")
    terminal.type("p $.ca\t", "p $.card")
    terminal.type("\r", '"4111"\n(asl)')
    terminal.type("\x03", '"4111"\n(asl)\n(asl)')
    assert terminal.leave("\x04") == 0
    typed = (tmp_path / "state" / "aslkit" / "debug_history").read_text()
    assert typed.splitlines()[-2:] == ["step", "p $.card"]


def test_a_dumb_terminal_gets_a_plain_prompt(tmp_path: Path, opened: list[Terminal]) -> None:
    opened.append(terminal := Terminal(tmp_path, TERM="dumb", XDG_STATE_HOME=str(tmp_path / "state")))
    terminal.wait("\n(asl)")
    terminal.type("step\r", "stop 1  exit")
    assert terminal.leave("quit\r") == 0


# -- parts -------------------------------------------------------------------------------------------------------------


def test_lines_of_a_pipe_have_no_prompt() -> None:
    reader = reader_for(io.StringIO("step\r\nnext"), io.StringIO())
    assert isinstance(reader, LineReader)
    session: Any = None
    assert [reader.read(session) for _ in range(3)] == ["step", "next", None]


def test_where_the_history_is_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert history_file() == tmp_path / "aslkit" / "debug_history"
    assert not history_file().parent.exists()
    assert history_file(make=True).parent.is_dir()
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", "/home/ann")
    assert history_file() == Path("/home/ann/.local/state/aslkit/debug_history")


def test_input_ends_with_the_stream(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr(sys, "stdin", io.StringIO("step\n"))
    to = debugger(tmp_path)
    session = Session(to, Screen(io.StringIO()), Commands(GROUPS))
    reader = InputReader()
    assert [reader.read(session), reader.read(session)] == ["step", None]
    assert capsys.readouterr().out == "(asl) (asl) \n"


def test_the_line_at_the_bottom(tmp_path: Path) -> None:
    to = debugger(tmp_path)
    session = Session(to, Screen(io.StringIO()), Commands(GROUPS))
    to.until("Pack")
    assert toolbar(session) == " Each[0] › Pack   stop 20   00:00:00.000 virtual"
    to.fork("other")
    assert toolbar(session).endswith("virtual   line other")
    to.continue_()
    to.continue_()
    assert toolbar(session).startswith(" FAILED   stop ")
