"""Runs a program on a text: a backtracking matcher that never explores the same choice twice.

What a choice leads to depends on the place in the program, the position in the text and a few registers only. It is
noted when it is made: who comes to it again knows that it leads nowhere, because the search ends with the first
success. So the work grows with the product of pattern and text, where a plain backtracking matcher may need exponential
time. Only references to captures and nested counts add factors. What is captured is undone step by step.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from asl.jsonata.errors import JsonataError
from asl.jsonata.regex.charset import canonical
from asl.jsonata.regex.program import Op, Program, State

_STEPS: Final = 1000
"""The work done between two reports of it."""
_SCANNED: Final = 64
"""Units that `re` passes over in the time of a step."""
_MOST_NOTED: Final = 3_000_000
"""The most entries that a search notes, of some hundred bytes each."""
_UNDO: Final = -1
_SHORTER: Final = -2
_FAILED: Final = -1


class _Canonical(dict[str, str]):
    def __missing__(self, unit: str) -> str:
        self[unit] = stands = canonical(unit)
        return stands


_CANONICAL: Final = _Canonical()

# Names of the module are found quicker than members of an enumeration.
_PIECE, _PIECE_BACK, _RUN, _SPLIT, _JUMP, _SAVE, _CLEAR, _CHECK, _ZERO, _ROUND, _NEXT, _LOOK, _REFERENCE, _FOUND = Op

Found = tuple[int, int, list[int | None]]
"""The start and the end of a match, and the start and the end of each capture."""


def search(program: Program, text: str, start: int, spend: Callable[[int], None]) -> Found | None:
    """The first match at or after `start` in a text of UTF-16 units. Tells `spend` how much work is done."""
    matcher = _Matcher(program, text, spend)
    found = matcher.first(start)
    matcher.report()
    return found


class _Matcher:
    def __init__(self, program: Program, text: str, spend: Callable[[int], None]) -> None:
        self.program = program
        self.text = text
        self.spend = spend
        self.steps = 0
        self.registers: list[int | None] = [None] * program.registers
        self.choices: dict[Any, int] = {}
        """The choices made: each maps to 0, those of a run to the shortest end that was tried."""
        self.look_choices: dict[int, dict[Any, int]] = {}
        self.extents: dict[int, tuple[int, int]] = {}
        """For each run, where the last one that was measured starts and ends."""

    def report(self) -> None:
        steps, self.steps = self.steps, 0
        self.spend(steps)

    def first(self, position: int) -> Found | None:
        next_start = self.program.next_start
        while position <= len(self.text):
            if next_start:
                candidate = next_start(self.text, position)
                start = candidate.start() if candidate else len(self.text)
                self.steps += (start - position) // _SCANNED
                position = start
                if not candidate:
                    return None
            if self.program.at_text_start and position > 0:
                return None
            end = self.run(0, position, self.choices)
            if end != _FAILED:
                return position, end, self.registers[: 2 * self.program.captures]
            position += 1
        return None

    def run(self, at: int, position: int, choices: dict[Any, int]) -> int:
        """Where a match of the program from the instruction `at` on ends, _FAILED without one."""
        code = self.program.code
        text = self.text
        size = len(text) + 1
        registers = self.registers
        stack: list[tuple[Any, ...]] = []
        steps = self.steps
        while True:
            steps += 1
            if steps >= _STEPS:
                self.steps = steps
                self.report()
                steps = 0
                if len(choices) + len(stack) > _MOST_NOTED:
                    raise JsonataError("U1003")
            instruction = code[at]
            op = instruction[0]
            at += 1
            if op is _PIECE:
                if instruction[1](text, position):
                    position += instruction[2]
                    continue
            elif op is _SPLIT:
                _, first, second, state = instruction
                choice = at * size + position if state is None else self.choice(at, position, state)
                if choice not in choices:
                    choices[choice] = 0
                    stack.append((second, position))
                    at = first
                    continue
            elif op is _RUN:
                _, extent, low, high, state = instruction
                end, steps = self.extent(at, extent, position, steps)
                if high is not None and end > position + high:
                    end = position + high
                shortest = position + low
                if low == 0:
                    stack.append((at, position))
                    shortest += 1
                if end >= shortest:
                    choice = at * size + end if state is None else (at, end, *[registers[i] for i in state.exact])
                    tried = choices.get(choice)
                    if tried is not None:
                        end = tried - 1
                    if end >= shortest:
                        stack.append((_SHORTER, at, end, shortest, choice))
                        position = end
                        continue
            elif op is _JUMP:
                at = instruction[1]
                continue
            elif op is _SAVE:
                register = instruction[1]
                stack.append((_UNDO, register, registers[register]))
                registers[register] = position
                continue
            elif op is _CLEAR:
                for register in range(instruction[1], instruction[2]):
                    if registers[register] is not None:
                        stack.append((_UNDO, register, registers[register]))
                        registers[register] = None
                continue
            elif op is _CHECK:
                if registers[instruction[1]] != position:
                    continue
            elif op is _ZERO:
                register = instruction[1]
                stack.append((_UNDO, register, registers[register]))
                registers[register] = 0
                continue
            elif op is _ROUND:
                _, counter, low, high, greedy, behind, state = instruction
                rounds = registers[counter] or 0
                choice = self.choice(at, position, state)
                if choice not in choices:
                    choices[choice] = 0
                    if rounds == high:
                        at = behind
                    elif rounds >= low:
                        stack.append((behind if greedy else at, position))
                        at = at if greedy else behind
                    continue
            elif op is _NEXT:
                _, counter, low, high, start, round_ = instruction
                rounds = registers[counter] or 0
                if start < 0 or rounds < low or registers[start] != position:
                    if high is not None or rounds < low:
                        stack.append((_UNDO, counter, rounds))
                        registers[counter] = rounds + 1
                    at = round_
                    continue
            elif op is _PIECE_BACK:
                before = position - instruction[2]
                if before >= 0 and instruction[1](text, before):
                    position = before
                    continue
            elif op is _LOOK:
                self.steps = steps
                holds = self.look(at, position, instruction[2], stack)
                steps = self.steps
                if holds:
                    at = instruction[1]
                    continue
            elif op is _REFERENCE:
                reached = self.referenced(instruction[1], instruction[2], position)
                if reached != _FAILED:
                    steps += abs(reached - position) // _SCANNED
                    position = reached
                    continue
            elif op is _FOUND:
                self.steps = steps
                return position

            while stack:
                entry = stack.pop()
                at = entry[0]
                if at >= 0:
                    position = entry[1]
                    break
                if at == _UNDO:
                    registers[entry[1]] = entry[2]
                    continue
                _, at, end, shortest, choice = entry
                choices[choice] = end
                if end > shortest:
                    position = end - 1
                    stack.append((_SHORTER, at, position, shortest, choice))
                    break
            else:
                self.steps = steps
                return _FAILED

    def choice(self, at: int, position: int, state: State) -> tuple[Any, ...]:
        registers = self.registers
        return (
            at,
            position,
            *[registers[index] for index in state.exact],
            *[registers[index] == position for index in state.starts],
        )

    def extent(self, at: int, extent: Callable[[str, int, int], Any], position: int, steps: int) -> tuple[int, int]:
        """Where the units of the set end that begin at the position; and the steps with the work that was."""
        start, end = self.extents.get(at, (0, -1))
        if start <= position <= end:
            return end, steps
        reached: int = extent(self.text, position, start if position < start else len(self.text)).end()
        if reached != start:
            end = reached
        self.extents[at] = position, end
        return end, steps + (reached - position) // _SCANNED

    def look(self, at: int, position: int, negative: bool, stack: list[tuple[Any, ...]]) -> bool:
        """Whether the look that begins at the instruction holds; what it captures can be undone from the stack."""
        before = self.registers[:]
        choices = self.look_choices.setdefault(at, {})
        found = self.run(at, position, choices) != _FAILED
        if found:
            # Some of the choices noted have led to this success.
            self.look_choices[at] = {}
        if negative:
            self.registers[:] = before
        elif found:
            captures = 2 * self.program.captures
            stack.extend(
                (_UNDO, register, before[register])
                for register in range(captures)
                if before[register] != self.registers[register]
            )
        return found is not negative

    def referenced(self, capture: int, back: bool, position: int) -> int:
        """Where the text of the capture, found once more at the position, ends (`back`: starts); else _FAILED."""
        start, end = self.registers[2 * capture - 2], self.registers[2 * capture - 1]
        if start is None or end is None:
            return position
        length = end - start
        low = position - length if back else position
        if low < 0 or low + length > len(self.text):
            return _FAILED
        if not self.same(self.text[start:end], self.text[low : low + length]):
            return _FAILED
        return low if back else low + length

    def same(self, one: str, other: str) -> bool:
        if one == other:
            return True
        return self.program.ignore_case and all(_CANONICAL[a] == _CANONICAL[b] for a, b in zip(one, other, strict=True))
