"""Deriving findings from the measures and the records of photographs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute
from numpy.typing import NDArray

from engine.catalogue import flags
from engine.quality.measures import Measures
from engine.settings.quality import QualitySettings
from engine.split.near import near_pairs
from engine.split.numbers import Numbers, from_hex, numbered, shuffled_numbers

SCANNED = (
    flags.UNREADABLE,
    flags.TINY,
    flags.EXTREME_ASPECT,
    flags.BLURRY,
    flags.DARK,
    flags.BRIGHT,
    flags.LOW_INFORMATION,
    flags.DUPLICATE_BYTES,
    flags.NEAR_DUPLICATE,
    flags.BYTES_OF_TWO_SPECIES,
    flags.OBSERVATION_OF_TWO_SPECIES,
)
"""The findings of the scan, in the order of their bits."""
COLUMNS = ("species", "source", "observation_id", "sha256", "state")
Truth = NDArray[np.bool_]


@dataclass(frozen=True)
class _Files:
    """The distinct files of a table.

    `hashes` (files,) are their SHA-256. `measures` (files,) is None for files without measures.
    `of_photograph` (n,) indexes it, and
    is -1 for photographs without a file.
    """

    hashes: list[str]
    measures: list[Measures | None]
    of_photograph: NDArray[np.int64]

    def spread(self, of_file: Truth) -> Truth:
        """(files,) -> (n,), False for photographs without a file."""
        return np.append(of_file, False)[self.of_photograph]


def flag_photographs(
    table: pa.Table,
    measures: Mapping[str, Measures],
    settings: QualitySettings,
    pairs: Iterable[tuple[str, str]] = (),
) -> NDArray[np.uint32]:
    """The findings (n,) for the photographs of a table with `COLUMNS`, one bit per `SCANNED`.

    `measures` are keyed by the SHA-256 of the file, `pairs` are near-duplicates by their features.
    """
    files = _files(table, measures)
    findings = {name: files.spread(fault) for name, fault in _faults(files, settings).items()}
    findings[flags.NEAR_DUPLICATE] |= files.spread(_paired(files.hashes, pairs))
    # A file that is no longer stored is not a fault of the photograph.
    findings[flags.UNREADABLE] &= np.asarray(
        pa.compute.equal(table["state"].cast(pa.string()), "cached")
    )
    content = numbered(table["sha256"])
    observation = numbered(table["observation_id"])
    source = numbered(table["source"].cast(pa.string()))
    # Observation ids are unique within a source only.
    observation = np.where(observation > 0, shuffled_numbers(observation ^ source), observation)
    species = numbered(table["species"].cast(pa.string()))
    findings[flags.DUPLICATE_BYTES], findings[flags.BYTES_OF_TWO_SPECIES] = _shared(
        content, species
    )
    _, findings[flags.OBSERVATION_OF_TWO_SPECIES] = _shared(observation, species)
    bits = np.zeros(len(table), np.uint32)
    for position, name in enumerate(SCANNED):
        bits |= findings[name].astype(np.uint32) << np.uint32(position)
    return bits


def _files(table: pa.Table, measures: Mapping[str, Measures]) -> _Files:
    encoded = table["sha256"].combine_chunks().dictionary_encode()
    hashes = encoded.dictionary.to_pylist()
    positions = np.asarray(encoded.indices).astype(np.int64)
    empty = hashes.index("") if "" in hashes else -2
    positions[positions == empty] = -1
    return _Files(hashes, [measures.get(sha256) for sha256 in hashes], positions)


def _faults(files: _Files, settings: QualitySettings) -> dict[str, Truth]:
    """A mask (files,) for each finding that depends on the pixels of the files alone."""
    known = [found or Measures() for found in files.measures]
    is_sound = np.array([found is not None and not found.trouble for found in files.measures], bool)
    sides = np.array([(found.width, found.height) for found in known], float).reshape(-1, 2)
    short, long_ = sides.min(axis=1, initial=np.inf), sides.max(axis=1, initial=0)

    def values(name: str) -> NDArray[np.float64]:
        return np.array([getattr(found, name) for found in known], float)

    dark = is_sound & (values("dark") < settings.dark_level)
    bright = is_sound & (values("bright") > settings.bright_level)
    plain = is_sound & (values("information") < settings.least_information)
    # Sharpness says nothing in pictures that are dark, bright or nearly uniform.
    is_clear = is_sound & ~dark & ~bright & ~plain
    return {
        flags.UNREADABLE: np.array([bool(found.trouble) for found in known], bool),
        flags.TINY: is_sound & (short < settings.tiny_side),
        flags.EXTREME_ASPECT: is_sound & (long_ > settings.extreme_aspect * short),
        flags.BLURRY: is_clear & (values("sharpness") < settings.blurry_sharpness),
        flags.DARK: dark,
        flags.BRIGHT: bright,
        flags.LOW_INFORMATION: plain,
        flags.NEAR_DUPLICATE: _near([found.phash for found in known], settings.near_distance),
    }


def _paired(hashes: list[str], pairs: Iterable[tuple[str, str]]) -> Truth:
    """Mask (files,) of the files of which both photographs of a pair are there."""
    known = set(hashes)
    found = {each for pair in pairs if pair[0] in known and pair[1] in known for each in pair}
    return np.array([sha256 in found for sha256 in hashes], bool)


def _near(hashes: list[str], distance: int) -> Truth:
    """Mask (files,) of files with a near-duplicate within `distance` bits."""
    looks, has_look = from_hex(pa.array(hashes, pa.string()))
    seen = np.flatnonzero(has_look)
    near = np.zeros(len(hashes), bool)
    for left, right in near_pairs(looks[seen], distance):
        near[seen[left]] = True
        near[seen[right]] = True
    return near


def _shared(keys: Numbers, species: Numbers) -> tuple[Truth, Truth]:
    """Masks (n,): another photograph has the same key; one of another species has it.

    The key 0 is never shared.
    """
    _, group, counts = np.unique(keys, return_inverse=True, return_counts=True)
    least = np.full(len(counts), np.iinfo(np.uint64).max, np.uint64)
    most = np.zeros(len(counts), np.uint64)
    np.minimum.at(least, group, species)
    np.maximum.at(most, group, species)
    return (counts > 1)[group] & (keys > 0), (least != most)[group] & (keys > 0)
