"""No call leaves the machine without `aws="real"` or an endpoint's URL, and then only to there.

Whatever would ask the network is recorded and fails: names looked up, connections, datagrams.
"""

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from asl_aws import sdk_model
from click.testing import CliRunner

import asl
import asl.cli
from asl.errors import HostError
from asl.hosts.run import Run
from asl.hosts.world import World

STATES = "arn:aws:states:::"
MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:Child"
QUEUE = "https://sqs.us-east-1.amazonaws.com/123456789012/q"
CHILD = {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}
HOST = "203.0.113.7"  # an address for documentation, which is nobody's
ENDPOINT = f"http://{HOST}:4566"

TASKS: dict[str, dict[str, Any]] = {
    "apigateway:invoke": {"ApiEndpoint": "abc.execute-api.us-east-1.amazonaws.com", "Method": "GET"},
    "athena:startQueryExecution.sync": {"QueryString": "SELECT 1", "WorkGroup": "primary"},
    "batch:submitJob.sync": {"JobName": "j", "JobDefinition": "d", "JobQueue": "q"},
    "codebuild:startBuild.sync": {"ProjectName": "p"},
    "dynamodb:getItem": {"TableName": "t", "Key": {"id": {"S": "1"}}},
    "dynamodb:putItem": {"TableName": "t", "Item": {"id": {"S": "1"}}},
    "ecs:runTask.sync": {"TaskDefinition": "d", "Cluster": "c"},
    "ecs:runTask.waitForTaskToken": {"TaskDefinition": "d", "Cluster": "c"},
    "events:putEvents": {"Entries": [{"Source": "s", "DetailType": "t", "Detail": {}, "EventBusName": "other"}]},
    "glue:startJobRun.sync": {"JobName": "j"},
    "lambda:invoke": {"FunctionName": "nobody", "Payload": {}},
    "lambda:invoke.waitForTaskToken": {"FunctionName": "arn:aws:lambda:us-east-1:123456789012:function:nobody"},
    "sns:publish": {"TopicArn": "arn:aws:sns:us-east-1:123456789012:t", "Message": "m"},
    "sqs:sendMessage": {"QueueUrl": QUEUE, "MessageBody": "m"},
    "sqs:sendMessage.waitForTaskToken": {"QueueUrl": QUEUE, "MessageBody": "m"},
    "states:startExecution": {"StateMachineArn": "Nobody"},
    "states:startExecution.sync": {"StateMachineArn": MACHINE},
    "states:startExecution.sync:2": {"StateMachineArn": MACHINE},
    "aws-sdk:eventbridge:putRule": {"Name": "r", "ScheduleExpression": "rate(1 hour)"},
    "aws-sdk:s3:putObject": {"Bucket": "b", "Key": "k", "Body": "text"},
    "aws-sdk:sfn:startSyncExecution": {"StateMachineArn": MACHINE},
    "aws-sdk:sns:subscribe": {
        "TopicArn": "arn:aws:sns:us-east-1:123456789012:t",
        "Protocol": "https",
        "Endpoint": "https://example.com",
    },
}
OPERATIONS = {
    "acm": ("listCertificates",),
    "apigateway": ("getRestApis",),
    "athena": ("listWorkGroups",),
    "bedrockruntime": ("invokeModel",),
    "cloudformation": ("listStacks",),
    "cloudwatch": ("putMetricData",),
    "cloudwatchlogs": ("describeLogGroups",),
    "cognitoidentityprovider": ("listUsers",),
    "comprehend": ("detectSentiment",),
    "costexplorer": ("getCostAndUsage",),
    "dynamodb": ("scan",),
    "ec2": ("describeInstances",),
    "ecr": ("describeRepositories",),
    "ecs": ("listClusters",),
    "emrserverless": ("startJobRun",),
    "eventbridge": ("listRules",),
    "firehose": ("putRecord",),
    "glue": ("startCrawler",),
    "iam": ("listRoles",),
    "iotdataplane": ("publish",),
    "kinesis": ("putRecord",),
    "kms": ("listKeys",),
    "lambda": ("listFunctions",),
    "organizations": ("listRoots",),
    "rds": ("describeDBInstances",),
    "redshiftdata": ("executeStatement",),
    "rekognition": ("detectLabels",),
    "route53": ("listHostedZones",),
    "s3": ("listBuckets", "listObjectsV2"),
    "s3control": ("createJob",),
    "scheduler": ("listSchedules",),
    "secretsmanager": ("getSecretValue",),
    "sesv2": ("sendEmail",),
    "sfn": ("listExecutions", "sendTaskSuccess"),
    "sns": ("publish",),
    "sqs": ("receiveMessage",),
    "ssm": ("getParameter",),
    "sts": ("getCallerIdentity",),
    "textract": ("detectDocumentText",),
    "transcribe": ("listTranscriptionJobs",),
    "translate": ("translateText",),
    "xray": ("getTraceSummaries",),
}


