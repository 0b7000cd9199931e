"""A table, by area, of how the engine compares with what AWS recorded.

python tests/conformance/aws_recordings.py [--area AREA] [--case PART OF AN ID] [--diff] [--unconfirmed]
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

if __name__ == "__main__":
    _root = Path(__file__).resolve().parents[2]
    sys.path[:0] = [str(_root), str(_root / "integrations")]

from tests.conformance.comparison import differences
from tests.conformance.recordings import OutOfScope, corpus, load_all


def known_differences() -> dict[str, str]:
    """The cases that are known to differ, by id, with the reason."""
    known: dict[str, str] = json.loads(Path(__file__).with_name("known_differences.json").read_text("utf-8"))
    return known


def main() -> int:
    """Prints the table; gives 1 when a case differs that is not known to, or does not that is."""
    options = argparse.ArgumentParser(description="Compare the engine with what AWS recorded.")
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
    known = known_differences()
    rows: dict[str, Counter[str]] = {}
    out: Counter[str] = Counter()
    surprises = 0
    for case in load_all("aws-unconfirmed" if given.unconfirmed else "aws"):
        if given.case not in case.id or given.area not in (None, case.area):
            continue
        if isinstance(case, OutOfScope):
            out[case.reason] += 1
            continue
        row = rows.setdefault(case.area, Counter())
        found = differences(case)
        row["cases"] += 1
        row["executions"] += len(case.executions)
        row["histories"] += sum(each.events is not None for each in case.executions)
        row["equal"] += not found
        row["known"] += bool(found) and case.id in known
        if bool(found) != (case.id in known):
            surprises += 1
            print(f"{'DIFFERS' if found else 'KNOWN TO DIFFER, BUT EQUAL'}  {case.id}")
        if given.diff:
            for each in found:
                print(f"    {each}")
    _print_table(rows)
    listed = ", ".join(f"{count} with {reason}" for reason, count in out.most_common())
    print(f"not compared: {listed or 'none'}")
    return 1 if surprises else 0


def _print_table(rows: dict[str, Counter[str]]) -> None:
    columns = ("cases", "equal", "known", "executions", "histories")
    print(f"{'area':24}" + "".join(f"{column:>12}" for column in columns))
    total: Counter[str] = Counter()
    for area, row in sorted(rows.items()):
        total.update(row)
        print(f"{area:24}" + "".join(f"{row[column]:>12}" for column in columns))
    print(f"{'all':24}" + "".join(f"{total[column]:>12}" for column in columns))
    if total["cases"]:
        print(f"{total['equal'] / total['cases']:.1%} equal")


if __name__ == "__main__":
    sys.exit(main())
