"""What `aws-sdk:service:action` means: botocore's models, with the names that Step Functions uses.

Source: Developer Guide, "Learning to use AWS service SDK integrations in Step Functions"; recordings of 2023 to 2025.
Step Functions calls services through the AWS SDK for Java 2, and its names are that SDK's: a service's segment and its
prefix of errors are made of the words of its service id, a member is named like the property of the Java class, in
PascalCase. Models are read from botocore's data, without network.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache, partial
from typing import Any, Final

from asl import timestamps
from asl.json_text import dumps
from asl.values import JSON
from asl_aws import mock_results, parameters

_NAMES_OF_BOTOCORE: Final = {
    "applicationdiscovery": "discovery",
    "cloudwatchlogs": "logs",
    "cognitoidentityprovider": "cognito-idp",
    "costandusagereport": "cur",
    "costexplorer": "ce",
    "databasemigration": "dms",
    "directory": "ds",
    "directoryservicedata": "ds-data",
    "elasticloadbalancing": "elb",
    "elasticloadbalancingv2": "elbv2",
    "elasticsearch": "es",
    "eventbridge": "events",
    "iotdataplane": "iot-data",
    "iotjobsdataplane": "iot-jobs-data",
    "lexmodelbuilding": "lex-models",
    "lexmodelsv2": "lexv2-models",
    "lexruntime": "lex-runtime",
    "lexruntimev2": "lexv2-runtime",
    "marketplacemetering": "meteringmarketplace",
    "migrationhub": "mgh",
    "pinpointsmsvoice": "sms-voice",
    "serverlessapplicationrepository": "serverlessrepo",
    "sfn": "stepfunctions",
    "simpledb": "sdb",
}
"""The segments that are not botocore's name of the service without its hyphens."""

_UNSUPPORTED: Final[Mapping[str, frozenset[str]]] = {
    segment: frozenset(operations)
    for segment, operations in {
        "applicationdiscovery": ["DescribeExportConfigurations", "ExportConfigurations"],
        "bedrockagentruntime": [
            "InvokeAgent",
            "InvokeFlow",
            "InvokeInlineAgent",
            "OptimizePrompt",
            "RetrieveAndGenerateStream",
        ],
        "bedrockruntime": ["ConverseStream", "InvokeModelWithResponseStream"],
        "cloudwatchlogs": ["StartLiveTail"],
        "codedeploy": [
            "BatchGetDeploymentInstances",
            "GetDeploymentInstance",
            "ListDeploymentInstances",
            "SkipWaitTimeForInstanceTermination",
        ],
        "comprehendmedical": ["DetectEntities"],
        "dataexchange": ["SendApiAsset"],
        "directconnect": [
            "AllocateConnectionOnInterconnect",
            "DescribeConnectionLoa",
            "DescribeConnectionsOnInterconnect",
            "DescribeInterconnectLoa",
        ],
        "efs": ["CreateTags"],
        "elastictranscoder": ["TestRole"],
        "emr": ["DescribeJobFlows"],
        "iot": ["AttachPrincipalPolicy", "DetachPrincipalPolicy", "ListPolicyPrincipals", "ListPrincipalPolicies"],
        "iotdeviceadvisor": ["ListTestCases"],
        "iotsitewise": ["InvokeAssistant"],
        "kinesis": ["SubscribeToShard"],
        "lambda": ["InvokeAsync", "InvokeWithResponseStream"],
        "lexruntimev2": ["StartConversation"],
        "mediapackage": ["RotateChannelCredentials"],
        "qbusiness": ["Chat"],
        "rdsdata": ["ExecuteSql"],
        "s3": ["SelectObjectContent"],
        "s3control": ["SelectObjectContent"],
        "sagemakerruntime": ["InvokeEndpointWithResponseStream"],
        "shield": ["DeleteSubscription"],
        "sts": ["AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"],
    }.items()
}
"""The operations that the Developer Guide calls unsupported (those of Security Lake are no longer in its API)."""

_RENAMED: Final = {"Equals": "EqualsValue", "NULL": "Nul"}
"""`EqualsValue` is documented, `Nul` (of DynamoDB) reported by users."""
# unrecorded: a value of DynamoDB has the API's names of types (BOOL), and only values within it have those of the SDK
# (Bool), as users report; that a task may write either, as published definitions do
_ATTRIBUTE_VALUE: Final = "AttributeValue"

