"""Forward passes without training."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from engine.training.data.dataset import Batch, Part
from engine.training.data.loader import Loader
from engine.training.data.sampling import plain_batches
from engine.training.device.device import Device
from engine.training.device.process_group import ALONE, Ranks
from engine.training.model.forward import ForwardModule

# Pixels per pass: 64 photographs of 224 pixels, or 21 of 384. Larger passes are no faster, and a
# feature pass must fit a small GPU too.
_PIXELS = 64 * 224 * 224


def evaluation_batch_size(learning: int, side: int) -> int:
    """Return the batch size, for photographs of `side` pixels, of a pass without gradients.

    Twice the `learning` batch size, because no activations are kept, but limited to what a small
    GPU holds.
    """
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

    Each photograph goes to exactly one process; the shares are not padded to equal size. A batch
    lists those that cannot be read in `unreadable`.
    """
    forward_module = ForwardModule(model).eval()
    for batch in loader.read(part, ranks.share(plain_batches(len(part), batch_size))):
        yield batch, logits_of(forward_module, batch.images.to(device.torch_device), device)


@torch.inference_mode()
def logits_of(model: nn.Module, images: Tensor, device: Device) -> Tensor:
    """Return logits (n, classes), float32, of images in any form that the network accepts."""
    if not len(images):
        return torch.empty(0, 0, device=device.torch_device)
    with device.forward():
        logits: Tensor = model(images)
    return logits.float()
