"""One run of a workflow under an input and faults that are chosen: the explorer makes it, an example tells of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from asl.errors import HostError
from asl.hosts.run import Run
from asl.hosts.watchers import watchers
from asl.hosts.world import World
from asl.integration import Output
from asl.json_text import dumps
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
        """Less for what is simpler: fewer faults, fewer calls, shorter data, likelier faults."""
        values = [each.answer.value for each in self.answered if isinstance(each.answer, Output)]
        counted = sum(fault.call is not None for fault in self.faults)
        unlikely = sum(self._place(fault) for fault in self.faults)
        return len(self.faults), len(self.answered), counted, len(dumps(self.input)) + len(dumps(values)), unlikely

    def _place(self, fault: Fault) -> int:
        """The place of a fault among those of its task, of which the likeliest is the first."""
        plain = replace(fault, cause=None, call=None)
        known = self.subject.tasks[fault.state].faults
        return known.index(plain) if plain in known else len(known)


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
        self.reached: set[str] | None = None
        """What the runs reach, as `Execution.taken` has it, when that is wanted."""
        self._covered: set[str] | None = None

    def example(self, draw: DrawFn) -> Example:
        """One run, for which Hypothesis chooses."""
        choosing = partial(chooser, draw)
        value = self.subject.input(choosing()) if self._inputs is None else draw(self._inputs)
        return self.run(value, choosing)

    def with_fault(self, example: Example, fault: Fault) -> Example:
        """The run of an example again, now with that fault; what is not known of it is the simplest."""
        answers = {
            (each.state, each.call): each.answer.value
            for each in example.answered
            if isinstance(each.answer, Output) and not each.by_mock
        }
        if fault.error is not None:
            fault = replace(fault, cause=self.subject.tasks[fault.state].cause(fault.error, _simplest))
        return self.run(example.input, lambda: _simplest, [fault], answers)

    def run(
        self,
        value: JSON,
        choosing: Callable[[], Choose],
        plan: Sequence[Fault] | None = None,
        answers: Mapping[tuple[str, int], JSON] | None = None,
    ) -> Example:
        """One run with that input; with a plan, its faults are those; `answers` are those of calls that are known.

        The mocks of the workflow have then been asked what this run asked.
        Raises HostError for a task nothing answers.
        """
        of_world, of_start = self.workflow.prepare()
        mocks: MockTable = of_world["mocks"]
        mocks.forget_calls()
        simulation = Simulation(self.subject, choosing, mocks, elsewhere=self._elsewhere, plan=plan, answers=answers)
        with World(**{**of_world, "mocks": simulation}) as world:
            with self._watching():
                run = world.start(self.workflow.machine, value, **of_start)
            try:
                world.run()
            except HostError as failure:
                if "endless loop" not in str(failure):
                    raise
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


def _simplest(number: int) -> int:
    return 0
