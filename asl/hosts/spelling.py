"""Names of `tasks` that no machine has: most often a state's name with a typing error."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from asl.findings import did_you_mean
from asl.machine import Machine
from asl.parse.transitions import scopes

_GLOB_SIGNS = frozenset("*?[")


def unknown_tasks(tasks: Mapping[str, Any], machines: Iterable[Machine]) -> Iterator[str]:
    """What to tell of each name that is no glob, and neither a Task state's nor a resource's of any machine."""
    names = [name for name in tasks if not _GLOB_SIGNS.intersection(name)]
    if not names:
        return
    known = dict.fromkeys(word for machine in machines for word in _words(machine))
    for name in names:
        if name not in known:
            hint = did_you_mean(name, known)
            yield f"tasks: no Task state and no resource is '{name}'{f'; {hint}' if hint else ''}"


def _words(machine: Machine) -> Iterator[str]:
    """The names of a machine's Task states, and their resources."""
    for _, scope in scopes(machine.document.value):
        for name, state in scope["States"].items():
            if state["Type"] == "Task":
                yield name
                yield state["Resource"]
