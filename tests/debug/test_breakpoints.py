"""Where breakpoints stop, what their texts mean, and what is said of those that mean nothing."""

from collections.abc import Iterator
from itertools import count, pairwise
from pathlib import Path
from typing import Any

import pytest

import asl
from asl.debug.breakpoints import Breakpoints
from asl.debug.debugger import Debugger
from asl.debug.stop import Stop
from asl.errors import InputError
from asl.integration import Call
from asl.machine import Machine
from tests.debug.stops import run_of, stop

DEFINITION = """\
{
  "StartAt": "Check",
  "States": {
    "Check": {
      "Type": "Pass",
      "Parameters": {
        "n.$": "$.n",
        "items": [1, 2, 3]
      },
      "Assign": {"count.$": "$.n"},
      "Next": "Choose"
    },
    "Choose": {
      "Type": "Choice",
      "Choices": [
        {"Variable": "$.n", "NumericEquals": 1, "Next": "Each"},
        {
          "Variable": "$.n",
          "NumericEquals": 2,
          "Assign": {"count": 20},
          "Next": "Charge"
        }
      ],
      "Default": "Charge"
    },
    "Each": {
      "Type": "Map",
      "ItemsPath": "$.items",
      "ItemProcessor": {
        "StartAt": "One",
        "States": {
          "One": {"Type": "Pass", "Assign": {"last.$": "$"}, "End": true}
        }
      },
      "ResultPath": "$.done",
      "Next": "Charge"
    },
    "Charge": {
      "Type": "Task",
      "Resource": "arn:aws:states:::lambda:invoke",
      "Parameters": {"FunctionName": "charge", "Payload.$": "$"},
      "Retry": [
        {"ErrorEquals": ["Busy"], "IntervalSeconds": 1}
      ],
      "Catch": [
        {
          "ErrorEquals": ["States.ALL"],
          "ResultPath": "$.error",
          "Next": "If it fails -> say so"
        }
      ],
      "Next": "Done"
    },
    "If it fails -> say so": {"Type": "Pass", "Comment": "x", "Next": "Done"},
    "Done": {"Type": "Succeed"}, "Never": {"Type": "Fail"}
  }
}
"""

IN_YAML = """\
StartAt: First
States:
  First:
    Type: Pass
    Result:
      a: 1
    Next: Both
  Both:
    Type: Parallel
    End: true
    Branches:
      - StartAt: Left
        States:
          Left: {Type: Pass, Result: 1, End: true}
      - StartAt: Right
        States:
          Right:
            Type: Pass
            End: true
"""


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    file = tmp_path_factory.mktemp("machines") / "order.asl.json"
    file.write_text(DEFINITION)
    return asl.load(file)


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    file = tmp_path_factory.mktemp("others") / "both.asl.yaml"
    file.write_text(IN_YAML)
    return asl.load(file)


@pytest.fixture
def breakpoints(machine: Machine, other: Machine) -> Breakpoints:
    return Breakpoints([machine, other])


class Busy(Exception):
    pass


def debugger(machine: Machine, n: int = 1) -> Debugger:
    """An execution whose task is busy at first, and then refuses what is not 1."""
    attempts = count()

    def charge(payload: Any, context: object) -> Any:
        if next(attempts) == 0:
            raise Busy("later")
        if payload["n"] != 1:
            raise ValueError("refused")
        return {"paid": payload["n"]}

    return Debugger(machine, {"n": n}, lambdas={"charge": charge})


def stopped(machine: Machine, *texts: str, n: int = 1) -> list[str]:
    """All stops that breakpoints make, as `kind state` and what is around."""
    with debugger(machine, n) as walk:
        for text in texts:
            walk.breakpoints.add(text)
        return [f"{found.kind} {where(found)}" for found in stops_of(walk)]


def stops_of(walk: Debugger) -> Iterator[Stop]:
    while not walk.is_at_end:
        found = walk.continue_()
        if walk.reason.startswith(("breakpoint", "watch")):
            yield found


def where(found: Stop) -> str:
    return "".join(f"{level}: " for level in found.levels) + (found.field or found.state.name)


