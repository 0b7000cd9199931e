"""The story of an execution, from histories of our own and as AWS gives them."""

import io
import json
from datetime import datetime

import pytest
from click.testing import CliRunner

import asl
from asl.cli import main
from asl.history import render
from asl.story import Story, tell
from asl.story_text import changes, cut, duration, milliseconds, one_line


def story(definition, input=None, *, options=None, **world):
    """The lines of a run's story, without the column of times; and the run."""
    stream = io.StringIO()
    run = asl.load(definition).run(input, **world)
    tell(run.history, Story(stream, **(options or {})))
    return [line[14:] for line in stream.getvalue().splitlines()], run


def failing(error="Oops", times=99):
    calls = []

    def task(arguments):
        calls.append(arguments)
        if len(calls) <= times:
            raise asl.TaskError(error, "because")
        return {"done": True}

    return task


def task(**fields):
    return {"Type": "Task", "Resource": "arn:aws:states:::example:work", "End": True, **fields}


def test_states_that_are_entered_and_left_at_once_are_one_line():
    definition = {
        "StartAt": "Set",
        "States": {
            "Set": {"Type": "Pass", "Result": {"n": 1}, "ResultPath": "$.set", "Next": "Is"},
            "Is": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.a", "IsPresent": True, "Next": "Rest"}],
                "Default": "No",
            },
            "Rest": {"Type": "Wait", "Seconds": 3600, "Next": "Yes"},
            "Yes": {"Type": "Succeed", "OutputPath": "$.set"},
            "No": {"Type": "Fail"},
        },
    }
    lines, _ = story(definition, {"a": 1})
    assert lines == [
        'started with {"a":1}',
        '● Set (Pass) → {…,"set":{"n":1}}',
        "● Is (Choice) → Rest",
        "● Rest (Wait) waited 1 h",
        '● Yes (Succeed) → {"n":1}',
        "✓ succeeded · 1 h · 4 states",
        '  output {"n":1}',
    ]


def test_retries_and_what_was_caught():
    definition = {
        "StartAt": "Work",
        "States": {
            "Work": {
                **task(Retry=[{"ErrorEquals": ["Oops"], "IntervalSeconds": 2, "MaxAttempts": 1}]),
                "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Sorry"}],
            },
            "Sorry": {"Type": "Fail", "Error": "Gone", "Cause": "for good"},
        },
    }
    lines, _ = story(definition, {"a": 1}, tasks={"Work": failing()})
    assert lines == [
        'started with {"a":1}',
        '● Work (Task) example:work {"a":1}',
        "  ✗ failed Oops: because",
        "  ↻ retry 1 after 2 s",
        "  ✗ failed Oops: because",
        "→ Work caught → Sorry",
        "✗ Sorry (Fail) Gone: for good",
        "✗ failed · 2 s · 2 states, 1 retry",
        "  error Gone",
        "  cause for good",
    ]


def test_branches_and_iterations_are_labelled_and_indented():
    inner = {
        "Type": "Map",
        "ItemProcessor": {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}},
        "End": True,
    }
    definition = {
        "StartAt": "Both",
        "States": {
            "Both": {
                "Type": "Parallel",
                "Branches": [
                    {"StartAt": "One", "States": {"One": {"Type": "Wait", "Seconds": 5, "End": True}}},
                    {"StartAt": "Each", "States": {"Each": inner}},
                ],
                "End": True,
            }
        },
    }
    lines, _ = story(definition, [7, 8])
    assert lines[:-1] == [
        "started with [7,8]",
        "● Both (Parallel)",
        "  [b] ● Each (Map) with [7,8] 2 items",
        "    [b.0] ● P (Pass) with 7",
        "    [b.1] ● P (Pass) with 8",
        "  [b] ✓ Each",
        "  [a] ● One (Wait) with [7,8] waited 5 s",
        "✓ Both → [[7,8],[7,8]]",
        "✓ succeeded · 5 s · 5 states",
    ]


def test_a_map_that_fails_is_tried_again():
    work = {"StartAt": "Work", "States": {"Work": task()}}
    retry = [{"ErrorEquals": ["Oops"], "IntervalSeconds": 3, "MaxAttempts": 1}]
    each = {"Type": "Map", "ItemProcessor": work, "Retry": retry, "MaxConcurrency": 1, "End": True}
    lines, _ = story({"StartAt": "Each", "States": {"Each": each}}, [1], tasks={"Work": failing(times=1)})
    assert lines[1:-1] == [
        "● Each (Map) 1 item",
        "  [0] ● Work (Task) example:work 1",
        "    [0] ✗ failed Oops: because",
        "  ↻ retry 1 after 3 s",
        "  [0] ● Work (Task) example:work 1",
        '  [0] ✓ Work → {"done":true}',
        '✓ Each → [{"done":true}]',
        "✓ succeeded · 3 s · 3 states, 1 retry",
    ]


