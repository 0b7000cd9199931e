"""moto for the clients of one world: nothing of it shows outside, nothing of the outside shows in it."""

import gc
import json
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import boto3
import pytest
from asl_aws import resources
from asl_aws.clients import Clients
from asl_aws.embedded import Embedded
from asl_aws.service_errors import ServiceError
from moto import mock_aws

from asl.errors import InputError
from asl.integration import HostError, NotAnswered, Settings
from asl.values import JSON
from tests.integrations.calls import AT, call

CALL = call("arn:aws:states:::aws-sdk:sqs:sendMessage", {})
QUEUE = "https://sqs.us-east-1.amazonaws.com/123456789012/jobs"
KEYS = {"aws_access_key_id": "user", "aws_secret_access_key": "user", "region_name": "us-east-1"}


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """No test here may reach the network; the list has what tried."""
    tried: list[Any] = []

    def refuse(*args: Any, **options: Any) -> Any:
        tried.append(args)
        raise OSError("no network here")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    return tried


def world(document: JSON = None, **settings: Any) -> Clients:
    options = {"resources": document} if document is not None else {}
    return Clients(Settings(aws="embedded", options=options, **settings))


def at(milliseconds: int, seed: str = "seed/1.1") -> Any:
    return call(CALL.resource, {}, at=milliseconds, seed=seed)


def bodies(clients: Clients, asking: Any = CALL) -> list[str]:
    answer = clients.call("sqs", "ReceiveMessage", {"QueueUrl": QUEUE, "MaxNumberOfMessages": 10}, asking)
    return [message["Body"] for message in answer.data.get("Messages", ())]


# Isolation


def test_two_worlds_share_nothing() -> None:
    first, second = world({"queues": {"jobs": ["of the first"]}}), world({"queues": {"jobs": ["of the second"]}})
    assert bodies(first) == ["of the first"]
    assert bodies(second) == ["of the second"]
    first.call("s3", "CreateBucket", {"Bucket": "same-name"}, CALL)
    second.call("s3", "CreateBucket", {"Bucket": "same-name"}, CALL)
    second.call("s3", "PutObject", {"Bucket": "same-name", "Key": "k", "Body": b"x"}, CALL)
    assert first.call("s3", "ListObjectsV2", {"Bucket": "same-name"}, CALL).data["KeyCount"] == 0
    first.close()
    assert second.call("s3", "ListObjectsV2", {"Bucket": "same-name"}, CALL).data["KeyCount"] == 1
    second.close()


def test_a_world_that_was_closed_has_nothing_left() -> None:
    clients = world({"queues": {"jobs": ["x"]}})
    assert bodies(clients) == ["x"]
    clients.close()
    with pytest.raises(ServiceError, match="NonExistentQueue"):
        bodies(clients)
    clients.close()


def test_other_clients_of_the_process_stay_as_they_are(no_network: list[Any]) -> None:
    before = boto3.client("sqs", **KEYS)
    clients = world({"queues": {"jobs": []}})
    assert bodies(clients) == []
    after = boto3.client("sqs", **KEYS)
    for client in (before, after):
        tries = len(no_network)
        with pytest.raises(Exception, match="endpoint"):
            client.list_queues()
        assert len(no_network) > tries
    clients.close()


def test_a_call_to_an_endpoint_is_not_answered_by_moto(no_network: list[Any]) -> None:
    clients = world(endpoint_urls={"sns": "http://localhost:4566"})
    clients.call("sqs", "CreateQueue", {"QueueName": "jobs"}, CALL)
    assert no_network == []
    with pytest.raises(Exception, match="localhost:4566"):
        clients.call("sns", "ListTopics", {}, CALL)
    assert no_network != []
    clients.close()


def test_the_mocks_of_the_user_and_those_of_a_world_do_not_see_each_other() -> None:
    document = {"queues": {"jobs": ["before"]}, "buckets": {"kept": {"k": "x"}}}
    clients = world(document)
    assert bodies(clients) == ["before"]
    with mock_aws():
        theirs = boto3.client("sqs", **KEYS)
        buckets = boto3.client("s3", **KEYS)
        buckets.create_bucket(Bucket="kept")
        buckets.put_object(Bucket="kept", Key="theirs", Body=b"y")
        url = theirs.create_queue(QueueName="jobs")["QueueUrl"]
        theirs.send_message(QueueUrl=url, MessageBody="theirs")
        clients.call("sqs", "SendMessage", {"QueueUrl": QUEUE, "MessageBody": "inside"}, CALL)
        assert bodies(clients) == ["inside"]
        inner = world(document)
        assert bodies(inner) == ["before"]
        inner.close()
        received = theirs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
        assert [message["Body"] for message in received] == ["theirs"]
        assert [each["Key"] for each in buckets.list_objects_v2(Bucket="kept")["Contents"]] == ["theirs"]
        assert buckets.get_object(Bucket="kept", Key="theirs")["Body"].read() == b"y"
    with mock_aws():
        assert "QueueUrls" not in boto3.client("sqs", **KEYS).list_queues()
    assert bodies(clients, at(AT + 31_000)) == ["before", "inside"]
    stored = clients.call("s3", "GetObject", {"Bucket": "kept", "Key": "k"}, CALL)
    assert stored.data["Body"] == b"x"
    clients.close()


