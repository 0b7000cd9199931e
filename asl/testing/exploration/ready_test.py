"""Writes an example down as a test: for pytest, and as a case of a `.asltest.yaml` file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from asl.integration import Answer, Output
from asl.testing.exploration import invariants
from asl.testing.exploration.explorer import Example
from asl.testing.exploration.unreached import tasks_behind
from asl.testing.written_mocks import Series, as_python, as_table
from asl.testing.written_values import identifier, python, python_text, yaml


def as_pytest(
    example: Example,
    file: str,
    *,
    define: Mapping[str, str] | None = None,
    type: str = "STANDARD",
    asserts: str | None = None,
) -> str:
    """A test function that fails as the example does, with the pytest fixture `asl`; `file` is the definition's.

    `asserts` is its last line; None: that the problem of the example does not come up.
    """
    options = f", define={dict(define)!r}" if define else ""
    options += f', type="{type}"' if type != "STANDARD" else ""
    problem = example.problem
    last = asserts or (problem.asserts if problem is not None else "assert run.succeeded")
    own = re.match(r"(\w+)(\(.*\))?\(run\)$", last)
    imports = [f"from asl.testing.exploration import {own[1]}", "", ""] if own and own[1] in invariants.__all__ else []
    lines = [
        *imports,
        f"def test_{identifier(_title(example))}(asl):",
        f"    workflow = asl({python_text(file)}{options})",
        *(f"    {line}" for line in as_python(_series(example))),
        f"    run = workflow.run({python(example.input)})",
        f"    {last}",
    ]
    return "\n".join(lines) + "\n"


def as_asltest(example: Example, file: str, *, define: Mapping[str, str] | None = None, type: str = "STANDARD") -> str:
    """A `.asltest.yaml` file with one case: the example, which is not to end with its error, or else is to succeed."""
    lines = [f"machine: {yaml(file)}"]
    lines += [f"define: {yaml(dict(define))}"] if define else []
    lines += [f"type: {type}"] if type != "STANDARD" else []
    lines += ["cases:", f"  {yaml(_title(example))}:", f"    input: {yaml(example.input)}"]
    if table := as_table(_series(example)):
        lines += ["    mocks:", *(f"      {yaml(state)}: {yaml(entries)}" for state, entries in table.items())]
    error = None if example.problem is None else example.problem.error
    lines.append(f"    expect: {{{'status: SUCCEEDED' if error is None else f'not_error: {yaml(error)}'}}}")
    return "\n".join(lines) + "\n"


def _title(example: Example) -> str:
    """What the example is about, in words."""
    if example.faults:
        return " and ".join(str(fault) for fault in example.faults)
    problem = example.problem
    name = problem.pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~") if problem is not None else ""
    return f"{name} with this input" if name else "with this input"


def _series(example: Example) -> Iterator[Series]:
    """The answers of each state, in the order of its calls; those of the caller's own mocks too, where they are values.

    Tasks that come after what goes wrong have an answer too, for when it is mended.
    """
    states: dict[str, list[Answer]] = {}
    for each in example.answered:
        if each.answer is not None:
            states.setdefault(each.state, []).append(each.answer)
    yield from (Series(state, tuple(answers)) for state, answers in states.items())
    problem = example.problem
    own = {each.state for each in example.answered}
    for name in tasks_behind(example.run.machine, problem.pointer) if problem is not None and problem.pointer else ():
        if name not in own and (task := example.subject.tasks.get(name)) is not None:
            yield Series(name, (Output(task.answer(lambda number: 0, unexpected=False)),))