# unrecorded: how bytes are written that are not a streamed body; published definitions give these services text or JSON
_TEXT_SERVICES: Final = frozenset(
    {"bedrock-agent-runtime", "bedrock-runtime", "firehose", "iot-data", "kinesis", "lambda", "sagemaker-runtime"}
)
_JSON_TEXTS: Final = frozenset({("stepfunctions", "SensitiveData")})
"""Services and shapes of texts that are JSON: inputs and outputs of executions."""
# unrecorded: that an object or array may stand for its text, as it does in published definitions
_NUMBERS: Final = frozenset({"integer", "long", "float", "double"})
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Operation:
    """An operation of a service. `service` is botocore's name, `name` the API's, `model` botocore's OperationModel.

    `prefix` stands before the dot of its errors' names, and is the service's name in their causes.
    """

    service: str
    prefix: str
    name: str
    model: Any

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """The names of the parameters, in their order in the API."""
        shape = self.model.input_shape
        return tuple(map(member_name, shape.members)) if shape else ()

    @cached_property
    def errors(self) -> tuple[str, ...]:
        """The names of the errors that the API gives for the operation, and of those that any call can fail with."""
        modeled = sorted(exception_name(shape.name) for shape in self.model.error_shapes)
        return tuple(f"{self.prefix}.{name}" for name in (*modeled, f"{self.prefix}Exception", "SdkClientException"))

    @cached_property
    def results(self) -> tuple[str, ...]:
        """The names of the answer's fields, in the order they are written in."""
        shape = self.model.output_shape
        return tuple(name for name, _ in _in_order(shape)) if shape else ()

    def result_problem(self, result: JSON, complete: bool) -> str | None:
        """What is wrong with a made-up result, as `asl_aws.mock_results` has it."""
        return mock_results.problem(self.model, member_name, result, complete)

    def error_name(self, code: str) -> str:
        """The name of the error with which the service answered."""
        # unrecorded: whether an error counts that the service's model has for other operations only
        name = _exceptions(self.service).get(_hidden_code(self, code), f"{self.prefix}Exception")
        return f"{self.prefix}.{name}"


def operation(segment: str, action: str) -> Operation | None:
    """The operation that `aws-sdk:<segment>:<action>` names; None if Step Functions has none."""
    service = service_name(segment)
    if service is None:
        return None
    model = _service_model(service)
    name = action[:1].upper() + action[1:]
    if not action[:1].islower() or name not in model.operation_names or name in _UNSUPPORTED.get(segment, ()):
        return None
    found = model.operation_model(name)
    if found.has_event_stream_input or found.has_event_stream_output:
        return None
    return Operation(service, service_prefix(str(model.service_id)), name, found)


def service_name(segment: str) -> str | None:
    """botocore's name of a service, None if there is none with that segment."""
    name = _NAMES_OF_BOTOCORE.get(segment) or _names_without_hyphens().get(segment)
    if name is None or service_prefix(str(_service_model(name).service_id)).lower() != segment:
        return None
    return name


def services() -> list[str]:
    """botocore's names of all services."""
    return list(_names_without_hyphens().values())


def segment(service: str) -> str:
    """What botocore's `service` is called in a resource."""
    return service_prefix(str(_service_model(service).service_id)).lower()


def actions(service: str) -> list[str]:
    """What the operations of botocore's `service` are called in resources, those that Step Functions lacks too."""
    return [name[:1].lower() + name[1:] for name in _service_model(service).operation_names]


def service_prefix(service_id: str) -> str:
    """The prefix of a service's errors; in lower case it is the service's segment."""
    return _pascal_case(re.sub(r"(?<=.) ?Service$", "", service_id))


def exception_name(shape: str) -> str:
    """The name of an error, by that of its shape in the model: DBInstanceNotFoundFault, DbInstanceNotFoundException."""
    return _pascal_case(re.sub(r"(Fault|Exception)$", "", shape)) + "Exception"


def member_name(name: str) -> str:
    """A member's name in parameters and results: DBInstanceArn is DbInstanceArn, but ChecksumCRC32 stays.

    Capitals at the start count as one word.
    """
    name = _RENAMED.get(name[:1].upper() + name[1:], name)
    capitals = re.match(r"[A-Z]+(?![a-z])|", name)
    start = capitals.end() if capitals else 0
    return name[:1].upper() + name[1:start].lower() + name[max(start, 1) :]


def problems(found: Operation, arguments: JSON) -> list[str]:
    """What is wrong with a task's parameters, in Step Functions' words."""
    shape = found.model.input_shape
    if shape is None:
        return parameters.structure({})("Parameters", arguments)
    return _problems(found, shape, "Parameters", arguments)


