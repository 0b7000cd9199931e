"""The search: has an explorer make many runs that Hypothesis chooses, and keeps the simplest run of each problem.

First many runs are made, then each task that they came to is tried with each of its faults, and every problem is noted.
Then Hypothesis is asked for each of them again, and makes its run simpler as far as it can. Nothing depends on time or
on the process: the same machine and seed, the same report.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from warnings import catch_warnings, filterwarnings

from asl.hosts.garbage import rare_collections
from asl.json_text import dumps
from asl.testing.exploration.explorer import Example, Explorer
from asl.testing.exploration.problems import Problem
from asl.testing.exploration.simulation import Subject

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

_Key: TypeAlias = tuple[str, str]

EVENTS: Final = 200_000
"""How many history events the runs of a search may have together: what endless loops would use up otherwise."""

_EVENTS_TO_SIMPLIFY: Final = 100_000
_TIRES: Final = 200
"""After how many runs that were all seen before the search ends."""


@dataclass(slots=True)
class Report:
    """What a search found: for each problem its simplest example, how many runs there were, and what they reached.

    `reached` holds JSON pointers as `Execution.taken` has them.
    """

    subject: Subject
    examples: list[Example] = field(default_factory=list)
    runs: int = 0
    events: int = 0
    reached: set[str] = field(default_factory=set)

    @property
    def problems(self) -> list[Problem]:
        return [each.problem for each in self.examples if each.problem is not None]


def search(explorer: Explorer, *, max_examples: int = 1000, seed: int = 0) -> Report:
    """Runs a workflow so many times, and gives what was found. Raises HostError when a task is answered by nothing."""
    report = Report(explorer.subject)
    explorer.reached = report.reached
    with rare_collections(), catch_warnings():
        # Before 2025, Hypothesis lowers Python's limit on nested calls for each run, and says so when a run raises it.
        filterwarnings("ignore", "The recursion limit will not be reset")
        simplest: dict[_Key, Example] = {}
        seen: set[str] = set()
        unseen: deque[bool] = deque(maxlen=_TIRES)
        sound: dict[str, Example] = {}

        def note(example: Example) -> None:
            report.runs += 1
            report.events += example.run.execution.last_id
            sight = dumps([example.input, example.plan, example.run.path, example.run.status])
            unseen.append(sight not in seen)
            seen.add(sight)
            for each in () if example.faults else example.answered:
                if each.state not in sound or example.complexity < sound[each.state].complexity:
                    sound[each.state] = example
            problem = example.problem
            if problem is not None:
                known = simplest.get((problem.rule, problem.key))
                if known is None or example.complexity < known.complexity:
                    simplest[problem.rule, problem.key] = example

            if report.events > EVENTS or (len(unseen) == _TIRES and not any(unseen)):
                unseen.clear()
                raise _Enough

        _explore(explorer, note, max_examples, seed)
        with suppress(_Enough):
            _try_every_fault(explorer, note, sound)
        _simplify(explorer, simplest, max_examples, seed)
    explorer.count_as_covered()
    order = {pointer: number for number, pointer in enumerate(explorer.workflow.machine.program.states)}
    report.examples = sorted(
        simplest.values(), key=lambda each: order.get(each.problem.pointer, -1) if each.problem is not None else -1
    )
    return report


class _Enough(BaseException):
    """Ends a search early; Hypothesis lets it pass."""


def _explore(explorer: Explorer, note: Callable[[Example], None], max_examples: int, seed: int) -> None:
    """Makes runs without asking for simpler ones."""
    from hypothesis import given

    @settings(max_examples, seed)
    @given(_examples(explorer))
    def every(example: Example) -> None:
        note(example)

    with suppress(_Enough):
        every()


def _try_every_fault(explorer: Explorer, note: Callable[[Example], None], sound: dict[str, Example]) -> None:
    """Makes the simplest run that came to a task without any fault again, once with each fault of that task."""
    for state, example in list(sound.items()):
        for fault in explorer.subject.tasks[state].faults:
            note(explorer.with_fault(example, fault))


def _simplify(explorer: Explorer, simplest: dict[_Key, Example], max_examples: int, seed: int) -> None:
    """Makes the example of each problem simpler."""
    waiting = set(simplest)
    while waiting:
        found = _simplified(explorer, simplest, waiting, max_examples, seed)
        if not found:
            return
        waiting -= found


def _simplified(
    explorer: Explorer, simplest: dict[_Key, Example], wanted: set[_Key], max_examples: int, seed: int
) -> set[_Key]:
    """The search once more, where now the problems that are wanted count as failures; gives those that it met.

    Hypothesis tells failures apart by the types of their exceptions, and stops soon after the first.
    """
    from hypothesis import given

    failures = {key: type("_Found", (AssertionError,), {}) for key in wanted}
    found: set[_Key] = set()
    events = 0

    @settings(max_examples, seed)
    @given(_examples(explorer))
    def again(example: Example) -> None:
        nonlocal events
        events += example.run.execution.last_id
        if events > _EVENTS_TO_SIMPLIFY and found:
            raise _Enough
        key = (example.problem.rule, example.problem.key) if example.problem is not None else None
        if key in failures:
            found.add(key)
            if example.complexity <= simplest[key].complexity:  # of equal ones, what Hypothesis comes to last
                simplest[key] = example
            raise failures[key]

    with suppress(BaseExceptionGroup, AssertionError, _Enough):
        again()
    return found


def settings(max_examples: int, seed: int, *, several: bool = True) -> Callable[[Any], Any]:
    """Hypothesis as it is to be here: without database, deadline and health checks, and the same every time.

    `several`: whether it looks for several failures.
    """
    import hypothesis as h

    chosen = h.settings(
        max_examples=max_examples,
        database=None,
        deadline=None,
        derandomize=False,
        suppress_health_check=list(h.HealthCheck),
        phases=(h.Phase.generate, h.Phase.shrink),
        verbosity=h.Verbosity.quiet,
        report_multiple_bugs=several,
        print_blob=False,
    )
    return lambda test: h.seed(seed)(chosen(test))


def _examples(explorer: Explorer) -> SearchStrategy[Example]:
    from hypothesis import strategies as st

    @st.composite
    def examples(draw: DrawFn) -> Example:
        return explorer.example(draw)

    return examples()
