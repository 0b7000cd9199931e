"""`aws-sdk:service:action`: over the wire with botocore's Stubber, on moto, and beside what AWS recorded."""

import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import asl_aws
import pytest
from asl_aws import sdk_model, stepfunctions_backend
from asl_aws.clients import Clients, Local, Response
from asl_aws.sdk import AwsSdk
from asl_aws.sdk_model import member_name
from asl_aws.service_errors import ServiceError
from botocore.model import ServiceModel
from botocore.response import StreamingBody
from botocore.stub import Stubber

import asl
from asl.cli import answerable
from asl.integration import Call, NotAnswered, Settings
from asl.values import JSON
from tests.integrations.calls import call, failure, output

SHARED = Path(__file__).parents[3] / "shared"
CASES = Path(os.environ.get("ASL_CONFORMANCE", SHARED / "conformance")) / "aws/cases"
WORKFLOWS = Path(os.environ.get("ASL_WORKFLOWS", SHARED / "workflows")) / "definitions"
AWS_SDK = "arn:aws:states:::aws-sdk"
KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_EC2_METADATA_DISABLED": "true"}


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def real() -> Iterator[AwsSdk]:
    integration = AwsSdk(Clients(Settings(aws="real")))
    yield integration
    integration.close()


def stubbed(integration: AwsSdk, service: str) -> Stubber:
    return Stubber(integration.clients._client(service, call(AWS_SDK, {})))


def perform(integration: AwsSdk, resource: str, arguments: JSON) -> Any:
    resource = f"{AWS_SDK}:{resource}"
    assert integration.check(resource, arguments) == []
    return integration.perform(call(resource, arguments))


def test_describe() -> None:
    integration = AwsSdk(Clients(Settings()))
    described = integration.describe(f"{AWS_SDK}:sqs:sendMessage")
    assert described is not None
    assert described.resource == f"{AWS_SDK}:sqs:sendMessage"
    assert described.patterns == ("request_response", "wait_for_task_token")
    assert described.parameters[:3] == ("QueueUrl", "MessageBody", "DelaySeconds")
    assert described.answer.startswith("Md5OfMessageAttributes, ")
    assert "Sqs.QueueDoesNotExistException" in described.errors
    assert described.errors[-2:] == ("Sqs.SqsException", "Sqs.SdkClientException")
    assert described.answered_by == ""
    assert described.ways == ("--aws embedded", "--endpoint-url URL", "--aws real")
    assert integration.describe(f"{AWS_SDK}:sqs:sendMessage.waitForTaskToken") == described


@pytest.mark.parametrize(
    "resource",
    [
        f"{AWS_SDK}:sqs:sendMessage.sync",
        f"{AWS_SDK}:sqs:SendMessage",
        f"{AWS_SDK}:sqs",
        f"{AWS_SDK}:logs:putLogEvents",
        "arn:aws:states:::sqs:sendMessage",
        "arn:aws:lambda:us-east-1:123456789012:function:f",
    ],
)
def test_resources_of_others(resource: str) -> None:
    assert AwsSdk(Clients(Settings())).describe(resource) is None


def test_without_a_way() -> None:
    integration = AwsSdk(Clients(Settings()))
    assert integration.check(f"{AWS_SDK}:ssm:getParameter", {}) == ["The field 'Name' is required but was missing"]
    with pytest.raises(NotAnswered, match="'ssm'") as refused:
        perform(integration, "ssm:getParameter", {"Name": "n"})
    assert refused.value.ways == ("--aws embedded", "--endpoint-url URL", "--aws real")


def test_the_request_and_the_response_of_s3(real: AwsSdk) -> None:
    body = StreamingBody(BytesIO(b"binary data"), 11)
    with stubbed(real, "s3") as stubber:
        stubber.add_response("put_object", {"ETag": '"e"'}, {"Bucket": "b", "Key": "k", "Body": b'{"a":[1]}'})
        answer = perform(real, "s3:putObject", {"Bucket": "b", "Key": "k", "Body": {"a": [1]}, "Acl": None})
        assert output(answer) == {"ETag": '"e"'}
        moment = datetime(2020, 9, 13, 12, 26, 40, tzinfo=UTC)
        response = {"Body": body, "ContentLength": 11, "LastModified": moment, "Metadata": {}}
        stubber.add_response("get_object", response, {"Bucket": "b", "Key": "k"})
        assert json.dumps(output(perform(real, "s3:getObject", {"Bucket": "b", "Key": "k"}))) == json.dumps(
            {"ContentLength": 11, "LastModified": "2020-09-13T12:26:40Z", "Metadata": {}, "Body": "binary data"}
        )


