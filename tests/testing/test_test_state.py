"""TestState offline: requests, refusals, mocks, what of the data flow is shown. Recordings: tests/conformance."""

import json
from typing import Any

import pytest

from asl.errors import HostError, InputError
from asl.testing import ApiError, test_state

ROLE = "arn:aws:iam::123456789012:role/Test"
INVOKE = "arn:aws:states:::lambda:invoke"


def task(resource: str = INVOKE, **fields: Any) -> dict[str, Any]:
    parameters = {"FunctionName": "work", "Payload.$": "$"} if resource.startswith(INVOKE) else {"TaskDefinition": "t"}
    return {"Type": "Task", "Resource": resource, "Parameters": parameters, "Next": "Then", **fields}


def map_state(**fields: Any) -> dict[str, Any]:
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "Each",
        "States": {"Each": {"Type": "Pass", "End": True}},
    }
    return {"Type": "Map", "ItemProcessor": processor, "End": True, **fields}


def refused(*args: Any, **request: Any) -> tuple[str, str]:
    with pytest.raises(ApiError) as caught:
        test_state(*args, **request)
    return caught.value.code, caught.value.message


def shown(*args: Any, **request: Any) -> dict[str, Any]:
    """The inspection data, with its JSON texts as values."""
    data = test_state(*args, inspectionLevel="TRACE", **request)["inspectionData"]
    return {name: json.loads(value) if isinstance(value, str) else value for name, value in data.items()}


# -- requests --------------------------------------------------------------------------------------------------------


def test_values_may_stand_for_json_texts() -> None:
    state = {"Type": "Pass", "Parameters": {"a.$": "$.b", "v.$": "$x"}, "Next": "N"}
    given = {"input": {"b": [1]}, "variables": {"x": "ü"}}
    answer = test_state(state, **given)
    assert answer == {"output": '{"a": [1], "v": "ü"}', "nextState": "N", "status": "SUCCEEDED"}
    assert test_state(json.dumps(state), **{name: json.dumps(value) for name, value in given.items()}) == answer


def test_the_name_is_no_test_for_pytest() -> None:
    assert test_state.__test__ is False


def test_the_input_is_an_empty_object_unless_given() -> None:
    assert test_state({"Type": "Succeed"})["output"] == "{}"


def test_texts_are_given_back_as_they_were_written() -> None:
    assert test_state({"Type": "Succeed"}, input='{"a":  1}')["output"] == '{"a":  1}'


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ({"definition": ""}, "Invalid length for parameter definition, value: 0, valid min length: 1"),
        ({"stateName": ""}, "Invalid length for parameter stateName, value: 0, valid min length: 1"),
        ({"mock": []}, "Invalid type for parameter mock, value: [], type: <class 'list'>, valid types: <class 'dict'>"),
        (
            {"mock": {"reslt": "1"}},
            'Unknown parameter in mock: "reslt", must be one of: result, errorOutput, fieldValidationMode'
            " (did you mean 'result'?)",
        ),
        (
            {"stateConfiguration": {"retrierRetryCount": -1}},
            "Invalid value for parameter stateConfiguration.retrierRetryCount, value: -1, valid min value: 0",
        ),
        (
            {"revealSecrets": "yes"},
            "Invalid type for parameter revealSecrets, value: yes, type: <class 'str'>, valid types: <class 'bool'>",
        ),
        (
            {"stateConfiguration": {"mapIterationFailureCount": True}},
            "Invalid type for parameter stateConfiguration.mapIterationFailureCount, value: True,"
            " type: <class 'bool'>, valid types: <class 'int'>",
        ),
    ],
)
def test_what_an_sdk_would_not_send(request_: dict[str, Any], said: str) -> None:
    given = {"definition": {"Type": "Succeed"}, **request_}
    with pytest.raises(ApiError) as caught:
        test_state(**given)
    assert (caught.value.code, str(caught.value)) == (
        "ParamValidationError",
        f"Parameter validation failed:\n{said}",
    )


