"""A home with a small split, and settings that train on it in seconds."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import cv2
import numpy as np
import psutil
import pytest

from engine.catalogue.folder_import import import_folder
from engine.catalogue.opening import open_catalogue
from engine.home import Home
from engine.images.store import ImageStore
from engine.jobs.log import log_tail
from engine.runs.run import Run, find_run
from engine.settings.files import validate
from engine.settings.run import RunSettings
from engine.settings.split import SplitSettings
from engine.split.make import make_split

MakeSettings = Callable[..., RunSettings]


@pytest.fixture
def planted(home: Home) -> Iterator[Home]:
    """Three species of coloured discs, split; remaining processes are killed at the end."""
    photographs = home.root.parent / "photographs"
    for label, species in enumerate(("Rosa alba", "Rosa lutea", "Rosa rubra")):
        (photographs / species).mkdir(parents=True)
        for number in range(10):
            pixels = np.full((48, 64, 3), 10 * number, np.uint8)
            cv2.circle(pixels, (32, 24), 15, (80 * label, 200 - 80 * label, 255), -1)
            cv2.imwrite(str(photographs / species / f"{number}.png"), pixels)
    with open_catalogue(home) as catalogue:
        import_folder(catalogue, photographs, ImageStore(home).keep)
        make_split(home, catalogue, SplitSettings(name="small"))
    yield home
    for process in processes_of(home):
        with suppress(psutil.NoSuchProcess):
            process.kill()


@pytest.fixture
def make_settings() -> MakeSettings:
    """Settings of a tiny network, changed by key."""

    def make(epochs: int = 2, **training: object) -> RunSettings:
        values = {
            "name": "tiny",
            "model": {
                "name": "vit_tiny_patch16_224",
                "pretrained": False,
                "options": {"depth": 1, "embed_dim": 24, "num_heads": 2, "patch_size": 8},
            },
            "data": {"split": "small", "image_size": 32, "smart_crop": False, "workers": 0},
            "augmentation": {
                "train": {"resize": 36, "crop": 32},
                "val": {"resize": 36, "center_crop": 32},
            },
            "training": {
                "epochs": epochs,
                "batch_size": 4,
                "device": "cpu",
                "threads": 1,
                "log_every": 1,
                **training,
            },
        }
        return validate(RunSettings, values, "the test")

    return make


def processes_of(home: Home) -> list[psutil.Process]:
    """Every process whose command line contains the home."""
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if str(home.root) in (process.info["cmdline"] or [])
    ]


def trainers_of(home: Home) -> list[psutil.Process]:
    """Those of them that train."""
    return [process for process in processes_of(home) if "train" in process.cmdline()]


def wait_for(home: Home, run_id: str, holds: Callable[[Run], bool], seconds: float = 90) -> Run:
    deadline = time.monotonic() + seconds
    while not holds(run := find_run(home, run_id)):
        if time.monotonic() > deadline:
            raise AssertionError(f"{run.state}: {run.reason}\n{log_tail(run.folder.log)}")
        time.sleep(0.05)
    return run


def stepping(run: Run) -> bool:
    return run.state == "running" and run.status.step > 3
