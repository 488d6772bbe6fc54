"""The studio's side: runs of its own trainer, started as a command starts them."""

from dataclasses import dataclass
from typing import Any

import torch

from benchmarks.training.photographs import CLASSES
from benchmarks.training.process import Watched, watch
from engine.files import read_json_lines
from engine.home import Home
from engine.settings.files import validate
from engine.settings.run import RunSettings
from engine.training.data.dataset import Batch
from engine.training.device.device import Device
from engine.training.model.network import start_model
from engine.training.optim.schedule import Schedule
from engine.training.optim.step import Learner
from engine.training.report.metrics import MetricAccumulator
from engine.training.state.run_folder import prepare, run_folder


@dataclass(frozen=True)
class Setup:
    """The settings of both sides: the network, the batch, the workers and the first and last timed
    step.
    """

    network: str
    batch: int
    workers: int
    first: int
    last: int


def settings_of(setup: Setup, split: str, **data: Any) -> RunSettings:
    """A configuration equivalent to the peer's arguments."""
    values = {
        "name": "measured",
        "model": {"name": setup.network, "pretrained": False},
        "data": {
            "train_jsonl": f"data/splits/{split}/train.jsonl",
            "val_jsonl": f"data/splits/{split}/val.jsonl",
            "image_size": 224,
            "workers": setup.workers,
            "smart_crop": False,
            **data,
        },
        "augmentation": {
            "train": {"resize": 256, "crop": 224, "scale": [0.4, 1.0], "color_jitter": 0.0},
            "val": {"resize": 256, "center_crop": 224},
        },
        "training": {
            "epochs": 1,
            "batch_size": setup.batch,
            "learning_rate": 1e-4,
            "precision": "fp32",
            "device": "cpu",
            "log_every": setup.first,
            # Work after the last step of a run must not count.
            "stop_after_steps": setup.last + setup.first,
            "temperature_scaling": False,
        },
    }
    return validate(RunSettings, values, "the benchmark")


def run_ours(home: Home, settings: RunSettings, run_id: str, core: int) -> Watched:
    """Train a run; its steps are read from the points of its curve."""
    prepare(home, settings, run_id)
    metrics = run_folder(home, run_id).metrics

    def steps() -> list[int]:
        if not metrics.exists():
            return []
        return [line["step"] for line in read_json_lines(metrics) if line["split"] == "train"]

    command = ["-m", "engine", "train", "--folder", run_id, "--home", str(home.root)]
    return watch(command, core, steps=steps)


class OurStep:
    """A step of the studio's learner, including its counts of correct predictions."""

    def __init__(self, home: Home, setup: Setup, split: str) -> None:
        settings = settings_of(setup, split)
        classes = prepare(home, settings, f"step-{setup.network}").read_classes()
        torch.manual_seed(42)
        device = Device(torch.device("cpu"), None)
        self._learner = Learner(
            start_model(settings.model, classes, settings.data.image_size),
            settings.training,
            device,
            Schedule(peak=1e-4, floor=0, warmup=0, total=1000),
        )
        self._count_by = MetricAccumulator(CLASSES, device.torch_device)
        self._step = 0

    def __call__(self, images: torch.Tensor, labels: torch.Tensor) -> None:
        batch = Batch(images, labels, torch.arange(len(labels)))
        self._learner.step([batch], len(labels), self._step, self._count_by)
        self._step += 1
