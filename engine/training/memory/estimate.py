"""Estimates the cost of a configuration without allocating memory."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.nn import functional
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from engine.settings.optimisation import TrainingSettings
from engine.settings.run import RunSettings
from engine.training.inference import evaluation_batch_size
from engine.training.memory.peak import PeakMemory
from engine.training.model.network import build_model, use_gradient_checkpointing
from engine.training.model.trainable import select_trainable, train_mode
from engine.training.optim.optimisers import OPTIMISERS

_BYTES_A_WEIGHT = 4
_CONTEXT_BYTES = 512 * 2**20


@dataclass(frozen=True)
class CostEstimate:
    """The cost of one training step, in the stage of a run that needs the most memory.

    Bytes are for `batch_size` photographs in one pass. `features_pass` is the peak of the pass that
    computes a stage's features before its first step, 0 if there is none. `memory` is weights plus
    the larger of the two passes. It excludes `context`, what a GPU uses before anything is
    allocated. `learning` is the number of trainable parameters. `flops_per_image` covers forward
    and backward passes, so that configurations can be compared. `tokens` is 0 for a network without
    tokens.
    """

    stage: str
    pixels: int
    tokens: int
    parameters: int
    learning: int
    batch_size: int
    weights_and_optimiser: int
    activations_per_image: int
    activations_fixed: int
    features_pass: int
    memory: int
    context: int
    flops_per_image: int
    precision: str


def estimate_cost(settings: RunSettings, classes: int) -> CostEstimate:
    """Build a run's network from tensors without data, and measure it.

    Assumes 16-bit arithmetic unless the settings request fp32, because "auto" uses it on a GPU.

    Raises:
        BadInput: timm does not know the network, or it does not accept these options or this size.
    """
    names = [stage.name for stage in settings.training.stages] or [""]
    found = [_of_stage(*pair, classes) for pair in zip(names, settings.stages, strict=True)]
    return max(found, key=lambda each: each.memory)


def _of_stage(stage: str, settings: RunSettings, classes: int) -> CostEstimate:
    size, training = settings.data.image_size, settings.training
    with torch.device("meta"):
        model = build_model(settings.model, classes, size)
    select_trainable(model, training)
    if training.gradient_checkpointing:
        use_gradient_checkpointing(model)
    half = training.precision != "fp32"
    weights = list(model.parameters())
    parameters = sum(weight.numel() for weight in weights)
    learning = sum(weight.numel() for weight in weights if weight.requires_grad)
    with FakeTensorMode():
        run = _Runner(model, training, size)
        # Two and three, because batch normalisation refuses a single photograph.
        two, three = (_kept_for_backward(run, batch, half) for batch in (2, 3))
        features_pass = _features_pass(run, training, size, half)
        with (
            FlopCounterMode(display=False) as counter,
            # The counter does not see inside the fused attention kernels.
            sdpa_kernel(SDPBackend.MATH),
            torch.no_grad(),
        ):
            run(2)
    per_image, fixed = three - two, max(0, 3 * two - 2 * three)
    copies = 2 if training.ema_decay else 1
    # The gradient and the optimiser state of a trainable weight.
    beside = 1 + len(OPTIMISERS[training.optimiser].memories)
    weight_bytes = _BYTES_A_WEIGHT * (copies * parameters + beside * learning)
    return CostEstimate(
        stage=stage,
        pixels=size * size,
        tokens=_tokens(model),
        parameters=parameters,
        learning=learning,
        batch_size=training.batch_size,
        weights_and_optimiser=weight_bytes,
        activations_per_image=per_image,
        activations_fixed=fixed,
        features_pass=features_pass,
        memory=weight_bytes + max(fixed + per_image * training.batch_size, features_pass),
        context=_CONTEXT_BYTES,
        flops_per_image=round(counter.get_total_flops() / 2 * _passes(training, learning, weights)),
        precision="16 bit" if half else "32 bit",
    )


def _passes(training: TrainingSettings, learning: int, weights: list[nn.Parameter]) -> float:
    """Return the cost of a step, in forward passes.

    The backward pass costs one for the gradients of the activations and one for those of the
    trainable weights. If only the classifier trains, it costs almost nothing.
    """
    if training.method in ("head", "features"):
        return 1
    again = 1 if training.gradient_checkpointing else 0
    return 2 + again + learning / sum(weight.numel() for weight in weights)


class _Runner:
    """Runs the network on tensors without data."""

    def __init__(self, model: nn.Module, training: TrainingSettings, size: int) -> None:
        train_mode(model, training)
        self._model = model
        self._size = size
        self._state = {
            name: torch.empty(value.shape, dtype=value.dtype, requires_grad=value.requires_grad)
            for values in (model.named_parameters(), model.named_buffers())
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
    """Return the bytes that a forward pass keeps for the backward pass, without the weights."""
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


def _features_pass(run: _Runner, training: TrainingSettings, size: int, half: bool) -> int:
    """Return the peak bytes of the pass that computes features, without the weights."""
    if training.method != "features":
        return 0
    peak = PeakMemory(run.storages)
    with peak, torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16, enabled=half):
        run(evaluation_batch_size(training.batch_size, size))
    return peak.bytes


def _unchanged(value: Tensor) -> Tensor:
    return value


def _tokens(model: nn.Module) -> int:
    """Count the patches and prefix tokens that a transformer attends to."""
    patches = getattr(getattr(model, "patch_embed", None), "num_patches", 0)
    return int(patches) + int(getattr(model, "num_prefix_tokens", 0)) if patches else 0
