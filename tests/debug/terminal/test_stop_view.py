"""A stop on the screen: what fits, what is shown whole, what is said once."""

import json
from pathlib import Path
from typing import Any

import pytest

import asl
from asl.debug import Debugger
from asl.debug.terminal import headline
from asl.debug.terminal.commands import Commands
from asl.debug.terminal.fitting import PLAIN, columns
from asl.debug.terminal.reader import toolbar
from asl.debug.terminal.screen import Screen
from asl.debug.terminal.session import Session
from asl.debug.terminal.shell import GROUPS
from tests.debug.machines import FUNCTION, JSONATA, machine
from tests.debug.terminal.talking import debugger, said, talk
from tests.debug.terminal.test_completion import Nowhere

LONG = "Check task is allowed to run in the region of the customer"
TASK = {"Type": "Task", "Resource": FUNCTION, "End": True}
ORDER = {
    "customer": {"name": "Ann", "street": "a street with a name that is long"},
    "lines": [{"sku": f"s-{n}", "text": "x" * 60} for n in range(2)],
}


def nested(folder: Path) -> Debugger:
    """A debugger that stands at a state with a long name, inside of one."""
    inner = {"StartAt": LONG, "States": {LONG: {"Type": "Pass", "Next": f"{LONG} 2"}, f"{LONG} 2": {**TASK}}}
    states = {f"Before {LONG}": {"Type": "Pass", "Next": f"Each {LONG}"},
              f"Each {LONG}": {"Type": "Map", "ItemProcessor": inner, "End": True}}  # fmt: skip
    file = folder / "long.asl.json"
    file.write_text(json.dumps({"StartAt": f"Before {LONG}", "States": states}))
    to = Debugger(asl.load(file), [1, 2])
    to.advance(f"{LONG}.exit")
    return to


# -- what fits ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [60, 80, 100, 120])
def test_the_headline_keeps_place_and_time(width: int, tmp_path: Path) -> None:
    lines = headline.headline(nested(tmp_path).stop, "00:00:00.000 virtual", width, PLAIN)
    assert all(columns(line) <= width for line in lines)
    text = "\n".join(lines)
    assert "long.asl.json:1" in text
    assert "00:00:00.000 virtual" in text
    assert text.startswith("stop 4  exit Check")
    assert " → Check" in text


