"""The command `asl debug` on the command line: its options, its exit codes, its files. Its commands have own tests."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from asl.cli import main

ORDER = {
    "StartAt": "Price",
    "States": {
        "Price": {"Type": "Pass", "Parameters": {"total.$": "$.n"}, "Next": "Charge"},
        "Charge": {
            "Type": "Task",
            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge",
            "Catch": [{"ErrorEquals": ["Declined"], "Next": "Refused"}],
            "End": True,
        },
        "Refused": {"Type": "Fail", "Error": "Refused", "Cause": "${Why}"},
    },
}
HANDLERS = """
def charge(event, context):
    print("charging", event["total"])
    return {"receipt": 1}
"""
MOCKS = {
    "StateMachines": {"order": {"TestCases": {"Declined": {"Charge": "No"}}}},
    "MockedResponses": {"No": {"0": {"Throw": {"Error": "Declined", "Cause": "no"}}}},
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with a definition, functions and mocks."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)
    Path("order.asl.json").write_text(json.dumps(ORDER, indent=2))
    Path("debug_handlers.py").write_text(HANDLERS)
    Path("mocks.json").write_text(json.dumps(MOCKS))
    return tmp_path


def debug(*args: str, commands: str = "", code: int = 0) -> Result:
    """What the command says when its commands come from a pipe, one a line or joined with `;`."""
    lines = "\n".join(each.strip() for each in commands.split(";"))
    result = CliRunner().invoke(main, ["debug", *args], input=lines)
    said = result.stdout + result.stderr
    assert result.exit_code == code, said
    assert "Traceback" not in said
    assert "bug of aslkit" not in said
    return result


INPUT = ("order.asl.json", "--input", '{"n": 3}')
LAMBDA = ("--lambda", "charge=debug_handlers:charge")


# -- good use --------------------------------------------------------------------------------------------------------


def test_commands_from_a_pipe() -> None:
    said = debug(*INPUT, commands='continue; print $.total; succeed {"receipt": 7}; continue')
    assert "stop 0  enter Price (Pass)  order.asl.json:4  00:00:00.000 virtual\n" in said.stdout
    assert "(asl) print $.total\n3\n" in said.stdout
    assert "execution succeeded" in said.stdout
    assert said.stderr == ""


def test_without_commands_it_shows_where_it_stands() -> None:
    assert debug(*INPUT).stdout.count("stop 0") == 1


def test_what_functions_print_is_commentary() -> None:
    said = debug(*INPUT, *LAMBDA, commands="continue")
    assert said.stderr == "charging 3\n"
    assert "charging" not in said.stdout
    assert "execution succeeded" in said.stdout


def test_a_file_of_commands_and_then_a_pipe() -> None:
    Path("first.txt").write_text("# to the task\nbreak Charge\ncontinue\n")
    said = debug(*INPUT, "-x", "first.txt", commands="info breakpoints; quit").stdout
    assert said.index("(asl) break Charge") < said.index("enter Charge") < said.index("(asl) info breakpoints")


@pytest.mark.parametrize(
    ("args", "commands", "said"),
    [
        (["--mock", "mocks.json#Declined"], "continue; print $states.context.Execution.Name", "Refused"),
        (["--from", "Charge"], "where", "enter Charge"),
        (["--only", "Price"], "continue", "execution succeeded"),
        (["--name", "n-1"], "print $$.Execution.Name", '"n-1"'),
        (["--var", "limit=5"], "print $limit", "5"),
        (["--define", "Why=because"], "list Refused", "Refused"),
        (["--start-time", "2030-05-06T07:08:09Z"], "print $$.Execution.StartTime", '"2030-05-06T07:08:09Z"'),
        (["--role-arn", "arn:aws:iam::123456789012:role/r"], "print $$.Execution.RoleArn", ":role/r"),
        (["--region", "eu-west-1", "--account", "210987654321"], "print $$.Execution.Id", "eu-west-1:210987654321"),
        (["--type", "EXPRESS"], "print $$.Execution.Id", ":express:"),
    ],
)
def test_the_options_of_asl_run(args: list[str], commands: str, said: str) -> None:
    code = 1 if "--mock" in args else 0
    assert said in debug(*INPUT, *args, commands=commands, code=code).stdout


def test_the_settings_of_the_project() -> None:
    Path("asl.toml").write_text('region = "eu-west-1"\n[lambda]\ncharge = "debug_handlers:charge"\n')
    said = debug(*INPUT, commands="print $$.Execution.Id; continue")
    assert "eu-west-1" in said.stdout
    assert said.stderr == "charging 3\n"


def test_real_time_has_the_time_of_the_clock() -> None:
    assert "virtual" not in debug(*INPUT, "--real-time", commands="step").stdout


def test_calls_of_aws_are_announced() -> None:
    said = debug(*INPUT, "--aws", "real", "--region", "eu-west-1")
    assert said.stderr == "warning: tasks that nothing else answers call AWS: region eu-west-1\n"


# -- exit codes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("commands", "code"),
    [
        ("continue; succeed 1; continue", 0),
        ("continue; fail Declined; continue", 1),
        ("continue; fail Declined; continue; back 3", 0),
        ("continue; fail Declined", 0),
        ("continue; quit; nonsense", 0),
        ("nonsense; continue; succeed 1; continue", 2),
        ("continue; fail Declined; continue; step", 2),
        ("print $.nothing", 2),
    ],
)
def test_exit_codes(commands: str, code: int) -> None:
    debug(*INPUT, "--define", "Why=because", commands=commands, code=code)


# -- wrong calls -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ([], "Missing argument 'FILE'."),
        (["-"], "the debugger reads its commands from standard input; nothing else can be there"),
        (["order.asl.json", "--input", "-"], "nothing else can be there"),
        (["order.asl.json", "-x", "-"], "nothing else can be there"),
        (["--replay", "-"], "nothing else can be there"),
        (["none.asl.json"], "none.asl.json: no such file"),
        (["mocks.json"], "mocks.json:1:1"),
        (["order.asl.json", "-x", "none.txt"], "none.txt cannot be read: No such file or directory"),
        (["order.asl.json", "--input", "{"], "--input:1:1: error: "),
        (["order.asl.json", "--from", "Chrge"], "'order' has no state 'Chrge'; did you mean 'Charge'?"),
        (["order.asl.json", "--from", "Price", "--only", "Price"], "--from and --only exclude each other"),
        (["order.asl.json", "--real-time", "--start-time", "2026-01-01T00:00:00Z"], "exclude each other"),
        (["order.asl.json", "--define", "Whi=x"], "did you mean 'Why'?"),
        (["order.asl.json", "--lambda", "charge=nothing"], "is not package.module:function"),
        (["order.asl.json", "--resources", "x.yaml"], "--resources is for the services of --aws embedded"),
        (["order.asl.json", "--replay", "none.json"], "none.json: no such file"),
        (["--replay", "mocks.json"], "mocks.json: is no session of the debugger"),
        *((["order.asl.json", option], f"'{option}'") for option in ("--quiet", "--json")),
        *((["order.asl.json", f"{option}=f"], f"'{option}'") for option in ("--history", "--record")),
    ],
)
def test_wrong_calls(args: list[str], said: str) -> None:
    result = debug(*args, code=2)
    assert said in result.stderr
    assert result.stdout == ""


# -- sessions --------------------------------------------------------------------------------------------------------


@pytest.fixture
def session() -> str:
    """The file of a session that stands at the end, with a function that was asked."""
    debug(*INPUT, *LAMBDA, commands="set $.n = 4; continue; save s.json")
    return "s.json"


def test_a_session_goes_on_and_nobody_is_called(session: str) -> None:
    said = debug("--replay", session, commands="print $; back 99; print $.n; reverse-continue", code=2)
    assert "execution succeeded" in said.stdout
    assert "(asl) print $.n\n4\n" in said.stdout
    note, _, others = said.stderr.partition("\n")
    assert note == (
        "note: to go on beyond what the session holds, give what it ran with again:"
        " --lambda charge=debug_handlers:charge"
    )
    assert others == ""


def test_mocks_are_named_again() -> None:
    debug(*INPUT, "--mock", "mocks.json#Declined", commands="continue; save s.json", code=1)
    assert "again: --mock FILE#Declined\n" in debug("--replay", "s.json", code=1).stderr
    assert debug("--replay", "s.json", "--mock", "mocks.json#Declined", code=1).stderr == ""


def test_what_is_displayed_is_displayed_again() -> None:
    commands = "display $.n; display $.total; undisplay 1; save s.json; quit"
    debug(*INPUT, *LAMBDA, commands=commands)
    shown = debug("--replay", "s.json", commands="step; step; display $.n").stdout
    assert "2: $.total: $ has no 'total'" in shown
    assert "2: $.total = 3" in shown
    assert "3: $.n: " in shown
    assert "1: " not in shown


def test_a_session_goes_on_beyond_its_end(session: str) -> None:
    said = debug("--replay", session, *LAMBDA, commands="goto 0; set $.n = 9; continue; print $.receipt")
    assert said.stderr == "charging 9\n"


def test_what_a_session_says_itself(session: str) -> None:
    for option, value in (
        ("--input", "{}"),
        ("--seed", "4"),
        ("--name", "n"),
        ("--region", "eu-west-1"),
        ("--from", "Price"),
    ):
        said = debug("--replay", session, option, value, code=2).stderr
        assert f"{option} is in the session already" in said


def test_the_settings_of_the_project_are_not_those_of_the_session(session: str) -> None:
    Path("asl.toml").write_text('region = "eu-west-1"\ntype = "EXPRESS"\nseed = "9"\naccount = "210987654321"\n')
    said = debug("--replay", session, commands="print $$.Execution.Id")
    assert "execution succeeded" in said.stdout
    assert "arn:aws:states:us-east-1:123456789012:execution:order:" in said.stdout


def test_defines_are_those_of_the_session() -> None:
    debug(*INPUT, "--define", "Why=because", commands="continue; fail Declined; continue; save s.json", code=1)
    assert "because" in debug("--replay", "s.json", commands="continue", code=2).stdout
    changed = debug("--replay", "s.json", "--define", "Why=why not", "--mock", "mocks.json#Declined").stderr
    assert changed == "warning: order.asl.json has changed since the session was saved: state Refused is another\n"


def test_a_definition_that_has_changed(session: str) -> None:
    changed: dict[str, Any] = json.loads(json.dumps(ORDER))
    changed["States"]["Charge"]["ResultPath"] = "$.charged"
    Path("order.asl.json").write_text(json.dumps(changed))
    said = debug("--replay", session, *LAMBDA, commands="set $.n = 4; continue; print $")
    assert said.stderr.splitlines() == [
        "warning: order.asl.json has changed since the session was saved: state Charge is another",
        "warning: what was done by hand is not done again: the data changed at state 'Price'",
    ]
    assert '(asl) print $\n{"total": 4, "charged": {"receipt": 1}}\n' in said.stdout


def test_another_file_of_the_definition(session: str) -> None:
    Path("order.asl.json").rename("moved.asl.json")
    moved = debug("--replay", session, "moved.asl.json", *LAMBDA, commands="back")
    assert moved.stderr == ""
    assert "moved.asl.json" in moved.stdout
    gone = debug("--replay", session, *LAMBDA)
    assert gone.stderr == (
        "warning: order.asl.json is not there any more; what is debugged is the definition that the session holds\n"
    )
    assert "execution succeeded" in gone.stdout


def test_aws_is_not_called_because_a_file_says_so(session: str) -> None:
    value = json.loads(Path(session).read_text())
    value["world"]["aws"], value["answers"] = "real", []
    value["namedAgain"] = ["--aws real"]
    Path(session).write_text(json.dumps(value))
    said = debug("--replay", session, commands="continue")
    assert "call AWS" not in said.stderr
    assert "nothing answers this task" in said.stdout
    assert "give what it ran with again: --aws real" in said.stderr


def test_a_test_of_the_way_walked() -> None:
    debug(*INPUT, commands="continue; fail Declined; continue; export test order.asltest.yaml", code=1)
    result = CliRunner().invoke(main, ["test", "order.asltest.yaml"])
    assert result.exit_code == 0, result.stdout
    assert "1 passed" in result.stdout
