"""The debugger as a person has it, in a terminal: the same sessions as from a pipe, and what only a terminal has."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.debug.transcripts import NAMES, Call, calls, expected_of, in_copy

pytest.importorskip("pexpect", reason="pexpect types into the terminal")
pytest.importorskip("pyte", reason="pyte knows what a terminal shows")

from tests.debug.pseudo_terminal import COLUMNS, PROMPTS, Terminal

PROMPT = PROMPTS[0]
CTRL_C, CTRL_D, ENTER, TAB, UP = "\x03", "\x04", "\r", "\t", "\x1b[A"


# -- the sessions ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_session_in_a_terminal(name: str, tmp_path: Path) -> None:
    """A person who types the commands of a session is told the same as a script."""
    pytest.importorskip("prompt_toolkit", reason="it draws the prompt")
    folder = in_copy(name, tmp_path / name)
    for call, expected in zip(calls(name), expected_of(name), strict=True):
        if PROMPT in expected:
            assert "\n".join(told(call, expected, folder)) == "\n".join(shown(expected))


def test_session_without_prompt_toolkit(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['prompt_toolkit'] = None\n")
    folder = in_copy("caught", tmp_path / "caught")
    (call,), (expected,) = calls("caught"), expected_of("caught")
    rows = told(call, expected, folder, PYTHONPATH=str(tmp_path))
    assert "\n".join(rows) == "\n".join(shown(expected))


def told(call: Call, expected: str, folder: Path, **variables: str) -> list[str]:
    """What is on the screen after the lines of a call are typed and the debugger is left."""
    typed = [line for line in call.lines if line.strip() and not line.startswith("#")]
    with Terminal(call.arguments, folder, **variables) as terminal:
        for line, number in prompts(typed, expected):
            terminal.wait_for_prompt(number)
            terminal.type(line + ENTER)
        if not any(line.startswith(f"{PROMPT} quit") for line in expected.splitlines()[-2:]):
            terminal.wait_for_prompt(sum(line.startswith(PROMPTS) for line in expected.splitlines()) + 1)
            terminal.type(CTRL_D)
        assert terminal.ended() == 0
        greeting = next(row for row in terminal.rows if row.endswith("; help lists the commands"))
        rows = [row for row in terminal.rows if row != PROMPT]
        rows.remove(greeting)
        return rows


def prompts(typed: list[str], expected: str) -> Iterator[tuple[str, int]]:
    """Each line that is typed, with the number of its prompt: lines of files of commands stand behind prompts too."""
    left = [*typed]
    number = 0
    for row in expected.splitlines():
        if row.startswith(PROMPTS):
            number += 1
            if left and row[len(PROMPT) :].strip() == left[0].strip():
                yield left.pop(0), number


def shown(expected: str) -> list[str]:
    """The lines that a terminal shows of a transcript: long ones go on in the next."""
    return [
        row[start : start + COLUMNS].rstrip()
        for row in expected.splitlines()[1:-1]
        for start in range(0, max(1, len(row)), COLUMNS)
    ]


# -- what only a terminal has ------------------------------------------------------------------------------------------

STATES = {
    "Choose what": {"Type": "Pass", "Result": {"colour": {"name": "blue"}, "count": 2}, "Next": "Paint it"},
    "Paint it": {
        "Type": "Task",
        "Resource": "arn:aws:lambda:us-east-1:123456789012:function:paint",
        "Next": "Dry",
    },
    "Dry": {"Type": "Wait", "Seconds": 60, "End": True},
}
HANGING = """
import threading

def paint(event, context):
    print("painting", flush=True)
    threading.Event().wait()
