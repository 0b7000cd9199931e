"""`asl replay`: what it tells, and its exit codes, for every option in its good and its bad use."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from asl.cli import main
from asl.values import ABSENT
from tests.replay.machines import ORDER, ORDER_INPUT, answers, changed
from tests.replay.recordings import history

EVENTS = history(ORDER, ORDER_INPUT, tasks=answers)
MOCKS = {
    "StateMachines": {
        "order": {
            "TestCases": {"Good": {"Charge": "Paid", "Pack": "Packed", "Mail": "Sent"}, "Half": {"Charge": "Paid"}}
        }
    },
    "MockedResponses": {
        "Paid": {"0-9": {"Return": {"Payload": {"paid": 20}}}},
        "Packed": {"0-9": {"Return": "packed"}},
        "Sent": {"0-9": {"Return": "sent"}},
    },
}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a history, its definition, one that was changed, and mocks."""
    monkeypatch.chdir(tmp_path)
    write("h.json", {"events": EVENTS})
    write("order.asl.json", ORDER)
    write("other.asl.json", changed(ORDER, ("/States/Prepare/Parameters/limit", 11)))
    write("mocks.json", MOCKS)
    return tmp_path


def write(name: str, value: Any) -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(value if isinstance(value, str) else json.dumps(value, indent=2), "utf-8")


def asl(*args: str, input: str | None = None) -> Result:
    return CliRunner().invoke(main, ["replay", *args], input=input)


# -- checking ----------------------------------------------------------------------------------------------------------


def test_a_history_that_comes_again() -> None:
    result = asl("h.json", "order.asl.json", "--check")
    assert (result.exit_code, result.stdout) == (0, "h.json: 60 events, all as recorded\n")


def test_a_history_that_does_not() -> None:
    result = asl("h.json", "other.asl.json", "--check")
    assert result.exit_code == 1
    assert result.stdout == (
        "h.json: differs from the recording at event 3 (PassStateExited), state 'Prepare' (other.asl.json:4:5)\n"
        "  output.limit: recorded 10, now 11\n"
    )


def test_the_place_is_that_of_the_field() -> None:
    write("other.asl.json", changed(ORDER, ("/States/Enough/Choices/0/NumericGreaterThan", 11)))
    line = next(
        number
        for number, text in enumerate(Path("other.asl.json").read_text().splitlines(), 1)
        if '"Next": "Thank"' in text
    )
    assert asl("h.json", "other.asl.json", "--check").stdout == (
        f"h.json: differs from the recording at event 14 (MapStateEntered), state 'Enough' (other.asl.json:{line}:11)\n"
        "  recorded: Map state 'Ship' is entered\n"
        "  now: Pass state 'Thank' is entered, by Choices/0/Next of state 'Enough'\n"
        "  Choices[0] holds now: $.charge.paid is 12\n"
    )


def test_a_definition_in_yaml_with_placeholders() -> None:
    write("m.asl.yaml", "StartAt: A\nStates:\n  A:\n    Type: Pass\n    Result: ${What}\n    End: true\n")
    write(
        "h.json", {"events": history({"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": "x", "End": True}}})}
    )
    assert asl("h.json", "m.asl.yaml", "--check", "--define", "What=x").exit_code == 0
    result = asl("h.json", "m.asl.yaml", "--check", "-d", "What=y")
    assert result.exit_code == 1
    assert 'state \'A\' (m.asl.yaml:5:5)\n  output: recorded "x", now "y"\n' in result.stdout
    assert asl("h.json", "m.asl.yaml", "--check", "-d", "What").exit_code == 2


def test_a_history_on_standard_input() -> None:
    result = asl("-", "order.asl.json", "--check", input=json.dumps({"events": EVENTS}))
    assert (result.exit_code, result.stdout) == (0, "-: 60 events, all as recorded\n")
    assert asl("h.json", "-", "--check", input=json.dumps(ORDER)).exit_code == 0
    assert "cannot both be standard input" in asl("-", "-", "--check").stderr


