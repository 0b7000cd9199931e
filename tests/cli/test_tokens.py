"""`asl task-success`, `task-failure`, `heartbeat`: answers from another terminal while `asl run --real-time` waits."""

import json
import os
import queue
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

import asl
import asl.cli
from asl.cli import tokens

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="the tests look for sockets as files")


def asking(**fields):
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::events:putEvents.waitForTaskToken",
        "Parameters": {"Entries": [{"Source": "s", "DetailType": "d", "Detail": {"token.$": "$$.Task.Token"}}]},
        "End": True,
        **fields,
    }
    return {"StartAt": "Ask", "States": {"Ask": task}}


@pytest.fixture
def folder(monkeypatch):
    """A folder for the sockets, with a short path."""
    with tempfile.TemporaryDirectory(prefix="asl") as made:
        monkeypatch.setenv("XDG_RUNTIME_DIR", made)
        yield Path(made)


def sockets(folder):
    return [each.name for each in folder.glob("*/*.sock")]


class Waiting:
    """A live run on a thread, that listens for answers."""

    def __init__(self, definition, lambdas=None):
        self.said = []
        self.asked = queue.Queue()
        self.listener = tokens.Listener(self.said.append)
        self.world = asl.World(live=True, on_token=self._told, lambdas=lambdas)
        self.thread = threading.Thread(target=self._live, args=(definition,))
        self.thread.start()

    def _told(self, run, token):
        self.listener.tell(run, token)
        self.asked.put(token)

    def _live(self, definition):
        with self.world, self.listener.listening(self.world):
            self.world.start(asl.load(definition))
            self.world.run()

    def token(self):
        return self.asked.get(timeout=10)

    def ended(self):
        self.thread.join(10)
        assert not self.thread.is_alive()
        return self.world.runs[0]


@contextmanager
def waiting(definition, lambdas=None):
    before = threading.active_count()
    live = Waiting(definition, lambdas)
    try:
        yield live
    finally:
        for run in live.world.runs:
            live.world.on_driver(lambda run=run: live.world.stop(run))
        live.ended()
        until = time.monotonic() + 10
        while threading.active_count() > before and time.monotonic() < until:  # workers end a moment after the world
            time.sleep(0.01)
        assert threading.active_count() <= before


def call(*args, stdin=None):
    return CliRunner().invoke(asl.cli.main, list(args), input=stdin)


def said_by(result):
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert "bug of aslkit" not in result.stderr
    return result.exit_code, result.stderr


# -- answers ---------------------------------------------------------------------------------------------------------


def test_success(folder):
    with waiting(asking()) as live:
        token = live.token()
        assert len(sockets(folder)) == 1
        assert said_by(call("task-success", token, "--output", '{"ok": true}')) == (0, "")
        assert live.ended().output == {"ok": True}
    assert live.said == [f"state 'Ask' waits for an answer: asl task-success {token} --output '{{}}'"]
    assert sockets(folder) == []


def test_success_without_an_output_gives_an_empty_object(folder):
    with waiting(asking()) as live:
        call("task-success", live.token())
        assert live.ended().output == {}


