"""Reading a run's metrics as they grow."""

from dataclasses import dataclass
from pathlib import Path

from engine.files import open_regular

_BLOCK = 16_000_000


@dataclass(frozen=True)
class MetricBytes:
    """The whole new lines of a metrics file as they are, and the offset to read on from."""

    content: bytes
    offset: int


def read_bytes(path: Path, offset: int = 0) -> MetricBytes:
    """Read the whole lines from `offset` on, 16 MB of them at most; nothing from what cannot be
    read.

    A torn last line is left for the next time, and a file that is shorter than before is read
    from its start.
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
        # No line of ours is that long: it is skipped piece by piece.
        return MetricBytes(b"", start + _BLOCK)
    return MetricBytes(whole, start + len(whole))