# -- where they stop -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "n", "expected"),
    [
        ("One", 1, ["enter Each[0]: One", "enter Each[1]: One", "enter Each[2]: One"]),
        ("/States/Each", 1, ["enter Each"]),
        ("'Each'.exit", 1, ["exit Each"]),
        ("One.exit if $ = 2", 1, ["exit Each[1]: One"]),
        ("Choose->Charge", 1, []),
        ("Choose -> Charge", 2, ["enter Charge"]),
        ("Choose -> Charge", 3, ["enter Charge"]),
        ("Each->Charge", 2, []),
        ("Charge -> If it fails -> say so", 2, ["enter If it fails -> say so"]),
        ("'Charge' -> \"Done\"", 2, []),
        ("Charge->Done", 1, ["enter Done"]),
        ("error", 2, ["error Charge", "error Charge"]),
        ("error States.ALL", 1, ["error Charge"]),
        ("error Busy", 2, ["error Charge"]),
        ("error 'Value*'", 2, ["error Charge"]),
        ("error States.TaskFailed", 2, ["error Charge", "error Charge"]),
        ("error States.Timeout", 2, []),
        ("error if $error.Cause ~> $contains('refused')", 2, ["error Charge"]),
        ("resource *lambda*", 1, ["call Charge", "call Charge"]),
        ("resource lambda:invoke if $$.State.RetryCount = 1", 1, ["call Charge"]),
        ("7", 1, ["stage Parameters"]),
        ("10", 1, ["stage Assign"]),
        ("16", 1, ["enter Each"]),
        ("16", 2, []),
        ("18", 2, ["enter Charge"]),
        ("18", 3, []),
        ("20", 2, ["stage Assign"]),
        ("24", 3, ["enter Charge"]),
        ("24", 2, []),
        ("28", 1, ["stage ItemsPath"]),
        ("order.asl.json:32", 1, ["enter Each[0]: One", "enter Each[1]: One", "enter Each[2]: One"]),
        ("48", 2, ["stage ResultPath"]),
        ("50", 2, ["enter If it fails -> say so"]),
        ("50", 1, []),
    ],
)  # fmt: skip
def test_where_they_stop(machine: Machine, text: str, n: int, expected: list[str]) -> None:
    assert stopped(machine, text, n=n) == expected


def test_the_first_stop_is_one_too(machine: Machine, breakpoints: Breakpoints) -> None:
    with debugger(machine) as walk:
        assert breakpoints.parse("Check").matches(walk.stops, 0)
        assert breakpoints.parse("4").matches(walk.stops, 0)


@pytest.mark.parametrize(
    ("text", "pointer"),
    [
        ("5", "/States/Check"),
        ("11", "/States/Check"),
        ("15", "/States/Choose"),
        ("17", "/States/Choose/Choices/1/Next"),
        ("30", "/States/Each"),
        ("36", "/States/Each"),
        ("42", "/States/Charge"),
        ("46", "/States/Charge/Catch/0/Next"),
        ("55", "/States/Done"),
        ("both.asl.yaml:3", "/States/First"),
        ("both.asl.yaml:6", "/States/First/Result"),
        ("both.asl.yaml:7", "/States/First"),
        ("both.asl.yaml:12", "/States/Both"),
        ("both.asl.yaml:14", "/States/Both/Branches/0/States/Left"),
        ("both.asl.yaml:19", "/States/Both/Branches/1/States/Right"),
        ("Left", "/States/Both/Branches/0/States/Left"),
        ("First->Both", "/States/First/Next"),
    ],
)
def test_where_texts_stand(breakpoints: Breakpoints, text: str, pointer: str) -> None:
    assert breakpoints.parse(text).place.pointer == pointer


def test_files_by_the_end_of_their_path(breakpoints: Breakpoints, machine: Machine) -> None:
    path = Path(machine.document.name)
    for file in (path.name, f"{path.parent.name}/{path.name}", str(path)):
        assert breakpoints.parse(f"{file}:54").place.pointer == "/States/If it fails -> say so"


def test_definitions_on_one_line(tmp_path: Path) -> None:
    file = tmp_path / "one.json"
    file.write_text('{"StartAt":"A","States":{"A":{"Type":"Pass","Result":1,"Next":"B"},"B":{"Type":"Succeed"}}}')
    assert Breakpoints([asl.load(file)]).parse("1").place.pointer == "/States/A"


