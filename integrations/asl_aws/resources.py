"""What is in the embedded services at the start, as a document; and at the end, as a document of the same form.

    buckets:
      uploads: {notes.txt: some text, image.png: {base64: iVBORw==}, big.csv: {file: data/big.csv}}
    tables:
      orders: {key: id, items: [{id: "1", total: 5}]}
      events: {key: {device: S, at: N}}
      others: {create: {KeySchema: [...], AttributeDefinitions: [...]}, items: []}
    queues:
      jobs: [a text, {an: object}]
      jobs.fifo: {attributes: {FifoQueue: "true"}, messages: []}
    topics:
      alerts: [jobs]
    parameters:
      /app/url: https://example.com
      /app/key: {value: hush, type: SecureString}
    secrets:
      database: {user: me, password: hush}

Objects, messages, parameters and secrets are text; an object or an array stands for its JSON text. A table's key is an
attribute's name (with the type of the first item's), a list of two, or an object of names and types; `create` takes the
fields of CreateTable. Items are plain JSON; a value that JSON lacks is written as {$SS: [a, b]}, {$B: base64}
and so on. The queues of a topic's list get its messages; `{subscriptions: [...]}` takes the fields of Subscribe. The
`messages` of a topic are what was published there: texts, or objects with the fields of Publish. At the start they
reach nobody.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from asl.errors import InputError
from asl.json_text import dumps
from asl.values import JSON

_OWN_FORMS: Final = frozenset({"$B", "$BS", "$M", "$N", "$NS", "$SS"})
_KEY_TYPES: Final = ("S", "N", "B")
_INDEXES: Final = ("GlobalSecondaryIndexes", "LocalSecondaryIndexes")
_INDEX_FIELDS: Final = ("IndexName", "KeySchema", "Projection")
_QUEUE_DEFAULTS: Final = {
    "ContentBasedDeduplication": "false",
    "DelaySeconds": "0",
    "ReceiveMessageWaitTimeSeconds": "0",
    "RedrivePolicy": "",
    "VisibilityTimeout": "30",
}
_EXACT_FLOAT_DIGITS: Final = 15


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One call of a service, by botocore's names. `field` is the place in the document that asks for it."""

    service: str
    operation: str
    parameters: dict[str, Any]
    field: str


def calls(document: JSON, folder: Path, region: str, account: str) -> list[ApiCall]:
    """The calls that bring about what the document describes. Files are looked for in `folder`.

    Raises InputError.
    """
    return list(_Reader(folder, region, account).read(document))


