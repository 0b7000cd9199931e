"""Checks a definition without raising: all that `asl.parse` refuses, and warnings about what is valid but odd."""

from collections.abc import Mapping

from asl.findings import Finding
from asl.limits import WorkflowType
from asl.parse import read_machine
from asl.parse.report import Report, in_text_order, report
from asl.parse.texts import check_texts
from asl.parse.transitions import is_terminal, scopes, transitions
from asl.parse.variables import check_variables
from asl.source import Document
from asl.source_text import below
from asl.values import JSON


def check(document: Document, type: WorkflowType = "STANDARD") -> tuple[Finding, ...]:
    """What is wrong with a document and what looks wrong, in the order of the text; () when nothing is.

    Findings have the severity "error" where a workflow of that type could not be created, else "warning".
    """
    _, errors = read_machine(document, type)
    warnings = Report(document, type)
    try:
        for pointer, scope in scopes(document.value):
            states = scope.get("States")
            start = scope.get("StartAt")
            if isinstance(states, dict) and isinstance(start, str) and start in states:
                _check_reachability(warnings, pointer, start, states)
        if isinstance(document.value, dict):
            check_variables(warnings)
            check_texts(warnings)
    except RecursionError:
        warnings.findings.clear()
    return tuple(in_text_order(document, errors + warnings.findings))


def _check_reachability(to: Report, pointer: str, start: str, states: Mapping[str, JSON]) -> None:
    """Warns of states that nothing leads to, and of states from which there is no way to an end."""
    place = below(pointer, "States")
    if not any(is_terminal(state) for state in states.values()):
        return
    onward = {name: [target for _, target in _transitions(state) if target in states] for name, state in states.items()}
    backward: dict[str, list[str]] = {name: [] for name in states}
    for name, targets in onward.items():
        for target in targets:
            backward[target].append(name)
    reached = _reachable([start], onward)
    # A wrong target is an error of its own: where it was meant to lead is not known.
    ends = [
        name
        for name, state in states.items()
        if is_terminal(state) or any(target not in states for _, target in _transitions(state))
    ]
    ending = _reachable(ends, backward)
    for name, state in states.items():
        if not isinstance(state, dict):
            continue
        if name not in reached:
            # differs-from-aws: AWS refuses a definition with an unreachable state; here it runs, with a warning
            hint = "no Next, Default, rule or catcher that starts at StartAt leads to it"
            report(
                to,
                "unreachable-state",
                below(place, name),
                f'State "{name}" is not reachable.',
                hint,
                True,
                None,
                "warning",
            )
        elif name not in ending:
            hint = "an execution that comes here can only end by an error or a time-out"
            message = f'State "{name}" has no way to an end.'
            report(to, "no-way-to-end", below(place, name), message, hint, True, None, "warning")


def _transitions(state: JSON) -> list[tuple[str, str]]:
    return list(transitions(state, "")) if isinstance(state, dict) else []


def _reachable(names: list[str], onward: Mapping[str, list[str]]) -> set[str]:
    reached: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += onward[name]
    return reached
