"""Commands that keep what was found, and those of the debugger itself."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from typing import Final

from asl.debug.terminal.command_files import read_commands
from asl.debug.terminal.commands import Command, Group, nothing, split_word
from asl.debug.terminal.fitting import wrapped
from asl.debug.terminal.session import Session
from asl.errors import InputError
from asl.story_text import plain

GROUP: Final = Group("Keeping")
_ITEM: Final = re.compile(r" +\S.*?\s{2,}")
"""What stands before the explanation in a line of a list."""


def files(session: Session, typed: str) -> Iterable[str]:
    """The names of files that begin as is typed; those of folders end with a slash."""
    folder, _, start = typed.rpartition("/")
    try:
        entries = sorted(os.scandir(folder + "/" if "/" in typed else "."), key=lambda each: each.name)
    except OSError:
        return []
    before = f"{folder}/" if "/" in typed else ""
    return [
        f"{before}{each.name}{'/' if each.is_dir() else ''}"
        for each in entries
        if each.name.startswith(start) and (start or not each.name.startswith("."))
    ]


@GROUP.command(
    "save FILE",
    "Keep the session in a file.",
    "save charge.session.json",
    more="The file has the input, all answers and changes: asl debug --replay FILE goes on with it.",
    completions=files,
)
def save(session: Session, argument: str) -> None:
    if not argument:
        raise InputError("the file is missing: save charge.session.json")
    from asl.debug import session_file

    session_file.save(session.debugger, argument, session.displays)
    session.screen.line(f"saved in {plain(argument)}")


def _tests(session: Session, typed: str) -> Iterable[str]:
    what, blank, file = typed.partition(" ")
    return [f"test {each}" for each in files(session, file)] if blank and what == "test" else ["test "]


@GROUP.command(
    "export test [FILE]",
    "Write the way just walked as a test, answers as mocks.",
    "export test declined.asltest.yaml",
    more="FILE ends with .asltest.yaml, or .py for pytest. Without one, the test is printed.",
    completions=_tests,
)
def export(session: Session, argument: str) -> None:
    what, file = split_word(argument)
    if what != "test":
        raise InputError("what can be exported is a test: export test FILE.asltest.yaml")
    from asl.debug import written_test

    if not file:
        session.screen.write(written_test.text(session.debugger).rstrip("\n"))
        return
    written = written_test.export(session.debugger, file)
    run_by = "pytest" if file.endswith(".py") else "asl test"
    if written.problem is None:
        session.screen.line(f"written to {plain(file)}; {run_by} {plain(file)} runs it")
    else:
        session.screen.write(f"written to {plain(file)}, but this test does not pass: {plain(written.problem)}")
    for note in written.remarks:
        session.screen.write(f"  note: {plain(note)}")


@GROUP.command(
    "source FILE",
    "Do the commands that are in a file.",
    "source to-charge.txt",
    completions=files,
)
def source(session: Session, argument: str) -> None:
    if not argument:
        raise InputError("the file is missing: source to-charge.txt")
    session.waiting.add(read_commands(argument))


@GROUP.command(
    "help [COMMAND]",
    "List the commands, or tell of one.",
    "help break",
    aliases=("h", "?"),
    completions=lambda session, typed: [each.name for each in session.commands],
)
def help_(session: Session, argument: str) -> None:
    screen = session.screen
    if argument:
        _tell(session, session.commands.find(split_word(argument)[0]))
        return
    for group in session.commands.groups:
        screen.line(screen.style.bold(group.heading))
        for each in group.commands:
            screen.line(f"  {_names(each):24}{each.text}")
    screen.line("help COMMAND tells more. Names may be shortened, ;; joins commands,")
    screen.line("Enter repeats the last move, and what begins with $ is printed.")


def _names(command: Command) -> str:
    return ", ".join((command.name, *(each for each in command.aliases if len(each) <= 3)))


def _tell(session: Session, command: Command) -> None:
    screen = session.screen
    screen.line(screen.style.bold(command.usage))
    screen.line(f"  {command.text}")
    for paragraph in _paragraphs(command.more):
        indent = " " * (len(paragraph) - len(paragraph.lstrip()) + 2)
        item = _ITEM.match(paragraph)
        further = indent if item is None else " " * (item.end() + 2)
        screen.lines(wrapped(paragraph.lstrip(), screen.width, indent, further))
    if command.aliases:
        screen.line(f"  also: {', '.join(command.aliases)}")
    screen.line(f"  for example: {screen.style.cyan(command.example)}")


def _paragraphs(text: str) -> Iterator[str]:
    """Paragraphs of a text: what is indented stands on a line of its own, other lines go on."""
    going_on: list[str] = []
    for line in text.splitlines():
        if not line.startswith(" "):
            going_on.append(line)
            continue
        if going_on:
            yield " ".join(going_on)
            going_on = []
        yield line
    if going_on:
        yield " ".join(going_on)


@GROUP.command("quit", "Leave the debugger.", "quit", aliases=("q", "exit"))
def quit_(session: Session, argument: str) -> None:
    nothing(argument, "quit")
    session.done = True
