"""Names of `tasks` that no machine has: most often a state's name with a typing error."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from asl.findings import did_you_mean
from asl.machine import Machine
from asl.parse.transitions import task_states

GLOB_SIGNS: Final = frozenset("*?[")


def unknown_tasks(tasks: Mapping[str, Any], machines: Iterable[Machine]) -> Iterator[str]:
    """What to tell of each name that is no glob, and neither a Task state's nor a resource's of any machine."""
    names = [name for name in tasks if not GLOB_SIGNS.intersection(name)]
    if not names:
        return
    tasks_of = (task for machine in machines for task in task_states(machine.document.value))
    known = dict.fromkeys(word for _, name, state in tasks_of for word in (name, str(state["Resource"])))
    for name in names:
        if name not in known:
            hint = did_you_mean(name, known)
            yield f"tasks: no Task state and no resource is '{name}'{f'; {hint}' if hint else ''}"
