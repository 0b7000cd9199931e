"""Test files: what their cases do, and what they tell of a case that goes another way."""

from pathlib import Path
from textwrap import dedent

import pytest

import asl
from asl.testing import asltest

ORDER = """\
StartAt: Charge
States:
  Charge:
    Type: Task
    Resource: arn:aws:lambda:us-east-1:123456789012:function:charge
    Parameters: {card.$: $.card, amount: 8}
    TimeoutSeconds: 30
    Retry: [{ErrorEquals: [Busy], IntervalSeconds: 2, MaxAttempts: 3, BackoffRate: 2}]
    Catch: [{ErrorEquals: [Declined], ResultPath: $.failure, Next: Tell}]
    ResultPath: $.payment
    Next: Placed
  Tell:
    Type: Task
    Resource: arn:aws:states:::events:putEvents
    Parameters:
      Entries: [{Source: shop, DetailType: PaymentDeclined, Detail: {card.$: $.card}}]
    Next: Declined
  Declined: {Type: Fail, Error: Declined, Cause: '{"code": 51, "text": "the bank said no"}'}
  Placed: {Type: Pass, Result: placed, ResultPath: $.status, End: true}
"""

EACH = """\
StartAt: Each
States:
  Each:
    Type: Map
    ItemsPath: $.items
    ItemProcessor:
      StartAt: Work
      States:
        Work:
          Type: Task
          Resource: arn:aws:states:::lambda:invoke
          Parameters: {FunctionName: work, Payload: {name.$: $}}
          ResultSelector: {said.$: $.Payload}
          Retry: [{ErrorEquals: [Busy], IntervalSeconds: 1}]
          End: true
    End: true
"""