def test_what_the_service_would_not_look_at() -> None:
    code, message = refused({"Type": "Succeed"}, inspectionLevel="LOUD", roleArn="r" * 257)
    assert code == "ValidationException"
    assert message.startswith("2 validation errors detected: Value 'r")
    assert "Member must satisfy enum value set: [INFO, DEBUG, TRACE]" in message
    assert "Value at 'input' failed" in refused({"Type": "Succeed"}, input=f'"{"x" * 262_143}"')[1]


def test_parameters_that_there_are_not() -> None:
    with pytest.raises(InputError, match="no parameter 'stateNam'; did you mean 'stateName'"):
        test_state({"Type": "Succeed"}, stateNam="A")
    with pytest.raises(InputError, match="input is not a JSON value"):
        test_state({"Type": "Succeed"}, input=object())


@pytest.mark.parametrize(
    ("definition", "request_", "code", "said"),
    [
        ({"Type": "Succeed"}, {"input": "{"}, "InvalidExecutionInput", "Invalid State Machine Execution Input: '"),
        ({"Type": "Succeed"}, {"variables": [1]}, "ValidationException", "Variables must be a JSON object"),
        ({"Type": "Succeed"}, {"context": {}}, "ValidationException", "does not support Context when a mock is not"),
        (task(), {"mock": {}}, "ValidationException", "only one of the following fields: [result, errorOutput]"),
        (task(), {"mock": {"result": "{"}}, "ValidationException", "must be valid JSON"),
        (task(), {"mock": {"result": "1e999"}}, "ValidationException", "must be valid JSON"),
        (task(), {"mock": {"result": "NaN"}}, "ValidationException", "must be valid JSON"),
        (task(), {"mock": {"result": "[" * 9999 + "]" * 9999}}, "ValidationException", "must be valid JSON"),
        ({"Type": "Succeed"}, {"input": "[" * 9999 + "]" * 9999}, "InvalidExecutionInput", "the input is n"),
        ("[" * 9999 + "]" * 9999, {}, "InvalidDefinition", "deep"),
        (task(), {"mock": {"result": {}}, "context": []}, "ValidationException", "Invalid Context object provided: "),
        (task(), {"mock": {"result": {}}, "context": {"State": 1}}, "ValidationException", "State must be an object"),
        (
            task(),
            {"mock": {"result": {}}, "context": {"State": {"RetryCount": "1"}}},
            "ValidationException",
            "Invalid Context object provided: State.RetryCount must be a number",
        ),
        (
            task(),
            {"stateConfiguration": {"retrierRetryCount": 1}},
            "ValidationException",
            "TestState does not support RetrierRetryCount when a mock is not specified.",
        ),
        (
            map_state(),
            {"mock": {"result": []}, "stateConfiguration": {"errorCausedByState": "Other"}, "input": []},
            "ValidationException",
            "State not found in definition",
        ),
        (map_state(), {"mock": {"result": {}}, "input": []}, "ValidationException", "Mocked result must be an array."),
        (
            map_state(ResultWriter={"Resource": "arn:aws:states:::s3:putObject"}),
            {"mock": {"result": []}, "input": []},
            "ValidationException",
            "Mocked result must be a JSON object.",
        ),
        (
            task("${Work}"),
            {},
            "InvalidDefinition",
            "(give it a value: --define Work=value) at /States/StateName/Resource",
        ),
        ("[]", {}, "InvalidDefinition", "'SCHEMA_VALIDATION_FAILED: Definition must be a valid JSON object at /'"),
        ("{", {}, "InvalidDefinition", "Invalid State Machine Definition: 'INVALID_JSON_DESCRIPTION: "),
        ({"Type": "Pass"}, {}, "InvalidDefinition", "at /States/StateName'"),
        (
            {"Type": "Pass", "End": True, "Foo": 1, "Output": {}},
            {},
            "InvalidDefinition",
            "'SCHEMA_VALIDATION_FAILED: Field 'Foo' is not supported at /States/StateName, SCHEMA_VALIDATION_FAILED: "
            "The QueryLanguage is set to 'JSONPath', but field 'Output' is only supported",
        ),
        (
            {"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": 1, "Next": "B"}]},
            {},
            "InvalidDefinition",
            "at /States/StateName/Choices[0]/IsNull'",
        ),
        (
            {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}, "C": {"Type": "Succeed"}}},
            {"stateName": "C"},
            "InvalidDefinition",
            "MISSING_TRANSITION_TARGET: Missing 'Next' target: B at /States/A/Next",
        ),
        (
            {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "A"}}},
            {"stateName": "A"},
            "InvalidDefinition",
            "'MISSING_END_STATE: Workflow has no terminal state at null'",
        ),
    ],
)
def test_what_the_api_refuses(definition: Any, request_: dict[str, Any], code: str, said: str) -> None:
    refusal = refused(definition, **request_)
    assert refusal[0] == code
    assert said in refusal[1]


