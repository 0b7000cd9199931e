"""Wrong calls of the command: each has one clear message, the right exit code, and no traceback."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from asl.cli import main

CASES = json.loads((Path(__file__).parents[1] / "cases" / "bad_calls.json").read_text())


def write(path: Path, content: object) -> None:
    """`content` is text, `{"hex": bytes}`, or `{"repeat": [before, [text, times], after]}`."""
    match content:
        case str():
            path.write_text(content)
        case {"hex": octets}:
            path.write_bytes(bytes.fromhex(octets))
        case {"repeat": [before, [text, times], after]}:
            path.write_text(before + text * times + after)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_wrong_call(case, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, content in case["files"].items():
        write(tmp_path / name, content)
    result = CliRunner().invoke(main, case["args"], input=case.get("stdin"))
    said = result.stderr + result.stdout
    assert case["said"] in said, said
    assert result.exit_code == case["exit"], said
    assert "Traceback" not in said
    assert "bug of aslkit" not in said
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted(case["files"]), "left a file behind"


def test_names_are_unique():
    names = [case["name"] for case in CASES]
    assert len(names) == len(set(names))
    assert len(names) >= 40
