"""`events:putEvents` on the embedded bus."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import asl_aws
import pytest
from asl_aws.events import PutEvents
from asl_eventbridge import EventBus

import asl
from asl.integration import Settings
from tests.integrations.calls import EXECUTION, STATE_MACHINE, call, failure, output

ROOT = Path(__file__).parents[2]
CONFORMANCE = Path(os.environ.get("ASL_CONFORMANCE", ROOT.parent / "shared/conformance"))
RECORDED = sorted((CONFORMANCE / "aws/cases/services").glob("test_events_task_service.*put_events*.json"))
PUT_EVENTS = "arn:aws:states:::events:putEvents"
ENTRY = {"Source": "some.source", "DetailType": "kind", "Detail": {"Message": "Grüße", "n": [1, 2.5, None]}}


def embedded() -> tuple[PutEvents, EventBus]:
    bus = EventBus(warn=lambda text: None)
    (found,) = [
        each for each in asl_aws.integrations(Settings(options={"event_bus": bus})) if each.describe(PUT_EVENTS)
    ]
    assert isinstance(found, PutEvents)
    assert found.bus is bus
    return found, bus


def test_describe() -> None:
    integration, _ = embedded()
    described = integration.describe(PUT_EVENTS)
    assert described is not None
    assert described.patterns == ("request_response", "wait_for_task_token")
    assert described.parameters == ("Entries",)
    assert integration.describe(f"{PUT_EVENTS}.waitForTaskToken") == described
    assert integration.describe(f"{PUT_EVENTS}.sync") is None
    assert integration.describe("arn:aws:states:::sqs:sendMessage") is None


def test_the_answer_and_the_delivered_event() -> None:
    integration, bus = embedded()
    answer = output(integration.perform(call(PUT_EVENTS, {"Entries": [ENTRY]})))
    (event,) = bus.delivered
    assert json.dumps(answer) == json.dumps({"Entries": [{"EventId": event["id"]}], "FailedEntryCount": 0})
    assert event["detail"] == ENTRY["Detail"]
    assert event["time"] == "2026-01-01T00:00:00Z"
    assert event["resources"] == [STATE_MACHINE, EXECUTION]


def test_each_attempt_puts_the_good_entry_again_with_two_arns() -> None:
    integration, bus = embedded()
    arguments = {"Entries": [{**ENTRY, "Resources": ["mine"]}, {**ENTRY, "Source": ""}]}
    before = json.dumps(arguments)
    for attempt in range(3):
        answer = integration.perform(call(PUT_EVENTS, arguments, attempt=attempt, seed=f"seed/{attempt}"))
        assert failure(answer)[0] == "EventBridge.FailedEntry"
    assert [event["resources"] for event in bus.delivered] == [["mine", STATE_MACHINE, EXECUTION]] * 3
    assert len({event["id"] for event in bus.delivered}) == 3
    assert json.dumps(arguments) == before


def test_failed_entries_fail_the_task_with_the_whole_response_as_text() -> None:
    integration, bus = embedded()
    answer = integration.perform(call(PUT_EVENTS, {"Entries": [ENTRY, {**ENTRY, "Detail": "not JSON"}]}))
    error, cause = failure(answer)
    assert error == "EventBridge.FailedEntry"
    assert cause == (
        '{"Entries":[{"EventId":"' + bus.delivered[0]["id"] + '"},'
        '{"ErrorCode":"MalformedDetail","ErrorMessage":"Detail is malformed."}],"FailedEntryCount":1}'
    )


@pytest.mark.parametrize("detail", ['{"a": 1}', {"a": 1}], ids=["text", "object"])
def test_detail_as_text_and_as_object(detail: Any) -> None:
    integration, bus = embedded()
    output(integration.perform(call(PUT_EVENTS, {"Entries": [{**ENTRY, "Detail": detail}]})))
    assert bus.delivered[0]["detail"] == {"a": 1}


@pytest.mark.parametrize("detail", [[1], 5, True])
def test_a_detail_that_is_no_object_is_malformed(detail: Any) -> None:
    integration, _ = embedded()
    error, cause = failure(integration.perform(call(PUT_EVENTS, {"Entries": [{**ENTRY, "Detail": detail}]})))
    assert error == "EventBridge.FailedEntry"
    assert "MalformedDetail" in (cause or "")


@pytest.mark.parametrize("time", ["2020-09-13T12:26:40Z", 1_600_000_000, "2020-09-13T12:26:40.999+00:00"])
def test_the_time_of_an_event(time: Any) -> None:
    integration, bus = embedded()
    output(integration.perform(call(PUT_EVENTS, {"Entries": [{**ENTRY, "Time": time}]})))
    assert bus.delivered[0]["time"] == "2020-09-13T12:26:40Z"


PROBLEMS = [
    ({}, ["The field 'Entries' is required but was missing"]),
    ({"Entries": None}, ["The field 'Entries' is required but was missing"]),
    ({"Entries": {}}, ["The value for the field 'Entries' must be an ARRAY"]),
    ({"Entries": ["x"]}, ["The value for the field 'Entries' must be an OBJECT"]),
    ({"Entries": [ENTRY], "EndpointId": "a.b"}, ['The field "EndpointId" is not supported by Step Functions']),
    (
        {"Entries": [{**ENTRY, "source": "x", "Source": 5}]},
        [
            "The value for the field 'Source' must be a STRING",
            'The field "source" is not supported by Step Functions',
        ],
    ),
    ({"Entries": [{**ENTRY, "Resources": "arn"}]}, ["The value for the field 'Resources' must be an ARRAY"]),
    ({"Entries": [{**ENTRY, "Resources": [None]}]}, ["The value for the field 'Resources' must be a STRING"]),
    ({"Entries": [{**ENTRY, "Time": "today"}]}, ["The value of the field 'Time' has an invalid format"]),
    ({"Entries": [{**ENTRY, "Time": 1e18}]}, ["The value of the field 'Time' has an invalid format"]),
]


@pytest.mark.parametrize(("arguments", "problems"), PROBLEMS)
def test_parameters_that_cannot_be_used(arguments: Any, problems: list[str]) -> None:
    integration, _ = embedded()
    assert integration.check(PUT_EVENTS, arguments) == problems


def test_refused_parameters_end_the_execution_before_the_task_is_scheduled() -> None:
    state = {"Type": "Task", "Resource": PUT_EVENTS, "Parameters": {"Entries": "x"}, "End": True}
    state["Catch"] = [{"ErrorEquals": ["States.ALL"], "Next": "Never"}]
    run = asl.load({"StartAt": "Put", "States": {"Put": state, "Never": {"Type": "Succeed"}}}).run()
    assert (run.status, run.error) == ("FAILED", "States.Runtime")
    assert run.cause == (
        "An error occurred while executing the state 'Put' (entered at the event id #2). The Parameters "
        '\'{"Entries":"x"}\' could not be used to start the Task: '
        "[The value for the field 'Entries' must be an ARRAY]"
    )
    assert [event["type"] for event in run.history] == ["ExecutionStarted", "TaskStateEntered", "ExecutionFailed"]


def test_a_refused_request_has_aws_s_form_of_cause() -> None:
    integration, bus = embedded()
    error, cause = failure(integration.perform(call(PUT_EVENTS, {"Entries": [ENTRY] * 11})))
    assert error == "EventBridge.AmazonEventBridgeException"
    assert cause is not None
    assert cause.startswith(
        "1 validation error detected: Value '[PutEventsRequestEntry(time=null, source=some.source, "
    )
    assert f"resources=[{STATE_MACHINE}, {EXECUTION}], detailType=kind" in cause
    assert "(Service: AmazonEventBridge; Status Code: 400; Error Code: ValidationException; Request ID: " in cause
    assert cause.endswith("; Proxy: null)")
    assert bus.delivered == []


@pytest.mark.skipif(not RECORDED, reason=f"no recordings at {CONFORMANCE}")
@pytest.mark.parametrize("file", RECORDED, ids=lambda file: file.stem)
def test_recorded_answers(file: Path) -> None:
    case = json.loads(file.read_text())
    integration, bus = embedded()
    answer = integration.perform(call(PUT_EVENTS, case["input"]))
    (expected,) = case["executions"][0]["answers"]
    if expected["event"] == "TaskFailed":
        error, cause = failure(answer)
        assert error == expected["error"]
        actual = json.loads(cause or "")
    else:
        actual = output(answer)
    wanted = expected.get("cause") or expected.get("output")
    assert _without_ids(actual) == _without_ids(wanted)
    for sent, event in zip(case["snapshot"].get("stepfunctions_events", []), bus.delivered, strict=False):
        assert list(event) == list(sent)
        assert event["detail"] == sent["detail"]
        assert len(event["resources"]) == len(sent["resources"])
        assert event["resources"][-2:] == [STATE_MACHINE, EXECUTION]


def _without_ids(response: Any) -> Any:
    entries = [{"EventId": "id"} if "EventId" in entry else entry for entry in response["Entries"]]
    return {**response, "Entries": entries}


def test_importing_the_package_loads_no_sdk() -> None:
    script = (
        "import sys, asl_aws, asl_lambda, asl_eventbridge; from asl.integration import Settings;"
        "asl_aws.integrations(Settings()); asl_lambda.integrations(Settings());"
        "print([m for m in ('boto3', 'botocore', 'asyncio', 'socket') if m in sys.modules])"
    )
    path = os.pathsep.join([str(ROOT), str(ROOT / "integrations")])
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"
