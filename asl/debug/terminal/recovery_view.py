"""What comes of an error of a state: which retrier or catcher takes it, or who gets it where none does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from asl.debug.stop import Stop
from asl.debug.terminal.headline import shortened
from asl.debug.ways import same_thread
from asl.model import Retrier
from asl.states.recovery import Recovery, backoff_seconds, matches
from asl.story_text import duration
from asl.wording import TIMEOUT

_LONGEST: Final = 40  # columns of a state's name


def following(stop: Stop) -> str:
    """What happens next at an error stop: `Retry 0 takes it: attempt 2 comes after 4 s, retry 1 of 3`."""
    error = stop.error
    recovery: Recovery | None = getattr(stop.state, "recovery", None)
    if error is None:
        return ""
    if error.terminal:
        return "no Retry and no Catch is asked: the execution fails"
    said = []
    if recovery is not None and recovery.retriers:
        index = next((i for i, each in enumerate(recovery.retriers) if matches(each.error_equals, error)), None)
        if index is None:
            said.append("no retrier matches")
        else:
            retrier, used = recovery.retriers[index], retries_used(stop)[index]
            if used < retrier.max_attempts:
                after = wait_before(retrier, used)
                count = f"retry {used + 1} of {retrier.max_attempts}"
                return f"Retry {index} takes it: attempt {stop.scope.attempt + 2} comes after {after}, {count}"
            said.append(f"Retry {index} matches, but none of its {retrier.max_attempts} retries is left")
    return "; ".join([*said, _not_retried(stop, recovery)])


def _not_retried(stop: Stop, recovery: Recovery | None) -> str:
    """Who takes an error that is not retried."""
    error = stop.error
    assert error is not None, "an error stop has one"
    for index, catcher in enumerate(recovery.catchers if recovery is not None else ()):
        if matches(catcher.error_equals, error):
            target = "" if catcher.next is None else f" → {shortened(catcher.next.name, _LONGEST)}"
            return f"Catch {index} takes it{target}"
    catches = "no catcher matches, " if recovery is not None and recovery.catchers else ""
    if stop.levels:
        around = stop.levels[-1].state
        return f"{catches}the {around.type} {shortened(around.name, _LONGEST)} around gets it"
    return f"{catches or 'nothing handles it: '}the execution fails"


def retries_used(stop: Stop) -> list[int]:
    """How often each retrier of a state was used in this visit."""
    return stop.scope.retries or [0] * len(stop.state.recovery.retriers)  # type: ignore[attr-defined]


def wait_before(retrier: Retrier, used: int) -> str:
    """How long it is to the next attempt: `4 s`, or `at most 4 s` where chance has a say."""
    delay = duration(int(backoff_seconds(retrier, used, lambda: 1.0) * 1000))
    return f"at most {delay}" if retrier.jitter_strategy == "FULL" else delay


def time_out(stops: Sequence[Stop], stop: Stop) -> str:
    """Which time of a task is over at an error stop: `HeartbeatSeconds: 600 s are over`; "" where that is not known.

    That is the one which was due then, at the last stop of the task before.
    """
    if stop.error is None or stop.error.error != TIMEOUT:
        return ""
    own = (each for each in reversed(stops[: stop.number]) if same_thread(each, stop))
    asked = next((each.scope.effective for each in own if each.kind != "exit"), None)
    for purpose, field in (("heartbeat", "HeartbeatSeconds"), ("timeout", "TimeoutSeconds")):
        if isinstance(asked, dict) and asked.get(f"{purpose}_due") == stop.at:
            return f"{field}: {asked[purpose]} s are over"
    return ""
