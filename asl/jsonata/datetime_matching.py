"""Matching a text against a row of items, in time that grows with the text only.

It finds what a backtracking regular expression of JavaScript without regard to case would find first, by following all
possibilities at once, the preferred ones in front.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeAlias

STEPS_TOLD: Final = 1000
"""After about so many steps the evaluation is told of the work done."""


class Item(Protocol):
    """Something that takes a part of the text. Its states are numbers, the first one is 0."""

    def step(self, state: int, unit: str) -> Sequence[int]:
        """The states after one more character, the preferred first; none when it does not fit."""

    def is_complete(self, state: int) -> bool:
        """Whether the next item may begin; going on with this one is preferred."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A text that stands as it is, in canonical case."""

    text: str

    def step(self, state: int, unit: str) -> Sequence[int]:
        return (state + 1,) if self.text.startswith(unit, state) else ()

    def is_complete(self, state: int) -> bool:
        return state == len(self.text)


@dataclass(frozen=True, slots=True)
class Run:
    """Some characters out of a set, as many as possible. The state counts them, as far as it matters."""

    chars: Container[str]
    least: float = 1
    most: float | None = None

    def step(self, state: int, unit: str) -> Sequence[int]:
        if unit not in self.chars or state == self.most:
            return ()
        return (state,) if self.most is None and state >= self.least else (state + 1,)

    def is_complete(self, state: int) -> bool:
        return state >= self.least


@dataclass(frozen=True, slots=True)
class Words:
    """One of some words, in canonical case, or any number of them; words further in front are preferred.

    State 0 is the beginning, 1 a place behind a word, the others are inside of one.
    """

    words: tuple[str, ...]
    repeated: bool
    _inside: tuple[str, ...] = field(init=False)
    """What is left of a word in each state, from 2 on."""
    _beginnings: dict[str, tuple[int, ...]] = field(init=False)

    def __post_init__(self) -> None:
        rests = [word[start:] for word in self.words for start in range(1, len(word))]
        beginnings: dict[str, tuple[int, ...]] = {}
        state = 2
        for word in self.words:
            after = 1 if len(word) == 1 else state
            beginnings[word[0]] = (*beginnings.get(word[0], ()), after)
            state += len(word) - 1
        object.__setattr__(self, "_inside", tuple(rests))
        object.__setattr__(self, "_beginnings", beginnings)

    def step(self, state: int, unit: str) -> Sequence[int]:
        if state == 0 or (state == 1 and self.repeated):
            return self._beginnings.get(unit, ())
        if state == 1 or not (rest := self._inside[state - 2]).startswith(unit):
            return ()
        return (1,) if len(rest) == 1 else (state + 1,)

    def is_complete(self, state: int) -> bool:
        return state == 1


_Starts: TypeAlias = "tuple[int, _Starts] | None"
_Thread: TypeAlias = "tuple[int, int, _Starts]"
"""The index of an item, its state, and where the items up to it begin, the last in front."""


def match(items: Sequence[Item], text: str, spend: Callable[[int], None]) -> list[int] | None:
    """Where in the text each item begins; None when the text as a whole does not match. May raise what `spend` does."""
    threads = _settled(items, [(0, 0, (0, None))], 0)
    steps = 0
    for position, unit in enumerate(canonical(text), 1):
        moved = [
            (index, after, starts)
            for index, state, starts in threads
            if index < len(items)
            for after in items[index].step(state, unit)
        ]
        if not moved:
            return None
        threads = _settled(items, moved, position)
        steps += len(threads)
        if steps >= STEPS_TOLD:
            spend(steps)
            steps = 0
    return next((_listed(starts)[:-1] for index, _, starts in threads if index == len(items)), None)


def _settled(items: Sequence[Item], threads: list[_Thread], position: int) -> list[_Thread]:
    """The threads with those that begin the next items; of two in the same state the preferred one is kept."""
    settled: list[_Thread] = []
    seen: set[tuple[int, int]] = set()
    for index, state, starts in threads:
        while (index, state) not in seen:
            seen.add((index, state))
            settled.append((index, state, starts))
            if index == len(items) or not items[index].is_complete(state):
                break
            index, state, starts = index + 1, 0, (position, starts)
    return settled


def _listed(starts: _Starts) -> list[int]:
    positions = []
    while starts is not None:
        position, starts = starts
        positions.append(position)
    return positions[::-1]


def canonical(text: str) -> str:
    """The text in the case in which JavaScript compares characters when case does not matter."""
    return text.upper() if text.isascii() else "".join(map(_canonical_unit, text))


def _canonical_unit(unit: str) -> str:
    upper = unit.upper()
    return unit if len(upper) != 1 or (not unit.isascii() and upper.isascii()) else upper
