"""Reads a JavaScript regular expression (without the flag `u`) into a tree.

What is no valid JavaScript is an error with the text node gives it. As in browsers, much is taken literally that the
grammar proper forbids: `{` where no count follows, `\\c` without a letter, numbers of groups that do not exist.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from asl.jsonata.errors import JsonataError
from asl.jsonata.regex import charset
from asl.jsonata.regex.charset import CharSet
from asl.jsonata.regex.tree import (
    NOTHING,
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
    Tree,
    width,
)
from asl.jsonata.regex.units import from_units, to_units

MAX_DEPTH: Final = 30
"""How deep groups may be nested. differs-from-aws: node takes some thousands before its stack overflows."""
MAX_CAPTURES: Final = 32767
_ENDLESS: Final = 2**31 - 1
"""A count from here on is without end."""

_COUNT: Final = re.compile(r"\{([0-9]+)(?:(,)([0-9]+)?)?\}")
_HEX: Final = {"x": re.compile("[0-9a-fA-F]{2}"), "u": re.compile("[0-9a-fA-F]{4}")}
_OCTAL: Final = re.compile("[0-3][0-7]{0,2}|[4-7][0-7]?")
_DECIMAL: Final = re.compile("[1-9][0-9]*")
_NAME_ESCAPE: Final = re.compile(r"\\u(?:\{([0-9a-fA-F]+)\}|([0-9a-fA-F]{4}))")
_NAMED: Final = re.compile(r"\(\?<(?![=!])")
_CONTROLS: Final = {"f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_EDGES: Final = {"b": Place.WORD_EDGE, "B": Place.NO_WORD_EDGE}
_OPENINGS: Final = ("(?:", "(?=", "(?!", "(?<=", "(?<!")


def parse(pattern: str, flags: str) -> Tree:
    """The tree of a pattern with the flags `i` and `m`. Raises JsonataError without a code when it is not valid."""
    if len(set(flags)) < len(flags):
        raise JsonataError(None, message=f"Invalid flags supplied to RegExp constructor '{flags}g'")
    return _Parser(pattern, flags).parse()


@dataclass(slots=True)
class _Group:
    """A group that is being read."""

    opening: str
    capture: int
    """The number of its capture, 0 without one."""
    captures_before: int
    name: str | None = None
    options: list[Node] = field(default_factory=list)
    items: list[Node] = field(default_factory=list)
    atom_capture: int = 1
    """The first capture that may be in the last item."""


class _Parser:
    def __init__(self, pattern: str, flags: str) -> None:
        self.source = pattern
        self.flags = flags
        self.text = to_units(pattern)
        self.at = 0
        self.ignore_case = "i" in flags
        self.multiline = "m" in flags
        self.captures = 0
        self.names: dict[str, int] = {}
        self.has_names = _has_names(self.text)
        self.named_references: list[str] = []
        self.references: set[int] = set()
        self.groups = [_Group("", 0, 0)]

    def parse(self) -> Tree:
        while self.at < len(self.text):
            self.term()
        if len(self.groups) > 1:
            raise self.error("Unterminated group")
        if any(name not in self.names for name in self.named_references):
            raise self.error("Invalid named capture referenced")
        root = self.resolved(_choice(self.groups[0]))
        references = frozenset(self.references | {self.names[name] for name in self.named_references})
        return Tree(root, self.captures, self.ignore_case, references)

    def error(self, problem: str) -> JsonataError:
        flags = "".join(sorted(self.flags + "g"))
        return JsonataError(None, message=f"Invalid regular expression: /{self.source}/{flags}: {problem}")

    def peek(self, ahead: int = 0) -> str:
        """The unit here or some further on; empty behind the end."""
        return self.text[self.at + ahead : self.at + ahead + 1]

    def taken(self, expected: re.Pattern[str]) -> re.Match[str] | None:
        match = expected.match(self.text, self.at)
        if match:
            self.at = match.end()
        return match

    def term(self) -> None:
        group = self.groups[-1]
        group.atom_capture = self.captures + 1
        match self.peek():
            case "(":
                self.open_group()
                return
            case ")":
                group = self.close_group()
            case "|":
                self.at += 1
                group.options.append(_sequence(group.items))
                group.items = []
                return
            case "^" | "$" as sign:
                self.at += 1
                group.items.append(At(self.edge_of_text(sign)))
                return
            case "*" | "+" | "?":
                raise self.error("Nothing to repeat")
            case "{" if _COUNT.match(self.text, self.at):
                raise self.error("Nothing to repeat")
            case "\\" if self.peek(1) in _EDGES:
                group.items.append(At(_EDGES[self.peek(1)]))
                self.at += 2
                return
            case _:
                group.items.append(self.atom())
        self.quantifier(group)

    def edge_of_text(self, sign: str) -> Place:
        if sign == "^":
            return Place.LINE_START if self.multiline else Place.TEXT_START
        return Place.LINE_END if self.multiline else Place.TEXT_END

    def open_group(self) -> None:
        before = self.captures
        opening = next((each for each in _OPENINGS if self.text.startswith(each, self.at)), "(")
        self.at += len(opening)
        capture, name = 0, None
        if opening == "(":
            self.captures += 1
            capture = self.captures
            if capture > MAX_CAPTURES:
                raise self.error("Too many captures")
            if self.peek() == "?":
                name = self.group_name()
        self.groups.append(_Group(opening, capture, before, name))
        if len(self.groups) > MAX_DEPTH + 1:
            raise self.error("Stack overflow")

    def group_name(self) -> str:
        if self.peek(1) != "<":
            raise self.error("Invalid group")
        self.at += 2
        return self.name()

    def name(self) -> str:
        """The name up to `>`, which is taken as well."""
        name = ""
        while self.peek() != ">":
            if self.text.startswith("\\u", self.at):
                escape = self.taken(_NAME_ESCAPE)
                code = int(escape[1] or escape[2], 16) if escape else -1
                if not 0 <= code <= 0x10FFFF:
                    raise self.error("Invalid Unicode escape")
                name += chr(code)
            elif self.at < len(self.text):
                name += self.peek()
                self.at += 1
            else:
                raise self.error("Invalid capture group name")
        self.at += 1
        name = from_units(name)
        if not _is_name(name):
            raise self.error("Invalid capture group name")
        return name

    def close_group(self) -> _Group:
        """Ends the group; it is the last item of the one around it, which is returned."""
        if len(self.groups) == 1:
            raise self.error("Unmatched ')'")
        self.at += 1
        group = self.groups.pop()
        node = _choice(group)
        if group.name is not None:
            if group.name in self.names:
                raise self.error("Duplicate capture group name")
            self.names[group.name] = group.capture
        if group.capture:
            node = Capture(group.capture, node)
        elif group.opening != "(?:":
            node = Look(node, back="<" in group.opening, negative="!" in group.opening)
        elif isinstance(node, Look):
            # A look back may be repeated in a group only.
            node = Sequence((node,))
        around = self.groups[-1]
        around.atom_capture = group.captures_before + 1
        around.items.append(node)
        return around

    def quantifier(self, group: _Group) -> None:
        """Reads what may follow an atom and applies it to the last item of the group."""
        low: int
        high: int | None
        match self.peek():
            case "*":
                low, high = 0, None
            case "+":
                low, high = 1, None
            case "?":
                low, high = 0, 1
            case "{" if count := _COUNT.match(self.text, self.at):
                low, high = self.count(count)
                self.at = count.end() - 1
            case _:
                return
        self.at += 1
        greedy = self.peek() != "?"
        self.at += not greedy
        node = group.items.pop()
        if isinstance(node, Look) and node.back:
            raise self.error("Invalid quantifier")
        if width(node) == 0:
            low = high = min(low, 1)
        group.items.append(Repeat(node, low, high, greedy, group.atom_capture, self.captures + 1))

    def count(self, count: re.Match[str]) -> tuple[int, int | None]:
        low = _bounded(count[1])
        high = _ENDLESS if count[2] and not count[3] else _bounded(count[3] or count[1])
        if high < low:
            raise self.error("numbers out of order in {} quantifier")
        return low, None if high == _ENDLESS else high

    def atom(self) -> Node:
        match self.peek():
            case ".":
                self.at += 1
                return One(charset.NOT_LINE_END)
            case "[":
                return One(self.bracket())
            case "\\":
                self.at += 1
                return self.escaped_atom()
            case unit:
                self.at += 1
                return self.one(unit)

    def one(self, unit: str) -> Node:
        units = charset.of(unit)
        return One(charset.with_cases(units) if self.ignore_case else units)

    def escaped_atom(self) -> Node:
        escape = self.peek()
        if escape in charset.ESCAPED:
            self.at += 1
            return One(charset.ESCAPED[escape])
        if escape == "k" and self.has_names:
            self.at += 1
            return self.named_reference()
        number = _DECIMAL.match(self.text, self.at)
        if number and self.is_capture(int(number[0][:6])):
            self.at = number.end()
            return self.reference(int(number[0]))
        return self.one(self.escaped_unit())

    def is_capture(self, index: int) -> bool:
        """Whether the whole pattern has so many captures, the ones to come included."""
        return index <= self.captures or index <= self.captures + _captures_in(self.text[self.at :])

    def reference(self, index: int) -> Node:
        if any(group.capture == index for group in self.groups):
            return NOTHING
        self.references.add(index)
        return Reference(index)

    def named_reference(self) -> Node:
        if self.peek() != "<":
            raise self.error("Invalid named reference")
        self.at += 1
        name = self.name()
        if any(group.name == name for group in self.groups):
            return NOTHING
        if name in self.names:
            return self.reference(self.names[name])
        self.named_references.append(name)
        return Reference(-len(self.named_references))

    def resolved(self, node: Node) -> Node:
        """The node with the numbers of the captures that were referred to by name before they came."""
        if not self.named_references:
            return node
        match node:
            case Reference(index) if index < 0:
                return Reference(self.names[self.named_references[-index - 1]])
            case Sequence(items):
                return Sequence(tuple(map(self.resolved, items)))
            case Choice(options):
                return Choice(tuple(map(self.resolved, options)))
            case Capture(index, body):
                return Capture(index, self.resolved(body))
            case Repeat(body, low, high, greedy, first, behind):
                return Repeat(self.resolved(body), low, high, greedy, first, behind)
            case Look(body, back, negative):
                return Look(self.resolved(body), back, negative)
            case _:
                return node

    def escaped_unit(self, in_bracket: bool = False) -> str:
        """The unit that the escape sequence here stands for, its backslash taken already."""
        escape = self.peek()
        if not escape:
            raise self.error("\\ at end of pattern")
        if octal := self.taken(_OCTAL):
            return chr(int(octal[0], 8))
        if escape == "c":
            return self.control(in_bracket)
        if escape == "k" and self.has_names:
            raise self.error("Invalid escape")
        self.at += 1
        if escape in _HEX and (digits := self.taken(_HEX[escape])):
            return chr(int(digits[0], 16))
        return _CONTROLS.get(escape, escape)

    def control(self, in_bracket: bool) -> str:
        letter = self.peek(1)
        if letter.isascii() and (letter.isalpha() or (in_bracket and (letter.isdecimal() or letter == "_"))):
            self.at += 2
            return chr(ord(letter) & 0x1F)
        return "\\"

    def bracket(self) -> CharSet:
        self.at += 1
        inverted = self.peek() == "^"
        self.at += inverted
        ranges: list[tuple[int, int]] = []
        while self.peek() != "]":
            ranges.extend(self.bracket_range())
        self.at += 1
        units = charset.char_set(ranges)
        if self.ignore_case:
            units = charset.with_cases(units)
        return charset.complement(units) if inverted else units

    def bracket_range(self) -> CharSet:
        """The next units in brackets: a unit, a range, an escaped set, or what only looks like a range."""
        first = self.bracket_atom()
        if self.peek() != "-" or self.peek(1) in ("", "]"):
            return first
        self.at += 1
        last = self.bracket_atom()
        if not (_is_unit(first) and _is_unit(last)):
            return (*first, *charset.of("-"), *last)
        if first[0][0] > last[0][0]:
            raise self.error("Range out of order in character class")
        return ((first[0][0], last[0][0]),)

    def bracket_atom(self) -> CharSet:
        unit = self.peek()
        if not unit:
            raise self.error("Unterminated character class")
        self.at += 1
        if unit != "\\":
            return charset.of(unit)
        escape = self.peek()
        if escape in charset.ESCAPED:
            self.at += 1
            return charset.ESCAPED[escape]
        if escape == "b":
            self.at += 1
            return charset.of("\b")
        return charset.of(self.escaped_unit(in_bracket=True))


def _is_unit(units: CharSet) -> bool:
    """Whether it is one unit: no escaped set is."""
    return len(units) == 1 and units[0][0] == units[0][1]


def _is_name(name: str) -> bool:
    """Whether JavaScript takes it for an identifier."""
    plain = name.replace("$", "_")
    rest = plain[1:].replace("\u200c", "_").replace("\u200d", "_")
    return plain[:1].isidentifier() and ("_" + rest).isidentifier()


def _bounded(digits: str) -> int:
    return min(int(digits.lstrip("0")[:11] or "0"), _ENDLESS)


def _sequence(items: list[Node]) -> Node:
    return items[0] if len(items) == 1 else Sequence(tuple(items))


def _choice(group: _Group) -> Node:
    last = _sequence(group.items)
    return Choice((*group.options, last)) if group.options else last


_UNNESTED: Final = re.compile(r"\\[\s\S]|\[(?:\\[\s\S]|[^\]\\])*|\((?!\?)|" + _NAMED.pattern)


def _captures_in(text: str) -> int:
    return sum(match[0].startswith("(") for match in _UNNESTED.finditer(text))


def _has_names(text: str) -> bool:
    return any(match[0] == "(?<" for match in _UNNESTED.finditer(text))
