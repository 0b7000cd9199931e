"""Sessions in files: they are resumed at the same stops, with the same answers and changes, and nobody is called."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

import asl
from asl.debug import Debugger, Stop
from asl.debug.resuming import definition_changes, resume
from asl.debug.session_file import read, save
from asl.errors import HostError, InputError
from asl.integration import Call, Pending
from asl.machine import Machine
from asl.testing.mock_config import MockConfig
from tests.debug.machines import JSONATA, LOOP, ORDER, WAITS
from tests.debug.test_laws import INPUT, answer, do, law, shown, walks
from tests.engine.machines import machines

INVOKE = "arn:aws:states:::lambda:invoke"


def nobody(call: Call) -> Any:
    raise HostError(f"state '{call.state_name}' was asked")


def no_warning(text: str) -> None:
    raise AssertionError(text)


def resumed(debugger: Debugger, path: Path, machine: Machine | None = None, **options: Any) -> Debugger:
    """The session of a debugger, saved and gone on with."""
    save(debugger, path)
    return resume(read(path), machine, warn=options.pop("warn", no_warning), **options)


def check_same(again: Debugger, debugger: Debugger) -> None:
    """All lines have the same stops as far as both know them, and the debugger stands at the same one on each."""
    assert [*again.lines] == [*debugger.lines]
    assert again.line.name == debugger.line.name
    for name, line in debugger.lines.items():
        other = again.lines[name]
        assert other.moves[: len(line.moves)] == line.moves
        known = min(len(line.stops), len(other.stops))
        assert [shown(stop) for stop in other.stops[:known]] == [shown(stop) for stop in line.stops[:known]]
        assert known >= line.position + 1
        assert other.position == line.position


# -- the same stops --------------------------------------------------------------------------------------------------


@law
@given(machines(), walks)
def test_any_walk_is_resumed_where_it_stood(
    tmp_path_factory: pytest.TempPathFactory, machine: Machine, walk: list[tuple[str, int]]
) -> None:
    path = tmp_path_factory.getbasetemp() / "walk.session.json"
    with Debugger(machine, INPUT, tasks=answer) as walked:
        for name, number in walk:
            do(walked, name, number)
        with resumed(walked, path, tasks=nobody) as again:
            check_same(again, walked)
            assert again.evaluate("$") == walked.evaluate("$")


def step_to(debugger: Debugger, kind: str) -> None:
    while debugger.stop.kind != kind:
        debugger.step()


def by_hand(debugger: Debugger) -> None:
    debugger.continue_()
    debugger.fail("Busy", "try later")
    step_to(debugger, "wait")
    debugger.retry_now()
    debugger.continue_()
    debugger.fork("declined")
    debugger.fail("Declined", "no")
    debugger.continue_()
    debugger.switch("main")
    debugger.succeed({"receipt": 1})
    debugger.set("$.n", 11)
    debugger.until("Rest")
    debugger.jump(60)


def skipped(debugger: Debugger) -> None:
    debugger.advance("Charge")
    debugger.skip()
    debugger.continue_()
    debugger.back(2)


def by_token(debugger: Debugger) -> None:
    step_to(debugger, "outside")
    debugger.fork("late")
    debugger.jump(500)
    debugger.heartbeat()
    debugger.jump(590)
    debugger.succeed({"by": "ann"}, token="Ask")
    debugger.continue_()


def assigned(debugger: Debugger) -> None:
    debugger.advance("Ask")
    debugger.set("$total", 99)
    debugger.continue_()
    debugger.succeed({"Payload": {"ok": True}})
    debugger.goto(3)


@pytest.mark.parametrize(
    ("machine", "input", "walk"),
    [
        (ORDER, {"n": 3}, by_hand),
        (ORDER, {"n": 3}, skipped),
        (JSONATA, {"prices": [1, 2]}, assigned),
        (LOOP, {"items": [1, 2]}, lambda debugger: debugger.goto(17)),
    ],
)
def test_what_was_done_by_hand(machine: Machine, input: Any, walk: Callable[[Debugger], Any], tmp_path: Path) -> None:
    with Debugger(machine, input) as debugger:
        walk(debugger)
        with resumed(debugger, tmp_path / "s.json", tasks=nobody) as again:
            check_same(again, debugger)
            assert {**again.run.as_dict(), "duration": 0} == {**debugger.run.as_dict(), "duration": 0}
            assert again.run.name == debugger.run.name


def submitted(call: Call) -> Pending:
    """Answers the start call of a task that waits for its token."""
    return Pending(None, submitted={"MessageId": "1"})


def test_answers_to_tokens(tmp_path: Path) -> None:
    with Debugger(WAITS, {}, tasks=submitted) as debugger:
        by_token(debugger)
        with resumed(debugger, tmp_path / "s.json", tasks=nobody) as again:
            check_same(again, debugger)
            assert again.run.output == {"by": "ann"}


BOTH = asl.load(
    {
        "StartAt": "Both",
        "States": {
            "Both": {
                "Type": "Parallel",
                "Branches": [{"StartAt": name, "States": {name: each}} for name, each in {
                    "Ann": {"Type": "Task", "Resource": f"{INVOKE}.waitForTaskToken", "TimeoutSeconds": 60,
                            "HeartbeatSeconds": 30, "Parameters": {"FunctionName": "ask"}, "End": True},
                    "Charge": {"Type": "Task", "Resource": INVOKE, "Parameters": {"FunctionName": "f"}, "End": True},
                    "Rest": {"Type": "Wait", "Seconds": 20, "End": True},
                }.items()],
                "Next": "Last",
            },
            "Last": {**ORDER.document.value["States"]["Charge"], "Parameters": {}, "Catch": [], "Next": "Done"},
            "Done": {"Type": "Succeed"},
        },
    },
    name="both",
)  # fmt: skip


def unanswered(debugger: Debugger) -> None:
    debugger.continue_()
    assert debugger.stop.problem is not None


def unanswered_after_an_answer(debugger: Debugger) -> None:
    unanswered(debugger)
    debugger.succeed({"a": 1}, stop=branch(debugger, "Charge"))
    unanswered(debugger)


def unanswered_after_a_jump(debugger: Debugger) -> None:
    unanswered(debugger)
    debugger.jump(7)


def jumped_past_a_timer(debugger: Debugger) -> None:
    unanswered(debugger)
    debugger.jump(25)


def submitted_and_answered(debugger: Debugger) -> None:
    unanswered(debugger)
    debugger.submit({"MessageId": "1"})
    debugger.continue_()
    debugger.succeed({"a": 1})
    debugger.jump(10)
    debugger.heartbeat(token="Ann")
    debugger.jump(20)
    debugger.succeed("by token", token="Ann")
    unanswered(debugger)
    assert debugger.stop.state.name == "Last"


def submitted_and_waiting(debugger: Debugger) -> None:
    unanswered(debugger)
    debugger.submit(stop=branch(debugger, "Ann"))
    debugger.continue_()
    debugger.skip()
    debugger.continue_()
    assert debugger.stop.kind == "outside"


def run_out_of_time(debugger: Debugger) -> None:
    unanswered(debugger)
    debugger.breakpoints.add("error States.*")
    debugger.jump(70)


def gone_back_from_it(debugger: Debugger) -> None:
    unanswered_after_a_jump(debugger)
    debugger.back(2)


def edited_before_it(debugger: Debugger) -> None:
    unanswered_after_an_answer(debugger)
    debugger.goto(0)
    debugger.set("$", {"n": 5})
    unanswered(debugger)


def branch(debugger: Debugger, name: str) -> Stop:
    return next(stop for stop in debugger.branches() if stop.state.name == name)


@pytest.mark.parametrize("walk", [
    unanswered, unanswered_after_an_answer, unanswered_after_a_jump, jumped_past_a_timer, submitted_and_answered,
    submitted_and_waiting, run_out_of_time, gone_back_from_it, edited_before_it,
])  # fmt: skip
def test_where_nothing_answers(walk: Callable[[Debugger], Any], tmp_path: Path) -> None:
    """The same stops, with the same numbers and times; and what comes next is the same."""
    with Debugger(BOTH, {"n": 1}) as debugger:
        walk(debugger)
        with resumed(debugger, tmp_path / "s.json", tasks=nobody) as again:
            check_same(again, debugger)
            here = debugger.stop
            assert (again.stop.number, again.stop.at, again.stop.kind) == (here.number, here.at, here.kind)
            assert len(again.stops) == len(debugger.stops)
            assert (again.world.now, again.run.waiting_for) == (debugger.world.now, debugger.run.waiting_for)
        with resumed(debugger, tmp_path / "s.json") as again:
            for each in (debugger, again):
                each.jump(3)
            check_same(again, debugger)
            assert again.run.history == debugger.run.history


def test_it_goes_on_with_what_answers_now(tmp_path: Path) -> None:
    asked: list[Any] = []

    def charge(arguments: Any) -> Any:
        asked.append(arguments)
        return {"receipt": len(asked)}

    with Debugger(ORDER, {"n": 11}, tasks={"Charge": charge}) as debugger:
        debugger.advance("Rest")
        with resumed(debugger, tmp_path / "s.json", tasks={"Charge": charge}) as again:
            assert again.stop.state.name == "Rest"
            again.continue_()
            assert again.run.output == {"n": 11, "p": {"total": 11}, "charged": {"receipt": 1}}
            assert asked == [{"amount": 11}]
            again.goto(0)
            again.set("$.n", 12)
            again.continue_()
            assert again.run.output["charged"] == {"receipt": 2}
            assert asked == [{"amount": 11}, {"amount": 12}]


def test_what_an_execution_is_started_with(tmp_path: Path) -> None:
    options: dict[str, Any] = {
        "name": "n-1", "start": "2030-05-06T07:08:09Z", "seed": 7, "region": "eu-west-1", "account": "210987654321",
        "role_arn": "arn:aws:iam::210987654321:role/r", "start_at": "Ask", "variables": {"total": 5}, "single": True,
        "context": {"Mine": 1}, "input_text": '{"a": 1.0}', "event_buses": ["shop"], "type": "EXPRESS",
    }  # fmt: skip
    with Debugger(JSONATA, **options) as debugger:
        debugger.step(3)
        with resumed(debugger, tmp_path / "s.json") as again:
            check_same(again, debugger)
            assert again.run.execution.info == debugger.run.execution.info
            assert (again.world.now, again.world.region) == (debugger.world.now, "eu-west-1")
            assert again.run.history == debugger.run.history


def test_breakpoints_and_watches(tmp_path: Path) -> None:
    with Debugger(ORDER, {"n": 3}) as debugger:
        points = debugger.breakpoints
        for text in ("Price", "Charge if $.n > 2", "Price->Charge", "error Busy"):
            points.add(text)
        points.add("Done", temporary=True)
        points.watch("$.n if $.n > 1")
        for number in (1, 3):
            points.delete(number)
        points.disable(4)
        points.ignore(2, 3)
        with resumed(debugger, tmp_path / "s.json") as again:
            assert [each.description for each in again.breakpoints] == [each.description for each in points]
            assert [each.number for each in again.breakpoints] == [2, 4, 5, 6]


CHILD = {"StartAt": "Double", "States": {"Double": {"Type": "Pass", "End": True}}}
STARTS = {
    "StartAt": "Call",
    "States": {
        "Call": {
            "Type": "Task",
            "Resource": "arn:aws:states:::states:startExecution.sync:2",
            "Parameters": {"StateMachineArn": "child", "Input": {"n": 1}},
            "End": True,
        }
    },
}  # fmt: skip


@pytest.mark.parametrize("form", ["dict", "machine", "file"])
def test_machines_that_tasks_start(form: str, tmp_path: Path) -> None:
    file = tmp_path / "child.asl.json"
    file.write_text(json.dumps(CHILD))
    child: Any = {"dict": CHILD, "machine": asl.load(CHILD, name="child"), "file": file}[form]
    with Debugger(asl.load(STARTS, name="m"), machines={"child": child}) as debugger:
        debugger.continue_()
        assert debugger.run.succeeded
        with resumed(debugger, tmp_path / "s.json") as again:
            check_same(again, debugger)
            assert [run.arn for run in again.world.runs] == [run.arn for run in debugger.world.runs]


# -- the definition --------------------------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "shop.asl.json"
    path.write_text(json.dumps(ORDER.document.value, indent=2).replace('"declined"', '"${Why}"'))
    return path


def session_of(file: Path, *, answers: bool = True) -> Path:
    """The file of a session of a definition's, in another folder, that has come to its end."""
    path = file.parent / "kept" / "s.json"
    path.parent.mkdir(exist_ok=True)
    with Debugger(asl.load(file, define={"Why": "declined"}), {"n": 3}) as debugger:
        debugger.continue_()
        debugger.fail("Busy")
        debugger.continue_()
        debugger.succeed({"receipt": 1})
        debugger.set("$.n", 11)
        debugger.continue_()
        save(debugger, path)
    return path


