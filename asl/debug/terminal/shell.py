"""The loop: reads lines, does what they say, until somebody leaves."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, TextIO

from asl.debug.terminal import (
    changing,
    forking,
    keeping,
    looking,
    moving,
    overview,
    pending,
    stop_view,
    stopping,
    threads,
)
from asl.debug.terminal.commands import Commands
from asl.debug.terminal.reader import PROMPT, Reader, reader_for
from asl.debug.terminal.screen import Screen
from asl.debug.terminal.session import Session
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
DONE: Final = 0
NOT_SUCCEEDED: Final = 1
NOT_UNDERSTOOD: Final = 2


def run(
    debugger: Debugger,
    *,
    reader: Reader | None = None,
    out: TextIO | None = None,
    commands: Iterable[str] | None = None,
) -> int:
    """The exit code of a session: 0; of a script 1 when it ends where the execution has ended and not succeeded, and 2
    when one of its commands could not be done.

    `reader` gives the lines (default: standard input), after those of `commands`. `out` is where all is written.
    """
    out = out or sys.stdout
    reader = reader or reader_for(sys.stdin, out)
    screen = Screen(out, script=reader.is_script)
    session = Session(debugger, screen, Commands(GROUPS), script=reader.is_script)
    session.queue(commands or ())
    if not reader.is_script:
        _greet(session)
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


def _next_line(session: Session, reader: Reader) -> str | None:
    """The next line to be done, echoed where nobody has typed it here; None at the end."""
    if session.waiting:
        line = session.waiting.popleft()
    else:
        try:
            read = reader.read(session)
        except KeyboardInterrupt:
            return "#"
        if read is None or not reader.is_script:
            return read
        line = read
    if line.strip() and not line.lstrip().startswith("#"):
        session.screen.write(f"{session.screen.style.bold(PROMPT)}{plain(line.strip())}")
        return line
    return "#"


def _code(session: Session) -> int:
    if not session.script:
        return DONE
    if session.failed:
        return NOT_UNDERSTOOD
    stop = session.debugger.stop
    return NOT_SUCCEEDED if stop.kind == "end" and stop_view.ending(stop) != "SUCCEEDED" else DONE
