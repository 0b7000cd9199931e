"""`asl test`: what it finds, prints and writes, and how it ends."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

import asl.cli

MACHINE = {
    "StartAt": "Work",
    "States": {
        "Work": {
            "Type": "Task",
            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work",
            "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 2}],
            "Next": "Big",
        },
        "Big": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.n", "NumericGreaterThan": 5, "Next": "No"}],
            "Default": "Yes",
        },
        "Yes": {"Type": "Succeed"},
        "No": {"Type": "Fail", "Error": "TooBig", "Cause": "over 5"},
    },
}
TESTS = """\
machine: work.asl.json
cases:
  small:
    mocks: {Work: {return: {n: 1}}}
    expect: {path: [Work, Big, Yes]}
  too big:
    mocks: {Work: {return: {n: 9}}}
    expect: {error: TooBig}
  not yet: {skip: tomorrow}
"""
WRONG = """\
machine: ../work.asl.json
lambdas: {work: functions:work}
cases:
  wrong output:
    expect:
      output: {n: 3}
  wrong path:
    mocks: {Work: {return: {n: 7}}}
    expect: {path: [Work, Big, Yes], error: TooBig}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    Path("work.asl.json").write_text(json.dumps(MACHINE, indent=2))
    Path("work.asltest.yaml").write_text(TESTS)
    return tmp_path


@pytest.fixture
def wrong(folder: Path) -> Path:
    """A folder with a file of failing tests too."""
    Path("more").mkdir()
    Path("more/functions.py").write_text("def work(event, context):\n    print('at work')\n    return {'n': 2}\n")
    Path("more/wrong.asltest.yaml").write_text(WRONG)
    return folder


def run(*args: str, stdin: str | None = None, variables: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(asl.cli.main, ["test", *args], input=stdin, env=variables)


def without_time(text: str) -> str:
    return text.rpartition(" in ")[0]


def test_what_passes_is_a_line(folder: Path) -> None:
    result = run()
    assert (result.exit_code, result.stderr) == (0, "")
    assert without_time(result.stdout) == (
        "✓ work.asltest.yaml · 2 passed, 1 skipped\n  · not yet: skipped: tomorrow\n\n2 passed, 1 skipped"
    )


def test_what_fails_is_told_with_its_places(wrong: Path) -> None:
    result = run()
    assert result.exit_code == 1
    assert without_time(result.stdout) == (
        "✓ work.asltest.yaml · 2 passed, 1 skipped\n"
        "  · not yet: skipped: tomorrow\n"
        "✗ more/wrong.asltest.yaml · 2 failed\n"
        "  ✗ wrong output\n"
        "    more/wrong.asltest.yaml:6: output: not as expected\n"
        "      $.n: expected 3, got 2\n"
        "    path: Work → Big → Yes\n"
        "    printed:\n"
        "      at work\n"
        "  ✗ wrong path\n"
        "    more/wrong.asltest.yaml:9: path: not as expected\n"
        "        Work\n"
        "        Big\n"
        "      - Yes   (expected)\n"
        '      + No   (error TooBig: "over 5")\n'
        "    ended: FAILED at work.asl.json:31:11: TooBig: over 5\n"
        "\n"
        "2 passed, 2 failed, 1 skipped"
    )


def test_the_story_is_told_where_it_is_asked_for(wrong: Path) -> None:
    result = run("--story", "-k", "wrong output")
    assert "what happened:" in result.stdout
    assert "● Work (Task) work {}" in result.stdout
    assert "● Work" not in run("-k", "wrong output").stdout


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("small", ["small"]),
        ("too big", ["too big"]),
        ("WRONG", ["wrong output", "wrong path"]),
        ("wrong and not path", ["wrong output"]),
        ("small or (wrong and path)", ["small", "wrong path"]),
        ("work.asltest and not yet", ["small", "too big"]),
        ("more/", ["wrong output", "wrong path"]),
    ],
)
def test_cases_are_chosen_by_words(wrong: Path, expression: str, names: list[str]) -> None:
    run("-k", expression, "--junit", "report.xml")
    assert [case.get("name") for case in ElementTree.parse("report.xml").iter("testcase")] == names


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("not", "a word is missing at the end"),
        ("small and", "a word is missing at the end"),
        ("or small", "a word is missing before 'or'"),
        ("(small", "a ) is missing"),
        ("small)", "')' cannot stand there"),
    ],
)
def test_an_expression_that_is_none(folder: Path, expression: str, said: str) -> None:
    result = run("-k", expression)
    assert result.exit_code == 2
    assert said in result.stderr


