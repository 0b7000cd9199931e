"""A stop on the screen, below its headline: the way to it, the definition, the data, what comes next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from asl.debug.comparison import same
from asl.debug.stop import Stop
from asl.debug.terminal import change_view, data_view, error_view, headline, highlight, source_view, trail
from asl.debug.terminal.data_view import Fold
from asl.debug.terminal.hints import hints
from asl.debug.terminal.screen import Screen
from asl.debug.ways import failure
from asl.story_text import Style, plain
from asl.values import JSON

_LABELS: Final = {
    "enter": "input",
    "stage": "data",
    "call": "arguments",
    "answer": "result",
    "error": "input",
    "retry": "input",
    "wait": "input",
    "exit": "output",
    "outside": "input",
    "end": "output",
}
_LEAST: Final = 8  # lines of data, of a definition
_TO_ANSWER: Final = 14  # lines of what has to be read to answer a task


def details(stop: Stop, width: int, style: Style) -> Iterator[str]:
    """What there is to say of a stop beside its data: who is asked, which error it is."""
    if stop.kind == "call" and stop.call is not None:
        yield f"  {style.dim('asks')} {plain(stop.call.resource)}"
    if stop.error is not None:
        yield from error_view.lines(stop.error, width, style)


def source(stop: Stop, height: int, width: int, style: Style) -> list[str]:
    """The definition around a stop."""
    state = (stop.levels[-1].state if trail.is_of_iteration(stop) else stop.state).pointer
    shown = source_view.excerpt(stop.run.machine, state, stop.pointer)
    return source_view.painted(shown, *source_view.window(shown, height), width, style)


def data(stop: Stop, before: Stop | None, fold: Fold, style: Style) -> list[str]:
    """The data at a stop under their name, with what has changed since a stop before: of the variables too."""
    label = "assigns" if stop.field == "Assign" else _LABELS[stop.kind]
    if stop.kind == "end" and stop.error is not None:
        return []
    if _is_whole(stop):
        fold = Fold(max(fold.lines, _TO_ANSWER), fold.width, fold.members)
    asked = stop.scope.effective if stop.kind == "outside" and stop.scope.phase == "calling" else None
    if isinstance(asked, dict) and "arguments" in asked:
        told = [*_shown("arguments", asked["arguments"], fold, style)]
        told.append(f"  {style.dim(label)} {highlight.json(data_view.brief(stop.value, fold.width - 10), style)}")
        return [*told, *_variables(stop, before, fold, style)]
    return [*_value(label, stop, before, fold, style), *_variables(stop, before, fold, style)]


def _is_whole(stop: Stop) -> bool:
    """Whether the data are shown whatever was seen before: they are what came of it all, or what has to be read."""
    is_last = stop.kind == "exit" and stop.next is None and not stop.levels
    return is_last or stop.kind in ("end", "error", "call", "outside")


def _value(label: str, stop: Stop, before: Stop | None, fold: Fold, style: Style) -> list[str]:
    if before is not None and (before.number == stop.number or not _is_whole(stop)):
        inside = Fold(fold.lines, fold.width - 6, fold.members)
        told = _compared(f"  {style.dim(label)} ", stop, before, inside, style)
        if told is not None:
            return told
    return _shown(label, stop.value, fold, style)


def _shown(label: str, value: JSON, fold: Fold, style: Style) -> list[str]:
    """A value behind its label, or below it where it takes several lines."""
    head = f"  {style.dim(label)} "
    text = data_view.inline(value, fold.width - len(label) - 3)
    if text is not None:
        return [f"{head}{highlight.json(text, style)}"]
    shown = data_view.shown(value, Fold(fold.lines, fold.width - 6, fold.members)).lines
    return [head.rstrip(), *(f"      {highlight.json(line, style)}" for line in shown)]


def _compared(head: str, stop: Stop, before: Stop, fold: Fold, style: Style) -> list[str] | None:
    """The data where they tell less than all: in short where they were seen before, or else what has changed."""
    is_changed_here = before.number == stop.number
    if same(before.value, stop.value):
        if is_changed_here or data_view.inline(stop.value, fold.width - len("arguments")) is not None:
            return None
        note = f"  as at stop {before.number}"
        text = data_view.brief(stop.value, fold.width - len("arguments") - len(note))
        return [f"{head}{highlight.json(text, style)}{style.dim(note)}"]
    if not (is_changed_here or trail.is_flow(stop)):
        return None
    lines = change_view.changes(before.value, stop.value, fold)
    if lines is None:
        return None
    since = "changed by hand" if is_changed_here else f"changed since stop {before.number}"
    return [f"{head} {style.dim(since)}", *(f"    {line.painted(style)}" for line in lines)]


def _variables(stop: Stop, before: Stop | None, fold: Fold, style: Style) -> Iterator[str]:
    if before is None or stop.scope.variables is before.scope.variables or stop.field == "Assign":
        return
    for line in variable_changes(before.scope.variables, stop.scope.variables, fold.width - 6):
        yield f"    {line.painted(style)}"


def variable_changes(before: dict[str, JSON], after: dict[str, JSON], width: int) -> Iterator[change_view.Line]:
    """What is new, changed and gone among the variables, a line each."""
    half = width // 2
    for name, value in after.items():
        if name not in before:
            yield change_view.Line("+", f"${name}: {data_view.brief(value, width - len(name))}")
        elif not same(before[name], value):
            old = data_view.brief(before[name], half - len(name))
            yield change_view.Line("~", f"${name}: {old} → {data_view.brief(value, half)}")
    for name in before:
        if name not in after:
            yield change_view.Line("-", f"${name}")


def origin(stop: Stop, failed: Stop, height: int, screen: Screen) -> Iterator[str]:
    """Where the error of an execution that has failed comes from: `failed` is the stop there."""
    style, width = screen.style, screen.width
    yield from source(failed, height, width, style)
    yield from _value("input", failed, None, Fold(max(_LEAST, height), width), style)
    name = style.bold(headline.shortened(failed.state.name, 40))
    inside = f", in {headline.inside(failed.levels, 30)}" if failed.levels else ""
    yield f"  the error is that of {name}{inside}, at stop {failed.number} (goto {failed.number})"


def screenful(
    stop: Stop, stops: Sequence[Stop], path: str, before: Stop | None, screen: Screen, *, is_new: bool, is_known: bool
) -> Iterator[str]:
    """The lines of one of the stops, below its headline.

    `path` is the way to it; `before` is the stop that its data are compared with. `is_new` says that another state was
    shown before, `is_known` that it was told how its task is answered.
    """
    style, width, height = screen.style, screen.width, screen.height
    if path != style.bold(plain(stop.state.name)) and stop.kind != "end":
        yield f"  {style.dim('path')} {path}"
    yield from details(stop, width, style)
    around = max(7, height // 4) if is_new else 5
    if stop.kind != "end":
        yield from source(stop, around, width, style)
    elif (failed := failure(stops, stop)) is not None:
        yield from origin(stop, failed, around, screen)
    yield from data(stop, before, Fold(max(_LEAST, height // 2 - 4), width), style)
    yield from hints(stop, stops, width, style, is_known=is_known)