APPROVAL = """\
StartAt: Ask
States:
  Ask:
    Type: Task
    Resource: arn:aws:states:::sqs:sendMessage.waitForTaskToken
    Parameters: {QueueUrl: q, MessageBody: {token.$: $$.Task.Token}}
    TimeoutSeconds: 600
    HeartbeatSeconds: 60
    Catch: [{ErrorEquals: [States.HeartbeatTimeout], Next: Late}]
    End: true
  Late: {Type: Succeed}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in (("order", ORDER), ("each", EACH), ("approval", APPROVAL)):
        (tmp_path / f"{name}.asl.yaml").write_text(text)
    return tmp_path


def read(text: str) -> asltest.Suite:
    Path("x.asltest.yaml").write_text(dedent(text))
    return asltest.read("x.asltest.yaml")


def outcome(text: str) -> asltest.Outcome:
    """What becomes of the only case of a file."""
    (case,) = read(text).cases
    return case.run()


def passes(text: str) -> asltest.Outcome:
    found = outcome(text)
    assert found.passed, found.text
    return found


def all_pass(suite: asltest.Suite) -> None:
    outcomes = [case.run() for case in suite.cases]
    assert [each.text for each in outcomes if not each.passed] == []
    assert outcomes


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


def test_an_unmocked_task_is_told_with_what_to_write(folder: Path) -> None:
    found = outcome("""\
        machine: each.asl.yaml
        cases:
          one: {input: {items: [a]}}
        """)
    assert "nothing answers the task of state 'Work', resource arn:aws:states:::lambda:invoke" in found.text
    assert "\n    mocks:\n      Work:\n        payload: {}" in found.text
    assert "--mock" not in found.text


def test_the_snippet_for_an_unmocked_task_answers_it(folder: Path) -> None:
    first = outcome("machine: order.asl.yaml\ncases:\n  one:\n    input: {card: x}\n")
    lines = first.text.splitlines()
    start = next(number for number, line in enumerate(lines) if line.strip() == "mocks:")
    snippet = "\n".join(lines[start : start + 3])
    passes(f"machine: order.asl.yaml\ncases:\n  one:\n    input: {{card: x}}\n{snippet}\n")


def test_mocks_for_items_calls_and_arguments(folder: Path) -> None:
    suite = read("""\
        machine: each.asl.yaml
        mocks:
          Work:
            - {payload: other}
            - {item: 1, fail: Busy, times: 1}
            - {item: 1, payload: second}
            - {input: {Payload: {name: c}}, payload: third, after: 5}
        cases:
          one:
            input: {items: [a, b, c, d]}
            expect:
              exact_output: [{said: other}, {said: second}, {said: third}, {said: other}]
              attempts: {Work: 5}
              duration: 5
          by the number of the call:
            input: {items: [a, b]}
            mocks: {Work: [{payload: x}, {call: 1, payload: w}]}
            expect: {exact_output: [{said: x}, {said: w}]}
        """)
    all_pass(suite)


def test_mocks_by_resource_stand_behind_those_of_states(folder: Path) -> None:
    passes("""\
        machine: order.asl.yaml
        cases:
          one:
            input: {card: "1"}
            mocks:
              Charge: {return: {ok: 1}}
              "arn:aws:lambda:*": {fail: Lost}
            expect: {output: {payment: {ok: 1}}}
        """)


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


def test_a_series_that_runs_out_says_so_without_python(folder: Path) -> None:
    found = outcome("""\
        machine: order.asl.yaml
        cases:
          one:
            input: {card: "1"}
            mocks: {Charge: [{fail: Busy, times: 2}, {fail: Busy, times: 1}]}
        """)
    assert "the mock of state 'Charge' ran out: it has 3 answers" in found.text
    assert "add another answer, or leave out the last `times`" in found.text


def test_a_task_that_times_out(folder: Path) -> None:
    passes("""\
        machine: order.asl.yaml
        cases:
          one:
            input: {card: "1"}
            mocks: {Charge: {timeout: true}}
            expect: {error: States.Timeout, duration: 30}
        """)


def test_answers_to_tasks_that_wait(folder: Path) -> None:
    suite = read("""\
        machine: approval.asl.yaml
        mocks: {Ask: {wait: true}}
        cases:
          approved in time:
            answers:
              - {at: 80, state: Ask, success: {approved: true}}
              - {at: 50, state: Ask, heartbeat: true}
            expect: {exact_output: {approved: true}, duration: 80}
          refused:
            answers: [{at: 10, state: Ask, failure: {error: Refused, cause: no}}]
            expect: {error: Refused, cause: "no"}
          no sign of life:
            expect: {path: [Ask, Late], duration: 60}
          still waiting:
            until: 59
            expect: {status: RUNNING, path: [Ask]}
          still waiting at a time:
            until: 2026-01-01T00:00:30Z
            expect: {status: RUNNING, path: [Ask]}
        """)
    all_pass(suite)


def test_an_answer_that_nobody_waits_for(folder: Path) -> None:
    found = outcome("""\
        machine: approval.asl.yaml
        mocks: {Ask: {wait: true}}
        cases:
          one:
            answers:
              - {at: 10, state: Ask, heartbeat: true}
              - {at: 99, state: Ask, success: 1}
        """)
    assert found.text.startswith(
        "x.asltest.yaml:7: at 99 s no task of state 'Ask' awaits an answer; those that do: none"
    )


def test_a_task_that_waits_is_told_with_what_to_write(folder: Path) -> None:
    found = outcome("""\
        machine: approval.asl.yaml
        mocks: {Ask: {wait: true}}
        cases:
          one: {until: 5}
        """)
    assert "answer it with `answers: [{at: SECONDS, state: Ask, success: {}}]`" in found.text
    assert "ended: RUNNING, awaits an answer for Ask" in found.text


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


def test_functions_of_a_file_beside_the_tests(folder: Path) -> None:
    Path("functions.py").write_text("def charge(event, context):\n    return {'charged': event['amount']}\n")
    passes("""\
        machine: order.asl.yaml
        lambdas: {charge: "functions:charge"}
        cases:
          one: {input: {card: "1"}, expect: {output: {payment: {charged: 8}}}}
        """)


def test_files_of_the_same_name_are_not_mistaken_for_each_other(folder: Path) -> None:
    for name in ("a", "b"):
        (folder / name).mkdir()
        (folder / name / "functions.py").write_text(
            "from names import NAME\n\n\ndef charge(event, context):\n    return NAME\n"
        )
        (folder / name / "names.py").write_text(f"NAME = {name!r}\n")
        (folder / name / "x.asltest.yaml").write_text(
            "machine: ../order.asl.yaml\nlambdas: {charge: functions:charge}\n"
            f"cases:\n  one: {{input: {{card: '1'}}, expect: {{output: {{payment: {name}}}}}}}\n"
        )
    for name in ("a", "b"):
        (case,) = asltest.read(folder / name / "x.asltest.yaml").cases
        assert case.run().passed, case.run().text


def test_a_machine_that_tasks_start_has_mocks_too(folder: Path) -> None:
    Path("parent.asl.yaml").write_text(
        "StartAt: Start\nStates:\n  Start:\n    Type: Task\n"
        "    Resource: arn:aws:states:::states:startExecution.sync:2\n"
        "    Parameters: {StateMachineArn: 'arn:aws:states:us-east-1:123456789012:stateMachine:Order',"
        " Input: {card: '1'}}\n    OutputPath: $.Output\n    End: true\n"
    )
    suite = read("""\
        machine: parent.asl.yaml
        machines:
          Order: {machine: order.asl.yaml, mocks: {Charge: {return: 1}}}
        cases:
          as at the top: {expect: {output: {payment: 1}}}
          other mocks:
            machines: {Order: {mocks: {Charge: {return: 2}}}}
            expect: {output: {payment: 2}}
        """)
    all_pass(suite)
    assert [machine.name for machine in suite.machines] == ["parent", "Order"]


def test_resources_are_those_of_embedded_services(folder: Path) -> None:
    pytest.importorskip("moto")
    Path("get.asl.yaml").write_text(
        "StartAt: Get\nStates:\n  Get:\n    Type: Task\n    Resource: arn:aws:states:::dynamodb:getItem\n"
        "    Parameters: {TableName: t, Key: {id: {S: a}}}\n    ResultSelector: {n.$: $.Item.n.N}\n    End: true\n"
    )
    passes("""\
        machine: get.asl.yaml
        resources:
          tables: {t: {key: id, items: [{id: a, n: 5}]}}
        cases:
          one: {expect: {exact_output: {n: "5"}}}
        """)


def test_a_mock_file_answers_where_no_mock_does(folder: Path) -> None:
    Path("mocks.json").write_text(
        '{"StateMachines": {"M": {"TestCases": {"Slow": {"Charge": "R"}}}},'
        ' "MockedResponses": {"R": {"0": {"Throw": {"Error": "Busy", "Cause": ""}}, "1": {"Return": "paid"}}}}'
    )
    suite = read("""\
        machine: order.asl.yaml
        input: {card: "1"}
        mock_config: mocks.json#Slow
        cases:
          from the file: {expect: {output: {payment: paid}, attempts: {Charge: 2}}}
          from a mock: {mocks: {Charge: {return: own}}, expect: {output: {payment: own}}}
        """)
    all_pass(suite)
    all_pass(suite)  # counters start anew


def test_settings_of_the_project_hold_where_the_file_says_nothing(folder: Path) -> None:
    Path("app.py").write_text("def charge(event, context):\n    return 'settings'\n")
    Path("asl.toml").write_text('region = "eu-west-1"\n[lambda]\ncharge = "app:charge"\n[define]\nName = "charge"\n')
    Path("order.asl.yaml").write_text(ORDER.replace("function:charge", "function:${Name}"))
    (folder / "sub").mkdir()
    Path("sub/x.asltest.yaml").write_text(
        "machine: ../order.asl.yaml\ncases:\n  one: {input: {card: '1'}, expect: {output: {payment: settings}}}\n"
    )
    (case,) = asltest.read("sub/x.asltest.yaml").cases
    found = case.run()
    assert found.passed, found.text
    assert found.run is not None
    assert ":eu-west-1:" in found.run.arn


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


def test_an_express_machine(folder: Path) -> None:
    found = passes("""\
        machine: order.asl.yaml
        type: EXPRESS
        name: quick
        cases:
          one: {input: {card: "1"}, mocks: {Charge: {return: 1}}}
        """)
    assert found.run is not None
    assert ":express:quick:" in found.run.arn


def test_a_machine_that_is_not_valid(folder: Path) -> None:
    Path("bad.asl.json").write_text('{"StartAt": "A", "States": {}}')
    with pytest.raises(asl.DefinitionError, match=r"bad\.asl\.json"):
        read("machine: bad.asl.json\ncases: {one: {}}\n")


@pytest.mark.parametrize(
    ("name", "is_one"),
    [("a.asltest.yaml", True), ("a.asltest.yml", True), ("d/a.asltest.json", True), ("asltest.yaml", False)],
)
def test_names_of_test_files(name: str, is_one: bool) -> None:
    assert asltest.is_test_file(name) is is_one
