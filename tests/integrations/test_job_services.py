"""Jobs of Batch, Glue, CodeBuild and Athena as users see them."""

import json
from typing import Any

import pytest
from asl_aws import jobs
from asl_aws.clients import Clients
from asl_aws.service_errors import SdkClientError, ServiceError

from asl.integration import Settings
from asl.values import JSON
from tests.integrations.calls import call, failure
from tests.integrations.job_service import (
    ATHENA,
    BATCH,
    BUILD,
    ECS,
    ENDED,
    GLUE,
    METADATA,
    MILLISECONDS,
    MOMENT,
    STARTS,
    SUBMIT,
    SUBMITTED,
    WAITED,
    batch_jobs,
    build,
    builds,
    details,
    history,
    job_run,
    machine,
    query,
    run,
)

# -- batch -----------------------------------------------------------------------------------------------------------

MANAGED = {"name": "MANAGED_BY_AWS", "value": "STARTED_BY_STEP_FUNCTIONS"}


def test_a_batch_job(serve: Any) -> None:
    service = serve(
        SubmitJob=[SUBMITTED], DescribeJobs=[batch_jobs("RUNNABLE"), batch_jobs("STARTING"), batch_jobs("SUCCEEDED")]
    )
    parameters = {
        **SUBMIT,
        "ContainerOverrides": {"Environment": [{"Name": "A", "Value": "1"}]},
        "Parameters": {"a": "b"},
    }
    done = run(f"{BATCH}.sync", parameters)
    assert history(done) == [*WAITED, "TaskSucceeded", *ENDED]
    assert service.parameters("SubmitJob") == {
        "jobName": "load",
        "jobQueue": "queue",
        "jobDefinition": "load:1",
        "containerOverrides": {"environment": [{"name": "A", "value": "1"}, MANAGED]},
        "parameters": {"a": "b"},
    }
    assert service.parameters("DescribeJobs") == {"jobs": ["job-1"]}
    assert list(json.loads(details(done, "TaskSubmitted")["output"])) == ["JobArn", "JobId", "JobName", *METADATA]
    assert (done.output["JobId"], done.output["Status"]) == ("job-1", "SUCCEEDED")


def test_a_batch_job_that_failed_is_told_as_it_is_recorded(serve: Any) -> None:
    attempt = {"container": {"exitCode": 1, "networkInterfaces": []}, "startedAt": 7, "stoppedAt": 8}
    failed = batch_jobs("FAILED", statusReason="Essential container in task exited", attempts=[attempt], dependsOn=[])
    serve(SubmitJob=[SUBMITTED], DescribeJobs=[failed])
    done = run(f"{BATCH}.sync", SUBMIT)
    assert done.error == "States.TaskFailed"
    assert done.cause == (
        '{"Attempts":[{"Container":{"ExitCode":1,"NetworkInterfaces":[]},"StartedAt":7,"StoppedAt":8}],"DependsOn":[],'
        '"JobDefinition":"load:1","JobId":"job-1","JobName":"load","JobQueue":"queue","Parameters":{"z":"1","a":"2"},'
        '"StartedAt":7,"Status":"FAILED","StatusReason":"Essential container in task exited"}'
    )


def test_who_manages_a_batch_job_is_said_once() -> None:
    integration = jobs.Jobs(Clients(Settings()), print)
    once = integration.arranged(f"{BATCH}.sync", SUBMIT)
    assert once["ContainerOverrides"]["Environment"] == [{"Name": MANAGED["name"], "Value": MANAGED["value"]}]
    assert integration.arranged(f"{BATCH}.sync", once) == once
    assert integration.arranged(BATCH, SUBMIT) == SUBMIT
    of_nodes = {**SUBMIT, "NodeOverrides": {"NumNodes": 2}}
    assert integration.arranged(f"{BATCH}.sync", of_nodes) == of_nodes
    assert "ContainerOverrides" not in SUBMIT


SHARE = ServiceError("ServerException", "Failed to create shareIdentifier default", 500, "2bbaad70")
SHARE_CAUSE = (
    "Failed to create shareIdentifier default "
    "(Service: AWSBatch; Status Code: 500; Error Code: ServerException; Request ID: 2bbaad70; Proxy: null)"
)


def test_a_job_that_is_not_started(serve: Any) -> None:
    serve(SubmitJob=[SHARE])
    done = run(f"{BATCH}.sync", SUBMIT)
    assert history(done) == [*WAITED[:4], "TaskSubmitFailed", "ExecutionFailed"]
    assert details(done, "TaskSubmitFailed") == {
        "resourceType": "batch",
        "resource": "submitJob.sync",
        "error": "Batch.ServerException",
        "cause": SHARE_CAUSE,
    }
    done = run(BATCH, SUBMIT)
    assert history(done) == [*WAITED[:4], "TaskFailed", "ExecutionFailed"]
    assert (done.error, done.cause) == ("Batch.ServerException", SHARE_CAUSE)


