"""Definitions in the reports of coverage.py."""

import importlib
import io
import json
import os
import re
import subprocess
import sys
from html import unescape
from pathlib import Path
from typing import Any

import pytest

import asl
from asl import source
from asl.testing import Workflow
from asl.testing.coverage import Collector
from asl.testing.coverage.items import items
from asl.testing.coverage.lines import arcs_run, branches, branches_run
from asl.testing.coverage.tokens import token_lines

coverage = pytest.importorskip("coverage", reason="coverage.py makes the reports")

ROOT = Path(__file__).parents[2]

PAY = """{
  "StartAt": "Check",
  "States": {
    "Check": {
      "Type": "Choice",
      "Choices": [
        {"Variable": "$.amount", "NumericEquals": 0, "Next": "Free"},
        {"Variable": "$.amount", "NumericLessThan": 0, "Next": "Wrong"}
      ],
      "Default": "Charge"
    },
    "Free": {"Type": "Succeed"},
    "Wrong": {"Type": "Fail", "Error": "Wrong"},
    "Charge": {
      "Type": "Task",
      "Resource": "arn:aws:states:us-east-1:123456789012:activity:charge",
      "Retry": [
        {"ErrorEquals": ["Busy", "Slow"]}
      ],
      "Catch": [
        {"ErrorEquals": ["Declined"], "Next": "Wrong"},
        {"ErrorEquals": ["States.ALL"], "Next": "Free"}
      ],
      "Next": "Free"
    }
  }
}
"""
LINES = {4, 7, 8, 10, 12, 13, 14, 18, 21, 22, 24}

YAML = """# What is sent to customers
StartAt: Send
States:
  Send:
    Type: Choice
    Choices:
      - Variable: $.to
        IsPresent: true
        Next: Sent
    Default: Lost   # nobody to send to
  Sent:
    Type: Succeed
  Lost:
    Type: Fail
"""

CHARGE = "/States/Charge"


@pytest.fixture
def pay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A definition in a working folder of its own."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "pay.asl.json"
    file.write_text(PAY)
    return file


def measured(collector: Collector, *sources: str, branch: bool = True, **options: Any) -> Any:
    """A coverage.py that has what was collected, and nothing else."""
    from asl.testing.coverage.measured import PLUGIN, add

    measuring = coverage.Coverage(source=sources or None, branch=branch, config_file=False, **options)
    measuring.set_option("run:plugins", [PLUGIN])
    add(measuring, collector.definitions)
    return measuring


def reported(measuring: Any) -> list[list[str]]:
    """The lines of the report in the terminal, for each file: its name, the numbers, what is missing."""
    out = io.StringIO()
    measuring.report(file=out, show_missing=True)
    return [line.split(maxsplit=6) for line in out.getvalue().splitlines() if ".asl." in line]


# -- lines and branches ----------------------------------------------------------------------------------------------


def test_lines_without_branches_are_what_was_covered(pay: Path) -> None:
    with Collector() as collector:
        asl.load(pay).run({"amount": -1})
    out = io.StringIO()
    measured(collector, branch=False).report(file=out, show_missing=True)
    assert re.search(r"pay\.asl\.json +11 +8 +27% +7, 10-12, 14-24", out.getvalue())


def test_branches_read_as_python_would(pay: Path) -> None:
    found = {arc: str(branch) for arc, branch in branches(items(source.read(pay))).items()}
    assert found == {
        (7, 12): "Check: Choices[0] → Free",
        (7, 8): "Check: Choices[1] → Wrong or Default → Charge",
        (8, 13): "Check: Choices[1] → Wrong",
        (8, 10): "Check: Default → Charge",
        (10, 14): "Check: Default → Charge",
        (14, 24): "Charge: Next → Free",
        (14, 18): "Charge: Retry[0] (Busy, Slow) or Catch[0] (Declined) → Wrong or Catch[1] (States.ALL) → Free",
        (18, 14): "Charge: Retry[0] (Busy, Slow)",
        (18, 21): "Charge: Catch[0] (Declined) → Wrong or Catch[1] (States.ALL) → Free",
        (21, 13): "Charge: Catch[0] (Declined) → Wrong",
        (21, 22): "Charge: Catch[1] (States.ALL) → Free",
        (22, 12): "Charge: Catch[1] (States.ALL) → Free",
    }


