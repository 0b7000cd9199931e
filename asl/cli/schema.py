"""`asl schema`: prints the JSON Schema of a kind of file, for editors."""

from __future__ import annotations

import click

EPILOG = """\b
In VS Code, with the YAML extension, in .vscode/settings.json:
  "yaml.schemas": {"./asltest.schema.json": "*.asltest.yaml"}
or as the first line of a file, for every editor with the YAML language server:
  # yaml-language-server: $schema=asltest.schema.json
"""


@click.command("schema", epilog=EPILOG)
@click.argument("kind", type=click.Choice(["test"]))
def command(kind: str) -> None:
    """Print the JSON Schema (draft 2020-12) of test files, so that editors complete and check them."""
    import sys

    from asl.cli.terminal import json_text, write_text
    from asl.testing.asltest import SCHEMA

    write_text(sys.stdout, json_text(SCHEMA, indent=2) + "\n")
