"""What a run leaves behind: files, and the report of a failure."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import BufferedRandom, BufferedWriter
from pathlib import Path
from typing import TYPE_CHECKING, Final

from asl.errors import InputError
from asl.findings import Location
from asl.source_text import placeholders_of, pointer_tokens
from asl.story_text import Style, plain
from asl.values import JSON
from asl.wording import QUERY_EVALUATION_ERROR, RUNTIME

if TYPE_CHECKING:
    from asl.hosts.run import Run

_LISTED: Final = 8  # placeholders named in a note; notes of names


@dataclass(frozen=True, slots=True)
class Outlet:
    """A file that an option names, open for writing, not yet changed."""

    option: str
    path: str
    stream: BufferedWriter | BufferedRandom
    is_new: bool

    def write(self, text: str) -> str | None:
        """Puts the text in the place of what the file held, and closes it. What went wrong as text, or None."""
        try:
            with self.stream as stream:
                if stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                    stream.truncate(0)
                stream.write(text.encode())
        except OSError as error:
            return f"{self.option}: cannot write '{self.path}': {error.strerror or error}"
        return None


def refuse_clashes(outlets: Mapping[str, str | None], read: Iterable[str | None]) -> None:
    """Raises InputError when two options write one file, or one writes a file that is read."""
    taken: dict[str, str] = {}
    sources = {os.path.realpath(path) for path in read if path is not None and path != "-"}
    for option, path in outlets.items():
        if path is None:
            continue
        if path == "-":
            raise InputError(f"{option} takes the name of a file; standard output is for the execution's output")
        real = os.path.realpath(path)
        if real in sources:
            raise InputError(f"{option} '{path}' would overwrite a file that this run reads")
        if real in taken and not _is_device(path):
            raise InputError(f"{taken[real]} and {option} name the same file, '{path}'")
        taken[real] = option


def open_outlets(outlets: Mapping[str, str | None]) -> dict[str, Outlet]:
    """The files, open and as they were. Raises InputError for the first that cannot be written."""
    opened: dict[str, Outlet] = {}
    for option, path in outlets.items():
        if path is None:
            continue
        is_new = not os.path.lexists(path)
        try:
            opened[option] = Outlet(option, path, _open(path), is_new)
        except (OSError, ValueError) as error:
            discard(opened.values())
            reason = getattr(error, "strerror", None) or str(error)
            if not Path(path).parent.is_dir():
                reason = f"there is no directory '{Path(path).parent}'"
            raise InputError(f"{option}: cannot write '{path}': {reason}") from None
    return opened


def _open(path: str) -> BufferedWriter | BufferedRandom:
    if _is_device(path):
        return open(path, "wb")
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o666), "r+b")


def _is_device(path: str) -> bool:
    return os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path)


def discard(outlets: Iterable[Outlet]) -> None:
    """Closes files that are not to be written, and removes those that were made for it."""
    for outlet in outlets:
        outlet.stream.close()
        if outlet.is_new:
            Path(outlet.path).unlink(missing_ok=True)


# -- reports ---------------------------------------------------------------------------------------------------------


def summary(run: Run) -> dict[str, JSON]:
    """The run as one JSON object, with the events of the executions that it started too: what `--json` prints."""
    return {**run.as_dict(), "events": run.world.events}


def failure_report(run: Run, style: Style, is_empty: bool = False) -> str:
    """Where and why a run failed, for a person. `is_empty`: nothing was in the embedded services at the start."""
    where = ""
    pointer = run.execution.failed_at
    if pointer is not None:
        place = run.failed_at
        file = f" ({place.file}:{place.line})" if isinstance(place, Location) else ""
        where = f" in state {style.bold(plain(pointer_tokens(pointer)[-1]))}{file}"
    lines = [f"{style.red(run.status)}{where}"]
    if run.error is not None:
        lines.append(f"  error: {style.red(plain(run.error))}")
    if run.cause:
        lines.append(_indented("  cause: ", run.cause))
    unfilled = list(dict.fromkeys(placeholders_of(run.machine.document.value)))
    if unfilled:
        listed = ", ".join(f"${{{name}}}" for name in unfilled[:_LISTED]) + (" ..." if len(unfilled) > _LISTED else "")
        lines.append(f"  note: placeholders without a value: {listed} (--define {plain(unfilled[0])}=value)")
    lines += [f"  note: {plain(note)}" for note in _unknown_names(run)]
    if is_empty and run.error is not None and not run.error.startswith("States."):
        lines.append("  note: nothing is in embedded services at the start, unless --resources FILE says what")
    return "\n".join(lines)


def _unknown_names(run: Run) -> list[str]:
    """What `asl check` says of variables that the failed state reads and nothing assigns, if the error may be of it."""
    pointer = run.execution.failed_at
    if pointer is None or run.error not in (QUERY_EVALUATION_ERROR, RUNTIME):
        return []
    from asl.check import check

    found = check(run.machine.document, run.machine.type)
    own = (each for each in found if each.rule == "unknown-variable" and each.pointer.startswith(f"{pointer}/"))
    notes = dict.fromkeys(f"{each.message} ({each.hint})" if each.hint else each.message for each in own)
    return list(notes)[:_LISTED]


def _indented(head: str, cause: str) -> str:
    """A cause, pretty-printed when it is an object or array as JSON."""
    text = cause
    if cause[:1] in "{[":
        try:
            text = json.dumps(json.loads(cause), indent=2, ensure_ascii=False)
        except (ValueError, RecursionError):
            text = cause
    return head + ("\n" + " " * len(head)).join(plain(line) for line in text.split("\n"))


def waiting_report(run: Run) -> str:
    """That a run waits for answers from outside, and for which."""
    lines = ["the execution waits for an answer from outside, and nothing here gives one:"]
    for token, state in list(run.waiting_for.items())[:10]:
        lines.append(f"  state '{plain(state)}', task token {token}")
    if len(run.waiting_for) > 10:
        lines.append(f"  and {len(run.waiting_for) - 10} more")
    lines.append(
        "Answer it with a mock (--mock FILE with a response for the state), from another terminal (--real-time, then\n"
        "asl task-success TOKEN --output JSON), or in Python with World.send_task_success."
    )
    return "\n".join(lines)