# -- what would ask the network --------------------------------------------------------------------------------------


@pytest.fixture
def attempts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The hosts that were asked for; each attempt fails as if nobody were there."""
    hosts: list[str] = []

    def refuse(host: Any) -> Any:
        host = host[0] if isinstance(host, tuple) else host
        hosts.append(host.decode() if isinstance(host, bytes) else str(host))
        raise ConnectionRefusedError(f"no network here, for {host}")

    for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr", "create_connection"):
        monkeypatch.setattr(socket, name, lambda host, *_, **__: refuse(host))
    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, lambda _, address: refuse(address))
    monkeypatch.setattr(socket.socket, "sendto", lambda _, data, *rest: refuse(rest[-1]))
    return hosts


@pytest.fixture(autouse=True)
def stranger(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A user without keys in the environment, whose profile runs a command for them. Gives the file that it writes."""
    for name in list(os.environ):
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    asked = tmp_path / "asked"
    (tmp_path / "config").write_text(f"[default]\ncredential_process = touch {asked}\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    return asked


# -- tasks -----------------------------------------------------------------------------------------------------------


def tasks() -> Iterator[tuple[str, Any]]:
    yield from TASKS.items()
    for service, actions in OPERATIONS.items():
        for action in actions:
            operation = sdk_model.operation(service, action)
            assert operation is not None, (service, action)
            shape = operation.model.input_shape
            yield f"aws-sdk:{service}:{action}", {} if shape is None else least(shape)


def least(shape: Any) -> Any:
    """The smallest parameters that a shape of botocore's takes."""
    match shape.type_name:
        case "structure":
            return {sdk_model.member_name(name): least(shape.members[name]) for name in shape.required_members}
        case "list":
            return [least(shape.member)]
        case "map":
            return {}
        case "string":
            return shape.enum[0] if shape.enum else "xxxxxxxxxxxx"
        case "boolean":
            return False
        case "timestamp":
            return "2026-01-01T00:00:00Z"
        case "blob":
            return "eHh4"
        case _:
            return 1


def perform(resource: str, arguments: Any, **options: Any) -> Run | HostError:
    """The run of a machine with one task, described and checked first as `asl integrations` and `asl check` do."""
    arn = resource if resource.startswith("arn:") else STATES + resource
    task = {"Type": "Task", "Resource": arn, "Parameters": arguments, "TimeoutSeconds": 600, "End": True}
    machine = asl.load({"StartAt": "Task", "States": {"Task": task}})
    machines = {MACHINE: CHILD}
    with World(machines=machines, warn=lambda text: None, call_timeout_seconds=5.0, **options) as world:
        integration = world.answers.integration(arn)
        assert integration is not None
        assert integration.describe(arn) is not None
        assert list(integration.check(arn, arguments)) == []
        run = world.start(machine, {})
        try:
            world.run()
        except HostError as error:
            return error
        return run


FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:nobody"
ALL = [pytest.param(resource, arguments, id=resource) for resource, arguments in (*tasks(), (FUNCTION, {}))]


@pytest.mark.parametrize("mode", ["off", "embedded"])
@pytest.mark.parametrize(("resource", "arguments"), ALL)
def test_nothing_leaves(mode: Any, resource: str, arguments: Any, attempts: list[str], stranger: Path) -> None:
    perform(resource, arguments, aws=mode)
    assert attempts == []
    assert not stranger.exists()


@pytest.mark.parametrize(
    "resource", ["dynamodb:getItem", "sqs:sendMessage", "aws-sdk:s3:putObject", "events:putEvents"]
)
def test_stand_ins_do_answer(resource: str, attempts: list[str]) -> None:
    run = perform(resource, TASKS[resource], aws="embedded")
    assert isinstance(run, Run), run
    assert "SdkClient" not in (run.error or "")


@pytest.mark.parametrize("mode", ["off", "embedded", "real"])
@pytest.mark.parametrize(
    "args", [[], ["sqs:sendMessage", "aws-sdk:s3:getObject", "function:charge", "glue:startJobRun.sync"]]
)
def test_saying_who_answers_asks_nobody(mode: str, args: list[str], attempts: list[str], stranger: Path) -> None:
    assert CliRunner().invoke(asl.cli.main, ["integrations", "--aws", mode, *args]).exit_code == 0
    assert attempts == []
    assert not stranger.exists()


# -- endpoints -------------------------------------------------------------------------------------------------------

KEYS = {"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s"}
AT_ENDPOINTS = [
    "apigateway:invoke",
    "dynamodb:getItem",
    "glue:startJobRun.sync",
    "lambda:invoke",
    "sns:publish",
    "sqs:sendMessage",
    "aws-sdk:s3:putObject",
]
ROLE = """
[profile corp]
role_arn = arn:aws:iam::123456789012:role/R
source_profile = keys
[profile keys]
aws_access_key_id = k
aws_secret_access_key = s
"""


@pytest.mark.parametrize("mode", ["off", "embedded"])
@pytest.mark.parametrize("variables", [{}, KEYS], ids=["no keys", "keys"])
@pytest.mark.parametrize("resource", AT_ENDPOINTS)
def test_only_the_endpoint_is_asked(
    resource: str,
    variables: dict[str, str],
    mode: Any,
    attempts: list[str],
    stranger: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    run = perform(resource, TASKS[resource], aws=mode, endpoint_url=ENDPOINT)
    assert isinstance(run, Run), run
    assert run.error is not None
    assert run.error.endswith(".SdkClientException"), (run.error, run.cause)
    assert set(attempts) == {HOST}
    assert not stranger.exists()


@pytest.mark.parametrize("resource", [each for each in AT_ENDPOINTS if each != "apigateway:invoke"])
def test_no_role_is_assumed_for_an_endpoint(
    resource: str, attempts: list[str], stranger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "corp")
    stranger.with_name("config").write_text(ROLE)
    perform(resource, TASKS[resource], endpoint_url=ENDPOINT)
    assert set(attempts) == {HOST}


def test_an_endpoint_of_one_service_is_for_that_one_only(attempts: list[str]) -> None:
    urls = {"sqs": ENDPOINT}
    refused = perform("dynamodb:getItem", TASKS["dynamodb:getItem"], endpoint_url=urls)
    assert isinstance(refused, HostError)
    assert attempts == []
    perform("sqs:sendMessage", TASKS["sqs:sendMessage"], endpoint_url=urls)
    assert set(attempts) == {HOST}


def test_real_calls_are_seen_here(attempts: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    perform("aws-sdk:sts:getCallerIdentity", {}, aws="real")
    assert any(host.endswith("amazonaws.com") for host in attempts)


def test_looking_for_credentials_is_seen_here(attempts: list[str], stranger: Path) -> None:
    perform("aws-sdk:sts:getCallerIdentity", {}, aws="real")
    assert stranger.exists()
    stranger.with_name("config").write_text("[default]\n")
    perform("aws-sdk:sts:getCallerIdentity", {}, aws="real")
    assert "169.254.169.254" in attempts
