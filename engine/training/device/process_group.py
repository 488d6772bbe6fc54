"""The processes that train one network together."""

import os
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import torch
from torch import Tensor
from torch import distributed as dist

from engine.training.device.rendezvous import common_store

# Longer than the slowest task of one process while the others wait: a pass over all features.
_PATIENCE = timedelta(hours=12)


@dataclass(frozen=True)
class Ranks:
    """This process's rank among `count` processes; with one process the methods change nothing.

    `leader` is the process that started those of this machine; None = this process.
    """

    rank: int = 0
    count: int = 1
    leader: int | None = None

    @property
    def is_first(self) -> bool:
        return self.rank == 0

    def share(self, items: list[Any]) -> list[Any]:
        """Return this process's share of a list; each item belongs to exactly one process."""
        return items[self.rank :: self.count]

    def total(self, values: Tensor) -> Tensor:
        """Return the sum of a tensor over all processes."""
        if self.count > 1:
            values = values.clone()
            dist.all_reduce(values)
        return values

    def broadcast(self, values: Tensor) -> None:
        """Copy a tensor of the first process to all others, in place."""
        if self.count > 1:
            dist.broadcast(values, src=0)

    def any(self, request: bool) -> bool:
        """Whether `request` is true in any process; does not wait for a GPU."""
        return bool(max(self.gather(request)))

    def gather(self, value: Any) -> list[Any]:
        """Return the value of each process, on all of them."""
        if self.count == 1:
            return [value]
        found: list[Any] = [None] * self.count
        dist.all_gather_object(found, value, group=_control())
        return found

    def wait(self) -> None:
        """Wait until all processes are here."""
        self.gather(None)


ALONE = Ranks()


def join_ranks() -> Ranks:
    """Join the other processes that torchrun started; `ALONE` if there are none."""
    count = int(os.environ.get("WORLD_SIZE", "1"))
    if count == 1:
        return ALONE
    gpu = torch.cuda.is_available()
    if gpu:
        local = int(os.environ.get("LOCAL_RANK", "0"))
        torch.cuda.set_device(local % torch.cuda.device_count())
    if not dist.is_initialized():
        # gloo as well as NCCL: agreement between steps must not wait for the GPU.
        rank = int(os.environ["RANK"])
        dist.init_process_group(
            "cpu:gloo,cuda:nccl" if gpu else "gloo",
            store=common_store(rank, count),
            rank=rank,
            world_size=count,
            timeout=_PATIENCE,
        )
    return Ranks(dist.get_rank(), count, os.getppid())


def leave_ranks() -> None:
    """Leave the process group."""
    if dist.is_initialized():
        dist.destroy_process_group()
        _groups.clear()


def _control() -> Any:
    if not _groups:
        _groups.append(dist.new_group(backend="gloo", timeout=_PATIENCE))
    return _groups[0]


_groups: list[Any] = []
