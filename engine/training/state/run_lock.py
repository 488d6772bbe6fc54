"""The kernel lock that tells whether a run is alive."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from engine.errors import BadInput
from engine.locks import claim, inherited, release

LED_VARIABLE = "STUDIO_RUN_LED"
"""What tells the processes that train together whose they are: the folder of their run."""


@contextlib.contextmanager
def hold_run_lock(path: Path) -> Iterator[int]:
    """Hold the lock at `path`; yields its file descriptor.

    A launcher has locked the file already and hands its descriptor down, so that there is no
    moment in which a started run looks dead.

    Raises:
        BadInput: another process holds it.
    """
    descriptor = inherited(path)
    if descriptor is None:
        descriptor = claim(path)
    if descriptor is None:
        raise BadInput(
            "The run {run} is already running. Stop it before starting it again.",
            run=path.parent.name,
        )
    try:
        yield descriptor
    finally:
        release(descriptor)
