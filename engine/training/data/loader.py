"""Reading batches ahead in worker processes."""

import gc
import signal
from collections.abc import Iterator, Sequence

import cv2
import torch
from threadpoolctl import threadpool_limits
from torch.utils.data import DataLoader, get_worker_info

from engine.images.budget import share_among
from engine.training.data.dataset import Batch, Part, collate
from engine.training.data.sampling import Key


class Loader:
    """Reads batches, in worker processes if any; the batches do not depend on their number.

    Args:
        workers: processes besides this one.
        pin: keep batches in page-locked memory, for a GPU.
    """

    def __init__(self, workers: int, pin: bool = False) -> None:
        self._workers = workers
        self._pin = pin

    def read(self, dataset: Part, batches: Sequence[Sequence[Key]]) -> Iterator[Batch]:
        """Yield the batches in order."""
        dataset.detach_store()
        workers = self._workers if dataset.decodes else 0
        loader: DataLoader[Batch] = DataLoader(
            dataset,  # type: ignore[arg-type]
            batch_sampler=batches,  # type: ignore[arg-type]
            collate_fn=collate,
            num_workers=min(workers, len(batches)),
            worker_init_fn=_start_worker,
            pin_memory=self._pin,
            # Its own generator: without one, each loader draws a number from the global random
            # state.
            generator=torch.Generator().manual_seed(0),
        )
        return iter(loader)


def _start_worker(_: int) -> None:
    # Ctrl-C reaches the whole process group; only the trainer decides when to end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    # Exclude inherited objects from garbage collection, which would copy their pages.
    gc.freeze()
    # One thread per worker; torch limits its own.
    cv2.setNumThreads(0)
    threadpool_limits(1)
    worker = get_worker_info()
    if worker is not None:
        share_among(worker.num_workers)
