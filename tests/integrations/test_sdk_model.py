"""`aws-sdk:service:action`: names, parameters and results by botocore's models."""

import json
from datetime import UTC, datetime, timedelta, timezone
from io import BytesIO
from typing import Any

import pytest
from asl_aws import sdk_model
from asl_aws.sdk_model import Operation
from botocore.loaders import create_loader

from asl.values import JSON

# From the Developer Guide's list of services: the id in the API's model, the prefix of errors.
PREFIXES = {
    "ACM PCA": "AcmPca",
    "AmplifyUIBuilder": "AmplifyUiBuilder",
    "Application Discovery Service": "ApplicationDiscovery",
    "ApiGatewayV2": "ApiGatewayV2",
    "b2bi": "B2Bi",
    "CloudHSM V2": "CloudHsmV2",
    "CloudWatch Logs": "CloudWatchLogs",
    "codestar notifications": "CodestarNotifications",
    "Cognito Identity Provider": "CognitoIdentityProvider",
    "Config Service": "Config",
    "Cost and Usage Report Service": "CostAndUsageReport",
    "Directory Service": "Directory",
    "Directory Service Data": "DirectoryServiceData",
    "DocDB Elastic": "DocDbElastic",
    "DynamoDB": "DynamoDb",
    "EC2": "Ec2",
    "Elastic Load Balancing v2": "ElasticLoadBalancingV2",
    "Elasticsearch Service": "Elasticsearch",
    "FSx": "FSx",
    "IoT": "Iot",
    "IoTSiteWise": "IoTSiteWise",
    "IoT Wireless": "IotWireless",
    "Kinesis Video WebRTC Storage": "KinesisVideoWebRtcStorage",
    "Lex Runtime Service": "LexRuntime",
    "Lex Models V2": "LexModelsV2",
    "MTurk": "MTurk",
    "Resource Groups Tagging API": "ResourceGroupsTaggingApi",
    "S3 Control": "S3Control",
    "SageMaker A2I Runtime": "SageMakerA2IRuntime",
    "SESv2": "SesV2",
    "SFN": "Sfn",
    "Timestream InfluxDB": "TimestreamInfluxDb",
    "WAFV2": "Wafv2",
    "XRay": "XRay",
}


def operation(segment: str, action: str) -> Operation:
    found = sdk_model.operation(segment, action)
    assert found is not None
    return found


@pytest.mark.parametrize(("service_id", "prefix"), PREFIXES.items())
def test_the_prefix_of_a_service(service_id: str, prefix: str) -> None:
    assert sdk_model.service_prefix(service_id) == prefix


def test_every_service_of_botocore_has_a_segment() -> None:
    loader = create_loader()
    unknown = set()
    for name in loader.list_available_services("service-2")[::9]:
        service_id = loader.load_service_model(name, "service-2")["metadata"]["serviceId"]
        if sdk_model.service_name(sdk_model.service_prefix(service_id).lower()) is None:
            unknown.add(name)
    assert unknown == set()


@pytest.mark.parametrize("segment", sdk_model._NAMES_OF_BOTOCORE)
def test_services_with_another_name_in_botocore(segment: str) -> None:
    assert sdk_model.service_name(segment) == sdk_model._NAMES_OF_BOTOCORE[segment]


@pytest.mark.parametrize("segment", ["events", "logs", "stepfunctions", "cognito-idp", "elb", "SQS", "nothing", ""])
def test_segments_that_are_none(segment: str) -> None:
    assert sdk_model.service_name(segment) is None


@pytest.mark.parametrize("segment", ["sqs", "dynamodb", "s3", "rds", "lambda", "ssm", "apigatewayv2", "arczonalshift"])
def test_every_operation_of_a_service_can_be_described(segment: str) -> None:
    service = sdk_model.service_name(segment)
    assert service is not None
    described = 0
    for name in sdk_model._service_model(service).operation_names:
        found = sdk_model.operation(segment, name[:1].lower() + name[1:])
        if found is None:
            assert name in sdk_model._UNSUPPORTED[segment]
            continue
        assert len(found.errors) >= 2
        assert len(set(found.parameters)) == len(found.parameters)
        sdk_model.problems(found, {})
        described += 1
    assert described > 5


