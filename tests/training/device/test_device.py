"""The device and the numeric precision of a run."""

from collections.abc import Iterator

import pytest
import torch

from engine.errors import BadInput
from engine.settings.optimisation import TrainingSettings
from engine.training.device.device import choose_device


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A simulated GPU for the choice of a device."""
    before = torch.get_float32_matmul_precision()
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr("torch.cuda.is_bf16_supported", lambda including_emulation: False)
    yield
    torch.set_float32_matmul_precision(before)


def test_an_available_gpu_is_used_in_16_bit_with_tf32_for_the_rest(card: None) -> None:
    device = choose_device(TrainingSettings())
    assert (device.torch_device.type, device.autocast) == ("cuda", torch.float16)
    assert device.scales_gradients
    assert torch.get_float32_matmul_precision() == "high"


def test_the_cpu_can_be_requested_anyway(card: None) -> None:
    device = choose_device(TrainingSettings(device="cpu"))
    assert (device.torch_device.type, device.autocast) == ("cpu", None)
    assert torch.get_float32_matmul_precision() == "highest"


def test_an_unavailable_device_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    with pytest.raises(BadInput, match="No CUDA GPU was found"):
        choose_device(TrainingSettings(device="cuda"))
    with pytest.raises(BadInput, match="fp16 needs a GPU"):
        choose_device(TrainingSettings(precision="fp16"))
