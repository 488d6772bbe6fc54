"""Finds the largest pass that fits the device's memory, with real steps."""

import contextlib
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import nn

from engine.errors import BadInput, WorkFailed
from engine.settings.run import RunSettings
from engine.training.device.device import Device
from engine.training.model.network import use_gradient_checkpointing
from engine.training.rehearsal import rehearse
from engine.training.state.checkpoint import TrainingPosition

log = logging.getLogger(__name__)

# Smaller passes underuse a GPU; recomputing activations costs less than that.
_FEW = 4


@dataclass(frozen=True)
class MemoryPlan:
    """How a step is taken: photographs per pass, and activations `recomputed` or kept."""

    pass_size: int
    recomputed: bool


def memory_plans(batch_size: int, recomputed: bool, can_recompute: bool) -> Iterator[MemoryPlan]:
    """Yield the plans for a step of `batch_size`, from the fastest to the one with the least
    memory.
    """
    sizes = [batch_size]
    while sizes[-1] > 1:
        sizes.append(halved(sizes[-1]))
    if not recomputed:
        kept = sizes if not can_recompute else [s for s in sizes if s >= min(_FEW, batch_size)]
        yield from (MemoryPlan(size, recomputed=False) for size in kept)
    if recomputed or can_recompute:
        yield from (MemoryPlan(size, recomputed=True) for size in sizes)


def halved(pass_size: int) -> int:
    """Return half the pass size, rounded up."""
    return -(-pass_size // 2)


def first_that_fits(
    candidates: Iterator[MemoryPlan], attempt: Callable[[MemoryPlan], None]
) -> MemoryPlan:
    """Return the first plan whose `attempt` does not run out of memory.

    Raises:
        WorkFailed: no plan fits.
    """
    for plan in candidates:
        try:
            attempt(plan)
        except torch.OutOfMemoryError:
            log.info(
                "Passes of %d photographs%s do not fit.",
                plan.pass_size,
                ", recomputing activations," if plan.recomputed else "",
            )
        else:
            return plan
    raise WorkFailed(
        "Not enough memory on the GPU for a single photograph. Choose a smaller network or image "
        "size, or set training.method to adapters or head."
    )


def fit_memory(
    model: nn.Module, settings: RunSettings, device: Device, processes: int = 1
) -> dict[str, Any] | None:
    """Take trial steps on a GPU; return the fields to set in the training position, or None.

    With several `processes`, each holds a second copy of the gradients for their exchange.

    Raises:
        WorkFailed: not even a single photograph fits.
    """
    training = settings.training
    if not training.fit_memory or not device.is_gpu or training.method == "features":
        return None
    wanted = training.gradient_checkpointing
    plan = first_that_fits(
        memory_plans(training.batch_size, wanted, can_recompute(model)),
        lambda plan: _try(model, settings, device, plan, 2 if processes == 1 else 3),
    )
    # The trial may have switched recomputing on before a plan without it fitted.
    _recompute(model, plan.recomputed)
    if plan.pass_size < training.batch_size or plan.recomputed != wanted:
        log.warning(
            "To fit the memory, passes take %d photographs instead of %d%s; the effective batch "
            "stays.",
            plan.pass_size,
            training.batch_size,
            " and activations are recomputed" if plan.recomputed else "",
        )
    return {"pass_size": plan.pass_size, "recomputed": plan.recomputed}


def merge_positions(positions: list[TrainingPosition]) -> TrainingPosition:
    """Merge the positions of several processes: the smallest pass, recomputed if any needs it."""
    sizes = [position.pass_size for position in positions if position.pass_size]
    return replace(
        positions[0],
        pass_size=min(sizes, default=None),
        recomputed=True
        if any(position.recomputed for position in positions)
        else positions[0].recomputed,
    )


def _try(
    model: nn.Module,
    settings: RunSettings,
    device: Device,
    plan: MemoryPlan,
    copies: int,
) -> None:
    """Run a forward and backward pass while holding `copies` of the trainable weights.

    The copies stand for gradients and optimiser state.

    Raises:
        torch.OutOfMemoryError: it does not fit.
    """
    _recompute(model, plan.recomputed)
    side, position = settings.data.image_size, device.torch_device
    learning = [weight for weight in model.parameters() if weight.requires_grad]
    held: list[torch.Tensor] = []
    try:
        held = [torch.empty_like(weight) for weight in learning for _ in range(copies)]
        if settings.training.ema_decay:
            held += [torch.empty_like(weight) for weight in model.parameters()]
        images = torch.zeros(plan.pass_size, 3, side, side, dtype=torch.uint8, device=position)
        rehearse(model, settings.training, device, images)
    finally:
        held.clear()
        device.release_memory()
        if device.is_gpu:
            torch.cuda.reset_peak_memory_stats(position)


def can_recompute(model: nn.Module) -> bool:
    """Whether a network can recompute its activations in the backward pass."""
    try:
        use_gradient_checkpointing(model)
    except BadInput:
        return False
    _recompute(model, on=False)
    return True


def _recompute(model: nn.Module, on: bool) -> None:
    switch = getattr(model, "set_grad_checkpointing", None)
    if switch is not None:
        # Networks that cannot recompute fail an assertion.
        with contextlib.suppress(AssertionError):
            switch(on)
