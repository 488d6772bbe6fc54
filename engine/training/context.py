"""The context that all stages of an attempt share."""

import logging
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from engine.augment.transforms import ValTransform
from engine.home import Home
from engine.settings.run import RunSettings
from engine.split.classes import ClassMap
from engine.training.data.dataset import PhotoDataset
from engine.training.data.loader import Loader
from engine.training.data.unreadable import UnreadablePhotos
from engine.training.device.device import Device, choose_device
from engine.training.device.process_group import Ranks
from engine.training.report.diagnosis import RunFacts
from engine.training.report.metrics import MetricAccumulator, genera_of
from engine.training.report.run_logger import RunLogger
from engine.training.state.run_folder import RunFolder
from engine.training.state.status import StatusFile
from engine.training.state.stop_signal import StopSignal
from engine.training.threads import Threads

log = logging.getLogger(__name__)


@dataclass
class RunContext:
    """The run's folder, datasets, device, logger and stop signal.

    `train` and `val` use the validation transform until a stage sets its own. `train_images` and
    `genera` are (classes,).
    """

    home: Home
    folder: RunFolder
    settings: RunSettings
    classes: ClassMap
    device: Device
    ranks: Ranks
    loader: Loader
    train: PhotoDataset
    val: PhotoDataset
    train_images: NDArray[np.int64]
    genera: Tensor
    unreadable_photos: UnreadablePhotos
    logger: RunLogger
    threads: Threads
    stop: StopSignal

    def new_accumulator(self) -> MetricAccumulator:
        return MetricAccumulator(
            len(self.classes), self.device.torch_device, self.genera, self.train_images
        )

    def run_facts(self, settings: RunSettings) -> RunFacts:
        """Return the facts that the diagnosis of a stage with these settings needs."""
        return RunFacts(
            species=self.classes.species,
            train_images=self.train_images,
            val_images=np.bincount(self.val.labels, minlength=len(self.classes)),
            warmup=settings.training.warmup_epochs,
            workers=None if settings.training.method == "features" else settings.data.workers,
        )

    def should_stop(self) -> bool:
        """Whether a stop was requested; all processes get the same answer in the same step."""
        return self.ranks.any(self.stop.wanted)


def open_context(
    home: Home, folder: RunFolder, status: StatusFile, stop: StopSignal, ranks: Ranks
) -> RunContext:
    """Read everything that a run's folder refers to.

    Raises:
        BadInput: a part of the split is missing or was changed, or the device is not available.
    """
    settings, classes, preset = folder.read_settings(), folder.read_classes(), folder.read_preset()
    if preset.notice:
        log.warning(preset.notice)
    device = choose_device(settings.training)
    view = ValTransform(settings.augmentation.val)
    train, val = (
        PhotoDataset(home, folder.read_part(home, part), preset, view) for part in ("train", "val")
    )
    logger = RunLogger(folder, status, len(train), ranks.is_first, settings.training.tensorboard)
    return RunContext(
        home=home,
        folder=folder,
        settings=settings,
        classes=classes,
        device=device,
        ranks=ranks,
        loader=Loader(settings.data.workers, pin=device.is_gpu),
        train=train,
        val=val,
        train_images=np.bincount(train.labels, minlength=len(classes)),
        genera=genera_of(classes.species),
        unreadable_photos=UnreadablePhotos(folder.unreadable, ranks),
        logger=logger,
        threads=Threads(logger, device, ranks),
        stop=stop,
    )
