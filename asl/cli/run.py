"""`asl run`: runs a state machine, tells its story on standard error, and prints its output on standard output."""

from __future__ import annotations

import signal
import sys
from collections.abc import Mapping
from contextlib import contextmanager, nullcontext, redirect_stdout
from threading import current_thread, main_thread
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asl.cli.results import Outlet
    from asl.cli.tokens import Listener
    from asl.history import HistoryEvent
    from asl.hosts.run import Run
    from asl.hosts.world import World
    from asl.integration import AwsMode
    from asl.limits import WorkflowType
    from asl.story import Story
    from asl.testing.recorder import Recorder

FILE = click.Path(allow_dash=True)

EPILOG = """\b
Examples:
  asl run order.asl.json --input '{"amount": 12}'
  asl run order.asl.json --input @order.json --mock mocks.json#Declined
  asl run order.asl.json --lambda charge=handlers:charge --history h.json

Exit codes: 0 the execution succeeded; 1 it failed, timed out or was stopped; 2 a wrong call, or a task that nothing
answers.

Mock files are those of Step Functions Local (MockConfigFile.json). Beside "Return" or "Throw" an answer may have
"Submit" (the answer of the start call of a .sync or callback task) and "DurationSeconds" (how long the call takes).
"""


@click.command("run", epilog=EPILOG)
@click.argument("file", type=FILE)
@click.option("--input", "-i", "input_", metavar="JSON|@FILE|-", help="The input: JSON, a file, or standard input.")
@click.option("--name", help="The execution's name.")
@click.option("--from", "from_", metavar="STATE", help="Start at this state (name or JSON pointer), at any depth.")
@click.option("--only", metavar="STATE", help="Start at this state, and end when it is left.")
@click.option("--var", "-v", "variables", multiple=True, metavar="NAME=JSON", help="A variable, assigned at the start.")
@click.option(
    "--lambda", "-l", "lambdas", multiple=True, metavar="NAME=MODULE:FUNCTION",
    help="Answer a Lambda function, given by name, ARN or glob, with a Python function.",
)  # fmt: skip
@click.option("--mock", "-m", type=FILE, metavar="FILE[#CASE]", help="Answer tasks from a mock file.")
@click.option("--define", "-d", "defines", multiple=True, metavar="NAME=VALUE", help="Fill the placeholder ${NAME}.")
@click.option("--machine", "machines", multiple=True, metavar="NAME=FILE", help="A state machine that tasks start.")
@click.option(
    "--activity", "activities", multiple=True, metavar="NAME=MODULE:FUNCTION",
    help="A worker for an activity, given by name, ARN or glob.",
)  # fmt: skip
@click.option("--history", type=FILE, metavar="FILE", help="Write the history, as get-execution-history gives it.")
@click.option("--events", type=FILE, metavar="FILE", help="Write the events put on the event bus, one a line.")
@click.option("--output", "-o", type=FILE, metavar="FILE", help="Write the output to a file too (empty if it failed).")
@click.option(
    "--type", "type_", type=click.Choice(["STANDARD", "EXPRESS"]), default="STANDARD",
    help="The workflow type, each with its own limits.",
)  # fmt: skip
@click.option(
    "--event-bus", "event_buses", multiple=True, metavar="NAME",
    help="An event bus that there is, beside 'default'; events for others are dropped.",
)  # fmt: skip
@click.option("--account", metavar="ID", default="123456789012", help="The account in ARNs.")
@click.option("--region", default="us-east-1", help="The region in ARNs.")
@click.option("--role-arn", metavar="ARN", help="The execution role in the history and the context object.")
@click.option("--context", type=FILE, metavar="FILE", help="A JSON object to lay over the context object.")
@click.option("--real-time", is_flag=True, help="Wait by the wall clock, instead of in no time.")
@click.option("--seed", default="0", help="Same seed, same ids, same random numbers.")
@click.option("--start-time", metavar="TIME", help="When virtual time begins, such as 2026-01-01T00:00:00Z.")
@click.option(
    "--aws", type=click.Choice(["off", "embedded", "real"]), default="off",
    help="Let tasks call stand-ins of services in this process (moto), or real AWS services; off: none.",
)  # fmt: skip
@click.option("--endpoint-url", multiple=True, metavar="[SERVICE=]URL", help="Let tasks call services at this URL.")
@click.option("--resources", type=FILE, metavar="FILE", help="What is in the services of --aws embedded at the start.")
@click.option("--dump", type=FILE, metavar="FILE", help="Write what is in the services of --aws embedded at the end.")
@click.option("--record", type=FILE, metavar="FILE", help="Write what services answered as a mock file.")
@click.option("--quiet", "-q", is_flag=True, help="No story on standard error.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object about the run, and no story.")
@click.pass_context
def command(
    ctx: click.Context,
    *,
    file: str,
    input_: str | None,
    name: str | None,
    from_: str | None,
    only: str | None,
    variables: tuple[str, ...],
    lambdas: tuple[str, ...],
    mock: str | None,
    defines: tuple[str, ...],
    history: str | None,
    events: str | None,
    output: str | None,
    type_: WorkflowType,
    event_buses: tuple[str, ...],
    account: str,
    region: str,
    role_arn: str | None,
    context: str | None,
    real_time: bool,
    seed: str,
    start_time: str | None,
    machines: tuple[str, ...],
    activities: tuple[str, ...],
    aws: AwsMode,
    endpoint_url: tuple[str, ...],
    resources: str | None,
    dump: str | None,
    record: str | None,
    quiet: bool,
    as_json: bool,
) -> None:
    """Run the state machine in FILE (JSON or YAML; - is standard input) and print its output.

    Waits and retries take no time, unless with --real-time. Nothing reaches AWS, unless with --aws real. What is not
    given here is taken from asl.toml, or [tool.asl] in pyproject.toml.
    """
    if quiet and as_json:
        raise click.UsageError("--quiet and --json exclude each other: with --json there is no story to silence")
    if from_ is not None and only is not None:
        raise click.UsageError("--from and --only exclude each other: --only starts at its state too")
    if real_time and start_time is not None:
        raise click.UsageError("--real-time and --start-time exclude each other: real time begins now")
    if file == "-" and input_ in ("-", "@-"):
        raise click.UsageError("FILE and --input cannot both be standard input")

    from asl import config, source
    from asl.cli import arguments, results
    from asl.errors import InputError
    from asl.machine import default_name, from_document
    from asl.source_text import pseudo_parameters, unused_defines

    settings = config.read()
    given = arguments.Given(ctx, settings)
    aws = given.value("aws", aws)
    region, account = given.value("region", region), given.value("account", account)
    role_arn = given.value("role-arn", role_arn)
    urls = given.table("endpoint-url", arguments.endpoint_urls(endpoint_url))
    arguments.checked(account, region, role_arn, urls)
    if dump is not None and aws != "embedded":
        raise click.UsageError("--dump writes what is in the services of --aws embedded")
    if resources is not None and aws != "embedded":
        raise click.UsageError("--resources is for the services of --aws embedded")
    resources = given.value("resources", resources) if aws == "embedded" else None
    outlets = {"--history": history, "--events": events, "--output": output, "--record": record, "--dump": dump}
    read_from_file = input_[1:] if input_ and input_.startswith("@") else None
    results.refuse_clashes(outlets, (file, read_from_file, context, mock and mock.rpartition("#")[0], mock, resources))

    import asl

    defined = arguments.pairs("--define", defines, "Name=value")
    values = {**pseudo_parameters(region, account), **given.table("define", defined)}
    document = source.read(file, values)
    others = given.table("machine", arguments.pairs("--machine", machines, "Child=child.asl.json"))
    children = arguments.machines(others, values)
    names = [name for each in (document, *children.values()) for name in each.placeholders]
    if problem := unused_defines(defined, names):
        raise InputError(problem)
    machine = from_document(document, "StateMachine" if file == "-" else default_name(file), given.value("type", type_))
    started_with: dict[str, Any] = {
        "name": name,
        "input_text": arguments.read_input(input_),
        "context": arguments.read_context(context),
        "role_arn": role_arn,
        "start_at": only if from_ is None else from_,
        "variables": arguments.variables(variables),
        "single": only is not None,
    }
    mocks = None
    if mock is not None:
        from asl.testing import mock_config

        path, test_case = mock_config.split_reference(mock)
        mocks = mock_config.load(path, test_case, machine=machine)
    arguments.look_for_modules(settings)
    story = None if quiet or as_json else _story(machine.name, real_time)
    listener = _listener(story) if real_time else None
    lambdas_by_name = given.table("lambda", arguments.pairs("--lambda", lambdas, "charge=package.module:function"))
    workers = given.table("activity", arguments.pairs("--activity", activities, "work=package.module:function"))
    recorder = _recorder() if record is not None else None
    world = asl.World(
        start=_now() if real_time else given.value("start-time", start_time),
        seed=given.value("seed", seed),
        lambdas=arguments.functions("--lambda", lambdas_by_name),
        activities=arguments.functions("--activity", workers),
        machines=children,
        mocks=mocks,
        live=real_time,
        aws=aws,
        endpoint_url=urls,
        event_buses=given.value("event-bus", event_buses),
        region=region,
        account=account,
        resources=resources,
        warn=lambda text: _warn(story, text),
        observer=None if story is None else _observer(story),
        on_token=None if listener is None else listener.tell,
        on_answer=recorder,
    )
    if aws == "real":
        _warn(story, f"tasks that nothing else answers call AWS: region {region}")
    with (
        world,
        _written(world, results.open_outlets(outlets), recorder) as problems,
        _told(story),
        _guarded(),
        nullcontext() if listener is None else listener.listening(world),
    ):
        try:
            world.start(machine, **started_with)
            world.run()
        except KeyboardInterrupt:  # before the clock ran: from then on the drive ends the execution itself
            if not (real_time and world.runs):
                raise
            world.stop(world.runs[0], cause="Interrupted")
    if story is not None and world.runs[0].next_state is not None:
        story.note(f"{'':14}next: {world.runs[0].next_state}")
    _conclude(ctx, world.runs[0], as_json, problems, is_empty=aws == "embedded" and resources is None)


