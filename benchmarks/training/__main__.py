"""The trainer compared with timm's, on one core.

    python -m benchmarks.training [--timm-script train.py] [--row NAME]

Both sides get the same JPEGs, network, optimiser, crop, flip and interpolation, one thread and one
core. They take turns; a figure is the median of the turns. Images per second are per second of CPU
time between two steps of a run, read from its log or its curve: neither the start-up nor other load
on the machine counts. Memory is the peak of the whole process tree, with shared pages counted once.
Without timm's training script, the peer is the plain loop over timm's loader in `peer`.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import torch

from benchmarks.training.bench import (
    LARGE,
    LIGHT,
    LIGHTEST,
    SMALL,
    TINY,
    Bench,
    row,
    speed,
)
from benchmarks.training.ours import OurStep, Setup, settings_of
from benchmarks.training.peer import PlainStep, loader_of
from benchmarks.training.photographs import CLASSES
from engine.augment.transforms import TrainTransform
from engine.crop.finder import find_crop_in
from engine.crop.presets import CENTRE, load_preset
from engine.crop.store import CropStore
from engine.home import Home, open_home
from engine.images.shrinking import shrink
from engine.images.shrunk import SHRUNK_SIDE, ShrunkStore
from engine.settings.configs import PROJECT
from engine.split.folder import read_part
from engine.training.data.dataset import PhotoDataset
from engine.training.data.loader import Loader
from engine.training.data.sampling import epoch_keys, windows
from engine.training.loop import train
from engine.training.optim.step import Learner
from engine.training.report.run_logger import RunLogger
from engine.training.stage import Stage
from engine.training.state.run_folder import prepare

PHOTOGRAPHS = PROJECT.parent / "shared" / "photos" / "flowers"


def model_only(bench: Bench) -> None:
    """Steps on the same tensor: if these speeds differ, the set-ups differ."""
    torch.set_num_threads(1)
    os.sched_setaffinity(0, {bench.core})
    split, _ = bench.photographs(SMALL)
    for setup in (TINY, LIGHT):
        images = torch.randint(0, 256, (setup.batch, 3, 224, 224), dtype=torch.uint8)
        normal = images.float().div(255).sub(0.5).div(0.5)
        labels = torch.arange(setup.batch) % CLASSES
        mine, theirs = bench.in_turns(
            _stepping(OurStep(bench.home, setup, split), images, labels),
            _stepping(PlainStep(setup.network, CLASSES), normal, labels),
        )
        name = f"model only, fixed tensor, {setup.network}"
        row(name, statistics.median(mine), statistics.median(theirs), "images/s")


def _stepping(
    step: OurStep | PlainStep, images: torch.Tensor, labels: torch.Tensor, steps: int = 4
) -> Callable[[], float]:
    """Images per second over a few steps, after one warm-up step."""
    step(images, labels)

    def take() -> float:
        began = time.process_time()
        for _ in range(steps):
            step(images, labels)
        return steps * len(labels) / (time.process_time() - began)

    return take


def end_to_end(bench: Bench, size: tuple[int, int], setup: Setup, **data: Any) -> None:
    """Whole training processes."""
    split, folders = bench.photographs(size)
    mine, theirs = bench.in_turns(
        lambda: bench.ours(setup, split, **data), lambda: bench.peer(setup, folders)
    )
    name = f"end to end, {split}, {setup.network}, {setup.workers} workers"
    speeds = [[speed(watched, setup) for watched in side] for side in (mine, theirs)]
    row(name, *map(statistics.median, speeds), "images/s")
    memory = [[watched.memory / 2**20 for watched in side] for side in (mine, theirs)]
    row(f"{name}, memory", *map(statistics.median, memory), "MiB")


def small(bench: Bench) -> None:
    """800x600, read directly."""
    end_to_end(bench, SMALL, replace(TINY, workers=bench.workers))


def large(bench: Bench) -> None:
    """2048x1536, with small copies already made."""
    _fill(bench, LARGE)
    for setup in (TINY, LIGHT, LIGHTEST):
        end_to_end(bench, LARGE, replace(setup, workers=bench.workers), shrink_once=True)


def loaders(bench: Bench) -> None:
    """Reading alone."""
    torch.set_num_threads(1)
    os.sched_setaffinity(0, {bench.core})
    for size, copies in ((SMALL, False), (LARGE, False), (LARGE, True)):
        split, folders = bench.photographs(size)
        dataset = _dataset(bench.home, split)
        if copies:
            _fill(bench, LARGE)
            dataset = _dataset(bench.home, split, copies=True)
        batches = windows(epoch_keys(dataset.labels, 42, 0), TINY.batch)

        mine, theirs = bench.in_turns(
            partial(_drained, Loader(0).read, dataset, batches),
            partial(_drained, loader_of, str(folders), TINY.batch, 0),
        )
        name = f"loader only, {split}{', small copies' if copies else ''}"
        row(name, statistics.median(mine), statistics.median(theirs), "images/s")


def _drained(read: Callable[..., Any], *given: Any) -> float:
    """Images per second of a loader without a consumer."""
    began = time.process_time()
    count = sum(1 for _ in read(*given))
    return count * TINY.batch / (time.process_time() - began)


def crop(bench: Bench) -> None:
    """Smart crop with known boxes, compared with the centre crop: both ours."""
    split, _ = bench.photographs(SMALL)
    preset, store = load_preset(bench.home, "fast"), CropStore(bench.home)
    for line in read_part(bench.home.splits / split / "train.jsonl"):
        store.keep(line.sha256, preset, find_crop_in(bench.home.resolve(line.path), preset))
    store.close()
    smart, centre = bench.in_turns(
        lambda: bench.ours(TINY, split, smart_crop=True, crop_preset="fast"),
        lambda: bench.ours(TINY, split),
    )
    speeds = [[speed(watched, TINY) for watched in side] for side in (smart, centre)]
    row("smart crop, boxes known, against centre crop", *map(statistics.median, speeds), "images/s")


def writing(bench: Bench) -> None:
    """The cost of curve points and checkpoints, at the default intervals of both."""
    torch.set_num_threads(1)
    os.sched_setaffinity(0, {bench.core})
    split, _ = bench.photographs(SMALL)
    folder = prepare(bench.home, settings_of(TINY, split), "writing")
    spent = {
        "point": _timed(RunLogger, "train_point"),
        "save": _timed(Stage, "save"),
        "best": _timed(Stage, "_keep_best"),
        "step": _timed(Learner, "step"),
    }
    train(bench.home, folder)
    point, save, best, step = (statistics.median(seconds) for seconds in spent.values())
    size = folder.last.stat().st_size / 1e6
    print(f"a point {1000 * point:.1f} ms, a checkpoint of {size:.0f} MB {save:.2f} s, ")
    print(f"the best network {best:.2f} s, a step of {TINY.batch} photographs {step:.2f} s")
    # Of an epoch of 500 steps, with a point every ten and both checkpoints at its end.
    share = (50 * point + save + best) / (500 * step)
    print(f"writing takes {share:.2%} of an epoch of {500 * TINY.batch:,} photographs")


def _timed(kind: type, method: str) -> list[float]:
    """Make a method of a class record the duration of each call."""
    seconds: list[float] = []
    original = getattr(kind, method)

    def noting(*given: Any, **named: Any) -> Any:
        began = time.process_time()
        try:
            return original(*given, **named)
        finally:
            seconds.append(time.process_time() - began)

    setattr(kind, method, noting)
    return seconds


def _dataset(home: Home, split: str, copies: bool = False) -> PhotoDataset:
    view = TrainTransform(settings_of(TINY, split).augmentation.train, seed=42)
    lines = read_part(home.splits / split / "train.jsonl")
    dataset = PhotoDataset(home, lines, CENTRE, view)
    if copies:
        dataset.read_copies(ShrunkStore(home))
    return dataset


def _fill(bench: Bench, size: tuple[int, int]) -> None:
    split, _ = bench.photographs(size)
    parts = [read_part(bench.home.splits / split / f"{part}.jsonl") for part in ("train", "val")]
    paths = {line.sha256: line.path for lines in parts for line in lines}
    shrink(bench.home, paths, SHRUNK_SIDE, processes=1)


ROWS = {
    "model": model_only,
    "loaders": loaders,
    "small": small,
    "large": large,
    "writing": writing,
    "crop": crop,
}


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--timm-script", type=Path, help="timm's train.py")
    parser.add_argument("--photographs", type=Path, default=PHOTOGRAPHS)
    parser.add_argument("--row", choices=ROWS, action="append", help="only these rows")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--workers", type=int, default=0, help="of the loaders, end to end")
    given = parser.parse_args()
    source = given.photographs if given.photographs.is_dir() else None
    script = given.timm_script.resolve() if given.timm_script else None
    print("| | ours | timm | ratio | |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        home = open_home(Path(folder))
        bench = Bench(home, source, script, given.rounds, given.workers)
        for name in given.row or ROWS:
            ROWS[name](bench)


if __name__ == "__main__":
    main()
