"""How often the garbage collector looks, while executions run."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Final

_EVERY: Final = 200_000  # new objects; CPython's default is 700

_lock = Lock()
_users = 0  # blocks that are open, in all threads
_before = gc.get_threshold()


@contextmanager
def rare_collections() -> Iterator[None]:
    """Collects garbage rarely within the block.

    What a run makes, its history above all, lives on, so that frequent collections walk it in vain: with CPython's
    default, an inline Map of 10,000 items costs twice as much for each item as one of 1,000.
    """
    global _users, _before
    with _lock:
        _users += 1
        if _users == 1:
            _before = gc.get_threshold()
            if _before[0]:  # 0 means switched off
                gc.set_threshold(max(_before[0], _EVERY), *_before[1:])
    try:
        yield
    finally:
        with _lock:
            _users -= 1
            if not _users:
                gc.set_threshold(*_before)