def test_the_first_failure_ends_it(wrong: Path) -> None:
    result = run("-x", "more", ".")
    assert result.exit_code == 1
    assert without_time(result.stdout).endswith("\n\n1 failed")
    assert "wrong path" not in result.stdout


def test_files_and_folders_are_run_once_in_order(wrong: Path) -> None:
    result = run("work.asltest.yaml", ".", "more")
    lines = [line for line in result.stdout.splitlines() if line[:1] in "✓✗"]
    assert [line.split()[1] for line in lines if line] == ["work.asltest.yaml", "more/wrong.asltest.yaml"]


@pytest.mark.parametrize("name", [".hidden", "node_modules", "venv"])
def test_folders_that_are_left_out(folder: Path, name: str) -> None:
    Path(name).mkdir()
    Path(name, "x.asltest.yaml").write_text("machine: gone\ncases: {a: {}}\n")
    if name == "venv":
        Path(name, "pyvenv.cfg").write_text("")
    assert run().exit_code == 0


def test_a_malformed_file_stops_no_other(wrong: Path) -> None:
    Path("bad.asltest.yaml").write_text("machine: work.asl.json\ncases: {a: {expects: 1}}\n")
    result = run("-k", "small or wrong", "--junit", "report.xml")
    assert result.exit_code == 2
    assert (
        "✗ bad.asltest.yaml · cannot be run\n  bad.asltest.yaml:2:13: error: the case 'a' has no 'exp" in result.stdout
    )
    assert "hint: did you mean 'expect'?" in result.stdout
    assert without_time(result.stdout).endswith("1 passed, 2 failed, 1 file could not be run")
    suites = ElementTree.parse("report.xml").getroot()
    assert (suites.get("tests"), suites.get("failures"), suites.get("errors")) == ("4", "2", "1")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("gone",), "there is no file or folder 'gone'"),
        (("work.asl.json",), "'work.asl.json' is no test file: their names end in .asltest.yaml"),
        (("test_x.py",), "tests in Python are run by pytest"),
        (("empty",), "there are no test files below 'empty'; write one, machine.asltest.yaml:"),
        (("-k", "nothing"), "no case is meant by -k 'nothing'"),
        (("--machine", "A=b"), "--machine, --input and --define are for --mock-config"),
        (("--junit", "no/such/report.xml"), "there is no directory 'no/such'"),
        (("--fail-under", "101"), "101.0 is not in the range"),
        (("--mock-config", "gone.json"), "gone.json: no such file"),
    ],
)
def test_wrong_calls(folder: Path, args: tuple[str, ...], said: str) -> None:
    Path("empty").mkdir()
    Path("test_x.py").write_text("")
    result = run(*args)
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.stderr
    assert not Path("report.xml").exists()


def test_who_has_only_a_definition_is_led_to_a_test_that_passes(folder: Path) -> None:
    Path("work.asltest.yaml").unlink()
    first = run()
    assert first.exit_code == 2
    said = first.stderr.partition("write one, ")[2]
    name, _, text = said.partition(":\n")
    assert name == "work.asltest.yaml"
    assert '    "Work": {return: {}}\n' in text
    Path(name).write_text(text)
    second = run()
    assert second.exit_code == 1
    assert "Invalid path '$.n'" in second.stdout
    Path(name).write_text(text.replace("{return: {}}", "{return: {n: 1}}"))
    assert run().exit_code == 0
    Path(name).write_text(
        text.replace('    "Work": {return: {}}\n', "").replace("  mocks: # what the tasks answer\n", "")
    )
    lines = run().stdout.splitlines()
    start = next(number for number, line in enumerate(lines) if line.strip() == "mocks:")
    assert [line.strip() for line in lines[start : start + 3]][:2] == ["mocks:", "Work:"]


def test_settings_hold(folder: Path) -> None:
    Path("asl.toml").write_text('region = "regio"\nlambdas = 1\n')
    result = run()
    assert result.exit_code == 2
    assert "there is no setting 'lambdas'; did you mean 'lambda'?" in result.stderr


def test_colours_are_for_terminals(wrong: Path) -> None:
    assert "\x1b[" not in run().stdout
    coloured = CliRunner().invoke(asl.cli.main, ["test"], env={"FORCE_COLOR": "1"}, color=True).stdout
    assert "\x1b[32m✓\x1b[0m" in coloured
    assert "\x1b[31m✗\x1b[0m" in coloured
    assert "\x1b[31m      + No" in coloured


# -- reports for others ----------------------------------------------------------------------------------------------