"""


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    """A debugger that stands at its first prompt; its task takes for ever."""
    with opened(tmp_path) as terminal:
        yield terminal


def opened(folder: Path, **variables: str) -> Terminal:
    (folder / "machine.asl.json").write_text(json.dumps({"StartAt": "Choose what", "States": STATES}, indent=2))
    (folder / "hanging.py").write_text(HANGING)
    terminal = Terminal(["debug", "machine.asl.json", "--lambda", "paint=hanging:paint"], folder, **variables)
    terminal.wait_for_prompt(1)
    return terminal


def test_the_tab_key_completes(terminal: Terminal) -> None:
    """Commands, states, paths into the data and the context object, files."""
    pytest.importorskip("prompt_toolkit", reason="it completes")
    terminal.type("step" + ENTER)
    terminal.wait_for_prompt(2)
    for keys, completed in [
        ("cont", "continue"),
        ("until Dr", "until Dry"),
        ("break Pai", "break Paint it"),
        ("tbreak Choose what -> ", "tbreak Choose what -> Paint it"),
        ("info br", "info breakpoints"),
        ("help reverse", "help reverse-continue"),
        ("print $$.Execution.Na", "print $$.Execution.Name"),
        ("source mach", "source machine.asl.json"),
        ("$.col", "$.colour"),
        ("$.colour.", "$.colour.name"),
    ]:
        terminal.type(keys + TAB)
        terminal.wait(lambda wanted=completed: terminal.typed == wanted, f"{completed!r} for {keys!r}")
        terminal.type(CTRL_C)
        terminal.wait(terminal.prompts, "a new prompt")
    terminal.type("$.col" + TAB + "." + TAB + ENTER)
    terminal.wait_for('"blue"\n')


def test_enter_repeats_the_last_move_and_nothing_else(terminal: Terminal) -> None:
    for number, line in enumerate(["step", "", "print 7", "", "back 2", "no such command", ""]):
        terminal.type(line + ENTER)
        terminal.wait_for_prompt(number + 2)
    stops = [row.partition("  ")[0] for row in terminal.rows if row.startswith("stop ")]
    assert stops == ["stop 0", "stop 1", "stop 2", "stop 3", "stop 1", "stop 0"]
    assert terminal.text.count("\n7\n") == 1


def test_ctrl_c_cancels_the_line(terminal: Terminal) -> None:
    terminal.type("step 100")
    terminal.wait(lambda: terminal.typed == "step 100", "what is typed")
    terminal.type(CTRL_C)
    terminal.wait_for_prompt(2)
    assert terminal.rows[-2:] == [f"{PROMPT} step 100", PROMPT]
    assert terminal.text.count("\nstop ") == 1


def test_ctrl_c_ends_a_call_that_takes_for_ever(terminal: Terminal) -> None:
    """It stops at the state, which can be answered by hand then."""
    terminal.type("continue" + ENTER)
    terminal.wait_for("painting")
    terminal.type(CTRL_C)
    terminal.wait_for_prompt(2)
    assert "interrupted\nstop 4  call by Paint it" in terminal.text
    terminal.type('succeed "painted"' + ENTER)
    terminal.wait_for_prompt(3)
    assert "stop 5  answer to Paint it" in terminal.text
    terminal.type(CTRL_D)
    assert terminal.ended() == 0


def test_ctrl_c_ends_a_wait_in_real_time(tmp_path: Path) -> None:
    """While it waits the wall clock is shown."""
    wait = {"StartAt": "Rest", "States": {"Rest": {"Type": "Wait", "Seconds": 600, "End": True}}}
    (tmp_path / "wait.asl.json").write_text(json.dumps(wait))
    with Terminal(["debug", "wait.asl.json", "--real-time"], tmp_path) as terminal:
        terminal.wait_for_prompt(1)
        terminal.type("continue" + ENTER)
        terminal.wait(lambda: terminal.rows[-1].startswith("stop 1  00:00:01."), "a second of the wall clock")
        terminal.type(CTRL_C)
        terminal.wait_for_prompt(2)
        assert "\ninterrupted\nstop 1  wait in Rest for 10 min  " in terminal.text
        terminal.type("retry now" + ENTER)
        terminal.wait_for("exit Rest, end")


@pytest.mark.parametrize("keys", [CTRL_D, f"exit{ENTER}"])
def test_ways_to_leave(terminal: Terminal, keys: str) -> None:
    terminal.type(keys)
    assert terminal.ended() == 0


def test_what_was_typed_is_there_in_the_next_session(tmp_path: Path) -> None:
    pytest.importorskip("prompt_toolkit", reason="it keeps what was typed")
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
    state = str(tmp_path / "state")
    with opened(tmp_path / "one", XDG_STATE_HOME=state) as terminal:
        for number, line in enumerate(["print 1", "print 2"]):
            terminal.type(line + ENTER)
            terminal.wait_for_prompt(number + 2)
        terminal.type(CTRL_D)
        terminal.ended()
    with opened(tmp_path / "two", XDG_STATE_HOME=state) as terminal:
        for line in ("print 2", "print 1"):
            terminal.type(UP)
            terminal.wait(lambda wanted=line: terminal.typed == wanted, line)
