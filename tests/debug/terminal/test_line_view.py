"""How two lines of time differ: ways, where they part, ends."""

from pathlib import Path

from asl.debug import Debugger
from asl.debug.terminal.fitting import PLAIN
from asl.debug.terminal.line_view import parting, way
from tests.debug.machines import LOOP, machine
from tests.debug.terminal.talking import debugger, said


def test_the_way_has_all_states_in_their_order() -> None:
    to = Debugger(LOOP, {"items": [1, 2]})
    to.continue_()
    assert way("main", to.stops, 400, PLAIN) == [
        "main  All → All[0] › Double → Both → All[0] › Both branch 0 › L → All[0] › Both branch 1 › R"
        " → All[1] › Double → Both → All[1] › Both branch 0 › L → All[1] › Both branch 1 › R → Done"
    ]
    assert all(len(line) <= 60 for line in way("main", to.stops, 60, PLAIN))


def test_a_very_long_way_is_cut_in_its_middle() -> None:
    states = {f"S{n}": {"Type": "Pass", "Next": f"S{n + 1}"} for n in range(99)} | {"S99": {"Type": "Succeed"}}
    to = Debugger(machine(states))
    to.continue_()
    text = " ".join(way("main", to.stops, 100, PLAIN))
    assert "S29 → … 40 … → S70" in " ".join(text.split())


def test_where_answers_differ(tmp_path: Path) -> None:
    lines = ["next", "fork other", 'fail Declined "no funds"', "continue", "switch main", "continue", "compare"]
    text = said(debugger(tmp_path), *lines)
    assert text.startswith("main  IsOpen → Charge → Each → Each[0] › Price → Each[1] › Price")
    assert "\nother  IsOpen → Charge → Closed\n" in text
    assert (
        "they differ from stop 5 on:\n"
        '  main: Charge was answered {"receipt": "r-1"}\n'
        "  other: Charge failed with Declined: no funds\n"
    ) in text
    assert "\nmain: stop 33  Approve awaits an answer" in text
    assert "\nother: stop 11  execution failed after 0 s" in text


def test_lines_of_which_one_goes_on(tmp_path: Path) -> None:
    to = debugger(tmp_path)
    to.next()
    first = to.stops
    to.fork("other")
    (told,) = parting(("main", "other"), (first, to.stops), 200)
    assert told.startswith("all their stops are the same: enter Charge")
    to.next()
    (told,) = parting(("main", "other"), (first, to.stops), 200)
    assert told.startswith("they are the same up to stop 2, where main stands: enter Charge (Task) with ")


def test_data_that_are_changed_part_them(tmp_path: Path) -> None:
    text = said(debugger(tmp_path), "fork other", "set $.card = 1", "compare")
    assert "they differ from stop 0 on:\n  main: enter IsOpen (Choice) with " in text
    assert '~   "card": "4111" → 1' in text