@pytest.mark.parametrize(
    ("resource", "code", "status", "extended", "error", "cause"),
    [
        (
            "s3:getObject",
            "NoSuchKey",
            404,
            "x-1",
            "S3.NoSuchKeyException",
            "No. (Service: S3, Status Code: 404, Request ID: r-1, Extended Request ID: x-1) (SDK Attempt Count: 1)",
        ),
        (
            "s3:getObject",
            "SlowDown",
            503,
            "x-1",
            "S3.S3Exception",
            "No. (Service: S3, Status Code: 503, Request ID: r-1, Extended Request ID: x-1) (SDK Attempt Count: 1)",
        ),
        (
            "s3:headObject",
            "404",
            404,
            None,
            "S3.NoSuchKeyException",
            "null (Service: S3, Status Code: 404, Request ID: r-1) (SDK Attempt Count: 1)",
        ),
    ],
)
def test_errors_of_a_service(
    resource: str, code: str, status: int, extended: str | None, error: str, cause: str, real: AwsSdk
) -> None:
    method = re.sub(r"(?=[A-Z])", "_", resource.partition(":")[2]).lower()
    with stubbed(real, "s3") as stubber:
        metadata = {"RequestId": "r-1", **({"HostId": extended} if extended else {})}
        stubber.add_client_error(method, code, "No.", status, response_meta=metadata)
        assert failure(perform(real, resource, {"Bucket": "b", "Key": "k"})) == (error, cause)


def test_an_endpoint_that_does_not_answer() -> None:
    integration = AwsSdk(Clients(Settings(endpoint_urls={"ssm": "http://127.0.0.1:9"}, call_timeout_seconds=2)))
    error, cause = failure(perform(integration, "ssm:getParameter", {"Name": "n"}))
    assert error == "Ssm.SdkClientException"
    assert (cause or "").startswith("Unable to execute HTTP request: ")
    integration.close()


def test_step_functions_is_answered_by_the_world() -> None:
    asked: list[tuple[str, dict[str, Any], str]] = []

    def step_functions(operation: str, parameters: dict[str, Any], asking: Call) -> Response:
        asked.append((operation, parameters, asking.ref))
        if operation == "SendTaskFailure":
            raise ServiceError("InvalidToken", "Invalid Token: 'Invalid token'", 400, "r-1")
        return Response({"executionArn": "arn", "startDate": datetime(2026, 1, 1, tzinfo=UTC)})

    answered = {"StartExecution": "machines of the world", "SendTaskFailure": "in this process"}
    integration = AwsSdk(Clients(Settings(), {"stepfunctions": Local(step_functions, answered)}))
    described = integration.describe(f"{AWS_SDK}:sfn:startExecution")
    assert described is not None
    assert described.answered_by == "machines of the world"
    answer = perform(integration, "sfn:startExecution", {"StateMachineArn": "m", "Input": "{}"})
    assert output(answer) == {"ExecutionArn": "arn", "StartDate": "2026-01-01T00:00:00Z"}
    assert failure(perform(integration, "sfn:sendTaskFailure", {"TaskToken": "t"})) == (
        "Sfn.InvalidTokenException",
        "Invalid Token: 'Invalid token' (Service: Sfn, Status Code: 400, Request ID: r-1) (SDK Attempt Count: 1)",
    )
    assert asked == [
        ("StartExecution", {"stateMachineArn": "m", "input": "{}"}, "1.1"),
        ("SendTaskFailure", {"taskToken": "t"}, "1.1"),
    ]


def test_event_bridge_is_answered_by_the_world() -> None:
    (integration,) = [each for each in asl_aws.integrations(Settings()) if isinstance(each, AwsSdk)]
    entry = {"Source": "s", "DetailType": "d", "Detail": "{}", "Time": "2020-09-13T12:26:40Z"}
    answer = output(perform(integration, "eventbridge:putEvents", {"Entries": [entry]}))
    assert answer["FailedEntryCount"] == 0
    assert list(answer) == ["Entries", "FailedEntryCount"]
    error, cause = failure(perform(integration, "eventbridge:putEvents", {"Entries": []}))
    assert error == "EventBridge.EventBridgeException"
    assert "(Service: EventBridge, Status Code: 400, Request ID: " in (cause or "")
    with pytest.raises(NotAnswered, match="nothing answers 'DisableRule' of the service 'events'"):
        perform(integration, "eventbridge:disableRule", {"Name": "r"})


@pytest.fixture(scope="module")
def world() -> Iterator[asl.World]:
    machine = {"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": True}}}
    with asl.World(machines={"*": machine}, aws="embedded") as world:
        yield world


OPERATIONS = [
    (segment, name)
    for segment, service in (("eventbridge", "events"), ("sfn", "stepfunctions"))
    for name in ServiceModel(sdk_model.loader().load_service_model(service, "service-2"), service).operation_names
]