def test_files_are_named_relative_to_the_session(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = session_of(file)
    moved = file.parent.rename(file.parent.with_name("elsewhere")) / path.relative_to(file.parent)
    monkeypatch.chdir(moved.parent)
    session = read("s.json")
    assert session.machine.file == Path("../shop.asl.json")
    assert str(file.parent) not in moved.read_text()
    with resume(session, warn=no_warning, tasks=nobody) as again:
        assert again.run.succeeded
        place = again.run.machine.locate("/States/Price")
        assert place is not None
        assert place.file == "../shop.asl.json"


def test_a_definition_whose_file_is_gone(file: Path) -> None:
    path = session_of(file)
    file.unlink()
    with resume(read(path), warn=no_warning) as again:
        assert again.run.succeeded
        assert again.run.machine.document.value["States"]["Refuse"]["Cause"] == "declined"
        assert again.run.machine.locate("/States/Price") is not None


def test_a_definition_that_is_only_written_otherwise(file: Path) -> None:
    path = session_of(file)
    file.write_text(json.dumps(json.loads(file.read_text())))
    with resume(read(path), warn=no_warning, tasks=nobody) as again:
        assert again.run.succeeded


def test_a_definition_that_has_changed(file: Path) -> None:
    """Answers fit where the same is asked; what was changed by hand is told of, and not made again."""
    path = session_of(file)
    definition = json.loads(file.read_text())
    definition["States"]["Price"]["Next"] = "More"
    definition["States"]["More"] = {"Type": "Pass", "Next": "Charge"}
    definition["States"]["Rest"]["Seconds"] = 5
    file.write_text(json.dumps(definition))
    told: list[str] = []
    with resume(read(path), warn=told.append, tasks=nobody) as again:
        assert again.stop.number == 0
        again.continue_()
        assert again.run.path == ["Price", "More", "Charge", "Big?", "Done"]
        assert again.run.output["charged"] == {"receipt": 1}
        assert [each["type"] for each in again.run.history].count("LambdaFunctionFailed") == 1
    changed, undone = told
    assert changed.endswith(
        "shop.asl.json has changed since the session was saved: state More is new; state Price is another; state Rest"
        " is another"
    )
    assert undone == "what was done by hand is not done again: the data changed at state 'Charge'"


def test_answers_of_a_changed_definition_are_used_up(file: Path) -> None:
    """What asks once more is answered by nothing of the session."""
    path = session_of(file)
    definition = json.loads(file.read_text())
    again_ = {**definition["States"]["Charge"], "Next": "Big?"}
    definition["States"]["Charge"] = {**again_, "Next": "Charge"}
    definition["States"]["Charge"]["Parameters"] = {"amount.$": "$.n"}
    file.write_text(json.dumps(definition))
    with resume(read(path), warn=lambda text: None) as again:
        again.continue_()
        assert again.run.path == ["Price", "Charge", "Charge"]
        assert again.reason == "unanswered"
        again.succeed({"receipt": 2})
        again.back()


def test_an_answer_to_a_token_of_a_changed_definition(tmp_path: Path) -> None:
    """The token is another one, because the attempt is; what is asked is the same."""
    definition = json.loads(json.dumps(WAITS.document.value))
    with Debugger(WAITS, {}, tasks=submitted) as debugger:
        by_token(debugger)
        definition["States"] = {"First": {"Type": "Pass", "Next": "Ask"}, **definition["States"]}
        definition["StartAt"] = "First"
        with resumed(debugger, tmp_path / "s.json", asl.load(definition, name="m"), warn=lambda text: None) as again:
            again.continue_()
            assert again.run.output == {"by": "ann"}
            assert again.run.path == ["First", "Ask"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"Comment": "new"}, "but for its states"),
        ({"StartAt": "Charge"}, "but for its states"),
        ({"States": {"Price": {"Type": "Succeed"}}}, "state Big? is gone"),
    ],
)
def test_what_has_changed(change: dict[str, Any], said: str) -> None:
    changes = definition_changes(ORDER.document.value, {**ORDER.document.value, **change})
    assert changes is not None
    assert changes.startswith(said)
    assert definition_changes(ORDER.document.value, dict(ORDER.document.value)) is None


