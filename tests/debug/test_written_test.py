"""Executions that are written down as tests: what they look like, and that they pass when they are run."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

import asl
from asl import Run
from asl.debug import Debugger
from asl.debug.written_test import export, text, write
from asl.errors import InputError
from asl.machine import Machine
from asl.testing import AslFixture, Workflow, asltest
from asl.testing.written_run import WrittenRun
from tests.debug.test_laws import INPUT, answer
from tests.engine.machines import machines

ROOT = Path(__file__).parents[2]
INVOKE = "arn:aws:states:::lambda:invoke"
CASES = [
    pytest.param(file.parent, case, id=f"{file.parent.name}-{case.name}")
    for file in sorted((ROOT / "statemachines").rglob("*.asltest.yaml"))
    for case in asltest.read(file).cases
]


def perform_pytest(text: str, folder: Path) -> None:
    """Runs the one test function of a text, as pytest would in a file of that folder."""
    functions: dict[str, Any] = {}
    exec(compile(text, "written", "exec"), functions)
    (name,) = (each for each in functions if each.startswith("test_"))
    fixture = AslFixture([folder])
    try:
        functions[name](fixture)
    finally:
        fixture.close()


def perform_asltest(path: Path) -> None:
    for case in asltest.read(path).cases:
        outcome = case.run()
        assert outcome.passed, f"{outcome.text}\n{path.read_text()}"


def machine(start: str, **states: Any) -> dict[str, Any]:
    return {"StartAt": start, "States": states}


def task(**fields: Any) -> dict[str, Any]:
    end = {} if "Next" in fields else {"End": True}
    return {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", **end, **fields}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a definition of a test stands."""
    return tmp_path / "shop.asl.json"


def run_of(file: Path, definition: Any, input: Any = None, mocks: Any = (), **options: Any) -> Run:
    """A run of a definition that is in a file; `mocks` are functions of the workflow."""
    file.write_text(asl.json_text.dumps(definition))
    workflow = Workflow(file)
    for mock in mocks:
        mock(workflow)
    return workflow.run(input, **options)


def checked(run: Run, folder: Path) -> str:
    """The test for pytest, when both forms of it have passed without a note."""
    written = WrittenRun(run, folder)
    assert written.notes(of_pytest=True) == []
    perform_pytest(written.as_pytest(), folder)
    path = folder / "written.asltest.yaml"
    path.write_text(written.as_asltest())
    perform_asltest(path)
    return written.as_pytest()


# -- that it passes ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("folder", "case"), CASES)
def test_every_case_of_the_examples(folder: Path, case: Any, tmp_path: Path) -> None:
    run = case.perform().run
    written = WrittenRun(run, folder)
    assert written.notes(of_pytest=True) == written.notes(of_pytest=False) == []
    perform_pytest(written.as_pytest(), folder)
    path = tmp_path / "written.asltest.yaml"
    path.write_text(WrittenRun(run, tmp_path).as_asltest())
    perform_asltest(path)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(machines())
def test_any_machine(machine: Machine) -> None:
    """Whatever fails, is tried again, takes its time or is given up."""
    run = machine.run(INPUT, tasks=answer)
    written = WrittenRun(run)
    assert written.notes(of_pytest=True) == []
    perform_pytest(written.as_pytest(), Path("."))


def test_items_that_were_never_asked_for(file: Path) -> None:
    """The first item fails at once, and the second is given up before its turn; the next time, it is asked."""
    items = machine("Price", Price=task())
    retry = [{"ErrorEquals": ["Busy"], "MaxAttempts": 1}]
    definition = machine("All", All={"Type": "Map", "ItemProcessor": items, "Retry": retry, "End": True})
    mocks = [
        lambda workflow: workflow.mock("Price", item=0).fails("Busy").then.returns("first"),
        lambda workflow: workflow.mock("Price", item=1).returns("second"),
    ]
    run = run_of(file, definition, [1, 2], mocks)
    assert run.output == ["first", "second"]
    assert len(run.state("Price").calls) == 4
    assert 'mock("Price", item=1).returns("second")\n' in checked(run, file.parent)


def test_items_of_a_map_that_are_answered_differently(file: Path) -> None:
    retried = task(Retry=[{"ErrorEquals": ["Busy"], "MaxAttempts": 2}], Catch=[{"ErrorEquals": ["No"], "Next": "None"}])
    items = machine("Price", Price=retried, None_={"Type": "Pass", "End": True})
    items["States"]["None"] = items["States"].pop("None_")
    definition = machine("All", All={"Type": "Map", "ItemProcessor": items, "End": True})
    run = run_of(
        file, definition, [1, 2, 3, 4, 5],
        [
            lambda workflow: workflow.mock("Price").returns(7),
            lambda workflow: workflow.mock("Price", item=1).fails("Busy").then.returns(8),
            lambda workflow: workflow.mock("Price", item=3).fails("No", "none left"),
        ],
    )  # fmt: skip
    text = checked(run, file.parent)
    assert run.output[:3] == [7, 8, 7]
    assert '    workflow.mock("Price").returns(7)\n' in text
    assert '    workflow.mock("Price", item=1).fails("Busy").then.returns(8)\n' in text
    assert '    workflow.mock("Price", item=3).fails("No", "none left")\n' in text


