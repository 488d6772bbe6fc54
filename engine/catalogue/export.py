"""The catalogue as a file that other tools read."""

import dataclasses
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from engine.catalogue.store import Catalogue
from engine.files import atomic_writer, sha256_of, write_json


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
    with atomic_writer(file) as stream:
        for lines in catalogue.lines(rare):
            stream.write(lines.text)
            by_source.update(lines.by_source)
            by_state.update(lines.by_state)
    result = Export(by_source.total(), species, dict(by_source), dict(by_state), str(file))
    manifest = dataclasses.asdict(result) | {
        "file": file.name,
        "min_images": min_images,
        "sha256": sha256_of(file),
    }
    write_json(folder / "manifest.json", manifest)
    return result
