"""The pytest plugin, in sessions of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import asl.testing.collection
import asl.testing.explanations
import asl.testing.fixture  # sessions in this process share what is imported before them
import asl.testing.session_coverage  # noqa: F401

DEFINITION = {
    "StartAt": "Check",
    "States": {
        "Check": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.n", "NumericGreaterThan": 0, "Next": "Work"}],
            "Default": "Nothing",
        },
        "Work": {
            "Type": "Task",
            "Resource": "arn:aws:states:::example:work",
            "Catch": [{"ErrorEquals": ["Busy"], "ResultPath": "$.why", "Next": "Nothing"}],
            "End": True,
        },
        "Nothing": {"Type": "Succeed"},
    },
}


@pytest.fixture
def folder(pytester: pytest.Pytester) -> Path:
    (pytester.path / "machine.asl.json").write_text(json.dumps(DEFINITION, indent=2))
    return pytester.path


def session(pytester: pytest.Pytester, code: str, *options: str) -> pytest.RunResult:
    """A session of one test file with the fixture `work`, whose task answers {"done": 1}."""
    fixture = """
import pytest

@pytest.fixture
def work(asl):
    work = asl("machine.asl.json", name="work")
    work.mock("Work").returns({"done": 1})
    return work
"""
    pytester.makepyfile(fixture + code)
    return pytester.runpytest_inprocess(*options)


def test_what_passes(pytester: pytest.Pytester, folder: Path) -> None:
    code = """
def test_done(work, asl):
    run = work.run({"n": 1})
    assert run.succeeded
    assert run.path == ["Check", "Work"]
    assert run.output == asl.partial({"done": 1})

def test_names_of_the_package_that_the_fixture_hides(work, asl):
    with pytest.raises(asl.InputError):
        work.mock("Check")
    with pytest.raises(AttributeError, match="nor the package has"):
        asl.mock

def test_elsewhere(asl):
    assert asl({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}).run([1]).output == [1]
"""
    session(pytester, code).assert_outcomes(passed=3)


def test_files_are_found_beside_the_test(pytester: pytest.Pytester, folder: Path) -> None:
    below = folder / "below"
    below.mkdir()
    (below / "other.asl.json").write_text((folder / "machine.asl.json").read_text())
    (below / "test_it.py").write_text(
        "def test_it(asl):\n    asl('other.asl.json')\n    asl('machine.asl.json')\n"
        "def test_not(asl):\n    asl('nothing.asl.json')\n"
    )
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["E *there is no file 'nothing.asl.json'; looked for", "E *below/nothing.asl.json"])


def test_files_named_in_options_are_found_beside_the_test_too(pytester: pytest.Pytester, folder: Path) -> None:
    below = folder / "below"
    below.mkdir()
    mocks = {
        "StateMachines": {"parent": {"TestCases": {"Late": {"Work": "Late"}}}},
        "MockedResponses": {"Late": {"0": {"Throw": {"Error": "Busy", "Cause": "late"}}}},
    }
    start = {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:child"},
        "Next": "Work",
    }
    work = {"Type": "Task", "Resource": "arn:aws:states:::example:work", "End": True}
    child = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
    parent = {"StartAt": "Start", "States": {"Start": start, "Work": work}}
    for name, content in {"parent.asl.json": parent, "child.asl.json": child, "mocks.json": mocks}.items():
        (below / name).write_text(json.dumps(content))
    (below / "test_it.py").write_text(
        "def test_it(asl):\n"
        "    parent = asl('parent.asl.json', machines={'child': 'child.asl.json'}, mocks='mocks.json#Late')\n"
        "    assert parent.run().error == 'Busy'\n"
        "    parent = asl('parent.asl.json', resources='nothing.json', aws='embedded')\n"
        "    parent.run()\n"
    )
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [">*parent.run()", "E *there is no file 'nothing.json'; looked for", "E *below/nothing.json"]
    )


def test_files_are_found_in_the_folders_above_up_to_the_project(pytester: pytest.Pytester, folder: Path) -> None:
    below = folder / "tests" / "deep"
    below.mkdir(parents=True)
    (folder / "pyproject.toml").write_text("[project]\nname = 'it'\n")
    (below / "pytest.ini").write_text("[pytest]\n")
    (below.parent / "test_it.py").write_text("def test_it(asl):\n    asl('machine.asl.json')\n")
    (below / "test_it.py").write_text("def test_it(asl):\n    asl('machine.asl.json')\n")
    assert pytester.runpytest_subprocess("--rootdir=tests", "tests/test_it.py").ret == 0
    os.chdir(below)
    pytester.runpytest_inprocess("test_it.py").assert_outcomes(failed=1)  # a project of its own begins here


def test_where_the_path_left_the_expected_one(pytester: pytest.Pytester, folder: Path) -> None:
    code = """
