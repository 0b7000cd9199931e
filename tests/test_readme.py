"""The README and the pages in docs/ show what happens: their commands are run and the output is compared, the Python in
the README is executed."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCKS = [block for page in PAGES for block in re.findall(r"```console\n(.*?)```", page.read_text(), re.DOTALL)]
PYTHON = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def run(command: str) -> str:
    """What a shell prints for the command, stdout and stderr together, with `asl` of this checkout."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'integrations'}", "NO_COLOR": "1", "COLUMNS": "120"}
    script = f'asl() {{ "{sys.executable}" -m asl "$@"; }}\n{command}'
    done = subprocess.run(
        ["bash", "-c", script], cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    return done.stdout.decode()


def commands(block: str) -> list[tuple[str, str]]:
    """The commands of a block with the output shown below each."""
    parts = re.split(r"^\$ (.*)\n", block, flags=re.MULTILINE)[1:]
    return list(zip(parts[::2], parts[1::2], strict=True))


@pytest.mark.parametrize(
    ("command", "output"), [pair for block in BLOCKS for pair in commands(block)], ids=lambda text: text[:50]
)
def test_command_prints_what_is_shown(command: str, output: str) -> None:
    assert without_times(run(command)) == without_times(output)


def without_times(text: str) -> str:
    """The text without what is not the same everywhere: seconds of the wall clock, how much Hypothesis looked at."""
    return re.sub(r"\bin (\d+\.\d\d s|[\d,]+ executions)", "in …", text)


@pytest.mark.parametrize("code", [each for each in PYTHON if "def test_" not in each])
def test_python_does_what_is_shown(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    exec(compile(code, "README.md", "exec"), {})


@pytest.mark.parametrize("code", [each for each in PYTHON if "def test_" in each])
def test_tests_pass_as_shown(code: str, tmp_path: Path) -> None:
    (tmp_path / "test_readme_shows.py").write_text(code)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(tmp_path),
        str(tmp_path),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert f"{code.count('def test_')} passed" in done.stdout


def test_every_asl_command_is_shown() -> None:
    listed = re.findall(
        r"^  ([\w-]+)  ", run("asl --help").partition("Commands:")[2].partition("\n\n")[0], re.MULTILINE
    )
    assert listed
    assert [name for name in listed if f"asl {name}" not in README] == []


def fill(text: str) -> str:
    """A page with the real output below each command, for `python tests/test_readme.py`."""

    def filled(block: re.Match[str]) -> str:
        shown = "".join(f"$ {command}\n{run(command)}" for command, _ in commands(block.group(1)))
        return f"```console\n{shown}```"

    return re.sub(r"```console\n(.*?)```", filled, text, flags=re.DOTALL)


if __name__ == "__main__":
    for page in PAGES:
        page.write_text(fill(page.read_text()))