def test_lines_and_branches_that_are_missing(pay: Path) -> None:
    with Collector() as collector:
        asl.load(pay).run({"amount": 1}, activities={"charge": lambda arguments: "done"})
    ((name, *numbers),) = reported(measured(collector))
    # The rules before Default were looked at; no retrier or catcher was.
    assert (name, numbers) == ("pay.asl.json", ["11", "4", "10", "3", "48%", "7->12, 13, 18-22"])


def test_all_covered_is_100_percent_both_ways(pay: Path) -> None:
    everything = {item.pointer for item in items(source.read(pay))}
    collector = Collector()
    collector.add(asl.load(pay)).taken |= everything
    assert reported(measured(collector)) == [["pay.asl.json", "11", "0", "10", "0", "100%"]]
    assert reported(measured(collector, branch=False)) == [["pay.asl.json", "11", "0", "100%"]]


@pytest.mark.parametrize("missing", [item.pointer for item in items(source.read_text(PAY, format="json"))])
def test_whatever_is_not_covered_shows(pay: Path, missing: str) -> None:
    """Nothing that the report by name counts is lost, where each stands in a line of its own."""
    collector = Collector()
    collector.add(asl.load(pay)).taken |= {item.pointer for item in items(source.read(pay))} - {missing}
    for branch in (True, False):
        assert "100%" not in reported(measured(collector, branch=branch))[0]


def test_data_of_processes_add_up() -> None:
    """Two rules in one line, taken by two processes: only the two together cover the line's branches."""
    rules = '[{"Variable": "$.a", "IsNull": true, "Next": "B"}, {"Variable": "$.b", "IsNull": true, "Next": "B"}]'
    states = f'"A": {{"Type": "Choice", "Choices": {rules}, "Default": "B"}},\n"B": {{"Type": "Succeed"}}'
    found = items(source.read_text(f'{{"StartAt": "A", "States": {{\n{states}}}}}'))
    assert [str(branch) for branch in branches(found).values()] == [
        "A: Choices[0] → B",
        "A: Choices[1] → B and Default → B",
    ]
    one = arcs_run(found, {"/States/A", "/States/A/Choices/1/Next"})
    other = arcs_run(found, {"/States/A", "/States/A/Default"})
    possible = set(branches(found))
    assert not branches_run(found, one) & possible
    assert not branches_run(found, other) & possible
    together = branches_run(found, one | other)
    assert [branches(found)[arc].missed() for arc in possible - together] == ["A: Choices[0] → B never taken"]
    assert branches_run(found, together) == together


# -- reports ---------------------------------------------------------------------------------------------------------


def html_lines(folder: Path, pattern: str) -> dict[int, tuple[str, str]]:
    """The colour of each line of a page, and its text with annotations."""
    (page,) = folder.glob(pattern)
    found = {}
    for classes, number, content in re.findall(
        r'<p class="([^"]*)"><span class="n"><a id="t(\d+)"(.*?)</p>', page.read_text()
    ):
        text = unescape(re.sub("<[^>]*>", "", f"<{content}"))
        found[int(number)] = (classes.split()[0], text)
    return found


def test_html(pay: Path, tmp_path: Path) -> None:
    with Collector() as collector:
        asl.load(pay).run({"amount": 1}, activities={"charge": lambda arguments: "done"})
    measured(collector).html_report(directory=str(tmp_path / "html"))
    lines = html_lines(tmp_path / "html", "*pay_asl_json.html")
    assert {number for number, (colour, _) in lines.items() if colour == "mis"} == {13, 18, 21, 22}
    assert lines[4][0] == "run"
    assert lines[5][0] == "run"  # what belongs to a state has its colour
    assert lines[7][0] == "par"
    assert "7\u202f↛\u202f12" in lines[7][1]
    assert lines[7][1].endswith("Check: Choices[0] → Free never taken")
    assert lines[14][1].endswith("Catch[1] (States.ALL) → Free never taken")
    assert lines[1][0] == "pln"
    states = (tmp_path / "html" / "state_index.html").read_text()
    assert all(f">{name}</data>" in states for name in ("Check", "Free", "Wrong", "Charge"))