MANY = {
    "StartAt": "Each",
    "States": {
        "Each": {
            "Type": "Map",
            "ItemProcessor": {
                "StartAt": "Work",
                "States": {"Work": task(Retry=[{"ErrorEquals": ["Oops"], "IntervalSeconds": 1, "MaxAttempts": 1}])},
            },
            "ResultPath": None,
            "End": True,
        }
    },
}


def test_a_long_map_is_told_as_a_count():
    lines, _ = story(MANY, list(range(300)), tasks={"Work": failing(times=2)}, options={"width": 60})
    assert lines[1:4] == ["● Each (Map) 300 items", "  300 iterations done, 2 retries", "✓ Each"]


def test_a_long_map_that_fails_names_the_iteration():
    lines, _ = story(MANY, list(range(20)), tasks={"Work": lambda n: 1 if n < 17 else failing()(n)})
    assert "  iteration 17 failed in Work Oops: because" in lines
    assert lines[-4:-2] == ["  ✗ failed Oops: because", "✗ failed · 1 s · 21 states, 3 retries"]


def test_a_long_map_counts_over_itself_on_a_terminal():
    stream = io.StringIO()
    run = asl.load(MANY).run(list(range(1000)), tasks={"Work": 1})
    tell(run.history, Story(stream, progress=True, width=60))
    shown = stream.getvalue()
    assert shown.count("\r\x1b[K") == 101
    assert "Each 990/1000\r\x1b[K" in shown
    assert shown.split("\n")[2].startswith("\r")


def test_lines_are_cut_to_the_width():
    stream = io.StringIO()
    run = asl.load({"StartAt": "Ä", "States": {"Ä": {"Type": "Pass", "End": True}}}).run({"text": "長い" * 50})
    tell(run.history, Story(stream, width=50, colour=True))
    for line in stream.getvalue().splitlines():
        assert len(line.encode()) > 0
        plain = line.replace("\x1b[0m", "")
        assert plain.count("長") <= 50 // 2


def test_what_comes_from_outside_cannot_drive_the_terminal():
    evil = {"StartAt": "A", "States": {"A": {"Type": "Fail", "Error": "\x1b[2J", "Cause": "a\r\nb\x9b31m"}}}
    stream = io.StringIO()
    tell(asl.load(evil).run().history, Story(stream))
    assert "\x1b" not in stream.getvalue()
    assert "\x9b" not in stream.getvalue()
    assert "\\u001b[2J: a b\\u009b31m" in stream.getvalue()


