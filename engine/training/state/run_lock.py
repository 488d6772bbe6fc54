"""The kernel lock that shows whether a run is alive."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from engine.errors import BadInput
from engine.locks import claim, inherited, release

RANK_RUN_VARIABLE = "STUDIO_RUN_LED"
"""The environment variable by which a leader passes its run folder to the processes it starts."""


@contextlib.contextmanager
def hold_run_lock(path: Path) -> Iterator[int]:
    """Hold the lock at `path`; yield its file descriptor.

    A launcher has already locked the file and passes its descriptor on, so that a started run never
    looks dead.

    Raises:
        BadInput: another process holds the lock.
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
