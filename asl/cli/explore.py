"""`asl explore`: runs a machine under inputs and faults that nobody thought of, and says what goes wrong."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

from asl.cli.execution_options import DEFINE, FILE, TYPE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from asl.limits import WorkflowType
    from asl.machine import Machine
    from asl.testing.exploration.explorer import Example
    from asl.testing.exploration.problems import Problem
    from asl.testing.exploration.search import Report
    from asl.testing.exploration.unreached import Unreached
    from asl.values import JSON

EPILOG = """\b
Examples:
  asl explore order.asl.json
  asl explore order.asl.json --example @input.json --allow CardDeclined
  asl explore order.asl.json --input-schema order.schema.json

\b
Exit codes: 0 nothing goes wrong; 1 something does; 2 a wrong call.

What goes wrong is an execution that never ends, one that fails with an error
of the definition itself (States.Runtime, States.QueryEvaluationError ...), and
one that ends with an error which other states of the definition catch. With
--allow, every error but those allowed and those of Fail states counts.
"""


@click.command("explore", epilog=EPILOG)
@click.argument("file", type=FILE)
@click.option("--input-schema", type=FILE, metavar="FILE", help="A JSON Schema: inputs are what it allows.")
@click.option(
    "--example", "-e", "examples", multiple=True, metavar="JSON|@FILE",
    help="An example of an input: inputs are like those given.",
)  # fmt: skip
@click.option("--mock", "-m", type=FILE, metavar="FILE#CASE", help="Answer tasks from a mock file.")
@click.option("--allow", "allowed", multiple=True, metavar="ERROR", help="An error that executions may end with.")
@click.option(
    "--max-examples", type=click.IntRange(1, 1_000_000), default=1000, show_default=True, help="How many executions."
)
@click.option("--seed", type=int, default=0, help="Same seed, same executions.")
@click.option("--no-faults", is_flag=True, help="Let every task answer, and in time.")
@click.option(
    "--unexpected", is_flag=True,
    help="Let inputs and answers be other than the definition expects, too: fields missing, other types.",
)  # fmt: skip
@DEFINE
@TYPE
@click.option(
    "--as", "form", type=click.Choice(["pytest", "asltest", "none"]), default="pytest", show_default=True,
    help="How to write the test of what goes wrong: for pytest, or as a .asltest.yaml file.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def command(
    ctx: click.Context,
    *,
    file: str,
    input_schema: str | None,
    examples: tuple[str, ...],
    mock: str | None,
    allowed: tuple[str, ...],
    max_examples: int,
    seed: int,
    no_faults: bool,
    unexpected: bool,
    defines: tuple[str, ...],
    type_: WorkflowType,
    form: str,
    as_json: bool,
) -> None:
    """Run the state machine in FILE under many inputs and faults, and say what goes wrong.

    Inputs and the answers of tasks are made from what the definition reads, unless they are given. Any task may fail
    with any error of its service, time out, answer late, or never be answered. Each thing that goes wrong is told once,
    by the simplest execution that shows it, with a test that is ready to be pasted. Nothing reaches AWS.
    """
    if input_schema is not None and examples:
        raise click.UsageError("--input-schema and --example exclude each other: both say what inputs are like")

    from asl import config, source
    from asl.cli import arguments, terminal
    from asl.errors import InputError
    from asl.machine import default_name, from_document
    from asl.source_text import placeholders_of, pseudo_parameters, unused_defines
    from asl.testing.exploration.decorator import find_problems

    given = arguments.Given(ctx, config.read())
    defined = arguments.pairs("--define", defines, "Name=value")
    document = source.read(file, {**pseudo_parameters(), **given.table("define", defined)})
    if problem := unused_defines(defined, document.placeholders):
        raise InputError(problem)
    machine = from_document(document, "StateMachine" if file == "-" else default_name(file), given.value("type", type_))
    if unfilled := list(placeholders_of(document.value)):
        listed = ", ".join(f"${{{name}}}" for name in dict.fromkeys(unfilled))
        terminal.write_text(
            terminal.commentary(), f"warning: placeholders without a value stand for themselves: {listed}\n"
        )
    report = find_problems(
        machine,
        type=machine.type,
        inputs=_inputs(input_schema, examples, unexpected),
        mocks=mock,
        faults=not no_faults,
        allowed_errors=allowed or None,
        unexpected=unexpected,
        max_examples=max_examples,
        seed=seed,
    )
    name = f"{machine.name}.asl.json" if file == "-" else file
    _tell(report, machine, name, defined, form, as_json)
    ctx.exit(1 if report.examples else 0)


def _inputs(schema: str | None, examples: Sequence[str], unexpected: bool) -> Any:
    """The strategy of inputs; None where nothing is said of them."""
    from asl.cli.arguments import read_input
    from asl.testing import strategies

    if schema is not None:
        return strategies.inputs(schema=schema)
    if not examples:
        return None
    found = [json.loads(read_input(each, "--example") or "null") for each in examples]
    return strategies.from_examples(found, drop=unexpected)


def _tell(report: Report, machine: Machine, file: str, defined: Mapping[str, str], form: str, as_json: bool) -> None:
    from asl.cli import terminal
    from asl.testing.exploration.unreached import unreached

    missed = unreached(report)
    if as_json:
        terminal.write_result(_as_json(report, machine, file, defined, missed))
        return
    text = "\n".join([*_problems(report, machine, file, defined, form), *_missed(missed, file), _count(report)])
    terminal.write_text(sys.stdout, text + "\n")


def _problems(report: Report, machine: Machine, file: str, defined: Mapping[str, str], form: str) -> Iterator[str]:
    """What goes wrong, each with its simplest execution and a test."""
    from asl.cli.terminal import colour_wanted, is_terminal, width
    from asl.findings import render

    for example in report.examples:
        problem = _problem(example)
        text = render(problem.finding(machine), width(sys.stdout) if is_terminal(sys.stdout) else None)
        yield (
            text.replace("error:", click.style("error:", fg="red", bold=True), 1) if colour_wanted(sys.stdout) else text
        )
        faults = "; ".join(map(str, example.faults)) or "nothing goes wrong with a task"
        yield f"  so it is when {faults}, with the input {_short(example.input)}\n"
        if form != "none":
            yield "\n".join(
                f"    {line}".rstrip() for line in _test(example, machine, file, defined, form).splitlines()
            )
            yield ""


def _problem(example: Example) -> Problem:
    assert example.problem is not None, "examples of a report have one"
    return example.problem


def _test(example: Example, machine: Machine, file: str, defined: Mapping[str, str], form: str) -> str:
    from asl.testing.exploration.ready_test import as_asltest, as_pytest

    write = as_pytest if form == "pytest" else as_asltest
    return write(example, file, define=defined, type=machine.type)


def _short(value: JSON) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 300 else f"{text[:300]}…"


def _missed(missed: Sequence[Unreached], file: str) -> Iterator[str]:
    """What was not reached: first what cannot be."""
    for title, group in (
        ("Cannot be reached:", [each for each in missed if each.why]),
        ("Not reached by these executions:", [each for each in missed if not each.why]),
    ):
        if group:
            yield title
            for each in group:
                place = f"{file}:{each.item.line}:{each.item.column}: " if each.item.line else ""
                yield f"  {place}{each.item}{f': {each.why}' if each.why else ''}"
            yield ""


def _count(report: Report) -> str:
    number = len(report.examples)
    found = "nothing goes wrong" if not number else "1 problem" if number == 1 else f"{number} problems"
    return f"{found} in {report.runs:,} execution{'' if report.runs == 1 else 's'}"


def _as_json(
    report: Report, machine: Machine, file: str, defined: Mapping[str, str], missed: Sequence[Unreached]
) -> JSON:
    return {
        "executions": report.runs,
        "problems": [_example_as_json(each, machine, file, defined) for each in report.examples],
        "unreached": [
            {
                "kind": each.item.kind,
                "pointer": each.item.pointer,
                "state": each.item.name,
                "label": each.item.label or None,
                "line": each.item.line or None,
                "column": each.item.column or None,
                "cannotBeReached": each.why or None,
            }
            for each in missed
        ],
    }


def _example_as_json(example: Example, machine: Machine, file: str, defined: Mapping[str, str]) -> JSON:
    problem = _problem(example)
    place = problem.finding(machine).location
    return {
        "rule": problem.rule,
        "pointer": problem.pointer,
        "line": place.line if place else None,
        "column": place.column if place else None,
        "message": problem.message,
        "hint": problem.hint,
        "input": example.input,
        "faults": example.plan,
        "path": example.run.path,
        "tests": {
            "pytest": _test(example, machine, file, defined, "pytest"),
            "asltest": _test(example, machine, file, defined, "asltest"),
        },
    }