def test_mocks_of_the_user_in_another_thread() -> None:
    clients = world({"queues": {"jobs": []}})
    failures: list[BaseException] = []

    def mine() -> None:
        try:
            for number in range(20):
                clients.call("sqs", "SendMessage", {"QueueUrl": QUEUE, "MessageBody": str(number)}, CALL)
        except BaseException as error:
            failures.append(error)

    with mock_aws():
        theirs = boto3.client("sqs", **KEYS)
        url = theirs.create_queue(QueueName="jobs")["QueueUrl"]
        thread = threading.Thread(target=mine)
        thread.start()
        for number in range(20):
            theirs.send_message(QueueUrl=url, MessageBody=f"theirs {number}")
        thread.join()
        count = theirs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        assert count["ApproximateNumberOfMessages"] == "20"
    assert failures == []
    assert clients.embedded.dump()["queues"] == {"jobs": [str(number) for number in range(20)]}
    clients.close()


def test_the_users_profile_and_endpoints_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "no-such-profile")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://localhost:1")
    clients = world({"queues": {"jobs": ["x"]}})
    assert bodies(clients) == ["x"]
    clients.close()


def test_messages_do_not_leave_the_process(no_network: list[Any]) -> None:
    clients = world({"topics": {"alerts": []}})
    arguments = {"TopicArn": "arn:aws:sns:us-east-1:123456789012:alerts", "Protocol": "http", "Endpoint": "http://x"}
    with pytest.raises(NotAnswered, match="'http://x'"):
        clients.call("sns", "Subscribe", arguments, CALL)
    assert no_network == []
    clients.close()


# Time, ids, accounts


def test_time_is_that_of_the_world() -> None:
    clients = world({"queues": {"jobs": []}, "buckets": {"files": {}}, "secrets": {"s": "x"}})
    clients.call("sqs", "SendMessage", {"QueueUrl": QUEUE, "MessageBody": "late", "DelaySeconds": 60}, at(AT))
    assert bodies(clients, at(AT + 59_000)) == []
    assert bodies(clients, at(AT + 61_000)) == ["late"]
    assert bodies(clients, at(AT + 90_000)) == []
    assert bodies(clients, at(AT + 92_000)) == ["late"]
    clients.call("s3", "PutObject", {"Bucket": "files", "Key": "k", "Body": b""}, at(AT))
    head = clients.call("s3", "HeadObject", {"Bucket": "files", "Key": "k"}, at(AT + 5_000)).data
    assert head["LastModified"].isoformat() == "2026-01-01T00:00:00+00:00"
    secret = clients.call("secretsmanager", "GetSecretValue", {"SecretId": "s"}, at(AT)).data
    assert secret["CreatedDate"].timestamp() == AT // 1000
    clients.close()


def test_a_long_poll_ends_at_once() -> None:
    clients = world({"queues": {"jobs": {"attributes": {"ReceiveMessageWaitTimeSeconds": "20"}}}})
    clients.call("sqs", "ReceiveMessage", {"QueueUrl": QUEUE, "WaitTimeSeconds": 20}, CALL)
    clients.close()


def test_the_same_seed_gives_the_same_ids() -> None:
    def ids(seed: str) -> list[str]:
        clients = world({"queues": {"jobs": []}})
        send = {"QueueUrl": QUEUE, "MessageBody": "x"}
        answers = [clients.call("sqs", "SendMessage", send, at(AT, seed)) for _ in range(2)]
        clients.close()
        return [each for answer in answers for each in (answer.data["MessageId"], answer.request_id)]

    assert ids("a") == ids("a")
    assert len({*ids("a"), *ids("b")}) == 8


