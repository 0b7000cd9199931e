"""Runs the state under test: a world with one execution, which ends when its state is left or would be tried again."""

from collections.abc import Mapping
from typing import Any, Final

from asl import events as ev
from asl.engine import StateTest
from asl.hosts.run import Run
from asl.hosts.world import World
from asl.integration import Call, Failure, Output
from asl.payload import Stage
from asl.testing.teststate.definition import Tested
from asl.testing.teststate.request import Mock, Request
from asl.values import JSON

MOST_MS: Final = 300_000
"""How long the API lets a test take; then it fails with States.Timeout."""


class MockedTask:
    """A table of answers in which every task comes to the mock."""

    def __init__(self, mock: Mock) -> None:
        self._mock = mock

    def answer(self, call: Call) -> Output | Failure:
        error = self._mock.error
        return Output(self._mock.result) if error is None else Failure(error.error, error.cause)


class Bench(World):
    """A world for one test. `stages` are those of the state's input and output processing."""

    def __init__(self, mock: Mock | None, options: Mapping[str, Any]) -> None:
        super().__init__(mocks=None if mock is None else MockedTask(mock), **options)
        self.stages: list[Stage] = []
        self._test: StateTest | None = None

    def run_alone(self, request: Request, tested: Tested, context: JSON) -> Run:
        """The run of the state under test, which has ended, or goes on after the time that the API gives it."""
        mock, configuration = request.mock, request.configuration
        self._test = StateTest(
            context,
            configuration.retries,
            None if mock is None else mock.result,
            None if mock is None else mock.error,
            configuration.failed_iterations,
            configuration.items,
        )
        run = self.start(
            tested.machine,
            request.input,
            role_arn=request.role_arn,
            start_at=tested.state.pointer,
            variables=request.variables,
            single=True,
        )
        self.run(until=self.now + MOST_MS)
        return run

    def deliver(self, run: Run, event: ev.Event) -> None:
        if isinstance(event, ev.Started) and len(self.runs) == 1:  # others are those that its task starts
            run.execution.test = self._test
            run.execution.start_trace()
        super().deliver(run, event)

    def take(self, run: Run) -> None:
        self.stages += run.execution.stages
        super().take(run)
