"""Definitions that must be refused: which rule, at which place, in which words."""

import json
from pathlib import Path
from typing import Any

import pytest

from asl.check import check
from asl.errors import DefinitionError
from asl.findings import render
from asl.parse import parse
from asl.source import read_text

TABLES = sorted((Path(__file__).parent.parent / "cases" / "malformed").glob("*.json"))
CASES = [
    pytest.param(case, id=f"{table.stem}: {case['name']}")
    for table in TABLES
    for case in json.loads(table.read_text(encoding="utf-8"))["cases"]
]


@pytest.mark.parametrize("case", CASES)
def test_is_refused_at_its_place(case: dict[str, Any]) -> None:
    with pytest.raises(DefinitionError) as refused:
        parse(
            read_text("\n".join(case["text"]), "file", case.get("format"), case.get("defines")),
            case.get("type", "STANDARD"),
        )
    findings = refused.value.findings
    first = next((finding for finding in findings if finding.rule == case["rule"]), findings[0])
    shown = "\n".join(render(finding) for finding in findings)
    assert first.rule == case["rule"], shown
    assert first.location is not None, shown
    assert f"{first.location.line}:{first.location.column}" == case["at"], shown
    assert case["message"] in first.message, shown
    assert case.get("hint", "") in (first.hint or ""), shown
    assert len(findings) == case.get("count", 1), shown
    assert [finding.severity for finding in findings] == ["error"] * len(findings)


def test_there_are_many_cases() -> None:
    assert len(CASES) >= 40


def test_findings_come_in_the_order_of_the_text() -> None:
    text = """{
      "States": {
        "A": {"Type": "Pass", "ResultPath": 5, "Next": "Nowhere", "Retry": []},
        "B": {"Type": "Wait", "Seconds": -1}
      },
      "StartAt": "C", "TimeoutSeconds": "x"
    }"""
    findings = check(read_text(text))
    places = [(finding.location.line, finding.location.column) for finding in findings if finding.location]
    assert places == sorted(places)
    assert [finding.rule for finding in findings if finding.severity == "error"] == [
        "wrong-type",
        "missing-transition-target",
        "unknown-field",
        "missing-field",
        "out-of-range",
        "missing-transition-target",
        "wrong-type",
    ]