class _Reader:
    def __init__(self, folder: Path, region: str, account: str) -> None:
        self._folder = folder
        self._region = region
        self._account = account

    def read(self, document: JSON) -> Iterator[ApiCall]:
        kinds: dict[str, Callable[[str, str, JSON], Iterator[ApiCall]]] = {
            "buckets": self._bucket,
            "tables": self._table,
            "queues": self._queue,
            "topics": self._topic,
            "parameters": self._parameter,
            "secrets": self._secret,
        }
        fields = _object("resources", document)
        for kind in fields:
            if kind not in kinds:
                raise _wrong(f"resources.{kind}", f"is unknown; there are {', '.join(kinds)}")
        for kind, read in kinds.items():
            field = f"resources.{kind}"
            for name, value in _object(field, _or(fields.get(kind), {})).items():
                yield from read(f"{field}.{name}", name, value)

    def _bucket(self, field: str, name: str, value: JSON) -> Iterator[ApiCall]:
        parameters: dict[str, Any] = {"Bucket": name}
        if self._region != "us-east-1":
            parameters["CreateBucketConfiguration"] = {"LocationConstraint": self._region}
        yield ApiCall("s3", "CreateBucket", parameters, field)
        for key, content in _object(field, _or(value, {})).items():
            place = f"{field}.{key}"
            body = self._body(place, content)
            yield ApiCall("s3", "PutObject", {"Bucket": name, "Key": key, "Body": body}, place)

    def _body(self, field: str, content: JSON) -> bytes:
        if isinstance(content, dict) and set(content) == {"base64"}:
            return _base64(f"{field}.base64", content["base64"])
        if isinstance(content, dict) and set(content) == {"file"}:
            path = self._folder / _text(f"{field}.file", content["file"])
            try:
                return path.read_bytes()
            except OSError as error:
                raise _wrong(f"{field}.file", f"cannot be read: {error}") from error
        return _as_text(content).encode("utf-8", "surrogatepass")

    def _table(self, field: str, name: str, value: JSON) -> Iterator[ApiCall]:
        fields = _object(field, value, ("key", "create", "items"))
        items = _array(f"{field}.items", _or(fields.get("items"), []))
        if ("key" in fields) == ("create" in fields):
            raise _wrong(field, "must have either 'key' or 'create'")
        if "key" in fields:
            create = _key_fields(_key(field, fields["key"], items))
        else:
            create = dict(_object(f"{field}.create", fields["create"]))
        create.setdefault("TableName", name)
        if "ProvisionedThroughput" not in create:
            create.setdefault("BillingMode", "PAY_PER_REQUEST")
        yield ApiCall("dynamodb", "CreateTable", create, field)
        for index, item in enumerate(items):
            place = f"{field}.items[{index}]"
            typed = {key: attribute(member, f"{place}.{key}") for key, member in _object(place, item).items()}
            yield ApiCall("dynamodb", "PutItem", {"TableName": name, "Item": typed}, place)

    def _queue(self, field: str, name: str, value: JSON) -> Iterator[ApiCall]:
        fields = {"messages": value} if isinstance(value, list) else _or(value, {})
        fields = _object(field, fields, ("attributes", "messages"))
        attributes = dict(_object(f"{field}.attributes", _or(fields.get("attributes"), {})))
        if name.endswith(".fifo"):
            attributes.setdefault("FifoQueue", "true")
        yield ApiCall("sqs", "CreateQueue", {"QueueName": name, "Attributes": attributes}, field)
        url = f"https://sqs.{self._region}.amazonaws.com/{self._account}/{name}"
        for index, message in enumerate(_array(f"{field}.messages", _or(fields.get("messages"), []))):
            send: dict[str, Any] = {"QueueUrl": url, "MessageBody": _as_text(message)}
            if name.endswith(".fifo"):
                send |= {"MessageGroupId": "resources", "MessageDeduplicationId": str(index)}
            yield ApiCall("sqs", "SendMessage", send, f"{field}.messages[{index}]")

    def _topic(self, field: str, name: str, value: JSON) -> Iterator[ApiCall]:
        fields = {"subscriptions": value} if isinstance(value, list) else _or(value, {})
        fields = _object(field, fields, ("attributes", "subscriptions", "messages"))
        attributes = dict(_object(f"{field}.attributes", _or(fields.get("attributes"), {})))
        if name.endswith(".fifo"):
            attributes.setdefault("FifoTopic", "true")
        yield ApiCall("sns", "CreateTopic", {"Name": name, "Attributes": attributes}, field)
        topic = f"arn:aws:sns:{self._region}:{self._account}:{name}"
        # before there are subscriptions: who got them has them already
        for index, message in enumerate(_array(f"{field}.messages", _or(fields.get("messages"), []))):
            place = f"{field}.messages[{index}]"
            publish = {"TopicArn": topic, **_publication(place, message)}
            if name.endswith(".fifo"):
                publish = {"MessageGroupId": "resources", "MessageDeduplicationId": str(index)} | publish
            yield ApiCall("sns", "Publish", publish, place)
        for index, one in enumerate(_array(f"{field}.subscriptions", _or(fields.get("subscriptions"), []))):
            place = f"{field}.subscriptions[{index}]"
            if isinstance(one, str):
                one = {"Protocol": "sqs", "Endpoint": f"arn:aws:sqs:{self._region}:{self._account}:{one}"}
            yield ApiCall("sns", "Subscribe", {"TopicArn": topic, **_object(place, one)}, place)

    def _parameter(self, field: str, name: str, value: JSON) -> Iterator[ApiCall]:
        kind = "String"
        if isinstance(value, dict) and set(value) <= {"value", "type"} and "value" in value:
            kind = _text(f"{field}.type", value.get("type", kind))
            value = value["value"]
        yield ApiCall("ssm", "PutParameter", {"Name": name, "Value": _as_text(value), "Type": kind}, field)

    def _secret(self, field: str, name: str, value: JSON) -> Iterator[ApiCall]:
        yield ApiCall("secretsmanager", "CreateSecret", {"Name": name, "SecretString": _as_text(value)}, field)


