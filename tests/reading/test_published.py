"""Definitions that people published, that validators' own tests call invalid, and that AWS was seen to take or refuse.

Read from ../shared (or where ASL_WORKFLOWS and ASL_CONFORMANCE say); skipped where that is absent.
"""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from asl.check import check
from asl.errors import DefinitionError
from asl.findings import Finding, render
from asl.parse import parse
from asl.parse.variables import variable_references
from asl.source import Document, from_value, read, read_text
from asl.source_text import PLACEHOLDER, placeholders

SHARED = Path(__file__).parents[3] / "shared"
WORKFLOWS = Path(os.environ.get("ASL_WORKFLOWS", SHARED / "workflows"))
CONFORMANCE = Path(os.environ.get("ASL_CONFORMANCE", SHARED / "conformance"))

needs_workflows = pytest.mark.skipif(not WORKFLOWS.is_dir(), reason=f"no definitions at {WORKFLOWS}")
needs_conformance = pytest.mark.skipif(not CONFORMANCE.is_dir(), reason=f"no recordings at {CONFORMANCE}")

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:Filled"

INVALID_DEFINITIONS = {
    "110-step-functions-wor-shared-fallback-state-jsonata-statemachine-statemachine": "QueryLanguage within States",
    "534-step-functions-age-state-machine-definition": "ItemReader and ResultWriter in a Map of Mode INLINE",
    "546-step-functions-age-web-search-agent": "calls States.Default, which does not exist",
    "356-accelerated-intell-pattern-1-statemachine-workflow": "a comma before a closing bracket",
    "452-service-icav2-wes-get-usage-sfn-template": "a comma before the closing bracket of a JSONata object",
    "537-step-functions-age-agent-with-tools-flow-template": "a template: names states that a tool puts in",
    "538-step-functions-age-dynamic-agent-template": "a template: words stand for its arrays",
    "540-step-functions-age-dynamic-sql-agent-template": "a template: words stand for its arrays",
    "543-step-functions-age-supervisor-agent-flow-template": "a template: a choice rule without fields",
    "544-step-functions-age-supervisor-with-agentcore": "Arguments in a Pass state",
    "398-eps-prescription-s-updateprescriptionstatusstatemachine": "unquoted text in a filter",
    "499-ipv-cri-check-hmrc-nino-issue-credential": "unquoted text in a filter",
}
"""Published definitions that are refused, and why. Whether AWS takes the last two is not recorded."""

ACCEPTED_INVALID = {
    "aslv-unreachable-state.json": "an unreachable state is a warning",
    "aslv-math-add.json": "the types of constant arguments of intrinsic calls are seen when they are called",
    "aslv-jsonata-surround-syntax-no-spaces.json": "spaces inside the marks of an expression are a matter of style",
    "aslv-task-alias-function.json": "the parts of a Lambda ARN are not judged",
    "localstack-invalid-jsonpath-in-heartbeatsecondspath.json": "valid; it fails when it runs",
    "localstack-invalid-jsonpath-in-outputpath.json": "valid; it fails when it runs",
}
"""Definitions that some validator's tests call invalid and that are taken here, and why."""


def manifest(folder: str) -> list[dict[str, Any]]:
    path = WORKFLOWS / folder / "manifest.json"
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    return found


def filled(text: str, name: str) -> Document:
    """The document with plausible values for `${X}` and `__X__`: an ARN for a Resource, numbers for numbers."""
    text = re.sub(r'("Resource"\s*:\s*")__\w+?__"', rf'\1{FUNCTION}"', text)
    text = re.sub(r'("(?:\w*Seconds|MaxConcurrency|MaxAttempts)"\s*:\s*)"\$\{[^}]*\}"', r"\g<1>10", text)
    text = re.sub(r"__\w+?__", "filled", text)
    values = {}
    for number, placeholder in enumerate(placeholders(text)):
        written = re.escape(f"${{{placeholder}}}")
        if re.search(rf'"Resource"\s*:\s*"{written}"', text):
            values[placeholder] = FUNCTION
        elif re.search(rf"\{{%\s*{written}\s*=", text):
            values[placeholder] = "true"
        elif re.search(rf"[:\[,]\s*{written}", text):
            values[placeholder] = '["x"]' if re.search("jsonencode|Arguments", placeholder) else "10"
        else:
            values[placeholder] = "aws" if "artition" in placeholder else f"filled{number}"
    return read_text(text, name, "json", values)


def is_distributed(value: Any) -> bool:
    if isinstance(value, dict):
        return value.get("Mode") == "DISTRIBUTED" or any(is_distributed(member) for member in value.values())
    return isinstance(value, list) and any(is_distributed(member) for member in value)


def errors(document: Document, type: Any = "STANDARD") -> list[Finding]:
    return [finding for finding in check(document, type) if finding.severity == "error"]


PUBLISHED = [
    pytest.param(entry, id=entry["id"], marks=pytest.mark.xfail(reason=reason) if reason else ())
    for entry in manifest("")
    for reason in [INVALID_DEFINITIONS.get(entry["id"])]
]


