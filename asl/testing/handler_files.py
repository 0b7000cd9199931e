"""Python functions in files of their own: of tests, and of the Lambda functions of a template.

Two functions often have their code in files of the same name, `charge/app.py` and `ship/app.py`. Python's import knows
one module of a name, so each file is a module of its own here, and so are the files beside it that it imports.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from threading import RLock
from traceback import walk_tb
from types import ModuleType
from typing import Final

from asl.errors import InputError
from asl.findings import did_you_mean
from asl.integration import Handler

_loaded: Final[dict[Path, ModuleType]] = {}
_loading: Final = RLock()
"""Held while a module is loaded: what can be imported then is its own affair, and a live world calls from threads."""


def find_function(target: str, folders: Sequence[Path]) -> Handler:
    """The function that `module:function` names: of a file in one of the folders, or of an importable module.

    Raises InputError when there is none, or when its module fails while it is imported.
    """
    module, _, name = target.partition(":")
    parts = module.removesuffix(".py").split("/") if module.endswith(".py") else module.split(".")
    for folder in folders:
        file = folder.joinpath(*parts).with_suffix(".py")
        if file.is_file() and not (file.parent / "__init__.py").is_file():
            return function_of(file, name)
    found: Handler
    with _importable([str(folder) for folder in folders]):
        found = import_module("asl_lambda").resolve_handler(target)
    return found


def function_of(file: Path, name: str) -> Handler:
    """The function of that name in a Python file. Raises as `find_function` does."""
    with _loading:
        found: object = _module(file.resolve())
    for part in name.split("."):
        if not hasattr(found, part):
            hint = did_you_mean(part, [each for each in dir(found) if not each.startswith("_")])
            raise InputError(f"{file} has no function '{name}'" + (f"; {hint}" if hint else ""))
        found = getattr(found, part)
    if not callable(found):
        raise InputError(f"{file}: '{name}' is not a function: it is of type {type(found).__name__}")
    return found


def _module(file: Path) -> ModuleType:
    """The module of a file, which is run when it is first asked for."""
    if file not in _loaded:
        name = f"asl_functions_{sha256(str(file).encode()).hexdigest()[:12]}"
        spec = spec_from_file_location(name, file)
        assert spec is not None
        assert spec.loader is not None, "of a Python file"
        module = sys.modules[name] = module_from_spec(spec)
        with _importable([str(file.parent)]), _own_neighbours(file.parent):
            try:
                spec.loader.exec_module(module)
            except (Exception, SystemExit) as error:
                del sys.modules[name]
                raise InputError(f"{file} cannot be imported: {_told(error, file)}") from error
        _loaded[file] = module
    return _loaded[file]


def _told(error: BaseException, file: Path) -> str:
    lines = [line for frame, line in walk_tb(error.__traceback__) if frame.f_code.co_filename == str(file)]
    return f"{type(error).__name__}: {error}" + (f" [{file}:{lines[-1]}]" if lines else "")


@contextmanager
def _importable(folders: Sequence[str]) -> Iterator[None]:
    """Has modules found in the folders first; afterwards last, for what functions import when they are called."""
    before = list(sys.path)
    sys.path[:0] = folders
    try:
        yield
    finally:
        sys.path[:] = [*before, *(folder for folder in folders if folder not in before)]


@contextmanager
def _own_neighbours(folder: Path) -> Iterator[None]:
    """Has what is imported from the folder come from there, also where a module of its name is known already."""
    names = {each.stem for each in folder.iterdir() if each.suffix == ".py" or (each / "__init__.py").is_file()}
    strangers = {name for name in names if not _is_in(sys.modules.get(name), folder)}
    hidden = {name: module for name, module in sys.modules.items() if name.partition(".")[0] in strangers}
    for name in hidden:
        del sys.modules[name]
    try:
        yield
    finally:
        sys.modules.update(hidden)


def _is_in(module: ModuleType | None, folder: Path) -> bool:
    """Whether a module comes from the folder, or is built in, so that no file goes before it."""
    file = getattr(module, "__file__", None)
    return file is None or folder in Path(file).resolve().parents
