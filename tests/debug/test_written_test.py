"""Executions that are written down as tests: what they look like, and that they pass when they are run."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

import asl
from asl import Run
from asl.debug import Debugger
from asl.debug.resuming import resume
from asl.debug.session_file import read
from asl.debug.written_test import Written, export, text, write
from asl.errors import InputError
from asl.machine import Machine
from asl.testing import Workflow, asltest
from asl.testing.written_run import WrittenRun
from tests.debug.test_laws import INPUT, always, do, walks
from tests.debug.written import CALLBACK, INVOKE, checked, machine, perform_asltest, perform_pytest, run_of, task
from tests.engine.machines import machines

ROOT = Path(__file__).parents[2]
CASES = [
    pytest.param(file.parent, case, id=f"{file.parent.name}-{case.name}")
    for file in sorted((ROOT / "statemachines").rglob("*.asltest.yaml"))
    for case in asltest.read(file).cases
]


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


def perform_written(run: Run, folders: pytest.TempPathFactory) -> str | None:
    """Why the test of a run does not pass, as it says; it has passed where it says nothing."""
    folder = folders.mktemp("written")
    file = folder / "test_written.py"
    written = write(run, file)
    if written.problem is None:
        perform_pytest(file.read_text(), folder)
    return written.problem


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(machines())
def test_any_machine(tmp_path_factory: pytest.TempPathFactory, machine: Machine) -> None:
    """Whatever fails, is tried again, takes its time or is given up."""
    run = machine.run(INPUT, tasks=always)
    assert perform_written(run, tmp_path_factory) is None


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(machines(), walks)
def test_any_walk(tmp_path_factory: pytest.TempPathFactory, machine: Machine, walk: list[tuple[str, int]]) -> None:
    """Whatever was done by hand: a test that is not said to fail passes."""
    with Debugger(machine, INPUT, tasks=always) as walked:
        for name, number in walk:
            do(walked, name, number)
        while not walked.is_at_end and walked.stop.kind != "outside":
            walked.continue_()
        perform_written(walked.run, tmp_path_factory)


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


def test_a_short_definition_without_a_file(tmp_path: Path) -> None:
    run = asl.load(machine("Ask", Ask=task())).run({}, tasks={"Ask": lambda _: {"n": 1.5, "big": 1e20}})
    written = WrittenRun(run, tmp_path)
    assert written.notes(of_pytest=True) == []
    perform_pytest(written.as_pytest(), tmp_path)
    assert [*tmp_path.iterdir()] == []


LONG = machine(
    "Ask",
    Ask=task(Resource="${Function}", ResultPath="$.asked", Next="Tell"),
    Tell={"Type": "Pass", "Parameters": {"shop": "${Shop}", "asked.$": "$.asked"}, "Next": "S0"},
    **{f"S{n}": {"Type": "Pass", "Next": f"S{n + 1}"} for n in range(9)},
    S9={"Type": "Succeed"},
)


def test_a_long_definition_without_a_file(tmp_path: Path) -> None:
    """It goes to a file beside the test, which is said."""
    run = asl.load(LONG, define={"Function": task()["Resource"], "Shop": "tea"}, name="a shop").run(
        {}, tasks={"Ask": lambda _: 1}
    )
    for _ in range(2):
        written = write(run, tmp_path / "test_shop.py")
        assert written == Written(None, ["the definition as it ran is beside this test, in a-shop.asl.json"])
    assert [each.name for each in sorted(tmp_path.iterdir())] == ["a-shop.asl.json", "test_shop.py"]
    text = WrittenRun(run, tmp_path).as_pytest()
    assert 'workflow = asl("a-shop.asl.json", name="a shop")' in text
    perform_pytest(text, tmp_path)
    write(run, tmp_path / "shop.asltest.yaml")
    perform_asltest(tmp_path / "shop.asltest.yaml")


def resumed_run(file: Path, folder: Path, text: str) -> Debugger:
    """The debugger of a session whose file was brought elsewhere, at its end."""
    file.write_text(text)
    define = {"Function": task()["Resource"], "Shop": "tea"}
    with Debugger(asl.load(file, define=define), {}, tasks={"Ask": lambda _: 1}) as before:
        before.continue_()
        before.save(folder / "s.json")
    return resume(read(folder / "s.json"), warn=print)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return folder


LONG_TEXT = asl.json_text.dumps(LONG).replace(",", ",\n")


def test_a_file_that_a_session_knows(file: Path, elsewhere: Path) -> None:
    with resumed_run(file, elsewhere, LONG_TEXT) as debugger:
        assert export(debugger, elsewhere / "test_shop.py") == Written(None, [])
        assert text(debugger).startswith("machine: ")
    written = (elsewhere / "test_shop.py").read_text()
    assert 'asl("../shop.asl.json", define={"Function": ' in written
    perform_pytest(written, elsewhere)


def test_a_file_that_is_gone(file: Path, elsewhere: Path) -> None:
    """The definition is written as it was, so that its placeholders are filled as they were."""
    with resumed_run(file, elsewhere, LONG_TEXT) as debugger:
        file.unlink()
        assert text(debugger).startswith("machine: shop.asl.json\ndefine: {")
        assert "  # the definition as it ran goes where this test is written, in shop.asl.json\n" in text(debugger)
        for name in ("test_shop.py", "shop.asltest.yaml"):
            written = export(debugger, elsewhere / name)
            assert written == Written(None, ["the definition as it ran is beside this test, in shop.asl.json"])
    perform_pytest((elsewhere / "test_shop.py").read_text(), elsewhere)
    perform_asltest(elsewhere / "shop.asltest.yaml")
    assert (elsewhere / "shop.asl.json").read_text() == LONG_TEXT


def test_a_file_that_holds_another_definition_now(file: Path) -> None:
    """It is not named, and not written over either."""
    yaml = file.with_suffix(".yaml")
    run = run_of(file, machine("Ask", Ask=task()), {}, [lambda workflow: workflow.mock("Ask").returns(1)])
    file.write_text(asl.json_text.dumps(machine("Other", Other={"Type": "Succeed"})))
    written = write(run, file.parent / "shop.asltest.yaml")
    assert written.remarks == ["the definition as it ran is beside this test, in shop-2.asl.json"]
    perform_asltest(file.parent / "shop.asltest.yaml")
    assert "Other" in file.read_text()
    yaml.write_text("StartAt: A\nStates:\n  A: {Type: Succeed}\n")
    kept = asl.load(yaml).run({})
    yaml.unlink()
    write(kept, file.parent / "kept.asltest.yaml")
    assert (file.parent / "shop.asl.yaml").read_text().startswith("StartAt: A\n")
    perform_asltest(file.parent / "kept.asltest.yaml")


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
    written = WrittenRun(run, file.parent)
    assert written.problem(of_pytest=True) == 'the status was "ABORTED", and of the test it is "SUCCEEDED"'
    assert written.notes(of_pytest=True) == [f"this test does not pass: {written.problem(of_pytest=True)}"]


@pytest.mark.parametrize("state", [task(), CALLBACK, task(TimeoutSeconds=5)])
def test_a_run_whose_task_is_not_answered(state: Any, file: Path) -> None:
    """Whatever the task: how it would go on is not known."""
    file.write_text(asl.json_text.dumps(machine("Ask", Ask=state)))
    with Workflow(file) as workflow:
        workflow.mock("Ask").returns(1)
        with pytest.raises(InputError, match="the task of state 'Ask' is not answered yet, so that no test can say"):
            WrittenRun(workflow.start({}), file.parent)
    with Debugger(asl.load(file), {}) as debugger:
        debugger.continue_()
        for _ in range(2):
            with pytest.raises(InputError, match="is not answered yet"):
                text(debugger)
            if "TimeoutSeconds" in state:
                debugger.jump(1)


def test_a_run_in_the_middle_of_something(file: Path) -> None:
    file.write_text(asl.json_text.dumps(machine("First", First={"Type": "Pass", "End": True})))
    with Debugger(asl.load(file), {}) as debugger, pytest.raises(InputError, match="the execution has not ended"):
        text(debugger)


def test_a_run_that_waits(file: Path) -> None:
    """It is at rest: for the clock, too."""
    run = run_of(file, machine("Wait", Wait={"Type": "Wait", "Seconds": 100, "End": True}), {}, until=5)
    assert "run = workflow.run({}, until=5)" in checked(run, file.parent)


# -- causes ----------------------------------------------------------------------------------------------------------

RAISED = {"ErrorEquals": ["States.ALL"], "ResultPath": "$.e", "Next": "Fails"}


@pytest.mark.parametrize(
    ("state", "cause"),
    [
        (task(), "no stock"),
        (task(Catch=[RAISED]), "no stock"),
        ({"Type": "Pass", "InputPath": "$.none", "End": True}, None),
        ({"Type": "Map", "ItemProcessor": machine("In", In={"Type": "Pass", "InputPath": "$.no", "End": True})}, None),
        ({"Type": "Map", "ItemProcessor": machine("Ask", Ask=task())}, "no stock"),
        ({"Type": "Fail", "Error": "States.Runtime", "Cause": "I say so"}, "I say so"),
        ({"Type": "Parallel", "Branches": [machine("X", X={"Type": "Fail", "Cause": "I do"})], "End": True}, "I do"),
        (task(Parameters={"n.$": "$.none"}, Catch=[RAISED]), None),
    ],
)
def test_causes_that_somebody_has_said(state: dict[str, Any], cause: str | None, file: Path) -> None:
    """The engine's own texts may be worded anew, and name events by their numbers."""
    name = "Ask" if state["Type"] == "Task" else "First"
    ends = {} if state["Type"] == "Fail" else {"End": True}
    fails = {"Type": "Fail", "Error": "Raised", "CausePath": "$.e.Cause"}
    states = {name: {**ends, **state}, **({"Fails": fails} if "Catch" in state else {})}
    file.write_text(asl.json_text.dumps({"StartAt": name, "States": states}))
    with Workflow(file) as workflow:
        if "Ask" in asl.json_text.dumps(states):
            workflow.mock("Ask").fails("Empty", "no stock")
        run = workflow.run([{}] if state["Type"] == "Map" else {})
    assert run.status == "FAILED"
    assert run.cause
    written = checked(run, file.parent)
    assert ("run.cause" in written) is (cause is not None)
    if cause is not None:
        assert f'assert run.cause == "{cause}"' in written


# -- files -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def run(file: Path) -> Run:
    return run_of(file, machine("Ask", Ask=task()), {}, [lambda workflow: workflow.mock("Ask").returns(1)])


def test_tests_in_one_python_file(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "test_shop.py"
    for name in (None, None, "again"):
        assert write(run, path, name=name) == Written(None, [])
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