def test_items_that_all_fail_first(file: Path) -> None:
    """Each has a series of its own: one series would be used up by all of them."""
    items = machine("Price", Price=task(Retry=[{"ErrorEquals": ["Busy"], "IntervalSeconds": 2}]))
    definition = machine("All", All={"Type": "Map", "ItemProcessor": items, "End": True})
    run = run_of(
        file, definition, ["a", "b"],
        [
            lambda workflow: workflow.mock("Price", item=0).fails("Busy").then.returns("first"),
            lambda workflow: workflow.mock("Price", item=1).fails("Busy").then.returns("second", after=0.25),
        ],
    )  # fmt: skip
    text = checked(run, file.parent)
    assert run.output == ["first", "second"]
    assert 'mock("Price", item=1).fails("Busy").then.returns("second", after=0.25)' in text


def test_a_map_in_a_map(file: Path) -> None:
    """`item` is of the inner Map, so its answers come one after the other for the iterations of the outer one."""
    inner = machine("Ask", Ask=task())
    outer = machine("Inner", Inner={"Type": "Map", "ItemProcessor": inner, "End": True})
    definition = machine("Outer", Outer={"Type": "Map", "ItemProcessor": outer, "MaxConcurrency": 1, "End": True})
    run = run_of(
        file, definition, [["a", "b"], ["c", "d"]],
        [lambda workflow: workflow.mock("Ask").returns(lambda arguments: arguments.upper())],
    )  # fmt: skip
    checked(run, file.parent)
    assert run.output == [["A", "B"], ["C", "D"]]


def test_a_branch_that_ends_the_others(file: Path) -> None:
    """The task of the other branch was never answered; it has neither a token nor an end of its own."""
    fails = machine("Fails", Fails={"Type": "Wait", "Seconds": 5, "Next": "No"}, No={"Type": "Fail", "Error": "No"})
    asks = machine("Asks", Asks=task(TimeoutSeconds=100))
    definition = machine("Both", Both={"Type": "Parallel", "Branches": [asks, fails], "End": True})
    run = run_of(file, definition, {}, [lambda workflow: workflow.mock("Asks").returns(1, after=50)])
    assert run.error == "No"
    assert 'mock("Asks").returns(None, after=99999999)' in checked(run, file.parent)


CALLBACK = {
    "Type": "Task",
    "Resource": f"{INVOKE}.waitForTaskToken",
    "Parameters": {"FunctionName": "ask", "Payload": {"token.$": "$$.Task.Token"}},
    "End": True,
}


def test_times_that_were_over(file: Path) -> None:
    catch = [{"ErrorEquals": ["States.HeartbeatTimeout"], "Next": "Late"}]
    definition = machine(
        "First",
        First=task(TimeoutSeconds=9, Catch=[{"ErrorEquals": ["States.Timeout"], "Next": "Second"}]),
        Second={**CALLBACK, "HeartbeatSeconds": 4, "TimeoutSeconds": 60, "Catch": catch},
        Late={"Type": "Succeed"},
    )
    mocks = [lambda workflow: workflow.mock("First").times_out(), lambda workflow: workflow.mock("Second").waits()]
    run = run_of(file, definition, {}, mocks)
    assert run.path == ["First", "Second", "Late"]
    assert run.duration_ms == 13_000
    text = checked(run, file.parent)
    assert 'mock("First").times_out()' in text
    assert 'mock("Second").waits()' in text


def test_a_task_that_was_answered_by_its_token(file: Path) -> None:
    run = run_of(file, machine("Ask", Ask=CALLBACK), {}, [lambda workflow: workflow.mock("Ask").waits()], until=60)
    assert run.status == "RUNNING"
    waiting = checked(run, file.parent)
    assert "def test_shop_awaits_an_answer_of_ask(asl):" in waiting
    assert "run = workflow.run({}, until=60)" in waiting
    run.send_task_success("Ask", {"by": "ann"})
    assert '.returns({"by": "ann"}, after=60)' in checked(run, file.parent)


