"""Text to segments: the grammar of JSONPath as Jayway reads it, by recursive descent.

path     = "$" segment*
segment  = "." name | "." name "(" arguments ")" | ".*" | "[" selector "]" | ".." (name | "*" | "[" selector "]")
selector = "*" | quoted ("," quoted)* | index ("," index)* | [int] ":" [int] [":" [int]] | "?(" test ")"
test     = and ("||" and)*     and = not ("&&" not)*     not = "!" not | "(" test ")" | operand [operator operand]
operand  = "@" segment* | "$" segment* | string | number | true | false | null | "/" regex "/" flags | "[" literals "]"
"""

import json
import re
from typing import Final, NoReturn

from asl.jsonpath.errors import JSONPathError
from asl.jsonpath.segments import (
    Both,
    Compare,
    Descendants,
    Either,
    Exists,
    Filter,
    Function,
    Index,
    Indexes,
    Literal,
    Name,
    Names,
    Negated,
    Operand,
    Query,
    Regex,
    Segment,
    Slice,
    Test,
    Wildcard,
)

FUNCTIONS: Final = {
    "avg": 0, "length": 0, "max": 0, "min": 0, "stddev": 0, "sum": 0, "size": 0, "keys": 0, "first": 0, "last": 0,
    "index": 1, "concat": None, "append": None,
}  # fmt: skip
"""The functions that may end a path, with their number of arguments (None: any)."""

OPERATORS: Final = (
    "==", "!=", "<=", ">=", "=~", "<", ">",
    "in", "nin", "subsetof", "anyof", "noneof", "size", "empty", "contains",
)  # fmt: skip

_NAME: Final = re.compile(r"[^\s.\[\]()'\",*?:&|!=<>~+/\\]+")
_INT: Final = re.compile(r"-?\d+")
_NUMBER: Final = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_SPACE: Final = re.compile(r"[ \t\r\n]*")
_WORD: Final = re.compile(r"[A-Za-z]+")
_LETTERS: Final = re.compile(r"[A-Za-z]*")
_DEEPEST: Final = 100
_DIGITS: Final = 18
_LONGEST_NUMBER: Final = 300
_FLAGS: Final = {
    "d": re.RegexFlag(0), "i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL, "x": re.VERBOSE, "u": re.UNICODE,
}  # fmt: skip


