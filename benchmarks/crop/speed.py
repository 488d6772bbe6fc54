"""Speed: all steps from a file, a catalogue in one process and two, a loader."""

import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchmarks.crop.ways import Show
from engine.augment.transforms import TrainTransform
from engine.catalogue.folder_import import import_folder
from engine.catalogue.opening import open_catalogue
from engine.crop.filling import Source, fill
from engine.crop.presets import CENTRE
from engine.files import sha256_of
from engine.home import Home, open_home
from engine.images.store import ImageStore
from engine.settings.augmentation import TrainAugmentation
from engine.settings.crop import CropPreset
from engine.split.folder import SplitLine
from engine.training.data.dataset import PhotoDataset
from engine.training.data.loader import Loader

SIDE = 448
COPIES = 4


def whole_way(files: Sequence[Path], ways: Mapping[str, Show], rounds: int = 3) -> dict[str, float]:
    """Milliseconds from a file to (448, 448, 3): the median of alternating rounds, by method."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        for name, show in ways.items():
            started = time.perf_counter()
            for file in files:
                show(file, SIDE)
            # The first round loads and compiles.
            if number:
                taken[name].append(1000 * (time.perf_counter() - started) / len(files))
    return {name: statistics.median(times) for name, times in taken.items()}


def filling(files: Sequence[Path], folder: Path, preset: str) -> dict[int, float]:
    """Photographs per second of the command `crop fill`, including its start, by its processes."""
    home = open_home(folder / "fill")
    sown = folder / "sown" / "a species"
    sown.mkdir(parents=True)
    for number in range(COPIES):
        for file in files:
            # Bytes after the end of a JPEG make it a different file with the same image.
            (sown / f"{number}-{file.name}").write_bytes(file.read_bytes() + bytes([number]))
    with open_catalogue(home) as catalogue:
        import_folder(catalogue, sown.parent, ImageStore(home).keep)
    rates = {}
    for processes in (1, 2):
        home.crops.unlink(missing_ok=True)
        command = [sys.executable, "-m", "engine", "crop", "fill", "--preset", preset]
        command += ["--processes", str(processes), "--home", str(home.root)]
        seconds = _seconds(lambda command=command: subprocess.run(command, check=True))
        rates[processes] = len(files) * COPIES / seconds
    return rates


def loading(
    files: Sequence[Path], folder: Path, preset: CropPreset, rounds: int = 5
) -> dict[str, float]:
    """Photographs per second of a training loader, centre and filled boxes, medians in turn."""
    home, sources = _home(files, folder / "load")
    fill(home, sources, preset, 1)
    lines = [
        SplitLine(
            image_id=str(number),
            path=source.path,
            url="",
            species="a",
            label=0,
            source="",
            observation_id="",
            sha256=source.sha256,
        )
        for number, source in enumerate(sources)
    ]
    view = TrainTransform(TrainAugmentation(resize=SIDE, crop=384), 0)
    datasets = {each.name: PhotoDataset(home, lines, each, view) for each in (CENTRE, preset)}
    keys = [[(0, place)] for place in range(len(lines))]
    taken: dict[str, list[float]] = {name: [] for name in datasets}
    for _ in range(rounds):
        for name, dataset in datasets.items():
            taken[name].append(_seconds(lambda d=dataset: list(Loader(0).read(d, keys))))
    return {name: len(lines) / statistics.median(times) for name, times in taken.items()}


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _home(files: Sequence[Path], root: Path) -> tuple[Home, list[Source]]:
    home = open_home(root)
    sources = []
    for file in files:
        target = home.data / "images" / file.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
        sources.append(Source(sha256_of(target), target.relative_to(home.root).as_posix()))
    return home, sources
