"""Prefetching batches."""

import json
import subprocess
import sys

import cv2
import numpy as np
import pytest
import torch
from threadpoolctl import threadpool_info

from engine.augment.transforms import TrainTransform
from engine.home import Home
from engine.settings.augmentation import TrainAugmentation
from engine.settings.configs import PROJECT
from engine.settings.crop import CropPreset
from engine.split.folder import SplitFolder, read_part
from engine.training.data.dataset import Batch, PhotoDataset
from engine.training.data.loader import Loader
from engine.training.data.sampling import Key, epoch_keys, plain_batches, windows


def test_batches_do_not_depend_on_the_number_of_workers(home: Home, split: SplitFolder) -> None:
    view = TrainTransform(TrainAugmentation(resize=40, crop=32, erasing=0.5), seed=3)
    lines = read_part(split.part("train"))
    batches = windows(epoch_keys(np.zeros(len(lines), np.int64), seed=3, epoch=1), 5)
    read = []
    for workers in (0, 2):
        dataset = PhotoDataset(home, lines, CropPreset(), view)
        read.append(list(Loader(workers).read(dataset, batches)))
    for alone, together in zip(*read, strict=True):
        assert torch.equal(alone.images, together.images)
        assert torch.equal(alone.labels, together.labels)


def test_reading_does_not_use_the_random_state_of_the_network(
    home: Home, split: SplitFolder
) -> None:
    view = TrainTransform(TrainAugmentation(resize=40, crop=32), seed=3)
    dataset = PhotoDataset(home, read_part(split.part("val")), CropPreset(), view)
    torch.manual_seed(5)
    before = torch.get_rng_state()
    list(Loader(0).read(dataset, plain_batches(len(dataset), 2)))
    assert torch.equal(before, torch.get_rng_state())


class _ThreadCounts:
    """A part whose labels are the numbers of threads that its reader may use."""

    decodes = True
    labels = np.zeros(4, np.int64)

    def __len__(self) -> int:
        return len(self.labels)

    def path(self, index: int) -> str:
        return str(index)

    def detach_store(self) -> None:
        """A no-op: there is no store."""

    def __getitems__(self, keys: list[Key]) -> Batch:
        pools = [pool["num_threads"] for pool in threadpool_info()]
        counts = torch.tensor([torch.get_num_threads(), cv2.getNumThreads(), *pools])
        return Batch(torch.empty(0), counts, torch.tensor([index for _, index in keys]))


def test_a_worker_computes_with_one_thread() -> None:
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        (batch,) = Loader(1).read(_ThreadCounts(), plain_batches(4, 4))
    finally:
        torch.set_num_threads(before)
    assert len(batch.labels) > 2
    assert set(batch.labels.tolist()) == {1}


@pytest.mark.slow
def test_the_memory_of_workers_does_not_grow(home: Home, split: SplitFolder) -> None:
    command = [sys.executable, "-m", "tests.training.data.worker_memory"]
    ended = subprocess.run(
        [*command, home.root, split.root.name], check=True, stdout=subprocess.PIPE, cwd=PROJECT
    )
    epochs = json.loads(ended.stdout)
    for held in epochs:
        # The path and hash of every photograph were read at random positions of the array. With
        # lists of Python objects, whose pages are copied on access, this cost 27 MB.
        assert held[-1] - held[0] < 20e6, held
    peaks = [max(held) for held in epochs]
    assert max(peaks) - peaks[0] < 20e6, peaks
