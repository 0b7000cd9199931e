"""`asl replay`: has an execution that was recorded on AWS happen again, event by event, with this definition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

import click

from asl.cli.execution_options import ACTIVITY, AWS, DEFINE, ENDPOINT_URL, FILE, LAMBDA, MACHINE

if TYPE_CHECKING:
    from asl.config import Config
    from asl.machine import Machine
    from asl.replay.replayed import Replayed

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

Exit codes: 0 every event as recorded; 1 the definition does something else; 2 a wrong call, or a recording that
cannot be replayed to its end. With --continue those of `asl run`; without --check those of `asl debug`.
"""

_ANSWERS: Final = {
    "mock": "--mock", "lambdas": "--lambda", "machines": "--machine", "activities": "--activity", "aws": "--aws",
    "endpoint_url": "--endpoint-url", "resources": "--resources",
}  # fmt: skip
"""The options that say how tasks are answered which the recording does not answer, by their parameters."""


@click.command("replay", epilog=EPILOG)
@click.argument("history", type=FILE, required=False)
@click.argument("definition", type=FILE, required=False)
@click.option("--check", is_flag=True, help="Only say whether every event is as recorded.")
@click.option(
    "--continue",
    "continue_",
    is_flag=True,
    help="Go on by itself where the recording ends, or the definition differs from it.",
)
@click.option("--all", "folder", metavar="DIR", help="Check every history (*.json) in this folder and below.")
@click.option(
    "--redacted", "redactions", multiple=True, metavar="REGEX",
    help="A recorded text that holds a match of this equals anything.",
)  # fmt: skip
@click.option("--input", "-i", "input_", metavar="JSON|@FILE", help="The input, where the recording does not have it.")
@click.option("--execution-arn", metavar="ARN", help="The execution's ARN; else it is learnt from the recording.")
@click.option("--name", help="The execution's name; else it is learnt from the recording.")
@DEFINE
@click.option(
    "--mock", "-m", type=FILE, metavar="FILE[#CASE]", help="Answer from a mock file what the recording does not."
)
@LAMBDA
@MACHINE
@ACTIVITY
@AWS
@ENDPOINT_URL
@click.option("--resources", type=FILE, metavar="FILE", help="What is in the services of --aws embedded at the start.")
@click.option("--verbose", "-v", is_flag=True, help="List what was adopted and learnt from the recording.")
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
    verbose: bool,
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
    from asl.cli import arguments
    from asl.cli.replay_report import debug, go_on, report, report_all, warn
    from asl.replay.files import histories, look_at

    _refuse(history, definition, check, continue_, folder, as_json, execution_arn or name or input_)
    settings = config.read()
    patterns = _patterns(redactions)
    defines = _defines(ctx, settings, said["defines"])
    if check or folder is not None:
        _refuse_answers(ctx, [name for name in _ANSWERS if name != "mock" or folder is not None])
    if folder is not None:
        files = histories(folder)
        if history is not None:
            look_at(history, defines)
        ctx.exit(report_all(files, lambda file: _replayed(file, history, defines, redacted=patterns), as_json, verbose))
    assert history is not None, "refused before"
    replayed = _replayed(
        history,
        definition,
        defines,
        redacted=patterns,
        execution_arn=execution_arn,
        name=name,
        input_text=arguments.read_input(input_),
        mock=said["mock"] if check else None,
    )
    if check:
        ctx.exit(report(history, replayed, as_json, verbose))
    of_world = _of_world(ctx, settings, said, replayed.machine)
    if of_world["aws"] == "real":
        warn(f"tasks that nothing else answers call AWS: region {replayed.facts.region}")
    if continue_:
        ctx.exit(go_on(history, replayed, of_world, as_json, verbose))
    ctx.exit(debug(history, replayed, of_world, verbose))


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


def _refuse_answers(ctx: click.Context, parameters: Iterable[str]) -> None:
    """Raises UsageError where it is said how further tasks are answered, and there are none."""
    for parameter in parameters:
        option, source = _ANSWERS[parameter], ctx.get_parameter_source(parameter)
        if source is not None and source.name == "COMMANDLINE":
            raise click.UsageError(
                f"{option} answers tasks that were not recorded: with --continue, or in the debugger"
            )


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


def _defines(ctx: click.Context, settings: Config, said: tuple[str, ...]) -> Mapping[str, str]:
    from asl.cli import arguments

    return arguments.Given(ctx, settings).table("define", arguments.pairs("--define", said, "Name=value"))


def _replayed(
    history: str, definition: str | None, defines: Mapping[str, str], *, mock: str | None = None, **options: Any
) -> Replayed:
    """What comes of a recorded execution; a file of mocks has outputs that it has not. Raises InputError and
    DefinitionError."""
    from asl.cli import arguments
    from asl.replay.driver import replay
    from asl.replay.files import machine_of
    from asl.replay.recording import read

    recording = read(history)
    machine = machine_of(history, recording, definition, defines)
    return replay(recording, machine, mocks=arguments.mocks(mock, machine), **options)


def _of_world(ctx: click.Context, settings: Config, said: Mapping[str, Any], machine: Machine) -> dict[str, Any]:
    """The options of World for what the recording does not answer."""
    from asl.cli import arguments

    given = arguments.Given(ctx, settings)
    aws = given.value("aws", said["aws"])
    if said["resources"] is not None and aws != "embedded":
        raise click.UsageError("--resources is for the services of --aws embedded")
    functions = arguments.answering(given, said)
    arguments.look_for_modules(settings)
    return {
        "mocks": arguments.mocks(said["mock"], machine),
        "lambdas": arguments.functions("--lambda", functions["lambda"]),
        "activities": arguments.functions("--activity", functions["activity"]),
        "machines": arguments.machines(functions["machine"], {}),
        "aws": aws,
        "endpoint_url": given.table("endpoint-url", arguments.endpoint_urls(said["endpoint_url"])),
        "resources": given.value("resources", said["resources"]) if aws == "embedded" else None,
    }
