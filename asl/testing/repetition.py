"""What makes an execution go again as it went: how it was started, and answers of mocks for its tasks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from asl.errors import AslError, InputError
from asl.frame import iso_time
from asl.hosts.run import Run
from asl.hosts.start import DEFAULT_START
from asl.integration import Failure
from asl.json_text import dumps
from asl.testing.answer_series import answered, series, without_metadata
from asl.testing.asltest.mocking import add_mocks
from asl.testing.workflow import Workflow
from asl.testing.written_mocks import Series, as_table, seconds
from asl.values import JSON

_GENERATED: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_FAILING_WITH_OTHERS: Final = ("Fail", "Map", "Parallel")
_DEFAULTS: Final = {"seed": "0", "region": "us-east-1", "account": "123456789012"}


class Repetition:
    """A run, and what a test has to say for another one to go the same way.

    Raises InputError for a run that is in the middle of something: it has not ended, and does not wait either.
    """

    def __init__(self, run: Run) -> None:
        _check_rest(run)
        self.run = run
        self.answers, self._problem = self._found_answers()
        """What mocks answer."""

    def _found_answers(self) -> tuple[list[Series], str | None]:
        """The answers with which the test goes as the run went: short ones if they do, too. Else why it does not."""
        found = []
        for attempts in answered(self.run):
            for each in (without_metadata(attempts), attempts):
                tried = series(each)
                problem = self._difference(tried, named=True)
                if problem is None:
                    return tried, None
                found.append((tried, problem))
        return found[1]

    def problem(self, *, named: bool) -> str | None:
        """What is otherwise in the run that the test makes, here and now; None where nothing is.

        `named`: the test gives the execution the name that this one was given.
        """
        is_same = named or not self.own_name()
        return self._problem if is_same else self._difference(self.answers, named=False)

    # -- how it is started -----------------------------------------------------------------------------------------

    def of_world(self) -> dict[str, JSON]:
        """The options of `asl.World` that are not what they are by default."""
        world, started_at = self.run.world, self.run.execution.started_at
        options: dict[str, JSON] = {"seed": world.seed, "region": world.region, "account": world.account}
        options = {key: value for key, value in options.items() if value != _DEFAULTS[key]}
        return options | ({"start": iso_time(started_at)} if started_at != DEFAULT_START else {})

    def of_start(self) -> dict[str, JSON]:
        """Those of `World.start`, but for the name."""
        info = self.run.execution.info
        usual_role = f"arn:aws:iam::{info.account}:role/{info.state_machine_name}"
        options: dict[str, JSON] = {"role_arn": info.role_arn} if info.role_arn != usual_role else {}
        if info.context:
            options["context"] = info.context
        if info.start_at is not None:
            options["start_at"] = self.run.machine.program.states[info.start_at].name
            options |= {"variables": info.variables} if info.variables else {}
            options |= {"single": True} if info.single else {}
        return options

    def until(self) -> dict[str, JSON]:
        """For a run that goes on: how many seconds after its start it is now."""
        milliseconds = self.run.world.now - self.run.execution.started_at
        return {"until": seconds(milliseconds)} if self.run.status == "RUNNING" else {}

    def own_name(self) -> dict[str, JSON]:
        """The execution's name where it was given."""
        return {} if _GENERATED.fullmatch(self.run.name) else {"name": self.run.name}

    # -- how it ends -----------------------------------------------------------------------------------------------

    @property
    def cause(self) -> str | None:
        """The cause of the error, if somebody has said it: an answer, or a Fail state. Others may be worded anew."""
        return (self.run.cause or None) if self._is_said(self.answers) else None

    def _is_said(self, answers: Iterable[Series]) -> bool:
        """Whether the cause is that of an answer, or what a Fail state says that says none of the engine's."""
        run = self.run
        said = {each.cause for one in answers for each in one.answers if isinstance(each, Failure)}
        if run.cause is None or run.cause in said:
            return True
        failed = run.machine.program.states.get(run.execution.failed_at or "")
        own = {visit.cause for visit in run.visits if visit.cause and visit.type not in _FAILING_WITH_OTHERS} - said
        return failed is not None and failed.type == "Fail" and not any(each in run.cause for each in own)

    def _difference(self, answers: list[Series], *, named: bool) -> str | None:
        """What is otherwise, with these answers."""
        played = self._played(answers, named)
        if isinstance(played, str):
            return played
        compared = ("status", "error", *(["cause"] if self._is_said(answers) else []), "output", "path")
        for what in compared:
            was, is_now = getattr(self.run, what), getattr(played, what)
            if dumps(was) != dumps(is_now):
                return f"the {what} was {_short(was)}, and of the test it is {_short(is_now)}"
        return None

    def _played(self, answers: list[Series], named: bool) -> Run | str:
        """The run that the test makes, here and now; what is in its way, as text, where it comes to no end."""
        options: dict[str, Any] = {**self.of_world(), "warn": lambda text: None}
        with Workflow(self.run.machine, type=self.run.machine.type, **options) as workflow:
            try:
                add_mocks(workflow, as_table(answers))
                own_name = self.own_name() if named else {}
                return workflow.run(self.run.input, **self.until(), **self.of_start(), **own_name)
            except AslError as error:
                return str(error).partition("\n")[0]


def _check_rest(run: Run) -> None:
    """Raises InputError for a run in which something can happen now."""
    if run.status != "RUNNING":
        return
    unanswered = next((each.call for each in run.world.calls if not each.cancelled), None)
    if unanswered is not None:
        raise InputError(
            f"the task of state '{unanswered.state_name}' is not answered yet, so that no test can say how the"
            " execution ends: answer it first"
        )
    if any(each.execution.ready for each in run.world.runs):
        raise InputError("the execution has not ended, so that no test can say how it ends: let it run first")


def _short(value: JSON) -> str:
    text = dumps(value)
    return text if len(text) <= 200 else f"{text[:200]}…"
