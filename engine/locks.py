"""A kernel lock on a file: held by a living process, let go of by its death.

The lock belongs to the open file, so a child that inherits the descriptor keeps it held after
its parent has closed it or died. No process id is ever compared.
"""

import contextlib
import fcntl
import os
import time
from pathlib import Path

LOCK_VARIABLE = "STUDIO_LOCK_FD"
_TRIES, _PAUSE = 10, 0.02


def claim(path: Path) -> int | None:
    """Take the lock at `path`: the descriptor that holds it, or None where another has it.

    A look by `is_held` takes the lock for an instant, so a refusal is tried again.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    for _ in range(_TRIES):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return descriptor
        except BlockingIOError:
            time.sleep(_PAUSE)
    os.close(descriptor)
    return None


def inherited(path: Path) -> int | None:
    """The descriptor of the lock at `path` handed down by the parent, if it handed one down."""
    text = os.environ.pop(LOCK_VARIABLE, "")
    if not text.isdigit():
        return None
    descriptor = int(text)
    with contextlib.suppress(OSError):
        if os.path.samestat(os.fstat(descriptor), path.stat()):
            # Loader workers and other children must not keep the lock beyond our own end.
            os.set_inheritable(descriptor, False)
            return descriptor
    return None


def is_held(path: Path) -> bool:
    """Whether a living process holds the lock at `path`."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
