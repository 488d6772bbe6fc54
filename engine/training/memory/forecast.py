"""Forecasts whether a step fits the machine's free memory, before anything is allocated."""

from collections.abc import Callable
from dataclasses import dataclass

import psutil
import torch

from engine.settings.run import RunSettings
from engine.training.device.device import Device, choose_device
from engine.training.memory.estimate import CostEstimate, estimate_cost
from engine.training.memory.fit import MemoryPlan, can_recompute, memory_plans
from engine.training.model.network import build_model


@dataclass(frozen=True)
class MemoryForecast:
    """How a step would be taken on `device` with `free` bytes free; it takes `needed` bytes.

    `pass_size` photographs go through the network at once, with activations `recomputed` or kept.
    If nothing fits, `fits` is False and the fields describe the plan with the least memory.
    """

    device: str
    free: int
    needed: int
    pass_size: int
    recomputed: bool
    fits: bool


def forecast_memory(settings: RunSettings, classes: int) -> MemoryForecast:
    """Forecast the outcome of the trial step that a run begins with.

    Raises:
        BadInput: the device is not available, or the network cannot be built.
    """
    device = choose_device(settings.training)
    return forecast_memory_on(device, free_memory(device), settings, classes)


def forecast_memory_on(
    device: Device, free: int, settings: RunSettings, classes: int
) -> MemoryForecast:
    """As `forecast_memory`, for a device with `free` bytes free.

    On a GPU, returns the first plan that fits; on a CPU, the configured plan.
    """
    numbers = "fp32" if device.autocast is None else "bf16"
    stages = [_with(stage, "precision", numbers) for stage in settings.stages]
    costs = [estimate_cost(stage, classes) for stage in stages]
    cost, greediest = max(zip(costs, stages, strict=True), key=lambda pair: pair[0].memory)
    training = greediest.training
    as_asked = MemoryPlan(training.batch_size, training.gradient_checkpointing)
    candidates = [as_asked]
    if device.is_gpu and training.fit_memory and training.method != "features":
        with torch.device("meta"):
            model = build_model(greediest.model, classes, greediest.data.image_size)
        candidates = list(
            memory_plans(as_asked.pass_size, as_asked.recomputed, can_recompute(model))
        )
    needed = _needed(cost, greediest, classes, device)
    fitting = next((plan for plan in candidates if needed(plan) <= free), None)
    chosen = fitting or candidates[-1]
    return MemoryForecast(
        device=device.name,
        free=free,
        needed=needed(chosen),
        pass_size=chosen.pass_size,
        recomputed=chosen.recomputed,
        fits=fitting is not None,
    )


def free_memory(device: Device) -> int:
    """Return the bytes that a run could allocate now."""
    if device.is_gpu:
        return int(torch.cuda.mem_get_info(device.torch_device)[0])
    return int(psutil.virtual_memory().available)


def _needed(
    cost: CostEstimate, settings: RunSettings, classes: int, device: Device
) -> Callable[[MemoryPlan], int]:
    """Return a function from plan to bytes; `cost` is the estimate for the unchanged settings."""
    known = {settings.training.gradient_checkpointing: cost}

    def needed(plan: MemoryPlan) -> int:
        if plan.recomputed not in known:
            changed = _with(settings, "gradient_checkpointing", plan.recomputed)
            known[plan.recomputed] = estimate_cost(changed, classes)
        found = known[plan.recomputed]
        context = found.context if device.is_gpu else 0
        activations = found.activations_fixed + found.activations_per_image * plan.pass_size
        return found.weights_and_optimiser + context + max(activations, found.features_pass)

    return needed


def _with(settings: RunSettings, key: str, value: object) -> RunSettings:
    training = settings.training.model_copy(update={key: value})
    return settings.model_copy(update={"training": training})