def request(found: Operation, arguments: JSON) -> dict[str, Any]:
    """The parameters, which were checked, for botocore. Fields that are null are left out."""
    shape = found.model.input_shape
    return _given(found, shape, arguments) if shape else {}


def result(found: Operation, data: Mapping[str, Any]) -> JSON:
    """botocore's response as the result of a task."""
    shape = found.model.output_shape
    return _written(found, shape, data) if shape else {}


def _problems(found: Operation, shape: Any, field: str, value: JSON) -> list[str]:
    check = _CHECKS.get(shape.type_name)
    if _is_document(shape) or check is None:
        return []
    return check(found, shape, field, value)


def _structure(found: Operation, shape: Any, field: str, value: JSON) -> list[str]:
    checks = {name: partial(_problems, found, shape.members[member]) for name, member in _spellings(shape).items()}
    # A required field that is null is for the service to refuse; recorded for DynamoDB.
    required = [member_name(member) for member in shape.required_members]
    return parameters.structure(checks, required, nullable=required)(field, value)


def _list(found: Operation, shape: Any, field: str, value: JSON) -> list[str]:
    return parameters.list_of(partial(_problems, found, shape.member))(field, value)


def _map(found: Operation, shape: Any, field: str, value: JSON) -> list[str]:
    return parameters.map_of(partial(_problems, found, shape.value))(field, value)


def _string(found: Operation, shape: Any, field: str, value: JSON) -> list[str]:
    if shape.serialization.get("jsonvalue"):
        return []
    check = parameters.text_or_json if (found.service, shape.name) in _JSON_TEXTS else parameters.text
    return check(field, value)


def _number(found: Operation, shape: Any, field: str, value: JSON) -> list[str]:
    # unrecorded: that text is taken for a number and for true and false; published definitions write it
    good = isinstance(value, int | float) and not isinstance(value, bool)
    return [] if good or _number_of(value) is not None else parameters.integer(field, None)


def _boolean(found: Operation, shape: Any, field: str, value: JSON) -> list[str]:
    return [] if value in ("true", "false") else parameters.boolean(field, value)


def _timestamp(found: Operation, shape: Any, field: str, value: JSON) -> list[str]:
    return parameters.time(field, value)


def _blob(found: Operation, shape: Any, field: str, value: JSON) -> list[str]:
    return parameters.blob(field, value) if isinstance(value, str) and _is_base64(found, shape) else []


_CHECKS: Final[Mapping[str, Callable[[Operation, Any, str, JSON], list[str]]]] = {
    "structure": _structure,
    "list": _list,
    "map": _map,
    "string": _string,
    "boolean": _boolean,
    "timestamp": _timestamp,
    "blob": _blob,
    **dict.fromkeys(_NUMBERS, _number),
}


def _given(found: Operation, shape: Any, value: Any) -> Any:
    """A parameter in the form that botocore takes."""
    kind = shape.type_name
    if _is_document(shape):
        return value
    if kind == "structure":
        members = _spellings(shape)
        return {
            members[name]: _given(found, shape.members[members[name]], member)
            for name, member in value.items()
            if member is not None
        }
    if kind == "list":
        return [_given(found, shape.member, member) for member in value]
    if kind == "map":
        return {name: _given(found, shape.value, member) for name, member in value.items() if member is not None}
    if kind in _NUMBERS and isinstance(value, str):
        return _number_of(value)
    if kind == "boolean" and isinstance(value, str):
        return value == "true"
    if kind == "timestamp":
        return moment(value)
    if kind == "string" and not isinstance(value, str) and (found.service, shape.name) in _JSON_TEXTS:
        return dumps(value)
    return _bytes(found, shape, value) if kind == "blob" else value


def _written(found: Operation, shape: Any, value: Any, nested: bool = False) -> JSON:
    """A part of botocore's response as JSON; `nested` is within a value of DynamoDB."""
    kind = shape.type_name
    if _is_document(shape):
        return value
    if kind == "structure":
        of_dynamodb = shape.name == _ATTRIBUTE_VALUE
        return {
            member if of_dynamodb and not nested else name: _written(
                found, shape.members[member], value[member], nested or of_dynamodb
            )
            for name, member in _in_order(shape)
            if value.get(member) is not None
        }
    if kind == "list":
        return [_written(found, shape.member, member, nested) for member in value]
    if kind == "map":
        return {str(name): _written(found, shape.value, member, nested) for name, member in value.items()}
    if kind == "timestamp":
        return time_text(value) if isinstance(value, datetime) else str(value)
    if kind == "blob":
        return _text(found, shape, value)
    if kind == "string" and not isinstance(value, str):
        return dumps(value)
    return value


