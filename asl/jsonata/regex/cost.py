"""Bounds the work of a backtracking matcher such as Python's `re` on a pattern, from the pattern alone.

A bound is `factor * length ** degree` in the length of the text. It is found from the end of the pattern to its start:
what a part costs depends on how often it makes the matcher try what is behind it. A repetition that can stop at one
place only, because no unit can both go on with it and begin what follows, makes it try that once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain, repeat
from typing import Final

from asl.jsonata.regex import charset
from asl.jsonata.regex.charset import CharSet
from asl.jsonata.regex.tree import (
    At,
    Capture,
    Choice,
    Look,
    Node,
    One,
    Place,
    Reference,
    Repeat,
    Sequence,
    can_be_empty,
)

_MANY: Final = 1000
"""A count from here on is taken for an endless one."""


class Unbounded(Exception):
    """No polynomial bound was found."""


@dataclass(frozen=True, slots=True)
class Cost:
    """The work of matching from some node to the end of the pattern at one position, before that fails."""

    factor: float
    degree: int
    first: CharSet
    """The units that can come first."""
    can_fail: bool
    forks: bool
    """Whether more than one way through it may have to be tried on the same text."""


_DONE: Final = Cost(1, 0, charset.EMPTY, can_fail=False, forks=False)
_LOOK_DONE: Final = replace(_DONE, can_fail=True)


def longest_text(root: Node, budget: float) -> int:
    """The length up to which a search stays within the budget, at any text. Raises Unbounded when there may be none."""
    cost = _before(root, _DONE)
    degree = cost.degree + (not starts_at_text_start(root))
    return int((budget / cost.factor) ** (1 / max(degree, 1)))


def starts_at_text_start(node: Node) -> bool:
    """Whether a match can begin at the start of the text only."""
    match node:
        case At(Place.TEXT_START):
            return True
        case Sequence(items):
            return bool(items) and starts_at_text_start(items[0])
        case Choice(options):
            return all(map(starts_at_text_start, options))
        case Capture(_, body):
            return starts_at_text_start(body)
        case Repeat(body, low):
            return low > 0 and starts_at_text_start(body)
        case _:
            return False


def first_units(node: Node) -> CharSet:
    """The units with which a match of the node can begin, if it takes any."""
    match node:
        case One(units):
            return units
        case Sequence(items):
            found = charset.EMPTY
            for item in items:
                found = charset.char_set(found + first_units(item))
                if not can_be_empty(item):
                    break
            return found
        case Choice(options):
            return charset.char_set(chain.from_iterable(map(first_units, options)))
        case Capture(_, body):
            return first_units(body)
        case Repeat(body, _, high):
            return charset.EMPTY if high == 0 else first_units(body)
        case Reference():
            return charset.ALL
        case At() | Look():
            return charset.EMPTY


def _before(node: Node, rest: Cost) -> Cost:
    """The cost of the node and what follows it."""
    match node:
        case One(units):
            return replace(rest, factor=rest.factor + 1, first=units, can_fail=True)
        case At():
            return replace(rest, factor=rest.factor + 1, can_fail=True)
        case Sequence(items):
            for item in reversed(items):
                rest = _before(item, rest)
            return rest
        case Choice(options):
            return _either(list(map(_before, options, repeat(rest))))
        case Capture(_, body):
            return _before(body, rest)
        case Look(body):
            inside = _before(body, _LOOK_DONE)
            return replace(
                rest,
                factor=rest.factor + inside.factor,
                degree=max(rest.degree, inside.degree),
                # A long look is work at any place, also where what follows it cannot begin.
                first=charset.ALL if inside.degree else rest.first,
                can_fail=True,
                forks=rest.forks or inside.forks,
            )
        case Repeat(body, _, high):
            if high == 0:
                return rest
            if high == 1:
                return _before(body, rest) if node.low else _either([_before(body, rest), rest])
            return _before_rounds(node, rest)
        case Reference():
            raise Unbounded


def _either(costs: list[Cost]) -> Cost:
    first = charset.char_set(units for cost in costs for units in cost.first)
    forks = sum(charset.size(cost.first) for cost in costs) > charset.size(first)
    factors = [cost.factor for cost in costs]
    return Cost(
        sum(factors) if forks else max(factors) + len(costs),
        max(cost.degree for cost in costs),
        first,
        can_fail=all(cost.can_fail for cost in costs),
        forks=forks or any(cost.forks for cost in costs),
    )


def _before_rounds(node: Repeat, rest: Cost) -> Cost:
    """The cost of a repetition of more than one round and what follows it."""
    going_on = first_units(node.body)
    forks = charset.overlap(going_on, rest.first)
    round_ = _round(node.body, going_on, rest)
    endless = node.high is None or node.high >= _MANY
    rounds = 1 if node.high is None or endless else node.high
    can_fail = node.low > 0 or rest.can_fail
    degree = rest.degree
    if can_fail:
        degree = max(degree, round_.degree)
    if endless and (rest.can_fail or node.low >= _MANY):
        degree = degree + 1 if forks else max(degree, 1)
    return Cost(
        factor=(rest.factor * rounds if forks else rest.factor) + round_.factor * max(rounds, min(node.low, _MANY)),
        degree=degree,
        first=going_on if node.low else charset.char_set(going_on + rest.first),
        can_fail=can_fail,
        forks=rest.forks or forks,
    )


def _round(body: Node, going_on: CharSet, rest: Cost) -> Cost:
    """The cost of one round, which must have one way through only: else the ways multiply from round to round."""
    behind = Cost(0, 0, charset.char_set(going_on + rest.first), can_fail=True, forks=False)
    round_ = _before(body, behind)
    if round_.forks or can_be_empty(body) or _looks(body):
        raise Unbounded
    return round_


def _looks(node: Node) -> bool:
    match node:
        case Sequence(nodes) | Choice(nodes):
            return any(map(_looks, nodes))
        case Capture(_, body) | Repeat(body):
            return _looks(body)
        case _:
            return isinstance(node, Look)
