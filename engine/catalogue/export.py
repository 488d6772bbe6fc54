"""The catalogue as a file that other tools read."""

import dataclasses
import hashlib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from engine.catalogue.store import Catalogue
from engine.files import atomic_writer, write_json


@dataclass(frozen=True)
class Export:
    """What was written: photographs, species, photographs by source and by state, and where."""

    images: int
    species: int
    by_source: dict[str, int]
    by_state: dict[str, int]
    file: str


def export_catalogue(catalogue: Catalogue, folder: Path, min_images: int = 1) -> Export:
    """Write catalogue.jsonl (by species and id, the same bytes every time) and manifest.json.

    Raises:
        WorkFailed: the disk refuses.
    """
    counted = catalogue.species()
    rare = {item.species for item in counted if item.images < min_images}
    species = len(counted) - len(rare)
    by_source: Counter[str] = Counter()
    by_state: Counter[str] = Counter()
    file = folder / "catalogue.jsonl"
    digest = hashlib.sha256()
    with atomic_writer(file) as stream, ThreadPoolExecutor(1) as beside:
        writing = beside.submit(digest.update, b"")
        for lines in catalogue.lines(rare):
            # No more than one batch waits for the disk.
            writing.result()
            writing = beside.submit(_write, stream, digest, lines.text)
            by_source.update(lines.by_source)
            by_state.update(lines.by_state)
        writing.result()
    result = Export(by_source.total(), species, dict(by_source), dict(by_state), str(file))
    manifest = dataclasses.asdict(result) | {
        "file": file.name,
        "min_images": min_images,
        "sha256": digest.hexdigest(),
    }
    write_json(folder / "manifest.json", manifest)
    return result


def _write(stream: IO[bytes], digest: "hashlib._Hash", text: bytes) -> None:
    stream.write(text)
    digest.update(text)
