"""Build tables for the import tests, and return the result of an import."""

import csv
import json
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet

from engine.catalogue.importing import ImportReport

ROWS = [
    {"image_id": "a", "species": "Acer campestre", "path": "pictures/a.jpg", "license": "CC0"},
    {"image_id": "b", "species": "Ölweide", "path": "pictures/b.jpg", "license": None},
]


def write(table: Path, rows: list[dict[str, Any]], encoding: str = "utf-8") -> Path:
    """Write a table in the format that its file ending names."""
    if table.suffix == ".jsonl":
        table.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding=encoding)
    elif table.suffix == ".parquet":
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), table)
    else:
        with table.open("w", encoding=encoding, newline="") as stream:
            writer = csv.DictWriter(stream, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    return table


def told(report: ImportReport) -> tuple[int, int, int]:
    return report.added, report.known, report.refused
