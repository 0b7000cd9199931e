"""What the tasks of an execution were answered, read from its history: series of answers that mocks can give again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Final

from asl.history import HistoryEvent
from asl.hosts.run import Run
from asl.integration import Answer, Failure, Output, Pending
from asl.json_text import dumps
from asl.testing.attempts import last_events
from asl.testing.skipped_tasks import effect, skipped_tasks
from asl.testing.written_mocks import Series

_ENDS: Final = ("Succeeded", "Failed", "TimedOut")
_METADATA: Final = {"SdkHttpMetadata", "SdkResponseMetadata"}
_FOR_EVER_MS: Final = 99_999_999_000
"""How long a task takes that was given up unanswered: longer than any time-out."""


@dataclass(frozen=True, slots=True)
class Answered:
    """An attempt at a task, and what came of it; `item` is the index of the Map's iteration that it was in."""

    state: str
    item: int | None
    answer: Answer


def answered(run: Run) -> Iterator[list[Answered]]:
    """What came of each attempt at a task, in the order in which the attempts began.

    The answer of a `.sync` or callback task is its outcome. One that nobody answered is pending if its execution still
    awaits it, or could have been answered by its token; else it takes longer than any execution.

    No history tells of attempts that were given up whether anybody had been asked by then. If there are some, there is
    more than one list, with them and without: the likeliest first. So there is where tasks were skipped: these answer
    what makes the same of their states, which is not the same for all.
    """
    events = {event.id: event for event in run.recorded}
    last = last_events(run.recorded)
    found = {
        number: Answered(visit.name, visit.item, _answer(events[number], last[number], run))
        for visit in run.visits
        for number, _ in visit.asked
    }
    skipped = skipped_tasks(run)
    given_up = {number: each for number, each in last.items() if number not in skipped}
    for left_out in _left_out(run, events, given_up):
        for as_payload in (False, True) if skipped else (False,):
            instead = {
                number: Answered(visit.name, visit.item, effect(visit, events[number], run.machine, as_payload))
                for number, visit in skipped.items()
            }
            in_order = sorted({**found, **instead}.items())
            yield [each for number, each in in_order if number not in left_out]


def _left_out(
    run: Run, events: Mapping[int, HistoryEvent], last: Mapping[int, HistoryEvent]
) -> Iterable[frozenset[int]]:
    """Which of the attempts that were given up had perhaps not been asked, by their ids."""
    if run.status == "RUNNING":
        return [frozenset()]
    given_up = {number for number, event in last.items() if not event.type.endswith(_ENDS)}
    at_once = {number for number, event in last.items() if number not in given_up and event.at == events[number].at}
    not_begun = {number for number in given_up if last[number].id == number}
    behind_others = {
        number for number in given_up if any(each < number and events[each].at == events[number].at for each in at_once)
    }
    return dict.fromkeys((frozenset(not_begun | behind_others), frozenset(not_begun), frozenset(given_up)))


def without_metadata(attempts: Iterable[Answered]) -> list[Answered]:
    """The attempts without what HTTP said beside the answers of services."""
    return [replace(each, answer=_bare(each.answer)) for each in attempts]


def _bare(answer: Answer) -> Answer:
    if not isinstance(answer, Output) or not isinstance(answer.value, dict):
        return answer
    return replace(answer, value={key: value for key, value in answer.value.items() if key not in _METADATA})


def series(attempts: Iterable[Answered]) -> list[Series]:
    """The answers as few series: one for a state, unless the iterations of a Map were answered differently."""
    states: dict[str, list[Answered]] = {}
    for each in attempts:
        states.setdefault(each.state, []).append(each)
    return [found for state, own in states.items() for found in _series(state, own)]


def _answer(scheduled: HistoryEvent, last: HistoryEvent, run: Run) -> Answer:
    details: dict[str, Any] = last.details or {}
    duration = last.at - scheduled.at
    if last.type.endswith("Succeeded"):
        return Output(details["output"], duration)
    if last.type.endswith("TimedOut"):
        return _timed_out(scheduled.details or {}, details.get("error"), duration)
    if last.type.endswith("Failed"):
        return Failure(details.get("error"), details.get("cause"), duration_ms=duration)
    is_open = run.status == "RUNNING" or _has_token(scheduled)
    return Pending(None) if is_open else Output(None, _FOR_EVER_MS)


def _timed_out(scheduled: dict[str, Any], error: str | None, duration: int) -> Answer:
    """What times out again, at the same time: by TimeoutSeconds, by HeartbeatSeconds, or without either."""
    if duration == scheduled.get("timeoutInSeconds", 0) * 1000:
        return Failure(error, None, "timeout")
    return Pending(None) if "heartbeatInSeconds" in scheduled else Failure(error, None, duration_ms=duration)


def _has_token(scheduled: HistoryEvent) -> bool:
    action = (scheduled.details or {}).get("resource", "")
    return scheduled.type.startswith("Activity") or action.endswith(".waitForTaskToken")


def _series(state: str, attempts: list[Answered]) -> Iterator[Series]:
    """One series for all, or one for each item; where most items have the same single answer, one for that first."""
    if len({_text(each.answer) for each in attempts}) == 1:
        yield Series(state, (attempts[0].answer,))
        return
    by_item: dict[int | None, tuple[Answer, ...]] = {}
    for each in attempts:
        by_item[each.item] = (*by_item.get(each.item, ()), each.answer)
    if len(by_item) == 1:
        yield Series(state, tuple(each.answer for each in attempts))
        return
    constant = Counter(_constant(answers) for answers in by_item.values() if _constant(answers) is not None)
    common, times = constant.most_common(1)[0] if constant else (None, 0)
    if times > 1:
        usual = next(answers for answers in by_item.values() if _constant(answers) == common)
        yield Series(state, usual[:1])
        by_item = {item: answers for item, answers in by_item.items() if _constant(answers) != common}
    for item, answers in sorted(by_item.items(), key=lambda each: -1 if each[0] is None else each[0]):
        yield Series(state, answers, item)


def _constant(answers: tuple[Answer, ...]) -> str | None:
    """The answer that all of them are, as text; None where they differ."""
    texts = [text for text, _ in groupby(answers, _text)]
    return texts[0] if len(texts) == 1 else None


def _text(answer: Answer) -> str:
    """An answer as text that is the same for the same answer."""
    match answer:
        case Output(value, duration):
            return dumps(["output", value, duration])
        case Failure(error, cause, phase, duration):
            return dumps(["failure", error, cause, phase == "timeout", duration])
        case Pending():
            return "pending"
