"""The text log of a run: log.txt, and the terminal if there is one."""

import contextlib
import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path

_FORMAT = logging.Formatter("%(asctime)s %(levelname)s %(message)s")


@contextlib.contextmanager
def write_run_log(path: Path, verbose: bool = True) -> Iterator[None]:
    """Send the engine's log to `path`, and to standard error unless that is the same file.

    Without `verbose`, only warnings are logged: of several processes, one logs everything.
    """
    logger = logging.getLogger("engine")
    level = logger.level
    logger.setLevel(logging.INFO)
    handlers: list[logging.Handler] = [logging.FileHandler(path, encoding="utf-8")]
    if not _is_file(2, path):
        handlers.append(logging.StreamHandler(sys.stderr))
    for handler in handlers:
        handler.setFormatter(_FORMAT)
        handler.setLevel(logging.INFO if verbose else logging.WARNING)
        logger.addHandler(handler)
    try:
        yield
    finally:
        for handler in handlers:
            logger.removeHandler(handler)
            handler.close()
        logger.setLevel(level)


def _is_file(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except OSError:
        return False
