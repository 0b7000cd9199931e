"""Mock files of Step Functions Local: what they answer, and which case is meant. What they refuse: bad_calls.json."""

import json
import os
from pathlib import Path

import pytest

import asl
from asl.integration import Call, Failure, Output
from asl.testing import mock_config
from asl.values import ABSENT

PUBLISHED = Path(os.environ.get("ASL_WORKFLOWS", Path(__file__).parents[3] / "shared" / "workflows")) / "mock-configs"


def call(state: str = "Work", ref: str = "0#1", execution: str = "one", resource: str = "arn:aws:states:::x:y") -> Call:
    return Call(ref, resource, {}, "request_response", state, execution, "machine", 0, "seed")


def config(tmp_path: Path, responses: object, cases: object = None, **options: str) -> mock_config.MockConfig:
    file = tmp_path / "mocks.json"
    machines = cases or {"M": {"TestCases": {"Case": {"Work": "R"}}}}
    file.write_text(json.dumps({"StateMachines": machines, "MockedResponses": responses}))
    return mock_config.load(file, **options)


def task(*, retry: bool = False, resource: str = "arn:aws:states:::example:work") -> dict:
    state = {"Type": "Task", "Resource": resource, "End": True}
    return {**state, "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 5}]} if retry else state


def machine(**states: dict) -> asl.Machine:
    return asl.load({"StartAt": next(iter(states)), "States": states})


def test_returns_and_throws_by_the_number_of_the_call(tmp_path):
    answers = config(
        tmp_path, {"R": {"0": {"Throw": {"Error": "E", "Cause": "c"}}, "1-2": {"Return": {"a": 1}}, "3": {"Return": 0}}}
    )
    given = [answers.answer(call(ref=f"0#{number}")) for number in range(4)]
    assert given == [Failure("E", "c"), Output({"a": 1}), Output({"a": 1}), Output(0)]


def test_the_same_attempt_gets_the_same_answer_again(tmp_path):
    answers = config(tmp_path, {"R": {"0": {"Return": 1}, "1": {"Return": 2}}})
    assert [answers.answer(call(ref=ref)) for ref in ("a", "a", "b", "a")] == [
        Output(1), Output(1), Output(2), Output(1),
    ]  # fmt: skip


def test_every_execution_and_every_state_counts_for_itself(tmp_path):
    answers = config(tmp_path, {"R": {"0": {"Return": 1}}}, {"M": {"TestCases": {"Case": {"Work": "R", "Other": "R"}}}})
    assert answers.answer(call(execution="one")) == Output(1)
    assert answers.answer(call(execution="two")) == Output(1)
    assert answers.answer(call("Other", ref="0#2")) == Output(1)


def test_a_state_that_the_case_does_not_name_is_not_answered(tmp_path):
    assert config(tmp_path, {"R": {"0": {"Return": 1}}}).answer(call("Elsewhere")) is None


def test_a_case_that_runs_out_says_so(tmp_path):
    answers = config(tmp_path, {"R": {"0-1": {"Return": 1}}})
    answers.answer(call(ref="a"))
    answers.answer(call(ref="b"))
    with pytest.raises(asl.HostError) as raised:
        answers.answer(call(ref="c"))
    text = str(raised.value)
    assert "mocks.json:1:" in text
    assert (
        "the mock of state 'Work' ran out: response 'R' of test case 'Case' has 2 answers, and this is call 3" in text
    )


def test_our_extensions(tmp_path):
    answers = config(
        tmp_path,
        {
            "R": {
                "0": {"Return": 1, "Submit": {"Job": 7}, "DurationSeconds": 2.5},
                "1": {"Throw": {"Error": "E", "Cause": ""}, "Submit": None, "DurationSeconds": 1},
            }
        },
    )
    assert answers.answer(call(ref="a")) == Output(1, 2500, {"Job": 7})
    assert answers.answer(call(ref="b")) == Failure("E", None, "run", 1000, None)


def test_a_thrown_timeout_is_the_timed_out_event_without_a_cause(tmp_path):
    (tmp_path / "m.json").write_text(
        json.dumps(
            {
                "StateMachines": {"M": {"TestCases": {"Slow": {"Work": "Slow"}}}},
                "MockedResponses": {"Slow": {"0": {"Throw": {"Error": "States.Timeout", "Cause": ""}}}},
            }
        )
    )
    run = machine(Work=task()).run(mocks=mock_config.load(tmp_path / "m.json"))
    event = run.history[4]
    assert event["type"] == "TaskTimedOut"
    assert event["taskTimedOutEventDetails"] == {
        "resourceType": "example", "resource": "work", "error": "States.Timeout",
    }  # fmt: skip


def test_retries_and_map_iterations_share_the_count(tmp_path):
    answers = config(
        tmp_path,
        {"R": {"0": {"Throw": {"Error": "E", "Cause": ""}}, "1": {"Return": "b"}, "2": {"Return": "c"}}},
    )
    work = task(retry=True)
    each = {
        "Type": "Map", "End": True, "MaxConcurrency": 1,
        "ItemProcessor": {"StartAt": "Work", "States": {"Work": work}},
    }  # fmt: skip
    assert machine(Each=each).run([1, 2], mocks=answers).output == ["b", "c"]


def test_submit_makes_the_submitted_event(tmp_path):
    answers = config(tmp_path, {"R": {"0": {"Return": {"done": True}, "Submit": {"JobId": "j"}}}})
    job = task(resource="arn:aws:states:::batch:submitJob.sync")
    job["Parameters"] = {"JobName": "j", "JobQueue": "q", "JobDefinition": "d"}
    run = machine(Work=job).run(mocks=answers)
    types = [event["type"] for event in run.history]
    assert types[2:7] == ["TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded", "TaskStateExited"]
    assert run.history[4]["taskSubmittedEventDetails"]["output"] == '{"JobId":"j"}'
    assert run.output == {"done": True}


def test_a_duration_is_virtual_time(tmp_path):
    answers = config(tmp_path, {"R": {"0": {"Return": 1, "DurationSeconds": 3600}}})
    assert machine(Work=task()).run(mocks=answers).duration_ms == 3_600_000


def test_a_task_on_a_functions_own_arn_gets_the_payload(tmp_path):
    answers = config(tmp_path, {"R": {"0-1": {"Return": {"StatusCode": 200, "Payload": {"body": "text"}}}}})
    bare = "arn:aws:lambda:us-east-1:123456789012:function:work"
    assert answers.answer(call(ref="a", resource=bare)) == Output({"body": "text"})
    invoke = "arn:aws:states:::lambda:invoke"
    assert answers.answer(call(ref="b", resource=invoke)) == Output({"StatusCode": 200, "Payload": {"body": "text"}})


def test_an_object_that_is_no_answer_of_invoke_stays_whole(tmp_path):
    answers = config(tmp_path, {"R": {"0": {"Return": {"Payload": 1, "mine": 2}}}})
    bare = "arn:aws:lambda:us-east-1:123456789012:function:work"
    assert answers.answer(call(resource=bare)) == Output({"Payload": 1, "mine": 2})


CASES = {
    "A": {"TestCases": {"Happy": {"Work": "R"}, "Same": {"Work": "R"}}},
    "B": {"TestCases": {"Same": {}}},
}


@pytest.mark.parametrize(
    ("options", "chosen"),
    [
        ({"test_case": "Happy"}, ("A", "Happy")),
        ({"test_case": "Happy", "machine_name": "Unknown"}, ("A", "Happy")),
        ({"test_case": "Same", "machine_name": "B"}, ("B", "Same")),
        ({"test_case": "A/Same", "machine_name": "B"}, ("A", "Same")),
    ],
)
def test_which_case_is_meant(tmp_path, options, chosen):
    loaded = config(tmp_path, {"R": {"0": {"Return": 1}}}, CASES, **options)
    assert (loaded.machine_name, loaded.test_case) == chosen


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "has 3 test cases; choose one"),
        ({"test_case": "happy"}, "did you mean 'Happy'?"),
        ({"test_case": "Same"}, "2 machines have a test case 'Same'; name the machine too"),
        ({"test_case": "Same", "machine_name": "C"}, "none of them is called 'C'"),
    ],
)
def test_when_no_case_can_be_chosen(tmp_path, options, said):
    with pytest.raises(asl.InputError) as raised:
        config(tmp_path, {"R": {"0": {"Return": 1}}}, CASES, **options)
    assert said in str(raised.value)


