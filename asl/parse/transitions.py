"""Where states lead: read from the definition itself, so that it works for definitions that are not valid."""

from collections.abc import Iterator, Mapping

from asl.findings import did_you_mean
from asl.parse.report import Node, Report, add, report
from asl.source_text import below, placeholders
from asl.values import JSON


def transitions(state: Mapping[str, JSON], pointer: str) -> Iterator[tuple[str, str]]:
    """The pointer of each transition of a state with the name it leads to: Next, Default, of rules and of catchers."""
    for name in ("Next", "Default"):
        if isinstance(target := state.get(name), str):
            yield below(pointer, name), target
    for name in ("Choices", "Catch"):
        rules = state.get(name)
        for number, rule in enumerate(rules if isinstance(rules, list) else []):
            if isinstance(rule, dict) and isinstance(target := rule.get("Next"), str):
                yield below(below(below(pointer, name), number), "Next"), target


def is_terminal(state: JSON) -> bool:
    """Whether an execution can end with this state."""
    return isinstance(state, dict) and (state.get("End") is True or state.get("Type") in ("Succeed", "Fail"))


def scopes(value: JSON, pointer: str = "") -> Iterator[tuple[str, Mapping[str, JSON]]]:
    """The pointer of each object with StartAt and States, the outermost first: the machine, branches, processors."""
    if not isinstance(value, dict):
        return
    yield pointer, value
    states = value.get("States")
    for name, state in states.items() if isinstance(states, dict) else ():
        if not isinstance(state, dict):
            continue
        place = below(below(pointer, "States"), name)
        for processor in ("ItemProcessor", "Iterator"):
            yield from scopes(state.get(processor), below(place, processor))
        branches = state.get("Branches")
        for number, branch in enumerate(branches if isinstance(branches, list) else []):
            yield from scopes(branch, below(below(place, "Branches"), number))


def task_states(value: JSON) -> Iterator[tuple[str, str, Mapping[str, JSON]]]:
    """The pointer, the name and the definition of each Task state with a Resource, at any depth."""
    for pointer, scope in scopes(value):
        states = scope.get("States")
        for name, state in states.items() if isinstance(states, dict) else ():
            if isinstance(state, dict) and state.get("Type") == "Task" and isinstance(state.get("Resource"), str):
                yield below(below(pointer, "States"), name), name, state


def check_transitions(scope: Node, states: Mapping[str, JSON]) -> None:
    """Reports transitions to states that the scope does not have, and a scope that has no end."""
    start = scope.value.get("StartAt")
    if isinstance(start, str) and start not in states:
        _missing(scope.report, below(scope.pointer, "StartAt"), start, "StartAt", states)
    for name, state in states.items():
        if isinstance(state, dict):
            place = below(below(scope.pointer, "States"), name)
            for pointer, target in transitions(state, place):
                # AWS says Next for Default too.
                if target not in states:
                    _missing(scope.report, pointer, target, "Next", states)
    if states and not any(_may_end(state) for state in states.values()):
        # AWS's text; it gives no place.
        hint = 'one state needs "End": true, or the type Succeed or Fail'
        add(scope, "missing-end-state", "Workflow has no terminal state", "States", hint, key=True)


def _may_end(state: JSON) -> bool:
    """Whether a state ends, or is wrong in a way that is reported on its own: with its Next or End, or its type."""
    return not isinstance(state, dict) or ("Next" not in state and state.get("Type") != "Choice") or is_terminal(state)


def _missing(to: Report, pointer: str, target: str, field: str, states: Mapping[str, JSON]) -> None:
    if names := placeholders(target):
        return report(
            to,
            "placeholder",
            pointer,
            f"the placeholder ${{{names[0]}}} in {pointer.rpartition('/')[2]} has no value",
            f"give it a value: --define {names[0]}=value",
        )
    elsewhere = to.state_pointers.get(target)
    hint = did_you_mean(target, states)
    if elsewhere is not None:
        hint = f"'{target}' is in another scope ({elsewhere}): transitions stay within theirs"
    elif hint is None and states:
        hint = "the states here are " + ", ".join(list(states)[:8]) + (" ..." if len(states) > 8 else "")
    report(to, "missing-transition-target", pointer, f"Missing '{field}' target: {target}", hint)
