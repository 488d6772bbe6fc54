"""Exporting failed addresses as a table for other tools."""

import csv
import dataclasses
import io
from pathlib import Path

from engine.download.queue import FailedItem, Queue
from engine.files import write_atomic
from engine.spreadsheet import to_cell

_COLUMNS = tuple(field.name for field in dataclasses.fields(FailedItem))


def failures_csv(queue: Queue, spreadsheet_safe: bool = False) -> str:
    """A CSV with one row per failed address; cells as in `spreadsheet.to_cell`."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    for item in queue.failures():
        cells = [getattr(item, column) for column in _COLUMNS]
        cells[_COLUMNS.index("reason")] = item.reason.in_english()
        writer.writerow(
            [to_cell(cell, spreadsheet_safe) if isinstance(cell, str) else cell for cell in cells]
        )
    return text.getvalue()


def write_failures(queue: Queue, file: Path, spreadsheet_safe: bool = False) -> None:
    """Write that table to a CSV file, atomically."""
    write_atomic(file, failures_csv(queue, spreadsheet_safe))
