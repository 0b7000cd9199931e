"""What `asl test` prints: a line for each file, what is to be told of its failed cases, a summary."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TextIO

from asl.cli import terminal
from asl.story_text import Style, plain

if TYPE_CHECKING:
    from asl.testing.asltest import Outcome
    from asl.testing.coverage import Collector
    from asl.testing.junit import SuiteReport


class Printer:
    """Prints to a stream: in colour where it is wanted, in ASCII where the stream has nothing else."""

    def __init__(self, stream: TextIO, with_story: bool) -> None:
        options = terminal.story_options(stream)
        self._stream = stream
        self._width = options["width"]
        self._style = Style(options["colour"])
        self._good, self._bad, self._dot = ("ok", "FAILED", "-") if options["ascii"] else ("✓", "✗", "·")
        self._with_story = with_story

    def suite(self, report: SuiteReport) -> None:
        """Prints the line of a file, and all that is to be told of it."""
        style = self._style
        path = plain(report.path.as_posix())
        if report.error is not None:
            self._lines([f"{style.red(self._bad)} {path} {self._dot} cannot be run", *_indented(report.error, 2)])
        elif report.outcomes:
            mark = self._mark(report.outcomes)
            self._lines([f"{mark} {path} {self._dot} {_counts(report.outcomes)}"])
            for outcome in report.outcomes:
                self._outcome(outcome)

    def _mark(self, outcomes: Iterable[Outcome]) -> str:
        failed = any(outcome.failures for outcome in outcomes)
        return self._style.red(self._bad) if failed else self._style.green(self._good)

    def _outcome(self, outcome: Outcome) -> None:
        name = plain(outcome.case.name)
        if outcome.skipped is not None:
            self._lines([self._style.dim(f"  {self._dot} {name}: skipped: {plain(outcome.skipped)}")])
        if not outcome.failures:
            return
        lines = [f"  {self._style.red(self._bad)} {self._style.bold(name)}"]
        lines += [self._coloured(line) for line in _indented(outcome.text, 4)]
        for title, text in (
            ("printed:", outcome.printed),
            ("what happened:", outcome.story if self._with_story else ""),
        ):
            if text.strip():
                lines += [f"    {title}", *_indented(text.rstrip("\n"), 6)]
        self._lines(lines)

    def _coloured(self, line: str) -> str:
        """A line of a comparison in the colour of its side."""
        start = line.lstrip()[:2]
        return self._style.green(line) if start == "- " else self._style.red(line) if start == "+ " else line

    def summary(self, reports: Sequence[SuiteReport], seconds: float) -> None:
        """Prints how many cases there were, and what became of them."""
        outcomes = [outcome for report in reports for outcome in report.outcomes]
        errors = [report for report in reports if report.error is not None]
        counts = _counts(outcomes) if outcomes else "nothing was run"
        if errors:
            counts += f", {len(errors)} file{'' if len(errors) == 1 else 's'} could not be run"
        good = not errors and not any(outcome.failures for outcome in outcomes)
        told = f"{counts} in {seconds:.2f} s"
        self._lines(["", self._style.green(told) if good else self._style.red(told)])

    def coverage(self, collector: Collector, least: float | None) -> bool:
        """Prints what is covered; tells whether it is at least so many percent."""
        lines = ["", *collector.report(self._width).splitlines()]
        enough = least is None or collector.percent >= least
        if not enough:
            lines += [
                "",
                self._style.red(f"{collector.percent:.2f} % is covered, less than {least:g} % (--fail-under)"),
            ]
        self._lines(lines)
        return enough

    def _lines(self, lines: Iterable[str]) -> None:
        terminal.write_text(self._stream, "".join(f"{line}\n" for line in lines))


def _counts(outcomes: Sequence[Outcome]) -> str:
    counted = {
        "passed": sum(outcome.passed for outcome in outcomes),
        "failed": sum(bool(outcome.failures) for outcome in outcomes),
        "skipped": sum(outcome.skipped is not None for outcome in outcomes),
    }
    return ", ".join(f"{number} {what}" for what, number in counted.items() if number)


def _indented(text: str, columns: int) -> list[str]:
    return [" " * columns + plain(line) for line in text.split("\n")]
