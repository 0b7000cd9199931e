"""CloudFormation templates: read with their tags, and their intrinsic functions resolved without an account.

What only a deployment knows is made up, the same each time: a resource without a name of its own is called by its
logical id, and has the ARN of its type with that name. Parameters have their defaults.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from json import dumps
from pathlib import Path
from typing import Any, Final

import yaml

from asl import source
from asl.errors import DefinitionError, InputError
from asl.findings import Finding, render
from asl.source import Document
from asl.source_text import Place, location, pointer_tokens, pseudo_parameters
from asl.source_yaml_scalars import offsets
from asl.testing.matching import shown
from asl.values import ABSENT, JSON, Absent

SUBSTITUTED: Final = re.compile(r"\$\{(!?)\s*([^${}]+?)\s*\}")
_NAMES: Final = (
    "Name",
    "FunctionName",
    "StateMachineName",
    "QueueName",
    "TopicName",
    "TableName",
    "BucketName",
    "RoleName",
)
_ARNS: Final = {
    "AWS::Batch::JobDefinition": "batch:{region}:{account}:job-definition/{name}:1",
    "AWS::Batch::JobQueue": "batch:{region}:{account}:job-queue/{name}",
    "AWS::DynamoDB::Table": "dynamodb:{region}:{account}:table/{name}",
    "AWS::ECS::Cluster": "ecs:{region}:{account}:cluster/{name}",
    "AWS::ECS::TaskDefinition": "ecs:{region}:{account}:task-definition/{name}:1",
    "AWS::Events::EventBus": "events:{region}:{account}:event-bus/{name}",
    "AWS::IAM::Role": "iam::{account}:role/{name}",
    "AWS::KMS::Key": "kms:{region}:{account}:key/{name}",
    "AWS::Kinesis::Stream": "kinesis:{region}:{account}:stream/{name}",
    "AWS::Lambda::Function": "lambda:{region}:{account}:function:{name}",
    "AWS::S3::Bucket": "s3:::{name}",
    "AWS::SNS::Topic": "sns:{region}:{account}:{name}",
    "AWS::SQS::Queue": "sqs:{region}:{account}:{name}",
    "AWS::SecretsManager::Secret": "secretsmanager:{region}:{account}:secret:{name}",
    "AWS::Serverless::Function": "lambda:{region}:{account}:function:{name}",
    "AWS::Serverless::SimpleTable": "dynamodb:{region}:{account}:table/{name}",
    "AWS::Serverless::StateMachine": "states:{region}:{account}:stateMachine:{name}",
    "AWS::StepFunctions::Activity": "states:{region}:{account}:activity:{name}",
    "AWS::StepFunctions::StateMachine": "states:{region}:{account}:stateMachine:{name}",
}
_REF_IS_ARN: Final = frozenset(
    (
        "AWS::Batch::JobDefinition",
        "AWS::Batch::JobQueue",
        "AWS::ECS::TaskDefinition",
        "AWS::SNS::Topic",
        "AWS::SecretsManager::Secret",
        "AWS::Serverless::StateMachine",
        "AWS::StepFunctions::Activity",
        "AWS::StepFunctions::StateMachine",
    )
)
"""Types of which `Ref` gives the ARN (CloudFormation User Guide, return values of the resources); else the name."""


# -- reading ---------------------------------------------------------------------------------------------------------


def read(path: Path, region: str = "us-east-1", account: str = "123456789012") -> Document:
    """A template as plain JSON, YAML's short forms written out: `!Ref X` is {"Ref": "X"}.

    Raises InputError for a file that cannot be read, or is not well-formed.
    """
    if path.suffix.lower() == ".json":
        try:
            return source.read(path, pseudo_parameters(region, account))
        except DefinitionError as error:
            raise InputError(str(error).replace("the definition", "the template")) from None
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    try:
        root: Any = yaml.compose(text, Loader=_Loader)
        value = _value(root)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = None if mark is None else location(str(path), text, mark.index, mark.index + 1)
        finding = Finding("yaml-syntax", error.problem or "the template is not YAML", location=place)
        raise InputError(render(finding)) from None
    except (yaml.YAMLError, RecursionError) as error:
        raise InputError(f"{path}: is not a YAML template: {error}") from None
    return Document(value, str(path), text, "yaml", (), lambda pointer: _place(text, root, pointer))


class _Loader(yaml.SafeLoader):
    """Plain scalars as JSON's: dates stay text, and so do yes and no."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, found) for tag, found in resolvers if not tag.endswith((":timestamp", ":bool"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("true|True|TRUE|false|False|FALSE"), list("tTfF"))


