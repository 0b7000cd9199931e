"""`asl run --record`: what services answered as a mock file, with which the same run needs no service."""

import json
import sys

import pytest
from click.testing import CliRunner

import asl.cli

QUEUE = "https://sqs.us-east-1.amazonaws.com/123456789012/jobs"
SDK = "arn:aws:states:::aws-sdk:"
RESOURCES = {
    "queues": {"jobs": ["one", "two"]},
    "tables": {"orders": {"key": "id", "items": [{"id": "1", "total": 5}]}},
    "buckets": {"files": {"a.txt": "text"}},
    "parameters": {"/app": "value"},
}


def task(resource, parameters, **fields):
    return {"Type": "Task", "Resource": resource, "Parameters": parameters, **fields}


def row(**states):
    """A definition of states in a row."""
    names = list(states)
    following = [*names[1:], None]
    return {
        "StartAt": names[0],
        "States": {
            name: {**state, **({"Next": after} if after else {"End": True})}
            for (name, state), after in zip(states.items(), following, strict=True)
        },
    }


SEND = task("arn:aws:states:::sqs:sendMessage", {"QueueUrl": QUEUE, "MessageBody.$": "States.JsonToString($)"})
GET = task("arn:aws:states:::dynamodb:getItem", {"TableName": "orders", "Key": {"id": {"S": "1"}}})


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    (tmp_path / "resources.json").write_text(json.dumps(RESOURCES))
    return tmp_path


def run(folder, definition, *options):
    (folder / "m.asl.json").write_text(json.dumps(definition))
    result = CliRunner().invoke(asl.cli.main, ["run", "m.asl.json", "--json", *options])
    assert "bug of aslkit" not in result.stderr, result.stderr
    return result


def twice(folder, definition, *options):
    """What a run with embedded services says, and the mock file that makes the next run say the same."""
    embedded = ("--aws", "embedded", "--resources", "resources.json", "--record", "r.json")
    first = run(folder, definition, *embedded, *options)
    recorded = json.loads((folder / "r.json").read_text())
    second = run(folder, definition, "--mock", "r.json", *options)
    assert first.exit_code == second.exit_code, second.stderr
    said, again = json.loads(first.stdout), json.loads(second.stdout)
    assert said == again
    return said, recorded


def answers(recorded, state):
    return recorded["MockedResponses"][f"m/{state}"]


def test_services(folder):
    states = {
        "Send": {**SEND, "ResultPath": "$.sent"},
        "Get": {**GET, "ResultPath": "$.item"},
        "Object": task(SDK + "s3:getObject", {"Bucket": "files", "Key": "a.txt"}, ResultPath="$.object"),
        "Parameter": task(SDK + "ssm:getParameter", {"Name": "/app"}, ResultPath="$.parameter"),
        "Notes": {"Type": "Pass", "Result": 1, "ResultPath": "$.noted"},
    }
    said, recorded = twice(folder, row(**states))
    assert said["status"] == "SUCCEEDED"
    assert said["output"]["item"]["Item"]["total"] == {"N": "5"}
    assert said["output"]["object"]["Body"] == "text"
    assert recorded["StateMachines"]["m"]["TestCases"] == {
        "Recorded": {name: f"m/{name}" for name in ("Send", "Get", "Object", "Parameter")}
    }


def test_failures_and_retries(folder):
    failing = task(
        SDK + "s3:getObject",
        {"Bucket": "files", "Key.$": "$$.State.RetryCount"},
        Retry=[{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 3, "MaxAttempts": 2}],
        Catch=[{"ErrorEquals": ["S3.NoSuchKeyException"], "Next": "After", "ResultPath": "$.error"}],
    )
    failing["Parameters"] = {"Bucket": "files", "Key": "nothing.txt"}
    said, recorded = twice(folder, row(Failing=failing, After=GET))
    assert (said["status"], said["path"], said["duration"]) == ("SUCCEEDED", ["Failing", "After"], 9.0)
    numbers = answers(recorded, "Failing")
    assert [entry["Throw"]["Error"] for entry in numbers.values()] == ["S3.NoSuchKeyException"] * len(numbers)
    assert sum(int(key.split("-")[-1]) - int(key.split("-")[0]) + 1 for key in numbers) == 3


