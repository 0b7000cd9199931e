"""Every example has tests in Python and tests without it, and each kind by itself covers all of its machines."""

from pathlib import Path

import pytest

from asl.testing import asltest
from asl.testing.coverage import Collector

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted({file.parent for file in (ROOT / "statemachines").glob("*/*.asl.*")})
OPTIONS = ["-q", "-c", str(ROOT / "pyproject.toml"), "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:cov"]

each_example = pytest.mark.parametrize("folder", EXAMPLES, ids=lambda folder: folder.name)


def definitions(folder: Path) -> set[str | None]:
    return {str(file) for file in folder.glob("*.asl.*")}


def assert_all_is_covered(collector: Collector, expected: set[str | None]) -> None:
    """What tests write into temporary folders does not count, wherever this checkout is."""
    found = {each.file: each.counted for each in collector.definitions if each.file in expected}
    assert found.keys() == expected
    assert all(covered == count for covered, count in found.values()), collector.report()


def test_python_tests() -> None:
    """All in one session, since each session takes its time to begin; what is covered in whose file is told apart."""
    tests = [test for folder in EXAMPLES for test in folder.glob("test_*.py")]
    assert {test.parent for test in tests} == set(EXAMPLES)
    with Collector() as collector:
        assert pytest.main([*OPTIONS, *map(str, tests)]) == 0
    assert_all_is_covered(collector, set.union(*map(definitions, EXAMPLES)))


@each_example
def test_files_without_python(folder: Path) -> None:
    with Collector() as collector:
        for case in asltest.read(folder / f"{folder.name}.asltest.yaml").cases:
            outcome = case.run()
            assert outcome.passed, f"{case.name}\n{outcome.text}"
    assert_all_is_covered(collector, definitions(folder))


@each_example
def test_the_readme_tells_how_to_run_them(folder: Path) -> None:
    told = (folder / "README.md").read_text()
    assert f"`asl test statemachines/{folder.name}`" in told
    assert f"`pytest statemachines/{folder.name}`" in told
