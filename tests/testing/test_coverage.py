"""Coverage of state machines: what there is to cover, what executions cover, and the report by name."""

import json
from pathlib import Path
from typing import Any

import pytest

import asl
from asl import source
from asl.errors import InputError
from asl.testing import Workflow
from asl.testing.coverage import Collector
from asl.testing.coverage.items import items

PAY = {
    "StartAt": "Check",
    "States": {
        "Check": {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.amount", "NumericEquals": 0, "Next": "Free"},
                {"Variable": "$.amount", "NumericLessThan": 0, "Next": "Wrong"},
            ],
            "Default": "Charge",
        },
        "Free": {"Type": "Succeed"},
        "Wrong": {"Type": "Fail", "Error": "Wrong"},
        "Charge": {
            "Type": "Task",
            "Resource": "arn:aws:states:us-east-1:123456789012:activity:charge",
            "Retry": [{"ErrorEquals": ["Busy", "Slow"], "MaxAttempts": 1}],
            "Catch": [{"ErrorEquals": ["Declined"], "Next": "Wrong"}, {"ErrorEquals": ["States.ALL"], "Next": "Free"}],
            "Next": "Pack",
        },
        "Pack": {
            "Type": "Map",
            "ItemProcessor": {"StartAt": "Wrap", "States": {"Wrap": {"Type": "Pass", "End": True}}},
            "ItemsPath": "$.goods",
            "End": True,
        },
    },
}


class Busy(Exception):
    pass


def write(folder: Path, definition: Any = PAY, name: str = "pay.asl.json", indent: int | None = 2) -> Path:
    file = folder / name
    file.write_text(json.dumps(definition, indent=indent))
    return file


def line_of(file: Path, text: str, after: str = "") -> int:
    """The number of the first line with a text, of those after the first one with another."""
    whole = file.read_text()
    return whole.count("\n", 0, whole.index(text, whole.index(after))) + 1