# -- tasks -----------------------------------------------------------------------------------------------------------


def test_a_task_without_a_mock_is_answered_by_what_there_is() -> None:
    answer = test_state(task(), roleArn=ROLE, input={"a": 1}, lambdas={"work": lambda event, context: event["a"] + 1})
    assert json.loads(answer["output"])["Payload"] == 2
    answer = test_state(task("arn:aws:states:::example:work"), roleArn=ROLE, tasks={"StateName": lambda given: "done"})
    assert answer == {"output": '"done"', "nextState": "Then", "status": "SUCCEEDED"}


def test_placeholders_are_filled() -> None:
    state = {"Type": "Pass", "Result": "${Name}", "End": True}
    assert test_state(state, define={"Name": "x"})["output"] == '"x"'


def test_results_that_are_not_written_elsewhere() -> None:
    state = map_state(ResultWriter={"WriterConfig": {"OutputType": "JSON", "Transformation": "COMPACT"}})
    assert test_state(state, input=[], mock={"result": [1]})["output"] == "[1]"


def test_a_task_that_nothing_answers() -> None:
    with pytest.raises(HostError) as caught:
        test_state(task(), roleArn=ROLE)
    assert "mock={" in str(caught.value)
    assert 'test_state(..., lambdas={"work": handler})' in str(caught.value)
    assert "--mock FILE" not in str(caught.value)


@pytest.mark.parametrize(
    "resource",
    [
        f"{INVOKE}.waitForTaskToken",
        "arn:aws:states:::ecs:runTask.sync",
        "arn:aws:states:us-east-1:123456789012:activity:work",
    ],
)
def test_tasks_that_wait_need_a_mock(resource: str) -> None:
    assert "when a mock is not specified" in refused(task(resource), roleArn=ROLE)[1]
    answer = test_state(task(resource), mock={"errorOutput": {"error": "E", "cause": "C"}})
    assert answer == {"error": "E", "cause": "C", "status": "FAILED"}


def test_a_call_is_made_once_though_its_error_would_be_retried() -> None:
    calls = []

    def work(event: Any, context: Any) -> None:
        calls.append(event)
        raise ValueError("no")

    retry = [{"ErrorEquals": ["States.Timeout"]}, {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 7}]
    answer = test_state(task(Retry=retry), roleArn=ROLE, lambdas={"work": work}, inspectionLevel="DEBUG")
    assert (answer["status"], answer["error"], len(calls)) == ("RETRIABLE", "ValueError", 1)
    assert answer["inspectionData"]["errorDetails"] == {"retryIndex": 1, "retryBackoffIntervalSeconds": 7}


@pytest.mark.parametrize(
    ("retries", "seconds"), [(0, 3), (1, 6), (2, 10), (3, None)]
)  # 3 * 2 ** retries, at most MaxDelaySeconds
def test_the_longest_time_before_the_next_attempt(retries: int, seconds: int | None) -> None:
    retrier = {"ErrorEquals": ["E"], "IntervalSeconds": 3, "MaxDelaySeconds": 10, "JitterStrategy": "FULL"}
    details = shown(
        task(Retry=[retrier]),
        mock={"errorOutput": {"error": "E"}},
        stateConfiguration={"retrierRetryCount": retries},
    )["errorDetails"]
    assert details.get("retryBackoffIntervalSeconds") == seconds


