"""JSONata in pure Python, answering as the reference implementation does: values, error codes and messages.

    import asl.jsonata

    expression = asl.jsonata.compile("$sum(orders.(price * quantity))")
    expression.evaluate({"orders": [{"price": 2, "quantity": 3}]})  # 6

A compiled expression never changes: it may be kept and used from any number of threads. The language is that of
jsonata-js 2.0.6 (level "2.0.6", what AWS Step Functions runs, with its bounds), or of 2.2.2 (level "2.2").
"""

from __future__ import annotations

from typing import Any, Final, Literal, TypeAlias

from asl.jsonata import references
from asl.jsonata import text as json_text
from asl.jsonata.analysis import analyse
from asl.jsonata.calls import ODD_LISTS
from asl.jsonata.compiler import Program
from asl.jsonata.errors import LATER_MESSAGES, JsonataError
from asl.jsonata.expansion import may_expand
from asl.jsonata.functions import BUILT_IN
from asl.jsonata.operators import plain, plain_list
from asl.jsonata.parser import parse
from asl.jsonata.runtime import AWS, STANDALONE, Host, Limits, Run, SystemHost
from asl.jsonata.scopes import is_deeper
from asl.jsonata.sizes import LONGEST_TEXT, expanded_size
from asl.jsonata.values import UNDEFINED, Function, Outer, Value
from asl.recursion import make_room

Level: TypeAlias = Literal["2.0.6", "2.2"]

_HOST: Final = SystemHost()

NESTING: Final = 600
"""How deep an expression may be nested as it is written, more than may be evaluated: met long before Python's stack
ends, whoever calls."""

LARGER: Final = 16  # unrecorded: AWS refuses large results elsewhere
"""How much larger the JSON text of a result may be than one array or text in it."""

FUNCTION_NAMES: Final = frozenset(BUILT_IN)
"""The names of the built-in functions, without `$`."""

__all__ = [
    "AWS",
    "FUNCTION_NAMES",
    "STANDALONE",
    "UNDEFINED",
    "Expression",
    "Function",
    "Host",
    "JsonataError",
    "Level",
    "Limits",
    "SystemHost",
    "compile",
    "dumps",
]


class Expression:
    """A compiled expression. Make one with `compile`."""

    def __init__(self, text: str, level: Level) -> None:
        self.text = text
        self.level = level
        self._later = level == "2.2"
        self._limits = STANDALONE if self._later else AWS
        tree = parse(text, later=self._later)
        if is_deeper(tree, NESTING):
            raise JsonataError("U1001")
        self._tree = analyse(tree)
        self.references, self.context_names = references.find(self._tree)
        """The variables that it reads, those of the built-in functions among them; and what it reads of its data."""
        self.is_path = references.is_plain_path(self._tree)
        """Whether it only follows names from a variable, and so gives a part of its data."""
        self._may_expand = may_expand(self._tree)
        self._program = Program(self._tree, later=self._later, shadowed=frozenset())
        self._shadowed: dict[frozenset[str], Program] = {}

    def evaluate(
        self,
        data: Value,
        bindings: dict[str, Value] | None = None,
        host: Host | None = None,
        limits: Limits | None = None,
    ) -> Any:
        """The value for the input `data`, with `bindings` as variables (names without `$`); UNDEFINED if there is none.

        Raises JsonataError.
        """
        run = Run(host or _HOST, limits or self._limits)
        scope = {**bindings, "$": data} if bindings else {"$": data}
        context = Outer((data,)) if isinstance(data, list) else data
        try:
            program = self._program
            if program.static_names and not program.static_names.isdisjoint(scope):
                program = self._program_without(frozenset(program.static_names & scope.keys()))
            code = program.code if program.depth <= run.limits.depth else program.counted()
            result = code(context, scope, run)
        except RecursionError:
            raise JsonataError("U1001") from None
        except OverflowError:  # an integer of the data that no double can hold
            raise JsonataError("D1001") from None
        except JsonataError as error:
            if self._later and error.code in LATER_MESSAGES:
                error.details["template"] = LATER_MESSAGES[error.code]
            raise
        if self._may_expand and expanded_size(result) > LARGER * run.limits.memory:
            raise JsonataError("U1003")
        if run.nested:
            return plain(result)
        return result if type(result) not in ODD_LISTS else plain_list(result)

    def _program_without(self, shadowed: frozenset[str]) -> Program:
        """The program where variables have the names of built-in functions that it calls."""
        if shadowed not in self._shadowed:
            self._shadowed[shadowed] = Program(self._tree, later=self._later, shadowed=shadowed)
        return self._shadowed[shadowed]


def compile(text: str, level: Level = "2.0.6") -> Expression:
    """The expression written in `text`. Raises JsonataError with a code S... for what is not one."""
    make_room()
    try:
        return Expression(text, level)
    except RecursionError:
        raise JsonataError("U1001") from None


def dumps(value: Value, indent: int = 0) -> str:
    """What `JSON.stringify(value, null, indent)` gives: the JSON text of a result.

    Members without a value and functions are left out of objects and are null in arrays; one that stands alone is the
    word undefined. Numbers that are not finite are null. Raises JsonataError U1003 for a text beyond any bound.
    """
    if expanded_size(value) > LONGEST_TEXT:
        raise JsonataError("U1003")
    return json_text.dumps(value, indent)