@pytest.mark.parametrize(
    ("segment", "action"),
    [
        ("s3", "GetObject"),
        ("s3", "getobject"),
        ("s3", "selectObjectContent"),
        ("sts", "assumeRole"),
        ("lambda", "invokeWithResponseStream"),
        ("transcribe", "noSuchThing"),
        ("polly", "startSpeechSynthesisStream"),
        ("sqs", ""),
    ],
)
def test_operations_that_are_none(segment: str, action: str) -> None:
    assert sdk_model.operation(segment, action) is None


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Bucket", "Bucket"),
        ("executionArn", "ExecutionArn"),
        ("DBInstanceIdentifier", "DbInstanceIdentifier"),
        ("ARN", "Arn"),
        ("ETag", "ETag"),
        ("ChecksumCRC32", "ChecksumCRC32"),
        ("SSEKMSKeyId", "SsekmsKeyId"),
        ("MD5OfMessageBody", "Md5OfMessageBody"),
        ("TemplateURL", "TemplateURL"),
        ("equals", "EqualsValue"),
        ("S", "S"),
        ("BOOL", "Bool"),
        ("NULL", "Nul"),
        ("SS", "Ss"),
        ("s3Bucket", "S3Bucket"),
    ],
)
def test_the_name_of_a_member(name: str, written: str) -> None:
    assert sdk_model.member_name(name) == written


@pytest.mark.parametrize(
    ("segment", "action", "code", "name"),
    [
        ("s3", "listObjects", "NoSuchBucket", "S3.NoSuchBucketException"),
        ("s3", "getObject", "SlowDown", "S3.S3Exception"),
        ("s3", "headObject", "404", "S3.NoSuchKeyException"),
        ("s3", "headBucket", "404", "S3.NoSuchBucketException"),
        ("dynamodb", "putItem", "ValidationException", "DynamoDb.DynamoDbException"),
        ("dynamodb", "putItem", "ResourceNotFoundException", "DynamoDb.ResourceNotFoundException"),
        ("rds", "deleteDBInstance", "DBInstanceNotFound", "Rds.DbInstanceNotFoundException"),
        ("sns", "publish", "NotFound", "Sns.NotFoundException"),
        ("sqs", "sendMessage", "QueueDoesNotExist", "Sqs.QueueDoesNotExistException"),
        ("sfn", "sendTaskFailure", "InvalidToken", "Sfn.InvalidTokenException"),
        ("glue", "startCrawler", "CrawlerRunningException", "Glue.CrawlerRunningException"),
    ],
)
def test_the_name_of_an_error(segment: str, action: str, code: str, name: str) -> None:
    assert operation(segment, action).error_name(code) == name


