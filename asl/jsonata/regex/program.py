"""Turns a tree into a program for the matcher of this package.

A program is a list of instructions, tuples that begin with an operation. Its registers hold the start and the end of
each capture, then what repetitions need: how many rounds are done, and where the round began.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum, auto
from typing import Any, Final, TypeAlias

from asl.jsonata.regex.cost import first_units, starts_at_text_start
from asl.jsonata.regex.translate import compiled, in_brackets, written
from asl.jsonata.regex.tree import (
    At,
    Capture,
    Choice,
    Look,
    Node,
    One,
    Reference,
    Repeat,
    Sequence,
    Tree,
    can_be_empty,
)

Instruction: TypeAlias = tuple[Any, ...]


class Op(IntEnum):
    """The operations, with their operands. They go on with the next instruction where they name no other."""

    PIECE = auto()
    """match, width: units that `re` can check at once, having one way to match."""
    PIECE_BACK = auto()
    """match, width: the same, in front of the position."""
    RUN = auto()
    """extent, low, high, state: as many units of a set as there are, or fewer; `extent` matches all of them."""
    SPLIT = auto()
    """first, second, state: go on at `first`, and if that fails at `second`."""
    JUMP = auto()
    """target."""
    SAVE = auto()
    """register: note the position."""
    CLEAR = auto()
    """first, behind: forget these registers."""
    CHECK = auto()
    """register: fail if the position is still the noted one."""
    ZERO = auto()
    """register: start to count."""
    ROUND = auto()
    """counter, low, high, greedy, behind, state: do another round or go on at `behind`."""
    NEXT = auto()
    """counter, low, high, start, round: end a round; it must not have been empty once `low` rounds are done."""
    LOOK = auto()
    """behind, negative: match from the next instruction on, apart, then go on at `behind`."""
    REFERENCE = auto()
    """capture, back."""
    FOUND = auto()


@dataclass(frozen=True, slots=True)
class State:
    """The registers that, with the position, decide what a choice leads to.

    Of the start of a round only matters whether it is the position.
    """

    exact: tuple[int, ...]
    starts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Program:
    code: list[Instruction]
    captures: int
    registers: int
    ignore_case: bool
    at_text_start: bool
    """Whether a match can begin at the start of the text only."""
    next_start: Callable[[str, int], re.Match[str] | None] | None
    """Finds the next position at which a match may begin; None where it may be any."""


def program(tree: Tree) -> Program:
    compiler = _Compiler(tree)
    compiler.add(tree.root, back=False)
    compiler.emit(Op.FOUND)
    return Program(
        compiler.code,
        tree.captures,
        compiler.registers,
        tree.ignore_case,
        starts_at_text_start(tree.root),
        None if can_be_empty(tree.root) else compiled(in_brackets(first_units(tree.root))).search,
    )


_NO_REGISTER: Final = -1
_WIDEST: Final = 64
"""The most units that a count may take for its piece to be one step."""


class _Compiler:
    def __init__(self, tree: Tree) -> None:
        self.code: list[Instruction] = []
        self.registers = 2 * tree.captures
        self.referenced = tuple(
            register for index in sorted(tree.references) for register in (2 * index - 2, 2 * index - 1)
        )
        self.counters: tuple[int, ...] = ()
        """The counters of the repetitions around."""
        self.starts: tuple[int, ...] = ()
        """Where the rounds around began, for those that may be empty."""

    def emit(self, op: Op, *operands: Any) -> int:
        self.code.append((op, *operands))
        return len(self.code) - 1

    def patch(self, at: int, *operands: Any) -> None:
        self.code[at] = (self.code[at][0], *operands)

    @property
    def here(self) -> int:
        return len(self.code)

    def register(self) -> int:
        self.registers += 1
        return self.registers - 1

    def state(self) -> State | None:
        exact = self.counters + self.referenced
        return State(exact, self.starts) if exact or self.starts else None

    def add(self, node: Node, back: bool) -> None:
        if _is_piece(node):
            self.add_piece((node,), back)
            return
        match node:
            case Sequence(items):
                self.add_sequence(items, back)
            case Choice(options):
                self.add_choice(options, back)
            case Capture(index, body):
                registers = (2 * index - 2, 2 * index - 1)
                self.emit(Op.SAVE, registers[back])
                self.add(body, back)
                self.emit(Op.SAVE, registers[not back])
            case Repeat():
                self.add_repeat(node, back)
            case Look():
                self.add_look(node)
            case Reference(index):
                self.emit(Op.REFERENCE, index, back)

    def add_piece(self, nodes: tuple[Node, ...], back: bool) -> None:
        pattern = compiled(written(Sequence(nodes)))
        self.emit(Op.PIECE_BACK if back else Op.PIECE, pattern.match, sum(map(_piece_width, nodes)))

    def add_sequence(self, items: tuple[Node, ...], back: bool) -> None:
        """Adds the items, those that are next to each other and simple as one piece."""
        groups: list[list[Node]] = []
        for item in items:
            if groups and _is_piece(item) and _is_piece(groups[-1][-1]):
                groups[-1].append(item)
            else:
                groups.append([item])
        for group in reversed(groups) if back else groups:
            if _is_piece(group[0]):
                self.add_piece(tuple(group), back)
            else:
                self.add(group[0], back)

    def add_choice(self, options: tuple[Node, ...], back: bool) -> None:
        ends: list[int] = []
        for option in options[:-1]:
            split = self.emit(Op.SPLIT)
            self.add(option, back)
            ends.append(self.emit(Op.JUMP))
            self.patch(split, split + 1, self.here, self.state())
        self.add(options[-1], back)
        for end in ends:
            self.patch(end, self.here)

    def add_look(self, node: Look) -> None:
        around = self.counters, self.starts
        self.counters = self.starts = ()
        look = self.emit(Op.LOOK)
        self.add(node.body, node.back)
        self.emit(Op.FOUND)
        self.patch(look, self.here, node.negative)
        self.counters, self.starts = around

    def add_repeat(self, node: Repeat, back: bool) -> None:
        may_be_empty = can_be_empty(node.body)
        if node.high == 0:
            return
        if isinstance(node.body, One) and node.greedy and not back:
            extent = compiled(in_brackets(node.body.units) + "*").match
            self.emit(Op.RUN, extent, node.low, node.high, self.state())
        elif (node.low, node.high) == (0, 1):
            self.add_optional(node, back, may_be_empty)
        elif (node.low, node.high) == (0, None):
            self.add_endless(node, back, may_be_empty)
        elif (node.low, node.high) == (1, None) and not may_be_empty:
            start = self.here
            self.add_round(node, back, _NO_REGISTER)
            split = self.emit(Op.SPLIT)
            self.patch(split, *_ordered(start, self.here, node.greedy), self.state())
        else:
            self.add_counted(node, back, may_be_empty)

    def add_optional(self, node: Repeat, back: bool, may_be_empty: bool) -> None:
        split = self.emit(Op.SPLIT)
        state = self.state()
        self.add_round(node, back, self.register() if may_be_empty else _NO_REGISTER)
        self.patch(split, *_ordered(split + 1, self.here, node.greedy), state)

    def add_endless(self, node: Repeat, back: bool, may_be_empty: bool) -> None:
        split = self.emit(Op.SPLIT)
        state = self.state()
        self.add_round(node, back, self.register() if may_be_empty else _NO_REGISTER)
        self.emit(Op.JUMP, split)
        self.patch(split, *_ordered(split + 1, self.here, node.greedy), state)

    def add_counted(self, node: Repeat, back: bool, may_be_empty: bool) -> None:
        around = self.counters
        counter = self.register()
        start = self.register() if may_be_empty else _NO_REGISTER
        self.emit(Op.ZERO, counter)
        self.counters = (*around, counter)
        round_ = self.emit(Op.ROUND)
        state = self.state()
        self.add_round(node, back, start, check=False)
        self.emit(Op.NEXT, counter, node.low, node.high, start, round_)
        self.patch(round_, counter, node.low, node.high, node.greedy, self.here, state)
        self.counters = around

    def add_round(self, node: Repeat, back: bool, start: int, check: bool = True) -> None:
        """Adds one round; with the register `start` for one that may be empty."""
        around = self.starts
        if node.captures:
            self.emit(Op.CLEAR, 2 * node.first - 2, 2 * node.behind - 2)
        if start != _NO_REGISTER:
            self.emit(Op.SAVE, start)
            self.starts = (*around, start)
        self.add(node.body, back)
        if start != _NO_REGISTER and check:
            self.emit(Op.CHECK, start)
        self.starts = around


def _ordered(round_: int, behind: int, greedy: bool) -> tuple[int, int]:
    return (round_, behind) if greedy else (behind, round_)


def _is_piece(node: Node) -> bool:
    """Whether it takes a fixed number of units in one way only, captures apart."""
    match node:
        case One() | At():
            return True
        case Sequence(items):
            return all(map(_is_piece, items))
        case Repeat(One(), low, high):
            return low == high and low <= _WIDEST
        case _:
            return False


def _piece_width(node: Node) -> int:
    match node:
        case One():
            return 1
        case Sequence(items):
            return sum(map(_piece_width, items))
        case Repeat(_, low):
            return low
        case _:
            return 0
