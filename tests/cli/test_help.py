"""The command without a subcommand: help, version, and what it costs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import asl
from asl.cli import COMMANDS, main

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_names_the_commands_and_completion(flag):
    said = CliRunner().invoke(main, [flag]).stdout
    for name in COMMANDS:
        assert f"  {name} " in said
    assert "_ASL_COMPLETE=bash_source asl" in said
    assert "Exit codes:" in said


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name):
    result = CliRunner().invoke(main, [name, "-h"])
    assert result.exit_code == 0
    token = dict.fromkeys(("heartbeat", "task-failure", "task-success"), "TOKEN")
    own = {
        "debug": "[FILE]",
        "integrations": "RESOURCE",
        "jsonata": "EXPR",
        "replay": "[HISTORY] [DEFINITION]",
        "schema": "{test}",
        "test": "[PATH]...",
        "test-state": "",
    }
    argument = {**own, **token}
    assert result.stdout.startswith(f"Usage: main {name} [OPTIONS] {argument.get(name, 'FILE')}".rstrip())


def test_version():
    assert CliRunner().invoke(main, ["--version"]).stdout == f"asl {asl.__version__} (aslkit)\n"


def loaded(*args):
    """The modules that a call of the command loads."""
    code = (
        "import sys\n"
        f"sys.argv = ['asl', *{args!r}]\n"
        "from asl.cli import main\n"
        "try:\n"
        "    main(prog_name='asl')\n"
        "except SystemExit:\n"
        "    print('\\n'.join(sys.modules), file=sys.stderr)\n"
    )
    variables = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=variables, timeout=30)
    return set(done.stderr.split())


@pytest.mark.parametrize("args", [("--help",), ("--version",), ("run", "--help"), ("history", "--help")])
def test_help_loads_neither_engine_nor_yaml_nor_boto3(args):
    modules = loaded(*args)
    assert "click" in modules
    heavy = {"asl.engine", "asl.machine", "asl.parse", "asl.source", "yaml", "boto3", "botocore", "jsonpath_ng", "moto"}
    assert not modules & heavy


def test_completion_offers_types_and_commands():
    variables = {"_ASL_COMPLETE": "bash_complete", "COMP_CWORD": "3", "COMP_WORDS": "asl run --type "}
    said = CliRunner().invoke(main, prog_name="asl", env=variables).stdout
    assert said.split() == ["plain,STANDARD", "plain,EXPRESS"]
    variables = {"_ASL_COMPLETE": "bash_complete", "COMP_CWORD": "1", "COMP_WORDS": "asl hi"}
    assert CliRunner().invoke(main, prog_name="asl", env=variables).stdout.split() == ["plain,history"]
    variables = {"_ASL_COMPLETE": "bash_complete", "COMP_CWORD": "2", "COMP_WORDS": "asl run "}
    assert CliRunner().invoke(main, prog_name="asl", env=variables).stdout.split() == ["file,"]
