"""What of a definition was never reached, and what of that never can be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from asl.json_text import dumps
from asl.model import Catcher, Choice, Fail, Map, Parallel, Retrier, Task
from asl.source_text import below
from asl.testing.coverage.items import Item, items
from asl.testing.exploration.services import OF_ANY_STATE, OF_CONTAINERS, WILDCARDS, Service, states_of
from asl.wording import ALL, DATA_LIMIT_EXCEEDED, HEARTBEAT_TIMEOUT, TASK_FAILED, TIMEOUT

if TYPE_CHECKING:
    from asl.machine import Machine
    from asl.testing.exploration.search import Report

_NOT_MEANT_BY_TASK_FAILED: Final = frozenset((ALL, TIMEOUT, HEARTBEAT_TIMEOUT))


@dataclass(frozen=True, slots=True)
class Unreached:
    """An item that no run reached. `why` says why none can; "" when one could."""

    item: Item
    why: str = ""


def unreached(report: Report) -> list[Unreached]:
    """What no run reached, in the order of the definition; of a state that was not entered, the state alone."""
    machine = report.subject.machine
    impossible = _impossible(machine, report.subject.services)
    found = []
    for item in items(machine.document):
        entered = item.state in report.reached
        if item.pointer in report.reached or _is_off(machine, item):
            continue
        why = impossible.get(item.pointer, "")
        if item.kind == "state" or why or (entered and item.kind != "transition"):
            found.append(Unreached(item, why))
    return found


def _is_off(machine: Machine, item: Item) -> bool:
    """Whether it is a retrier that says not to try again."""
    state = states_of(machine).get(item.state)
    if item.kind != "retrier" or not isinstance(state, Task | Parallel | Map):
        return False
    return state.retry[int(item.pointer.rpartition("/")[2])].max_attempts == 0


# -- what cannot be reached ------------------------------------------------------------------------------------------


def _impossible(machine: Machine, services: Mapping[str, Service]) -> dict[str, str]:
    """Why items can never be reached, by their pointers."""
    found: dict[str, str] = {}
    for pointer, state in states_of(machine).items():
        if isinstance(state, Choice):
            found.update(_repeated_rules(state, machine, pointer))
        if isinstance(state, Task | Parallel | Map):
            can_fail = _can_fail_with(machine, state, services)
            catchers = _never_matching(state.catch, can_fail)
            found.update({f"{pointer}/Catch/{number}/Next": why for number, why in catchers.items()})
            retriers = _never_matching(state.retry, can_fail)
            found.update({f"{pointer}/Retry/{number}": why for number, why in retriers.items()})
    found.update(_without_way(machine, found))
    return found


def _repeated_rules(state: Choice, machine: Machine, pointer: str) -> dict[str, str]:
    found = {}
    seen: dict[str, int] = {}
    for number, rule in enumerate(state.choices):
        key = dumps(rule.condition) if isinstance(rule.condition, str | bool) else repr(rule.condition)
        place = f"{pointer}/Choices/{number}/Next"
        if "true" in seen or "{% true %}" in seen:
            found[place] = "a rule before it always holds"
        elif key in seen:
            found[place] = f"its condition is that of Choices[{seen[key]}]"
        seen.setdefault(key, number)
    return found


def _never_matching(
    rules: Iterable[Retrier | Catcher], can_fail_with: Callable[[str], bool]
) -> dict[int, str]:  # fmt: skip
    """Why retriers or catchers never match, by their numbers."""
    found = {}
    before: set[str] = set()
    for number, rule in enumerate(rules):
        left = [name for name in rule.error_equals if not _is_meant(name, before)]
        if not left:
            found[number] = "those before it match all that it names"
        elif not any(can_fail_with(name) for name in left):
            names = ", ".join(left)
            found[number] = f"nothing here can fail with {names}"
        before.update(rule.error_equals)
    return found


def _is_meant(name: str, names: set[str]) -> bool:
    """Whether errors of that name are matched by one of these names already."""
    return name in names or ALL in names or (TASK_FAILED in names and name not in _NOT_MEANT_BY_TASK_FAILED)


def _can_fail_with(
    machine: Machine, state: Task | Parallel | Map, services: Mapping[str, Service]
) -> Callable[[str], bool]:
    """Whether a state can fail with an error of some name."""
    if isinstance(state, Task):
        return services[state.pointer].can_fail_with
    inside = [each for pointer, each in states_of(machine).items() if pointer.startswith(f"{state.pointer}/")]
    of_tasks = [services[each.pointer] for each in inside if isinstance(each, Task)]
    fails = [each for each in inside if isinstance(each, Fail)]
    own = {each.error for each in fails if each.error_path is None and not (each.error or "").startswith("{%")}
    makes_up = any(each.error_path is not None or (each.error or "").startswith("{%") for each in fails)
    always = WILDCARDS | OF_ANY_STATE | OF_CONTAINERS | own | {DATA_LIMIT_EXCEEDED}
    return lambda name: makes_up or name in always or any(each.can_fail_with(name) for each in of_tasks)


def _without_way(machine: Machine, impossible: Mapping[str, str]) -> dict[str, str]:
    """Why states cannot be entered: that no transition leads there which can be taken."""
    found = {}
    targets: dict[str, list[Item]] = {}
    for item in items(machine.document):
        if item.target is not None:
            targets.setdefault(item.target, []).append(item)
    entered = _entered(machine, targets, impossible)
    for pointer in states_of(machine):
        if pointer not in entered:
            leading = targets.get(pointer, [])
            found[pointer] = (
                f"only {' and '.join(str(item) for item in leading)} leads there, which cannot be taken"
                if leading
                else "no transition leads there"
            )
    return found


def _entered(machine: Machine, targets: Mapping[str, list[Item]], impossible: Mapping[str, str]) -> set[str]:
    """The states that can be entered. What is in a state can be when that state can."""
    ways: dict[str, list[str]] = {}
    for target, leading in targets.items():
        for item in leading:
            if item.pointer not in impossible:
                ways.setdefault(item.state, []).append(target)
    entered: set[str] = set()
    for holder, start in _starts(machine):
        waiting = [start] if holder is None or holder in entered else []
        while waiting:
            state = waiting.pop()
            if state not in entered:
                entered.add(state)
                waiting += ways.get(state, [])
    return entered


def tasks_behind(machine: Machine, pointer: str) -> list[str]:
    """The names of the tasks that an execution may come to from a state on, its own included."""
    states = states_of(machine)
    ways: dict[str, list[str]] = {}
    for item in items(machine.document):
        if item.target is not None:
            ways.setdefault(item.state, []).append(item.target)
    for holder, start in _starts(machine):
        ways.setdefault(holder or "", []).append(start)
    waiting = [each for each in states if pointer == each or pointer.startswith(f"{each}/")]
    behind: set[str] = set()
    while waiting:
        state = waiting.pop()
        if state not in behind:
            behind.add(state)
            waiting += ways.get(state, [])
    return [state.name for each, state in states.items() if each in behind and isinstance(state, Task)]


def _starts(machine: Machine) -> list[tuple[str | None, str]]:
    """The states that hold others, None for the machine, each with the first of those; outer ones first."""
    found: list[tuple[str | None, str]] = [(None, below("/States", machine.model.start_at))]
    for state in states_of(machine).values():
        match state:
            case Parallel():
                found += [(state.pointer, branch.states[branch.start_at].pointer) for branch in state.branches]
            case Map():
                processor = state.item_processor
                found.append((state.pointer, processor.states[processor.start_at].pointer))
    return found
