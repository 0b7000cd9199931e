"""Whether a request has what the type of its state needs, and whether a mocked result is what the task could give."""

from typing import Final

from asl.hosts.answers import Answers
from asl.states.task import describe_resource
from asl.testing.teststate import context
from asl.testing.teststate.definition import Tested
from asl.testing.teststate.errors import ApiError, invalid
from asl.testing.teststate.request import Mock, Request

_TESTED_ALONE: Final = ("Task", "Wait", "Pass", "Succeed", "Fail", "Choice")
_MOCKED: Final = ("Task", "Parallel", "Map")


def check(request: Request, tested: Tested, answers: Answers) -> None:
    """Raises ApiError for a request that does not fit its state. `answers` know the shapes of results."""
    if request.mock is None:
        _check_unmocked(request, tested)
        return
    if tested.type not in _MOCKED:
        raise invalid(f"State type '{tested.type}' is not supported when a mock is specified")
    if request.context is not None:
        context.check(request.context, tested)
    name = request.configuration.errors_from
    if name is not None and tested.type != "Task" and name not in tested.inner_names:
        raise invalid("State not found in definition")  # unrecorded: that the name is looked for
    if request.mock.error is None:
        _check_result(request.mock, tested, answers)


def _check_unmocked(request: Request, tested: Tested) -> None:
    if tested.type not in _TESTED_ALONE:
        listed = ", ".join(_TESTED_ALONE)
        message = f"TestState API does not support Map or Parallel states. Supported state types include: [{listed}]"
        raise ApiError("InvalidDefinition", message)
    if tested.type != "Task":
        return
    if request.role_arn is None:
        raise invalid("RoleArn must be specified when testing a Task state")
    if context.waits(tested) or describe_resource(str(tested.written["Resource"]))[0] == "Activity":
        # unrecorded: the text; that these need a mock is documented
        message = (
            "TestState API does not support Activity tasks, or the .sync or .waitForTaskToken service integration"
            " patterns when a mock is not specified."
        )
        raise ApiError("InvalidDefinition", message)


def _check_result(mock: Mock, tested: Tested, answers: Answers) -> None:
    result = mock.result
    if tested.type == "Task":
        if mock.validation != "NONE":
            _check_fields(mock, tested, answers)
    elif _is_written_elsewhere(tested):
        if not isinstance(result, dict):
            raise invalid("Mocked result must be a JSON object.")  # unrecorded
    elif not isinstance(result, list):
        raise invalid("Mocked result must be an array.")
    elif tested.type == "Parallel" and len(result) != len(tested.written["Branches"]):
        raise invalid("Mocked result must contain the same number of items as number of Parallel branches.")


def _is_written_elsewhere(tested: Tested) -> bool:
    """Whether the results go to where a ResultWriter names, so that the state only says where they are."""
    writer = tested.written.get("ResultWriter")
    return isinstance(writer, dict) and "Resource" in writer


def _check_fields(mock: Mock, tested: Tested, answers: Answers) -> None:
    resource = str(tested.written["Resource"])
    if resource.endswith(".waitForTaskToken"):
        return  # whoever has the token may send anything. unrecorded: that AWS sees it so
    problem = answers.result_problem(resource, mock.result, complete=mock.validation == "STRICT")
    if problem is not None:
        raise invalid(f"Mock result schema validation error: {problem}")
