"""The same workloads on moto's interpreter, in this process, its threads joined rather than polled."""

import json
import threading
import time
from typing import Any

ROLE = "arn:aws:iam::123456789012:role/bench"


def run(definition: dict[str, Any], data: Any, count: int = 1) -> float:
    """Seconds that moto takes to run `count` executions at once; raises RuntimeError when one does not succeed."""
    import boto3
    from moto import mock_aws

    with mock_aws(config={"stepfunctions": {"execute_state_machine": True}}):
        client = boto3.client(
            "stepfunctions", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
        )
        queue = boto3.client("sqs", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
        url = queue.create_queue(QueueName="bench")["QueueUrl"]
        text = json.dumps(definition).replace('"MessageBody.$": "$"', f'"QueueUrl": "{url}", "MessageBody.$": "$"')
        machine = client.create_state_machine(name="bench", definition=text, roleArn=ROLE)["stateMachineArn"]
        before = set(threading.enumerate())
        begin = time.perf_counter()
        runs = [client.start_execution(stateMachineArn=machine, input=json.dumps(data)) for _ in range(count)]
        while working := [thread for thread in threading.enumerate() if thread not in before]:
            for thread in working:
                thread.join(60)
        taken = time.perf_counter() - begin
        for each in runs:
            status = client.describe_execution(executionArn=each["executionArn"])["status"]
            if status != "SUCCEEDED":
                raise RuntimeError(f"moto ended {status}")
    return taken
