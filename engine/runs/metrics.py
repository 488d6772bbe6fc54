"""Reading a run's metrics as they grow."""

import contextlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class MetricLines:
    """New lines of a metrics file, and the byte offset to read on from."""

    lines: tuple[dict[str, Any], ...]
    offset: int


def read_metrics(path: Path, offset: int = 0) -> MetricLines:
    """Read the whole lines from `offset` on.

    A torn last line is left for the next time, a damaged one is passed over, and a file that
    is shorter than before is read from its start.
    """
    try:
        with path.open("rb") as stream:
            size = stream.seek(0, 2)
            stream.seek(offset if offset <= size else 0)
            start = stream.tell()
            content = stream.read()
    except FileNotFoundError:
        return MetricLines((), 0)
    whole = content[: content.rfind(b"\n") + 1]
    lines = []
    for text in whole.splitlines():
        with contextlib.suppress(ValueError):
            value = json.loads(text)
            if isinstance(value, dict):
                lines.append(value)
    return MetricLines(tuple(lines), start + len(whole))
