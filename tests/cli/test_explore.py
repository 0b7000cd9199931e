"""`asl explore`: what it prints, and how it ends."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from asl.cli import main

BROKEN = """\
{
  "StartAt": "Kind",
  "States": {
    "Kind": {
      "Type": "Choice",
      "Choices": [
        {"Variable": "$.kind", "StringEquals": "box", "Next": "Drop"},
        {"Variable": "$.kind", "StringEquals": "box", "Next": "Use"}
      ],
      "Default": "Use"
    },
    "Drop": {"Type": "Pass", "Parameters": {"kind": "box"}, "Next": "Use"},
    "Use": {
      "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
      "Parameters": {"FunctionName": "${Function}", "Payload.$": "$.address"},
      "Next": "Done"
    },
    "Done": {"Type": "Pass", "End": true}
  }
}
"""
MENDED = BROKEN.replace('{"kind": "box"}, "Next"', '{"kind": "box", "address.$": "$.address"}, "Next"')


@pytest.fixture
def explore(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(tmp_path)
    Path("parcel.asl.json").write_text(BROKEN)
    Path("mended.asl.json").write_text(MENDED)

    def run(*arguments: str, file: str = "parcel.asl.json", examples: int = 100) -> Any:
        given = ["explore", file, "--max-examples", str(examples), "-d", "Function=use", *arguments]
        return CliRunner().invoke(main, given)

    return run


def test_what_goes_wrong(explore: Any) -> None:
    result = explore()
    assert result.exit_code == 1
    said = result.stdout
    assert said.startswith("parcel.asl.json:13:5: error: Use fails with States.Runtime: The JSONPath '$.address'")
    assert '  so it is when nothing goes wrong with a task, with the input {"kind": "box", "address": "x"}\n' in said
    assert (
        "    def test_use_with_this_input(asl):\n"
        "        workflow = asl(\"parcel.asl.json\", define={'Function': 'use'})\n"
        '        workflow.mock("Use").returns_payload({})\n'
        '        run = workflow.run({"kind": "box", "address": "x"})\n'
        '        assert "$.address" not in (run.cause or ""), run.cause\n'
    ) in said
    cannot = "  parcel.asl.json:8:9: Kind: Choices[1] → Use: its condition is that of Choices[0]\n"
    assert f"Cannot be reached:\n{cannot}" in said
    assert said.endswith("executions\n")
    assert "\n1 problem in " in said


def test_nothing_goes_wrong(explore: Any) -> None:
    result = explore(file="mended.asl.json")
    assert result.exit_code == 0
    assert "\nnothing goes wrong in " in result.stdout
    assert "Cannot be reached:" in result.stdout


def test_the_test_in_other_forms(explore: Any) -> None:
    said = explore("--as", "asltest").stdout
    assert (
        '    machine: parcel.asl.json\n    define: {"Function": "use"}\n    cases:\n      Use with this input:\n'
        in said
    )
    said = explore("--as", "none").stdout
    assert "def test_" not in said
    assert "machine:" not in said


def test_as_json(explore: Any) -> None:
    result = explore("--json")
    assert result.exit_code == 1
    said = json.loads(result.stdout)
    (problem,) = said["problems"]
    assert (problem["rule"], problem["pointer"], problem["line"]) == ("runtime-error", "/States/Use", 13)
    assert problem["input"] == {"kind": "box", "address": "x"}
    assert problem["faults"] == []
    assert problem["path"] == ["Kind", "Drop", "Use"]
    assert problem["tests"]["pytest"].startswith("def test_use")
    assert [each["label"] for each in said["unreached"] if each["cannotBeReached"]] == ["Choices[1] → Use"]


def test_inputs_that_are_given(explore: Any) -> None:
    Path("letter.json").write_text('{"kind": "letter", "address": "here"}')
    assert explore("--example", "@letter.json", "--no-faults", examples=1).exit_code == 0
    text = {"type": "string"}
    schema = {"properties": {"kind": {"enum": ["letter"]}, "address": text}, "required": ["kind", "address"]}
    Path("parcel.schema.json").write_text(json.dumps(schema))
    assert explore("--input-schema", "parcel.schema.json").exit_code == 0
    schema["properties"]["kind"]["enum"].append("box")  # type: ignore[index]
    Path("parcel.schema.json").write_text(json.dumps(schema))
    assert explore("--input-schema", "parcel.schema.json").exit_code == 1


def test_unexpected_inputs(explore: Any) -> None:
    assert explore("--unexpected", file="mended.asl.json", examples=300).exit_code == 1


def test_errors_that_are_allowed(explore: Any) -> None:
    said = explore("--allow", "CustomError", file="mended.asl.json").stdout
    assert "CustomError" not in said
    assert "[unhandled-error]" in said, "those of the service are not"
    assert "--allow Lambda." in said


def test_a_mock_file(explore: Any) -> None:
    answer = {"0": {"Return": {"Payload": 1}}}
    mocks = {
        "StateMachines": {"mended": {"TestCases": {"Fine": {"Use": "Used"}}}},
        "MockedResponses": {"Used": answer},
    }
    Path("mocks.json").write_text(json.dumps(mocks))
    assert explore("--mock", "mocks.json#Fine", file="mended.asl.json").exit_code == 0
    result = explore("--mock", "mocks.json#Fin", file="mended.asl.json")
    assert result.exit_code == 2
    assert "Fine" in result.stderr


def test_the_same_seed_says_the_same(explore: Any) -> None:
    assert explore("--seed", "3").stdout == explore("--seed", "3").stdout


def test_arguments_from_inputs_that_are_given_are_held_against_the_service(explore: Any) -> None:
    result = explore("--example", '{"kind": "letter", "address": 7}')
    assert "[The value for the field 'Payload' must be a STRING]" in result.stdout


def test_placeholders_without_a_value(explore: Any) -> None:
    result = CliRunner().invoke(main, ["explore", "mended.asl.json", "--max-examples", "5"])
    assert result.stderr == "warning: placeholders without a value stand for themselves: ${Function}\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere.asl.json"], "nowhere.asl.json: no such file"),
        (["parcel.asl.json", "--example", "{", "-d", "Function=f"], "--example"),
        (["parcel.asl.json", "--example", "{}", "--input-schema", "s.json"], "exclude each other"),
        (["parcel.asl.json", "--input-schema", "s.json", "-d", "Function=f"], "s.json: no such file"),
        (["parcel.asl.json", "--max-examples", "0"], "--max-examples"),
        (["parcel.asl.json", "-d", "Functoin=f"], "did you mean 'Function'"),
        (["parcel.asl.json", "--as", "junit"], "--as"),
    ],
)
def test_wrong_calls(explore: Any, arguments: list[str], said: str) -> None:
    result = CliRunner().invoke(main, ["explore", *arguments])
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_definition_that_is_wrong(explore: Any) -> None:
    Path("bad.asl.json").write_text('{"StartAt": "A", "States": {}}')
    result = CliRunner().invoke(main, ["explore", "bad.asl.json"])
    assert result.exit_code == 2
    assert "bad.asl.json:1:" in result.stderr
