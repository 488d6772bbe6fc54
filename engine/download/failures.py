"""What could not be fetched, as a table for other tools."""

import csv
import dataclasses
import io
from pathlib import Path

from engine.download.queue import FailedItem, Queue
from engine.files import write_atomic

_COLUMNS = tuple(field.name for field in dataclasses.fields(FailedItem))


def failures_csv(queue: Queue) -> str:
    """Every address that was given up, one a row."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    writer.writerows(dataclasses.astuple(item) for item in queue.failures())
    return text.getvalue()


def write_failures(queue: Queue, file: Path) -> None:
    """Write that table to a CSV file, all or nothing."""
    write_atomic(file, failures_csv(queue))