PROBLEMS: list[tuple[str, str, JSON, list[str]]] = [
    ("s3", "getObject", {"Bucket": "b", "Key": "k"}, []),
    ("s3", "getObject", {"Bucket": "b"}, ["The field 'Key' is required but was missing"]),
    ("s3", "getObject", {"Bucket": "b", "Key": None}, []),
    (
        "s3",
        "getObject",
        {"bucket": "b", "Bucket": "b", "Key": "k"},
        ['The field "bucket" is not supported by Step Functions'],
    ),
    ("s3", "getObject", "x", ["The value for the field 'Parameters' must be an OBJECT"]),
    ("s3", "getObject", {"Bucket": 1, "Key": "k"}, ["The value for the field 'Bucket' must be a STRING"]),
    ("s3", "putObject", {"Bucket": "b", "Key": "k", "Body": {"any": ["thing"]}}, []),
    ("s3", "listObjectsV2", {"Bucket": "b", "MaxKeys": "x"}, ["The value for the field 'MaxKeys' must be an INTEGER"]),
    ("s3", "listObjectsV2", {"Bucket": "b", "MaxKeys": "5"}, []),
    ("s3", "listObjectsV2", {"Bucket": "b", "MaxKeys": True}, ["The value for the field 'MaxKeys' must be an INTEGER"]),
    ("rds", "describeDBInstances", {"DbInstanceIdentifier": "x"}, []),
    (
        "rds",
        "describeDBInstances",
        {"DBInstanceIdentifier": "x"},
        ['The field "DBInstanceIdentifier" is not supported by Step Functions'],
    ),
    ("sfn", "startExecution", {"StateMachineArn": "arn", "Input": "{}"}, []),
    ("dynamodb", "putItem", {"TableName": "t", "Item": {"a": {"S": "x"}, "b": {"BOOL": True}, "c": {"Nul": True}}}, []),
    (
        "dynamodb",
        "putItem",
        {"TableName": "t", "Item": {"a": {"S": 5}}},
        ["The value for the field 'S' must be a STRING"],
    ),
    (
        "dynamodb",
        "putItem",
        {"TableName": "t", "Item": {"a": {"M": {"b": {"L": [{"N": 1}]}}}}},
        ["The value for the field 'N' must be a STRING"],
    ),
    ("dynamodb", "putItem", {"TableName": "t", "Item": []}, ["The value for the field 'Item' must be an OBJECT"]),
    ("ec2", "describeInstances", {"InstanceIds": "i-1"}, ["The value for the field 'InstanceIds' must be an ARRAY"]),
    ("ec2", "modifyInstanceAttribute", {"InstanceId": "i", "DisableApiTermination": {"Value": "true"}}, []),
    (
        "ec2",
        "modifyInstanceAttribute",
        {"InstanceId": "i", "DisableApiTermination": {"Value": 1}},
        ["The value for the field 'Value' must be a BOOLEAN"],
    ),
    ("cloudwatch", "putMetricData", {"Namespace": "n", "MetricData": [{"MetricName": "m", "Value": 1.5}]}, []),
    (
        "cloudwatchlogs",
        "getLogEvents",
        {"LogStreamName": "s", "StartTime": "soon"},
        ["The value for the field 'StartTime' must be an INTEGER"],
    ),
    (
        "cloudtrail",
        "lookupEvents",
        {"StartTime": "soon"},
        ["The value of the field 'StartTime' has an invalid format"],
    ),
    (
        "kms",
        "decrypt",
        {"CiphertextBlob": "no base64"},
        ["The value of the field 'CiphertextBlob' has an invalid format"],
    ),
    ("sts", "getCallerIdentity", {}, []),
    ("sts", "getCallerIdentity", {"A": 1}, ['The field "A" is not supported by Step Functions']),
]


@pytest.mark.parametrize(("segment", "action", "arguments", "problems"), PROBLEMS)
def test_problems(segment: str, action: str, arguments: JSON, problems: list[str]) -> None:
    assert sdk_model.problems(operation(segment, action), arguments) == problems


MOMENT = datetime(2020, 9, 13, 12, 26, 40, 250_000, tzinfo=UTC)
REQUESTS: list[tuple[str, str, JSON, dict[str, Any]]] = [
    ("s3", "getObject", {"Bucket": "b", "Key": None}, {"Bucket": "b"}),
    ("s3", "putObject", {"Body": "text data"}, {"Body": b'"text data"'}),
    ("s3", "putObject", {"Body": {"Dict": "Value"}}, {"Body": b'{"Dict":"Value"}'}),
    ("s3", "putObject", {"Body": 0}, {"Body": b"0"}),
    ("s3", "putObject", {"Body": False}, {"Body": b"false"}),
    ("s3", "putObject", {"Body": ["List", "Data"]}, {"Body": b'["List","Data"]'}),
    ("lambda", "invoke", {"Payload": {"a": 1}}, {"Payload": b'{"a":1}'}),
    ("kinesis", "putRecord", {"Data": "a text"}, {"Data": b"a text"}),
    ("kms", "decrypt", {"CiphertextBlob": "AAE="}, {"CiphertextBlob": b"\x00\x01"}),
    ("rds", "describeDBInstances", {"DbInstanceIdentifier": "x"}, {"DBInstanceIdentifier": "x"}),
    ("sfn", "startExecution", {"StateMachineArn": "arn", "Name": "n"}, {"stateMachineArn": "arn", "name": "n"}),
    (
        "dynamodb",
        "putItem",
        {"Item": {"a": {"Bool": True}, "b": {"M": {"c": {"Nul": True}, "d": {"SS": ["x"]}}}, "B": {"B": "AAE="}}},
        {"Item": {"a": {"BOOL": True}, "b": {"M": {"c": {"NULL": True}, "d": {"SS": ["x"]}}}, "B": {"B": b"\x00\x01"}}},
    ),
    ("s3", "listObjectsV2", {"MaxKeys": "5"}, {"MaxKeys": 5}),
    ("ec2", "modifyInstanceAttribute", {"EbsOptimized": {"Value": "false"}}, {"EbsOptimized": {"Value": False}}),
    ("cloudtrail", "lookupEvents", {"StartTime": "2020-09-13T14:26:40.25+02:00"}, {"StartTime": MOMENT}),
    ("cloudtrail", "lookupEvents", {"StartTime": 1_600_000_000.25}, {"StartTime": MOMENT}),
    ("sts", "getCallerIdentity", {}, {}),
]