@pytest.mark.parametrize("given", ["@out.json", "-"])
def test_the_output_from_a_file(folder, given, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out.json").write_text('{"from": "file"}')
    with waiting(asking()) as live:
        assert call("task-success", live.token(), "-o", given, stdin='{"from": "file"}').exit_code == 0
        assert live.ended().output == {"from": "file"}


@pytest.mark.parametrize(
    ("options", "error", "cause"),
    [
        ((), None, None),
        (("--error", "No"), "No", None),
        (("--error", "No", "--cause", 'why "not"\nÄ'), "No", 'why "not"\nÄ'),
    ],
)
def test_failure(folder, options, error, cause):
    with waiting(asking()) as live:
        assert said_by(call("task-failure", live.token(), *options)) == (0, "")
        run = live.ended()
    assert (run.status, run.error, run.cause) == ("FAILED", error, cause)


def test_heartbeats(folder):
    with waiting(asking(HeartbeatSeconds=1)) as live:
        token = live.token()
        for _ in range(4):
            time.sleep(0.4)
            assert said_by(call("heartbeat", token)) == (0, "")
        assert live.world.runs[0].status == "RUNNING"
        run = live.ended()
    assert (run.error, run.history[-2]["type"]) == ("States.Timeout", "TaskTimedOut")
    assert run.duration_ms >= 2_600


def test_an_answer_while_the_function_that_asks_still_works(folder):
    asked, answered = queue.Queue(), threading.Event()

    def ask(event, context):
        asked.put(event["token"])
        assert answered.wait(10)

    definition = asking(
        Resource="arn:aws:states:::lambda:invoke.waitForTaskToken",
        Parameters={"FunctionName": "ask", "Payload": {"token.$": "$$.Task.Token"}},
    )
    with waiting(definition, {"ask": ask}) as live:
        assert said_by(call("task-success", asked.get(timeout=10), "--output", "7")) == (0, "")
        answered.set()
        assert live.ended().output == 7


# -- refused ---------------------------------------------------------------------------------------------------------


def and_wait(definition):
    """The definition with a state after its own that keeps the run."""
    del definition["States"]["Ask"]["End"]
    return {**definition, "States": {**definition["States"], "W": {"Type": "Wait", "Seconds": 60, "End": True}}}


@pytest.mark.parametrize("command", ["task-success", "task-failure", "heartbeat"])
def test_a_wrong_token(folder, command):
    with waiting(asking()) as live:
        live.token()
        code, said = said_by(call(command, "AAAA"))
        assert (code, said) == (1, "error: no execution that runs here knows this token\n")
        assert live.world.runs[0].status == "RUNNING"


@pytest.mark.parametrize("command", ["task-success", "task-failure", "heartbeat"])
def test_a_token_used_twice(folder, command):
    with waiting(and_wait(asking(Next="W"))) as live:
        token = live.token()
        assert call("task-success", token).exit_code == 0
        code, said = said_by(call(command, token))
        assert (code, said) == (1, "error: TaskTimedOut: Task Timed Out: 'Provided task does not exist anymore'\n")


def test_a_token_after_its_time(folder):
    task = asking(TimeoutSeconds=1, Catch=[{"ErrorEquals": ["States.Timeout"], "Next": "W"}], Next="W")
    with waiting(and_wait(task)) as live:
        token = live.token()
        deadline = time.monotonic() + 10
        while live.world.runs[0].waiting_for and time.monotonic() < deadline:
            time.sleep(0.05)
        code, said = said_by(call("task-success", token))
        assert (code, said.split(":")[1]) == (1, " TaskTimedOut")


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ("{", "--output:1:1: error: "),
        ("{a: 1}", "--output '{\"key\": 1}'"),
        ("NaN", "--output"),
        ("answer.json", "--output @FILE"),
        ("", "empty"),
        ("@nowhere.json", "--output: there is no file 'nowhere.json'"),
    ],
)
def test_an_output_that_is_not_json(folder, output, said):
    with waiting(asking()) as live:
        token = live.token()
        result = call("task-success", token, "--output", output)
        assert result.exit_code == 2
        assert said in result.stderr
        assert "--input" not in result.stderr
        assert call("task-success", token).exit_code == 0


def test_an_output_that_is_too_large_leaves_the_task_open(folder, tmp_path):
    (tmp_path / "big.json").write_text('"' + "x" * 262_144 + '"')
    with waiting(asking()) as live:
        token = live.token()
        code, said = said_by(call("task-success", token, "--output", f"@{tmp_path}/big.json"))
        assert code == 1
        assert "262,144" in said
        assert call("task-success", token).exit_code == 0


@pytest.mark.parametrize("command", ["task-success", "task-failure", "heartbeat"])
def test_no_run(folder, command):
    code, said = said_by(call(command, "AAAA"))
    assert (code, said) == (1, "error: no execution waits for answers here; start one with asl run --real-time\n")


def test_the_socket_of_a_run_that_was_killed_is_removed(folder):
    call("heartbeat", "AAAA")
    place = next(folder.iterdir())
    dead = socket.socket(socket.AF_UNIX)
    dead.bind(str(place / "1.sock"))
    dead.close()
    with waiting(asking()) as live:
        token = live.token()
        assert len(sockets(folder)) == 2
        assert said_by(call("task-success", token)) == (0, "")
        live.ended()
    assert sockets(folder) == []


def test_only_killed_runs(folder):
    call("heartbeat", "AAAA")
    place = next(folder.iterdir())
    (place / "2.sock").write_text("no socket")
    assert "no execution waits" in call("heartbeat", "AAAA").stderr


# -- the socket ------------------------------------------------------------------------------------------------------


