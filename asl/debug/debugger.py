"""The debugger without a user interface: where an execution is, moving it forwards and back, changing what happens."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from asl.debug import changing, expressions
from asl.debug.breakpoints import Breakpoints
from asl.debug.interruption import Interruption
from asl.debug.moves import Action, AnswerCall, AnswerToken, Edit, Move, Script
from asl.debug.stepper import Answered, Asked, Stepper
from asl.debug.stop import Stop
from asl.debug.threads import alive
from asl.debug.timeline import Timeline
from asl.debug.ways import is_next, is_outside, line_of, same_thread
from asl.errors import HostError, InputError
from asl.findings import did_you_mean
from asl.hosts.garbage import rare_collections
from asl.hosts.run import Run
from asl.hosts.start import json_copy, milliseconds, split_options, wall_clock
from asl.hosts.world import World
from asl.integration import Failure, Output
from asl.values import JSON

if TYPE_CHECKING:
    from asl.hosts.attempts import Attempt
    from asl.machine import Machine

_MARK_EVERY: Final = 32
"""Moves between two places that the world can be put back to, where there are fewer threads of control."""

MAIN: Final = "main"
"""The name of the first line."""


class Debugger:
    """One execution of a machine, moved by hand. It stands before the first state at the beginning.

    `input` and the options are those of `Machine.run`; with `live`, waits take as long as they do by the wall clock.
    `script` says what comes next, as a recording does. `answers` are remembered from another debugger: their calls are
    not made again. Use it as a context manager, or call `close()`. Raises what `Machine.run` does.
    """

    def __init__(
        self,
        machine: Machine,
        input: JSON = None,
        *,
        script: Script | None = None,
        answers: Sequence[tuple[Asked, Answered]] = (),
        **options: Any,
    ) -> None:
        self.machine = machine
        self.input = input
        self.of_world, self.of_start = split_options(options)
        self.script = script
        self.is_live = bool(self.of_world.pop("live", False))
        """Whether waits take as long as they do by the wall clock."""
        self.reason = "start"
        """Why it stands where it does: start, step, breakpoint N, watch N, end, unanswered, outside, interrupted;
        or how it leaves a recording here."""
        self.lines: dict[str, Timeline] = {}
        """The lines of events by their names, "main" the first one."""
        self._begin()
        self.stepper.remembered.update(answers)
        self.breakpoints = Breakpoints([machine, *self.world.executions.machines])
        if not self._extend():
            self.close()
            raise InputError(f"the execution ends before its first state: {self.run.error}: {self.run.cause}")

    def _begin(self) -> None:
        """Starts the execution in a world of its own."""
        options = dict(self.of_world)
        if self.is_live and options.get("start") is None:
            options["start"] = wall_clock()
        self.world = World(**options)
        try:
            self.world.moving = deque()
            self.world.start(self.machine, self.input, **self.of_start)
        except BaseException:
            self.world.close()
            raise
        self.stepper = Stepper(self.world, self.script, self.is_live)
        self.interruption = Interruption(self.stepper)
        """Knows of Ctrl-C while it goes on."""
        self.line = Timeline(MAIN, [], [], [self.stepper.mark()], 0)
        self.stepper.given = self.line.given
        self.lines = {MAIN: self.line}

    def __enter__(self) -> Debugger:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<asl.Debugger of {self.machine.name!r} at {self.stop!r}>"

    def close(self) -> None:
        """Closes the world."""
        self.world.close()

    def save(self, path: str | Path) -> None:
        """Writes the session to a file, to be resumed by `asl debug --replay`: see `asl.debug.session_file`."""
        from asl.debug import session_file

        session_file.save(self, path)

    # -- where it is ---------------------------------------------------------------------------------------------------

    @property
    def stop(self) -> Stop:
        """Where it stands."""
        return self.line.stops[self.line.position]

    @property
    def stops(self) -> Sequence[Stop]:
        """All stops of this line so far, also those ahead of where it stands after going back."""
        return self.line.stops

    @property
    def run(self) -> Run:
        """The execution, as far as it has come on this line, which may be ahead of where it stands."""
        return self.stepper.run

    @property
    def answered(self) -> Sequence[Answered]:
        """What tasks have answered on this line, in order."""
        return self.stepper.answered

    @property
    def is_at_end(self) -> bool:
        """Whether it stands at the last stop, and nothing more can happen by itself."""
        return self.line.position == len(self.stops) - 1 and self.stepper.is_done

    def branches(self, stop: Stop | None = None) -> list[Stop]:
        """The latest stop of each thread of control that is alive, by the threads' ids; of this execution alone."""
        return alive(self.stops, stop or self.stop)

    def evaluate(self, expression: str, stop: Stop | None = None) -> JSON:
        """The value of an expression, where it stands or at another stop; see `asl.debug.expressions`.

        Raises InputError for one that has no value there.
        """
        return expressions.evaluate(expression, stop or self.stop)

    # -- forwards ------------------------------------------------------------------------------------------------------

    def step(self, count: int = 1) -> Stop:
        """Goes on to the next stop, or so many stops: into Maps and Parallels, and from one field to the next."""
        for _ in range(count):
            if not self._go(lambda stop: True):
                break
        return self.stop

    def next(self, count: int = 1) -> Stop:
        """Goes on to the next state of this thread of control, over what is done meanwhile, or that many states."""
        for _ in range(count):
            if not self._go(partial(is_next, self.stop)):
                break
        return self.stop

    def finish(self) -> Stop:
        """Goes on until the branch or iteration is over and what is around it goes on, or the execution is over."""
        here = self.stop
        self._go(lambda stop: is_outside(here, stop))
        return self.stop

    def continue_(self) -> Stop:
        """Goes on until something stops it: a breakpoint, a task that nothing answers, the end, or where a recording is
        left."""
        self._go(lambda stop: False)
        return self.stop

    def until(self, place: str | None = None) -> Stop:
        """Goes on to a place (as a breakpoint's), or to a state further down in the file; at most to the end of the
        branch or iteration."""
        here = self.stop
        if place is not None:
            wanted = self.breakpoints.parse(place)
            self._go(lambda stop: wanted.matches(self.stops, stop.number) or is_outside(here, stop))
            return self.stop
        self._go(
            lambda stop: (
                is_outside(here, stop)
                or (stop.kind == "enter" and same_thread(here, stop) and line_of(stop) > line_of(here))
            )
        )
        return self.stop

    def advance(self, place: str) -> Stop:
        """Goes on to a place, given as a breakpoint's."""
        wanted = self.breakpoints.parse(place)
        self._go(lambda stop: wanted.matches(self.stops, stop.number))
        return self.stop

    def _go(self, wanted: Callable[[Stop], bool]) -> bool:
        """Goes on to a stop that is wanted; False when something else stopped it. Raises InputError at the end."""
        if self.is_at_end:
            raise InputError(self._nothing_more())
        self.reason = "step"
        with self.interruption, rare_collections():
            while self._forward():
                stop = self.stop
                if self._is_hit() or self._is_left() or self._is_held():
                    return False
                if wanted(stop):
                    return True
                if self.interruption.has_come:
                    self.reason = "interrupted"
                    return False
        return False

    def _is_held(self) -> bool:
        """Whether an execution stays where it is now: at its end, or for want of an answer."""
        stop = self.stop
        if stop.kind == "end" and stop.run.parent_arn is None:
            self.reason = "end"
        elif stop.problem is not None:
            self.reason = "unanswered"
        elif stop.kind == "outside":
            self.reason = "outside"
        else:
            return False
        return True

    def _nothing_more(self) -> str:
        if self.run.status == "RUNNING":
            return "nothing more can happen by itself: answer the task that waits (succeed, fail), or go back"
        return "the execution has ended: restart begins again, back and goto go back"

    def _forward(self) -> bool:
        """Goes one stop on; False where it cannot."""
        if self.line.position + 1 >= len(self.stops) and not self._extend():
            return False
        self.line.position += 1
        return True

    def _extend(self) -> bool:
        """Adds the next stops to the line; False when nothing more happens now."""
        line = self.line
        while True:
            if self._show_ahead():
                return True
            if self.stepper.is_done:
                return False
            if self.interruption.has_come:
                self.reason = "interrupted"
                return False
            known = len(line.stops)
            try:
                self._move(None)
            except KeyboardInterrupt:
                self.reason = "interrupted"
                return False
            except HostError as failure:
                return self._unanswered(failure)
            if len(line.stops) > known:
                return True

    def _show_ahead(self) -> bool:
        """Adds the stops before the next move to the line, once; False where there are none to add."""
        line = self.line
        if line.is_shown:
            return False
        line.is_shown = True
        if line.left is None and self.script is not None and (why := self.script.leaves()) is not None:
            line.left = len(line.stops), why
        ahead = [each for each in self.stepper.ahead(len(line.stops)) if not self._is_known(each)]
        line.stops += ahead
        return bool(ahead)

    def _is_known(self, ahead: Stop) -> bool:
        """Whether a stop before a phase is there already, because only a task that awaited its token was answered."""
        return ahead.kind in ("enter", "retry", "answer", "error", "stage") and any(
            (each.run.arn, each.frame, each.kind) == (ahead.run.arn, ahead.frame, ahead.kind)
            and all(isinstance(move, AnswerToken) for move in self.line.moves[each.moves :])
            for each in self.stops[-2:]
        )

    def _unanswered(self, failure: HostError) -> bool:
        """A call could not be made: the stop before it says so now. Raises what went wrong where there is none."""
        last = self.line.stops[-1]
        self.reason = "unanswered"
        if last.kind != "call":
            raise failure
        self.line.stops[-1] = replace(last, problem=str(failure))
        return False

    def _move(self, move: Move) -> None:
        """Makes a move, and adds the stops that it comes by."""
        line = self.line
        line.stops += self.stepper.move(len(line.stops), move)
        line.moves.append(move)
        line.is_shown = False
        if isinstance(move, Edit):
            self._show_variable(move)
        since = len(line.moves) - line.marks[-1].moves
        if since >= _MARK_EVERY and since % _MARK_EVERY == 0 and since >= self.stepper.weight():
            line.marks.append(self.stepper.mark())

    def _show_variable(self, edit: Edit) -> None:
        """Has the exit of a state, if it came last, show a variable that was changed there."""
        last = self.line.stops[-1] if self.line.stops else None
        kind, _, name = edit.place.partition(":")
        if last is None or last.kind != "exit" or (last.run.arn, last.frame) != (edit.arn, edit.frame):
            return
        if kind == "variable":
            scope = copy(last.scope)
            scope.variables = {**scope.variables, name: edit.value}
            self.line.stops[-1] = replace(last, scope=scope)

    # -- back ----------------------------------------------------------------------------------------------------------

    def back(self, count: int = 1) -> Stop:
        """Goes back by so many stops; nothing is undone, and going on again shows the same."""
        if count < 0:
            raise InputError(f"back goes back by a number of stops, not {count}; step goes on")
        if not self.line.position:
            raise InputError("this is the first stop; nothing came before")
        self.line.position = max(0, self.line.position - count)
        self.reason = "step" if self.line.position else "start"
        return self.stop

    def reverse_continue(self) -> Stop:
        """Goes back until a breakpoint or a watchpoint stops it, at most to the start."""
        self.back()
        while self.line.position:
            hit = self.breakpoints.would_hit(self.stops, self.line.position)
            if hit is not None:
                self.reason = str(hit)
                return self.stop
            self.line.position -= 1
        self.reason = "start"
        return self.stop

    def goto(self, number: int) -> Stop:
        """Goes to the stop with that number, back or on."""
        if number < 0:
            raise InputError(f"stops are counted from 0; there is no stop {number}")
        self.reason = "step"
        with self.interruption, rare_collections():
            while len(self.stops) <= number and self._extend():
                pass
        if len(self.stops) <= number and not self.interruption.has_come:
            raise InputError(f"there is no stop {number}; the last one is {len(self.stops) - 1}")
        self.line.position = min(number, len(self.stops) - 1)
        self._is_held()
        return self.stop

    def restart(self) -> Stop:
        """Begins again in a world of its own: tasks are asked again, other lines are forgotten, breakpoints stay."""
        self.world.close()
        if self.script is not None:
            self.script.reset(self.lines[MAIN].marks[0].script)
        self._begin()
        self.world.answers.rewind([])
        self.breakpoints.reset()
        self.reason = "start"
        self._extend()
        return self.stop

    # -- lines ---------------------------------------------------------------------------------------------------------

    def fork(self, name: str) -> Stop:
        """Goes on in a new line with that name, which is the same up to here; the present one stays as it is."""
        if not name or name in self.lines:
            raise InputError(f"there is a line '{name}' already" if name else "a line needs a name")
        self.line = self.lines[name] = self.line.forked(name)
        self._put_world()
        return self.stop

    def switch(self, name: str) -> Stop:
        """Goes to another line, where it stood there."""
        if name not in self.lines:
            hint = did_you_mean(name, self.lines) or f"there are {', '.join(self.lines)}"
            raise InputError(f"there is no line '{name}'; {hint}")
        self.line = self.lines[name]
        self._put_world()
        return self.stop

    def return_to(self, moves: int, stops: int) -> None:
        """Has the world be as it was after so many moves, and forgets all stops of this line but the first ones."""
        self.line.cut(moves, stops)
        self._put_world()

    def _put_world(self) -> None:
        """Has the world be as it is at the tip of the line."""
        line = self.line
        mark = line.marks[-1]
        self.stepper.given = line.given
        with self.interruption:
            self.stepper.put_back(mark)
            for move in line.moves[mark.moves :]:
                self.stepper.move(0, move)

    def walk(self, moves: Sequence[Move]) -> None:
        """Makes these moves again from the start, as far as they can be made: those of a saved session."""
        for move in moves:
            if isinstance(move, Edit):
                stops = [each for each in self.stops if each.moves < len(self.line.moves)]
                self.return_to(len(self.line.moves), len(stops))
            else:
                self._show_ahead()
            if move is None and self.stepper.is_done:
                break
            self._move(move)
        self._extend()

    # -- changing ------------------------------------------------------------------------------------------------------

    def set(self, place: str, value: JSON) -> Stop:
        """Changes data here: `$`, `$.a.b` of the stop's value, `$name`, `$name.a` of a variable."""
        changing.set_value(self, place, json_copy("the value", value))
        return self.stop

    def succeed(self, output: JSON = None, *, token: str | None = None, stop: Stop | None = None) -> Stop:
        """Answers the task here by hand, or that of another branch, given by its `stop` (see `branches`), or the one
        that waits with a token (or in the state of that name)."""
        changing.answer(self, Output(json_copy("the output", output)), token, stop)
        return self.stop

    def fail(self, error: str, cause: str | None = None, *, token: str | None = None, stop: Stop | None = None) -> Stop:
        """Fails the task here by hand, or another one as in `succeed`."""
        changing.answer(self, Failure(error, cause), token, stop)
        return self.stop

    def submit(self, output: JSON = None, *, stop: Stop | None = None) -> Stop:
        """Answers the start call of the callback task here (or of another branch): it goes on until its token is
        answered."""
        given = json_copy("the answer", {} if output is None else output)
        changing.answer(self, Output(given), None, stop, final=False)
        return self.stop

    def heartbeat(self, token: str | None = None) -> Stop:
        """Says that the worker of a task that waits for an answer is alive."""
        changing.heartbeat(self, token)
        return self.stop

    def skip(self, *, stop: Stop | None = None) -> Stop:
        """Leaves the state (or that of another branch) without its work: its raw input goes out, to the next one."""
        changing.skip(self, stop)
        return self.stop

    def retry_now(self) -> Stop:
        """Ends the back-off before a retry, or a Wait, without waiting for the clock."""
        changing.end_wait(self)
        return self.stop

    def jump(self, seconds: float | None = None, *, until: float | str | None = None) -> Stop:
        """Moves the clock on, by so many seconds or to a time as in `Run.advance`; what is due happens on the way."""
        if until is not None and seconds is None:
            at = self.run.moment(until)
        elif seconds is not None and until is None:
            at = self.world.now + milliseconds("jump", seconds)
        else:
            raise InputError("jump takes a number of seconds, or until=...")
        changing.jump(self, at)
        return self.stop

    def redo(self, moves: int, stops: int, action: Move, stop: int) -> None:
        """Does an action after so many moves, where so many stops came before, and goes on to the stop of that number.

        All that came after on this line is forgotten.
        """
        line = self.line
        with self.interruption:
            if moves < len(line.moves) or stops < len(line.stops):
                self.return_to(moves, stops)
            if not isinstance(action, Edit):
                self._show_ahead()
            if isinstance(action, AnswerCall) and (action.arn, action.ref) == _asked(line.stops[-1]):
                line.stops[-1] = replace(line.stops[-1], problem=None)
            self.reason = "step"
            try:
                self._move(action)
            finally:  # the line goes on, also where the action is refused
                while len(line.stops) <= stop and self._extend():
                    pass
                line.position = min(stop, len(line.stops) - 1)
        self._is_held()

    def act(self, action: Action) -> bool:
        """Does an action at the tip of the line, and shows what comes next; True where a breakpoint is on the way."""
        known = len(self.stops)
        self.reason = "step"
        self._show_ahead()
        self._move(action)
        self._show_ahead()
        while self.line.position + 1 < len(self.stops):
            self.line.position += 1
            if self.line.position >= known and self._is_hit():
                return True
        self._is_held()
        return False

    def come_by(self) -> bool:
        """Goes on to the next stop; True where a breakpoint or the end stops it."""
        self.reason = "step"
        return self._forward() and (self._is_hit() or (self._is_held() and self.reason == "end"))

    def show_the_tip(self) -> None:
        """Stands at the last stop of the line."""
        self._show_ahead()
        self.line.position = len(self.stops) - 1

    def _is_hit(self) -> bool:
        """Whether a breakpoint or a watch stops it here."""
        hit = self.breakpoints.hit(self.stops, self.line.position)
        if hit is not None:
            self.reason = str(hit)
        return hit is not None

    def _is_left(self) -> bool:
        """Whether it is not as in the recording from here on."""
        left = self.line.left
        if left is None or left[0] != self.line.position:
            return False
        self.reason = left[1]
        return True

    def come_to(self, wanted: Callable[[Stop], bool]) -> None:
        """Goes on to a stop that is wanted, past breakpoints, or to where nothing more happens."""
        with self.interruption:
            while self._forward() and not wanted(self.stop) and not self._is_held():
                pass

    def come_to_the_tip(self) -> None:
        """Has all that came after the present stop on this line be forgotten."""
        moves = self.line.moves_to(self.stop)
        if moves < len(self.line.moves):
            self.return_to(moves, self.line.before_move(moves))

    def waiting(self, run: Run) -> list[Attempt]:
        """The attempts of a run that wait for an answer from outside."""
        return self.world.awaiting(run)


def _asked(stop: Stop) -> tuple[str, str | None]:
    """The execution and the attempt that a stop is before the call of."""
    return stop.run.arn, None if stop.call is None else stop.call.ref
