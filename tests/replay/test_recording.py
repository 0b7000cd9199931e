"""What files a recording is read from, and what is said of those that are none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import asl
from asl.errors import InputError
from asl.replay.driver import replay
from asl.replay.recording import Recording, from_events, from_values, read
from asl.values import JSON
from tests.replay.machines import ORDER, ORDER_INPUT, answers
from tests.replay.recordings import history, replayed, said

EVENTS = history(ORDER, ORDER_INPUT, tasks=answers)


def written(folder: Path, *values: JSON) -> Recording:
    """The recording in a file that holds these values, one behind the other."""
    file = folder / "history.json"
    file.write_text("\n".join(json.dumps(value, indent=4) for value in values), "utf-8")
    return read(file)


def whole(recording: Recording) -> bool:
    return len(recording.events) == len(EVENTS) and said(replay(recording, asl.load(ORDER))) == ""


def test_a_page(tmp_path: Path) -> None:
    recording = written(tmp_path, {"events": EVENTS})
    assert whole(recording)
    assert recording.is_complete
    assert recording.has_ended
    assert recording.event(3).type == "PassStateExited"
    assert recording.event(0) is None
    assert recording.event(len(EVENTS) + 1) is None


def test_pages_one_behind_the_other(tmp_path: Path) -> None:
    recording = written(tmp_path, {"events": EVENTS[:20], "nextToken": "x"}, {"events": EVENTS[20:]})
    assert whole(recording)
    assert recording.is_complete


def test_a_page_with_more_to_come(tmp_path: Path) -> None:
    recording = written(tmp_path, {"events": EVENTS[:20], "nextToken": "x"})
    assert not recording.is_complete
    told = replay(recording, asl.load(ORDER)).told()
    assert told == "20 events, all as recorded; this is not the whole history: the file has a nextToken"


def test_a_list_of_events_and_lines_of_events(tmp_path: Path) -> None:
    assert whole(written(tmp_path, EVENTS))
    (tmp_path / "lines.json").write_text("\n".join(map(json.dumps, EVENTS)), "utf-8-sig")
    assert whole(read(tmp_path / "lines.json"))


def test_the_last_event_first(tmp_path: Path) -> None:
    assert whole(written(tmp_path, {"events": EVENTS[::-1]}))


@pytest.mark.parametrize(
    ("timestamp", "at"),
    [
        ("2023-11-01T12:00:00.123000+00:00", 1698840000123),
        ("2023-11-01T13:00:00.123+01:00", 1698840000123),
        ("2023-11-01 12:00:00.123000", 1698840000123),
        (1698840000.123, 1698840000123),
        (1698840000123, 1698840000123),
        ("1698840000123", 1698840000123),
        ("timestamp", None),
        (None, None),
        (True, None),
        (-1, None),
    ],
)
def test_timestamps(timestamp: JSON, at: int | None) -> None:
    assert from_events([{**EVENTS[0], "timestamp": timestamp}]).events[0].at == at


def test_order_decides_not_times() -> None:
    times = ["2030-01-01T00:00:00Z", "1999-01-01T00:00:00Z", None, "x", 5]
    mixed = [{**event, "timestamp": times[index % 5]} for index, event in enumerate(EVENTS)]
    assert said(replayed(mixed, ORDER)) == ""


def test_log_events_of_an_express_execution() -> None:
    events = history(ORDER, ORDER_INPUT, tasks=answers, type="EXPRESS")
    arn = "arn:aws:states:eu-west-1:999999999999:express:Orders:nightly-17:0c7a7f6e-6b56-4ddc-a8e8-2d6a7f1f2c11"
    logged = []
    for event in events:
        details = next((value for key, value in event.items() if key.endswith("Details")), {})
        message = {
            "id": str(event["id"]),
            "type": event["type"],
            "details": details,
            "previous_event_id": str(event["previousEventId"]),
            "event_timestamp": "1809511200123",
            "execution_arn": arn,
            "redrive_count": "0",
        }
        logged.append({"timestamp": 1, "ingestionTime": 2, "message": json.dumps(message)})
    recording = from_values([{"events": logged}])
    assert recording.type == "EXPRESS"
    done = replay(recording, asl.load(ORDER, type="EXPRESS"))
    assert said(done) == ""
    assert done.verified == len(events)
    assert done.facts.name == "nightly-17"
    assert done.execution.context["Execution"]["Name"] == "nightly-17"


def test_what_describe_printed_beside_it(tmp_path: Path) -> None:
    arn = "arn:aws:states:eu-west-1:999999999999:execution:Orders:nightly-17"
    described = {"executionArn": arn, "status": "SUCCEEDED", "startDate": "2027-05-05T10:00:00.123000+00:00"}
    machine = {"name": "Orders", "definition": json.dumps(ORDER), "roleArn": "arn:aws:iam::1:role/x"}
    recording = written(tmp_path, {"events": EVENTS}, described, machine)
    assert recording.definition == json.dumps(ORDER)
    done = replay(recording, asl.load(ORDER))
    assert (done.facts.name, done.facts.machine_name, done.facts.start) == ("nightly-17", "Orders", 1809511200123)


def test_a_version_of_the_machine_tells_its_name() -> None:
    version = "arn:aws:states:ap-south-1:111111111111:stateMachine:Shop:7"
    details = {**EVENTS[0]["executionStartedEventDetails"], "stateMachineVersionArn": version}
    done = replayed([{**EVENTS[0], "executionStartedEventDetails": details}], ORDER)
    assert said(done) == ""
    assert (done.facts.machine_name, done.facts.region, done.facts.account) == ("Shop", "ap-south-1", "111111111111")


# -- what cannot be replayed -----------------------------------------------------------------------------------------


def without(number: int) -> list[dict[str, Any]]:
    return [event for event in EVENTS if event["id"] != number]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"events": []}, "is no history: no object"),
        ({"name": "x"}, "is no history: no object"),
        (5, "is no history, but 5; a history is written by: aws stepfunctions get-execution-history"),
        (ORDER, "is a state machine's definition; give the history first"),
        ({"events": [{"id": 1}]}, "events[0] is no event of a history; it needs an integer id, a type"),
        ({"events": [5]}, "events[0] is no event"),
        ({"events": without(7)}, "event 7 is missing; all pages are needed"),
        ({"events": EVENTS[5:]}, "the first event is 6 (TaskStarted), not ExecutionStarted; all pages are needed"),
        ({"events": [EVENTS[0], {**EVENTS[1], "previousEventId": 2}]}, "event 2 follows event 2, which does not come"),
        (
            {"events": [EVENTS[0], {"id": 2, "previousEventId": 0, "type": "MapRunStarted"}]},
            "event 2 is MapRunStarted: executions with a Distributed Map cannot be replayed; the histories of its",
        ),
        (
            {"events": [EVENTS[0], {"id": 2, "previousEventId": 0, "type": "ExecutionRedriven"}]},
            "event 2 is ExecutionRedriven: a redrive cannot be replayed; what came before it can: keep the events 1",
        ),
    ],
)
def test_what_is_no_recording(tmp_path: Path, value: JSON, message: str) -> None:
    with pytest.raises(InputError) as refused:
        written(tmp_path, value)
    assert message in str(refused.value)
    assert str(refused.value).startswith(str(tmp_path / "history.json"))


@pytest.mark.parametrize(
    ("octets", "message"),
    [
        (b'{"events": [}', "history.json:1:13: error: not JSON"),
        (b'{"events": []} x', "history.json:1:16: error: not JSON"),
        (b"\xff\xfe", "history.json: is not UTF-8 text"),
        (b"", "is no history"),
        (b"[" * 100_000, "is nested too deeply"),
    ],
)
def test_what_is_no_json(tmp_path: Path, octets: bytes, message: str) -> None:
    (tmp_path / "history.json").write_bytes(octets)
    with pytest.raises(InputError) as refused:
        read(tmp_path / "history.json")
    assert message in str(refused.value)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read(tmp_path / "nowhere.json")
    with pytest.raises(InputError, match="cannot be read"):
        read(tmp_path)


def test_an_arn_that_is_none() -> None:
    with pytest.raises(InputError, match="'nightly-17' is no ARN of an execution"):
        replayed(EVENTS, ORDER, execution_arn="nightly-17")


# -- data that is not there ------------------------------------------------------------------------------------------


def without_data(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """As with `--no-include-execution-data`."""
    stripped = []
    for event in events:
        copy = dict(event)
        for key, value in event.items():
            if key.endswith("EventDetails"):
                copy[key] = {
                    name: each for name, each in value.items() if name not in ("input", "output", "parameters")
                }
        stripped.append(copy)
    return stripped


def test_without_data_the_input_is_asked_for() -> None:
    with pytest.raises(InputError, match="the execution's input is not in the recording; say it with --input JSON"):
        replayed(without_data(EVENTS), ORDER)


def test_without_data_it_goes_as_far_as_the_first_answer() -> None:
    done = replayed(without_data(EVENTS), ORDER, input_text=json.dumps(ORDER_INPUT))
    assert done.divergence is None
    assert done.verified == 9
    assert str(done.gap) == (
        "event 10 (TaskSucceeded) of state 'Charge': its output is not in the recording; fetch the history again"
        " without --no-include-execution-data"
    )
    assert done.told().startswith("cannot go on: event 10 (TaskSucceeded)")


def test_without_data_and_tasks_it_goes_to_the_end() -> None:
    definition = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": 1, "ResultPath": "$.a", "End": True}}}
    events = without_data(history(definition, {"x": 1}))
    done = replayed(events, definition, input_text='{"x": 1}')
    assert said(done) == ""
    assert done.execution.output == {"x": 1, "a": 1}


def test_an_input_that_was_cut_off_is_that_of_the_engine() -> None:
    events = json.loads(json.dumps(EVENTS))
    entered = events[13]["stateEnteredEventDetails"]
    entered["input"], entered["inputDetails"] = entered["input"][:20], {"truncated": True}
    assert said(replayed(events, ORDER)) == ""


def test_an_output_that_was_cut_off_ends_the_replay() -> None:
    events = json.loads(json.dumps(EVENTS))
    succeeded = events[9]["taskSucceededEventDetails"]
    succeeded["output"], succeeded["outputDetails"] = succeeded["output"][:20], {"truncated": True}
    gap = replayed(events, ORDER).gap
    assert str(gap).startswith(
        "event 10 (TaskSucceeded) of state 'Charge': its output was cut off (truncated); give it"
    )


def test_redacted_texts_equal_anything() -> None:
    blacked = json.loads(json.dumps(EVENTS).replace("o-1", "***-1"))
    assert "output.order" not in said(replayed(blacked, ORDER)), "the input is blacked out too"
    blacked[0]["executionStartedEventDetails"]["input"] = json.dumps(ORDER_INPUT)
    assert "input.order: recorded" in said(replayed(blacked, ORDER))
    assert said(replayed(blacked, ORDER, redacted=[r"\*\*\*"])) == ""
    assert said(replayed(blacked, ORDER, redacted=[r"^x$", r"^\*\*\*-\d$"])) == ""
