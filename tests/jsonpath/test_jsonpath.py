"""JSONPath: a table of our own, the probes of the conformance data, and jsonpath-ng as an oracle."""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonpath_ng import ext

from asl import jsonpath

ROOT = Path(__file__).parents[2]
CASES = json.loads((ROOT / "tests/cases/jsonpath.json").read_text())
CONFORMANCE = Path(os.environ.get("ASL_CONFORMANCE", ROOT.parent / "shared/conformance"))
PROBES = CONFORMANCE / "jsonpath/probes.json"


@pytest.mark.parametrize("case", CASES["found"], ids=lambda case: case["path"])
def test_found(case: Any) -> None:
    got = jsonpath.compile(case["path"]).get(CASES["document"])
    assert json.dumps(got) == json.dumps(case["expect"])


@pytest.mark.parametrize("case", CASES["missing"], ids=lambda case: case["path"])
def test_missing(case: Any) -> None:
    with pytest.raises(jsonpath.PathNotFound) as missing:
        jsonpath.compile(case["path"]).get(CASES["document"])
    assert missing.value.detail == case["detail"]


@pytest.mark.parametrize("case", CASES["invalid"], ids=lambda case: case["path"])
def test_invalid(case: Any) -> None:
    with pytest.raises(jsonpath.JSONPathError) as wrong:
        jsonpath.compile(case["path"])
    assert (wrong.value.position, case["message"] in wrong.value.message) == (case["position"], True), wrong.value


@pytest.mark.skipif(not PROBES.exists(), reason=f"no conformance data at {CONFORMANCE}")
def test_probes() -> None:
    probes = json.loads(PROBES.read_text())
    failed = []
    for case in probes["cases"]:
        try:
            path = jsonpath.compile(case["path"])
            got = path.get(probes["document"])
        except (jsonpath.JSONPathError, jsonpath.PathNotFound):
            if not case.get("error"):
                failed.append(case["path"])
            continue
        wanted = case.get("expect")
        if case.get("unordered"):
            got, wanted = sorted(map(json.dumps, got)), sorted(map(json.dumps, wanted))
        same = not case.get("error") and json.dumps(got) == json.dumps(wanted)
        if not same or path.definite != case["definite"]:
            failed.append(case["path"])
    assert failed == []


def test_deep_data_does_not_crash() -> None:
    value: Any = {"id": 1}
    for _ in range(20_000):
        value = {"x": value}
    assert jsonpath.compile("$..id").get(value) == [1]


names = st.sampled_from(["a", "b", "c"])
values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text("ab", max_size=2),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(names, below, max_size=3),
    max_leaves=12,
)
named = names.map(lambda name: f".{name}")
reference_steps = st.lists(
    names.map(lambda name: f".{name}") | st.integers(0, 2).map(lambda index: f"[{index}]"), max_size=4
)
# jsonpath-ng differs where a slice or index meets an object, so its common subset has names and wildcards
steps = st.lists(named | st.just("[*]"), min_size=1, max_size=4)


@given(values, steps)
def test_agrees_with_jsonpath_ng(data: Any, parts: list[str]) -> None:
    text = "$" + "".join(parts)
    if "[*]" in text and isinstance(data, dict) and any(isinstance(value, dict) for value in _all(data)):
        text = text.replace("[*]", "")  # there `[*]` of an object gives the object
    expected = [match.value for match in ext.parse(text).find(data)]
    path = jsonpath.compile(text)
    try:
        got = path.get(data)
    except jsonpath.PathNotFound:
        got, path_found = [], False
    else:
        path_found = True
    if path.definite:
        got = [got] if path_found else []
    assert got == expected


def _all(value: Any) -> list[Any]:
    below = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [value, *(each for element in below for each in _all(element))]


@given(values, reference_steps, values)
def test_assign_then_get(data: Any, parts: list[str], value: Any) -> None:
    path = jsonpath.compile("$" + "".join(parts))
    before = json.dumps(data)
    try:
        changed = path.assign(data, value)
    except jsonpath.PathNotAssignable:
        return
    assert json.dumps(path.get(changed)) == json.dumps(value)
    assert json.dumps(data) == before, "assigning changes nothing in place"


@given(st.text(max_size=12))
def test_any_text_is_a_path_or_an_error(text: str) -> None:
    for candidate in (text, f"$.{text}", f"$[{text}]", f"$.a[?({text})]"):
        with suppress(jsonpath.JSONPathError, jsonpath.PathNotFound):
            jsonpath.compile(candidate).get({"a": [1]})
