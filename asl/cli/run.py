"""`asl run`: runs a state machine, tells its story on standard error, and prints its output on standard output."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

import click

from asl.cli.execution_options import FILE, execution_options, prepare, settle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asl.cli.results import Outlet
    from asl.cli.tokens import Listener
    from asl.history import HistoryEvent
    from asl.hosts.run import Run
    from asl.hosts.world import World
    from asl.story import Story
    from asl.testing.recorder import Recorder

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
@execution_options
@click.option("--history", type=FILE, metavar="FILE", help="Write the history, as get-execution-history gives it.")
@click.option("--events", type=FILE, metavar="FILE", help="Write the events put on the event bus, one a line.")
@click.option("--output", "-o", type=FILE, metavar="FILE", help="Write the output to a file too (empty if it failed).")
@click.option("--dump", type=FILE, metavar="FILE", help="Write what is in the services of --aws embedded at the end.")
@click.option("--record", type=FILE, metavar="FILE", help="Write what services answered as a mock file.")
@click.option("--quiet", "-q", is_flag=True, help="No story on standard error.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object about the run, and no story.")
@click.pass_context
def command(
    ctx: click.Context,
    *,
    file: str,
    said: Mapping[str, Any],
    history: str | None,
    events: str | None,
    output: str | None,
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
    options = settle(ctx, said, file)
    if dump is not None and options.aws != "embedded":
        raise click.UsageError("--dump writes what is in the services of --aws embedded")

    from asl.cli import results, terminal

    outlets = {"--history": history, "--events": events, "--output": output, "--record": record, "--dump": dump}
    results.refuse_clashes(outlets, options.files)
    prepared = prepare(options)
    story = None if quiet or as_json else _story(prepared.machine.name, options.real_time)
    listener = _listener(story) if options.real_time else None
    recorder = _recorder() if record is not None else None

    import asl

    world = asl.World(
        **prepared.of_world,
        warn=lambda text: _warn(story, text),
        observer=None if story is None else _observer(story),
        on_token=None if listener is None else listener.tell,
        on_answer=recorder,
    )
    if options.aws == "real":
        _warn(story, f"tasks that nothing else answers call AWS: region {options.region}")
    with (
        world,
        _written(world, results.open_outlets(outlets), recorder) as problems,
        _told(story),
        terminal.guarded(),
        nullcontext() if listener is None else listener.listening(world),
    ):
        try:
            world.start(prepared.machine, **prepared.of_start)
            world.run()
        except KeyboardInterrupt:  # before the clock ran: from then on the drive ends the execution itself
            if not (options.real_time and world.runs):
                raise
            world.stop(world.runs[0], cause="Interrupted")
    if story is not None and world.runs[0].next_state is not None:
        story.note(f"{'':14}next: {world.runs[0].next_state}")
    is_empty = options.aws == "embedded" and options.resources is None
    _conclude(ctx, world.runs[0], as_json, problems, is_empty)


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
