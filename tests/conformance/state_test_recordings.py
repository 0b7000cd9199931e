"""A table of how `asl.testing.test_state` compares with the answers of TestState that AWS recorded.

python tests/conformance/state_test_recordings.py [--case PART OF AN ID] [--diff] [--unconfirmed]
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    _root = Path(__file__).resolve().parents[2]
    sys.path[:0] = [str(_root), str(_root / "integrations")]

from asl.errors import AslError
from asl.testing.teststate import ApiError, test_state
from asl.values import JSON
from tests.conformance.normalisation import Normalised
from tests.conformance.performed import local_function
from tests.conformance.recordings import ACCOUNT, Case, corpus


def known_differences() -> dict[str, str]:
    """The cases that are known to differ, by id, with the reason."""
    known: dict[str, str] = json.loads(Path(__file__).with_name("state_test_differences.json").read_text("utf-8"))
    return known


def load_all(trust: str = "aws") -> Iterator[Case]:
    """Every case of that trust, in the order of the files. Empty without a corpus."""
    folder = corpus("aws")
    if folder is None:
        return
    for file in sorted((folder / "cases").glob("*/*.json")):
        data = json.loads(file.read_text("utf-8"))
        if data["kind"] == "test_state" and data["recorded_against"] == trust:
            literals = json.dumps(
                {key: value for key, value in data.items() if key not in ("transformers", "snapshot")}
            )
            recorded = json.dumps(data["snapshot"], ensure_ascii=False)
            transformers = tuple(data["transformers"])
            yield Case(
                data["id"], data["area"], data["kind"], tuple(data["needs"]), transformers, None, literals, recorded,
                (), data,
            )  # fmt: skip


def differences(case: Case) -> list[str]:
    """In what the answers of a case's calls differ from those recorded."""
    normalised = Normalised(case)
    functions = {
        each["arn"]: local_function(each["file"]) for each in (case.data["resources"] or {}).get("lambda", {}).values()
    }
    found = []
    for call in case.data["test_state_calls"]:
        key = call["snapshot_key"]
        expected = {name: value for name, value in case.data["snapshot"][key].items() if name != "ResponseMetadata"}
        got = _answer(call, functions, "exception_typename" in expected)
        if difference := normalised.difference(expected, normalised.of(got), key):
            found.append(difference)
    return found


def _answer(call: JSON, functions: dict[str, Any], as_exception: bool) -> JSON:
    """What the call comes to, in the form in which answers and errors were recorded."""
    definition = call["definition"]
    given = {"definition": definition if isinstance(definition, str) else json.dumps(definition)}
    if "input" in call:
        given["input"] = json.dumps(call["input"])
    try:
        return test_state(**given, **call["args"], lambdas=functions, account=ACCOUNT)
    except ApiError as error:
        if as_exception:
            return {"exception_typename": error.code, "exception_value": str(error)}
        return {"Error": {"Code": error.code, "Message": error.message}, "message": error.message}
    except AslError as error:
        return {"raised": type(error).__name__, "said": str(error)}


def main() -> int:
    """Prints the table; gives 1 when a case differs that is not known to, or does not that is."""
    options = argparse.ArgumentParser(description="Compare test_state with what AWS recorded.")
    options.add_argument("--case", default="", help="only the cases with this in their id")
    options.add_argument("--diff", action="store_true", help="show the differences of each case")
    options.add_argument("--unconfirmed", action="store_true", help="compare with recordings of less certain origin")
    given = options.parse_args()
    if corpus("aws") is None:
        print("no recordings here: set ASL_CONFORMANCE to the folder that has them")
        return 1
    known = known_differences()
    cases = [case for case in load_all("aws-unconfirmed" if given.unconfirmed else "aws") if given.case in case.id]
    surprises = differing = 0
    for case in cases:
        found = differences(case)
        differing += bool(found)
        if bool(found) != (case.id in known):
            surprises += 1
            print(f"{'DIFFERS' if found else 'KNOWN TO DIFFER, BUT EQUAL'}  {case.id}")
        if given.diff:
            for each in found:
                print(f"    {each}")
    calls = sum(len(case.data["test_state_calls"]) for case in cases)
    print(f"{len(cases)} cases with {calls} calls: {len(cases) - differing} equal, {differing} differ")
    return 1 if surprises else 0


if __name__ == "__main__":
    sys.exit(main())
