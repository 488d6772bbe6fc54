"""Kill a run repeatedly at random moments, and compare the result."""

import multiprocessing
import os
import random
import signal
import time
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file

from engine.files import read_json_lines
from engine.home import Home, open_home
from engine.locks import is_held
from engine.settings.files import load, save
from engine.settings.run import RunSettings
from engine.training.loop import train
from engine.training.state.run_folder import RunFolder, run_folder

CLOCK = ("t", "attempt", "images_per_second", "waiting", "seconds", "cpu", "memory_bytes")

# Everything with a state of its own: average, mixing, sampling, a following stage.
CHANGES: dict[str, Any] = {
    "augmentation__train": {
        "resize": 40,
        "crop": 32,
        "mixup": 0.2,
        "cutmix": 1.0,
        "rand_augment": 9,
    },
    "training__epochs": 6,
    "training__log_every": 2,
    "training__checkpoint_every": 3,
    "training__ema_decay": 0.9,
    "training__loss": "logit_adjusted",
    "training__sampling": "square_root",
    "training__accumulation": 2,
    "training__batch_size": 2,
    "training__stages": [
        {"name": "probe", "method": "head", "epochs": 2, "classifier_start": "class_means"},
        {"name": "small", "method": "full", "epochs": 4, "image_size": 24},
        {"name": "all", "method": "full", "layer_decay": 0.8},
        {"name": "again", "method": "features", "sampling": "balanced", "epochs": 3},
    ],
}


def _train(root: Path, run_id: str) -> None:
    torch.set_num_threads(1)
    # Loaders are forked, as from a trainer that was started by itself.
    multiprocessing.set_start_method("fork", force=True)
    home = open_home(root)
    train(home, run_folder(home, run_id))


def _attempt(home: Home, folder: RunFolder, chance: random.Random) -> int | None:
    """Train in a new process and kill it a while after its first step; return its exit code."""
    # Forked from a process that has loaded torch: an attempt needs no seconds of import time.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["engine.training.loop"])
    process = context.Process(target=_train, args=(home.root, folder.run_id))
    process.start()
    size = folder.metrics.stat().st_size if folder.metrics.exists() else 0
    deadline = time.monotonic() + 120
    while process.is_alive() and time.monotonic() < deadline:
        if folder.metrics.exists() and folder.metrics.stat().st_size > size:
            break
        time.sleep(0.002)
    process.join(chance.uniform(0, 0.25))
    if process.is_alive() and process.pid:
        os.kill(process.pid, signal.SIGKILL)
    process.join()
    return process.exitcode


def kill_and_resume(home: Home, folder: RunFolder, kills: int, seed: int) -> int:
    """Kill a run at random moments, each time with other workers; return the number of kills."""
    chance = random.Random(seed)
    killed = 0
    while killed < kills:
        settings = load(RunSettings, folder.config)
        data = settings.data.model_copy(update={"workers": chance.randrange(3)})
        save(settings.model_copy(update={"data": data}), folder.config)
        if _attempt(home, folder, chance) == 0:
            break
        killed += 1
        assert not is_held(folder.lock)
    return killed


def differences(through: RunFolder, broken: RunFolder) -> list[str]:
    """The differences between two finished runs: tensors of their checkpoints, points of curves."""
    found = []
    for name in ("last", "best"):
        expected, other = (load_file(getattr(run, name)) for run in (through, broken))
        found += [f"{name}: {key}" for key in expected.keys() ^ other.keys()]
        common = expected.keys() & other.keys()
        found += [f"{name}: {k}" for k in common if not torch.equal(expected[k], other[k])]
    first, second = _points(through), _points(broken)
    keys = first.keys() | second.keys()
    return found + [f"point {key}" for key in keys if first.get(key) != second.get(key)]


def _points(folder: RunFolder) -> dict[tuple[str, int], dict[str, Any]]:
    """Both curves, with repeated steps from the latest attempt, and without times."""
    return {
        (line["split"], line["step"]): {k: v for k, v in line.items() if k not in CLOCK}
        for line in read_json_lines(folder.metrics)
    }
