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
    write("d.json", {"executionArn": "arn:aws:x", "name": "x"})
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


def test_what_was_adopted_and_learnt_is_listed() -> None:
    made = changed(
        ORDER,
        ("/States/Prepare/Parameters/id.$", "States.UUID()"),
        ("/States/Prepare/Parameters/n.$", "$$.Execution.Name"),
    )
    events = history(made, ORDER_INPUT, tasks=answers)
    id = json.loads(events[2]["stateExitedEventDetails"]["output"])["id"]
    write("h.json", {"events": events})
    write("order.asl.json", made)
    assert asl("h.json", "order.asl.json", "--check").stdout == "h.json: 60 events, all as recorded (1 value adopted)\n"
    result = asl("h.json", "order.asl.json", "--check", "-v")
    assert result.stdout.splitlines()[1:] == [
        "  learnt the execution's name: nightly-17 (event 3, output.n)",
        f"  adopted from event 3 (PassStateExited), output.id: {id}",
    ]
    told = json.loads(asl("h.json", "order.asl.json", "--check", "--json").stdout)
    assert [(each["event"], each["path"], each["value"]) for each in told["adopted"]] == [(3, "output.id", id)]
    assert told["learnt"] == [{"fact": "name", "value": "nightly-17", "event": 3, "path": "output.n"}]


def test_notes_are_told() -> None:
    write("other.asl.json", changed(ORDER, ("/States/Tell/Branches/1/States/Rest/Seconds", 500)))
    result = asl("h.json", "other.asl.json", "--check")
    assert (result.exit_code, result.stdout) == (
        0,
        "h.json: 60 events, all as recorded\n"
        "  note: Wait 'Rest' lasted 5 s (event 55), and would now last 8 min 20 s\n",
    )


def test_a_page_is_no_success() -> None:
    write("h.json", {"events": EVENTS[:20], "nextToken": "more"})
    result = asl("h.json", "order.asl.json", "--check")
    assert result.exit_code == 2
    assert "20 events, all as recorded; this is not the whole history: the file has a nextToken" in result.stdout


def test_a_mock_fills_an_output_that_was_cut_off() -> None:
    events = json.loads(json.dumps(EVENTS))
    events[9]["taskSucceededEventDetails"] |= {"output": "{", "outputDetails": {"truncated": True}}
    write("h.json", {"events": events})
    mocks = json.loads(json.dumps(MOCKS))
    mocks["MockedResponses"]["Paid"]["0-9"]["Return"] = {"Payload": {"paid": 12}, "StatusCode": 200}
    write("mocks.json", mocks)
    assert "give it by a mock (--mock FILE)" in asl("h.json", "order.asl.json", "--check").stdout
    result = asl("h.json", "order.asl.json", "--check", "--mock", "mocks.json#Half")
    assert (result.exit_code, result.stdout) == (
        0,
        "h.json: 60 events, all as recorded\n"
        "  note: the output of 'Charge' (event 10) is not recorded; it is that of a mock\n",
    )
    mocks["MockedResponses"]["Paid"]["0-9"]["Return"]["Payload"]["paid"] = 13
    write("mocks.json", mocks)
    result = asl("h.json", "order.asl.json", "--check", "--mock", "mocks.json#Half")
    assert result.exit_code == 1
    assert "output.charge.paid: recorded 12, now 13" in result.stdout


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
    assert lines[1].startswith("all/z.json: cannot be replayed: events[0] is no event of a history")
    assert lines[2].startswith("all/y.json: differs from the recording at event 4 (TaskStateEntered), state 'Prepare'")
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


def test_histories_that_differ_alike_are_told_of_together() -> None:
    write("all/a.json", {"events": EVENTS})
    write("all/b.json", {"events": EVENTS[:20]})
    write("all/c.json", {"events": EVENTS[:2]})
    assert asl("--all", "all", "other.asl.json").stdout == (
        "all/c.json: 2 events, all as recorded; the recording ends before the execution does\n"
        "2 histories: differs from the recording at event 3 (PassStateExited), state 'Prepare' (other.asl.json:4:5)\n"
        "  output.limit: recorded 10, now 11\n"
        "  in all/a.json, all/b.json\n"
        "3 histories: 1 as recorded, 2 differ, 0 could not be replayed\n"
    )


def test_files_that_are_no_histories_are_passed_over() -> None:
    write("all/h.json", {"events": EVENTS})
    write("all/mocks.json", MOCKS)
    write("all/described.json", {"executionArn": "arn:x", "name": "x", "status": "SUCCEEDED"})
    result = asl("--all", "all", "order.asl.json")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "all/described.json: passed over: is the output of describe-execution",
        "all/h.json: 60 events, all as recorded",
        'all/mocks.json: passed over: is no history: no object {"events": [...]} with events',
        "1 history: 1 as recorded, 0 differ, 0 could not be replayed",
    ]
    told = [json.loads(line) for line in asl("--all", "all", "order.asl.json", "--json").stdout.splitlines()]
    assert ["passed_over" in each for each in told] == [True, False, True]
    Path("all/h.json").unlink()
    assert "--all: none of these files is a history" in asl("--all", "all", "order.asl.json").stderr


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