def test_path(work):
    work.mock("Work").fails("Busy", "too late")
    assert work.run({"n": 1}).path == ["Check", "Work", "Done"]
"""
    result = session(pytester, code)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "E *the path of work is not as expected: after Work, expected Done, got Nothing",
            "E *  Check",
            'E *  Work   (error Busy: "too late")',
            "E *- Done   (expected)",
            "E *+ Nothing",
            "*what happened in work*",
            "*Work caught → Nothing*",
        ]
    )


@pytest.mark.parametrize(
    ("assertion", "lines"),
    [
        ("run.output == {'done': 2}", ["*the output of work is not as expected", "*$.done: expected 2, got 1"]),
        ("run.output == {}", ["*$.done: not expected, got 1"]),
        ("run.output == asl.partial({'more': 1})", ["*$.more: expected 1, but it is missing"]),
        ("asl.partial({'source': 'a'}) in run.events", ["*no element is as expected", "*there are none"]),
        (
            "asl.partial({'a': 1, 'b': 2}) in [{'a': 2}, {'a': 1}]",
            ["*the nearest, number 1 of 2 counted from 0, differs:", "*$.b: expected 2, but it is missing"],
        ),
        ("[{'a': 2}] == [asl.partial({'a': 1})]", ["*the array is not as expected", "*$[[]0].a: expected 1, got 2"]),
    ],
)
def test_what_of_the_data_differs(pytester: pytest.Pytester, folder: Path, assertion: str, lines: list[str]) -> None:
    code = f"\ndef test_it(work, asl):\n    run = work.run({{'n': 1}})\n    assert {assertion}\n"
    result = session(pytester, code)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(lines)


def test_a_run_that_failed_has_no_output(pytester: pytest.Pytester, folder: Path) -> None:
    code = """
def test_it(work):
    work.mock("Work").fails("Broken", "it is")
    assert work.run({"n": 1}).output == {"done": 1}
"""
    result = session(pytester, code)
    result.stdout.fnmatch_lines(["*work gave no output", "*FAILED at machine.asl.json:*: Broken: it is"])


def test_a_result_of_lambda_invoke_without_payload_is_explained(pytester: pytest.Pytester) -> None:
    work = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"}}
    work |= {"ResultSelector": {"total.$": "$.Payload.total"}, "End": True}
    (pytester.path / "m.asl.json").write_text(json.dumps({"StartAt": "Work", "States": {"Work": work}}))
    pytester.makepyfile("""
def test_it(asl):
    work = asl("m.asl.json")
    work.mock("Work").returns({"total": 15})
    assert work.run().output == {"total": 15}
""")
    hint = '*lambda:invoke answered {"total":15}, without Payload; *.returns_payload(...)*'
    pytester.runpytest_inprocess().stdout.fnmatch_lines([hint])
    case = "machine: m.asl.json\nmocks: {Work: {return: {total: 15}}}\ncases: {it: {expect: {output: {total: 15}}}}\n"
    (pytester.path / "m.asltest.yaml").write_text(case)
    pytester.runpytest_inprocess("m.asltest.yaml").stdout.fnmatch_lines([f"hint: {hint}"])


def test_an_unmocked_task_fails_with_the_fix_and_nothing_of_the_inside(pytester: pytest.Pytester, folder: Path) -> None:
    code = """
def test_it(asl):
    asl("machine.asl.json").run({"n": 1})
"""
    result = session(pytester, code)
    result.stdout.fnmatch_lines(
        [
            "E *UnansweredError: machine.asl.json:17:19: nothing answers the task of state 'Work'*",
            '*.mock("Work").returns({...})',
        ]
    )
    result.stdout.no_fnmatch_line("*workflow.py*")
    assert "workflow.py" in session(pytester, code, "--fulltrace").stdout.str()


def test_exceptions_of_a_mocks_function_are_shown_where_they_are(pytester: pytest.Pytester, folder: Path) -> None:
    code = """
