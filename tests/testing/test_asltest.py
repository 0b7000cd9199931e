"""Test files: what their cases expect, and what they tell of an execution that goes another way."""

from pathlib import Path

import pytest

from asl.testing import asltest
from tests.testing.asltest_files import ORDER, all_pass, fill, outcome, passes, read


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return fill(tmp_path, monkeypatch)


def test_every_expectation_that_is_met(folder: Path) -> None:
    found = passes("""\
        machine: order.asl.yaml
        cases:
          declined at last:
            input: {card: "0000"}
            mocks:
              Charge:
                - {fail: Busy, times: 2, after: 1}
                - {fail: {error: Declined, cause: no}}
            expect:
              status: FAILED
              error: Declined
              cause: {text: the bank said no}
              path: [Charge, Tell, Declined]
              attempts: {Charge: 3, Placed: 0}
              calls: {Charge: [{amount: 8}, {}, {card: "0000"}]}
              events: [{detail-type: PaymentDeclined, detail: {card: "0000"}}]
              duration: 8
        """)
    assert (found.case.name, found.case.location.line, found.case.skip) == ("declined at last", 3, None)
    assert found.run is not None
    assert found.run.error == "Declined"
    assert "retry 2 after 4 s" in found.story


@pytest.mark.parametrize(
    ("expected", "told"),
    [
        ("status: FAILED", ["x.asltest.yaml:7: status: expected FAILED, got SUCCEEDED"]),
        ("error: Declined", ["x.asltest.yaml:7: error: expected Declined, got none: SUCCEEDED"]),
        ("cause: /bank/", ['x.asltest.yaml:7: cause: expected "/bank/", got null']),
        ("output: {card: 1, status: placed}", ['$.card: expected 1, got "1"']),
        ("exact_output: {card: '1', status: placed}", ['$.payment: not expected, got {"ok":true}']),
        ("exact_output: {card: '1', status: placed, payment: {}}", ["$.payment.ok: not expected, got true"]),
        ("output: 5", ["output: not as expected\n  $: expected 5, got {"]),
        ("path: [Charge, Declined]", ["path: not as expected", "- Declined   (expected)", "+ Placed"]),
        (
            "calls: {Tell: [{}], Charge: [{amount: 9}]}",
            ["calls of Tell: expected 1, got 0", "$.amount: expected 9, got 8"],
        ),
        ("attempts: {Charge: 2}", ["attempts of Charge: expected 2, got 1"]),
        ("events: [{}]", ["events: expected 1, got 0"]),
        ("duration: 0.5", ["duration: expected 0.5 s, got 0 s"]),
    ],
)
def test_an_expectation_that_is_not_met_is_told_with_its_place(folder: Path, expected: str, told: list[str]) -> None:
    found = outcome(f"""\
        machine: order.asl.yaml
        input: {{card: "1"}}
        mocks: {{Charge: {{return: {{ok: true}}}}}}
        cases:
          one:
            expect:
              {expected}
        """)
    assert not found.passed
    for text in told:
        assert text in found.text
    assert "path: " in found.text
    assert "x.asltest.yaml:7: " in found.text


def test_a_run_that_should_succeed_tells_how_it_ended(folder: Path) -> None:
    found = outcome("""\
        machine: order.asl.yaml
        cases:
          one:
            input: {card: "1"}
            mocks: {Charge: {fail: {error: Lost, cause: gone}}}
        """)
    assert found.text.splitlines() == [
        "x.asltest.yaml:3: status: expected SUCCEEDED, got FAILED",
        "path: Charge",
        "ended: FAILED at order.asl.yaml:4:5: Lost: gone",
    ]


def test_an_output_that_is_missing_is_told_once(folder: Path) -> None:
    found = outcome("""\
        machine: order.asl.yaml
        cases:
          one:
            input: {card: "1"}
            mocks: {Charge: {fail: Lost}}
            expect: {output: {status: placed}}
        """)
    assert "x.asltest.yaml:6: status: expected SUCCEEDED, got FAILED" in found.text
    assert "output: there is none: FAILED" in found.text


def test_a_case_goes_before_the_top_of_the_file(folder: Path) -> None:
    Path("input.json").write_text('{"card": "from the file"}')
    suite = read("""\
        machine: order.asl.yaml
        input_file: input.json
        mocks: {Charge: {return: top}}
        start: 2030-01-01T00:00:00Z
        cases:
          as at the top:
            expect: {output: {payment: top, card: from the file}}
          its own:
            input: {card: own}
            mocks: {Charge: {return: own}}
            expect: {output: {payment: own, card: own}}
        """)
    all_pass(suite)


