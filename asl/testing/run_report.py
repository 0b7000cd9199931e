"""What is told of a run to somebody whose test failed: the path that it took, how it ended, what is probably wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from io import StringIO
from typing import Final

from asl.history import render_all
from asl.hosts.run import Run
from asl.hosts.visits import Visit
from asl.source_text import placeholders_of
from asl.story import Story
from asl.testing.matching import shown
from asl.wording import TIMEOUT, history_full

_WIDTH: Final = 120
_HEAD, _TAIL = 40, 15  # lines of a long story that are told
_MOST_EQUAL, _MOST = 3, 12  # states in a row that are told one by one: as expected, or not
_LONGEST_CYCLE: Final = 30
_COMPARED: Final = 400  # states of a path that are compared, one by one


# -- paths -----------------------------------------------------------------------------------------------------------


def path(run: Run) -> str:
    """The states that a run entered, on one line; what goes round and round is told once."""
    return " → ".join(folded(run.path)) or "no state was entered"


def folded(names: Sequence[str]) -> Iterator[str]:
    """The names, and in place of those that repeat at least three times in a row `(A → B) × 3`."""
    for cycle, times in _cycles(names):
        told = " → ".join(cycle)
        yield told if times == 1 else f"{told if len(cycle) == 1 else f'({told})'} × {times:,}"


def _cycles(names: Sequence[str]) -> Iterator[tuple[Sequence[str], int]]:
    """The names one after the other, each once, but those that go round at least three times as one cycle."""
    at = 0
    while at < len(names):
        cycle, times = next(filter(_repeats, _repetitions(names, at)), (names[at : at + 1], 1))
        yield cycle, times
        at += len(cycle) * times


def _repetitions(names: Sequence[str], at: int) -> Iterator[tuple[Sequence[str], int]]:
    """The cycles that may begin there, the shortest first, each with how often it comes in a row."""
    for length in range(1, _LONGEST_CYCLE + 1):
        cycle, times = names[at : at + length], 1
        while names[at + length * times : at + length * (times + 1)] == cycle:
            times += 1
        yield cycle, times


def _repeats(repetition: tuple[Sequence[str], int]) -> bool:
    return repetition[1] >= 3


def path_difference(run: Run, expected: Sequence[str]) -> Iterator[str]:
    """The path of a run beside the expected one: `-` before what was expected, `+` before what was taken instead."""
    visits = run.visits
    taken = [visit.name for visit in visits[:_COMPARED]]
    opcodes = SequenceMatcher(None, list(expected), taken, False).get_opcodes()
    for step, first, last, since, until in opcodes:
        if step == "equal":
            lines = [f"  {_told(visit)}" for visit in visits[since:until]]
            yield from _shortened(lines, _MOST_EQUAL, "as expected")
        else:
            yield from (f"- {name}   (expected)" for name in expected[first:last])
            until = len(visits) if until == len(taken) else until
            yield from _shortened([f"+ {_told(visit)}" for visit in visits[since:until]], _MOST, "more")


def _shortened(lines: list[str], most: int, what: str) -> list[str]:
    """The lines, of more than `most` the first and the last."""
    if len(lines) <= most:
        return lines
    return [lines[0], f"{lines[0][:2]}… {len(lines) - 2:,} states {what}", lines[-1]]


def parting(path: Sequence[str], expected: Sequence[str]) -> str:
    """Where a path leaves the expected one: `after Pay, expected Paid, got Refund`."""
    same = next((at for at, pair in enumerate(zip(path, expected, strict=False)) if pair[0] != pair[1]), None)
    at = min(len(path), len(expected)) if same is None else same
    wanted, got = (names[at] if at < len(names) else "the end" for names in (expected, path))
    return f"{f'after {path[at - 1]}, ' if at else ''}expected {wanted}, got {got}"


def _told(visit: Visit) -> str:
    notes = [] if visit.item is None else [f"item {visit.item}"]
    if visit.attempts > 1:
        notes.append(f"{visit.attempts} attempts")
    if visit.error is not None:
        notes.append(f"error {visit.error}{': ' if visit.cause else ''}{shown(visit.cause) if visit.cause else ''}")
    return visit.name + (f"   ({', '.join(notes)})" if notes else "")


# -- the end ---------------------------------------------------------------------------------------------------------


def ending(run: Run) -> str:
    """How a run ended, or that it goes on; empty where it succeeded."""
    if run.succeeded:
        return ""
    if run.status == "RUNNING":
        waiting = ", ".join(dict.fromkeys(run.waiting_for.values()))
        since = (run.world.now - run.execution.started_at) / 1000
        return f"RUNNING {since:g} s after its start{', awaits an answer for ' if waiting else ''}{waiting}"
    place = f" at {run.failed_at}" if run.failed_at is not None else ""
    return f"{run.status}{place}: {run.error or 'an error without a name'}{': ' if run.cause else ''}{run.cause or ''}"


def hints(run: Run) -> Iterator[str]:
    """What is probably wrong with the test, where the end of a run looks so."""
    if run.status == "RUNNING" and any(frame.due is not None for frame in run.execution.frames.values()):
        yield "the clock was stopped; run.advance() goes on (in a test file, a later `until`)"
    yield from run.world.answers.idle_mocks(run.visits)
    if run.succeeded or run.status == "RUNNING":
        return
    yield from _unanswered(run)
    if run.cause == history_full().cause:
        cycle, _ = max(_cycles(run.path), key=lambda each: each[1], default=((), 1))
        yield (
            f"the execution goes round: {' → '.join(cycle)}; a mock that always answers the same may be why: an"
            " answer for some calls only has `times`, another follows with `then` (in a test file, next in a list)"
        )
    if run.error is None or run.error not in _OWN_ERRORS:
        caught = [visit for visit in run.visits if visit.caught]
        if caught and caught[-1].error not in (None, run.error):
            cause = f": {shown(caught[-1].cause)}" if caught[-1].cause else ""
            yield f"{caught[-1].name} failed before with {caught[-1].error}{cause}, which was caught"
    if names := list(dict.fromkeys(placeholders_of(run.machine.document.value))):
        listed = ", ".join(f"${{{name}}}" for name in names[:8]) + (" ..." if len(names) > 8 else "")
        yield f"placeholders of the definition have no value: {listed}; `define` gives them one"
    if "Payload" in (run.cause or ""):
        yield from _without_payload(run)


def _unanswered(run: Run) -> Iterator[str]:
    """Tasks with a token that timed out, which is what happens when nothing stops the clock for an answer."""
    tokens = {state.name for state in run.machine.program.states.values() if getattr(state, "pattern", "") == _CALLBACK}
    for name in dict.fromkeys(visit.name for visit in run.visits if visit.error == TIMEOUT and visit.name in tokens):
        yield f"{name} was not answered in time; `until` stops the clock before (in a test file, there are `answers`)"


_CALLBACK: Final = "wait_for_task_token"
_OWN_ERRORS: Final = ("States.Runtime", "States.QueryEvaluationError")


def _without_payload(run: Run) -> Iterator[str]:
    for event in run.recorded:
        if event.type != "TaskSucceeded" or event.details is None:
            continue
        service, action, output = (event.details[name] for name in ("resourceType", "resource", "output"))
        if service == "lambda" and action == "invoke" and not (isinstance(output, dict) and "Payload" in output):
            yield (
                f"lambda:invoke answered {shown(output)}, without Payload; what the function returns is mocked with"
                " .returns_payload(...), in a test file with `payload: ...`"
            )
            return


def outcome(run: Run) -> list[str]:
    """How a run ended, where it did not succeed, and what is probably wrong."""
    told = ending(run)
    return [told, *(f"hint: {hint}" for hint in hints(run))] if told else []


# -- all of it -------------------------------------------------------------------------------------------------------


def story(run: Run, whole: bool = False) -> str:
    """What happened in a run, a line for each step, with the data; `whole`: however long it is."""
    stream = StringIO()
    clock = "real time" if run.world.live else "virtual time"
    teller = Story(stream, width=None if whole else _WIDTH, clock=clock, title=run.machine.name, outcome=False)
    for event in render_all(run.recorded):
        teller.feed(event)
    teller.close()
    lines = stream.getvalue().splitlines()
    if not whole and len(lines) > _HEAD + _TAIL:
        left_out = f"{'':14}… {len(lines) - _HEAD - _TAIL:,} lines are left out"
        lines = [*lines[:_HEAD], left_out, *lines[-_TAIL:]]
    return _joined([*lines, *(f"  {line}" for line in outcome(run))])


def _joined(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
