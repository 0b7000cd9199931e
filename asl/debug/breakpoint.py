"""What stops an execution: a breakpoint at a place, a watch on the value of an expression."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, ClassVar, Final

from asl.debug import expressions
from asl.debug.comparison import same
from asl.debug.places import Place, key_of
from asl.debug.threads import Threads
from asl.errors import InputError
from asl.json_text import dumps
from asl.story_text import counted, cut, plain
from asl.values import ABSENT, JSON, Absent

if TYPE_CHECKING:
    from asl.debug.stop import Stop

_VALUE_SHOWN: Final = 60
_COMPARED: Final = ("enter", "exit")
"""The kinds of stops between which data pass from one state to the next, and variables are assigned."""


class Stopper(ABC):
    """What breakpoints and watches have in common. `number` is what they are called by.

    It stops where it applies and its `condition` holds, unless the next `ignored` times are passed over; `hits` counts
    how often it applied, those times too. A `temporary` one goes when it has stopped. The condition does not hold where
    it has no value; where it fails otherwise, it stops, and `note` says why.
    """

    kind: ClassVar[str]

    def __init__(self, number: int, text: str, condition: str | None, threads: Threads, temporary: bool) -> None:
        self.number = number
        self.text = text
        """The place or the expression, as it was typed."""
        self.condition = condition
        self.temporary = temporary
        self.enabled = True
        self.hits = 0
        self.ignored = 0
        self.note: str | None = None
        self._threads = threads

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"

    def __repr__(self) -> str:
        return f"<asl.{type(self).__name__} {self.description}>"

    @property
    def description(self) -> str:
        """All about it on one line: `breakpoint 2: Charge if $.total > 100, order.asl.json:31, hit 2 times`."""
        parts = [f"{self}: {self.text}" + (f" if {self.condition}" if self.condition else "")]
        parts += [self._where()] if self._where() else []
        parts += ["temporary"] if self.temporary else []
        parts += [] if self.enabled else ["disabled"]
        parts += [f"hit {counted(self.hits, 'time')}"] if self.hits else []
        parts += [f"ignored the next {counted(self.ignored, 'time')}"] if self.ignored else []
        return ", ".join(parts)

    @property
    def news(self) -> str | None:
        """What it has to say of the stop where it applied last; None for nothing."""
        return self.note

    def matches(self, stops: Sequence[Stop], index: int) -> bool:
        """Whether it applies at `stops[index]` and its condition holds there. Counts nothing."""
        self.note = None
        return self._applies(stops, index) and self._condition_holds(stops[index])

    def _condition_holds(self, stop: Stop) -> bool:
        if self.condition is None:
            return True
        try:
            return expressions.holds(self.condition, stop)
        except InputError as failure:
            self.note = f"the condition fails: {failure}"
            return True

    @abstractmethod
    def _applies(self, stops: Sequence[Stop], index: int) -> bool: ...

    def _where(self) -> str:
        return ""


class Breakpoint(Stopper):
    """Stops at a place."""

    kind = "breakpoint"

    def __init__(
        self, number: int, text: str, place: Place, condition: str | None, threads: Threads, temporary: bool = False
    ) -> None:
        super().__init__(number, text, condition, threads, temporary)
        self.place = place
        self._keys = frozenset(place.keys)

    def _applies(self, stops: Sequence[Stop], index: int) -> bool:
        stop = stops[index]
        may_be = key_of(stop) in self._keys or (stop.kind, None) in self._keys
        return may_be and self.place.holds(stops, index, self._threads)

    def _where(self) -> str:
        """The place in the file, where it is one that was not typed like this."""
        machine, pointer = self.place.machine, self.place.pointer
        found = None if machine is None or pointer is None else machine.document.locate(pointer, key=True)
        if found is None:
            return ""
        file, _, line = self.text.rpartition(":")
        is_typed = file != "" and PurePath(found.file).match(file) and line == str(found.line)
        return "" if is_typed else f"{found.file}:{found.line}"


class Watch(Stopper):
    """Stops where an expression has another value than at the last stop of its thread of control before.

    Only stops where a state is entered or left are compared: in between, `$` is the data of one stage or another.
    `changed` is the value before and the one after, where it changed last; ABSENT for none. An expression is of the
    machine's query language, unless it is marked.
    """

    kind = "watch"

    def __init__(self, number: int, text: str, condition: str | None, threads: Threads) -> None:
        super().__init__(number, text, condition, threads, temporary=False)
        self.changed: tuple[JSON | Absent, JSON | Absent] | None = None

    @property
    def news(self) -> str | None:
        if self.changed is None:
            return self.note
        before, after = (_shown(value) for value in self.changed)
        change = f"{self.text}: {before} → {after}"
        return change if self.note is None else f"{change}; {self.note}"

    def _applies(self, stops: Sequence[Stop], index: int) -> bool:
        if stops[index].kind not in _COMPARED:
            return False
        before = self._threads.before(stops, index)
        while before is not None and stops[before].kind not in _COMPARED:
            before = self._threads.before(stops, before)
        if before is None:
            return False
        old, new = self._value(stops[before]), self._value(stops[index])
        if same(old, new):
            return False
        self.changed = old, new
        return True

    def _value(self, stop: Stop) -> JSON | Absent:
        """The value at a stop; ABSENT where the expression has none, or fails."""
        try:
            return expressions.compile(self.text, stop.run.machine.model.query_language)(stop)
        except InputError:
            return ABSENT


def _shown(value: JSON | Absent) -> str:
    return "nothing" if value is ABSENT else cut(plain(dumps(value)), _VALUE_SHOWN)
