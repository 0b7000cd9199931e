"""The way to a stop, what its data are compared with, and the words for what happens there."""

import io
from pathlib import Path

import pytest

import asl
from asl.debug import Debugger
from asl.debug.stop import Stop
from asl.debug.terminal import headline
from asl.debug.terminal.screen import Screen
from asl.debug.terminal.trail import Trail
from asl.story_text import Style
from tests.debug.terminal.talking import debugger, said, talk

PLAIN = Style(False)
NESTED = {
    "StartAt": "Both",
    "States": {
        "Both": {
            "Type": "Parallel",
            "Branches": [
                {"StartAt": "Quick", "States": {"Quick": {"Type": "Pass", "End": True}}},
                {
                    "StartAt": "Rows",
                    "States": {
                        "Rows": {
                            "Type": "Map",
                            "ItemProcessor": {
                                "StartAt": "First",
                                "States": {
                                    "First": {"Type": "Pass", "Next": "Last"},
                                    "Last": {"Type": "Pass", "End": True},
                                },
                            },
                            "End": True,
                        }
                    },
                },
            ],
            "End": True,
        }
    },
}
COUNTS = {
    "StartAt": "More",
    "States": {
        "More": {"Type": "Pass", "Parameters": {"n.$": "States.MathAdd($.n, 1)", "list": [1]}, "Next": "Enough"},
        "Enough": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.n", "NumericLessThan": 9, "Next": "Each"}],
            "Default": "Done",
        },
        "Each": {
            "Type": "Map",
            "ItemsPath": "$.list",
            "ItemProcessor": {"StartAt": "One", "States": {"One": {"Type": "Pass", "End": True}}},
            "ResultPath": None,
            "Next": "More",
        },
        "Done": {"Type": "Succeed"},
    },
}


def way(to: Debugger) -> str:
    return Trail().crumbs(to.stops, to.stop, PLAIN)


def test_the_way_goes_through_branches_and_iterations() -> None:
    with Debugger(asl.load(NESTED), [1, 2, 3]) as to:
        to.advance("Last if $ = 3")
        assert way(to) == "Both branch 1 › Rows[2] › First → Last"
        assert [stop.state.name for stop in Trail().around(to.stops, to.stop)] == ["Last", "Rows", "Both"]
        to.advance("Rows.exit")
        assert way(to) == "Both branch 1 › Rows"
        to.finish()
        assert way(to) == "Both"


def test_a_long_way_is_cut_in_the_middle() -> None:
    with Debugger(asl.load(COUNTS), {"n": 0}) as to:
        to.advance("Done")
        assert way(to) == "More → Enough → … 21 … → Each → More → Enough → Done"


def test_the_way_in_a_loop_is_that_of_the_present_visit() -> None:
    with Debugger(asl.load(COUNTS), {"n": 0}) as to:
        to.advance("One if $$.Execution.Input.n = 0")
        to.advance("One")
        assert way(to) == "More → Enough → Each → More → Enough → Each[0] › One"


def test_an_execution_that_a_task_started_is_within_it(tmp_path: Path) -> None:
    resource = "arn:aws:states:::states:startExecution.sync:2"
    arguments = {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:child", "Input": {"a": 1}}
    call = {"Type": "Task", "Resource": resource, "Parameters": arguments, "End": True}
    child = {"StartAt": "Inner", "States": {"Inner": {"Type": "Pass", "End": True}}}
    parent = asl.load({"StartAt": "Call", "States": {"Call": call}}, name="parent")
    text, _ = talk(Debugger(parent, machines={"child": child}), "break Inner", "continue", "where", "up")
    assert "stop 3  [child]  enter Inner (Pass)" in text
    assert "  path Call (child) › Inner\n" in text
    assert "> 0  enter Inner (Pass)  of child\n  1  Call (Task)  of parent\n" in text
    text = said(Debugger(parent, machines={"child": child}), "until Inner", "finish", "timeline")
    assert "→ 00:00:00.000  [child] Inner  3 enter  4 exit  [5 end]\n" in text


# -- what data are compared with ---------------------------------------------------------------------------------------


def test_data_are_compared_with_what_was_seen_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = said(debugger(tmp_path), "until Each")
    assert "  input  changed since stop 0\n" in text
    assert '+   "payment": {"receipt": "r-1"}' in text
    monkeypatch.setenv("COLUMNS", "60")
    assert '  input {"card": "4111", …2}  as at stop 6\n' in said(debugger(tmp_path), "step 6", "next")


def test_after_going_back_they_are_compared_with_what_came_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "45")
    assert "  as at stop 1\n" in said(debugger(tmp_path), "next 3", "goto 2")


