"""What a definition reads of its input and of what its tasks answer: found by following its data, without running it.

Each state is visited with the values that can come to it, on every way that leads there. A value is abstract
(`shapes`): what is read of it is noted in the shape that it comes from, the input's or the answer's of some task.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from asl.model import (
    IO,
    Branch,
    Choice,
    Fail,
    JSONataIO,
    JSONPathIO,
    Map,
    Parallel,
    Pass,
    State,
    StateMachine,
    Succeed,
    Task,
    Wait,
)
from asl.testing.exploration import choice_rules, expressions, paths
from asl.testing.exploration.shapes import (
    Constant,
    Elements,
    Known,
    Listed,
    Shape,
    Value,
    depth,
    either,
    element,
    signature,
)
from asl.testing.exploration.wanted import want
from asl.values import ABSENT

if TYPE_CHECKING:
    from asl.machine import Machine

_VISITS: Final = 24
"""How often a state is visited, each time with another value: enough for all ways that lead to it."""

_DEEPEST: Final = 12


@dataclass(frozen=True, slots=True)
class Reads:
    """What a definition reads of its input, and of the result and of the errors of each Task, by the state's pointer.

    A task's error has the fields "Error" and "Cause".
    """

    input: Shape
    results: dict[str, Shape]
    errors: dict[str, Shape]


def reads_of(machine: Machine) -> Reads:
    """What the machine's definition reads of its input and of its tasks' answers."""
    found = Reads(Shape(), {}, {})
    scope = paths.Scope(found.input)
    for _ in range(2):  # variables may be read before the state is visited that assigns them
        _follow(machine.model, found.input, found, scope)
    return found


def _follow(of: StateMachine | Branch, value: Value, reads: Reads, scope: paths.Scope) -> Value:
    """Visits the states of a machine or a branch that gets `value`; gives what comes out of it."""
    waiting = deque([(of.start_at, value)])
    seen: set[tuple[str, Hashable]] = set()
    visits: Counter[str] = Counter()
    ends = []
    while waiting:
        name, raw = waiting.popleft()
        known = (name, signature(raw))
        if known in seen or visits[name] >= _VISITS or depth(raw) > _DEEPEST:
            continue
        seen.add(known)
        visits[name] += 1
        for target, output in _visited(of.states[name], raw, reads, scope):
            if target is None:
                ends.append(output)
            else:
                waiting.append((target, output))
    return either(ends)


def _visited(state: State, raw: Value, reads: Reads, scope: paths.Scope) -> Iterator[tuple[str | None, Value]]:
    """Where a state leads to, each time with what it hands on."""
    match state:
        case Pass():
            data = _taken_in(state.io, raw, scope)
            if state.result is not ABSENT:
                data = Constant(state.result)
            yield state.next, _given_out(state.io, raw, data, scope)
        case Task():
            _taken_in(state.io, raw, scope)
            _seconds(state, raw, scope)
            result = reads.results.setdefault(state.pointer, Shape())
            yield state.next, _given_out(state.io, raw, result, scope)
            error = reads.errors.setdefault(state.pointer, Shape())
            yield from _caught(state, raw, error, scope)
        case Choice():
            yield from _chosen(state, raw, scope)
        case Wait():
            _seconds(state, raw, scope)
            if state.timestamp_path is not None:
                want(paths.at_path(state.timestamp_path, raw, scope), "timestamp")
            yield state.next, _given_out(state.io, raw, _taken_in(state.io, raw, scope), scope)
        case Succeed():
            yield None, _given_out(state.io, raw, _taken_in(state.io, raw, scope), scope)
        case Fail():
            for text in (state.error_path, state.cause_path):
                if text is not None:
                    want(paths.expression(text, raw, scope), "string")
            if state.io.language == "JSONata":
                for text in (state.error, state.cause):
                    expressions.template(text, _variables(raw, scope))
        case Parallel():
            data = _taken_in(state.io, raw, scope)
            outputs = tuple(_follow(branch, data, reads, scope) for branch in state.branches)
            yield state.next, _given_out(state.io, raw, Listed(outputs), scope)
            yield from _caught(state, raw, _error_of(state, reads), scope)
        case Map():
            results = Elements(_follow(state.item_processor, *_item(state, raw, reads, scope)))
            yield state.next, _given_out(state.io, raw, results, scope)
            yield from _caught(state, raw, _error_of(state, reads), scope)


def _error_of(state: Parallel | Map, reads: Reads) -> Value:
    """The error of a state that others run in: that of one of its tasks."""
    inside = [shape for pointer, shape in reads.errors.items() if pointer.startswith(f"{state.pointer}/")]
    return either(inside)


def _item(state: Map, raw: Value, reads: Reads, scope: paths.Scope) -> tuple[Value, Reads, paths.Scope]:
    """What an iteration of a Map gets, and what paths see in it."""
    if isinstance(state.io, JSONataIO):
        variables = _variables(raw, scope)
        items = raw if state.items is ABSENT else expressions.template(state.items, variables)
        item = element(items)
        inner = paths.Scope(scope.input, item, scope.variables)
        if state.item_selector is not ABSENT:
            item = expressions.template(state.item_selector, _variables(raw, inner))
        return item, reads, inner
    data = paths.at_path(state.io.input_path, raw, scope) if state.io.input_path is not None else Known({})
    item = element(paths.at_path(state.items_path, data, scope))
    inner = paths.Scope(scope.input, item, scope.variables)
    if state.max_concurrency_path is not None:
        want(paths.at_path(state.max_concurrency_path, data, scope), "positive")
    selector = state.item_selector if state.item_selector is not ABSENT else state.io.parameters
    if selector is not ABSENT:
        item = paths.template(selector, data, inner)
    return item, reads, inner


def _chosen(state: Choice, raw: Value, scope: paths.Scope) -> Iterator[tuple[str | None, Value]]:
    data = _taken_in(state.io, raw, scope)
    closed = choice_rules.compared(state.choices[-1].condition) if state.default is None else frozenset()
    for rule in state.choices:
        if isinstance(rule.condition, str):
            choice_rules.condition(rule.condition, _variables(raw, scope))
        elif not isinstance(rule.condition, bool):
            is_open = closed.isdisjoint(choice_rules.compared(rule.condition))
            choice_rules.comparison(rule.condition, data, scope, is_open=is_open)
        yield rule.next, _given_out(rule.io, raw, data, scope)
    if state.default is not None:
        yield state.default, _given_out(state.io, raw, data, scope)


def _caught(
    state: Task | Parallel | Map, raw: Value, error: Value, scope: paths.Scope
) -> Iterator[tuple[str | None, Value]]:
    for catcher in state.catch:
        output = error
        match error:
            case Shape():
                output = Known({name: error.member(name) for name in ("Error", "Cause")})
        yield catcher.next, _given_out(catcher.io, raw, output, scope, is_error=True)


def _seconds(state: Task | Wait, raw: Value, scope: paths.Scope) -> None:
    """Notes what the times of a state are read from."""
    if isinstance(state, Task):
        texts = [state.timeout_seconds_path, state.heartbeat_seconds_path]
        values = [state.timeout_seconds, state.heartbeat_seconds]
    else:
        texts, values = [state.seconds_path], [state.seconds]
    for text in texts:
        if text is not None:
            want(paths.at_path(text, raw, scope), "positive")
    for value in values:
        if isinstance(value, str):
            want(expressions.template(value, _variables(raw, scope)), "positive")


# -- input and output ------------------------------------------------------------------------------------------------


def _taken_in(io: IO, raw: Value, scope: paths.Scope) -> Value:
    """What a state works on."""
    if isinstance(io, JSONataIO):
        if io.arguments is not ABSENT:
            return expressions.template(io.arguments, _variables(raw, scope))
        return raw
    data = Known({}) if io.input_path is None else paths.at_path(io.input_path, raw, scope)
    return data if io.parameters is ABSENT else paths.template(io.parameters, data, scope)


def _given_out(io: IO, raw: Value, result: Value, scope: paths.Scope, *, is_error: bool = False) -> Value:
    """What a state, a catcher or a rule hands on."""
    if isinstance(io, JSONataIO):
        return _given_out_jsonata(io, raw, result, scope, is_error)
    assert isinstance(io, JSONPathIO)
    if io.assign:
        paths.assigned(io.assign, result, scope)
    if io.result_selector is not ABSENT:
        result = paths.template(io.result_selector, result, scope)
    output = paths.place(io.result_path, raw, result)
    return Known({}) if io.output_path is None else paths.at_path(io.output_path, output, scope)


def _given_out_jsonata(io: JSONataIO, raw: Value, result: Value, scope: paths.Scope, is_error: bool) -> Value:
    seen = _variables(raw, scope, **{"errorOutput" if is_error else "result": result})
    for name, value in (io.assign or {}).items():
        made = expressions.template(value, seen)
        scope.variables[name] = either((scope.variables[name], made)) if name in scope.variables else made
    return result if io.output is ABSENT else expressions.template(io.output, seen)


def _variables(raw: Value, scope: paths.Scope, **others: Value) -> Mapping[str, Value]:
    """What JSONata expressions see."""
    return {**scope.variables, "states": Known({"input": raw, "context": scope.context, **others})}