def test_one_state_in_the_middle(folder: Path) -> None:
    passes("""\
        machine: order.asl.yaml
        cases:
          one:
            start_at: Charge
            single: true
            input: {card: "1"}
            mocks: {Charge: {fail: Declined}}
            expect: {path: [Charge], next: Tell, output: {failure: {Error: Declined}}}
        """)
    found = outcome("""\
        machine: order.asl.yaml
        cases:
          one: {start_at: Placed, single: true, expect: {next: Tell}}
        """)
    assert 'next: expected "Tell", got null' in found.text


def test_variables_and_context(folder: Path) -> None:
    Path("v.asl.yaml").write_text(
        "QueryLanguage: JSONata\nStartAt: A\nStates:\n  A: {Type: Pass, Next: B}\n"
        "  B: {Type: Pass, Output: '{% [$limit, $states.context.Execution.Name] %}', End: true}\n"
    )
    passes("""\
        machine: v.asl.yaml
        cases:
          one:
            start_at: B
            variables: {limit: 3}
            context: {Execution: {Name: mine}}
            expect: {exact_output: [3, mine], variables: {limit: 3}}
        """)


def test_variables_are_those_that_were_assigned_last(folder: Path) -> None:
    Path("v.asl.yaml").write_text(
        "QueryLanguage: JSONata\nStartAt: A\nStates:\n  A: {Type: Pass, Assign: {n: 1, all: {a: 1, b: 2}}, Next: B}\n"
        "  B: {Type: Pass, Assign: {n: '{% $n + 1 %}'}, Next: C}\n  C: {Type: Succeed}\n"
    )
    passes("machine: v.asl.yaml\ncases: {one: {expect: {variables: {n: 2, all: {b: 2}}}}}\n")
    found = outcome("machine: v.asl.yaml\ncases:\n  one:\n    expect:\n      variables:\n        n: 3\n        m: 1\n")
    assert "x.asltest.yaml:6: variables: not as expected\n  $.n: expected 3, got 2" in found.text
    assert "x.asltest.yaml:7: variables: not as expected\n  $.m: expected 1, but it is missing" in found.text


def test_json_is_as_good_as_yaml(folder: Path) -> None:
    Path("x.asltest.json").write_text(
        '{"machine": "order.asl.yaml", "cases": {"one": {"input": {"card": 1}, "mocks": {"Charge": {"return": 1}}}}}'
    )
    (case,) = asltest.read("x.asltest.json").cases
    assert case.run().passed


def test_a_skipped_case_is_not_run(folder: Path) -> None:
    found = outcome("machine: order.asl.yaml\ncases:\n  one: {skip: not yet, input: {}}\n")
    assert (found.skipped, found.passed, found.run, found.text) == ("not yet", False, None, "")


def test_warnings_are_told_with_a_failure(folder: Path) -> None:
    Path("put.asl.yaml").write_text(ORDER.replace("Source: shop,", "Source: shop, EventBusName: other,"))
    found = outcome("""\
        machine: put.asl.yaml
        cases:
          one: {input: {card: "1"}, mocks: {Charge: {fail: Declined}}}
        """)
    assert "warning: " in found.text
    assert "other" in found.text.partition("warning: ")[2]


@pytest.mark.parametrize(
    ("name", "is_one"),
    [("a.asltest.yaml", True), ("a.asltest.yml", True), ("d/a.asltest.json", True), ("asltest.yaml", False)],
)
def test_names_of_test_files(name: str, is_one: bool) -> None:
    assert asltest.is_test_file(name) is is_one


def test_an_error_that_it_does_not_end_with(folder: Path) -> None:
    suite = read("""\
        machine: order.asl.yaml
        input: {card: "1"}
        cases:
          other: {mocks: {Charge: {fail: Declined}}, expect: {not_error: Busy}}
          none: {mocks: {Charge: {return: 1}}, expect: {not_error: Busy}}
          that: {mocks: {Charge: {fail: Busy}}, expect: {not_error: Busy}}
        """)
    outcomes = [case.run() for case in suite.cases]
    assert [outcome.passed for outcome in outcomes] == [True, True, False]
    assert "error: expected another than Busy, or none" in outcomes[2].text
