"""How often the network is right, summed where the network runs."""

from dataclasses import dataclass

import torch
from torch import Tensor

TOP = 5


def clamped_k(classes: int, k: int = TOP) -> int:
    """Top-k asks for no more classes than there are."""
    return min(k, classes)


class Tally:
    """Sums of loss and hits over photographs, on the device: reading it is the only wait.

    `top5` counts hits among the best `k` = min(5, classes).
    """

    def __init__(self, classes: int, device: torch.device) -> None:
        self.k = clamped_k(classes)
        self._sums = torch.zeros(4, dtype=torch.float64, device=device)
        # Photographs and top-1 hits of each class.
        self._by_class = torch.zeros(2, classes, dtype=torch.int64, device=device)

    def add(self, logits: Tensor, labels: Tensor, losses: Tensor) -> None:
        """Count a batch: logits (n, classes), labels (n,), losses (n,)."""
        best = logits.detach().topk(self.k, dim=1).indices == labels[:, None]
        first = best[:, 0]
        self._sums += torch.stack(
            [
                losses.detach().double().sum(),
                first.double().sum(),
                best.any(dim=1).double().sum(),
                torch.tensor(float(len(labels)), dtype=torch.float64, device=labels.device),
            ]
        )
        self._by_class[0].index_add_(0, labels, torch.ones_like(labels))
        self._by_class[1].index_add_(0, labels, first.to(torch.int64))

    def tensors(self) -> dict[str, Tensor]:
        """What a checkpoint keeps, so that the next point of a curve counts every photograph."""
        return {"sums": self._sums, "by_class": self._by_class}

    def load(self, tensors: dict[str, Tensor]) -> None:
        """Go on counting from what `tensors` gave."""
        for name, own in self.tensors().items():
            own.copy_(tensors[name])

    def read(self) -> "Metrics":
        """The means so far; of nothing, all zero."""
        loss, top1, top5, count = self._sums.tolist()
        images, hits = self._by_class.cpu()
        present = images > 0
        recall = hits[present].double() / images[present]
        share = max(count, 1.0)
        return Metrics(
            images=int(count),
            classes=int(present.sum()),
            k=self.k,
            loss=loss / share,
            top1=top1 / share,
            top5=top5 / share,
            macro_top1=float(recall.mean()) if len(recall) else 0.0,
        )


@dataclass(frozen=True)
class Metrics:
    """Means over photographs, in 0..1; `macro_top1` is the mean over the `classes` present."""

    images: int
    classes: int
    k: int
    loss: float
    top1: float
    top5: float
    macro_top1: float
