"""Answers of an earlier session for a definition that has changed since: as far as its tasks still ask for the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from asl.debug.moves import AnswerToken, Move
from asl.debug.stepper import Answered
from asl.integration import Answer, Call, Pending
from asl.json_text import dumps


class SavedAnswers:
    """Answers calls (see `asl.hosts.answers.Mocks`) with what others were answered that asked the same of the same.

    Of several, each answers one call, in their order. `otherwise` is asked where none is left.
    """

    def __init__(self, answers: Iterable[tuple[Call, Answer]], otherwise: Any = None) -> None:
        self._answers: dict[str, list[Answer]] = {}
        for call, answer in answers:
            self._answers.setdefault(_what(call), []).append(answer)
        self._numbers: dict[tuple[str, str], int] = {}
        """For calls by execution and attempt, the number among those that ask the same."""
        self._asked: dict[str, int] = {}
        self._otherwise = otherwise

    def answer(self, call: Call) -> Any:
        """The answer of a call, None where there is none for it."""
        known = self._known(call)
        if known is not None:
            return known
        return None if self._otherwise is None else self._otherwise.answer(call)

    def rewind(self, calls: Sequence[Call]) -> None:
        """Counts as if only these calls had been asked for, in this order."""
        self._numbers.clear()
        self._asked.clear()
        others = [call for call in calls if self._known(call) is None]
        rewind = getattr(self._otherwise, "rewind", None)
        if rewind is not None:
            rewind(others)

    def _known(self, call: Call) -> Answer | None:
        what = _what(call)
        number = self._numbers.get((call.execution_arn, call.ref))
        if number is None:
            number = self._numbers[call.execution_arn, call.ref] = self._asked.get(what, 0)
            self._asked[what] = number + 1
        known = self._answers.get(what, [])
        return known[number] if number < len(known) else None


def outcomes(answered: Iterable[Answered], made: Iterable[Move]) -> list[tuple[Call, Answer]]:
    """What came of each attempt at last, in the order of the attempts; of a callback task the answer to its token.

    `made` are the moves of a line, which hold the answers to tokens.
    """
    tokens = {move.token: move.answer for move in made if isinstance(move, AnswerToken) and move.answer is not None}
    found: dict[tuple[str, str], tuple[Call, Answer]] = {}
    for each in answered:
        call = each.call
        is_submitted = call.pattern == "wait_for_task_token" and not each.final
        answer = tokens.get(call.token or "") if is_submitted or isinstance(each.answer, Pending) else each.answer
        if answer is not None:
            found[call.execution_arn, call.ref] = (call, answer)
    return list(found.values())


def _what(call: Call) -> str:
    """What a call asks of whom; its task token, which is another one each time, aside."""
    text = dumps([call.state_name, call.resource, call.arguments])
    return text if call.token is None else text.replace(call.token, "")
