"""`asl check`: says what is wrong with definitions."""

import json
import sys
from collections.abc import Mapping

import click

from asl.check import check
from asl.cli.task_parameters import check_task_parameters
from asl.cli.terminal import colour_wanted, is_terminal, width
from asl.errors import DefinitionError, InputError
from asl.findings import Finding, render
from asl.limits import WorkflowType
from asl.source import read
from asl.source_text import unused_defines
from asl.values import JSON


@click.command("check", short_help="say what is wrong with definitions")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--define", "-d", "defines", multiple=True, metavar="NAME=VALUE", help="Fill the placeholder ${NAME}.")
@click.option(
    "--type", "kind", type=click.Choice(["STANDARD", "EXPRESS"]), default="STANDARD",
    show_default=True, help="The workflow type that the definitions are for.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the findings as a JSON array.")
def command(files: tuple[str, ...], defines: tuple[str, ...], kind: WorkflowType, as_json: bool) -> None:
    """Check definitions (JSON or YAML; - reads standard input) and print what is wrong with them, with its place.

    Exit code: 0 without errors, 1 with errors, 2 when a file cannot be read or an option is wrong.
    """
    values = _parse_defines(defines)
    findings: list[Finding] = []
    problems: list[str] = []
    names: list[str] = []
    is_complete = True
    number_read = 0
    for file in files:
        try:
            document = read(file, values)
            names += document.placeholders
            findings += check(document, kind)
            findings += check_task_parameters(document)
        except DefinitionError as error:
            # A text that cannot be read as a document hides its placeholders.
            is_complete = False
            findings += error.findings
        except InputError as error:
            is_complete = False
            problems.append(str(error))
            continue
        number_read += 1
    if is_complete and (problem := unused_defines(values, names)):
        problems.append(problem)
    findings.sort(key=_place)
    if as_json:
        _echo(json.dumps([_as_json(finding) for finding in findings], indent=2))
    else:
        for finding in findings:
            _echo(_styled(finding))
        if number_read:
            _echo(_counts(findings, number_read))
    for problem in problems:
        click.echo(f"error: {problem}".encode("utf-8", "backslashreplace"), err=True)
    if problems:
        sys.exit(2)
    sys.exit(1 if any(finding.severity == "error" for finding in findings) else 0)


def _parse_defines(defines: tuple[str, ...]) -> Mapping[str, str]:
    values = {}
    for define in defines:
        name, equals, value = define.partition("=")
        if not name or not equals:
            click.echo(f"error: --define '{define}' is not NAME=VALUE; write --define Name=value", err=True)
            sys.exit(2)
        values[name] = value
    return values


def _place(finding: Finding) -> tuple[str, int, int]:
    place = finding.location
    return (place.file, place.line, place.column) if place else ("", 0, 0)


def _counts(findings: list[Finding], files: int) -> str:
    errors = sum(finding.severity == "error" for finding in findings)
    counts = (_counted(errors, "error"), _counted(len(findings) - errors, "warning"), _counted(files, "file"))
    return f"{counts[0]}, {counts[1]} in {counts[2]}"


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _as_json(finding: Finding) -> JSON:
    place = finding.location
    return {
        "file": place.file if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
        "severity": finding.severity,
        "rule": finding.rule,
        "pointer": finding.pointer,
        "message": finding.message,
        "hint": finding.hint,
    }


def _styled(finding: Finding) -> str:
    text = render(finding, width(sys.stdout) if is_terminal(sys.stdout) else None)
    if not colour_wanted(sys.stdout):
        return text
    colour = "red" if finding.severity == "error" else "yellow"
    lines = text.split("\n")
    lines[0] = lines[0].replace(f"{finding.severity}:", click.style(f"{finding.severity}:", fg=colour, bold=True), 1)
    return "\n".join(click.style(line, fg="cyan") if line.startswith("  hint: ") else line for line in lines)


def _echo(text: str) -> None:
    """Prints text that may hold what the terminal cannot show, such as half a surrogate pair."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    click.echo(text.encode(encoding, "backslashreplace").decode(encoding), color=colour_wanted(sys.stdout))
