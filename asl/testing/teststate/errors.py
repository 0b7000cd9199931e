"""What the API refuses a request with."""

from typing import Final

from asl.errors import InputError

PARAMETERS: Final = "ParamValidationError"
"""The code of what an AWS SDK refuses itself, before anything is sent."""


class ApiError(InputError):
    """A request that TestState refuses. `code` and `message` are those of its API.

    str() of it is what the AWS CLI and boto3 say.
    """

    def __init__(self, code: str, message: str) -> None:
        if code == PARAMETERS:
            text = f"Parameter validation failed:\n{message}"
        else:
            text = f"An error occurred ({code}) when calling the TestState operation: {message}"
        super().__init__(text)
        self.code = code
        self.message = message


def invalid(message: str) -> ApiError:
    """A ValidationException."""
    return ApiError("ValidationException", message)
