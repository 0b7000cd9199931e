"""What an expression reads from outside: its free variables, and the names of a context item that nobody gave it.

A host that binds variables and gives no context item, such as Step Functions, tells by these what an expression needs,
before it is evaluated.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

from asl.jsonata.syntax import Node, Stage


class Reference(NamedTuple):
    """A variable that is read, without its `$`; the constant names that follow it; where in the text it begins.

    `$states.result.Payload[0].x` is ("states", ("result", "Payload"), ...).
    """

    name: str
    fields: tuple[str, ...]
    position: int


class ContextName(NamedTuple):
    """A name that is looked for in the outermost context item, or `$` or `$$`; where in the text it begins."""

    name: str
    position: int


def find(tree: Node) -> tuple[tuple[Reference, ...], tuple[ContextName, ...]]:
    """The references of an analysed tree, in the order of the text."""
    finder = _Finder()
    finder.node(tree, _Scope(), outermost=True)
    finder.bodies()
    by_position = sorted(finder.references, key=lambda each: each.position)
    return tuple(by_position), tuple(sorted(finder.context_names, key=lambda each: each.position))


def is_plain_path(tree: Node) -> bool:
    """Whether an expression only follows names from a variable: it then gives a part of its data, computed nowhere."""
    steps = tree.items if tree.kind == "path" else [tree]
    first, *rest = steps
    return (
        tree.group is None
        and first.kind == "variable"
        and first.value not in ("", "$")
        and all(step.kind == "name" for step in rest)
        and not any(step.stages or step.predicates or step.tuple or step.keep_array for step in steps)
    )


class _Scope:
    """The variables that are bound where a node stands: by its own block so far, or around that."""

    def __init__(self, around: _Scope | None = None, names: Iterable[str] = ()) -> None:
        self._names = set(names)
        self._around = around

    def add(self, name: str) -> None:
        self._names.add(name)

    def __contains__(self, name: str) -> bool:
        scope: _Scope | None = self
        while scope is not None:
            if name in scope._names:
                return True
            scope = scope._around
        return False


class _Finder:
    """Walks a tree; a block changes its own scope.

    The bodies of functions come last, when all scopes are complete: a function is called after it is bound, and sees
    what its block binds by then, itself among them.
    """

    def __init__(self) -> None:
        self.references: list[Reference] = []
        self.context_names: list[ContextName] = []
        self._bodies: deque[tuple[Node, _Scope, bool]] = deque()

    def bodies(self) -> None:
        """Walks the bodies of the functions that were met, and of those within them."""
        while self._bodies:
            self.node(*self._bodies.popleft())

    def node(self, node: Node, bound: _Scope, outermost: bool) -> None:
        """`outermost`: the node is evaluated on the context item that the expression was given."""
        match node.kind:
            case "path":
                self._path(node, bound, outermost)
            case "variable":
                self._variable(node, (), bound, outermost)
            case "name":
                if outermost:
                    self.context_names.append(ContextName(node.value, node.start))
            case "bind":
                self._given(node.right, bound, outermost)
                if node.left is not None:
                    bound.add(node.left.value)
            case "block":
                self._each(node.items, _Scope(bound), outermost)
            case "lambda":
                if node.left is not None:
                    scope = _Scope(bound, (parameter.value for parameter in node.items))
                    self._bodies.append((node.left, scope, outermost))
            case "transform":
                self._each(node.items, _Scope(bound), outermost=False)
            case _:
                self._given(node.left, bound, outermost)
                self._given(node.right, bound, outermost)
                self._each(node.items, bound, outermost)
                for key, value in node.pairs:
                    self._each([key, value], bound, outermost)
                for term in node.terms:
                    self.node(term.expression, bound, outermost=False)
        self._what_follows(node, bound)

    def _path(self, node: Node, bound: _Scope, outermost: bool) -> None:
        bound = _Scope(bound)
        first = node.items[0]
        if first.kind == "variable":
            self._variable(first, _names(node.items), bound, outermost)
            self._what_follows(first, bound)
        else:
            self.node(first, bound, outermost)
        for step in node.items[1:]:
            if step.kind == "name":
                self._what_follows(step, bound)
            else:
                self.node(step, bound, outermost=False)

    def _variable(self, node: Node, fields: tuple[str, ...], bound: _Scope, outermost: bool) -> None:
        name = node.value
        if name == "$" or (name == "" and outermost):
            self.context_names.append(ContextName(f"${name}", node.start))
        elif name and name not in bound:
            self.references.append(Reference(name, fields, node.start))

    def _what_follows(self, node: Node, bound: _Scope) -> None:
        """The bindings, predicates and grouping behind a node, all of which have a context item of their own."""
        for name in (node.focus, node.index):
            if name is not None:
                bound.add(name)
        for stage in (*node.predicates, *node.stages):
            self._stage(stage, bound)
        for key, value in node.group.pairs if node.group is not None else ():
            self._each([key, value], bound, outermost=False)

    def _stage(self, stage: Stage, bound: _Scope) -> None:
        if stage.index is not None:
            bound.add(stage.index)
        self._given(stage.expression, bound, outermost=False)

    def _each(self, nodes: list[Node], bound: _Scope, outermost: bool) -> None:
        for node in nodes:
            self.node(node, bound, outermost)

    def _given(self, node: Node | None, bound: _Scope, outermost: bool) -> None:
        if node is not None:
            self.node(node, bound, outermost)


def _names(steps: list[Node]) -> tuple[str, ...]:
    """The constant names that follow the first step of a path, up to the first step that may choose."""
    found = []
    before, *rest = steps
    for step in rest:
        if step.kind != "name" or before.stages or before.predicates or before.tuple:
            break
        found.append(step.value)
        before = step
    return tuple(found)
