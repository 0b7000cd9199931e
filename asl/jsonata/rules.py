"""What the rules of the compiler share: where a node is compiled, and how the nodes below it are."""

from __future__ import annotations

import functools
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace

from asl.jsonata import codes
from asl.jsonata.calls import Builtin
from asl.jsonata.functions.native import Native
from asl.jsonata.grouping import grouped
from asl.jsonata.runtime import Code
from asl.jsonata.scopes import Frame, assigned_names, bound_names, places, tuple_names
from asl.jsonata.signature import Signature
from asl.jsonata.syntax import Group, Node
from asl.jsonata.values import UNDEFINED


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node is compiled: the scope it will run in, its level, and whether levels are counted at run time."""

    frame: Frame
    level: int
    counting: bool = False

    def below(self) -> Place:
        return replace(self, level=self.level + 1)

    def within(self, frame: Frame) -> Place:
        return replace(self, frame=frame)


@functools.cache
def signature_of(text: str, later: bool) -> Signature:
    return Signature(text, later=later)


class Rules(ABC):
    """The compilation of one tree."""

    def __init__(self, tree: Node, natives: dict[str, Native], shadowed: frozenset[str], later: bool) -> None:
        self._natives = natives
        self._later = later
        self._static = natives.keys() - shadowed - assigned_names(tree)
        self.static_names: set[str] = set()
        self._beside = tuple_names(tree)
        """The names of variables that travel with values; where there are none, no scopes are made for them."""
        self._deepest = 0
        self._tail_calls = False
        """Whether the body being compiled may give a TailCall."""

    @abstractmethod
    def code(self, node: Node, place: Place) -> Code:
        """The code of a node with all that follows it; its results are collapsed."""

    def _reach(self, level: int) -> None:
        self._deepest = max(self._deepest, level)

    def _part(self, node: Node | None, place: Place) -> Code:
        assert node is not None, "the analysis gave every node its parts"
        return self.code(node, place.below())

    def _reading(self, name: str, place: Place) -> Code:
        """Reads a variable: the nearest scope that holds it; the built-in function of that name; or undefined."""
        found, certain = places(place.frame, name)
        if certain and len(found) == 1:
            return codes.local_variable(name, found[0])
        native = self._natives.get(name)
        if native is None:
            return codes.searched_variable(name, found, lambda run: UNDEFINED)
        signature = signature_of(native.signature, self._later)
        return codes.searched_variable(name, found, lambda run: Builtin(native, signature, run))

    def _pairs(self, pairs: list[tuple[Node, Node]], place: Place) -> list[tuple[Code, Code]]:
        inner = self._with_tuples([node for pair in pairs for node in pair], place).below()
        return [(self.code(key, inner), self.code(value, inner)) for key, value in pairs]

    def _grouped(self, code: Code, group: Group, place: Place) -> Code:
        pairs, position, framed = self._pairs(group.pairs, place), group.position, bool(self._beside)
        return lambda input, scope, run: grouped(code(input, scope, run), pairs, position, framed, scope, run)

    def _with_tuples(self, nodes: list[Node], place: Place) -> Place:
        """The place of what is evaluated for each tuple: a scope with the variables beside it."""
        if not self._beside:
            return place
        return place.within(Frame(place.frame, self._beside | bound_names(nodes)))


def is_followed(node: Node) -> bool:
    """Whether predicates, a grouping or `[]` follow, which want a sequence as it is."""
    return bool(node.predicates or node.keep_array or (node.group is not None and node.kind != "path"))
