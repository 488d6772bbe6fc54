"""Splitting 741,533 photographs of 8,587 species, compared with scikit-learn's splitters.

    python -m benchmarks.split

The sizes of the species are lognormal: a few have thousands of photographs, hundreds a single one.
Observations have several photographs. Each splitter gets the same rows, generated in a separate
process so that its memory does not count. scikit-learn receives labels and groups as numbers, which
the studio first has to make from texts: both times are shown. The faults of the result are counted
in the same way for all.
"""

import argparse
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pyarrow as pa
import pyarrow.feather
from numpy.typing import NDArray

from engine.catalogue.opening import open_catalogue
from engine.catalogue.record import Photograph
from engine.home import open_home
from engine.settings.split import Link, SplitSettings
from engine.split.check import check_split
from engine.split.folder import split_folder
from engine.split.groups import Groups, group
from engine.split.inputs import SplitInputs, split_inputs
from engine.split.make import make_split
from engine.split.plan import SplitPlan, plan_split
from engine.split.shuffle import shuffle_faults

ROWS = 741_533
SPECIES = 8_587


def table_of(rows: int, species: int) -> pa.Table:
    """The generated photographs; the same arguments give the same."""
    random = np.random.default_rng(741_533)
    weights = random.lognormal(0, 1.9, species)
    images = np.maximum(1, weights / weights.sum() * rows).astype(int)
    images[images.argmax()] += rows - images.sum()
    label = np.repeat(np.arange(species), images)
    begins = (random.random(rows) < 0.4) | (np.diff(label, prepend=-1) != 0)
    observation = np.cumsum(begins)
    look = random.integers(0, 2**63, rows, np.uint64)
    # One photograph in twenty is a near-duplicate of another.
    copies = random.choice(rows, rows // 20, replace=False)
    look[copies] = look[random.permutation(copies)] ^ np.uint64(0b101)
    digest = random.bytes(32 * rows).hex()
    columns = {
        "image_id": [f"{place * 2_654_435_761 % 4_294_967_296:020}" for place in range(rows)],
        "species": [f"Genus{place % 900} species{place}" for place in label.tolist()],
        "source": ["inaturalist" if place % 2 else "gbif" for place in observation.tolist()],
        "observation_id": observation.astype(str).tolist(),
        "observer": [f"observer {place * 7919 % 40_009}" for place in observation.tolist()],
        "sha256": [digest[at : at + 64] for at in range(0, len(digest), 64)],
        "url": [f"https://photographs.example/{place}/original.jpg" for place in range(rows)],
        "phash": [f"{value:016x}" for value in look.tolist()],
    }
    return pa.table({name: pa.array(values) for name, values in columns.items()})


def write_table(file: Path, rows: int, species: int) -> None:
    """Generate the photographs into an Arrow file."""
    pyarrow.feather.write_feather(table_of(rows, species), file, compression="uncompressed")


def timed(name: str, work: Callable[[], Any]) -> Any:
    """Run, and print the seconds and the peak memory of the process."""
    start = time.perf_counter()
    outcome = work()
    seconds = time.perf_counter() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{name:58} {seconds:7.2f} s {memory:6.2f} GB", flush=True)
    return outcome


def ours(table: pa.Table) -> tuple[SplitInputs, Groups]:
    """The studio's own split, from texts to parts, and the groups of every kind."""
    settings = SplitSettings(group=("observation",))
    plan: SplitPlan = timed(
        "by observation, from texts",
        lambda: plan_split(split_inputs(table, settings.group), settings),
    )
    timed("  of which from numbers", lambda: plan_split(plan.inputs, settings))
    print_faults(plan.inputs, plan.groups, plan.parts)
    default = SplitSettings()
    timed(
        "by observation, bytes and near-duplicate (the default), from texts",
        lambda: plan_split(split_inputs(table, default.group), default),
    )
    full: SplitInputs = timed("every text as a number", lambda: split_inputs(table))
    for distance in (3, 6):
        timed(
            f"groups of near-duplicates, up to {distance} bits of 64",
            lambda distance=distance: group(full, ["near-duplicate"], distance),
        )
    everything = SplitSettings(group=get_args(Link))
    timed("by all five links, from numbers", lambda: plan_split(full, everything))
    return plan.inputs, plan.groups


def peers(inputs: SplitInputs, groups: Groups) -> None:
    """scikit-learn: a tenth to val, nine tenths to train, without a test part."""
    from sklearn.model_selection import GroupShuffleSplit, StratifiedShuffleSplit

    labels, of_group = inputs.species, groups.of_photograph
    nothing = np.zeros(len(labels), np.int8)
    tell = StratifiedShuffleSplit(1, test_size=0.1, random_state=42)
    try:
        next(tell.split(nothing, labels))
    except ValueError as error:
        print(f"StratifiedShuffleSplit: {str(error)[:70]} …")
    several = np.flatnonzero(np.bincount(labels)[labels] > 1)
    found = timed(
        "StratifiedShuffleSplit, without species of one photograph",
        lambda: next(tell.split(nothing[several], labels[several])),
    )
    print_faults(inputs, groups, parts_of(len(labels), several[found[1]]))
    found = timed(
        "GroupShuffleSplit by observation",
        lambda: next(
            GroupShuffleSplit(1, test_size=0.1, random_state=42).split(nothing, labels, of_group)
        ),
    )
    print_faults(inputs, groups, parts_of(len(labels), found[1]))


def parts_of(count: int, val: NDArray[np.int64]) -> NDArray[np.int8]:
    """All in train except these."""
    parts = np.zeros(count, np.int8)
    parts[val] = 1
    return parts


def print_faults(inputs: SplitInputs, groups: Groups, parts: NDArray[np.int8]) -> None:
    """Print the faults of the result."""
    found = shuffle_faults(inputs, groups, parts)
    print(
        f"    species missing from val {found.not_in_val:,}, only in val {found.val_only:,}, "
        f"observations torn apart {found.straddling:,}"
    )


def whole_way(table: pa.Table) -> None:
    """From the catalogue to checked files, as `split make` does it."""
    with tempfile.TemporaryDirectory() as folder:
        home = open_home(Path(folder))
        with open_catalogue(home) as catalogue:
            for batch in table.to_batches(max_chunksize=50_000):
                catalogue.add(
                    Photograph(**row, path=f"data/images/{row['sha256']}.jpg", state="cached")
                    for row in batch.to_pylist()
                )
            timed(
                "split make: read SQLite, deal, write, check",
                lambda: make_split(home, catalogue, SplitSettings(name="all")),
            )
        timed("split check", lambda: check_split(split_folder(home, "all")))


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--species", type=int, default=SPECIES)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rows.arrow"
        making = multiprocessing.get_context("spawn").Process(
            target=write_table, args=(file, given.rows, given.species)
        )
        making.start()
        making.join()
        table = pyarrow.feather.read_table(file, memory_map=False)
    counts = np.unique(table["species"].to_numpy(), return_counts=True)[1]
    print(
        f"{given.rows:,} photographs of {given.species:,} species, {(counts == 1).sum():,} with one"
    )
    inputs, groups = ours(table)
    peers(inputs, groups)
    whole_way(table)


if __name__ == "__main__":
    main()
