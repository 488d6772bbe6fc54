"""Rows of a catalogue as large and as imbalanced as a real one.

    python -m benchmarks.rows rows.jsonl --rows 741533 --species 8587

Species follow a power law (a few have thousands of photographs, many a single one). Sources,
licences, observations of several photographs, observers and hashes are distributed as in a
collection from three sources. The same arguments give the same bytes.
"""

import argparse
import itertools
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import orjson
from numpy.typing import NDArray

ROWS = 741_533
SPECIES = 8_587
_BATCH = 50_000
_CACHED_SHARE = 0.0847
_STEMS = ["ac", "bel", "cal", "dra", "eri", "fra", "gal", "hel", "ile", "jun", "lil", "mor", "nep"]
_MIDDLES = ["o", "an", "er", "is", "um", "et", "ol", "yth", "osm", "ix", "al", "ent", "ur"]
_ENDINGS = ["ia", "um", "us", "a", "is", "ella", "aria", "opsis", "anthe", "odon"]
_LICENCES = ["CC-BY-NC", "CC-BY", "CC0", "CC-BY-SA", "CC-BY-NC-SA", ""]
_SOURCES = ["iNaturalist", "GBIF", "Pl@ntNet"]
_SOURCE_SHARES = [0.4923, 0.33, 0.1777]


def _words(number: int, first: int) -> list[str]:
    """This many different Latin-sounding words."""
    spellings = itertools.product(_STEMS, _MIDDLES, _MIDDLES, _ENDINGS)
    return ["".join(parts) for parts in itertools.islice(spellings, first, first + number)]


def species_names(number: int) -> list[tuple[str, str, str]]:
    """Species, genus and family of this many species: five species per genus, six genera per
    family.
    """
    genera = [word.capitalize() for word in _words(-(-number // 5), 0)]
    epithets = _words(997, 4_000)
    return [
        (
            f"{genera[place // 5]} {epithets[place * 7 % len(epithets)]}",
            genera[place // 5],
            f"{genera[place // 30 * 6][:-1]}aceae",
        )
        for place in range(number)
    ]


def images_by_species(rows: int, species: int) -> NDArray[np.int64]:
    """The number of photographs per species: a power law, at least one each, `rows` in all."""
    weights = 1 / (np.arange(species) + 20.0) ** 1.05
    counts = np.maximum(1, (weights / weights.sum() * rows).astype(np.int64))
    counts[0] += rows - counts.sum()
    return counts


def rows_of(rows: int = ROWS, species: int = SPECIES) -> Iterator[list[dict[str, object]]]:
    """Batches of rows, in an order that is independent of the species."""
    random = np.random.default_rng(741_533)
    names = species_names(species)
    labels = np.repeat(np.arange(species), images_by_species(rows, species))
    observations = _observations(labels, random)
    source_of = random.choice(len(_SOURCES), int(observations[-1]) + 1, p=_SOURCE_SHARES)
    order = random.permutation(rows)
    for start in range(0, rows, _BATCH):
        places = order[start : start + _BATCH]
        sources = source_of[observations[places]]
        licences = random.choice(len(_LICENCES), len(places), p=[0.5, 0.2, 0.1, 0.1, 0.06, 0.04])
        cached = random.random(len(places)) < _CACHED_SHARE
        hashes = random.bytes(32 * len(places)).hex()
        yield [
            _row(int(place), names[labels[place]], int(observations[place]), *drawn)
            for place, *drawn in zip(
                places.tolist(),
                sources.tolist(),
                licences.tolist(),
                cached.tolist(),
                [hashes[at : at + 64] for at in range(0, len(hashes), 64)],
                strict=True,
            )
        ]


def _observations(labels: NDArray[np.int64], random: np.random.Generator) -> NDArray[np.int64]:
    """The observation of each photograph: one to four in a row, all of one species."""
    sizes = random.choice([1, 1, 2, 2, 4], len(labels))
    starts = np.diff(np.repeat(np.arange(len(labels)), sizes)[: len(labels)], prepend=0) > 0
    return np.cumsum(starts | (np.diff(labels, prepend=0) > 0))


def _row(
    place: int,
    names: tuple[str, str, str],
    observation: int,
    source: int,
    licence: int,
    cached: bool,
    digest: str,
) -> dict[str, object]:
    species, genus, family = names
    observer = f"observer {observation * 7919 % 40_009}"
    return {
        "image_id": f"{_SOURCES[source].lower()}-{place * 2_654_435_761 % 4_294_967_296:010}",
        "species": species,
        "genus": genus,
        "family": family,
        "source": _SOURCES[source],
        "url": f"https://photographs.example/{_SOURCES[source]}/{place}/original.jpg",
        "observation_id": str(observation),
        "observer": observer,
        "license": _LICENCES[licence],
        "attribution": f"(c) {observer}, some rights reserved",
        "cached": cached,
        "digest": digest,
    }


def write_rows(file: Path, rows: int = ROWS, species: int = SPECIES) -> None:
    """Write the rows as JSON lines, as another program would export them."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as stream:
        for batch in rows_of(rows, species):
            for row in batch:
                del row["cached"], row["digest"]
                stream.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--species", type=int, default=SPECIES)
    given = parser.parse_args()
    write_rows(given.file, given.rows, given.species)


if __name__ == "__main__":
    main()
