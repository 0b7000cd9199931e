"""TestState of AWS Step Functions, offline: a request in, the API's answer out, from the engine that runs machines.

`request` reads and checks a request, `definition` finds the state under test, `context` is its context object,
`mock_checks` judges what stands for its result, `bench` runs it, `inspection` makes the answer of what came of it.
"""

from asl.testing.teststate.api import answer, test_state
from asl.testing.teststate.errors import ApiError

__all__ = ["ApiError", "answer", "test_state"]
