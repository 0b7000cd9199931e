"""Mock files that people published for Step Functions Local load unchanged, and run with the definition they are for.

Read from ../shared (or where ASL_WORKFLOWS says); skipped where that is absent. Of some files the definition is not
among the published ones; those load only.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from asl.errors import InputError
from asl.machine import Machine, from_document
from asl.source import from_value
from asl.source_text import placeholders
from asl.testing import mock_config, mock_file_cases
from tests.reading.test_published import WORKFLOWS

MOCK_FILES = WORKFLOWS / "mock-configs"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function"
needs_files = pytest.mark.skipif(not MOCK_FILES.is_dir(), reason=f"no mock files at {MOCK_FILES}")

SPELT_AS_IN_PYTHON = {"$.stockPrice": "$.stock_price", "$.transactionType": "$.type"}
"""The published definition of the stock trader is Go's edition, its mock file Python's: two fields differ."""


@dataclass(frozen=True)
class Published:
    """A mock file with its definition, and what comes of its cases: where nothing is said, they succeed.

    `filled` is put for texts of the definition; `durations` are in seconds.
    """

    mock_file: str
    definition: str
    paths: dict[str, list[str]]
    attempts: dict[str, dict[str, int]] = field(default_factory=dict)
    durations: dict[str, float] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    filled: dict[str, str] = field(default_factory=dict)

    def machine(self, name: str) -> Machine:
        """The machine of the definition; placeholders for resources are filled with some of the right kind."""
        text = (WORKFLOWS / "definitions" / self.definition).read_text("utf-8")
        for before, after in self.filled.items():
            text = text.replace(before, after)
        functions = {each: f"{FUNCTION}:{each}" for each in placeholders(text) if each.endswith("FunctionArn")}
        defines = {**functions, "DDBPutItem": "arn:aws:states:::dynamodb:putItem"}
        return from_document(from_value(json.loads(text), defines=defines), name)


SOLD = ["Check Stock Value", "Buy or Sell?", "Sell Stock", "Record Transaction"]
BOUGHT = ["Check Stock Value", "Buy or Sell?", "Buy Stock", "Record Transaction"]
TO_QUEUE = "297-serverless-test-sa-local-testing.json"
TO_QUEUE_PATHS = {case: ["LambdaState", "SQSState"] for case in ("HappyPath", "RetryPath", "HybridPath")}
TO_QUEUE_ATTEMPTS = {"RetryPath": {"LambdaState": 4, "SQSState": 1}, "HappyPath": {"LambdaState": 1}}
UNMOCKED = {"HybridPath": "nothing answers the task of state 'SQSState'"}

PUBLISHED = [
    Published(
        "m01-aws-sam-cli-app-templates-statemachine-test.json",
        "244-aws-sam-cli-app-te-stocktrader.json",
        {
            "HappyPathSellStockTest": SOLD,
            "HappyPathBuyStockTest": BOUGHT,
            "CheckStockRetryOnServiceExceptionTest": SOLD,
            "SellStockRetryOnServiceExceptionTest": SOLD,
        },
        {
            "CheckStockRetryOnServiceExceptionTest": {"Check Stock Value": 4, "Sell Stock": 1},
            "SellStockRetryOnServiceExceptionTest": {"Check Stock Value": 1, "Sell Stock": 4},
        },
        {"CheckStockRetryOnServiceExceptionTest": 15 + 22.5 + 33.75, "SellStockRetryOnServiceExceptionTest": 6},
        filled=SPELT_AS_IN_PYTHON,
    ),
    Published(
        "m04-serverless-test-samples-statemachine-test.json",
        TO_QUEUE,
        TO_QUEUE_PATHS,
        TO_QUEUE_ATTEMPTS,
        {"RetryPath": 2 + 4 + 8},
    ),
    Published(
        "m05-serverless-test-samples-local-test-samples-stepfunctions-mock.json",
        TO_QUEUE,
        TO_QUEUE_PATHS,
        TO_QUEUE_ATTEMPTS,
        {"RetryPath": 2 + 4 + 8},
        UNMOCKED,
    ),
    Published(
        "m22-localstack-local-mocked-service-integrations-mock-config-files.json",
        TO_QUEUE,
        TO_QUEUE_PATHS,
        TO_QUEUE_ATTEMPTS,
        {"RetryPath": 2 + 4 + 8},
        UNMOCKED,
    ),
    Published(
        "m23-sam-stepfunctions-sdk-integration-state-machine-test.json",
        "554-sam-stepfunctions-state-machine-state-machine.json",
        {
            "HappyPathTest": [
                "GetSampleVideo", "StartTranscriptionJob", "Wait20Seconds", "CheckIfTranscriptionDone",
                "IsTranscriptionDone?", "GetTranscriptionText", "PrepareTranscriptTest", "StartTextTranslation",
            ],
            "FileNotFoundTest": ["GetSampleVideo"],
        },
        durations={"HappyPathTest": 20},
        failures={"FileNotFoundTest": "status: expected SUCCEEDED, got FAILED"},
    ),
]  # fmt: skip


@needs_files
def test_every_published_mock_file_loads() -> None:
    loaded = 0
    for file in sorted(MOCK_FILES.glob("*.json")):
        for name, body in mock_config.read(file).value["StateMachines"].items():
            for case, states in body["TestCases"].items():
                assert mock_config.load(file, case, name).responses.keys() == states.keys(), file
                loaded += 1
    assert loaded >= 26


@needs_files
@pytest.mark.parametrize("published", PUBLISHED, ids=lambda each: each.mock_file[:3])
def test_published_mock_files_run(published: Published) -> None:
    file = MOCK_FILES / published.mock_file
    (name,) = mock_config.read(file).value["StateMachines"]
    suite = mock_file_cases.read(file, {name: published.machine(name)})
    assert [case.name for case in suite.cases] == list(published.paths)
    for case in suite.cases:
        outcome = case.run()
        run = outcome.run
        assert run is not None
        assert run.path == published.paths[case.name]
        for state, attempts in published.attempts.get(case.name, {}).items():
            assert run.state(state).attempts == attempts
        assert run.duration_ms / 1000 == published.durations.get(case.name, 0)
        expected = published.failures.get(case.name)
        assert outcome.passed is (expected is None), outcome.text
        assert expected is None or expected in outcome.text


# -- counters --------------------------------------------------------------------------------------------------------

EACH = {
    "StartAt": "Each",
    "States": {
        "Each": {
            "Type": "Map",
            "MaxConcurrency": 1,
            "ItemProcessor": {
                "StartAt": "Work",
                "States": {
                    "Work": {
                        "Type": "Task",
                        "Resource": f"{FUNCTION}:work",
                        "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 1, "BackoffRate": 1}],
                        "End": True,
                    }
                },
            },
            "Next": "Again",
        },
        "Again": {"Type": "Task", "Resource": f"{FUNCTION}:again", "End": True},
    },
}


def test_a_state_has_one_counter_over_iterations_and_retries(tmp_path: Path) -> None:
    busy = {"Throw": {"Error": "Busy", "Cause": ""}}
    responses = {
        "Series": {"0": {"Return": "a"}, "1-2": busy, "3": {"Return": "b"}, "4": busy, "5": {"Return": "c"}},
        "Once": {"0": {"Return": ["done"]}},
    }
    file = tmp_path / "mocks.json"
    cases = {"One": {"Work": "Series", "Again": "Once"}, "Short": {"Work": "Once", "Again": "Once"}}
    file.write_text(json.dumps({"StateMachines": {"M": {"TestCases": cases}}, "MockedResponses": responses}))
    machine = from_document(from_value(EACH), "M")
    one, short = mock_file_cases.read(file, {"M": machine}, input_text="[1, 2, 3]").cases
    for _ in range(2):  # counters start anew with each execution
        run = one.run().run
        assert run is not None
        assert run.state("Each").output == ["a", "b", "c"]
        assert [visit.attempts for visit in run.state("Work")] == [1, 3, 2]
        assert run.output == ["done"]
    assert "the mock of state 'Work' ran out" in short.run().text


def test_a_case_with_a_state_that_the_machine_does_not_have(tmp_path: Path) -> None:
    file = tmp_path / "mocks.json"
    cases = {"One": {"Wrk": "R"}}
    responses = {"R": {"0": {"Return": 1}}}
    file.write_text(json.dumps({"StateMachines": {"M": {"TestCases": cases}}, "MockedResponses": responses}))
    with pytest.raises(InputError, match="the state machine has no state 'Wrk'"):
        mock_file_cases.read(file, {"M": from_document(from_value(EACH), "M")})
