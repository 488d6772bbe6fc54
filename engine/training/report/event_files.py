"""Writes the points of the curves as TensorBoard event files, for other tools."""

import math
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tensorboardX.event_file_writer import EventsWriter


class EventFiles:
    """A folder with one sub-folder of events per part; TensorBoard shows each as a run."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._writers: dict[str, EventsWriter] = {}

    def add(self, part: str, step: int, values: Mapping[str, object]) -> None:
        """Append a point and flush it to the disk; values that are not finite numbers are skipped.

        Raises:
            OSError: the file cannot be written.
        """
        # Imported here, because few runs write event files.
        from tensorboardX.proto.event_pb2 import Event
        from tensorboardX.proto.summary_pb2 import Summary

        numbers = [
            Summary.Value(tag=name, simple_value=float(value))
            for name, value in values.items()
            if isinstance(value, (int, float)) and math.isfinite(value)
        ]
        if part not in self._writers:
            self._writers[part] = self._open(part)
        writer = self._writers[part]
        writer.write_event(Event(wall_time=time.time(), step=step, summary=Summary(value=numbers)))
        writer.flush()

    def close(self) -> None:
        for writer in self._writers.values():
            writer.close()
        self._writers = {}

    def _open(self, part: str) -> "EventsWriter":
        from tensorboardX.event_file_writer import EventsWriter

        folder = self._root / part
        folder.mkdir(parents=True, exist_ok=True)
        # The writer adds time and host. Readers read the files of a folder in name order; each
        # attempt writes one file.
        return EventsWriter(str(folder / "events"), f".{os.getpid()}")