def test_junit(wrong: Path) -> None:
    Path("more/functions.py").write_text("def work(event, context):\n    return {'n': '<&\\x00\\ud800]]>'}\n")
    result = run("--junit", "report.xml")
    assert result.exit_code == 1
    root = ElementTree.parse("report.xml").getroot()
    assert root.tag == "testsuites"
    assert {name: root.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "5", "failures": "2", "errors": "0", "skipped": "1"
    }  # fmt: skip
    first, second = root
    assert (first.get("name"), first.get("tests"), first.get("skipped")) == ("work.asltest.yaml", "3", "1")
    small, _, skipped = first
    assert (small.get("classname"), small.get("name")) == ("work.asltest.yaml", "small")
    assert (small.get("file"), small.get("line"), len(small)) == ("work.asltest.yaml", "3", 0)
    assert float(small.get("time") or "x") >= 0
    assert skipped[0].tag == "skipped"
    assert skipped[0].get("message") == "tomorrow"
    failure, out = second[0]
    assert (failure.tag, out.tag) == ("failure", "system-out")
    assert second[0].get("classname") == "more.wrong.asltest.yaml"
    assert failure.get("message", "").startswith("more/wrong.asltest.yaml:")
    assert "● Work (Task)" in (out.text or "")


def test_names_cannot_break_the_report(folder: Path) -> None:
    Path("work.asltest.yaml").write_text(
        'machine: work.asl.json\ncases:\n  "</testcase>\\"&\\u0001<x>": {mocks: {Work: {fail: "]]>\\u0007"}}}\n'
    )
    assert run("--junit", "report.xml").exit_code == 1
    (case,) = ElementTree.parse("report.xml").iter("testcase")
    assert case.get("name") == '</testcase>"&\ufffd<x>'


def test_a_report_that_was_there_is_kept_when_the_call_is_wrong(folder: Path) -> None:
    Path("report.xml").write_text("old")
    assert run("gone", "--junit", "report.xml").exit_code == 2
    assert Path("report.xml").read_text() == "old"


