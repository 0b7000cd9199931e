"""The settings of a project and the options of `asl run`: what holds where both say something, and what is said."""

import json
import socket
import sys

import pytest
from click.testing import CliRunner

import asl.cli

CONTEXT = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Parameters": {"c.$": "$$", "p": "${P}"}, "End": True}}}
SEND = "arn:aws:states:::sqs:sendMessage"
QUEUE = "https://sqs.us-east-1.amazonaws.com/123456789012/jobs"


def task(resource, parameters=None):
    state = {"Type": "Task", "Resource": resource, "End": True}
    return {"StartAt": "T", "States": {"T": {**state, **({"Parameters": parameters} if parameters else {})}}}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    definitions = {
        "context": CONTEXT,
        "send": task(SEND, {"QueueUrl": QUEUE, "MessageBody": "hello"}),
        "charge": task("arn:aws:lambda:us-east-1:123456789012:function:charge"),
        "work": task("arn:aws:states:us-east-1:123456789012:activity:work"),
        "parent": task(
            "arn:aws:states:::states:startExecution.sync:2",
            {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:Child"},
        ),
        "child": {"StartAt": "C", "States": {"C": {"Type": "Pass", "Result": "by the child", "End": True}}},
        "other": {"StartAt": "C", "States": {"C": {"Type": "Pass", "Result": "by the other", "End": True}}},
    }
    for name, definition in definitions.items():
        (tmp_path / f"{name}.asl.json").write_text(json.dumps(definition))
    return tmp_path


def settings(folder, text, name="asl.toml"):
    (folder / name).write_text(text)


def run(*args):
    result = CliRunner().invoke(asl.cli.main, ["run", *args])
    assert "Traceback" not in result.stderr
    assert "bug of aslkit" not in result.stderr, result.stderr
    return result


def context(*args):
    result = run("context.asl.json", "-q", *args)
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


# -- one value: the command line, the settings, the default ----------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "option", "shown", "default"),
    [
        ('region = "eu-west-1"', ("--region", "eu-west-2"), lambda c: c["Execution"]["Id"].split(":")[3], "us-east-1"),
        ('region = "eu-west-1"', ("--region", "us-east-1"), lambda c: c["Execution"]["Id"].split(":")[3], "us-east-1"),
        ("account = 111122223333", ("--account", "9" * 12), lambda c: c["Execution"]["Id"].split(":")[4], None),
        ('role-arn = "arn:one"', ("--role-arn", "arn:two"), lambda c: c["Execution"]["RoleArn"], None),
        ('type = "EXPRESS"', ("--type", "STANDARD"), lambda c: c["Execution"]["Id"].split(":")[5], "execution"),
        ('start-time = "2030-01-01T00:00:00Z"', ("--start-time", "2031-01-01T00:00:00Z"),
         lambda c: c["Execution"]["StartTime"][:4], "2026"),
    ],
)  # fmt: skip
def test_the_command_line_comes_before_the_settings(folder, setting, option, shown, default):
    filled = ("--define", "P=x")
    without = shown(context(*filled)["c"])
    settings(folder, setting)
    from_settings = shown(context(*filled)["c"])
    from_command_line = shown(context(*filled, *option)["c"])
    expected = setting.split(" = ")[1].strip('"')
    assert from_settings == {"EXPRESS": "express", "2030-01-01T00:00:00Z": "2030"}.get(expected, expected)
    assert from_command_line == {"STANDARD": "execution", "2031-01-01T00:00:00Z": "2031"}.get(option[1], option[1])
    assert default is None or without == default


def test_the_seed(folder):
    settings(folder, "seed = 7")
    from_settings = context("--define", "P=x")["c"]["Execution"]["Name"]
    assert from_settings == context("--define", "P=x", "--seed", "7")["c"]["Execution"]["Name"]
    assert from_settings != context("--define", "P=x", "--seed", "0")["c"]["Execution"]["Name"]


def test_real_time_takes_no_start_time_of_the_settings(folder):
    settings(folder, 'start-time = "2030-01-01T00:00:00Z"')
    shown = context("--define", "P=x", "--real-time")["c"]["Execution"]["StartTime"]
    assert not shown.startswith("2030")


def test_event_buses(folder):
    entry = {"Source": "s", "DetailType": "d", "Detail": {}, "EventBusName": "orders"}
    put = task("arn:aws:states:::events:putEvents", {"Entries": [entry]})
    (folder / "put.asl.json").write_text(json.dumps(put))
    events = lambda *args: json.loads(run("put.asl.json", "--json", *args).stdout)["events"]  # noqa: E731
    assert len(events()) == 0
    settings(folder, 'event-bus = ["orders"]')
    assert len(events()) == 1
    assert len(events("--event-bus", "billing")) == 0


# -- tables: both ----------------------------------------------------------------------------------------------------


