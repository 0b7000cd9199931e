"""Rewrites the tree of an expression for the compiler.

Paths become lists of steps with their predicates, `%` finds the step that is its parent, and the calls that end a
lambda are marked. What was written as `.`, `[`, `{`, `^`, `@` and `#` is gone afterwards.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Final

from asl.jsonata.errors import JsonataError
from asl.jsonata.syntax import Group, Node, Slot, Stage, Term

LEAVES: Final = frozenset({"string", "number", "value", "wildcard", "descendant", "variable", "regex"})


def analyse(tree: Node) -> Node:
    """The tree that the compiler wants. Raises JsonataError S02xx for what has no meaning."""
    result = _Analysis().node(tree)
    if result.kind == "parent" or result.seeking is not None:
        raise _no_parent(result)
    return result


class _Analysis:
    def __init__(self) -> None:
        self._labels = itertools.count()
        self._parents: list[Slot] = []
        self._rules: dict[str, Callable[[Node], Node]] = {
            "binary": self._binary,
            "predicate": self._predicate,
            "grouping": self._grouping,
            "order": self._order,
            "bind": self._bind,
            "focus": self._focus,
            "index": self._index,
            "negation": self._negation,
            "array": self._each,
            "condition": self._each,
            "block": self._block,
            "object": self._object,
            "call": self._call,
            "partial": self._call,
            "lambda": self._lambda,
            "transform": self._transform,
            "name": self._name,
            "parent": self._parent,
            "operator": self._operator,
            "end": self._end,
        }

    def node(self, node: Node) -> Node:
        result = node if node.kind in LEAVES else self._rules[node.kind](node)
        if node.keep_array:
            result.keep_array = True
        return result

    def _given(self, node: Node | None) -> Node:
        assert node is not None, "the parser gave every node its parts"
        return self.node(node)

    # Nodes that stay what they are.

    def _binary(self, node: Node) -> Node:
        if node.value == ".":
            return self._path(node)
        result = Node(node.kind, node.value, node.start, node.position)
        result.left, result.right = self._given(node.left), self._given(node.right)
        if node.value == "~>":
            result.kind = "apply"
            result.keep_array = result.left.keep_array or result.right.keep_array
            return result
        _pass_up(result, result.left)
        _pass_up(result, result.right)
        return result

    def _bind(self, node: Node) -> Node:
        result = Node("bind", node.value, node.start, node.position)
        result.left, result.right = self._given(node.left), self._given(node.right)
        _pass_up(result, result.right)
        return result

    def _negation(self, node: Node) -> Node:
        operand = self._given(node.left)
        if operand.kind == "number":
            operand.value = -operand.value
            return operand
        result = Node("negation", "-", node.start, node.position, left=operand)
        _pass_up(result, operand)
        return result

    def _each(self, node: Node) -> Node:
        value = None if node.kind in ("block", "condition") else node.value
        result = Node(node.kind, value, node.start, node.position)
        for item in node.items:
            part = self.node(item)
            _pass_up(result, part)
            result.items.append(part)
        return result

    def _block(self, node: Node) -> Node:
        result = self._each(node)
        result.constructs = any(
            part.constructs or (part.kind == "path" and part.items[0].constructs) for part in result.items
        )
        return result

    def _object(self, node: Node) -> Node:
        result = Node("object", "{", node.start, node.position)
        for pair in node.pairs:
            key, value = self.node(pair[0]), self.node(pair[1])
            _pass_up(result, key)
            _pass_up(result, value)
            result.pairs.append((key, value))
        return result

    def _call(self, node: Node) -> Node:
        result = self._each(node)
        result.left = self._given(node.left)
        return result

    def _lambda(self, node: Node) -> Node:
        result = Node("lambda", None, node.start, node.position, items=node.items, signature=node.signature)
        result.left = self._given(node.left)
        _mark_tail_calls(result.left)
        return result

    def _transform(self, node: Node) -> Node:
        items = [self.node(item) for item in node.items]
        return Node("transform", None, node.start, node.position, items=items)

    def _operator(self, node: Node) -> Node:
        if node.value == "?":
            return node
        node.kind = "name"
        return self.node(node)

    def _end(self, node: Node) -> Node:
        raise JsonataError("S0207", position=node.position, token=node.value)

    # Paths.

    def _name(self, node: Node) -> Node:
        path = _path_of(node)
        path.keep_singleton = node.keep_array
        return path

    def _parent(self, node: Node) -> Node:
        slot = Slot(f"!{next(self._labels)}")
        self._parents.append(slot)
        return Node("parent", None, node.start, node.position, slot=slot)

    def _path(self, node: Node) -> Node:
        first = self._given(node.left)
        path = first if first.kind == "path" else _path_of(first)
        if first.kind == "parent" and first.slot is not None:
            path.seeking = [first.slot]
        rest = self._given(node.right)
        if rest.kind == "path":
            path.items += rest.items
        else:
            rest.stages, rest.predicates = rest.stages + rest.predicates, []
            path.items.append(rest)
        for step in path.items:
            if step.kind in ("number", "value"):
                raise JsonataError("S0213", position=step.position, value=step.value)
            if step.kind == "string":
                step.kind = "name"
        if any(step.keep_array for step in path.items):
            path.keep_singleton = True
        for step in (path.items[0], path.items[-1]):
            if step.kind == "array":
                step.constructs = True
        self._find_parents(path)
        return path

    def _predicate(self, node: Node) -> Node:
        result = self._given(node.left)
        step = _last_step(result)
        if step.group is not None:
            raise JsonataError("S0209", position=node.position)
        expression = self._given(node.right)
        if expression.seeking is not None:
            for slot in list(expression.seeking):
                if slot.level == 1:
                    self._seek(step, slot)
                else:
                    slot.level -= 1
            _pass_up(step, expression)
        stages = step.stages if result.kind == "path" else step.predicates
        stages.append(Stage(expression=expression))
        return result

    def _grouping(self, node: Node) -> Node:
        result = self._given(node.left)
        if result.group is not None:
            raise JsonataError("S0210", position=node.position)
        result.group = Group([(self.node(key), self.node(value)) for key, value in node.pairs], node.position)
        return result

    def _order(self, node: Node) -> Node:
        path = _path_of(self._given(node.left))
        step = Node("sort", "^", node.start, node.position)
        for term in node.terms:
            expression = self.node(term.expression)
            _pass_up(step, expression)
            step.terms.append(Term(expression, term.descending))
        path.items.append(step)
        self._find_parents(path)
        return path

    def _focus(self, node: Node) -> Node:
        result = self._given(node.left)
        step = _last_step(result)
        if step.stages or step.predicates:
            raise JsonataError("S0215", position=node.position)
        if step.kind == "sort":
            raise JsonataError("S0216", position=node.position)
        if node.keep_array:
            step.keep_array = True
        step.focus = self._given(node.right).value
        step.tuple = True
        return result

    def _index(self, node: Node) -> Node:
        result = self._given(node.left)
        step = _last_step(result)
        if result.kind != "path":
            result = _path_of(result)
            step.stages, step.predicates = step.stages + step.predicates, []
        name = self._given(node.right).value
        if step.stages:
            step.stages.append(Stage(index=name))
        else:
            step.index = name
        step.tuple = True
        return result

    # Parents.

    def _find_parents(self, path: Node) -> None:
        """Looks for the parents that the last step asks for among the steps before it."""
        last = path.items[-1]
        slots = last.seeking if last.seeking is not None else []
        if last.kind == "parent" and last.slot is not None:
            slots.append(last.slot)
        for slot in slots:
            index = len(path.items) - 2
            while slot.level > 0:
                if index < 0:
                    path.seeking = [*(path.seeking or []), slot]
                    break
                step = path.items[index]
                index -= 1
                while index >= 0 and step.focus and path.items[index].focus:
                    step = path.items[index]
                    index -= 1
                self._seek(step, slot)

    def _seek(self, node: Node, slot: Slot) -> None:
        """Makes `node` the parent that `slot` waits for, or goes on counting levels."""
        if node.kind in ("name", "wildcard"):
            slot.level -= 1
            if slot.level == 0:
                if node.ancestor is not None:
                    slot.label = node.ancestor.label
                node.ancestor = slot
                node.tuple = True
        elif node.kind == "parent":
            slot.level += 1
        elif node.kind == "block":
            if node.items:
                node.tuple = True
                self._seek(node.items[-1], slot)
        elif node.kind == "path":
            node.tuple = True
            self._seek(node.items[-1], slot)
            for step in reversed(node.items[:-1]):
                if slot.level <= 0:
                    break
                self._seek(step, slot)
        else:
            raise _no_parent(node)


def _no_parent(node: Node) -> JsonataError:
    kind = {"array": "unary", "object": "unary", "negation": "unary", "call": "function"}.get(node.kind, node.kind)
    return JsonataError("S0217", token=kind, position=None if kind in ("parent", "path") else node.position)


def _path_of(node: Node) -> Node:
    return node if node.kind == "path" else Node("path", None, node.start, node.position, items=[node])


def _last_step(node: Node) -> Node:
    return node.items[-1] if node.kind == "path" else node


def _pass_up(result: Node, part: Node) -> None:
    """The parents that `part` still looks for are those that `result` looks for."""
    if part.seeking is None and part.kind != "parent":
        return
    slots = part.seeking if part.seeking is not None else []
    if part.kind == "parent" and part.slot is not None:
        slots.append(part.slot)
    if result.seeking is None:
        result.seeking = slots
    else:
        result.seeking += slots


def _mark_tail_calls(node: Node) -> None:
    if node.kind == "call" and not node.predicates:
        node.tail_call = True
    elif node.kind == "condition":
        for branch in node.items[1:]:
            _mark_tail_calls(branch)
    elif node.kind == "block" and node.items:
        _mark_tail_calls(node.items[-1])
