"""The texts of `StateError`s, as AWS words them. Each is taken from a recording unless it is marked `unrecorded`."""

from collections.abc import Iterable

from asl.errors import StateError
from asl.json_text import dumps, shown
from asl.limits import CAUSE_LENGTH, ERROR_LENGTH, HISTORY_EVENTS
from asl.values import JSON

RUNTIME = "States.Runtime"
TIMEOUT = "States.Timeout"
HEARTBEAT_TIMEOUT = "States.HeartbeatTimeout"
DATA_LIMIT_EXCEEDED = "States.DataLimitExceeded"
NO_CHOICE_MATCHED = "States.NoChoiceMatched"
INTRINSIC_FAILURE = "States.IntrinsicFailure"
RESULT_PATH_MATCH_FAILURE = "States.ResultPathMatchFailure"
EXCEED_TOLERATED_FAILURE_THRESHOLD = "States.ExceedToleratedFailureThreshold"
ALL = "States.ALL"
TASK_FAILED = "States.TaskFailed"
QUERY_EVALUATION_ERROR = "States.QueryEvaluationError"


class EvaluationError(Exception):
    """A field of a state cannot be evaluated. `message` is AWS's text without its opening that names the state.

    Raised by compiled fields, turned into a `StateError` where the state is known; never leaves the engine.
    """

    def __init__(self, message: str, error: str = RUNTIME, terminal: bool = True, location: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.error = error
        self.terminal = terminal
        self.location = location
        """The field, where the history shows it."""

    @classmethod
    def of_query(cls, message: str, location: str | None = None) -> "EvaluationError":
        """The failure of a field of a JSONata state, which Retry and Catch see."""
        return cls(message, QUERY_EVALUATION_ERROR, terminal=False, location=location)


def in_state(name: str, entered_id: int, failure: EvaluationError) -> StateError:
    """The failure of a field as the error of its state."""
    cause = f"An error occurred while executing the state '{name}' (entered at the event id #{entered_id}). "
    return limited(failure.error, cause + failure.message, terminal=failure.terminal)


def limited(error: str | None, cause: str | None, terminal: bool = False) -> StateError:
    """An error with its name and cause cut to the lengths that the API allows."""
    return StateError(error and error[:ERROR_LENGTH], cause and cause[:CAUSE_LENGTH], terminal)


def path_not_found(path: str, detail: str) -> EvaluationError:
    """An InputPath, OutputPath, TimeoutSecondsPath ... that leads nowhere; `detail` is Jayway's text."""
    return EvaluationError(f"Invalid path '{path}' : {detail}")


def template_path_not_found(path: str, field: str, data: JSON) -> EvaluationError:
    """A path in a payload template, ErrorPath or CausePath that leads nowhere in `data`."""
    text = f"The JSONPath '{path}' specified for the field '{field}' could not be found in the input '{dumps(data)}'"
    return EvaluationError(text)


def not_an_integer(field: str, value: JSON, path: str) -> EvaluationError:
    return EvaluationError(f'The {field} field refers to value "{shown(value)}" which is not a valid integer: {path}')


def not_a_float(field: str, value: JSON, path: str) -> EvaluationError:
    return EvaluationError(f'The {field} field refers to value "{shown(value)}" which is not a valid float: {path}')


def threshold_exceeded() -> StateError:
    return StateError(EXCEED_TOLERATED_FAILURE_THRESHOLD, "The specified tolerated failure threshold was exceeded")


def choice_variable_not_found(path: str) -> EvaluationError:
    # unrecorded: text from users' reports of executions on AWS
    return EvaluationError(f"Invalid path '{path}': The choice state's condition path references an invalid value.")


def no_choice_matched() -> EvaluationError:
    # unrecorded: the error's name is documented, its text is ours
    return EvaluationError("No choice rule matched and the state has no Default.", NO_CHOICE_MATCHED, terminal=False)


def intrinsic_failed(call: str, message: str) -> EvaluationError:
    # unrecorded: the error's name is the specification's, the frame of the text is from users' reports
    text = f"The function '{call}' had the following error: {message}"
    return EvaluationError(text, INTRINSIC_FAILURE, terminal=False)


def result_path_not_applicable(path: str, data: JSON) -> EvaluationError:
    # unrecorded: the error's name is documented, the text is from users' reports
    text = f"Unable to apply ReferencePath {path} to input {dumps(data)}"
    return EvaluationError(text, RESULT_PATH_MATCH_FAILURE, terminal=False)


def query_gave_nothing(expression: str, field: str) -> EvaluationError:
    """A JSONata expression without a value; `field` is the way to it: `Output/total`, `Choices[0]/Condition`."""
    text = f"The JSONata expression '{expression}' specified for the field '{field}' returned nothing (undefined)."
    return EvaluationError.of_query(text, field)


def query_gave_unsupported_type(expression: str, field: str) -> EvaluationError:
    text = (
        f"The JSONata expression '{expression}' specified for the field '{field}' returned an unsupported result type."
    )
    return EvaluationError.of_query(text, field)


def query_gave_unexpected_type(expression: str, field: str, expected: str, actual: str, value: JSON) -> EvaluationError:
    text = (
        f"The JSONata expression '{expression}' specified for the field '{field}' returned an unexpected result type."
        f" Expected '{expected}', but was '{actual}' for value: {dumps(value)}"
    )
    return EvaluationError.of_query(text, field)


def query_failed(expression: str, field: str, code: str | None, message: str) -> EvaluationError:
    """A JSONata expression that fails; AWS shows the language's own codes, but none for a bound that was hit."""
    text = f"The JSONata expression '{expression}' specified for the field '{field}' threw an error during evaluation"
    shown_code = f". {code}: " if code is not None and not code.startswith("U") else ": "
    return EvaluationError.of_query(text + shown_code + message, field)


def items_not_an_array(value: JSON) -> EvaluationError:
    """The input of a JSONata Map that has no Items."""
    return EvaluationError.of_query(f"Map state input must be an array but was: {dumps(value)}")


def not_a_timestamp(text: str) -> EvaluationError:
    message = f"The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: {text}"
    return EvaluationError.of_query(message, "Timestamp")


def variables_too_large(state: str) -> StateError:
    # unrecorded: the guide names the quotas; error and text follow those of a result that is too large
    cause = f"The state '{state}' assigned variables with a size exceeding the maximum number of bytes service limit."
    return StateError(DATA_LIMIT_EXCEEDED, cause, terminal=True)


def arguments_refused(arguments: JSON, problems: Iterable[str]) -> EvaluationError:
    """A task whose arguments the service integration cannot use; recorded for `apigateway:invoke`."""
    text = f"The Parameters '{dumps(arguments)}' could not be used to start the Task: [{', '.join(problems)}]"
    return EvaluationError(text)


def result_too_large(what: str, terminal: bool) -> StateError:
    """`what` is a state's name, a Lambda function's ARN or a service's resource type."""
    cause = (
        f"The state/task '{what}' returned a result with a size exceeding the maximum number of bytes service limit."
    )
    return StateError(DATA_LIMIT_EXCEEDED, cause, terminal)


def history_full() -> StateError:
    cause = f"The execution reached the maximum number of history events ({HISTORY_EVENTS})."
    return StateError(RUNTIME, cause, terminal=True)


def too_deep() -> StateError:
    # unrecorded: that there is such a limit is certain, its text is ours
    return StateError(RUNTIME, "The data of the execution is nested too deeply.", terminal=True)


def timed_out() -> StateError:
    return StateError(TIMEOUT)


def heartbeat_missed() -> StateError:
    """Recorded as States.Timeout; catchers of States.HeartbeatTimeout match it too."""
    return StateError(TIMEOUT, alias=HEARTBEAT_TIMEOUT)