def test_a_failed_run(folder):
    said, _ = twice(folder, row(Failing=task(SDK + "s3:getObject", {"Bucket": "nowhere", "Key": "k"})))
    assert (said["status"], said["error"]) == ("FAILED", "S3.NoSuchBucketException")


FETCH = task(
    SDK + "s3:getObject",
    {"Bucket": "files", "Key.$": "$"},
    OutputPath="$.Body",
    Catch=[{"ErrorEquals": ["S3.NoSuchKeyException"], "Next": "None"}],
    End=True,
)
FETCH_EACH = {
    "Type": "Map",
    "ItemsPath": "$.ids",
    "ItemProcessor": {
        "StartAt": "Each",
        "States": {"Each": FETCH, "None": {"Type": "Pass", "OutputPath": "$.Error", "End": True}},
    },
}


@pytest.mark.parametrize("concurrency", [1, 0])
def test_a_map(folder, concurrency):
    iterate = {**FETCH_EACH, "MaxConcurrency": concurrency}
    said, recorded = twice(folder, row(M=iterate), "--input", '{"ids": ["a.txt", "none", "a.txt"]}')
    assert said["status"] == "SUCCEEDED"
    assert said["output"] == ["text", "S3.NoSuchKeyException", "text"]
    assert set(recorded["StateMachines"]["m"]["TestCases"]["Recorded"]) == {"Each"}


JOB = task(
    "arn:aws:states:::athena:startQueryExecution.sync",
    {"QueryString": "select 1", "ResultConfiguration": {"OutputLocation": "s3://files/"}},
)


def test_a_job(folder):
    said, recorded = twice(folder, row(Job=JOB))
    assert (said["status"], said["output"]["QueryExecution"]["Query"]) == ("SUCCEEDED", "select 1")
    (answer,) = answers(recorded, "Job").values()
    assert answer["Submit"]["QueryExecutionId"] == answer["Return"]["QueryExecution"]["QueryExecutionId"]
    assert answer["DurationSeconds"] == said["duration"] >= 1


