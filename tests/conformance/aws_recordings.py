"""Tables, by area, of how the engine compares with what AWS recorded: one for each way in which tasks are answered.

python tests/conformance/aws_recordings.py [--way replayed|mocked|real] [--area AREA] [--case PART OF AN ID] [--diff]
    [--unconfirmed]
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

if __name__ == "__main__":
    _root = Path(__file__).resolve().parents[2]
    sys.path[:0] = [str(_root), str(_root / "integrations")]

from tests.conformance.comparison import WAYS, differences, ways
from tests.conformance.recordings import Case, OutOfScope, corpus, load_all

_COLUMNS = ("cases", "equal", "known", "executions", "histories")


def known_differences(way: str) -> dict[str, str]:
    """The cases that are known to differ when their tasks are answered in this way, by id, with the reason."""
    file = "performed_differences.json" if way == "real" else "known_differences.json"
    known: dict[str, str] = json.loads(Path(__file__).with_name(file).read_text("utf-8"))
    return known


def main() -> int:
    """Prints the tables; gives 1 when a case differs that is not known to, or does not that is."""
    options = argparse.ArgumentParser(description="Compare the engine with what AWS recorded.")
    options.add_argument("--way", choices=WAYS, help="only with tasks that are answered in this way")
    options.add_argument("--area", help="only the cases of this area")
    options.add_argument("--case", default="", help="only the cases with this in their id")
    options.add_argument("--diff", action="store_true", help="show the differences of each case")
    options.add_argument(
        "--unconfirmed", action="store_true", help="compare with the recordings of less certain origin"
    )
    given = options.parse_args()
    if corpus("aws") is None:
        print("no recordings here: set ASL_CONFORMANCE to the folder that has them")
        return 1
    trust = "aws-unconfirmed" if given.unconfirmed else "aws"
    found = [each for each in load_all(trust) if given.case in each.id and given.area in (None, each.area)]
    cases = [each for each in found if isinstance(each, Case)]
    surprises = sum(_compare(way, cases, given.diff) for way in ([given.way] if given.way else WAYS))
    out = Counter(each.reason for each in found if isinstance(each, OutOfScope))
    listed = ", ".join(f"{count} with {reason}" for reason, count in out.most_common())
    print(f"not compared: {listed or 'none'}")
    return 1 if surprises else 0


def _compare(way: str, cases: Sequence[Case], show: bool) -> int:
    """Prints the table of one way; gives how many cases are not as they are known to be."""
    known = known_differences(way)
    rows: dict[str, Counter[str]] = {}
    surprises = 0
    for case in cases:
        if way not in ways(case):
            continue
        row = rows.setdefault(case.area, Counter())
        found = differences(case, (way,))
        row["cases"] += 1
        row["executions"] += len(case.executions)
        row["histories"] += sum(each.events is not None for each in case.executions)
        row["equal"] += not found
        row["known"] += bool(found) and case.id in known
        if bool(found) != (case.id in known):
            surprises += 1
            print(f"{'DIFFERS' if found else 'KNOWN TO DIFFER, BUT EQUAL'}  {case.id}")
        if show:
            for each in found:
                print(f"    {each}")
    _print_table(way, rows)
    return surprises


def _print_table(way: str, rows: dict[str, Counter[str]]) -> None:
    print(f"{f'tasks {way}':24}" + "".join(f"{column:>12}" for column in _COLUMNS))
    total: Counter[str] = Counter()
    for area, row in sorted(rows.items()):
        total.update(row)
        print(f"{area:24}" + "".join(f"{row[column]:>12}" for column in _COLUMNS))
    print(f"{'all':24}" + "".join(f"{total[column]:>12}" for column in _COLUMNS))
    if total["cases"]:
        print(f"{total['equal'] / total['cases']:.1%} equal")
    print()


if __name__ == "__main__":
    sys.exit(main())