def test_results_without_what_http_said(file: Path) -> None:
    """A handler's answers have ids and dates beside the payload; a mock needs them only where the machine does."""
    ask = {"Type": "Task", "Resource": INVOKE, "Parameters": {"FunctionName": "ask"}, "End": True}
    lambdas = {"ask": lambda event, context: {"n": 1}}
    shorter = {**ask, "OutputPath": "$.Payload"}
    assert 'mock("Ask").returns_payload({"n": 1})' in checked(
        run_of(file, machine("Ask", Ask=shorter), lambdas=lambdas), file.parent
    )
    assert "SdkHttpMetadata" in checked(run_of(file, machine("Ask", Ask=ask), lambdas=lambdas), file.parent)


# -- how it is run ---------------------------------------------------------------------------------------------------


def test_what_the_execution_was_started_with(file: Path) -> None:
    """Whatever the output may depend on is in the test: names, ids, times, places."""
    output = "{% [$states.context.Execution, $states.context.StateMachine.Id, $uuid(), $random(), $limit, '${Shop}'] %}"
    definition = machine("First", First={"Type": "Pass", "Next": "Tell"}, Tell={"Type": "Succeed", "Output": output})
    file.write_text(asl.json_text.dumps({**definition, "QueryLanguage": "JSONata"}))
    with Workflow(file, define={"Shop": "tea"}, name="Corner", type="EXPRESS") as workflow:
        run = workflow.run(
            {"quotes": "'\"\\\x7f\u2028"}, start="2030-05-06T07:08:09.123Z", seed="s", name="x-1",
            region="eu-west-1", account="210987654321", role_arn="arn:aws:iam::210987654321:role/r", start_at="Tell",
            variables={"limit": 5}, context={"Execution": {"Mine": True}}, single=True,
        )  # fmt: skip
    assert run.path == ["Tell"]
    written = WrittenRun(run, file.parent)
    perform_pytest(written.as_pytest(), file.parent)
    assert 'name="x-1"' in written.as_pytest()
    assert "does not pass: the output was" in "".join(
        written.notes(of_pytest=False)
    )  # no file says an execution's name


def test_a_definition_without_a_file(tmp_path: Path) -> None:
    run = asl.load(machine("Ask", Ask=task())).run({}, tasks={"Ask": lambda _: {"n": 1.5, "big": 1e20}})
    written = WrittenRun(run, tmp_path)
    perform_pytest(written.as_pytest(), tmp_path)
    with pytest.raises(InputError, match="is in no file that a test file could name"):
        written.as_asltest()


@pytest.mark.parametrize(
    "value", ["5", ".inf", "yes", "2026-01-01", "a: b", "\x7f\u2028\t\n", "\U0001f600", "/x/", 1e20]
)
def test_values_come_back_as_they_were(value: Any, file: Path) -> None:
    fails = {"Type": "Fail", "ErrorPath": "$.e", "CausePath": "$.c"}
    definition = machine("Ask", Ask=task(ResultPath="$.c", Next="Fails"), Fails=fails)
    text = value if isinstance(value, str) else repr(value)
    checked(
        run_of(file, definition, {"e": text, "x": value}, [lambda flow: flow.mock("Ask").returns(text)]), file.parent
    )


# -- what it cannot say ----------------------------------------------------------------------------------------------


def test_notes_stand_in_the_test(file: Path) -> None:
    run = run_of(file, machine("Ask", Ask=task()), {}, [lambda workflow: workflow.mock("Ask").returns(1)])
    written = WrittenRun(run, file.parent, "by hand", ["$.x was set\nby hand"])
    assert written.notes(of_pytest=True) == ["$.x was set\nby hand"]
    assert written.as_pytest().startswith("def test_shop_by_hand(asl):\n    # $.x was set\n    # by hand\n    workflow")
    assert "cases:\n  # $.x was set\n  # by hand\n  by hand:\n    input: {}\n" in written.as_asltest()


def test_a_run_that_no_mock_can_repeat(file: Path) -> None:
    """What stops an execution from outside is in no test."""
    run = run_of(file, machine("Wait", Wait={"Type": "Wait", "Seconds": 100, "End": True}), until=5)
    run.world.stop(run, "Enough")
    (note,) = WrittenRun(run, file.parent).notes(of_pytest=True)
    assert note == 'this test does not pass: the status was "ABORTED", and of the test it is "SUCCEEDED"'


def test_a_run_in_the_middle_of_something(file: Path) -> None:
    file.write_text(asl.json_text.dumps(machine("Ask", Ask=task())))
    with Workflow(file) as workflow:
        workflow.mock("Ask").returns(1)
        with pytest.raises(InputError, match="the execution has not ended"):
            WrittenRun(workflow.start({}), file.parent)


def debugger(file: Path, walk: Any) -> Debugger:
    definition = machine(
        "First", First={"Type": "Pass", "Next": "Ask"}, Ask=task(Next="Last"), Last={"Type": "Pass", "End": True}
    )
    file.write_text(asl.json_text.dumps(definition))
    debugger = Debugger(asl.load(file), {"n": 1})
    walk(debugger)
    return debugger


