"""Where two JSON values differ, and what has changed from one stop to another.

States share the values that they pass on, so that most of a payload is the very same object before and after: parts
that are the same object are never looked into.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from asl.debug.paths import step
from asl.recursion import make_room
from asl.values import ABSENT, JSON, Absent

if TYPE_CHECKING:
    from asl.debug.stop import Stop

ChangeKind: TypeAlias = Literal["added", "removed", "changed"]

_NUMBERS: Final = (int, float)


@dataclass(frozen=True, slots=True)
class Change:
    """A place, as JSONPath text, where two values differ; ABSENT stands for what is not there.

    The index of an element that was removed is the one that it had before.
    """

    path: str
    before: JSON | Absent
    after: JSON | Absent

    @property
    def kind(self) -> ChangeKind:
        if self.before is ABSENT:
            return "added"
        return "removed" if self.after is ABSENT else "changed"


def changes(before: JSON | Absent, after: JSON | Absent, path: str = "$", most: int | None = None) -> list[Change]:
    """Where `after` differs from `before`, in the order of the data, at most `most` places; [] for equal values.

    Each is the innermost place: a value that is not an object or array on both sides, or one that is on one side only.
    1 and 1.0 are equal, 1 and true are not. The order of an object's keys does not count.
    """
    make_room()
    return list(islice(_differences(before, after, path), most))


def same(before: JSON | Absent, after: JSON | Absent) -> bool:
    """Whether two values are equal, as `changes` sees it."""
    make_room()
    return _alike(before, after)


def between(before: Stop, after: Stop, most: int | None = None) -> list[Change]:
    """What differs from one stop to another: the data (`$...`), then the variables (`$name...`)."""
    found = changes(before.value, after.value, most=most)
    old, new = before.scope.variables, after.scope.variables
    for name in {**old, **new} if old is not new else ():
        left = None if most is None else most - len(found)
        found += changes(old.get(name, ABSENT), new.get(name, ABSENT), f"${name}", left)
    return found


def _differences(before: JSON | Absent, after: JSON | Absent, path: str) -> Iterator[Change]:
    if before is after:
        return
    if type(before) is dict and type(after) is dict:
        yield from _of_objects(before, after, path)
    elif type(before) is list and type(after) is list:
        yield from _of_arrays(before, after, path)
    elif not _equal(before, after):
        yield Change(path, before, after)


def _alike(before: JSON, after: JSON) -> bool:
    return before is after or next(_differences(before, after, ""), None) is None


def _equal(before: JSON, after: JSON) -> bool:
    alike = type(before) is type(after) or (type(before) in _NUMBERS and type(after) in _NUMBERS)
    return alike and bool(before == after)


def _of_objects(before: dict[str, JSON], after: dict[str, JSON], path: str) -> Iterator[Change]:
    for key, member in before.items():
        other = after.get(key, ABSENT)
        if other is not member:
            yield from _differences(member, other, path + step(key))
    for key, member in after.items():
        if key not in before:
            yield Change(path + step(key), ABSENT, member)


def _of_arrays(before: list[JSON], after: list[JSON], path: str) -> Iterator[Change]:
    """Elements at the same index; where elements came or went, those after them are the same as before."""
    shorter, longer = sorted((before, after), key=len)
    start, more = 0, len(longer) - len(shorter)
    if more:
        while start < len(shorter) and _alike(shorter[start], longer[start]):
            start += 1
        end = len(shorter)
        while end > start and _alike(shorter[end - 1], longer[end - 1 + more]):
            end -= 1
    else:
        end = len(shorter)
    for index in range(start, end):
        yield from _differences(before[index], after[index], f"{path}[{index}]")
    for index in range(end, end + more):
        if longer is after:
            yield Change(f"{path}[{index}]", ABSENT, after[index])
        else:
            yield Change(f"{path}[{index}]", before[index], ABSENT)