@pytest.fixture
def collector(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Collector:
    """A collector in a working folder of its own."""
    monkeypatch.chdir(tmp_path)
    return Collector()


# -- what there is to cover ------------------------------------------------------------------------------------------


def test_items_are_states_with_their_retriers_and_exits() -> None:
    found = items(source.from_value(PAY))
    assert [(item.kind, item.pointer) for item in found] == [
        ("state", "/States/Check"),
        ("rule", "/States/Check/Choices/0/Next"),
        ("rule", "/States/Check/Choices/1/Next"),
        ("rule", "/States/Check/Default"),
        ("state", "/States/Free"),
        ("state", "/States/Wrong"),
        ("state", "/States/Charge"),
        ("retrier", "/States/Charge/Retry/0"),
        ("catcher", "/States/Charge/Catch/0/Next"),
        ("catcher", "/States/Charge/Catch/1/Next"),
        ("transition", "/States/Charge/Next"),
        ("state", "/States/Pack"),
        ("transition", "/States/Pack/End"),
        ("state", "/States/Pack/ItemProcessor/States/Wrap"),
        ("transition", "/States/Pack/ItemProcessor/States/Wrap/End"),
    ]
    assert [str(item) for item in found if item.name == "Charge"] == [
        "Charge",
        "Charge: Retry[0] (Busy, Slow)",
        "Charge: Catch[0] (Declined) → Wrong",
        "Charge: Catch[1] (States.ALL) → Free",
        "Charge: Next → Pack",
    ]
    assert {item.line for item in found} == {0}


def test_items_stand_where_they_begin(tmp_path: Path) -> None:
    file = write(tmp_path)
    found = {item.pointer: item for item in items(source.read(file))}
    assert found["/States/Charge"].line == line_of(file, '"Charge": {')
    assert found["/States/Charge"].end_line == line_of(file, '"Pack": {') - 1
    catcher = found["/States/Charge/Catch/1/Next"]
    assert (catcher.line, catcher.end_line) == (
        line_of(file, "States.ALL") - 2,
        line_of(file, '"Free"', "States.ALL") + 1,
    )
    assert found["/States/Check/Default"].line == line_of(file, '"Default"')
    assert found["/States/Charge/Next"].line == line_of(file, '"Next": "Pack"')


def test_items_of_yaml(tmp_path: Path) -> None:
    file = tmp_path / "a.asl.yaml"
    file.write_text("StartAt: A\nStates:\n  A:\n    Type: Pass\n    Next: B\n\n  B:\n    Type: Succeed\n")
    found = {item.pointer: (item.line, item.end_line) for item in items(source.read(file))}
    assert found == {"/States/A": (3, 5), "/States/A/Next": (5, 5), "/States/B": (7, 8)}


def test_a_choice_without_default_has_no_item_for_it() -> None:
    rule = {"Variable": "$.a", "IsPresent": True, "Next": "B"}
    states = {"A": {"Type": "Choice", "Choices": [rule]}, "B": {"Type": "Succeed"}}
    found = items(source.from_value({"StartAt": "A", "States": states}))
    assert [item.pointer for item in found] == ["/States/A", "/States/A/Choices/0/Next", "/States/B"]


# -- what executions cover -------------------------------------------------------------------------------------------


def charged(failures: int = 0, error: type[Exception] = Busy) -> Any:
    left = [error] * failures

    def work(arguments: Any) -> Any:
        if left:
            raise left.pop()
        return {"goods": [1, 2]}

    return {"charge": work}


def test_collects_all_runs_of_a_session(collector: Collector) -> None:
    machine = asl.load(PAY)
    with collector:
        machine.run({"amount": 0})
        machine.run({"amount": 1}, activities=charged(failures=1))
    machine.run({"amount": -1})
    (found,) = collector.definitions
    assert found.counted == (11, 15)
    assert {item.pointer for item in found.items} - found.taken == {
        "/States/Check/Choices/1/Next",
        "/States/Wrong",
        "/States/Charge/Catch/0/Next",
        "/States/Charge/Catch/1/Next",
    }


def test_what_runs_take_is_what_there_is_to_cover(collector: Collector) -> None:
    """Every pointer that the engine notes is an item, but the end of Succeed states."""
    machine = asl.load(PAY)
    with collector:
        machine.run({"amount": 0})
        machine.run({"amount": -1})
        machine.run({"amount": 1}, activities=charged(failures=1))
        machine.run({"amount": 1}, activities=charged(failures=2))
        machine.run({"amount": 1}, activities=charged(1, type("Declined", (Exception,), {})))
    (found,) = collector.definitions
    assert found.taken - {item.pointer for item in found.items} == {"/States/Free/End"}
    assert collector.percent == 100


def test_a_retrier_that_forbids_retries_is_used_when_an_error_matches_it(collector: Collector) -> None:
    retry = [{"ErrorEquals": ["Fatal"], "MaxAttempts": 0}, {"ErrorEquals": ["States.ALL"]}]
    work = {"Type": "Task", "Resource": "arn:aws:states:::example:work", "Retry": retry, "End": True}
    with collector:
        asl.load({"StartAt": "Work", "States": {"Work": work}}).run(tasks=lambda call: asl.Failure("Fatal"))
    (found,) = collector.definitions
    assert found.taken == {"/States/Work", "/States/Work/Retry/0"}


def test_a_file_is_one_however_it_is_loaded(collector: Collector, tmp_path: Path) -> None:
    state = {"Type": "Pass", "Result": "${Stage}", "End": True}
    file = write(tmp_path, {"StartAt": "A", "States": {"A": state}})
    with collector:
        asl.load(file, define={"Stage": "one"}).run()
        asl.load("pay.asl.json", define={"Stage": "two"}, type="EXPRESS").run()
        asl.load(file, name="other").run(type="EXPRESS")
    assert [each.file for each in collector.definitions] == [str(file)]


def test_versions_of_a_file_are_told_apart(collector: Collector, tmp_path: Path) -> None:
    for name in ("A", "B"):
        collector.add(asl.load(write(tmp_path, {"StartAt": name, "States": {name: {"Type": "Succeed"}}})))
    assert len(collector.definitions) == 2


def test_definitions_in_one_template_are_told_apart(collector: Collector, tmp_path: Path) -> None:
    """Alike to the letter, they still are two: what a run of one takes does not cover the other."""
    definition = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Succeed"}}}
    resource = {"Type": "AWS::Serverless::StateMachine", "Properties": {"Definition": definition}}
    template = {"Transform": "AWS::Serverless-2016-10-31", "Resources": {"One": resource, "Two": resource}}
    file = write(tmp_path, template, "template.json")
    with collector:
        Workflow(file, resource="One").run()
        collector.add(Workflow(file, resource="Two").machine)
    assert [line.split()[:2] + line.split()[-1:] for line in collector.report().splitlines()[1:3]] == [
        ["template.json", "One", "100%"],
        ["template.json", "Two", "0%"],
    ]


def test_definitions_that_never_run_count_when_added(collector: Collector) -> None:
    collector.add(asl.load({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}))
    assert collector.percent == 0


def test_nothing_to_cover_is_all_covered(collector: Collector) -> None:
    assert collector.percent == 100
    assert collector.report() == "No state machine was run."


def test_temporary_files_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    monkeypatch.chdir(tmp_path)
    collector = Collector()
    collector.add(asl.load(write(temporary)))
    assert collector.definitions == []
    monkeypatch.chdir(temporary)
    assert len(collector.definitions) == 1


def test_starting_twice_and_stopping_twice_is_harmless(collector: Collector) -> None:
    from asl.hosts.watchers import watchers

    before = list(watchers)
    collector.start()
    collector.start()
    assert len(watchers) == len(before) + 1
    collector.stop()
    collector.stop()
    assert watchers == before


def test_child_executions_are_collected(collector: Collector) -> None:
    resource = "arn:aws:states:::states:startExecution.sync"
    arn = "arn:aws:states:us-east-1:123456789012:stateMachine:pay"
    task = {"Type": "Task", "Resource": resource, "Parameters": {"StateMachineArn": arn, "Input": {"amount": 0}}}
    outer = asl.load({"StartAt": "Start", "States": {"Start": {**task, "End": True}}}, name="outer")
    with collector:
        outer.run({}, machines={"pay": asl.load(PAY, name="pay")})
    assert [(each.name, each.counted) for each in collector.definitions] == [("outer", (2, 2)), ("pay", (3, 15))]


# -- from process to process -----------------------------------------------------------------------------------------


def test_data_of_processes_are_put_together(collector: Collector, tmp_path: Path) -> None:
    file = write(tmp_path)
    workers = [Collector(), Collector()]
    for worker, amount in zip(workers, (0, -1), strict=True):
        with worker:
            asl.load(file).run({"amount": amount})
    for worker in workers:
        collector.merge(json.loads(json.dumps(worker.to_json())))
    (found,) = collector.definitions
    assert found.counted == (5, 15)
    with collector:
        asl.load(file).run({"amount": 1}, activities=charged())
    assert [each.counted for each in collector.definitions] == [(12, 15)]


def test_data_of_another_format_are_refused(collector: Collector) -> None:
    with pytest.raises(InputError, match="coverage data"):
        collector.merge({"format": 0, "definitions": []})


# -- reports ---------------------------------------------------------------------------------------------------------


def test_report(collector: Collector, tmp_path: Path) -> None:
    file = write(tmp_path)
    with collector:
        asl.load(file).run({"amount": 0})
        asl.load({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}, name="small").run()
    rule, default = line_of(file, "{", "Free"), line_of(file, "Default")
    wrong, charge, pack = (line_of(file, f'"{name}": {{') for name in ("Wrong", "Charge", "Pack"))
    assert collector.report(100) == (
        "              states  transitions  rules  catchers  retriers  covered\n"
        "pay.asl.json     2/6          1/8    1/3       0/2       0/1      20%\n"
        "small            1/1            -      -         -         -     100%\n"
        "all              3/7          1/8    1/3       0/2       0/1      25%\n"
        "\n"
        "Not covered:\n"
        f"pay.asl.json:{rule}  Check: Choices[1] → Wrong never taken\n"
        f"pay.asl.json:{default}  Check: Default → Charge never taken\n"
        f"pay.asl.json:{wrong}  Wrong never entered\n"
        f"pay.asl.json:{charge}  Charge never entered\n"
        f"pay.asl.json:{pack}  Pack never entered, nor the state in it"
    )


def test_report_names_retriers_and_catchers(collector: Collector) -> None:
    with collector:
        asl.load(PAY, name="pay").run({"amount": 1}, activities=charged())
    assert collector.report(100).splitlines()[4:] == [
        "pay  Check: Choices[0] → Free never taken",
        "pay  Check: Choices[1] → Wrong never taken",
        "pay  Free never entered",
        "pay  Wrong never entered",
        "pay  Charge: Retry[0] (Busy, Slow) never used",
        "pay  Charge: Catch[0] (Declined) → Wrong never taken",
        "pay  Charge: Catch[1] (States.ALL) → Free never taken",
    ]


def test_report_fits_the_terminal(collector: Collector, tmp_path: Path) -> None:
    file = write(tmp_path, name="a-file-with-quite-a-long-name.asl.json")
    with collector:
        asl.load(file).run({"amount": 0})
    report = collector.report(72)
    assert max(map(len, report.splitlines())) <= 72
    assert "…-name.asl.json  " in report
    place = f"a-file-with-quite-a-long-name.asl.json:{line_of(file, 'Default')}"
    assert f"{place}\n    Check: Default → Charge never taken" in report


def test_report_of_one_line_has_columns(collector: Collector, tmp_path: Path) -> None:
    file = write(tmp_path, indent=None)
    with collector:
        asl.load(file).run({"amount": 0})
    column = file.read_text().index('"Default"') + 1
    assert f"pay.asl.json:1:{column}  Check: Default → Charge never taken" in collector.report(100)


def test_report_of_all_covered_has_no_list(collector: Collector) -> None:
    with collector:
        asl.load({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}, name="small").run()
    assert collector.report(100) == (
        "       states  transitions  rules  catchers  retriers  covered\n"
        "small     1/1            -      -         -         -     100%"
    )


def test_percentages_are_rounded_to_neither_end() -> None:
    from asl.testing.coverage.report import percentage

    assert [percentage((part, 1000)) for part in (0, 1, 500, 999, 1000)] == ["0%", "1%", "50%", "99%", "100%"]


def test_report_as_json(collector: Collector, tmp_path: Path) -> None:
    file = write(tmp_path)
    with collector:
        asl.load(file).run({"amount": 0})
    report = json.loads(json.dumps(collector.report_json()))
    (found,) = report["definitions"]
    assert (found["file"], found["name"], found["percent"]) == (str(file), "pay", 20.0)
    assert found["rules"] == {"covered": 1, "total": 3}
    assert report["all"]["items"] == {"covered": 3, "total": 15}
    assert found["missed"][1] == {
        "kind": "rule",
        "state": "Check",
        "what": "Default → Charge",
        "pointer": "/States/Check/Default",
        "line": line_of(file, '"Default"'),
        "column": 7,
    }
