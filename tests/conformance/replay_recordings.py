"""A table, by area, of how the executions that AWS recorded replay with their own definitions.

python tests/conformance/replay_recordings.py [--area AREA] [--case PART OF AN ID] [--diff]
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from pathlib import Path

if __name__ == "__main__":
    _root = Path(__file__).resolve().parents[2]
    sys.path[:0] = [str(_root), str(_root / "integrations")]

from asl.errors import AslError
from tests.conformance.recordings import Case, corpus, load_all
from tests.conformance.replayed import Recorded, recorded

_COLUMNS = ("histories", "replayed", "known", "events", "adopted")


def unreplayed() -> dict[str, str]:
    """The executions that do not replay, by id, with the reason."""
    known: dict[str, str] = json.loads(Path(__file__).with_name("replay_differences.json").read_text("utf-8"))
    return known


def main() -> int:
    """Prints the table; gives 1 when an execution does not replay that is not known for it, or does that is."""
    options = argparse.ArgumentParser(description="Replay what AWS recorded.")
    options.add_argument("--area", help="only the cases of this area")
    options.add_argument("--case", default="", help="only the cases with this in their id")
    options.add_argument("--diff", action="store_true", help="show why each does not replay")
    given = options.parse_args()
    if corpus("aws") is None:
        print("no recordings here: set ASL_CONFORMANCE to the folder that has them")
        return 1
    cases = [each for each in load_all() if isinstance(each, Case) and given.case in each.id]
    known, rows, surprises = unreplayed(), {}, 0
    began = time.perf_counter()
    for case in cases:
        for each in recorded(case) if given.area in (None, case.area) else ():
            problem = _problem(each, row := rows.setdefault(case.area, Counter()))
            row["histories"] += 1
            row["replayed"] += problem is None
            row["known"] += problem is not None and each.id in known
            if (problem is not None) != (each.id in known):
                surprises += 1
                print(f"{'DOES NOT REPLAY' if problem else 'KNOWN NOT TO REPLAY, BUT DOES'}  {each.id}")
            if given.diff and problem is not None:
                print(f"    {problem}")
    _print_table(rows)
    print(f"{time.perf_counter() - began:.1f} s")
    return 1 if surprises else 0


def _problem(recorded: Recorded, row: Counter[str]) -> str | None:
    """Why an execution does not replay, None when it does."""
    try:
        done = recorded.replayed()
    except AslError as error:
        return str(error)
    row["events"] += done.verified
    row["adopted"] += len(done.adopted)
    problem = done.divergence or done.gap
    if problem is None and done.verified != len(done.recording.events):
        return f"only {done.verified} of {len(done.recording.events)} events came again"
    return None if problem is None else str(problem)


def _print_table(rows: dict[str, Counter[str]]) -> None:
    print(f"{'area':24}" + "".join(f"{column:>12}" for column in _COLUMNS))
    total: Counter[str] = Counter()
    for area, row in sorted(rows.items()):
        total.update(row)
        print(f"{area:24}" + "".join(f"{row[column]:>12}" for column in _COLUMNS))
    print(f"{'all':24}" + "".join(f"{total[column]:>12}" for column in _COLUMNS))


if __name__ == "__main__":
    sys.exit(main())
