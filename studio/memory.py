"""Keep the server's memory small over days of open pages."""

import ctypes
import functools
import gc
import sys
from collections.abc import Callable

_M_ARENA_MAX = -8
_ARENAS = 2


@functools.cache
def keep_small() -> bool:
    """Make all threads share a few heaps; return whether the C library supports it.

    Every page run is a new thread. glibc gives threads their own heaps, up to eight per processor
    core, and memory freed in one heap is not reused by another. With three live pages open, the
    server grew by 9 MB in 500 page runs, and by 3 MB with two heaps.
    """
    mallopt = _of_c_library("mallopt")
    return mallopt is not None and bool(mallopt(_M_ARENA_MAX, _ARENAS))


def give_back() -> None:
    """Return freed memory to the system; the C library otherwise keeps it for later."""
    trim = _of_c_library("malloc_trim")
    if trim is not None:
        trim(0)


def settle() -> None:
    """Exempt all existing objects from garbage collection.

    Streamlit collects garbage after every page run, while its last messages wait to be sent. This
    takes 70 ms with the objects of all libraries, and 5 ms without them.
    """
    gc.collect()
    gc.freeze()


def _of_c_library(name: str) -> Callable[..., int] | None:
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
