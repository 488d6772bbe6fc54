"""The comparison: runs of both sides in one home, alternating, on one core."""

import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.training.ours import Setup, run_ours, settings_of
from benchmarks.training.photographs import CLASSES, make_photographs
from benchmarks.training.process import Watched, watch
from engine.home import Home

SMALL, LARGE = (800, 600), (2048, 1536)
TINY = Setup("vit_tiny_patch16_224", batch=8, workers=0, first=3, last=12)
LIGHT = replace(TINY, network="levit_128s")
LIGHTEST = replace(TINY, network="mobilenetv3_small_050")
_STEP = re.compile(r"Train: 0 \[\s*(\d+)/")


class Bench:
    """A home with photographs of both sizes, and the peer to compare with."""

    def __init__(
        self, home: Home, source: Path | None, script: Path | None, rounds: int, workers: int
    ) -> None:
        self.home, self.source, self.script = home, source, script
        self.rounds, self.workers = rounds, workers
        self.core = sorted(os.sched_getaffinity(0))[-1]
        self._runs = 0

    def photographs(self, size: tuple[int, int]) -> tuple[str, Path]:
        """The name of a split of photographs of a size, and its folders."""
        name = "x".join(map(str, size))
        folders = self.home.root / "folders" / name
        if not folders.exists():
            count = TINY.batch * (TINY.last + TINY.first)
            make_photographs(self.home, self.source, size, count, name)
        return name, folders

    def ours(self, setup: Setup, split: str, **data: Any) -> Watched:
        self._runs += 1
        settings = settings_of(setup, split, **data)
        return run_ours(self.home, settings, f"run-{self._runs}", self.core)

    def peer(self, setup: Setup, folders: Path) -> Watched:
        if self.script is None:
            command = ["-m", "benchmarks.training.peer", str(folders)]
            command += ["--network", setup.network, "--classes", str(CLASSES)]
            command += ["--batch", str(setup.batch), "--workers", str(setup.workers)]
        else:
            command = [str(self.script), "--data-dir", str(folders), "--val-split", "val"]
            command += ["--model", setup.network, "--num-classes", str(CLASSES)]
            command += ["-b", str(setup.batch), "-j", str(setup.workers), "--device", "cpu"]
            command += ["--img-size", "224", "--opt", "adamw", "--lr", "1e-4"]
            command += ["--weight-decay", "0.05", "--smoothing", "0.1", "--clip-grad", "1.0"]
            command += ["--scale", "0.4", "1.0", "--color-jitter", "0"]
            command += ["--train-interpolation", "bicubic", "--no-prefetcher"]
            command += ["--epochs", "1", "--warmup-epochs", "0", "--cooldown-epochs", "0"]
            command += ["--log-interval", "1", "--output", str(self.home.root / "timm")]
        return watch(command, self.core, step_of=_step_of)

    def in_turns(self, *sides: Callable[[], Any]) -> list[list[Any]]:
        """ABAB: the result of each side in each round."""
        rounds = [[side() for side in sides] for _ in range(self.rounds)]
        return [list(given) for given in zip(*rounds, strict=True)]


def _step_of(line: str) -> int | None:
    found = _STEP.search(line)
    return int(found.group(1)) + 1 if found else None


def speed(watched: Watched, setup: Setup) -> float:
    """Images per second of CPU time, between the first and the last step of the setup."""
    seconds = watched.marks[setup.last] - watched.marks[setup.first]
    return (setup.last - setup.first) * setup.batch / seconds


def row(name: str, ours: float, theirs: float, unit: str) -> None:
    print(f"| {name} | {ours:,.2f} | {theirs:,.2f} | {ours / theirs:.2f}x | {unit} |", flush=True)