def test_tables_are_put_together_and_the_command_line_comes_first(folder):
    (folder / "placeholders.asl.json").write_text(
        json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": ["${One}", "${Two}"], "End": True}}})
    )
    settings(folder, '[define]\nOne = "1 of the settings"\nTwo = "2 of the settings"\n')
    assert json.loads(run("placeholders.asl.json", "-q").stdout) == ["1 of the settings", "2 of the settings"]
    given = run("placeholders.asl.json", "-q", "--define", "Two=of the command line")
    assert json.loads(given.stdout) == ["1 of the settings", "of the command line"]


def test_functions(folder):
    module = "functions_of_the_settings"
    (folder / f"{module}.py").write_text(
        "def charge(event, context):\n    return 'charged'\n\ndef work(task):\n    return 'worked'\n"
    )
    settings(folder, f'[lambda]\ncharge = "{module}:charge"\n[activity]\nwork = "{module}:work"\n')
    assert run("charge.asl.json", "-q").stdout == '"charged"\n'
    assert run("work.asl.json", "-q").stdout == '"worked"\n'
    assert run("charge.asl.json", "-q", "--lambda", "charge=json:dumps").exit_code == 1


def test_functions_from_a_folder_below(folder, monkeypatch):
    module = "functions_of_the_folder_above"
    (folder / f"{module}.py").write_text("def charge(event, context):\n    return 'above'\n")
    settings(folder, f'[lambda]\ncharge = "{module}:charge"\n')
    (folder / "below").mkdir()
    monkeypatch.chdir(folder / "below")
    assert run("../charge.asl.json", "-q").stdout == '"above"\n'


def test_a_function_of_the_settings_that_there_is_not(folder):
    settings(folder, '[lambda]\ncharge = "no_such_module_here:f"\n')
    result = run("charge.asl.json", "-q")
    assert result.exit_code == 2
    assert "no_such_module_here" in result.stderr
    settings(folder, '[activity]\nwork = "no function"\n')
    result = run("work.asl.json", "-q")
    assert (result.exit_code, "--activity 'work=no function'" in result.stderr) == (2, True)


def test_machines(folder, monkeypatch):
    settings(folder, '[machine]\nChild = "child.asl.json"\n')
    (folder / "below").mkdir()
    monkeypatch.chdir(folder / "below")
    assert json.loads(run("../parent.asl.json", "-q").stdout)["Output"] == "by the child"
    other = run("../parent.asl.json", "-q", "--machine", "Child=../other.asl.json")
    assert json.loads(other.stdout)["Output"] == "by the other"


def test_placeholders_of_machines_that_tasks_start(folder):
    waits = json.dumps({"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 5, "End": True}}})
    (folder / "child.asl.json").write_text(waits.replace("5", "${T}"))
    done = run("parent.asl.json", "-q", "--machine", "Child=child.asl.json", "--define", "T=5")
    assert (done.exit_code, json.loads(done.stdout)["Status"]) == (0, "SUCCEEDED")
    nothing = run("parent.asl.json", "-q", "--machine", "Child=child.asl.json")
    assert (nothing.exit_code, "give it a value: --define T=value" in nothing.stderr) == (2, True)
    needless = run("parent.asl.json", "-q", "--machine", "Child=other.asl.json", "--define", "T=5")
    assert (needless.exit_code, "no placeholder ${T} to fill" in needless.stderr) == (2, True)


def test_a_machine_of_the_settings_that_there_is_not(folder):
    settings(folder, '[machine]\nChild = "nowhere.asl.json"\n')
    result = run("parent.asl.json", "-q")
    assert result.exit_code == 2
    assert "nowhere.asl.json" in result.stderr


# -- where calls go --------------------------------------------------------------------------------------------------


def closed_port():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


def test_no_settings_no_calls(folder):
    result = run("send.asl.json", "-q")
    assert result.exit_code == 2
    assert "--aws embedded" in result.stderr


def test_embedded_services(folder):
    (folder / "resources.json").write_text('{"queues": {"jobs": []}}')
    settings(folder, 'aws = "embedded"\nresources = "resources.json"\n')
    result = run("send.asl.json", "-q", "--dump", "dump.json")
    assert result.exit_code == 0, result.stderr
    assert json.loads((folder / "dump.json").read_text())["queues"]["jobs"] == ["hello"]
    off = run("send.asl.json", "-q", "--aws", "off")
    assert (off.exit_code, "--aws embedded" in off.stderr) == (2, True)


def test_embedded_services_without_resources(folder):
    result = run("send.asl.json", "-q", "--aws", "embedded")
    assert result.exit_code == 1
    assert "error: SQS.QueueDoesNotExistException" in result.stderr
    assert "note: nothing is in embedded services at the start, unless --resources FILE says what" in result.stderr


def test_files_that_resources_name(folder, monkeypatch):
    get = task("arn:aws:states:::aws-sdk:s3:getObject", {"Bucket": "files", "Key": "k"})
    (folder / "get.asl.json").write_text(json.dumps(get))
    (folder / "data").mkdir()
    (folder / "data" / "resources.json").write_text('{"buckets": {"files": {"k": {"file": "k.txt"}}}}')
    (folder / "data" / "k.txt").write_text("from the file")
    settings(folder, 'aws = "embedded"\nresources = "data/resources.json"\n')
    assert json.loads(run("get.asl.json", "-q").stdout)["Body"] == "from the file"
    (folder / "below").mkdir()
    monkeypatch.chdir(folder / "below")
    assert json.loads(run("../get.asl.json", "-q").stdout)["Body"] == "from the file"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"queus": {}}', "resources.json: resources.queus is unknown"),
        ('{"tables": []}', "resources.json: resources.tables must be an object"),
        ('{"queues": {"a b": []}}', "resources.json: resources.queues.a b cannot be made"),
        ("[]", "resources.json: resources must be an object"),
        ("{", "resources.json:1:"),
        ('{"buckets": {"b": {"k": {"file": "nowhere.txt"}}}}', "nowhere.txt"),
    ],
)
def test_resources_that_are_wrong(folder, text, said):
    (folder / "resources.json").write_text(text)
    result = run("send.asl.json", "-q", "--aws", "embedded", "--resources", "resources.json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr


PASSING = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}


