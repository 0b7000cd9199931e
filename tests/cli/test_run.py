"""`asl run`: what it prints where, what it leaves behind, and how it ends."""

import json
import os
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

import asl.cli

ROOT = Path(__file__).parents[2]

PASS = {
    "StartAt": "Greet",
    "States": {"Greet": {"Type": "Pass", "Result": "hello", "ResultPath": "$.said", "End": True}},
}
WORK = {
    "StartAt": "Work",
    "States": {
        "Work": {
            "Type": "Task",
            "Resource": "arn:aws:states:::example:work.waitForTaskToken",
            "Parameters": {"QueueUrl": "q", "MessageBody": {"token.$": "$$.Task.Token"}},
            "Retry": [{"ErrorEquals": ["Flaky"], "IntervalSeconds": 2}],
            "End": True,
        }
    },
}


def mocks(**responses):
    return {
        "StateMachines": {"M": {"TestCases": {"Case": {"Work": "R"}}}},
        "MockedResponses": {"R": {key.strip("_"): answer for key, answer in responses.items()}},
    }


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    (tmp_path / "greet.asl.json").write_text(json.dumps(PASS))
    (tmp_path / "work.asl.json").write_text(json.dumps(WORK, indent=2))
    return tmp_path


def run(*args, stdin=None, variables=None):
    return CliRunner().invoke(asl.cli.main, ["run", *args], input=stdin, env=variables)


def test_the_output_alone_is_on_stdout_and_the_story_on_stderr(folder):
    result = run("greet.asl.json", "--input", '{"to": "you"}')
    assert result.exit_code == 0
    assert result.stdout == '{"to":"you","said":"hello"}\n'
    assert 'greet started with {"to":"you"}' in result.stderr
    assert 'Greet (Pass) → {…,"said":"hello"}' in result.stderr
    assert "✓ succeeded · 0 s of virtual time · 1 state" in result.stderr


def test_from_a_state_and_only_a_state(folder):
    after = {"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $states.input & $who %}", "End": True}
    middle = {"Type": "Pass", "Result": "hello ", "Next": "After"}
    states = {"First": {"Type": "Pass", "Next": "Middle"}, "Middle": middle, "After": after}
    (folder / "m.asl.json").write_text(json.dumps({"StartAt": "First", "States": states}))
    assert run("m.asl.json", "-q", "--from", "Middle", "--var", 'who="you"').stdout == '"hello you"\n'
    only = run("m.asl.json", "--only", "Middle")
    assert only.stdout == '"hello "\n'
    assert "First" not in only.stderr
    assert "next: After\n" in only.stderr
    assert json.loads(run("m.asl.json", "--json", "--only", "Middle").stdout)["nextState"] == "After"
    assert "nextState" not in json.loads(run("m.asl.json", "--json", "--from", "After", "-v", 'who=""').stdout)
    assert "1 state" in only.stderr


def test_quiet_silences_the_story_only(folder):
    result = run("greet.asl.json", "--quiet")
    assert (result.stdout, result.stderr) == ('{"said":"hello"}\n', "")


@pytest.mark.parametrize("given", ["@in.json", "-", '{"n": 1.0}'])
def test_the_input_keeps_its_text(folder, given):
    (folder / "in.json").write_text('{"n": 1.0}')
    result = run("greet.asl.json", "-q", "--input", given, "--history", "h.json", stdin='{"n": 1.0}')
    assert result.stdout == '{"n":1.0,"said":"hello"}\n'
    events = json.loads((folder / "h.json").read_text())["events"]
    assert events[0]["executionStartedEventDetails"]["input"] == '{"n": 1.0}'


def test_the_definition_from_stdin(folder):
    assert run("-", "-q", stdin=json.dumps(PASS)).stdout == '{"said":"hello"}\n'


def test_json_is_one_object_and_no_story(folder):
    result = run("greet.asl.json", "--json")
    assert result.stderr == ""
    assert json.loads(result.stdout) == {
        "status": "SUCCEEDED",
        "output": {"said": "hello"},
        "error": None,
        "cause": None,
        "path": ["Greet"],
        "events": [],
        "duration": 0.0,
    }


