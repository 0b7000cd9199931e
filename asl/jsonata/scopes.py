"""Where the compiler finds variables: which scopes there will be when a part of an expression is evaluated, and which
names they may hold.

A block, a lambda and a tuple have a scope of their own at run time, a dict with the one around it under None. How many
steps out a name is found is known beforehand, so that reading a variable is one or two look-ups.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from asl.jsonata.syntax import Node


@dataclass(frozen=True, slots=True)
class Frame:
    """A scope as the compiler sees it. The outermost one, without `outer`, may hold any name."""

    outer: Frame | None = None
    names: frozenset[str] = frozenset()
    """What it may hold."""
    certain: frozenset[str] = frozenset()
    """What it holds for certain."""

    def holding(self, name: str) -> Frame:
        return replace(self, certain=self.certain | {name})


def places(frame: Frame, name: str) -> tuple[list[int], bool]:
    """How many scopes out `name` may be found, nearest first; and whether it is for certain in the last of them."""
    found: list[int] = []
    hops = 0
    while frame.outer is not None:
        if name in frame.certain:
            return [*found, hops], True
        if name in frame.names:
            found.append(hops)
        frame = frame.outer
        hops += 1
    return [*found, hops], False


def parts(node: Node) -> Iterator[Node]:
    """All nodes right below a node."""
    if node.left is not None:
        yield node.left
    if node.right is not None:
        yield node.right
    yield from node.items
    for key, value in node.pairs + (node.group.pairs if node.group else []):
        yield key
        yield value
    for term in node.terms:
        yield term.expression
    for stage in node.predicates + node.stages:
        if stage.expression is not None:
            yield stage.expression


def every(node: Node) -> Iterator[Node]:
    """A node and all nodes below it."""
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        stack.extend(parts(current))


def is_deeper(tree: Node, levels: int) -> bool:
    """Whether nodes are nested in more levels than these."""
    level = [tree]
    for _ in range(levels):
        level = [below for node in level for below in parts(node)]
        if not level:
            return False
    return True


def bound_names(nodes: list[Node]) -> frozenset[str]:
    """The variables that `:=` binds in the scope in which `nodes` are evaluated."""
    names: set[str] = set()
    stack = list(nodes)
    while stack:
        node = stack.pop()
        if node.kind == "bind" and node.left is not None:
            names.add(node.left.value)
        if node.kind not in ("block", "lambda"):
            stack.extend(parts(node))
            continue
        stack.extend(below for below in parts(node) if below not in node.items and below is not node.left)
    return frozenset(names)


def tuple_names(tree: Node) -> frozenset[str]:
    """The variables that may travel with the values of a path anywhere in the expression."""
    names: set[str] = set()
    for node in every(tree):
        names.update(name for name in (node.focus, node.index) if name is not None)
        names.update(stage.index for stage in node.stages if stage.index is not None)
        if node.ancestor is not None:
            names.add(node.ancestor.label)
    return frozenset(names)


def assigned_names(tree: Node) -> frozenset[str]:
    """All variables that the expression itself binds."""
    names = set(tuple_names(tree))
    for node in every(tree):
        if node.kind == "bind" and node.left is not None:
            names.add(node.left.value)
        elif node.kind == "lambda":
            names.update(parameter.value for parameter in node.items)
    return frozenset(names)
