"""Reading files and texts: formats, places, placeholders."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asl import source_json_scan
from asl.errors import DefinitionError, InputError
from asl.findings import Finding, Location, render
from asl.machine import load
from asl.source import from_value, read, read_text

YAML = """\
Comment: no
Account: 012345678901
Day: 2020-01-01
Values: [1, -2.5, 1e3, true, ~, 0x1F, 1_000, "1", off]
Base: &base
  Type: Pass
  End: true
Derived:
  <<: *base
  Type: Wait
Again: *base
Text: |
  one
  two
"""


def places(text: str, *pointers: str, **arguments: Any) -> list[str]:
    document = read_text(text, "f")
    return [str(document.locate(pointer, **arguments)) for pointer in pointers]


# -- places ----------------------------------------------------------------------------------------------------------


def test_places_in_json() -> None:
    text = '{\n  "a": [1, {"b/c": "x"}],\n  "é~": null\n}'
    assert places(text, "", "/a", "/a/0", "/a/1", "/a/1/b~1c", "/é~0") == [
        "f:1:1",
        "f:2:8",
        "f:2:9",
        "f:2:12",
        "f:2:20",
        "f:3:9",
    ]
    assert places(text, "/a", "/a/0", "/a/1/b~1c", "/é~0", key=True) == ["f:2:3", "f:2:9", "f:2:13", "f:3:3"]
    assert places(text, "/b", "/a/2", "/a/x") == ["None", "None", "None"]


def test_values_at_pointers() -> None:
    document = from_value({"a": [1, {"b/c": "x"}], "": None})
    assert [document.at(pointer) for pointer in ("", "/a/0", "/a/1/b~1c", "/")] == [document.value, 1, "x", None]
    for nothing in ("/b", "/a/2", "/a/b"):
        with pytest.raises((LookupError, ValueError)):
            document.at(nothing)


def test_lines_of_values() -> None:
    in_json = read_text('{\n  "a": [1,\n    2], "b":\n  {"c": "x"}}', "f")
    assert [in_json.lines(pointer) for pointer in ("", "/a", "/a/1", "/b", "/b/c")] == [
        (1, 4), (2, 3), (3, 3), (3, 4), (4, 4),
    ]  # fmt: skip
    in_yaml = read_text("a:\n  b: 1\n  c:\n    - 1\n    - |\n      one\n      two\n\n\nd: &x {e: 1}\nf: *x\n", "f")
    assert [in_yaml.lines(pointer) for pointer in ("/a", "/a/c", "/a/c/1", "/d", "/d/e", "")] == [
        (1, 7), (3, 7), (5, 7), (10, 10), (10, 10), (1, 11),
    ]  # fmt: skip
    assert in_yaml.lines("/nothing") is None
    assert from_value({"a": 1}).lines("/a") is None


def test_places_in_yaml() -> None:
    assert places(YAML, "/Day", "/Values/1", "/Base", "/Base/End", "/Derived/Type", "/Derived/End", "/Again/End") == [
        "f:3:6",
        "f:4:13",
        "f:6:3",
        "f:7:8",
        "f:10:9",
        "f:7:8",
        "f:7:8",
    ]
    assert places(YAML, "/Derived/Type", "/Again", key=True) == ["f:10:3", "f:11:1"]


def test_a_place_has_its_line_and_width() -> None:
    location = read_text('{"a":\r\n  "xyz" }', "f").locate("/a")
    assert location == Location("f", 2, 3, 5, '  "xyz" }')


def test_places_of_characters_in_json_strings() -> None:
    document = read_text('{"a": "x\\n\\u00e9\\ud83d\\ude00y"}', "f")
    columns = [location.column for index in range(5) if (location := document.locate("/a", offset=index))]
    assert document.value == {"a": "x\né😀y"}
    assert columns == [8, 9, 11, 17, 29]


def test_places_of_characters_in_yaml_strings() -> None:
    document = read_text("a: $.b[x\nb: 'it'\nc: \"x\\ny\"\nd: |\n  $.b\n", "f", "yaml")
    assert str(document.locate("/a", offset=3)) == "f:1:7"
    assert str(document.locate("/b", offset=1)) == "f:2:6"
    assert str(document.locate("/c", offset=2)) == "f:3:8"
    assert str(document.locate("/d", offset=2)) == "f:5:5"


def test_a_python_value_has_no_places() -> None:
    assert from_value({"a": 1}).locate("/a") is None


def test_a_long_line_is_shown_around_the_place() -> None:
    with pytest.raises(DefinitionError) as refused:
        read_text('{"a": "' + "x" * 5000 + '", "b": nope, "c": "' + "y" * 5000 + '"}')
    excerpt = render(refused.value.findings[0]).splitlines()[1:3]
    assert len(excerpt[0]) < 200
    assert excerpt[0][excerpt[1].index("^") :].startswith("nope")
    assert excerpt[1].count("^") == 4


@pytest.mark.parametrize("format", ["json", "yaml"])
def test_what_commands_a_terminal_is_not_shown_raw(format: Any) -> None:
    with pytest.raises(DefinitionError) as refused:
        read_text('{"a":\t"\x1b[31mred\x07\x9b\x7f\u202e"}', "\x1b]0;name", format)
    place, line, caret = render(refused.value.findings[0]).splitlines()[:3]
    assert place.startswith("␛]0;name:1:8: ")
    assert line == '  1 | {"a":\t"␛[31mred␇\ufffd␡\ufffd"}'
    assert line[caret.index("^")] == "␛"


@given(st.text("ab 日é\u0301\t", max_size=120), st.text("xy日", min_size=1, max_size=50), st.integers(8, 120))
def test_a_line_is_cut_to_the_width_of_a_terminal_around_the_place(before: str, marked: str, width: int) -> None:
    line = f"{before}!{marked}{before}"
    location = Location("f", 10, len(before) + 1, 1 + len(marked), line)
    shown, caret = render(Finding("rule", "message", location=location), width).splitlines()[1:]
    assert columns(shown) <= max(width, len("  10 | ") + 8)
    assert caret.index("^") == columns(shown[: shown.index("!")])
    assert caret.count("^") <= columns(shown[shown.index("!") :])
    whole = "  10 | " + line.replace("\t", " ")
    assert (shown == whole) == (columns(whole) <= max(width, len("  10 | ") + 8))


def columns(text: str) -> int:
    return sum(0 if char == "\u0301" else 2 if char == "日" else 1 for char in text)


def test_a_place_after_the_end_of_a_long_line_is_within_the_width() -> None:
    location = Location("f", 1, 201, 1, "x" * 200)
    shown, caret = render(Finding("rule", "message", location=location), 60).splitlines()[1:]
    assert (shown[:7], shown[-1], len(shown), len(caret)) == ("  1 | …", "x", 59, 60)


# -- formats ---------------------------------------------------------------------------------------------------------


def test_yaml_is_read_as_json() -> None:
    value = read_text(YAML).value
    assert value["Comment"] == "no"
    assert value["Account"] == "012345678901"
    assert value["Day"] == "2020-01-01"
    assert value["Values"] == [1, -2.5, 1000.0, True, None, "0x1F", "1_000", "1", "off"]
    assert value["Derived"] == {"Type": "Wait", "End": True}
    assert value["Again"] == {"Type": "Pass", "End": True}
    assert value["Text"] == "one\ntwo\n"


def test_merge_keys_take_the_first_of_a_list() -> None:
    text = "a: &a {x: 1}\nb: &b {x: 2, y: 2}\nc: {<<: [*a, *b], z: 3}\n"
    assert read_text(text).value["c"] == {"x": 1, "y": 2, "z": 3}


def test_explicit_tags_of_the_core_schema() -> None:
    assert read_text("a: !!str 12\nb: !!int 12\n").value == {"a": "12", "b": 12}


def test_aliases_cannot_blow_up() -> None:
    lines = ["a0: &a0 [1, 1]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}, *a{n - 1}]" for n in range(1, 30)]
    with pytest.raises(DefinitionError, match="expand to more"):
        read_text("\n".join(lines))


def test_a_byte_order_mark_is_nothing_in_yaml() -> None:
    document = read_text("\ufeffa: 1")
    assert document.value == {"a": 1}
    assert str(document.locate("/a")) == "<definition>:1:5"


@pytest.mark.parametrize("name", ["m.json", "m.asl.json", "m.yaml", "m.asl.yml", "definition"])
def test_the_format_goes_by_the_ending_or_the_look(name: str, tmp_path: Path) -> None:
    text = '{"a": [1]}' if "y" not in name else "a:\n- 1\n"
    (tmp_path / name).write_text(text, encoding="utf-8")
    document = read(tmp_path / name)
    assert document.value == {"a": [1]}
    assert document.format == ("yaml" if "y" in name else "json")


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"a: 1")))
    document = read("-")
    assert (document.name, document.value) == ("<stdin>", {"a": 1})


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "- " * 3000 + "x"])
def test_deep_nesting_is_a_finding(text: str) -> None:
    with pytest.raises(DefinitionError):
        read_text(text)


DEEP = {
    "list": "- " * 60_000 + "x",
    "flow list": "[" * 60_000,
    "flow mapping": "{a: " * 60_000,
    "pairs in a flow list": "[a: " * 60_000,
    "complex keys": "? " * 60_000 + "x",
    "block mapping": "\n".join(" " * depth + "a:" for depth in range(3000)),
    "lists in mappings": "a:\n" + "".join("  " * depth + "- a:\n" for depth in range(2000)),
    "anchors": "".join(f"{' ' * depth}a: &a{depth}\n" for depth in range(3000)),
    "after what is flat": "a: [1]\nb: " + "[" * 501 + "]" * 501 + " " * 2000 + "\n",
}


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP)
def test_deep_yaml_ends_no_process(text: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "asl", "check", "--json", "-"],
        input="---\n" + text,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert [finding["rule"] for finding in json.loads(done.stdout)] == ["too-deep"]


@pytest.mark.parametrize(("text", "place"), [("- " * 1100 + "x", "f:1:1001"), ("[" * 1100, "f:1:501")])
def test_deep_yaml_is_refused_where_it_gets_too_deep(text: str, place: str) -> None:
    with pytest.raises(DefinitionError, match="nested more than 500 levels deep") as refused:
        read_text(text, "f", "yaml")
    assert str(refused.value.findings[0].location) == place


def test_wide_yaml_is_not_deep() -> None:
    text = "a: [" + "[1], {b: [2]}, " * 3000 + "]\nc: '" + "[" * 3000 + "'\n"
    assert len(read_text(text).value["a"]) == 6000


# -- files that cannot be read ---------------------------------------------------------------------------------------


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read(tmp_path / "nothing.json")


def test_a_directory(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a directory"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("octets", "place", "words"),
    [
        (b'{"a":\n "\xe9"}', "2:3", "not UTF-8: byte 0xe9"),
        ('{"a": 1}'.encode("utf-16"), "1:1", "UTF-16"),
    ],
)
def test_a_file_that_is_not_utf8(octets: bytes, place: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "m.json").write_bytes(octets)
    with pytest.raises(DefinitionError) as refused:
        read(tmp_path / "m.json")
    finding = refused.value.findings[0]
    assert finding.rule == "encoding"
    assert words in finding.message
    assert str(finding.location).endswith(place)


# -- placeholders ----------------------------------------------------------------------------------------------------


def test_placeholders_in_json() -> None:
    text = '{"n": ${N}, "s": "a ${S} b", "k${S}": "${Other} {} ${}", "l": ${L}}'
    document = read_text(text, defines={"N": "30", "S": 'say "hi"\\', "L": '["x", 1]'})
    assert document.value == {
        "n": 30,
        "s": 'a say "hi"\\ b',
        'ksay "hi"\\': "${Other} {} ${}",
        "l": ["x", 1],
    }
    assert document.placeholders == ("N", "S", "Other", "L")


def test_placeholders_in_yaml() -> None:
    document = read_text("n: ${N}\ns: a ${S} b\nq: '${N}'\n", defines={"N": "30", "S": "x: #y"})
    assert document.value == {"n": 30, "s": "a x: #y b", "q": "30"}


def test_placeholders_in_a_value() -> None:
    document = from_value({"a": ["${X}", 1], "${X}": "${Y}"}, defines={"X": "x"})
    assert document.value == {"a": ["x", 1], "x": "${Y}"}


def test_names_as_other_tools_write_them() -> None:
    text = '{"a": "${AWS::Region} ${Function.Arn} ${var.name} ${ bucket-name }"}'
    defines = {"AWS::Region": "r", "Function.Arn": "f", "var.name": "v", "bucket-name": "b"}
    assert read_text(text, defines=defines).value == {"a": "r f v b"}


def test_pseudo_parameters_need_no_define() -> None:
    text = '{"a": "arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:${Topic}"}'
    filled = {"a": "arn:aws:sns:us-east-1:123456789012:${Topic}"}
    document = read_text(text)
    assert document.value == from_value(json.loads(text)).value == filled
    assert document.placeholders == ("AWS::Partition", "AWS::Region", "AWS::AccountId", "Topic")
    elsewhere = read_text(text, defines={"AWS::Partition": "aws-cn", "Topic": "t"})
    assert elsewhere.value == {"a": "arn:aws-cn:sns:us-east-1:123456789012:t"}


def test_a_machine_whose_text_is_json_only_when_it_is_filled(tmp_path: Path) -> None:
    file = tmp_path / "wait.asl.json"
    file.write_text('{"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": ${T}, "End": true}}}')
    assert load(file, define={"T": "3", "AWS::Region": "eu-west-1"}).run().history[-1]["timestamp"][17:23] == "03.000"


def test_places_are_those_of_the_text_before_filling() -> None:
    document = read_text(
        '{"a": ${A}, "b": "x${B}yz",\n "c": "${A}", "d": 1}', defines={"A": "[1,\n2]", "B": "long\nvalue"}
    )
    found = [document.locate(pointer) for pointer in ("/a", "/a/1", "/b", "/c", "/d")]
    assert [str(location).removeprefix("<definition>:") for location in found] == ["1:7", "1:7", "1:18", "2:7", "2:20"]
    assert found[0] is not None
    assert (found[0].width, found[0].source_line) == (4, '{"a": ${A}, "b": "x${B}yz",')
    assert str(document.locate("/b", offset=12)) == "<definition>:1:25"


def test_a_define_that_fills_nothing() -> None:
    with pytest.raises(InputError, match=r"no placeholder \$\{TableNme\} to fill: did you mean 'TableName'\?"):
        load({"A": "${TableName}"}, define={"TableNme": "t"})
    with pytest.raises(InputError, match="the definition has none"):
        load({"A": 1}, define={"X": "t"})


def test_a_value_that_breaks_the_syntax() -> None:
    with pytest.raises(DefinitionError, match="this is the value given for"):
        read_text('{"a": ${A}}', defines={"A": "text"})


# -- laws ------------------------------------------------------------------------------------------------------------

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=10,
)


def is_json(text: str) -> bool:
    try:
        read_text(text, format="json")
    except DefinitionError:
        return False
    return True


@given(VALUES, st.sampled_from([None, 1]), st.booleans())
def test_every_value_is_where_its_place_says(value: Any, indent: int | None, ascii: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii)
    scan = source_json_scan.scan(text)
    for pointer, (start, end) in scan.values.items():
        target = value
        for token in pointer.split("/")[1:]:
            name = token.replace("~1", "/").replace("~0", "~")
            target = target[int(name)] if isinstance(target, list) else target[name]
        assert json.loads(text[start:end]) == target


@given(VALUES, st.data())
def test_what_json_refuses_has_a_finding_and_what_it_takes_has_none(value: Any, data: st.DataObject) -> None:
    text = json.dumps(value)
    index = data.draw(st.integers(0, len(text)))
    mutated = text[:index] + data.draw(st.sampled_from(list("{}[]\",:\\ 0e-.x'\n"))) + text[index + 1 :]
    try:
        source_json_scan.scan(mutated)
        is_scanned = True
    except source_json_scan.Malformed:
        is_scanned = False
    try:
        json.loads(mutated, parse_constant=lambda word: 1 / 0)
        is_loaded = True
    except (ValueError, ZeroDivisionError):
        is_loaded = False
    assert is_scanned == is_loaded or "e" in mutated.lower()
    assert is_json(mutated) <= is_scanned


def test_importing_does_not_load_yaml() -> None:
    program = "import sys, asl.source, asl.parse, asl.check; print('yaml' in sys.modules, 'boto3' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