def test_html_of_lines_with_several_branches_missing(pay: Path, tmp_path: Path) -> None:
    """coverage.py can annotate a line with one of them only."""
    value = json.loads(PAY)
    pay.write_text(
        '{"StartAt": "Check", "States": {\n'
        + ",\n".join(f'"{name}": {json.dumps(state)}' for name, state in value["States"].items())
        + "}}"
    )
    with Collector() as collector:
        asl.load(pay).run({"amount": 0})
    measured(collector).html_report(directory=str(tmp_path / "html"))
    text = html_lines(tmp_path / "html", "*pay_asl_json.html")[2][1]
    assert text.endswith("Check: Choices[1] → Wrong and Default → Charge were not all taken")


def test_lcov_names_branches(pay: Path, tmp_path: Path) -> None:
    with Collector() as collector:
        asl.load(pay).run({"amount": 1}, activities={"charge": lambda arguments: "done"})
    measured(collector).lcov_report(outfile=str(tmp_path / "lcov"))
    records = (tmp_path / "lcov").read_text(encoding="utf-8").splitlines()
    assert "BRDA:7,0,Check: Choices[0] → Free,0" in records
    assert "BRDA:8,0,Check: Default → Charge,1" in records
    assert "BRDA:18,0,Charge: Retry[0] (Busy or Slow),-" in records
    assert {record.count(",") for record in records if record.startswith("BRDA")} == {3}


def test_xml(pay: Path, tmp_path: Path) -> None:
    with Collector() as collector:
        asl.load(pay).run({"amount": 0})
    measured(collector).xml_report(outfile=str(tmp_path / "xml"))
    report = (tmp_path / "xml").read_text()
    assert 'filename="pay.asl.json"' in report
    assert '<line number="7" hits="1" branch="true" condition-coverage="50% (1/2)" missing-branches="8"/>' in report
    assert {int(number) for number in re.findall(r'line number="(\d+)"', report)} == LINES


def test_yaml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "send.asl.yaml").write_text(YAML)
    with Collector() as collector:
        asl.load("send.asl.yaml").run({"to": "me"})
    measuring = measured(collector)
    assert reported(measuring) == [["send.asl.yaml", "5", "2", "2", "1", "57%", "10, 13"]]
    measuring.html_report(directory="html")
    lines = html_lines(tmp_path / "html", "*send_asl_yaml.html")
    assert lines[7][1].endswith("Send: Default → Lost never taken")


def test_placeholders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The report is made without the defines; one outside quotes is not even JSON then."""
    monkeypatch.chdir(tmp_path)
    text = '{"StartAt": "A${S}", "States": {\n"A${S}": {"Type": "Wait", "Seconds": ${T},\n"End": true}}}'
    (tmp_path / "wait.asl.json").write_text(text)
    with Collector() as collector:
        asl.load("wait.asl.json", define={"S": "x", "T": "5"}).run()
    assert reported(measured(collector, branch=False)) == [["wait.asl.json", "2", "0", "100%"]]


# -- which files -----------------------------------------------------------------------------------------------------


def test_definitions_that_never_ran_are_found_in_source_folders(pay: Path) -> None:
    for name in (
        "src/a.asl.json",
        "src/deep/b.asl.yml",
        "src/other.json",
        "src/.hidden/c.asl.json",
        "elsewhere/d.asl.json",
    ):
        file = pay.parent / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(PAY)
    (pay.parent / "src" / "broken.asl.json").write_text("{")
    found = {row[0]: row[5] for row in reported(measured(Collector(), "src"))}
    assert found == {"src/a.asl.json": "0%", "src/deep/b.asl.yml": "0%"}


def test_source_and_omit_are_heeded(pay: Path) -> None:
    (pay.parent / "src").mkdir()
    for name in ("in.asl.json", "out.asl.json"):
        (pay.parent / "src" / name).write_text(PAY)
    with Collector() as collector:
        for name in ("pay.asl.json", "src/in.asl.json", "src/out.asl.json"):
            asl.load(name).run({"amount": 0})
    rows = reported(measured(collector, "src", omit=["*/out.*"]))
    assert [row[0] for row in rows] == ["src/in.asl.json"]
    rows = reported(measured(collector, include=["src/*"]))
    assert [row[0] for row in rows] == ["src/in.asl.json", "src/out.asl.json"]


def test_definitions_of_packages_are_found(pay: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = pay.parent / "lib" / "shipping"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "ship.asl.json").write_text(PAY)
    monkeypatch.syspath_prepend(package.parent)
    importlib.import_module("shipping")
    try:
        assert [row[0] for row in reported(measured(Collector(), "shipping"))] == ["lib/shipping/ship.asl.json"]
    finally:
        del sys.modules["shipping"]


def test_versions_of_a_file_add_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Defines in the names of states make other states of them, in the same lines."""
    monkeypatch.chdir(tmp_path)
    rule = '{"Variable": "$.a", "IsPresent": true, "Next": "B${S}"}'
    states = f'"A": {{"Type": "Choice", "Choices": [\n{rule}],\n"Default": "C"}},\n"B${{S}}": {{"Type": "Succeed"}},'
    (tmp_path / "a.asl.json").write_text(f'{{"StartAt": "A", "States": {{{states}\n"C": {{"Type": "Succeed"}}}}}}')
    with Collector() as collector:
        asl.load("a.asl.json", define={"S": "x"}).run({"a": 1})
        asl.load("a.asl.json", define={"S": "y"}).run({})
    assert len(collector.definitions) == 2
    assert reported(measured(collector)) == [["a.asl.json", "5", "0", "2", "0", "100%"]]


