"""Commands: their names, what they do, how they are found by what somebody types."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from asl.errors import InputError
from asl.findings import did_you_mean

if TYPE_CHECKING:
    from asl.debug.terminal.session import Session

Action: TypeAlias = "Callable[[Session, str], None]"
Arguments: TypeAlias = "Callable[[Session, str], Iterable[str] | Mapping[str, str]]"
"""What may stand as a command's argument, given what is typed of it so far; a mapping also says what each is."""

_NAME: Final = re.compile(r"[\w-]+")


@dataclass(frozen=True, slots=True)
class Command:
    """A command.

    `usage` is its name with its arguments, `text` one line of help, `example` a line to try, `more` what else is worth
    knowing. Enter `repeats` it. `completions` gives what its argument may be. Where its argument `is_open`, as JSON is
    whose brackets are not closed, it goes on in the next line.
    """

    name: str
    action: Action
    usage: str
    text: str
    example: str
    aliases: tuple[str, ...] = ()
    more: str = ""
    repeats: bool = False
    completions: Arguments | None = None
    is_open: Callable[[str], bool] | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Commands that are for one purpose, under the heading that `help` shows."""

    heading: str
    commands: list[Command] = field(default_factory=list)

    def command(
        self,
        usage: str,
        text: str,
        example: str,
        *,
        aliases: Sequence[str] = (),
        more: str = "",
        repeats: bool = False,
        completions: Arguments | None = None,
        is_open: Callable[[str], bool] | None = None,
    ) -> Callable[[Action], Action]:
        """A decorator that makes a function the action of a command, whose name is the first word of `usage`."""

        def add(action: Action) -> Action:
            found = _NAME.match(usage)
            assert found is not None, "begins with the name"
            name = found[0]
            self.commands.append(
                Command(name, action, usage, text, example, tuple(aliases), more, repeats, completions, is_open)
            )
            return action

        return add


class Commands:
    """All commands, by what they are for."""

    def __init__(self, groups: Sequence[Group]) -> None:
        self.groups: Final = tuple(groups)
        self._by_word = {word: each for each in self for word in (each.name, *each.aliases)}

    def __iter__(self) -> Iterator[Command]:
        for group in self.groups:
            yield from group.commands

    def find(self, word: str) -> Command:
        """The command of that name or alias, or the only one whose name begins so. Raises InputError."""
        if word in self._by_word:
            return self._by_word[word]
        found = [each for each in self if each.name.startswith(word)]
        if len(found) == 1:
            return found[0]
        if found:
            names = ", ".join(each.name for each in found)
            raise InputError(f"'{word}' may be {names}")
        hint = did_you_mean(word, self._by_word) or "help lists the commands"
        raise InputError(f"there is no command '{word}'; {hint}")


def split_line(line: str) -> list[str]:
    """The commands of a line, which `;;` joins: outside of double quotes, so that it may stand in data."""
    commands, start, position, quoted = [], 0, 0, False
    while position < len(line):
        char = line[position]
        if char == "\\" and quoted:
            position += 1
        elif char == '"':
            quoted = not quoted
        elif char == ";" and not quoted and line[position : position + 2] == ";;":
            commands.append(line[start:position])
            position += 1
            start = position + 1
        position += 1
    commands.append(line[start:])
    return [each for each in (command.strip() for command in commands) if each]


def split_word(text: str) -> tuple[str, str]:
    """The first word of a text, and the rest."""
    word, _, rest = text.strip().partition(" ")
    return word, rest.strip()


def number(text: str, what: str, default: int | None = None, least: int = 1) -> int:
    """The whole number that a text is, `default` for no text. Raises InputError that says what is missing."""
    if not text and default is not None:
        return default
    try:
        value = int(text)
    except ValueError:
        raise InputError(f"{what} is a whole number, not {text!r}" if text else f"{what} is missing") from None
    if value < least:
        raise InputError(f"{what} is at least {least}, not {value}")
    return value


def nothing(argument: str, name: str) -> None:
    """Raises InputError for an argument of a command that takes none."""
    if argument:
        raise InputError(f"{name} takes no argument, but there is {argument!r}")
