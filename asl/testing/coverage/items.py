"""What there is to cover in a definition, read from the definition itself.

The pointers are those that `Execution.taken` collects. Succeed and Fail states have no transition: to enter them is to
end there. A Choice state without Default has no item for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from asl.parse.transitions import scopes
from asl.source import Document
from asl.source_text import below
from asl.values import JSON

Kind: TypeAlias = Literal["state", "transition", "rule", "catcher", "retrier"]

MISSED: Final[Mapping[Kind, str]] = {
    "state": "never entered",
    "transition": "never taken",
    "rule": "never taken",
    "catcher": "never taken",
    "retrier": "never used",
}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that tests can cover.

    `pointer` is its JSON pointer; `state` the pointer of the state that has it, its own for a state; `name` that
    state's name. `label` is what it is: "Catch[1] (States.ALL) → Refund", "" for a state. `target` is the pointer of
    the state that it leads to, None for an end, a state and a retrier. Lines and columns count from 1, and are 0 for a
    definition that was not read from a file.
    """

    kind: Kind
    pointer: str
    state: str
    name: str
    label: str = ""
    target: str | None = None
    line: int = 0
    column: int = 0
    end_line: int = 0

    def __str__(self) -> str:
        return f"{self.name}: {self.label}" if self.label else self.name


def items(document: Document) -> tuple[Item, ...]:
    """What there is to cover in a definition, at any depth, scope by scope: each state, then its retriers and exits."""
    found: list[Item] = []
    for pointer, scope in scopes(document.value):
        states = scope.get("States")
        for name, state in states.items() if isinstance(states, dict) else ():
            if isinstance(state, dict):
                found += _items(name, state, below(pointer, "States"), document)
    return tuple(found)


def _items(name: str, state: Mapping[str, JSON], scope: str, document: Document) -> Iterator[Item]:
    """The items of one state; `scope` is the pointer of the States field that it stands in."""
    pointer = below(scope, name)

    def item(kind: Kind, field: str, label: str, target: JSON, place: str | None = None) -> Item:
        start = document.locate(pointer + (place or field), key=place is None)
        to = below(scope, target) if isinstance(target, str) else None
        if start is None:
            return Item(kind, pointer + field, pointer, name, label, to)
        value = document.locate(pointer + (place or field)) or start
        end_line = value.line + (document.written(pointer + (place or field)) or "").count("\n")
        return Item(kind, pointer + field, pointer, name, label, to, start.line, start.column, end_line)

    yield item("state", "", "", None)
    for number, retrier in enumerate(_rules(state, "Retry")):
        yield item("retrier", f"/Retry/{number}", f"Retry[{number}]{_errors(retrier)}", None, f"/Retry/{number}")
    for number, catcher in enumerate(_rules(state, "Catch")):
        label = f"Catch[{number}]{_errors(catcher)} → {catcher.get('Next')}"
        yield item("catcher", f"/Catch/{number}/Next", label, catcher.get("Next"), f"/Catch/{number}")
    if state.get("Type") == "Choice":
        for number, rule in enumerate(_rules(state, "Choices")):
            label = f"Choices[{number}] → {rule.get('Next')}"
            yield item("rule", f"/Choices/{number}/Next", label, rule.get("Next"), f"/Choices/{number}")
        if "Default" in state:
            yield item("rule", "/Default", f"Default → {state['Default']}", state["Default"])
    elif "Next" in state:
        yield item("transition", "/Next", f"Next → {state['Next']}", state["Next"])
    elif state.get("End") is True:
        yield item("transition", "/End", "End", None)


def _rules(state: Mapping[str, JSON], field: str) -> list[dict[str, JSON]]:
    rules = state.get(field)
    return [rule for rule in rules if isinstance(rule, dict)] if isinstance(rules, list) else []


def _errors(rule: Mapping[str, JSON]) -> str:
    names = rule.get("ErrorEquals")
    return f" ({', '.join(map(str, names))})" if isinstance(names, list) else ""
