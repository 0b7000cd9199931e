"""Answers for task tokens from another terminal, while `asl run --real-time` waits: a private socket of each run.

A run listens on a socket in a folder that only its user may enter; `asl task-success TOKEN` and its siblings ask every
run there is whether it knows the token. On Windows the socket is a named pipe.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, Final

import click

from asl.errors import AslError
from asl.integration import ExecutionRefused

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from asl.hosts.run import Run
    from asl.hosts.world import World

_SECONDS: Final = 5.0
"""How long a run may take to answer, and a command to ask."""
_LONGEST_FOLDER: Final = 80
"""Letters of a folder in which a socket's path is not too long; systems allow about 100 for all of it."""


class Listener:
    """The side of the run. `say` takes a line for the user."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say

    def tell(self, run: Run, token: str) -> None:
        """Says that a run waits for an answer."""
        state = run.waiting_for[token]
        self._say(f"state '{state}' waits for an answer: asl task-success {token} --output '{{}}'")

    @contextmanager
    def listening(self, world: World) -> Iterator[None]:
        """Listens while the world runs, which then waits for answers; where that cannot be, says so."""
        from multiprocessing.connection import Client
        from multiprocessing.connection import Listener as Socket

        path = _folder() / f"{os.getpid()}.sock"
        path.unlink(missing_ok=True)
        try:
            socket = Socket(_address(path), _FAMILY)
        except OSError as error:
            self._say(f"warning: no answers can come from other terminals: {error}")
            yield
            return
        if _FAMILY == "AF_PIPE":
            path.touch()  # a pipe is no file; the commands look for one
        closing = Event()
        thread = Thread(target=_serve, args=(socket, world, closing), name="asl-tokens", daemon=True)
        thread.start()
        world.stays = True
        try:
            yield
        finally:
            world.stays = False
            closing.set()
            with suppress(OSError), Client(_address(path), _FAMILY):
                pass  # wakes the thread, which ends
            thread.join(_SECONDS)
            socket.close()
            path.unlink(missing_ok=True)


def _serve(socket: Any, world: World, closing: Event) -> None:
    """On a thread of its own: answers one command after the other."""
    while not closing.is_set():
        with suppress(OSError, EOFError), socket.accept() as connection:
            if connection.poll(_SECONDS) and not closing.is_set():
                connection.send_bytes(json.dumps(_answer(world, connection.recv_bytes())).encode())


def _answer(world: World, text: bytes) -> dict[str, Any]:
    executions = world.executions
    try:
        match json.loads(text):
            case {"do": "task-success", "token": str(token), "output": str(output)}:
                executions.send_task_success(token, output)
            case {"do": "task-failure", "token": str(token), "error": str() | None as error, "cause": cause}:
                executions.send_task_failure(token, error, cause)
            case {"do": "heartbeat", "token": str(token)}:
                executions.send_task_heartbeat(token)
            case _:
                return {"refused": "ValidationException", "message": "this is no request"}
    except ExecutionRefused as refused:
        return {"refused": refused.code, "message": refused.message}
    except (AslError, ValueError) as failure:
        return {"refused": type(failure).__name__, "message": str(failure)}
    return {}


# -- the commands ----------------------------------------------------------------------------------------------------


@click.command("task-success")
@click.argument("token")
@click.option("--output", "-o", default="{}", metavar="JSON|@FILE|-", help="The output of the task.")
def success(token: str, output: str) -> None:
    """End the task that waits for TOKEN with an output."""
    from asl.cli import arguments

    _send({"do": "task-success", "token": token, "output": arguments.read_input(output, "--output")})


@click.command("task-failure")
@click.argument("token")
@click.option("--error", metavar="NAME", help="The error's name.")
@click.option("--cause", metavar="TEXT", help="Its cause.")
def failure(token: str, error: str | None, cause: str | None) -> None:
    """Fail the task that waits for TOKEN."""
    _send({"do": "task-failure", "token": token, "error": error, "cause": cause})


@click.command("heartbeat")
@click.argument("token")
def heartbeat(token: str) -> None:
    """Say that the worker of the task that waits for TOKEN is alive."""
    _send({"do": "heartbeat", "token": token})


def _send(request: dict[str, Any]) -> None:
    """Brings a request to the run that knows its token; exits with 1 when none does."""
    refused: dict[str, Any] = {}
    for address in sorted(_folder().glob("*.sock")):
        answer = _asked(address, request)
        if answer == {}:
            return
        if answer is not None and refused.get("refused") in (None, "InvalidToken"):
            refused = answer
    if not refused:
        click.echo("error: no execution waits for answers here; start one with asl run --real-time", err=True)
    elif refused["refused"] == "InvalidToken":
        click.echo("error: no execution that runs here knows this token", err=True)
    else:
        click.echo(f"error: {refused['refused']}: {refused['message']}", err=True)
    click.get_current_context().exit(1)


def _asked(address: Path, request: dict[str, Any]) -> dict[str, Any] | None:
    """The answer of one run; None when it is gone."""
    from multiprocessing.connection import Client

    connection: Connection
    try:
        with Client(_address(address), _FAMILY) as connection:
            connection.send_bytes(json.dumps(request).encode())
            if not connection.poll(_SECONDS):
                return None
            answer: dict[str, Any] = json.loads(connection.recv_bytes())
            return answer
    except (ConnectionRefusedError, FileNotFoundError):
        with suppress(OSError):
            address.unlink(missing_ok=True)  # of a run that was killed
    except (OSError, EOFError):
        pass  # it ends at this moment
    return None


_FAMILY: Final = "AF_PIPE" if sys.platform == "win32" else "AF_UNIX"


def _address(path: Path) -> str:
    return rf"\\.\pipe\aslkit-{path.stem}" if sys.platform == "win32" else str(path)


def _folder() -> Path:
    """The folder of the sockets, for this user only."""
    own = str(os.getuid()) if hasattr(os, "getuid") else os.environ.get("USERNAME", "user")
    folder = _base() / f"aslkit-{own}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if hasattr(os, "getuid") and (folder.stat().st_uid != os.getuid() or folder.stat().st_mode & 0o077):
        raise click.ClickException(f"the folder {folder} is not this user's alone")
    return folder


def _base() -> Path:
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    usable = 0 < len(runtime) <= _LONGEST_FOLDER and os.access(runtime, os.W_OK | os.X_OK)
    return Path(runtime if usable else tempfile.gettempdir())
