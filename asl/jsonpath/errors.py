"""What can be wrong with a path, and with what it is applied to."""

from collections.abc import Sequence
from typing import Final

from asl.errors import AslError
from asl.json_text import dumps
from asl.jsonpath.segments import Index, Name, Segment
from asl.values import JSON


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
    """A definite path leads nowhere in `root`. `detail`, also str(), is Jayway's text, made when it is asked for."""

    def __init__(self, segments: Sequence[Segment], root: JSON) -> None:
        super().__init__()
        self._segments = segments
        self._root = root

    @property
    def detail(self) -> str:
        """What is missing where. Recorded for AWS are the texts of a missing last property and of one before it."""
        value = self._root
        path = "$"
        whole = f"No results for path: ${''.join(map(_written, self._segments))}"
        for position, segment in enumerate(self._segments):
            match segment:
                case Name(name):
                    if not isinstance(value, dict):
                        return _no_object(_written(segment), path, value)
                    if name not in value:
                        last = position == len(self._segments) - 1
                        return whole if last else f"Missing property in path {path}{_written(segment)}"
                    value = value[name]
                case Index(index):
                    if value is None:
                        return f"The path {path} is null"
                    if not isinstance(value, list):
                        return _no_array(_written(segment), value)
                    if not -len(value) <= index < len(value):
                        return whole
                    value = value[index]
            path += _written(segment)
        return whole

    def __str__(self) -> str:
        return self.detail


def _written(segment: Segment) -> str:
    return f"['{segment.name}']" if isinstance(segment, Name) else f"[{getattr(segment, 'index', '*')}]"


_JAVA: Final = {
    bool: "java.lang.Boolean",
    int: "java.lang.Integer",
    float: "java.lang.Double",
    str: "java.lang.String",
    list: "java.util.ArrayList",
}


def _no_object(step: str, path: str, value: JSON) -> str:
    # unrecorded: Jayway's text, with the classes of its Jackson provider; which provider AWS uses is not known
    kind = "null" if value is None else _JAVA[type(value)]
    return (
        f"Expected to find an object with property {step} in path {path} but found '{kind}'. This is not a json "
        "object according to the JsonProvider: 'com.jayway.jsonpath.spi.json.JacksonJsonProvider'."
    )


def _no_array(step: str, value: JSON) -> str:
    # unrecorded: Jayway's text, which shows objects as Java does
    return f"Filter: {step} can only be applied to arrays. Current context is: {dumps(value)}"


class FunctionFailed(PathNotFound):
    """A function of a path cannot be applied to what the path gives."""

    def __init__(self, message: str) -> None:
        super().__init__((), None)
        self._message = message

    @property
    def detail(self) -> str:
        return self._message
