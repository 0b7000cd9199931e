"""The syntax tree of an expression: what the parser makes and `analysis` rewrites for the compiler."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from asl.jsonata.signature import Signature


@dataclass(slots=True, eq=False)
class Slot:
    """One `%`: the variable that will hold the parent, and how many steps up it is still to be looked for."""

    label: str
    level: int = 1


@dataclass(slots=True, eq=False)
class Stage:
    """What follows a step: a predicate (`[...]`, `expression`) or a variable for the position (`#$i`, `index`)."""

    expression: Node | None = None
    index: str | None = None


@dataclass(slots=True, eq=False)
class Group:
    """`{key: value, ...}` behind an expression."""

    pairs: list[tuple[Node, Node]]
    position: int


@dataclass(slots=True, eq=False)
class Term:
    """One key of an order-by clause."""

    expression: Node
    descending: bool


@dataclass(slots=True, eq=False)
class Node:
    """A node of the tree. Which fields count depends on `kind`:

    binary: `value` the operator, `left`, `right`; bind, apply, predicate, focus, index: likewise
    order: `left`, `terms`; grouping: `left`, `pairs`; sort (a step of a path): `terms`
    negation: `left`; array, block: `items`; object: `pairs`
    call, partial: `left` the function, `items` the arguments; lambda: `items` the parameters, `left` the body
    condition: `items` the condition, what to do, and perhaps what else to do
    transform: `items` the pattern, the update, and perhaps the deletion
    path (made by the analysis): `items` the steps
    name, variable, string, number, value, regex, operator, wildcard, descendant, parent, end: `value`
    """

    kind: str
    value: Any
    start: int
    """The offset of its first token."""
    position: int
    """The offset behind the token that stands for it, as errors quote it."""
    left: Node | None = None
    right: Node | None = None
    items: list[Node] = field(default_factory=list)
    pairs: list[tuple[Node, Node]] = field(default_factory=list)
    terms: list[Term] = field(default_factory=list)
    signature: Signature | None = None
    tail_call: bool = False
    """This call is the last thing that its lambda does."""

    keep_array: bool = False
    """`[]` follows: a single result stays an array."""
    keep_singleton: bool = False
    """A path one of whose steps keeps an array."""
    constructs: bool = False
    """An array constructor at the start or the end of a path: its array is not flattened."""
    predicates: list[Stage] = field(default_factory=list)
    """Predicates on the value of an expression that is not a path."""
    stages: list[Stage] = field(default_factory=list)
    """What follows a step of a path."""
    group: Group | None = None

    focus: str | None = None
    """`@$name`: the variable that gets the value of the step."""
    index: str | None = None
    """`#$name`: the variable that gets the position in the step."""
    tuple: bool = False
    """From this step on, values travel with the variables bound beside them."""
    slot: Slot | None = None
    """Of a parent: what it waits for."""
    ancestor: Slot | None = None
    """Of a step: the parent that it is."""
    seeking: list[Slot] | None = None
    """The parents in it that are not found yet."""
