"""`asl check` on a terminal, and its counts."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONG = '{"Comment": "' + "c" * 300 + '", "StartAt": "Wrong", "States": {"A": {"Type": "Succeed"}}, "Version": "1.0"}'
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR")}


def environment(**variables: str) -> dict[str, str]:
    return {**ENVIRONMENT, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **variables}


def on_a_terminal(folder: Path, **variables: str) -> str:
    """What `asl check` of LONG writes to a terminal."""
    pty = pytest.importorskip("pty")
    (folder / "long.json").write_text(LONG)
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "asl", "check", "long.json"]
    subprocess.run(command, cwd=folder, env=environment(**variables), stdout=theirs, stderr=theirs, check=False)
    os.close(theirs)
    said = b""
    try:
        while piece := os.read(ours, 65536):
            said += piece
    except OSError:  # the way in which Linux says that the other end is closed
        pass
    os.close(ours)
    return said.decode().replace("\r\n", "\n")


def in_a_pipe(folder: Path, *files: str, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "asl", "check", *files]
    return subprocess.run(
        command, cwd=folder, env=environment(**variables), capture_output=True, encoding="utf-8", check=False
    )


@pytest.mark.parametrize("columns", [40, 61, 100])
def test_the_line_is_cut_to_the_terminal(columns: int, tmp_path: Path) -> None:
    lines = on_a_terminal(tmp_path, COLUMNS=str(columns), TERM="dumb").splitlines()
    assert lines[0].startswith("long.json:1:328: error: Missing 'StartAt' target")
    assert lines[1].startswith("  1 | …")
    assert lines[1].endswith("…")
    assert len(lines[1]) == columns
    assert lines[1][lines[2].index("^") : lines[2].rindex("^") + 1] == '"Wrong"'


def test_a_line_in_a_pipe_is_cut_as_wide_whatever_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "long.json").write_text(LONG)
    lines = in_a_pipe(tmp_path, "long.json", COLUMNS="60").stdout.splitlines()
    assert len(lines[1]) == len("  1 | ...") + 160
    assert lines[1][lines[2].index("^") : lines[2].rindex("^") + 1] == '"Wrong"'


def test_colours(tmp_path: Path) -> None:
    assert "\x1b[31m" in on_a_terminal(tmp_path, TERM="xterm")
    assert "\x1b" not in on_a_terminal(tmp_path, TERM="dumb")
    assert "\x1b" not in on_a_terminal(tmp_path, TERM="xterm", NO_COLOR="1")
    assert "\x1b" not in in_a_pipe(tmp_path, "long.json").stdout
    assert "\x1b[31m" in in_a_pipe(tmp_path, "long.json", FORCE_COLOR="1").stdout


def test_a_file_that_cannot_be_read_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "good.json").write_text('{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}')
    done = in_a_pipe(tmp_path, ".")
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "error: .: is a directory, not a definition\n")
    done = in_a_pipe(tmp_path, "nothing.json", "good.json", ".")
    assert (done.returncode, done.stdout) == (2, "0 errors, 0 warnings in 1 file\n")
    assert done.stderr == "error: nothing.json: no such file\nerror: .: is a directory, not a definition\n"


def test_a_define_without_a_value(tmp_path: Path) -> None:
    done = in_a_pipe(tmp_path, "good.json", "--define", "Name")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: --define 'Name' is not NAME=VALUE; write --define Name=value\n"


def test_parameters_that_an_integration_does_not_take(tmp_path: Path) -> None:
    (tmp_path / "tasks.asl.yaml").write_text(
        """\
StartAt: A
States:
  A:
    Type: Task
    Resource: arn:aws:states:::sqs:sendMessage
    Parameters: {QueueURL: "https://sqs.us-east-1.amazonaws.com/1/q", MessageBody.$: $}
    Next: B
  B:
    Type: Task
    Resource: arn:aws:states:::aws-sdk:s3:getObject
    QueryLanguage: JSONata
    Arguments: {Bucket: b, Kye: k}
    Next: C
  C:
    Type: Task
    Resource: arn:aws:lambda:us-east-1:123456789012:function:anything
    Parameters: {any: thing}
    End: true
"""
    )
    done = in_a_pipe(tmp_path, "tasks.asl.yaml")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[0] == "tasks.asl.yaml:6:18: warning: sqs:sendMessage has no parameter 'QueueURL' [unknown-parameter]"
    assert lines[3] == "  hint: did you mean 'QueueUrl'?"
    assert lines[4] == "tasks.asl.yaml:12:28: warning: aws-sdk:s3:getObject has no parameter 'Kye' [unknown-parameter]"
    assert lines[-1] == "0 errors, 2 warnings in 1 file"