def test_all_findings_come_at_once(tmp_path):
    with pytest.raises(asl.InputError) as raised:
        config(
            tmp_path,
            {
                "R": {"0": {}, "2": {"Return": 1}, "x": {"Return": 1, "Throw": {"Error": "E"}}},
                "S": {"1": {"Retrun": 1}},
            },
        )
    text = str(raised.value)
    assert text.count("error: ") == 6, text


@pytest.mark.parametrize(("thrown", "hinted"), [({"Eror": "E", "Cause": "c"}, True), ({"Cause": "c"}, False)])
def test_a_misspelt_error_is_named(tmp_path, thrown, hinted):
    with pytest.raises(asl.InputError) as raised:
        config(tmp_path, {"R": {"0": {"Throw": thrown}}})
    assert '"Throw" must have an "Error"' in str(raised.value)
    assert ("did you mean 'Error' for 'Eror'?" in str(raised.value)) == hinted


@pytest.mark.parametrize(
    ("reference", "parts"),
    [("m.json", ("m.json", None)), ("m.json#Case", ("m.json", "Case")), ("a#b/m.json#C", ("a#b/m.json", "C"))],
)
def test_split_reference(reference, parts):
    assert mock_config.split_reference(reference) == parts


def test_a_file_whose_name_has_a_hash_sign(tmp_path):
    file = tmp_path / "a#b.json"
    file.write_text("{}")
    assert mock_config.split_reference(str(file)) == (str(file), None)


@pytest.mark.skipif(not PUBLISHED.is_dir(), reason="the published mock files are not beside this checkout")
def test_published_files_load():
    loaded = 0
    for file in sorted(PUBLISHED.glob("*.json")):
        for name, body in mock_config.read(file).value["StateMachines"].items():
            for case, states in body["TestCases"].items():
                assert mock_config.load(file, case, name).responses.keys() == states.keys()
                loaded += 1
    assert loaded >= 23


def test_absent_is_not_null(tmp_path):
    answer = config(tmp_path, {"R": {"0": {"Return": None}}}).answer(call())
    assert answer == Output(None)
    assert answer.submitted is ABSENT
