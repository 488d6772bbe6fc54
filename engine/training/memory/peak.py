"""The peak memory of a pass without gradients."""

import weakref
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


class PeakMemory(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """While entered, records the peak `bytes` of live tensors that operations created.

    Also works on tensors without data.

    Args:
        weights: storages that do not count.
    """

    def __init__(self, weights: set[int]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._weights = weights
        self._alive: list[weakref.ref[Tensor]] = []
        self.bytes = 0

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        made = func(*args, **(kwargs or {}))
        self._alive += [weakref.ref(leaf) for leaf in tree_leaves(made) if torch.is_tensor(leaf)]
        self._alive = [each for each in self._alive if each() is not None]
        self.bytes = max(self.bytes, self._held())
        return made

    def _held(self) -> int:
        alive = (tensor for tensor in (each() for each in self._alive) if tensor is not None)
        storages = {s._cdata: s.nbytes() for s in (t.untyped_storage() for t in alive)}
        return sum(size for key, size in storages.items() if key not in self._weights)
