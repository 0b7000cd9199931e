"""`asl integrations`: what it lists, what it says of resources, and how it ends."""

import json
from pathlib import Path
from typing import Any

import pytest
from asl_aws import catalog, sdk_model
from asl_aws.job_table import SERVICES
from click.testing import CliRunner, Result

import asl.cli
from asl.cli.answerable import OPTIMIZED

STATES = "arn:aws:states:::"
MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:Child"


def task(resource: str, **fields: Any) -> dict[str, Any]:
    return {"Type": "Task", "Resource": resource, "End": True, **fields}


ORDER = {
    "StartAt": "Both",
    "States": {
        "Both": {
            "Type": "Parallel",
            "Branches": [
                {"StartAt": "Charge", "States": {"Charge": task("${Charge}")}},
                {
                    "StartAt": "Ask",
                    "States": {"Ask": task(f"{STATES}lambda:invoke", Parameters={"FunctionName": "ask"})},
                },
            ],
            "Next": "Each",
        },
        "Each": {
            "Type": "Map",
            "ItemProcessor": {"StartAt": "Send", "States": {"Send": task(f"{STATES}sqs:sendMessage")}},
            "Next": "Child",
        },
        "Child": task(f"{STATES}states:startExecution.sync:2", Parameters={"StateMachineArn": MACHINE}),
    },
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("FORCE_COLOR", "NO_COLOR", "AWS_PROFILE", "AWS_DEFAULT_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "order.asl.json").write_text(json.dumps(ORDER))
    (tmp_path / "child.asl.json").write_text('{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}')
    return tmp_path


def integrations(*args: str, **options: Any) -> Result:
    return CliRunner().invoke(asl.cli.main, ["integrations", *args], **options)


def found(*args: str) -> list[dict[str, Any]]:
    value: list[dict[str, Any]] = json.loads(integrations(*args, "--json").stdout)
    return value


def words(result: Result) -> str:
    """What was said, without line breaks and columns."""
    return " ".join(result.stdout.split())


# -- the list --------------------------------------------------------------------------------------------------------


def test_the_list_says_who_answers_and_what_is_needed() -> None:
    result = integrations()
    assert result.exit_code == 0
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert "sqs:sendMessage .waitForTaskToken needs --aws embedded" in lines
    assert "events:putEvents .waitForTaskToken in this process" in lines
    assert "apigateway:invoke .waitForTaskToken -" in lines
    assert "ecs:runTask .sync .waitForTaskToken needs --aws embedded" in lines
    assert "eventbridge:putEvents .waitForTaskToken in this process" in lines
    assert "sfn:describeExecution, listExecutions, .waitForTaskToken in this process" in lines
    assert "sfn:startExecution .waitForTaskToken needs --machine ARN-or-name=FILE" in lines
    assert "function:NAME needs --lambda NAME=package.module:function" in " ".join(result.stdout.split())
    assert "Only mocks answer bedrock," in words(result)


def test_the_list_goes_by_the_settings(folder: Path) -> None:
    (folder / "asl.toml").write_text('aws = "embedded"\n[machine]\nChild = "child.asl.json"\n')
    said = words(integrations("--endpoint-url", "sqs=http://localhost:4566", "--activity", "work=json:loads"))
    assert "sns:publish .waitForTaskToken moto in this process" in said
    assert "sqs:sendMessage .waitForTaskToken http://localhost:4566" in said
    assert "states:startExecution .sync .sync:2 machines given with --machine" in said
    assert "sfn:startExecution .waitForTaskToken machines given with --machine" in said
    assert "activity:work json:loads" in said
    assert f"machine:Child {folder / 'child.asl.json'}" in said


@pytest.mark.parametrize("target", [MACHINE, f"{MACHINE}2"])
def test_tasks_of_the_sdk_that_start_machines(folder: Path, target: str) -> None:
    for action in ("startExecution", "startSyncExecution"):
        state = task(f"{STATES}aws-sdk:sfn:{action}", Parameters={"StateMachineArn": target})
        (folder / "parent.asl.json").write_text(json.dumps({"StartAt": "Start", "States": {"Start": state}}))
        (one,) = found("--file", "parent.asl.json", "--machine", "Child=child.asl.json")
        assert one["answered_by"] == ("a machine given with --machine" if target == MACHINE else None)
        assert "--machine" in one["ways"][0]


def test_what_the_embedded_bus_does_not_do() -> None:
    (one,) = found("aws-sdk:eventbridge:enableRule", "--aws", "embedded")
    assert one["answered_by"] is None
    assert one["ways"] == ["--endpoint-url URL", "--aws real"]


def test_the_list_says_where_real_calls_go() -> None:
    assert "sqs:sendMessage .waitForTaskToken AWS (eu-west-1)" in words(
        integrations("--aws", "real", "--region", "eu-west-1")
    )


def test_the_list_as_json_has_every_action() -> None:
    listed = {each["resource"]: each for each in found()}
    assert set(listed) == {f"{STATES}{name}:{each}" for name, actions in OPTIMIZED.items() for each in actions}
    assert listed[f"{STATES}athena:startQueryExecution"]["patterns"] == ["request_response", "sync"]
    assert not listed[f"{STATES}bedrock:invokeModel"]["answerable"]


def test_every_job_is_in_the_list() -> None:
    assert all(set(service.actions) <= set(OPTIMIZED[name]) for name, service in SERVICES.items())


def test_services_with_stand_ins_are_called_as_listed() -> None:
    for service in {*catalog.STAND_INS, *catalog.LOCAL}:
        assert sdk_model.service_name(catalog.segment(service)) == service


# -- resources -------------------------------------------------------------------------------------------------------


def test_a_resource_is_described() -> None:
    result = integrations("sqs:sendMessage.waitForTaskToken")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[:3] == [
        f"{STATES}sqs:sendMessage.waitForTaskToken",
        "  answered by  nobody yet; use --aws embedded, --endpoint-url URL, --aws real, or a mock",
        "  patterns     request response, .waitForTaskToken",
    ]
    said = words(result)
    assert "parameters DelaySeconds, MessageAttributes, MessageBody," in said
    assert "answer MD5OfMessageBody, MessageId, SdkHttpMetadata, SdkResponseMetadata" in said
    assert "SQS.QueueDoesNotExistException" in said
    assert lines[-1] == "1 resource: 0 answered, 1 could be, 0 by nothing"
    assert max(map(len, lines)) <= 100


def test_brief_leaves_out_the_details() -> None:
    assert len(integrations("sqs:sendMessage", "--brief").stdout.splitlines()) == 4


@pytest.mark.parametrize(
    ("resource", "args", "who"),
    [
        ("sqs:sendMessage", ["--aws", "embedded"], "moto in this process"),
        ("aws-sdk:s3:getObject", ["--aws", "embedded"], "moto in this process"),
        ("aws-sdk:rekognition:detectLabels", ["--aws", "embedded"], None),
        ("aws-sdk:rekognition:detectLabels", ["--endpoint-url", "http://localhost:4566"], "http://localhost:4566"),
        ("glue:startJobRun.sync", ["--aws", "real"], "AWS (us-east-1)"),
        ("events:putEvents", [], "in this process"),
        ("function:charge", ["--lambda", "charge=json:loads"], "json:loads"),
        ("arn:aws:lambda:us-east-1:123456789012:function:charge", ["--lambda", "cha*=json:loads"], "json:loads"),
        ("activity:work", ["--activity", "w*=json:loads"], "json:loads"),
        ("activity:work", [], None),
        ("states:startExecution.sync:2", [], None),
        ("states:startExecution.sync:2", ["--machine", "C=child.asl.json"], "machines given with --machine"),
        ("${Fn}", [], None),
        ("${Fn}", ["--lambda", "${Fn}=json:loads"], "json:loads"),
    ],
)
def test_who_answers(resource: str, args: list[str], who: str | None) -> None:
    (each,) = found(resource, *args)
    assert (each["answerable"], each["answered_by"], each["problem"]) == (True, who, None)
    assert who or each["ways"]


@pytest.mark.parametrize(
    ("resource", "way"),
    [
        ("sqs:sendMessage", "--aws embedded"),
        ("aws-sdk:rekognition:detectLabels", "--aws real"),
        ("activity:work", "--activity work=package.module:function"),
        ("${Fn}", "--define Fn=ARN"),
        ("arn:${AWS::Partition}:states:::dynamodb:getItem", "--define AWS::Partition=aws"),
        ("arn:aws:states:${Region}::dynamodb:getItem", "--define Region=VALUE"),
    ],
)
def test_ways_to_have_it_answered(resource: str, way: str) -> None:
    (each,) = found(resource)
    assert way in each["ways"]


@pytest.mark.parametrize(
    ("resource", "problem"),
    [
        ("sqs:sendMesage", "sqs has no action 'sendMesage'; did you mean 'sendMessage'?"),
        ("sqs:listQueues", "sqs has no action 'listQueues'; did you mean 'aws-sdk:sqs:listQueues'?"),
        ("sqs", "sqs is a service; its actions are sqs:sendMessage"),
        ("sqs:sendMessage.sync", "sqs:sendMessage has no .sync; it has .waitForTaskToken"),
        ("sqs:sendMessage.waitForTasktoken", "did you mean '.waitForTaskToken'?"),
        ("dynamodb:getItem.sync", "dynamodb:getItem has no .sync; leave it out"),
        ("lamda:invoke", "there is no optimized integration with 'lamda'; did you mean 'lambda'?"),
        ("ec2:runInstances", "did you mean 'aws-sdk:ec2:runInstances'?"),
        ("bedrock:invokeModel.sync", "Step Functions has bedrock:invokeModel, but nothing here does; a mock can"),
        ("aws-sdk:stepfunctions:startExecution", "the AWS SDK has no service 'stepfunctions'; did you mean 'sfn'?"),
        ("aws-sdk:s3:GetObject", "s3 has no operation 'GetObject'; did you mean 'getObject'?"),
        ("aws-sdk:s3:selectObjectContent", "Step Functions does not offer 'selectObjectContent' of s3"),
        ("aws-sdk:s3:getObject.sync", "aws-sdk:s3:getObject has no .sync; it has .waitForTaskToken"),
        ("aws-sdk:s3", "aws-sdk:s3 is a service; write an action behind it"),
        ("arn:${AWS::Partition}:states:::sqs:sendMesage", "did you mean 'sendMessage'?"),
        ("arn:aws:s3:::bucket", "this is no resource"),
        ("", "this is no resource"),
    ],
)
def test_what_nothing_answers_fails_with_what_was_meant(resource: str, problem: str) -> None:
    result = integrations(resource, "events:putEvents")
    assert result.exit_code == 1
    assert problem in words(result)
    assert result.stdout.endswith("2 resources: 1 answered, 0 could be, 1 by nothing\n")


# -- definitions -----------------------------------------------------------------------------------------------------


def test_the_tasks_of_a_definition_with_their_states() -> None:
    args = ["--file", "order.asl.json", "--lambda", "ask=json:loads", "--machine", "Child=child.asl.json"]
    tasks = {each["states"][0]: each for each in found(*args)}
    assert sorted(tasks) == ["Ask", "Charge", "Child", "Send"]
    assert tasks["Charge"]["ways"] == ["--define Charge=ARN", "--lambda '${Charge}=package.module:function'"]
    assert tasks["Ask"]["answered_by"] == "json:loads"
    assert tasks["Child"]["answered_by"] == "a machine given with --machine"
    assert tasks["Child"]["target"] == MACHINE
    assert tasks["Send"]["answered_by"] is None


def test_a_function_or_machine_that_is_not_given() -> None:
    args = ["--file", "order.asl.json", "--lambda", "other=json:loads", "--machine", "Other=child.asl.json"]
    tasks = {each["states"][0]: each for each in found(*args)}
    assert (tasks["Ask"]["answered_by"], tasks["Ask"]["ways"][0]) == (None, "--lambda ask=package.module:function")
    assert (tasks["Child"]["answered_by"], tasks["Child"]["ways"][0]) == (None, "--machine Child=FILE")


def test_a_machine_that_cannot_be_loaded() -> None:
    result = integrations("states:startExecution", "--machine", "Child=nofile.json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "the machine 'Child': nofile.json: no such file" in result.stderr


def test_placeholders_are_filled() -> None:
    args = ["-f", "order.asl.json", "-d", "Charge=arn:aws:lambda:us-east-1:123456789012:function:charge"]
    assert (
        "arn:aws:lambda:us-east-1:123456789012:function:charge\n  states       Charge\n" in integrations(*args).stdout
    )


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--file", "none.json"], "error: none.json: no such file"),
        (["-f", "order.asl.json", "-d", "Chrge=x"], "did you mean 'Charge'?"),
        (["-d", "X=1"], "no placeholder ${X} to fill"),
        (["--lambda", "charge"], "is not NAME=VALUE"),
        (["--endpoint-url", "localhost"], "is not a URL"),
    ],
)
def test_wrong_calls(args: list[str], said: str) -> None:
    result = integrations(*args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr


def test_colours_only_where_they_are_wanted() -> None:
    assert "\x1b[" not in integrations("sqs:sendMesage", "sqs:sendMessage").stdout
    coloured = integrations("sqs:sendMesage", "sqs:sendMessage", env={"FORCE_COLOR": "1"}, color=True).stdout
    assert "answered by  \x1b[31mnothing\x1b[0m: sqs has" in coloured
    assert "answered by  \x1b[33mnobody yet\x1b[0m; use" in coloured
