"""What `asl replay` tells: of a check, of many, of an execution that goes on; and the debugger that it opens."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from asl.errors import AslError
    from asl.hosts.run import Run
    from asl.replay.replayed import Replayed


def report(history: str, replayed: Replayed, as_json: bool, verbose: bool) -> int:
    """Tells what came of a replay; gives the exit code."""
    from asl.cli import terminal

    if as_json:
        terminal.write_result({"file": history, **replayed.as_dict()})
    else:
        terminal.write_text(sys.stdout, _told(history, replayed, verbose))
    return _code(replayed)


def _code(replayed: Replayed) -> int:
    if replayed.divergence is not None:
        return 1
    return 0 if replayed.gap is None and replayed.recording.is_complete else 2


def report_all(files: Sequence[str], replayed: Callable[[str], Replayed], as_json: bool, verbose: bool) -> int:
    """Tells what comes of each history, and of all; gives the exit code. Files that are no histories are passed over.

    Histories that differ from the recording in the same way are told of together, at the end.
    """
    from asl.cli import terminal
    from asl.errors import AslError
    from asl.replay.recording import NoHistoryError
    from asl.story_text import counted

    codes = []
    different: dict[object, list[tuple[str, Replayed]]] = {}
    for file in files:
        try:
            done = replayed(file)
        except NoHistoryError as error:
            _write_problem(file, error, "passed over", as_json)
            continue
        except AslError as error:
            codes.append(2)
            _write_problem(file, error, "cannot be replayed", as_json)
            continue
        codes.append(_code(done))
        if as_json or done.divergence is None:
            report(file, done, as_json, verbose)
        else:
            different.setdefault(done.divergence.kind, []).append((file, done))
    if not codes:
        raise NoHistoryError("--all: none of these files is a history")
    if not as_json:
        for group in different.values():
            terminal.write_text(sys.stdout, _told_group(group, verbose))
        parts = [f"{codes.count(0)} as recorded", f"{codes.count(1)} differ", f"{codes.count(2)} could not be replayed"]
        terminal.write_text(sys.stdout, f"{counted(len(codes), 'history', 'histories')}: {', '.join(parts)}\n")
    return max(codes)


def _write_problem(file: str, error: AslError, what: str, as_json: bool) -> None:
    from asl.cli import terminal
    from asl.story_text import plain

    if as_json:
        terminal.write_result({"file": file, "passed_over" if what == "passed over" else "error": str(error)})
    else:
        message = plain(str(error).splitlines()[0].removeprefix(f"{file}: "))
        message = message.partition(";")[0] if what == "passed over" else message
        terminal.write_text(sys.stdout, f"{plain(file)}: {what}: {message}\n")


def _told_group(group: Sequence[tuple[str, Replayed]], verbose: bool) -> str:
    """What is said of histories that differ from their recordings in the same way: of the first one, and which."""
    from asl.story_text import plain

    file, first = group[0]
    if len(group) == 1:
        return _told(file, first, verbose)
    events = [done.divergence.event for _, done in group if done.divergence is not None]
    differ = len({None if event is None else event.id for event in events}) > 1
    others = [
        plain(name) + (f" (event {event.id})" if differ and event is not None else "")
        for (name, _), event in zip(group, events, strict=True)
    ]
    return _told(f"{len(group)} histories", first, verbose) + f"  in {', '.join(others)}\n"


def go_on(history: str, replayed: Replayed, of_world: dict[str, Any], as_json: bool, verbose: bool) -> int:
    """Goes on where the replay ended, and tells the story of the whole execution; gives the exit code."""
    from asl.cli import results, terminal
    from asl.cli.terminal import guarded
    from asl.errors import HostError
    from asl.hosts.unanswered import UnansweredError
    from asl.replay import script
    from asl.story_text import Style

    stderr = terminal.commentary()
    runs: list[Run] = []
    if not as_json:
        terminal.write_text(stderr, _told(history, replayed, verbose))
    try:
        with guarded():
            run = script.go_on(replayed, started=runs.append, warn=warn, **of_world)
    except HostError as failure:
        if runs and not as_json:
            _tell_story(stderr, replayed, runs[0])
        if isinstance(failure, UnansweredError):
            raise HostError(failure.on_command_line) from None
        raise
    if as_json:
        terminal.write_result({**results.summary(run), "replay": replayed.as_dict()})
    else:
        _tell_story(stderr, replayed, run)
        if run.succeeded:
            terminal.write_result(run.output)
        elif run.status != "RUNNING":
            style = Style(terminal.colour_wanted(stderr))
            terminal.write_text(stderr, results.failure_report(run, style) + "\n")
    if run.status == "RUNNING":
        terminal.write_text(stderr, f"error: {results.waiting_report(run)}\n")
        return 2
    return 0 if run.succeeded else 1


def _tell_story(stream: TextIO, replayed: Replayed, run: Run) -> None:
    """Tells the story of an execution that went on after a replay, with a line where it did."""
    from asl.cli import terminal
    from asl.story import Story

    story = Story(stream, **{**terminal.story_options(stream), "progress": False}, outcome=False)
    last = max(replayed.ids, default=0)
    as_recorded = [event for event in run.history if event["id"] <= last]
    beyond = run.history[len(as_recorded) :]
    for event in as_recorded:
        story.feed(event)
    ended = replayed.is_faithful and replayed.recording.events[-1].type != "ExecutionAborted"
    if not (ended and replayed.recording.has_ended):
        story.close()
        story.note(f"--- {_where_left(replayed)}; from here on by itself ---")
    for event in beyond:
        story.feed(event)
    story.close()


def _where_left(replayed: Replayed) -> str:
    if replayed.divergence is not None and replayed.divergence.event is not None:
        return f"here it differs from the recording, at event {replayed.divergence.event.id}"
    last = replayed.recording.events[-1]
    if last.type == "ExecutionAborted":
        return f"here somebody stopped it, at event {last.id}"
    return f"here the recording ends, at event {last.id}" if replayed.gap is None else "here an answer was cut off"


def debug(history: str, replayed: Replayed, of_world: dict[str, Any], verbose: bool) -> int:
    """Walks through the execution in the debugger; gives the exit code."""
    from asl.cli.terminal import commentary, guarded, write_text
    from asl.debug.terminal import shell
    from asl.debug.terminal.reader import reader_for
    from asl.replay.debugging import debugger_of, end_of
    from asl.story_text import plain

    write_text(commentary(), f"recorded: {plain(replayed.recording.told_end())}\n{_told(history, replayed, verbose)}")
    reader, out = reader_for(sys.stdin, sys.stdout), sys.stdout
    with (
        guarded() if reader.is_script else nullcontext(),
        debugger_of(replayed, warn=warn, **of_world) as debugger,
    ):
        succeeds = replayed.is_faithful and replayed.recording.events[-1].type == "ExecutionSucceeded"
        found = None if succeeds else end_of(debugger)
        if found is not None:
            write_text(commentary(), f"goto {found.number} is {plain(found.what)}\n")
        return shell.run(debugger, reader=reader, out=out)


def _told(history: str, replayed: Replayed, verbose: bool = False) -> str:
    """What came of a replay, as lines of text that cannot drive the terminal."""
    from asl.story_text import plain

    return "".join(f"{plain(line)}\n" for line in f"{history}: {replayed.told(verbose=verbose)}".splitlines())


def warn(text: str) -> None:
    """Tells something beside the result."""
    from asl.cli.terminal import commentary, write_text

    write_text(commentary(), f"warning: {text}\n")
