"""`asl history`: tells the story of a saved execution history, ours or the service's."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click


@click.command("history")
@click.argument("file", type=click.Path(allow_dash=True))
def command(file: str) -> None:
    """Tell the story of the execution whose history is in FILE (- is standard input).

    FILE is what `asl run --history FILE` or `aws stepfunctions get-execution-history` wrote.
    """
    from asl.cli.terminal import story_options, write_text
    from asl.story import Story, tell

    events, more = read_events(file)
    tell(events, Story(sys.stdout, **{**story_options(sys.stdout), "progress": False}))
    if more:
        write_text(sys.stderr, "This is only the first page of the history: the file has a nextToken.\n")
    elif not events:
        write_text(sys.stderr, "The history has no events.\n")
    elif not any(event["type"] in ENDINGS for event in events):
        write_text(sys.stderr, "The history ends before the execution does.\n")


ENDINGS = frozenset(("ExecutionSucceeded", "ExecutionFailed", "ExecutionTimedOut", "ExecutionAborted"))


def read_events(file: str) -> tuple[list[dict[str, Any]], bool]:
    """The events in a file, and whether it says that there are more. Raises InputError for anything else."""
    from asl.errors import InputError

    name = "<stdin>" if file == "-" else file
    try:
        octets = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        value = json.loads(octets.decode("utf-8-sig"))
    except FileNotFoundError:
        raise InputError(f"{name}: no such file") from None
    except UnicodeDecodeError:
        raise InputError(f"{name}: is not UTF-8 text") from None
    except json.JSONDecodeError as error:
        place = f"{name}:{error.lineno}:{error.colno}"
        raise InputError(f"{place}: error: not JSON: {error.msg}; a history is written with --history FILE") from None
    except RecursionError:
        raise InputError(f"{name}: is nested too deeply for a history") from None
    except OSError as error:
        raise InputError(f"{name}: cannot be read: {error.strerror or error}") from None
    events = value.get("events") if isinstance(value, dict) else value
    if not isinstance(events, list):
        what = "a state machine's definition" if isinstance(value, dict) and "States" in value else "no history"
        raise InputError(f'{name}: is {what}; a history is an object {{"events": [...]}}')
    for number, event in enumerate(events):
        if not _is_event(event):
            raise InputError(
                f"{name}: events[{number}] is no event of a history; it needs an integer id, a type, and"
                " previousEventId"
            )
    return events, isinstance(value, dict) and bool(value.get("nextToken") or value.get("NextToken"))


def _is_event(event: Any) -> bool:
    return (
        isinstance(event, dict)
        and isinstance(event.get("type"), str)
        and isinstance(event.get("id"), int)
        and isinstance(event.get("previousEventId", 0), int)
        and all(isinstance(value, dict) for key, value in event.items() if key.endswith("EventDetails"))
    )
