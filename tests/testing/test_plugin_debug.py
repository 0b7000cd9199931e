"""The debugger in sessions of pytest: `--asl-debug`."""

import json
from pathlib import Path

import pytest

DEFINITION = {
    "StartAt": "First",
    "States": {
        "First": {"Type": "Pass", "Next": "Work"},
        "Work": {"Type": "Task", "Resource": "arn:aws:states:::example:work", "Next": "Last"},
        "Last": {"Type": "Pass", "End": True},
    },
}


def session(pytester: pytest.Pytester, code: str, typed: str, *options: str) -> pytest.RunResult:
    """A session of pytest in a process of its own, with `typed` as standard input."""
    (pytester.path / "machine.asl.json").write_text(json.dumps(DEFINITION, indent=2))
    path = pytester.makepyfile(code)
    arguments = ["python", "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, path]
    return pytester.run(*arguments, stdin=typed.encode())


FAILING = """
def test_it(asl):
    work = asl("machine.asl.json", name="work")
    work.mock("Work").fails("Broken", "by the mock")
    assert work.run({"n": 1}).succeeded
"""


def test_a_failed_test_opens_the_debugger_where_another_answer_can_be_tried(pytester: pytest.Pytester) -> None:
    typed = "print $.n\nback\nsucceed 5\ncontinue\nquit\n"
    result = session(pytester, FAILING, typed, "--asl-debug")
    result.stdout.fnmatch_lines(
        ["*::test_it failed: AssertionError*", "work: FAILED; quit goes on with the tests", "*error in Work*",
         "(asl) print $.n", "1", "(asl) back", "*call*Work*", "(asl) succeed 5", "*answer*Work*", "(asl) continue",
         "*succeeded*", "(asl) quit", "*1 failed*"]
    )  # fmt: skip


def test_without_the_option_nothing_is_opened(pytester: pytest.Pytester) -> None:
    (pytester.path / "machine.asl.json").write_text(json.dumps(DEFINITION))
    pytester.makepyfile(FAILING)
    result = pytester.runpytest_inprocess()
    assert "(asl) " not in result.stdout.str()
    result.assert_outcomes(failed=1)


def test_breakpoint_opens_it_on_the_execution_so_far(pytester: pytest.Pytester) -> None:
    code = """
def test_with_an_execution(asl):
    work = asl("machine.asl.json", name="work")
    run = work.run({"n": 1}, start_at="Last")
    breakpoint()
    assert run.succeeded

def test_without_one():
    breakpoint()

def test_that_fails_without_one():
    assert False
"""
    result = session(pytester, code, "where\nquit\ncontinue\n", "--asl-debug")
    result.stdout.fnmatch_lines(
        ["breakpoint()", "work: SUCCEEDED; quit goes on with the tests", "(asl) where", "*Last*", "*PDB set_trace*",
         "*so_far.py(*)test_without_one()*"]
    )  # fmt: skip
    assert result.stdout.str().count("(asl) ") == 2
    result.assert_outcomes(passed=2, failed=1)


def test_it_needs_the_terminal(pytester: pytest.Pytester) -> None:
    pytest.importorskip("xdist")
    pytester.makepyfile(FAILING)
    result = pytester.runpytest_inprocess("--asl-debug", "-n", "2")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--asl-debug needs the terminal: leave out -n of pytest-xdist*"])


def test_cases_of_test_files_open_it_too(pytester: pytest.Pytester) -> None:
    cases = "machine: machine.asl.json\ncases:\n  broken:\n    mocks: {Work: {fail: Broken}}\n    expect: {output: 1}\n"
    Path(pytester.path / "machine.asl.json").write_text(json.dumps(DEFINITION))
    (pytester.path / "work.asltest.yaml").write_text(cases)
    result = pytester.run("python", "-m", "pytest", "-q", "--asl-debug", "work.asltest.yaml", stdin=b"quit\n")
    result.stdout.fnmatch_lines(["*error in Work*", "(asl) quit", "*1 failed*"])


def test_an_error_that_was_retried_is_not_the_one_that_is_shown(pytester: pytest.Pytester) -> None:
    code = """
def test_it(asl):
    work = asl("machine.asl.json", name="work")
    work.mock("Work").returns(1)
    assert work.run({"n": 1}).succeeded
    work.mock("Work").fails("Broken")
    assert work.run({"n": 2}).succeeded
"""
    retry = {"Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 1}]}
    states = {**DEFINITION["States"], "Work": {**DEFINITION["States"]["Work"], **retry}}  # type: ignore[index]
    (pytester.path / "machine.asl.json").write_text(json.dumps({**DEFINITION, "States": states}))
    path = pytester.makepyfile(code)
    result = pytester.run("python", "-m", "pytest", "-q", "--asl-debug", path, stdin=b"print $$.State.RetryCount\nq\n")
    result.stdout.fnmatch_lines(["work: FAILED, execution 2 of 2 of this test; *", "(asl) print*", "1"])
