"""Measuring every photograph that is here and not measured yet."""

import itertools
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from os import cpu_count

from engine.errors import BadInput
from engine.files import sha256_of
from engine.home import Home
from engine.language.message import message
from engine.progress import Report
from engine.quality.measures import Measures, measure_photograph
from engine.quality.store import MeasureStore
from engine.reasons import reason_of

_BATCH = 64
_NOTE = message("Measuring photographs")
_CHANGED = message("The file changed after it was recorded.")


def measure_all(
    home: Home, store: MeasureStore, files: Iterable[tuple[str, str]], report: Report
) -> int:
    """Measure files, given as (sha256, path in the home), and keep each batch as it comes.

    What was measured before is passed over, so that the next start goes on after any end; what
    could not be read is tried again. So is a file whose size or time of change is another since:
    one that is gone or holds other bytes than it should is no sound photograph any more. Returns
    how many were measured.
    """
    paths = dict(files)
    before, now = store.files(), {key: _about(home, path) for key, path in paths.items()}
    # Of an earlier edition it is known only that a file was there and not empty.
    known = {
        key
        for key in store.sound() & paths.keys()
        if (about := now[key]) is not None and before.get(key, about) == about and about[0]
    }
    store.keep_files({key: about for key in known - before.keys() if (about := now[key])})
    missing = [sha256 for sha256 in paths if sha256 not in known]
    report(0, len(missing), _NOTE)
    done = 0
    with ThreadPoolExecutor(cpu_count() or 2) as pool:
        for batch in _batches(missing):
            found = list(pool.map(lambda sha256: _measured(home, paths[sha256], sha256), batch))
            store.keep(dict(zip(batch, found, strict=True)))
            store.keep_files({key: about for key in batch if (about := now[key])})
            done += len(batch)
            report(done, len(missing), _NOTE)
    return done


def _about(home: Home, path: str) -> tuple[int, int] | None:
    """Size and time of change of a file; None where it is gone."""
    try:
        about = home.resolve(path).stat()
    except (OSError, ValueError, BadInput):
        return None
    return about.st_size, about.st_mtime_ns


def _measured(home: Home, path: str, sha256: str) -> Measures:
    try:
        file = home.resolve(path)
        measures = measure_photograph(file)
        # Other bytes may still be a photograph, but not the one that the record describes.
        if not measures.trouble and sha256_of(file) != sha256:
            return Measures(trouble=_CHANGED)
        return measures
    except BadInput as error:
        return Measures(trouble=error.message)
    except OSError as error:
        return Measures(trouble=reason_of(error))


def _batches(items: Iterable[str]) -> Iterator[list[str]]:
    going = iter(items)
    while batch := list(itertools.islice(going, _BATCH)):
        yield batch
