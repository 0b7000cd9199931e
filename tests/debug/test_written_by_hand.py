"""Executions that somebody has changed in the debugger, written down as tests."""

from pathlib import Path
from typing import Any

import pytest

import asl
from asl.debug import Debugger
from asl.debug.written_test import Written, export, text
from asl.errors import InputError
from tests.debug.written import CALLBACK, INVOKE, machine, perform_asltest, perform_pytest, task

# -- what was done by hand -------------------------------------------------------------------------------------------


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
        assert export(walked, file.parent / "test_shop.py") == Written(None, [])
        assert export(walked, file.parent / "shop.asltest.yaml") == Written(None, [])
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


def change_a_variable_twice(debugger: Debugger) -> None:
    debugger.advance("Last")
    debugger.set("$limit", 4)
    debugger.set("$limit", 5)
    debugger.continue_()


@pytest.mark.parametrize(
    ("walk", "written"),
    [
        (change_a_variable, Written(None, ["$limit changed at state 'Last' by hand; not so in this test"])),
        (change_a_variable_twice, Written(None, ["$limit changed at state 'Last' by hand; not so in this test"])),
        (
            change_data,
            Written(
                'the output was {"n":5}, and of the test it is {"n":2}',
                ["the data changed at state 'Last' by hand; not so in this test"],
            ),
        ),
    ],
)
def test_what_was_changed_by_hand(walk: Any, written: Written, file: Path) -> None:
    with debugger(file, answer_by_hand) as walked:
        walked.goto(0)
        walk(walked)
        assert export(walked, file.parent / "test_shop.py") == written
    text = (file.parent / "test_shop.py").read_text()
    first = [] if written.problem is None else [f"this test does not pass: {written.problem}"]
    notes = [*first, *written.remarks]
    assert text.startswith("def test_shop_succeeds(asl):\n" + "".join(f"    # {note}\n" for note in notes))


INVOKES = {"Resource": INVOKE, "Parameters": {"FunctionName": "f"}}


def skip_before(debugger: Debugger) -> None:
    debugger.advance("Ask")
    debugger.skip()


def skip_its_call(debugger: Debugger) -> None:
    debugger.continue_()
    debugger.skip()


def skip_its_error(debugger: Debugger) -> None:
    debugger.continue_()
    debugger.fail("Busy")
    assert debugger.stop.kind == "error"
    debugger.skip()


def skip_after_a_while(debugger: Debugger) -> None:
    debugger.continue_()
    debugger.jump(3)
    debugger.skip()


def skip_its_second_attempt(debugger: Debugger) -> None:
    debugger.continue_()
    debugger.fail("Busy")
    debugger.continue_()
    debugger.skip()


RETRY = [{"ErrorEquals": ["Busy"]}]


@pytest.mark.parametrize(
    ("walk", "fields", "mock"),
    [
        (skip_before, {}, '.returns({"n": 1})'),
        (skip_its_call, {}, '.returns({"n": 1})'),
        (skip_its_error, {}, '.returns({"n": 1})'),
        (skip_after_a_while, {}, '.returns({"n": 1}, after=3)'),
        (skip_its_second_attempt, {"Retry": RETRY}, '.fails("Busy").then.returns({"n": 1})'),
        (skip_before, {"ResultPath": None}, '.returns({"n": 1})'),
        (skip_before, {**INVOKES, "OutputPath": "$.Payload"}, '.returns_payload({"n": 1})'),
        (skip_its_call, {**CALLBACK, "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
                         "Parameters": {"QueueUrl": "q", "MessageBody.$": "$$.Task.Token"}}, '.returns({"n": 1})'),
    ],
)  # fmt: skip
def test_a_task_that_was_skipped(walk: Any, fields: dict[str, Any], mock: str, file: Path) -> None:
    """Its mock answers what makes the same of the state."""
    with skipping(file, walk, fields) as walked:
        for name in ("test_shop.py", "shop.asltest.yaml"):
            written = export(walked, file.parent / name)
            note = "the task of state 'Ask' was skipped by hand; here it answers what comes to the same"
            assert written == Written(None, [note])
    text = (file.parent / "test_shop.py").read_text()
    assert f'workflow.mock("Ask"){mock}\n' in text
    perform_pytest(text, file.parent)
    perform_asltest(file.parent / "shop.asltest.yaml")


def skipping(file: Path, walk: Any, fields: dict[str, Any]) -> Debugger:
    first = {"Type": "Pass", "Next": "Ask"}
    ask = task(Next="Last", **fields)
    ask.pop("End", None)
    file.write_text(asl.json_text.dumps(machine("First", First=first, Ask=ask, Last={"Type": "Pass", "End": True})))
    debugger = Debugger(asl.load(file), {"n": 1})
    walk(debugger)
    debugger.continue_()
    return debugger


def skip_what_has_answered(debugger: Debugger) -> None:
    debugger.continue_()
    debugger.succeed({"n": 2})
    debugger.skip()


@pytest.mark.parametrize(
    ("walk", "fields"),
    [
        (skip_before, {"ResultPath": "$.asked"}),
        (skip_before, {"ResultSelector": {"n": 2}}),
        (skip_what_has_answered, {}),
    ],
)
def test_a_skip_that_no_answer_comes_to(walk: Any, fields: dict[str, Any], file: Path) -> None:
    with skipping(file, walk, fields) as walked:
        written = export(walked, file.parent / "test_shop.py")
    assert (written.problem or "").startswith('the output was {"n":1}, and of the test it is ')
    assert written.remarks == ["state 'Ask' skipped by hand; not so in this test"]
    text = (file.parent / "test_shop.py").read_text()
    assert text.startswith("def test_shop_succeeds(asl):\n    # this test does not pass: the output was")


def test_skips_of_some_items_and_of_other_states(file: Path) -> None:
    items = machine("Ask", Ask=task())
    states = {
        "Pause": {"Type": "Wait", "Seconds": 9, "Next": "All"},
        "All": {"Type": "Map", "ItemProcessor": items, "MaxConcurrency": 1, "End": True},
    }
    file.write_text(asl.json_text.dumps(machine("Pause", **states)))
    with Debugger(asl.load(file), ["a", "b", "c"]) as debugger:
        debugger.skip()
        debugger.continue_()
        debugger.succeed("A")
        debugger.continue_()
        debugger.skip()
        debugger.continue_()
        debugger.succeed("C")
        debugger.continue_()
        assert debugger.run.output == ["A", "b", "C"]
        written = export(debugger, file.parent / "test_shop.py")
    assert written == Written(
        None,
        [
            "state 'Pause' skipped by hand; not so in this test",
            "the task of state 'Ask' was skipped by hand; here it answers what comes to the same",
        ],
    )
    perform_pytest((file.parent / "test_shop.py").read_text(), file.parent)


def test_a_way_that_has_not_come_to_its_end(file: Path) -> None:
    with (
        debugger(file, lambda walked: walked.continue_()) as walked,
        pytest.raises(InputError, match="is not answered yet"),
    ):
        export(walked, file.parent / "test_shop.py")
    assert not (file.parent / "test_shop.py").exists()