def test_several_rules_on_one_line(tmp_path: Path) -> None:
    file = tmp_path / "rules.json"
    file.write_text(
        '{"StartAt": "C", "States": {\n"C": {"Type": "Choice",\n "Choices": [\n'
        '{"Variable": "$.a", "IsNull": true, "Next": "D"}, {"Variable": "$.b", "IsNull": true, "Next": "D"}]},\n'
        '"D": {"Type": "Succeed"}}}'
    )
    assert Breakpoints([asl.load(file)]).parse("4").place.pointer == "/States/C"


def test_transitions_of_the_same_thread_only() -> None:
    """In a Parallel, the exit that comes just before an entry may be another branch's."""
    machine = asl.load(
        {
            "StartAt": "P",
            "States": {
                "P": {
                    "Type": "Parallel",
                    "End": True,
                    "Branches": [
                        {
                            "StartAt": f"A{name}",
                            "States": {
                                f"A{name}": {"Type": "Pass", "Next": f"B{name}"},
                                f"B{name}": {"Type": "Pass", "End": True},
                            },
                        }
                        for name in "xy"
                    ],
                }
            },
        }
    )
    with Debugger(machine, {}) as walk:
        walk.breakpoints.add("Ax->Bx")
        walk.breakpoints.add("Ay -> By")
        assert [where(found) for found in stops_of(walk)] == ["P branch 0: Bx", "P branch 1: By"]


def test_a_branch_entered_again_comes_from_nowhere() -> None:
    first, second = "/States/A/Next", "/States/B"
    again = asl.load({"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Succeed"}}})
    run = run_of(again)
    made = [
        stop(state="A", run=run, frame="0"),
        stop(state="A", run=run, frame="0.0", kind="exit", pointer=first),
        stop(state="A", run=run, frame="0", kind="retry"),
        stop(state="B", run=run, frame="0.0", pointer=second),
        stop(state="A", run=run, frame="0.0", kind="exit", pointer=first),
        stop(state="B", run=run, frame="0.0", pointer=second),
    ]
    found = Breakpoints([again]).parse("A->B")
    assert [found.matches(made, index) for index in range(len(made))] == [False] * 5 + [True]


def test_only_in_the_machine_that_is_meant(machine: Machine, other: Machine) -> None:
    breakpoints = Breakpoints([machine, other])
    same_pointer = asl.load({"StartAt": "Check", "States": {"Check": {"Type": "Succeed"}}})
    made = [stop(state="Check", run=run_of(same_pointer)), stop(state="Check", run=run_of(machine.named("renamed")))]
    found = breakpoints.parse("Check")
    assert [found.matches(made, index) for index in (0, 1)] == [False, True]


def test_a_call_that_nothing_answers_is_one_stop() -> None:
    call = Call("0#1", "arn:aws:states:::sqs:sendMessage", {}, "request_response", "Check", "e", "m", 0, "s")
    made = [stop({}, kind="call", call=call), stop({}, kind="call", call=call, problem="nothing answers it")]
    task = {"Type": "Task", "Resource": call.resource, "End": True}
    found = Breakpoints([asl.load({"StartAt": "T", "States": {"T": task}})]).parse("resource sqs:*")
    assert [found.matches(made, index) for index in (0, 1)] == [True, False]