def _value(node: Any) -> JSON:
    if node is None:
        return {}
    value: JSON
    if isinstance(node, yaml.MappingNode):
        value = {str(key.value): _value(member) for key, member in node.value}
    elif isinstance(node, yaml.SequenceNode):
        value = [_value(member) for member in node.value]
    elif node.tag.startswith("!"):
        value = node.value
    else:
        value = yaml.constructor.SafeConstructor().construct_object(node)
    if not node.tag.startswith("!"):
        return value
    name = node.tag[1:]
    if name == "GetAtt" and isinstance(value, str):
        value = [*value.partition(".")[::2]]
    return {name if name in ("Ref", "Condition") else f"Fn::{name}": value}


def _place(text: str, node: Any, pointer: str) -> Place | None:
    key: Any = None
    for token in pointer_tokens(pointer):
        if isinstance(node, yaml.MappingNode):
            found = next(((each, member) for each, member in node.value if each.value == token), None)
            if found is None:
                return None
            key, node = found
        elif isinstance(node, yaml.SequenceNode) and token.isdecimal() and int(token) < len(node.value):
            key, node = None, node.value[int(token)]
        else:
            return None
    start, end = node.start_mark.index, node.end_mark.index
    if node.tag.startswith("!"):
        start += len(node.tag)
        start += len(text[start:end]) - len(text[start:end].lstrip())
    known = None
    if isinstance(node, yaml.ScalarNode):
        known = offsets(text, start, end, node.style, node.value)
    key_start, key_end = (None, None) if key is None else (key.start_mark.index, key.end_mark.index)
    return Place(start, end, key_start, key_end, lambda index: known[index] if known and index < len(known) else start)


# -- intrinsic functions ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Template:
    """A template, and what its names stand for.

    `parameters` go before the defaults that parameters have in it; `defaults` are for names that nothing else has.
    """

    document: Document
    parameters: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    region: str = "us-east-1"
    account: str = "123456789012"

    def section(self, name: str) -> dict[str, Any]:
        return _object(_object(self.document.value).get(name))

    def type(self, logical_id: str) -> str:
        """The type of a resource, such as AWS::SQS::Queue."""
        return str(_object(self.section("Resources").get(logical_id)).get("Type"))

    def properties(self, logical_id: str) -> dict[str, Any]:
        return _object(_object(self.section("Resources").get(logical_id)).get("Properties"))

    def common(self, kind: str) -> dict[str, Any]:
        """What SAM's section Globals says of resources of a kind, such as "Function"."""
        return _object(self.section("Globals").get(kind))

    def name(self, logical_id: str) -> str:
        """What a resource is called: as its properties say, or by its logical id."""
        properties = self.properties(logical_id)
        given = next((self.resolve(properties[each]) for each in _NAMES if each in properties), None)
        made_up = logical_id.lower() if self.type(logical_id) == "AWS::S3::Bucket" else logical_id
        return given if isinstance(given, str) and given else made_up

    def arn(self, logical_id: str) -> str:
        """The ARN that a resource has, of its type."""
        kind, name = self.type(logical_id), self.name(logical_id)
        if kind in _ARNS:
            return "arn:aws:" + _ARNS[kind].format(region=self.region, account=self.account, name=name)
        service = kind.split("::")[1].lower() if kind.count("::") > 1 else "custom"
        return f"arn:aws:{service}:{self.region}:{self.account}:{name}"

    def resolve(self, value: Any) -> Any:
        """The value with its intrinsic functions resolved; members that come to AWS::NoValue are left out.

        What cannot be known stays as it is written. Raises InputError for functions with other arguments than theirs.
        """
        match value:
            case dict() if len(value) == 1 and (name := next(iter(value))) in _FUNCTIONS:
                try:
                    return _FUNCTIONS[name](self, value[name])
                except (TypeError, ValueError, LookupError, AttributeError):
                    raise InputError(f"{self.document.name}: {name} cannot have {shown(value[name])}") from None
                except RecursionError:
                    raise InputError(f"{self.document.name}: {name} of {shown(value[name])} leads to itself") from None
            case dict():
                members = {key: self.resolve(member) for key, member in value.items()}
                return {key: member for key, member in members.items() if member is not ABSENT}
            case list():
                elements = [self.resolve(member) for member in value]
                return [member for member in elements if member is not ABSENT]
        return value

    def texts(self, value: Any) -> dict[str, str]:
        """The members of an object as texts, resolved: what placeholders are filled with."""
        resolved = self.resolve(value)
        if not isinstance(resolved, dict):
            return {}
        return {key: as_text(member) for key, member in resolved.items()}

    def reference(self, name: str) -> JSON | Absent:
        """What `Ref` gives; the name itself where nothing has it."""
        if name == "AWS::NoValue":
            return ABSENT
        if name in self.pseudo:
            return self.pseudo[name]
        if name in self.parameters:
            return self.parameters[name]
        if name in self.section("Parameters"):
            default: JSON = _object(self.section("Parameters")[name]).get("Default", name)
            return default
        if name not in self.section("Resources"):
            return name
        if self.type(name) == "AWS::SQS::Queue":
            return f"https://sqs.{self.region}.amazonaws.com/{self.account}/{self.name(name)}"
        return self.arn(name) if self.type(name) in _REF_IS_ARN else self.name(name)

    @property
    def pseudo(self) -> dict[str, str]:
        stack = f"arn:aws:cloudformation:{self.region}:{self.account}:stack/stack/1"
        return {**pseudo_parameters(self.region, self.account), "AWS::StackName": "stack", "AWS::StackId": stack}

    def attribute(self, logical_id: str, attribute: str) -> str:
        """What `Fn::GetAtt` gives."""
        if logical_id not in self.section("Resources"):
            return f"{logical_id}.{attribute}"
        match attribute:
            case "Arn" | "TopicArn" | "StateMachineArn" | "FunctionArn":
                return self.arn(logical_id)
            case "Alias":
                alias = self.resolve(self.properties(logical_id).get("AutoPublishAlias", "live"))
                return f"{self.arn(logical_id)}:{alias}"
            case "Version":
                return f"{self.arn(logical_id)}:1"
            case "Name" | "QueueName" | "TopicName" | "TableName" | "FunctionName" | "BucketName":
                return self.name(logical_id)
            case "QueueUrl":
                return str(self.reference(logical_id))
        return f"{self.name(logical_id)}.{attribute}"

    def named(self, name: str) -> JSON | Absent:
        """What `${name}` stands for in `Fn::Sub`: a reference, or an attribute as `Resource.Attribute`."""
        logical_id, dot, attribute = name.partition(".")
        return self.attribute(logical_id, attribute) if dot else self.reference(name)

    def condition(self, value: Any) -> bool:
        match value:
            case {"Fn::Equals": [left, right]}:
                return bool(self.resolve(left) == self.resolve(right))
            case {"Fn::Not": [inner]}:
                return not self.condition(inner)
            case {"Fn::And": [*inner]}:
                return all(self.condition(each) for each in inner)
            case {"Fn::Or": [*inner]}:
                return any(self.condition(each) for each in inner)
            case {"Condition": str(name)} | str(name):
                return self.condition(self.section("Conditions").get(name, False))
        return bool(value)