def test_as_json() -> None:
    told = json.loads(asl("h.json", "other.asl.json", "--check", "--json").stdout)
    assert told == {
        "file": "h.json",
        "events": 60,
        "verified": 2,
        "adopted": [],
        "learnt": [],
        "notes": [],
        "ended": True,
        "divergence": {
            "event": 3,
            "type": "PassStateExited",
            "state": "Prepare",
            "pointer": "/States/Prepare",
            "location": "other.asl.json:4:5",
            "recorded": 'state \'Prepare\' is left with {"limit":10,"items":["pen","ink","paper"],"order":"o-1"}',
            "now": 'state \'Prepare\' is left with {"limit":11,"items":["pen","ink","paper"],"order":"o-1"}',
            "why": [],
            "differences": [{"place": "output.limit", "recorded": 10, "now": 11}],
        },
        "gap": None,
    }
    assert json.loads(asl("h.json", "order.asl.json", "--check", "--json").stdout)["divergence"] is None


def test_a_history_that_ends_before_its_execution() -> None:
    write("h.json", {"events": EVENTS[:9]})
    assert asl("h.json", "order.asl.json", "--check").stdout == (
        "h.json: 9 events, all as recorded; the recording ends before the execution does\n"
    )


def test_a_history_without_data() -> None:
    bare = [{**event, "executionStartedEventDetails": {}} if event["id"] == 1 else event for event in EVENTS]
    write("h.json", {"events": bare})
    result = asl("h.json", "order.asl.json", "--check")
    assert result.exit_code == 2
    assert "the execution's input is not in the recording; say it with --input JSON" in result.stderr
    write("input.json", ORDER_INPUT)
    assert asl("h.json", "order.asl.json", "--check", "--input", "@input.json").exit_code == 0
    assert asl("h.json", "order.asl.json", "--check", "--input", '{"order": 1, "items": []}').exit_code == 1


def test_a_gap_is_told_with_exit_code_2() -> None:
    events = json.loads(json.dumps(EVENTS))
    events[9]["taskSucceededEventDetails"]["outputDetails"] = {"truncated": True}
    write("h.json", {"events": events})
    result = asl("h.json", "order.asl.json", "--check")
    assert result.exit_code == 2
    assert result.stdout.startswith(
        "h.json: cannot go on: event 10 (TaskSucceeded) of state 'Charge': its output was cut"
    )


def test_redacted() -> None:
    write("h.json", json.dumps({"events": EVENTS}).replace('\\"limit\\":10', '\\"limit\\":\\"<number>\\"'))
    assert "output.limit: recorded" in asl("h.json", "order.asl.json", "--check").stdout
    assert asl("h.json", "order.asl.json", "--check", "--redacted", "<[a-z]+>", "--redacted", "x").exit_code == 0
    result = asl("h.json", "order.asl.json", "--check", "--redacted", "(")
    assert result.exit_code == 2
    assert "--redacted '(' is no regular expression" in result.stderr


def test_the_names_of_the_execution() -> None:
    named = changed(ORDER, ("/States/Prepare/Parameters/name.$", "$$.Execution.Name"))
    write("h.json", {"events": history(named, ORDER_INPUT, tasks=answers)})
    write("order.asl.json", named)
    arn = "arn:aws:states:eu-west-1:999999999999:execution:Orders:"
    assert asl("h.json", "order.asl.json", "--check").exit_code == 0
    assert asl("h.json", "order.asl.json", "--check", "--name", "nightly-17").exit_code == 0
    assert asl("h.json", "order.asl.json", "--check", "--execution-arn", f"{arn}nightly-17").exit_code == 0
    wrong = asl("h.json", "order.asl.json", "--check", "--execution-arn", f"{arn}daily")
    assert 'output.name: recorded "nightly-17", now "daily"' in wrong.stdout
    assert "'x' is no ARN of an execution" in asl("h.json", "order.asl.json", "--check", "--execution-arn", "x").stderr


# -- which definition --------------------------------------------------------------------------------------------------


def test_the_definition_beside_the_history() -> None:
    write("run.json", {"events": EVENTS})
    result = asl("run.json", "--check")
    assert result.exit_code == 2
    assert "run.json: the definition is not in the history; give it as the second argument" in result.stderr
    assert "aws stepfunctions describe-state-machine-for-execution" in result.stderr
    write("run.definition.json", ORDER)
    assert asl("run.json", "--check").exit_code == 0
    write("order.history.json", {"events": EVENTS})
    assert asl("order.history.json", "--check").exit_code == 0


def test_the_definition_in_the_history() -> None:
    described = {"name": "Orders", "definition": json.dumps(ORDER, indent=2)}
    write("run.json", json.dumps({"events": EVENTS}) + json.dumps(described))
    assert asl("run.json", "--check").exit_code == 0
    described["definition"] = Path("other.asl.json").read_text()
    write("run.json", json.dumps({"events": EVENTS}) + json.dumps(described))
    assert "state 'Prepare' (run.json#definition:4:5)" in asl("run.json", "--check").stdout


