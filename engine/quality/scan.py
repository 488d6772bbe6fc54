"""The quality scan: measures new files, judges all photographs, and stores findings as flags."""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from engine.catalogue.store import EVERYTHING, Catalogue, Filter
from engine.embeddings.near_duplicates import find_near_duplicates
from engine.embeddings.store import FeatureStore
from engine.home import Home
from engine.language.message import message
from engine.progress import Report, silent
from engine.quality.judging import COLUMNS, SCANNED, flag_photographs
from engine.quality.measures import Measures
from engine.quality.measuring import measure_all
from engine.quality.store import MeasureStore
from engine.settings.quality import QualitySettings

_AT_ONCE = 20_000


@dataclass(frozen=True)
class Scan:
    """The result of a scan: photographs judged, files measured, records changed, and photographs
    by finding."""

    images: int
    measured: int
    changed: int
    by_flag: dict[str, int]


def scan_quality(
    home: Home, catalogue: Catalogue, settings: QualitySettings, report: Report = silent
) -> Scan:
    """Find and flag the faults of every photograph that is not excluded.

    Each file is measured once and every batch is stored. An interrupted scan therefore resumes,
    and a scan with other limits reads no file again. Flags that do not belong to the scan stay.
    The scan also stores the perceptual hash of each file in the catalogue, and its features and
    near-duplicates in data/features.sqlite.

    Raises:
        BadInput: the weights of EfficientNet-Lite0 are not installed, or damaged.
        WorkFailed: the catalogue, the measures or the features cannot be read or written.
    """
    with (
        contextlib.closing(MeasureStore(home)) as store,
        contextlib.closing(FeatureStore(home)) as features,
    ):
        cached = catalogue.columns(("sha256", "path"), Filter(state="cached"))
        files = zip(cached["sha256"].to_pylist(), cached["path"].to_pylist(), strict=True)
        here = ((key, path) for key, path in files if key)
        measured = measure_all(home, store, features, here, report)
        measures = store.all()
        find_near_duplicates(features, report)
        first, second = features.pairs()
    report(0, 0, message("Comparing photographs"))
    table = catalogue.columns(("image_id", *COLUMNS, "flags", "phash"), EVERYTHING)
    bits = flag_photographs(table, measures, settings, zip(first, second, strict=True))
    changes = list(_changes(table, bits, measures))
    for start in range(0, len(changes), _AT_ONCE):
        report(start, len(changes), message("Saving the findings"))
        catalogue.update(changes[start : start + _AT_ONCE])
    by_flag = {
        name: int((bits >> np.uint32(position) & np.uint32(1)).sum())
        for position, name in enumerate(SCANNED)
    }
    return Scan(len(table), measured, len(changes), by_flag)


def _changes(
    table: pa.Table, bits: NDArray[np.uint32], measures: Mapping[str, Measures]
) -> Iterator[dict[str, Any]]:
    """The changes to records whose flags or perceptual hash differ from the stored ones."""
    encoded = table["flags"].combine_chunks().dictionary_encode()
    own = [flags.split() for flags in encoded.dictionary.to_pylist()]
    number = {name: 1 << position for position, name in enumerate(SCANNED)}
    had = np.array([sum(number.get(flag, 0) for flag in flags) for flags in own], np.uint32)
    positions = np.asarray(encoded.indices)
    hashes = table["sha256"].to_pylist()
    known = table["phash"].to_pylist()
    looks = [
        measures[key].phash if key in measures else had_
        for key, had_ in zip(hashes, known, strict=True)
    ]
    other = np.array([look != was for look, was in zip(looks, known, strict=True)], bool)
    names = table["image_id"]
    for row in np.flatnonzero((had[positions] != bits) | other).tolist() if len(table) else ():
        kept = [flag for flag in own[positions[row]] if flag not in number]
        found = [name for name, bit in number.items() if int(bits[row]) & bit]
        yield {
            "image_id": names[row].as_py(),
            "flags": tuple(sorted([*kept, *found])),
            "phash": looks[row],
        }
