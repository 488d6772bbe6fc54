"""A kernel lock on a file, held by a living process and released when it dies.

The lock belongs to the open file, so a program that inherits the descriptor keeps the lock after
its parent has closed it or died. A forked copy of the holder, such as a loader's worker, releases
it at once. Process ids are never compared.
"""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

LOCK_VARIABLE = "STUDIO_LOCK_FD"
_TRIES, _PAUSE = 10, 0.02
_held: set[int] = set()


def claim(path: Path) -> int | None:
    """Take the lock at `path`; returns its descriptor, or None if another process holds it.

    Retries a refusal, because `is_held` takes the lock for an instant.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o660)
    for _ in range(_TRIES):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _held.add(descriptor)
            return descriptor
        except BlockingIOError:
            time.sleep(_PAUSE)
    os.close(descriptor)
    return None


def release(descriptor: int) -> None:
    """Close the descriptor of a lock; this releases the lock unless another program has it."""
    _held.discard(descriptor)
    os.close(descriptor)


@contextlib.contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the lock at `path` in a `with` block; waits for it without limit.

    Raises:
        OSError: the folder or the file cannot be created.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o660)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        _held.add(descriptor)
        yield
    finally:
        release(descriptor)


def inherited(path: Path) -> int | None:
    """The descriptor of the lock at `path` inherited from the parent, or None."""
    text = os.environ.pop(LOCK_VARIABLE, "")
    if not text.isdigit():
        return None
    descriptor = int(text)
    with contextlib.suppress(OSError):
        if os.path.samestat(os.fstat(descriptor), path.stat()):
            # Child processes must not keep the lock after this process ends.
            os.set_inheritable(descriptor, False)
            _held.add(descriptor)
            return descriptor
    return None


def is_held(path: Path) -> bool:
    """Whether a living process holds the lock at `path`."""
    try:
        # Without O_NONBLOCK, opening a pipe would wait for a writer.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _close_inherited() -> None:
    for descriptor in _held:
        with contextlib.suppress(OSError):
            os.close(descriptor)
    _held.clear()


os.register_at_fork(after_in_child=_close_inherited)
