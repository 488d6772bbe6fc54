"""Reading ahead."""

import numpy as np
import torch

from engine.home import Home
from engine.settings.augmentation import TrainAugmentation
from engine.settings.crop import CropPreset
from engine.split.folder import SplitFolder, read_part
from engine.training.dataset import PhotoDataset
from engine.training.loader import Loader
from engine.training.sampling import epoch_keys, plain_batches, windows
from engine.training.views import TrainView


def test_batches_do_not_depend_on_the_number_of_workers(home: Home, split: SplitFolder) -> None:
    view = TrainView(TrainAugmentation(resize=40, crop=32, erasing=0.5), seed=3)
    lines = read_part(split.part("train"))
    batches = windows(epoch_keys(np.zeros(len(lines), np.int64), seed=3, epoch=1), 5)
    read = []
    for workers in (0, 2):
        dataset = PhotoDataset(home, lines, CropPreset(), view)
        read.append(list(Loader(workers).read(dataset, batches)))
    for alone, together in zip(*read, strict=True):
        assert torch.equal(alone.images, together.images)
        assert torch.equal(alone.labels, together.labels)


def test_reading_takes_nothing_from_the_randomness_of_the_network(
    home: Home, split: SplitFolder
) -> None:
    view = TrainView(TrainAugmentation(resize=40, crop=32), seed=3)
    dataset = PhotoDataset(home, read_part(split.part("val")), CropPreset(), view)
    torch.manual_seed(5)
    before = torch.get_rng_state()
    list(Loader(0).read(dataset, plain_batches(len(dataset), 2)))
    assert torch.equal(before, torch.get_rng_state())