def test_an_error_is_caught_when_its_retries_are_used_up() -> None:
    catch = [{"ErrorEquals": ["Other"], "Next": "A"}, {"ErrorEquals": ["States.ALL"], "ResultPath": "$.e", "Next": "B"}]
    answer = test_state(
        task(Retry=[{"ErrorEquals": ["E"], "MaxAttempts": 1}], Catch=catch),
        input={"a": 1},
        mock={"errorOutput": {"error": "E", "cause": "C"}},
        stateConfiguration={"retrierRetryCount": 1},
        inspectionLevel="DEBUG",
    )
    assert answer["inspectionData"].pop("errorDetails") == {"retryIndex": 0, "catchIndex": 1}
    assert answer == {
        "output": '{"a": 1, "e": {"Error": "E", "Cause": "C"}}',
        "error": "E",
        "cause": "C",
        "inspectionData": {
            "input": '{"a": 1}',
            "afterInputPath": '{"a": 1}',
            "afterParameters": '{"FunctionName": "work", "Payload": {"a": 1}}',
        },
        "nextState": "B",
        "status": "CAUGHT_ERROR",
    }


def test_a_token_is_in_the_context_object_and_a_given_context_object_is_all_of_it() -> None:
    state = task(f"{INVOKE}.waitForTaskToken", Parameters={"FunctionName": "f", "Payload": {"t.$": "$$.Task.Token"}})
    mock = {"result": 1}
    assert shown(state, mock=mock)["afterParameters"]["Payload"]["t"]
    assert shown(state, mock=mock, context={"Task": {"Token": "x"}})["afterParameters"]["Payload"] == {"t": "x"}
    assert test_state(state, mock=mock, context={"State": {}})["error"] == "States.Runtime"


def test_the_answer_of_a_callback_may_be_anything() -> None:
    answer = test_state(task(f"{INVOKE}.waitForTaskToken"), mock={"result": {"StatusCode": "any"}})
    assert answer["status"] == "SUCCEEDED"


def test_states_that_take_too_long() -> None:
    assert test_state({"Type": "Wait", "Seconds": 299, "End": True})["status"] == "SUCCEEDED"
    answer = test_state({"Type": "Wait", "Seconds": 301, "End": True})
    assert answer == {"error": "States.Timeout", "status": "FAILED"}