@pytest.mark.parametrize(
    ("resource", "start", "code", "name"),
    [
        (BATCH, "SubmitJob", "AuthorizerConfigurationException", "Batch.AWSBatchException"),
        (ECS, "RunTask", "ClusterNotFoundException", "ECS.ClusterNotFoundException"),
        (ECS, "RunTask", "ThrottlingException", "ECS.AmazonECSException"),
        (GLUE, "StartJobRun", "ConcurrentRunsExceededException", "Glue.ConcurrentRunsExceededException"),
        (GLUE, "StartJobRun", "ThrottlingException", "Glue.AWSGlueException"),
        (BUILD, "StartBuild", "ResourceNotFoundException", "CodeBuild.ResourceNotFoundException"),
        (BUILD, "StartBuild", "AccessDeniedException", "CodeBuild.AWSCodeBuildException"),
        (ATHENA, "StartQueryExecution", "InvalidRequestException", "Athena.InvalidRequestException"),
        (ATHENA, "StartQueryExecution", "AccessDeniedException", "Athena.AmazonAthenaException"),
    ],
)
def test_names_of_errors(serve: Any, resource: str, start: str, code: str, name: str) -> None:
    serve(**{start: [ServiceError(code, "?", 400, "r")]})
    answer = jobs.Jobs(Clients(Settings()), print).perform(call(resource, STARTS[resource]))
    assert failure(answer)[0] == name


def test_a_service_that_is_not_reached(serve: Any) -> None:
    serve(SubmitJob=[SdkClientError("Unable to execute HTTP request: refused")])
    done = run(f"{BATCH}.sync", SUBMIT)
    assert (done.error, done.cause) == ("Batch.SdkClientException", "Unable to execute HTTP request: refused")


# -- glue ------------------------------------------------------------------------------------------------------------


def test_a_glue_job(serve: Any) -> None:
    end = job_run("SUCCEEDED", MaxCapacity=0.0625, PredecessorRuns=[], Arguments={"--b": "1", "--a": "2"})
    service = serve(StartJobRun=[{"JobRunId": "jr_1"}], GetJobRun=[job_run("STARTING"), end])
    done = run(f"{GLUE}.sync", {"JobName": "etl", "Arguments": {"--b": "1"}})
    assert json.dumps(done.output) == json.dumps(
        {
            "Arguments": {"--b": "1", "--a": "2"},
            "Id": "jr_1",
            "JobName": "etl",
            "JobRunState": "SUCCEEDED",
            "MaxCapacity": 0.0625,
            "PredecessorRuns": [],
            "StartedOn": MILLISECONDS,
        }
    )
    submitted = json.loads(details(done, "TaskSubmitted")["output"])
    assert list(submitted.items()) == [("JobRunId", "jr_1"), *METADATA.items(), ("JobName", "etl")]
    assert service.parameters("GetJobRun") == {"JobName": "etl", "RunId": "jr_1"}
    assert json.loads(details(done, "TaskScheduled")["parameters"]) == {"JobName": "etl", "Arguments": {"--b": "1"}}


@pytest.mark.parametrize("state", ["FAILED", "TIMEOUT", "ERROR", "EXPIRED"])
def test_a_glue_job_that_failed(serve: Any, state: str) -> None:
    serve(StartJobRun=[{"JobRunId": "jr_1"}], GetJobRun=[job_run(state, ErrorMessage="out of memory")])
    done = run(f"{GLUE}.sync", {"JobName": "etl"})
    assert done.error == "States.TaskFailed"
    cause = json.loads(done.cause or "")
    assert (cause["JobRunState"], cause["ErrorMessage"]) == (state, "out of memory")


# -- codebuild -------------------------------------------------------------------------------------------------------


def build_batch(status: str) -> dict[str, Any]:
    return {"id": "p:2", "buildBatchStatus": status}


def test_a_build(serve: Any) -> None:
    polls = [builds("IN_PROGRESS"), builds("SUCCEEDED")]
    service = serve(StartBuild=[build("IN_PROGRESS")], BatchGetBuilds=polls)
    variables = [{"Name": "A", "Value": "1", "Type": "PLAINTEXT"}]
    done = run(f"{BUILD}.sync", {"ProjectName": "p", "EnvironmentVariablesOverride": variables})
    assert done.output == {"Build": {"BuildStatus": "SUCCEEDED", "Id": "p:1", "StartTime": MILLISECONDS}}
    assert json.loads(details(done, "TaskSubmitted")["output"])["Build"]["BuildStatus"] == "IN_PROGRESS"
    assert service.parameters("StartBuild") == {
        "projectName": "p",
        "environmentVariablesOverride": [{"name": "A", "value": "1", "type": "PLAINTEXT"}],
    }
    assert service.parameters("BatchGetBuilds") == {"ids": ["p:1"]}


