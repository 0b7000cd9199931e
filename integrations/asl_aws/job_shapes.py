"""Parameters and answers between Step Functions' casing and that of a service's API, by botocore's model of the API.

Answers are as the optimized integrations show them: members begin with a capital and come in the order of their names,
times are milliseconds since the epoch. Nothing is imported from botocore before a service is asked for.
"""

import base64
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any, TypeAlias

from asl.values import JSON
from asl_aws import mock_results, parameters

Shape: TypeAlias = Any  # botocore's, which has no types


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
    """An operation of an API that takes parameters, with what goes in and comes out."""

    def __init__(self, model: Any) -> None:
        self._model = model

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """The names of its parameters, as Step Functions has them."""
        return tuple(_shown(name) for name in self._model.input_shape.members)

    @cached_property
    def errors(self) -> frozenset[str]:
        """The names of the errors in the model."""
        return frozenset(shape.name for shape in self._model.error_shapes)

    def problems(self, arguments: JSON) -> list[str]:
        """What of a task's arguments does not fit, in the words of Step Functions. A null counts as missing."""
        return _check(self._model.input_shape)("Parameters", arguments)

    def request(self, arguments: Mapping[str, JSON]) -> dict[str, Any]:
        """A task's arguments with the API's names."""
        request: dict[str, Any] = _request(self._model.input_shape, arguments)
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

    def result_problem(self, result: JSON, complete: bool) -> str | None:
        """What is wrong with a made-up result, as `asl_aws.mock_results` has it."""
        return mock_results.problem(self._model, _shown, result, complete)


def _shown(name: str) -> str:
    return name[:1].upper() + name[1:]


def _request(shape: Shape, value: JSON) -> Any:
    match shape.type_name, value:
        case "structure", dict():
            names = {_shown(name): name for name in shape.members}
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


def _check(shape: Shape) -> parameters.Check:
    match shape.type_name:
        case "structure":
            fields = {_shown(name): _check_later(member) for name, member in shape.members.items()}
            return parameters.structure(fields, [_shown(name) for name in shape.required_members])
        case "list":
            return parameters.list_of(_check_later(shape.member))
        case "map":
            return parameters.map_of(_check_later(shape.value))
        case "string":
            return parameters.text
        case "boolean":
            return parameters.boolean
        case "integer" | "long":
            return parameters.integer
        case "float" | "double":
            return _number
    return parameters.anything


def _check_later(shape: Shape) -> parameters.Check:
    """The check of a part, made when there is one: a shape may contain itself."""
    return lambda field, value: _check(shape)(field, value)


def _number(field: str, value: JSON) -> list[str]:
    good = isinstance(value, int | float) and not isinstance(value, bool)
    # unrecorded: the text follows that for strings
    return [] if good else [f"The value for the field '{field}' must be a NUMBER"]
