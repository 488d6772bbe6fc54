"""Finding the crops of a whole catalogue ahead of training, in several processes.

What is found is kept as it comes, so that an end at any moment, by Ctrl-C or by a crash, loses at
most the last second's work; the next start goes on with what is missing.
"""

import os
import signal
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing import get_context, parent_process
from pathlib import Path

import cv2

from engine.crop.finder import Crop, find_crop_in
from engine.crop.store import CropStore
from engine.errors import BadInput, WorkFailed
from engine.home import Home
from engine.progress import Report, silent
from engine.settings.crop import CropPreset

# Large enough that handing over costs nothing, small enough that little is lost.
_BATCH = 16


@dataclass(frozen=True)
class Source:
    """A photograph to look at: the hash of its bytes, and where they lie in the home."""

    sha256: str
    path: str


@dataclass
class Filled:
    """What filling came to.

    `unreadable` holds the reason by the photograph's hash; the next start tries them again.
    """

    found: int = 0
    known: int = 0
    fallbacks: int = 0
    seconds: float = 0.0
    unreadable: dict[str, str] = field(default_factory=dict)


_Answers = dict[str, Crop | str]


def fill(
    home: Home,
    sources: Iterable[Source],
    preset: CropPreset,
    processes: int,
    report: Report = silent,
) -> Filled:
    """Find and keep the crop of every photograph that has none yet.

    Args:
        sources: the same bytes may come more than once.
        processes: that look at photographs, beside this one.

    Raises:
        BadInput: the preset takes the centre and finds nothing.
        WorkFailed: the store cannot be written, or a process was killed.
    """
    if preset.detector == "none":
        raise BadInput(f"The preset {preset.name!r} takes the centre: there is nothing to find.")
    paths = {source.sha256: source.path for source in sources if source.sha256}
    store = CropStore(home)
    started = time.monotonic()
    try:
        known = store.known(preset) & paths.keys()
        filled = Filled(known=len(known))
        missing = [key for key in paths if key not in known]
        # What is known counts for nothing, or the time left would come out too short.
        note = f"Finding crops; {len(known):,} were known" if known else "Finding crops"
        report(0, len(missing), note)
        batches = _batches([(key, home.resolve(paths[key])) for key in missing])
        for answers in _in_processes(batches, preset, processes):
            _keep(store, preset, answers, filled)
            report(filled.found + len(filled.unreadable), len(missing), note)
    finally:
        store.close()
    filled.seconds = time.monotonic() - started
    return filled


def _keep(store: CropStore, preset: CropPreset, answers: _Answers, filled: Filled) -> None:
    crops = {key: found for key, found in answers.items() if isinstance(found, Crop)}
    problems = {key: found for key, found in answers.items() if isinstance(found, str)}
    store.keep_many(crops, preset)
    store.keep_unreadable(problems, preset)
    filled.found += len(crops)
    filled.fallbacks += sum(crop.is_fallback for crop in crops.values())
    filled.unreadable |= problems


def _batches(missing: list[tuple[str, Path]]) -> Iterator[list[tuple[str, Path]]]:
    places = iter(missing)
    while batch := list(islice(places, _BATCH)):
        yield batch


def _in_processes(
    batches: Iterator[list[tuple[str, Path]]], preset: CropPreset, processes: int
) -> Iterator[_Answers]:
    """The answers to each batch, as they come; never more than a few batches are on their way."""
    # A fresh process each: a fork would copy whatever threads and locks this one holds.
    context = get_context("spawn")
    with ProcessPoolExecutor(processes, context, _start) as pool:
        running: set[Future[_Answers]] = set()
        try:
            while True:
                for batch in islice(batches, 2 * processes - len(running)):
                    running.add(pool.submit(_look, batch, preset))
                if not running:
                    return
                done, running = wait(running, return_when="FIRST_COMPLETED")
                for future in done:
                    yield future.result()
        except BrokenProcessPool as error:
            raise WorkFailed(
                "A process that looked at photographs was killed, perhaps for want of memory; "
                "start again, and it goes on where it was."
            ) from error
        finally:
            pool.shutdown(cancel_futures=True)


def _look(batch: list[tuple[str, Path]], preset: CropPreset) -> _Answers:
    """The crop of each photograph, or the sentence that says why it cannot be read."""
    answers: _Answers = {}
    for sha256, path in batch:
        try:
            answers[sha256] = find_crop_in(path, preset)
        except BadInput as error:
            answers[sha256] = str(error)
    return answers


def _start() -> None:
    # Ctrl-C reaches the whole group; who asked for the work ends it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # One core each is what the processes are for.
    cv2.setNumThreads(1)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    # A parent that was killed can tell nobody to stop.
    parent = parent_process()
    if parent is not None:
        parent.join()
    os._exit(1)
