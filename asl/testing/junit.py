"""The outcomes of test cases as a JUnit XML report, which continuous integration services read.

There is no standard; this is the part that Jenkins, GitLab, GitHub actions and Azure understand alike: suites, their
cases, and in each case one of failure, error and skipped.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from asl.testing.asltest import Outcome

_REFUSED: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, not even as a reference (section 2.2)."""


@dataclass(frozen=True, slots=True)
class SuiteReport:
    """What became of the cases of one file. `error` is why it could not be read, None if it could."""

    path: Path
    outcomes: Sequence[Outcome] = ()
    error: str | None = None


def junit_xml(suites: Sequence[SuiteReport], seconds: float) -> str:
    """The report as text; `seconds` is how long all took, by the wall clock."""
    root = ElementTree.Element("testsuites", name="asl test")
    for suite in suites:
        _add_suite(root, suite)
    _count(
        root, [each for suite in suites for each in suite.outcomes], sum(bool(each.error) for each in suites), seconds
    )
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, "unicode") + "\n"


def _count(element: ElementTree.Element, outcomes: Sequence[Outcome], errors: int, seconds: float) -> None:
    element.set("tests", str(len(outcomes) + errors))
    element.set("failures", str(sum(bool(each.failures) for each in outcomes)))
    element.set("errors", str(errors))
    element.set("skipped", str(sum(each.skipped is not None for each in outcomes)))
    element.set("time", f"{seconds:.3f}")


def _add_suite(root: ElementTree.Element, suite: SuiteReport) -> None:
    path = suite.path.as_posix()
    element = ElementTree.SubElement(root, "testsuite", name=_clean(path))
    _count(element, suite.outcomes, int(suite.error is not None), sum(each.seconds for each in suite.outcomes))
    classname = _clean(path.replace("/", ".").strip("."))
    if suite.error is not None:
        case = ElementTree.SubElement(element, "testcase", classname=classname, name="the file", file=_clean(path))
        _add(case, "error", suite.error)
    for outcome in suite.outcomes:
        case = ElementTree.SubElement(
            element,
            "testcase",
            classname=classname,
            name=_clean(outcome.case.name),
            file=_clean(path),
            line=str(outcome.case.location.line),
            time=f"{outcome.seconds:.3f}",
        )
        if outcome.skipped is not None:
            ElementTree.SubElement(case, "skipped", message=_clean(outcome.skipped))
        elif outcome.failures:
            _add(case, "failure", outcome.text)
            ElementTree.SubElement(case, "system-out").text = _clean(outcome.story)


def _add(case: ElementTree.Element, kind: str, text: str) -> None:
    found = ElementTree.SubElement(case, kind, message=_clean(text.partition("\n")[0]))
    found.text = _clean(text)


def _clean(text: str) -> str:
    return _REFUSED.sub("\ufffd", text)
