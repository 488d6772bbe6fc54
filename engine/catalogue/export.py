"""The catalogue as a file that other tools read."""

import dataclasses
import itertools
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import orjson

from engine.catalogue.record import Photograph
from engine.catalogue.store import Catalogue
from engine.files import atomic_writer, sha256_of, write_json

_AT_ONCE = 10_000


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
    by_source: Counter[str] = Counter()
    by_state: Counter[str] = Counter()
    file = folder / "catalogue.jsonl"
    with atomic_writer(file) as stream:
        photographs = (one for one in catalogue.all() if one.species in kept)
        while some := list(itertools.islice(photographs, _AT_ONCE)):
            stream.write(b"".join(map(_line, some)))
            by_source.update(one.source for one in some)
            by_state.update(one.state for one in some)
    images = sum(by_source.values())
    result = Export(images, len(kept), dict(by_source), dict(by_state), str(file))
    manifest = dataclasses.asdict(result) | {
        "file": file.name,
        "min_images": min_images,
        "sha256": sha256_of(file),
    }
    write_json(folder / "manifest.json", manifest)
    return result


def _line(photograph: Photograph) -> bytes:
    values = dict(zip(Photograph._fields, photograph, strict=True))
    # What is excluded is not here.
    del values["excluded"]
    return orjson.dumps(values, option=orjson.OPT_APPEND_NEWLINE)