def test_the_story_tells_where_the_recording_is_left() -> None:
    write("other.asl.json", changed(ORDER, ("/States/Enough/Choices/0/NumericGreaterThan", 11)))
    story = asl("h.json", "other.asl.json", "--continue").stderr
    before, line, after = story.partition(
        "--- here it differs from the recording, at event 14; from here on by itself ---\n"
    )
    assert line
    assert "Enough (Choice)" in before
    assert "● Thank (Pass)" in after
    assert "---" not in asl("h.json", "order.asl.json", "--continue").stderr


def test_the_story_so_far_is_told_before_what_nothing_answers() -> None:
    write("h.json", {"events": EVENTS[:5]})
    result = asl("h.json", "order.asl.json", "--continue")
    assert result.exit_code == 2
    told, problem = result.stderr.split("error: ")
    assert "● Charge (Task)" in told
    assert "--- here the recording ends, at event 5; from here on by itself ---" in told
    assert "--mock FILE" in problem
    assert "--lambda charge=" in problem
    assert "in Python" not in problem


def test_an_execution_that_was_stopped_goes_on() -> None:
    stopped = {"id": 10, "previousEventId": 0, "type": "ExecutionAborted", "timestamp": EVENTS[8]["timestamp"]}
    write("h.json", {"events": [*EVENTS[:9], {**stopped, "executionAbortedEventDetails": {"cause": "stuck"}}]})
    assert asl("h.json", "order.asl.json", "--check").stdout == "h.json: 10 events, all as recorded\n"
    result = asl("h.json", "order.asl.json", "--continue", "--mock", "mocks.json#Good")
    assert (result.exit_code, result.stdout) == (0, '["packed","packed","packed"]\n')
    assert "--- here somebody stopped it, at event 10; from here on by itself ---" in result.stderr


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
    assert "goto 11 is where the recording ends" in result.stderr
    assert "here the recording ends\nstop 11 " in result.stdout
    assert "execution succeeded" in result.stdout


def test_it_is_told_what_the_recording_is() -> None:
    failed = history(
        changed(ORDER, ("/States/Charge/Retry", ABSENT), ("/States/Charge/Catch", ABSENT)), ORDER_INPUT, tasks=answers
    )
    write("h.json", {"events": failed})
    write("order.asl.json", changed(ORDER, ("/States/Charge/Retry", ABSENT), ("/States/Charge/Catch", ABSENT)))
    result = asl("h.json", "order.asl.json", input="goto 7\n")
    assert result.stderr.splitlines() == [
        "recorded: FAILED at event 8, in Charge: Busy: try later",
        "h.json: 8 events, all as recorded",
        "goto 7 is the error that ended it",
    ]
    assert "stop 7  error in Charge" in result.stdout


def test_the_debugger_stops_where_the_definition_differs() -> None:
    write("other.asl.json", changed(ORDER, ("/States/Enough/Choices/0/NumericGreaterThan", 11)))
    result = asl("h.json", "other.asl.json", input="continue\ngoto event 14\n")
    assert result.exit_code == 2
    assert "here it differs from the recording, at event 14\nstop 18  enter Thank (Pass)" in result.stdout
    assert "error: event 14 did not come again; from stop 18 on it is not as recorded" in result.stdout


# -- wrong calls -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ((), "Missing argument 'HISTORY'"),
        (("nowhere.json", "order.asl.json"), "nowhere.json: no such file"),
        (("h.json", "nowhere.asl.json"), "nowhere.asl.json: no such file"),
        (("order.asl.json", "h.json", "--check"), "order.asl.json: is a state machine's definition; give the history"),
        (("mocks.json", "order.asl.json"), "mocks.json: is no history"),
        (("h.json", "h.json", "--check"), "h.json: is a history; the second argument is the definition of its machine"),
        (("d.json", "order.asl.json"), "get-execution-history --execution-arn arn:aws:x > history.json"),
        (("h.json", "order.asl.json", "--json"), "--json is for --check, --continue and --all"),
        (("-", "order.asl.json"), "the debugger reads its commands from standard input"),
        (("h.json", "order.asl.json", "--check", "--mock", "m"), "m: no such file"),
        (("h.json", "order.asl.json", "--check", "--lambda", "a=b:c"), "--lambda answers tasks that were not recorded"),
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
