"""Showing photographs to a network that does not learn from them."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from engine.training.data.dataset import Batch, Part
from engine.training.data.loader import Loader
from engine.training.data.sampling import plain_batches
from engine.training.device.device import Device
from engine.training.device.process_group import ALONE, Ranks
from engine.training.model.forward import ForwardModule

# Pixels in a pass: 64 photographs of 224 pixels, 21 of 384. More are no faster, and a pass for
# features of which 128 make a step must fit a small card too.
_PIXELS = 64 * 224 * 224


def evaluation_batch_size(learning: int, side: int) -> int:
    """Photographs of `side` pixels in a pass that does not learn: twice those of one that does,
    for nothing is kept of it, but no more than suit a small GPU."""
    return max(1, min(2 * learning, _PIXELS // side**2))


def predict_batches(
    model: nn.Module,
    part: Part,
    loader: Loader,
    device: Device,
    batch_size: int,
    ranks: Ranks = ALONE,
) -> Iterator[tuple[Batch, Tensor]]:
    """Yield each batch and its logits (n, classes), float32 on the device, in the part's order.

    Every photograph comes once, to one of the processes, and none is added to make them even;
    those that cannot be read are named in their batch.
    """
    forward_module = ForwardModule(model).eval()
    for batch in loader.read(part, ranks.share(plain_batches(len(part), batch_size))):
        yield batch, logits_of(forward_module, batch.images.to(device.torch_device), device)


@torch.inference_mode()
def logits_of(model: nn.Module, images: Tensor, device: Device) -> Tensor:
    """Logits (n, classes), float32, of images in whatever form the network takes them."""
    if not len(images):
        return torch.empty(0, 0, device=device.torch_device)
    with device.forward():
        logits: Tensor = model(images)
    return logits.float()