# -- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "where to stop is missing: a state, a line, `error NAME`, `A -> B`, or `resource GLOB`"),
        ("Chek", "no state 'Chek'; did you mean 'Check'?"),
        ("check.exi", "no state 'check.exi'; did you mean 'Check'?"),
        ("zzz.exit", "no state 'zzz'; the states are Check, Choose, Each, One, Charge, If it fails -> say so, Done, "
                     "Never ..."),
        ("/States/Nope", "no state '/States/Nope'; the states are Check,"),
        ("Chek if $.n = 1", "no state 'Chek'; did you mean 'Check'?"),
        ("Chek->Each", "no state 'Chek'; did you mean 'Check'?"),
        ("Check -> 'Choos'", "no state 'Choos'; did you mean 'Choose'?"),
        ("Check->Done", "no transition leads from 'Check' to 'Done'; it leads to 'Choose'"),
        ("Choose -> Done", "no transition leads from 'Choose' to 'Done'; it leads to 'Charge', 'Each'"),
        ("One->Done", "no transition leads from 'One' to 'Done'; it leads to the end"),
        ("Done->Check", "no transition leads from 'Done' to 'Check'; it leads to the end"),
        ("error A B", "A B is more than one word: a name of an error with blanks stands in quotes"),
        ("resource", "which resource is missing: resource GLOB; the resources are arn:aws:states:::lambda:invoke"),
        ("resource lambda:invok", "no task has a resource lambda:invok; did you mean 'lambda:invoke'?"),
        ("resource *sqs*", "no task has a resource *sqs*; the resources are arn:aws:states:::lambda:invoke"),
        ("1", "is in no state; the nearest that works is 4, of state 'Check'"),
        ("57", "is in no state; the nearest that works is 55, of state 'Done'"),
        ("400", "has lines 1 to 57, no line 400; the nearest that works is 55"),
        ("0", "has lines 1 to 57, no line 0; the nearest that works is 4"),
        ("other.json:4", "no state machine here was read from other.json; there is "),
        ("Check if $.a ==", "invalid expression $.a == at character"),
        ("Check if", "no state 'Check if'; did you mean 'Check'?"),
    ],
)  # fmt: skip
def test_what_is_refused(breakpoints: Breakpoints, text: str, message: str) -> None:
    with pytest.raises(InputError) as wrong:
        breakpoints.add(text)
    assert message in str(wrong.value)
    assert len(breakpoints) == 0


def test_machines_without_files() -> None:
    breakpoints = Breakpoints([asl.load({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}})])
    for text, message in (
        ("3", "'StateMachine' was not read from a file: name a state instead of a line"),
        ("x.json:3", "no state machine here was read from x.json; none was read from a file"),
        ("resource x", "no task has a resource x; there are no tasks"),
    ):
        with pytest.raises(InputError) as wrong:
            breakpoints.add(text)
        assert str(wrong.value) == message


def test_names_that_look_like_something_else() -> None:
    names = ["12", "error X", "A->B", "a.exit", "x if y", "'q'"]
    states: dict[str, Any] = {name: {"Type": "Pass", "Next": after} for name, after in pairwise(names)}
    states["'q'"] = {"Type": "Succeed"}
    breakpoints = Breakpoints([asl.load({"StartAt": "12", "States": states})])
    for name in names:
        found = breakpoints.add(name)
        assert (found.place.keys, found.condition) == ((("enter", f"/States/{name}"),), None)
    for text, name, condition in (
        ("a.exit.exit", "a.exit", None),
        ("x if y if $.n = ' if '", "x if y", "$.n = ' if '"),
        ('"A->B" if $', "A->B", "$"),
    ):
        found = breakpoints.add(text)
        assert (found.place.pointer, found.condition) == (f"/States/{name}", condition)
    assert breakpoints.add("error X->A->B").place.keys == (("enter", "/States/A->B"),)
    assert breakpoints.add("A->B->a.exit").place.pointer == "/States/A->B/Next"


# -- conditions, counts ----------------------------------------------------------------------------------------------


def test_conditions(machine: Machine) -> None:
    assert stopped(machine, "One if $ > 1") == ["enter Each[1]: One", "enter Each[2]: One"]
    assert stopped(machine, "Charge if $count = 1") == ["enter Charge"]
    assert stopped(machine, "Charge if $.nothing.here = 1") == []
    assert stopped(machine, "Charge if $$.State.Name = 'Charge'") == ["enter Charge"]


def test_a_condition_that_fails_stops_and_says_so(machine: Machine) -> None:
    with debugger(machine) as walk:
        found = walk.breakpoints.add("One if $ > 'x'")
        walk.continue_()
        assert (walk.reason, walk.stop.kind, where(walk.stop)) == ("breakpoint 1", "enter", "Each[0]: One")
        assert found.news is not None
        assert found.news.startswith("the condition fails: $ > 'x': The values 1 and \"x\" either side of operator")
        walk.breakpoints.condition(1, "$ = 3")
        assert (where(walk.continue_()), found.news) == ("Each[2]: One", None)


