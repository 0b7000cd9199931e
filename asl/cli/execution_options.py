"""The options that say how an execution is run, and what they come to; for every command that runs one.

A command is decorated with `execution_options` and gets what the command line says as `said`. `settle` lays that over
the project's settings and refuses what cannot be, before any file of the user's is opened; `prepare` then reads the
definition, the input and whatever else is named.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from asl.config import Config
    from asl.integration import AwsMode
    from asl.limits import WorkflowType
    from asl.machine import Machine
    from asl.source import Document

FILE: Final = click.Path(allow_dash=True)

DEFINE: Final = click.option(
    "--define", "-d", "defines", multiple=True, metavar="NAME=VALUE", help="Fill the placeholder ${NAME}."
)
LAMBDA: Final = click.option(
    "--lambda", "-l", "lambdas", multiple=True, metavar="NAME=MODULE:FUNCTION",
    help="Answer a Lambda function, given by name, ARN or glob, with a Python function.",
)  # fmt: skip
ACTIVITY: Final = click.option(
    "--activity", "activities", multiple=True, metavar="NAME=MODULE:FUNCTION",
    help="A worker for an activity, given by name, ARN or glob.",
)  # fmt: skip
MACHINE: Final = click.option(
    "--machine", "machines", multiple=True, metavar="NAME=FILE", help="A state machine that tasks start."
)
TYPE: Final = click.option(
    "--type", "type_", type=click.Choice(["STANDARD", "EXPRESS"]), default="STANDARD",
    help="The workflow type, each with its own limits.",
)  # fmt: skip
AWS: Final = click.option(
    "--aws", type=click.Choice(["off", "embedded", "real"]), default="off",
    help="Let tasks call stand-ins of services in this process (moto), or real AWS services; off: none.",
)  # fmt: skip
ENDPOINT_URL: Final = click.option(
    "--endpoint-url", multiple=True, metavar="[SERVICE=]URL", help="Let tasks call services at this URL."
)
ACCOUNT: Final = click.option("--account", metavar="ID", default="123456789012", help="The account in ARNs.")
REGION: Final = click.option("--region", default="us-east-1", help="The region in ARNs.")

_OPTIONS: Final = (
    click.option("--input", "-i", "input_", metavar="JSON|@FILE|-", help="The input: JSON, a file, or standard input."),
    click.option("--name", help="The execution's name."),
    click.option("--from", "from_", metavar="STATE", help="Start at this state (name or JSON pointer), at any depth."),
    click.option("--only", metavar="STATE", help="Start at this state, and end when it is left."),
    click.option(
        "--var", "-v", "variables", multiple=True, metavar="NAME=JSON", help="A variable, assigned at the start."
    ),
    LAMBDA,
    click.option("--mock", "-m", type=FILE, metavar="FILE[#CASE]", help="Answer tasks from a mock file."),
    DEFINE,
    MACHINE,
    ACTIVITY,
    TYPE,
    click.option(
        "--event-bus", "event_buses", multiple=True, metavar="NAME",
        help="An event bus that there is, beside 'default'; events for others are dropped.",
    ),
    ACCOUNT,
    REGION,
    click.option("--role-arn", metavar="ARN", help="The execution role in the history and the context object."),
    click.option("--context", type=FILE, metavar="FILE", help="A JSON object to lay over the context object."),
    click.option("--real-time", is_flag=True, help="Wait by the wall clock, instead of in no time."),
    click.option("--seed", default="0", help="Same seed, same ids, same random numbers."),
    click.option("--start-time", metavar="TIME", help="When virtual time begins, such as 2026-01-01T00:00:00Z."),
    AWS,
    ENDPOINT_URL,
    click.option(
        "--resources", type=FILE, metavar="FILE", help="What is in the services of --aws embedded at the start."
    ),
)  # fmt: skip


def execution_options(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command these options; it takes their values, by the names of the parameters, as the argument `said`."""
    names: list[str] = []

    @wraps(command)
    def called(*args: Any, **values: Any) -> None:
        command(*args, said={name: values.pop(name) for name in names}, **values)

    parameters: list[click.Parameter] = [*getattr(command, "__click_params__", ())]
    called.__dict__["__click_params__"] = parameters
    own = len(parameters)
    for option in reversed(_OPTIONS):
        option(called)
    names += [each.name for each in parameters[own:] if each.name is not None]
    return called