# -- what is not in it -----------------------------------------------------------------------------------------------


def charge(event: Any, context: Any) -> Any:
    return {"receipt": 1}


def test_options_that_are_to_be_named_again(tmp_path: Path) -> None:
    """Neither code nor services elsewhere come from a file."""
    path = tmp_path / "s.json"
    options: dict[str, Any] = {"endpoint_url": {"s3": "http://localhost:1"}, "mocks": MockConfig("Declined", "m", {})}
    with Debugger(ORDER, {"n": 3}, lambdas={"charge": charge}, **options) as debugger:
        debugger.continue_()
        save(debugger, path)
    session = read(path)
    functions = f"--lambda charge={__name__}:charge"
    assert session.named_again == [functions, "--mock FILE#Declined", "--endpoint-url s3=http://localhost:1"]
    with resume(session, warn=no_warning) as again:
        assert again.run.succeeded
        assert "endpoint_url" not in again.of_world


# -- files -----------------------------------------------------------------------------------------------------------


def test_saving_again(file: Path) -> None:
    path = session_of(file)
    before = path.read_text()
    session_of(file)
    assert path.read_text() == before


@pytest.mark.parametrize("content", ["{}", '{"StartAt": "A"}', "no JSON", ""])
def test_other_files_are_not_written_over(content: str, tmp_path: Path) -> None:
    path = tmp_path / "order.asl.json"
    path.write_text(content)
    with Debugger(ORDER, {}) as debugger, pytest.raises(InputError, match="exists and is no session: choose another"):
        save(debugger, path)
    assert path.read_text() == content


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    with Debugger(ORDER, {}) as debugger, pytest.raises(InputError, match="cannot be written: No such file"):
        save(debugger, tmp_path / "no" / "s.json")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "no such file"),
        ("", "is no session of the debugger; one is written by its command `save FILE`"),
        ("[1]", "is no session of the debugger"),
        ('{"StartAt": "A"}', "is no session of the debugger"),
        ("[" * 100_000, "is no session of the debugger"),
        ('{"aslDebugSession": 9, "aslkit": "8.1"}', "version 9 of the format, written by aslkit 8.1"),
        ('{"aslDebugSession": 1}', "is damaged: KeyError: 'world'"),
    ],
)
def test_files_that_are_no_sessions(content: str | None, said: str, tmp_path: Path) -> None:
    path = tmp_path / "s.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(InputError) as raised:
        read(path)
    assert str(raised.value).startswith(f"{path}: {said}" if content is None else f"{path}: is ")
    assert said in str(raised.value)


@pytest.mark.parametrize(
    "damage",
    [
        {"lines": 5},
        {"lines": [{"name": "main"}]},
        {"answers": [{"asked": 0}]},
        {"world": []},
        {"machine": {"name": "m"}},
        {"breakpoints": [{"kind": "breakpoint"}]},
        {"lines": [{"name": "main", "given": [], "position": 0, "moves": [{"action": "Explode"}]}]},
    ],
)
def test_damaged_files(damage: dict[str, Any], file: Path) -> None:
    path = session_of(file)
    path.write_text(json.dumps({**json.loads(path.read_text()), **damage}))
    with pytest.raises(InputError, match="is damaged"):
        read(path)


def test_moves_that_lead_elsewhere(file: Path) -> None:
    """A file that somebody has changed by hand is followed as far as that goes, and it is said."""
    path = session_of(file)
    value = json.loads(path.read_text())
    value["answers"], value["lines"][0]["given"] = [], []
    value["lines"][0]["moves"] = [100]
    path.write_text(json.dumps(value))
    told: list[str] = []
    with resume(read(path), warn=told.append) as again:
        assert again.stop.state.name == "Charge"
    assert "the session cannot be followed to its end" in told[0]
