"""Test files: what answers tasks, and what is told of one that nothing answers."""

from pathlib import Path

import pytest

from tests.testing.asltest_files import all_pass, fill, outcome, passes, read


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return fill(tmp_path, monkeypatch)


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
    assert "ended: RUNNING 5 s after its start, awaits an answer for Ask" in found.text


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


def test_where_the_mocks_of_a_case_do_not_answer_those_of_the_file_do(folder: Path) -> None:
    Path("each.asl.yaml").write_text(
        "StartAt: Each\nStates:\n  Each:\n    Type: Map\n    End: true\n    MaxConcurrency: 1\n    ItemProcessor:\n"
        "      StartAt: Work\n      States:\n        Work: {Type: Task, Resource: 'arn:aws:states:::x:y', End: true}\n"
    )
    all_pass(
        read("""\
            machine: each.asl.yaml
            input: [a, b, c]
            mocks: {Work: {return: usual}}
            cases:
              one item: {mocks: {Work: {return: other, item: 1}}, expect: {output: [usual, other, usual]}}
              one call: {mocks: {Work: {return: first, times: 1}}, expect: {output: [first, usual, usual]}}
              a resource: {mocks: {"x:*": {return: all}}, expect: {output: [all, all, all]}}
            """)
    )
