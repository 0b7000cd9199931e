"""Every command: what a good use of it says, and what a bad one."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from asl.debug.terminal.commands import Command, Commands
from asl.debug.terminal.shell import GROUPS
from tests.debug.terminal.talking import debugger, said, talk

COMMANDS = Commands(GROUPS)

# What is typed, the command in question last, and what is said then.
GOOD: list[tuple[Sequence[str], str]] = [
    # moving
    (["step"], "stop 1  exit IsOpen → Charge"),
    (["step 3"], "stop 3  Parameters of Charge"),
    (["s"], "stop 1  exit IsOpen"),
    (["next"], "stop 2  enter Charge (Task)"),
    (["n 2"], "path IsOpen → Charge → Each\n"),
    (["until Pack", "finish"], "result of Each"),
    (["until Pack", "return"], "result of Each"),
    (["finish"], "Approve awaits an answer, for 10 min at most"),
    (["continue"], "stop 33  Approve awaits an answer, for 10 min at most"),
    (["c", "c"], "execution failed after 11 min"),
    (["break Pause", "c"], "breakpoint 1: Pause\nstop 27  enter Pause (Wait)"),
    (["until Pause"], "enter Pause (Wait)"),
    (["until"], "enter Charge (Task)"),
    (["break Charge", "advance Each"], "breakpoint 1: Charge\n"),
    (["advance 33"], "enter Pause (Wait)"),
    (["s 5", "back"], "stop 4  "),
    (["s 5", "back 5"], "stop 0  "),
    (["s 5", "reverse-step 2"], "stop 3  "),
    (["break Charge", "c", "s 3", "reverse-continue"], "breakpoint 1: Charge\nstop 2  enter Charge"),
    (["n 3", "rc"], "stop 0  "),
    (["n 3", "goto 4"], "stop 4  call by Charge"),
    (["goto 9"], "stop 9  ItemsPath of Each"),
    (["n 3", "restart"], "stop 0  enter IsOpen"),
    (["n 3", "run"], "stop 0  enter IsOpen"),
    # stopping
    (["break Charge"], "breakpoint 1: Charge, "),
    (["break 33"], "breakpoint 1: 33, "),
    (["break Charge.exit"], "breakpoint 1: Charge.exit"),
    (["break error Declined"], "breakpoint 1: error Declined"),
    (["break Charge -> Each"], "breakpoint 1: Charge -> Each"),
    (["break resource *lambda*"], "breakpoint 1: resource *lambda*"),
    (["break Price if $.item = 'cup'", "c"], "breakpoint 1: Price if $.item = 'cup'\n"),
    (["break"], "breakpoint 1: IsOpen"),
    (["tbreak Charge", "c", "info breakpoints"], "there are no breakpoints"),
    (["watch $.payment"], "watch 1: $.payment"),
    (["watch $.payment", "c"], 'watch 1: $.payment: nothing → {"receipt":"r-1"}\n'),
    (["break Price", "condition 1 $.item = 'cup'"], "breakpoint 1: Price if $.item = 'cup'"),
    (["break Price if $.item = 'cup'", "condition 1"], "breakpoint 1: Price, "),
    (["break Price", "ignore 1 1"], "ignored the next 1 time"),
    (["break Price", "ignore 1 1", "c"], "path IsOpen → Charge → Each[1] › Price"),
    (["break Price", "disable 1"], "disabled"),
    (["break Price", "disable", "enable 1", "c"], "breakpoint 1: Price\n"),
    (["break Price", "watch $.a", "delete"], "1 breakpoint and 1 watch deleted (1: Price; 2: $.a)\n"),
    (["break Price", "break Pack", "delete 2 1"], "2 breakpoints deleted (2: Pack; 1: Price)\n"),
    (["delete"], "there are no breakpoints to delete\n"),
    (["break Price", "break", "watch $.a", "clear"], "1 breakpoint deleted (2: IsOpen)\n"),
    (["break Price", "break", "clear", "info b"], "breakpoint 1: Price"),
    (["break Price", "break Price.exit", "clear Price.exit", "info b"], "breakpoint 1: Price, "),
    (["break Price", "watch $.a", "delete", "info b"], "there are no breakpoints and no watches"),
    (["break Price", "watch $.a", "delete 1", "info b"], "watch 2: $.a\n"),
    # looking
    (["print $.card"], '"4111"\n'),
    (["p"], '{"card": "4111", "items": ["tea", "cup"]}\n'),
    (["p $$.Execution.Input.card"], '"4111"\n'),
    (["p States.ArrayLength($.items)"], "2\n"),
    (["p {% $uppercase(items[0]) %}"], '"TEA"\n'),
    (["$.items[1]"], '"cup"\n'),
    (["p/json"], '{"card": "4111", "items": ["tea", "cup"]}\n'),
    (["p/all $.items"], '[\n  "tea",\n  "cup"\n]\n'),
    (["display $.card"], '1: $.card = "4111"\n'),
    (["display $.card", "s"], '1: $.card = "4111"\n'),
    (["display $.card", "display"], '1: $.card = "4111"\n'),
    (["display $.nothing", "s"], "1: $.nothing: $ has no 'nothing'"),
    (["display $.card", "undisplay 1", "display"], "nothing is displayed\n"),
    (["display $.card", "display $.items", "undisplay", "info display"], "nothing is displayed\n"),
    (["n 3", "diff 0 8"], '+   "payment": {"receipt": "r-1"}'),
    (["n 3", "diff 0"], '+   "prices"'),
    (["s", "diff 0 1"], "the same data, the same variables"),
    (["break Price", "c", "s 3", "diff 11"], "+ $seen: true"),
    (["break Price", "c", "where"], "> 0  enter Price (Task)".replace("Task", "Pass") + "  in Each[0]"),
    (["break Price", "c", "bt"], "  1  Each (Map)  of shop  "),
    (["break Price", "c", "up"], "stop 8  enter Each (Map)"),
    (["break Price", "c", "up", "print $.card"], '"4111"\n'),
    (["break Price", "c", "up", "down"], "enter Price (Pass)"),
    (["break Pack", "c", "branches"], "* 1  enter Pack (Pass)  in Each[0]"),
    (["break Pack", "c", "branch 2"], "exit Price → Pack"),
    (["break Pack", "c", "branch 2", "print $states.input.item"], '"cup"\n'),
    (["list"], '  → 4 ┃     "IsOpen": {'),
    (["list Pause"], '┃     "Pause": {"Type": "Wait"'),
    (["list 33"], '  → 33 ┃     "Pause": {"Type": "Wait"'),
    (["n 2", "history"], '✓ Charge → {…,"payment":{"receipt":"r-1"}}\n'),
    (["n 2", "history 1"], "more lines before; history "),
    (["n 2", "history -json"], '"type": "LambdaFunctionSucceeded"'),
    (["s 4", "timeline"], "→ 00:00:00.000  Charge  2 enter  3 Parameters  [4 call]\n"),
    (["c", "timeline all"], "Each[1] › Pack  22 enter  23 exit\n"),
    (["c", "timeline"], "… 1 line before; timeline all shows them"),
    (["s 4", "effects"], "call       Charge  arn:aws:lambda"),
    (["until Approve", "s 3", "effects"], "heartbeat  Approve  at 00:11:00.000, in 10 min\n"),
    (["until Pause", "s", "effects"], "wait       Pause  at 00:01:00.000, in 1 min\n"),
    (["effects"], "nothing is pending\n"),
    (["n", "retries"], "0  used 0 of 3, next after 2 s: Busy\n"),
    (["retries"], "IsOpen has no Retry\n"),
    (["info"], "status      RUNNING\n"),
    (["break Price", "c", "info state"], "inside      Each[0]\n"),
    (["break Pack", "c", "info variables"], "$seen = true\n"),
    (["info variables"], "no variables are assigned\n"),
    # changing
    (['set $.card = "5500"'], '~   "card": "4111" → "5500"'),
    (["s 4", 'set $.card = "5500"'], '~   "card": "4111" → "5500"'),
    (["set $.new.deep = [1]", "print $.new"], '{"deep": [1]}\n'),
    (["set $limit = 5", "print $limit"], "5\n"),
    (["n", 'succeed {"receipt": "by hand"}', "print $.receipt"], '"by hand"\n'),
    (["until Approve", "s 2", 'submit {"id": "m-1"}'], "stop 33  Approve awaits an answer, for 10 min at most"),
    (["until Approve", "s 2", "submit", "succeed 1", "s", "p $.approval"], "1\n"),
    (["break Price", "c", "up", "skip"], "stop 12  exit Each → Pause"),
    (["until Approve", "s 3", 'succeed --token Approve {"by": "ann"}'], "answer to Approve"),
    (["n", 'fail Declined "no funds"'], "Declined: no funds\n"),
    (["n", 'fail "Not: mine" no funds'], "  Not: mine: no funds\n"),
    (["n", "fail Declined no funds at all"], "Declined: no funds at all\n"),
    (["n", "fail Declined"], "  Declined\n"),
    (["until Approve", "s 3", "fail --token Approve No"], "error in Approve"),
    (["n", "fail Busy", "s", "effects"], "retry      Charge, attempt 2  at 00:00:02.000, in 2 s\n"),
    (["n", "fail Busy", "s", "retries"], "attempt 2 is due at 00:00:02.000, in 2 s\n"),
    (["n", "fail Busy", "s", "retry now"], "attempt 2 of Charge"),
    (["n", "skip"], "exit Charge → Each"),
    (["until Approve", "s 3", "heartbeat Approve"], "stop 34  Approve awaits an answer, for 10 min at most"),
    (["until Approve", "s 3", "jump 5min", "heartbeat Approve", "effects"], "heartbeat  Approve  at 00:16:00.000"),
    (["until Pause", "s", "jump 1h"], "execution failed after 11 min"),
    (["until Pause", "s", "jump 1h30m"], "execution failed after 11 min"),
    (["until Pause", "s", "jump 20s"], "00:00:20.000 virtual"),
    (["fork other"], "this is line other, from stop 0 on\n"),
    (["fork", "forks"], "* fork1  stop 0"),
    (["forks"], "* main  stop 0"),
    (["n", "fork other", "fail Declined", "switch main"], "stop 2  enter Charge"),
    (
        ["n", "fork other", "fail Declined", "c", "switch main", "c", "compare other"],
        "  Closed: There is nothing to buy.\n",
    ),
    (
        ["n", "fork", "fail Declined", "compare"],
        "they are the same up to stop 2, where main stands: enter Charge (Task)",
    ),
    (["n", "fork", "fail Declined", "switch main", "c", "compare"], "  fork1: Charge failed with Declined\n"),
    (["n", "fork other", "fail Declined", "c", "compare main other"], "other  IsOpen → Charge → Closed\n"),
    # keeping
    (["n", "save kept.json"], "saved in kept.json\n"),
    (["c", "export test"], "  awaits an answer of Approve:\n"),
    (["c", "c", "export test"], "status: FAILED\n"),
    (["c", "export test shop.asltest.yaml"], "written to shop.asltest.yaml; asl test shop.asltest.yaml runs it\n"),
    (["c", "export test test_shop.py"], "written to test_shop.py; pytest test_shop.py runs it\n"),
    (["source lines.txt"], "stop 2  enter Charge (Task)"),
    (["help"], "step, s                 Go to the next stop"),
    (["help step"], "step [N]\n"),
    (["help b"], "  STATE            when the state is entered\n"),
    (["?"], "Moving\n"),
    (["quit"], ""),
]

BAD: list[tuple[Sequence[str], str]] = [
    (["step many"], "the number of steps is a whole number, not 'many'"),
    (["step 0"], "the number of steps is at least 1, not 0"),
    (["c", "c", "step"], "the execution has ended: restart begins again, back and goto go back"),
    (["next x"], "the number of states is a whole number, not 'x'"),
    (["finish 3"], "finish takes no argument, but there is '3'"),
    (["continue 3"], "continue takes no argument"),
    (["until Pausse"], "no state 'Pausse'; did you mean 'Pause'?"),
    (["advance"], "where to stop is missing: a state, a line"),
    (["advance Nowhere"], "no state 'Nowhere'"),
    (["back"], "this is the first stop; nothing came before"),
    (["reverse-continue 2"], "reverse-continue takes no argument"),
    (["reverse-continue"], "this is the first stop"),
    (["goto"], "the number of a stop is missing"),
    (["goto 4000"], "there is no stop 4000; the last one is "),
    (["goto -1"], "the number of a stop is at least 0, not -1"),
    (["restart now"], "restart takes no argument"),
    (["break Charrge"], "no state 'Charrge'; did you mean 'Charge'?"),
    (["break 900"], "line"),
    (["break Charge -> Done"], "Charge"),
    (["break Charge if ((("], "(((" ),
    (["tbreak Paus"], "did you mean 'Pause'?"),
    (["watch"], "what to watch is missing: watch $.order.total, watch $name"),
    (["watch $.["], "$.["),
    (["condition"], "the number of a breakpoint is missing"),
    (["condition 7 true"], "there is no breakpoint 7; there are none"),
    (["break Each", "ignore 1"], "how often to ignore it is missing"),
    (["enable 2"], "there is no breakpoint 2; there are none"),
    (["break Each", "disable x"], "the number of a breakpoint is a whole number, not 'x'"),
    (["break Each", "clear"], "there is no breakpoint at IsOpen; info breakpoints lists them, delete deletes all"),
    (["break Each", "clear Price"], "there is no breakpoint Price; info breakpoints"),
    (["break Each", "clear Prise"], "did you mean 'Price'?"),
    (["break Each", "delete 1 2"], "there is no breakpoint 2; there are 1"),
    (["print $.carrd"], "$.carrd: $ has no 'carrd'; did you mean 'card'?"),
    (["print $x"], "error: $x: no variable is assigned here\n"),
    (["print $x + 1"], "error: $x + 1: no variable is assigned here\n"),
    (["print $stats"], "did you mean '$states'?"),
    (["break Pack", "c", "print $x"], "$x: the variable $x is not assigned here; there are $seen, $states\n"),
    (["print {% 1 + %}"], "character"),
    (["print/some $.card"], "print/some: there are print/all and print/json"),
    (["display {% ( %}"], "error: "),
    (["undisplay 3"], "there is no display 3; there are: none"),
    (["diff"], "the number of a stop is missing"),
    (["diff 0 99"], "there is no stop 99; the last one is 0"),
    (["where now"], "where takes no argument"),
    (["up"], "this is the outermost level: the machine itself"),
    (["down"], "this is the innermost level"),
    (["branches 3"], "branches takes no argument"),
    (["branch 3"], "there is no branch 3; branches lists them, 0 to 0"),
    (["list Pausse"], "'shop' has no state 'Pausse'; did you mean 'Pause'?"),
    (["list 900"], "has lines 1 to 46, not 900"),
    (["history all"], "the number of lines is a whole number, not 'all'"),
    (["timeline 3"], "timeline shows those around here, timeline all shows all; not '3'"),
    (["effects 1"], "effects takes no argument"),
    (["retries 1"], "retries takes no argument"),
    (["info weather"], "info knows nothing of 'weather'; there are execution, state"),
    (["info dsplay"], "did you mean 'display'?"),
    (["set"], "set takes a place and a value"),
    (["break Pack", "c", "up", "set $.card = 1"], "set changes what is at the present stop, 20; goto 8 comes first"),
    (["set $.card = tea"], 'where a value should stand\n  1 | tea\n    | ^^^\n  hint: a text has quotes: "tea"'),
    (["set $.card ="], "the value is missing: JSON is a value such as 12"),
    (["n", "submit {}"], "does not wait for a token after its call"),
    (["n", "submit {1}"], "the answer is not JSON: "),
    (["set $.card = @none.json"], "none.json cannot be read: No such file or directory"),
    (["set $.card = NaN"], "NaN is not a JSON number"),
    (["set $.items.a = 1"], "$.items is an array"),
    (["set $$.x = 1"], "the context object cannot be set"),
    (["succeed"], "the answer is missing: JSON is a value such as 12"),
    (["succeed 1"], "is a Choice; only a Task has an answer"),
    (["succeed --token Approve 1"], "no task waits for an answer"),
    (["fail"], 'the name of the error is missing: fail CardDeclined "no funds"'),
    (['fail "Declined'], 'the quotes are not closed: "Declined'),
    (['fail --token "Approve'], 'the quotes are not closed: "Approve'),
    (["fail Declined"], "is a Choice; only a Task has an answer"),
    (["retry"], "retry takes the word now: retry now ends a back-off"),
    (["retry now"], "nothing waits for the clock here"),
    (["skip"], "state 'IsOpen' cannot be skipped"),
    (["skip it"], "skip takes no argument"),
    (["heartbeat"], "no task waits for an answer here"),
    (["heartbeat Approve"], "no task waits for an answer"),
    (["jump"], "how far is missing: write how long (30s, 5min, 1h, 1h30m, 2d), or a moment such as 2026"),
    (["jump abc"], "jump does not understand 'abc': write how long (30s"),
    (["jump -5s"], "the clock only goes forwards: back and goto go to an earlier stop"),
    (["jump tomorrow"], "jump does not understand 'tomorrow': write how long (30s, 5min, 1h, 1h30m, 2d), or a moment"),
    (["jump 1999-01-01T00:00:00Z"], "the clock only goes forwards"),
    (["fork main"], "there is a line 'main' already"),
    (["forks x"], "forks takes no argument"),
    (["switch"], "which line is missing; there are main"),
    (["switch mian"], "there is no line 'mian'; did you mean 'main'?"),
    (["compare"], "there is one line of time alone, nothing to compare it with: fork NAME makes another"),
    (["fork a", "compare other"], "there is no line 'other'; there are main, a"),
    (["fork a", "compare a"], "'a' cannot be compared with itself: compare main a"),
    (["fork a", "fork b", "switch main", "compare"], "which line is missing: compare a; there are main, a, b"),
    (["save"], "the file is missing: save charge.session.json"),
    (["save none/kept.json"], "cannot be written"),
    (["export"], "what can be exported is a test"),
    (["c", "export test shop.txt"], "shop.txt"),
    (["source"], "the file is missing: source to-charge.txt"),
    (["source none.txt"], "none.txt cannot be read: No such file or directory"),
    (["help stepp"], "there is no command 'stepp'; did you mean 'step'?"),
    (["quit now"], "quit takes no argument"),
    (["frobnicate"], "there is no command 'frobnicate'; help lists the commands"),
    (["contnue"], "there is no command 'contnue'; did you mean 'continue'?"),
    (["re"], "'re' may be reverse-continue, restart, retries, retry"),
    (["=5"], "'=5' is no command; help lists the commands"),
]  # fmt: skip


UNKNOWN = ("frobnicate", "contnue", "re", "=5")


def command_of(line: str) -> str:
    return "print" if line.startswith("$") else COMMANDS.find(line.partition("/")[0].split()[0]).name


@pytest.mark.parametrize(
    ("lines", "expected"), GOOD, ids=lambda value: "; ".join(value) if isinstance(value, list) else ""
)
def test_good_use(lines: list[str], expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lines.txt").write_text("# to the first task\nnext\n")
    text = said(debugger(Path()), *lines)
    assert expected in text
    assert not any(line.startswith("error: ") for line in text.splitlines())


@pytest.mark.parametrize(
    ("lines", "expected"), BAD, ids=lambda value: "; ".join(value) if isinstance(value, list) else ""
)
def test_bad_use(lines: list[str], expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text, code = talk(debugger(Path()), *lines)
    answer = text.rpartition(f"(asl) {lines[-1]}\n")[2]
    assert answer.startswith("error: ")
    assert expected in answer
    assert code == 2


def test_every_command_has_a_good_and_a_bad_use() -> None:
    for table in (GOOD, BAD):
        used = set()
        for lines, _ in table:
            used |= {command_of(line) for line in lines if line.split()[0] not in UNKNOWN}
        assert used == {command.name for command in COMMANDS}


@pytest.mark.parametrize("command", list(COMMANDS), ids=lambda command: command.name)
def test_help_shows_each_command_with_an_example_of_it(command: Command, tmp_path: Path) -> None:
    name = command.name
    text = said(debugger(tmp_path), f"help {name}")
    assert text.startswith(name)
    (example,) = [line for line in text.splitlines() if line.startswith("  for example: ")]
    assert command_of(example.removeprefix("  for example: ")) == name


def test_names_and_aliases_are_unique() -> None:
    words = [word for command in COMMANDS for word in (command.name, *command.aliases)]
    assert len(words) == len(set(words))


@pytest.mark.parametrize(
    ("typed", "name"),
    [("s", "step"), ("n", "next"), ("c", "continue"), ("b", "break"), ("tb", "tbreak"), ("p", "print"), ("l", "list"),
     ("w", "where"), ("bt", "where"), ("rc", "reverse-continue"), ("fin", "finish"), ("u", "until"), ("q", "quit"),
     ("h", "help"), ("r", "restart"), ("cont", "continue"), ("wat", "watch"), ("disp", "display"), ("d", "delete"),
     ("sw", "switch"), ("exp", "export"), ("ju", "jump"), ("hist", "history"), ("ti", "timeline")],
)  # fmt: skip
def test_abbreviations(typed: str, name: str) -> None:
    assert COMMANDS.find(typed).name == name


def test_help_fits_on_a_narrow_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    text = said(debugger(tmp_path), "help")
    assert "…" not in text
    assert all(f"  {command.name}" in text for command in COMMANDS)
