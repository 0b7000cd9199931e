"""Writes an example down as a test: for pytest, and as a case of a `.asltest.yaml` file."""

from __future__ import annotations

import json
import pprint
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any, Final

from asl.integration import Answer, Failure, Output, Pending
from asl.json_text import dumps
from asl.testing.exploration import invariants
from asl.testing.exploration.explorer import Example
from asl.testing.exploration.simulation import Answered
from asl.testing.exploration.unreached import tasks_behind
from asl.values import JSON

_WIDTH: Final = 100


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
        f"def test_{_identifier(_title(example))}(asl):",
        f"    workflow = asl({_text(file)}{options})",
        *(f"    {line}" for line in _mocks(example)),
        f"    run = workflow.run({_indented(example.input)})",
        f"    {last}",
    ]
    return "\n".join(lines) + "\n"


def as_asltest(example: Example, file: str, *, define: Mapping[str, str] | None = None, type: str = "STANDARD") -> str:
    """A `.asltest.yaml` file with one case: the example, which is not to end with its error, or else is to succeed."""
    lines = [f"machine: {_yaml(file)}"]
    lines += [f"define: {_yaml(dict(define))}"] if define else []
    lines += [f"type: {type}"] if type != "STANDARD" else []
    lines += ["cases:", f"  {_yaml(_title(example))}:", f"    input: {_yaml(example.input)}"]
    series = [(state, _entries(answers)) for state, answers in _series(example)]
    if series:
        lines.append("    mocks:")
        for state, entries in series:
            lines.append(f"      {_yaml(state)}: {_yaml(entries[0] if len(entries) == 1 else entries)}")
    error = None if example.problem is None else example.problem.error
    lines.append(f"    expect: {{{'status: SUCCEEDED' if error is None else f'not_error: {_yaml(error)}'}}}")
    return "\n".join(lines) + "\n"


def _title(example: Example) -> str:
    """What the example is about, in words."""
    if example.faults:
        return " and ".join(str(fault) for fault in example.faults)
    problem = example.problem
    name = problem.pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~") if problem is not None else ""
    return f"{name} with this input" if name else "with this input"


def _identifier(title: str) -> str:
    return re.sub(r"\W+", "_", title.lower()).strip("_")[:70].strip("_")


# -- mocks -----------------------------------------------------------------------------------------------------------


def _series(example: Example) -> Iterator[tuple[str, list[Answered]]]:
    """The answers of each state, in the order of its calls; those of the caller's own mocks too, where they are values.

    Tasks that come after what goes wrong have an answer too, for when it is mended.
    """
    states: dict[str, list[Answered]] = {}
    for each in example.answered:
        if each.answer is not None:
            states.setdefault(each.state, []).append(each)
    yield from states.items()
    problem = example.problem
    own = {each.state for each in example.answered}
    for name in tasks_behind(example.run.machine, problem.pointer) if problem is not None and problem.pointer else ():
        if name not in own and (task := example.subject.tasks.get(name)) is not None:
            answer = Output(task.answer(lambda number: 0, unexpected=False))
            yield name, [Answered(name, task.service.task.resource, 0, answer)]


def _runs(answers: Iterable[Answered]) -> list[tuple[Answered, int]]:
    """Answers that follow each other and are the same, with how many they are."""
    grouped = [list(group) for _, group in groupby(answers, lambda each: dumps(_plain(each)))]
    return [(group[0], len(group)) for group in grouped]


def _mocks(example: Example) -> Iterator[str]:
    for state, answers in _series(example):
        runs = _runs(answers)
        calls = []
        for number, (answered, times) in enumerate(runs):
            is_last = number == len(runs) - 1
            calls.append(_call(answered, None if is_last or times == 1 else times))
        yield f"workflow.mock({_text(state)}).{'.then.'.join(calls)}"


def _call(answered: Answered, times: int | None) -> str:
    """The method of a mock that gives this answer."""
    repeated = [] if times is None else [f"times={times}"]
    plain = _plain(answered)
    match plain:
        case {"timeout": _}:
            return f"times_out({', '.join(repeated)})"
        case {"wait": _}:
            return f"waits({', '.join(repeated)})"
        case {"fail": {"error": error, "cause": cause}}:
            return f"fails({', '.join([_text(error), _text(cause), *repeated])})"
        case {"fail": error}:
            return f"fails({', '.join([_text(error), *repeated])})"
    after = [f"after={plain['after']}"] if "after" in plain else []
    method, value = ("returns_payload", plain["payload"]) if "payload" in plain else ("returns", plain.get("return"))
    return f"{method}({', '.join([_indented(value), *repeated, *after])})"


def _entries(answers: Iterable[Answered]) -> list[dict[str, JSON]]:
    """The answers as test files have them."""
    runs = _runs(answers)
    return [
        {**_plain(answered), **({"times": times} if times > 1 and number < len(runs) - 1 else {})}
        for number, (answered, times) in enumerate(runs)
    ]


def _plain(answered: Answered) -> dict[str, Any]:
    """An answer as test files have it."""
    answer: Answer | None = answered.answer
    match answer:
        case Failure(phase="timeout"):
            return {"timeout": True}
        case Failure(error, None):
            return {"fail": error}
        case Failure(error, cause):
            return {"fail": {"error": error, "cause": cause}}
        case Pending():
            return {"wait": True}
        case Output(value, duration):
            after = {"after": duration // 1000} if duration else {}
            is_invoke = isinstance(value, dict) and set(value) == {"ExecutedVersion", "Payload", "StatusCode"}
            return {**({"payload": value["Payload"]} if is_invoke else {"return": value}), **after}
        case _:
            return {}


# -- texts -----------------------------------------------------------------------------------------------------------


def _text(value: str) -> str:
    """A Python string in double quotes."""
    return json.dumps(value, ensure_ascii=False) if value.isprintable() else repr(value)


def _indented(value: JSON) -> str:
    """A value as Python, over several lines where it is long."""
    if isinstance(value, str):
        return _text(value)
    text = pprint.pformat(value, width=_WIDTH, sort_dicts=False).replace("'", '"') if _is_simple(value) else repr(value)
    return text.replace("\n", "\n        ")


def _is_simple(value: JSON) -> bool:
    """Whether quotes of one kind can stand for those of the other in what is printed."""
    text = dumps(value)
    return "'" not in text and "\\" not in text


def _yaml(value: JSON) -> str:
    """A value on one line of YAML; plain where it is a simple text."""
    if (
        isinstance(value, str)
        and re.fullmatch(r"(\.{0,2}/)*[A-Za-z][\w./ -]*\w", value)
        and value.lower() not in _WORDS
    ):
        return value
    return json.dumps(value, ensure_ascii=False)


_WORDS: Final = frozenset(("true", "false", "yes", "no", "on", "off", "null", "none"))