def test_account_and_region() -> None:
    clients = world({"queues": {"jobs": ["x"]}, "topics": {"t": ["jobs"]}}, account="111111111111", region="eu-west-1")
    (topic,) = clients.call("sns", "ListTopics", {}, CALL).data["Topics"]
    assert topic["TopicArn"] == "arn:aws:sns:eu-west-1:111111111111:t"
    (url,) = clients.call("sqs", "ListQueues", {}, CALL).data["QueueUrls"]
    assert url == "https://sqs.eu-west-1.amazonaws.com/111111111111/jobs"
    assert clients.call("sts", "GetCallerIdentity", {}, CALL).data["Account"] == "111111111111"
    clients.call("sns", "Publish", {"TopicArn": topic["TopicArn"], "Message": "hello"}, CALL)
    stored = clients.embedded.dump()["queues"]["jobs"]
    assert stored[0] == "x"
    assert json.loads(stored[1])["Message"] == "hello"
    clients.close()


# What moto does not do


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "message"),
    [
        (
            "dynamodb",
            "PutItem",
            {"TableName": "t"},
            "ValidationException: 1 validation error detected: Value null at 'item' failed to satisfy constraint: "
            "Member must not be null",
        ),
        (
            "dynamodb",
            "PutItem",
            {},
            "ValidationException: 2 validation errors detected: Value null at 'tableName' failed to satisfy "
            "constraint: Member must not be null; Value null at 'item' failed to satisfy constraint: Member must not "
            "be null",
        ),
        (
            "sqs",
            "SendMessage",
            {"QueueUrl": QUEUE},
            "MissingParameter: The request must contain the parameter MessageBody.",
        ),
    ],
)
def test_what_is_missing(service: str, operation: str, parameters: dict[str, Any], message: str) -> None:
    clients = world()
    with pytest.raises(ServiceError) as refused:
        clients.call(service, operation, parameters, CALL)
    assert str(refused.value) == message
    assert refused.value.status == 400
    clients.close()


def test_an_operation_that_moto_does_not_have() -> None:
    clients = world()
    with pytest.raises(NotAnswered) as refused:
        clients.call("sqs", "ListMessageMoveTasks", {"SourceArn": "arn:aws:sqs:us-east-1:123456789012:jobs"}, CALL)
    assert refused.value.ways == ("--endpoint-url URL", "--aws real")
    clients.close()


def test_moto_that_breaks() -> None:
    clients = world()
    with pytest.raises(HostError, match="moto broke"):
        clients.call("dynamodb", "ListExports", {}, CALL)
    clients.close()


# The document of what is stored

DOCUMENT: dict[str, JSON] = {
    "buckets": {
        "files": {"a/b.txt": "text", "j": {"a": [1, "ü"]}, "empty": "", "bytes": {"base64": "/wA="}},
        "none": {},
    },
    "tables": {
        "orders": {
            "key": "id",
            "items": [
                {"id": "1", "n": 5, "f": 1.5, "null": None, "yes": True, "l": [1, "x", {"k": False}]},
                {"id": "2", "m": {"B": "no bytes"}, "b": {"$B": "AAE="}, "s": {"$SS": ["a"]}, "ns": {"$NS": ["1"]}},
                {"id": "3", "m": {"$M": {"$SS": {"S": "no set"}}}, "n": {"$N": "1.2345678901234567890"}},
            ],
        },
        "events": {"key": ["device", "at"], "items": [{"device": "d", "at": 17}]},
        "indexed": {
            "create": {
                "KeySchema": [{"AttributeName": "a", "KeyType": "HASH"}],
                "AttributeDefinitions": [
                    {"AttributeName": "a", "AttributeType": "S"},
                    {"AttributeName": "b", "AttributeType": "S"},
                ],
                "GlobalSecondaryIndexes": [
                    {
                        "IndexName": "by-b",
                        "KeySchema": [{"AttributeName": "b", "KeyType": "HASH"}],
                        "Projection": {"ProjectionType": "ALL"},
                    }
                ],
            },
            "items": [],
        },
    },
    "queues": {
        "jobs": ["a text", {"an": "object"}],
        "jobs.fifo": ["1", "2"],
        "slow": {"attributes": {"DelaySeconds": "5"}, "messages": ["later"]},
        "again": {
            "attributes": {
                "RedrivePolicy": '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:123456789012:jobs","maxReceiveCount":3}'
            }
        },
    },
    "topics": {"alerts": ["jobs", {"Protocol": "email", "Endpoint": "a@example.com"}], "silent": []},
    "parameters": {"/app/url": "https://example.com", "/app/key": {"value": "hush", "type": "SecureString"}},
    "secrets": {"database": {"user": "me"}, "token": "t"},
}


