"""What the Tab key offers."""

from pathlib import Path

import pytest

from asl.debug.terminal.commands import Commands
from asl.debug.terminal.completion import completions
from asl.debug.terminal.screen import Screen
from asl.debug.terminal.session import Session
from asl.debug.terminal.shell import GROUPS
from tests.debug.terminal.talking import debugger


class Nowhere:
    """A stream that nobody reads."""

    encoding = "utf-8"

    def write(self, text: str) -> int:
        return len(text)

    def flush(self) -> None:
        pass

    def isatty(self) -> bool:
        return False


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "steps.txt").touch()
    to = debugger(tmp_path)
    to.until("Each")
    found = Session(to, Screen(Nowhere(), script=True), Commands(GROUPS), script=True)  # type: ignore[arg-type]
    found.perform("break Price")
    found.perform("display $.card")
    found.perform("fork other")
    return found


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("ste", ["step"]),
        ("  re", ["  reverse-continue", "  restart", "  retries", "  retry"]),
        ("b", ["break", "back", "branches", "branch"]),
        ("break Pa", ["break Pack", "break Pause", "break Pack.exit", "break Pause.exit"]),
        ("b isop", ["b IsOpen", "b IsOpen.exit"]),
        ("break Charge -> ", ["break Charge -> Each", "break Charge -> Closed"]),
        ("break Charge -> E", ["break Charge -> Each"]),
        ("b Price if $.car", ["b Price if $.card"]),
        ("until Do", ["until Done"]),
        ("list Ea", ["list Each"]),
        ("p $.pay", ["p $.payment"]),
        ("print $.payment.", ["print $.payment.receipt"]),
        ("print/all $.pay", ["print/all $.payment"]),
        ("$.pay", ["$.payment"]),
        ("p $$.Execution.Na", ["p $$.Execution.Name"]),
        ("set $.ca", ["set $.card"]),
        ("watch $.ite", ["watch $.items"]),
        ("step ;; p $.pay", ["step ;; p $.payment"]),
        ("step;;nex", ["step;;next"]),
        ("condition ", ["condition 1"]),
        ("condition 1 $.ca", ["condition 1 $.card"]),
        ("delete ", ["delete 1"]),
        ("undisplay ", ["undisplay 1"]),
        ("switch ", ["switch main", "switch other"]),
        ("compare o", ["compare other"]),
        ("info b", ["info breakpoints"]),
        ("help unt", ["help until"]),
        ("retry ", ["retry now"]),
        ("source fo", ["source folder/"]),
        ("source folder/", ["source folder/steps.txt"]),
        ("save folder/s", ["save folder/steps.txt"]),
        ("source nowhere/", []),
        ("export t", ["export test "]),
        ("export test fo", ["export test folder/"]),
        ("heartbeat App", ["heartbeat Approve"]),
        ("fail States.T", ["fail States.TaskFailed", "fail States.Timeout"]),
        ("frobnicate x", []),
        ("print {% (", []),
        ("quit x", []),
        ("=", []),
    ],
)
def test_what_is_offered(session: Session, line: str, offered: list[str]) -> None:
    assert [line[: each.start] + each.text for each in completions(session, line)] == offered


def test_commands_are_offered_with_what_they_do(session: Session) -> None:
    (found,) = completions(session, "undi")
    assert found.about == "Print an expression at each stop no more."


def test_stops_are_offered_with_what_happens_there(session: Session) -> None:
    found = {each.text: each.about for each in completions(session, "goto ")}
    assert found["4"] == "call by Charge"
    assert found["7"] == "exit Charge → Each"
    assert "8" not in found, "the present one"
    assert [each.text for each in completions(session, "diff 7")] == []
    assert [each.about for each in completions(session, "goto 0")] == []


def test_an_alias_offers_its_command(session: Session) -> None:
    assert "reverse-continue" in [each.text for each in completions(session, "rc")]
