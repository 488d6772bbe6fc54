"""Progress reports of long-running work."""

import json
import os
import sys
import time
from pathlib import Path
from typing import Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

from engine.files import write_atomic
from engine.language.message import Message

JOB_VARIABLE = "STUDIO_JOB_FOLDER"


class Report(Protocol):
    """Called with the amount done, the total (0 = unknown) and the current step."""

    def __call__(self, done: int, total: int, note: Message) -> None: ...


def silent(done: int, total: int, note: Message) -> None:
    """Discard the report."""


class ProgressReport:
    """Shows a bar on standard error and, in a background job, writes its progress file."""

    def __init__(self) -> None:
        self._bar: Progress | None = None
        self._next_write = 0.0
        folder = os.environ.get(JOB_VARIABLE)
        self._file = Path(folder) / "progress.json" if folder else None

    def __call__(self, done: int, total: int, note: Message) -> None:
        if self._file is not None:
            self._write(done, total, note)
        elif sys.stderr.isatty():
            self._draw(done, total, str(note))

    def close(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def _write(self, done: int, total: int, note: Message) -> None:
        now = time.monotonic()
        finished = 0 < total <= done
        if self._file is None or (now < self._next_write and not finished):
            return
        # Pages read the file four times a second.
        self._next_write = now + 0.25
        said = {"note": note.in_english(), "message": note.record()}
        progress = {"done": done, "total": total, **said}
        write_atomic(self._file, json.dumps(progress))

    def _draw(self, done: int, total: int, note: str) -> None:
        if self._bar is None:
            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeRemainingColumn(),
                console=Console(stderr=True),
            )
            self._bar.add_task(note, total=None)
            self._bar.start()
        task = self._bar.task_ids[0]
        self._bar.update(task, completed=done, total=total or None, description=note)
