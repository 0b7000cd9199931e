"""A session: a debugger, the screen, and what is being looked at. Commands work on it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from asl.debug import recorded_events
from asl.debug.stop import Stop
from asl.debug.terminal import data_view, error_view, headline, highlight, hints, stop_view, trail
from asl.debug.terminal.command_files import WaitingLines
from asl.debug.terminal.commands import Command, Commands, split_line
from asl.debug.terminal.data_view import Fold
from asl.debug.terminal.screen import Screen
from asl.debug.terminal.trail import Trail
from asl.errors import AslError, InputError
from asl.hosts.start import wall_clock
from asl.story_text import plain
from asl.values import JSON

if TYPE_CHECKING:
    from asl.debug.debugger import Debugger
    from asl.machine import Machine

_EVIDENT: Final = frozenset(("start", "step", "end", "unanswered", "outside"))
"""Reasons to stop that need no words of their own."""
_WORD: Final = re.compile(r"[A-Za-z?][\w-]*|\?")
_PRINTED: Final = 200  # lines of a value that `print` shows at most


class Session:
    """What the commands of a terminal share.

    `script`: commands come from a file or a pipe; they are echoed, and an error in one is remembered in `failed`.
    """

    def __init__(self, debugger: Debugger, screen: Screen, commands: Commands, *, script: bool = False) -> None:
        self.debugger = debugger
        self.screen = screen
        self.commands = commands
        self.script = script
        self.failed = False
        """Whether a command of a script could not be done."""
        self.done = False
        """Whether somebody wants to leave."""
        self.waiting: Final = WaitingLines()
        self.displays: dict[int, str] = {}
        """Expressions to show at each stop, by number."""
        self._chosen: Stop | None = None
        self._level = 0
        self._trail = Trail()
        self._seen: dict[tuple[str, str], Stop] = {}
        self._last: Stop | None = None
        self._told: set[tuple[Machine, str]] = set()
        """The tasks of which it was told how they are answered."""
        self._repeated: str | None = None

    @property
    def started_at(self) -> int:
        """When the execution has started: by the wall clock, after a restart later than before."""
        return self.debugger.stops[0].at

    # -- what is looked at -----------------------------------------------------------------------------------------

    @property
    def stop(self) -> Stop:
        """The stop that is looked at: the present one, unless another thread or a level around it was chosen."""
        return self.around[self._level]

    @property
    def thread(self) -> Stop:
        """The stop of the thread of control that is looked at, also when it is a level around it: what is answered."""
        return self._chosen or self.debugger.stop

    @property
    def around(self) -> list[Stop]:
        """The chosen stop, and those of the threads of control around it, the innermost first."""
        return self._trail.around(self.debugger.stops, self.thread)

    @property
    def level(self) -> int:
        """How far up it is looked from the chosen stop."""
        return self._level

    def choose(self, stop: Stop) -> None:
        """Looks at the thread of control of a stop."""
        self._chosen, self._level = stop, 0

    def climb(self, levels: int) -> None:
        """Looks at a thread of control further out, or further in. Raises InputError where there is none."""
        level = self._level + levels
        if level < 0:
            raise InputError("this is the innermost level")
        if level >= len(self.around):
            raise InputError("this is the outermost level: the machine itself")
        self._level = level

    # -- showing ---------------------------------------------------------------------------------------------------

    def arrived(self, instead_of: Stop | None = None) -> None:
        """Shows the present stop, after a move; what it is `instead_of` was at its place before it was changed."""
        self._chosen, self._level = None, 0
        stop = self.debugger.stop
        if instead_of is None and self._last is not None and _is_same(self._last, stop):
            if self.debugger.reason == "interrupted":
                self.show_reason()
            self.screen.lines(self.headline(stop))
            screen = self.screen
            screen.lines(hints.hints(stop, self.debugger.stops, screen.width, screen.style, is_known=True))
            return
        self.show_reason()
        if instead_of is None and self._last is not None and trail.is_elsewhere(self._last, stop):
            self.screen.line(self.screen.style.dim(f"in {headline.inside(stop.levels, 40)} now"))
        self.show(stop, instead_of)
        for number in self.displays:
            self.show_display(number)

    def show_reason(self) -> None:
        """Why the debugger stopped here, where nobody asked for just this."""
        reason, last = self.debugger.reason, self.debugger.breakpoints.last
        if last is not None and str(last) == reason:
            condition = f" if {last.condition}" if last.condition else ""
            reason = f"{reason}: {last.text}{condition}"
            if last.news is not None:
                reason = f"{last}: {last.news}" if last.kind == "watch" else f"{reason}; {last.news}"
        elif reason in _EVIDENT:
            return
        self.screen.line(self.screen.style.yellow(plain(reason)))

    def show(self, stop: Stop, compared: Stop | None = None) -> None:
        """Shows a stop, its data compared with those of another one, or with what was seen before."""
        screen, stops = self.screen, self.debugger.stops
        before = compared or trail.before(stops, stop, self._seen.get((stop.run.arn, stop.frame)))
        last, self._last = self._last, stop
        is_new = last is None or (last.run, last.frame, last.state) != (stop.run, stop.frame, stop.state)
        task = (stop.run.machine, stop.state.pointer)
        screen.lines(self.headline(stop))
        path = self.path(stop, screen.width - len("  path "))
        screen.lines(stop_view.screenful(stop, stops, path, before, screen, is_new=is_new, is_known=task in self._told))
        if stop.problem is not None:
            self._told.add(task)
        if trail.is_flow(stop):
            self._seen[stop.run.arn, stop.frame] = stop

    def path(self, stop: Stop, width: int | None = None) -> str:
        """The way to a stop: `Load → Items[3] › Check → Price`, of so many columns at most."""
        return self._trail.crumbs(self.debugger.stops, stop, self.screen.style, width)

    def headline(self, stop: Stop, width: int | None = None) -> list[str]:
        """The line that names a stop, or two."""
        event = recorded_events.of_stop(self.debugger, stop)
        time = self.time(stop.at) if event is None else f"{self.time(stop.at)}  event {event}"
        return headline.headline(stop, time, width or self.screen.width, self.screen.style)

    def time(self, at: int) -> str:
        """How long after the start it is at a time, in milliseconds since the epoch: `00:00:02.500 virtual`."""
        return f"{headline.clock(at - self.started_at)} {'real' if self.debugger.is_live else 'virtual'}"

    def show_value(self, value: JSON, head: str = "", lines: int = _PRINTED) -> bool:
        """Shows a value, folded to so many lines; False when something was left out."""
        screen = self.screen
        fold = Fold(lines, screen.width - len(head), members=max(6, lines // 4))
        told = data_view.shown(value, fold)
        for line in told.lines:
            screen.line(head + highlight.json(line, screen.style))
            head = " " * len(head)
        return told.whole

    def show_display(self, number: int) -> None:
        """Shows an expression that is displayed at each stop."""
        expression = self.displays[number]
        head = f"  {number}: {plain(expression)} = "
        try:
            value = self.debugger.evaluate(expression, self.stop)
        except InputError as error:
            reason = plain(str(error).removeprefix(f"{expression}: "))
            self.screen.line(f"  {number}: {plain(expression)}: {self.screen.style.dim(reason)}")
            return
        text = data_view.inline(value, self.screen.width - len(head))
        if text is not None:
            self.screen.line(head + highlight.json(text, self.screen.style))
        else:
            self.screen.line(head.rstrip())
            self.show_value(value, "      ", 12)

    # -- commands --------------------------------------------------------------------------------------------------

    def perform(self, line: str) -> None:
        """Does what a line says; nothing but the last moving command again for an empty one that is typed."""
        line = line.strip()
        if not line and not self.script and self._repeated is not None:
            line = self._repeated
        for text in [] if line.startswith("#") else split_line(line):
            if self.done or not self._perform(text):
                return

    def _perform(self, text: str) -> bool:
        """Does one command; False when it could not be done."""
        try:
            command, argument = self.understand(text)
            self._repeated = text if command.repeats else self._repeated
            with self.screen.progress(self._progress):
                command.action(self, argument)
        except AslError as error:
            self.refuse(str(error))
            return False
        except KeyboardInterrupt:
            self.screen.line("interrupted")
            return False
        return True

    def _progress(self) -> str:
        """How far a command that takes long has come."""
        stop = self.debugger.stops[-1]
        at = max(stop.at, wall_clock()) if self.debugger.is_live else stop.at
        return f"stop {stop.number:,}  {self.time(at)}  Ctrl-C stops here"

    def goes_on(self, line: str) -> bool:
        """Whether the last command of a line has JSON that is not closed, and goes on in the next line."""
        last = split_line(line)[-1:] if not line.lstrip().startswith("#") else []
        try:
            command, argument = self.understand(last[0] if last else "")
            return command.is_open is not None and command.is_open(argument)
        except AslError:
            return False

    def understand(self, text: str) -> tuple[Command, str]:
        """The command and the argument of a text. Raises InputError.

        A text that begins as an expression does is to be printed.
        """
        if text.startswith(("$", "{%", "States.")):
            return self.commands.find("print"), text
        word = _WORD.match(text)
        if word is None:
            raise InputError(f"'{(text.split() or [''])[0]}' is no command; help lists the commands")
        return self.commands.find(word[0]), text[word.end() :].strip()

    def refuse(self, text: str) -> None:
        """Says why a command could not be done."""
        self.failed = True
        self.screen.write("\n".join(error_view.refusal(text, self.screen.width, self.screen.style)))


def _is_same(one: Stop, other: Stop) -> bool:
    """Whether a stop is that which is on the screen already: it could not go on."""
    return (one.number, one.kind, one.problem) == (other.number, other.kind, other.problem) and one.value is other.value