def test_definitions_in_one_line_are_left_out(pay: Path) -> None:
    pay.write_text(json.dumps(json.loads(PAY)))
    with Collector() as collector:
        asl.load(pay).run({"amount": 0})
    measuring = measured(collector, ".")
    assert list(measuring.get_data().measured_files()) == []
    assert "pay.asl.json:1:" in collector.report()


def test_templates_are_left_out(pay: Path) -> None:
    """Their lines are those of CloudFormation, of which the plugin knows nothing."""
    resource = {"Type": "AWS::Serverless::StateMachine", "Properties": {"Definition": json.loads(PAY)}}
    (pay.parent / "template.json").write_text(json.dumps({"Resources": {"Pay": resource}}, indent=1))
    with Collector() as collector:
        Workflow("template.json").run({"amount": 0})
    assert list(measured(collector).get_data().measured_files()) == []
    assert "template.json:" in collector.report()


def test_nothing_is_written_when_nothing_measures(pay: Path) -> None:
    code = "import asl.testing.coverage as c; print(c.Collector().write_to_coverage_py())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout == "False\n"


# -- colours ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "format"), [(PAY, "json"), (YAML, "yaml"), ('{"a" : [1.5e-3,\ttrue]} ?', "json")])
def test_tokens_are_the_whole_text(text: str, format: str) -> None:
    assert ["".join(part for _, part in line) for line in token_lines(text, format)] == text.splitlines()


def test_kinds_of_tokens() -> None:
    (line,) = token_lines('"a\\"b": ["c", -1.5, null]', "json")
    assert [(kind, text) for kind, text in line if kind not in ("ws", "op")] == [
        ("nam", '"a\\"b"'),
        ("str", '"c"'),
        ("num", "-1.5"),
        ("key", "null"),
    ]
    (line,) = token_lines("  Default: 'it''s' # why", "yaml")
    assert [(kind, text) for kind, text in line if kind not in ("ws", "op")] == [
        ("nam", "Default"),
        ("str", "'it''s'"),
        ("com", "# why"),
    ]


# -- whole sessions --------------------------------------------------------------------------------------------------

TESTS = """
import asl, pytest

@pytest.mark.parametrize("amount", [0, -1])
def test_amount(amount):
    assert asl.load("pay.asl.json").run({"amount": amount}).path[0] == "Check"
"""


