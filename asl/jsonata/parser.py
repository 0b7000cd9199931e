"""Makes a tree of an expression's text: top-down operator precedence, after Pratt.

Each token knows what it means where a term is expected and where an operator is; operators bind the more tightly the
higher their power.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, Final

from asl.jsonata.errors import JsonataError
from asl.jsonata.signature import Signature
from asl.jsonata.syntax import Node, Term
from asl.jsonata.tokens import RegexLiteral, Token, Tokenizer

BINARY: Final = {
    ".": 75,
    "*": 60,
    "/": 60,
    "%": 60,
    "+": 50,
    "-": 50,
    "&": 50,
    "=": 40,
    "!=": 40,
    "<": 40,
    "<=": 40,
    ">": 40,
    ">=": 40,
    "in": 40,
    "~>": 40,
    "and": 30,
    "or": 25,
}
"""The operators that take the expression to their right, and how tightly they bind."""

NEGATION_POWER: Final = 70
BINDING_POWER: Final = 10
FOCUS_POWER: Final = 80
KEYWORDS: Final = frozenset({"and", "or", "in"})
UNKNOWN: Final = frozenset("!~")
"""They end a name, but are no operators by themselves."""
NESTING: Final = 250
"""How deep expressions may be nested in one another. An evaluation may not go deeper than 100 anyway."""

Led = Callable[[Token, Node], Node]


def parse(text: str, *, later: bool = False) -> Node:
    """The tree of `text` as written; `later` knows the operators of level 2.2. Raises JsonataError S..."""
    return _Parser(text, later).parse()


class _Parser:
    def __init__(self, text: str, later: bool) -> None:
        self._tokens = Tokenizer(text, later=later)
        self._later = later
        self._depth = 0
        self._led: dict[str, tuple[int, Led]] = {
            **{operator: (power, self._binary) for operator, power in BINARY.items()},
            "(": (80, self._call),
            "[": (80, self._predicate),
            "{": (70, self._grouping),
            "^": (40, self._order),
            ":=": (BINDING_POWER, self._bind),
            "@": (FOCUS_POWER, self._focus),
            "#": (FOCUS_POWER, self._index),
            "?": (20, self._condition),
        }
        if later:
            self._led |= {"??": (40, self._coalesce), "?:": (40, self._default)}
        self._nud: dict[str, Callable[[Token], Node]] = {
            "-": self._negation,
            "(": self._block,
            "[": self._array,
            "{": self._object,
            "|": self._transform,
            "*": lambda token: _leaf(token, "wildcard"),
            "**": lambda token: _leaf(token, "descendant"),
            "%": lambda token: _leaf(token, "parent"),
        }
        self._token = Token("end", "(end)", 0, 0)
        self._advance()

    def parse(self) -> Node:
        tree = self._expression(0)
        if self._token.kind != "end":
            raise JsonataError("S0201", position=self._token.position, token=_quoted(self._token))
        return tree

    # The tokens.

    def _advance(self, *, infix: bool = False) -> Token:
        """Goes to the next token and gives the one that was current. `infix`: an operator may come next."""
        current = self._token
        self._token = token = self._tokens.next(infix=infix)
        if token.kind == "operator" and token.value in UNKNOWN:
            raise JsonataError("S0204", position=token.position, token=token.value)
        if token.kind == "regex":
            _check_regex(token)
        return current

    def _expect(self, operator: str, *, infix: bool = False) -> Token:
        token = self._token
        if not self._at(operator):
            code = "S0203" if token.kind == "end" else "S0202"
            raise JsonataError(code, position=token.position, token=_quoted(token), value=operator)
        return self._advance(infix=infix)

    def _at(self, operator: str) -> bool:
        return self._token.kind == "operator" and self._token.value == operator

    # Expressions.

    def _expression(self, power: int) -> Node:
        """The expression that starts at the current token, up to an operator that does not bind more than `power`."""
        self._depth += 1
        if self._depth > NESTING:
            raise JsonataError("U1001", position=self._token.position)
        left = self._term(self._advance(infix=True))
        while self._token.kind == "operator":
            binding, led = self._led.get(self._token.value, (0, self._binary))
            if binding <= power:
                break
            left = led(self._advance(), left)
        self._depth -= 1
        return left

    def _term(self, token: Token) -> Node:
        if token.kind != "operator":
            return _leaf(token, token.kind)
        if token.value in KEYWORDS:
            return _leaf(token, "operator")
        nud = self._nud.get(token.value)
        if nud is None:
            raise JsonataError("S0211", position=token.position, token=token.value)
        return nud(token)

    def _list(self, item: Callable[[], Node], closing: str) -> list[Node]:
        """Items between commas, up to `closing`, which is not taken."""
        items: list[Node] = []
        if self._at(closing):
            return items
        while True:
            items.append(item())
            if not self._at(","):
                return items
            self._advance()

    def _whole(self) -> Node:
        return self._expression(0)

    # Where a term is expected.

    def _negation(self, token: Token) -> Node:
        return Node("negation", "-", token.start, token.position, left=self._expression(NEGATION_POWER))

    def _block(self, token: Token) -> Node:
        items: list[Node] = []
        while not self._at(")"):
            items.append(self._whole())
            if not self._at(";"):
                break
            self._advance()
        self._expect(")", infix=True)
        return Node("block", "(", token.start, token.position, items=items)

    def _array(self, token: Token) -> Node:
        items = self._list(self._item, "]")
        self._expect("]", infix=True)
        return Node("array", "[", token.start, token.position, items=items)

    def _item(self) -> Node:
        """An item of an array constructor: an expression or a range."""
        item = self._whole()
        if not self._at(".."):
            return item
        token = self._token
        self._advance()
        return Node("binary", "..", item.start, token.position, left=item, right=self._whole())

    def _object(self, token: Token) -> Node:
        return Node("object", "{", token.start, token.position, pairs=self._pairs())

    def _pairs(self) -> list[tuple[Node, Node]]:
        """The pairs between braces, and the closing brace."""
        pairs: list[tuple[Node, Node]] = []
        while not (self._at("}") and not pairs):
            key = self._whole()
            self._expect(":")
            pairs.append((key, self._whole()))
            if not self._at(","):
                break
            self._advance()
        self._expect("}", infix=True)
        return pairs

    def _transform(self, token: Token) -> Node:
        items = [self._whole()]
        self._expect("|")
        items.append(self._whole())
        if self._at(","):
            self._advance()
            items.append(self._whole())
        self._expect("|")
        return Node("transform", "|", token.start, token.position, items=items)

    # Where an operator is expected.

    def _binary(self, token: Token, left: Node) -> Node:
        right = self._expression(BINARY[token.value])
        return Node("binary", token.value, left.start, token.position, left=left, right=right)

    def _call(self, token: Token, left: Node) -> Node:
        arguments = self._list(self._argument, ")")
        self._expect(")", infix=True)
        partial = any(argument.kind == "operator" and argument.value == "?" for argument in arguments)
        kind = "partial" if partial else "call"
        node = Node(kind, "(", left.start, token.position, left=left, items=arguments)
        if left.kind == "name" and left.value in ("function", "λ"):
            self._lambda(node)
        return node

    def _argument(self) -> Node:
        if self._at("?"):
            return _leaf(self._advance(), "operator")
        return self._whole()

    def _lambda(self, node: Node) -> None:
        """Makes a lambda of the call that it began as: reads its signature and its body."""
        for index, parameter in enumerate(node.items):
            if parameter.kind != "variable":
                raise JsonataError("S0208", position=parameter.position, token=_shown(parameter), value=index + 1)
        node.kind = "lambda"
        if self._at("<"):
            node.signature = self._signature()
        self._expect("{")
        node.left = self._whole()
        self._expect("}")

    def _signature(self) -> Signature:
        begin = self._token.position
        text = "<"
        depth = 1
        while depth > 0 and self._token.kind != "end" and not self._at("{"):
            self._advance()
            depth += self._at("<") - self._at(">")
            text += str(self._token.value)
        self._expect(">")
        try:
            return Signature(text, later=self._later)
        except JsonataError as error:
            error.position = begin + (error.position or 0)
            raise

    def _predicate(self, token: Token, left: Node) -> Node:
        if self._at("]"):
            kept = left
            while kept.kind == "predicate" and kept.left is not None:
                kept = kept.left
            kept.keep_array = True
            self._advance()
            return left
        right = self._whole()
        self._expect("]", infix=True)
        return Node("predicate", "[", left.start, token.position, left=left, right=right)

    def _grouping(self, token: Token, left: Node) -> Node:
        return Node("grouping", "{", left.start, token.position, left=left, pairs=self._pairs())

    def _order(self, token: Token, left: Node) -> Node:
        self._expect("(")
        terms: list[Term] = []
        while True:
            descending = self._at(">")
            if descending or self._at("<"):
                self._advance()
            terms.append(Term(self._whole(), descending))
            if not self._at(","):
                break
            self._advance()
        self._expect(")")
        return Node("order", "^", left.start, token.position, left=left, terms=terms)

    def _bind(self, token: Token, left: Node) -> Node:
        if left.kind != "variable":
            raise JsonataError("S0212", position=left.position, token=_shown(left))
        right = self._expression(BINDING_POWER - 1)
        return Node("bind", ":=", left.start, token.position, left=left, right=right)

    def _focus(self, token: Token, left: Node) -> Node:
        return self._beside("focus", token, left)

    def _index(self, token: Token, left: Node) -> Node:
        return self._beside("index", token, left)

    def _beside(self, kind: str, token: Token, left: Node) -> Node:
        right = self._expression(FOCUS_POWER)
        if right.kind != "variable":
            raise JsonataError("S0214", position=right.position, token=token.value)
        return Node(kind, token.value, left.start, token.position, left=left, right=right)

    def _condition(self, token: Token, left: Node) -> Node:
        items = [left, self._whole()]
        if self._at(":"):
            self._advance()
            items.append(self._whole())
        return Node("condition", "?", left.start, token.position, items=items)

    def _coalesce(self, token: Token, left: Node) -> Node:
        """`a ?? b`: `$exists(a) ? a : b`."""
        exists = Node("variable", "exists", left.start, left.position)
        test = Node("call", "(", left.start, token.position, left=exists, items=[copy.deepcopy(left)])
        return Node("condition", "??", left.start, token.position, items=[test, left, self._whole()])

    def _default(self, token: Token, left: Node) -> Node:
        """`a ?: b`: `a ? a : b`."""
        return Node("condition", "?:", left.start, token.position, items=[copy.deepcopy(left), left, self._whole()])


def _leaf(token: Token, kind: str) -> Node:
    return Node(kind, token.value, token.start, token.position)


def _shown(node: Node) -> Any:
    """The value of a node as an error quotes it."""
    return {} if isinstance(node.value, RegexLiteral) else node.value


def _quoted(token: Token) -> Any:
    return {} if isinstance(token.value, RegexLiteral) else token.value


def _check_regex(token: Token) -> None:
    """Refuses a regular expression that is none, where it is written."""
    from asl.jsonata.regex import compile_regex

    compile_regex(token.value.pattern, token.value.flags)
