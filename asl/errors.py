"""Errors by whose fault they are.

`DefinitionError` is the author's, `HostError` the machine's or an integration's, `InputError` the caller's: these are
Python exceptions. A `StateError` is the execution's: a value that Retry and Catch see. Any other exception that comes
out of the engine is a bug of ours. The texts of `StateError`s stand in `asl.wording`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from asl.findings import Finding, render


class AslError(Exception):
    """The parent of every exception that this package raises on purpose; str() of it is fit to be shown to a user."""


class DefinitionError(AslError):
    """A definition is not valid; `findings` says all that is wrong with it, in the order of the text."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(render(finding) for finding in self.findings))


class InputError(AslError):
    """The caller gave something that cannot be used: input that is not JSON, a mock file that is malformed ..."""


class HostError(AslError):
    """The run cannot go on for a reason that is no error of the language: no Retry or Catch sees it.

    For example a task that nothing answers, or an integration that broke.
    """


@dataclass(frozen=True, slots=True)
class StateError:
    """An error of an execution: what `Retry` and `Catch` match, and what a failed execution ends with.

    Either part may be None: a Fail state need not have them. `terminal` errors end the execution whatever its retriers
    and catchers say. `alias` is a second name by which matchers know it.
    """

    error: str | None
    cause: str | None = None
    terminal: bool = False
    alias: str | None = None
