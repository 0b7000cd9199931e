"""`asl integrations`: lists what tasks can call, and says of resources who could answer them."""

from __future__ import annotations

import sys
import textwrap
from importlib import import_module
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import click

from asl.cli.execution_options import ACCOUNT, ACTIVITY, AWS, DEFINE, ENDPOINT_URL, FILE, LAMBDA, MACHINE, REGION

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from asl.cli.answerable import Resource
    from asl.hosts.world import World
    from asl.integration import AwsMode
    from asl.values import JSON

EPILOG: Final = """\b
Examples:
  asl integrations
  asl integrations sqs:sendMessage.waitForTaskToken aws-sdk:s3:getObject
  asl integrations --file order.asl.json --aws embedded

A RESOURCE is an ARN as in a definition, or short: sqs:sendMessage, function:NAME, activity:NAME.

Exit codes: 0 each resource could be answered, perhaps with other options; 1 one of them by nothing; 2 a
wrong call.
"""

_WIDTH: Final = 100
_COLUMNS: Final = (40, 28, 40)
_FOR_ALL: Final = ("--endpoint-url", "--aws real")
"""How ways begin that are there for nearly all services: the listing says them once."""
_NOTHING: Final = "nothing"
_NOBODY: Final = "nobody yet"
_PATTERNS: Final = {
    "request_response": "request response",
    "sync": ".sync",
    "sync:2": ".sync:2",
    "wait_for_task_token": ".waitForTaskToken",
}