@pytest.mark.parametrize(("segment", "name"), OPERATIONS)
def test_what_is_said_of_an_operation_and_what_a_run_of_it_does(world: asl.World, segment: str, name: str) -> None:
    resource = f"{AWS_SDK}:{segment}:{name[0].lower()}{name[1:]}"
    integration = world.answers.integration(resource)
    operation = sdk_model.operation(segment, f"{name[0].lower()}{name[1:]}")
    if operation is None:  # recorded: Step Functions has no such resource
        assert integration is None
        return
    assert integration is not None
    described = integration.describe(resource)
    assert described is not None
    said = answerable.examined(world, answerable.Tasks(resource, "", ()), with_machines=True)
    assert said.answered_by == described.answered_by
    asked = call(resource, {member_name(key): _least(shape) for key, shape in _required(operation).items()})
    if described.answered_by:
        integration.perform(asked)
    else:
        with pytest.raises(NotAnswered, match=f"'{name}'") as refused:
            integration.perform(asked)
        assert tuple(refused.value.ways) == described.ways == said.ways


def test_operations_that_the_world_answers(world: asl.World) -> None:
    answered = set()
    for segment, name in OPERATIONS:
        resource = f"{AWS_SDK}:{segment}:{name[0].lower()}{name[1:]}"
        if answerable.examined(world, answerable.Tasks(resource, "", ()), with_machines=True).answered_by:
            answered.add(name)
    assert answered == {"PutEvents", "StartSyncExecution", "GetActivityTask", *stepfunctions_backend.OPERATIONS}


def _required(operation: sdk_model.Operation) -> dict[str, Any]:
    shape = operation.model.input_shape
    return {name: shape.members[name] for name in shape.required_members} if shape else {}


def _least(shape: Any) -> Any:
    """The least value of a type."""
    if shape.type_name == "structure":
        return {member_name(name): _least(shape.members[name]) for name in shape.required_members}
    return {"list": [], "map": {}, "integer": 1, "boolean": True, "timestamp": "2020-09-13T12:26:40Z"}.get(
        shape.type_name, "1"
    )


MASKED = {"LastModified"}
RECORDED = sorted(
    path
    for pattern in ("services/test_aws_sdk_*", "error_handling/test_aws_sdk*")
    for path in CASES.glob(pattern)
    if "sfn" not in path.name
)


@pytest.mark.skipif(not RECORDED, reason=f"no recordings at {CASES}")
@pytest.mark.parametrize("file", RECORDED, ids=lambda file: file.stem)
def test_recorded_answers_on_moto(file: Path) -> None:
    case = json.loads(file.read_text())
    resources = {
        "buckets": {name: dict(objects) for name, objects in case["resources"].get("s3", {}).items()},
        "tables": {table["TableName"]: {"create": table} for table in case["resources"].get("dynamodb", [])},
    }
    if case["input"].get("Body") is not None:
        resources["buckets"].setdefault(case["input"]["Bucket"], {})
    run = asl.load(case["definition"]).run(case["input"], aws="embedded", options={"resources": resources})
    details = [
        event.get("taskSucceededEventDetails") or event.get("taskFailedEventDetails")
        for event in run.history
        if event["type"] in ("TaskSucceeded", "TaskFailed")
    ]
    recorded = case["executions"][0]["answers"]
    assert len(details) == len(recorded)
    for actual, expected in zip(details, recorded, strict=True):
        assert actual is not None
        if expected["event"] == "TaskFailed":
            assert actual["error"] == expected["error"]
            assert _without_ids(actual["cause"]) == _without_ids(expected["cause"])
        else:
            assert _common(json.loads(actual["output"])) == _common(expected["output"])


def _without_ids(cause: str) -> str:
    return re.sub(r"Request ID: [^,)]*", "Request ID", cause).removesuffix(" (SDK Attempt Count: 1)")


def _common(result: dict[str, JSON]) -> dict[str, JSON]:
    return {field: value for field, value in result.items() if field not in MASKED}


RETIRED = {"lookoutvision"}  # the service has ended, and its API is no longer in botocore
_published = re.compile(r"aws-sdk:([A-Za-z0-9]+):([A-Za-z0-9]+)")


@pytest.mark.skipif(not WORKFLOWS.is_dir(), reason=f"no definitions at {WORKFLOWS}")
def test_every_published_resource_is_known() -> None:
    integration = AwsSdk(Clients(Settings()))
    found = {match for file in WORKFLOWS.iterdir() for match in _published.findall(file.read_text(errors="replace"))}
    unknown = {
        f"{service}:{action}"
        for service, action in found
        if service not in RETIRED and integration.describe(f"{AWS_SDK}:{service}:{action}") is None
    }
    assert len(found) > 150
    assert unknown == set()
