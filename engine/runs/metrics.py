"""Reading a run's metrics as they grow."""

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class MetricLines:
    """New lines of a metrics file, and the byte offset to read on from."""

    lines: tuple[dict[str, Any], ...]
    offset: int


@dataclass(frozen=True)
class MetricBytes:
    """The whole new lines of a metrics file as they are, and the offset to read on from."""

    content: bytes
    offset: int


def read_metrics(path: Path, offset: int = 0) -> MetricLines:
    """Read the whole lines from `offset` on; a damaged one is passed over. See `read_bytes`."""
    new = read_bytes(path, offset)
    return MetricLines(tuple(parsed(new.content)), new.offset)


def read_bytes(path: Path, offset: int = 0) -> MetricBytes:
    """Read the whole lines from `offset` on.

    A torn last line is left for the next time, and a file that is shorter than before is read
    from its start.
    """
    try:
        with path.open("rb") as stream:
            size = stream.seek(0, 2)
            stream.seek(offset if offset <= size else 0)
            start = stream.tell()
            content = stream.read()
    except FileNotFoundError:
        return MetricBytes(b"", 0)
    whole = content[: content.rfind(b"\n") + 1]
    return MetricBytes(whole, start + len(whole))


def parsed(content: bytes) -> Iterator[dict[str, Any]]:
    """The objects of whole lines, a damaged one passed over."""
    for text in content.splitlines():
        with contextlib.suppress(ValueError):
            value = json.loads(text)
            if isinstance(value, dict):
                yield value
