"""`asl jsonata`: results, variables, errors with their place, exit codes."""

import json

import pytest
from click.testing import CliRunner, Result

from asl.cli import main


def jsonata(*args: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, ["jsonata", *args], input=stdin)


@pytest.mark.parametrize(
    ("args", "output"),
    [
        (["1 + 1"], 2),
        (["{% $states.input.n + $step %}", "--input", '{"n": 1}', "--var", "step=2"], 3),
        (["n", "--input", '{"n": [1, {"a": null}]}'], [1, {"a": None}]),
        (["$string($states.input)", "--input", "[1]"], "[1]"),
        (["$x.y", "--var", '$x={"y": "z"}'], "z"),
        (["1 ?? 2", "--level", "2.2"], 1),
        (["'ü'"], "ü"),
    ],
)
def test_a_result_is_printed_as_json(args: list[str], output: object) -> None:
    result = jsonata(*args)
    assert (result.exit_code, json.loads(result.stdout)) == (0, output)


def test_objects_are_indented_unless_compact_is_wanted() -> None:
    assert jsonata("{'a': [1]}").stdout == '{\n  "a": [\n    1\n  ]\n}\n'
    assert jsonata("{'a': [1]}", "--compact").stdout == '{"a":[1]}\n'


def test_data_from_standard_input() -> None:
    assert jsonata("$sum(n)", "--input", "-", stdin='{"n": [1, 2]}').stdout == "3\n"


def test_the_seed_repeats_random_numbers() -> None:
    drawn = [jsonata("[$random(), $uuid()]", "--compact", *seed).stdout for seed in ([], [], ["--seed", "x"])]
    assert drawn[0] == drawn[1] != drawn[2]


def test_nothing_is_said_on_standard_error() -> None:
    result = jsonata("missing", "--input", "{}")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "nothing (undefined)" in result.stderr


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["1 +"], 2, "error: S0207: Unexpected end of expression\n  1 +\n    ^\n"),
        (["1 ?? 2"], 2, 'error: S0211: The symbol "?" cannot be used as a unary operator\n  1 ?? 2\n     ^\n'),
        (
            ["{'a':\n 1 + 'b'}"],
            1,
            "error: T2002: The right side of the \"+\" operator must evaluate to a number\n   1 + 'b'",
        ),
        (
            ["$uppercase(1)"],
            1,
            'Argument 1 of function "uppercase" does not match function signature\n  $uppercase(1)\n  ^',
        ),
        (["$sum"], 1, "error: the result is a function"),
        (["$x", "--var", "x=text"], 2, "A text needs quotes of its own: --var 'x=\"text\"'"),
        (["$x", "--var", "x"], 2, "is not NAME=VALUE"),
        (["n", "--input", "{n}"], 2, "--input"),
        (["n", "--level", "3"], 2, "Invalid value for '--level'"),
        (["[1..10000000]"], 1, "memory limit exceeded"),
        (["($f := function($n) { 1 + $f($n) }; $f(1))"], 1, "Stack overflow error"),
    ],
)
def test_errors(args: list[str], code: int, said: str) -> None:
    result = jsonata(*args)
    assert (result.exit_code, result.stdout) == (code, "")
    assert said in result.stderr
    assert "Traceback" not in result.stderr
