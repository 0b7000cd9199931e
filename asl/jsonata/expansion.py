"""Which expressions may give a result that is far larger than what they read, written out."""

from __future__ import annotations

from typing import Final

from asl.jsonata.scopes import parts
from asl.jsonata.syntax import Node

FEW: Final = 10_000
"""How often an expression may put a value in its result without its size being looked at."""


def may_expand(tree: Node) -> bool:
    """Whether the result of an expression may hold a value of its data more than a few times.

    It cannot when nothing is done again and again to something that stays the same, and constructors are few.
    """
    times = 1
    waiting = [(tree, False)]
    while waiting:
        node, again = waiting.pop()
        if node.kind in _REPEATING or node.focus is not None or (node.kind == "binary" and node.value == ".."):
            return True
        if again and _stays_the_same(node):
            return True
        times *= max(1, len(node.items) if node.kind in _GATHERING else len(node.pairs))
        for_each = set(map(id, _done_for_each(node)))
        called = node.left if node.kind == "call" and node.left is not None and node.left.kind == "variable" else None
        waiting.extend((below, again or id(below) in for_each) for below in parts(node) if below is not called)
    return times > FEW


_REPEATING: Final = frozenset({"lambda", "partial", "descendant", "parent", "transform"})
_GATHERING: Final = frozenset({"array", "call"})


def _done_for_each(node: Node) -> list[Node]:
    """The nodes right below that are evaluated once for each of several items."""
    found = list(node.items[1:]) if node.kind == "path" else []
    found += [stage.expression for stage in node.stages + node.predicates if stage.expression is not None]
    if node.group is not None:
        found += [part for pair in node.group.pairs for part in pair]
    return found


def _stays_the_same(node: Node) -> bool:
    """Whether a node gives the same for each item, and that may be large."""
    return (node.kind == "variable" and node.value != "") or (node.kind == "string" and len(node.value) > _SHORT)


_SHORT: Final = 100
