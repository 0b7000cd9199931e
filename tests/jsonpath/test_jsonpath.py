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


@pytest.mark.parametrize("case", CASES["assigned"], ids=lambda case: f"{case['path']} in {json.dumps(case['data'])}")
def test_assigned(case: Any) -> None:
    path = jsonpath.compile(case["path"])
    if "error" in case:
        with pytest.raises(jsonpath.PathNotAssignable, match=case["error"]):
            path.assign(case["data"], case["value"])
    else:
        assert json.dumps(path.assign(case["data"], case["value"])) == json.dumps(case["expect"])


def test_assigning_shares_the_rest() -> None:
    data = {"kept": {"x": 1}, "list": [{"y": 1}, {}]}
    changed = jsonpath.compile("$.list[1].z").assign(data, 1)
    assert changed["kept"] is data["kept"]
    assert changed["list"][0] is data["list"][0]


def test_kinds_of_paths() -> None:
    kinds = {text: (jsonpath.compile(text).definite, jsonpath.compile(text).is_reference) for text in KINDS}
    assert kinds == KINDS


KINDS = {
    "$": (True, True),
    "$.a['b'][0]": (True, True),
    "$.a.length()": (True, False),
    "$.a[*]": (False, False),
    "$.a[0,1]": (False, False),
    "$.a[1:]": (False, False),
    "$..a": (False, False),
    "$.a[?(@.b)]": (False, False),
}


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
    path = jsonpath.compile("$" + ".x" * 5_000)
    assert path.get(path.assign({}, 1)) == 1


@pytest.mark.parametrize("part", ["!", "(", "[", "@.a.concat(", "$[?(", "(!"])
def test_deep_filters_are_refused(part: str) -> None:
    with pytest.raises(jsonpath.JSONPathError, match="too deep"):
        jsonpath.compile(f"$[?(@.a == {part * 5_000}" if part == "[" else f"$[?({part * 5_000}")


@pytest.mark.parametrize("pattern", ["(" * 5_000 + ")" * 5_000, "a{99999999999999999999}", "["])
def test_regular_expressions_that_do_not_compile(pattern: str) -> None:
    with pytest.raises(jsonpath.JSONPathError, match="regular expression"):
        jsonpath.compile(f"$[?(@ =~ /{pattern}/)]")


names = st.sampled_from(["a", "b", "c"])
values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text("ab", max_size=2),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(names, below, max_size=3),
    max_leaves=12,
)
named = names.map(lambda name: f".{name}")
reference_steps = st.lists(named | st.integers(0, 2).map(lambda index: f"[{index}]"), max_size=4)
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


PARTS = [*"$@.a[]'\"*?(),:0-=!/\\", "..", "==", "&&"]


@given(st.text(max_size=12) | st.lists(st.sampled_from(PARTS), max_size=12).map("".join))
def test_any_text_is_a_path_or_an_error(text: str) -> None:
    for candidate in (text, f"$.{text}", f"$[{text}]", f"$.a[?({text})]"):
        with suppress(jsonpath.JSONPathError, jsonpath.PathNotFound):
            jsonpath.compile(candidate).get({"a": [1]})