def parse(text: str) -> tuple[Segment, ...]:
    """The segments of a path. Raises JSONPathError."""
    parser = _Parser(text)
    parser.space()  # Jayway takes blanks around a path
    if not parser.takes("$"):
        parser.fail("a path must start with '$'")
    segments = parser.segments()
    parser.space()
    if parser.at < len(text):
        parser.fail(f"unexpected {text[parser.at]!r}; a path goes on with '.name' or '[...]'")
    return segments


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.depth = 0

    def fail(self, message: str, at: int | None = None) -> NoReturn:
        raise JSONPathError(self.text, self.at if at is None else at, message)

    def space(self) -> None:
        match = _SPACE.match(self.text, self.at)
        if match:
            self.at = match.end()

    def takes(self, token: str) -> bool:
        if self.text.startswith(token, self.at):
            self.at += len(token)
            return True
        return False

    def expect(self, token: str, why: str) -> None:
        self.space()
        if not self.takes(token):
            self.fail(why)

    # -- paths -----------------------------------------------------------------------------------------------------

    def segments(self) -> tuple[Segment, ...]:
        found: list[Segment] = []
        while True:
            if found and isinstance(found[-1], Function):
                return tuple(found)
            if self.takes(".."):
                start = self.at
                found.append(Descendants())
                found.append(self.bracket() if self.takes("[") else self.member())
                if isinstance(found[-1], Function):
                    self.fail("a name, '*' or '[' must follow '..', not a function", start)
            elif self.takes("."):
                if self.takes("["):  # `$.[0]` and `$.['a']`, which definitions in use have
                    found.append(self.bracket())
                else:
                    found.append(self.member())
            elif self.takes("["):
                found.append(self.bracket())
            elif self.text.endswith("]", 0, self.at) and _NAME.match(self.text, self.at):
                found.append(self.member())  # Jayway needs no dot there: `$.list[0]name`
            else:
                return tuple(found)

    def member(self) -> Segment:
        """What follows a dot."""
        if self.takes("*"):
            return Wildcard()
        start = self.at
        match = _NAME.match(self.text, self.at)
        if match is None:
            self.fail("a name, '*' or '[' must follow the dot; quote odd names: ['the name']")
        self.at = match.end()
        name = match.group()
        if not self.takes("("):
            return Name(name)
        if name not in FUNCTIONS:
            self.fail(f"there is no function '{name}'; there are {', '.join(sorted(FUNCTIONS))}", start)
        arguments: list[Operand] = []
        self.space()
        while not self.takes(")"):
            argument_at = self.at
            argument = self.operand()
            if isinstance(argument, Regex):
                self.fail("a regular expression is no argument of a function", argument_at)
            arguments.append(argument)
            self.space()
            if not self.takes(","):
                self.expect(")", "a ')' is missing after the function's arguments")
                break
            self.space()
        wanted = FUNCTIONS[name]
        if wanted is not None and len(arguments) != wanted:
            self.fail(f"{name}() takes {wanted} arguments, not {len(arguments)}", start)
        return Function(name, tuple(arguments))

    def bracket(self) -> Segment:
        """What stands after `[`, its `]` included."""
        self.space()
        if self.takes("*"):
            segment: Segment = Wildcard()
        elif self.takes("?"):
            self.expect("(", "a filter is written [?(...)]")
            segment = Filter(self.test())
            self.expect(")", "the ')' of the filter is missing")
        elif self.text[self.at : self.at + 1] in ("'", '"'):
            names = [self.quoted()]
            self.space()
            while self.takes(","):
                self.space()
                names.append(self.quoted())
                self.space()
            segment = Name(names[0]) if len(names) == 1 else Names(tuple(names))
        else:
            segment = self.positions()
        self.expect("]", "a ']' is missing")
        return segment

    def positions(self) -> Segment:
        first = self.integer()
        self.space()
        if self.takes(":"):
            self.space()
            stop = self.integer()
            self.space()
            step = None
            if self.takes(":"):
                self.space()
                step = self.integer()
                if step is not None and step < 1:
                    self.fail("the step of a slice must be positive")
            return Slice(first, stop, step)
        if first is None:
            self.fail("expected a quoted name, an index, a slice, '*' or a filter '?(...)' between the brackets")
        indexes = [first]
        while self.takes(","):
            self.space()
            index = self.integer()
            if index is None:
                self.fail("an index is missing after the comma")
            indexes.append(index)
            self.space()
        return Index(first) if len(indexes) == 1 else Indexes(tuple(indexes))

    def integer(self) -> int | None:
        match = _INT.match(self.text, self.at)
        if match is None:
            return None
        if len(match.group()) > _DIGITS:
            self.fail("the number is too large")
        self.at = match.end()
        return int(match.group())

    def quoted(self) -> str:
        """A text in single or double quotes; a backslash escapes as in JSON, and any quote."""
        quote = self.text[self.at : self.at + 1]
        if quote not in ("'", '"') or not quote:
            self.fail("a quoted name is missing")
        start = self.at
        self.at += 1
        chars: list[str] = []
        while self.at < len(self.text):
            char = self.text[self.at]
            self.at += 1
            if char == quote:
                return "".join(chars)
            if char == "\\":
                escaped = self.text[self.at : self.at + 1]
                length = 5 if escaped == "u" else 1
                sequence = self.text[self.at : self.at + length]
                self.at += length
                try:
                    chars.append(json.loads(f'"\\{sequence}"') if escaped in "bfnrtu/" else escaped)
                except ValueError:
                    self.fail(f"'\\{sequence}' is no escape", self.at - length - 1)
            else:
                chars.append(char)
        self.fail(f"the quote {quote} is never closed", start)

    # -- filters ---------------------------------------------------------------------------------------------------

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > _DEEPEST:
            self.fail("the filter is nested too deep")

    def test(self) -> Test:
        tests = [self.conjunction()]
        while self.operator_ahead("||"):
            tests.append(self.conjunction())
        return tests[0] if len(tests) == 1 else Either(tuple(tests))

    def conjunction(self) -> Test:
        tests = [self.negation()]
        while self.operator_ahead("&&"):
            tests.append(self.negation())
        return tests[0] if len(tests) == 1 else Both(tuple(tests))

    def operator_ahead(self, token: str) -> bool:
        self.space()
        return self.takes(token)

    def negation(self) -> Test:
        self.space()
        if self.takes("!"):
            self.deeper()
            negated = Negated(self.negation())
            self.depth -= 1
            return negated
        if self.takes("("):
            self.deeper()
            test = self.test()
            self.expect(")", "a ')' is missing in the filter")
            self.depth -= 1
            return test
        start = self.at
        left = self.operand()
        self.space()
        operator = next((each for each in OPERATORS if self.text.startswith(each, self.at)), None)
        if operator is not None and operator.isalpha():
            word = _WORD.match(self.text, self.at)
            if word is None or word.group() not in OPERATORS:
                operator = None
            else:
                operator = word.group()
        if operator is None:
            if isinstance(left, Query):
                return Exists(left)
            self.fail("a test needs an operator, or a path that starts with '@'", start)
        self.at += len(operator)
        self.space()
        return Compare(operator, left, self.operand())

    def operand(self) -> Operand:
        self.deeper()
        operand = self.shallow_operand()
        self.depth -= 1
        return operand

    def shallow_operand(self) -> Operand:
        self.space()
        head = self.text[self.at : self.at + 1]
        if head in ("@", "$") and head:
            self.at += 1
            return Query(head == "$", self.segments())
        if head in ("'", '"') and head:
            return Literal(self.quoted())
        if head == "/":
            return self.regex()
        if head == "[":
            return self.literals()
        number = _NUMBER.match(self.text, self.at)
        if number:
            if len(number.group()) > _LONGEST_NUMBER:
                self.fail("the number is too long")
            self.at = number.end()
            return Literal(json.loads(number.group()))
        word = _WORD.match(self.text, self.at)
        if word and word.group() in ("true", "false", "null"):
            self.at = word.end()
            return Literal(json.loads(word.group()))
        self.fail("expected '@...', '$...', a quoted text, a number, true, false, null, /regex/ or [list]")

    def literals(self) -> Literal:
        self.at += 1
        values = []
        self.space()
        while not self.takes("]"):
            value = self.operand()
            if not isinstance(value, Literal):
                self.fail("a list in a filter holds values only")
            values.append(value.value)
            self.space()
            if not self.takes(","):
                self.expect("]", "a ']' is missing after the list")
                break
            self.space()
        return Literal(values)

    def regex(self) -> Regex:
        start = self.at
        end = self.at + 1
        while end < len(self.text) and self.text[end] != "/":
            end += 2 if self.text[end] == "\\" else 1
        if end >= len(self.text):
            self.fail("the regular expression is never closed", start)
        pattern = self.text[start + 1 : end]
        letters = _LETTERS.match(self.text, end + 1)
        assert letters is not None, "matches nothing too"
        flags = re.RegexFlag(0)
        for letter in letters.group():
            if letter not in _FLAGS:
                self.fail(f"'{letter}' is no flag of a regular expression; there are {', '.join(_FLAGS)}", end + 1)
            flags |= _FLAGS[letter]
        self.at = letters.end()
        try:
            return Regex(re.compile(pattern, flags))
        except (re.error, OverflowError, RecursionError) as wrong:
            self.fail(f"not a regular expression: {wrong}", start)
