"""A state machine definition as frozen dataclasses, named as in the Amazon States Language specification.

`asl.parse` builds these from a document; `asl.states` compiles them. Names are the specification's, in snake case
(`ResultPath` is `result_path`). Paths, intrinsic calls, JSONata expressions and payload templates are kept as written,
after they have been found valid. A field that may be null has `ABSENT` as its value when it was not written; a field
that takes a number or an expression is an `int` or the text of the expression, `{% ... %}`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Final, Literal, TypeAlias

from asl.values import ABSENT, JSON, Absent

QueryLanguage: TypeAlias = Literal["JSONPath", "JSONata"]
JitterStrategy: TypeAlias = Literal["FULL", "NONE"]


# -- input and output ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class JSONPathIO:
    """How a JSONPath state makes its input and its output. A path that is null in the definition is None."""

    language: ClassVar[QueryLanguage] = "JSONPath"
    input_path: str | None = "$"
    parameters: JSON | Absent = ABSENT
    result_selector: JSON | Absent = ABSENT
    result_path: str | None = "$"
    output_path: str | None = "$"
    assign: Mapping[str, JSON] | Absent = ABSENT


@dataclass(frozen=True, slots=True)
class JSONataIO:
    """How a JSONata state makes its input and its output."""

    language: ClassVar[QueryLanguage] = "JSONata"
    arguments: JSON | Absent = ABSENT
    output: JSON | Absent = ABSENT
    assign: Mapping[str, JSON] | Absent = ABSENT


IO: TypeAlias = JSONPathIO | JSONataIO
PLAIN_IO: Final = JSONPathIO()
"""What comes in goes out."""


# -- recovery --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Retrier:
    """One element of `Retry`. Times are in seconds."""

    error_equals: tuple[str, ...]
    interval_seconds: int = 1
    max_attempts: int = 3
    backoff_rate: float = 2.0
    max_delay_seconds: int | None = None
    jitter_strategy: JitterStrategy = "NONE"


@dataclass(frozen=True, slots=True)
class Catcher:
    """One element of `Catch`. Of its `io` only what a catcher has is used: ResultPath or Output, and Assign."""

    error_equals: tuple[str, ...]
    next: str
    io: IO = PLAIN_IO


# -- choice rules ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Comparison:
    """A data-test expression: `variable` compared by `operator` with `value`.

    `operator` is the field's name as written ("NumericEquals", "StringEqualsPath", "IsPresent" ...); for a `...Path`
    operator, `value` is the path.
    """

    variable: str
    operator: str
    value: JSON


@dataclass(frozen=True, slots=True)
class And:
    rules: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Or:
    rules: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    rule: "Condition"


Condition: TypeAlias = Comparison | And | Or | Not


@dataclass(frozen=True, slots=True)
class ChoiceRule:
    """One element of `Choices`: where to go when `condition` holds.

    The condition is JSONata's where it is the text of an expression or a boolean. `io` says what goes out when the rule
    holds, in place of the state's own.
    """

    condition: Condition | str | bool
    next: str
    io: IO = PLAIN_IO


# -- states ----------------------------------------------------------------------------------------------------------
# `pointer` is the JSON pointer of the state in its document, unique in a machine: "/States/A/Branches/0/States/B".
# `next` is None where the state has `"End": true`, or none of its own (Choice, Succeed, Fail).


@dataclass(frozen=True, slots=True)
class Pass:
    name: str
    pointer: str
    next: str | None
    io: IO = PLAIN_IO
    result: JSON | Absent = ABSENT


@dataclass(frozen=True, slots=True)
class Task:
    """`timeout_seconds`, `heartbeat_seconds`: None when not written."""

    name: str
    pointer: str
    next: str | None
    resource: str
    io: IO = PLAIN_IO
    timeout_seconds: int | str | None = None
    timeout_seconds_path: str | None = None
    heartbeat_seconds: int | str | None = None
    heartbeat_seconds_path: str | None = None
    credentials: JSON | Absent = ABSENT
    retry: tuple[Retrier, ...] = ()
    catch: tuple[Catcher, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """`io` says what goes out when no rule holds."""

    name: str
    pointer: str
    choices: tuple[ChoiceRule, ...]
    default: str | None = None
    io: IO = PLAIN_IO


@dataclass(frozen=True, slots=True)
class Wait:
    """Exactly one of the four times is not None."""

    name: str
    pointer: str
    next: str | None
    seconds: int | str | None = None
    seconds_path: str | None = None
    timestamp: str | None = None
    timestamp_path: str | None = None
    io: IO = PLAIN_IO


@dataclass(frozen=True, slots=True)
class Succeed:
    name: str
    pointer: str
    io: IO = PLAIN_IO


@dataclass(frozen=True, slots=True)
class Fail:
    """`error_path` and `cause_path` hold a path or an intrinsic call. Of its `io` only the query language matters."""

    name: str
    pointer: str
    error: str | None = None
    error_path: str | None = None
    cause: str | None = None
    cause_path: str | None = None
    io: IO = PLAIN_IO


@dataclass(frozen=True, slots=True)
class Parallel:
    name: str
    pointer: str
    next: str | None
    branches: tuple["Branch", ...]
    io: IO = PLAIN_IO
    retry: tuple[Retrier, ...] = ()
    catch: tuple[Catcher, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemReader:
    """Where the items of a Distributed Map come from. `arguments` is JSONPath's `Parameters`, JSONata's `Arguments`.

    `config` is the ReaderConfig as it is written; its MaxItems and MaxItemsPath are `max_items` and `max_items_path`.
    """

    resource: str
    arguments: JSON | Absent = ABSENT
    config: Mapping[str, JSON] = field(default_factory=dict)
    max_items: int | str | None = None
    max_items_path: str | None = None


@dataclass(frozen=True, slots=True)
class ItemBatcher:
    """How items are put together to batches, at most so many of them, or of their bytes. None: as many as there are."""

    max_items: int | str | None = None
    max_items_path: str | None = None
    max_bytes: int | str | None = None
    max_bytes_path: str | None = None
    batch_input: JSON | Absent = ABSENT


@dataclass(frozen=True, slots=True)
class Map:
    """A Map. The old `Iterator` is `item_processor`, the old `Parameters` is `item_selector`.

    `items_path` is JSONPath's; `items` is JSONata's: an array, an object, or an expression. What follows `io` and the
    recovery is for Mode DISTRIBUTED; an inline Map may have the tolerated failures, and ignores them.
    """

    name: str
    pointer: str
    next: str | None
    item_processor: "Branch"
    item_selector: JSON | Absent = ABSENT
    items_path: str = "$"
    items: JSON | Absent = ABSENT
    max_concurrency: int | str = 0
    max_concurrency_path: str | None = None
    io: IO = PLAIN_IO
    retry: tuple[Retrier, ...] = ()
    catch: tuple[Catcher, ...] = ()
    item_reader: ItemReader | None = None
    item_batcher: ItemBatcher | None = None
    tolerated_failure_count: int | str | None = None
    tolerated_failure_count_path: str | None = None
    tolerated_failure_percentage: float | str | None = None
    tolerated_failure_percentage_path: str | None = None


State: TypeAlias = Pass | Task | Choice | Wait | Succeed | Fail | Parallel | Map


@dataclass(frozen=True, slots=True)
class Branch:
    """States with an entry: a branch of a Parallel state, or the item processor of a Map."""

    start_at: str
    states: Mapping[str, State]


@dataclass(frozen=True, slots=True)
class StateMachine:
    """A whole definition. `definition` is the document it was parsed from, placeholders filled, as plain JSON."""

    start_at: str
    states: Mapping[str, State]
    comment: str | None = None
    version: str = "1.0"
    timeout_seconds: int | None = None
    query_language: QueryLanguage = "JSONPath"
    definition: JSON = field(default=None, repr=False, compare=False)