def test_data_that_fit_are_shown_whatever_was_seen_before(tmp_path: Path) -> None:
    assert 'input {"card": "4111", "items": ["tea", "cup"]}\n' in said(debugger(tmp_path), "next 3", "goto 2")


def test_what_a_state_makes_for_its_own_work_is_not_compared(tmp_path: Path) -> None:
    assert '  data {"card": "4111"}\n' in said(debugger(tmp_path), "next", "step")
    assert '  arguments {"card": "4111"}\n' in said(debugger(tmp_path), "next", "step", "step")


def test_an_iteration_is_not_compared_with_that_of_an_earlier_visit() -> None:
    to = Debugger(asl.load(COUNTS), {"n": 0})
    text, _ = talk(to, "break One", "c", "c")
    assert "as at" not in text.rpartition("(asl) c\n")[2]


def test_new_variables_are_shown_where_the_state_is_left(tmp_path: Path) -> None:
    text = said(debugger(tmp_path), "until Pack", "next")
    assert "path IsOpen → Charge → Each[0] › Price → Pack" not in text
    assert "    + $seen: true\n" in said(debugger(tmp_path), "break Price", "c", "break Pack", "delete 1", "c")


# -- words -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ms", "text"),
    [(0, "00:00:00.000"), (2_500, "00:00:02.500"), (86_399_999, "23:59:59.999"), (90_061_001, "1d 01:01:01.001")],
)
def test_clock(ms: int, text: str) -> None:
    assert headline.clock(ms) == text


def test_a_headline_that_is_too_long_loses_the_beginning_of_the_path(tmp_path: Path) -> None:
    folder = tmp_path / ("deep" * 30)
    folder.mkdir()
    first: Stop = debugger(folder).stop
    (line,) = headline.headline(first, "00:00:00.000 virtual", 80, PLAIN)
    assert len(line) == 80
    assert line.endswith("shop.asl.json:4  00:00:00.000 virtual")


def test_a_task_that_nothing_answers_says_what_would(tmp_path: Path) -> None:
    text = said(debugger(tmp_path, lambdas={}), "continue")
    assert "  nothing answers this task: succeed JSON, fail ERROR CAUSE, skip; or start with\n" in text
    assert "    - a mock: --mock FILE with a response for the state 'Charge'\n" in text
    assert "in Python" not in text


def test_where_it_cannot_go_on_the_stop_is_not_shown_again(tmp_path: Path) -> None:
    text = said(debugger(tmp_path, lambdas={}), "continue", "step")
    assert text.startswith("stop 4  call by Charge  ")
    assert "  nothing answers this task" in text
    assert "┃" not in text


def test_a_long_cause_is_told_in_lines(tmp_path: Path) -> None:
    cause = " and ".join(["The card is over its limit"] * 6)
    lines = said(debugger(tmp_path), "next", f"fail Declined {cause}").splitlines()
    assert lines[2].startswith("  Declined: The card is over its limit")
    assert lines[3].startswith("    ")
    assert not any(line.endswith("…") for line in lines[2:5])


def test_a_task_that_cannot_be_asked_says_why(tmp_path: Path) -> None:
    text = said(debugger(tmp_path, tasks={"Charge": lambda arguments: object()}), "continue")
    assert "  this task cannot be asked:\n" in text
    assert "is not a JSON value" in text
    assert "  here: succeed JSON, fail ERROR CAUSE, skip\n" in text


def test_waiting_tasks_say_how_they_are_answered() -> None:
    wait = {"Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:work", "End": True}
    branches = [{"StartAt": name, "States": {name: wait}} for name in ("One", "Two")]
    machine = asl.load({"StartAt": "P", "States": {"P": {"Type": "Parallel", "Branches": branches, "End": True}}})
    text = said(Debugger(machine, activities={"work": None}), "continue")
    assert "One awaits an answer  " in text
    assert "  here: succeed JSON, or fail ERROR CAUSE\n  also: succeed --token Two JSON\n" in text


def test_the_end_is_that_of_its_own_line(tmp_path: Path) -> None:
    lines = ["next", "fork other", "fail Declined", "continue", "switch main", "continue", "succeed 1", "continue"]
    text = said(debugger(tmp_path), *lines, "forks")
    assert "* main  stop 39  execution succeeded after 1 min" in text
    assert "  other  stop 11  execution failed after 0 s" in text


def test_a_screen_of_a_terminal_is_as_wide_as_that(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    monkeypatch.setenv("COLUMNS", "50")
    Screen(out).line("x" * 60)
    assert out.getvalue() == "x" * 49 + "…\n"