def test_a_job_that_takes_too_long(folder):
    caught = {**JOB, "TimeoutSeconds": 1, "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "After"}]}
    said, _ = twice(folder, row(Job=caught, After={"Type": "Pass"}))
    assert (said["status"], said["path"], said["duration"]) == ("SUCCEEDED", ["Job", "After"], 1.0)


def test_a_callback_that_another_branch_answers(folder):
    ask = task(
        "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        {"QueueUrl": QUEUE, "MessageBody": {"token.$": "$$.Task.Token"}},
    )
    ask["Parameters"]["QueueUrl"] = QUEUE.replace("jobs", "asked")
    resources = {**RESOURCES, "queues": {"asked": []}}
    (folder / "resources.json").write_text(json.dumps(resources))
    answer = row(
        Later={"Type": "Wait", "Seconds": 5},
        Receive=task(SDK + "sqs:receiveMessage", {"QueueUrl": ask["Parameters"]["QueueUrl"]}),
        Read={"Type": "Pass", "Parameters": {"asked.$": "States.StringToJson($.Messages[0].Body)"}},
        Reply=task(SDK + "sfn:sendTaskSuccess", {"TaskToken.$": "$.asked.token", "Output": '{"yes":true}'}),
    )
    said, recorded = twice(folder, row(P={"Type": "Parallel", "Branches": [row(Ask=ask), answer]}))
    assert (said["output"], said["duration"]) == ([{"yes": True}, {}], 5.0)
    (entry,) = answers(recorded, "Ask").values()
    assert (entry["Return"], entry["DurationSeconds"]) == ({"yes": True}, 5.0)
    assert "MessageId" in entry["Submit"]


def test_a_callback_that_nobody_answers_in_time(folder):
    ask = task(
        "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        {"QueueUrl": QUEUE, "MessageBody": {"token.$": "$$.Task.Token"}},
        TimeoutSeconds=60,
        HeartbeatSeconds=10,
        Retry=[{"ErrorEquals": ["States.Timeout"], "MaxAttempts": 1, "IntervalSeconds": 1}],
        Catch=[{"ErrorEquals": ["States.ALL"], "Next": "After"}],
    )
    said, _ = twice(folder, row(Ask=ask, After={"Type": "Pass"}))
    assert (said["path"], said["duration"], said["output"]["Error"]) == (["Ask", "After"], 21.0, "States.Timeout")


def test_a_callback_kept_alive_by_heartbeats(folder):
    ask = task(
        "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        {"QueueUrl": QUEUE, "MessageBody": {"token.$": "$$.Task.Token"}},
        HeartbeatSeconds=10,
    )
    (folder / "resources.json").write_text('{"queues": {"jobs": []}}')
    beat = task(SDK + "sfn:sendTaskHeartbeat", {"TaskToken.$": "$.asked.token"}, ResultPath=None)
    answer = row(
        Receive=task(SDK + "sqs:receiveMessage", {"QueueUrl": QUEUE}),
        Read={"Type": "Pass", "Parameters": {"asked.$": "States.StringToJson($.Messages[0].Body)"}},
        W1={"Type": "Wait", "Seconds": 8},
        B1=beat,
        W2={"Type": "Wait", "Seconds": 8},
        B2=beat,
        Reply=task(SDK + "sfn:sendTaskSuccess", {"TaskToken.$": "$.asked.token", "Output": "7"}),
    )
    said, recorded = twice(folder, row(P={"Type": "Parallel", "Branches": [row(Ask=ask), answer]}))
    assert said["output"] == [7, {}]
    assert "DurationSeconds" not in answers(recorded, "Ask")["0"]


def test_a_branch_that_fails_while_another_waits(folder):
    ask = task(
        "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        {"QueueUrl": QUEUE, "MessageBody": {"token.$": "$$.Task.Token"}},
    )
    failing = row(
        Later={"Type": "Wait", "Seconds": 3}, No=task(SDK + "s3:getObject", {"Bucket": "nowhere", "Key": "k"})
    )
    said, _ = twice(folder, row(P={"Type": "Parallel", "Branches": [row(Ask=ask), failing]}))
    assert (said["status"], said["error"], said["duration"]) == ("FAILED", "S3.NoSuchBucketException", 3.0)


def test_what_every_run_has_is_not_recorded(folder):
    (folder / "functions_of_recording.py").write_text("def double(event, context):\n    return event['n'] * 2\n")
    entry = {"Source": "s", "DetailType": "d", "Detail": {"a": 1}}
    states = {
        "Double": {
            "Type": "Task",
            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:double",
            "ResultPath": "$.doubled",
        },
        "Put": task("arn:aws:states:::events:putEvents", {"Entries": [entry]}, ResultPath="$.put"),
        "Get": {**GET, "ResultPath": "$.item"},
    }
    options = ("--input", '{"n": 21}', "--lambda", "double=functions_of_recording:double")
    said, recorded = twice(folder, row(**states), *options)
    assert (said["output"]["doubled"], len(said["events"])) == (42, 1)
    assert list(recorded["StateMachines"]["m"]["TestCases"]["Recorded"]) == ["Get"]


def test_nothing_to_record(folder):
    _, recorded = twice(folder, row(A={"Type": "Pass"}))
    assert recorded == {"StateMachines": {"m": {"TestCases": {"Recorded": {}}}}, "MockedResponses": {}}


# -- executions that tasks start -------------------------------------------------------------------------------------


def start(pattern=""):
    machine = "arn:aws:states:us-east-1:123456789012:stateMachine:Child"
    arguments = {"StateMachineArn": machine, "Input": {"token.$": "$$.Task.Token"} if "Token" in pattern else {}}
    return task("arn:aws:states:::states:startExecution" + pattern, arguments, ResultPath="$.started")


def child(folder, **states):
    (folder / "child.asl.json").write_text(json.dumps(row(**states)))
    return "--machine", "Child=child.asl.json"


@pytest.mark.parametrize("pattern", ["", ".sync", ".sync:2"])
def test_a_child_that_calls_services(folder, pattern):
    options = child(folder, Wait={"Type": "Wait", "Seconds": 4}, Get=GET)
    said, recorded = twice(folder, row(Start=start(pattern), Get={**GET, "ResultPath": "$.item"}), *options)
    assert said["status"] == "SUCCEEDED"
    assert said["duration"] == (4.0 if pattern else 0.0)
    assert list(recorded["StateMachines"]) == ["m"]
    assert set(recorded["StateMachines"]["m"]["TestCases"]["Recorded"]) == {"Start", "Get"}


def test_a_child_that_needs_no_services_runs_again(folder):
    options = child(
        folder,
        Put=task("arn:aws:states:::events:putEvents", {"Entries": [{"Source": "s", "DetailType": "d", "Detail": {}}]}),
    )
    said, recorded = twice(folder, row(Start=start(".sync:2"), Get={**GET, "ResultPath": "$.item"}), *options)
    assert said["output"]["started"]["Output"]["FailedEntryCount"] == 0
    assert list(recorded["StateMachines"]["m"]["TestCases"]["Recorded"]) == ["Get"]


def test_a_grandchild_that_calls_services(folder):
    (folder / "grandchild.asl.json").write_text(json.dumps(row(Get=GET)))
    inner = start(".sync:2")
    inner["Parameters"] = {**inner["Parameters"], "StateMachineArn": inner["Parameters"]["StateMachineArn"] + "OfChild"}
    options = (*child(folder, Inner=inner), "--machine", "ChildOfChild=grandchild.asl.json")
    said, recorded = twice(folder, row(Start=start(".sync:2")), *options)
    assert said["status"] == "SUCCEEDED"
    assert list(recorded["StateMachines"]["m"]["TestCases"]["Recorded"]) == ["Start"]


def test_a_child_that_answers_its_parent(folder):
    reply = task(SDK + "sfn:sendTaskSuccess", {"TaskToken.$": "$.token", "Output": "7"}, ResultPath=None)
    options = child(folder, Wait={"Type": "Wait", "Seconds": 4}, Get={**GET, "ResultPath": "$.item"}, Reply=reply)
    said, _ = twice(folder, row(Start=start(".waitForTaskToken")), *options)
    assert (said["output"]["started"], said["duration"]) == (7, 4.0)


def test_a_service_asks_and_a_child_answers(folder):
    (folder / "resources.json").write_text('{"queues": {"jobs": []}}')
    ask = task(
        "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        {"QueueUrl": QUEUE, "MessageBody": {"token.$": "$$.Task.Token"}},
    )
    options = child(
        folder,
        Receive=task(SDK + "sqs:receiveMessage", {"QueueUrl": QUEUE}),
        Read={"Type": "Pass", "Parameters": {"asked.$": "States.StringToJson($.Messages[0].Body)"}},
        Reply=task(SDK + "sfn:sendTaskSuccess", {"TaskToken.$": "$.asked.token", "Output": '"done"'}),
    )
    said, _ = twice(
        folder, row(P={"Type": "Parallel", "Branches": [row(Ask=ask), row(Start=start(".sync:2"))]}), *options
    )
    assert (said["status"], said["output"][0]) == ("SUCCEEDED", "done")


# -- the file --------------------------------------------------------------------------------------------------------


def test_a_run_that_cannot_go_on_leaves_what_it_had(folder):
    definition = row(Get=GET, Unknown=task("arn:aws:states:::example:publish", {}))
    result = run(folder, definition, "--aws", "embedded", "--resources", "resources.json", "--record", "r.json")
    assert result.exit_code == 2
    recorded = json.loads((folder / "r.json").read_text())
    assert list(recorded["StateMachines"]["m"]["TestCases"]["Recorded"]) == ["Get"]


def test_a_file_that_cannot_be_written(folder):
    result = run(folder, row(A={"Type": "Pass"}), "--record", "nowhere/r.json")
    assert result.exit_code == 2
    assert "--record: cannot write 'nowhere/r.json': there is no directory 'nowhere'" in result.stderr


def test_the_mock_file_of_the_run_is_not_overwritten(folder):
    (folder / "r.json").write_text(
        json.dumps({"StateMachines": {"m": {"TestCases": {"C": {}}}}, "MockedResponses": {}})
    )
    result = run(folder, row(A={"Type": "Pass"}), "--mock", "r.json", "--record", "r.json")
    assert result.exit_code == 2
    assert "would overwrite a file that this run reads" in result.stderr


def test_in_real_time_answers_are_in_the_order_of_their_calls(folder):
    embedded = ("--aws", "embedded", "--resources", "resources.json", "--record", "r.json", "--real-time")
    given = ("--input", json.dumps({"ids": ["a.txt", "1", "a.txt", "2", "a.txt", "3"]}))
    first = run(folder, row(M=FETCH_EACH), *embedded, *given)
    second = run(folder, row(M=FETCH_EACH), "--mock", "r.json", *given)
    outputs = [json.loads(each.stdout)["output"] for each in (first, second)]
    assert outputs == [["text", "S3.NoSuchKeyException"] * 3] * 2
