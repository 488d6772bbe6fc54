"""The peak memory of a pass."""

import torch

from engine.training.memory.peak import PeakMemory


def test_freed_memory_does_not_count_and_a_view_counts_once() -> None:
    weights = torch.ones(1000)
    with PeakMemory({weights.untyped_storage()._cdata}) as peak:
        value = weights.view(10, 100)
        for _ in range(3):
            value = (value + 1).view(100, 10)
    assert peak.bytes == 2 * weights.nbytes