def test_it(asl):
    work = asl("machine.asl.json")
    work.mock("Work").returns(lambda arguments: arguments["nope"])
    work.run({"n": 1})
"""
    result = session(pytester, code)
    result.stdout.fnmatch_lines(
        ['*work.mock("Work").returns(lambda arguments: arguments[[]"nope"[]])', "E *KeyError: 'nope'"]
    )
    result.stdout.no_fnmatch_line("*answers.py*")


@pytest.mark.parametrize("mock", ["fails('Busy', times=1)", "target"])
def test_mocks_that_ran_out_are_told_without_the_inside(pytester: pytest.Pytester, mock: str) -> None:
    work = {"Type": "Task", "Resource": "arn:aws:states:::example:work", "End": True}
    work |= {"Retry": [{"ErrorEquals": ["States.ALL"]}]}
    (pytester.path / "m.asl.json").write_text(json.dumps({"StartAt": "Work", "States": {"Work": work}}))
    pytester.makepyfile(f"""
def test_it(asl):
    work = asl("m.asl.json")
    work.mock("Work").{mock}
    work.run()
""")
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E *HostError: m.asl.json:1:*: the mock of state 'Work' *"])
    result.stdout.no_fnmatch_line("*mocks.py*")
    result.stdout.no_fnmatch_line("*direct cause*")


def test_runs_without_the_fixture_are_explained_too(pytester: pytest.Pytester, folder: Path) -> None:
    code = """
import unittest
from asl.testing import Workflow, partial
import asl as package

@pytest.fixture(scope="module")
def shared():
    with Workflow("machine.asl.json", name="shared") as workflow:
        workflow.mock("Work").returns({"done": 1})
        yield workflow

def test_shared(shared):
    assert shared.run({"n": 1}).path == ["Check"]

def test_plain():
    assert package.load("machine.asl.json", name="plain").run({"n": 0}).output == partial({"n": 1})

class Case(unittest.TestCase):
    def test_it(self):
        self.assertEqual(package.load("machine.asl.json", name="case").run({"n": 0}).path, [])
"""
    result = session(pytester, code)
    result.assert_outcomes(failed=3)
    result.stdout.fnmatch_lines(
        [
            "*the path of shared is not as expected: after Check, expected the end, got Work",
            "*what happened in shared*",
            "*$.n: expected 1, got 0",
            "*what happened in plain*",
            "*what happened in case*",
        ]
    )


def test_other_comparisons_are_left_alone(pytester: pytest.Pytester, folder: Path) -> None:
    code = """
def test_it(work):
    work.run({"n": 1})
    assert [1, 2] == [1, 3]

def test_without():
    assert {"a": 1} == {"a": 2}
"""
    result = session(pytester, code)
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["*At index 1 diff: 2 != 3*", "*{'a': 1} != {'a': 2}*"])


def test_values_that_compare_in_their_own_way_are_left_alone(pytester: pytest.Pytester, folder: Path) -> None:
    code = """
class Column:
    def __eq__(self, other):
        return Several()

class Several:
    def __bool__(self):
        raise ValueError("truth of several values")
    def all(self):
        return False

def test_it(work):
    work.run({"n": 1})
    assert (Column() == ["Check"]).all()

class Odd:
    __hash__ = None
    asked = 0
    def __eq__(self, other):
        Odd.asked += 1
        return False if Odd.asked == 1 else Several()

def test_odd(work):
    work.run({"n": 1})
    assert Odd() == ["Check"]
"""
    result = session(pytester, code)
    result.assert_outcomes(failed=2)
    result.stdout.no_fnmatch_line("*truth of several values*")


def test_items_of_others_are_left_alone(pytester: pytest.Pytester, folder: Path) -> None:
    pytester.makeconftest("def pytest_itemcollected(item):\n    item.outcome = 'theirs'\n")
    session(pytester, "\ndef test_it(work):\n    assert 0\n").assert_outcomes(failed=1)


def test_runs_of_tests_that_are_classes(pytester: pytest.Pytester, folder: Path) -> None:
    code = """
import unittest