def as_text(value: JSON | Absent) -> str:
    """A resolved value as it is put into a text."""
    return "" if value is ABSENT else value if isinstance(value, str) else dumps(value)


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _sub(template: Template, argument: Any) -> JSON:
    text, own = (argument[0], template.resolve(argument[1])) if isinstance(argument, list) else (argument, {})

    def value(found: re.Match[str]) -> str:
        literal, name = found[1], found[2]
        if literal:
            return f"${{{name}}}"
        known = own[name] if name in own else template.named(name)
        return as_text(known)

    return SUBSTITUTED.sub(value, str(text))


def _join(template: Template, argument: Any) -> JSON:
    delimiter, parts = argument
    return str(delimiter).join(str(each) for each in template.resolve(parts))


def _select(template: Template, argument: Any) -> Any:
    index, elements = template.resolve(argument)
    return elements[int(index)] if int(index) < len(elements) else ""


def _find_in_map(template: Template, argument: Any) -> Any:
    name, first, second = template.resolve(argument[:3])
    return template.resolve(template.section("Mappings").get(name, {}).get(first, {}).get(second, ""))


def _if(template: Template, argument: Any) -> Any:
    name, then, otherwise = argument
    return template.resolve(then if template.condition(name) else otherwise)


_FUNCTIONS: Final[dict[str, Any]] = {
    "Ref": lambda template, name: template.reference(str(name)),
    "Fn::Base64": lambda template, text: base64.b64encode(str(template.resolve(text)).encode()).decode(),
    "Fn::FindInMap": _find_in_map,
    "Fn::GetAtt": lambda template, parts: template.attribute(
        *(parts.partition(".")[::2] if isinstance(parts, str) else template.resolve(parts))
    ),
    "Fn::If": _if,
    "Fn::ImportValue": lambda template, name: template.resolve(name),
    "Fn::Join": _join,
    "Fn::Length": lambda template, elements: len(template.resolve(elements)),
    "Fn::Select": _select,
    "Fn::Split": lambda template, argument: str(template.resolve(argument[1])).split(argument[0]),
    "Fn::Sub": _sub,
    "Fn::ToJsonString": lambda template, value: dumps(template.resolve(value)),
}
