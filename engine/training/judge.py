"""Showing photographs to a network that does not learn from them."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from engine.training.dataset import Batch, PhotoDataset
from engine.training.device import Device
from engine.training.loader import Loader, plain_batches
from engine.training.model import normalisation_of


def judge(
    model: nn.Module, dataset: PhotoDataset, loader: Loader, device: Device, batch_size: int
) -> Iterator[tuple[Batch, Tensor]]:
    """Yield each batch and its logits (n, classes), float32 on the device, in the part's order.

    Every photograph comes once; those that cannot be read are named in their batch.
    """
    model.eval()
    normalise = normalisation_of(model)
    for batch in loader.read(dataset, plain_batches(len(dataset), batch_size)):
        yield batch, logits_of(model, normalise(batch.images.to(device.place)), device)


@torch.inference_mode()
def logits_of(model: nn.Module, images: Tensor, device: Device) -> Tensor:
    """Logits (n, classes), float32, of normalised images (n, 3, side, side)."""
    if not len(images):
        return torch.empty(0, 0, device=device.place)
    with device.forward():
        logits: Tensor = model(images)
    return logits.float()
