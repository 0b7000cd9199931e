"""Definitions as coverage.py sees code: lines that are run or not, and branches that are taken or not.

A line counts when something begins in it: a state, a retrier, a catcher, a choice rule, a Default, a Next, an End.
Without branches, it is run when one of those is covered.

With branches, a definition reads as Python would: the rules of a Choice state as `if`, `elif`, `else`, the retriers and
catchers of a state as the clauses of a `try`. A rule's line is run when the rule was looked at, that is when it or one
after it was taken; from there one branch is the rule's own and the other leads to those after it. The reports cannot
tell more than two branches of a line apart, so where a line has more, one branch stands for the first and one for all
others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, TypeAlias

from asl.testing.coverage.items import MISSED, Item

Arc: TypeAlias = tuple[int, int]
"""From a line to a line; a negative one is what coverage.py calls an exit."""

_TAKEN: Final = -1_000_000
"""Arcs to here and below are in the data only: they say which items were taken, by their number in the definition."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch from a line. It is taken when of each group of items at least one is."""

    needs: tuple[tuple[Item, ...], ...]
    to: int

    def is_taken(self, taken: Collection[str]) -> bool:
        return all(any(item.pointer in taken for item in group) for group in self.needs)

    def __str__(self) -> str:
        labels = dict.fromkeys(" or ".join(item.label for item in group) for group in self.needs)
        return f"{self.needs[0][0].name}: {' and '.join(labels)}"

    def missed(self) -> str:
        """What it means that the branch was not taken."""
        if len(self.needs) > 1:
            return f"{self} were not all taken"
        kinds = {MISSED[item.kind] for group in self.needs for item in group}
        return f"{self} {kinds.pop() if len(kinds) == 1 else MISSED['transition']}"


def branches(items: Sequence[Item]) -> dict[Arc, Branch]:
    """The branches of a definition by their arcs, no more than two of a line."""
    line = {item.pointer: item.line for item in items if item.kind == "state"}
    of_line: defaultdict[int, list[Branch]] = defaultdict(list)
    for _, group in groupby(items, key=lambda item: item.state):
        for start, branch in _branches_of_state(list(group), line):
            of_line[start].append(branch)
    found = {}
    for start, (first, *others) in of_line.items():
        if len(others) > 1:
            others = [_all_of(others)]
        used = {start, 0}
        for branch in (first, *others):
            end = branch.to if branch.to not in used else -len(used)
            used.add(end)
            found[start, end] = branch
    return found


def _all_of(branches: Sequence[Branch]) -> Branch:
    """One branch for several: it needs what each of them needs, but for what others of these needs imply."""
    needs = dict.fromkeys(need for branch in branches for need in branch.needs)
    implied = [need for need in needs if any(set(other) < set(need) for other in needs)]
    return Branch(tuple(need for need in needs if need not in implied), branches[0].to)


def _branches_of_state(items: Sequence[Item], line: Mapping[str, int]) -> Iterator[tuple[int, Branch]]:
    """The branches of one state's items, with the lines that they start from."""
    state, *others = items
    exits = [item for item in others if item.kind == "transition"]
    chain = [item for item in others if item.kind != "transition"]
    for item in exits:
        yield state.line, Branch(((item,),), item.line)
        if chain:
            yield state.line, Branch((tuple(chain),), chain[0].line)
    for number, item in enumerate(chain):
        to = line.get(item.target or (state.pointer if item.kind == "retrier" else ""), 0)
        yield item.line, Branch(((item,),), to)
        if rest := chain[number + 1 :]:
            yield item.line, Branch((tuple(rest),), rest[0].line)


# -- what was run ----------------------------------------------------------------------------------------------------


def lines_run(items: Iterable[Item], taken: Collection[str]) -> set[int]:
    """The lines in which something that is covered begins."""
    return {item.line for item in items if item.pointer in taken}


def arcs_run(items: Sequence[Item], taken: Collection[str]) -> set[Arc]:
    """Arcs into each line that was run, and those that say which items were taken.

    The latter, rather than branches, so that the data of several processes can be put together.
    """
    found = {(item.line, _TAKEN - number) for number, item in enumerate(items) if item.pointer in taken}
    for _, group in groupby(items, key=lambda item: item.state):
        after = False
        for item in reversed(list(group)):
            looked_at = item.pointer in taken
            if item.kind not in ("state", "transition"):
                looked_at = after = after or looked_at
            if looked_at:
                found.add((-item.line, item.line))
    return found


def branches_run(items: Sequence[Item], arcs: Iterable[Arc]) -> set[Arc]:
    """The arcs of the branches that were taken, by arcs of `arcs_run`; those of other kinds stay as they are."""
    given = set(arcs)
    told = {arc for arc in given if arc[1] <= _TAKEN}
    taken = {items[_TAKEN - number].pointer for _, number in told if _TAKEN - number < len(items)}
    return (given - told) | {arc for arc, branch in branches(items).items() if branch.is_taken(taken)}


def innermost(items: Iterable[Item]) -> dict[int, Item]:
    """For each line of the states, the item that it belongs to: of those around it, the one that begins last."""
    found: dict[int, Item] = {}
    for item in sorted(items, key=lambda item: (item.line, item.column)):
        found.update(dict.fromkeys(range(item.line, item.end_line + 1), item))
    return found