def attribute(value: JSON, field: str = "value") -> dict[str, Any]:
    """Plain JSON as a value of DynamoDB, as botocore takes it. Raises InputError, which names the field."""
    if isinstance(value, dict):
        if len(value) == 1 and _OWN_FORMS.issuperset(value):
            ((kind, content),) = value.items()
            return _own_form({kind.removeprefix("$"): content}, f"{field}.{kind}")
        return {"M": {name: attribute(member, f"{field}.{name}") for name, member in value.items()}}
    if isinstance(value, list):
        return {"L": [attribute(member, f"{field}[{index}]") for index, member in enumerate(value)]}
    if value is None:
        return {"NULL": True}
    if isinstance(value, bool):
        return {"BOOL": value}
    return {"S": value} if isinstance(value, str) else {"N": dumps(value)}


def plain(value: Mapping[str, Any]) -> JSON:
    """The inverse of `attribute`."""
    ((kind, content),) = value.items()
    if kind == "M":
        members = {name: plain(member) for name, member in content.items()}
        if len(members) == 1 and _OWN_FORMS.issuperset(members):
            return {"$M": _written(value)["M"]}
        return members
    if kind == "L":
        return [plain(member) for member in content]
    if kind == "NULL":
        return None
    if kind in ("S", "BOOL"):
        return content
    number = _number(content) if kind == "N" else None
    return {f"${kind}": _written(value)[kind]} if number is None else number


def document_of(
    client: Callable[[str], Any], messages: Callable[[str], list[str]], publications: Callable[[str], list[JSON]]
) -> dict[str, JSON]:
    """What is stored now.

    `client` gives the boto3 client of a service, `messages` the bodies of a queue's messages, by its name, and
    `publications` what was published to a topic, by its ARN, as `publication` makes it.
    """
    found: dict[str, JSON] = {
        "buckets": _buckets(client("s3")),
        "tables": _tables(client("dynamodb")),
        "queues": _queues(client("sqs"), messages),
        "topics": _topics(client("sns"), publications),
        "parameters": _parameters(client("ssm")),
        "secrets": _secrets(client("secretsmanager")),
    }
    return {kind: content for kind, content in found.items() if content}


def _buckets(s3: Any) -> dict[str, JSON]:
    return {bucket["Name"]: _objects(s3, bucket["Name"]) for bucket in s3.list_buckets()["Buckets"]}


def _objects(s3: Any, bucket: str) -> dict[str, JSON]:
    objects: dict[str, JSON] = {}
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for each in page.get("Contents", ()):
            body = s3.get_object(Bucket=bucket, Key=each["Key"])["Body"].read()
            try:
                objects[each["Key"]] = body.decode()
            except UnicodeDecodeError:
                objects[each["Key"]] = {"base64": b64encode(body).decode()}
    return objects


def _tables(dynamodb: Any) -> dict[str, JSON]:
    names = [name for page in dynamodb.get_paginator("list_tables").paginate() for name in page["TableNames"]]
    return {name: _table(dynamodb, name) for name in names}


def _table(dynamodb: Any, name: str) -> JSON:
    described = dynamodb.describe_table(TableName=name)["Table"]
    pages = dynamodb.get_paginator("scan").paginate(TableName=name)
    items = [{key: plain(value) for key, value in item.items()} for page in pages for item in page["Items"]]
    indexes = {
        kind: [{field: index[field] for field in _INDEX_FIELDS} for index in described[kind]]
        for kind in _INDEXES
        if described.get(kind)
    }
    fields = {field: described[field] for field in ("KeySchema", "AttributeDefinitions")}
    if indexes:
        return {"create": {**fields, **indexes}, "items": items}
    types = {each["AttributeName"]: each["AttributeType"] for each in fields["AttributeDefinitions"]}
    return {
        "key": {part["AttributeName"]: types[part["AttributeName"]] for part in fields["KeySchema"]},
        "items": items,
    }


