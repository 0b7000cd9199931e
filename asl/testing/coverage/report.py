"""The report by name: how much of each definition is covered, and what is not."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from asl.testing.coverage.items import MISSED, Item

if TYPE_CHECKING:
    from asl.testing.coverage.collector import Covered

_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "states": ("state",),
    "transitions": ("transition", "rule", "catcher"),
    "rules": ("rule",),
    "catchers": ("catcher",),
    "retriers": ("retrier",),
}
"""The columns with the kinds of item that each counts: choice rules and catchers lead somewhere, and are both."""

Count = tuple[int, int]


def text(definitions: Sequence[Covered], width: int) -> str:
    """The report as a table, a line for each definition and one for all, and below it all that is not covered."""
    if not definitions:
        return "No state machine was run."
    named = [(name, _counts(each), each.counted) for each, name in zip(definitions, _names(definitions), strict=True)]
    total = {column: _sum(counts[column] for _, counts, _ in named) for column in _COLUMNS}
    rows = [[name, *_cells(counts, counted)] for name, counts, counted in named]
    if len(rows) > 1:
        rows.append(["all", *_cells(total, _sum(counted for *_, counted in named))])
    rows.insert(0, ["", *_COLUMNS, "covered"])
    missed = [line for each in definitions for line in _missed_lines(each, width)]
    return "\n".join([*_table(rows, width), *(["", "Not covered:", *missed] if missed else [])])


def as_json(definitions: Sequence[Covered]) -> dict[str, Any]:
    """The report as plain JSON."""
    listed = [
        {
            "file": each.file,
            "name": each.name,
            **_counts_as_json(_counts(each), each.counted),
            "missed": [_missed_as_json(item) for item in each.items if item.pointer not in each.taken],
        }
        for each in definitions
    ]
    total = {column: _sum(_counts(each)[column] for each in definitions) for column in _COLUMNS}
    return {"definitions": listed, "all": _counts_as_json(total, _sum(each.counted for each in definitions))}


def _counts(definition: Covered) -> dict[str, Count]:
    """How many items of each column are covered, and how many there are."""

    def count(column: str) -> Count:
        pointers = [item.pointer for item in definition.items if item.kind in _COLUMNS[column]]
        return sum(pointer in definition.taken for pointer in pointers), len(pointers)

    return {column: count(column) for column in _COLUMNS}


def _sum(counts: Iterable[Count]) -> Count:
    listed = list(counts)
    return sum(covered for covered, _ in listed), sum(total for _, total in listed)


# -- text ------------------------------------------------------------------------------------------------------------


def _cells(counts: dict[str, Count], counted: Count) -> list[str]:
    each = [f"{covered}/{total}" if total else "-" for covered, total in counts.values()]
    return [*each, percentage(counted)]


def percentage(count: Count) -> str:
    """A whole percentage that is 0% for nothing and 100% for all, and neither for anything else."""
    covered, total = count
    if covered == total:
        return "100%"
    return f"{min(99, max(int(covered > 0), round(100 * covered / total)))}%"


def _table(rows: list[list[str]], width: int) -> Iterator[str]:
    """Rows as lines: the first column on the left and cut from its left to fit, the others on the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    widths[0] = min(widths[0], max(12, width - sum(widths[1:]) - 2 * len(widths[1:])))
    for name, *cells in rows:
        shown = name if len(name) <= widths[0] else "…" + name[len(name) - widths[0] + 1 :]
        right = (cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True))
        yield "  ".join([shown.ljust(widths[0]), *right])


def _missed_lines(definition: Covered, width: int) -> Iterator[str]:
    """What is not covered, a line each. What is in a state that was never entered goes without saying."""
    place = _place(definition)
    unentered = [item for item in definition.items if item.kind == "state" and item.pointer not in definition.taken]
    for item in sorted(definition.items, key=lambda item: (item.line, item.column)):
        if item.pointer in definition.taken or any(item.pointer.startswith(f"{out.pointer}/") for out in unentered):
            continue
        within = sum(other.pointer.startswith(f"{item.pointer}/") for other in unentered)
        missed = f"{item} {MISSED[item.kind]}" + (f", nor the {_states(within)} in it" if within else "")
        gap = "  " if len(place(item)) + 2 + len(missed) <= width else "\n    "
        yield f"{place(item)}{gap}{missed}"


def _states(count: int) -> str:
    return "state" if count == 1 else f"{count} states"


def _place(definition: Covered) -> Callable[[Item], str]:
    """Where an item stands, as text: columns too where lines alone do not tell items apart."""
    name = _display_name(definition)
    if definition.file is None:
        return lambda item: name
    if definition.one_line:
        return lambda item: f"{name}:{item.line}:{item.column}"
    return lambda item: f"{name}:{item.line}"


def _names(definitions: Sequence[Covered]) -> list[str]:
    """What definitions are called: by their files; by their own names too where a file holds several."""
    held = Counter(file for file, _ in {(each.file, each.name) for each in definitions})
    return [
        f"{_display_name(each)} {each.name}" if each.file is not None and held[each.file] > 1 else _display_name(each)
        for each in definitions
    ]


def _display_name(definition: Covered) -> str:
    """The path of a definition's file, from the working folder if that is shorter; its name if it has no file."""
    if definition.file is None:
        return definition.name
    try:
        return min(os.path.relpath(definition.file), definition.file, key=len)
    except ValueError:  # on another drive
        return definition.file


# -- JSON ------------------------------------------------------------------------------------------------------------


def _counts_as_json(counts: dict[str, Count], counted: Count) -> dict[str, Any]:
    both = {**counts, "items": counted}
    table = {column: {"covered": covered, "total": total} for column, (covered, total) in both.items()}
    return {**table, "percent": round(100.0 * counted[0] / counted[1], 2) if counted[1] else 100.0}


def _missed_as_json(item: Item) -> dict[str, Any]:
    return {
        "kind": item.kind,
        "state": item.name,
        "what": item.label or item.name,
        "pointer": item.pointer,
        "line": item.line,
        "column": item.column,
    }