def test_an_execution_that_is_watched_shows_a_wait_when_it_begins():
    stream = io.StringIO()
    run = asl.load({"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 5, "End": True}}}).run()
    told = Story(stream, live=True)
    for event in run.recorded[:2]:
        told.feed(render(event))
    assert stream.getvalue().endswith("● A (Wait)\n")
    told.note("warning: be careful")
    assert stream.getvalue().endswith("A (Wait)\nwarning: be careful\n")


AWS = [
    {"timestamp": 1767225600.0, "type": "ExecutionStarted", "id": 1, "previousEventId": 0,
     "executionStartedEventDetails": {"input": '{\n  "a": 1\n}', "inputDetails": {"truncated": False}, "roleArn": "r"}},
    {"timestamp": 1767225600.1, "type": "TaskStateEntered", "id": 2, "previousEventId": 0,
     "stateEnteredEventDetails": {"name": "Call", "input": '{\n  "a": 1\n}'}},
    {"timestamp": 1767225600.1, "type": "LambdaFunctionScheduled", "id": 3, "previousEventId": 2,
     "lambdaFunctionScheduledEventDetails": {"resource": "arn:aws:lambda:eu-west-1:1:function:call", "input": "{}"}},
    {"timestamp": 1767225600.2, "type": "LambdaFunctionStarted", "id": 4, "previousEventId": 3},
    {"timestamp": 1767225660.2, "type": "LambdaFunctionTimedOut", "id": 5, "previousEventId": 4,
     "lambdaFunctionTimedOutEventDetails": {"error": "States.Timeout"}},
    {"timestamp": 1767225660.2, "type": "ExecutionFailed", "id": 6, "previousEventId": 5,
     "executionFailedEventDetails": {"error": "States.Timeout"}},
]  # fmt: skip
TOLD = """\
         0 s  started with {"a":1}
      100 ms  ● Call (Task) call {}
     1 min      ✗ timed out States.Timeout
              ✗ failed · 1 min · 1 state
                error States.Timeout
"""


@pytest.mark.parametrize("times", ["numbers", "text", "text with Z"])
@pytest.mark.parametrize("shape", ["object", "list", "reversed"])
def test_history_reads_what_the_aws_cli_wrote(tmp_path, times, shape):
    events = json.loads(json.dumps(AWS))
    if times != "numbers":
        for event in events:
            text = datetime.fromtimestamp(event["timestamp"]).astimezone().isoformat()
            event["timestamp"] = text if times == "text" else text.replace("+00:00", "Z")
    events = events[::-1] if shape == "reversed" else events
    file = tmp_path / "h.json"
    file.write_text(json.dumps(events if shape == "list" else {"events": events}))
    result = CliRunner().invoke(main, ["history", str(file)])
    assert result.exit_code == 0
    assert [line.split() for line in result.stdout.splitlines()] == [line.split() for line in TOLD.splitlines()]


def test_history_reads_our_own_and_standard_input(tmp_path):
    run = asl.load({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}).run({"x": 1})
    result = CliRunner().invoke(main, ["history", "-"], input=json.dumps({"events": run.history, "nextToken": "t"}))
    assert result.exit_code == 0
    assert "● A (Pass)\n" in result.stdout
    assert "only the first page" in result.stderr


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (0, "0 s"), (7, "7 ms"), (1000, "1 s"), (2500, "2.5 s"), (60_000, "1 min"), (61_000, "1 min 1 s"),
        (3_600_000, "1 h"), (3_606_000, "1 h 6 s"), (90_061_000, "1 d 1 h"), (31_536_000_000, "365 d"),
    ],
)  # fmt: skip
def test_durations(ms, text):
    assert duration(ms) == text


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ('{"a":1}', '{"a":1}', ""),
        ('{"a": 1}', '{"a":1}', ""),
        ('{"a":1}', '{"a":1,"b":2}', '{…,"b":2}'),
        ('{"a":1}', '{"a":true}', '{"a":true}'),
        ('{"a":1,"b":1}', '{"a":1}', '{"a":1}'),
        ("{}", '{"a":1}', '{"a":1}'),
        ("[1]", "[1,2]", "[1,2]"),
        ("not JSON", "[1]", "[1]"),
    ],
)
def test_changes(before, after, told):
    assert changes(before, after) == told


def test_texts():
    assert one_line('{\n "a": "b\\u0007"}') == '{"a":"b\\u0007"}'
    assert cut("abcdef", 4) == "abc…"
    assert cut("abcd", 4) == "abcd"
    assert cut("\x1b[31mabcdef\x1b[0m", 4) == "\x1b[31mabc…\x1b[0m"
    assert cut("長長長", 5) == "長長…"
    assert milliseconds("nonsense", 5) == 5


def test_what_the_sdk_adds_to_an_answer_is_left_out():
    metadata = {"SdkHttpMetadata": {"HttpStatusCode": 200}, "SdkResponseMetadata": {"RequestId": "r"}}
    assert one_line({"MessageId": "m", **metadata}) == '{"MessageId":"m",…}'
    assert one_line([{"kept": {"Payload": 1, **metadata}}, metadata]) == '[{"kept":{"Payload":1,…}},{…}]'
    assert one_line('says "SdkHttpMetadata"') == 'says "SdkHttpMetadata"'


def test_what_a_function_is_sent_and_what_changed_inside() -> None:
    """Of lambda:invoke the function and its payload; of an object what changed, at every depth."""
    from asl.story_text import changes, invocation

    assert invocation('{"FunctionName": "charge", "Payload": {"n": 1}}') == ("charge", {"n": 1})
    assert invocation('{"FunctionName": "charge", "InvocationType": "Event"}') == (None, None)
    assert invocation("not JSON") == (None, None)
    before = {"a": 1, "body": {"id": 7, "glue": {"db": "x", "status": "no"}}}
    after = {"a": 1, "body": {"id": 7, "glue": {"db": "x", "status": "yes"}}, "text": "t"}
    assert changes(before, after) == '{…,"body":{…,"glue":{…,"status":"yes"}},"text":"t"}'
    assert changes({"a": {"b": 1}}, {"a": {"b": 2}}) == '{"a":{"b":2}}'
    assert changes({"a": 1}, {"a": 2}) == '{"a":2}'
