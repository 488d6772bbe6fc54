"""Python's collector of garbage, out of the way of work on many small things."""

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """A `with` block without Python's search for what refers in circles: no photograph does, and
    looking at hundreds of thousands of them again and again takes a third of the time."""
    collected = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collected:
            gc.enable()
