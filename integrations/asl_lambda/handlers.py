"""Finding a handler from the text that a user writes: `package.module:function`."""

import importlib
import sys
import traceback
from pathlib import Path

from asl.errors import InputError
from asl.findings import did_you_mean
from asl.integration import Handler


def resolve_handler(text: str) -> Handler:
    """The callable that `package.module:function` names; the current directory's modules can be imported.

    Raises InputError when the text has another form, the module is not there or fails while it is imported, or it has
    no such callable.
    """
    module_name, colon, attribute = text.partition(":")
    if not colon or not module_name or not attribute:
        raise InputError(f"'{text}' is not a handler: write package.module:function, for example app.orders:handler")
    handler = _import(module_name)
    path = module_name
    for name in attribute.split("."):
        if not hasattr(handler, name):
            known = [each for each in dir(handler) if not each.startswith("_")]
            hint = did_you_mean(name, known)
            raise InputError(f"'{text}': {path} has no '{name}'" + (f"; {hint}" if hint else ""))
        handler = getattr(handler, name)
        path = f"{path}.{name}"
    if not callable(handler):
        raise InputError(f"'{text}' is not callable: it is of type {type(handler).__name__}")
    return handler


def _import(name: str) -> object:
    here = str(Path.cwd())
    if here not in sys.path and "" not in sys.path:
        sys.path.insert(0, here)
        importlib.invalidate_caches()
    try:
        return importlib.import_module(name)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        if isinstance(error, ModuleNotFoundError) and error.name and f"{name}.".startswith(f"{error.name}."):
            raise InputError(
                f"there is no module '{error.name}' (looked in {here} and where Python's own modules are)"
            ) from error
        raise InputError(
            f"the module '{name}' cannot be imported: {type(error).__name__}: {error}{_where(error)}"
        ) from error


def _where(error: BaseException) -> str:
    """The place in the user's code where an import failed, in brackets."""
    if isinstance(error, SyntaxError):
        return f" [{error.filename}:{error.lineno}]"
    frames = [
        (frame.f_code.co_filename, line)
        for frame, line in traceback.walk_tb(error.__traceback__)
        if not frame.f_code.co_filename.startswith("<frozen") and frame.f_code.co_filename != __file__
    ]
    frames = [(file, line) for file, line in frames if Path(file) != Path(importlib.__file__ or "")]
    return f" [{frames[-1][0]}:{frames[-1][1]}]" if frames else ""
