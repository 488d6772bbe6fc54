"""Measuring every photograph that is here and not measured yet."""

import itertools
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from os import cpu_count

from engine.errors import BadInput
from engine.home import Home
from engine.progress import Report
from engine.quality.measures import Measures, measure
from engine.quality.store import MeasureStore

_BATCH = 64


def measure_all(
    home: Home, store: MeasureStore, files: Iterable[tuple[str, str]], report: Report
) -> int:
    """Measure files, given as (sha256, path in the home), and keep each batch as it comes.

    What was measured before is passed over, so that the next start goes on after any end; what
    could not be read is tried again. Returns how many were measured.
    """
    paths = dict(files)
    known = store.sound() & paths.keys()
    missing = [sha256 for sha256 in paths if sha256 not in known]
    note = f"Measuring photographs; {len(known):,} were known" if known else "Measuring photographs"
    report(0, len(missing), note)
    done = 0
    with ThreadPoolExecutor(cpu_count() or 2) as pool:
        for batch in _batches(missing):
            found = pool.map(lambda sha256: _measured(home, paths[sha256]), batch)
            store.keep(dict(zip(batch, found, strict=True)))
            done += len(batch)
            report(done, len(missing), note)
    return done


def _measured(home: Home, path: str) -> Measures:
    try:
        return measure(home.resolve(path))
    except BadInput as error:
        return Measures(trouble=str(error))


def _batches(items: Iterable[str]) -> Iterator[list[str]]:
    going = iter(items)
    while batch := list(itertools.islice(going, _BATCH)):
        yield batch
