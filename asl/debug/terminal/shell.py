"""The loop: reads lines, does what they say, until somebody leaves."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, TextIO

from asl.debug.terminal import (
    changing,
    forking,
    headline,
    keeping,
    looking,
    moving,
    overview,
    pending,
    stopping,
    threads,
)
from asl.debug.terminal.command_files import CommandFile
from asl.debug.terminal.commands import Commands
from asl.debug.terminal.fitting import wrapped
from asl.debug.terminal.reader import CONTINUED, PROMPT, Reader, reader_for
from asl.debug.terminal.screen import Screen
from asl.debug.terminal.session import Session
from asl.source_text import placeholders_of
from asl.story_text import counted, plain

if TYPE_CHECKING:
    from asl.debug.debugger import Debugger

GROUPS: Final = (
    moving.GROUP,
    stopping.GROUP,
    looking.GROUP,
    threads.GROUP,
    overview.GROUP,
    pending.GROUP,
    changing.GROUP,
    forking.GROUP,
    keeping.GROUP,
)
_NOTHING: Final = "#"
"""A line on which nothing is to be done."""

DONE: Final = 0
NOT_SUCCEEDED: Final = 1
NOT_UNDERSTOOD: Final = 2


def run(
    debugger: Debugger,
    *,
    reader: Reader | None = None,
    out: TextIO | None = None,
    commands: CommandFile | None = None,
    displays: Mapping[int, str] | None = None,
) -> int:
    """The exit code of a session: 0; of a script 1 when it ends where the execution has ended and not succeeded, and 2
    when one of its commands could not be done.

    `reader` gives the lines (default: standard input), after those of `commands`. `out` is where all is written.
    `displays` are expressions to show at each stop, by number.
    """
    out = out or sys.stdout
    reader = reader or reader_for(sys.stdin, out)
    screen = Screen(out, script=reader.is_script)
    session = Session(debugger, screen, Commands(GROUPS), script=reader.is_script)
    if commands is not None:
        session.waiting.add(commands)
    session.displays.update(displays or {})
    if not reader.is_script:
        _greet(session)
    _warn_of_placeholders(session)
    session.arrived()
    while not session.done:
        line = _next_line(session, reader)
        if line is None:
            break
        session.perform(line)
    return _code(session)


def _greet(session: Session) -> None:
    machine = session.debugger.stop.run.machine
    states = counted(len(machine.program.states), "state")
    session.screen.line(session.screen.style.dim(f"{plain(machine.document.name)}, {states}; help lists the commands"))


def _warn_of_placeholders(session: Session) -> None:
    """Says which placeholders of the definition have no value."""
    names = list(dict.fromkeys(placeholders_of(session.debugger.machine.document.value)))
    if names:
        listed = ", ".join(f"${{{name}}}" for name in names)
        text = f"warning: placeholders without a value: {listed} (--define {names[0]}=value)"
        session.screen.lines(session.screen.style.yellow(line) for line in wrapped(plain(text), session.screen.width))


def _next_line(session: Session, reader: Reader) -> str | None:
    """The next line to be done, with those in which its JSON goes on; None at the end."""
    is_of_file = bool(session.waiting)
    try:
        line = _read(session, reader, PROMPT, is_of_file)
        while line is not None and session.goes_on(line):
            more = _read(session, reader, CONTINUED, is_of_file)
            if more is None:
                break
            line = f"{line}\n{more}"
    except KeyboardInterrupt:
        return _NOTHING
    return line


def _read(session: Session, reader: Reader, prompt: str, is_of_file: bool) -> str | None:
    """A line of a file of commands or of the reader, echoed where nobody has typed it here; None at the end."""
    if not is_of_file:
        session.waiting.pass_over()
        line = reader.read(session, prompt)
        if line is None or not reader.is_script:
            return line
    elif session.waiting:
        line = session.waiting.next()
    else:
        return None
    if prompt == PROMPT and (not line.strip() or line.lstrip().startswith("#")):
        return _NOTHING
    session.screen.write(f"{session.screen.style.bold(prompt)}{plain(line.strip() if prompt == PROMPT else line)}")
    return line


def _code(session: Session) -> int:
    if not session.script:
        return DONE
    if session.failed:
        return NOT_UNDERSTOOD
    stop = session.debugger.stop
    return NOT_SUCCEEDED if stop.kind == "end" and headline.ending(stop) != "SUCCEEDED" else DONE
