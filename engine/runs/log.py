"""The end of a run's log."""

import os
from pathlib import Path

_BYTES = 65536


def log_tail(path: Path, lines: int = 200) -> str:
    """The last lines of a log, of at most 64 KiB."""
    try:
        with path.open("rb") as stream:
            size = stream.seek(0, os.SEEK_END)
            stream.seek(max(0, size - _BYTES))
            text = stream.read().decode(errors="replace")
    except FileNotFoundError:
        return ""
    return "\n".join(text.splitlines()[-lines:])
