"""Removing temporary image files that killed processes left behind."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

from engine.home import Home

KEPT_SECONDS = 86_400.0
"""Another process may still write to a younger file."""

# The name that `engine.files.atomic_writer` gives to the temporary file of an image: the first 40
# of the 64 hex digits, and eight random characters.
_NAME = re.compile(r"\.[0-9a-f]{40}\.[a-z0-9_]{8}")


def sweep_leftovers(home: Home) -> int:
    """Remove temporary image files that are older than a day; returns the number removed."""
    oldest_kept = time.time() - KEPT_SECONDS
    removed = 0
    for file in _leftovers(home):
        try:
            if file.lstat().st_mtime < oldest_kept:
                file.unlink()
                removed += 1
        except OSError:
            # The file was finished meanwhile, or the disk is read-only; both are harmless.
            continue
    return removed


def _leftovers(home: Home) -> Iterator[Path]:
    for root, folders in ((home.images, "*"), (home.thumbnails, "*"), (home.shrunk, "*/*")):
        for file in root.glob(f"{folders}/.*"):
            if _NAME.fullmatch(file.name):
                yield file