def test_history_is_written_as_the_aws_cli_prints_it(folder):
    run("greet.asl.json", "--history", "h.json", "--name", "first", "--role-arn", "arn:aws:iam::123456789012:role/R")
    text = (folder / "h.json").read_text()
    assert text.startswith(
        '{\n    "events": [\n        {\n            "timestamp": "2026-01-01T00:00:00.000000+00:00",\n'
    )
    events = json.loads(text)["events"]
    assert [event["type"] for event in events] == [
        "ExecutionStarted",
        "PassStateEntered",
        "PassStateExited",
        "ExecutionSucceeded",
    ]
    assert events[0]["executionStartedEventDetails"]["roleArn"] == "arn:aws:iam::123456789012:role/R"


def test_a_failure_names_error_cause_and_state(folder):
    (folder / "m.json").write_text(
        json.dumps(mocks(_0={"Throw": {"Error": "Broken", "Cause": '{"why": {"deep": [1]}}'}}))
    )
    (folder / "out.json").write_text("stale")
    result = run("work.asl.json", "--mock", "m.json", "--history", "h.json", "--output", "out.json")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.endswith(
        "FAILED in state Work (work.asl.json:4)\n"
        "  error: Broken\n"
        "  cause: {\n"
        '           "why": {\n'
        '             "deep": [\n'
        "               1\n"
        "             ]\n"
        "           }\n"
        "         }\n"
    )
    assert json.loads((folder / "h.json").read_text())["events"][-1]["type"] == "ExecutionFailed"
    assert (folder / "out.json").read_text() == ""


def test_a_failure_names_placeholders_without_a_value(folder):
    (folder / "fail.asl.json").write_text(
        '{"StartAt": "A", "States": {"A": {"Type": "Fail", "Error": "${Why}", "Cause": "${AWS::Region} ${Name}"}}}'
    )
    result = run("fail.asl.json", "--region", "eu-west-1", "--define", "Name=ann")
    assert result.exit_code == 1
    assert "cause: eu-west-1 ann" in result.stderr
    assert "note: placeholders without a value: ${Why} (--define Why=value)" in result.stderr


@pytest.mark.parametrize(
    ("state", "notes"),
    [
        ({"Output": "{% $stats.input %}"}, ["nothing assigns the variable $stats"]),
        ({"Output": "{% $input.x %}"}, ["nothing assigns the variable $input (did you mean '$states.input'?)"]),
        (
            {"Output": {"a": "{% $sume([1]) %}", "b": "{% $states.inptu %}"}},
            [
                "nothing assigns the variable $sume (did you mean '$sum'?)",
                "$states.inptu is not a part of $states (did you mean '$states.input'?)",
            ],
        ),
        ({"Output": "{% $states.input.nothing %}"}, []),
        ({"QueryLanguage": "JSONPath", "InputPath": "$nope"}, ["nothing assigns the variable $nope"]),
        ({"Type": "Fail", "Error": "Mine"}, []),
    ],
)
def test_a_failure_names_unknown_variables_of_its_state(folder, state, notes):
    failing = {"Type": "Pass", "QueryLanguage": "JSONata", **({} if "Type" in state else {"End": True}), **state}
    other = {"Type": "Pass", "QueryLanguage": "JSONata", "Assign": {"y": "{% [$elsewhere] %}"}, "Next": "A"}
    definition = {"StartAt": "Before", "States": {"Before": other, "A": failing}}
    (folder / "names.asl.json").write_text(json.dumps(definition))
    result = run("names.asl.json")
    assert result.exit_code == 1
    assert "FAILED in state A" in result.stderr
    said = [line.strip() for line in result.stderr.splitlines() if "note:" in line]
    assert said == [f"note: {note}" for note in notes]


def test_a_failure_as_json(folder):
    (folder / "m.json").write_text(json.dumps(mocks(_0={"Throw": {"Error": "Broken", "Cause": "c"}})))
    result = run("work.asl.json", "--mock", "m.json", "--json")
    assert result.exit_code == 1
    said = json.loads(result.stdout)
    assert (said["status"], said["output"], said["error"], said["cause"]) == ("FAILED", None, "Broken", "c")


def test_a_task_that_nothing_answers_leaves_its_history(folder):
    result = run("work.asl.json", "--history", "h.json", "--lambda", "x=json:loads")
    assert result.exit_code == 2
    assert "work.asl.json:6:19: nothing answers the task of state 'Work'" in result.stderr
    assert [event["type"] for event in json.loads((folder / "h.json").read_text())["events"]][-1] == "TaskScheduled"


