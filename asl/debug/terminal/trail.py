"""The way to a stop: the states that were entered, through the iterations and branches it is in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple, TypeAlias

from asl.debug.stop import Stop
from asl.debug.terminal.fitting import PLAIN, fitted, with_names, without_middle
from asl.story_text import Style, plain

_FIRST: Final = 2  # states of a thread of control that are named, however many there are
_LAST: Final = 4
_LOOKED_BACK: Final = 5_000  # stops

_Thread: TypeAlias = tuple[str, str]
"""The ARN of an execution and the id of a frame of it."""


class _Entered(NamedTuple):
    """A state that a thread of control has entered, at the stop with that number; the `ordinal`th since it began.

    `before` is the one before it in the thread, `first` those that it began with, `outer` the one that the thread
    around it was in.
    """

    number: int
    ordinal: int
    before: _Entered | None
    first: tuple[int, ...]
    outer: _Entered | None


class Trail:
    """Finds the states that were entered on the way to each stop of a line, once.

    Lines share the stops before their fork, and a line whose past is changed loses its last ones: what was found for a
    stop holds as long as that very stop is at its place.
    """

    def __init__(self) -> None:
        self._forget()

    def _forget(self) -> None:
        self._stops: list[Stop] = []
        self._at: list[tuple[_Entered | None, _Entered | None]] = []
        """For each stop the state that its thread is in, and the one that the thread around is in."""
        self._last: dict[_Thread, _Entered] = {}
        self._caller: dict[str, _Entered | None] = {}

    def around(self, stops: Sequence[Stop], stop: Stop) -> list[Stop]:
        """The stop, and those where the states around it were entered: the innermost first.

        Around the threads of an execution that a task started are those of the task.
        """
        self._follow(stops, stop.number)
        found, (_, outer) = [stop], self._at[stop.number]
        while outer is not None:
            found.append(stops[outer.number])
            outer = outer.outer
        return found

    def crumbs(self, stops: Sequence[Stop], stop: Stop, style: Style, width: int | None = None) -> str:
        """The way on one line: `Load → Items[3] › Check → Price`, long loops cut in the middle.

        Where it takes more than `width` columns, long names are cut in their middles, and then its beginning is.
        """
        ways = self._ways(stops, stop)
        if width is None:
            return _joined(ways, style, None)
        text = fitted(lambda longest: _joined(ways, PLAIN, longest), width)
        if text.startswith("…"):
            return text
        return with_names(lambda longest: _joined(ways, style, longest), width)

    def _ways(self, stops: Sequence[Stop], stop: Stop) -> list[list[str]]:
        """The names of the states that were entered, of each thread of control from the outermost in."""
        self._follow(stops, stop.number)
        own, outer = self._at[stop.number]
        levels = [] if own is None or is_of_iteration(stop) else [self._names(stops, own)]
        inner = stop
        while outer is not None:
            names = self._names(stops, outer)
            levels.append([*names[:-1], _through(inner, names[-1])])
            inner, outer = stops[outer.number], outer.outer
        return levels[::-1]

    def _names(self, stops: Sequence[Stop], entered: _Entered) -> list[str]:
        """The names of the states that a thread has entered, the last one `entered`; cut in the middle."""
        last: list[str] = []
        each: _Entered | None = entered
        while each is not None and (len(last) < _LAST or entered.ordinal <= _FIRST + _LAST):
            last.append(stops[each.number].state.name)
            each = each.before
        if each is None:
            return last[::-1]
        first = [stops[number].state.name for number in entered.first]
        return [*first, f"… {entered.ordinal - _FIRST - _LAST} …", *last[::-1]]

    # -- following the stops -------------------------------------------------------------------------------------------

    def _follow(self, stops: Sequence[Stop], number: int) -> None:
        """Looks at the stops up to that number, but for those that it has looked at."""
        known = min(len(self._stops), number + 1)
        if known and self._stops[known - 1] is not stops[known - 1]:
            self._forget()
        for each in stops[len(self._stops) : number + 1]:
            self._add(each)

    def _add(self, stop: Stop) -> None:
        thread = (stop.run.arn, stop.frame)
        own, outer = self._last.get(thread), self._around(stop)
        if own is not None and own.outer is not outer:
            own = None  # of an earlier visit of the Map or Parallel around
        if stop.kind == "enter":
            first, number = () if own is None else own.first, len(self._stops)
            first = first if len(first) == _FIRST else (*first, number)
            own = self._last[thread] = _Entered(number, 1 if own is None else own.ordinal + 1, own, first, outer)
        elif stop.kind == "call":
            self._caller[stop.run.arn] = own
        self._stops.append(stop)
        self._at.append((own, outer))

    def _around(self, stop: Stop) -> _Entered | None:
        """The state that the thread around is in: a Map, a Parallel, the task that started the execution."""
        if stop.frame == "0":
            return self._caller.get(stop.run.parent_arn or "")
        return self._last.get((stop.run.arn, stop.frame.rpartition(".")[0]))


def _through(inner: Stop, name: str) -> str:
    """What is entered from a state: an iteration or a branch of it, or the execution that its task started."""
    return str(inner.levels[-1]) if inner.levels else f"{name} ({inner.run.machine.name})"


def _joined(ways: list[list[str]], style: Style, longest: int | None) -> str:
    """`Load → Items[3] › Check → Price`; names are cut where they take more than `longest` columns."""
    told = [[without_middle(plain(name), longest) for name in names] for names in ways]
    return " › ".join(" → ".join([*names[:-1], style.bold(names[-1])]) for names in told)


def is_of_iteration(stop: Stop) -> bool:
    """Whether a stop is at the item selector of the Map around, before the iteration has entered a state."""
    return not stop.pointer.startswith(stop.state.pointer)


def is_flow(stop: Stop) -> bool:
    """Whether the value at a stop is what goes from state to state, not what a state makes of it for its own work."""
    if stop.kind == "stage":
        return stop.field in ("ResultPath", "OutputPath", "Output")
    return stop.kind not in ("call", "answer")


def is_elsewhere(last: Stop, stop: Stop) -> bool:
    """Whether the very next stop is in another branch or iteration: neither in nor around that of the last one."""
    one, other = f"{last.frame}.", f"{stop.frame}."
    follows = stop.number == last.number + 1 and stop.run is last.run and stop.kind != "end"
    return follows and not (other.startswith(one) or one.startswith(other))


def before(stops: Sequence[Stop], stop: Stop, seen: Stop | None) -> Stop | None:
    """What to compare the data of a stop with; None where there is nothing.

    That is the last stop of the same thread of control, of those with data that go from state to state the last one
    that was `seen`, if that is on this way.
    """
    outer = stop.frame.rpartition(".")[0]
    flows = is_flow(stop)
    if flows and not outer and seen is not None and seen.number < stop.number and stops[seen.number] is seen:
        return seen
    nearest: Stop | None = None
    for number in range(stop.number - 1, max(-1, stop.number - _LOOKED_BACK), -1):
        each = stops[number]
        if each.run.arn != stop.run.arn:
            continue
        if outer and each.frame == outer and each.kind in ("enter", "retry"):
            break
        if each.frame == stop.frame and (not flows or is_flow(each)):
            nearest = nearest or each
            if not flows or seen is None or seen.number >= number:
                return each if each is seen else nearest
    return nearest
