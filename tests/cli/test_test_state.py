"""`asl test-state`: requests as the AWS CLI takes them, the answer as JSON, refusals in its words, exit codes."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from asl.cli import main

CHARGE = {
    "Type": "Task",
    "Resource": "arn:aws:states:::lambda:invoke",
    "Parameters": {"FunctionName": "charge", "Payload.$": "$"},
    "Retry": [{"ErrorEquals": ["Throttled"], "IntervalSeconds": 2}],
    "Catch": [{"ErrorEquals": ["CardDeclined"], "Next": "Apologise"}],
    "End": True,
}
ROLE = "arn:aws:iam::123456789012:role/Test"


def call(*args: str) -> Result:
    return CliRunner().invoke(main, ["test-state", *args])


def answer(*args: str) -> Any:
    result = call(*args)
    assert (result.exit_code, result.stderr) == (0, "")
    return json.loads(result.stdout)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of its own, in which the command is called."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "charge.json").write_text(json.dumps(CHARGE))
    (tmp_path / "paying.py").write_text("def charge(event, context):\n    print('paid')\n    return event['amount']\n")
    return tmp_path


def test_the_answer_is_indented_json() -> None:
    result = call("--definition", '{"Type": "Succeed"}', "--input", "[1]")
    assert result.stdout == '{\n    "output": "[1]",\n    "status": "SUCCEEDED"\n}\n'


def test_a_state_that_fails_is_an_answer_too() -> None:
    said = answer("--definition", '{"Type": "Fail", "Error": "No", "Cause": "ü"}')
    assert said == {"error": "No", "cause": "ü", "status": "FAILED"}


def test_single_options(folder: Path) -> None:
    machine = {"StartAt": "Charge", "States": {"Charge": CHARGE, "Apologise": {"Type": "Succeed"}}}
    (folder / "machine.json").write_text(json.dumps(machine))
    (folder / "mock.json").write_text('{"errorOutput": {"error": "CardDeclined"}}')
    said = answer(
        "--definition", "file://machine.json", "--state-name", "Charge", "--mock", "file://mock.json",
        "--inspection-level", "DEBUG", "--variables", '{"a": 1}', "--context", '{"State": {}}',
        "--role-arn", ROLE, "--no-reveal-secrets",
    )  # fmt: skip
    assert (said["status"], said["nextState"]) == ("CAUGHT_ERROR", "Apologise")
    assert said["inspectionData"]["variables"] == '{"a":1}'
    assert said["inspectionData"]["errorDetails"] == {"catchIndex": 0}


def test_a_whole_request(folder: Path) -> None:
    request = {"definition": json.dumps({"Type": "Succeed"}), "input": '{"a": 1}', "inspectionLevel": "DEBUG"}
    (folder / "request.json").write_text(json.dumps(request))
    wanted = {
        "output": '{"a": 1}',
        "inspectionData": {"input": '{"a": 1}', "afterInputPath": '{"a": 1}'},
        "status": "SUCCEEDED",
    }
    for given in ("request.json", "file://request.json", json.dumps(request)):
        assert answer("--cli-input-json", given) == wanted
    assert answer("--cli-input-json", "request.json", "--input", "2", "--inspection-level", "INFO")["output"] == "2"


@pytest.mark.parametrize(
    ("mock", "status"),
    [
        ("result='{}'", "SUCCEEDED"),
        ('{"result": {"StatusCode": 200}}', "SUCCEEDED"),
        ('result=\'{"StatusCode": "200"}\',fieldValidationMode=NONE', "SUCCEEDED"),
        ('errorOutput={error=CardDeclined, cause="no, never"}', "CAUGHT_ERROR"),
        ("errorOutput={error=404}", "FAILED"),
        ("errorOutput={error=Throttled}", "RETRIABLE"),
    ],
)
def test_shorthand(mock: str, status: str) -> None:
    said = answer("--definition", "file://charge.json", "--mock", mock)
    assert said["status"] == status
    assert "no, never" in said.get("cause", "no, never")


def test_shorthand_of_counts() -> None:
    said = answer(
        "--definition", "file://charge.json", "--mock", "errorOutput={error=Throttled}",
        "--state-configuration", "retrierRetryCount=2", "--inspection-level", "DEBUG",
    )  # fmt: skip
    assert said["inspectionData"]["errorDetails"] == {"retryIndex": 0, "retryBackoffIntervalSeconds": 8}


def test_a_local_function_and_what_it_prints() -> None:
    args = ("--definition", "file://charge.json", "--input", '{"amount": 3}', "--role-arn", ROLE)
    result = call(*args, "--lambda", "charge=paying:charge")
    assert result.stderr == "paid\n"
    assert json.loads(json.loads(result.stdout)["output"])["Payload"] == 3


def test_placeholders_are_filled() -> None:
    state = '{"Type": "Pass", "Result": "${Name} in ${AWS::Region}", "End": true}'
    said = answer("--definition", state, "--define", "Name=x", "--region", "eu-west-1")
    assert said["output"] == '"x in eu-west-1"'


def test_settings_of_the_project(folder: Path) -> None:
    (folder / "asl.toml").write_text(f'role-arn = "{ROLE}"\n[lambda]\ncharge = "paying:charge"\n')
    result = call("--definition", "file://charge.json", "--input", '{"amount": 3}')
    assert json.loads(json.loads(result.stdout)["output"])["Payload"] == 3


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (
            ["--definition", "file://charge.json"],
            "An error occurred (ValidationException) when calling the TestState operation:"
            " RoleArn must be specified when testing a Task state\n",
        ),
        (
            ["--definition", "file://charge.json", "--mock", '{"result": {"StatusCode": "200"}}'],
            "An error occurred (ValidationException) when calling the TestState operation:"
            " Mock result schema validation error: Field 'StatusCode' must be a number\n",
        ),
        (
            ["--definition", '{"Type": "Parallel", "Branches": [], "End": true}', "--mock", "result=[]"],
            "An error occurred (InvalidDefinition) when calling the TestState operation: Invalid State Machine"
            " Definition: 'SCHEMA_VALIDATION_FAILED: Value cannot be empty at /States/StateName/Branches'\n",
        ),
        ([], 'Parameter validation failed:\nMissing required parameter in input: "definition"\n'),
        (
            ["--cli-input-json", '{"definition": "{}", "nput": "1"}'],
            'Unknown parameter in input: "nput", must be one of: definition, ',
        ),
        (["--definition", "charge.json"], "for the file, write --definition file://charge.json\n"),
        (["--input", "no.json"], "there is no such file either; a file is given as --input file://no.json\n"),
        (["--definition", "file://no.json"], "error: --definition: there is no file 'no.json'\n"),
        (["--definition", "file://."], "error: --definition: '.' cannot be read: "),
        (["--cli-input-json", "no.json"], "error: --cli-input-json: there is no file 'no.json'\n"),
        (["--cli-input-json", "{"], "error: --cli-input-json: not JSON: "),
        (["--cli-input-json", "[]"], "error: --cli-input-json: must be a JSON object"),
        (["--mock", "CardDeclined"], "write --mock '{\"result\": \"{}\"}' or 'errorOutput={error=NAME,cause=TEXT}'\n"),
        (["--definition", '{"Type": "Pass", "Result": "${Ab}"}', "-d", "Ac=1"], "no placeholder ${Ac} to fill"),
        (["--mock", "errorOutput={error=E"], "is neither JSON nor shorthand"),
        (["--state-configuration", "retrierRetryCount"], "write --state-configuration retrierRetryCount=1\n"),
        (
            ["--definition", "{}", "--mock", "result=1", "--state-configuration", "retrierRetryCount=x"],
            "Invalid type for parameter stateConfiguration.retrierRetryCount, value: x",
        ),
        (["--definition", "{}", "--lambda", "charge"], "write --lambda charge=package.module:function"),
        (["--definition", "{}", "--account", "1"], "--account '1' is not an account id"),
        (
            ["--definition", "file://charge.json", "--role-arn", ROLE],
            "  - a local function: --lambda charge=package.module:function\n",
        ),
    ],
)
def test_bad_calls(args: list[str], said: str) -> None:
    result = call(*args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    if said.startswith("An error occurred"):
        assert result.stderr == said