@dataclass(frozen=True, slots=True)
class ExecutionOptions:
    """What holds of an execution: what the command line says, else the project's settings. Nothing is read yet."""

    file: str
    input: str | None
    name: str | None
    start_at: str | None
    single: bool
    variables: tuple[str, ...]
    lambdas: Mapping[str, str]
    activities: Mapping[str, str]
    machines: Mapping[str, str]
    mock: str | None
    defined: Mapping[str, str]
    """Of the command line alone: each must fill a placeholder."""
    define: Mapping[str, str]
    type: WorkflowType
    event_buses: tuple[str, ...]
    account: str
    region: str
    role_arn: str | None
    context: str | None
    real_time: bool
    seed: str
    start_time: str | None
    aws: AwsMode
    endpoint_url: Mapping[str, str]
    resources: str | None
    settings: Config

    @property
    def files(self) -> tuple[str | None, ...]:
        """The files that are read, which no option may write."""
        input_file = self.input[1:] if self.input and self.input.startswith("@") else None
        mock_file = self.mock and self.mock.rpartition("#")[0]
        return self.file, input_file, self.context, mock_file, self.mock, self.resources


@dataclass(frozen=True, slots=True)
class Prepared:
    """A machine, and with which options an `asl.World` and an execution in it (`World.start`) are to be made."""

    machine: Machine
    of_world: Mapping[str, Any]
    of_start: Mapping[str, Any]


def settle(ctx: click.Context, said: Mapping[str, Any], file: str, settings: Config | None = None) -> ExecutionOptions:
    """What holds of the execution of the definition in `file`; `settings` are the project's unless they are given.

    Raises UsageError for options that exclude each other, InputError for values that cannot be.
    """
    input_, real_time, start_time = said["input_"], said["real_time"], said["start_time"]
    if said["from_"] is not None and said["only"] is not None:
        raise click.UsageError("--from and --only exclude each other: --only starts at its state too")
    if real_time and start_time is not None:
        raise click.UsageError("--real-time and --start-time exclude each other: real time begins now")
    if file == "-" and input_ in ("-", "@-"):
        raise click.UsageError("FILE and --input cannot both be standard input")
    from asl import config
    from asl.cli import arguments

    settings = settings or config.read()
    given = arguments.Given(ctx, settings)
    aws = given.value("aws", said["aws"])
    if said["resources"] is not None and aws != "embedded":
        raise click.UsageError("--resources is for the services of --aws embedded")
    defined = arguments.pairs("--define", said["defines"], "Name=value")
    functions = arguments.answering(given, said)
    options = ExecutionOptions(
        file=file,
        input=input_,
        name=said["name"],
        start_at=said["only"] if said["from_"] is None else said["from_"],
        single=said["only"] is not None,
        variables=said["variables"],
        lambdas=functions["lambda"],
        activities=functions["activity"],
        machines=functions["machine"],
        mock=said["mock"],
        defined=defined,
        define=given.table("define", defined),
        type=given.value("type", said["type_"]),
        event_buses=tuple(given.value("event-bus", said["event_buses"])),
        account=given.value("account", said["account"]),
        region=given.value("region", said["region"]),
        role_arn=given.value("role-arn", said["role_arn"]),
        context=said["context"],
        real_time=real_time,
        seed=given.value("seed", said["seed"]),
        start_time=None if real_time else given.value("start-time", start_time),
        aws=aws,
        endpoint_url=given.table("endpoint-url", arguments.endpoint_urls(said["endpoint_url"])),
        resources=given.value("resources", said["resources"]) if aws == "embedded" else None,
        settings=settings,
    )
    arguments.checked(options.account, options.region, options.role_arn, options.endpoint_url)
    return options


def prepare(options: ExecutionOptions, document: Document | None = None) -> Prepared:
    """The machine and the options of a world and an execution, with all that they name read.

    `document` is the definition where it is not the file's. Raises DefinitionError, and InputError for what cannot be
    read or is not what it should be.
    """
    from asl import source
    from asl.cli import arguments
    from asl.errors import InputError
    from asl.machine import default_name, from_document
    from asl.source_text import pseudo_parameters, unused_defines

    values = {**pseudo_parameters(options.region, options.account), **options.define}
    document = document or source.read(options.file, values)
    children = arguments.machines(options.machines, values)
    names = [name for each in (document, *children.values()) for name in each.placeholders]
    if problem := unused_defines(options.defined, names):
        raise InputError(problem)
    name = "StateMachine" if options.file == "-" else default_name(options.file)
    machine = from_document(document, name, options.type)
    of_start = {
        "name": options.name,
        "input_text": arguments.read_input(options.input),
        "context": arguments.read_context(options.context),
        "role_arn": options.role_arn,
        "start_at": options.start_at,
        "variables": arguments.variables(options.variables),
        "single": options.single,
    }
    arguments.look_for_modules(options.settings)
    of_world = {
        "start": options.start_time,
        "seed": options.seed,
        "lambdas": arguments.functions("--lambda", options.lambdas),
        "activities": arguments.functions("--activity", options.activities),
        "machines": children,
        "mocks": arguments.mocks(options.mock, machine),
        "live": options.real_time,
        "aws": options.aws,
        "endpoint_url": options.endpoint_url,
        "event_buses": options.event_buses,
        "region": options.region,
        "account": options.account,
        "resources": options.resources,
    }
    return Prepared(machine, of_world, of_start)