def test_a_definition_that_is_not_valid() -> None:
    write("bad.asl.json", changed(ORDER, ("/StartAt", "Nowhere")))
    result = asl("h.json", "bad.asl.json", "--check")
    assert result.exit_code == 2
    assert "bad.asl.json:2:14: error:" in result.stderr


# -- many --------------------------------------------------------------------------------------------------------------


def test_all_histories_of_a_folder() -> None:
    write("all/a/good.json", {"events": EVENTS})
    write("all/b/part.json", {"events": EVENTS[:7]})
    result = asl("--all", "all", "order.asl.json")
    assert (result.exit_code, result.stdout) == (
        0,
        "all/a/good.json: 60 events, all as recorded\n"
        "all/b/part.json: 7 events, all as recorded; the recording ends before the execution does\n"
        "2 histories: 2 as recorded, 0 differ, 0 could not be replayed\n",
    )
    result = asl("--all", "all", "other.asl.json")
    assert result.exit_code == 1
    assert result.stdout.endswith("2 histories: 0 as recorded, 2 differ, 0 could not be replayed\n")


def test_all_with_definitions_of_their_own() -> None:
    write("all/x.json", {"events": EVENTS})
    write("all/x.definition.json", ORDER)
    write("all/y.json", {"events": EVENTS})
    write("all/y.asl.json", changed(ORDER, ("/States/Prepare/Next", "Enough")))
    write("all/z.json", [5])
    result = asl("--all", "all")
    assert result.exit_code == 2
    lines = result.stdout.splitlines()
    assert lines[0] == "all/x.json: 60 events, all as recorded"
    assert lines[1].startswith("all/y.json: differs from the recording at event 4 (TaskStateEntered), state 'Prepare'")
    assert lines[4].startswith("all/z.json: cannot be replayed: events[0] is no event of a history")
    assert lines[5] == "3 histories: 1 as recorded, 1 differ, 1 could not be replayed"
    told = [json.loads(line) for line in asl("--all", "all", "--json").stdout.splitlines()]
    assert [each.get("verified") for each in told] == [60, 3, None]
    assert "is no event of a history" in told[2]["error"]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("--all", "nowhere"), "--all takes a folder; 'nowhere' is none"),
        (("--all", "h.json"), "--all takes a folder; 'h.json' is none"),
        (("--all", "empty"), "--all: there is no history (*.json) in 'empty' or below"),
        (("--all", ".", "nowhere.asl.json"), "nowhere.asl.json: no such file"),
        (("--all", ".", "a", "b"), "--all DIR takes one DEFINITION"),
        (("--all", ".", "--continue"), "--all and --continue exclude each other"),
        (("--all", ".", "--name", "x"), "are of one execution; --all has many"),
        (("--all", ".", "--mock", "mocks.json#Good"), "--mock answers tasks that were not recorded"),
    ],
)
def test_bad_calls_of_all(args: tuple[str, ...], message: str) -> None:
    Path("empty").mkdir()
    result = asl(*args)
    assert result.exit_code == 2
    assert message in result.stderr


# -- going on ----------------------------------------------------------------------------------------------------------


def test_it_goes_on_where_the_recording_ends() -> None:
    write("h.json", {"events": EVENTS[:9]})
    result = asl("h.json", "order.asl.json", "--continue", "--mock", "mocks.json#Good")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == ["packed", "packed", "packed"]
    assert "9 events, all as recorded; the recording ends before the execution does" in result.stderr
    assert "✗ failed Busy: try later" in result.stderr
    assert "● Ship (Map) 3 items" in result.stderr


def test_it_goes_on_where_the_definition_was_mended() -> None:
    failed = history(changed(ORDER, ("/States/Charge/Retry", ABSENT)), ORDER_INPUT, tasks=answers)
    write("h.json", {"events": failed})
    result = asl("h.json", "order.asl.json", "--continue", "--mock", "mocks.json#Good", "--json")
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert told["status"] == "SUCCEEDED"
    assert told["replay"]["divergence"]["event"] == 8
    assert "is tried again" in told["replay"]["divergence"]["now"]
    assert result.stderr == ""


