"""What a world keeps of calls: attempts at tasks, requests of other threads."""

from __future__ import annotations

from collections.abc import Callable
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from asl import events as ev
from asl.effects import CallTask
from asl.integration import Call

if TYPE_CHECKING:
    from asl.engine import Execution
    from asl.hosts.run import Run


class Attempt:
    """A call that was asked for and is not over."""

    __slots__ = (
        "answered",
        "awaits_token",
        "call",
        "cancelled",
        "early",
        "effect",
        "is_performed",
        "polls",
        "ref",
        "run",
    )

    def __init__(self, run: Run, effect: CallTask, call: Call) -> None:
        self.run = run
        self.effect = effect
        self.call = call
        self.ref = effect.ref
        self.polls = 0
        """How often it was performed, of a call that goes on for a while."""
        self.cancelled = False
        self.answered = False
        """The answer has come, or will come at a known time."""
        self.is_performed = True
        """An integration performs the call, as far as is known, and is to be told when it is given up."""
        self.awaits_token = False
        """The start call is answered, and the task goes on until its token is."""
        self.early: ev.TaskSucceeded | ev.TaskFailed | None = None
        """The answer to the token where it came before that of the start call."""

    def __deepcopy__(self, memo: object) -> Attempt:
        """A copy that goes its own way; what never changes is shared."""
        copy = object.__new__(Attempt)
        for name in self.__slots__:
            setattr(copy, name, getattr(self, name))
        return copy

    @property
    def is_activity(self) -> bool:
        """Whether the task is an activity, which starts when a worker takes it."""
        return ":activity:" in self.call.resource


class Request:
    """Something that a thread asks of the one that drives the world."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self._work = work
        self._done = SimpleQueue[tuple[Any, BaseException | None]]()

    def perform(self) -> None:
        try:
            self._done.put((self._work(), None))
        except BaseException as failure:  # raised again on the thread that asked
            self._done.put((None, failure))

    def result(self) -> Any:
        value, failure = self._done.get()
        if failure is not None:
            raise failure
        return value


def call_of(effect: CallTask, execution: Execution, at: int, parent_arn: str | None = None) -> Call:
    """What an integration, or a mock, is asked for a task of an execution, at a time in milliseconds."""
    info = execution.info
    frame = execution.frames.get(effect.ref.partition("#")[0])
    return Call(
        ref=effect.ref,
        resource=effect.resource,
        arguments=effect.arguments,
        pattern=effect.pattern,
        state_name=effect.state_name,
        execution_arn=info.arn,
        state_machine_arn=info.state_machine_arn,
        at=at,
        seed=f"{info.seed}/{effect.ref}",
        attempt=effect.attempt,
        token=effect.token,
        credentials=effect.credentials,
        timeout_seconds=effect.timeout_seconds,
        heartbeat_seconds=effect.heartbeat_seconds,
        region=info.region,
        account=info.account,
        parent_arn=parent_arn,
        item=None if frame is None else frame.map_item(),
    )
