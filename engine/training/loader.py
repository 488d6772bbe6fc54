"""In which order photographs are seen, and the processes that read them ahead."""

import signal
from collections.abc import Iterator, Sequence

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import DataLoader

from engine.training.dataset import Batch, PhotoDataset, collate

Key = tuple[int, int]


def epoch_order(count: int, seed: int, epoch: int) -> NDArray[np.int64]:
    """The order of `count` photographs in one epoch: (count,), a function of its arguments."""
    return np.random.default_rng([seed, epoch]).permutation(count)


def epoch_batches(
    count: int, batch_size: int, seed: int, epoch: int, consumed: int = 0
) -> list[list[Key]]:
    """The keys of an epoch's batches from its `consumed`-th photograph on.

    A last batch of a single photograph is left out where batches are larger: batch
    normalisation has no spread to measure in it, and the next epoch's order sees to it.
    """
    keys = [(epoch, int(index)) for index in epoch_order(count, seed, epoch)]
    if count % batch_size == 1 < batch_size < count:
        keys.pop()
    return [keys[start : start + batch_size] for start in range(consumed, len(keys), batch_size)]


def plain_batches(count: int, batch_size: int) -> list[list[Key]]:
    """The keys of all photographs in their own order."""
    return [
        [(0, index) for index in range(start, min(start + batch_size, count))]
        for start in range(0, count, batch_size)
    ]


class Loader:
    """Reads batches, in worker processes if there are any; what it yields is the same either way.

    Args:
        workers: processes beside this one.
        pin: keep batches in page-locked memory, for a GPU.
    """

    def __init__(self, workers: int, pin: bool = False) -> None:
        self._workers = workers
        self._pin = pin

    def read(self, dataset: PhotoDataset, batches: Sequence[Sequence[Key]]) -> Iterator[Batch]:
        """Yield the batches in their order."""
        dataset.detach_store()
        loader: DataLoader[Batch] = DataLoader(
            dataset,  # type: ignore[arg-type]
            batch_sampler=batches,  # type: ignore[arg-type]
            collate_fn=collate,
            num_workers=min(self._workers, len(batches)),
            worker_init_fn=_start_worker,
            pin_memory=self._pin,
            # Its own, or each loader would take a number from the network's randomness.
            generator=torch.Generator().manual_seed(0),
        )
        return iter(loader)


def _start_worker(_: int) -> None:
    # Ctrl-C reaches the whole group; the trainer alone decides when to end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    cv2.setNumThreads(0)
