"""Moves, calls and answers as JSON, for session files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any, Final, get_args

from asl.debug import moves
from asl.debug.moves import Action, Move
from asl.debug.stepper import Answered, Asked
from asl.integration import Answer, Call, Failure, Output, Pending
from asl.values import ABSENT, JSON

_ANSWERS: Final[dict[str, type[Any]]] = {kind.__name__: kind for kind in (Output, Failure, Pending)}
_ACTIONS: Final[dict[str, type[Any]]] = {kind.__name__: kind for kind in get_args(Action)}


def of_moves(made: Iterable[Move]) -> list[JSON]:
    """Moves as JSON: a number for so many that came by themselves, an object for what somebody did."""
    found: list[JSON] = []
    for move in made:
        if move is not None:
            found.append({"action": type(move).__name__, **_fields(move)})
        elif found and isinstance(found[-1], int):
            found[-1] += 1
        else:
            found.append(1)
    return found


def to_moves(value: JSON) -> list[Move]:
    """The moves that `of_moves` made JSON of. Raises KeyError, TypeError or ValueError for what is none."""
    found: list[Move] = []
    for each in value:
        if isinstance(each, int):
            found += [None] * each
        else:
            kind = _ACTIONS[each["action"]]
            members = {key: member for key, member in each.items() if key != "action"}
            if kind in (moves.AnswerCall, moves.AnswerToken) and members["answer"] is not None:
                members["answer"] = to_answer(members["answer"])
            found.append(kind(**members))
    return found


def of_answered(asked: Asked, answered: Answered) -> JSON:
    """A call and its answer as JSON."""
    return {
        "asked": asked[2],
        "call": _fields(answered.call),
        "answer": of_answer(answered.answer),
        "final": answered.final,
        "byHand": answered.by_hand,
    }


def to_answered(value: JSON) -> tuple[Asked, Answered]:
    """What `of_answered` made JSON of. Raises KeyError, TypeError or ValueError for what is none."""
    call = Call(**value["call"])
    answered = Answered(call, to_answer(value["answer"]), bool(value["final"]), bool(value["byHand"]))
    return (call.execution_arn, call.ref, int(value["asked"])), answered


def of_answer(answer: Answer) -> JSON:
    return {"kind": type(answer).__name__, **_fields(answer)}


def to_answer(value: Mapping[str, JSON]) -> Answer:
    answer: Answer = _ANSWERS[value["kind"]](**{key: member for key, member in value.items() if key != "kind"})
    return answer


def _fields(instance: Any) -> dict[str, JSON]:
    """The fields of a dataclass that are not what they are by default."""
    found: dict[str, JSON] = {}
    for each in fields(instance):
        value = getattr(instance, each.name)
        if isinstance(value, Output | Failure):
            value = of_answer(value)
        if value is not ABSENT and value != each.default:
            found[each.name] = value
    return found
