"""The lock a trainer holds for as long as it lives."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from engine.errors import BadInput
from engine.locks import claim, inherited

_held: set[int] = set()


def _let_go() -> None:
    for descriptor in _held:
        with contextlib.suppress(OSError):
            os.close(descriptor)
    _held.clear()


# A forked worker that outlives its trainer by a moment must not make the run look alive.
os.register_at_fork(after_in_child=_let_go)


@contextlib.contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold the lock at `path`, as handed down by a launcher or taken here.

    Raises:
        BadInput: another process holds it.
    """
    descriptor = inherited(path)
    if descriptor is None:
        descriptor = claim(path)
    if descriptor is None:
        raise BadInput(
            f"The run {path.parent.name} is already running; stop it before starting it again."
        )
    _held.add(descriptor)
    try:
        yield
    finally:
        _held.discard(descriptor)
        os.close(descriptor)
