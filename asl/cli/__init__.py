"""The command `asl`. Each subcommand is a module of its own, imported when it is called."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any, Final

import click

import asl

COMMANDS: Final = {
    "check": ("asl.cli.check", "Say what is wrong with definitions, and where."),
    "debug": ("asl.cli.debug", "Step through an execution, forwards and back."),
    "explore": ("asl.cli.explore", "Run a state machine under inputs and faults that nobody thought of."),
    "heartbeat": ("asl.cli.tokens:heartbeat", "Say that the worker of a task is alive, by its token."),
    "history": ("asl.cli.history", "Tell the story of a saved execution history."),
    "integrations": ("asl.cli.integrations", "List what tasks can call, and say who answers it."),
    "jsonata": ("asl.cli.jsonata", "Evaluate a JSONata expression."),
    "replay": ("asl.cli.replay", "Replay an execution that was recorded on AWS, event by event."),
    "run": ("asl.cli.run", "Run a state machine on this machine, in no time."),
    "schema": ("asl.cli.schema", "Print the JSON Schema of test files, for editors."),
    "task-failure": ("asl.cli.tokens:failure", "Fail a task that waits for an answer, by its token."),
    "task-success": ("asl.cli.tokens:success", "End a task that waits for an answer, by its token."),
    "test": ("asl.cli.test", "Run tests of state machines, and say what failed and why."),
    "test-state": ("asl.cli.test_state", "Test one state as the TestState API does, on this machine."),
}
"""Name, module, and what `asl --help` says. The module's click command is `command`, unless a name is given behind `:`.

A command is added by one line.
"""

INTERRUPTED: Final = 130
BROKEN_PIPE: Final = 141


class LazyGroup(click.Group):
    """A group that imports a subcommand when it is called, and turns exceptions into messages and exit codes."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), name or "command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in self.list_commands(ctx)])

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            from asl.findings import did_you_mean

            if name.lower().endswith((".json", ".yaml", ".yml", ".asl")):
                ctx.fail(f"'{name}' is no command; to run it: asl run {name}")
            hint = did_you_mean(name, COMMANDS) or f"the commands are {', '.join(sorted(COMMANDS))}"
            ctx.fail(f"there is no command '{name}'; {hint}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
            return result
        except (click.exceptions.Exit, click.Abort, click.ClickException):
            raise
        except BrokenPipeError:
            # what is left in the buffer must not be written when Python ends
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(BROKEN_PIPE)
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            ctx.exit(INTERRUPTED)
        except Exception as failure:
            from asl.errors import AslError

            if isinstance(failure, AslError):
                click.echo(str(failure) if ": error: " in str(failure) else f"error: {failure}", err=True)
            else:
                click.echo(_bug(failure), err=True)
            ctx.exit(2)


def _bug(failure: Exception) -> str:
    """What is said about an exception that we did not raise on purpose."""
    import traceback

    said = traceback.format_exception_only(failure)[-1].strip()
    if os.environ.get("ASL_DEBUG") == "1":
        return "".join(traceback.format_exception(failure)) + _report(said)
    return _report(said) + "\nTo see where it happened, run the same command again with ASL_DEBUG=1."


def _report(said: str) -> str:
    version = ".".join(map(str, sys.version_info[:3]))
    return (
        f"this is a bug of aslkit: {said}\n"
        f"Please report it with the definition and the command (aslkit {asl.__version__}, Python {version},"
        f" {sys.platform})."
    )


EPILOG: Final = """\b
Completion of names and options with the Tab key:
  bash   eval "$(_ASL_COMPLETE=bash_source asl)"   in ~/.bashrc
  zsh    eval "$(_ASL_COMPLETE=zsh_source asl)"    in ~/.zshrc
  fish   _ASL_COMPLETE=fish_source asl | source    in ~/.config/fish/completions/asl.fish

\b
Exit codes: 0 done; 1 the execution failed, or findings; 2 a wrong call, or
the run could not go on.
"""


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=EPILOG,
)
@click.version_option(asl.__version__, prog_name="asl", message="%(prog)s %(version)s (aslkit)")
def main() -> None:
    """The Amazon States Language (AWS Step Functions) on your own machine."""
