"""timm with its default loader and optimiser in a plain loop, as a separate process."""

import argparse
import time
from collections.abc import Iterable
from typing import Any

import torch
from timm import create_model
from timm.data import create_dataset, create_loader
from timm.loss import LabelSmoothingCrossEntropy
from timm.optim import create_optimizer_v2
from torch import nn

CROP, RESIZE = 224, 256


class PlainStep:
    """A step as in timm's own script: forward, backward, clip, AdamW."""

    def __init__(self, network: str, classes: int) -> None:
        torch.manual_seed(42)
        self.model = create_model(network, num_classes=classes)
        self.model.train()
        self.optimiser = create_optimizer_v2(self.model, opt="adamw", lr=1e-4, weight_decay=0.05)
        self.loss = LabelSmoothingCrossEntropy(smoothing=0.1)

    def __call__(self, images: torch.Tensor, labels: torch.Tensor) -> None:
        loss = self.loss(self.model(images), labels)
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimiser.step()
        self.optimiser.zero_grad()


def loader_of(folder: str, batch: int, workers: int) -> Iterable[Any]:
    """timm's training loader with the same crop, flip and interpolation as ours."""
    dataset = create_dataset("", root=folder, split="train", is_training=True)
    return create_loader(  # type: ignore[no-any-return]
        dataset,
        input_size=(3, CROP, CROP),
        batch_size=batch,
        is_training=True,
        scale=(0.4, 1.0),
        color_jitter=0.0,
        interpolation="bicubic",
        num_workers=workers,
        use_prefetcher=False,
        persistent_workers=workers > 0,
    )


def main() -> None:
    """Train an epoch, printing each step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("--network", required=True)
    parser.add_argument("--classes", type=int, required=True)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--workers", type=int, required=True)
    given = parser.parse_args()
    torch.set_num_threads(1)
    step = PlainStep(given.network, given.classes)
    for number, (images, labels) in enumerate(loader_of(given.folder, given.batch, given.workers)):
        step(images, labels)
        print(f"Train: 0 [{number:>4d}/", time.time(), flush=True)


if __name__ == "__main__":
    main()
