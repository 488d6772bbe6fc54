"""The last lines of a run's log, and searching it."""

import os
from pathlib import Path

from engine.files import open_regular

_BYTES = 65_536
_SEARCHED_BYTES = 16_000_000


def log_tail(path: Path, lines: int = 200) -> str:
    """Return the last lines of a log, at most 64 KiB."""
    return "\n".join(_tail_text(path, _BYTES).splitlines()[-lines:])


def _tail_text(path: Path, most: int) -> str:
    try:
        with open_regular(path) as stream:
            size = stream.seek(0, os.SEEK_END)
            stream.seek(max(0, size - most))
            return stream.read().decode(errors="replace")
    except OSError:
        return ""


def search_log(path: Path, words: str) -> str:
    """Return the lines in the last 16 MB of a log that contain the words, ignoring case."""
    wanted = words.strip().lower()
    lines = _tail_text(path, _SEARCHED_BYTES).splitlines()
    return "\n".join(line for line in lines if wanted in line.lower())