def test_coverage(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = run("--coverage", "-k", "small")
    assert result.exit_code == 0
    assert "work.asl.json" in result.stdout
    assert "Big: Choices[0] → No never taken" in result.stdout
    assert "Work: Retry[0] (Busy) never used" in result.stdout


def test_too_little_coverage(folder: Path) -> None:
    result = run("--fail-under", "95", "-k", "small")
    assert result.exit_code == 1
    assert "% is covered, less than 95 % (--fail-under)" in result.stdout
    assert run("--coverage", "--fail-under", "10").exit_code == 0


def test_a_machine_of_which_no_case_runs_counts(folder: Path) -> None:
    result = run("--coverage", "-k", "yet")
    assert "0%" in result.stdout


def test_the_schema() -> None:
    result = CliRunner().invoke(asl.cli.main, ["schema", "test"])
    assert json.loads(result.stdout)["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert CliRunner().invoke(asl.cli.main, ["schema", "tests"]).exit_code == 2


# -- mock files ------------------------------------------------------------------------------------------------------

MOCKS: dict[str, Any] = {
    "StateMachines": {
        "Work": {"TestCases": {"Small": {"Work": "Small"}, "Big": {"Work": "Big"}, "Busy": {"Work": "Busy"}}}
    },
    "MockedResponses": {
        "Small": {"0": {"Return": {"n": 1}}},
        "Big": {"0": {"Return": {"n": 9}}},
        "Busy": {"0-1": {"Throw": {"Error": "Busy", "Cause": ""}}, "2": {"Return": {"n": 1}}},
    },
}


@pytest.fixture
def mocks(folder: Path) -> Path:
    Path("mocks.json").write_text(json.dumps(MOCKS, indent=2))
    return folder


def test_cases_of_a_mock_file_pass_when_they_succeed(mocks: Path) -> None:
    result = run("--mock-config", "mocks.json", "--machine", "Work=work.asl.json")
    assert result.exit_code == 1
    assert without_time(result.stdout) == (
        "✗ mocks.json · 2 passed, 1 failed\n"
        "  ✗ Big\n"
        "    mocks.json:8: status: expected SUCCEEDED, got FAILED\n"
        "      A mock file cannot say what is expected; a test file can, NAME.asltest.yaml:\n"
        "        machine: work.asl.json\n"
        "        cases:\n"
        "          Big:\n"
        "            mock_config: mocks.json#Big\n"
        '            expect: {error: "TooBig"}\n'
        "    path: Work → Big → No\n"
        "    ended: FAILED at work.asl.json:31:11: TooBig: over 5\n"
        "\n"
        "2 passed, 1 failed"
    )


def test_what_is_told_of_a_failed_mock_case_is_a_test_that_passes(mocks: Path) -> None:
    lines = run("--mock-config", "mocks.json", "--machine", "Work=work.asl.json").stdout.splitlines()
    start = next(number for number, line in enumerate(lines) if line.strip().startswith("machine:"))
    Path("big.asltest.yaml").write_text("\n".join(line[8:] for line in lines[start : start + 5]))
    assert run("big.asltest.yaml").exit_code == 0


def test_machines_of_the_settings_are_known(mocks: Path) -> None:
    Path("asl.toml").write_text('[machine]\nWork = "work.asl.json"\n')
    assert "2 passed, 1 failed" in run("--mock-config", "mocks.json").stdout


@pytest.mark.parametrize("args", [("work.asl.json",), ("--machine", "Work=work.asl.json")])
def test_the_only_machine_needs_no_name(mocks: Path, args: tuple[str, ...]) -> None:
    assert "2 passed, 1 failed" in run("--mock-config", "mocks.json", *args).stdout


def test_machines_are_known_by_their_own_names(mocks: Path) -> None:
    Path("other.asl.json").write_text(json.dumps(MACHINE))
    MOCKED = {
        **MOCKS,
        "StateMachines": {**MOCKS["StateMachines"], "other": {"TestCases": {"Small": {"Work": "Small"}}}},
    }
    Path("mocks.json").write_text(json.dumps(MOCKED))
    result = run("--mock-config", "mocks.json", "other.asl.json", "--machine", "Work=work.asl.json", "-k", "small")
    assert result.exit_code == 0
    assert "2 passed" in result.stdout


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ((), "which definitions its state machines have is not said; add\n  --machine Work=FILE"),
        (("--machine", "Wrk=work.asl.json"), "there is no state machine 'Wrk'; did you mean 'Work'?"),
        (("--machine", "work.asl.json"), "is not NAME=VALUE; write --machine Order=order.asl.json"),
        (("gone.asl.json",), "gone.asl.json: no such file"),
        (("work.asl.json", "--define", "A=b"), "no placeholder ${A} to fill"),
        (("work.asl.json", "--input", "{"), "--input"),
    ],
)
def test_wrong_calls_with_a_mock_file(mocks: Path, args: tuple[str, ...], said: str) -> None:
    result = run("--mock-config", "mocks.json", *args)
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_state_that_a_mock_file_forgets(mocks: Path) -> None:
    forgetful = {**MOCKS, "StateMachines": {"Work": {"TestCases": {"Nothing": {}}}}}
    Path("mocks.json").write_text(json.dumps(forgetful))
    result = run("--mock-config", "mocks.json", "work.asl.json")
    assert result.exit_code == 1
    assert "Add a response for the state 'Work' to the test case" in result.stdout
    Path("asl.toml").write_text('[lambda]\nwork = "app:work"\n')
    Path("app.py").write_text("def work(event, context):\n    return event\n")
    result = run("--mock-config", "mocks.json", "work.asl.json", "--input", '{"n": 4}')
    assert result.exit_code == 0


def test_placeholders_and_templates(mocks: Path) -> None:
    text = json.dumps(MACHINE).replace("function:work", "function:${Name}")
    Path("work.asl.json").write_text(text)
    assert run("--mock-config", "mocks.json", "work.asl.json", "-d", "Name=work", "-k", "small").exit_code == 0
    Path("template.yaml").write_text(
        "Resources:\n  Machine:\n    Type: AWS::Serverless::StateMachine\n    Properties:\n"
        "      DefinitionUri: work.asl.json\n      DefinitionSubstitutions: {Name: work}\n"
    )
    assert run("--mock-config", "mocks.json", "template.yaml", "-k", "small").exit_code == 0


def test_cases_by_their_names(folder: Path) -> None:
    (file,) = (path.name for path in folder.glob("*.asltest.yaml"))
    names = [line for line in run(file).stdout.splitlines() if "passed" in line]
    assert names
    result = run(f"{file}::small")
    assert result.exit_code == 0
    assert "1 passed in" in result.stdout
    wrong = run(f"{file}::smal")
    assert wrong.exit_code == 2
    assert f"there is no case {file}::smal; did you mean '{file}::small'?" in wrong.stderr
    mixed = run(f"{file}::small", ".")
    assert mixed.exit_code == 2
    assert "name cases of every file, or of none: '.' comes without one" in mixed.stderr