@needs_workflows
@pytest.mark.parametrize("entry", PUBLISHED)
def test_published_definitions_parse(entry: dict[str, Any]) -> None:
    text = (WORKFLOWS / entry["file"]).read_text(encoding="utf-8")
    document = filled(text, entry["file"])
    if is_distributed(document.value):
        findings = errors(document, entry["type"] or "STANDARD")
        assert [finding.rule for finding in findings] == ["not-yet"] * len(findings)
        assert findings
        return
    parse(document, entry["type"] or "STANDARD")


@needs_workflows
@pytest.mark.parametrize(
    "entry",
    [pytest.param(entry, id=entry["id"]) for entry in manifest("") if entry.get("yaml", "").endswith(".asl.yaml")],
)
def test_yaml_originals_say_the_same_as_json(entry: dict[str, Any]) -> None:
    from_yaml, from_json = read(WORKFLOWS / entry["yaml"]), read(WORKFLOWS / entry["file"])
    assert from_yaml.value == from_json.value
    for pointer in ("/StartAt", "/States"):
        assert from_yaml.locate(pointer) is not None


def problems(path: Path) -> list[Finding]:
    try:
        read(path)
    except DefinitionError as error:
        return list(error.findings)
    return []


@needs_workflows
def test_definitions_cut_from_templates_are_refused_for_their_tags() -> None:
    # Two of them go on with the template after the definition.
    allowed = ("the tag !", "there is text after the end")
    found = [problems(WORKFLOWS / entry["yaml"]) for entry in manifest("") if "yaml" in entry]
    assert sum(map(bool, found)) > 10
    assert all(finding.message.startswith(allowed) for findings in found for finding in findings)


INVALID = [
    pytest.param(
        entry, id=name, marks=pytest.mark.xfail(reason=ACCEPTED_INVALID[name]) if name in ACCEPTED_INVALID else ()
    )
    for entry in manifest("invalid")
    for name in [Path(entry["file"]).name]
]


@needs_workflows
@pytest.mark.parametrize("entry", INVALID)
def test_invalid_definitions_are_refused(entry: dict[str, Any]) -> None:
    with pytest.raises(DefinitionError) as refused:
        parse(read(WORKFLOWS / entry["file"]))
    assert all(finding.location is not None for finding in refused.value.findings)


# -- AWS's own answers -----------------------------------------------------------------------------------------------

CASES = sorted((CONFORMANCE / "aws" / "cases").glob("*/*.json"))


def recorded(*kinds: str) -> list[Any]:
    cases = []
    for path in CASES:
        case = json.loads(path.read_text(encoding="utf-8"))
        if case["kind"] in kinds and case["recorded_against"] == "aws":
            cases.append(case)
    return cases


def definitions(case: dict[str, Any]) -> list[Any]:
    found = [case.get("definition")]
    found += [
        machine["definition"] for machine in case.get("state_machines", ()) if not machine.get("create_must_fail")
    ]
    return [definition for definition in found if isinstance(definition, dict)]


@needs_conformance
def test_what_aws_took_is_taken() -> None:
    refused = []
    count = 0
    for case in recorded("execution", "mocked"):
        for definition in definitions(case):
            count += 1
            found = errors(from_value(definition), case.get("type") or "STANDARD")
            refused += [f"{case['id']}: {render(finding)}" for finding in found if finding.rule != "not-yet"]
    assert count > 200
    assert refused == []


@needs_conformance
def test_the_variables_that_states_read_are_those_aws_says() -> None:
    compared = 0
    for case in recorded("api"):
        described = case["snapshot"].get("describe_response", {}).get("variableReferences")
        if described is not None:
            (definition,) = definitions(case)
            assert variable_references(definition) == {name: sorted(read) for name, read in described.items()}
            compared += 1
    assert compared >= 10


@needs_conformance
def test_what_aws_refused_is_refused_in_its_words_and_place() -> None:
    compared = 0
    for case in recorded("validate"):
        for definition, type, message, pointer in refusals(case):
            try:
                found = errors(from_value(definition) if isinstance(definition, dict) else read_text(definition), type)
            except DefinitionError as error:
                found = list(error.findings)
            if pointer is None:
                assert found, case["id"]
                continue
            same = [finding for finding in found if message.strip() in finding.message]
            assert same, (case["id"], [render(finding) for finding in found])
            assert same[0].pointer.startswith(pointer.rstrip("/")), case["id"]
            compared += 1
    assert compared >= 10


def refusals(case: dict[str, Any]) -> list[tuple[Any, Any, str, str | None]]:
    """Definition, type, AWS's message and pointer of each refused definition of a case; the pointer may be missing."""
    expected = case["expected"]
    if "create_error" in expected:
        found = re.search(r"SCHEMA_VALIDATION_FAILED: (.*) at (/\S*)'", expected["create_error"]["Message"])
        return [(case["definition"], case["type"], found[1], found[2])] if found else []
    call = case["validate_calls"][0]
    definition = call["definition"] if "definition" in call else call["definition_raw"]
    return [
        (definition, call["args"].get("type") or "STANDARD", finding["message"], finding.get("location"))
        for finding in expected.get("validation", {}).get("diagnostics", ())
        if (finding.get("location") or "/").startswith("/")
    ]


def test_placeholder_names() -> None:
    assert [found[1] for found in PLACEHOLDER.finditer("${A} ${} ${AWS::Region} ${a.b-c} ${ x } ${'x'} $.${F}")] == [
        "A",
        "AWS::Region",
        "a.b-c",
        "x",
        "F",
    ]
