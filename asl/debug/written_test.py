"""Writes the way that was walked to a file as a test: a new one, or behind the tests that stand in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from asl import source
from asl.debug.by_hand import changes_of_data
from asl.errors import DefinitionError, InputError
from asl.hosts.run import Run
from asl.json_text import dumps
from asl.testing.skipped_tasks import skipped_tasks
from asl.testing.written_run import WrittenRun
from asl.values import JSON

if TYPE_CHECKING:
    from asl.debug.debugger import Debugger


@dataclass(frozen=True, slots=True)
class Written:
    """What is to be said of a test: why it does not pass, None where it does; what else stands in it as comments."""

    problem: str | None
    remarks: list[str]


def export(debugger: Debugger, path: str | Path, *, name: str | None = None) -> Written:
    """Writes the way of the present line to a file as a test; see `write`, which it raises as."""
    return write(debugger.run, path, name=name, notes=_by_hand(debugger))


def text(debugger: Debugger) -> str:
    """The test that `export` writes: for `asl test`, or for pytest where the definition stands in the test."""
    test = WrittenRun(debugger.run, None, None, _by_hand(debugger))
    return test.as_pytest() if test.definition(of_pytest=True).file is None else test.as_asltest()


def _by_hand(debugger: Debugger) -> list[str]:
    """What was done on the way that no test can say."""
    answered = {visit.name for visit in skipped_tasks(debugger.run).values()}
    changes = dict.fromkeys(changes_of_data(debugger.line, answered))
    return [f"{each} by hand; not so in this test" for each in changes]


def write(run: Run, path: str | Path, *, name: str | None = None, notes: Iterable[str] = ()) -> Written:
    """Writes the test to a file, beside what stands in it; and the definition to another one if no file has it.

    The ending of the file says which form the test has: `.py`, or `.asltest.yaml`. `name` is that of the test; without
    it, it is named for how the execution ended. `notes` are the caller's own. Raises InputError for a run that has not
    ended and does not wait, another ending, a file that holds something else, or cannot be read or written.
    """
    path = Path(path)
    is_python = path.suffix == ".py"
    if not is_python and not path.name.endswith((".asltest.yaml", ".asltest.yml")):
        raise InputError(f"'{path}': a test is a file like test_order.py (for pytest) or order.asltest.yaml")
    test = WrittenRun(run, path.parent, name, notes)
    if path.exists():
        text = _with_function(test, path) if is_python else _with_case(test, path)
    else:
        text = test.as_pytest() if is_python else test.as_asltest()
    definition = test.definition(of_pytest=is_python)
    told = Written(test.problem(of_pytest=is_python), test.remarks(of_pytest=is_python))
    if definition.copy is not None and definition.file is not None:
        _write(path.parent / definition.file, definition.copy)
    _write(path, text)
    return told


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise InputError(f"'{path}' cannot be written: {error.strerror or error}") from None


def _with_function(test: WrittenRun, path: Path) -> str:
    """The text of a Python file with the test behind it."""
    text = _read(path)
    title = _free(test.title, lambda title: f"def {test.function_name(title)}(" in text)
    return text.rstrip() + "\n\n\n" + "\n".join(test.function(title)) + "\n"


def _with_case(test: WrittenRun, path: Path) -> str:
    """The text of a test file with the case behind its last. Raises InputError for a file of another machine."""
    text = _read(path)
    before = _value(text, path)
    head = test.head()
    own = {key: before[key] for key in ("machine", "define", "type", "name") if key in before}
    if own != head or not isinstance(before.get("cases"), dict):
        raise InputError(f"'{path}' is no test file of {head['machine']}: choose another name")
    title = _free(test.title, lambda title: title in before["cases"])
    longer = text.rstrip() + "\n\n" + "\n".join(test.case_lines(title)) + "\n"
    cases = {**before["cases"], title: test.case()}
    if dumps(_value(longer, path)) != dumps({**before, "cases": cases}):
        raise InputError(f"'{path}' has something behind its cases, where this one would go: choose another name")
    return longer


def _value(text: str, path: Path) -> dict[str, JSON]:
    """The object in a test file, {} where it is none."""
    try:
        value = source.read_text(text, str(path), "yaml").value
    except DefinitionError:
        return {}
    return value if isinstance(value, dict) else {}


def _free(title: str, is_taken: Callable[[str], bool]) -> str:
    """The title, with a number if it is taken."""
    number, free = 1, title
    while is_taken(free):
        number += 1
        free = f"{title} {number}"
    return free


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"'{path}' cannot be read: {error}") from None
