"""Which fields each part of a definition has, by query language: one table, and the check of an object against it.

Sources: the states language specification; the Developer Guide's pages of the state types and "Transforming data".
"""

from collections.abc import Iterable
from typing import Final, TypeAlias

from asl.findings import did_you_mean
from asl.model import QueryLanguage
from asl.parse.report import Node, add

Languages: TypeAlias = tuple[QueryLanguage, ...]

_BOTH: Final[Languages] = ("JSONPath", "JSONata")
_JSONPATH: Final[Languages] = ("JSONPath",)
_JSONATA: Final[Languages] = ("JSONata",)

COMPARISONS: Final[dict[str, str]] = {
    "StringMatches": "pattern",
    **dict.fromkeys(("IsPresent", "IsNull", "IsString", "IsNumeric", "IsBoolean", "IsTimestamp"), "flag"),
    **{
        f"{kind}{relation}{path}": "path" if path else kind.lower()
        for kind in ("String", "Numeric", "Timestamp", "Boolean")
        for relation in ("Equals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
        for path in ("", "Path")
        if kind != "Boolean" or relation == "Equals"
    },
}
"""The comparison operators of Choice rules with what they compare with: "string", "numeric", "timestamp", "boolean",
"path" (to a value of the operator's type), "pattern", or "flag" (true or false)."""


def _table(both: str = "", jsonpath: str = "", jsonata: str = "") -> dict[str, Languages]:
    return {
        **dict.fromkeys(both.split(), _BOTH),
        **dict.fromkeys(jsonpath.split(), _JSONPATH),
        **dict.fromkeys(jsonata.split(), _JSONATA),
    }


_STATE: Final = "Type Comment QueryLanguage"
_ONWARD: Final = f"{_STATE} Next End Assign"

STATE_FIELDS: Final[dict[str, dict[str, Languages]]] = {
    "Task": _table(
        f"{_ONWARD} Resource Credentials TimeoutSeconds HeartbeatSeconds Retry Catch",
        "InputPath Parameters ResultSelector ResultPath OutputPath TimeoutSecondsPath HeartbeatSecondsPath",
        "Arguments Output",
    ),
    "Wait": _table(f"{_ONWARD} Seconds Timestamp", "InputPath OutputPath SecondsPath TimestampPath", "Output"),
    "Pass": _table(_ONWARD, "InputPath Parameters Result ResultPath OutputPath", "Output"),
    "Succeed": _table(_STATE, "InputPath OutputPath", "Output"),
    "Fail": _table(f"{_STATE} Error Cause", "ErrorPath CausePath"),
    "Choice": _table(f"{_STATE} Choices Default Assign", "InputPath OutputPath", "Output"),
    "Parallel": _table(
        f"{_ONWARD} Branches Retry Catch",
        "InputPath Parameters ResultSelector ResultPath OutputPath",
        "Arguments Output",
    ),
    "Map": _table(
        f"{_ONWARD} ItemProcessor Iterator ItemSelector MaxConcurrency Retry Catch"
        " ItemReader ItemBatcher ResultWriter Label ToleratedFailureCount ToleratedFailurePercentage",
        "InputPath ItemsPath Parameters MaxConcurrencyPath ResultSelector ResultPath OutputPath"
        " ToleratedFailureCountPath ToleratedFailurePercentagePath",
        "Items Output",
    ),
}
"""The fields of each state type, in the order in which AWS lists the types."""

DISTRIBUTED_FIELDS: Final = ("ItemReader", "ItemBatcher", "ResultWriter")
"""Fields that only a Distributed Map has; the others of that mode are taken and ignored by an inline Map."""

MACHINE_FIELDS: Final = _table("Comment QueryLanguage StartAt States TimeoutSeconds Version")
BRANCH_FIELDS: Final = _table("Comment StartAt States")
PROCESSOR_FIELDS: Final = _table("Comment ProcessorConfig StartAt States")
PROCESSOR_CONFIG_FIELDS: Final = _table("Mode ExecutionType")
ITEM_READER_FIELDS: Final = _table("Resource ReaderConfig", "Parameters", "Arguments")
READER_CONFIG_FIELDS: Final = _table(
    "InputType CSVDelimiter CSVHeaderLocation CSVHeaders ItemsPointer ManifestType MaxItems Transformation",
    "MaxItemsPath",
)
ITEM_BATCHER_FIELDS: Final = _table(
    "BatchInput MaxInputBytesPerBatch MaxItemsPerBatch", "MaxInputBytesPerBatchPath MaxItemsPerBatchPath"
)
RETRIER_FIELDS: Final = _table(
    "Comment ErrorEquals IntervalSeconds MaxAttempts BackoffRate MaxDelaySeconds JitterStrategy"
)
CATCHER_FIELDS: Final = _table("Comment ErrorEquals Next Assign", "ResultPath", "Output")
RULE_FIELDS: Final = _table("Comment Next Assign", f"Variable And Or Not {' '.join(COMPARISONS)}", "Condition Output")
CONDITION_FIELDS: Final = _table("Comment", f"Variable And Or Not {' '.join(COMPARISONS)}")

_IN_JSONPATH: Final = {
    "Arguments": "use Parameters",
    "Output": "use ResultSelector, ResultPath and OutputPath",
    "Items": "use ItemsPath",
    "Condition": "give the rule a Variable and a comparison, such as StringEquals",
}
_IN_JSONATA: Final = {
    "InputPath": "use Arguments, with expressions that read $states.input",
    "Parameters": "use Arguments, with expressions that read $states.input",
    "ResultSelector": "use Output or Assign, with expressions that read $states.result",
    "ResultPath": "use Output or Assign: $merge([$states.input, {'name': $states.result}]) adds to the input",
    "OutputPath": "use Output",
    "Result": "use Output",
    "ItemsPath": "use Items",
    **dict.fromkeys(
        ("Variable", "And", "Or", "Not", *COMPARISONS),
        'use Condition, with an expression such as "{% $states.input.total > 100 %}"',
    ),
}
"""What stands for a field in the other language; `Arguments` is put right for the states that have none."""


def check_fields(node: Node, fields: dict[str, Languages]) -> None:
    """Reports the fields that the object cannot have."""
    for name in node.value:
        languages = fields.get(name)
        if languages is None:
            add(
                node,
                "unknown-field",
                f"Field '{name}' is not supported",
                name,
                hint=_unknown_field_hint(node, name, fields),
                key=True,
            )
        elif node.language not in languages:
            other = languages[0]
            add(
                node,
                "query-language",
                f"The QueryLanguage is set to '{node.language}', but field '{name}' "
                f"is only supported for the '{other}' QueryLanguage",
                name,
                hint=_language_hint(node, name, fields),
                key=True,
            )


def _language_hint(node: Node, name: str, fields: dict[str, Languages]) -> str:
    """What to write instead of a field of the other query language."""
    if node.language == "JSONPath":
        return f'set "QueryLanguage": "JSONata" for the state or the machine; or in JSONPath {_IN_JSONPATH[name]}'
    if node.kind == "a catcher":
        return "in JSONata use Output or Assign, with expressions that read $states.errorOutput"
    instead = _IN_JSONATA.get(name, f"{name.removesuffix('Path')} itself takes an expression")
    if "Arguments" not in fields and "Arguments" in instead:
        field = "ItemSelector" if name == "Parameters" and "ItemSelector" in fields else "Output"
        instead = instead.replace("Arguments", field) if field in fields else "expressions read $states.input"
    return f"in JSONata {instead}"


def require(node: Node, *names: str) -> bool:
    """Whether the object has all these fields; reports the one that is missing, in AWS's words."""
    missing = [name for name in names if name not in node.value]
    for name in missing:
        add(node, "missing-field", f"The field '{name}' is required but was missing", hint=f"{node.kind} needs {name}")
    return not missing


def exclusive(node: Node, *names: str) -> None:
    """Reports when the object has more than one of these fields."""
    present = [name for name in node.value if name in names]
    for name in present[1:]:
        add(
            node,
            "exclusive-fields",
            f"{present[0]} and {name} exclude each other",
            name,
            hint=f"{node.kind} has at most one of {_listed(names, 'and')}",
            key=True,
        )


def exactly_one(node: Node, *names: str) -> None:
    """Reports when the object has none, or more than one, of these fields."""
    exclusive(node, *names)
    if not any(name in node.value for name in names):
        add(node, "missing-field", f"{node.kind} needs one of {_listed(names, 'or')}")


def _unknown_field_hint(node: Node, name: str, fields: dict[str, Languages]) -> str | None:
    usable = [known for known, languages in fields.items() if node.language in languages and known not in node.value]
    state_types = [kind for kind, table in STATE_FIELDS.items() if name in table]
    if name in ("Next", "End"):
        match node.kind:
            case "a Choice state":
                return "a Choice state goes on by its rules' Next and by Default"
            case "a Succeed state" | "a Fail state":
                return f"{node.kind} is always an end"
            case "a condition":
                return "Next belongs to the outermost rule only"
    if state_types and node.kind.endswith(" state"):
        own = did_you_mean(name, [known for known in usable if known.lower() == name.lower()])
        return own or f"{name} is a field of {_listed(state_types, 'and')} states"
    return did_you_mean(name, usable) or (
        None if len(usable) > 20 else f"the fields of {node.kind} are {_listed(list(fields), 'and')}"
    )


def _listed(names: Iterable[str], word: str) -> str:
    *before, last = names
    return f"{', '.join(before)} {word} {last}" if before else last
