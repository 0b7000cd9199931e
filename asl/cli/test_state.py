"""`asl test-state`: one state, tested as `aws stepfunctions test-state` does it, on this machine."""

from __future__ import annotations

from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Any

import click

from asl.cli.execution_options import ACCOUNT, AWS, DEFINE, ENDPOINT_URL, LAMBDA, REGION

if TYPE_CHECKING:
    from asl.integration import AwsMode

EPILOG = """\b
Examples:
  asl test-state --definition file://charge.json --input '{"amount": 12}'
  asl test-state --cli-input-json file://request.json
  asl test-state --definition file://order.asl.json --state-name Charge \\
      --mock 'errorOutput={error=CardDeclined}' --inspection-level DEBUG

Options are those of the AWS CLI; the value of each can be file://FILE. A Task without --mock is answered by what
--lambda, --endpoint-url and --aws name.

Exit codes: 0 the state was tested, whatever came of it; 2 a wrong call, or a task that nothing answers.
"""


_MOCKS = """'{"result": "{}"}' or 'errorOutput={error=NAME,cause=TEXT}'"""
_COUNTS = ("retrierRetryCount", "mapIterationFailureCount")


@click.command("test-state", epilog=EPILOG)
@click.option("--cli-input-json", metavar="FILE|JSON", help="The whole request; other options go over what it says.")
@click.option("--definition", metavar="JSON", help="A state, or a whole state machine.")
@click.option("--state-name", metavar="NAME", help="The state of the machine to test.")
@click.option("--input", "-i", "input_", metavar="JSON", help="The state's input (default {}).")
@click.option("--inspection-level", metavar="INFO|DEBUG|TRACE", help="How much of the data flow to show.")
@click.option("--mock", metavar="STRUCTURE", help="result=JSON or errorOutput={error=NAME,cause=TEXT}.")
@click.option("--context", metavar="JSON", help="The context object, for a state with a mock.")
@click.option("--variables", metavar="JSON", help="The variables that are assigned before.")
@click.option("--role-arn", metavar="ARN", help="The execution role; a Task without a mock needs one.")
@click.option("--state-configuration", metavar="STRUCTURE", help="retrierRetryCount=NUMBER and others.")
@click.option("--reveal-secrets/--no-reveal-secrets", default=None, help="Show secrets of HTTP tasks.")
@DEFINE
@LAMBDA
@AWS
@ENDPOINT_URL
@REGION
@ACCOUNT
@click.pass_context
def command(
    ctx: click.Context,
    *,
    cli_input_json: str | None,
    definition: str | None,
    state_name: str | None,
    input_: str | None,
    inspection_level: str | None,
    mock: str | None,
    context: str | None,
    variables: str | None,
    role_arn: str | None,
    state_configuration: str | None,
    reveal_secrets: bool | None,
    defines: tuple[str, ...],
    lambdas: tuple[str, ...],
    aws: AwsMode,
    endpoint_url: tuple[str, ...],
    region: str,
    account: str,
) -> None:
    """Test one state and print what the TestState API of AWS Step Functions would answer, as JSON.

    Nothing reaches AWS, unless with --aws real. What is not given here of --lambda, --define, --aws, --endpoint-url,
    --region, --account and --role-arn is taken from asl.toml, or [tool.asl] in pyproject.toml.
    """
    from asl import config
    from asl.cli import arguments, aws_parameters, terminal
    from asl.errors import InputError
    from asl.source_text import placeholders, pseudo_parameters, unused_defines
    from asl.testing.teststate import ApiError, answer

    text, json_text = aws_parameters.text, aws_parameters.json_text
    request = aws_parameters.request(cli_input_json)
    said: dict[str, Any] = {
        "definition": json_text("--definition", definition),
        "stateName": text("--state-name", state_name),
        "input": json_text("--input", input_),
        "inspectionLevel": text("--inspection-level", inspection_level),
        "mock": aws_parameters.structure("--mock", mock, _MOCKS),
        "context": json_text("--context", context),
        "variables": json_text("--variables", variables),
        "roleArn": text("--role-arn", role_arn),
        "stateConfiguration": _configuration(state_configuration),
        "revealSecrets": reveal_secrets,
    }
    request |= {name: value for name, value in said.items() if value is not None}
    settings = config.read()
    given = arguments.Given(ctx, settings)
    region, account = given.value("region", region), given.value("account", account)
    urls = given.table("endpoint-url", arguments.endpoint_urls(endpoint_url))
    arguments.checked(account, region, None, urls)
    if "roleArn" not in request and (role := settings.values.get("role-arn")):
        request["roleArn"] = role
    arguments.look_for_modules(settings)
    defined = arguments.pairs("--define", defines, "Name=value")
    if problem := unused_defines(defined, placeholders(str(request.get("definition", "")))):
        raise InputError(problem)
    define = {**pseudo_parameters(region, account), **given.table("define", defined)}
    functions = given.table("lambda", arguments.pairs("--lambda", lambdas, "charge=package.module:function"))
    options = {
        "lambdas": arguments.functions("--lambda", functions),
        "aws": given.value("aws", aws),
        "endpoint_url": urls,
        "region": region,
        "account": account,
        "warn": lambda told: terminal.write_text(terminal.commentary(), f"warning: {told}\n"),
    }
    try:
        with redirect_stdout(terminal.commentary()):
            answered = answer(request, options, define)
    except ApiError as error:
        terminal.write_text(terminal.commentary(), f"{error}\n")
        ctx.exit(2)
    click.echo(terminal.json_text(answered, indent=4))


def _configuration(given: str | None) -> dict[str, Any] | None:
    """The structure of `--state-configuration`, with the counts of its shorthand as numbers."""
    from asl.cli.aws_parameters import structure

    found = structure("--state-configuration", given, "retrierRetryCount=1")
    for name in _COUNTS:
        if found is not None and isinstance(found.get(name), str) and found[name].isdecimal():
            found[name] = int(found[name])
    return found