def python(folder: Path, *arguments: str, **environment: str) -> str:
    """What Python prints, run in a folder."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("COV", "PYTEST"))}
    path = f"{ROOT}{os.pathsep}{ROOT / 'integrations'}"
    command = [sys.executable, *arguments]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, env={**inherited, "PYTHONPATH": path, **environment}
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def session(pay: Path) -> Path:
    """A folder with tests of a definition, and another definition without."""
    (pay.parent / "test_pay.py").write_text(TESTS)
    (pay.parent / "send.asl.yaml").write_text(YAML)
    return pay.parent


PYTEST = ("-m", "pytest", "-q", "-p", "no:cacheprovider")


def test_pytest_cov_needs_no_configuration(session: Path) -> None:
    pytest.importorskip("pytest_cov", reason="pytest-cov makes the report")
    out = python(session, *PYTEST, "--cov=.", "--cov-branch", "--cov-report=term-missing")
    assert re.search(r"pay\.asl\.json +11 +6 +10 +1 +38% +10, 14-24", out)
    assert re.search(r"send\.asl\.yaml +5 +5 +2 +0 +0%", out)
    assert "Warning" not in out
    # Without the plugin coverage.py could not report on them, so they are not in its data.
    later = python(session, "-m", "coverage", "report")
    assert "test_pay.py" in later
    assert ".asl." not in later


def test_pytest_cov_leaves_the_data_of_others_alone(session: Path) -> None:
    """What a run whose configuration has the plugin measured stays when one without it adds to the data."""
    pytest.importorskip("pytest_cov", reason="pytest-cov makes the report")
    (session / "plugin.rc").write_text("[run]\nplugins = asl.testing.coverage\n")
    python(session, "-m", "coverage", "run", "--rcfile=plugin.rc", "--source=.", *PYTEST)
    out = python(session, *PYTEST, "-k", "nothing or 0", "--cov=.", "--cov-append", "--cov-context=test")
    assert re.search(r"pay\.asl\.json +11 +6 +45%", out)
    later = python(session, "-m", "coverage", "report", "--rcfile=plugin.rc")
    assert re.search(r"pay\.asl\.json +11 +6 +45%", later)


@pytest.mark.parametrize("plugins", ["", "plugins = asl.testing.coverage\n"])
def test_pytest_cov_with_workers(session: Path, plugins: str) -> None:
    pytest.importorskip("pytest_cov", reason="pytest-cov makes the report")
    pytest.importorskip("xdist", reason="pytest-xdist runs the workers")
    (session / ".coveragerc").write_text(f"[run]\n{plugins}parallel = true\n")
    out = python(session, *PYTEST, "-n2", "--cov=.", "--cov-report=term-missing")
    assert re.search(r"pay\.asl\.json +11 +6 +45% +10, 14-24", out)


def test_the_data_of_workers_stay(session: Path) -> None:
    pytest.importorskip("pytest_cov", reason="pytest-cov makes the report")
    pytest.importorskip("xdist", reason="pytest-xdist runs the workers")
    (session / ".coveragerc").write_text("[run]\nplugins = asl.testing.coverage\n")
    python(session, *PYTEST, "-n2", "--cov=.")
    assert re.search(r"pay\.asl\.json +11 +6 +45%", python(session, "-m", "coverage", "report"))


@pytest.mark.skipif(sys.version_info < (3, 12), reason="sys.monitoring came with Python 3.12")
def test_sysmon_does_not_refuse(session: Path) -> None:
    (session / ".coveragerc").write_text("[run]\nplugins = asl.testing.coverage\n")
    out = python(session, "-m", "coverage", "run", "--source=.", *PYTEST, COVERAGE_CORE="sysmon")
    assert "Warning" not in out
    assert re.search(r"pay\.asl\.json +11 +6 +45%", python(session, "-m", "coverage", "report"))


def test_coverage_run(session: Path) -> None:
    (session / ".coveragerc").write_text(
        "[run]\nplugins = asl.testing.coverage\nrelative_files = true\nbranch = true\n"
    )
    python(session, "-m", "coverage", "run", "--source=.", *PYTEST)
    assert re.search(r"pay\.asl\.json +11 +6 +10 +1 +38%", python(session, "-m", "coverage", "report"))


def test_coverage_run_of_asl_test(session: Path) -> None:
    (session / ".coveragerc").write_text("[run]\nplugins = asl.testing.coverage\n")
    (session / "pay.asltest.yaml").write_text("machine: pay.asl.json\ncases: {free: {input: {amount: 0}}}\n")
    python(session, "-m", "coverage", "run", "--source=.", "-m", "asl", "test")
    assert re.search(r"pay\.asl\.json +11 +\d+ ", python(session, "-m", "coverage", "report"))
