"""`@asl.explore`: a test that gets the runs of a machine under inputs and faults that Hypothesis chooses."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from asl.errors import InputError
from asl.machine import Definition, Machine
from asl.recursion import make_room
from asl.testing.exploration.explorer import Example, Explorer
from asl.testing.exploration.faults import KINDS, USUAL, Kind
from asl.testing.exploration.invariants import Invariant
from asl.testing.exploration.ready_test import as_asltest, as_pytest
from asl.testing.exploration.search import Report, search, settings
from asl.testing.strategies import checked_kinds
from asl.testing.workflow import Workflow
from asl.values import JSON

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

Setup: TypeAlias = "Callable[[Workflow], object] | str"
"""A function that makes the mocks of a workflow, or the reference of a test case of a MockConfigFile.json."""


def explore(
    definition: Definition | Machine,
    *,
    inputs: SearchStrategy[JSON] | None = None,
    mocks: Setup | None = None,
    faults: bool | Iterable[Kind] = True,
    states: Iterable[str] | None = None,
    invariants: Iterable[Invariant] = (),
    allowed_errors: Sequence[str] | None = None,
    unexpected: bool = False,
    max_examples: int = 200,
    seed: int = 0,
    **options: Any,
) -> Callable[[Callable[..., object]], Callable[..., None]]:
    """Makes a test of a function that gets a run (its parameter `run`) and asserts what is true of every run.

        @asl.explore("order.asl.json", invariants=[compensated("Charge", by="Refund")])
        def test_any_order(run):
            assert run.status != "TIMED_OUT"

    `inputs` is a strategy (`asl.testing.strategies`); None: inputs as the definition expects them. `mocks` is a
    function that makes mocks in a `Workflow`, or "mocks.json#Case"; what they do not answer is answered as the
    definition expects. `faults` are the kinds of faults that there may be (True: the usual ones; False: none), in the
    tasks of `states`. With `unexpected`, inputs and answers are at times not as the definition expects. Every run must
    end, without an error of the definition itself such as States.Runtime, with no error but `allowed_errors` (None:
    see `asl.testing.exploration.handling`), and with all `invariants`. `options` are those of `Workflow`.

    When a run has not what it must have, Hypothesis looks for the simplest such run, and the failure ends with a test
    of it that is ready to be pasted. Without pytest, call the decorated function. Same `seed`, same runs.
    """

    def decorate(test: Callable[..., object]) -> Callable[..., None]:
        return _explored(test, _lazy(test), max_examples, seed)

    def _lazy(test: Callable[..., object]) -> Callable[[], Explorer]:
        made: list[Explorer] = []

        def explorer() -> Explorer:
            if not made:
                folders = [Path(inspect.getfile(test)).parent, Path.cwd()]
                made.append(
                    explorer_of(
                        definition, inputs=inputs, mocks=mocks, faults=faults, states=states, invariants=invariants,
                        allowed_errors=allowed_errors, unexpected=unexpected, folders=folders, **options,
                    )
                )  # fmt: skip
            return made[0]

        return explorer

    return decorate


def find_problems(
    definition: Definition | Machine, *, max_examples: int = 1000, seed: int = 0, **options: Any
) -> Report:
    """What goes wrong with a machine under inputs and faults: every problem with its simplest example.

    The options are those of `explore`. Raises what `asl.load` does, `HostError` when a task is answered by nothing.
    """
    return search(explorer_of(definition, **options), max_examples=max_examples, seed=seed)


def explorer_of(
    definition: Definition | Machine,
    *,
    inputs: SearchStrategy[JSON] | None = None,
    mocks: Setup | None = None,
    faults: bool | Iterable[Kind] = True,
    states: Iterable[str] | None = None,
    invariants: Iterable[Invariant] = (),
    allowed_errors: Sequence[str] | None = None,
    unexpected: bool = False,
    define: Mapping[str, str] | None = None,
    folders: Sequence[Path] = (),
    **options: Any,
) -> Explorer:
    """What explores a machine; the options are those of `explore`, files are looked for in `folders`."""
    if isinstance(mocks, str):
        options["mocks"] = mocks
    elif mocks is not None and not callable(mocks):
        raise InputError("mocks is a function that makes mocks in a workflow, or a reference such as mocks.json#Case")
    workflow = Workflow(definition, define=define, folders=folders, **options)
    if callable(mocks):
        mocks(workflow)
    if isinstance(faults, bool):
        kinds: tuple[Kind, ...] = () if not faults else KINDS if unexpected else USUAL
    else:
        kinds = checked_kinds(faults)
    return Explorer(
        workflow, inputs=inputs, kinds=kinds, states=states, unexpected=unexpected,
        allowed_errors=allowed_errors, invariants=invariants, define=define,
    )  # fmt: skip


def _explored(
    test: Callable[..., object], explorer: Callable[[], Explorer], max_examples: int, seed: int
) -> Callable[..., None]:
    """The test as Hypothesis runs it. Its own function is the attribute `check`: for tests that are pasted."""
    from hypothesis import given
    from hypothesis import strategies as st

    make_room()  # Hypothesis warns when the first run does
    kinds: dict[str, type[AssertionError]] = {}

    @st.composite
    def examples(draw: DrawFn) -> Example:
        return explorer().example(draw)

    @wraps(test)
    def check(*args: Any, run: Example, **others: Any) -> None:
        __tracebackhide__ = True
        try:
            if (problem := run.problem) is not None:
                # Hypothesis tells failures apart by their types.
                raise kinds.setdefault(problem.key, type("ProblemFound", (AssertionError,), {}))(problem.message)
            test(*args, run=run.run, **others)
        except Exception as failure:
            failure.add_note(_ready(run, explorer(), test.__name__))
            raise

    explored: Any = settings(max_examples, seed, several=False)(given(run=examples())(check))
    explored.check = test
    return cast("Callable[..., None]", explored)


def _ready(example: Example, explorer: Explorer, test: str) -> str:
    """What is said of the simplest example: a test of it, for pytest and for those without Python."""
    machine = explorer.workflow.machine
    file = machine.document.name if machine.document.text else f"{machine.name}.asl.json"
    asserts = f"{test}.check(run)" if example.problem is None else None
    faults = "; ".join(map(str, example.faults)) or "nothing went wrong with a task"
    written = as_pytest(example, file, define=explorer.define, type=machine.type, asserts=asserts)
    told = f"\nThe simplest run: {faults}. As a test:\n\n{written}"
    if example.problem is None or example.problem.rule == "invariant":
        return told  # what it asserts is Python
    without = as_asltest(example, file, define=explorer.define, type=machine.type)
    return f"{told}\nAs a file {machine.name}.asltest.yaml:\n\n{without}"
