"""Invariants: functions of a run that raise AssertionError when it does not have a property that all runs must have.

They stand in `invariants=` of `asl.explore`, or are called by a test: `compensated("Charge", by="Refund")(run)`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final, TypeAlias

from asl.limits import HISTORY_EVENTS, STANDARD_SECONDS
from asl.values import JSON
from asl.wording import (
    INTRINSIC_FAILURE,
    NO_CHOICE_MATCHED,
    QUERY_EVALUATION_ERROR,
    RESULT_PATH_MATCH_FAILURE,
    RUNTIME,
)

if TYPE_CHECKING:
    from asl.hosts.run import Run

__all__ = [
    "Invariant",
    "compensated",
    "ends",
    "happens_at_most",
    "no_language_error",
    "published_at_most_once",
    "reaches",
    "succeeded",
]

Invariant: TypeAlias = "Callable[[Run], object]"

LANGUAGE_ERRORS: Final = frozenset(
    (RUNTIME, QUERY_EVALUATION_ERROR, NO_CHOICE_MATCHED, INTRINSIC_FAILURE, RESULT_PATH_MATCH_FAILURE,
     "States.ParameterPathFailure")
)  # fmt: skip
"""Errors that come of the definition itself, and of no service."""


def ends(run: Run) -> None:
    """The execution ends: it is in no endless loop, and does not wait for ever for an answer."""
    if run.status == "RUNNING" or is_endless(run):
        raise AssertionError(_what_holds(run))


def is_endless(run: Run) -> bool:
    """Whether the execution ended only because its history was full, or its year was over."""
    if run.status == "TIMED_OUT":
        return run.duration_ms >= STANDARD_SECONDS * 1000
    return run.error == RUNTIME and str(HISTORY_EVENTS) in (run.cause or "")


def _what_holds(run: Run) -> str:
    waiting = ", ".join(sorted(set(run.waiting_for.values())))
    if waiting:
        return f"the execution waits for ever for an answer to {waiting}"
    looped = ", ".join(dict.fromkeys(run.path[-50:]))
    if run.status == "TIMED_OUT":
        return f"the execution does not end within a year; in the end it was in {looped}"
    return f"the history is full ({HISTORY_EVENTS:,} events): the execution goes on and on through {looped}"


def no_language_error(run: Run) -> None:
    """The execution does not fail with an error of the definition itself, such as States.Runtime."""
    if run.error in LANGUAGE_ERRORS and not is_endless(run):
        raise AssertionError(f"{run.error}: {run.cause}")


def succeeded(run: Run) -> None:
    """The execution succeeds."""
    if not run.succeeded:
        raise AssertionError(f"it ended with {run.status}, {run.error}: {run.cause}")


def reaches(state: str) -> Invariant:
    """Every execution enters that state, however it ends."""

    def check(run: Run) -> None:
        if not run.state(state):
            raise AssertionError(f"the execution never came to {state}; its path was {', '.join(run.path)}")

    return _named(check, f"reaches({state!r})")


def compensated(state: str, *, by: str) -> Invariant:
    """When `state` succeeded and the execution failed later, the state `by` succeeded after it, as often."""

    def check(run: Run) -> None:
        if run.status in ("SUCCEEDED", "RUNNING"):
            return
        done, undone = _successes(run, state), _successes(run, by)
        if len(undone) < len(done):
            raise AssertionError(
                f"{state} succeeded {_times(len(done))} and the execution failed with {run.error},"
                f" but {by} succeeded {_times(len(undone))}"
            )

    return _named(check, f"compensated({state!r}, by={by!r})")


def happens_at_most(state: str, times: int = 1) -> Invariant:
    """The task of a state succeeds at most so many times in an execution."""

    def check(run: Run) -> None:
        done = len(_successes(run, state))
        if done > times:
            raise AssertionError(f"{state} succeeded {_times(done)}, not at most {_times(times)}")

    return _named(check, f"happens_at_most({state!r}, {times})")


def published_at_most_once(detail_type: str) -> Invariant:
    """At most one event of that detail type is put on an event bus by an execution."""

    def check(run: Run) -> None:
        count = sum(entry.get("DetailType") == detail_type for entry in _entries(run))
        if count > 1:
            raise AssertionError(f"{detail_type} was published {_times(count)}")

    return _named(check, f"published_at_most_once({detail_type!r})")


def _named(check: Callable[[Run], None], name: str) -> Invariant:
    check.__name__ = check.__qualname__ = name
    return check


def _times(number: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(number, f"{number} times")


def _successes(run: Run, state: str) -> list[JSON]:
    """What each success of a state was asked for: the arguments of a task's calls, None for states of other types."""
    visits = run.state(state)
    if any(visit.type != "Task" for visit in visits):
        return [None for visit in visits if visit.left_at is not None]
    return [arguments for name, arguments in _calls_answered(run) if name == state]


def _calls_answered(run: Run) -> Iterator[tuple[str, JSON]]:
    """The state and the arguments of each call of a task that succeeded, in the order of time."""
    states: dict[int, str] = {0: ""}
    arguments: dict[int, JSON] = {0: None}
    for event in run.recorded:
        details = event.details or {}
        states[event.id] = states.get(event.previous_id, "")
        arguments[event.id] = arguments.get(event.previous_id)
        if event.type.endswith("StateEntered"):
            states[event.id] = details["name"]
        elif event.type in _SCHEDULED:
            arguments[event.id] = details.get("parameters", details.get("input"))
        elif event.type in _SUCCEEDED:
            yield states[event.id], arguments[event.id]


_SCHEDULED: Final = frozenset(("TaskScheduled", "LambdaFunctionScheduled", "ActivityScheduled"))
_SUCCEEDED: Final = frozenset(("TaskSucceeded", "LambdaFunctionSucceeded", "ActivitySucceeded"))


def _entries(run: Run) -> Iterator[dict[str, JSON]]:
    """The entries of all calls of EventBridge's PutEvents that succeeded."""
    for _, arguments in _calls_answered(run):
        entries = arguments.get("Entries") if isinstance(arguments, dict) else None
        yield from (entry for entry in entries or () if isinstance(entry, dict))
