"""The quotas, counted exactly: 262,144 bytes of compact UTF-8 JSON pass, one more does not."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import asl
from asl import json_text
from asl.limits import PAYLOAD_BYTES, STORED_VARIABLES_BYTES, VARIABLE_BYTES

TASK = {"Type": "Task", "Resource": "arn:aws:states:::example:work", "End": True}


def machine(**states: Any) -> asl.Machine:
    return asl.load({"StartAt": next(iter(states)), "States": states})


def text_of(bytes_as_json: int, char: str = "x") -> str:
    """A string whose JSON text has this many bytes."""
    width = len(char.encode())
    count, rest = divmod(bytes_as_json - 2, width)
    return char * count + "y" * rest


@pytest.mark.parametrize("char", ["x", "é", "€", "😀"])
def test_input(char: str) -> None:
    pass_on = machine(A={"Type": "Pass", "End": True})
    assert pass_on.run(text_of(PAYLOAD_BYTES, char)).succeeded
    with pytest.raises(asl.InputError, match="262,145 bytes"):
        pass_on.run(text_of(PAYLOAD_BYTES + 1, char))


@pytest.mark.parametrize(("bytes_of_task", "calls"), [(PAYLOAD_BYTES, 1), (PAYLOAD_BYTES + 1, 0)])
def test_task_parameters_before_the_call(bytes_of_task: int, calls: int) -> None:
    sent: list[Any] = []

    def send(arguments: Any) -> None:
        sent.append(arguments)

    frame = len('{"a":,"b":""}')
    definition = {**TASK, "Parameters": {"a.$": "$", "b": ""}, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "H"}]}
    run = machine(A=definition, H={"Type": "Succeed"}).run(text_of(bytes_of_task - frame), tasks={"A": send})
    assert len(sent) == calls
    if not calls:
        assert (run.status, run.error) == ("FAILED", "States.DataLimitExceeded")
        assert [event["type"] for event in run.history] == ["ExecutionStarted", "TaskStateEntered", "ExecutionFailed"]


@pytest.mark.parametrize("names", [["States.DataLimitExceeded"], ["States.ALL"], ["States.TaskFailed"]])
def test_task_result_is_caught(names: list[str]) -> None:
    definition = {**TASK, "Catch": [{"ErrorEquals": names, "Next": "H"}]}
    tasks = {"A": text_of(PAYLOAD_BYTES + 1)}
    run = machine(A=definition, H={"Type": "Pass", "End": True}).run({}, tasks=tasks)
    cause = (
        "The state/task 'example' returned a result with a size exceeding the maximum number of bytes service limit."
    )
    assert run.output == {"Error": "States.DataLimitExceeded", "Cause": cause}
    assert machine(A=TASK).run({}, tasks={"A": text_of(PAYLOAD_BYTES)}).succeeded


def test_state_output_is_not_caught() -> None:
    definition = {**TASK, "ResultPath": "$.r", "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "H"}]}
    run = machine(A=definition, H={"Type": "Succeed"}).run({}, tasks={"A": text_of(PAYLOAD_BYTES - 5)})
    assert (run.status, run.error) == ("FAILED", "States.DataLimitExceeded")
    assert "'A'" in (run.cause or "")
    assert machine(A={**TASK, "ResultPath": "$.r"}).run({}, tasks={"A": text_of(PAYLOAD_BYTES - 6)}).succeeded


def test_map_result() -> None:
    states = {"StartAt": "X", "States": {"X": {"Type": "Pass", "Result": text_of(1_000), "End": True}}}
    run = machine(M={"Type": "Map", "ItemProcessor": states, "End": True}).run([1] * 300)
    assert (run.error, "'M'" in (run.cause or "")) == ("States.DataLimitExceeded", True)


def test_error_and_cause_are_cut() -> None:
    run = machine(A={"Type": "Fail", "ErrorPath": "$.e", "CausePath": "$.c"}).run({"e": "e" * 300, "c": "c" * 40_000})
    assert (len(run.error or ""), len(run.cause or "")) == (256, 32_768)


def test_express_ends_after_five_minutes() -> None:
    run = machine(A={"Type": "Wait", "Seconds": 301, "End": True}).run({}, type="EXPRESS")
    assert (run.status, run.error, run.duration_ms) == ("TIMED_OUT", "States.Timeout", 300_000)


def test_express_has_no_limit_of_events() -> None:
    loop = {
        "Type": "Choice",
        "Choices": [{"Variable": "$.i", "NumericLessThan": 7_000, "Next": "Inc"}],
        "Default": "Done",
    }
    inc = {"Type": "Pass", "Parameters": {"i.$": "States.MathAdd($.i, 1)"}, "Next": "Loop"}
    states = {"Loop": loop, "Inc": inc, "Done": {"Type": "Succeed"}}
    assert machine(**states).run({"i": 0}, type="EXPRESS").succeeded
    assert machine(**states).run({"i": 0}).cause == (
        "The execution reached the maximum number of history events (25000)."
    )


@pytest.mark.parametrize("resource", ["example:work.waitForTaskToken", "glue:startJobRun.sync"])
def test_express_refuses_patterns(resource: str) -> None:
    definition = machine(A={**TASK, "Resource": f"arn:aws:states:::{resource}"})
    with pytest.raises(asl.DefinitionError, match="Express state machine does not support"):
        definition.run({}, type="EXPRESS")


def test_inline_map_runs_forty_iterations_at_once() -> None:
    states = {"StartAt": "X", "States": {"X": {"Type": "Wait", "Seconds": 1, "End": True}}}
    run = machine(M={"Type": "Map", "ItemProcessor": states, "End": True}).run(list(range(81)))
    assert run.duration_ms == 3_000


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(max_size=8),
    lambda below: st.lists(below, max_size=4) | st.dictionaries(st.text(max_size=5), below, max_size=4),
    max_leaves=30,
)


@given(values)
def test_size_is_that_of_compact_text(value: Any) -> None:
    size = len(json_text.dumps(value).encode("utf-8", "surrogatepass"))
    assert json_text.size(value) == size
    assert json_text.size({"again": value, "and": [value]}) == 2 * size + len('{"again":,"and":[]}')


@pytest.mark.parametrize(("more", "status"), [(0, "SUCCEEDED"), (1, "FAILED")])
def test_what_one_assign_assigns_together(more: int, status: str) -> None:
    half = VARIABLE_BYTES // 2
    values = {"x": text_of(half), "y": text_of(half + more)}
    run = machine(A={"Type": "Pass", "Assign": values, "End": True}).run({})
    assert run.status == status
    if status == "FAILED":
        assert run.error == "States.DataLimitExceeded"


def test_the_variables_of_an_execution_together() -> None:
    count = STORED_VARIABLES_BYTES // VARIABLE_BYTES
    value = text_of(VARIABLE_BYTES)
    fits: dict[str, Any] = {
        f"S{number}": {"Type": "Pass", "Assign": {f"v{number}": value}, "Next": f"S{number + 1}"}
        for number in range(count)
    }
    again = {"Type": "Pass", "Assign": {"v0": value}, "End": True}
    assert machine(**fits, **{f"S{count}": again}).run({}).succeeded, "a variable that is assigned anew counts once"
    one_more = {"Type": "Pass", "Assign": {"one": 1}, "End": True}
    assert machine(**fits, **{f"S{count}": one_more}).run({}).error == "States.DataLimitExceeded"


NESTED = "{% ($f := function($n, $a) { $n = 0 ? $a : $f($n - 1, {'a': $a}) }; $f(%d, 1)) %}"


@pytest.mark.parametrize(("levels", "status"), [(450, "SUCCEEDED"), (600, "FAILED")])
@pytest.mark.parametrize("deeper", [0, 800])
def test_how_deep_a_result_may_be_does_not_depend_on_the_caller(levels: int, status: str, deeper: int) -> None:
    nest = machine(
        A={"Type": "Pass", "QueryLanguage": "JSONata", "Output": NESTED.replace("%d", str(levels)), "End": True}
    )

    def at(depth: int) -> asl.Run:
        return nest.run({}) if depth == 0 else at(depth - 1)

    run = at(deeper)
    assert run.status == status
    if status == "FAILED":
        assert run.error == "States.QueryEvaluationError"