@pytest.mark.parametrize(("segment", "action", "arguments", "expected"), REQUESTS)
def test_requests(segment: str, action: str, arguments: JSON, expected: dict[str, Any]) -> None:
    before = json.dumps(arguments)
    assert sdk_model.request(operation(segment, action), arguments) == expected
    assert json.dumps(arguments) == before


RESULTS: list[tuple[str, str, dict[str, Any], JSON]] = [
    ("dynamodb", "putItem", {}, {}),
    ("secretsmanager", "listSecrets", {"SecretList": []}, {"SecretList": []}),
    (
        "sfn",
        "startExecution",
        {"startDate": MOMENT, "executionArn": "arn"},
        {"ExecutionArn": "arn", "StartDate": "2020-09-13T12:26:40.250Z"},
    ),
    (
        "s3",
        "getObject",
        {
            "Body": BytesIO(b"binary data"),
            "Metadata": {},
            "LastModified": MOMENT.replace(microsecond=0, tzinfo=timezone(timedelta(hours=2))),
            "ETag": '"e"',
            "AcceptRanges": "bytes",
            "ContentLength": 11,
        },
        {
            "AcceptRanges": "bytes",
            "ContentLength": 11,
            "ETag": '"e"',
            "LastModified": "2020-09-13T10:26:40Z",
            "Metadata": {},
            "Body": "binary data",
        },
    ),
    ("s3", "getObject", {"Body": BytesIO(b"a\xff")}, {"Body": "a\ufffd"}),
    ("kms", "encrypt", {"CiphertextBlob": b"\x00\x01"}, {"CiphertextBlob": "AAE="}),
    (
        "lambda",
        "invoke",
        {"StatusCode": 200, "Payload": BytesIO(b'{"a":1}')},
        {"StatusCode": 200, "Payload": '{"a":1}'},
    ),
    (
        "dynamodb",
        "getItem",
        {"Item": {"z": {"BOOL": True}, "a": {"M": {"n": {"NULL": True}, "b": {"L": [{"SS": ["x"]}]}}}}},
        {"Item": {"z": {"BOOL": True}, "a": {"M": {"n": {"Nul": True}, "b": {"L": [{"Ss": ["x"]}]}}}}},
    ),
    (
        "rds",
        "describeDBInstances",
        {"DBInstances": [{"DBInstanceArn": "arn", "AllocatedStorage": 5, "MultiAZ": False}]},
        {"DbInstances": [{"AllocatedStorage": 5, "DbInstanceArn": "arn", "MultiAZ": False}]},
    ),
]


@pytest.mark.parametrize(("segment", "action", "data", "expected"), RESULTS)
def test_results(segment: str, action: str, data: dict[str, Any], expected: JSON) -> None:
    assert json.dumps(sdk_model.result(operation(segment, action), data)) == json.dumps(expected)


@pytest.mark.parametrize(
    ("microsecond", "text"),
    [(0, "2020-09-13T12:26:40Z"), (1000, "2020-09-13T12:26:40.001Z"), (1, "2020-09-13T12:26:40.000001Z")],
)
def test_times(microsecond: int, text: str) -> None:
    assert sdk_model.time_text(MOMENT.replace(microsecond=microsecond)) == text
