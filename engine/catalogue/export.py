"""The catalogue as a file that other tools read."""

import dataclasses
import json
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
    kept = {item.species for item in catalogue.species() if item.images >= min_images}
    by_source: dict[str, int] = {}
    by_state: dict[str, int] = {}
    file = folder / "catalogue.jsonl"
    with atomic_writer(file) as stream:
        for photograph in catalogue.all():
            if photograph.species not in kept:
                continue
            values = photograph._asdict()
            # What is excluded is not here.
            del values["excluded"]
            stream.write(json.dumps(values, ensure_ascii=False).encode() + b"\n")
            by_source[photograph.source] = by_source.get(photograph.source, 0) + 1
            by_state[photograph.state] = by_state.get(photograph.state, 0) + 1
    result = Export(sum(by_source.values()), len(kept), by_source, by_state, str(file))
    manifest = dataclasses.asdict(result) | {
        "file": file.name,
        "min_images": min_images,
        "sha256": sha256_of(file),
    }
    write_json(folder / "manifest.json", manifest)
    return result
