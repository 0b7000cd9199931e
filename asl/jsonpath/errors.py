"""What can be wrong with a path, and with what it is applied to."""

from collections.abc import Sequence

from asl.errors import AslError
from asl.jsonpath.segments import Name, Segment


class JSONPathError(AslError):
    """A path that is not JSONPath. `position` counts characters of `text` from 0."""

    def __init__(self, text: str, position: int, message: str) -> None:
        super().__init__(f"invalid path '{text}' at character {position + 1}: {message}")
        self.text = text
        self.position = position
        self.message = message


class PathNotAssignable(Exception):
    """A reference path meets a value that has no such place."""


class PathNotFound(Exception):
    """A definite path leads nowhere in a value. `detail` is Jayway's text."""

    def __init__(self, segments: Sequence[Segment], at: int) -> None:
        super().__init__()
        self._segments = segments
        self._at = at

    @property
    def detail(self) -> str:
        """What is missing: the last step of the path, or one before it."""
        written = "$"
        for segment in self._segments[: self._at + 1]:
            written += _written(segment)
        if self._at == len(self._segments) - 1:
            return f"No results for path: {written}"
        return f"Missing property in path {written}"

    def __str__(self) -> str:
        return self.detail


def _written(segment: Segment) -> str:
    return f"['{segment.name}']" if isinstance(segment, Name) else f"[{getattr(segment, 'index', '*')}]"


class FunctionFailed(PathNotFound):
    """A function of a path cannot be applied to what the path gives."""

    def __init__(self, message: str) -> None:
        super().__init__((), 0)
        self._message = message

    @property
    def detail(self) -> str:
        return self._message