def test_going_on_to_a_failure() -> None:
    write("other.asl.json", changed(ORDER, ("/States/Enough/Choices/1/NumericGreaterThan", 12)))
    result = asl("h.json", "other.asl.json", "--continue")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert re.search(r"FAILED in state Refuse \(other.asl.json:\d+\)\n  error: Refused\n", result.stderr)


def test_going_on_with_functions_and_machines(here: Path) -> None:
    write("answering.py", "def charge(event, context):\n    return {'paid': 70}\n")
    write("h.json", {"events": EVENTS[:5]})
    given = ("--lambda", "charge=answering:charge", "--mock", "mocks.json#Rest")
    mocks = json.loads(Path("mocks.json").read_text())
    mocks["StateMachines"]["order"]["TestCases"]["Rest"] = {"Pack": "Packed", "Mail": "Sent"}
    write("mocks.json", mocks)
    result = asl("h.json", "order.asl.json", "--continue", *given)
    assert (result.exit_code, result.stdout) == (0, '["packed","packed","packed"]\n')
    assert "● Thank (Pass)" in result.stderr


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ((), "nothing answers the task of state 'Charge'"),
        (("--mock", "mocks.json#Half"), "nothing answers the task of state 'Pack'"),
        (("--mock", "mocks.json#Nope"), "mocks.json"),
        (("--lambda", "charge"), "--lambda 'charge' is not NAME=VALUE"),
        (("--machine", "Child=nowhere.json"), "the machine 'Child': nowhere.json: no such file"),
        (("--activity", "dig"), "--activity 'dig' is not NAME=VALUE"),
        (("--resources", "r.json"), "--resources is for the services of --aws embedded"),
        (("--aws", "moon"), "Invalid value for '--aws'"),
        (("--check",), "--check and --continue exclude each other"),
    ],
)
def test_bad_calls_of_continue(args: tuple[str, ...], message: str) -> None:
    write("h.json", {"events": EVENTS[:5]})
    result = asl("h.json", "order.asl.json", "--continue", *args)
    assert result.exit_code == 2
    assert message in result.stderr
    assert "Traceback" not in result.stderr


# -- in the debugger ---------------------------------------------------------------------------------------------------


def test_without_check_it_opens_the_debugger() -> None:
    result = asl(
        "h.json", "order.asl.json", input="break Enough\ncontinue\nprint $.charge.paid\nback\ncontinue\ncontinue\n"
    )
    assert result.exit_code == 0
    assert "h.json: 60 events, all as recorded" in result.stderr
    assert "enter Enough (Choice)" in result.stdout
    assert "(asl) print $.charge.paid\n12\n" in result.stdout
    assert "execution succeeded" in result.stdout


def test_the_debugger_goes_beyond_the_recording() -> None:
    write("h.json", {"events": EVENTS[:9]})
    result = asl("h.json", "order.asl.json", "--mock", "mocks.json#Good", input="continue\ncontinue\n")
    assert result.exit_code == 0
    assert "recorded: RUNNING still at event 9, the last one" in result.stderr
    assert "goto 6 is where the recording ends" in result.stderr
    assert "here the recording ends\nstop 6 " in result.stdout
    assert "execution succeeded" in result.stdout


# -- wrong calls -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ((), "Missing argument 'HISTORY'"),
        (("nowhere.json", "order.asl.json"), "nowhere.json: no such file"),
        (("h.json", "nowhere.asl.json"), "nowhere.asl.json: no such file"),
        (("order.asl.json", "h.json", "--check"), "order.asl.json: is a state machine's definition; give the history"),
        (("mocks.json", "order.asl.json"), "mocks.json: is no history"),
        (("h.json", "order.asl.json", "--json"), "--json is for --check, --continue and --all"),
        (("-", "order.asl.json"), "the debugger reads its commands from standard input"),
        (("h.json", "order.asl.json", "--check", "--mock", "m"), "--mock answers tasks that were not recorded"),
        (("h.json", "order.asl.json", "--check", "--aws", "embedded"), "--aws answers tasks that were not recorded"),
        (("h.json", "order.asl.json", "--check", "--input", "{"), "--input"),
        (("h.json", "order.asl.json", "x"), "unexpected extra argument"),
    ],
)
def test_bad_calls(args: tuple[str, ...], message: str) -> None:
    result = asl(*args)
    assert result.exit_code == 2
    assert message in result.stderr
    assert "Traceback" not in result.output
