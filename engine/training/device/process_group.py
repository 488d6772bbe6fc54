"""The processes that train one network together."""

import os
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import torch
from torch import Tensor
from torch import distributed as dist

from engine.training.device.rendezvous import common_store

# Longer than the slowest thing one process does while the others wait: a pass over all features.
_PATIENCE = timedelta(hours=12)


@dataclass(frozen=True)
class Ranks:
    """This process's place among `count`; alone, everything here does nothing.

    `leader` is the process that started it and the others of this machine; None = itself.
    """

    rank: int = 0
    count: int = 1
    leader: int | None = None

    @property
    def is_first(self) -> bool:
        return self.rank == 0

    def share(self, items: list[Any]) -> list[Any]:
        """What of a list is this process's: each item is exactly one's."""
        return items[self.rank :: self.count]

    def total(self, values: Tensor) -> Tensor:
        """The sum of a tensor over all processes."""
        if self.count > 1:
            values = values.clone()
            dist.all_reduce(values)
        return values

    def follow(self, values: Tensor) -> None:
        """Give a tensor of all processes the values that the first one's has."""
        if self.count > 1:
            dist.broadcast(values, src=0)

    def any(self, request: bool) -> bool:
        """Whether one of the processes wishes it; never waits for a GPU."""
        return bool(max(self.gather(request)))

    def gather(self, value: Any) -> list[Any]:
        """What each of the processes has, on all of them."""
        if self.count == 1:
            return [value]
        found: list[Any] = [None] * self.count
        dist.all_gather_object(found, value, group=_control())
        return found

    def wait(self) -> None:
        """Until all are here."""
        self.gather(None)


ALONE = Ranks()


def join_ranks() -> Ranks:
    """Meet the other processes that torchrun started; alone where it started none."""
    count = int(os.environ.get("WORLD_SIZE", "1"))
    if count == 1:
        return ALONE
    gpu = torch.cuda.is_available()
    if gpu:
        local = int(os.environ.get("LOCAL_RANK", "0"))
        torch.cuda.set_device(local % torch.cuda.device_count())
    if not dist.is_initialized():
        # gloo beside NCCL: what is agreed on between steps must not wait for the GPU.
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
    """Part from the other processes."""
    if dist.is_initialized():
        dist.destroy_process_group()
        _groups.clear()


def _control() -> Any:
    if not _groups:
        _groups.append(dist.new_group(backend="gloo", timeout=_PATIENCE))
    return _groups[0]


_groups: list[Any] = []
