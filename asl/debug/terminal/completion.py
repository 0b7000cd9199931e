"""What the line that is being typed may go on to be: commands, states, paths into the data, files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from asl.debug.terminal.session import Session
from asl.errors import AslError


class Completion(NamedTuple):
    """A text that takes the place of the line from `start` on; `about` says what it is."""

    text: str
    start: int
    about: str = ""


def completions(session: Session, line: str) -> list[Completion]:
    """What may stand at the end of a line, given as far as the cursor; [] where nothing is known. Raises nothing."""
    begin = line.rfind(";;") + 2 if ";;" in line else 0
    begin += len(line[begin:]) - len(line[begin:].lstrip())
    text = line[begin:]
    if text.startswith("$"):
        return _of_command(session, f"print {text}", begin - len("print "))
    if not any(char in text for char in " /"):
        meant = [each for each in session.commands if text in each.aliases]
        begun = [each for each in session.commands if each.name.startswith(text) and each not in meant]
        return [Completion(each.name, begin, each.text) for each in (*meant, *begun)]
    return _of_command(session, text, begin)


def _of_command(session: Session, text: str, begin: int) -> list[Completion]:
    """The completions of a command's argument; `begin` is where the command stands in the line."""
    try:
        command, argument = session.understand(text)
        if command.completions is None:
            return []
        argument = text[text.rindex(argument) :] if argument else ""
        offered = command.completions(session, argument)
        about = offered if isinstance(offered, Mapping) else {}
        found = [each for each in offered if _fits(each, argument)]
    except AslError:
        return []
    start = begin + len(text) - len(argument)
    return [Completion(each, start, about.get(each, "")) for each in dict.fromkeys(found)]


def _fits(candidate: str, typed: str) -> bool:
    return candidate.lower().startswith(typed.lower()) and candidate != typed