def answer_by_hand(debugger: Debugger) -> None:
    debugger.continue_()
    debugger.succeed({"n": 2})
    debugger.continue_()
    debugger.goto(3)


def test_answers_by_hand_are_answers_like_any_other(file: Path) -> None:
    with debugger(file, answer_by_hand) as walked:
        assert export(walked, file.parent / "test_shop.py") == []
        assert export(walked, file.parent / "shop.asltest.yaml") == []
        assert text(walked).startswith("machine: ")
    perform_pytest((file.parent / "test_shop.py").read_text(), file.parent)
    perform_asltest(file.parent / "shop.asltest.yaml")


def change_data(debugger: Debugger) -> None:
    debugger.advance("Last")
    debugger.set("$.n", 5)
    debugger.continue_()


def change_a_variable(debugger: Debugger) -> None:
    debugger.advance("Last")
    debugger.set("$limit", 5)
    debugger.continue_()


def skip_a_state(debugger: Debugger) -> None:
    debugger.advance("Ask")
    debugger.skip()
    debugger.continue_()


@pytest.mark.parametrize(
    ("walk", "notes"),
    [
        (change_a_variable, ["$limit changed at state 'Last' by hand; not so in this test"]),
        (
            change_data,
            [
                "the data changed at state 'Last' by hand; not so in this test",
                'this test does not pass: the output was {"n":5}, and of the test it is {"n":2}',
            ],
        ),
    ],
)
def test_what_was_changed_by_hand(walk: Any, notes: list[str], file: Path) -> None:
    with debugger(file, answer_by_hand) as walked:
        walked.goto(0)
        walk(walked)
        assert export(walked, file.parent / "test_shop.py") == notes
    text = (file.parent / "test_shop.py").read_text()
    assert text.startswith("def test_shop_succeeds(asl):\n" + "".join(f"    # {note}\n" for note in notes))


def test_a_state_that_was_skipped(file: Path) -> None:
    with debugger(file, skip_a_state) as walked:
        first, second = export(walked, file.parent / "shop.asltest.yaml")
    assert first == "state 'Ask' skipped by hand; not so in this test"
    assert second.startswith("this test does not pass: ")
    assert "shop.asl.json" in second


def test_a_way_that_has_not_come_to_its_end(file: Path) -> None:
    with debugger(file, lambda walked: walked.continue_()) as walked, pytest.raises(InputError, match="has not ended"):
        export(walked, file.parent / "test_shop.py")
    assert not (file.parent / "test_shop.py").exists()


# -- files -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def run(file: Path) -> Run:
    return run_of(file, machine("Ask", Ask=task()), {}, [lambda workflow: workflow.mock("Ask").returns(1)])


def test_tests_in_one_python_file(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "test_shop.py"
    for name in (None, None, "again"):
        assert write(run, path, name=name) == []
    text = path.read_text()
    functions = [line for line in text.splitlines() if line.startswith("def ")]
    assert functions == [f"def test_shop_{name}(asl):" for name in ("succeeds", "succeeds_2", "again")]
    assert "\n\n\ndef test_shop_again" in text
    compile(text, str(path), "exec")


def test_cases_in_one_test_file(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "shop.asltest.yaml"
    path.write_text("# mine\nmachine: shop.asl.json\ncases:\n  succeeds: # this one\n    mocks: {Ask: {return: 1}}\n")
    write(run, path)
    write(run, path, name="on: a day")
    assert [case.name for case in asltest.read(path).cases] == ["succeeds", "succeeds 2", "on: a day"]
    assert path.read_text().startswith("# mine\nmachine: shop.asl.json\ncases:\n  succeeds: # this one\n")
    perform_asltest(path)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("shop.json", None, "a test is a file like test_order.py (for pytest) or order.asltest.yaml"),
        ("x.asltest.yaml", "machine: other.asl.json\ncases: {a: {}}\n", "is no test file of shop.asl.json"),
        ("x.asltest.yaml", "[1]", "is no test file of shop.asl.json"),
        ("x.asltest.yaml", "machine: shop.asl.json\ncases: {a: {}}\n", "has something behind its cases"),
        ("x.asltest.yaml", "machine: shop.asl.json\ncases:\n  a: {}\nseed: 1\n", "has something behind its cases"),
        ("x.asltest.yaml", "machine: shop.asl.json\n", "is no test file of shop.asl.json"),
        ("no/x.asltest.yaml", None, "cannot be written: No such file or directory"),
    ],
)
def test_files_that_cannot_be(run: Run, name: str, content: str | None, said: str, tmp_path: Path) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_text(content)
    with pytest.raises(InputError) as raised:
        write(run, path)
    assert said in str(raised.value)
    assert not path.exists() or path.read_text() == content
