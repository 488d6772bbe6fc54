"""A training pass over blank images that changes nothing."""

import torch
from torch import Tensor, nn

from engine.settings.optimisation import TrainingSettings
from engine.training.device.device import Device
from engine.training.model.forward import ForwardModule
from engine.training.model.trainable import train_mode


def rehearse(model: nn.Module, settings: TrainingSettings, device: Device, images: Tensor) -> None:
    """Run forward and backward over images in any form that the network accepts.

    Weights, buffers and the CPU's random state are restored. The model is left in training mode and
    without gradients.

    Raises:
        torch.OutOfMemoryError: it does not fit.
    """
    # Batch normalisation updates its running statistics.
    known = [buffer.clone() for buffer in model.buffers()]
    try:
        train_mode(model, settings)
        with torch.random.fork_rng(devices=[]):
            with device.forward():
                logits = ForwardModule(model)(images).float()
            labels = torch.arange(len(images), device=device.torch_device) % logits.shape[1]
            nn.functional.cross_entropy(logits, labels).backward()  # type: ignore[no-untyped-call]
    finally:
        for buffer, before in zip(model.buffers(), known, strict=True):
            buffer.copy_(before)
        model.zero_grad(set_to_none=True)
