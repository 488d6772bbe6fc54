"""Reads a run's metrics file incrementally."""

from dataclasses import dataclass
from pathlib import Path

from engine.files import open_regular

_BLOCK = 16_000_000


@dataclass(frozen=True)
class MetricBytes:
    """The complete new lines of a metrics file, and the offset for the next read."""

    content: bytes
    offset: int


def read_bytes(path: Path, offset: int = 0) -> MetricBytes:
    """Read complete lines from `offset` on, at most 16 MB; empty if the file cannot be read.

    An incomplete last line is left for the next read. A file shorter than `offset` is read from its
    start.
    """
    try:
        with open_regular(path) as stream:
            size = stream.seek(0, 2)
            stream.seek(offset if offset <= size else 0)
            start = stream.tell()
            content = stream.read(_BLOCK)
    except OSError:
        return MetricBytes(b"", 0)
    whole = content[: content.rfind(b"\n") + 1]
    if not whole and len(content) == _BLOCK:
        # The studio writes no line this long: it is skipped in blocks.
        return MetricBytes(b"", start + _BLOCK)
    return MetricBytes(whole, start + len(whole))
