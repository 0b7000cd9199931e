"""`asl debug`: steps through an execution, forwards and back; or goes on with a session that was saved."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import click

from asl.cli.execution_options import FILE, ExecutionOptions, Prepared, execution_options, prepare, settle

if TYPE_CHECKING:
    from asl.debug.debugger import Debugger
    from asl.debug.saved_session import SavedSession

EPILOG = """\b
Examples:
  asl debug order.asl.json --input @order.json
  asl debug order.asl.json --mock mocks.json#Declined -x to-charge.txt
  asl debug --replay declined.session.json

It stops before the first state; `help` lists the commands. A task that nothing answers stops it too: answer it with
`succeed` or `fail`. Where standard input is no terminal, its lines are the commands.

Exit codes: 0 the session is over; of commands that come from a file or a pipe, 1 where the execution ended and did not
succeed, and 2 where one could not be done; 2 a wrong call.
"""

_OF_SESSION: Final = {
    "input_": "--input", "name": "--name", "from_": "--from", "only": "--only", "variables": "--var", "type_": "--type",
    "event_buses": "--event-bus", "account": "--account", "region": "--region", "role_arn": "--role-arn",
    "context": "--context", "real_time": "--real-time", "seed": "--seed", "start_time": "--start-time",
}  # fmt: skip
"""Options whose values a session has, by their parameters."""


@click.command("debug", epilog=EPILOG)
@click.argument("file", type=FILE, required=False)
@execution_options
@click.option("-x", "commands", type=FILE, metavar="FILE", help="Do the commands that are in a file first.")
@click.option("--replay", type=FILE, metavar="FILE", help="Go on with a session that `save FILE` has written.")
@click.pass_context
def command(
    ctx: click.Context, *, file: str | None, said: Mapping[str, Any], commands: str | None, replay: str | None
) -> None:
    """Step through an execution of the state machine in FILE (JSON or YAML), forwards and back.

    Waits and retries take no time, unless with --real-time. Nothing reaches AWS, unless with --aws real. What is not
    given here is taken from asl.toml, or [tool.asl] in pyproject.toml. A session that goes on (--replay) has its
    definition, its input and its answers: nobody is called for these again.
    """
    if file is None and replay is None:
        raise click.UsageError("Missing argument 'FILE'.")
    if "-" in (file, commands, replay) or said["input_"] in ("-", "@-"):
        raise click.UsageError("the debugger reads its commands from standard input; nothing else can be there")

    from asl.hosts.garbage import rare_collections

    with rare_collections():  # what is imported and kept lives on: walking it again and again would be felt
        ctx.exit(_debug(ctx, file, said, commands, replay))


def _debug(
    ctx: click.Context, file: str | None, said: Mapping[str, Any], commands: str | None, replay: str | None
) -> int:
    """Debugs until the session is over; gives the exit code."""
    from asl.cli.terminal import guarded
    from asl.debug.terminal import shell
    from asl.debug.terminal.command_files import read_commands
    from asl.debug.terminal.reader import reader_for

    first = None if commands is None else read_commands(commands)
    reader = reader_for(sys.stdin, sys.stdout)
    out = sys.stdout
    with guarded() if reader.is_script else nullcontext():
        session = None if replay is None else _session(ctx, replay)
        debugger = _debugger(ctx, said, file) if session is None else _resumed(ctx, said, file, session)
        displays = {} if session is None else session.displays
        with debugger:
            return shell.run(debugger, reader=reader, out=out, commands=first, displays=displays)


def _debugger(ctx: click.Context, said: Mapping[str, Any], file: str | None) -> Debugger:
    from asl.debug.debugger import Debugger

    options = settle(ctx, said, str(file))
    prepared = prepare(options)
    _tell_of_aws(options)
    return Debugger(prepared.machine, **prepared.of_world, **prepared.of_start, warn=_warn)


# -- sessions --------------------------------------------------------------------------------------------------------


def _session(ctx: click.Context, replay: str) -> SavedSession:
    """The session in a file, when nothing is given that it has already."""
    for parameter, option in _OF_SESSION.items():
        source = ctx.get_parameter_source(parameter)
        if source is not None and source.name in ("COMMANDLINE", "ENVIRONMENT"):
            raise click.UsageError(f"{option} is in the session already; with --replay it cannot be another one")
    from asl.debug import session_file

    return session_file.read(replay)


def _resumed(ctx: click.Context, said: Mapping[str, Any], file: str | None, session: SavedSession) -> Debugger:
    """The debugger of a saved session; `file` is the definition's, where it is not the one that the session names."""
    from asl.debug.resuming import resume

    options = _options(ctx, said, file, session)
    prepared = prepare(options, None if file is not None else session.machine.document(options.defined))
    if file is None and (gone := session.machine.file) is not None and not gone.is_file():
        _warn(f"{gone} is not there any more; what is debugged is the definition that the session holds")
    _tell_of_aws(options)
    if missing := list(_not_named(session, options)):
        _note(f"note: to go on beyond what the session holds, give what it ran with again: {' '.join(missing)}")
    machine = prepared.machine.named(session.machine.name)
    return resume(session, machine, warn=_warn, **_answering(prepared, session))


def _options(ctx: click.Context, said: Mapping[str, Any], file: str | None, session: SavedSession) -> ExecutionOptions:
    """The options of the command line, over what the session says, over the project's settings."""
    from asl import config

    settings = config.read()
    of_world = session.of_world
    values: dict[str, Any] = {
        **settings.values,
        "region": of_world["region"],
        "account": of_world["account"],
        "aws": of_world["aws"],
        "type": session.machine.type,
        "define": {**settings.table("define"), **session.machine.define},
    }
    return settle(ctx, said, file or str(session.machine.file or "<session>"), replace(settings, values=values))


def _answering(prepared: Prepared, session: SavedSession) -> dict[str, Any]:
    """The options of the world that say who answers tasks."""
    names = ("lambdas", "activities", "mocks", "machines", "aws", "endpoint_url", "resources")
    options = {name: prepared.of_world[name] for name in names}
    if options["aws"] == "embedded" and options["resources"] is None:
        options["resources"] = session.of_world["resources"]
    return options


def _not_named(session: SavedSession, options: ExecutionOptions) -> Iterable[str]:
    """What the session ran with, and is not given now."""
    given = {f"--lambda {name}" for name in options.lambdas} | {f"--activity {name}" for name in options.activities}
    given |= {"--aws real"} if options.aws == "real" else set()
    for each in session.named_again:
        option = each.partition(" ")[0]
        is_other = (option == "--mock" and options.mock) or (option == "--endpoint-url" and options.endpoint_url)
        if each.partition("=")[0] not in given and not is_other:
            yield each


# -- what is said ----------------------------------------------------------------------------------------------------


def _tell_of_aws(options: ExecutionOptions) -> None:
    if options.aws == "real":
        _warn(f"tasks that nothing else answers call AWS: region {options.region}")


def _warn(text: str) -> None:
    _note(f"warning: {text}")


def _note(text: str) -> None:
    from asl.cli.terminal import commentary, write_text

    write_text(commentary(), f"{text}\n")
