"""What a configuration costs, found without allocating it."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.nn import functional
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from engine.settings.run import RunSettings
from engine.training.model import build_model, use_gradient_checkpointing

# float32 weights, their gradients, and AdamW's two memories.
_BYTES_A_WEIGHT = 4 * 4
_CONTEXT_BYTES = 512 * 2**20
# A backward pass costs about twice its forward pass.
_PASSES = 3


@dataclass(frozen=True)
class Estimate:
    """What one training step needs.

    Bytes count `batch_size` photographs in one pass; `memory` is their sum without `context`,
    what a GPU takes for itself before anything is on it. `flops_per_image` is forward and
    backward, so that two configurations compare by it. `tokens` is 0 for a network without.
    """

    pixels: int
    tokens: int
    parameters: int
    batch_size: int
    weights_and_optimiser: int
    activations_per_image: int
    activations_fixed: int
    memory: int
    context: int
    flops_per_image: int
    precision: str


def estimate(settings: RunSettings, classes: int) -> Estimate:
    """Build the network of a run out of tensors that have shapes and no values, and measure.

    16-bit arithmetic is counted unless the settings ask for fp32, for that is what "auto"
    takes on a GPU.

    Raises:
        BadInput: timm knows no such network, or it does not take these options or this size.
    """
    size, training = settings.data.image_size, settings.training
    with torch.device("meta"):
        model = build_model(settings.model, classes, size)
    if training.gradient_checkpointing:
        use_gradient_checkpointing(model)
    half = training.precision != "fp32"
    parameters = sum(weight.numel() for weight in model.parameters())
    with FakeTensorMode():
        run = _Runner(model, size)
        # Batch normalisation refuses a single photograph, so these are two and three.
        two, three = (_kept_for_backward(run, batch, half) for batch in (2, 3))
        with (
            FlopCounterMode(display=False) as counter,
            # The fused kernels are one operation whose inside is not counted.
            sdpa_kernel(SDPBackend.MATH),
            torch.no_grad(),
        ):
            run(2)
    per_image, fixed = three - two, max(0, 3 * two - 2 * three)
    return Estimate(
        pixels=size * size,
        tokens=_tokens(model),
        parameters=parameters,
        batch_size=training.batch_size,
        weights_and_optimiser=parameters * _BYTES_A_WEIGHT,
        activations_per_image=per_image,
        activations_fixed=fixed,
        memory=parameters * _BYTES_A_WEIGHT + fixed + per_image * training.batch_size,
        context=_CONTEXT_BYTES,
        flops_per_image=counter.get_total_flops() * _PASSES // 2,
        precision="16 bit" if half else "32 bit",
    )


class _Runner:
    """Runs the network on images without values; its weights have none either."""

    def __init__(self, model: nn.Module, size: int) -> None:
        self._model = model.train()
        self._size = size
        self._state = {
            name: torch.empty(value.shape, dtype=value.dtype, requires_grad=is_weight)
            for is_weight, values in (
                (True, model.named_parameters()),
                (False, model.named_buffers()),
            )
            for name, value in values
        }

    @property
    def storages(self) -> set[int]:
        return {value.untyped_storage()._cdata for value in self._state.values()}

    def __call__(self, batch: int) -> Tensor:
        images = torch.empty(batch, 3, self._size, self._size)
        logits: Tensor = torch.func.functional_call(self._model, self._state, (images,))
        return logits


def _kept_for_backward(run: _Runner, batch: int, half: bool) -> int:
    """Bytes that a forward pass keeps for the backward pass, weights aside."""
    weights = run.storages
    kept: dict[int, Tensor] = {}

    def keep(value: Tensor) -> Tensor:
        storage = value.untyped_storage()._cdata
        if storage not in weights:
            kept[storage] = value
        return value

    with (
        torch.autograd.graph.saved_tensors_hooks(keep, _unchanged),
        torch.autocast("cpu", dtype=torch.bfloat16, enabled=half),
    ):
        functional.cross_entropy(run(batch).float(), torch.zeros(batch, dtype=torch.int64))
    return sum(value.untyped_storage().nbytes() for value in kept.values())


def _unchanged(value: Tensor) -> Tensor:
    return value


def _tokens(model: nn.Module) -> int:
    """Patches and prefix tokens that a transformer attends over."""
    patches = getattr(getattr(model, "patch_embed", None), "num_patches", 0)
    return int(patches) + int(getattr(model, "num_prefix_tokens", 0)) if patches else 0
