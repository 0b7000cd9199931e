"""Parameters and answers between Step Functions' casing and that of a service's API, by botocore's model of the API.

Answers are as the optimized integrations show them: members begin with a capital and come in the order of their names,
times are milliseconds since the epoch. Nothing is imported from botocore before a service is asked for.
"""

import base64
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any, Final, TypeAlias

from asl.values import JSON

Shape: TypeAlias = Any  # botocore's, which has no types

_INVALID: Final = "The value of the field '{}' has an invalid format"  # recorded
_NOT_TEXT: Final = "The value for the field '{}' must be a STRING"  # recorded by a user (2025)
# unrecorded: both are recorded for definitions and for other fields only
_REQUIRED: Final = "The field '{}' is required but was missing"
_UNKNOWN: Final = 'The field "{}" is not supported by Step Functions'


@lru_cache(maxsize=256)
def operation(client: str, name: str) -> "Operation":
    """An operation ("RunTask") of a service by botocore's name ("ecs"). Raises KeyError if the API has none such."""
    from botocore.model import OperationNotFoundError

    try:
        return Operation(_service_model(client).operation_model(name))
    except OperationNotFoundError:
        raise KeyError(name) from None


@lru_cache(maxsize=32)
def _service_model(client: str) -> Any:
    from botocore.loaders import Loader
    from botocore.model import ServiceModel

    return ServiceModel(Loader().load_service_model(client, "service-2"), client)


class Operation:
    """An operation of an API, with what goes in and comes out."""

    def __init__(self, model: Any) -> None:
        self._model = model

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """The names of its parameters, as Step Functions has them."""
        return tuple(_shown(name) for name in self._members)

    @cached_property
    def errors(self) -> frozenset[str]:
        """The names of the errors in the model."""
        return frozenset(shape.name for shape in self._model.error_shapes)

    def problems(self, parameters: JSON) -> list[str]:
        """What of the parameters does not fit, in the words of Step Functions. A null counts as missing."""
        if not isinstance(parameters, dict):
            return [_INVALID.format("Parameters")]
        return list(_problems(self._model.input_shape, "Parameters", parameters))

    def request(self, parameters: Mapping[str, JSON]) -> dict[str, Any]:
        """The parameters with the API's names."""
        request: dict[str, Any] = _request(self._model.input_shape, parameters)
        return request

    def answer(self, data: Mapping[str, Any], empty_lists: bool = False) -> dict[str, JSON]:
        """A response of botocore as a task shows it; with `empty_lists`, a list that is missing shows as an empty one.

        >>> operation("batch", "SubmitJob").answer({"jobName": "load", "jobId": "1"})
        {'JobId': '1', 'JobName': 'load'}
        """
        if self._model.output_shape is None:
            return {}
        answer: dict[str, JSON] = _answer(self._model.output_shape, data, empty_lists)
        return answer

    @property
    def _members(self) -> Mapping[str, Shape]:
        members: Mapping[str, Shape] = self._model.input_shape.members if self._model.input_shape is not None else {}
        return members


def _shown(name: str) -> str:
    return name[:1].upper() + name[1:]


def _request(shape: Shape, value: JSON) -> Any:
    match shape.type_name, value:
        case "structure", dict():
            names = {_shown(name): name for name in shape.members}
            # what the API does not have was refused by `problems`
            return {
                names[name]: _request(shape.members[names[name]], member)
                for name, member in value.items()
                if member is not None and name in names
            }
        case "list", list():
            return [_request(shape.member, member) for member in value]
        case "map", dict():
            return {name: _request(shape.value, member) for name, member in value.items()}
    return value


def _answer(shape: Shape, value: Any, empty_lists: bool) -> JSON:
    match shape.type_name, value:
        case "structure", dict():
            return dict(sorted(_fields(shape, value, empty_lists)))
        case "list", list():
            return [_answer(shape.member, member, empty_lists) for member in value]
        case "map", dict():
            return {name: _answer(shape.value, member, empty_lists) for name, member in value.items()}
        case _, datetime():
            return round(value.timestamp() * 1000)
        case _, bytes():
            return base64.b64encode(value).decode()
    return value


def _fields(shape: Shape, value: Mapping[str, Any], empty_lists: bool) -> Iterator[tuple[str, JSON]]:
    for name, member in shape.members.items():
        if value.get(name) is not None:
            yield _shown(name), _answer(member, value[name], empty_lists)
        elif empty_lists and member.type_name == "list":
            yield _shown(name), []


# -- checks ----------------------------------------------------------------------------------------------------------


def _problems(shape: Shape, field: str, value: JSON) -> Iterator[str]:
    if value is None or shape.type_name not in _TYPES:
        return
    if not _TYPES[shape.type_name](value):
        yield (_NOT_TEXT if shape.type_name == "string" else _INVALID).format(field)
        return
    match shape.type_name:
        case "structure":
            yield from _problems_of_members(shape, value)
        case "list":
            for member in value:
                yield from _problems(shape.member, field, member)
        case "map":
            for name, member in value.items():
                yield from _problems(shape.value, name, member)


def _problems_of_members(shape: Shape, value: Mapping[str, JSON]) -> Iterator[str]:
    members = {_shown(name): member for name, member in shape.members.items()}
    for name in map(_shown, shape.required_members):
        if value.get(name) is None:
            yield _REQUIRED.format(name)
    for name, member in value.items():
        if name in members:
            yield from _problems(members[name], name, member)
        else:
            yield _UNKNOWN.format(name)


def _is_number(value: JSON) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_whole_number(value: JSON) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


_TYPES: Final[Mapping[str, Callable[[JSON], bool]]] = {
    "structure": lambda value: isinstance(value, dict),
    "map": lambda value: isinstance(value, dict),
    "list": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": _is_whole_number,
    "long": _is_whole_number,
    "float": _is_number,
    "double": _is_number,
}
"""What is a value of the model's types; those that do not stand here are not judged."""
