"""`asl jsonata`: evaluates an expression on data, to try it out."""

from __future__ import annotations

import json
import sys
import time
import uuid
from random import Random
from typing import TYPE_CHECKING, Literal

import click

if TYPE_CHECKING:
    from asl.jsonata import JsonataError

EPILOG = """\b
Examples:
  asl jsonata '$sum(items.price)' --input '{"items": [{"price": 3}, {"price": 4}]}'
  asl jsonata '{% $states.input.n + $step %}' --input '{"n": 1}' --var step=2
  aws stepfunctions describe-execution ... | asl jsonata 'output ~> $parse' --input -

Exit codes: 0 there is a result, or none (undefined); 1 the evaluation failed; 2 the expression, or the call, is wrong.
"""


@click.command("jsonata", epilog=EPILOG)
@click.argument("expression", metavar="EXPR")
@click.option("--input", "-i", "input_", metavar="JSON|@FILE|-", help="The data: JSON, a file, or standard input.")
@click.option("--var", "-v", "variables", multiple=True, metavar="NAME=JSON", help="A variable, $NAME.")
@click.option(
    "--level", type=click.Choice(["2.0.6", "2.2"]), default="2.0.6",
    help="The level of the language; 2.0.6 is that of Step Functions, with its limits.",
)  # fmt: skip
@click.option("--seed", default="0", help="Same seed, same random numbers and ids.")
@click.option("--compact", "-c", is_flag=True, help="Print the result on one line.")
@click.pass_context
def command(
    ctx: click.Context,
    *,
    expression: str,
    input_: str | None,
    variables: tuple[str, ...],
    level: Literal["2.0.6", "2.2"],
    seed: str,
    compact: bool,
) -> None:
    """Evaluate the JSONata expression EXPR, with or without {% %} around it, and print its result as JSON.

    The data is both the context ($) and $states.input.
    """
    from asl import jsonata
    from asl.cli import arguments

    text = arguments.read_input(input_)
    data = jsonata.UNDEFINED if text is None else json.loads(text)
    bindings = arguments.variables(variables)
    bindings.setdefault("states", {} if text is None else {"input": data})
    if expression.startswith("{%") and expression.endswith("%}"):
        expression = expression[2:-2].strip()
    try:
        compiled = jsonata.compile(expression, level)
    except jsonata.JsonataError as error:
        click.echo(_shown(expression, error), err=True)
        ctx.exit(2)
    try:
        result = compiled.evaluate(data, bindings, _SeededHost(seed))
    except jsonata.JsonataError as error:
        click.echo(_shown(expression, error), err=True)
        ctx.exit(1)
    if result is jsonata.UNDEFINED:
        click.echo("nothing (undefined); a field of a state would fail with this", err=True)
        return
    if isinstance(result, jsonata.Function):
        click.echo("error: the result is a function, which is no data", err=True)
        ctx.exit(1)
    sys.stdout.write(jsonata.dumps(result, indent=0 if compact else 2) + "\n")


class _SeededHost:
    """The clock of this machine, and random numbers that a seed repeats."""

    def __init__(self, seed: str) -> None:
        self._random = Random(seed)

    def millis(self) -> int:
        return time.time_ns() // 1_000_000

    def random(self) -> float:
        return self._random.random()

    def uuid(self) -> str:
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))


def _shown(expression: str, error: JsonataError) -> str:
    """The error, with the place in the expression below it."""
    place = error.start_in(expression)
    lines = [f"error: {error}"]
    if place is not None:
        begin = expression.rfind("\n", 0, place) + 1
        line = expression[begin:].partition("\n")[0]
        lines += [f"  {line}", f"  {' ' * (place - begin)}^"]
    return "\n".join(lines)