def _conclude(ctx: click.Context, run: Run, as_json: bool, problems: list[str], is_empty: bool) -> None:
    """Prints what came of the run, and exits."""
    from asl.cli import results, terminal
    from asl.story_text import Style

    if as_json:
        terminal.write_result(results.summary(run))
    elif run.succeeded:
        terminal.write_result(run.output)
    elif run.status != "RUNNING":
        style = Style(terminal.colour_wanted(terminal.commentary()))
        terminal.write_text(terminal.commentary(), results.failure_report(run, style, is_empty) + "\n")
    if run.status == "RUNNING":
        terminal.write_text(terminal.commentary(), f"error: {results.waiting_report(run)}\n")
    for problem in problems:
        terminal.write_text(terminal.commentary(), f"error: {problem}\n")
    ctx.exit(2 if problems or run.status == "RUNNING" else 0 if run.succeeded else 1)


@contextmanager
def _written(world: World, outlets: Mapping[str, Outlet], recorder: Recorder | None) -> Iterator[list[str]]:
    """Writes the files when the run is over, however it ended. Gives a list that then holds what went wrong."""
    from asl.cli import results
    from asl.cli.terminal import commentary, json_text, write_text

    problems: list[str] = []
    try:
        yield problems
    finally:
        if not world.runs:
            results.discard(outlets.values())
        else:
            run = world.runs[0]
            run.recorded.extend(run.execution.take().history)  # of an event that was interrupted
            for option, outlet in outlets.items():
                if option == "--history":
                    text = json_text({"events": run.history}, indent=4) + "\n"
                elif option == "--record" and recorder is not None:
                    text = json_text(recorder.document(world.runs), indent=2) + "\n"
                elif option == "--dump":
                    text = json_text(world.stored, indent=2) + "\n"
                elif option == "--events":
                    text = "".join(json_text(envelope, None) + "\n" for envelope in run.world.events)
                else:
                    text = json_text(run.output, indent=2) + "\n" if run.succeeded else ""
                problem = outlet.write(text)
                if problem is not None:
                    problems.append(problem)
        if problems and sys.exc_info()[0] is not None:  # nobody will look at the list
            for problem in problems:
                write_text(commentary(), f"error: {problem}\n")