@pytest.mark.parametrize("status", ["FAILED", "FAULT", "TIMED_OUT", "STOPPED"])
def test_a_build_that_failed(serve: Any, status: str) -> None:
    serve(StartBuild=[build("IN_PROGRESS")], BatchGetBuilds=[builds(status)])
    done = run(f"{BUILD}.sync", {"ProjectName": "p"})
    assert done.error == "States.TaskFailed"
    assert json.loads(done.cause or "")["Build"]["BuildStatus"] == status


@pytest.mark.parametrize(
    ("action", "parameters"), [("startBuildBatch", {"ProjectName": "p"}), ("retryBuildBatch", {"Id": "p:1"})]
)
def test_a_batch_of_builds(serve: Any, action: str, parameters: JSON) -> None:
    start = action[0].upper() + action[1:]
    describe = [{"buildBatches": [build_batch("SUCCEEDED")]}]
    service = serve(**{start: [{"buildBatch": build_batch("IN_PROGRESS")}]}, BatchGetBuildBatches=describe)
    done = run(f"arn:aws:states:::codebuild:{action}.sync", parameters)
    assert done.output == {"BuildBatch": {"BuildBatchStatus": "SUCCEEDED", "Id": "p:2"}}
    assert service.parameters("BatchGetBuildBatches") == {"ids": ["p:2"]}


def test_a_build_is_stopped_by_an_action(serve: Any) -> None:
    service = serve(StopBuild=[build("STOPPED")])
    done = run("arn:aws:states:::codebuild:stopBuild", {"Id": "p:1"})
    assert done.output["Build"]["BuildStatus"] == "STOPPED"
    assert service.parameters("StopBuild") == {"id": "p:1"}


# -- athena ----------------------------------------------------------------------------------------------------------


def test_a_query(serve: Any) -> None:
    service = serve(
        StartQueryExecution=[{"QueryExecutionId": "q"}],
        GetQueryExecution=[query("QUEUED"), query("RUNNING"), query("SUCCEEDED", CompletionDateTime=MOMENT)],
    )
    done = run(f"{ATHENA}.sync", {"QueryString": "SELECT 1", "WorkGroup": "primary", "ResultConfiguration": {}})
    assert details(done, "TaskSucceeded")["output"] == (
        '{"QueryExecution":{"Query":"SELECT 1","QueryExecutionId":"q","Status":{"CompletionDateTime":1710119488250,'
        '"State":"SUCCEEDED","SubmissionDateTime":1710119488250},"WorkGroup":"primary"}}'
    )
    assert json.loads(details(done, "TaskSubmitted")["output"]) == {"QueryExecutionId": "q"}
    assert service.parameters("GetQueryExecution") == {"QueryExecutionId": "q"}


@pytest.mark.parametrize("state", ["FAILED", "CANCELLED"])
def test_a_query_that_failed(serve: Any, state: str) -> None:
    serve(
        StartQueryExecution=[{"QueryExecutionId": "q"}],
        GetQueryExecution=[query(state, StateChangeReason="TABLE_NOT_FOUND")],
    )
    done = run(f"{ATHENA}.sync", {"QueryString": "SELECT 1"})
    assert done.error == "States.TaskFailed"
    assert json.loads(done.cause or "")["QueryExecution"]["Status"]["StateChangeReason"] == "TABLE_NOT_FOUND"


def test_results_of_a_query(serve: Any) -> None:
    rows = [{"Data": [{"VarCharValue": "uri"}]}]
    serve(GetQueryResults=[{"UpdateCount": 0, "ResultSet": {"Rows": rows}}])
    done = run("arn:aws:states:::athena:getQueryResults", {"QueryExecutionId": "q", "MaxResults": 10})
    assert json.dumps(done.output) == json.dumps({"ResultSet": {"Rows": rows}, "UpdateCount": 0})


def test_a_query_of_moto() -> None:
    done = machine(f"{ATHENA}.sync", {"QueryString": "SELECT 1"}).run(aws="embedded")
    assert history(done) == [*WAITED, "TaskSucceeded", *ENDED]
    execution = done.output["QueryExecution"]
    assert (execution["Query"], execution["Status"]["State"]) == ("SELECT 1", "SUCCEEDED")
    assert isinstance(execution["Status"]["CompletionDateTime"], int)
