"""The threads of control among the stops of a line, where they take turns: which are alive, which stop came before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from asl.debug.stop import Stop

_Thread: TypeAlias = tuple[str, str]
"""The ARN of an execution and the id of a frame of it."""

_OF_THE_WORLD: Final = ("wait", "outside", "end")
_BEGINS_CHILDREN: Final = ("enter", "retry")


class Threads:
    """Finds the stop before each stop of a line in its own thread of control, once.

    Lines share the stops before their fork, and a line whose past is changed loses its last ones: what was found for a
    stop holds as long as that very stop is at its place.
    """

    def __init__(self) -> None:
        self._forget()

    def _forget(self) -> None:
        self._stops: list[Stop] = []
        self._before: list[int] = []
        self._last: dict[_Thread, int] = {}
        self._begun: dict[_Thread, int] = {}

    def before(self, stops: Sequence[Stop], index: int) -> int | None:
        """The index of the stop before `stops[index]` in its thread of control, None for a thread's first.

        Stops where only the clock or somebody outside can help are passed over.
        """
        if index >= len(self._stops) or self._stops[index] is not stops[index]:
            self._find(stops, index)
        found = self._before[index]
        return None if found < 0 else found

    def _find(self, stops: Sequence[Stop], index: int) -> None:
        common = min(len(self._stops), index + 1)
        while common and self._stops[common - 1] is not stops[common - 1]:
            common -= 1
        if common < len(self._stops):
            kept = self._stops[:common]
            self._forget()
            for stop in kept:
                self._add(stop)
        for each in range(common, index + 1):
            self._add(stops[each])

    def _add(self, stop: Stop) -> None:
        index = len(self._stops)
        arn = stop.run.arn
        before = self._last.get((arn, stop.frame), -1)
        parent = (arn, stop.frame.rpartition(".")[0])
        if before < self._begun.get(parent, -1):
            before = -1  # of an earlier visit of the Map or Parallel around
        self._stops.append(stop)
        self._before.append(before)
        if stop.kind not in _OF_THE_WORLD:
            self._last[arn, stop.frame] = index
        if stop.kind in _BEGINS_CHILDREN:
            self._begun[arn, stop.frame] = index


def alive(stops: Sequence[Stop], here: Stop) -> list[Stop]:
    """The latest stop of each thread of control that is alive at a stop, by the threads' ids; of one execution."""
    found: dict[str, Stop] = {}
    over: set[str] = set()
    for each in reversed(stops[: here.number + 1]):
        if each.run.arn != here.run.arn or each.frame in found:
            continue
        around = [each.frame[:index] for index, sign in enumerate(each.frame) if sign == "."]
        is_last = each.kind == "end" or (each.kind == "exit" and each.next is None)
        if not over.intersection((each.frame, *around)) and not (is_last and each is not here):
            found[each.frame] = each
        over.add(each.frame)
        if each.frame == "0":
            break
    return sorted(found.values(), key=lambda each: [int(part) for part in each.frame.split(".")])


def alive_anywhere(stops: Sequence[Stop], here: Stop) -> list[Stop]:
    """The same of all executions that go on at a stop, in the order in which they began: those that tasks have started
    too."""
    latest = {each.run.arn: each for each in stops[: here.number + 1]}
    going_on = [each for each in latest.values() if each is here or each.kind != "end"]
    return [stop for each in going_on for stop in alive(stops, each)]