def _queues(sqs: Any, messages: Callable[[str], list[str]]) -> dict[str, JSON]:
    urls = [url for page in sqs.get_paginator("list_queues").paginate() for url in page.get("QueueUrls", ())]
    queues: dict[str, JSON] = {}
    for url in urls:
        name = url.rsplit("/", 1)[1]
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        kept = {key: found[key] for key, default in _QUEUE_DEFAULTS.items() if found.get(key, default) != default}
        queues[name] = {"attributes": kept, "messages": messages(name)} if kept else list(messages(name))
    # a queue for dead letters must be there before the one that names it
    return dict(sorted(queues.items(), key=lambda queue: "RedrivePolicy" in str(queue[1])))


def publication(message: str, subject: str | None, attributes: Mapping[str, Any] | None, group: str | None) -> JSON:
    """A message of a topic as a document has it; the attributes as they are delivered, with Type and Value."""
    fields: dict[str, JSON] = {"Subject": subject, "MessageGroupId": group}
    fields["MessageAttributes"] = {
        name: {"DataType": each["Type"], _value_field(each["Type"]): each["Value"]}
        for name, each in (attributes or {}).items()
    }
    fields = {name: value for name, value in fields.items() if value}
    return {"Message": message, **fields} if fields else message


def _value_field(data_type: str) -> str:
    return "BinaryValue" if data_type.startswith("Binary") else "StringValue"


def _topics(sns: Any, publications: Callable[[str], list[JSON]]) -> dict[str, JSON]:
    topics = [topic["TopicArn"] for page in sns.get_paginator("list_topics").paginate() for topic in page["Topics"]]
    return {arn.rsplit(":", 1)[1]: _topic(_subscriptions(sns, arn), publications(arn)) for arn in topics}


def _topic(subscriptions: list[JSON], messages: list[JSON]) -> JSON:
    return {"subscriptions": subscriptions, "messages": messages} if messages else subscriptions


def _subscriptions(sns: Any, topic: str) -> list[JSON]:
    pages = sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
    return [_subscription(sns, one) for page in pages for one in page["Subscriptions"]]


def _subscription(sns: Any, one: Mapping[str, Any]) -> JSON:
    attributes = sns.get_subscription_attributes(SubscriptionArn=one["SubscriptionArn"])["Attributes"]
    kept = {name: attributes[name] for name in ("RawMessageDelivery", "FilterPolicy") if name in attributes}
    if kept.get("RawMessageDelivery") == "false":
        del kept["RawMessageDelivery"]
    if one["Protocol"] == "sqs" and not kept:
        return str(one["Endpoint"]).rsplit(":", 1)[1]
    return {"Protocol": one["Protocol"], "Endpoint": one["Endpoint"], **({"Attributes": kept} if kept else {})}