class TestIt(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def given(self, asl):
        self.work = asl("machine.asl.json")

    def test_it(self):
        self.assertEqual(self.work.run({"n": 0}).path, [])
"""
    result = session(pytester, code)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*what happened in *", "*Nothing*"])


TEST_FILE = """
machine: machine.asl.json
name: work
mocks:
  Work: {return: {done: 1}}
cases:
  works:
    input: {n: 1}
    expect: {output: {done: 1}, path: [Check, Work]}
  does not:
    input: {n: 1}
    mocks: {Work: {fail: Broken}}
    expect: {output: {done: 1}}
  later:
    skip: not today
"""


def test_test_files(pytester: pytest.Pytester, folder: Path) -> None:
    (folder / "work.asltest.yaml").write_text(TEST_FILE)
    result = pytester.runpytest_inprocess("-rs")
    result.assert_outcomes(passed=1, failed=1, skipped=1)
    result.stdout.fnmatch_lines(
        [
            "*_ does not _*",
            "work.asltest.yaml:13: *",
            "ended: FAILED at machine.asl.json:*: Broken",
            "*what happened in work*",
            "SKIPPED*work.asltest.yaml:14: not today",
        ]
    )
    pytester.runpytest_inprocess("-k", "works").assert_outcomes(passed=1, deselected=2)
    pytester.runpytest_inprocess("work.asltest.yaml::works").assert_outcomes(passed=1)


def test_a_malformed_test_file(pytester: pytest.Pytester, folder: Path) -> None:
    (folder / "work.asltest.yaml").write_text(TEST_FILE.replace("output", "outptu"))
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*work.asltest.yaml:9:*outptu*", "*did you mean 'output'?*"])


def test_coverage_by_name(pytester: pytest.Pytester, folder: Path) -> None:
    (folder / "work.asltest.yaml").write_text(TEST_FILE)
    pytester.makepyfile("def test_it(asl):\n    assert asl('machine.asl.json').run({'n': 0}).succeeded\n")
    result = pytester.runpytest_inprocess("--asl-coverage", "-k", "works or test_it")
    result.assert_outcomes(passed=2, deselected=2)
    result.stdout.fnmatch_lines(
        ["*coverage of state machines*", "machine.asl.json *3/3*86%", "machine.asl.json:*Work: Catch*never taken"]
    )


@pytest.mark.parametrize(("percent", "code"), [(85, 0), (95, 1)])
@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_coverage_that_is_too_low(
    pytester: pytest.Pytester, folder: Path, percent: int, code: int, workers: tuple[str, ...]
) -> None:
    if workers:
        pytest.importorskip("xdist")
    (folder / "work.asltest.yaml").write_text(TEST_FILE)
    (folder / "empty.asltest.yaml").write_text("machine: machine.asl.json\ncases: {none: {input: {n: 0}}}\n")
    result = pytester.runpytest_inprocess(f"--asl-fail-under={percent}", "-k", "works or none", *workers)
    assert result.ret == code
    said = "*FAIL 85.71 % of the state machines is covered, less than 95 %*"
    (result.stdout.fnmatch_lines if code else result.stdout.no_fnmatch_line)([said] if code else said)


def test_tests_that_are_only_collected_cover_nothing(pytester: pytest.Pytester, folder: Path) -> None:
    (folder / "work.asltest.yaml").write_text(TEST_FILE)
    assert pytester.runpytest_inprocess("--collect-only", "--asl-fail-under=90").ret == 0


def test_a_percentage_that_is_none(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_inprocess("--asl-fail-under=101")
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*--asl-fail-under: invalid*"])


def test_in_several_processes(pytester: pytest.Pytester, folder: Path) -> None:
    pytest.importorskip("xdist")
    code = """
@pytest.mark.parametrize("n", range(4))
def test_it(work, n):
    assert work.run({"n": n}).path[0] == "Check"
"""
    session(pytester, code, "-n", "2").assert_outcomes(passed=4)


def test_a_session_without_state_machines_loads_nothing(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "import sys\n"
        "def test_it():\n"
        "    ours = {name for name in sys.modules if name == 'asl' or name.startswith('asl.')}\n"
        "    assert ours <= {'asl', 'asl.hosts', 'asl.hosts.watchers', 'asl.testing', 'asl.testing.plugin'}, ours\n"
        "    assert not {'yaml', 'boto3', 'coverage', 'hypothesis', 'jsonpath_ng'} & set(sys.modules)\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:hypothesispytest"]
    command += ["-p", "no:pytest_cov", "-p", "no:xdist"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
