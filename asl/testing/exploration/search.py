"""The search: runs a machine under inputs and faults that Hypothesis chooses, and keeps the simplest run of each
problem.

First many runs are made and every problem is noted. Then Hypothesis is asked for each problem again, and makes its run
simpler as far as it can. Nothing depends on time or on the process: the same machine and seed, the same report.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from asl.errors import HostError
from asl.hosts.garbage import rare_collections
from asl.hosts.run import Run
from asl.hosts.watchers import watchers
from asl.hosts.world import World, split_options
from asl.integration import Output
from asl.json_text import dumps
from asl.testing import mock_config
from asl.testing.exploration.faults import USUAL, Fault, Kind
from asl.testing.exploration.invariants import Invariant
from asl.testing.exploration.problems import Judge, Problem
from asl.testing.exploration.simulation import Answered, Simulation, Subject
from asl.testing.exploration.values import Choose
from asl.testing.mocks import MockTable
from asl.testing.strategies import chooser
from asl.testing.workflow import Workflow
from asl.values import JSON

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

_Key: TypeAlias = tuple[str, str]

EVENTS: Final = 600_000
"""How many history events the runs of a search may have together: what endless loops would use up otherwise."""

_EVENTS_TO_SIMPLIFY: Final = 300_000
_TIRES: Final = 200
"""After how many runs that were all seen before the search ends."""

_ANSWERERS: Final = ("tasks", "lambdas", "activities", "aws", "machines", "endpoint_url")
"""Options of a Workflow with which others than mocks answer tasks."""


@dataclass(frozen=True, slots=True, repr=False)
class Example:
    """A run of a subject, what it was started with, and what was answered to its tasks."""

    subject: Subject
    input: JSON
    run: Run
    answered: tuple[Answered, ...]
    faults: tuple[Fault, ...]
    problem: Problem | None

    def __repr__(self) -> str:
        return f"<{self.run!r}, {len(self.faults)} faults>"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """How Hypothesis shows it: shortly."""
        printer.text(repr(self))

    @property
    def plan(self) -> list[dict[str, JSON]]:
        """The faults as plain JSON."""
        return [fault.as_json() for fault in self.faults]

    @property
    def complexity(self) -> tuple[int, ...]:
        """Less for what is simpler: fewer faults, fewer calls, shorter data."""
        values = [each.answer.value for each in self.answered if isinstance(each.answer, Output)]
        counted = sum(fault.call is not None for fault in self.faults)
        return len(self.faults), len(self.answered), counted, len(dumps(self.input)) + len(dumps(values))


@dataclass(slots=True)
class Report:
    """What a search found: for each problem its simplest example, how many runs there were, and what they reached.

    `reached` holds JSON pointers as `Execution.taken` has them. `tested` is what invariants were asked of every run.
    """

    subject: Subject
    examples: list[Example] = field(default_factory=list)
    runs: int = 0
    events: int = 0
    reached: set[str] = field(default_factory=set)

    @property
    def problems(self) -> list[Problem]:
        return [each.problem for each in self.examples if each.problem is not None]


class Explorer:
    """Runs one workflow, time and again.

    `inputs` is the strategy of inputs; None: those that the definition expects. Faults happen before the mocks of the
    workflow; what those do not answer, and none of the workflow's functions and machines, is answered as the definition
    expects.
    """

    def __init__(
        self,
        workflow: Workflow,
        *,
        inputs: SearchStrategy[JSON] | None = None,
        kinds: Sequence[Kind] = USUAL,
        states: Iterable[str] | None = None,
        unexpected: bool = False,
        allowed_errors: Sequence[str] | None = None,
        invariants: Iterable[Invariant] = (),
        define: Mapping[str, str] | None = None,
    ) -> None:
        self.workflow = workflow
        self.define = define
        """What placeholders of the definition were filled with: for the tests that are written."""
        for name in states or ():
            workflow.machine.check_state(name)
        wanted = None if states is None else frozenset(states)
        self.subject = Subject(workflow.machine, tuple(kinds), wanted, unexpected)
        self.judge = Judge(workflow.machine, allowed_errors, invariants)
        self._inputs = inputs
        self._elsewhere = any(workflow.options.get(name) not in (None, "off") for name in _ANSWERERS)
        self._of_world, self._of_start = split_options(workflow.options)
        fallback = self._of_world.pop("mocks", None)
        if isinstance(fallback, str):
            file, test_case = mock_config.split_reference(fallback)
            fallback = mock_config.load(file, test_case, machine=workflow.machine)
        self._fallback = fallback
        machines = self._of_world.pop("machines", None) or {}
        self._workflows = {key: each for key, each in machines.items() if isinstance(each, Workflow)}
        children = {key: each.machine for key, each in self._workflows.items()}
        self._machines = {**machines, **children}
        self.reached: set[str] | None = None
        """What the runs reach, as `Execution.taken` has it, when that is wanted."""
        self._covered: set[str] | None = None

    def example(self, draw: DrawFn) -> Example:
        """One run, for which Hypothesis chooses."""
        choose = chooser(draw)
        value = self.subject.input(choose) if self._inputs is None else draw(self._inputs)
        return self.run(value, choose)

    def run(self, value: JSON, choose: Choose, plan: list[Fault] | None = None) -> Example:
        """One run with that input. Raises HostError when a task is answered by nothing."""
        tables = {each.machine.name: each.mocks for each in (*self._workflows.values(), self.workflow)}
        mocks = MockTable(tables, self._fallback)
        simulation = Simulation(self.subject, choose, mocks, elsewhere=self._elsewhere, plan=plan)
        with World(**self._of_world, mocks=simulation, machines=self._machines) as world:
            with self._watching():
                run = world.start(self.workflow.machine, value, **self._of_start)
            try:
                world.run()
            except HostError as failure:
                if "endless loop" not in str(failure):
                    raise
        for mock in self.workflow.mocks:
            mock.calls.clear()
        faults = tuple(simulation.faults)
        return Example(self.subject, value, run, tuple(simulation.answered), faults, self.judge.problem(run))

    def count_as_covered(self) -> None:
        """Tells the coverage of the session, if that is wanted, what the runs reached."""
        if self._covered is not None and self.reached is not None:
            self._covered |= self.reached

    @contextmanager
    def _watching(self) -> Iterator[None]:
        """Has the run that starts note what it takes, here and for the coverage of the session, if that is wanted.

        Arguments that come from inputs and answers that are made up are not held against services.
        """

        def watch(run: Run) -> None:
            if run.execution.taken is not None:
                self._covered = run.execution.taken
            if self.reached is not None:
                run.execution.taken = self.reached
            if self._inputs is None and not self.workflow.mocks and not self._elsewhere:
                run.execution.check = run.execution.arrange = None

        watchers.append(watch)
        try:
            yield
        finally:
            watchers.remove(watch)


def search(explorer: Explorer, *, max_examples: int = 1000, seed: int = 0) -> Report:
    """Runs a workflow so many times, and gives what was found. Raises HostError when a task is answered by nothing."""
    report = Report(explorer.subject)
    explorer.reached = report.reached
    with rare_collections():
        simplest: dict[_Key, Example] = {}
        seen: set[str] = set()
        unseen: deque[bool] = deque(maxlen=_TIRES)

        def note(example: Example) -> None:
            report.runs += 1
            report.events += example.run.execution.last_id
            sight = dumps([example.input, example.plan, example.run.path, example.run.status])
            unseen.append(sight not in seen)
            seen.add(sight)
            problem = example.problem
            if problem is not None:
                known = simplest.get((problem.rule, problem.key))
                if known is None or example.complexity < known.complexity:
                    simplest[problem.rule, problem.key] = example

            if report.events > EVENTS or (len(unseen) == _TIRES and not any(unseen)):
                raise _Enough

        _explore(explorer, note, max_examples, seed)
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
