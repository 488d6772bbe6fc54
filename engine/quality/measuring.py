"""Measuring every stored photograph that is not measured yet."""

import itertools
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from os import cpu_count

from engine.embeddings.store import FeatureStore
from engine.errors import BadInput
from engine.files import sha256_of
from engine.home import Home
from engine.language.message import message
from engine.progress import Report
from engine.quality.measures import MeasuredPhotograph, Measures, measure_photograph
from engine.quality.store import MeasureStore
from engine.reasons import reason_of

_BATCH = 64
_NOTE = message("Measuring photographs")
_CHANGED = message("The file changed after it was recorded.")


def measure_all(
    home: Home,
    store: MeasureStore,
    features: FeatureStore,
    files: Iterable[tuple[str, str]],
    report: Report,
) -> int:
    """Measure files, given as (sha256, path in the home), and store each batch and its features.

    Skips files that are measured already, so an interrupted scan resumes. Measures unreadable
    files again, and files whose size or modification time has changed: a missing file or one
    with other bytes is no longer valid. Returns the number of files measured.

    Raises:
        BadInput: the weights of EfficientNet-Lite0 are not installed, or damaged.
        WorkFailed: a store fails.
    """
    paths = dict(files)
    before, now = store.files(), {key: _about(home, path) for key, path in paths.items()}
    # Earlier versions did not store size and time; such a file only has to exist and hold bytes.
    known = {
        key
        for key in store.sound() & features.known() & paths.keys()
        if (about := now[key]) is not None and before.get(key, about) == about and about[0]
    }
    store.keep_files({key: about for key in known - before.keys() if (about := now[key])})
    missing = [sha256 for sha256 in paths if sha256 not in known]
    report(0, len(missing), _NOTE)
    done = 0
    with ThreadPoolExecutor(cpu_count() or 2) as pool:
        for batch in _batches(missing):
            found = list(pool.map(lambda sha256: _measured(home, paths[sha256], sha256), batch))
            # Features first: what is measured is not read again.
            features.add(
                {
                    key: each.features
                    for key, each in zip(batch, found, strict=True)
                    if each.features is not None
                }
            )
            store.keep({key: each.measures for key, each in zip(batch, found, strict=True)})
            store.keep_files({key: about for key in batch if (about := now[key])})
            done += len(batch)
            report(done, len(missing), _NOTE)
    return done


def _about(home: Home, path: str) -> tuple[int, int] | None:
    """Size and modification time (ns) of a file; None if it does not exist."""
    try:
        about = home.resolve(path).stat()
    except (OSError, ValueError, BadInput):
        return None
    return about.st_size, about.st_mtime_ns


def _measured(home: Home, path: str, sha256: str) -> MeasuredPhotograph:
    try:
        file = home.resolve(path)
    except BadInput as error:
        return MeasuredPhotograph(Measures(trouble=error.message))
    try:
        found = measure_photograph(file)
        # Other bytes may be a valid photograph, but not the one that the record describes.
        if not found.measures.trouble and sha256_of(file) != sha256:
            return MeasuredPhotograph(Measures(trouble=_CHANGED))
        return found
    except OSError as error:
        return MeasuredPhotograph(Measures(trouble=reason_of(error)))


def _batches(items: Iterable[str]) -> Iterator[list[str]]:
    going = iter(items)
    while batch := list(itertools.islice(going, _BATCH)):
        yield batch
