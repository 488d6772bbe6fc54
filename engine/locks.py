"""A kernel lock on a file: held by a living process, let go of by its death.

The lock belongs to the open file, so a program that is handed the descriptor keeps it held after
its parent has closed it or died. A forked copy of the holder, such as a loader's worker, lets
go of it at once. No process id is ever compared.
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
    """Take the lock at `path`: the descriptor that holds it, or None where another has it.

    A look by `is_held` takes the lock for an instant, so a refusal is tried again.
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
    """Close a descriptor of a lock; the lock is let go of unless another program has it too."""
    _held.discard(descriptor)
    os.close(descriptor)


@contextlib.contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the lock at `path` for the length of a `with` block, waiting for it as long as needed.

    Raises:
        OSError: the folder or the file cannot be made.
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
    """The descriptor of the lock at `path` handed down by the parent, if it handed one down."""
    text = os.environ.pop(LOCK_VARIABLE, "")
    if not text.isdigit():
        return None
    descriptor = int(text)
    with contextlib.suppress(OSError):
        if os.path.samestat(os.fstat(descriptor), path.stat()):
            # What is started in turn must not keep the lock beyond our own end.
            os.set_inheritable(descriptor, False)
            _held.add(descriptor)
            return descriptor
    return None


def is_held(path: Path) -> bool:
    """Whether a living process holds the lock at `path`."""
    try:
        # Opening a pipe would wait until somebody writes to it.
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


def _let_go() -> None:
    for descriptor in _held:
        with contextlib.suppress(OSError):
            os.close(descriptor)
    _held.clear()


os.register_at_fork(after_in_child=_let_go)
