"""`check` and the command `asl check`."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from asl.check import check
from asl.cli import main
from asl.errors import DefinitionError
from asl.parse import parse
from asl.source import from_value, read_text

GOOD = '{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}'
BAD = '{"StartAt": "B",\n "States": {"A": {"Type": "Succeed"}}}'
FILLED = '{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": ${Pause}, "End": true}}}'
ODD = """\
StartAt: Poll
States:
  Poll: {Type: Pass, Next: Ready}
  Ready:
    Type: Choice
    Choices: [{Variable: $.x, IsPresent: true, Next: Done}]
    Default: Loop
  Loop: {Type: Pass, Next: Loop}
  Done: {Type: Succeed}
  Orphan: {Type: Pass, Next: Done}
"""


def run(*arguments: str, text: str | None = None, octets: bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["check", *arguments], input=octets if octets is not None else text)


def write(folder: Path, name: str, text: str) -> str:
    (folder / name).write_text(text, encoding="utf-8")
    return str(folder / name)


# -- check -----------------------------------------------------------------------------------------------------------


def test_a_good_definition_has_no_findings() -> None:
    assert check(read_text(GOOD)) == ()


def test_what_is_odd_is_a_warning_and_parses() -> None:
    document = read_text(ODD)
    findings = check(document)
    assert [(finding.rule, finding.pointer, finding.severity) for finding in findings] == [
        ("no-way-to-end", "/States/Loop", "warning"),
        ("unreachable-state", "/States/Orphan", "warning"),
    ]
    assert [str(finding.location) for finding in findings] == ["<definition>:8:3", "<definition>:10:3"]
    assert set(parse(document).states) == {"Poll", "Ready", "Loop", "Done", "Orphan"}


def test_warnings_come_with_errors() -> None:
    findings = check(read_text(ODD.replace("Type: Succeed", "Type: Succeed, Next: Poll")))
    assert [finding.severity for finding in findings] == ["warning", "error", "warning"]


def test_a_value_without_text_has_findings_with_pointers_in_order() -> None:
    states = {"Z": {"Type": "Pass", "Next": "Y"}, "A": {"Type": "Wait", "End": True}}
    findings = check(from_value({"StartAt": "Z", "States": states, "Versions": "1.0"}))
    assert [(finding.rule, finding.pointer) for finding in findings] == [
        ("missing-transition-target", "/States/Z/Next"),
        ("missing-field", "/States/A"),
        ("unreachable-state", "/States/A"),
        ("unknown-field", "/Versions"),
    ]
    assert all(finding.location is None for finding in findings)


@pytest.mark.parametrize(
    "value",
    [
        None,
        5,
        [],
        {"States": 5, "StartAt": []},
        {"StartAt": "A", "States": {"A": None}},
        {"StartAt": "A", "States": {"A": {"Type": 5, "Choices": 5, "Catch": [1]}}},
        {"StartAt": "A", "States": {"A": {"Type": "Choice", "Choices": [1, {"And": [1], "Next": 2}], "Default": {}}}},
        {
            "StartAt": "A",
            "States": {"A": {"Type": "Parallel", "Branches": [1, {"States": []}], "Retry": {}, "Catch": 1}},
        },
        {"StartAt": "A", "States": {"A": {"Type": "Map", "ItemProcessor": [], "Iterator": 1, "End": 1}}},
        {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": 1, "Parameters": 1, "Credentials": []}}},
        {"StartAt": "A", "States": {"A": {"Type": "Fail", "Error": 1, "CausePath": 1, "Comment": 1}}},
    ],
)
def test_nothing_makes_check_raise(value: object) -> None:
    assert any(finding.severity == "error" for finding in check(from_value(value)))


@pytest.mark.parametrize("depth", [100, 300, 1000, 10_000])
def test_nesting_beyond_measure_is_a_finding(depth: int) -> None:
    text = GOOD.replace('"Succeed"', '"Pass", "End": true, "Parameters": ' + '{"x": ' * depth + "1" + "}" * depth)
    try:
        findings = check(read_text(text))
    except DefinitionError as error:
        findings = error.findings
    assert len(findings) == (1 if depth >= 1000 else 0)


def test_a_value_within_itself_is_refused() -> None:
    value: dict[str, object] = {}
    value["States"] = value
    with pytest.raises(DefinitionError, match="nested too deeply"):
        from_value(value)


# -- asl check -------------------------------------------------------------------------------------------------------


def test_exit_code_and_counts(tmp_path: Path) -> None:
    good, bad, odd = (
        write(tmp_path, "good.json", GOOD),
        write(tmp_path, "bad.json", BAD),
        write(tmp_path, "o.yaml", ODD),
    )
    result = run(good)
    assert (result.exit_code, result.stdout) == (0, "0 errors, 0 warnings in 1 file\n")
    result = run(odd, bad, good)
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0] == f"{bad}:1:13: error: Missing 'StartAt' target: B [missing-transition-target]"
    assert lines[1:4] == [
        '  1 | {"StartAt": "B",',
        "    |             ^^^",
        "  hint: did you mean 'A'?" if "did you mean" in lines[3] else "  hint: the states here are A",
    ]
    assert lines[4].startswith(f"{odd}:8:3: warning: ")
    assert lines[-1] == "1 error, 2 warnings in 3 files"
    assert run(odd).exit_code == 0


def test_a_missing_file_does_not_stop_the_others(tmp_path: Path) -> None:
    bad = write(tmp_path, "bad.json", BAD)
    result = run(str(tmp_path / "nothing.json"), bad)
    assert result.exit_code == 2
    assert "Missing 'StartAt' target" in result.stdout
    assert "nothing.json: no such file" in result.stderr


def test_standard_input() -> None:
    result = run("-", text=BAD)
    assert result.exit_code == 1
    assert result.stdout.startswith("<stdin>:1:13: error: ")


def test_defines(tmp_path: Path) -> None:
    file, other = write(tmp_path, "filled.json", FILLED), write(tmp_path, "good.json", GOOD)
    assert "--define Pause=value" in run(file).stdout
    assert run(file, other, "--define", "Pause=5").exit_code == 0
    result = run(file, "--define", "Pause=5", "--define", "Pausse=6")
    assert result.exit_code == 2
    assert "did you mean 'Pause'?" in result.stderr
    assert run(file, "--define", "Pause").exit_code == 2


def test_type(tmp_path: Path) -> None:
    task = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "End": True}
    file = write(tmp_path, "m.json", json.dumps({"StartAt": "A", "States": {"A": task}}))
    assert run(file).exit_code == 0
    assert "does not support '.waitForTaskToken'" in run(file, "--type", "EXPRESS").stdout


def test_json(tmp_path: Path) -> None:
    bad = write(tmp_path, "bad.json", BAD)
    result = run(bad, "--json")
    assert result.exit_code == 1
    (finding,) = json.loads(result.stdout)
    assert {name: finding[name] for name in ("file", "line", "column", "severity", "rule", "pointer", "message")} == {
        "file": bad,
        "line": 1,
        "column": 13,
        "severity": "error",
        "rule": "missing-transition-target",
        "pointer": "/StartAt",
        "message": "Missing 'StartAt' target: B",
    }


def test_text_that_a_terminal_cannot_show() -> None:
    result = run("-", text='{"StartAt": "\\ud800", "States": {"A": {"Type": "Succeed"}}}')
    assert result.exit_code == 1
    assert "\\ud800" in result.stdout


def test_files_that_are_not_text() -> None:
    result = run("-", octets=b"\x89PNG\r\n\x1a\n\x00\x00")
    assert result.exit_code == 1
    assert "not UTF-8" in result.stdout


def test_there_is_no_colour_in_a_pipe(tmp_path: Path) -> None:
    assert "\x1b" not in run(write(tmp_path, "bad.json", BAD)).stdout


def test_a_definition_of_more_than_a_megabyte_is_refused() -> None:
    text = GOOD.replace('"Succeed"', '"Succeed", "Comment": "' + "x" * 1_048_576 + '"')
    assert [finding.rule for finding in check(read_text(text))] == ["too-long"]
