"""What `asl replay` tells: of a check, of many, of an execution that goes on; and the debugger that it opens."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asl.replay.replayed import Replayed


def report(history: str, replayed: Replayed, as_json: bool) -> int:
    """Tells what came of a replay; gives the exit code."""
    from asl.cli import terminal

    if as_json:
        terminal.write_result({"file": history, **replayed.as_dict()})
    else:
        terminal.write_text(sys.stdout, _told(history, replayed))
    return _code(replayed)


def _code(replayed: Replayed) -> int:
    return 1 if replayed.divergence is not None else 2 if replayed.gap is not None else 0


def report_all(files: Sequence[str], replayed: Callable[[str], Replayed], as_json: bool) -> int:
    """Tells what comes of each history, and of all; gives the exit code."""
    from asl.cli import terminal
    from asl.errors import AslError
    from asl.story_text import counted, plain

    codes = []
    for file in files:
        try:
            codes.append(report(file, replayed(file), as_json))
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


def go_on(history: str, replayed: Replayed, of_world: dict[str, Any], as_json: bool) -> int:
    """Goes on where the replay ended, and tells the story of the whole execution; gives the exit code."""
    from asl.cli import results, terminal
    from asl.cli.terminal import guarded
    from asl.replay import script
    from asl.story import Story, tell
    from asl.story_text import Style

    stderr = terminal.commentary()
    if not as_json:
        terminal.write_text(stderr, _told(history, replayed))
    with guarded():
        run = script.go_on(replayed, warn=warn, **of_world)
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


def debug(history: str, replayed: Replayed, of_world: dict[str, Any]) -> int:
    """Walks through the execution in the debugger; gives the exit code."""
    from asl.cli.terminal import commentary, guarded, write_text
    from asl.debug.terminal import shell
    from asl.debug.terminal.reader import reader_for
    from asl.replay.debugging import debugger_of

    write_text(commentary(), _told(history, replayed))
    reader, out = reader_for(sys.stdin, sys.stdout), sys.stdout
    with (
        guarded() if reader.is_script else nullcontext(),
        debugger_of(replayed, warn=warn, **of_world) as debugger,
    ):
        return shell.run(debugger, reader=reader, out=out)


def _told(history: str, replayed: Replayed) -> str:
    """What came of a replay, as lines of text that cannot drive the terminal."""
    from asl.story_text import plain

    return "".join(f"{plain(line)}\n" for line in f"{history}: {replayed.told()}".splitlines())


def warn(text: str) -> None:
    """Tells something beside the result."""
    from asl.cli.terminal import commentary, write_text

    write_text(commentary(), f"warning: {text}\n")