def test_what_is_stored_can_be_written_and_read_again() -> None:
    clients = world(DOCUMENT)
    first = clients.embedded.dump()
    assert first["buckets"]["files"] == {
        "a/b.txt": "text",
        "bytes": {"base64": "/wA="},
        "empty": "",
        "j": '{"a":[1,"ü"]}',
    }
    assert first["tables"]["orders"]["key"] == {"id": "S"}
    given = DOCUMENT["tables"]["orders"]["items"]
    assert sorted(first["tables"]["orders"]["items"], key=lambda item: item["id"]) == given
    assert first["tables"]["events"] == {"key": {"device": "S", "at": "N"}, "items": [{"device": "d", "at": 17}]}
    assert first["tables"]["indexed"] == DOCUMENT["tables"]["indexed"]
    assert first["queues"]["jobs"] == ["a text", '{"an":"object"}']
    assert first["queues"]["jobs.fifo"] == ["1", "2"]
    assert first["queues"]["slow"] == DOCUMENT["queues"]["slow"]
    assert list(first["queues"])[-1] == "again"
    assert first["topics"] == DOCUMENT["topics"]
    assert first["parameters"] == DOCUMENT["parameters"]
    assert first["secrets"] == {"database": '{"user":"me"}', "token": "t"}
    again = world(json.loads(json.dumps(first)))
    assert again.embedded.dump() == first
    for each in (clients, again):
        each.close()


TOPIC = "arn:aws:sns:us-east-1:123456789012:{}"


def test_what_was_published_is_written_and_reaches_nobody_again() -> None:
    clients = world({"queues": {"jobs": []}, "topics": {"alerts": ["jobs"], "alone": [], "silent": [], "t.fifo": []}})
    text, binary = {"DataType": "String", "StringValue": "v"}, {"DataType": "Binary", "BinaryValue": b"\xff"}
    more = {"Subject": "s", "MessageAttributes": {"text": text, "binary": binary}}
    ordered = {"MessageGroupId": "g", "MessageDeduplicationId": "1"}
    for topic, parameters in (
        ("alerts", {"Message": "one"}),
        ("alone", {"Message": "two"}),
        ("alone", {"Message": '{"an":"object"}', **more}),
        ("t.fifo", {"Message": "three", **ordered}),
    ):
        clients.call("sns", "Publish", {"TopicArn": TOPIC.format(topic), **parameters}, CALL)
    first = clients.embedded.dump()
    written = {"text": text, "binary": {"DataType": "Binary", "BinaryValue": "/w=="}}
    assert first["topics"] == {
        "alerts": {"subscriptions": ["jobs"], "messages": ["one"]},
        "alone": {
            "subscriptions": [],
            "messages": ["two", {"Message": '{"an":"object"}', "Subject": "s", "MessageAttributes": written}],
        },
        "silent": [],
        "t.fifo": {"subscriptions": [], "messages": [{"Message": "three", "MessageGroupId": "g"}]},
    }
    assert len(first["queues"]["jobs"]) == 1
    again = world(json.loads(json.dumps(first)))
    assert again.embedded.dump() == first
    for each in (clients, again):
        each.close()


def test_seeding_adds() -> None:
    embedded = Embedded(Settings(options={"resources": {"queues": {"jobs": []}}}))
    embedded.seed({"queues": {"more": ["x"]}})
    assert embedded.dump() == {"queues": {"jobs": [], "more": ["x"]}}
    client = embedded.client("sqs")
    client.delete_queue(QueueUrl=QUEUE)
    client.close()
    assert embedded.dump() == {"queues": {"more": ["x"]}}
    embedded.close()
    assert embedded.dump() == {}


