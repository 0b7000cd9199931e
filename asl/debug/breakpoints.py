"""The breakpoints and watches of a debugger, and which of them stops an execution."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from asl.debug import expressions, place_texts
from asl.debug.breakpoint import Breakpoint, Watch
from asl.debug.places import Key, key_of
from asl.debug.threads import Threads
from asl.errors import InputError
from asl.machine import Machine

if TYPE_CHECKING:
    from asl.debug.stop import Stop

__all__ = ["Breakpoint", "Breakpoints", "Watch"]

_IF: Final = re.compile(r"\s+if\s+")


class Breakpoints:
    """Breakpoints and watches by their numbers, which are never used again.

    Places are looked for in `machines`, in the first one that has them.
    """

    def __init__(self, machines: Iterable[Machine]) -> None:
        self.machines = list(machines)
        self.last: Breakpoint | Watch | None = None
        """What stopped the execution last, with its `news` of it."""
        self._all: dict[int, Breakpoint | Watch] = {}
        self._number = 0
        self._threads = Threads()
        self._enabled = False
        self._at: dict[Key, list[Breakpoint]] = {}
        self._watches: list[Watch] = []

    def __iter__(self) -> Iterator[Breakpoint | Watch]:
        return iter(self._all.values())

    def __len__(self) -> int:
        return len(self._all)

    def __getitem__(self, number: int) -> Breakpoint | Watch:
        """The one with that number. Raises InputError."""
        if number in self._all:
            return self._all[number]
        known = ", ".join(map(str, self._all))
        raise InputError(f"there is no breakpoint {number}; " + (f"there are {known}" if known else "there are none"))

    # -- making and changing -------------------------------------------------------------------------------------------

    def parse(self, text: str) -> Breakpoint:
        """The breakpoint that a text means, which is not kept: for asking whether it `matches`.

        See `asl.debug.place_texts` for what can be written. Raises InputError for what cannot be, and says what could.
        """
        place, place_text, condition = place_texts.read(text, self.machines)
        return Breakpoint(0, place_text, place, _checked(condition), self._threads)

    def add(self, text: str, *, temporary: bool = False) -> Breakpoint:
        """A new breakpoint at a place, with a condition behind `if`. Raises InputError as `parse` does."""
        found = self.parse(text)
        found.number, found.temporary = self._next_number(), temporary
        self._all[found.number] = found
        self._index()
        return found

    def watch(self, text: str) -> Watch:
        """A new watch on an expression, with a condition behind `if`. Raises InputError for what is no expression."""
        expression, *conditions = _IF.split(text.strip(), maxsplit=1)
        expressions.compile(expression)
        condition = _checked(conditions[0] if conditions else None)
        found = Watch(self._next_number(), expression, condition, self._threads)
        self._all[found.number] = found
        self._index()
        return found

    def delete(self, number: int) -> None:
        del self._all[self[number].number]
        self._index()

    def enable(self, number: int) -> None:
        self[number].enabled = True
        self._index()

    def disable(self, number: int) -> None:
        self[number].enabled = False
        self._index()

    def ignore(self, number: int, count: int) -> None:
        """Has it not stop the next `count` times."""
        if count < 0:
            raise InputError(f"how often to ignore {self[number]} is a count, not {count}")
        self[number].ignored = count

    def condition(self, number: int, text: str | None) -> None:
        """Gives it another condition, or none."""
        self[number].condition = _checked(text)

    def reset(self) -> None:
        """Forgets what was counted, for an execution that begins again."""
        self.last = None
        for each in self:
            each.hits, each.note = 0, None
            if isinstance(each, Watch):
                each.changed = None

    # -- stopping ------------------------------------------------------------------------------------------------------

    def hit(self, stops: Sequence[Stop], index: int) -> Breakpoint | Watch | None:
        """What stops an execution that has come to `stops[index]`, the first one of several; None for nothing.

        Counts the hits of all, and drops temporary ones that stop.
        """
        if not self._enabled:
            return None
        stopping = []
        for each in self._matching(stops, index):
            each.hits += 1
            if each.ignored:
                each.ignored -= 1
            else:
                stopping.append(each)
        for each in stopping:
            if each.temporary:
                self.delete(each.number)
        return self._stopped_by(stopping)

    def would_hit(self, stops: Sequence[Stop], index: int) -> Breakpoint | Watch | None:
        """What stops somebody who goes back to `stops[index]`: nothing is counted, and what is ignored does not."""
        if not self._enabled:
            return None
        return self._stopped_by([each for each in self._matching(stops, index) if not each.ignored])

    def _stopped_by(self, stopping: list[Breakpoint | Watch]) -> Breakpoint | Watch | None:
        if not stopping:
            return None
        self.last = stopping[0]
        return stopping[0]

    def _matching(self, stops: Sequence[Stop], index: int) -> list[Breakpoint | Watch]:
        """Those that match at a stop, in the order of their numbers."""
        stop = stops[index]
        found: list[Breakpoint | Watch] = [*self._at.get(key_of(stop), ()), *self._at.get((stop.kind, None), ())]
        found += self._watches
        matching = [each for each in found if each.matches(stops, index)] if found else []
        return sorted(matching, key=lambda each: each.number) if len(matching) > 1 else matching

    # -- within --------------------------------------------------------------------------------------------------------

    def _next_number(self) -> int:
        self._number += 1
        return self._number

    def _index(self) -> None:
        """Sorts those that are enabled by the stops that they may be at."""
        enabled = [each for each in self if each.enabled]
        self._enabled = bool(enabled)
        self._watches = [each for each in enabled if isinstance(each, Watch)]
        self._at = {}
        for each in enabled:
            if isinstance(each, Breakpoint):
                for key in each.place.keys:
                    self._at.setdefault(key, []).append(each)


def _checked(condition: str | None) -> str | None:
    """A condition that can be one. Raises InputError for what is no expression."""
    if not condition:
        return None
    expressions.compile(condition)
    return condition.strip()