@click.command("integrations", epilog=EPILOG)
@click.argument("resources", nargs=-1, metavar="RESOURCE...")
@click.option("--file", "-f", "files", multiple=True, type=FILE, metavar="FILE", help="All tasks of a definition.")
@DEFINE
@LAMBDA
@MACHINE
@ACTIVITY
@AWS
@ENDPOINT_URL
@ACCOUNT
@REGION
@click.option("--brief", is_flag=True, help="No parameters, answers and errors.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@click.pass_context
def command(
    ctx: click.Context,
    *,
    resources: tuple[str, ...],
    files: tuple[str, ...],
    defines: tuple[str, ...],
    lambdas: tuple[str, ...],
    machines: tuple[str, ...],
    activities: tuple[str, ...],
    aws: AwsMode,
    endpoint_url: tuple[str, ...],
    account: str,
    region: str,
    brief: bool,
    as_json: bool,
) -> None:
    """List what tasks can call, or say of each RESOURCE who answers it, its patterns, parameters and errors.

    The options are those of asl run, and what is not given here is taken from asl.toml, or [tool.asl] in
    pyproject.toml. Nothing is called.
    """
    from asl import config, source
    from asl.cli import answerable, arguments
    from asl.errors import InputError
    from asl.source_text import pseudo_parameters, unused_defines

    project = config.read()
    given = arguments.Given(ctx, project)
    region, account = given.value("region", region), given.value("account", account)
    defined = arguments.pairs("--define", defines, "Name=value")
    values = {**pseudo_parameters(region, account), **given.table("define", defined)}
    others = given.table("machine", arguments.pairs("--machine", machines, "Child=child.asl.json"))
    settings: dict[str, Any] = {
        "aws": given.value("aws", aws),
        "region": region,
        "account": account,
        "endpoint_url": given.table("endpoint-url", arguments.endpoint_urls(endpoint_url)),
        "machines": arguments.machines(others, values),
    }
    arguments.checked(settings["account"], settings["region"], None, settings["endpoint_url"])
    arguments.look_for_modules(project)
    functions = given.table("lambda", arguments.pairs("--lambda", lambdas, "charge=package.module:function"))
    workers = given.table("activity", arguments.pairs("--activity", activities, "work=package.module:function"))

    import asl

    settings["lambdas"] = arguments.functions("--lambda", functions)
    settings["activities"] = arguments.functions("--activity", workers)
    with asl.World(**settings) as world:
        if not resources and not files and not defines:
            own = {"function": functions, "activity": workers, "machine": others}
            _list(world, own, settings["endpoint_url"], as_json)
            return
        asked = [answerable.Tasks(answerable.whole(each, world.region, world.account), "", ()) for each in resources]
        documents = [source.read(file, values) for file in files]
        names = [name for each in (*documents, *settings["machines"].values()) for name in each.placeholders]
        if problem := unused_defines(defined, names):
            raise InputError(problem)
        asked += [tasks for document in documents for tasks in answerable.tasks_of(document)]
        found = [answerable.examined(world, each, bool(others)) for each in asked]
    if as_json:
        _write_json(found)
    else:
        _write("\n".join([*(_told(each, brief) for each in found), _counts(found)]))
    ctx.exit(1 if any(each.problem for each in found) else 0)


def _told(found: Resource, brief: bool) -> str:
    """A resource and what is known of it, a line for each thing."""
    lines = [click.style(found.resource, bold=True)]
    described = found.description
    rows = [("for", found.target), ("states", ", ".join(found.states)), ("answered by", _who(found))]
    if described is not None and not brief:
        rows += [
            ("patterns", ", ".join(_PATTERNS[each] for each in described.patterns)),
            ("parameters", ", ".join(described.parameters)),
            ("answer", described.answer),
            ("errors", ", ".join(described.errors)),
        ]
    for name, text in rows:
        if text:
            lines += _wrapped(f"  {name:13}", text)
    told = "\n".join(lines) + "\n"
    for phrase, colour in ((f"answered by  {_NOTHING}", "red"), (f"answered by  {_NOBODY}", "yellow")):
        told = told.replace(phrase, phrase[:13] + click.style(phrase[13:], fg=colour), 1)
    return told


def _who(found: Resource) -> str:
    """Who answers, or how it could be answered."""
    if found.problem:
        return f"{_NOTHING}: {found.problem}"
    return found.answered_by or f"{_NOBODY}; use {', '.join(found.ways)}, or a mock"


def _counts(found: Sequence[Resource]) -> str:
    """How many resources are answered, could be, cannot be."""
    nothing = sum(bool(each.problem) for each in found)
    answered = sum(bool(each.answered_by) for each in found)
    total = f"{len(found)} resource{'' if len(found) == 1 else 's'}"
    return f"{total}: {answered} answered, {len(found) - answered - nothing} could be, {nothing} by nothing"


def _wrapped(head: str, text: str) -> list[str]:
    """The text behind its head, with later lines below its beginning."""
    wrapper = textwrap.TextWrapper(_WIDTH, head, " " * len(head), break_on_hyphens=False, break_long_words=False)
    return wrapper.wrap(text)


# -- the list --------------------------------------------------------------------------------------------------------


def _list(world: World, own: Mapping[str, Mapping[str, str]], endpoint_urls: Mapping[str, str], as_json: bool) -> None:
    """Writes what there is. `own` are the user's functions, workers and machines: what answers, by kind and name."""
    from asl.cli import answerable

    found = [
        answerable.examined(
            world, answerable.Tasks(f"arn:aws:states:::{service}:{action}", "", ()), bool(own["machine"])
        )
        for service, actions in answerable.OPTIMIZED.items()
        for action in actions
    ]
    if as_json:
        _write_json(found)
        return
    here = [each for each in found if each.description is not None]
    jobs = {_service(each) for each in here if "sync" in each.patterns} - {"states"}
    missing = sorted({_service(each) for each in found} - {_service(each) for each in here})
    sections = [
        _section("Optimized integrations", _grouped(each for each in here if _service(each) not in jobs)),
        _section("Jobs that tasks can wait for", _grouped(each for each in here if _service(each) in jobs)),
        _section(
            "AWS SDK, aws-sdk:SERVICE:ACTION: every service that boto3 knows",
            _sdk_rows(world, endpoint_urls, bool(own["machine"])),
        ),
        _section("Your own", _own_rows(own)),
    ]
    notes = [
        "- is nobody: what is not answered can be with --endpoint-url [SERVICE=]URL, --aws real, or a mock.",
        *_wrapped("Only mocks answer ", ", ".join(missing)),
        "More of a resource: asl integrations sqs:sendMessage",
    ]
    _write("\n".join([*sections, *notes]))


Row: TypeAlias = "tuple[str, str, str]"
"""What is called, its patterns, who answers."""


def _section(title: str, rows: Iterable[Row]) -> str:
    lines = [click.style(title, bold=True)]
    for row in rows:
        cells = [_cell(text, width) for text, width in zip(row, _COLUMNS, strict=True)]
        for parts in zip_longest(*cells, fillvalue=""):
            columns = (f"{part:{width - 1}} " for part, width in zip(parts, _COLUMNS, strict=True))
            lines.append(f"  {''.join(columns)}".rstrip())
    return "\n".join(lines) + "\n"


def _cell(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width - 2, break_on_hyphens=False, break_long_words=False)


def _grouped(found: Iterable[Resource]) -> Iterator[Row]:
    """Actions of a service that have the same patterns and are answered by the same stand in one row."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for each in found:
        patterns = " ".join(_PATTERNS[pattern] for pattern in each.patterns if pattern != "request_response")
        groups.setdefault((_service(each), patterns, _now(each)), []).append(each.resource.rpartition(":")[2])
    for (service, patterns, now), actions in groups.items():
        yield f"{service}:{', '.join(actions)}", patterns, now


def _sdk_rows(world: World, endpoint_urls: Mapping[str, str], with_machines: bool) -> Iterator[Row]:
    """The services that something but AWS answers, or could answer, by who does; then what the world itself does."""

    catalog: Any = import_module("asl_aws.catalog")
    groups: dict[str, list[str]] = {}
    now = _sdk_now(world, "sts", "GetCallerIdentity")
    for service in catalog.STAND_INS:
        groups.setdefault(endpoint_urls.get(service, now), []).append(service)
    local: dict[tuple[str, str], list[str]] = {}
    for service, operations in catalog.LOCAL.items():
        segment = catalog.segment(service)
        for operation in operations:
            now = _sdk_now(world, segment, operation, with_machines)
            local.setdefault((segment, now), []).append(operation[:1].lower() + operation[1:])
    for service in endpoint_urls.keys() - {"*", *catalog.LOCAL, *catalog.STAND_INS}:
        groups.setdefault(endpoint_urls[service], []).append(service)
    for now, names in groups.items():
        yield ", ".join(sorted(map(catalog.segment, names))), ".waitForTaskToken", now
    for (segment, now), actions in local.items():
        yield f"{segment}:{', '.join(actions)}", ".waitForTaskToken", now


def _sdk_now(world: World, segment: str, operation: str, with_machines: bool = False) -> str:
    from asl.cli import answerable

    resource = f"arn:aws:states:::aws-sdk:{segment}:{operation[:1].lower()}{operation[1:]}"
    return _now(answerable.examined(world, answerable.Tasks(resource, "", ()), with_machines))


def _own_rows(own: Mapping[str, Mapping[str, str]]) -> Iterator[Row]:
    options = {
        "function": "--lambda NAME=package.module:function",
        "activity": "--activity NAME=package.module:function",
        "machine": "--machine NAME=FILE",
    }
    for kind, given in own.items():
        if not given:
            yield f"{kind}:NAME", "", f"needs {options[kind]}"
        for name, target in given.items():
            yield f"{kind}:{name}", "", target


def _now(found: Resource) -> str:
    """Who answers, or which option would have it answered, if that is no option for nearly all services."""
    if found.answered_by:
        return found.answered_by
    special = [way for way in found.ways if not way.startswith(_FOR_ALL)]
    return f"needs {', '.join(special)}" if special else "-"


def _service(found: Resource) -> str:
    return found.resource.split(":")[5]


# -- output ----------------------------------------------------------------------------------------------------------


def _write(text: str) -> None:
    from asl.cli import terminal

    if not terminal.colour_wanted(sys.stdout):
        text = click.unstyle(text)
    terminal.write_text(sys.stdout, text + "\n")


def _write_json(found: Sequence[Resource]) -> None:
    from asl.cli import terminal

    terminal.write_result([_as_json(each) for each in found])


def _as_json(found: Resource) -> JSON:
    described = found.description
    return {
        "resource": found.resource,
        "kind": found.kind,
        "target": found.target or None,
        "states": list(found.states),
        "answerable": not found.problem,
        "answered_by": found.answered_by or None,
        "ways": list(found.ways),
        "problem": found.problem or None,
        "patterns": list(found.patterns),
        "parameters": list(described.parameters) if described is not None else [],
        "answer": described.answer if described is not None else None,
        "errors": list(described.errors) if described is not None else [],
    }