def test_the_folder_is_for_its_user_alone(folder):
    call("heartbeat", "AAAA")
    place = next(folder.iterdir())
    assert place.stat().st_mode & 0o777 == 0o700
    place.chmod(0o755)
    result = call("heartbeat", "AAAA")
    assert result.exit_code == 1
    assert f"the folder {place} is not this user's alone" in result.stderr


@pytest.mark.parametrize("runtime", ["/nowhere/at/all", "", "/" + "long/" * 30])
def test_a_runtime_folder_that_is_of_no_use(runtime, folder, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", runtime)
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    with waiting(asking()) as live:
        assert said_by(call("task-success", live.token())) == (0, "")
        live.ended()


def test_where_no_socket_can_be_the_run_goes_on(folder, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", "")
    deep = folder / ("x" * 100)
    deep.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(deep))
    with waiting(asking()) as live:
        assert live.ended().status == "RUNNING"
        assert any("no answers can come from other terminals" in line for line in live.said)


@pytest.mark.parametrize("request_", [b"", b"no json", b"[]", b'{"do": "dance"}', b'{"do": "heartbeat"}', b"\xff"])
def test_requests_that_are_none(folder, request_):
    from multiprocessing.connection import Client

    with waiting(asking()) as live:
        token = live.token()
        (path,) = folder.glob("*/*.sock")
        with Client(str(path), "AF_UNIX") as connection:
            connection.send_bytes(request_)
            assert json.loads(connection.recv_bytes())["refused"]
        with Client(str(path), "AF_UNIX"):
            pass  # says nothing, and goes
        assert said_by(call("task-success", token)) == (0, "")
        assert live.ended().succeeded


def test_who_says_nothing_keeps_nobody(folder, monkeypatch):
    from multiprocessing.connection import Client

    monkeypatch.setattr(tokens, "_SECONDS", 0.3)
    with waiting(asking()) as live:
        token = live.token()
        (path,) = folder.glob("*/*.sock")
        with Client(str(path), "AF_UNIX"):
            time.sleep(0.05)
            monkeypatch.setattr(tokens, "_SECONDS", 5.0)
            assert said_by(call("task-success", token)) == (0, "")
        assert live.ended().succeeded


# -- the real command ------------------------------------------------------------------------------------------------


def begin(folder, place, *options):
    """`asl run --real-time` as a process, and the token that it waits for."""
    path = os.pathsep.join([str(ROOT), str(ROOT / "integrations")])
    process = subprocess.Popen(
        [sys.executable, "-m", "asl", "run", "ask.asl.json", "--real-time", *options],
        cwd=place,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path, "XDG_RUNTIME_DIR": str(folder), "NO_COLOR": "1"},
    )
    assert process.stderr is not None
    for line in process.stderr:
        if "asl task-success" in line:
            return process, line.split("asl task-success ")[1].split()[0]
    raise AssertionError(process.communicate())


@pytest.fixture
def place(tmp_path):
    (tmp_path / "ask.asl.json").write_text(json.dumps(asking()))
    return tmp_path


def test_the_command_itself(folder, place):
    process, token = begin(folder, place)
    assert said_by(call("task-success", token, "--output", '{"by": "hand"}')) == (0, "")
    output, _ = process.communicate(timeout=10)
    assert (process.returncode, output) == (0, '{"by":"hand"}\n')
    assert sockets(folder) == []


def test_two_runs_at_once(folder, place):
    one, first = begin(folder, place, "--name", "one")
    two, second = begin(folder, place, "--name", "two")
    assert first != second
    assert call("task-success", second, "--output", "2").exit_code == 0
    assert two.communicate(timeout=10)[0] == "2\n"
    assert one.poll() is None
    assert call("task-success", first, "--output", "1").exit_code == 0
    assert one.communicate(timeout=10)[0] == "1\n"


def test_a_run_that_is_killed_and_one_that_is_interrupted(folder, place):
    killed, lost = begin(folder, place)
    killed.kill()
    killed.communicate(timeout=10)
    assert len(sockets(folder)) == 1
    assert "no execution waits" in call("task-success", lost).stderr
    assert sockets(folder) == []
    interrupted, _ = begin(folder, place)
    interrupted.send_signal(signal.SIGINT)
    _, said = interrupted.communicate(timeout=10)
    assert interrupted.returncode == 1
    assert "ABORTED" in said
    assert sockets(folder) == []