# -- shapes of mocked results ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("resource", "result", "problem"),
    [
        ("lambda:invoke", {"Payload": {"a": 1}}, "Field 'Payload' must be a string"),
        ("lambda:invoke", 1, "Mock result must be an object"),
        ("lambda:invoke", {"StatusCode": True}, "Field 'StatusCode' must be a number"),
        ("lambda:invoke", {"StatusCode": None, "Any": []}, None),
        ("sqs:sendMessage", {"MessageId": 1}, "Field 'MessageId' must be a string"),
        ("sns:publish", {"MessageId": []}, "Field 'MessageId' must be a string"),
        ("dynamodb:getItem", {"Item": []}, "Field 'Item' must be an object"),
        ("dynamodb:getItem", {"Item": {"id": {"S": 1}}}, "Field 'S' must be a string"),
        ("dynamodb:getItem", {"Item": {"id": {"BOOL": "true"}}}, "Field 'BOOL' must be a boolean"),
        ("dynamodb:getItem", {"Item": {"id": {"L": [{"N": "1"}, {"N": 1}]}}}, "Field 'N' must be a string"),
        ("states:startExecution", {"ExecutionArn": "", "StartDate": "x"}, "smaller than the minimum length"),
        ("states:startExecution", {"ExecutionArn": "x" * 257, "StartDate": "x"}, "exceeds the maximum length"),
        ("states:startExecution.sync:2", {"ExecutionArn": "x"}, "Required field 'StateMachineArn' is missing"),
        (
            "states:startExecution.sync",
            {"ExecutionArn": "x", "StateMachineArn": "x", "Status": "DONE", "StartDate": "x"},
            "Field 'Status' is not an expected value",
        ),
        ("ecs:runTask", {"Tasks": [{"LastStatus": 1}]}, "Field 'LastStatus' must be a string"),
        ("ecs:runTask.sync", {"Failures": 1}, "Field 'Failures' must be an array"),
        ("batch:submitJob", {"JobId": "1"}, "Required field 'JobName' is missing"),
        ("batch:submitJob.sync", {"JobId": 1}, None),
        ("batch:submitJob.sync", {"Jobs": [{"JobName": "x"}]}, "Required field 'JobId' is missing"),
        ("aws-sdk:sfn:startSyncExecution", {}, "Required field 'ExecutionArn' is missing"),
        ("aws-sdk:rds:describeDBInstances", {"DbInstances": [{"DbInstanceArn": 1}]}, "Field 'DbInstanceArn' must be"),
        ("aws-sdk:kms:encrypt", {"CiphertextBlob": "x" * 7000}, "Field 'CiphertextBlob' exceeds the maximum length"),
        ("apigateway:invoke", {"StatusCode": "200"}, None),
        ("http:invoke", {"StatusCode": "200"}, None),
        ("eks:call", {"StatusCode": "200"}, None),
    ],
)
def test_results_are_held_against_shapes(resource: str, result: Any, problem: str | None) -> None:
    state = {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", "End": True, "Parameters": {}}
    if problem is None:
        test_state(state, mock={"result": result})
    else:
        code, message = refused(state, mock={"result": result})
        assert code == "ValidationException"
        assert message.startswith("Mock result schema validation error: ")
        assert problem in message
    test_state(state, mock={"result": result, "fieldValidationMode": "NONE"})


def test_present_fields_only() -> None:
    state = {"Type": "Task", "Resource": "arn:aws:states:::batch:submitJob.sync", "End": True, "Parameters": {}}
    present = {"fieldValidationMode": "PRESENT"}
    assert "Field 'JobId'" in refused(state, mock={"result": {"Jobs": [{"JobId": 1}]}, **present})[1]
    assert test_state(state, mock={"result": {"Jobs": [{"JobName": "x"}]}, **present})["error"] == "States.Runtime"


def test_functions_may_give_anything() -> None:
    resource = "arn:aws:lambda:us-east-1:123456789012:function:work"
    state = {"Type": "Task", "Resource": resource, "End": True}
    assert test_state(state, mock={"result": "[1]"})["output"] == "[1]"


# -- what is shown ---------------------------------------------------------------------------------------------------


def test_variables_are_those_before_with_those_assigned() -> None:
    state = {"Type": "Pass", "Assign": {"b.$": "$.x", "c": 3}, "End": True}
    assert shown(state, input={"x": 2}, variables={"a": 1, "b": 1})["variables"] == {"a": 1, "b": 2, "c": 3}
    failing = {"Type": "Pass", "Assign": {"b.$": "$.nowhere"}, "End": True}
    assert shown(failing, variables={"a": 1})["variables"] == {"a": 1}


def test_failures_of_fields_have_no_opening() -> None:
    state = {"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $states.input.a %}", "End": True}
    assert test_state(state) == {
        "error": "States.QueryEvaluationError",
        "cause": "The JSONata expression '$states.input.a' specified for the field 'Output' returned nothing"
        " (undefined).",
        "status": "FAILED",
    }


def test_the_inputs_of_iterations_and_their_batches() -> None:
    data = shown(
        map_state(
            ItemsPath="$.items",
            ItemSelector={"value.$": "$$.Map.Item.Value", "at.$": "$$.Map.Item.Index", "k.$": "$.k"},
            ItemBatcher={"MaxItemsPerBatchPath": "$.k", "BatchInput": {"k.$": "$.k"}},
            MaxConcurrency=3,
        ),
        input={"items": ["a", "b", "c"], "k": 2},
        mock={"result": []},
    )
    inputs = [{"value": value, "at": at, "k": 2} for at, value in enumerate("abc")]
    assert data["afterItemsPath"] == ["a", "b", "c"]
    assert data["afterItemSelector"] == inputs
    assert data["afterItemBatcher"] == [
        {"BatchInput": {"k": 2}, "Items": inputs[:2]},
        {"BatchInput": {"k": 2}, "Items": inputs[2:]},
    ]
    assert data["maxConcurrency"] == 3


def test_batches_by_their_bytes() -> None:
    state = map_state(QueryLanguage="JSONata", ItemBatcher={"MaxInputBytesPerBatch": "{% 17 %}"})
    batches = shown(state, input=["aaa", "b", "c" * 20], mock={"result": []})["afterItemBatcher"]
    assert [batch["Items"] for batch in batches] == [["aaa"], ["b"], ["c" * 20]]
    state["ItemBatcher"] = {"MaxInputBytesPerBatch": 21}
    batches = shown(state, input=["aaa", "b", "c" * 20], mock={"result": []})["afterItemBatcher"]
    assert [batch["Items"] for batch in batches] == [["aaa", "b"], ["c" * 20]]


@pytest.mark.parametrize(
    ("config", "text", "items"),
    [
        ({"InputType": "JSON"}, "[1, 2]", [1, 2]),
        ({"InputType": "JSON", "ItemsPointer": "/a/0/b~1c"}, '{"a": [{"b/c": [1]}]}', [1]),
        ({"InputType": "JSON", "MaxItems": 1}, "[1, 2]", [1]),
        ({"InputType": "JSON"}, '{"k": 1}', [{"Key": "k", "Value": 1}]),
        ({"InputType": "JSONL"}, '{"a": 1}\n\n{"a": 2}\n', [{"a": 1}, {"a": 2}]),
        (
            {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"},
            'a,b\n1,"2,3"\n4\n5,6,7\n',
            [{"a": "1", "b": "2,3"}, {"a": "4", "b": ""}, {"a": "5", "b": "6"}],
        ),
        (
            {"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["x"], "CSVDelimiter": "PIPE"},
            "1|2",
            [{"x": "1"}],
        ),
        ({}, '[{"Key": "a.json", "Size": 1}]', [{"Key": "a.json", "Size": 1}]),
        (
            {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"},
            'a,b\r\n"two\nlines",1\u2028\r\n',
            [{"a": "two\nlines", "b": "1\u2028"}],
        ),
        ({"InputType": "JSONL"}, '{"a": "one\u2028line"}\r\n{"a": 2}', [{"a": "one\u2028line"}, {"a": 2}]),
    ],
)
def test_what_an_item_reader_reads(config: dict[str, Any], text: str, items: list[Any]) -> None:
    reader = {"Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket": "b"}, "ReaderConfig": config}
    state = map_state(ItemReader=reader, ItemSelector={"v.$": "$$.Map.Item.Value"})
    data = shown(state, mock={"result": []}, stateConfiguration={"mapItemReaderData": text})
    assert data["afterItemSelector"] == [{"v": item} for item in items]
    assert data.get("afterItemsPointer") == (items if "ItemsPointer" in config else None)


@pytest.mark.parametrize(
    ("language", "limit"),
    [("JSONPath", {"MaxItemsPath": "$.most"}), ("JSONata", {"MaxItems": "{% $states.input.most %}"})],
)
def test_how_many_items_are_read_may_be_computed(language: str, limit: dict[str, str]) -> None:
    name = "Parameters" if language == "JSONPath" else "Arguments"
    reader = {"Resource": "arn:aws:states:::s3:getObject", name: {"Bucket": "b"}, "ReaderConfig": limit}
    state = map_state(QueryLanguage=language, ItemReader=reader, ItemSelector={})
    given = {"mock": {"result": []}, "stateConfiguration": {"mapItemReaderData": "[1, 2, 3]"}}
    assert shown(state, input={"most": 2}, **given)["afterItemSelector"] == [{}, {}]
    assert test_state(state, input={"most": "2"}, **given)["status"] == "FAILED"


@pytest.mark.parametrize(
    ("config", "text"),
    [
        ({"InputType": "JSON"}, "no JSON"),
        ({"InputType": "JSON"}, "[NaN]"),
        ({"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}, "a\n" + "x" * 140_000),
        ({"InputType": "JSON"}, "1"),
        ({"InputType": "JSON", "ItemsPointer": "/a"}, "{}"),
        ({"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}, "a,a\n1,2"),
    ],
)
def test_what_an_item_reader_cannot_read_is_caught(config: dict[str, Any], text: str) -> None:
    reader = {"Resource": "arn:aws:states:::s3:getObject", "Arguments": {"Bucket": "b"}, "ReaderConfig": config}
    catch = [{"ErrorEquals": ["States.ItemReaderFailed"], "Next": "Sorry"}]
    state = map_state(QueryLanguage="JSONata", ItemReader=reader, Catch=catch)
    answer = test_state(state, mock={"result": []}, stateConfiguration={"mapItemReaderData": text})
    assert (answer["status"], answer["nextState"]) == ("CAUGHT_ERROR", "Sorry")


@pytest.mark.parametrize(
    ("config", "problem"),
    [
        ({"InputType": "XML"}, "should have one of these values: [CSV, JSON, JSONL, MANIFEST, PARQUET]"),
        ({"CSVDelimiter": 5}, "CSVDelimiter must be a string"),
        (
            {"CSVHeaders": ["a", 1]},
            "a header must be a string, not a number at /States/StateName/ItemReader/ReaderConfig/CSVHeaders/1",
        ),
        ({"MaxItems": -1}, "MaxItems must be at least 0"),
    ],
)
def test_reader_configs_that_cannot_be(config: dict[str, Any], problem: str) -> None:
    reader = {"Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket": "b"}, "ReaderConfig": config}
    code, message = refused(map_state(ItemReader=reader), mock={"result": []})
    assert code == "InvalidDefinition"
    assert problem in message


def test_nothing_is_known_of_items_that_are_not_given() -> None:
    reader = {"Resource": "arn:aws:states:::s3:listObjectsV2", "Parameters": {"Bucket.$": "$.bucket"}}
    state = map_state(ItemReader=reader, ItemSelector={})
    failed = {"mapIterationFailureCount": 5}
    answer = test_state(state, input={"bucket": "b"}, mock={"result": [1]}, stateConfiguration=failed)
    assert answer["output"] == "[1]"
    assert test_state(state, input={}, mock={"result": [1]})["error"] == "States.Runtime"


@pytest.mark.parametrize(
    ("fields", "failed", "status"),
    [
        ({"ToleratedFailureCount": 1}, 1, "SUCCEEDED"),
        ({"ToleratedFailureCountPath": "$.one"}, 2, "FAILED"),
        ({"ToleratedFailurePercentage": 50}, 2, "SUCCEEDED"),
        ({"ToleratedFailurePercentage": 49.9}, 2, "FAILED"),
        ({"ToleratedFailurePercentagePath": "$.one", "ToleratedFailureCount": 4}, 1, "FAILED"),
        ({}, 4, "SUCCEEDED"),
    ],
)
def test_iterations_that_failed(fields: dict[str, Any], failed: int, status: str) -> None:
    answer = test_state(
        map_state(ItemsPath="$.items", **fields),
        input={"items": [1, 2, 3, 4], "one": 1},
        mock={"result": []},
        stateConfiguration={"mapIterationFailureCount": failed},
    )
    assert answer["status"] == status
    assert answer.get("error") == (None if status == "SUCCEEDED" else "States.ExceedToleratedFailureThreshold")


@pytest.mark.parametrize(
    ("fields", "cause"),
    [
        (
            {"ToleratedFailureCountPath": "$.text"},
            'The ToleratedFailureCountPath field refers to value "x" which is not a valid integer: $.text',
        ),
        (
            {"ToleratedFailurePercentagePath": "$.text"},
            'The ToleratedFailurePercentagePath field refers to value "x" which is not a valid float: $.text',
        ),
        ({"ToleratedFailureCountPath": "$.low"}, "ToleratedFailureCount cannot be negative."),
        ({"ToleratedFailurePercentagePath": "$.low"}, "ToleratedFailurePercentage must be between 0 and 100."),
    ],
)
def test_tolerance_that_is_none(fields: dict[str, Any], cause: str) -> None:
    answer = test_state(
        map_state(ItemsPath="$.items", **fields), input={"items": [], "text": "x", "low": -1}, mock={"result": []}
    )
    assert (answer["error"], answer["cause"]) == ("States.Runtime", cause)
