"""JSONPath as Jayway means it, the dialect of Step Functions. Usable alone:

    path = asl.jsonpath.compile("$.store.book[?(@.price < 10)].title")
    path.get(data)

A definite path (names and single indexes) gives its value or raises `PathNotFound`; an indefinite one gives a list,
empty when nothing matches.
"""

from collections.abc import Callable
from functools import lru_cache

from asl.jsonpath.errors import FunctionFailed, JSONPathError, PathNotAssignable, PathNotFound
from asl.jsonpath.evaluation import compile_path, is_definite
from asl.jsonpath.parser import parse
from asl.jsonpath.segments import Index, Name, Segment
from asl.values import JSON

__all__ = ["FunctionFailed", "JSONPathError", "Path", "PathNotAssignable", "PathNotFound", "compile"]


class Path:
    """A compiled path.

    `definite`: it leads to one place. `is_reference`: it is a Reference Path, only names and single indexes, so that a
    value can be placed there. `get(data)` gives what the path leads to; raises PathNotFound when it is definite and
    leads nowhere.
    """

    __slots__ = ("_segments", "definite", "get", "is_reference", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._segments: tuple[Segment, ...] = parse(text)
        self.definite = is_definite(self._segments)
        self.is_reference = all(isinstance(segment, Name | Index) for segment in self._segments)
        self.get: Callable[[JSON], JSON] = compile_path(self._segments)

    def __repr__(self) -> str:
        return f"Path({self.text!r})"

    def assign(self, data: JSON, value: JSON) -> JSON:
        """A new value like `data` with `value` at this path; shares everything else. Makes missing objects on the way.

        Raises PathNotAssignable where the path meets something that is no object, or an index outside an array.
        """
        if not self.is_reference:
            raise PathNotAssignable(f"{self.text} is not a reference path")
        holders: list[JSON] = []  # what is on the way, outermost first
        for segment in self._segments:
            holders.append(data)
            if isinstance(segment, Name):
                if type(data) is not dict:
                    raise PathNotAssignable(f"{self.text} meets a value that is no object")
                data = data.get(segment.name, {})
            elif isinstance(segment, Index):
                if type(data) is not list or not -len(data) <= segment.index < len(data):
                    raise PathNotAssignable(f"{self.text} meets no array with an element {segment.index}")
                data = data[segment.index]
        for segment, holder in zip(reversed(self._segments), reversed(holders), strict=True):
            changed = holder.copy()
            changed[segment.name if isinstance(segment, Name) else segment.index] = value  # type: ignore[union-attr]
            value = changed
        return value


@lru_cache(maxsize=4096)
def compile(text: str) -> Path:
    """The compiled path, shared between all who ask for the same text. Raises JSONPathError."""
    return Path(text)
