"""Endpoints that misbehave: each call ends in time, with an error as AWS names it or as a clear one of the host."""

import threading
import time
from typing import Any

import asl_aws
import asl_lambda
import pytest

from asl.integration import Integration, Settings
from tests.integrations.calls import call, failure
from tests.integrations.servers import Reply, free_port, http_server, raw_server, says, silent, slow

SERVICES = [
    pytest.param("sqs:sendMessage", {"QueueUrl": "https://q.amazonaws.com/1/q", "MessageBody": "m"}, "SQS", id="sqs"),
    pytest.param("sns:publish", {"TopicArn": "arn:aws:sns:::t", "Message": "m"}, "SNS", id="sns"),
    pytest.param("dynamodb:getItem", {"TableName": "t", "Key": {"id": {"S": "1"}}}, "DynamoDB", id="dynamodb"),
    pytest.param("lambda:invoke", {"FunctionName": "f"}, "Lambda", id="lambda"),
]


def answer(url: str, resource: str, arguments: Any, seconds: float = 5.0) -> Any:
    settings = Settings(endpoint_urls={"*": url}, call_timeout_seconds=seconds)
    resource = f"arn:aws:states:::{resource}"
    integrations: list[Integration] = [*asl_lambda.integrations(settings), *asl_aws.integrations(settings)]
    (found,) = [each for each in integrations if each.describe(resource)]
    try:
        return found.perform(call(resource, arguments))
    finally:
        for each in integrations:
            each.close()


@pytest.mark.parametrize(("resource", "arguments", "prefix"), SERVICES)
def test_nobody_listens(resource: str, arguments: Any, prefix: str) -> None:
    error, cause = failure(answer(f"http://127.0.0.1:{free_port()}", resource, arguments))
    assert error == f"{prefix}.SdkClientException"
    assert (cause or "").startswith("Unable to execute HTTP request: ")


GARBAGE = [b"", b"\x00\xff garbage\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"]


@pytest.mark.parametrize("text", GARBAGE, ids=["nothing", "no HTTP", "cut off"])
@pytest.mark.parametrize(("resource", "arguments", "prefix"), SERVICES)
def test_no_http(resource: str, arguments: Any, prefix: str, text: bytes) -> None:
    with raw_server(says(text)) as url:
        error, cause = failure(answer(url, resource, arguments))
    assert error == f"{prefix}.SdkClientException"
    assert (cause or "").startswith(("Unable to execute HTTP request: ", "Unable to unmarshall response: "))


@pytest.mark.parametrize("status", [200, 404, 500])
@pytest.mark.parametrize(("resource", "arguments", "prefix"), SERVICES[:3])
def test_http_with_another_content(resource: str, arguments: Any, prefix: str, status: int) -> None:
    with http_server(Reply(status, b"<html>I am a proxy", [("Content-Type", "text/html")])) as (url, _):
        error, cause = failure(answer(url, resource, arguments))
    assert (error or "").startswith(f"{prefix}.")
    if status == 200:
        assert error == f"{prefix}.SdkClientException"
        assert (cause or "").startswith("Unable to unmarshall response: ")


@pytest.mark.parametrize("talk", [silent, slow])
@pytest.mark.parametrize(("resource", "arguments", "prefix"), SERVICES)
def test_a_server_that_does_not_end(resource: str, arguments: Any, prefix: str, talk: Any) -> None:
    threads = set(threading.enumerate())
    began = time.monotonic()
    with raw_server(talk) as url:
        error, _ = failure(answer(url, resource, arguments, seconds=0.5))
        assert time.monotonic() - began < 30
    assert error == f"{prefix}.SdkClientException"
    for thread in set(threading.enumerate()) - threads:
        thread.join(30)
    assert set(threading.enumerate()) == threads


def test_throttling_over_the_wire() -> None:
    body = (
        b'{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException","message":"Slow down."}'
    )
    headers = [("Content-Type", "application/x-amz-json-1.0"), ("x-amzn-RequestId", "R1")]
    with http_server(Reply(400, body, headers)) as (url, received):
        error, cause = failure(answer(url, *SERVICES[2].values[:2]))
    assert error == "DynamoDB.ProvisionedThroughputExceededException"
    assert cause == (
        "Slow down. (Service: AmazonDynamoDBv2; Status Code: 400; "
        "Error Code: ProvisionedThroughputExceededException; Request ID: R1; Proxy: null)"
    )
    assert len(received) == 1, "retrying is the state machine's business"
