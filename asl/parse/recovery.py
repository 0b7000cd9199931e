"""Reads Retry and Catch. Ranges: Developer Guide, "Handling errors in Step Functions workflows"."""

from typing import Final, Literal, cast

from asl.limits import SECONDS
from asl.model import Catcher, Retrier
from asl.parse.fields import CATCHER_FIELDS, RETRIER_FIELDS, check_fields, require
from asl.parse.io import catcher_io
from asl.parse.report import Node, add, elements, integer, kind_of, number, one_of, report, text, unfilled
from asl.source_text import below

_MAX_DELAY_SECONDS: Final = 31_622_400


def retriers(node: Node) -> tuple[Retrier, ...]:
    """The retriers of a state; what is wrong in them is reported."""
    if "Retry" not in node.value or node.value["Retry"] == []:
        return ()
    found = []
    nodes = elements(node, "Retry", "a retrier")
    for retrier in nodes:
        check_fields(retrier, RETRIER_FIELDS)
        interval = integer(retrier, "IntervalSeconds", 1, SECONDS)
        attempts = integer(retrier, "MaxAttempts", 0, SECONDS)
        rate = number(retrier, "BackoffRate", 1.0)
        jitter = one_of(retrier, "JitterStrategy", ("FULL", "NONE"))
        found.append(
            Retrier(
                _error_equals(retrier, is_last=retrier is nodes[-1]),
                1 if interval is None else interval,
                3 if attempts is None else attempts,
                2.0 if rate is None else rate,
                integer(retrier, "MaxDelaySeconds", 1, _MAX_DELAY_SECONDS),
                cast(Literal["FULL", "NONE"], jitter or "NONE"),
            )
        )
    return tuple(found)


def catchers(node: Node) -> tuple[Catcher, ...]:
    """The catchers of a state; what is wrong in them is reported."""
    if "Catch" not in node.value or node.value["Catch"] == []:
        return ()
    found = []
    nodes = elements(node, "Catch", "a catcher")
    for catcher in nodes:
        check_fields(catcher, CATCHER_FIELDS)
        errors = _error_equals(catcher, is_last=catcher is nodes[-1])
        require(catcher, "Next")
        found.append(Catcher(errors, text(catcher, "Next") or "", catcher_io(catcher)))
    return tuple(found)


def _error_equals(node: Node, is_last: bool) -> tuple[str, ...]:
    if not require(node, "ErrorEquals"):
        return ()
    value = node.value["ErrorEquals"]
    if not isinstance(value, list):
        hint = f'write ["{value}"]' if isinstance(value, str) else None
        add(
            node,
            "wrong-type",
            f"ErrorEquals must be an array of error names, not {kind_of(value)}",
            "ErrorEquals",
            hint,
        )
        return ()
    if not value:
        add(node, "empty", "Value cannot be empty", "ErrorEquals", "name the errors, or States.ALL for any")
    for index, name in enumerate(value):
        pointer = below(below(node.pointer, "ErrorEquals"), index)
        if not isinstance(name, str):
            report(node.report, "wrong-type", pointer, f"an error name must be a string, not {kind_of(name)}")
        elif unfilled(node.report, pointer, name, "ErrorEquals"):
            continue
        elif name == "States.ALL" and len(value) > 1:
            hint = "it stands for any error: remove the other names, or give it a rule of its own at the end"
            report(node.report, "states-all", pointer, "States.ALL must stand alone in ErrorEquals", hint)
        elif name == "States.ALL" and not is_last:
            hint = "what stands after it could never match: move it to the end"
            report(node.report, "states-all", pointer, f"{node.kind} with States.ALL must be the last one", hint)
    return tuple(name for name in value if isinstance(name, str))
