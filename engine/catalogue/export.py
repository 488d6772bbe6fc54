"""Exporting the catalogue to a file for other tools."""

import dataclasses
import hashlib
import io
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from engine.catalogue.conditions import conditions_of, visibility_of
from engine.catalogue.store import EVERYTHING, Catalogue, Filter
from engine.catalogue.table_export import Kind, table_writer
from engine.files import atomic_writer, write_json
from engine.language.message import message
from engine.progress import Report, silent

_WRITING = message("Writing photographs")


@dataclass(frozen=True)
class Export:
    """The result: file, photographs, species, and photographs by source and by state."""

    images: int
    species: int
    by_source: dict[str, int]
    by_state: dict[str, int]
    file: str


def export_catalogue(
    catalogue: Catalogue,
    folder: Path,
    min_images: int = 1,
    chosen: Filter = EVERYTHING,
    kind: Kind = "jsonl",
    report: Report = silent,
    spreadsheet_safe: bool = False,
) -> Export:
    """Write the photographs that pass the filter to catalogue.jsonl, .csv or .parquet, and
    manifest.json.

    Rows are ordered by species and id; the same catalogue gives the same bytes. Species with
    fewer than `min_images` passing photographs are left out. With `spreadsheet_safe`, a CSV cell
    that begins like a formula gets a leading apostrophe.

    Raises:
        WorkFailed: writing to the disk fails.
    """
    counted = catalogue.species(chosen)
    rare = {item.species for item in counted if item.images < min_images}
    total = sum(item.images for item in counted if item.species not in rare)
    by_source: Counter[str] = Counter()
    by_state: Counter[str] = Counter()
    file = folder / f"catalogue.{kind}"
    with atomic_writer(file) as stream, ThreadPoolExecutor(1) as beside:
        digested = _Digested(stream)
        with table_writer(digested, kind, spreadsheet_safe) as write:
            writing: Future[object] | None = None
            for lines in catalogue.lines(chosen, rare, flat=kind != "jsonl"):
                # At most one batch waits for the disk.
                if writing is not None:
                    writing.result()
                    report(by_source.total(), total, _WRITING)
                writing = beside.submit(write, lines.text)
                by_source.update(lines.by_source)
                by_state.update(lines.by_state)
            if writing is not None:
                writing.result()
    report(by_source.total(), by_source.total(), _WRITING)
    species = len(counted) - len(rare)
    result = Export(by_source.total(), species, dict(by_source), dict(by_state), str(file))
    manifest = dataclasses.asdict(result) | {
        "file": file.name,
        "min_images": min_images,
        "where": conditions_of(chosen),
        "show": visibility_of(chosen),
        "spreadsheet_safe": kind == "csv" and spreadsheet_safe,
        "sha256": digested.digest.hexdigest(),
    }
    write_json(folder / "manifest.json", manifest)
    return result


class _Digested(io.RawIOBase):
    """Writes to a file and computes the SHA-256 of what it writes."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.digest = hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, some: Any) -> int:
        self.digest.update(some)
        return self._stream.write(some)

    def tell(self) -> int:
        return self._stream.tell()
