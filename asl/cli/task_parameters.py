"""Warns of parameters that the integration a task calls does not take, for `asl check`.

AWS refuses them when a state machine is created, or when the task is scheduled.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any

from asl.findings import Finding, did_you_mean
from asl.hosts.answers import Answers
from asl.integration import Settings
from asl.parse.report import Report, report
from asl.parse.transitions import task_states
from asl.source_text import below

if TYPE_CHECKING:
    from asl.source import Document


def check_task_parameters(document: Document) -> list[Finding]:
    """A warning for each field of a task's Parameters, or Arguments, that its integration does not have."""
    answers = Answers(None, None, Settings())
    warnings = Report(document, "STANDARD")
    with closing(answers), suppress(RecursionError):
        for pointer, _, state in task_states(document.value):
            _check(warnings, answers, pointer, state)
    return warnings.findings


def _check(warnings: Report, answers: Answers, pointer: str, state: Mapping[str, Any]) -> None:
    resource = str(state["Resource"])
    for field in ("Parameters", "Arguments"):
        given = state.get(field)
        if not isinstance(given, dict):
            continue
        integration = answers.integration(resource)
        description = integration.describe(resource) if integration is not None else None
        if description is None or not description.parameters:  # functions and activities take anything
            continue
        called = description.resource.split(":", 5)[5]
        for name in given:
            known = name.removesuffix(".$") if field == "Parameters" else name
            if known not in description.parameters:
                hint = did_you_mean(known, description.parameters)
                listed = f"it takes {', '.join(description.parameters)}" if len(description.parameters) < 9 else None
                message = f"{called} has no parameter '{known}'"
                place = below(below(pointer, field), name)
                report(warnings, "unknown-parameter", place, message, hint or listed, True, None, "warning")
