"""Finds test files below folders."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from asl.errors import InputError
from asl.testing.asltest import ENDINGS, is_test_file


def find_test_files(paths: Iterable[str]) -> list[Path]:
    """The test files named, and those below the folders named, each once, in the order of their names in each folder.

    Folders that are hidden, virtual environments and node_modules are left out. Raises InputError for a path that is
    not there, and for a file that is no test file.
    """
    found: dict[str, Path] = {}
    for path in map(Path, paths):
        for file in _below(path):
            found.setdefault(os.path.realpath(file), file)
    return list(found.values())


def _below(path: Path) -> Iterator[Path]:
    if path.is_dir():
        for folder, inner, files in os.walk(path):
            inner[:] = sorted(name for name in inner if not _is_left_out(Path(folder, name)))
            yield from (Path(folder, name) for name in sorted(files) if is_test_file(name))
    elif not path.exists():
        raise InputError(f"there is no file or folder '{path}'")
    elif is_test_file(path):
        yield path
    else:
        other = "; tests in Python are run by pytest" if path.suffix == ".py" else ""
        raise InputError(f"'{path}' is no test file: their names end in {', '.join(ENDINGS)}{other}")


def _is_left_out(folder: Path) -> bool:
    return (
        folder.name.startswith(".")
        or folder.name in ("node_modules", "__pycache__")
        or (folder / "pyvenv.cfg").is_file()
    )