@pytest.mark.parametrize("width", [60, 80, 120])
def test_lines_of_places_keep_their_ends(width: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    for command in ("where", "branches"):
        lines = said(nested(tmp_path), command).splitlines()
        assert all(columns(line) <= width for line in lines)
        assert sum(line.endswith("long.asl.json:1") for line in lines) == 2


def test_the_path_is_cut_in_names_first_and_then_at_its_beginning(tmp_path: Path) -> None:
    to = nested(tmp_path)
    session = Session(to, Screen(Nowhere(), script=True), Commands(GROUPS), script=True)  # type: ignore[arg-type]
    whole = session.path(to.stop)
    assert whole == f"Before {LONG} → Each {LONG}[0] › {LONG}"
    assert session.path(to.stop, 60) == "Before …stomer → Each Ch…mer[0] › Check t…stomer"
    assert session.path(to.stop, 20).startswith("…")
    assert columns(session.path(to.stop, 20)) == 20


def test_the_toolbar_keeps_stop_and_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    session = Session(nested(tmp_path), Screen(Nowhere(), script=True), Commands(GROUPS))  # type: ignore[arg-type]
    text = toolbar(session)
    assert columns(text) <= 80
    assert text.endswith("   stop 4   00:00:00.000 virtual")


# -- what is shown whole -----------------------------------------------------------------------------------------------


def test_the_arguments_of_a_task_that_nothing_answers_can_be_read() -> None:
    state: dict[str, Any] = {**TASK, "Parameters": {"order.$": "$"}}
    to = Debugger(machine({"A": state}), ORDER)
    text = said(to, "step", "continue")
    assert '          "customer": {"name": "Ann", "street": "a street with a name that is long"},\n' in text
    assert "as at" not in text
    assert "changed since" not in text


def test_what_was_asked_can_be_read_where_an_answer_is_awaited(tmp_path: Path) -> None:
    text = said(debugger(tmp_path), "continue")
    assert '  arguments\n      {\n        "FunctionName": "ask",\n        "Payload": {\n          "token": "' in text
    assert '\n  input {"card": "4111", "items": ["tea", "cup"], ' in text


def test_the_input_of_an_error_is_no_difference() -> None:
    text = said(Debugger(machine({"A": {**TASK}}), {"id": "1"}), "fail No")
    assert '  input {"id": "1"}\n' in text


def test_the_last_output_is_whole() -> None:
    passing = {"Type": "Pass", "Result": 3, "ResultPath": "$.z"}
    states = {"A": {**passing, "Next": "B"}, "B": {"Type": "Pass", "End": True}}
    text = said(Debugger(machine(states), {"z": 1, "a": 0}), "next", "step")
    assert '  output {"z": 3, "a": 0}\n' in text
    assert "~" not in said(Debugger(machine({"A": {**passing, "End": True}}), {"z": 1}), "step 3")


def test_what_was_set_by_hand_says_so(tmp_path: Path) -> None:
    assert "  input  changed by hand\n" in said(debugger(tmp_path), "set $.card = 1")
    assert "as at" not in said(debugger(tmp_path), 'set $.card = "4111"')


def test_the_end_of_a_failed_execution_says_where_its_error_is(tmp_path: Path) -> None:
    text = said(debugger(tmp_path), "next", "fail Broken", "continue")
    assert '  → 10 ┃     "Charge": {\n' in text
    assert '  input {"card": "4111", "items": ["tea", "cup"]}\n' in text
    assert "  the error is that of Charge, at stop 5 (goto 5)\n" in text
    inner = {"StartAt": "B", "States": {"B": {**TASK}}}
    to = Debugger(machine({"Each": {"Type": "Map", "ItemProcessor": inner, "End": True}}), [1, 2])
    text = said(to, "advance B", "fail Broken", "continue")
    assert "  the error is that of B, in Each[0], at stop 4 (goto 4)\n" in text


def test_an_execution_whose_time_is_over_has_no_such_place() -> None:
    to = Debugger(machine({"A": {"Type": "Wait", "Seconds": 60, "End": True}}, TimeoutSeconds=9))
    text = said(to, "continue")
    assert "execution timed out" in text
    assert "the error is" not in text


# -- what is said ------------------------------------------------------------------------------------------------------


def test_how_a_task_is_answered_is_told_once() -> None:
    states = {"A": {**TASK, "Next": "B"}, "B": {**TASK}}
    del states["A"]["End"]
    text, _ = talk(Debugger(machine(states)), "continue", "goto 0", "continue", "succeed 1", "continue")
    assert text.count("or start with") == 2
    assert text.count("a mock: --mock FILE with a response for the state 'A'") == 1
    assert text.count("  nothing answers this task: succeed JSON, fail ERROR CAUSE, skip\n") == 1


def test_assign_says_that_the_next_state_sees_it() -> None:
    text = said(Debugger(JSONATA, {"prices": [1]}), "step", "step")
    assert '  assigns {"total": 1}\n  the next state sees these values' in text


def test_a_step_into_another_item_says_so(tmp_path: Path) -> None:
    to = debugger(tmp_path)
    to.advance("Price.exit")
    assert said(to, "step").startswith("in Each[1] now\nstop 15  ItemSelector of Each[1]")
    assert not said(to, "step").startswith("in ")
    assert not said(to, "advance Done").startswith("in ")


def test_placeholders_without_a_value_are_told_at_the_start(tmp_path: Path) -> None:
    file = tmp_path / "m.json"
    task = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": True}
    states = {"A": {**task, "Parameters": {"FunctionName": "${Function}", "Payload": "${Stage}"}}}
    file.write_text(json.dumps({"StartAt": "A", "States": states}))
    text, _ = talk(Debugger(asl.load(file)), "quit")
    assert text.startswith(
        "warning: placeholders without a value: ${Function}, ${Stage} (--define Function=value)\nstop 0 "
    )
    assert "warning" not in talk(debugger(tmp_path), "quit")[0]


def test_tokens_that_cannot_be_answered_yet_are_not_pending(tmp_path: Path) -> None:
    assert "token  " not in said(debugger(tmp_path), "until Approve", "step 2", "effects")
    assert "token      Approve  " in said(debugger(tmp_path), "until Approve", "step 3", "effects")


def test_the_branch_that_is_looked_at_is_answered() -> None:
    branches = [{"StartAt": name, "States": {name: {**TASK}}} for name in ("One", "Two")]
    to = Debugger(machine({"P": {"Type": "Parallel", "Branches": branches, "End": True}}))
    text = said(to, "step 4", "continue", "branches", "branch 2", "succeed 22", "branches")
    assert "  2  answer to Two" in text or "* 2  answer to Two" in text


def test_after_up_the_task_further_in_is_answered() -> None:
    inner = {"StartAt": "B", "States": {"B": {**TASK}}}
    to = Debugger(machine({"Each": {"Type": "Map", "ItemProcessor": inner, "End": True}}), [1])
    assert "answer to B" in said(to, "continue", "up", "succeed 1")


def test_long_errors_are_broken_between_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    text = said(debugger(tmp_path), "print $.missing.and_more.of_it.and_again")
    text = said(debugger(tmp_path), "jump tomorrow")
    assert max(map(len, text.splitlines())) <= 60
    assert text.startswith("error: jump does not understand 'tomorrow': write how long\n  (30s,")