def test_what_is_wrong_with_resources_is_said_before_the_run(folder):
    (folder / "pass.asl.json").write_text(json.dumps(PASSING))
    (folder / "resources.json").write_text('{"tables": []}')
    options = ("--aws", "embedded", "--resources")
    for name, said in (("resources.json", "must be an object"), ("nofile.json", "nofile.json: no such file")):
        result = run("pass.asl.json", *options, name, "--history", "history.json")
        assert (result.exit_code, result.stdout) == (2, "")
        assert said in result.stderr
        assert "ExecutionStarted" not in result.stderr
        assert not (folder / "history.json").exists()


def test_embedded_services_without_moto(folder, monkeypatch):
    (folder / "pass.asl.json").write_text(json.dumps(PASSING))
    monkeypatch.setitem(sys.modules, "moto", None)
    result = run("pass.asl.json", "--aws", "embedded")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--aws embedded needs moto (pip install 'aslkit[embedded]')" in result.stderr


@pytest.mark.parametrize(
    ("child", "said"),
    [
        (None, "the machine 'Child': child.yaml: no such file"),
        ("StartAt: Nowhere\nStates: {}\n", "child.yaml:1:10: error"),
    ],
)
def test_machines_that_cannot_be_loaded(folder, child, said):
    (folder / "pass.asl.json").write_text(json.dumps(PASSING))
    if child is not None:
        (folder / "child.yaml").write_text(child)
    result = run("pass.asl.json", "--machine", "Child=child.yaml", "--history", "history.json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert not (folder / "history.json").exists()


@pytest.mark.parametrize("option", ["--resources", "--dump"])
def test_options_for_embedded_services_without_them(folder, option):
    (folder / "resources.json").write_text("{}")
    result = run("send.asl.json", "-q", option, "resources.json")
    assert result.exit_code == 2
    assert f"{option} " in result.stderr
    assert "--aws embedded" in result.stderr


def test_endpoints(folder):
    settings(folder, f'endpoint-url = "http://127.0.0.1:{closed_port()}"\n')
    refused = run("send.asl.json", "-q")
    assert (refused.exit_code, "SQS.SdkClientException" in refused.stderr) == (1, True), refused.stderr
    port = closed_port()
    settings(folder, f'[endpoint-url]\nsqs = "http://127.0.0.1:{port}"\nsns = "http://127.0.0.1:1"\n')
    assert f"127.0.0.1:{port}" in run("send.asl.json", "-q").stderr
    given = closed_port()
    assert f"127.0.0.1:{given}" in run("send.asl.json", "-q", "--endpoint-url", f"sqs=http://127.0.0.1:{given}").stderr


def test_an_endpoint_that_is_no_url(folder):
    settings(folder, 'endpoint-url = "localhost:4566"\n')
    result = run("send.asl.json", "-q")
    assert result.exit_code == 2
    assert "'localhost:4566' is not a URL" in result.stderr


def test_calls_of_aws_are_announced(folder, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_DEFAULT_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    settings(folder, 'aws = "real"\nregion = "eu-west-1"\n')
    assert "warning: tasks that nothing else answers call AWS: region eu-west-1" in run("child.asl.json").stderr
    assert "warning" not in run("child.asl.json", "--aws", "off").stderr


# -- wrong settings --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("regoin = 'x'", "asl.toml: there is no setting 'regoin'; did you mean 'region'?"),
        ("aws = 'moto'", "asl.toml: the setting 'aws' cannot be 'moto'"),
        ("region = ", "asl.toml: error: not TOML: "),
        ("region = 'nowhere'", "'nowhere' is not a region"),
        ("account = 1", "'1' is not an account id"),
        ("start-time = 'yesterday'", "'yesterday' is not a time"),
    ],
)
def test_wrong_settings(folder, text, said):
    settings(folder, text)
    result = run("child.asl.json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr


def test_the_table_of_a_pyproject(folder):
    settings(folder, '[project]\nname = "x"\n[tool.asl]\nregion = "eu-west-1"\n', "pyproject.toml")
    assert context("--define", "P=x")["c"]["Execution"]["Id"].split(":")[3] == "eu-west-1"
