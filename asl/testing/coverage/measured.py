"""Writes the lines of definitions into the data of coverage.py.

coverage.py can only report on data of a plugin that its configuration names: without that, `coverage html` fails. So
nothing is written for a configuration without the plugin. But the reports that pytest-cov makes at the end of its own
session need no configuration: they are made of a copy of its data to which the definitions are added.
"""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from asl.testing.coverage.collector import Covered
from asl.testing.coverage.items import Item, items
from asl.testing.coverage.lines import arcs_run, lines_run

if TYPE_CHECKING:
    from coverage import Coverage

PLUGIN: Final = "asl.testing.coverage"
TRACER: Final = f"{PLUGIN}.Definitions"
"""What coverage.py calls a plugin: its module and its class."""

_ENDINGS: Final = (".asl.json", ".asl.yaml", ".asl.yml")


def write(definitions: Sequence[Covered], pytest_config: Any = None) -> bool:
    """Adds definitions to what the coverage.py that measures this process reports, if one does and can report on them.

    Tells whether it did.
    """
    # One that measures has imported the package.
    coverage = sys.modules.get("coverage")
    measuring: Coverage | None = coverage.Coverage.current() if coverage else None
    if measuring is None:
        return False
    if _reports(measuring):
        add(measuring, definitions)
        return True
    return _add_to_reports_of_pytest_cov(measuring, definitions, pytest_config)


def add(coverage: Coverage, definitions: Sequence[Covered]) -> None:
    """Adds the lines and branches of definitions, and those in the source folders that nobody ran."""
    wanted = _Wanted(coverage)
    run = arcs_run if coverage.get_option("run:branch") else lines_run
    found: defaultdict[str, set[Any]] = defaultdict(set)
    for each in definitions:
        if each.file and wanted.file(each.file, each.items) and _is_definition(each.file):
            found[wanted.name(each.file)] |= run(each.items, each.taken)
    data = coverage.get_data()
    # Nobody knows which of the tests took what.
    data.set_context(str(coverage.get_option("run:context") or ""))
    (data.add_arcs if run is arcs_run else data.add_lines)(found)
    data.touch_files([*found, *(wanted.name(file) for file in wanted.files())], TRACER)


def _is_definition(file: str) -> bool:
    """Whether a file is what the plugin can report on, and no template that a definition stands in."""
    from coverage.exceptions import NoSource

    from asl.testing.coverage.reporter import read

    try:
        return bool(items(read(file)))
    except NoSource:
        return False


def _reports(coverage: Coverage) -> bool:
    plugins = coverage.get_option("run:plugins")
    return isinstance(plugins, list) and PLUGIN in plugins


def _add_to_reports_of_pytest_cov(measuring: Coverage, definitions: Sequence[Covered], pytest_config: Any) -> bool:
    """Has the reports of pytest-cov show definitions, if it is what measures; its data are left as they are."""
    plugin = pytest_config and pytest_config.pluginmanager.getplugin("_cov")
    controller = getattr(plugin, "cov_controller", None)
    reporting: Coverage | None = getattr(controller, "combining_cov", None)  # None in a worker of pytest-xdist
    if controller is None or reporting is None or controller.cov is not measuring:
        return False
    configured = reporting.get_option("run:plugins")
    reporting.set_option("run:plugins", [*(configured if isinstance(configured, list) else ()), PLUGIN])
    summary = controller.summary

    def summary_with_definitions(stream: Any) -> Any:
        with _added(reporting, definitions):
            return summary(stream)

    controller.summary = summary_with_definitions
    return True


@contextmanager
def _added(coverage: Coverage, definitions: Sequence[Covered]) -> Iterator[None]:
    """While it lasts, the data of a coverage.py are a copy in memory that has the definitions too."""
    from coverage import CoverageData

    kept = coverage.get_data()
    copy = CoverageData(no_disk=True)
    copy.update(kept)
    coverage._data = copy
    try:
        add(coverage, definitions)
        yield
    finally:
        coverage._data = kept
        copy.close(force=True)


class _Wanted:
    """Which definitions coverage.py's configuration asks for, as for Python files: source, include and omit.

    One that stands in a single line is left out: lines cannot tell what of it is covered.
    """

    def __init__(self, coverage: Coverage) -> None:
        from coverage.files import GlobMatcher, prep_patterns

        def option(name: str) -> list[str]:
            value = coverage.get_option(name)
            return [str(each) for each in value] if isinstance(value, list | tuple) else []

        sources = [*option("run:source"), *option("run:source_pkgs"), *option("run:source_dirs")]
        self._limited = bool(sources)
        self._folders = [Path(folder).resolve() for source in sources for folder in _folders(source)]
        self._include = option("run:include") and GlobMatcher(prep_patterns(option("run:include")))
        self._omit = GlobMatcher(prep_patterns(option("run:omit")))
        self._relative = bool(coverage.get_option("run:relative_files"))

    def file(self, file: str, items: Collection[Item]) -> bool:
        """Whether the reports should have that file, with those items."""
        if self._limited:
            parents = Path(file).resolve().parents
            inside = any(folder in parents for folder in self._folders)
        else:
            inside = not self._include or self._include.match(file)
        return inside and not self._omit.match(file) and len({item.line for item in items}) > 1

    def files(self) -> Iterator[str]:
        """The definitions in the source folders, whether anybody ran them or not."""
        from coverage.exceptions import NoSource

        from asl.testing.coverage.reporter import read

        for path in (path for folder in self._folders for path in _definitions(folder)):
            with suppress(NoSource):
                if self.file(path, items(read(path))):
                    yield path

    def name(self, file: str) -> str:
        """The name that the data have for a file."""
        from coverage.files import relative_filename

        return relative_filename(file) if self._relative else file


def _folders(source: str) -> list[str]:
    """The folders of one of coverage.py's sources: a folder, or the name of a package that was imported."""
    if os.path.isdir(source):
        return [source]
    return list(getattr(sys.modules.get(source), "__path__", ()))


def _definitions(start: Path) -> Iterator[str]:
    """The files below a folder that are definitions by their names."""
    for folder, folders, names in os.walk(start):
        folders[:] = [name for name in folders if not name.startswith(".") and name != "node_modules"]
        yield from (os.path.join(folder, name) for name in names if name.endswith(_ENDINGS))
