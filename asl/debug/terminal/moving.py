"""Commands that move through the execution, forwards and back."""

from __future__ import annotations

from typing import Final

from asl.debug import recorded_events
from asl.debug.terminal import names
from asl.debug.terminal.commands import Group, nothing, number
from asl.debug.terminal.session import Session

GROUP: Final = Group("Moving")


@GROUP.command(
    "step [N]",
    "Go to the next stop, into fields, items and branches.",
    "step 3",
    aliases=("s",),
    more=(
        "Inside a state it stops after each field that the state has (InputPath, Parameters, ResultSelector ...),\n"
        "before its call, at the answer, at an error, and where the state is left."
    ),
    repeats=True,
)
def step(session: Session, argument: str) -> None:
    session.debugger.step(number(argument, "the number of steps", 1))
    session.arrived()


@GROUP.command(
    "next [N]",
    "Go to the next state, over what is inside this one.",
    "next",
    aliases=("n",),
    repeats=True,
)
def next_(session: Session, argument: str) -> None:
    session.debugger.next(number(argument, "the number of states", 1))
    session.arrived()


@GROUP.command(
    "finish",
    "Go on to the end of this iteration or branch.",
    "finish",
    aliases=("fin", "return"),
    more="Outside of iterations and branches it goes on to the end of the execution.",
    repeats=True,
)
def finish(session: Session, argument: str) -> None:
    nothing(argument, "finish")
    session.debugger.finish()
    session.arrived()


@GROUP.command(
    "continue",
    "Go on to a breakpoint, a watch or the end.",
    "continue",
    aliases=("c", "cont"),
    more="It also stops at a task that nothing answers, and where only an answer from outside can help.",
    repeats=True,
)
def continue_(session: Session, argument: str) -> None:
    nothing(argument, "continue")
    session.debugger.continue_()
    session.arrived()


@GROUP.command(
    "until [STATE|LINE]",
    "Go on to a state or line in this branch.",
    "until Charge",
    aliases=("u", "unt"),
    more=(
        "It goes at most to the end of the iteration or branch. Without a place it goes on to a state\n"
        "further down in the file: out of a loop."
    ),
    repeats=True,
    completions=names.places,
)
def until(session: Session, argument: str) -> None:
    session.debugger.until(argument or None)
    session.arrived()


@GROUP.command(
    "advance STATE|LINE",
    "Go on to a state or line, wherever it is.",
    "advance order.asl.json:31",
    completions=names.places,
)
def advance(session: Session, argument: str) -> None:
    session.debugger.advance(argument)
    session.arrived()


@GROUP.command(
    "back [N]",
    "Go back to the stop before.",
    "back 5",
    aliases=("reverse-step", "rs"),
    repeats=True,
)
def back(session: Session, argument: str) -> None:
    session.debugger.back(number(argument, "the number of steps", 1))
    session.arrived()


@GROUP.command(
    "reverse-continue",
    "Go back to a breakpoint, a watch or the start.",
    "reverse-continue",
    aliases=("rc",),
    repeats=True,
)
def reverse_continue(session: Session, argument: str) -> None:
    nothing(argument, "reverse-continue")
    session.debugger.reverse_continue()
    session.arrived()


@GROUP.command(
    "goto N|event N",
    "Go to a stop by its number, or to an event.",
    "goto 12",
    aliases=("g",),
    more="timeline lists the stops. goto event 48 goes to where that event of the history has just happened.",
    completions=names.stops,
)
def goto(session: Session, argument: str) -> None:
    word, _, rest = argument.partition(" ")
    if word == "event":
        recorded_events.goto(session.debugger, number(rest.strip(), "the id of an event", least=1))
    else:
        session.debugger.goto(number(argument, "the number of a stop", least=0))
    session.arrived()


@GROUP.command(
    "restart",
    "Start again with the same input; breakpoints stay.",
    "restart",
    aliases=("run", "r"),
    more=(
        "Answers given by hand, changed data and lines of time are forgotten, and tasks are asked again. Breakpoints,\n"
        "watches and displays stay. To keep what was done, go back with goto 0 instead, or save it first."
    ),
)
def restart(session: Session, argument: str) -> None:
    nothing(argument, "restart")
    session.debugger.restart()
    session.arrived()