def test_hits_ignore_and_condition(machine: Machine) -> None:
    with debugger(machine) as walk:
        found = walk.breakpoints.add("One")
        walk.breakpoints.ignore(1, 1)
        assert where(walk.continue_()) == "Each[1]: One"
        assert (found.hits, found.ignored) == (2, 0)
        walk.breakpoints.condition(1, "$ = 9")
        walk.continue_()
        assert (walk.reason, found.hits) == ("end", 2)


def test_temporary_ones_stop_once(machine: Machine) -> None:
    with debugger(machine) as walk:
        walk.breakpoints.add("One", temporary=True)
        assert where(walk.continue_()) == "Each[0]: One"
        assert list(walk.breakpoints) == []
        assert walk.breakpoints.last is not None
        walk.continue_()
        assert walk.reason == "end"


def test_disabled_deleted_and_enabled(machine: Machine) -> None:
    with debugger(machine) as walk:
        breakpoints = walk.breakpoints
        for text in ("Choose", "Each", "Charge"):
            breakpoints.add(text)
        breakpoints.disable(1)
        breakpoints.delete(2)
        assert walk.continue_().state.name == "Charge"
        assert (walk.reason, [each.number for each in breakpoints]) == ("breakpoint 3", [1, 3])
        breakpoints.enable(1)
        assert (walk.reverse_continue().state.name, walk.reason) == ("Choose", "breakpoint 1")
        assert breakpoints.add("Done").number == 4


def test_the_first_of_several_is_told_and_all_are_counted(machine: Machine) -> None:
    with debugger(machine) as walk:
        first, second = walk.breakpoints.add("Choose"), walk.breakpoints.add("Check -> Choose", temporary=True)
        walk.continue_()
        assert (walk.reason, walk.breakpoints.last, first.hits, second.hits) == ("breakpoint 1", first, 1, 1)
        assert list(walk.breakpoints) == [first]


def test_numbers_that_are_none(breakpoints: Breakpoints) -> None:
    with pytest.raises(InputError, match="there is no breakpoint 1; there are none"):
        breakpoints.delete(1)
    breakpoints.add("Check")
    breakpoints.watch("$.n")
    for change in (breakpoints.enable, breakpoints.disable, breakpoints.delete):
        with pytest.raises(InputError, match="there is no breakpoint 3; there are 1, 2"):
            change(3)
    with pytest.raises(InputError, match="how often to ignore breakpoint 1 is a count, not -1"):
        breakpoints.ignore(1, -1)
    with pytest.raises(InputError, match=r"invalid expression \$\.a &&"):
        breakpoints.condition(1, "$.a && $.b")


def test_descriptions(breakpoints: Breakpoints, machine: Machine) -> None:
    found = breakpoints.add("Charge if $.n = 1", temporary=True)
    assert str(found) == "breakpoint 1"
    assert found.description == f"breakpoint 1: Charge if $.n = 1, {machine.document.name}:38, temporary"
    found.hits = 1
    breakpoints.disable(1)
    breakpoints.ignore(1, 2)
    breakpoints.condition(1, None)
    assert found.description.endswith(":38, temporary, disabled, hit 1 time, ignored the next 2 times")
    assert breakpoints.add("error Busy").description == "breakpoint 2: error Busy"
    assert breakpoints.watch("$.n").description == "watch 3: $.n"
    breakpoints.reset()
    assert found.hits == 0


def test_a_place_that_was_typed_is_told_once(breakpoints: Breakpoints) -> None:
    assert breakpoints.add("both.asl.yaml:3").description == "breakpoint 1: both.asl.yaml:3"
    inside = breakpoints.add("both.asl.yaml:7").description  # a line of a state that begins in another one
    assert inside.startswith("breakpoint 2: both.asl.yaml:7, ")
    assert inside.endswith("both.asl.yaml:3")


# -- going back ------------------------------------------------------------------------------------------------------


