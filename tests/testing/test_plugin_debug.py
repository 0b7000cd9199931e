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
    work = asl("machine.asl.json")
    work.mock("Work").fails("Broken", "by the mock")
    assert work.run({"n": 1}).succeeded
"""


@pytest.mark.parametrize("options", [(), ("-s",)])
def test_a_failed_test_opens_the_debugger_at_the_state_that_failed(
    pytester: pytest.Pytester, options: tuple[str, ...]
) -> None:
    result = session(pytester, FAILING, "print $.n\nback\nquit\n", "--asl-debug", *options)
    result.stdout.fnmatch_lines(
        ["*::test_it failed: AssertionError*", "*: FAILED; quit goes on with the tests", "*error in Work*", "(asl) print $.n", "1", "(asl) back", "*call*Work*",
         "(asl) quit", "*1 failed*"]
    )  # fmt: skip


def test_another_answer_can_be_tried(pytester: pytest.Pytester) -> None:
    result = session(pytester, FAILING, "succeed 5\ncontinue\nquit\n", "--asl-debug")
    result.stdout.fnmatch_lines(["(asl) succeed 5", "*answer*Work*", "(asl) continue", "*succeeded*"])


def test_without_the_option_nothing_is_opened(pytester: pytest.Pytester) -> None:
    result = session(pytester, FAILING, "quit\n")
    assert "(asl) " not in result.stdout.str()
    result.assert_outcomes(failed=1)


def test_breakpoint_opens_it_on_the_execution_so_far(pytester: pytest.Pytester) -> None:
    code = """
def test_it(asl):
    work = asl("machine.asl.json", name="work")
    run = work.run({"n": 1}, start_at="Last")
    breakpoint()
    assert run.succeeded
"""
    result = session(pytester, code, "where\nquit\n", "--asl-debug")
    result.stdout.fnmatch_lines(["work: SUCCEEDED; quit goes on with the tests", "(asl) where", "*Last*"])
    result.assert_outcomes(passed=1)


def test_breakpoint_without_an_execution_is_that_of_python(pytester: pytest.Pytester) -> None:
    result = session(pytester, "def test_it():\n    breakpoint()\n", "continue\n", "--asl-debug")
    result.stdout.fnmatch_lines(["*PDB set_trace*", "*test_breakpoint_without_an_execution_is_that_of_python.py(2)*"])
    result.assert_outcomes(passed=1)


def test_a_failure_without_an_execution_opens_nothing(pytester: pytest.Pytester) -> None:
    result = session(pytester, "def test_it():\n    assert False\n", "quit\n", "--asl-debug")
    assert "(asl) " not in result.stdout.str()


def test_it_needs_the_terminal(pytester: pytest.Pytester) -> None:
    pytest.importorskip("xdist")
    result = session(pytester, FAILING, "", "--asl-debug", "-n", "2")
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
