"""`asl replay`: has an execution that was recorded on AWS happen again, event by event, with this definition."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from asl.cli.execution_options import ACTIVITY, AWS, DEFINE, ENDPOINT_URL, FILE, LAMBDA, MACHINE

if TYPE_CHECKING:
    from asl.config import Config
    from asl.machine import Machine
    from asl.replay.recording import Recording
    from asl.replay.replay import Replayed

EPILOG = """\b
Examples:
  aws stepfunctions get-execution-history --execution-arn ARN > failed.json
  asl replay failed.json order.asl.json                 walk through it in the debugger
  asl replay failed.json order.asl.json --check         does the definition still do the same?
  asl replay failed.json order.asl.json --continue      go on where it ends, or where the definition was changed
  asl replay --all histories/ order.asl.json            many histories against one definition

\b
Without DEFINITION it is taken from the history's file, where the output of describe-state-machine-for-execution stands
behind that of get-execution-history, or from a file beside it: NAME.definition.json or NAME.asl.json for NAME.json.

Exit codes: 0 every recorded event came again; 1 the definition does something else; 2 a wrong call, or a recording that
cannot be replayed to its end. With --continue those of `asl run`; without --check those of `asl debug`.
"""

_COMPANIONS: Final = (".definition.json", ".asl.json", ".asl.yaml", ".asl.yml", ".definition.yaml", ".definition.yml")


@click.command("replay", epilog=EPILOG)
@click.argument("history", type=FILE, required=False)
@click.argument("definition", type=FILE, required=False)
@click.option("--check", is_flag=True, help="Only say whether every event comes again as recorded.")
@click.option("--continue", "continue_", is_flag=True, help="Go on by itself where the recording or the likeness ends.")
@click.option("--all", "folder", metavar="DIR", help="Check every history (*.json) in this folder and below.")
@click.option(
    "--redacted", "redactions", multiple=True, metavar="REGEX",
    help="A recorded text that holds a match of this equals anything.",
)  # fmt: skip
@click.option("--input", "-i", "input_", metavar="JSON|@FILE", help="The input, where the recording does not have it.")
@click.option("--execution-arn", metavar="ARN", help="The execution's ARN; else it is learnt from the recording.")
@click.option("--name", help="The execution's name; else it is learnt from the recording.")
@DEFINE
@click.option("--mock", "-m", type=FILE, metavar="FILE[#CASE]", help="Answer further tasks from a mock file.")
@LAMBDA
@MACHINE
@ACTIVITY
@AWS
@ENDPOINT_URL
@click.option("--resources", type=FILE, metavar="FILE", help="What is in the services of --aws embedded at the start.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object about each history.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    *,
    history: str | None,
    definition: str | None,
    check: bool,
    continue_: bool,
    folder: str | None,
    redactions: tuple[str, ...],
    input_: str | None,
    execution_arn: str | None,
    name: str | None,
    as_json: bool,
    **said: Any,
) -> None:
    """Replay the execution recorded in HISTORY, which `aws stepfunctions get-execution-history` printed (- is standard
    input), with DEFINITION: offline, each task answered as it was.

    Order decides, not times. What AWS makes up (ids, tokens, times, random numbers) is adopted from the recording.
    Where the definition does something else than was recorded, it says at which event, and why. Without --check the
    execution is walked through in the debugger.
    """
    from asl import config

    _refuse(history, definition, check, continue_, folder, as_json, execution_arn or name or input_)
    settings = config.read()
    patterns = _patterns(redactions)
    defines = _defines(ctx, settings, said["defines"])
    if folder is not None:
        ctx.exit(_check_all(folder, history, defines, patterns, as_json))
    assert history is not None, "refused before"
    replayed = _replayed(
        history,
        definition,
        defines,
        redacted=patterns,
        execution_arn=execution_arn,
        name=name,
        input_text=_text(input_),
    )
    if check:
        ctx.exit(_report(history, replayed, as_json))
    of_world = _of_world(ctx, settings, said, replayed.machine)
    ctx.exit(_go_on(history, replayed, of_world, as_json) if continue_ else _debug(history, replayed, of_world))


def _refuse(
    history: str | None, definition: str | None, check: bool, continue_: bool, folder: str | None, as_json: bool,
    of_one: str | None,
) -> None:  # fmt: skip
    """Raises UsageError for a call that cannot be meant."""
    if check and continue_:
        raise click.UsageError("--check and --continue exclude each other: --check ends where the recording does")
    if folder is not None and continue_:
        raise click.UsageError("--all and --continue exclude each other: --all only checks")
    if folder is not None and definition is not None:
        raise click.UsageError("--all DIR takes one DEFINITION; the histories are those in DIR")
    if folder is not None and of_one is not None:
        raise click.UsageError("--input, --name and --execution-arn are of one execution; --all has many")
    if folder is None and history is None:
        raise click.UsageError("Missing argument 'HISTORY': a file that get-execution-history wrote, or --all DIR")
    if history == "-" and definition == "-":
        raise click.UsageError("HISTORY and DEFINITION cannot both be standard input")
    if check or continue_ or folder is not None:
        return
    if as_json:
        raise click.UsageError("--json is for --check, --continue and --all")
    if "-" in (history, definition):
        raise click.UsageError("the debugger reads its commands from standard input; nothing else can be there")


# -- what is read ------------------------------------------------------------------------------------------------------


def _patterns(redactions: tuple[str, ...]) -> list[str]:
    import re

    from asl.errors import InputError

    for text in redactions:
        try:
            re.compile(text)
        except re.error as error:
            raise InputError(f"--redacted '{text}' is no regular expression: {error}") from None
    return list(redactions)


def _text(input_: str | None) -> str | None:
    from asl.cli import arguments

    return arguments.read_input(input_)


def _defines(ctx: click.Context, settings: Config, said: tuple[str, ...]) -> Mapping[str, str]:
    from asl.cli import arguments

    return arguments.Given(ctx, settings).table("define", arguments.pairs("--define", said, "Name=value"))


def _replayed(history: str, definition: str | None, defines: Mapping[str, str], **options: Any) -> Replayed:
    """What comes of a recorded execution. Raises InputError and DefinitionError."""
    from asl.replay.recording import read
    from asl.replay.replay import replay

    recording = read(history)
    return replay(recording, _machine(history, definition, recording, defines), **options)


def _machine(history: str, definition: str | None, recording: Recording, defines: Mapping[str, str]) -> Machine:
    """The machine: of the file that is named, of the recording, or of a file beside it."""
    from asl import source
    from asl.errors import InputError
    from asl.machine import default_name, from_document

    path = definition or (None if recording.definition is not None else _companion(history))
    if path is not None:
        name = "StateMachine" if path == "-" else default_name(path)
        return from_document(source.read(path, defines), name, recording.type)
    found = recording.definition
    if found is None:
        raise InputError(
            f"{recording.name}: the definition is not in the history; give it as the second argument. The one that the"
            " execution had: aws stepfunctions describe-state-machine-for-execution --execution-arn ARN"
            " --query definition --output text > order.asl.json"
        )
    document = (
        source.read_text(found, f"{recording.name}#definition", defines=defines)
        if isinstance(found, str)
        else source.from_value(found, f"{recording.name}#definition", defines)
    )
    return from_document(document, str(recording.described.get("name") or "StateMachine"), recording.type)


def _companion(history: str) -> str | None:
    """The file beside a history that has its definition."""
    if history == "-":
        return None
    path = Path(history)
    stems = dict.fromkeys((path.name.removesuffix(".json"), path.name.split(".")[0]))
    found = (path.with_name(stem + ending) for stem in stems for ending in _COMPANIONS)
    return next((str(each) for each in found if each != path and each.is_file()), None)


def _of_world(ctx: click.Context, settings: Config, said: Mapping[str, Any], machine: Machine) -> dict[str, Any]:
    """The options of World for what the recording does not answer."""
    from asl.cli import arguments

    given = arguments.Given(ctx, settings)
    aws = given.value("aws", said["aws"])
    if said["resources"] is not None and aws != "embedded":
        raise click.UsageError("--resources is for the services of --aws embedded")
    mocks = None
    if said["mock"] is not None:
        from asl.testing import mock_config

        path, test_case = mock_config.split_reference(said["mock"])
        mocks = mock_config.load(path, test_case, machine=machine)
    lambdas = given.table("lambda", arguments.pairs("--lambda", said["lambdas"], "charge=package.module:function"))
    workers = given.table("activity", arguments.pairs("--activity", said["activities"], "work=package.module:function"))
    machines = given.table("machine", arguments.pairs("--machine", said["machines"], "Child=child.asl.json"))
    arguments.look_for_modules(settings)
    return {
        "mocks": mocks,
        "lambdas": arguments.functions("--lambda", lambdas),
        "activities": arguments.functions("--activity", workers),
        "machines": arguments.machines(machines, {}),
        "aws": aws,
        "endpoint_url": given.table("endpoint-url", arguments.endpoint_urls(said["endpoint_url"])),
        "resources": given.value("resources", said["resources"]) if aws == "embedded" else None,
    }


# -- what is told ------------------------------------------------------------------------------------------------------


def _report(history: str, replayed: Replayed, as_json: bool) -> int:
    """Tells what came of a replay; gives the exit code."""
    import sys

    from asl.cli import terminal

    if as_json:
        terminal.write_result({"file": history, **replayed.as_dict()})
    else:
        terminal.write_text(sys.stdout, _told(history, replayed))
    return _code(replayed)


def _code(replayed: Replayed) -> int:
    return 1 if replayed.divergence is not None else 2 if replayed.gap is not None else 0


def _check_all(
    folder: str, definition: str | None, defines: Mapping[str, str], patterns: list[str], as_json: bool
) -> int:
    """Checks every history below a folder; gives the exit code."""
    import sys

    from asl.cli import terminal
    from asl.errors import AslError, InputError
    from asl.story_text import counted, plain

    files = _histories(folder)
    if not files:
        raise InputError(f"--all: there is no history (*.json) in '{folder}' or below")
    codes = []
    for file in files:
        try:
            codes.append(_report(file, _replayed(file, definition, defines, redacted=patterns), as_json))
        except AslError as error:
            codes.append(2)
            if as_json:
                terminal.write_result({"file": file, "error": str(error)})
            else:
                message = plain(str(error).splitlines()[0].removeprefix(f"{file}: "))
                terminal.write_text(sys.stdout, f"{plain(file)}: cannot be replayed: {message}\n")
    if not as_json:
        parts = [
            f"{codes.count(0)} came again",
            f"{codes.count(1)} diverged",
            f"{codes.count(2)} could not be replayed",
        ]
        terminal.write_text(sys.stdout, f"{counted(len(codes), 'history', 'histories')}: {', '.join(parts)}\n")
    return max(codes)


def _histories(folder: str) -> list[str]:
    """The files in a folder and below that may be histories, in order. Raises InputError for what is no folder."""
    from asl.errors import InputError

    if not Path(folder).is_dir():
        raise InputError(f"--all takes a folder; '{folder}' is none")
    files = sorted(str(path) for path in Path(folder).rglob("*.json") if path.is_file())
    return [file for file in files if not file.endswith(_COMPANIONS)]


# -- going on ----------------------------------------------------------------------------------------------------------


def _go_on(history: str, replayed: Replayed, of_world: dict[str, Any], as_json: bool) -> int:
    """Goes on where the replay ended, and tells the story of the whole execution; gives the exit code."""
    from asl.cli import results, terminal
    from asl.cli.terminal import guarded
    from asl.replay.script import go_on
    from asl.story import Story, tell
    from asl.story_text import Style

    stderr = terminal.commentary()
    if not as_json:
        terminal.write_text(stderr, _told(history, replayed))
    with guarded():
        run = go_on(replayed, warn=_warn, **of_world)
    if as_json:
        terminal.write_result({**results.summary(run), "replay": replayed.as_dict()})
    else:
        tell(run.history, Story(stderr, **{**terminal.story_options(stderr), "progress": False}, outcome=False))
        if run.succeeded:
            terminal.write_result(run.output)
        elif run.status != "RUNNING":
            style = Style(terminal.colour_wanted(stderr))
            terminal.write_text(stderr, results.failure_report(run, style) + "\n")
    if run.status == "RUNNING":
        terminal.write_text(stderr, f"error: {results.waiting_report(run)}\n")
        return 2
    return 0 if run.succeeded else 1


def _debug(history: str, replayed: Replayed, of_world: dict[str, Any]) -> int:
    """Walks through the execution in the debugger; gives the exit code."""
    import sys

    from asl.cli.terminal import commentary, guarded, write_text
    from asl.debug.debugger import Debugger
    from asl.debug.terminal import shell
    from asl.debug.terminal.reader import reader_for
    from asl.replay.recorded_answers import RecordedAnswers
    from asl.replay.script import RecordedScript

    write_text(commentary(), _told(history, replayed))
    script = RecordedScript(replayed)
    answers = RecordedAnswers(replayed.recording, script, of_world.pop("mocks"))
    options = {**of_world, **replayed.options, "warn": _warn}
    reader, out = reader_for(sys.stdin, sys.stdout), sys.stdout
    with (
        guarded() if reader.is_script else nullcontext(),
        Debugger(replayed.machine, script=script, mocks=answers, **options) as debugger,
    ):
        return shell.run(debugger, reader=reader, out=out)


def _told(history: str, replayed: Replayed) -> str:
    """What came of a replay, as lines of text that cannot drive the terminal."""
    from asl.story_text import plain

    return "".join(f"{plain(line)}\n" for line in f"{history}: {replayed.told()}".splitlines())


def _warn(text: str) -> None:
    from asl.cli.terminal import commentary, write_text

    write_text(commentary(), f"warning: {text}\n")