def test_retries_and_durations_are_told(folder):
    (folder / "m.json").write_text(
        json.dumps(
            mocks(
                _0={"Throw": {"Error": "Flaky", "Cause": "dropped"}, "DurationSeconds": 0.5},
                _1={"Return": {"ok": True}, "Submit": {"MessageId": "m"}},
            )
        )
    )
    result = run("work.asl.json", "--mock", "m.json#Case")
    assert result.exit_code == 0
    lines = [" ".join(line.split()) for line in result.stderr.splitlines()]
    assert lines[1].startswith('● Work (Task) example:work.waitForTaskToken {"')
    assert lines[2:] == [
        "500 ms ✗ failed Flaky: dropped",
        "2.5 s ↻ retry 1 after 2 s",
        'submitted {"MessageId":"m"}',
        '✓ Work → {"ok":true}',
        "✓ succeeded · 2.5 s of virtual time · 1 state, 1 retry",
    ]


def test_options_reach_the_execution(folder):
    (folder / "context.asl.json").write_text(
        json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "Parameters": {"c.$": "$$"}, "End": True}}})
    )
    (folder / "c.json").write_text('{"Extra": {"a": 1}}')
    options = ["--name", "n", "--account", "111122223333", "--region", "eu-west-1", "--context", "c.json"]
    result = run("context.asl.json", "-q", *options, "--start-time", "2030-01-01T00:00:00Z", "--type", "EXPRESS")
    context = json.loads(result.stdout)["c"]
    assert context["Extra"] == {"a": 1}
    assert context["Execution"]["Id"].startswith("arn:aws:states:eu-west-1:111122223333:express:context:n:")
    assert context["Execution"]["StartTime"].startswith("2030-01-01T00:00:00")


def test_same_seed_same_bytes(folder):
    uuid = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Parameters": {"id.$": "States.UUID()"}, "End": True}}}
    (folder / "uuid.asl.json").write_text(json.dumps(uuid))
    one, same, other = (run("uuid.asl.json", "-q", "--seed", seed).stdout for seed in ("1", "1", "2"))
    assert one == same != other


def test_placeholders_are_filled(folder):
    (folder / "p.asl.json").write_text(json.dumps(PASS).replace("hello", "${Word}"))
    assert run("p.asl.json", "-q", "--define", "Word=a=b").stdout == '{"said":"a=b"}\n'


