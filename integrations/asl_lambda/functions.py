"""Which handler a Lambda function's name means."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Final

from asl.integration import Handler

# A part of an ARN; a placeholder such as ${AWS::Region} is one part.
_part: Final = re.compile(r"(?:\$\{[^}]*\}|[^:])+")
_whole_arn: Final = re.compile(r"arn:([^:]+):lambda:(.*):function:(.+)", re.DOTALL)
_partial_arn: Final = re.compile(r"(?:(.*):)?function:(.+)", re.DOTALL)

LATEST: Final = "$LATEST"


@dataclass(frozen=True, slots=True)
class FunctionName:
    """A function as it is named: by a name, a partial or a whole ARN, each perhaps with a version or an alias."""

    name: str
    qualifier: str | None = None
    account: str | None = None
    region: str | None = None
    partition: str = "aws"

    def arn(self, region: str, account: str) -> str:
        """The ARN without qualifier; `region` and `account` fill in what the name does not say."""
        return f"arn:{self.partition}:lambda:{self.region or region}:{self.account or account}:function:{self.name}"

    @property
    def version(self) -> str:
        """The version that runs; an alias stands for the latest, for nothing here knows what it points to."""
        return self.qualifier if self.qualifier is not None and self.qualifier.isdecimal() else LATEST


def is_function_arn(resource: str) -> bool:
    return _whole_arn.fullmatch(resource) is not None


@lru_cache(maxsize=1024)
def parse_function_name(text: str) -> FunctionName:
    """The parts of a FunctionName parameter, or of a function's ARN. Any text is a name at least."""
    partition, place, rest = "aws", "", text
    if whole := _whole_arn.fullmatch(text):
        partition, place, rest = whole.groups()
    elif partial := _partial_arn.fullmatch(text):
        place, rest = partial.group(1) or "", partial.group(2)
    places = _part.findall(place)
    account = places[-1] if places else None
    region = places[-2] if len(places) > 1 else None
    parts = _part.findall(rest)
    if len(parts) == 2:
        return FunctionName(parts[0], parts[1], account, region, partition)
    return FunctionName(rest, None, account, region, partition)


class Functions:
    """The handlers that the user gave, by ARN, name or glob."""

    def __init__(self, handlers: Mapping[str, Handler]) -> None:
        self._handlers = dict(handlers)
        self._globs = [key for key in handlers if any(char in key for char in "*?[")]
        self._found: dict[tuple[str, str, str], Handler | None] = {}

    @property
    def names(self) -> list[str]:
        return list(self._handlers)

    def find(self, text: str, region: str, account: str) -> Handler | None:
        """The handler of the function that `text` names: by exact match first, then by glob in the order given."""
        key = (text, region, account)
        if key not in self._found:
            self._found[key] = self._search(text, region, account)
        return self._found[key]

    def _search(self, text: str, region: str, account: str) -> Handler | None:
        wanted = parse_function_name(text)
        spellings = _spellings(text, wanted, region, account)
        for spelling in spellings:
            if spelling in self._handlers:
                return self._handlers[spelling]
        if wanted.account is None:
            # A bare name finds a function given by its ARN, whatever account the machine runs in.
            for key, handler in self._handlers.items():
                given = parse_function_name(key)
                if given.name == wanted.name and given.qualifier in (None, wanted.qualifier or LATEST):
                    return handler
        for glob in self._globs:
            if any(fnmatchcase(spelling, glob) for spelling in spellings):
                return self._handlers[glob]
        return None


def _spellings(text: str, wanted: FunctionName, region: str, account: str) -> list[str]:
    """The ways to write the function, the most exact first."""
    arn = wanted.arn(region, account)
    roots = [arn, f"{wanted.account or account}:function:{wanted.name}", f"function:{wanted.name}", wanted.name]
    qualifier = wanted.qualifier or LATEST
    qualified = [f"{root}:{qualifier}" for root in roots]
    return [text, *qualified, *roots] if wanted.qualifier else [text, *roots, *qualified]