def moment(time: str | int | float) -> datetime:
    """A time of a task's parameters, which were checked."""
    if isinstance(time, str):
        nanoseconds = timestamps.parse(time)
        assert nanoseconds is not None, "the parameters were checked"
        return _EPOCH + timedelta(microseconds=nanoseconds // 1000)
    return _EPOCH + timedelta(seconds=time)


def time_text(time: datetime) -> str:
    """A time of a response: ISO 8601 in UTC, with as many groups of three decimals as it needs."""
    time = time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    if time.microsecond == 0:
        precision = "seconds"
    else:
        precision = "microseconds" if time.microsecond % 1000 else "milliseconds"
    return time.isoformat(timespec=precision).replace("+00:00", "Z")


def _bytes(found: Operation, shape: Any, value: JSON) -> bytes:
    if isinstance(value, str) and _is_base64(found, shape):
        return b64decode(value)
    # Recorded for PutObject of S3: a streamed body is the JSON text of the value, so text has its quotes.
    text = value if isinstance(value, str) and not _is_streamed(shape) else dumps(value)
    return text.encode("utf-8", "surrogatepass")


def _text(found: Operation, shape: Any, value: Any) -> str:
    data: bytes = value.read() if hasattr(value, "read") else value
    if _is_base64(found, shape):
        return b64encode(data).decode()
    return data.decode("utf-8", "replace")  # unrecorded: what becomes of bytes that are not UTF-8


def _is_base64(found: Operation, shape: Any) -> bool:
    return not _is_streamed(shape) and found.service not in _TEXT_SERVICES


def _is_streamed(shape: Any) -> bool:
    return bool(shape.serialization.get("streaming"))


def _is_document(shape: Any) -> bool:
    return bool(getattr(shape, "is_document_type", False))


def _number_of(value: JSON) -> int | float | None:
    if not isinstance(value, str) or not re.fullmatch(r"-?\d+(\.\d+)?([eE][+-]?\d+)?", value):
        return None
    return int(value) if value.lstrip("-").isdigit() else float(value)


def _spellings(shape: Any) -> dict[str, str]:
    """The members of a structure by the names that a task may give them."""
    names = {member_name(member): member for member in shape.members}
    if shape.name == _ATTRIBUTE_VALUE:
        names.update({member: member for member in shape.members})
    return names


def _in_order(shape: Any) -> list[tuple[str, str]]:
    """The members of a structure, written name and name in the API, in the recorded order: a streamed body is last."""
    payload = shape.serialization.get("payload")
    body = payload if payload and shape.members[payload].type_name == "blob" else None
    return sorted(
        ((member_name(member), member) for member in shape.members), key=lambda names: (names[1] == body, names[0])
    )


def _hidden_code(found: Operation, code: str) -> str:
    """The code behind the status with which S3 answers a HEAD request, which has no body."""
    if found.service == "s3" and code == "404":
        return {"HeadObject": "NoSuchKey", "HeadBucket": "NoSuchBucket"}.get(found.name, code)
    return code


def _pascal_case(name: str) -> str:
    return "".join(word[:1].upper() + word[1:].lower() for word in _words(name))


def _words(name: str) -> list[str]:
    """The words of a name as the SDK for Java tells them apart."""
    text = re.sub(r"[^A-Za-z0-9]+", " ", name)
    text = re.sub(r"([^a-z]{2,})v([0-9]+)", r"\1 v\2 ", text)
    text = re.sub(r"([^A-Z]{2,})V([0-9]+)", r"\1 V\2 ", text)
    text = re.sub(r"(?<=[a-z])(?=[A-Z][a-zA-Z0-9])", " ", text)
    text = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1 \2", text)
    return re.sub(r"([0-9])([a-zA-Z])", r"\1 \2", text).split()


@lru_cache(maxsize=1)
def loader() -> Any:
    """botocore's loader of models, which keeps what it has read."""
    from botocore.loaders import create_loader

    return create_loader()


@lru_cache(maxsize=1)
def _names_without_hyphens() -> dict[str, str]:
    return {name.replace("-", ""): name for name in loader().list_available_services("service-2")}


@lru_cache(maxsize=32)
def _service_model(service: str) -> Any:
    from botocore.model import ServiceModel

    return ServiceModel(loader().load_service_model(service, "service-2"), service)


@lru_cache(maxsize=32)
def _exceptions(service: str) -> dict[str, str]:
    """The names of a service's errors by their codes."""
    return {
        code: exception_name(shape.name)
        for shape in _service_model(service).error_shapes
        for code in (shape.name, shape.error_code)
    }