def _parameters(ssm: Any) -> dict[str, JSON]:
    names = [
        each["Name"] for page in ssm.get_paginator("describe_parameters").paginate() for each in page["Parameters"]
    ]
    found = [ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"] for name in names]
    return {
        each["Name"]: each["Value"] if each["Type"] == "String" else {"value": each["Value"], "type": each["Type"]}
        for each in found
    }


def _secrets(secretsmanager: Any) -> dict[str, JSON]:
    pages = secretsmanager.get_paginator("list_secrets").paginate()
    names = [each["Name"] for page in pages for each in page["SecretList"]]
    found = [secretsmanager.get_secret_value(SecretId=name) for name in names]
    return {each["Name"]: each["SecretString"] for each in found if "SecretString" in each}


def _publication(field: str, value: JSON) -> dict[str, Any]:
    """The parameters of Publish for a message of a topic."""
    if isinstance(value, str):
        return {"Message": value}
    fields = dict(_object(field, value, ("Message", "Subject", "MessageGroupId", "MessageAttributes")))
    attributes = _object(f"{field}.MessageAttributes", _or(fields.get("MessageAttributes"), {}))
    fields["MessageAttributes"] = {
        name: _attribute_value(f"{field}.MessageAttributes.{name}", each) for name, each in attributes.items()
    }
    return fields


def _attribute_value(field: str, value: JSON) -> dict[str, Any]:
    """An attribute of a message as botocore takes it: with bytes for base64."""
    fields = dict(_object(field, value, ("DataType", "StringValue", "BinaryValue")))
    if "BinaryValue" in fields:
        fields["BinaryValue"] = _base64(f"{field}.BinaryValue", fields["BinaryValue"])
    return fields


def _key(table: str, value: JSON, items: list[JSON]) -> dict[str, str]:
    """The attributes of a table's key with their types, the partition's first."""
    field = f"{table}.key"
    if isinstance(value, str):
        value = [value]
    if isinstance(value, list):
        value = {_text(field, name): _type_of(table, items, name) for name in value}
    key = _object(field, value)
    if not 1 <= len(key) <= 2:
        raise _wrong(field, "must name one attribute, or two")
    for name, kind in key.items():
        if kind not in _KEY_TYPES:
            raise _wrong(f"{field}.{name}", f"must be one of {', '.join(_KEY_TYPES)}")
    return key


def _type_of(table: str, items: list[JSON], name: str) -> str:
    for index, item in enumerate(items):
        if isinstance(item, dict) and name in item:
            return next(iter(attribute(item[name], f"{table}.items[{index}].{name}")))
    return "S"


def _key_fields(key: Mapping[str, str]) -> dict[str, Any]:
    roles = zip(key, ("HASH", "RANGE"), strict=False)
    return {
        "KeySchema": [{"AttributeName": name, "KeyType": role} for name, role in roles],
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": kind} for name, kind in key.items()],
    }


def _own_form(value: JSON, field: str) -> dict[str, Any]:
    """A value in DynamoDB's form in JSON as botocore takes it: with bytes for base64."""
    if not isinstance(value, dict) or len(value) != 1:
        raise _wrong(field, "must be an object of one type and its value")
    ((kind, content),) = value.items()
    if kind == "B":
        return {kind: _base64(field, content)}
    if kind == "BS":
        return {kind: [_base64(field, member) for member in _array(field, content)]}
    if kind in ("SS", "NS"):
        return {kind: [_text(field, member) for member in _array(field, content)]}
    if kind == "M":
        members = _object(field, content).items()
        return {kind: {name: _own_form(member, f"{field}.{name}") for name, member in members}}
    if kind == "L":
        return {kind: [_own_form(member, field) for member in _array(field, content)]}
    if kind in ("S", "N"):
        return {kind: _text(field, content)}
    return {kind: content}


def _base64(field: str, value: JSON) -> bytes:
    try:
        return b64decode(_text(field, value), validate=True)
    except ValueError as error:
        raise _wrong(field, f"is not base64: {error}") from error


def _written(value: Mapping[str, Any]) -> dict[str, JSON]:
    """A value of DynamoDB in JSON: with base64 for bytes."""
    ((kind, content),) = value.items()
    if kind == "B":
        return {kind: b64encode(content).decode()}
    if kind == "BS":
        return {kind: [b64encode(member).decode() for member in content]}
    if kind == "M":
        return {kind: {name: _written(member) for name, member in content.items()}}
    if kind == "L":
        return {kind: [_written(member) for member in content]}
    return {kind: content}


def _number(text: str) -> int | float | None:
    """A number of DynamoDB as one of JSON; None if that would not be exact."""
    if re.fullmatch(r"-?\d+", text):
        return int(text)
    digits = re.sub(r"[eE].*|\D", "", text)
    return float(text) if len(digits) <= _EXACT_FLOAT_DIGITS else None


def _or(value: JSON, default: JSON) -> JSON:
    """The value; for null, as a field of YAML without a value gives, the default."""
    return default if value is None else value


def _as_text(value: JSON) -> str:
    return value if isinstance(value, str) else dumps(value)


def _text(field: str, value: JSON) -> str:
    if not isinstance(value, str):
        raise _wrong(field, "must be text")
    return value


def _array(field: str, value: JSON) -> list[JSON]:
    if not isinstance(value, list):
        raise _wrong(field, "must be a list")
    return value


def _object(field: str, value: JSON, known: tuple[str, ...] = ()) -> dict[str, JSON]:
    if not isinstance(value, dict):
        raise _wrong(field, "must be an object")
    for name in value:
        if known and name not in known:
            raise _wrong(f"{field}.{name}", f"is unknown; there are {', '.join(known)}")
    return value


def _wrong(field: str, reason: str) -> InputError:
    return InputError(f"{field} {reason}")
