"""Computes the crops of a whole catalogue before training, in several processes.

Crops are stored as they are computed, so that Ctrl-C or a crash loses at most a second of work. The
next start computes what is missing.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from engine.crop.finder import Crop, find_crop_in
from engine.crop.store import CropStore
from engine.errors import BadInput
from engine.home import Home
from engine.language.message import Message, message
from engine.progress import Report, silent
from engine.settings.crop import CropPreset
from engine.workers import in_processes


@dataclass(frozen=True)
class Source:
    """A photograph to crop: its SHA-256, and its path relative to the home."""

    sha256: str
    path: str


@dataclass
class Filled:
    """The result of `fill`.

    `unreadable` maps a photograph's hash to the reason; the next start tries these again.
    """

    found: int = 0
    known: int = 0
    fallbacks: int = 0
    seconds: float = 0.0
    unreadable: dict[str, Message] = field(default_factory=dict)


_Answers = dict[str, Crop | Message]


def fill(
    home: Home,
    sources: Iterable[Source],
    preset: CropPreset,
    processes: int,
    report: Report = silent,
) -> Filled:
    """Compute and store the crop of every photograph that has none yet.

    Args:
        sources: may contain the same bytes more than once.
        processes: worker processes besides this one.

    Raises:
        BadInput: the preset uses the centre crop, so there is nothing to compute.
        WorkFailed: the store cannot be written, or a process was killed.
    """
    if preset.detector == "none":
        raise BadInput(
            "The preset {name} keeps the centre, so there are no crops to compute.",
            name=preset.name,
        )
    paths = {source.sha256: source.path for source in sources if source.sha256}
    store = CropStore(home)
    started = time.monotonic()
    try:
        known = store.known(preset) & paths.keys()
        filled = Filled(known=len(known))
        missing = [key for key in paths if key not in known]
        # Known crops are not counted; they would make the estimated time too short.
        note = (
            message("Computing crops ({known} already known)", known=len(known))
            if known
            else message("Computing crops")
        )
        report(0, len(missing), note)
        files = [(key, home.resolve(paths[key])) for key in missing]
        for answers in in_processes(partial(_find_crops, preset), files, processes):
            _keep(store, preset, answers, filled)
            report(filled.found + len(filled.unreadable), len(missing), note)
    finally:
        store.close()
    filled.seconds = time.monotonic() - started
    return filled


def _keep(store: CropStore, preset: CropPreset, answers: _Answers, filled: Filled) -> None:
    crops = {key: found for key, found in answers.items() if isinstance(found, Crop)}
    problems = {key: found for key, found in answers.items() if isinstance(found, Message)}
    store.keep_many(crops, preset)
    store.keep_unreadable(problems, preset)
    filled.found += len(crops)
    filled.fallbacks += sum(crop.is_fallback for crop in crops.values())
    filled.unreadable |= problems


def _find_crops(preset: CropPreset, batch: Sequence[tuple[str, Path]]) -> _Answers:
    """Return the crop of each photograph, or the message why it cannot be read."""
    answers: _Answers = {}
    for sha256, path in batch:
        try:
            answers[sha256] = find_crop_in(path, preset)
        except BadInput as error:
            answers[sha256] = error.message
    return answers
