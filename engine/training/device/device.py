"""The device that a run computes on, and its number format."""

import contextlib
import gc
from dataclasses import dataclass

import torch

from engine.errors import BadInput
from engine.settings.optimisation import TrainingSettings


@dataclass(frozen=True)
class Device:
    """A torch device and the autocast type of forward passes; None = float32 throughout."""

    torch_device: torch.device
    autocast: torch.dtype | None

    @property
    def is_gpu(self) -> bool:
        return self.torch_device.type == "cuda"

    @property
    def scales_gradients(self) -> bool:
        """Whether the loss is scaled: fp16 gradients underflow otherwise (Micikevicius et al.,
        2018).
        """
        return self.autocast is torch.float16

    @property
    def name(self) -> str:
        name = torch.cuda.get_device_name(self.torch_device) if self.is_gpu else "CPU"
        numbers = {None: "fp32", torch.bfloat16: "bf16", torch.float16: "fp16"}
        return f"{name}, {numbers[self.autocast]}"

    def release_memory(self) -> None:
        """Free memory that nothing refers to any more."""
        gc.collect()
        if self.is_gpu:
            torch.cuda.empty_cache()

    def forward(self) -> contextlib.AbstractContextManager[object]:
        """Return the autocast context for a forward pass."""
        if self.autocast is None:
            return contextlib.nullcontext()
        return torch.autocast(self.torch_device.type, dtype=self.autocast)


def choose_device(settings: TrainingSettings) -> Device:
    """Return the device that the settings request and the machine has.

    Raises:
        BadInput: there is no GPU, or fp16 is requested on a CPU.
    """
    has_gpu = torch.cuda.is_available()
    if settings.device == "cuda" and not has_gpu:
        raise BadInput(
            "No CUDA GPU was found on this computer. Set training.device to auto or cpu."
        )
    gpu = has_gpu and settings.device != "cpu"
    if gpu:
        # TF32, if the GPU supports it: float32 matrix products are several times faster, with a
        # mantissa of 10 bits.
        torch.set_float32_matmul_precision("high")
    if settings.precision == "fp16" and not gpu:
        raise BadInput("fp16 needs a GPU. On a CPU, set training.precision to auto, fp32 or bf16.")
    numbers = {"fp32": None, "bf16": torch.bfloat16, "fp16": torch.float16}
    if settings.precision != "auto":
        return Device(torch.device("cuda" if gpu else "cpu"), numbers[settings.precision])
    if not gpu:
        return Device(torch.device("cpu"), None)
    supported = torch.cuda.is_bf16_supported(including_emulation=False)
    return Device(torch.device("cuda"), torch.bfloat16 if supported else torch.float16)