def test_local_functions_answer(folder, monkeypatch):
    (folder / "handlers_of_this_test.py").write_text("def double(event, context):\n    return event['n'] * 2\n")
    arn = "arn:aws:lambda:us-east-1:123456789012:function:double"
    double = {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": arn, "End": True}}}
    (folder / "d.asl.json").write_text(json.dumps(double))
    monkeypatch.setattr(sys, "path", [*sys.path])
    result = run("d.asl.json", "--input", '{"n": 21}', "--lambda", "dou*=handlers_of_this_test:double")
    assert result.stdout == "42\n", result.stderr
    assert 'A (Task) double {"n":21}' in result.stderr


def test_events_are_written_one_a_line_also_after_a_failure(folder):
    entry = {"Source": "shop", "DetailType": "Ordered", "Detail": {"n": 1}, "EventBusName": "default"}
    machine = {
        "StartAt": "Put",
        "States": {
            "Put": {
                "Type": "Task",
                "Resource": "arn:aws:states:::events:putEvents",
                "Parameters": {"Entries": [entry]},
                "Next": "No",
            },
            "No": {"Type": "Fail", "Error": "E"},
        },
    }
    (folder / "put.asl.json").write_text(json.dumps(machine))
    assert run("put.asl.json", "-q", "--events", "e.jsonl").exit_code == 1
    (envelope,) = [json.loads(line) for line in (folder / "e.jsonl").read_text().splitlines()]
    assert (envelope["source"], envelope["detail"]) == ("shop", {"n": 1})
    said = json.loads(run("put.asl.json", "--json").stdout)
    assert [each["detail-type"] for each in said["events"]] == ["Ordered"]


def test_an_execution_that_waits_for_somebody_says_for_whom(folder, monkeypatch):
    (folder / "asking_of_this_test.py").write_text("def ask(event, context):\n    return None\n")
    monkeypatch.setattr(sys, "path", [*sys.path])
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
        "Parameters": {"FunctionName": "ask", "Payload": {"token.$": "$$.Task.Token"}},
        "End": True,
    }
    (folder / "a.asl.json").write_text(json.dumps({"StartAt": "Approve", "States": {"Approve": task}}))
    lambdas = ["--lambda", "ask=asking_of_this_test:ask"]
    result = run("a.asl.json", "-q", *lambdas, "--history", "h.json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "the execution waits for an answer from outside" in result.stderr
    events = json.loads((folder / "h.json").read_text())["events"]
    assert events[-1]["type"] == "TaskSubmitted"
    token = json.loads(events[2]["taskScheduledEventDetails"]["parameters"])["Payload"]["token"]
    assert f"state 'Approve', task token {token}" in result.stderr
    said = json.loads(run("a.asl.json", "--json", *lambdas).stdout)
    assert (said["status"], said["waitingFor"]) == ("RUNNING", [{"state": "Approve", "taskToken": token}])


def test_real_time_begins_now(folder):
    before = time.time()
    assert run("greet.asl.json", "--real-time", "--history", "h.json").exit_code == 0
    started = json.loads((folder / "h.json").read_text())["events"][0]["timestamp"]
    assert before - 1 < datetime.fromisoformat(started).timestamp() < time.time() + 1


def test_colours_are_asked_for_and_refused(folder):
    assert "\x1b[" in run("greet.asl.json", variables={"FORCE_COLOR": "1"}).stderr
    assert "\x1b[" not in run("greet.asl.json", variables={"FORCE_COLOR": "1", "NO_COLOR": "1"}).stderr
    assert "\x1b[" not in run("greet.asl.json").stderr


def test_half_surrogates_are_printed_as_escapes(folder):
    assert run("greet.asl.json", "-q", "--input", '{"a": "\\ud800"}').stdout == '{"a":"\\ud800","said":"hello"}\n'


def test_a_file_is_replaced_not_appended_to(folder):
    (folder / "out.json").write_text("x" * 1000)
    assert run("greet.asl.json", "-q", "--output", "out.json", "--history", os.devnull).exit_code == 0
    assert (folder / "out.json").read_text() == '{\n  "said": "hello"\n}\n'


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_loses_no_output(folder):
    result = run("greet.asl.json", "-q", "--history", "/dev/full")
    assert (result.exit_code, result.stdout) == (2, '{"said":"hello"}\n')
    assert "--history: cannot write '/dev/full': No space left on device" in result.stderr


# -- the real command ------------------------------------------------------------------------------------------------


def command(*args, **options):
    path = os.pathsep.join([str(ROOT), str(ROOT / "integrations")])
    variables = {**os.environ, "PYTHONPATH": path, **options.pop("variables", {})}
    return subprocess.run(
        [sys.executable, "-m", "asl", *args], capture_output=True, text=True, env=variables, timeout=30, **options
    )


def test_the_command_itself(folder):
    result = command("run", "greet.asl.json", "--input", "-", "--output", "out.json", input="{}")
    assert (result.returncode, result.stdout) == (0, '{"said":"hello"}\n')
    assert (folder / "out.json").read_text() == '{\n  "said": "hello"\n}\n'


def test_a_closed_pipe_is_silent(folder):
    read, write = os.pipe()
    os.close(read)
    path = os.pathsep.join([str(ROOT), str(ROOT / "integrations")])
    result = subprocess.run(
        [sys.executable, "-m", "asl", "run", "-q", "greet.asl.json"],
        stdout=write,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": path},
        timeout=30,
    )
    os.close(write)
    assert (result.returncode, result.stderr) == (141, b"")


def test_a_terminal_without_other_characters_gets_ascii(folder):
    result = command("run", "greet.asl.json", variables={"PYTHONIOENCODING": "ascii"})
    assert '* Greet (Pass) -> {"said":"hello"}' in result.stderr


def test_an_exception_of_ours_is_called_a_bug(folder, monkeypatch):
    monkeypatch.setattr("asl.cli.results.summary", lambda run: 1 / 0)
    result = run("greet.asl.json", "--json")
    assert result.exit_code == 2
    assert result.stderr.startswith("this is a bug of aslkit: ZeroDivisionError: division by zero\nPlease report it")
    assert "Traceback" not in result.stderr
    assert "Traceback" in run("greet.asl.json", "--json", variables={"ASL_DEBUG": "1"}).stderr


def test_an_interrupt_still_writes_the_history(folder, monkeypatch):
    def interrupted(self, until=None):
        raise KeyboardInterrupt

    monkeypatch.setattr("asl.hosts.world.World.run", interrupted)
    result = run("work.asl.json", "-q", "--history", "h.json")
    assert (result.exit_code, result.stderr) == (130, "interrupted\n")
    assert [event["type"] for event in json.loads((folder / "h.json").read_text())["events"]][-1] == "TaskScheduled"