def test_files_are_found_beside_the_document(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/big.csv").write_bytes(b"a,b\r\n\xff")
    options = {"resources": {"buckets": {"files": {"k": {"file": "data/big.csv"}}}}, "resources_folder": str(tmp_path)}
    clients = Clients(Settings(aws="embedded", options=options))
    answer = clients.call("s3", "GetObject", {"Bucket": "files", "Key": "k"}, CALL)
    assert answer.data["Body"] == b"a,b\r\n\xff"
    clients.close()


WRONG: list[tuple[JSON, str]] = [
    ([], "resources must be an object"),
    ({"bucket": {}}, "resources.bucket is unknown; there are buckets, tables, queues, topics, parameters, secrets"),
    ({"buckets": []}, "resources.buckets must be an object"),
    ({"buckets": {"b": {"k": {"base64": "?"}}}}, "resources.buckets.b.k.base64 is not base64"),
    ({"buckets": {"b": {"k": {"file": "no/such/file"}}}}, "resources.buckets.b.k.file cannot be read"),
    ({"tables": {"t": {}}}, "resources.tables.t must have either 'key' or 'create'"),
    ({"tables": {"t": {"key": "id", "create": {}}}}, "resources.tables.t must have either 'key' or 'create'"),
    ({"tables": {"t": {"key": ["a", "b", "c"]}}}, "resources.tables.t.key must name one attribute, or two"),
    ({"tables": {"t": {"key": {"id": "X"}}}}, "resources.tables.t.key.id must be one of S, N, B"),
    ({"tables": {"t": {"key": {"id": ["S"]}}}}, "resources.tables.t.key.id must be one of S, N, B"),
    (
        {"tables": {"t": {"key": "id", "itmes": []}}},
        "resources.tables.t.itmes is unknown; there are key, create, items",
    ),
    ({"tables": {"t": {"key": "id", "items": {}}}}, "resources.tables.t.items must be a list"),
    ({"tables": {"t": {"key": "id", "items": ["x"]}}}, "resources.tables.t.items[0] must be an object"),
    ({"tables": {"t": {"key": "id", "items": [{"id": {"$B": 5}}]}}}, "resources.tables.t.items[0].id.$B must be text"),
    (
        {"tables": {"t": {"key": {"id": "S"}, "items": [{"id": "1", "a": [{"$SS": "x"}]}]}}},
        "resources.tables.t.items[0].a[0].$SS must be a list",
    ),
    ({"queues": {"q": "x"}}, "resources.queues.q must be an object"),
    ({"topics": {"t": {"messages": [5]}}}, "resources.topics.t.messages[0] must be an object"),
    (
        {"topics": {"t": {"messages": [{"Text": "x"}]}}},
        "resources.topics.t.messages[0].Text is unknown; there are Message, Subject, MessageGroupId, MessageAttributes",
    ),
    ({"topics": {"t": [5]}}, "resources.topics.t.subscriptions[0] must be an object"),
    ({"parameters": {"p": {"value": "x", "type": 5}}}, "resources.parameters.p.type must be text"),
]


@pytest.mark.parametrize(("document", "message"), WRONG)
def test_documents_that_are_wrong(document: JSON, message: str) -> None:
    with pytest.raises(InputError) as refused:
        Embedded(Settings(options={"resources": document}))
    assert str(refused.value).startswith(message)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"buckets": {"B": {}}}, "resources.buckets.B cannot be made: "),
        ({"tables": {"t": {"key": "id", "items": [{"a": 1}]}}}, "resources.tables.t.items[0] cannot be made: "),
        ({"tables": {"t": {"create": {}}}}, "resources.tables.t cannot be made: "),
        ({"parameters": {"p": {"value": "x", "type": "Strong"}}}, "resources.parameters.p cannot be made: "),
    ],
)
def test_what_a_service_refuses(document: JSON, message: str) -> None:
    embedded = Embedded(Settings(options={"resources": document}))
    with pytest.raises(InputError) as refused:
        embedded.dump()
    assert str(refused.value).startswith(message)
    embedded.close()


@pytest.mark.parametrize(
    "value",
    [None, True, 5, -1.5, "x", [], {}, [1, ["a"]], {"a": {"b": None}}, {"$B": "AA=="}, {"$M": {"$B": {"N": "1"}}}],
)
def test_values_of_dynamodb(value: JSON) -> None:
    assert resources.plain(resources.attribute(value)) == value


def test_importing_loads_no_moto() -> None:
    root = Path(__file__).parents[2]
    script = (
        f"import sys; sys.path[:0] = [{str(root)!r}, {str(root / 'integrations')!r}];"
        "import asl_aws; from asl.integration import Settings;"
        "found = asl_aws.integrations(Settings(aws='embedded', options={'resources': {'queues': {'q': []}}}));"
        "found[-1].describe('arn:aws:states:::sqs:sendMessage');"
        "print([m for m in ('boto3', 'botocore', 'moto') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_nothing_is_left_of_a_world_that_nobody_closed() -> None:
    embedded = Embedded(Settings(options={"resources": {"buckets": {"files": {"k": "x"}}}}))
    embedded.dump()
    holdings = embedded._holdings
    assert holdings._mine.backends != []
    del embedded
    gc.collect()
    assert holdings._mine.backends == []