def test_going_back_counts_nothing(machine: Machine) -> None:
    with debugger(machine) as walk:
        found = walk.breakpoints.add("One")
        forwards = [each.number for each in stops_of(walk)]
        back = []
        while walk.stop.number:
            walk.reverse_continue()
            if walk.reason == "breakpoint 1":
                back.append(walk.stop.number)
        assert (back, found.hits) == (forwards[::-1], 3)
        walk.breakpoints.ignore(1, 1)
        walk.goto(len(walk.stops) - 1)
        assert (walk.reverse_continue().number, found.ignored) == (0, 1)


# -- watches ---------------------------------------------------------------------------------------------------------


def watched(machine: Machine, text: str, n: int = 1) -> list[tuple[str, str | None]]:
    with debugger(machine, n) as walk:
        watch = walk.breakpoints.watch(text)
        return [(f"{found.kind} {where(found)}", watch.news) for found in stops_of(walk)]


def test_watch_a_path(machine: Machine) -> None:
    assert watched(machine, "$.done") == [
        ("exit Each", "$.done: nothing → [1,2,3]"),
        ("exit Charge", "$.done: [1,2,3] → nothing"),
    ]
    assert watched(machine, "$.n > 0") == [("exit Charge", "$.n > 0: true → nothing")]
    assert watched(machine, "$.items[0]", n=3)[0] == ("exit Check", "$.items[0]: nothing → 1")


def test_watch_a_variable(machine: Machine) -> None:
    assert watched(machine, "$count", n=2) == [("exit Check", "$count: nothing → 2"), ("exit Choose", "$count: 2 → 20")]
    assert watched(machine, "$last") == [
        ("exit Each[0]: One", "$last: nothing → 1"),
        ("exit Each[1]: One", "$last: nothing → 2"),
        ("exit Each[2]: One", "$last: nothing → 3"),
    ]


def test_watch_with_a_condition(machine: Machine) -> None:
    assert watched(machine, "$last if $last = 2") == [("exit Each[1]: One", "$last: nothing → 2")]
    with debugger(machine) as walk:
        watch = walk.breakpoints.watch("$last if $last > 'x'")
        walk.continue_()
        assert watch.news is not None
        assert watch.news.startswith("$last: nothing → 1; the condition fails: $last > 'x': The values")


def test_what_a_watch_saw(machine: Machine) -> None:
    with debugger(machine) as walk:
        watch = walk.breakpoints.watch("$.n")
        walk.continue_()
        assert (walk.reason, watch.changed, watch.hits) == ("watch 1", (1, asl.values.ABSENT), 1)


def test_watches_while_going_back(machine: Machine) -> None:
    with debugger(machine) as walk:
        watch = walk.breakpoints.watch("$.done")
        forwards = [(found.number, watch.news) for found in stops_of(walk)]
        back = []
        while walk.stop.number:
            walk.reverse_continue()
            if walk.reason == "watch 1":
                back.append((walk.stop.number, watch.news))
        assert back == forwards[::-1]
        assert watch.hits == 2


def test_watch_after_the_past_has_changed(machine: Machine) -> None:
    with debugger(machine) as walk:
        watch = walk.breakpoints.watch("$.n")
        walk.continue_()
        walk.goto(next(each.number for each in walk.stops if each.kind == "enter" and each.state.name == "Charge"))
        walk.set("$.n", 7)
        assert list(stops_of(walk)) == []
        assert (walk.reverse_continue().state.name, watch.news) == ("Charge", "$.n: 1 → 7")


def test_what_cannot_be_watched(breakpoints: Breakpoints) -> None:
    with pytest.raises(InputError, match=r"invalid path '\$\.a\['"):
        breakpoints.watch("$.a[")
    with pytest.raises(InputError, match="an expression is missing"):
        breakpoints.watch("")
    assert len(breakpoints) == 0


def test_without_breakpoints_no_stop_is_looked_at() -> None:
    class Unlooked(list[Stop]):
        def __getitem__(self, index: Any) -> Any:
            raise AssertionError("was looked at")

    breakpoints = Breakpoints([asl.load({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}})])
    assert breakpoints.hit(Unlooked(), 0) is None
    breakpoints.add("A")
    breakpoints.disable(1)
    assert breakpoints.would_hit(Unlooked(), 0) is None
