"""What all stages of an attempt share."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from engine.home import Home
from engine.settings.run import RunSettings
from engine.split.classes import ClassMap
from engine.training.dataset import PhotoDataset
from engine.training.device import Device, choose_device
from engine.training.diagnosis import Patient
from engine.training.folder import RunFolder
from engine.training.journal import Journal
from engine.training.loader import Loader
from engine.training.metrics import Tally, genera_of
from engine.training.quarantine import Quarantine
from engine.training.ranks import Ranks
from engine.training.status import StatusFile
from engine.training.stop import StopRequest
from engine.training.threads import Threads
from engine.training.views import ValView


@dataclass
class Scene:
    """The run's folder and photographs, the device, and whom to tell.

    `train` and `val` are seen through the view of validation until a stage chooses its own.
    `train_images` and `genera` are (classes,).
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
    quarantine: Quarantine
    journal: Journal
    threads: Threads
    stop: StopRequest

    def new_tally(self) -> Tally:
        return Tally(len(self.classes), self.device.place, self.genera, self.train_images)

    def patient(self, settings: RunSettings) -> Patient:
        """What a diagnosis of a stage with these settings must know."""
        return Patient(
            species=self.classes.species,
            train_images=self.train_images,
            val_images=np.bincount(self.val.labels, minlength=len(self.classes)),
            warmup=settings.training.warmup_epochs,
            workers=None if settings.training.method == "features" else settings.data.workers,
        )

    def should_stop(self) -> bool:
        """Whether somebody asked; all processes hear it in the same step."""
        return self.ranks.any(self.stop.wanted)


def open_scene(
    home: Home, folder: RunFolder, status: StatusFile, stop: StopRequest, ranks: Ranks
) -> Scene:
    """Read everything that a run's folder names.

    Raises:
        BadInput: a part of the split is missing or was changed; the device is not there.
    """
    settings, classes, preset = folder.read_settings(), folder.read_classes(), folder.read_preset()
    device = choose_device(settings.training)
    view = ValView(settings.augmentation.val)
    train, val = (
        PhotoDataset(home, folder.read_part(home, part), preset, view) for part in ("train", "val")
    )
    journal = Journal(folder, status, len(train), ranks.is_first, settings.training.tensorboard)
    return Scene(
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
        quarantine=Quarantine(folder.unreadable, ranks),
        journal=journal,
        threads=Threads(journal, device, ranks),
        stop=stop,
    )