@contextmanager
def _guarded() -> Iterator[None]:
    """What a local function prints goes to standard error, and SIGTERM is an interrupt like Ctrl-C."""
    from asl.cli.terminal import commentary

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt) if current_thread() is main_thread() else None
    try:
        with redirect_stdout(commentary()):
            yield
    finally:
        if before is not None:
            signal.signal(signal.SIGTERM, before)


@contextmanager
def _told(story: Story | None) -> Iterator[None]:
    try:
        yield
    finally:
        if story is not None:
            story.close()


def _story(title: str, real_time: bool) -> Story:
    from asl.cli.terminal import commentary, story_options
    from asl.story import Story

    clock = "" if real_time else "virtual time"
    stream = commentary()
    options = story_options(stream)
    return Story(stream, **options, live=real_time, outcome=False, clock=clock, title=title)


def _observer(story: Story) -> Any:
    """Tells the story of the execution that the command started; of those that it starts, how they end."""
    from asl.history import render

    def observe(run: Run, history: list[HistoryEvent]) -> None:
        if run.parent_arn is None:
            for event in history:
                story.feed(render(event))
        elif run.status != "RUNNING" and history[-1].type.startswith("Execution"):
            story.note(f"{'':14}  {run.machine.name} {run.name}: {run.status}")

    return observe


def _recorder() -> Recorder:
    from asl.testing.recorder import Recorder

    return Recorder()


def _listener(story: Story | None) -> Listener:
    from asl.cli.tokens import Listener

    return Listener(lambda text: _warn(story, text, ""))


def _warn(story: Story | None, text: str, head: str = "warning: ") -> None:
    from asl.cli.terminal import commentary, write_text

    if story is None:
        write_text(commentary(), f"{head}{text}\n")
    else:
        story.note(f"{head}{text}")


def _now() -> int:
    import time

    return time.time_ns() // 1_000_000
