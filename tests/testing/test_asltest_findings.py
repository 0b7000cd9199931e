"""What is wrong with a test file is told all at once, each with its place and what would be right."""

import re
from pathlib import Path
from textwrap import dedent

import pytest

import asl
from asl.testing import asltest

MACHINE = """\
StartAt: Charge
States:
  Charge: {Type: Task, Resource: "arn:aws:lambda:us-east-1:123456789012:function:charge", Next: Placed}
  Placed: {Type: Pass, End: true}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "order.asl.yaml").write_text(MACHINE)
    return tmp_path


def problems(text: str, name: str = "x.asltest.yaml") -> list[str]:
    """The first lines of the findings of a file."""
    Path(name).write_text(dedent(text))
    with pytest.raises(asl.InputError) as caught:
        asltest.read(name)
    return [line for line in str(caught.value).splitlines() if re.match(r"\S+:\d+:\d+: error: ", line)]


def hints(text: str) -> list[str]:
    Path("x.asltest.yaml").write_text(dedent(text))
    with pytest.raises(asl.InputError) as caught:
        asltest.read("x.asltest.yaml")
    return [line.strip() for line in str(caught.value).splitlines() if line.startswith("  hint: ")]


def test_the_form_of_a_file_is_looked_at_as_a_whole(folder: Path) -> None:
    found = problems("""\
        machine: order.asl.yaml
        lambda: {charge: functions:charge}
        cases:
          one:
            mocks:
              Charge: {returns: 1, times: 0}
            input: 1
            input_file: x.json
            single: true
            expect:
              status: succeeded
              attempts: {Charge: once}
              output: 1
              exact_output: 1
        """)
    assert found == [
        "x.asltest.yaml:2:1: error: a test file has no 'lambda' [test-file]",
        "x.asltest.yaml:6:16: error: 'Charge' has no 'returns' [test-file]",
        "x.asltest.yaml:6:35: error: 'times' must be from 1, not 0 [test-file]",
        "x.asltest.yaml:8:5: error: 'input' and 'input_file' exclude each other [test-file]",
        "x.asltest.yaml:9:5: error: 'single' is for cases with 'start_at' [test-file]",
        "x.asltest.yaml:11:15: error: 'status' cannot be 'succeeded' [test-file]",
        "x.asltest.yaml:12:26: error: 'Charge' must be a whole number, not a text [test-file]",
        "x.asltest.yaml:14:7: error: 'output' and 'exact_output' exclude each other [test-file]",
    ]


def test_names_are_looked_up_in_the_machine(folder: Path) -> None:
    found = problems("""\
        machine: order.asl.yaml
        lambdas: {charge: "nowhere.functions:charge"}
        mocks: {Chargee: {return: 1}, "dynamodb:*": {return: 1}}
        cases:
          one:
            start: yesterday
            until: tomorrow
            mocks: {Placed: {return: 1}}
            mock_config: mocks.json#Case
            answers: [{at: 1, state: Placed, success: 1}]
            expect:
              path: [Charge, Place]
              calls: {Placed: []}
              attempts: {charge: 1}
              next: Nowhere
              error: /(/
          two:
            start_at: Nowhere
            input_file: nowhere.json
            machines: {Other: other.asl.json, Mine: {mocks: {}}}
        """)
    assert [each.split(": error: ")[0].removeprefix("x.asltest.yaml:") for each in found] == [
        "2:19", "3:9", "3:31", "6:12", "7:12", "8:13", "9:18", "10:30",
        "12:22", "13:15", "14:18", "15:7", "15:13", "16:14", "18:15", "19:17", "20:23", "20:45",
    ]  # fmt: skip
    for text in (
        "there is no module 'nowhere'",
        "'order' has no state 'Chargee'",
        "no task of 'order' has a resource dynamodb:*",
        "'yesterday' is not a time such as 2026-01-01T00:00:00Z",
        "state 'Placed' is a Pass state: it calls nothing that could be mocked",
        "mocks.json: no such file",
        "'order' has no state 'Place'",
        "'next' is for cases with 'single'",
        "not a regular expression",
        "other.asl.json: no such file",
        "the machine 'Mine' needs 'machine', the file of its definition",
    ):
        assert any(text in each for each in found), text


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("case: {}", "hint: did you mean 'cases'?"),
        ("cases: {a: {expects: {}}}", "hint: did you mean 'expect'?"),
        ("cases: {a: {expect: {outputs: 1}}}", "hint: did you mean 'output'?"),
        ("cases: {a: {mocks: {Charge: {fails: X}}}}", "hint: did you mean 'fail'?"),
        ("cases: {a: {expect: {status: FAIL}}}", "hint: did you mean 'FAILED'?"),
        ("cases: {a: {mocks: {charge: {return: 1}}}}", "hint: did you mean 'Charge'?"),
        ("cases: {a: {mocks: {'sns:*': {return: 1}}}}", "hint: they have arn:aws:lambda:us-east-1:123456789012"),
        ("cases: {a: {expect: {path: [charge]}}}", "hint: did you mean 'Charge'?"),
    ],
)
def test_what_would_be_right(folder: Path, text: str, hint: str) -> None:
    assert any(each.startswith(hint) for each in hints(f"machine: order.asl.yaml\n{text}\n"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "1:1: error: a test file must be an object, not a list"),
        ("machine: order.asl.yaml", "1:1: error: a test file needs 'cases'"),
        ("cases: {a: {}}", "1:1: error: a test file needs 'machine'"),
        ("machine: order.asl.yaml\ncases: {}", "2:8: error: 'cases' has nothing in it"),
        ("machine: order.asl.yaml\ncases: [1]", "2:8: error: 'cases' must be an object, not a list"),
        ("machine: order.asl.yaml\ncases: {a: 1}", "2:12: error: 'a' must be an object, not a number"),
        ("machine: ''\ncases: {a: {}}", "1:10: error: 'machine' is empty"),
        ("machine: gone.asl.json\ncases: {a: {}}", "1:10: error: gone.asl.json: no such file"),
        ("machine: order.asl.yaml\naccount: 12\ncases: {a: {}}", "2:10: error: 'account' must be a text, not a number"),
        ("machine: order.asl.yaml\naccount: '12'\ncases: {a: {}}", "'account' must be an account id of 12 digits"),
        ("machine: order.asl.yaml\nlambdas: {a: b}\ncases: {a: {}}", "'a' must be module:function, such as"),
        ("machine: order.asl.yaml\ndefine: {A: b}\ncases: {a: {}}", "no placeholder ${A} to fill"),
        ("machine: order.asl.yaml\nresource: X\ncases: {a: {}}", "is no template, so it has no resource 'X'"),
        ("machine: order.asl.yaml\ncases: {a: {mocks: {Charge: []}}}", "'Charge' has nothing in it"),
        (
            "machine: order.asl.yaml\ncases: {a: {mocks: {Charge: 1}}}",
            "'Charge' must be an object or a list, not a number",
        ),
        ("machine: order.asl.yaml\ncases: {a: {mocks: {Charge: {times: 1}}}}", "'Charge' needs one of return, payload"),
        ("machine: order.asl.yaml\ncases: {a: {mocks: {Charge: {return: 1, fail: X}}}}", "this has return and fail"),
        ("machine: order.asl.yaml\ncases: {a: {mocks: {Charge: {timeout: 30}}}}", "'timeout' can only be true"),
        ("machine: order.asl.yaml\ncases: {a: {mocks: {Charge: {fail: {cause: X}}}}}", "'fail' needs 'error'"),
        ("machine: order.asl.yaml\ncases: {a: {mocks: {Charge: [1]}}}", "element 0 of 'Charge' must be an object"),
        ("machine: order.asl.yaml\ncases: {a: {until: -1}}", "'until' must be from 0"),
        ("machine: [", "expected"),
        ("machine: a\nmachine: b\n", 'the key "machine" stands twice'),
    ],
)
def test_one_mistake(folder: Path, text: str, message: str) -> None:
    found = problems(text)
    assert any(message in each for each in found), found
    assert len(found) == 1


def test_json_is_told_its_places_too(folder: Path) -> None:
    found = problems('{"machine": "order.asl.yaml",\n "cases": {"a": {"expects": {}}}}', "x.asltest.json")
    assert found == ["x.asltest.json:2:18: error: the case 'a' has no 'expects' [test-file]"]


def test_a_function_that_cannot_be_imported(folder: Path) -> None:
    Path("functions.py").write_text("import json\n\nraise ValueError('no')\n")
    (found,) = problems("machine: order.asl.yaml\nlambdas: {charge: functions:charge}\ncases: {a: {}}")
    assert "functions.py cannot be imported: ValueError: no [" in found
    assert "functions.py:3]" in found
    Path("others.py").write_text("def charge(): ...\nLIMIT = 5\n")
    (found,) = problems("machine: order.asl.yaml\nlambdas: {charge: others:charges}\ncases: {a: {}}")
    assert "has no function 'charges'; did you mean 'charge'?" in found
    (found,) = problems("machine: order.asl.yaml\nlambdas: {charge: others:LIMIT}\ncases: {a: {}}")
    assert "'LIMIT' is not a function: it is of type int" in found


def test_a_mock_file_without_such_a_case(folder: Path) -> None:
    Path("mocks.json").write_text('{"StateMachines": {"M": {"TestCases": {"Good": {}, "Better": {}}}}}')
    (found,) = problems("machine: order.asl.yaml\ncases: {a: {mock_config: mocks.json#God}}")
    assert found.startswith("x.asltest.yaml:2:26: error: mocks.json: has no test case 'God': did you mean 'Good'?")


def test_a_file_that_is_not_there(folder: Path) -> None:
    with pytest.raises(asl.InputError, match=r"gone\.asltest\.yaml: no such file"):
        asltest.read("gone.asltest.yaml")
