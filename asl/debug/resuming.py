"""Goes on with a session that was saved: to the same stops, with the same answers and the same changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any, Final

from asl.debug.debugger import MAIN, Debugger
from asl.debug.saved_answers import SavedAnswers, outcomes
from asl.debug.saved_session import SavedBreakpoint, SavedLine, SavedSession
from asl.errors import AslError, InputError
from asl.json_text import dumps
from asl.machine import Machine
from asl.parse.transitions import scopes
from asl.values import JSON

Warn = Callable[[str], None]

_INNER: Final = ("ItemProcessor", "Iterator", "Branches")


def resume(session: SavedSession, machine: Machine | None = None, *, warn: Warn, **options: Any) -> Debugger:
    """A debugger that stands where that of the session stood; nobody was called.

    `machine` is the one that is debugged, by default that of the session, as its file is now. `options` are those of
    `asl.World` that a session lacks, such as `lambdas`, and others that go before those of the session. Where the
    definition has changed, the debugger stands at the start, tasks that ask for the same as before are answered as
    before, and changes by hand are not made again; `warn` is told of that. Raises what `Debugger` does.
    """
    machine = machine or session.machine.machine()
    machines: dict[str, Any] = {
        name: each.machine() if each.type else each.document() for name, each in session.machines.items()
    }
    machines |= options.pop("machines", None) or {}
    options = {**session.of_world, "machines": machines, **session.of_start, **options}
    changes = definition_changes(session.machine.value, machine.document.value)
    if changes is not None:
        warn(f"{machine.document.name} has changed since the session was saved: {changes}")
        return _begun_anew(session, machine, options, warn)
    debugger = Debugger(machine, answers=session.answers, **options)
    try:
        for line in session.lines:
            _walk(debugger, line, warn)
        for line in sorted(session.lines, key=lambda each: each.name == session.line):
            debugger.switch(line.name)
            debugger.goto(min(line.position, len(debugger.stops) - 1))
        _set_breakpoints(debugger, session.breakpoints, warn)
    except BaseException:
        debugger.close()
        raise
    return debugger


def _walk(debugger: Debugger, line: SavedLine, warn: Warn) -> None:
    if line.name != MAIN:
        debugger.switch(MAIN)
        debugger.goto(0)
        debugger.fork(line.name)
        debugger.return_to(0, 0)
        debugger.line.given.clear()
    debugger.line.given.update(line.given)
    try:
        if line.moves or not debugger.stops:
            debugger.walk(line.moves)
    except AslError as error:
        warn(f"the session cannot be followed to its end: {error}")


def _set_breakpoints(debugger: Debugger, saved: list[SavedBreakpoint], warn: Warn) -> None:
    """Sets the breakpoints and watches again, with their numbers."""
    breakpoints = debugger.breakpoints
    for each in saved:
        condition = f" if {each.condition}" if each.condition else ""
        try:
            made = _made(breakpoints, each, f"{each.text}{condition}")
            while made.number < each.number:
                breakpoints.delete(made.number)
                made = _made(breakpoints, each, f"{each.text}{condition}")
        except InputError as error:
            warn(f"{each.kind} {each.number}, {each.text}, is not set again: {error}")
            continue
        breakpoints.ignore(made.number, each.ignored)
        if not each.enabled:
            breakpoints.disable(made.number)


def _made(breakpoints: Any, saved: SavedBreakpoint, text: str) -> Any:
    return breakpoints.watch(text) if saved.kind == "watch" else breakpoints.add(text, temporary=saved.temporary)


# -- definitions that have changed -----------------------------------------------------------------------------------


def definition_changes(before: JSON, after: JSON) -> str | None:
    """What of a definition has changed, in words; None for nothing that means anything."""
    if dumps(before) == dumps(after):
        return None
    old, new = dict(_states(before)), dict(_states(after))
    found = [
        *(f"state {name} is gone" for name in old.keys() - new.keys()),
        *(f"state {name} is new" for name in new.keys() - old.keys()),
        *(f"state {name} is another" for name in old if name in new and old[name] != new[name]),
    ]
    return "; ".join(sorted(found)) or "but for its states"


def _states(definition: JSON) -> Iterator[tuple[str, str]]:
    """The states at any depth by their names, as texts, without those in them."""
    for _, scope in scopes(definition):
        for name, state in scope["States"].items():
            yield name, dumps({key: value for key, value in state.items() if key not in _INNER})


def _begun_anew(session: SavedSession, machine: Machine, options: dict[str, Any], warn: Warn) -> Debugger:
    line = next(each for each in session.lines if each.name == session.line)
    answered = chain((each for _, each in session.answers), line.given.values())
    options["mocks"] = SavedAnswers(outcomes(answered, line.moves), options.get("mocks"))
    if line.changes:
        warn(f"what was done by hand is not done again: {'; '.join(line.changes)}")
    debugger = Debugger(machine, **options)
    _set_breakpoints(debugger, session.breakpoints, warn)
    return debugger
